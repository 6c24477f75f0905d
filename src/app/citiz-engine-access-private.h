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
gboolean citiz_engine_rewrite_json (CitizEngine *engine,
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
void citiz_engine_tell_by_clock (CitizAccess *access, gint64 ahead_ms);
void citiz_engine_tell_row (CitizEngine *engine, GObject *row);
void citiz_engine_tell_access (CitizEngine *engine, const CitizId *id);
/* This computer's clock was set: what it keeps itself is told anew by it. */
void citiz_engine_look_at_clock (CitizEngine *engine);
gboolean citiz_engine_forget_secrets (CitizEngine *engine,
                                      const CitizId *id,
                                      CitizTime ended,
                                      GError **error);
CitizAccessState citiz_engine_access_state (const CitizGrantState *state);
json_t *citiz_engine_describe_deal (const CitizGive *give, const CitizDeal *deal, guint64 account);

/* citiz-engine-mail.c */
CitizOpening *citiz_engine_new_opening (const CitizId *id,
                                        const CitizId *access,
                                        CitizOpeningKind kind,
                                        CitizTime when);
/* Who and why, with the keys in the link that the vault kept. */
gboolean citiz_engine_read_note (CitizOpening *opening, const json_t *grant, GBytes *sealed);
gchar *citiz_engine_receipt_words (CitizChain *chain,
                                   const CitizId *grant,
                                   const CitizHash *opening,
                                   CitizTime time,
                                   guint n);
gchar *citiz_engine_stalled_words (CitizChain *chain, const CitizMail *mail, guint n);
json_t *citiz_opening_to_json (const CitizOpening *opening);

void citiz_engine_seal_code_later (CitizEngine *engine,
                                   CitizDeal *deal,
                                   gboolean shared,
                                   const gchar *birth_date);

/* citiz-engine-refresh.c */
CitizDeal *citiz_engine_deal_again (CitizEngine *engine,
                                    const CitizRenewal *renewal,
                                    const CitizTxGrant *grant,
                                    const json_t *json,
                                    GError **error);
void citiz_engine_describe_renewal (json_t *json,
                                    const CitizRenewal *renewal,
                                    const CitizDeal *deal,
                                    CitizTime now);

/* citiz-engine-shared.c: over the nodes of a community */
gboolean citiz_engine_is_shared (CitizEngine *engine, const CitizId *id, const json_t *json);
void citiz_engine_describe_shared (CitizEngine *engine, CitizAccess *access, const json_t *json);
const gchar *citiz_engine_shared_door (CitizEngine *engine,
                                       const CitizAccess *access,
                                       const json_t *json);
gboolean citiz_engine_can_share (CitizEngine *engine);
gboolean citiz_engine_is_ending (CitizEngine *engine, const CitizId *id);
gboolean citiz_engine_was_misdated (CitizEngine *engine, const CitizId *id);
CitizDeal *citiz_engine_give_shared (CitizEngine *engine,
                                     CitizGive *give,
                                     CitizDealOptions *options,
                                     GError **error);
void citiz_engine_hand_codes (CitizEngine *engine, const CitizDeal *deal, GPtrArray *codes);
gboolean citiz_engine_renew_shared (CitizEngine *engine,
                                    const CitizRenewal *renewal,
                                    json_t *json,
                                    GError **error);
void citiz_engine_revoked_shared (CitizEngine *engine, const CitizId *id);
gboolean citiz_engine_revoke_shared (CitizEngine *engine,
                                     const CitizId *id,
                                     json_t *json,
                                     GError **error);

CitizOpening *citiz_opening_from_json (const CitizId *id, const json_t *json);
void citiz_engine_drop_grant (json_t *json);

G_END_DECLS
