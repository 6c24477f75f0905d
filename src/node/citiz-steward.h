/* What a node does for its community beside ordering: presents itself, gets ready for the next epoch, proposes and approves what is settled,
 * blames. SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include "node/citiz-order.h"

G_BEGIN_DECLS

/* Lives in the main context it was made in; everything it is made of outlives it. What it knows is on the chain, so that it goes on after any
 * restart. */
typedef struct _CitizSteward CitizSteward;

CitizSteward *citiz_steward_new (CitizDb *db,
                                 CitizChain *chain,
                                 CitizReplica *replica,
                                 CitizOrder *order,
                                 CitizJournals *journals,
                                 const CitizSigningKey *key);
void citiz_steward_free (CitizSteward *steward);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (CitizSteward, citiz_steward_free)

/* A validator that is given them says on the ledger where it is and who runs it: it is no more as was known. */
void citiz_steward_present (CitizSteward *steward, const gchar *url, const gchar *operator_);
/* What a community that was founded with admission asks for, proposed by its first node and approved by the others. */
void citiz_steward_admit (CitizSteward *steward, const CitizTxParams *params);

/* What its operator wants. @out_proposal: (out) (optional): what others approve. @done is called once unless they return FALSE. */
gboolean citiz_steward_join (CitizSteward *steward,
                             const gchar *url,
                             const gchar *operator_,
                             CitizHash *out_proposal,
                             CitizOrderDone done,
                             gpointer data,
                             GError **error) G_GNUC_WARN_UNUSED_RESULT;
gboolean citiz_steward_leave (CitizSteward *steward,
                              CitizOrderDone done,
                              gpointer data,
                              GError **error) G_GNUC_WARN_UNUSED_RESULT;
gboolean citiz_steward_exclude (CitizSteward *steward,
                                const CitizPublicKey *node,
                                CitizHash *out_proposal,
                                CitizOrderDone done,
                                gpointer data,
                                GError **error) G_GNUC_WARN_UNUSED_RESULT;
gboolean citiz_steward_approve (CitizSteward *steward,
                                const CitizHash *proposal,
                                CitizOrderDone done,
                                gpointer data,
                                GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Of this epoch, not approved by a quorum yet. (element-type CitizProposal) */
GPtrArray *citiz_steward_proposals (CitizChain *chain);
/* Every node that ever joined by a node_join. (element-type CitizNodeRecord) */
GPtrArray *citiz_steward_nodes (CitizChain *chain);
/* Who is blamed on the chain. (element-type CitizEvidenceRecord) */
GPtrArray *citiz_steward_blamed (CitizChain *chain);

G_END_DECLS
