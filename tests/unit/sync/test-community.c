/* A citizen's copy of the community's ledger: catching up, what goes wrong, who votes. SPDX-License-Identifier: AGPL-3.0-or-later */
#include "citizen-fixture.h"

#include "crypto/citiz-crypto.h"

#include <string.h>

/* One node lies, one is down; weeks away; a clock a day behind. */
static void
test_bad_times (Scene *scene, gconstpointer unused)
{
  community_world_grow (&scene->world, 5);
  scene->world.nodes[2].manner = NODE_LIAR;
  scene->world.nodes[3].manner = NODE_DOWN;
  join (scene, TRUE);
  RUN_UNTIL (is_whole (scene));
  for (guint i = 0; i < 200 && citiz_community_get_doubt (scene->community) == NULL; i++)
    {
      community_world_grow (&scene->world, 1);
      RUN_UNTIL (citiz_chain_height (citiz_community_get_chain (scene->community))
                 == scene->world.blocks->len);
    }
  g_assert_cmpstr (citiz_community_get_doubt (scene->community), ==, scene->world.nodes[2].url);

  /* It has come round: after a while of right answers nothing is said of it any more. */
  scene->world.nodes[2].manner = NODE_HONEST;
  scene->world.nodes[2].asked = 0;
  RUN_UNTIL (scene->world.nodes[2].asked > 5);
  g_assert_cmpstr (citiz_community_get_doubt (scene->community), ==, scene->world.nodes[2].url);
  scene->now.ms += 11 * 60 * CITIZ_SECOND;
  RUN_UNTIL (citiz_community_get_doubt (scene->community) == NULL);
  scene->now.ms -= 11 * 60 * CITIZ_SECOND;
  scene->world.nodes[2].manner = NODE_LIAR;
  close_record (scene);

  community_world_grow (&scene->world, 300);
  scene->now.ms -= CITIZ_DAY;
  open_record (scene);
  scene->community = citiz_community_open (scene->vault, scene->dir, NULL);
  start (scene);
  RUN_UNTIL (is_whole (scene)
             && citiz_chain_height (citiz_community_get_chain (scene->community))
                    == scene->world.blocks->len);
}

static guint
n_missing (Scene *scene)
{
  const GPtrArray *members = citiz_community_get_members (scene->community);
  guint n = 0;

  for (guint i = 0; i < members->len; i++)
    n += ((const CitizCommunityMember *) members->pdata[i])->missing;
  return n;
}

static const CitizCommunityMember *
member_of (Scene *scene, guint node)
{
  const GPtrArray *members = citiz_community_get_members (scene->community);

  for (guint i = 0; i < members->len; i++)
    {
      const CitizCommunityMember *member = members->pdata[i];

      if (g_str_equal (member->url, scene->world.nodes[node].url))
        return member;
    }
  return NULL;
}

/* Who answers and does not vote is known by the word of more nodes than may lie, or by its own; one's word alone is said to be that one's. */
static void
test_who_votes (Scene *scene, gconstpointer unused)
{
  CommunityNode *nodes = scene->world.nodes;

  join (scene, TRUE);
  RUN_UNTIL (is_whole (scene) && n_missing (scene) == 0);
  g_assert_false (member_of (scene, 3)->silent);
  g_assert_cmpstr (member_of (scene, 3)->silent_by, ==, "");
  nodes[1].hears_not = 1 << 3;
  RUN_UNTIL (g_str_equal (member_of (scene, 3)->silent_by, "Operator 2"));
  g_assert_false (member_of (scene, 3)->silent);
  nodes[0].hears_not = 1 << 3;
  RUN_UNTIL (member_of (scene, 3)->silent);
  g_assert_cmpstr (member_of (scene, 3)->silent_by, ==, "");
  g_assert_false (citiz_community_too_few_vote (scene->community));
  nodes[0].hears_not = 1 << 3 | 1 << 2; /* one says that only two of them vote */
  RUN_UNTIL (g_str_equal (member_of (scene, 2)->silent_by, "Operator 1"));
  g_assert_false (citiz_community_too_few_vote (scene->community));
  nodes[1].hears_not = 1 << 3 | 1 << 2;
  RUN_UNTIL (citiz_community_too_few_vote (scene->community));
  g_assert_true (member_of (scene, 2)->silent);
  nodes[0].hears_not = nodes[1].hears_not = 0;
  RUN_UNTIL (!citiz_community_too_few_vote (scene->community) && !member_of (scene, 2)->silent
             && !member_of (scene, 3)->silent);
  nodes[2].mute = TRUE;
  RUN_UNTIL (member_of (scene, 2)->silent);
  nodes[2].mute = FALSE;
  RUN_UNTIL (!member_of (scene, 2)->silent);
}

/* All nodes are one organization's: its word is one, and a hint. */
static void
test_one_organization (Scene *scene, gconstpointer unused)
{
  guint asked;

  scene->world.one_operator = TRUE;
  join (scene, TRUE);
  RUN_UNTIL (is_whole (scene) && n_missing (scene) == 0);
  for (guint i = 0; i < SHARED_N - 1; i++)
    scene->world.nodes[i].hears_not = 1 << 3 | 1 << 2;
  RUN_UNTIL (member_of (scene, 3)->silent_by[0] != '\0'
             && member_of (scene, 2)->silent_by[0] != '\0');
  asked = asked_so_far (scene);
  RUN_UNTIL (asked_more (scene, asked, 40));
  g_assert_false (member_of (scene, 3)->silent);
  g_assert_false (citiz_community_too_few_vote (scene->community));
}

/* A node is elsewhere, by its own word on the ledger: it is found there, and what was noticed of it goes along. What the others tell of its address does
 * not count against that word, nor against what is known while there is none. */
static void
test_moved (Scene *scene, gconstpointer unused)
{
  CommunityNode *nodes = scene->world.nodes;
  guint asked;

  join (scene, TRUE);
  RUN_UNTIL (is_whole (scene) && n_missing (scene) == 0);
  nodes[3].before = g_strdup ("http://localhost:1");
  for (guint i = 0; i < SHARED_N; i++)
    nodes[i].late = TRUE;
  asked = asked_so_far (scene);
  RUN_UNTIL (asked_more (scene, asked, 40));
  g_assert_nonnull (member_of (scene, 3));
  citiz_community_set_doubt (scene->community, nodes[3].url);
  nodes[2].late = FALSE;
  community_world_move (&scene->world, 3);
  RUN_UNTIL (member_of (scene, 3) != NULL && !member_of (scene, 3)->missing);
  g_assert_cmpstr (citiz_community_get_doubt (scene->community), ==, nodes[3].url);
  again (scene); /* it is remembered */
  g_assert_nonnull (member_of (scene, 3));
  start (scene);
  asked = asked_so_far (scene);
  RUN_UNTIL (asked_more (scene, asked, 40));
  g_assert_nonnull (member_of (scene, 3));
}

/* The network comes back: nobody waits for the turn of each node to hear that it answers. */
static void
test_network_back (Scene *scene, gconstpointer unused)
{
  join (scene, TRUE);
  RUN_UNTIL (is_whole (scene));
  for (guint i = 0; i < SHARED_N; i++)
    scene->world.nodes[i].manner = NODE_DOWN;
  RUN_UNTIL (citiz_community_get_state (scene->community) == CITIZ_COMMUNITY_ALONE
             && n_missing (scene) == SHARED_N);
  citiz_community_set_pace (scene->community, 30, 40, 3600000, 0);
  for (guint i = 0; i < SHARED_N; i++)
    scene->world.nodes[i].manner = NODE_HONEST;
  RUN_UNTIL (is_whole (scene) && n_missing (scene) == 0);
}

/* What is public may be thrown away: a damaged copy is fetched again. */
static void
test_damaged_copy (Scene *scene, gconstpointer unused)
{
  g_autofree gchar *path
      = g_build_filename (scene->dir, CITIZ_COMMUNITY_FOLDER, CITIZ_DB_FILE, NULL);

  community_world_grow (&scene->world, 10);
  join (scene, TRUE);
  RUN_UNTIL (is_whole (scene));
  close_record (scene);
  g_assert_true (g_file_set_contents (path, "not a database", -1, NULL));
  g_test_expect_message ("citiz-sync", G_LOG_LEVEL_WARNING, "*fetched anew*");
  open_record (scene);
  scene->community = citiz_community_open (scene->vault, scene->dir, NULL);
  g_test_assert_expected_messages ();
  g_assert_nonnull (scene->community);
  start (scene);
  RUN_UNTIL (is_whole (scene));
  g_assert_cmpuint (community_world_count (&scene->world, CITIZ_TX_ACCT_REGISTER), ==, 11);
}

/* A large community is opened from the end of its last epoch: at once it can be spoken in. What was before is verified afterwards, over an
 * end of the program in the middle, and the whole is then known as if it had been followed. */
static void
test_leap (Scene *scene, gconstpointer unused)
{
  CitizInvitation invitation;
  CitizChain *copy;
  Joined joined;
  gdouble progress;

  community_world_grow (&scene->world, 600);
  community_world_end_epoch (&scene->world, 1000);
  community_world_grow (&scene->world, 10);
  write_personal (scene);
  community_world_invitation (&scene->world, TRUE, &invitation);
  try_join (scene, &invitation, &joined);
  g_assert_no_error (joined.error);
  scene->community = joined.community;
  citiz_community_set_leap (scene->community, 1000);
  start (scene);
  g_assert_cmpint (citiz_community_get_state (scene->community), ==, CITIZ_COMMUNITY_CATCHING_UP);
  copy = citiz_community_get_chain (scene->community);
  RUN_UNTIL (citiz_community_get_state (scene->community) == CITIZ_COMMUNITY_EVEN);
  g_assert_cmpuint (citiz_chain_base (copy), >, 0);
  g_assert_cmpint (citiz_community_get_level (scene->community, NULL), ==, CITIZ_LEVEL_LIGHT);
  RUN_UNTIL (citiz_community_get_level (scene->community, &progress) < CITIZ_LEVEL_FULL
             && progress > 0.2);
  g_assert_cmpuint (citiz_chain_base (copy), >, 0);

  again (scene);
  for (guint i = 0; i < SHARED_N; i++)
    scene->world.nodes[i].chunks = 0;
  start (scene);
  copy = citiz_community_get_chain (scene->community);
  g_assert_cmpuint (citiz_chain_base (copy), >, 0);
  RUN_UNTIL (is_whole (scene) && committed (scene) == 1);
  g_assert_cmpuint (citiz_chain_base (copy), ==, 0);
  for (guint i = 0; i < SHARED_N; i++)
    g_assert_cmpuint (scene->world.nodes[i].chunks, ==, 0);
  g_assert_true (citiz_chain_verify (copy, NULL, NULL, NULL, NULL));
}

static int
is_refused (void *refuses)
{
  return *(gboolean *) refuses;
}

/* While the copy is verified, one's own disk refuses: that is said of the disk and never of the community, and it goes on by itself. */
static void
test_disk (Scene *scene, gconstpointer unused)
{
  gboolean refuses = FALSE;

  community_world_grow (&scene->world, 300);
  write_personal (scene);
  join (scene, TRUE);
  sqlite3_progress_handler (citiz_db_get_handle (scene->community->copy_db), 1, is_refused,
                            &refuses);
  RUN_UNTIL (scene->community->verifier != NULL);
  refuses = TRUE;
  RUN_UNTIL (citiz_community_get_state (scene->community) == CITIZ_COMMUNITY_FAILED);
  g_assert_null (citiz_community_get_doubt (scene->community));
  g_assert_cmpint (citiz_community_get_level (scene->community, NULL), <, CITIZ_LEVEL_FULL);
  refuses = FALSE;
  RUN_UNTIL (is_whole (scene));
  g_assert_null (citiz_community_get_doubt (scene->community));
}

/* What the file has lost it will not have in a minute: that is said, and the copy is verified no more. */
static void
test_disk_damaged (Scene *scene, gconstpointer unused)
{
  community_world_grow (&scene->world, 300);
  write_personal (scene);
  join (scene, TRUE);
  RUN_UNTIL (scene->community->verifier != NULL);
  sqlite3_exec (citiz_db_get_handle (scene->community->copy_db),
                "ALTER TABLE chain_block RENAME TO gone", NULL, NULL, NULL);
  RUN_UNTIL (citiz_community_is_copy_damaged (scene->community));
  g_assert_cmpint (citiz_community_get_state (scene->community), ==, CITIZ_COMMUNITY_FAILED);
  g_assert_null (citiz_community_get_doubt (scene->community));
  g_assert_null (scene->community->verify_source);
}

static void
test_paused (Scene *scene, gconstpointer unused)
{
  guint asked = 0, later = 0;

  write_personal (scene);
  join (scene, TRUE);
  RUN_UNTIL (is_whole (scene) && committed (scene) == 1);
  citiz_community_set_paused (scene->community, TRUE);
  g_assert_cmpint (citiz_community_get_state (scene->community), ==, CITIZ_COMMUNITY_PAUSED);
  while (g_main_context_iteration (NULL, FALSE))
    ;
  for (guint i = 0; i < SHARED_N; i++)
    asked += scene->world.nodes[i].asked;
  for (gint64 end = g_get_monotonic_time () + 300000; g_get_monotonic_time () < end;)
    g_main_context_iteration (NULL, FALSE);
  for (guint i = 0; i < SHARED_N; i++)
    later += scene->world.nodes[i].asked;
  g_assert_cmpuint (later - asked, <=, 2 * SHARED_N); /* what was under way */
  community_world_grow (&scene->world, 5);
  citiz_community_set_paused (scene->community, FALSE);
  RUN_UNTIL (is_whole (scene)
             && citiz_community_get_node_height (scene->community) == scene->world.blocks->len);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  if (!citiz_crypto_init ())
    return 1;
  COMMUNITY_TEST ("/community/bad-times", test_bad_times);
  COMMUNITY_TEST ("/community/network-back", test_network_back);
  COMMUNITY_TEST ("/community/who-votes", test_who_votes);
  COMMUNITY_TEST ("/community/moved", test_moved);
  COMMUNITY_TEST ("/community/one-organization", test_one_organization);
  COMMUNITY_TEST ("/community/damaged-copy", test_damaged_copy);
  COMMUNITY_TEST ("/community/leap", test_leap);
  COMMUNITY_TEST ("/community/disk", test_disk);
  COMMUNITY_TEST ("/community/disk-damaged", test_disk_damaged);
  COMMUNITY_TEST ("/community/paused", test_paused);
  return g_test_run ();
}
