/* What the engine's files about accesses share. SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include "app/citiz-engine-private.h"

G_BEGIN_DECLS

/* Objects of the vault that hold JSON: grants and openings. */
json_t *citiz_engine_read_json (CitizEngine *engine,
                                CitizObjectClass object_class,
                                const CitizId *id,
                                GError **error);
gboolean citiz_engine_write_json (CitizEngine *engine,
                                  CitizObjectClass object_class,
                                  const CitizId *id,
                                  json_t *json,
                                  GError **error);
gint64 citiz_json_integer (const json_t *json, const gchar *key);
gchar *citiz_json_text_dup (const json_t *json, const gchar *key);
/* @json: what the vault remembers, NULL when that cannot be read. (transfer full) */
CitizAccess *citiz_engine_describe_access (CitizEngine *engine,
                                           const CitizId *id,
                                           const json_t *json);
void citiz_engine_tell_row (CitizEngine *engine, GObject *row);
void citiz_engine_tell_access (CitizEngine *engine, const CitizId *id);
gboolean citiz_engine_forget_secrets (CitizEngine *engine,
                                      const CitizId *id,
                                      CitizTime ended,
                                      GError **error);
CitizOpening *citiz_opening_from_json (const CitizId *id, const json_t *json);
void citiz_engine_drop_grant (json_t *json);

G_END_DECLS
