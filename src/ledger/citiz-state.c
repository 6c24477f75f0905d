/* The compact sparse Merkle tree: nodes, forks, roots. SPDX-License-Identifier: AGPL-3.0-or-later */
#include "ledger/citiz-state-private.h"

#include "crypto/citiz-domain.h"
#include "crypto/citiz-hash.h"
#include "ledger/citiz-object.h"

#include <string.h>

/* Numbered invariants, held after every call (citiz_state_check):
 * (1) a branch has at least two leaves below it; a subtree with one leaf is that leaf;
 * (2) a leaf stands on the path of its key;
 * (3) a branch's leaf count is the sum of its children's;
 * (4) a node with more than one owner is never changed, a node whose hash is known is never changed without forgetting it. */

#define BRANCH_SIZE sizeof (CitizStateNode)
#define LEAF_SIZE   (sizeof (CitizStateNode) + sizeof (CitizHash))

static gsize
node_size (const CitizStateNode *node)
{
  return node->is_leaf ? LEAF_SIZE : BRANCH_SIZE;
}

static guint64
node_count (const CitizStateNode *node)
{
  return node == NULL ? 0 : node->is_leaf ? 1 : node->n_leaves;
}

static CitizStateNode *
node_new_leaf (guint64 number, const CitizHash *key, GBytes *value)
{
  CitizStateNode *node = citiz_state_node_take (LEAF_SIZE);

  node->ref = 1;
  node->hashed = FALSE;
  node->is_leaf = TRUE;
  node->number = number;
  node->key[0] = *key;
  node->value = g_bytes_ref (value);
  return node;
}

static CitizStateNode *
node_ref (CitizStateNode *node)
{
  if (node != NULL)
    g_atomic_int_inc (&node->ref);
  return node;
}

static void
node_unref (CitizStateNode *node)
{
  if (node == NULL || !g_atomic_int_dec_and_test (&node->ref))
    return;
  if (node->is_leaf)
    g_bytes_unref (node->value);
  else
    {
      __builtin_prefetch (node->child[1]);
      node_unref (node->child[0]);
      node_unref (node->child[1]);
    }
  citiz_state_node_give (node, node_size (node));
}

/* Takes @node, gives one that nobody else has. */
static CitizStateNode *
node_own (CitizStateNode *node)
{
  CitizStateNode *copy;

  if (g_atomic_int_get (&node->ref) == 1)
    return node;
  copy = citiz_state_node_take (node_size (node));
  memcpy (copy, node, node_size (node));
  copy->ref = 1;
  if (copy->is_leaf)
    g_bytes_ref (copy->value);
  else
    {
      node_ref (copy->child[0]);
      node_ref (copy->child[1]);
    }
  node_unref (node);
  return copy;
}

/* Two leaves of different keys, from @depth on. Takes both. */
static CitizStateNode *
node_join (CitizStateNode *a, CitizStateNode *b, guint depth)
{
  CitizStateNode *node = citiz_state_node_take (BRANCH_SIZE);
  const guint bit = citiz_state_bit (a->key, depth);

  memset (node, 0, BRANCH_SIZE);
  node->ref = 1;
  node->n_leaves = 2;
  if (bit != citiz_state_bit (b->key, depth))
    {
      node->child[bit] = a;
      node->child[!bit] = b;
    }
  else
    node->child[bit] = node_join (a, b, depth + 1);
  return node;
}

/* Takes @node, gives the subtree with @key set. @number: a new leaf's; afterwards the leaf's, smaller if it was there before. @out_old: (transfer full): what was there */
static CitizStateNode *
node_set (CitizStateNode *node,
          guint depth,
          guint64 *number,
          const CitizHash *key,
          GBytes *value,
          GBytes **out_old)
{
  const guint64 new_number = *number;
  guint bit;

  if (node == NULL)
    return node_new_leaf (*number, key, value);
  if (node->is_leaf && !citiz_hash_equal (node->key, key))
    return node_join (node, node_new_leaf (*number, key, value), depth);

  node = node_own (node);
  node->hashed = FALSE;
  if (node->is_leaf)
    {
      *out_old = node->value;
      node->value = g_bytes_ref (value);
      *number = node->number;
      return node;
    }
  bit = citiz_state_bit (key, depth);
  node->child[bit] = node_set (node->child[bit], depth + 1, number, key, value, out_old);
  node->n_leaves += *number == new_number; /* without a look at the other child */
  return node;
}

/* Takes @node, gives the subtree without @key, which is there. */
static CitizStateNode *
node_remove (CitizStateNode *node, guint depth, const CitizHash *key)
{
  const guint bit = citiz_state_bit (key, depth);
  CitizStateNode *last;

  if (node->is_leaf)
    {
      node_unref (node);
      return NULL;
    }
  node = node_own (node);
  node->hashed = FALSE;
  node->child[bit] = node_remove (node->child[bit], depth + 1, key);
  if (--node->n_leaves > 1)
    return node;
  last = node->child[node->child[0] == NULL];
  node->child[0] = node->child[1] = NULL;
  node_unref (node);
  return last;
}

CitizState *
citiz_state_new (void)
{
  return g_new0 (CitizState, 1);
}

/**
 * citiz_state_fork:
 *
 * Returns: (transfer full): the same map; from now on the two go their own ways
 */
CitizState *
citiz_state_fork (const CitizState *state)
{
  CitizState *fork = g_memdup2 (state, sizeof *state);

  g_return_val_if_fail (state->draft == NULL, NULL);
  fork->undo = NULL;
  node_ref (fork->root);
  return fork;
}

static void
clear_entry (gpointer data)
{
  g_clear_pointer (&((CitizStateEntry *) data)->value, g_bytes_unref);
}

/**
 * citiz_state_draft:
 *
 * Returns: (transfer full): the same map to try a few changes on, which copies no way down: it can be set, asked and freed, nothing else
 */
CitizState *
citiz_state_draft (const CitizState *state)
{
  CitizState *draft = citiz_state_fork (state);

  draft->draft = g_array_new (FALSE, FALSE, sizeof (CitizStateEntry));
  g_array_set_clear_func (draft->draft, clear_entry);
  return draft;
}

void
citiz_state_free (CitizState *state)
{
  g_clear_pointer (&state->draft, g_array_unref);
  g_clear_pointer (&state->undo, g_array_unref);
  node_unref (state->root);
  g_free (state);
}

/* Objects of which there are few: all but what citizens make. */
static gboolean
is_of_few (GBytes *value)
{
  gsize n;
  const guint8 *bytes = g_bytes_get_data (value, &n);

  return n > 0 && bytes[0] >= CITIZ_OBJECT_NODE && bytes[0] != CITIZ_OBJECT_COUNT;
}

static guint
few_bit (const CitizHash *key)
{
  return (key->b[0] | (guint) key->b[1] << 8) % CITIZ_STATE_FEW_BITS;
}

/* Returns: (nullable): what @draft sets under @key */
static CitizStateEntry *
find_entry (const CitizState *draft, const CitizHash *key)
{
  for (guint i = 0; i < draft->draft->len; i++)
    {
      CitizStateEntry *entry = &g_array_index (draft->draft, CitizStateEntry, i);

      if (citiz_hash_equal (&entry->key, key))
        return entry;
    }
  return NULL;
}

static void
set_entry (CitizState *draft, const CitizHash *key, GBytes *value)
{
  CitizStateEntry *entry = find_entry (draft, key);
  const CitizStateEntry made = {*key, g_bytes_ref (value)};

  if (entry == NULL)
    {
      g_array_append_val (draft->draft, made);
      return;
    }
  clear_entry (entry);
  *entry = made;
}

/**
 * citiz_state_set:
 *
 * Returns: the number of @key, from 1 on in the order in which keys were first set. It follows from that order alone, so every fork and
 *   every copy that was filled in the same order has the same, and a store finds what it keeps of a key by it. 0 in a draft.
 */
guint64
citiz_state_set (CitizState *state, const CitizHash *key, GBytes *value)
{
  guint64 number = citiz_state_size (state) + 1;
  CitizStateEntry old = {*key, NULL};

  if (is_of_few (value))
    state->few[few_bit (key) / 64] |= G_GUINT64_CONSTANT (1) << few_bit (key) % 64;
  if (state->draft != NULL)
    {
      set_entry (state, key, value);
      return 0;
    }
  state->root = node_set (state->root, 0, &number, key, value, &old.value);
  if (state->undo != NULL)
    g_array_append_val (state->undo, old);
  else
    clear_entry (&old);
  return number;
}

/**
 * citiz_state_begin:
 *
 * From now on what is set can be undone: until citiz_state_keep() or citiz_state_undo(). A fork would copy each way down that is changed; this keeps one
 * line for each change.
 */
void
citiz_state_begin (CitizState *state)
{
  g_return_if_fail (state->draft == NULL && state->undo == NULL);
  state->undo = g_array_new (FALSE, FALSE, sizeof (CitizStateEntry));
  g_array_set_clear_func (state->undo, clear_entry);
}

void
citiz_state_keep (CitizState *state)
{
  g_clear_pointer (&state->undo, g_array_unref);
}

/* The same map as when it began, its numbers, too. */
void
citiz_state_undo (CitizState *state)
{
  g_autoptr (GArray) undo = g_steal_pointer (&state->undo);

  for (guint i = undo->len; i > 0; i--)
    {
      const CitizStateEntry *old = &g_array_index (undo, CitizStateEntry, i - 1);

      if (old->value != NULL)
        citiz_state_set (state, &old->key, old->value);
      else
        state->root = node_remove (state->root, 0, &old->key);
    }
}

/**
 * citiz_state_get:
 *
 * Returns: (transfer none) (nullable): what @key was last set to
 */
GBytes *
citiz_state_get (const CitizState *state, const CitizHash *key)
{
  const CitizStateNode *node = state->root;
  const CitizStateEntry *entry = state->draft != NULL ? find_entry (state, key) : NULL;

  if (entry != NULL)
    return entry->value;
  for (guint depth = 0; node != NULL && !node->is_leaf; depth++)
    node = node->child[citiz_state_bit (key, depth)];
  return node != NULL && citiz_hash_equal (node->key, key) ? node->value : NULL;
}

/**
 * citiz_state_get_few:
 *
 * As citiz_state_get(), for an object of which there are few: mostly known not to be there without going to look.
 */
GBytes *
citiz_state_get_few (const CitizState *state, const CitizHash *key)
{
  return (state->few[few_bit (key) / 64] >> few_bit (key) % 64 & 1) != 0
             ? citiz_state_get (state, key)
             : NULL;
}

static inline void
prefetch (const CitizStateNode *node)
{
  __builtin_prefetch (node);
  __builtin_prefetch ((const guint8 *) node + BRANCH_SIZE - 1);
}

#define WARM 32 /* ways at once */

static void
warm (const CitizStateNode *root, const CitizHash *keys, guint n)
{
  const CitizStateNode *at[WARM];
  gboolean on = TRUE;

  for (guint i = 0; i < n; i++)
    at[i] = root;
  for (guint depth = 0; on; depth++)
    {
      on = FALSE;
      for (guint i = 0; i < n; i++)
        {
          if (at[i] == NULL || at[i]->is_leaf)
            continue;
          prefetch (at[i]->child[0]);
          prefetch (at[i]->child[1]); /* its hash will be asked for */
          at[i] = at[i]->child[citiz_state_bit (&keys[i], depth)];
          on = TRUE;
        }
    }
}

/**
 * citiz_state_warm:
 *
 * Has the processor fetch the ways to all of @keys side by side: one after the other each step waits for the memory. Changes nothing.
 */
void
citiz_state_warm (const CitizState *state, const CitizHash *keys, guint n)
{
  for (guint i = 0; i < n; i += WARM)
    warm (state->root, keys + i, MIN (n - i, WARM));
}

guint64
citiz_state_size (const CitizState *state)
{
  return node_count (state->root);
}

/* H (0x10 | key | SHA-256 (value)) */
static gboolean
node_foreach (const CitizStateNode *node, CitizStateFunc func, gpointer data)
{
  if (node == NULL)
    return TRUE;
  if (node->is_leaf)
    return func (data, node->key, node->value);
  return node_foreach (node->child[0], func, data) && node_foreach (node->child[1], func, data);
}

/**
 * citiz_state_foreach:
 *
 * Every object, in ascending order of keys.
 *
 * Returns: %FALSE if @func stopped
 */
gboolean
citiz_state_foreach (const CitizState *state, CitizStateFunc func, gpointer data)
{
  return node_foreach (state->root, func, data);
}

void
citiz_state_hash_leaf (CitizHash *out, const CitizHash *key, const CitizHash *value_hash)
{
  citiz_sha256_pair (out, CITIZ_DOMAIN_HASH_STATE_LEAF, key, value_hash);
}

/* H (0x11 | left | right) */
void
citiz_state_hash_branch (CitizHash *out, const CitizHash *left, const CitizHash *right)
{
  citiz_sha256_pair (out, CITIZ_DOMAIN_HASH_STATE_NODE, left, right);
}

/* The hash of a subtree, computed where it is not known; of none, 32 zero bytes. */
void
citiz_state_node_hash (CitizStateNode *node, CitizHash *out)
{
  CitizHash left;
  CitizHash right;

  if (node == NULL)
    {
      memset (out, 0, sizeof *out);
      return;
    }
  if (!node->hashed && node->is_leaf)
    {
      citiz_sha256 (&left, g_bytes_get_data (node->value, NULL), g_bytes_get_size (node->value));
      citiz_state_hash_leaf (&node->hash, node->key, &left);
    }
  else if (!node->hashed)
    {
      citiz_state_node_hash (node->child[0], &left);
      citiz_state_node_hash (node->child[1], &right);
      citiz_state_hash_branch (&node->hash, &left, &right);
    }
  node->hashed = TRUE;
  *out = node->hash;
}

/**
 * citiz_state_root:
 *
 * Hashes what changed since it was last asked; of an empty map, 32 zero bytes.
 */
void
citiz_state_root (CitizState *state, CitizHash *out)
{
  citiz_state_node_hash (state->root, out);
}

static gboolean
node_check (CitizStateNode *node, guint depth, CitizHash *prefix)
{
  CitizHash known;
  CitizHash again;
  guint64 n = 0;

  if (node->is_leaf)
    {
      for (guint i = 0; i < depth; i++)
        if (citiz_state_bit (node->key, i) != citiz_state_bit (prefix, i))
          return FALSE;
      return node->value != NULL;
    }
  for (guint bit = 0; bit < 2; bit++)
    {
      if (node->child[bit] == NULL)
        continue;
      prefix->b[depth / 8] &= (guint8) ~(0x80 >> depth % 8);
      prefix->b[depth / 8] |= (guint8) (bit != 0 ? 0x80 >> depth % 8 : 0);
      if (!node_check (node->child[bit], depth + 1, prefix))
        return FALSE;
      n += node_count (node->child[bit]);
    }
  if (n < 2 || n != node->n_leaves)
    return FALSE;
  citiz_state_node_hash (node, &known);
  citiz_state_node_hash (node->child[0], &again);
  citiz_state_node_hash (node->child[1], prefix + 1);
  citiz_state_hash_branch (&again, &again, prefix + 1);
  return citiz_hash_equal (&known, &again);
}

/**
 * citiz_state_check:
 *
 * Returns: %TRUE if the numbered invariants hold
 */
gboolean
citiz_state_check (CitizState *state)
{
  CitizHash scratch[2] = {0};

  return state->root == NULL || node_check (state->root, 0, scratch);
}
