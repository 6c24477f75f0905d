/* The log tree against the definition, for every size up to 64. SPDX-License-Identifier: AGPL-3.0-or-later */
#include "ledger/citiz-log.h"

#include "crypto/citiz-hash.h"

#include <string.h>

#define LEAVES 64

static CitizHash leaves[LEAVES + 1];
static CitizHash roots[LEAVES + 1];
static GArray *nodes; /* CitizLogNode: all perfect subtrees of the largest tree */

/* MTH straight from RFC 9162 §2.1.1, sharing nothing with what is tested but the two hashes. */
static void
slow_root (const CitizHash *d, guint n, CitizHash *out)
{
  CitizHash left;
  CitizHash right;
  guint k = 1;

  if (n == 0)
    {
      citiz_sha256 (out, NULL, 0);
      return;
    }
  if (n == 1)
    {
      *out = d[0];
      return;
    }
  while (k * 2 < n)
    k *= 2;
  slow_root (d, k, &left);
  slow_root (d + k, n - k, &right);
  citiz_log_node (out, &left, &right);
}

static gboolean
read_node (gpointer data, guint level, guint64 index, CitizHash *out)
{
  for (guint i = 0; i < nodes->len; i++)
    {
      const CitizLogNode *node = &g_array_index (nodes, CitizLogNode, i);
      if (node->level == level && node->index == index)
        {
          *out = node->hash;
          return TRUE;
        }
    }
  return FALSE;
}

static gboolean
read_nothing (gpointer data, guint level, guint64 index, CitizHash *out)
{
  return FALSE;
}

static void
prepare (void)
{
  CitizLog log = {0};

  nodes = g_array_new (FALSE, FALSE, sizeof (CitizLogNode));
  for (guint i = 0; i < LEAVES; i++)
    {
      const guint8 byte = (guint8) i;
      citiz_log_leaf (&leaves[i], &byte, 1);
      g_assert_true (citiz_log_check (&log));
      citiz_log_root (&log, &roots[i]);
      citiz_log_append (&log, &leaves[i], nodes);
    }
  citiz_log_root (&log, &roots[LEAVES]);
}

static void
test_roots (void)
{
  /* The known vectors of RFC 6962 test suites: of no leaf, and of one empty leaf. */
  static const gchar *const empty
      = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
  static const gchar *const one
      = "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d";
  CitizHash expected;
  CitizHash leaf;

  g_assert_true (citiz_hash_from_hex (&expected, empty));
  g_assert_true (citiz_hash_equal (&roots[0], &expected));
  citiz_log_leaf (&leaf, NULL, 0);
  g_assert_true (citiz_hash_from_hex (&expected, one));
  g_assert_true (citiz_hash_equal (&leaf, &expected));
  for (guint n = 0; n <= LEAVES; n++)
    {
      CitizLog log;
      slow_root (leaves, n, &expected);
      g_assert_true (citiz_hash_equal (&roots[n], &expected));
      g_assert_true (citiz_log_restore (&log, n, read_node, NULL));
      g_assert_true (citiz_log_check (&log));
      citiz_log_root (&log, &leaf);
      g_assert_true (citiz_hash_equal (&leaf, &expected));
    }
}

/* Every way to be wrong by one: place, size, a bit of each hash, one hash fewer, one more, another leaf, another root. */
static void
refuse_inclusion (const CitizLogProof *proof, const CitizHash *leaf, const CitizHash *root)
{
  CitizLogProof bad = *proof;
  CitizHash changed = *leaf;

  for (guint i = 0; i < proof->n; i++)
    {
      bad.hashes[i].b[i % 32] ^= 1;
      g_assert_false (citiz_log_verify_inclusion (&bad, leaf, root));
      bad.hashes[i] = proof->hashes[i];
    }
  for (guint64 index = 0; index <= proof->size; index++)
    if (index != proof->index)
      {
        bad.index = index;
        g_assert_false (citiz_log_verify_inclusion (&bad, leaf, root));
      }
  bad = *proof;
  bad.n++;
  g_assert_false (citiz_log_verify_inclusion (&bad, leaf, root));
  if (proof->n > 0)
    {
      bad.n = proof->n - 1;
      g_assert_false (citiz_log_verify_inclusion (&bad, leaf, root));
    }
  changed.b[31] ^= 0x80;
  g_assert_false (citiz_log_verify_inclusion (proof, &changed, root));
  g_assert_false (citiz_log_verify_inclusion (proof, leaf, &changed));
}

static void
test_inclusion (void)
{
  CitizLogProof proof;

  for (guint64 size = 0; size <= LEAVES; size++)
    {
      g_assert_false (citiz_log_prove_inclusion (&proof, size, size, read_node, NULL));
      for (guint64 index = 0; index < size; index++)
        {
          g_assert_true (citiz_log_prove_inclusion (&proof, index, size, read_node, NULL));
          g_assert_true (citiz_log_verify_inclusion (&proof, &leaves[index], &roots[size]));
          refuse_inclusion (&proof, &leaves[index], &roots[size]);
        }
    }
  g_assert_false (citiz_log_prove_inclusion (&proof, 3, 9, read_nothing, NULL));
}

static void
refuse_consistency (const CitizLogProof *proof, const CitizHash *root1, const CitizHash *root2)
{
  CitizLogProof bad = *proof;

  for (guint i = 0; i < proof->n; i++)
    {
      bad.hashes[i].b[i % 32] ^= 1;
      g_assert_false (citiz_log_verify_consistency (&bad, root1, root2));
      bad.hashes[i] = proof->hashes[i];
    }
  bad.n = proof->n + 1;
  g_assert_false (citiz_log_verify_consistency (&bad, root1, root2));
  if (proof->n > 0)
    {
      bad.n = proof->n - 1;
      g_assert_false (citiz_log_verify_consistency (&bad, root1, root2));
    }
  if (proof->index != proof->size)
    {
      g_assert_false (citiz_log_verify_consistency (proof, root2, root1));
      if (proof->index > 0)
        g_assert_false (citiz_log_verify_consistency (proof, root1, root1));
    }
}

static void
test_consistency (void)
{
  CitizLogProof proof;

  for (guint64 second = 0; second <= LEAVES; second++)
    for (guint64 first = 0; first <= second; first++)
      {
        g_assert_true (citiz_log_prove_consistency (&proof, first, second, read_node, NULL));
        g_assert_true (citiz_log_verify_consistency (&proof, &roots[first], &roots[second]));
        refuse_consistency (&proof, &roots[first], &roots[second]);
      }
  g_assert_false (citiz_log_prove_consistency (&proof, 5, 4, read_node, NULL));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  prepare ();
  g_test_add_func ("/ledger/log/roots", test_roots);
  g_test_add_func ("/ledger/log/inclusion", test_inclusion);
  g_test_add_func ("/ledger/log/consistency", test_consistency);
  return g_test_run ();
}
