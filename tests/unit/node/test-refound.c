/* People begin the next epoch in place of nodes that are lost for good. SPDX-License-Identifier: AGPL-3.0-or-later */
#include "epochs-fixture.h"

#include "crypto/citiz-crypto.h"

#include <string.h>

static gboolean
first_in_epoch (World *world, guint64 arg)
{
  return citiz_replica_get_epoch (world->nodes[0].replica) == arg;
}

static gboolean
first_has_block_in (World *world, guint64 arg)
{
  return citiz_ledger_head (citiz_chain_ledger (world->nodes[0].chain, NULL))->epoch == arg;
}

static void
cut_cb (CitizReplica *replica, guint64 epoch, World *world)
{
  world->cut = TRUE;
}

/* From the newest block of @node, which goes on alone, @ends is given up. */
static CitizRefound *
alone_from (Node *node, guint64 ends)
{
  static const gchar reason[] = "The others are gone.";
  CitizRefound *refound = g_new0 (CitizRefound, 1);
  g_autoptr (GError) error = NULL;
  const CitizBlockHeader *head = citiz_ledger_head (citiz_chain_ledger (node->chain, NULL));
  g_autoptr (GPtrArray) blocks = citiz_chain_read_blocks (node->chain, head->height, 1, 1, &error);
  CitizJournal *journal = citiz_journals_prepare (node->journals, ends + 1, &error);

  g_assert_no_error (error);
  refound->last = *head;
  refound->final = *((const CitizBlock *) blocks->pdata[blocks->len - 1])->final;
  refound->ends = ends;
  refound->time = citiz_env_now (&node->world->env);
  refound->n_reason = sizeof reason - 1;
  memcpy (refound->reason, reason, refound->n_reason);
  refound->n_next = 1;
  refound->next[0].validator.node = *public_of (node);
  refound->next[0].validator.key = *citiz_signing_key_get_public (citiz_journal_get_key (journal));
  citiz_join_sign (&refound->next[0], &node->world->chain_id, ends + 1, node->key);
  citiz_refound_sign (refound, node->key);
  return refound;
}

/* All the blocks of @from as somebody else takes them who has accepted @refounds. */
static void
follow_over (World *world, Node *from, CitizRefound *const *refounds, guint n)
{
  g_autofree gchar *dir = g_dir_make_tmp ("citiz-epochs-XXXXXX", NULL);
  g_autofree gchar *remove = g_strdup_printf ("rm -r %s", dir);
  g_autoptr (GError) error = NULL;
  g_autoptr (CitizDb) db = citiz_db_open (dir, CITIZ_DB_CREATE, &error);
  CitizChain *chain = citiz_chain_open_shared (db, &world->env, &world->genesis, &error);
  const guint64 end = citiz_chain_height (from->chain);
  g_autoptr (GPtrArray) before = NULL, after = NULL;
  guint old;

  before = citiz_chain_read_blocks (from->chain, 1, (guint) refounds[0]->last.height, G_MAXUINT,
                                    &error);
  g_assert_no_error (error);
  g_assert_false (citiz_chain_check_refound (chain, refounds[0], &old, NULL)); /* too early */
  g_assert_true (citiz_chain_follow (chain, before, CITIZ_LEVEL_FULL, &error));
  g_assert_no_error (error);
  after = citiz_chain_read_blocks (from->chain, refounds[0]->last.height + 1, (guint) end,
                                   G_MAXUINT, &error);
  g_assert_false (citiz_chain_follow (chain, after, CITIZ_LEVEL_FULL, NULL)); /* nothing says so */
  for (guint i = 0; i < n; i++)
    {
      g_assert_true (citiz_chain_accept_refound (chain, refounds[i], &error));
      g_assert_no_error (error);
    }
  g_assert_true (citiz_chain_follow (chain, after, CITIZ_LEVEL_FULL, &error));
  g_assert_no_error (error);
  g_assert_cmpuint (citiz_chain_height (chain), ==, end);
  g_assert_true (citiz_chain_verify (chain, NULL, NULL, NULL, &error));
  g_assert_no_error (error);
  citiz_chain_close (chain);
  g_clear_pointer (&db, citiz_db_unref);
  g_assert_true (g_spawn_command_line_sync (remove, NULL, NULL, NULL, NULL));
}

/* The others are lost for good at the very moment at which an epoch ends: nothing of the next one is final, and it can be given up all the same;
 * so can the one that people began in its place. Killed between any two of these steps, the node goes on from there. */
static void
test_refound_at_once (gconstpointer data)
{
  const guint n = GPOINTER_TO_UINT (data);
  g_autoptr (GError) error = NULL;
  Node *first;
  CitizRefound *refounds[2];
  World world;
  CitizHash id;

  world_init (&world, n, 1);
  first = &world.nodes[0];
  submit (&world, first);
  ask_to_join (&world.nodes[n], &id);
  run (&world, is_proposed, n, "the proposal");
  g_signal_connect (first->replica, "epoch", G_CALLBACK (cut_cb), &world);
  approve (&world, n, &id);
  run (&world, first_in_epoch, 1, "the epoch ends");
  for (guint i = 1; i < world.n; i++)
    node_down (&world.nodes[i]);
  g_assert_false (first_has_block_in (&world, 1));
  for (guint i = 0; i < G_N_ELEMENTS (refounds); i++)
    {
      g_assert_cmpuint (citiz_replica_get_epoch (first->replica), ==, i + 1);
      refounds[i] = alone_from (first, i + 1);
      if (i > 0)
        g_assert_false (citiz_replica_refound (first->replica, refounds[0], NULL)); /* once */
      g_assert_true (citiz_replica_refound (first->replica, refounds[i], &error));
      g_assert_no_error (error);
      node_down (first);
      node_up (first);
      g_assert_cmpuint (citiz_replica_get_epoch (first->replica), ==, i + 2);
      g_assert_cmpuint (citiz_replica_get_validators (first->replica)->n, ==, 1);
    }
  submit (&world, first);
  run (&world, first_has_block_in, 3, "a block of the epoch that people began");
  run (&world, all_have, 0, "a transaction in it");
  node_down (first);
  node_up (first);
  submit (&world, first);
  run (&world, all_have, 0, "a transaction after a restart");
  g_assert_true (has_file (first, 3));
  g_assert_false (has_file (first, 1) || has_file (first, 2));
  check (&world);
  follow_over (&world, first, refounds, G_N_ELEMENTS (refounds));
  for (guint i = 0; i < G_N_ELEMENTS (refounds); i++)
    g_free (refounds[i]);
  world_clear (&world);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  if (!citiz_crypto_init ())
    return 1;
  g_test_add_data_func ("/epochs/refound-at-once/1", GUINT_TO_POINTER (1), test_refound_at_once);
  g_test_add_data_func ("/epochs/refound-at-once/4", GUINT_TO_POINTER (4), test_refound_at_once);
  return g_test_run ();
}
