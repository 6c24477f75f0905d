/* A chain that several order, on disk: following, appending, what is pending. SPDX-License-Identifier: AGPL-3.0-or-later */
#include "shared-world.h"

#include "store/citiz-chain-private.h"
#include "store/citiz-check-light.h"

#include "crypto/citiz-crypto.h"

/* As many blocks of @all from @first on as a range of these limits has, encoded one by one. What stands on a closing block is read with it. */
static GBytes *
expected_range (GPtrArray *all, guint first, guint max, gsize max_bytes)
{
  GByteArray *out = g_byte_array_new ();
  gsize whole = 0;

  for (guint i = first; i < all->len; i++)
    {
      const CitizBlock *block = all->pdata[i];
      g_autoptr (GBytes) bytes = citiz_block_encode (block, TRUE);

      if (block->header.flags != CITIZ_BLOCK_CONTINUATION && out->len >= max_bytes && whole > 0)
        break;
      citiz_put_u32 (out, (guint32) g_bytes_get_size (bytes));
      citiz_put_bytes (out, g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes));
      if (block->final != NULL && (whole == 0 || (i - first < max && out->len <= max_bytes)))
        whole = out->len;
    }
  g_byte_array_set_size (out, (guint) whole);
  return g_byte_array_free_to_bytes (out);
}

/* Every range that can be asked for is, byte for byte, that of the blocks read one by one. */
static void
check_ranges (CitizChain *chain)
{
  static const gsize sizes[] = {1, 1000, 2000, 4000, 8000, G_MAXSIZE};
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) all = citiz_chain_read_blocks (chain, 1, 1000, G_MAXSIZE, &error);

  g_assert_no_error (error);
  for (guint first = 0; first <= all->len; first++)
    for (guint max = 1; max <= all->len + 1; max++)
      for (guint i = 0; i < G_N_ELEMENTS (sizes); i++)
        {
          const CitizBlock *block = first < all->len ? all->pdata[first] : NULL;
          const guint64 height
              = block != NULL ? block->header.height : citiz_chain_height (chain) + 1;
          g_autoptr (GBytes) expected = expected_range (all, first, max, sizes[i]);
          g_autoptr (GBytes) range = NULL;

          if (block != NULL && block->header.flags == CITIZ_BLOCK_CONTINUATION)
            continue;
          range = citiz_chain_read_range (chain, height, max, sizes[i], &error);
          g_assert_no_error (error);
          g_assert_true (g_bytes_equal (range, expected));
        }
}

static void
test_follow (SharedWorld *world, gconstpointer level)
{
  g_autoptr (GPtrArray) blocks = shared_world_blocks (world, 5);
  g_autoptr (GPtrArray) more = shared_world_blocks (world, 2);
  g_autoptr (GPtrArray) read = NULL;
  g_autoptr (GError) error = NULL;

  g_assert_true (citiz_chain_follow (world->chain, blocks, GPOINTER_TO_INT (level), &error));
  g_assert_no_error (error);
  g_assert_cmpuint (citiz_chain_height (world->chain), ==, 5);

  /* Again after a restart, and everything is there to be verified and handed on. */
  shared_world_shut (world);
  shared_world_open (world, NULL);
  g_assert_true (citiz_chain_follow (world->chain, more, GPOINTER_TO_INT (level), &error));
  g_assert_no_error (error);
  g_assert_true (citiz_chain_verify (world->chain, NULL, NULL, NULL, &error));
  g_assert_no_error (error);
  read = citiz_chain_read_blocks (world->chain, 2, 3, G_MAXSIZE, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (read->len, ==, 3);
  for (guint i = 0; i < read->len; i++)
    {
      const CitizBlock *block = read->pdata[i];
      g_autoptr (GBytes) bytes = citiz_block_encode (block, TRUE);
      g_autoptr (GBytes) again = NULL;
      g_autoptr (CitizBlock) decoded = NULL;
      gsize n;
      const guint8 *view = g_bytes_get_data (bytes, &n);

      g_assert_true (citiz_hash_equal (&block->hash, &((CitizBlock *) blocks->pdata[i + 1])->hash));
      decoded = citiz_block_decode (view, n, TRUE, &error);
      g_assert_no_error (error);
      again = citiz_block_encode (decoded, TRUE);
      g_assert_true (g_bytes_equal (bytes, again));
      g_assert_cmpint (decoded->final != NULL, ==, i == 3);
      for (gsize cut = 0; cut < n; cut++)
        g_assert_null (citiz_block_decode (view, cut, TRUE, NULL));
    }
  g_clear_pointer (&read, g_ptr_array_unref);
  read = citiz_chain_read_blocks (world->chain, 6, 100, 1, &error); /* one at least */
  g_assert_cmpuint (read->len, ==, 1);
  g_clear_pointer (&read, g_ptr_array_unref);
  read = citiz_chain_read_blocks (world->chain, 8, 100, 1, &error);
  g_assert_cmpuint (read->len, ==, 0);
  check_ranges (world->chain);
}

/* Over the end of an epoch in one go, if the block that ends it is final itself. */
static void
test_epochs (SharedWorld *world, gconstpointer level)
{
  g_autoptr (GPtrArray) blocks = shared_world_closing (world);
  g_autoptr (CitizChanges) changes = citiz_changes_new ();
  g_autoptr (GError) error = NULL;
  CitizBlock *closing = blocks->pdata[blocks->len - 1];
  CitizValidators next;

  g_assert_cmpuint (closing->header.flags, ==, CITIZ_BLOCK_CLOSING);
  g_assert_true (citiz_ledger_get_validators (world->ledger, 1, &next));
  g_assert_true (citiz_ledger_begin_epoch (world->ledger, &next, FALSE, &error));
  g_ptr_array_add (blocks, shared_world_next (world, changes, TRUE));
  g_assert_false (citiz_chain_follow (world->chain, blocks, GPOINTER_TO_INT (level), &error));
  g_assert_error (error, CITIZ_LEDGER_ERROR, CITIZ_LEDGER_ERROR_CERT);
  g_clear_error (&error);
  g_assert_cmpuint (citiz_chain_height (world->chain), ==, 0);

  closing->final = g_new (CitizCert, 1);
  shared_world_certify (world, closing->final, CITIZ_VOTE_FINAL, closing, 3);
  g_assert_true (citiz_chain_follow (world->chain, blocks, GPOINTER_TO_INT (level), &error));
  g_assert_no_error (error);
  shared_world_shut (world);
  shared_world_open (world, NULL);
  g_assert_cmpuint (citiz_ledger_epoch (citiz_chain_ledger (world->chain, &error)), ==, 1);
  g_assert_true (citiz_chain_verify (world->chain, NULL, NULL, NULL, &error));
  g_assert_no_error (error);
}

/* The block that ends the epoch is final by one that stands on it: followed, kept, verified, and handed on to the next follower. */
static void
test_continuation (SharedWorld *world, gconstpointer level)
{
  g_autoptr (GPtrArray) blocks = shared_world_end_epoch_above (world);
  g_autoptr (CitizChanges) changes = citiz_changes_new ();
  g_autoptr (GPtrArray) read = NULL;
  g_autoptr (CitizClosing) closing = NULL;
  g_autoptr (GError) error = NULL;
  const guint n = blocks->len - 2;
  CitizCert *final;
  CitizLight light;
  g_autoptr (GPtrArray) closings = g_ptr_array_new ();
  SharedWorld other;

  /* without the certificate nothing of it is believed */
  final = g_steal_pointer (&((CitizBlock *) blocks->pdata[n + 1])->final);
  g_assert_false (citiz_chain_follow (world->chain, blocks, GPOINTER_TO_INT (level), NULL));
  g_assert_cmpuint (citiz_chain_height (world->chain), ==, 0);
  ((CitizBlock *) blocks->pdata[n + 1])->final = final;
  g_assert_true (citiz_chain_follow (world->chain, blocks, GPOINTER_TO_INT (level), &error));
  g_assert_no_error (error);
  g_assert_cmpuint (citiz_chain_height (world->chain), ==, n);
  g_assert_cmpuint (citiz_ledger_epoch (citiz_chain_ledger (world->chain, NULL)), ==, 1);
  g_ptr_array_set_size (blocks, 0);
  g_ptr_array_add (blocks, shared_world_next (world, changes, TRUE));
  g_assert_true (citiz_chain_follow (world->chain, blocks, GPOINTER_TO_INT (level), &error));
  g_assert_no_error (error);
  shared_world_shut (world);
  shared_world_open (world, NULL);
  g_assert_true (citiz_chain_verify (world->chain, NULL, NULL, NULL, &error));
  g_assert_no_error (error);

  closing = citiz_chain_closing (world->chain, 0, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (closing->headers->len, ==, 3);
  citiz_light_init (&light, &world->genesis);
  g_ptr_array_add (closings, closing);
  closing->final.signatures[2].b[9] ^= 1;
  g_assert_false (citiz_check_closings (&light, closings, &error));
  g_assert_error (error, CITIZ_LEDGER_ERROR, CITIZ_LEDGER_ERROR_CERT);
  g_clear_error (&error);
  closing->final.signatures[2].b[9] ^= 1;
  g_ptr_array_add (closings, closing); /* the same end again: the whole answer is refused */
  g_assert_false (citiz_check_closings (&light, closings, NULL));
  g_assert_cmpuint (light.epoch, ==, 0);
  g_ptr_array_set_size (closings, 1);
  g_assert_true (citiz_check_closings (&light, closings, &error));
  g_assert_no_error (error);
  g_assert_cmpuint (light.epoch, ==, 1);
  g_assert_null (citiz_chain_closing (world->chain, 1, &error));
  g_assert_no_error (error);

  check_ranges (world->chain);
  shared_world_init (&other, NULL);
  read = citiz_chain_read_blocks (world->chain, 1, 1000, G_MAXSIZE, &error);
  g_assert_cmpuint (read->len, ==, n + 3);
  g_assert_true (citiz_chain_follow (other.chain, read, GPOINTER_TO_INT (level), &error));
  g_assert_no_error (error);
  g_assert_cmpuint (citiz_chain_height (other.chain), ==, n + 1);
  shared_world_clear (&other, NULL);
}

/* What does not follow, is not final, or is signed falsely changes nothing. */
static void
test_refused (SharedWorld *world, gconstpointer unused)
{
  g_autoptr (GPtrArray) blocks = shared_world_blocks (world, 3);
  g_autoptr (GPtrArray) gap = shared_world_blocks (world, 1);
  CitizBlock *last = blocks->pdata[2], *middle = blocks->pdata[1];
  g_autoptr (GError) error = NULL;
  CitizCert *cert = g_steal_pointer (&last->final);
  CitizSignature kept = cert->signatures[0];

  g_assert_false (citiz_chain_follow (world->chain, blocks, CITIZ_LEVEL_FULL, &error));
  g_assert_error (error, CITIZ_LEDGER_ERROR, CITIZ_LEDGER_ERROR_CERT);
  g_clear_error (&error);
  last->final = cert;

  cert->signatures[0].b[0] ^= 1;
  g_assert_false (citiz_chain_follow (world->chain, blocks, CITIZ_LEVEL_STRUCTURAL, &error));
  g_assert_error (error, CITIZ_LEDGER_ERROR, CITIZ_LEDGER_ERROR_CERT);
  g_clear_error (&error);
  cert->signatures[0] = kept;

  shared_world_certify (world, cert, CITIZ_VOTE_FINAL, last, 2); /* no quorum of four */
  g_assert_false (citiz_chain_follow (world->chain, blocks, CITIZ_LEVEL_STRUCTURAL, &error));
  g_assert_error (error, CITIZ_LEDGER_ERROR, CITIZ_LEDGER_ERROR_CERT);
  g_clear_error (&error);
  shared_world_certify (world, cert, CITIZ_VOTE_FINAL, last, 3);

  g_assert_false (citiz_chain_follow (world->chain, gap, CITIZ_LEVEL_FULL, &error));
  g_assert_error (error, CITIZ_LEDGER_ERROR, CITIZ_LEDGER_ERROR_BLOCK);
  g_clear_error (&error);

  kept = middle->justification->notar.signatures[1];
  middle->justification->notar.signatures[1].b[5] ^= 1;
  g_assert_false (citiz_chain_follow (world->chain, blocks, CITIZ_LEVEL_FULL, &error));
  g_assert_error (error, CITIZ_LEDGER_ERROR, CITIZ_LEDGER_ERROR_SIGNATURE);
  g_clear_error (&error);
  middle->justification->notar.signatures[1] = kept;

  g_ptr_array_set_size (middle->txs, 0);
  g_assert_false (citiz_chain_follow (world->chain, blocks, CITIZ_LEVEL_FULL, &error));
  g_assert_error (error, CITIZ_LEDGER_ERROR, CITIZ_LEDGER_ERROR_BLOCK);
  g_clear_error (&error);

  g_assert_cmpuint (citiz_chain_height (world->chain), ==, 0);
  shared_world_shut (world);
  shared_world_open (world, NULL);
  g_assert_cmpuint (citiz_chain_height (world->chain), ==, 0);
}

/* The same with one bit of its signature changed. */
static CitizTx *
spoil (const CitizTx *tx)
{
  gsize n;
  const guint8 *view = g_bytes_get_data (citiz_tx_get_bytes (tx), &n);
  g_autofree guint8 *bytes = g_memdup2 (view, n);
  g_autoptr (GError) error = NULL;
  CitizTx *spoilt;

  bytes[n - 2 - sizeof (CitizSignature) + 5] ^= 1;
  spoilt = citiz_tx_decode (bytes, n, &error);
  g_assert_no_error (error);
  return spoilt;
}

/* A block that the validators made final though it holds a transaction nobody signed. */
static CitizBlock *
false_block (SharedWorld *world)
{
  g_autoptr (CitizTx) good = shared_world_tx (world);
  g_autoptr (CitizTx) bad = spoil (good);

  return shared_world_believe (world, bad);
}

/* Two minutes only end a hang. */
static void
wait_for (CitizCheckAhead *aside, const CitizBlock *block)
{
  const gint64 end = g_get_monotonic_time () + 120 * G_USEC_PER_SEC;

  while (!citiz_check_ahead_knows (aside, block) && g_get_monotonic_time () < end)
    g_usleep (1000);
  g_assert_true (citiz_check_ahead_knows (aside, block));
}

/* Signatures that were seen to be good while blocks came are not checked twice; those that were not, are. */
static void
test_ahead (SharedWorld *world, gconstpointer unused)
{
  g_autoptr (GPtrArray) blocks = shared_world_blocks (world, 4);
  g_autoptr (GPtrArray) more = g_ptr_array_new_with_free_func ((GDestroyNotify) citiz_block_free);
  g_autoptr (GError) error = NULL;
  guint64 n_signatures[2];

  g_ptr_array_add (more, false_block (world));
  g_assert_true (citiz_chain_follow (world->chain, blocks, CITIZ_LEVEL_STRUCTURAL, &error));
  g_assert_no_error (error);
  for (guint i = 0; i < blocks->len; i++)
    wait_for (world->chain->aside, blocks->pdata[i]);
  for (guint i = 0; i < G_N_ELEMENTS (n_signatures); i++)
    {
      CitizVerified verified;

      g_assert_true (citiz_chain_verify_level (world->chain, CITIZ_LEVEL_FULL, NULL, NULL, NULL,
                                               &verified, &error));
      g_assert_no_error (error);
      n_signatures[i] = verified.n_signatures;
      for (guint k = 0; i == 0 && k < blocks->len; k++) /* what was asked for is let go of */
        g_assert_false (citiz_check_ahead_knows (world->chain->aside, blocks->pdata[k]));
      shared_world_shut (world);
      shared_world_open (world, NULL);
    }
  g_assert_cmpuint (n_signatures[0], ==, n_signatures[1]);

  g_assert_true (citiz_chain_follow (world->chain, more, CITIZ_LEVEL_STRUCTURAL, &error));
  g_assert_no_error (error);
  g_assert_false (citiz_check_ahead_knows (world->chain->aside, more->pdata[0]));
  g_assert_false (citiz_chain_verify (world->chain, NULL, NULL, NULL, &error));
  g_assert_error (error, CITIZ_LEDGER_ERROR, CITIZ_LEDGER_ERROR_DAMAGED);
}

/* A node's answer is offered before anybody has looked at it: good transactions under the header of others say nothing of those. */
static void
test_ahead_of_others (SharedWorld *world, gconstpointer unused)
{
  g_autoptr (GPtrArray) blocks = shared_world_blocks (world, 2);
  g_autoptr (CitizBlock) bad = false_block (world);
  CitizCheckAhead *ahead = citiz_check_ahead_new (1, FALSE);
  CitizBlock answer = *bad;

  answer.txs = ((CitizBlock *) blocks->pdata[0])->txs;
  g_assert_true (citiz_chain_follow (world->chain, blocks, CITIZ_LEVEL_STRUCTURAL, NULL));
  citiz_check_ahead_offer (ahead, &answer, citiz_chain_ledger (world->chain, NULL));
  g_assert_true (citiz_check_ahead_knows (ahead, &answer));
  g_assert_false (citiz_check_ahead_knows (ahead, bad));
  citiz_check_ahead_free (ahead);
}

static void
test_append (SharedWorld *world, gconstpointer unused)
{
  g_autoptr (CitizChanges) changes = citiz_changes_new ();
  g_autoptr (CitizLedger) after = NULL;
  g_autoptr (CitizBlock) block = shared_world_next (world, changes, TRUE);
  g_autoptr (GError) error = NULL;

  after = citiz_ledger_fork (world->ledger);
  g_assert_true (citiz_db_begin (world->db, &error));
  g_assert_true (citiz_chain_append (world->chain, block, after, changes, &error));
  g_assert_no_error (error);
  citiz_db_rollback (world->db);
  g_assert_cmpuint (citiz_chain_height (world->chain), ==, 0);

  g_assert_true (citiz_chain_append (world->chain, block, after, changes, &error));
  g_assert_no_error (error);
  g_assert_true (citiz_hash_equal (citiz_ledger_head_hash (citiz_chain_ledger (world->chain, NULL)),
                                   &block->hash));
  g_assert_false (citiz_chain_append (world->chain, block, after, changes, &error));
  g_assert_error (error, CITIZ_LEDGER_ERROR, CITIZ_LEDGER_ERROR_BLOCK);
  g_clear_error (&error);
  g_assert_true (citiz_chain_verify (world->chain, NULL, NULL, NULL, &error));
  g_assert_no_error (error);
}

/* A newest block that nothing says to be final is damage. */
static void
test_unfinished (SharedWorld *world, gconstpointer unused)
{
  g_autoptr (CitizChanges) changes = citiz_changes_new ();
  g_autoptr (CitizBlock) block = shared_world_next (world, changes, FALSE);
  g_autoptr (GError) error = NULL;

  g_assert_true (citiz_chain_append (world->chain, block, world->ledger, changes, &error));
  g_assert_false (citiz_chain_verify (world->chain, NULL, NULL, NULL, &error));
  g_assert_error (error, CITIZ_LEDGER_ERROR, CITIZ_LEDGER_ERROR_DAMAGED);
}

static void
test_pending (SharedWorld *world, gconstpointer unused)
{
  g_autoptr (GPtrArray) blocks = shared_world_blocks (world, 3);
  g_autoptr (GPtrArray) found = NULL;
  g_autoptr (GPtrArray) kept = NULL;
  g_autoptr (CitizBlock) one = NULL;
  g_autoptr (GError) error = NULL;

  for (guint i = 0; i < 3; i++)
    for (guint twice = 0; twice < 2; twice++)
      {
        CitizBlock *block = blocks->pdata[i];

        g_assert_true (citiz_chain_put_pending (world->chain, block, &error));
        g_assert_true (citiz_chain_keep (world->chain, &block->justification->notar, &error));
      }
  shared_world_shut (world);
  shared_world_open (world, NULL);
  one = citiz_chain_get_pending (world->chain, &((CitizBlock *) blocks->pdata[1])->hash, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (one->header.slot, ==, 2);
  g_assert_cmpuint (one->txs->len, ==, 1);
  g_assert_true (citiz_chain_prune_pending (world->chain, 0, 2, &error));
  found = citiz_chain_pending (world->chain, &error);
  kept = citiz_chain_kept (world->chain, &error);
  g_assert_cmpuint (found->len, ==, 1);
  g_assert_cmpuint (kept->len, ==, 1);
  g_assert_cmpuint (((CitizBlock *) found->pdata[0])->header.slot, ==, 3);
  g_assert_cmpuint (((CitizCert *) kept->pdata[0])->slot, ==, 3);
  g_clear_pointer (&one, citiz_block_free);
  one = citiz_chain_get_pending (world->chain, &((CitizBlock *) blocks->pdata[1])->hash, &error);
  g_assert_error (error, CITIZ_STORE_ERROR, CITIZ_STORE_ERROR_NOT_FOUND);
}

static void
test_founding (SharedWorld *world, gconstpointer unused)
{
  CitizGenesis other = world->genesis;
  g_autoptr (CitizChain) chain = NULL;
  g_autoptr (GError) error = NULL;

  other.time.ms++;
  g_clear_pointer (&world->chain, citiz_chain_close);
  chain = citiz_chain_open_shared (world->db, &world->env, &other, &error);
  g_assert_error (error, CITIZ_LEDGER_ERROR, CITIZ_LEDGER_ERROR_CHAIN);
  g_clear_error (&error);
  g_assert_true (citiz_db_exec (world->db, "DELETE FROM chain_genesis", &error));
  chain = citiz_chain_open_shared (world->db, &world->env, NULL, &error);
  g_assert_error (error, CITIZ_STORE_ERROR, CITIZ_STORE_ERROR_NOT_FOUND);
  g_clear_error (&error);
  other.founders[1].join.b[0] ^= 1;
  chain = citiz_chain_open_shared (world->db, &world->env, &other, &error);
  g_assert_error (error, CITIZ_LEDGER_ERROR, CITIZ_LEDGER_ERROR_SIGNATURE);
}

static void
follow_one (SharedWorld *world)
{
  g_autoptr (GPtrArray) blocks = shared_world_blocks (world, 1);
  g_autoptr (GError) error = NULL;

  g_assert_true (citiz_chain_follow (world->chain, blocks, CITIZ_LEVEL_FULL, &error));
  g_assert_no_error (error);
}

/* An hour ahead for a while: nothing is late for good. Behind, nothing is lengthened. */
static void
test_clock (SharedWorld *world, gconstpointer unused)
{
  gint64 wrong;

  follow_one (world);
  world->now.ms += CITIZ_HOUR;
  wrong = citiz_chain_time (world->chain).ms;
  g_assert_cmpint (wrong, ==, world->now.ms);
  g_assert_true (citiz_chain_keep_time (world->chain, NULL));
  world->now.ms -= CITIZ_HOUR - CITIZ_SECOND;
  g_assert_cmpint (citiz_chain_time (world->chain).ms, >=, wrong); /* nobody has said otherwise */
  shared_world_shut (world);
  shared_world_open (world, NULL);
  g_assert_cmpint (citiz_chain_time (world->chain).ms, >=, wrong);
  follow_one (world);
  g_assert_cmpint (citiz_chain_time (world->chain).ms, ==, world->now.ms);

  world->now.ms += CITIZ_HOUR;
  follow_one (world);
  wrong = world->now.ms;
  world->now.ms -= 2 * CITIZ_HOUR;
  g_assert_cmpint (citiz_chain_time (world->chain).ms, >=, wrong);
  world->now.ms += CITIZ_MINUTE;
  g_assert_cmpint (citiz_chain_time (world->chain).ms, >=, wrong + CITIZ_MINUTE);
}

int
main (int argc, char **argv)
{
  static const struct
  {
    const gchar *path;
    void (*func) (SharedWorld *, gconstpointer);
    gint level;
  } tests[] = {
      {"/shared/follow/structural", test_follow, CITIZ_LEVEL_STRUCTURAL},
      {"/shared/follow/full", test_follow, CITIZ_LEVEL_FULL},
      {"/shared/epochs/structural", test_epochs, CITIZ_LEVEL_STRUCTURAL},
      {"/shared/epochs/full", test_epochs, CITIZ_LEVEL_FULL},
      {"/shared/continuation/structural", test_continuation, CITIZ_LEVEL_STRUCTURAL},
      {"/shared/continuation/full", test_continuation, CITIZ_LEVEL_FULL},
      {"/shared/refused", test_refused, 0},
      {"/shared/ahead", test_ahead, 0},
      {"/shared/ahead-of-others", test_ahead_of_others, 0},
      {"/shared/append", test_append, 0},
      {"/shared/unfinished", test_unfinished, 0},
      {"/shared/pending", test_pending, 0},
      {"/shared/founding", test_founding, 0},
      {"/shared/clock", test_clock, 0},
  };

  g_test_init (&argc, &argv, NULL);
  if (!citiz_crypto_init ())
    return 1;
  for (guint i = 0; i < G_N_ELEMENTS (tests); i++)
    g_test_add (tests[i].path, SharedWorld, GINT_TO_POINTER (tests[i].level), shared_world_init,
                tests[i].func, shared_world_clear);
  return g_test_run ();
}
