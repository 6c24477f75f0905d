/* The vote journal on disk: the epoch's key and every statement signed with it, and what it relied on. SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include "crypto/citiz-crypto.h"
#include "store/citiz-store-error.h"
#include "wire/citiz-journal-format.h"

G_BEGIN_DECLS

/* One process at a time holds it. After a write or a sync has failed once, everything fails: the process has to end (R0). */
typedef struct _CitizJournal CitizJournal;

CitizJournal *citiz_journal_create (const gchar *path,
                                    const CitizHash *chain_id,
                                    guint64 epoch,
                                    const CitizSigningKey *node_key,
                                    GError **error) G_GNUC_WARN_UNUSED_RESULT;
CitizJournal *citiz_journal_open (const gchar *path,
                                  const CitizHash *chain_id,
                                  guint64 epoch,
                                  const CitizSigningKey *node_key,
                                  GError **error) G_GNUC_WARN_UNUSED_RESULT;
void citiz_journal_close (CitizJournal *journal);
gboolean citiz_journal_destroy (CitizJournal *journal, GError **error) G_GNUC_WARN_UNUSED_RESULT;
G_DEFINE_AUTOPTR_CLEANUP_FUNC (CitizJournal, citiz_journal_close)

gboolean citiz_journal_bar (CitizJournal *journal, GError **error) G_GNUC_WARN_UNUSED_RESULT;
gboolean citiz_journal_is_barred (const CitizJournal *journal);
const CitizSigningKey *citiz_journal_get_key (const CitizJournal *journal);
const CitizVote *citiz_journal_get_records (const CitizJournal *journal, guint *out_n);

/* Group commit: any number of appends, one sync, and only then may what was appended be sent. */
gboolean citiz_journal_append (CitizJournal *journal,
                               const CitizVote *votes,
                               guint n,
                               guint64 committed_slot,
                               GError **error) G_GNUC_WARN_UNUSED_RESULT;
gboolean citiz_journal_sync (CitizJournal *journal, GError **error) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
