/* A node of whose key votes are seen that it does not know: from an old copy of its folder, a second machine, or before it lost its own. SPDX-License-Identifier: AGPL-3.0-or-later */
#include "replica-fixture.h"

#include "crypto/citiz-crypto.h"
#include "wire/citiz-message.h"

#include <glib/gstdio.h>
#include <string.h>

static void
copy_folder (const gchar *from, const gchar *to)
{
  g_autoptr (GDir) dir = g_dir_open (from, 0, NULL);
  const gchar *name;

  while ((name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree gchar *source = g_build_filename (from, name, NULL);
      g_autofree gchar *target = g_build_filename (to, name, NULL);
      g_autofree gchar *bytes = NULL;
      gsize n;

      g_assert_true (g_file_get_contents (source, &bytes, &n, NULL));
      g_assert_true (g_file_set_contents (target, bytes, (gssize) n, NULL));
    }
}

/* Nothing of what the folder held is left. */
static void
put_back (Node *node, const gchar *copy)
{
  tools_remove_folder (node->dir);
  g_assert_cmpint (g_mkdir (node->dir, 0700), ==, 0);
  copy_folder (copy, node->dir);
}

static gboolean
is_told (World *world, guint64 place)
{
  return (world->nodes[place].alarms & 1u << CITIZ_CSX_ALARM_DOUBLE) != 0;
}

/* It follows, signs nothing, and a restart changes nothing about that. */
static void
stays_barred (World *world, Node *node)
{
  for (guint i = 0; i < 2; i++)
    {
      const guint said = node->said;

      g_assert_true (citiz_replica_is_barred (node->replica));
      g_assert_cmpuint (citiz_replica_get_place (node->replica), ==, CITIZ_CSX_NOBODY);
      submit_some (world, 4);
      wait_for (world, all_have, world->made);
      g_assert_cmpuint (node->said, ==, said);
      check (world);
      node_down (node);
      node_up (node);
    }
}

/* Takes the folder of one of four nodes, after some blocks, into @copy. Returns: that node, which goes on */
static Node *
begin_copied (World *world, const gchar *copy)
{
  Node *node = &world->nodes[2];

  world_init (world, 4);
  world_up (world);
  submit_some (world, 4);
  wait_for (world, all_have, 4);
  node_down (node);
  copy_folder (node->dir, copy);
  node_up (node);
  return node;
}

/* A node's whole folder is put back from an old copy, while the others have gone on with what it said since. @GPOINTER_TO_INT (data): with
 * something under way that it has voted for; else all of it is final, and only the blocks tell. */
static void
test_old_copy (gconstpointer data)
{
  g_autofree gchar *copy = g_dir_make_tmp ("citiz-replica-copy-XXXXXX", NULL);
  World world;
  Node *node;

  node = begin_copied (&world, copy);
  for (guint i = 0; i < 4; i++)
    {
      submit_some (&world, 4);
      wait_for (&world, all_have, world.made);
    }
  if (GPOINTER_TO_INT (data))
    {
      world.cut[0][1] = world.cut[0][3] = world.cut[1][0] = world.cut[1][3] = TRUE;
      submit_some (&world, 4);
      run (&world, never, 0, 1);
    }
  node_down (node);
  put_back (node, copy);
  memset (world.cut, 0, sizeof world.cut);
  node->set_back = TRUE;
  node_up (node);
  wait_for (&world, all_have, world.made);
  wait_for (&world, is_told, node->place);
  stays_barred (&world, node);
  tools_remove_folder (copy);
  world_clear (&world);
}

/* Two machines with one key and one journal: the first that sees what the other has said says nothing more. */
static void
test_twin (void)
{
  World world;
  Node *node;
  CitizVote vote = {.kind = CITIZ_VOTE_SKIP, .slot = 40};
  g_autoptr (GBytes) bytes = NULL;
  CitizMessage message = {.kind = CITIZ_MESSAGE_VOTE};
  CitizHash vs_hash;

  world_init (&world, 4);
  world_up (&world);
  submit_some (&world, 4);
  wait_for (&world, all_have, 4);
  node = &world.nodes[1];
  vote.voter = (guint16) node->place;
  citiz_validators_hash (&vs_hash, citiz_replica_get_validators (node->replica));
  citiz_vote_sign (&vote, &world.chain_id, &vs_hash, citiz_journal_get_key (node->journal));
  message.vote = vote;
  bytes = citiz_message_encode (&message);
  citiz_replica_receive (node->replica, 0, bytes);
  wait_for (&world, is_told, node->place);
  node->set_back = TRUE;
  stays_barred (&world, node);
  world_clear (&world);
}

static gboolean
nothing_flies (World *world, guint64 arg)
{
  return world->flying == 0;
}

/* Who has lost its folder hears first somebody who was away, too, and then of votes that it made itself: there is no other machine. */
static void
test_own_history (void)
{
  World world;
  Node *away, *lost;

  world_init (&world, 4);
  world_up (&world);
  away = &world.nodes[0];
  lost = &world.nodes[2];
  submit_some (&world, 4);
  wait_for (&world, all_have, world.made);
  node_down (away);
  for (guint i = 0; i < 10; i++)
    {
      submit_some (&world, 1);
      wait_for (&world, all_have, world.made);
    }
  node_down (lost);
  tools_remove_folder (lost->dir);
  g_assert_cmpint (g_mkdir (lost->dir, 0700), ==, 0);
  wait_for (&world, nothing_flies, 0);
  for (guint i = 1; i < 4; i += 2)
    world.cut[i][0] = world.cut[i][2] = world.cut[0][i] = world.cut[2][i] = TRUE;
  node_up (away);
  node_up (lost);
  run (&world, never, 0, 1);
  memset (world.cut, 0, sizeof world.cut);
  wait_for (&world, all_have, world.made);
  g_assert_false (citiz_replica_has_twin (lost->replica));
  world_clear (&world);
}

/* As if the journal had been full: only votes of slots after the newest committed one are left, one of them still to come. */
static void
fill_journal (Node *node, guint64 committed)
{
  g_autofree gchar *path = citiz_journals_path (node->dir, 0);
  g_autoptr (GError) error = NULL;
  CitizJournal *journal
      = citiz_journal_open (path, &node->world->genesis.salt, 0, node->key, &error);
  CitizVote vote = {.kind = CITIZ_VOTE_SKIP, .slot = committed + 1, .voter = (guint16) node->place};
  const CitizVote *records;
  CitizHash validators;
  guint n;

  g_assert_no_error (error);
  citiz_validators_hash (&validators, citiz_replica_get_validators (node->world->nodes[0].replica));
  citiz_vote_sign (&vote, &node->world->chain_id, &validators, citiz_journal_get_key (journal));
  do
    {
      g_assert_true (citiz_journal_append (journal, &vote, 1, committed, &error));
      records = citiz_journal_get_records (journal, &n);
    }
  while (records[0].slot <= committed);
  g_assert_true (citiz_journal_sync (journal, &error));
  citiz_journal_close (journal);
}

/* The newest blocks are lost with the power, and the journal has let go of what it said of them: the votes that others show are its own. */
static void
test_lost_blocks (void)
{
  g_autofree gchar *copy = g_dir_make_tmp ("citiz-replica-copy-XXXXXX", NULL);
  g_autofree gchar *journal = g_build_filename (copy, "epoch-0.journal", NULL);
  g_autofree gchar *newest = NULL;
  World world;
  Node *node;
  guint64 slot;

  node = begin_copied (&world, copy);
  for (guint i = 0; i < 6; i++)
    {
      submit_some (&world, 1);
      wait_for (&world, all_have, world.made);
    }
  slot = citiz_ledger_head (citiz_chain_ledger (node->chain, NULL))->slot;
  newest = citiz_journals_path (node->dir, 0);
  node_down (node);
  g_assert_cmpint (g_rename (newest, journal), ==, 0);
  put_back (node, copy);
  fill_journal (node, slot);
  node_up (node);
  submit_some (&world, 4);
  wait_for (&world, all_have, world.made);
  check (&world); /* it is not barred */
  world_clear (&world);
  tools_remove_folder (copy);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  if (!citiz_crypto_init ())
    return 1;
  g_test_add_data_func ("/replica/old-copy/under-way", GINT_TO_POINTER (TRUE), test_old_copy);
  g_test_add_data_func ("/replica/old-copy/final", GINT_TO_POINTER (FALSE), test_old_copy);
  g_test_add_func ("/replica/twin", test_twin);
  g_test_add_func ("/replica/own-history", test_own_history);
  g_test_add_func ("/replica/lost-blocks", test_lost_blocks);
  return g_test_run ();
}
