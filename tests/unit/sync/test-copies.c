/* Two copies of one record speak for it in one community. SPDX-License-Identifier: AGPL-3.0-or-later */
#include "citizen-fixture.h"

#include "crypto/citiz-crypto.h"

#include <string.h>

static void
copy_all (const gchar *from, const gchar *to)
{
  g_autoptr (GDir) open = g_dir_open (from, 0, NULL);
  const gchar *name;

  g_mkdir_with_parents (to, 0700);
  while ((name = g_dir_read_name (open)) != NULL)
    {
      g_autofree gchar *source = g_build_filename (from, name, NULL);
      g_autofree gchar *target = g_build_filename (to, name, NULL);
      g_autofree gchar *bytes = NULL;
      gsize n;

      if (g_file_test (source, G_FILE_TEST_IS_DIR))
        copy_all (source, target);
      else
        {
          g_assert_true (g_file_get_contents (source, &bytes, &n, NULL));
          g_assert_true (g_file_set_contents (target, bytes, (gssize) n, NULL));
        }
    }
}

/* A second record is made of the folder of the first, joined: both are open, the second without a network. Its world is the first's. */
static void
copy_record (Scene *scene, Scene *copy)
{
  memset (copy, 0, sizeof *copy);
  close_record (scene);
  copy->dir = g_dir_make_tmp ("citiz-community-XXXXXX", NULL);
  copy_all (scene->dir, copy->dir);
  copy->now = scene->now;
  copy->env = (CitizEnv){scene_now, tools_random, copy};
  copy->passphrase = citiz_secret_ref (scene->passphrase);
  copy->own = citiz_signing_key_ref (scene->own);
  open_record (copy);
  copy->community = citiz_community_open (copy->vault, copy->dir, NULL);
  open_record (scene);
  scene->community = citiz_community_open (scene->vault, scene->dir, NULL);
  start (scene);
}

static void
copy_clear (Scene *copy)
{
  close_record (copy);
  tools_remove_folder (copy->dir);
  g_free (copy->dir);
  citiz_secret_unref (copy->passphrase);
  citiz_signing_key_unref (copy->own);
}

/* @of: whose copy says it */
static void
give_of (Scene *scene, Scene *of, guint8 id)
{
  g_autoptr (CitizTx) tx = NULL;
  g_autoptr (GError) error = NULL;
  CitizTxBody body = {0};

  body.grant = (CitizTxGrant){.id = {{id}},
                              .kind = CITIZ_GRANT_EMERGENCY,
                              .threshold = 1,
                              .n_committee = 1,
                              .max_openings = 1,
                              .not_before = scene->now,
                              .expires = {scene->now.ms + CITIZ_DAY}};
  body.grant.committee[0].node = *citiz_signing_key_get_public (scene->world.nodes[0].key);
  tx = citiz_community_sign (of->community, CITIZ_TX_GRANT, &body);
  g_assert_true (citiz_community_put (of->community, tx, &error));
  g_assert_no_error (error);
}

static void
end_of (Scene *of, guint8 id)
{
  const CitizTxBody body = {.revoke = {.grant = {{id}}}};
  g_autoptr (CitizTx) tx = citiz_community_sign (of->community, CITIZ_TX_GRANT_REVOKE, &body);

  g_assert_true (citiz_community_put (of->community, tx, NULL));
}

static guint
n_told (Scene *of)
{
  GPtrArray *alarms = citiz_watch_alarms (citiz_community_get_watch (of->community));
  guint n = 0;

  for (guint i = 0; i < alarms->len; i++)
    n += ((CitizAlarm *) alarms->pdata[i])->kind == CITIZ_ALARM_COPY;
  return n;
}

/* Of the accesses that it did not give. */
static guint
n_grants_of_copy (Scene *of)
{
  g_autoptr (GPtrArray) txs = citiz_community_list_copied (of->community);
  guint n = 0;

  for (guint i = 0; txs != NULL && i < txs->len; i++)
    n += ((CitizTxInfo *) txs->pdata[i])->type == CITIZ_TX_GRANT;
  return n;
}

/* Both end the same access with the same number: it ends once, nothing waits, and who did it not is told once. */
static void
test_ended_twice (Scene *scene, gconstpointer unused)
{
  Scene copy;

  community_world_set_params (&scene->world, 4);
  join (scene, TRUE);
  RUN_UNTIL (is_whole (scene));
  give_of (scene, scene, 9);
  RUN_UNTIL (community_world_count (&scene->world, CITIZ_TX_GRANT) == 1 && is_whole (scene));
  copy_record (scene, &copy);
  end_of (&copy, 9);
  end_of (scene, 9);
  RUN_UNTIL (community_world_count (&scene->world, CITIZ_TX_GRANT_REVOKE) == 1 && is_whole (scene));
  start (&copy);
  RUN_UNTIL (is_whole (&copy) && n_told (&copy) == 1);
  g_assert_cmpuint (community_world_count (&scene->world, CITIZ_TX_GRANT_REVOKE), ==, 1);
  g_assert_cmpuint (n_told (scene), ==, 0);
  g_assert_true (
      citiz_watch_dismiss (citiz_community_get_watch (copy.community), CITIZ_ALARM_COPY, "", NULL));
  again (&copy);
  start (&copy);
  end_of (scene, 9); /* the nodes do not take it: something goes on all the same */
  give_of (scene, scene, 8);
  RUN_UNTIL (community_world_count (&scene->world, CITIZ_TX_GRANT) == 2);
  RUN_UNTIL (n_grants_of_copy (&copy) == 1);
  g_assert_cmpuint (n_told (&copy), ==, 0);
  copy_clear (&copy);
}

/* Both give an access with the same number: what lost is signed anew with the next one, and each lists the other's. The heads of both personal
 * ledgers are committed. */
static void
test_same_number (Scene *scene, gconstpointer unused)
{
  g_autoptr (GPtrArray) none = NULL;
  Scene copy;

  community_world_set_params (&scene->world, 4);
  write_personal (scene);
  join (scene, TRUE);
  RUN_UNTIL (is_whole (scene) && committed (scene) == 1);
  copy_record (scene, &copy);
  give_of (scene, &copy, 7);
  give_of (scene, scene, 8);
  RUN_UNTIL (community_world_count (&scene->world, CITIZ_TX_GRANT) == 1 && is_whole (scene));
  start (&copy);
  RUN_UNTIL (community_world_count (&scene->world, CITIZ_TX_GRANT) == 2 && is_whole (&copy));
  RUN_UNTIL (is_whole (scene) && n_told (scene) == 1 && n_told (&copy) == 1);
  g_assert_cmpuint (n_grants_of_copy (scene), ==, 1);
  g_assert_cmpuint (n_grants_of_copy (&copy), ==, 1);
  g_assert_true (citiz_vault_begin (copy.vault, NULL));
  g_assert_true (citiz_community_take_copied (copy.community, NULL));
  citiz_vault_rollback (copy.vault); /* the disk is full: nothing was taken */
  g_assert_cmpuint (n_grants_of_copy (&copy), ==, 1);
  g_assert_true (citiz_community_take_copied (copy.community, NULL));
  citiz_community_took_copied (copy.community);
  g_assert_null (citiz_community_list_copied (copy.community));
  write_personal (scene);
  citiz_community_set_personal (scene->community, scene->personal, TRUE);
  write_personal (&copy);
  citiz_community_set_personal (copy.community, copy.personal, TRUE);
  RUN_UNTIL (committed (scene) == 2 && committed (&copy) == 2);
  g_assert_cmpuint (count_proofs (scene, NULL), ==, 2);
  g_assert_cmpuint (count_proofs (&copy, NULL), ==, 2);
  copy_clear (&copy);
}

/* The number was taken while the record was locked, without a sponsor: signed anew, and worked for, when it is open. */
static void
test_number_taken_while_locked (Scene *scene, gconstpointer unused)
{
  g_autoptr (GError) error = NULL;
  CitizDb *db;
  Scene copy;

  join (scene, FALSE);
  RUN_UNTIL (is_whole (scene));
  community_world_set_params (&scene->world, 4);
  copy_record (scene, &copy);
  RUN_UNTIL (is_whole (scene));
  give_of (scene, &copy, 7);
  give_of (scene, scene, 8);
  RUN_UNTIL (community_world_count (&scene->world, CITIZ_TX_GRANT) == 1 && is_whole (scene));
  start (&copy);
  db = citiz_db_ref (citiz_vault_get_db (copy.vault));
  citiz_community_lock (copy.community);
  g_clear_pointer (&copy.vault, citiz_vault_close);
  RUN_UNTIL (n_told (&copy) == 1);
  g_assert_cmpuint (citiz_outbox_n_waiting (citiz_community_get_outbox (copy.community)), ==, 1);
  copy.vault = citiz_vault_open_db (db, &copy.env, copy.passphrase, &error);
  g_assert_no_error (error);
  citiz_community_unlock (copy.community, copy.vault);
  RUN_UNTIL (community_world_count (&scene->world, CITIZ_TX_GRANT) == 2 && is_whole (&copy));
  citiz_db_unref (db);
  copy_clear (&copy);
}

/* What waited here under a number that the other has taken was too old before that was known: the other is seen all the same, by what it said. */
static void
test_number_taken_of_what_was_too_late (Scene *scene, gconstpointer unused)
{
  Scene copy;

  community_world_set_params (&scene->world, 4);
  join (scene, TRUE);
  RUN_UNTIL (is_whole (scene));
  give_of (scene, scene, 9);
  RUN_UNTIL (community_world_count (&scene->world, CITIZ_TX_GRANT) == 1 && is_whole (scene));
  copy_record (scene, &copy);
  end_of (&copy, 9);
  give_of (scene, scene, 8);
  RUN_UNTIL (community_world_count (&scene->world, CITIZ_TX_GRANT) == 2 && is_whole (scene));
  scene->now.ms += 2 * CITIZ_DAY;
  scene->world.shared.now.ms += 2 * CITIZ_DAY;
  copy.now.ms += 2 * CITIZ_DAY;
  start (&copy);
  RUN_UNTIL (is_whole (&copy) && n_told (&copy) == 1);
  g_assert_cmpuint (n_grants_of_copy (&copy), ==, 1);
  g_assert_cmpuint (n_told (scene), ==, 0);
  copy_clear (&copy);
}

/* Who leaves and comes back finds its own account: no other copy. */
static void
test_no_copy (Scene *scene, gconstpointer unused)
{
  write_personal (scene);
  join (scene, TRUE);
  RUN_UNTIL (is_whole (scene) && committed (scene) == 1);
  scene->world.stalled = TRUE; /* what it says last becomes final only when it is back */
  write_personal (scene);
  citiz_community_set_personal (scene->community, scene->personal, TRUE);
  RUN_UNTIL (scene->world.taken->len == 1);
  g_assert_true (citiz_community_leave (scene->community, NULL));
  g_clear_object (&scene->community);
  join (scene, TRUE);
  RUN_UNTIL (citiz_outbox_n_waiting (citiz_community_get_outbox (scene->community)) == 1);
  community_world_go_on (&scene->world);
  RUN_UNTIL (is_whole (scene) && committed (scene) == 2);
  again (scene);
  start (scene);
  write_personal (scene);
  citiz_community_set_personal (scene->community, scene->personal, TRUE);
  RUN_UNTIL (is_whole (scene) && committed (scene) == 3);
  g_assert_cmpuint (n_told (scene), ==, 0);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  if (!citiz_crypto_init ())
    return 1;
  COMMUNITY_TEST ("/community/ended-twice", test_ended_twice);
  COMMUNITY_TEST ("/community/same-number", test_same_number);
  COMMUNITY_TEST ("/community/number-taken-while-locked", test_number_taken_while_locked);
  COMMUNITY_TEST ("/community/number-taken-of-what-was-too-late",
                  test_number_taken_of_what_was_too_late);
  COMMUNITY_TEST ("/community/no-copy", test_no_copy);
  return g_test_run ();
}
