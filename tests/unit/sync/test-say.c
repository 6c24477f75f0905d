/* What a citizen says in a community: committed, told again, too late, on leaving. SPDX-License-Identifier: AGPL-3.0-or-later */
#include "citizen-fixture.h"

#include "crypto/citiz-crypto.h"

#include <string.h>

/* Killed while the community stands still; final while one is away: the proof is kept with the next opening. */
static void
test_final_while_away (Scene *scene, gconstpointer unused)
{
  join (scene, TRUE);
  RUN_UNTIL (is_whole (scene));
  scene->world.stalled = TRUE;
  write_personal (scene);
  citiz_community_set_personal (scene->community, scene->personal, TRUE);
  RUN_UNTIL (scene->world.taken->len == 1);
  again (scene);
  g_assert_cmpuint (committed (scene), ==, 0);
  community_world_go_on (&scene->world);
  start (scene);
  RUN_UNTIL (committed (scene) == 1);
  g_assert_cmpuint (count_proofs (scene, NULL), ==, 1);
  g_assert_cmpuint (community_world_count (&scene->world, CITIZ_TX_COMMIT_RECORDS), ==, 1);
}

/* Something waits, one's own or another's, and no block comes: that is said until one does. Nothing to write is no standstill. */
static void
test_stands_still (Scene *scene, gconstpointer unused)
{
  guint asked;

  join (scene, TRUE);
  RUN_UNTIL (is_whole (scene));
  citiz_community_set_still (scene->community, 200);
  asked = asked_so_far (scene);
  RUN_UNTIL (asked_more (scene, asked, 40));
  g_assert_false (citiz_community_is_still (scene->community));
  scene->world.stalled = TRUE;
  write_personal (scene);
  citiz_community_set_personal (scene->community, scene->personal, TRUE);
  RUN_UNTIL (citiz_community_is_still (scene->community));
  g_assert_cmpuint (scene->world.taken->len, ==, 1);
  community_world_go_on (&scene->world);
  RUN_UNTIL (committed (scene) == 1 && !citiz_community_is_still (scene->community));
  scene->world.others = 1;
  scene->world.n_silent = SHARED_N - 1; /* the word of one that may lie, or has lost touch */
  asked = asked_so_far (scene);
  RUN_UNTIL (asked_more (scene, asked, 80));
  g_assert_false (citiz_community_is_still (scene->community));
  scene->world.n_silent = SHARED_N - 2;
  RUN_UNTIL (citiz_community_is_still (scene->community));
  scene->world.others = 0;
  community_world_grow (&scene->world, 1);
  RUN_UNTIL (!citiz_community_is_still (scene->community));
}

/* What was never taken is too late after a day: signed anew. */
static void
test_too_late (Scene *scene, gconstpointer unused)
{
  join (scene, TRUE);
  RUN_UNTIL (is_whole (scene));
  for (guint i = 0; i < SHARED_N; i++)
    scene->world.nodes[i].manner = NODE_DOWN;
  write_personal (scene);
  citiz_community_set_personal (scene->community, scene->personal, TRUE);
  RUN_UNTIL (citiz_outbox_n_waiting (citiz_community_get_outbox (scene->community)) == 1);
  close_record (scene);
  scene->now.ms += 2 * CITIZ_DAY;
  scene->world.shared.now.ms += 2 * CITIZ_DAY;
  for (guint i = 0; i < SHARED_N; i++)
    scene->world.nodes[i].manner = NODE_HONEST;
  open_record (scene);
  scene->community = citiz_community_open (scene->vault, scene->dir, NULL);
  start (scene);
  RUN_UNTIL (committed (scene) == 1);
  g_assert_cmpuint (count_proofs (scene, NULL), ==, 1);
}

/* Nobody has answered for so long that what waits is told but rarely: it goes out when somebody answers, not when its turn comes. */
static void
test_answers_again (Scene *scene, gconstpointer unused)
{
  join (scene, TRUE);
  RUN_UNTIL (is_whole (scene));
  citiz_community_set_pace (scene->community, 30, 24 * 3600 * 1000, 60, 0);
  for (guint i = 0; i < SHARED_N; i++)
    scene->world.nodes[i].manner = NODE_DOWN;
  write_personal (scene);
  citiz_community_set_personal (scene->community, scene->personal, TRUE);
  RUN_UNTIL (citiz_outbox_n_waiting (citiz_community_get_outbox (scene->community)) == 1
             && citiz_community_get_state (scene->community) == CITIZ_COMMUNITY_ALONE);
  for (guint i = 0; i < SHARED_N; i++)
    scene->world.nodes[i].manner = NODE_HONEST;
  RUN_UNTIL (committed (scene) == 1);
}

/* The outbox knows nothing of it and nor does the chain: as when the disk lost one of the two. */
static void
test_lost (Scene *scene, gconstpointer unused)
{
  g_autoptr (GPtrArray) waiting = NULL;

  join (scene, TRUE);
  RUN_UNTIL (is_whole (scene));
  for (guint i = 0; i < SHARED_N; i++)
    scene->world.nodes[i].manner = NODE_DOWN;
  write_personal (scene);
  citiz_community_set_personal (scene->community, scene->personal, TRUE);
  RUN_UNTIL (citiz_outbox_n_waiting (citiz_community_get_outbox (scene->community)) == 1);
  close_record (scene);
  open_record (scene);
  waiting = citiz_outbox_store_list (citiz_vault_get_db (scene->vault), NULL);
  g_assert_true (citiz_outbox_store_remove (citiz_vault_get_db (scene->vault),
                                            citiz_tx_get_id (waiting->pdata[0]), NULL));
  for (guint i = 0; i < SHARED_N; i++)
    scene->world.nodes[i].manner = NODE_HONEST;
  scene->community = citiz_community_open (scene->vault, scene->dir, NULL);
  start (scene);
  RUN_UNTIL (committed (scene) == 1);
}

/* Locked: the copy goes on, nothing is signed; what became final meanwhile has its proof after. */
static void
test_locked (Scene *scene, gconstpointer unused)
{
  g_autoptr (GError) error = NULL;
  CitizDb *db;

  join (scene, TRUE);
  RUN_UNTIL (is_whole (scene));
  scene->world.stalled = TRUE;
  write_personal (scene);
  citiz_community_set_personal (scene->community, scene->personal, TRUE);
  RUN_UNTIL (scene->world.taken->len == 1);
  db = citiz_db_ref (citiz_vault_get_db (scene->vault));
  citiz_community_lock (scene->community);
  g_clear_pointer (&scene->vault, citiz_vault_close);
  g_assert_null (citiz_community_get_key (scene->community));
  g_assert_null (citiz_community_sign (scene->community, CITIZ_TX_COMMIT_RECORDS, NULL));
  write_personal (scene);
  citiz_community_set_personal (scene->community, scene->personal, TRUE);
  community_world_go_on (&scene->world);
  RUN_UNTIL (citiz_outbox_n_waiting (citiz_community_get_outbox (scene->community)) == 0);
  g_assert_cmpuint (committed (scene), ==, 0);
  scene->vault = citiz_vault_open_db (db, &scene->env, scene->passphrase, &error);
  g_assert_no_error (error);
  citiz_community_unlock (scene->community, scene->vault);
  g_assert_cmpuint (committed (scene), ==, 1);
  citiz_community_set_personal (scene->community, scene->personal, TRUE);
  RUN_UNTIL (committed (scene) == 2);
  g_assert_cmpuint (count_proofs (scene, NULL), ==, 2);
  citiz_db_unref (db);
}

/* Leaving and coming back: the same account, nothing of one's own lost. */
static void
test_leave (Scene *scene, gconstpointer unused)
{
  g_autofree gchar *folder = g_build_filename (scene->dir, CITIZ_COMMUNITY_FOLDER, NULL);
  g_autoptr (GPtrArray) waiting = NULL;
  g_autoptr (GError) error = NULL;
  CitizHash account;

  write_personal (scene);
  join (scene, TRUE);
  RUN_UNTIL (is_whole (scene) && committed (scene) == 1);
  account = *citiz_community_get_account (scene->community);
  scene->world.stalled = TRUE;
  write_personal (scene);
  citiz_community_set_personal (scene->community, scene->personal, TRUE);
  RUN_UNTIL (scene->world.taken->len == 1);
  g_assert_true (citiz_community_leave (scene->community, &error));
  g_assert_no_error (error);
  g_clear_object (&scene->community);
  g_assert_false (citiz_community_is_kept (scene->vault));
  g_assert_false (g_file_test (folder, G_FILE_TEST_EXISTS));
  waiting = citiz_outbox_store_list (citiz_vault_get_db (scene->vault), &error);
  g_assert_cmpuint (waiting->len, ==, 0);
  g_assert_cmpuint (count_proofs (scene, NULL), ==, 1);
  g_assert_true (citiz_chain_verify (scene->personal, NULL, NULL, NULL, &error));
  community_world_go_on (&scene->world);
  join (scene, TRUE);
  RUN_UNTIL (is_whole (scene) && committed (scene) == 2);
  g_assert_true (citiz_hash_equal (&account, citiz_community_get_account (scene->community)));
  g_assert_cmpuint (community_world_count (&scene->world, CITIZ_TX_ACCT_REGISTER), ==, 1);
}

/* The node that vouched is gone for good: another of the same community takes its place, and what waited is said anew. */
static void
test_renewed (Scene *scene, gconstpointer unused)
{
  CitizInvitation other;

  community_world_set_params (&scene->world, 16);
  join (scene, TRUE);
  RUN_UNTIL (is_whole (scene));
  RUN_UNTIL (g_strv_length ((gchar **) citiz_community_get_urls (scene->community)) == SHARED_N);
  scene->world.nodes[0].manner = NODE_DOWN;
  write_personal (scene);
  citiz_community_set_personal (scene->community, scene->personal, TRUE);
  RUN_UNTIL (citiz_outbox_n_waiting (citiz_community_get_outbox (scene->community)) == 1);
  citiz_invitation_init (&other, &(CitizHash){{1}}, "Ailleurs");
  g_assert_false (citiz_community_renew (scene->community, &other));
  citiz_invitation_init (&other, &scene->world.shared.chain_id, "Les Cèdres");
  citiz_invitation_add_node (&other, citiz_signing_key_get_public (scene->world.nodes[2].key),
                             scene->world.nodes[2].url);
  citiz_invitation_set_token (&other, (const guint8 *) "sixteen letters!");
  g_assert_true (citiz_community_renew (scene->community, &other));
  RUN_UNTIL (committed (scene) == 1);
  again (scene);
  start (scene);
  write_personal (scene);
  citiz_community_set_personal (scene->community, scene->personal, TRUE);
  RUN_UNTIL (committed (scene) == 2);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  if (!citiz_crypto_init ())
    return 1;
  COMMUNITY_TEST ("/community/final-while-away", test_final_while_away);
  COMMUNITY_TEST ("/community/too-late", test_too_late);
  COMMUNITY_TEST ("/community/lost", test_lost);
  COMMUNITY_TEST ("/community/answers-again", test_answers_again);
  COMMUNITY_TEST ("/community/stands-still", test_stands_still);
  COMMUNITY_TEST ("/community/locked", test_locked);
  COMMUNITY_TEST ("/community/leave", test_leave);
  COMMUNITY_TEST ("/community/renewed", test_renewed);
  return g_test_run ();
}
