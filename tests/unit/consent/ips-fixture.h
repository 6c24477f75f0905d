/* A record, what its owner shows of it, and the summary made of both. SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include "consent/citiz-ips.h"

#define NOW G_GINT64_CONSTANT (1792260000000) /* 2026-10-17T14:00:00-04:00 */

typedef struct
{
  CitizRecord *record;
  CitizProfile *profile;
  CitizIpsOptions options;
} Fixture;

void fixture_up (Fixture *f, gconstpointer data);
void fixture_down (Fixture *f, gconstpointer data);

/* An entry that came with a document, of a patient and from names. */
#define SUBJECT "\"subject\":{\"reference\":\"Patient/p\"}"
CitizId add (Fixture *f, const gchar *text);
void add_patient (Fixture *f);
CitizId add_problem (Fixture *f, const gchar *name);
/* @more: further members, each after a comma. */
CitizId add_medication (Fixture *f, const gchar *name, const gchar *more);
CitizId add_allergy (Fixture *f, const gchar *name, const gchar *more);

json_t *build (Fixture *f);
/* The rules every bundle keeps. */
void check_document (json_t *bundle);
gboolean mentions (json_t *bundle, const gchar *text);
/* The first of its type that holds @text. Returns: (nullable) */
json_t *resource_of (json_t *bundle, const gchar *type, const gchar *text);
/* Returns: (nullable) */
json_t *section_of (json_t *bundle, const gchar *loinc);
const gchar *empty_reason (json_t *section);
gint64 withheld (json_t *section);
/* By the last part of its address. Returns: (nullable) */
json_t *extension_of (json_t *element, const gchar *name);
json_t *part_of (json_t *extension, const gchar *name);
/* Of a class of alerts. */
json_t *class_left_out (json_t *bundle, const gchar *class_name);
const gchar *class_state (json_t *bundle, const gchar *class_name);
