/* All vote journals of one node: one file an epoch, in one folder. SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include "store/citiz-journal.h"

G_BEGIN_DECLS

typedef struct _CitizJournals CitizJournals;

/* @founding: what the journal of epoch 0 is bound to, as the chain's name is made of the keys in those journals. */
CitizJournals *citiz_journals_new (const gchar *folder,
                                   const CitizHash *founding,
                                   const CitizHash *chain_id,
                                   CitizSigningKey *node_key);
void citiz_journals_free (CitizJournals *journals);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (CitizJournals, citiz_journals_free)

gchar *citiz_journals_path (const gchar *folder, guint64 epoch);
CitizJournal *citiz_journals_get (CitizJournals *journals, guint64 epoch, GError **error);
CitizJournal *citiz_journals_prepare (CitizJournals *journals, guint64 epoch, GError **error);
gboolean citiz_journals_end_before (CitizJournals *journals,
                                    guint64 epoch,
                                    GError **error) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
