/* The steward's fields and the verbs its files share. SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include "ledger/citiz-community.h"
#include "node/citiz-steward.h"

G_BEGIN_DECLS

struct _CitizSteward
{
  CitizDb *db;
  CitizChain *chain;
  CitizReplica *replica;
  CitizOrder *order;
  CitizJournals *journals;
  const CitizSigningKey *key;
  CitizPublicKey node;
  gboolean presents;
  CitizTxNodeJoin own;
  gboolean admits;
  CitizTxParams params;
  GArray *blames; /* CitizEvidence, as on the disk */
  gint64 wanted;  /* µs: since when a change is due; 0: none is */
  GSource *beat;
  GSource *soon;
};

/* @out_id: (out) (optional): of the transaction that says @body */
gboolean citiz_steward_say (CitizSteward *self,
                            CitizTxType type,
                            const CitizTxBody *body,
                            CitizHash *out_id,
                            CitizOrderDone done,
                            gpointer data,
                            GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Whatever follows from the chain now, once each. */
void citiz_steward_act (CitizSteward *self);
/* Kept until it is final: who contradicted itself may never do it again. */
void citiz_steward_keep_blame (CitizSteward *self, const CitizEvidence *evidence);
/* At the start, from the disk. */
void citiz_steward_recall_blames (CitizSteward *self);

G_END_DECLS
