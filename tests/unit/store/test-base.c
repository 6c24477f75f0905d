/* A chain that begins with a snapshot: given out, taken, gone on with, its history filled in. SPDX-License-Identifier: AGPL-3.0-or-later */
#include "shared-world.h"
#include "store/citiz-chain-private.h"

#include "crypto/citiz-crypto.h"
#include "ledger/citiz-snapshot.h"

/* Somebody who comes late, and what there is to come late for. */
typedef struct
{
  SharedWorld giver, late;
  GPtrArray *blocks;   /* up to the closing one, each final */
  GPtrArray *newer;    /* after it */
  GPtrArray *closings; /* CitizClosing */
  CitizBlockHeader closing;
} Scene;

static void
follow (CitizChain *chain, GPtrArray *blocks)
{
  g_autoptr (GError) error = NULL;

  g_assert_true (citiz_chain_follow (chain, blocks, CITIZ_LEVEL_FULL, &error));
  g_assert_no_error (error);
}

static void
scene_init (Scene *scene, gconstpointer unused)
{
  CitizClosing *closing;

  shared_world_init (&scene->giver, NULL);
  shared_world_init (&scene->late, NULL);
  citiz_chain_give_snapshots (scene->giver.chain);
  scene->blocks = shared_world_end_epoch (&scene->giver);
  scene->closing = ((CitizBlock *) scene->blocks->pdata[scene->blocks->len - 1])->header;
  follow (scene->giver.chain, scene->blocks);
  scene->newer = shared_world_blocks (&scene->giver, 5);
  follow (scene->giver.chain, scene->newer);
  scene->late.now = scene->giver.now;
  scene->closings = g_ptr_array_new_with_free_func ((GDestroyNotify) citiz_closing_free);
  closing = citiz_chain_closing (scene->giver.chain, 0, NULL);
  g_assert_nonnull (closing);
  g_ptr_array_add (scene->closings, closing);
}

static void
scene_clear (Scene *scene, gconstpointer unused)
{
  g_ptr_array_unref (scene->blocks);
  g_ptr_array_unref (scene->newer);
  g_ptr_array_unref (scene->closings);
  shared_world_clear (&scene->giver, NULL);
  shared_world_clear (&scene->late, NULL);
}

static void
leap (Scene *scene)
{
  g_autoptr (GBytes) list = citiz_chain_snapshot_list (scene->giver.chain, 0);
  g_autoptr (GBytes) chunk = citiz_chain_snapshot_chunk (scene->giver.chain, 0, 0);
  g_autoptr (CitizSnapshot) snapshot = NULL;
  g_autoptr (CitizLedger) ledger = NULL;
  g_autoptr (CitizChanges) objects = citiz_changes_new ();
  g_autoptr (GError) error = NULL;
  CitizValidators validators;

  g_assert_nonnull (list);
  g_assert_cmpuint (g_bytes_get_size (list), ==, sizeof (CitizHash));
  g_assert_null (citiz_chain_snapshot_chunk (scene->giver.chain, 0, 1));
  g_assert_null (citiz_chain_snapshot_list (scene->giver.chain, 1));
  snapshot = citiz_snapshot_new (&scene->closing, g_bytes_get_data (list, NULL), 1, &error);
  g_assert_no_error (error);
  g_assert_true (citiz_snapshot_take (snapshot, g_bytes_get_data (chunk, NULL),
                                      g_bytes_get_size (chunk), objects, &error));
  g_assert_no_error (error);
  g_assert_true (citiz_chain_stage (scene->late.chain, objects, &error));
  g_assert_no_error (error);
  g_assert_cmpuint (citiz_chain_height (scene->late.chain), ==, 0);
  citiz_genesis_validators (&validators, &scene->late.genesis);
  ledger = citiz_snapshot_finish (snapshot, &scene->late.genesis, &validators, &error);
  g_assert_no_error (error);
  g_assert_true (citiz_chain_adopt (scene->late.chain, scene->closings, ledger, &error));
  g_assert_no_error (error);
}

static void
restart (SharedWorld *world)
{
  shared_world_shut (world);
  shared_world_open (world, NULL);
}

/* Returns: (transfer full): @n of them from @from on, the last final */
static GPtrArray *
some (GPtrArray *blocks, guint from, guint n)
{
  GPtrArray *list = g_ptr_array_new ();

  for (guint i = from; i < MIN (from + n, blocks->len); i++)
    g_ptr_array_add (list, blocks->pdata[i]);
  return list;
}

static CitizChainVerifier *
resume (Scene *scene)
{
  CitizChainVerifier *verifier = citiz_chain_verifier_new (scene->late.chain, CITIZ_LEVEL_FULL);

  g_assert_true (citiz_chain_verifier_resume (verifier, NULL));
  return verifier;
}

/* Steps until it is done, or needs blocks. */
static gboolean
run (CitizChainVerifier *verifier, GError **error)
{
  gboolean done = FALSE;

  while (!done && citiz_chain_verifier_missing (verifier) == 0)
    if (!citiz_chain_verifier_step (verifier, &done, error))
      return FALSE;
  return TRUE;
}

/* From the snapshot on it is a chain like any other: over a restart, forwards, with proofs of what is new. */
static void
test_adopt (Scene *scene, gconstpointer unused)
{
  const guint64 closed = scene->closing.height;
  const CitizBlock *last = scene->newer->pdata[scene->newer->len - 1];
  CitizChain *chain;
  CitizBlockHeader header;
  g_autofree CitizCert *final = g_new (CitizCert, 1);
  g_autoptr (GPtrArray) read = NULL;
  g_autoptr (GError) error = NULL;
  CitizLogProof proof;
  CitizTxInfo info;
  CitizTxPath path;

  leap (scene);
  g_assert_cmpuint (citiz_chain_height (scene->late.chain), ==, closed);
  restart (&scene->late);
  chain = scene->late.chain;
  g_assert_cmpuint (citiz_chain_height (chain), ==, closed);
  g_assert_cmpuint (citiz_chain_base (chain), ==, closed);
  g_assert_cmpuint (citiz_ledger_epoch (citiz_chain_ledger (chain, NULL)), ==, 1);
  follow (chain, scene->newer);
  restart (&scene->late);
  chain = scene->late.chain;
  g_assert_cmpuint (citiz_chain_height (chain), ==, closed + 5);
  read = citiz_chain_read_blocks (chain, closed + 1, 100, G_MAXSIZE, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (read->len, ==, 5);
  g_assert_true (citiz_chain_find_tx (chain, citiz_tx_get_id (last->txs->pdata[0]), &info, &error));
  g_assert_true (citiz_chain_inclusion (chain, &info, &header, final, &proof, &error));
  g_assert_no_error (error);
  citiz_tx_info_clear (&info);
  g_assert_true (citiz_chain_path (chain, citiz_tx_get_id (last->txs->pdata[0]), &path, &error));
  for (guint i = 0; i < CITIZ_N_STEPS; i++)
    g_assert_true (path.done[i]);
  citiz_tx_path_clear (&path);
}

/* Whether every transaction of @blocks is found by its name, and none of @others. */
static void
find_all (CitizChain *chain, GPtrArray *blocks, GPtrArray *others)
{
  for (guint i = 0; i < blocks->len + others->len; i++)
    {
      const CitizBlock *block = i < blocks->len ? blocks->pdata[i] : others->pdata[i - blocks->len];
      guint64 height;

      for (guint k = 0; k < block->txs->len; k++)
        {
          CitizTxInfo info;
          const gboolean found
              = citiz_chain_find_tx (chain, citiz_tx_get_id (block->txs->pdata[k]), &info, NULL);

          g_assert_cmpint (found, ==, i < blocks->len);
          if (found)
            citiz_tx_info_clear (&info);
        }
      g_assert_cmpint (citiz_chain_height_of (chain, &block->hash, &height), ==, i < blocks->len);
    }
}

/* How the first epoch ended. */
static GBytes *
closing_of (CitizChain *chain)
{
  g_autoptr (CitizClosing) closing = citiz_chain_closing (chain, 0, NULL);

  return citiz_closing_encode (closing);
}

/* The history is filled in piece by piece, over a restart, and the whole is then as if it had been followed from the beginning. */
static void
test_fill (Scene *scene, gconstpointer unused)
{
  g_autoptr (CitizChainVerifier) verifier = NULL;
  g_autoptr (GPtrArray) first = some (scene->blocks, 0, 4);
  g_autoptr (GPtrArray) rest = some (scene->blocks, 4, 100);
  g_autoptr (GPtrArray) none = g_ptr_array_new ();
  g_autoptr (GPtrArray) read = NULL;
  g_autoptr (GBytes) before = NULL;
  g_autoptr (GBytes) after = NULL;
  g_autoptr (GError) error = NULL;

  leap (scene);
  follow (scene->late.chain, scene->newer);
  before = closing_of (scene->late.chain);
  verifier = resume (scene);
  g_assert_true (run (verifier, &error));
  g_assert_no_error (error);
  g_assert_cmpuint (citiz_chain_verifier_missing (verifier), ==, 1);
  g_assert_true (citiz_chain_verifier_feed (verifier, first, &error));
  g_assert_no_error (error);
  g_assert_cmpuint (citiz_chain_verifier_missing (verifier), ==, 5);
  find_all (scene->late.chain, first, rest);
  g_clear_pointer (&verifier, citiz_chain_verifier_free);

  restart (&scene->late);
  find_all (scene->late.chain, first, rest);
  verifier = resume (scene);
  g_assert_true (run (verifier, &error));
  g_assert_no_error (error);
  g_assert_cmpuint (citiz_chain_verifier_missing (verifier), ==, 5);
  citiz_chain_verifier_expect (verifier, rest);
  g_assert_cmpuint (citiz_chain_verifier_get (verifier)->n_signatures, ==, 0); /* none twice */
  g_assert_true (citiz_chain_verifier_feed (verifier, rest, &error));
  g_assert_no_error (error);
  find_all (scene->late.chain, first, none);
  find_all (scene->late.chain, rest, none);
  g_assert_cmpuint (citiz_chain_base (scene->late.chain), ==, 0);
  g_assert_null (citiz_chain_kept_closing (scene->late.chain, 0)); /* it follows from the blocks */
  after = closing_of (scene->late.chain);
  g_assert_true (g_bytes_equal (before, after));
  g_assert_true (run (verifier, &error));
  g_assert_no_error (error);
  g_assert_true (citiz_chain_verify (scene->late.chain, NULL, NULL, NULL, &error));
  g_assert_no_error (error);
  restart (&scene->late);
  g_assert_true (citiz_db_exec (scene->late.db, "DELETE FROM chain_name", &error));
  g_assert_true (citiz_chain_mend (scene->late.chain, &error));
  g_assert_no_error (error);
  g_assert_true (citiz_chain_verify (scene->late.chain, NULL, NULL, NULL, &error));
  g_assert_no_error (error);
  read = citiz_chain_read_blocks (scene->late.chain, 1, 100, G_MAXSIZE, &error);
  g_assert_cmpuint (read->len, ==, scene->blocks->len + 5);
}

/* What is not this history, or signed falsely, or not final, changes nothing; the right one is taken after it. */
static void
test_false_history (Scene *scene, gconstpointer unused)
{
  g_autoptr (CitizChainVerifier) verifier = NULL;
  g_autoptr (GPtrArray) later = some (scene->blocks, 1, 3);
  g_autoptr (GPtrArray) good = some (scene->blocks, 0, 4);
  g_autoptr (GPtrArray) beyond = some (scene->newer, 0, 5);
  g_autoptr (GPtrArray) none = g_ptr_array_new ();
  g_autoptr (GError) error = NULL;
  CitizBlock *block = scene->blocks->pdata[3];
  CitizCert *kept = block->final;

  leap (scene);
  verifier = resume (scene);
  g_assert_true (run (verifier, NULL));
  g_assert_false (citiz_chain_verifier_feed (verifier, later, NULL));
  g_assert_false (citiz_chain_verifier_feed (verifier, beyond, NULL));
  block->final = NULL;
  g_assert_false (citiz_chain_verifier_feed (verifier, good, NULL));
  block->final = kept;
  ((CitizBlock *) scene->blocks->pdata[1])->justification->notar.signatures[0].b[3] ^= 1;
  g_assert_false (citiz_chain_verifier_feed (verifier, good, NULL));
  ((CitizBlock *) scene->blocks->pdata[1])->justification->notar.signatures[0].b[3] ^= 1;
  g_assert_cmpuint (citiz_chain_verifier_missing (verifier), ==, 1);
  g_assert_cmpuint (citiz_chain_height (scene->late.chain), ==, scene->closing.height);
  g_assert_true (citiz_chain_verifier_feed (verifier, good, &error));
  g_assert_no_error (error);
  find_all (scene->late.chain, good, none);
}

/* What was staged and never adopted is gone when the chain is opened again, and it can be followed from the beginning. */
static void
test_killed (Scene *scene, gconstpointer unused)
{
  g_autoptr (GBytes) value = g_bytes_new_static ("left", 4);
  g_autoptr (CitizChanges) objects = citiz_changes_new ();
  const CitizChange change = {.value = g_bytes_ref (value)};
  g_autoptr (GError) error = NULL;

  g_array_append_val (objects->objects, change);
  g_assert_true (citiz_chain_stage (scene->late.chain, objects, NULL));
  restart (&scene->late);
  follow (scene->late.chain, scene->blocks);
  follow (scene->late.chain, scene->newer);
  g_assert_true (citiz_chain_verify (scene->late.chain, NULL, NULL, NULL, &error));
  g_assert_no_error (error);
  g_assert_false (citiz_chain_stage (scene->late.chain, objects, NULL));
}

/* While verification is under way it is kept how far everything was good: the next run checks no signature twice. */
static void
test_resume (Scene *scene, gconstpointer unused)
{
  g_autoptr (CitizChainVerifier) verifier = NULL;
  g_autoptr (GError) error = NULL;
  gboolean done;

  follow (scene->late.chain, scene->blocks);
  verifier = resume (scene);
  g_assert_true (citiz_chain_verifier_step (verifier, &done, &error));
  g_assert_true (citiz_chain_verifier_keep (verifier, &error));
  g_assert_no_error (error);
  g_assert_cmpuint (citiz_chain_verifier_get (verifier)->n_signatures, >, 0);
  g_clear_pointer (&verifier, citiz_chain_verifier_free);
  restart (&scene->late);
  verifier = resume (scene);
  g_assert_true (run (verifier, &error));
  g_assert_no_error (error);
  g_assert_cmpuint (citiz_chain_verifier_get (verifier)->n_blocks, ==, scene->blocks->len);
  g_assert_cmpuint (citiz_chain_verifier_get (verifier)->n_signatures, ==, 0);
}

/* Somebody writes down how far it is verified while a false signature is under way: that is not forgotten, and nothing is kept. */
static void
test_false_kept (Scene *scene, gconstpointer unused)
{
  g_autoptr (CitizChainVerifier) verifier = NULL;
  g_autoptr (GError) error = NULL;
  gboolean done;

  follow (scene->late.chain, scene->blocks);
  g_assert_true (citiz_db_exec (scene->late.db,
                                "UPDATE chain_block SET final = "
                                "CAST (substr (final, 1, length (final) - 1) || x'ff' AS BLOB) "
                                "WHERE height = 2",
                                NULL));
  verifier = resume (scene);
  g_assert_false (citiz_chain_verifier_step (verifier, &done, NULL));
  for (guint i = 0; i < 2; i++)
    {
      g_assert_false (citiz_chain_verifier_keep (verifier, NULL));
      g_assert_false (citiz_chain_verifier_step (verifier, &done, &error));
      g_assert_error (error, CITIZ_LEDGER_ERROR, CITIZ_LEDGER_ERROR_DAMAGED);
      g_clear_error (&error);
    }
  g_clear_pointer (&verifier, citiz_chain_verifier_free);
  verifier = resume (scene);
  g_assert_false (run (verifier, NULL));
}

int
main (int argc, char **argv)
{
  static const struct
  {
    const gchar *path;
    void (*test) (Scene *, gconstpointer);
  } tests[] = {{"/base/adopt", test_adopt},
               {"/base/fill", test_fill},
               {"/base/false-history", test_false_history},
               {"/base/killed", test_killed},
               {"/base/resume", test_resume},
               {"/base/false-kept", test_false_kept}};

  g_test_init (&argc, &argv, NULL);
  if (!citiz_crypto_init ())
    return 1;
  for (guint i = 0; i < G_N_ELEMENTS (tests); i++)
    g_test_add (tests[i].path, Scene, NULL, scene_init, tests[i].test, scene_clear);
  return g_test_run ();
}
