/* Two signed statements of one validator that contradict one another. SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include "wire/citiz-block.h"

G_BEGIN_DECLS

/* On the wire: never renumber (reference ledger.md §1.6). */
typedef enum
{
  CITIZ_EVIDENCE_NONE = 0,
  CITIZ_EVIDENCE_TWO_CANDS = 1,   /* E1: two candidates of one slot */
  CITIZ_EVIDENCE_TWO_NOTARS = 2,  /* E2 */
  CITIZ_EVIDENCE_TWO_FINALS = 3,  /* E3 */
  CITIZ_EVIDENCE_NOTAR_FINAL = 4, /* E4: NOTAR of one block, FINAL of another */
  CITIZ_EVIDENCE_SKIP_FINAL = 5   /* E5 */
} CitizEvidenceKind;

/* @first has the smaller kind, or the smaller hash when the kinds are the same: one pair, one spelling. */
typedef struct
{
  CitizVote first;
  CitizVote second;
} CitizEvidence;

CitizEvidenceKind citiz_evidence_of (const CitizVote *a,
                                     const CitizVote *b) G_GNUC_WARN_UNUSED_RESULT;
gboolean citiz_certs_clash (const CitizCert *a, const CitizCert *b) G_GNUC_WARN_UNUSED_RESULT;
void citiz_evidence_make (CitizEvidence *out, const CitizVote *a, const CitizVote *b);
GBytes *citiz_evidence_encode (const CitizEvidence *evidence);
gboolean citiz_evidence_decode (const guint8 *bytes, gsize n, CitizEvidence *out, GError **error)
    G_GNUC_WARN_UNUSED_RESULT;
gboolean citiz_evidence_verify (const CitizEvidence *evidence,
                                const CitizHash *chain_id,
                                const CitizHash *vs_hash,
                                const CitizValidators *validators) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
