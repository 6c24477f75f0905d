/* Reading resources: helpers shared by the readers. SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include "record/citiz-item.h"

G_BEGIN_DECLS

/* "a.0.b": members and array indices; NULL when something is missing. */
json_t *citiz_json_path (const json_t *json, const gchar *path);
/* Never NULL. */
const gchar *citiz_json_text (const json_t *json, const gchar *path);
void citiz_take (gchar **field, gchar *text); /* (transfer full), NULL = "" */
void citiz_keep (gchar **field, const gchar *text);
/* The vault's name in an attachment's "urn:citiz:blob:<name>"; any other url as it is. */

CitizStatus citiz_status_from_code (const gchar *code);
/* Any of a FHIR choice of dates at these paths, first that parses. */
gboolean citiz_read_date (CitizDate *out, const json_t *json, const gchar *const *paths);
void citiz_read_concept (CitizItem *item, const json_t *concept);
void citiz_item_set_titles (CitizItem *item, const json_t *concept);
void citiz_begin_with_capital (gchar **text);
void citiz_read_alerts (CitizItem *item, guint scope, const json_t *concept);
json_t *citiz_read_contained (const CitizItem *item, const gchar *reference);
/* Title and strength of a medication from its concept or Medication resource. */
void citiz_read_drug (CitizItem *item, const json_t *concept, const json_t *medication);
void citiz_component_clear (gpointer component);

typedef void (*CitizReader) (CitizItem *item);
/* By resource type; NULL = kept as OTHER. */
CitizReader citiz_reader_for (const gchar *type);

void citiz_read_observation (CitizItem *item);
void citiz_read_diagnostic_report (CitizItem *item);
void citiz_read_goal (CitizItem *item);
void citiz_read_medication_use (CitizItem *item);
void citiz_read_administration (CitizItem *item);
void citiz_read_immunization (CitizItem *item);

void citiz_settle_alerts (CitizItem *item);
void citiz_drop_local_alerts (CitizItem *item); /* of a medication */

G_END_DECLS
