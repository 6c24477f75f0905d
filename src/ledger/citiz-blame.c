/* Who made two chains final that cannot both be. SPDX-License-Identifier: AGPL-3.0-or-later */
#include "ledger/citiz-blame.h"

/* Those who signed both, and are not named yet. */
static guint
name (const CitizCert *a, const CitizCert *b, guint n, CitizEvidence *out)
{
  for (guint16 voter = 0; voter < CITIZ_MAX_VALIDATORS; voter++)
    {
      gboolean named = FALSE;
      CitizVote one;
      CitizVote other;

      for (guint i = 0; i < n; i++)
        named |= out[i].first.voter == voter;
      if (!named && citiz_cert_vote (a, voter, &one) && citiz_cert_vote (b, voter, &other))
        citiz_evidence_make (&out[n++], &one, &other);
    }
  return n;
}

static guint
compare (const CitizCert *final, GPtrArray *chain, guint n, CitizEvidence *out)
{
  for (guint i = 0; i < chain->len; i++)
    {
      const CitizBlock *block = chain->pdata[i];
      const CitizJustification *why = block->justification;

      if (block->final != NULL && citiz_certs_clash (final, block->final))
        n = name (final, block->final, n, out);
      if (why == NULL)
        continue;
      if (citiz_certs_clash (final, &why->notar))
        n = name (final, &why->notar, n, out);
      for (guint j = 0; j < why->skips->len; j++)
        if (citiz_certs_clash (final, why->skips->pdata[j]))
          n = name (final, why->skips->pdata[j], n, out);
    }
  return n;
}

/**
 * citiz_blame:
 * @a: (element-type CitizBlock): a chain of one epoch with its justifications, the last block with a FINAL certificate
 * @b: (element-type CitizBlock): another, from the same start
 * @out: a contradiction for each, by its own two signatures
 *
 * Of two chains that do not agree, the one's FINAL certificate of slot s meets in the other a FINAL or NOTAR certificate of another
 * block in s, or a SKIP certificate of s. Two quorums share at least 2q − n voters, and no honest node signs both (reference ledger.md
 * §1.6). The certificates themselves are not verified: each pair of votes is, by citiz_evidence_verify(), by whoever reads it.
 *
 * Returns: how many are guilty; 0 if the chains agree
 */
guint
citiz_blame (GPtrArray *a, GPtrArray *b, CitizEvidence out[CITIZ_MAX_VALIDATORS])
{
  GPtrArray *chains[] = {a, b};
  guint n = 0;

  for (guint i = 0; i < 2; i++)
    for (guint j = 0; j < chains[i]->len; j++)
      {
        const CitizBlock *block = chains[i]->pdata[j];

        if (block->final != NULL)
          n = compare (block->final, chains[1 - i], n, out);
      }
  return n;
}
