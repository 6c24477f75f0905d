/* The append-only log of all transactions: an RFC 9162 tree. SPDX-License-Identifier: AGPL-3.0-or-later */
#include "ledger/citiz-log.h"

#include "crypto/citiz-domain.h"
#include "crypto/citiz-hash.h"

#include <string.h>

typedef struct
{
  CitizLogReadFunc func;
  gpointer data;
} Reader;

/**
 * citiz_log_leaf:
 *
 * SHA-256 (0x00 | bytes), RFC 9162 §2.1.1.
 */
void
citiz_log_leaf (CitizHash *out, const guint8 *bytes, gsize n)
{
  CitizSha256 sha;
  gsize n_prefix;
  const guint8 *prefix = citiz_domain_label (CITIZ_DOMAIN_HASH_LOG_LEAF, &n_prefix);

  citiz_sha256_init (&sha);
  citiz_sha256_update (&sha, prefix, n_prefix);
  citiz_sha256_update (&sha, bytes, n);
  citiz_sha256_finish (&sha, out);
}

/**
 * citiz_log_node:
 *
 * SHA-256 (0x01 | left | right). @out may be one of the two.
 */
void
citiz_log_node (CitizHash *out, const CitizHash *left, const CitizHash *right)
{
  citiz_sha256_pair (out, CITIZ_DOMAIN_HASH_LOG_NODE, left, right);
}

/**
 * citiz_log_append:
 * @out_nodes: (element-type CitizLogNode) (nullable): gets every perfect subtree that this leaf completes
 */
void
citiz_log_append (CitizLog *log, const CitizHash *leaf, GArray *out_nodes)
{
  CitizLogNode node = {0, log->size, *leaf};

  for (;;)
    {
      if (out_nodes != NULL)
        g_array_append_val (out_nodes, node);
      if ((log->size >> node.level & 1) == 0)
        break;
      citiz_log_node (&node.hash, &log->peaks[node.level], &node.hash);
      memset (&log->peaks[node.level], 0, sizeof (CitizHash));
      node.level++;
      node.index >>= 1;
    }
  log->peaks[node.level] = node.hash;
  log->size++;
}

/**
 * citiz_log_root:
 *
 * MTH of all leaves; of none: the SHA-256 of nothing (RFC 9162 §2.1.1).
 */
void
citiz_log_root (const CitizLog *log, CitizHash *out)
{
  gboolean any = FALSE;

  for (guint level = 0; level < CITIZ_LOG_LEVELS; level++)
    if (log->size >> level & 1)
      {
        if (any)
          citiz_log_node (out, &log->peaks[level], out);
        else
          *out = log->peaks[level];
        any = TRUE;
      }
  if (!any)
    citiz_sha256 (out, NULL, 0);
}

/**
 * citiz_log_restore:
 *
 * The right edge of a tree of @size leaves, from its stored subtrees.
 */
gboolean
citiz_log_restore (CitizLog *log, guint64 size, CitizLogReadFunc read, gpointer data)
{
  memset (log, 0, sizeof *log);
  if (size >> CITIZ_LOG_LEVELS != 0)
    return FALSE;
  log->size = size;
  for (guint level = 0; level < CITIZ_LOG_LEVELS; level++)
    if (size >> level & 1)
      if (!read (data, level, (size >> level) - 1, &log->peaks[level]))
        return FALSE;
  return TRUE;
}

/**
 * citiz_log_check:
 *
 * Returns: %TRUE if the invariants of #CitizLog hold
 */
gboolean
citiz_log_check (const CitizLog *log)
{
  if (log->size >> CITIZ_LOG_LEVELS != 0)
    return FALSE;
  for (guint level = 0; level < CITIZ_LOG_LEVELS; level++)
    if ((log->size >> level & 1) == (guint64) citiz_hash_is_zero (&log->peaks[level]))
      return FALSE;
  return TRUE;
}

/* The largest power of two below @n, n > 1, as an exponent. */
static guint
split_level (guint64 n)
{
  return 63u - (guint) __builtin_clzll (n - 1);
}

/* MTH of leaves [begin, begin + n); begin is a multiple of the next power of two at or above n. */
static gboolean
range_root (const Reader *reader, guint64 begin, guint64 n, CitizHash *out)
{
  CitizHash right;
  guint level;

  if ((n & (n - 1)) == 0)
    {
      level = (guint) __builtin_ctzll (n);
      return reader->func (reader->data, level, begin >> level, out);
    }
  level = split_level (n);
  if (!reader->func (reader->data, level, begin >> level, out)
      || !range_root (reader, begin + (1ULL << level), n - (1ULL << level), &right))
    return FALSE;
  citiz_log_node (out, out, &right);
  return TRUE;
}

static gboolean
append_range (CitizLogProof *out, const Reader *reader, guint64 begin, guint64 n)
{
  return range_root (reader, begin, n, &out->hashes[out->n++]);
}

/* PATH (m, D[begin : begin + n]), RFC 9162 §2.1.3.1 */
static gboolean
path (CitizLogProof *out, const Reader *reader, guint64 m, guint64 begin, guint64 n)
{
  guint64 k;

  if (n == 1)
    return TRUE;
  k = 1ULL << split_level (n);
  if (m < k)
    return path (out, reader, m, begin, k) && append_range (out, reader, begin + k, n - k);
  return path (out, reader, m - k, begin + k, n - k) && append_range (out, reader, begin, k);
}

/**
 * citiz_log_prove_inclusion:
 *
 * Returns: %FALSE if there is no such leaf or a subtree is not stored
 */
gboolean
citiz_log_prove_inclusion (CitizLogProof *out,
                           guint64 index,
                           guint64 size,
                           CitizLogReadFunc read,
                           gpointer data)
{
  const Reader reader = {read, data};

  *out = (CitizLogProof){.index = index, .size = size};
  if (index >= size || size >> CITIZ_LOG_LEVELS != 0)
    return FALSE;
  return path (out, &reader, index, 0, size);
}

/* SUBPROOF (m, D[begin : begin + n], whole), RFC 9162 §2.1.4.1 */
static gboolean
subproof (CitizLogProof *out,
          const Reader *reader,
          guint64 m,
          guint64 begin,
          guint64 n,
          gboolean whole)
{
  guint64 k;

  if (m == n)
    return whole || append_range (out, reader, begin, n);
  k = 1ULL << split_level (n);
  if (m <= k)
    return subproof (out, reader, m, begin, k, whole)
           && append_range (out, reader, begin + k, n - k);
  return subproof (out, reader, m - k, begin + k, n - k, FALSE)
         && append_range (out, reader, begin, k);
}

/**
 * citiz_log_prove_consistency:
 *
 * That the tree of @size2 leaves begins with that of @size1; from none, nothing needs a proof.
 */
gboolean
citiz_log_prove_consistency (CitizLogProof *out,
                             guint64 size1,
                             guint64 size2,
                             CitizLogReadFunc read,
                             gpointer data)
{
  const Reader reader = {read, data};

  *out = (CitizLogProof){.index = size1, .size = size2};
  if (size1 > size2 || size2 >> CITIZ_LOG_LEVELS != 0)
    return FALSE;
  return size1 == 0 || subproof (out, &reader, size1, 0, size2, TRUE);
}

/**
 * citiz_log_verify_inclusion:
 *
 * RFC 9162 §2.1.3.2.
 */
gboolean
citiz_log_verify_inclusion (const CitizLogProof *proof,
                            const CitizHash *leaf,
                            const CitizHash *root)
{
  guint64 fn = proof->index;
  guint64 sn = proof->size - 1;
  CitizHash r = *leaf;

  if (proof->index >= proof->size || proof->n > G_N_ELEMENTS (proof->hashes))
    return FALSE;
  for (guint i = 0; i < proof->n; i++)
    {
      if (sn == 0)
        return FALSE;
      if ((fn & 1) != 0 || fn == sn)
        {
          citiz_log_node (&r, &proof->hashes[i], &r);
          while ((fn & 1) == 0 && fn != 0)
            {
              fn >>= 1;
              sn >>= 1;
            }
        }
      else
        citiz_log_node (&r, &r, &proof->hashes[i]);
      fn >>= 1;
      sn >>= 1;
    }
  return sn == 0 && citiz_hash_equal (&r, root);
}

/* The loop of RFC 9162 §2.1.4.2: from @start, the first hash, to both roots. */
static gboolean
follow (const CitizLogProof *proof,
        guint first,
        const CitizHash *start,
        const CitizHash *root1,
        const CitizHash *root2)
{
  guint64 fn = proof->index - 1;
  guint64 sn = proof->size - 1;
  CitizHash fr = *start;
  CitizHash sr = *start;

  for (; (fn & 1) != 0; fn >>= 1)
    sn >>= 1;
  for (guint i = first; i < proof->n; i++)
    {
      const CitizHash *c = &proof->hashes[i];

      if (sn == 0)
        return FALSE;
      if ((fn & 1) != 0 || fn == sn)
        {
          citiz_log_node (&fr, c, &fr);
          citiz_log_node (&sr, c, &sr);
          for (; (fn & 1) == 0 && fn != 0; fn >>= 1)
            sn >>= 1;
        }
      else
        citiz_log_node (&sr, &sr, c);
      fn >>= 1;
      sn >>= 1;
    }
  return sn == 0 && citiz_hash_equal (&fr, root1) && citiz_hash_equal (&sr, root2);
}

/**
 * citiz_log_verify_consistency:
 *
 * RFC 9162 §2.1.4.2. Of an empty first tree, its root must be that of nothing; of two trees of one size, the roots must be equal.
 */
gboolean
citiz_log_verify_consistency (const CitizLogProof *proof,
                              const CitizHash *root1,
                              const CitizHash *root2)
{
  CitizHash nothing;

  if (proof->index > proof->size || proof->n > G_N_ELEMENTS (proof->hashes))
    return FALSE;
  if (proof->index == proof->size)
    return proof->n == 0 && citiz_hash_equal (root1, root2);
  if (proof->index == 0)
    {
      citiz_sha256 (&nothing, NULL, 0);
      return proof->n == 0 && citiz_hash_equal (root1, &nothing);
    }
  if (proof->n == 0)
    return FALSE;
  if ((proof->index & (proof->index - 1)) == 0)
    return follow (proof, 0, root1, root1, root2);
  return follow (proof, 1, &proof->hashes[0], root1, root2);
}
