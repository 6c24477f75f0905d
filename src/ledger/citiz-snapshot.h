/* The whole state at the end of an epoch, in pieces that can be checked one by one. SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include "ledger/citiz-ledger.h"

G_BEGIN_DECLS

#define CITIZ_SNAPSHOT_CHUNK (1024u * 1024)
#define CITIZ_SNAPSHOT_MAX   65536 /* chunks */

/* Returns: %FALSE to stop. @bytes live for the call only; every chunk but the last has %CITIZ_SNAPSHOT_CHUNK bytes. */
typedef gboolean (*CitizSnapshotFunc) (gpointer data, guint index, const guint8 *bytes, gsize n);

gboolean citiz_snapshot_cut (const CitizLog *log,
                             const CitizState *state,
                             CitizSnapshotFunc func,
                             gpointer data);
void citiz_snapshot_chunk_hash (CitizHash *out, const guint8 *bytes, gsize n);
GArray *citiz_snapshot_list (const CitizLog *log, const CitizState *state);
void citiz_snapshot_root (const CitizLog *log, const CitizState *state, CitizHash *out);

/* Taking one: the list of hashes that the header names, then each chunk in order. */
typedef struct _CitizSnapshot CitizSnapshot;

CitizSnapshot *citiz_snapshot_new (const CitizBlockHeader *closing,
                                   const CitizHash *list,
                                   guint n,
                                   GError **error) G_GNUC_WARN_UNUSED_RESULT;
void citiz_snapshot_free (CitizSnapshot *snapshot);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (CitizSnapshot, citiz_snapshot_free)
guint citiz_snapshot_next (const CitizSnapshot *snapshot);
gboolean citiz_snapshot_take (CitizSnapshot *snapshot,
                              const guint8 *bytes,
                              gsize n,
                              CitizChanges *objects,
                              GError **error) G_GNUC_WARN_UNUSED_RESULT;
CitizLedger *citiz_snapshot_finish (CitizSnapshot *snapshot,
                                    const CitizGenesis *genesis,
                                    const CitizValidators *validators,
                                    GError **error) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
