/* The state tree against a hash table. SPDX-License-Identifier: AGPL-3.0-or-later */
#include "ledger/citiz-state.h"

#include "crypto/citiz-hash.h"
#include "ledger/citiz-object.h"

#include <string.h>

#define N_KEYS 200

/* Keys that share long beginnings, so that deep splits happen. */
static CitizHash
key_of (guint i)
{
  CitizHash key;

  citiz_sha256 (&key, (const guint8 *) &i, sizeof i);
  if (i % 3 == 0)
    memset (key.b, 0xaa, 20);
  if (i % 7 == 0)
    memset (key.b, 0xaa, 31);
  if (i % 7 == 0)
    key.b[31] = (guint8) i;
  return key;
}

static GBytes *
value_of (guint i)
{
  return g_bytes_new (&i, sizeof i);
}

static void
set (CitizState *state, guint key, guint value)
{
  const CitizHash k = key_of (key);
  g_autoptr (GBytes) v = value_of (value);

  citiz_state_set (state, &k, v);
}

/* Each bit of the proof changed once, and each claim turned around. */
static void
refuse_mutations (const CitizHash *root,
                  const CitizHash *key,
                  GBytes *value,
                  const CitizStateProof *proof)
{
  g_autofree CitizStateProof *bad = g_memdup2 (proof, sizeof *proof);
  g_autoptr (GBytes) other = value_of (1u << 30);

  for (guint i = 0; i < proof->n; i++)
    {
      bad->siblings[i].b[i % 32] ^= 1;
      g_assert_false (citiz_state_verify (root, key, value, bad));
      bad->siblings[i] = proof->siblings[i];
    }
  g_assert_false (citiz_state_verify (root, key, other, proof));
  g_assert_false (citiz_state_verify (root, key, value == NULL ? other : NULL, proof));
  bad->n = proof->n + 1;
  memset (&bad->siblings[proof->n], 0, 32);
  g_assert_false (citiz_state_verify (root, key, value, bad));
  if (proof->n > 0)
    {
      bad->n = proof->n - 1;
      g_assert_false (citiz_state_verify (root, key, value, bad));
    }
  bad->n = proof->n;
  if (proof->end == CITIZ_STATE_END_OTHER)
    {
      bad->other_value.b[0] ^= 1;
      g_assert_false (citiz_state_verify (root, key, value, bad));
      bad->end = CITIZ_STATE_END_EMPTY;
      g_assert_false (citiz_state_verify (root, key, value, bad));
    }
}

static void
check_all (CitizState *state, const guint *values)
{
  CitizHash root;
  guint64 n = 0;

  citiz_state_root (state, &root);
  for (guint i = 0; i < N_KEYS; i++)
    {
      const CitizHash key = key_of (i);
      g_autoptr (GBytes) value = values[i] != 0 ? value_of (values[i]) : NULL;
      GBytes *found = citiz_state_get (state, &key);
      CitizStateProof proof;

      n += values[i] != 0;
      g_assert_true ((found == NULL) == (value == NULL));
      g_assert_true (found == NULL || g_bytes_equal (found, value));
      citiz_state_prove (state, &key, &proof);
      g_assert_true (citiz_state_verify (&root, &key, value, &proof));
      refuse_mutations (&root, &key, value, &proof);
    }
  g_assert_cmpuint (citiz_state_size (state), ==, n);
}

static void
test_random (void)
{
  g_autoptr (CitizState) state = citiz_state_new ();
  guint values[N_KEYS] = {0};

  check_all (state, values);
  for (guint round = 1; round <= 300; round++)
    {
      const guint key = (guint) g_test_rand_int_range (0, N_KEYS);
      set (state, key, round);
      values[key] = round;
      g_assert_true (citiz_state_check (state));
      if (round % 100 == 0)
        check_all (state, values);
    }
}

static void
test_order (void)
{
  g_autoptr (CitizState) up = citiz_state_new ();
  g_autoptr (CitizState) down = citiz_state_new ();
  CitizHash a;
  CitizHash b;

  for (guint i = 0; i < N_KEYS; i++)
    {
      set (up, i, 1);
      citiz_state_root (up, &a);
      set (up, i, i + 1);
      set (down, N_KEYS - 1 - i, N_KEYS - i);
    }
  citiz_state_root (up, &a);
  citiz_state_root (down, &b);
  g_assert_true (citiz_hash_equal (&a, &b));
}

static void
test_forks (void)
{
  g_autoptr (CitizState) state = citiz_state_new ();
  CitizHash before;
  CitizHash after;

  for (guint i = 0; i < N_KEYS / 2; i++)
    set (state, i, i + 1);
  citiz_state_root (state, &before);
  {
    g_autoptr (CitizState) fork = citiz_state_fork (state);
    for (guint i = 0; i < N_KEYS; i++)
      set (fork, i, 1000 + i);
    citiz_state_root (fork, &after);
    g_assert_false (citiz_hash_equal (&before, &after));
    g_assert_true (citiz_state_check (fork));
  }
  citiz_state_root (state, &after);
  g_assert_true (citiz_hash_equal (&before, &after));
  g_assert_true (citiz_state_check (state));
  g_assert_cmpuint (citiz_state_size (state), ==, N_KEYS / 2);
}

/* What was set since it began is gone, and the numbers go on as if it had never been; a fork made meanwhile keeps it. */
static void
test_undo (void)
{
  g_autoptr (CitizState) state = citiz_state_new ();
  guint values[N_KEYS] = {0};

  for (guint round = 0; round < 60; round++)
    {
      const gboolean keeps = round % 3 == 0;
      g_autoptr (CitizState) fork = NULL;
      const guint64 size = citiz_state_size (state);
      CitizHash before, meanwhile, after;

      citiz_state_root (state, &before);
      citiz_state_begin (state);
      for (guint i = 0; i < round; i++)
        {
          const guint key = (guint) g_test_rand_int_range (0, N_KEYS);

          set (state, key, 1000 * round + i + 1);
          if (keeps)
            values[key] = 1000 * round + i + 1;
          if (i == round / 2)
            fork = citiz_state_fork (state);
          if (i == round / 2)
            citiz_state_root (state, &meanwhile);
        }
      if (keeps)
        citiz_state_keep (state);
      else
        citiz_state_undo (state);
      g_assert_true (citiz_state_check (state));
      citiz_state_root (state, &after);
      g_assert_true (keeps || citiz_hash_equal (&before, &after));
      g_assert_true (keeps || citiz_state_size (state) == size);
      if (fork == NULL)
        continue;
      g_assert_true (citiz_state_check (fork));
      citiz_state_root (fork, &after);
      g_assert_true (citiz_hash_equal (&meanwhile, &after));
    }
  check_all (state, values);
}

#define MANY 70000 /* more than go into a room, of leaves and of branches */

static void
fill (CitizState *state, guint first)
{
  for (guint i = first; i < first + MANY; i++)
    {
      g_autoptr (GBytes) value = value_of (i);
      CitizHash key;

      citiz_sha256 (&key, (const guint8 *) &i, sizeof i);
      citiz_state_set (state, &key, value);
    }
}

static gpointer
fill_thread (gpointer data)
{
  fill (data, 0);
  return NULL;
}

/* States that lie side by side, made on two threads: what one lets go of, or takes up again, is nothing of the other's. */
static void
test_rooms (void)
{
  g_autoptr (CitizState) kept = citiz_state_new ();
  GThread *thread = g_thread_new ("fill", fill_thread, kept);
  CitizState *other = citiz_state_new ();
  CitizHash before, after;

  fill (other, MANY);
  g_thread_join (thread);
  citiz_state_root (kept, &before);
  g_assert_true (citiz_state_check (other));
  for (guint i = 0; i < 2; i++)
    {
      citiz_state_free (other);
      other = citiz_state_new ();
      fill (other, MANY / 2);
      g_assert_true (citiz_state_check (other));
      citiz_state_root (other, &after);
      g_assert_false (citiz_hash_equal (&before, &after));
    }
  fill (other, 0);
  citiz_state_free (other);
  g_assert_true (citiz_state_check (kept));
  citiz_state_root (kept, &after);
  g_assert_true (citiz_hash_equal (&before, &after));
  g_assert_cmpuint (citiz_state_size (kept), ==, MANY);
}

/* What is tried on a draft is seen there and nowhere else. */
static void
test_drafts (void)
{
  g_autoptr (CitizState) state = citiz_state_new ();
  CitizHash before;
  CitizHash after;

  for (guint i = 0; i < N_KEYS; i++)
    set (state, i, i + 1);
  citiz_state_root (state, &before);
  {
    g_autoptr (CitizState) draft = citiz_state_draft (state);

    for (guint i = 0; i < N_KEYS + 10; i++)
      {
        const CitizHash key = key_of (i);
        g_autoptr (GBytes) value = value_of (i % 3 == 0 ? 1000 + i : i + 1);

        if (i % 3 == 0)
          set (draft, i, 1);
        if (i % 3 == 0)
          set (draft, i, 1000 + i);
        if (i % 3 == 0 || i < N_KEYS)
          g_assert_true (g_bytes_equal (citiz_state_get (draft, &key), value));
        else
          g_assert_null (citiz_state_get (draft, &key));
      }
  }
  citiz_state_root (state, &after);
  g_assert_true (citiz_hash_equal (&before, &after));
  g_assert_true (citiz_state_check (state));
  g_assert_cmpuint (citiz_state_size (state), ==, N_KEYS);
}

/* Objects of few are found where they are, in forks and drafts, too; of others nothing is said. */
static void
test_few (void)
{
  g_autoptr (CitizState) state = citiz_state_new ();

  for (guint i = 0; i < N_KEYS; i++)
    {
      const CitizHash key = key_of (i);
      const guint8 type = i % 50 == 0 ? CITIZ_OBJECT_NODE : CITIZ_OBJECT_ACCOUNT;
      g_autoptr (GBytes) value = g_bytes_new (&type, 1);
      CitizState *const on = i % 100 == 0 ? citiz_state_draft (state) : citiz_state_fork (state);

      g_assert_null (citiz_state_get_few (state, &key));
      citiz_state_set (on, &key, value);
      if (type == CITIZ_OBJECT_NODE)
        g_assert_true (g_bytes_equal (citiz_state_get_few (on, &key), value));
      citiz_state_free (on);
      citiz_state_set (state, &key, value);
    }
  for (guint i = 0; i < N_KEYS; i += 50)
    {
      const CitizHash key = key_of (i);

      g_assert_nonnull (citiz_state_get_few (state, &key));
    }
}

/* Nothing but time may depend on it. */
static void
test_warm (void)
{
  g_autoptr (CitizState) state = citiz_state_new ();
  CitizHash keys[N_KEYS];

  for (guint i = 0; i < N_KEYS; i++)
    {
      keys[i] = key_of (i);
      citiz_state_warm (state, keys, i);
      set (state, i, i + 1);
    }
  g_assert_true (citiz_state_check (state));
}

/* One leaf: the root is that leaf's hash. Two: written out by hand. */
static void
test_small (void)
{
  g_autoptr (CitizState) state = citiz_state_new ();
  CitizHash left = {{0x00}};
  CitizHash right = {{0x80}};
  g_autoptr (GBytes) value = g_bytes_new ("v", 1);
  CitizHash root;
  CitizHash leaves[2];
  CitizHash value_hash;
  guint8 bytes[65];

  citiz_state_root (state, &root);
  g_assert_true (citiz_hash_is_zero (&root));
  citiz_sha256 (&value_hash, (const guint8 *) "v", 1);
  for (guint i = 0; i < 2; i++)
    {
      bytes[0] = 0x10;
      memcpy (bytes + 1, i == 0 ? left.b : right.b, 32);
      memcpy (bytes + 33, value_hash.b, 32);
      citiz_sha256 (&leaves[i], bytes, sizeof bytes);
    }
  citiz_state_set (state, &right, value);
  citiz_state_root (state, &root);
  g_assert_true (citiz_hash_equal (&root, &leaves[1]));
  citiz_state_set (state, &left, value);
  bytes[0] = 0x11;
  memcpy (bytes + 1, leaves[0].b, 32);
  memcpy (bytes + 33, leaves[1].b, 32);
  citiz_sha256 (&leaves[0], bytes, sizeof bytes);
  citiz_state_root (state, &root);
  g_assert_true (citiz_hash_equal (&root, &leaves[0]));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/ledger/state/small", test_small);
  g_test_add_func ("/ledger/state/random", test_random);
  g_test_add_func ("/ledger/state/order", test_order);
  g_test_add_func ("/ledger/state/forks", test_forks);
  g_test_add_func ("/ledger/state/drafts", test_drafts);
  g_test_add_func ("/ledger/state/undo", test_undo);
  g_test_add_func ("/ledger/state/rooms", test_rooms);
  g_test_add_func ("/ledger/state/few", test_few);
  g_test_add_func ("/ledger/state/warm", test_warm);
  return g_test_run ();
}
