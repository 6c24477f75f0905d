/* Proofs that the state holds a value under a key, or nothing. SPDX-License-Identifier: AGPL-3.0-or-later */
#include "ledger/citiz-state-private.h"

#include "crypto/citiz-hash.h"

/**
 * citiz_state_prove:
 *
 * The path of @key, whether it is there or not.
 */
void
citiz_state_prove (CitizState *state, const CitizHash *key, CitizStateProof *out)
{
  CitizStateNode *node = state->root;

  out->n = 0;
  while (node != NULL && !node->is_leaf)
    {
      const guint bit = citiz_state_bit (key, out->n);

      citiz_state_node_hash (node->child[!bit], &out->siblings[out->n++]);
      node = node->child[bit];
    }

  if (node == NULL)
    out->end = CITIZ_STATE_END_EMPTY;
  else if (citiz_hash_equal (node->key, key))
    out->end = CITIZ_STATE_END_SELF;
  else
    {
      out->end = CITIZ_STATE_END_OTHER;
      out->other_key = node->key[0];
      citiz_sha256 (&out->other_value, g_bytes_get_data (node->value, NULL),
                    g_bytes_get_size (node->value));
    }
}

static gboolean
end_hash (const CitizHash *key, GBytes *value, const CitizStateProof *proof, CitizHash *out)
{
  CitizHash value_hash;

  switch (proof->end)
    {
    case CITIZ_STATE_END_SELF:
      if (value == NULL)
        return FALSE;
      citiz_sha256 (&value_hash, g_bytes_get_data (value, NULL), g_bytes_get_size (value));
      citiz_state_hash_leaf (out, key, &value_hash);
      return TRUE;
    case CITIZ_STATE_END_EMPTY:
      *out = (CitizHash){0};
      return value == NULL;
    case CITIZ_STATE_END_OTHER:
      if (value != NULL || citiz_hash_equal (&proof->other_key, key))
        return FALSE;
      for (guint i = 0; i < proof->n; i++)
        if (citiz_state_bit (&proof->other_key, i) != citiz_state_bit (key, i))
          return FALSE;
      citiz_state_hash_leaf (out, &proof->other_key, &proof->other_value);
      return TRUE;
    }
  return FALSE;
}

/**
 * citiz_state_verify:
 * @value: (nullable): what @key is said to hold; %NULL: that it holds nothing
 *
 * A full key stands in every leaf, so one proof cannot be read at two depths.
 */
gboolean
citiz_state_verify (const CitizHash *root,
                    const CitizHash *key,
                    GBytes *value,
                    const CitizStateProof *proof)
{
  CitizHash hash;

  if (proof->n > CITIZ_STATE_MAX_DEPTH || !end_hash (key, value, proof, &hash))
    return FALSE;
  for (guint i = proof->n; i-- > 0;)
    if (citiz_state_bit (key, i) != 0)
      citiz_state_hash_branch (&hash, &proof->siblings[i], &hash);
    else
      citiz_state_hash_branch (&hash, &hash, &proof->siblings[i]);
  return citiz_hash_equal (&hash, root);
}
