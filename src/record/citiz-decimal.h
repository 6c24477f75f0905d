/* Decimals that keep the digits they were written with: 6.10 is not 6.1. SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include <jansson.h>

#include "core/citiz-types.h"

G_BEGIN_DECLS

#define CITIZ_DECIMAL_MAX 32

/* Empty text = no value. */
typedef struct
{
  gchar text[CITIZ_DECIMAL_MAX]; /* as written, JSON syntax */
  gdouble number;
  gint8 decimals; /* digits after the point as written */
} CitizDecimal;

/* JSON number syntax, at most 31 characters, finite. */
gboolean citiz_decimal_parse (CitizDecimal *out, const gchar *text) G_GNUC_WARN_UNUSED_RESULT;
/* As a person types it: decimal comma or point, spaces between thousands, sign. */
gboolean citiz_decimal_parse_typed (CitizDecimal *out, const gchar *text) G_GNUC_WARN_UNUSED_RESULT;
CitizDecimal citiz_decimal_from_double (gdouble number, gint decimals);
/* For the eye: as written, but what a computer worked out ("60.64159302502363": decimals, more than six digits that count) has four digits,
 * and all those before the point. Returns: (transfer full) */
gchar *citiz_decimal_to_read (const gchar *text);
gboolean citiz_decimal_known (const CitizDecimal *decimal);

/* JSON whose decimals keep their digits. jansson knows doubles only: where a double would be written differently,
 * the loader adds the primitive extension "digits" that FHIR allows beside any number, and the writer takes it
 * away again while writing the number as it was. Everything else stays as jansson has it.
 * Errors: CITIZ_RECORD_ERROR_JSON. Returns: (transfer full) */
json_t *citiz_json_load (const gchar *text, gsize n, GError **error);
/* Compact, in the order of the object. Returns: (transfer full) */
gchar *citiz_json_dump (const json_t *json);
/* The decimal at object[key], or an empty one. */
CitizDecimal citiz_json_get_decimal (const json_t *object, const gchar *key);
void citiz_json_set_decimal (json_t *object, const gchar *key, const CitizDecimal *decimal);

G_END_DECLS
