/* Two signed statements of one validator that contradict one another. SPDX-License-Identifier: AGPL-3.0-or-later */
#include "wire/citiz-evidence.h"

#include <string.h>

/* What two statements of different hashes about one slot prove, by their kinds. */
static const guint8 contradictions[CITIZ_VOTE_FINAL + 1][CITIZ_VOTE_FINAL + 1] = {
    [CITIZ_VOTE_CAND][CITIZ_VOTE_CAND] = CITIZ_EVIDENCE_TWO_CANDS,
    [CITIZ_VOTE_NOTAR][CITIZ_VOTE_NOTAR] = CITIZ_EVIDENCE_TWO_NOTARS,
    [CITIZ_VOTE_FINAL][CITIZ_VOTE_FINAL] = CITIZ_EVIDENCE_TWO_FINALS,
    [CITIZ_VOTE_NOTAR][CITIZ_VOTE_FINAL] = CITIZ_EVIDENCE_NOTAR_FINAL,
    [CITIZ_VOTE_FINAL][CITIZ_VOTE_NOTAR] = CITIZ_EVIDENCE_NOTAR_FINAL,
    [CITIZ_VOTE_SKIP][CITIZ_VOTE_FINAL] = CITIZ_EVIDENCE_SKIP_FINAL,
    [CITIZ_VOTE_FINAL][CITIZ_VOTE_SKIP] = CITIZ_EVIDENCE_SKIP_FINAL,
};

/**
 * citiz_evidence_of:
 *
 * Returns: which contradiction the two statements are, whatever their order; signatures are not looked at. Rules R4 to R6 never
 *   produce one: NOTAR and SKIP of one slot, in either order, are none (reference ledger.md §1.6).
 */
CitizEvidenceKind
citiz_evidence_of (const CitizVote *a, const CitizVote *b)
{
  if (a->voter != b->voter || a->epoch != b->epoch || a->slot != b->slot
      || citiz_hash_equal (&a->hash, &b->hash))
    return CITIZ_EVIDENCE_NONE;
  return (CitizEvidenceKind) contradictions[a->kind][b->kind];
}

/* Whether who signed both certificates has contradicted itself. */
gboolean
citiz_certs_clash (const CitizCert *a, const CitizCert *b)
{
  const CitizVote one = {.kind = a->kind, .epoch = a->epoch, .slot = a->slot, .hash = a->hash};
  const CitizVote other = {.kind = b->kind, .epoch = b->epoch, .slot = b->slot, .hash = b->hash};

  return citiz_evidence_of (&one, &other) != CITIZ_EVIDENCE_NONE;
}

static gint
order (const CitizVote *a, const CitizVote *b)
{
  return a->kind != b->kind ? (gint) a->kind - (gint) b->kind
                            : memcmp (a->hash.b, b->hash.b, sizeof a->hash.b);
}

void
citiz_evidence_make (CitizEvidence *out, const CitizVote *a, const CitizVote *b)
{
  const gboolean swap = order (a, b) > 0;

  *out = (CitizEvidence){swap ? *b : *a, swap ? *a : *b};
}

/**
 * citiz_evidence_encode:
 *
 * Returns: (transfer full): the two votes, 230 bytes
 */
GBytes *
citiz_evidence_encode (const CitizEvidence *evidence)
{
  GByteArray *bytes = g_byte_array_sized_new (2 * CITIZ_VOTE_SIZE);
  const CitizVote *votes[] = {&evidence->first, &evidence->second};

  for (guint i = 0; i < G_N_ELEMENTS (votes); i++)
    {
      g_autoptr (GBytes) one = citiz_vote_encode (votes[i]);
      g_byte_array_append (bytes, g_bytes_get_data (one, NULL), g_bytes_get_size (one));
    }
  return g_byte_array_free_to_bytes (bytes);
}

gboolean
citiz_evidence_decode (const guint8 *bytes, gsize n, CitizEvidence *out, GError **error)
{
  const gsize half = MIN (n, CITIZ_VOTE_SIZE);

  if (!citiz_vote_decode (bytes, half, &out->first, error)
      || !citiz_vote_decode (bytes + half, n - half, &out->second, error))
    return FALSE;
  if (citiz_evidence_of (&out->first, &out->second) != CITIZ_EVIDENCE_NONE
      && order (&out->first, &out->second) < 0)
    return TRUE;
  g_set_error (
      error, CITIZ_WIRE_ERROR, CITIZ_WIRE_ERROR_FORM,
      "evidence: the two votes do not contradict one another, or stand in the wrong order");
  return FALSE;
}

/**
 * citiz_evidence_verify:
 * @validators: those of the votes' epoch
 *
 * Both statements are signed by the validator they name, and they contradict one another.
 */
gboolean
citiz_evidence_verify (const CitizEvidence *evidence,
                       const CitizHash *chain_id,
                       const CitizHash *vs_hash,
                       const CitizValidators *validators)
{
  const CitizVote *a = &evidence->first;
  const CitizPublicKey *key;

  if (citiz_evidence_of (a, &evidence->second) == CITIZ_EVIDENCE_NONE || a->voter >= validators->n)
    return FALSE;
  key = &validators->v[a->voter].key;
  return citiz_vote_verify (a, chain_id, vs_hash, key)
         && citiz_vote_verify (&evidence->second, chain_id, vs_hash, key);
}
