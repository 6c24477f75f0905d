/* Steps shared by the composers. SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include "record/citiz-compose.h"

G_BEGIN_DECLS

/* One composition: the resource being made and the view of what it was. */
typedef struct
{
  const CitizDraft *draft;
  json_t *resource;
  CitizItem *old; /* NULL for a new one */
} CitizComposer;

gboolean citiz_composer_start (CitizComposer *c,
                               const CitizDraft *draft,
                               const json_t *base,
                               const gchar *type,
                               const gchar *subject);
json_t *citiz_composer_finish (CitizComposer *c);

gboolean citiz_said (const gchar *text);
json_t *citiz_make_list (json_t *value); /* of this one */
json_t *citiz_make_concept (const gchar *system, const gchar *code, const gchar *text);
/* Unchanged names keep their codings. */
void citiz_put_title (CitizComposer *c, const gchar *field);
void citiz_put_text (CitizComposer *c, const gchar *field, const gchar *text, const gchar *old);
void citiz_put_date (CitizComposer *c,
                     const gchar *field,
                     const CitizDate *date,
                     const CitizDate *old,
                     const gchar *const *instead);
void citiz_put_note (CitizComposer *c);
void citiz_put_status (CitizComposer *c, const gchar *field, const gchar *usual);
/* {value, unit, system, code}; NULL when the number is none. */
json_t *citiz_make_quantity (const gchar *value, const gchar *unit);
json_t *citiz_make_extension (const gchar *name, const gchar *type, json_t *value);
const gchar *citiz_status_code (CitizStatus status);

G_END_DECLS
