/* The end of an access over nodes: asked for, told, confirmed; and erasing the record while one is live. SPDX-License-Identifier: AGPL-3.0-or-later */
#include "access-fixture.h"
#include "nodes-fixture.h"

#include "app/citiz-engine-shared.h"

#include <string.h>

static gboolean
all_erased (App *app)
{
  return newest (app)->n_erased == NODES;
}

static gboolean
most_erased (App *app)
{
  return newest (app)->n_erased >= NODES_NEEDED;
}

static gboolean
has_no_link (App *app)
{
  return !app_has_link (app);
}

static gboolean
erase (App *app, gboolean all_the_same, GError **error)
{
  g_autoptr (GAsyncResult) result = NULL;
  Answer answer = {0};

  citiz_session_erase_async (app->session, app->passphrase, all_the_same, NULL, app_answer_cb,
                             &answer);
  result = app_wait (&answer);
  return citiz_session_erase_finish (app->session, result, error);
}

/* What is open over the nodes is ended before the keys go, with which alone it could be ended. */
static void
test_erased (App *app, gconstpointer data)
{
  g_autoptr (CitizAccess) access = NULL;
  g_autoptr (GError) error = NULL;

  app_save (app, NULL, "Peanut");
  access = app_press (app);
  g_assert_true (app_until (all_hold, app, LONG));
  nodes_kill (0);
  g_assert_true (erase (app, FALSE, &error));
  g_assert_no_error (error);
  g_assert_cmpint (citiz_session_get_state (app->session), ==, CITIZ_SESSION_NEW);
  nodes_start_all ();
  for (guint i = 1; i < NODES; i++)
    g_assert_cmpuint (nodes_open (app, access->link, i, 1, "Camille Ouellet", NULL), !=, 200);
}

static gboolean
is_ending (App *app)
{
  return newest (app)->ending;
}

/* The person changes their mind while the nodes are waited for. */
static void
erase_and_cancel (App *app)
{
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;
  Answer answer = {0};

  app->session->end_wait_ms = G_MAXUINT;
  citiz_session_erase_async (app->session, app->passphrase, FALSE, cancellable, app_answer_cb,
                             &answer);
  g_assert_true (app_until (is_ending, app, LONG));
  g_assert_null (answer.result);
  g_cancellable_cancel (cancellable);
  result = app_wait (&answer);
  g_assert_false (citiz_session_erase_finish (app->session, result, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
}

/* Nobody confirms that it has ended: nothing is erased until the person says so. */
static void
test_not_erased (App *app, gconstpointer data)
{
  g_autoptr (CitizAccess) access = NULL;
  g_autoptr (GError) error = NULL;

  app_save (app, NULL, "Peanut");
  access = app_press (app);
  g_assert_true (app_until (all_hold, app, LONG));
  for (guint i = 0; i < NODES; i++)
    nodes_kill (i);
  erase_and_cancel (app);
  app->session->end_wait_ms = 1;
  g_assert_false (erase (app, FALSE, &error));
  g_assert_error (error, CITIZ_SESSION_ERROR, CITIZ_SESSION_ERROR_SHARING);
  g_clear_error (&error);
  g_assert_cmpint (citiz_session_get_state (app->session), ==, CITIZ_SESSION_OPEN);
  g_assert_cmpuint (app_count (app, CITIZ_KIND_ALLERGY), ==, 1);
  g_assert_true (erase (app, TRUE, &error));
  g_assert_no_error (error);
}

/* What the vault remembers of an access is damaged, so that it cannot be ended: whoever erases is asked at once. */
static void
test_not_ended (App *app, gconstpointer data)
{
  g_autoptr (CitizAccess) lost = app_press (app);
  g_autofree gchar *id = citiz_id_to_hex (&lost->id);
  g_autofree gchar *sql = g_strdup_printf (
      "UPDATE object SET sealed = zeroblob (length (sealed)) WHERE class = %d AND id = x'%s'",
      CITIZ_CLASS_GRANT, id);
  g_autoptr (GError) error = NULL;

  g_assert_true (app_until (all_hold, app, LONG));
  app_on_engine (app, app_exec_work, sql, &error);
  g_assert_no_error (error);
  app->session->end_wait_ms = G_MAXUINT;
  g_assert_false (erase (app, FALSE, &error));
  g_assert_error (error, CITIZ_SESSION_ERROR, CITIZ_SESSION_ERROR_SHARING);
  g_clear_error (&error);
  g_assert_true (erase (app, TRUE, &error));
  g_assert_no_error (error);
  g_assert_cmpint (citiz_session_get_state (app->session), ==, CITIZ_SESSION_NEW);
}

/* Ended while one node is down: shown as asked for at once, over when the ledger says so; that node obeys when it is back. */
static void
test_revoked (App *app, gconstpointer data)
{
  g_autoptr (CitizAccess) access = app_press (app);
  g_autofree gchar *link = g_strdup (access->link), *opening = NULL, *words = NULL;
  g_autofree gchar *hex = NULL, *sql = NULL;

  g_assert_true (app_until (all_hold, app, LONG));
  g_assert_cmpuint (nodes_open (app, link, 1, 1, "Camille Ouellet", &opening), ==, 200);
  nodes_kill (3);
  g_assert_true (app_end_access (app, &access->id, NULL));
  app_settle (app);
  g_assert_true (newest (app)->ending || is_over (app));
  g_assert_null (newest (app)->link);
  g_assert_null (citiz_session_get_emergency (app->session));
  g_assert_true (app_until (is_over, app, LONG));
  g_assert_true (app_until (first_is_named, app, LONG)); /* the last mail, with the last keys */
  g_assert_true (app_until (most_erased, app, LONG));
  g_assert_cmpuint (nodes_open (app, link, 0, 2, "Camille Ouellet", NULL), !=, 200);
  g_assert_cmpuint (nodes_gather (link, opening, NULL, NULL), ==, 0);
  nodes_start (3);
  g_assert_true (app_until (all_erased, app, LONG));
  nodes_kill (3);
  hex = citiz_id_to_hex (&access->id);
  sql = g_strdup_printf ("SELECT count(*) FROM node_share WHERE lower(hex(grant_id)) = '%s'", hex);
  g_assert_cmpint (nodes_count (3, sql), ==, 0);
  g_assert_true (app_until (has_no_link, app, LONG));
  words = citiz_session_explain_erased (newest (app));
  g_assert_nonnull (strstr (words, "4"));
  app_reopen (app);
  g_assert_true (app_unlock (app, APP_PASSPHRASE, NULL));
  g_assert_cmpint (newest (app)->state, ==, CITIZ_ACCESS_REVOKED);
}

static void
leave (App *app)
{
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;
  Answer answer = {0};

  citiz_session_leave_community_async (app->session, NULL, app_answer_cb, &answer);
  result = app_wait (&answer);
  g_assert_true (citiz_session_leave_community_finish (app->session, result, &error));
  g_assert_no_error (error);
}

/* Opened, ended, and the community is left while one node still had mail: how it ended and how often it was opened is known all the same. */
static void
test_left (App *app, gconstpointer data)
{
  g_autoptr (CitizAccess) access = app_press (app);

  g_assert_true (app_until (all_hold, app, LONG));
  g_assert_cmpuint (nodes_open (app, access->link, 1, 1, "Camille Ouellet", NULL), ==, 200);
  g_assert_true (app_until (first_is_named, app, LONG));
  nodes_kill (3);
  g_assert_true (app_end_access (app, &access->id, NULL));
  g_assert_true (app_until (is_over, app, LONG));
  g_assert_cmpuint (newest (app)->openings, ==, 1);
  leave (app);
  app_reopen (app);
  g_assert_true (app_unlock (app, APP_PASSPHRASE, NULL));
  g_assert_null (citiz_session_get_community (app->session));
  g_assert_cmpint (newest (app)->state, ==, CITIZ_ACCESS_REVOKED);
  g_assert_cmpuint (newest (app)->openings, ==, 1);
  g_assert_true (has_no_link (app));
}

static gboolean
ask_end_work (CitizEngine *engine, gpointer data, GCancellable *cancellable, GError **error)
{
  json_t *json = citiz_engine_read_json (engine, CITIZ_CLASS_GRANT, data, error);
  gboolean ok;

  g_assert_nonnull (json);
  json_object_set_new (json, "ending", json_integer (1));
  ok = citiz_engine_rewrite_json (engine, CITIZ_CLASS_GRANT, data, json, error);
  json_decref (json);
  return ok;
}

/* Its end was asked for, and what told the nodes so is gone from the outbox: it is told again. */
static void
test_lost_end (App *app, gconstpointer data)
{
  g_autoptr (CitizAccess) access = app_press (app);

  g_assert_true (app_until (all_hold, app, LONG));
  app_on_engine (app, ask_end_work, &access->id, NULL);
  app_reopen (app);
  g_assert_true (app_unlock (app, APP_PASSPHRASE, NULL));
  g_assert_true (app_until (is_over, app, LONG));
  g_assert_cmpint (newest (app)->state, ==, CITIZ_ACCESS_REVOKED);
}

/* The clock was a day ahead for a moment: the access looks expired, is not, and can be ended. */
static void
test_clock_ahead (App *app, gconstpointer data)
{
  g_autoptr (CitizAccess) access = app_press (app);

  g_assert_true (app_until (all_hold, app, LONG));
  for (guint there = 0; there < 2; there++)
    {
      app_move_clock (app, there == 0 ? 25 * CITIZ_HOUR : -25 * CITIZ_HOUR);
      app_reopen (app);
      g_assert_true (app_unlock (app, APP_PASSPHRASE, NULL));
      nodes_pace (app);
      app_settle (app);
      g_assert_cmpint (newest (app)->state, ==,
                       there == 0 ? CITIZ_ACCESS_EXPIRED : CITIZ_ACCESS_LIVE);
    }
  g_assert_cmpstr (newest (app)->link, ==, access->link);
  g_assert_true (app_end_access (app, &access->id, NULL));
  g_assert_true (app_until (is_over, app, LONG));
  g_assert_cmpint (newest (app)->state, ==, CITIZ_ACCESS_REVOKED);
}

/* The end of an access, in a transaction that then fails. */
static gboolean
end_in_vain_work (CitizEngine *engine, gpointer data, GCancellable *cancellable, GError **error)
{
  const CitizId *id = data;
  json_t *json = citiz_engine_read_json (engine, CITIZ_CLASS_GRANT, id, error);
  gboolean said;

  if (json == NULL || !citiz_vault_begin (engine->vault, error))
    return FALSE;
  said = citiz_engine_revoke_shared (engine, id, json, error);
  citiz_vault_rollback (engine->vault);
  citiz_engine_drop_grant (json);
  return said && !citiz_engine_find_shared (engine, id)->ending;
}

/* What did not come to be on the disk is not so in memory either; it can be ended afterwards. */
static void
test_end_in_vain (App *app, gconstpointer data)
{
  g_autoptr (CitizAccess) access = app_press (app);
  g_autoptr (GError) error = NULL;
  CitizId id = access->id;

  g_assert_cmpuint (access->n_nodes, ==, NODES);
  g_assert_true (app_on_engine (app, end_in_vain_work, &id, &error));
  g_assert_no_error (error);
  g_assert_true (app_end_access (app, &id, NULL));
}

static void
add_tests (void)
{
  MEMBER_TEST ("erased", test_erased);
  MEMBER_TEST ("not-erased", test_not_erased);
  MEMBER_TEST ("not-ended", test_not_ended);
  MEMBER_TEST ("revoked", test_revoked);
  MEMBER_TEST ("left", test_left);
  MEMBER_TEST ("lost-end", test_lost_end);
  MEMBER_TEST ("clock-ahead", test_clock_ahead);
  MEMBER_TEST ("end-in-vain", test_end_in_vain);
}

int
main (int argc, char **argv)
{
  return nodes_test (argc, argv, add_tests);
}
