/* The end of an access: revoked or expired, and nothing of it is left. SPDX-License-Identifier: AGPL-3.0-or-later */
#include "access-fixture.h"

#include "app/citiz-engine-access-private.h"
#include "app/citiz-session-private.h"

#include <sqlite3.h>

static gboolean
none_is_live (App *app)
{
  g_autoptr (CitizAccess) access
      = g_list_model_get_item (citiz_session_get_accesses (app->session), 0);
  return access->state != CITIZ_ACCESS_LIVE;
}

static void
test_revoke (App *app, gconstpointer data)
{
  g_autoptr (CitizAccess) access = app_press (app);
  g_autoptr (CitizAccess) after = NULL;
  g_autoptr (CitizAccess) next = NULL;
  g_autofree gchar *link = g_strdup (access->link);
  g_autoptr (GError) error = NULL;
  CitizId unknown = citiz_env_new_id (&app->env);

  g_assert_true (app_has_link (app));
  g_assert_true (app_end_access (app, &access->id, &error));
  g_assert_no_error (error);
  app_settle (app);
  after = g_list_model_get_item (citiz_session_get_accesses (app->session), 0);
  g_assert_cmpint (after->state, ==, CITIZ_ACCESS_REVOKED);
  g_assert_cmpint (after->ended.ms, >, 0);
  g_assert_null (after->link);
  g_assert_null (after->shlink);
  g_assert_null (after->spoken);
  g_assert_null (citiz_session_get_emergency (app->session));
  g_assert_false (app_has_link (app));
  g_assert_cmpuint (app_read (app, link, 1, NULL), !=, 200);
  g_assert_true (app_end_access (app, &access->id, NULL)); /* again: that is what was asked for */
  g_assert_false (app_end_access (app, &unknown, NULL));
  next = app_press (app);
  g_assert_false (citiz_id_equal (&next->id, &access->id));
  g_assert_cmpuint (g_list_model_get_n_items (citiz_session_get_accesses (app->session)), ==, 2);
}

/* A day later by the ledger's clock, the window open all the while. */
static void
test_expiry (App *app, gconstpointer data)
{
  g_autoptr (CitizAccess) access = app_press (app);
  g_autoptr (CitizAccess) after = NULL;
  g_autoptr (CitizAccess) next = NULL;

  app_move_clock (app, CITIZ_DAY + CITIZ_MINUTE);
  g_assert_null (citiz_session_get_emergency (app->session)); /* at once */
  app_await (none_is_live, app);
  app_settle (app);
  after = g_list_model_get_item (citiz_session_get_accesses (app->session), 0);
  g_assert_cmpint (after->state, ==, CITIZ_ACCESS_EXPIRED);
  g_assert_cmpint (after->ended.ms, ==, after->expires.ms); /* not when it was noticed */
  g_assert_null (after->link);
  g_assert_false (app_has_link (app));
  next = app_press (app);
  g_assert_false (citiz_id_equal (&next->id, &access->id));
  app_reopen (app);
  g_assert_true (app_unlock (app, APP_PASSPHRASE, NULL));
  g_assert_nonnull (citiz_session_get_emergency (app->session));
}

/* The clock was ahead when something was written, and is right again: 24 hours are said to end after 24, and do. */
static void
test_expiry_after_clock (App *app, gconstpointer data)
{
  g_autoptr (CitizAccess) first = NULL, access = NULL, after = NULL;
  g_autoptr (CitizOpening) opening = NULL;
  CitizTime now;

  app_move_clock (app, 25 * CITIZ_HOUR);
  first = app_press (app);
  g_assert_true (app_end_access (app, &first->id, NULL));
  app_move_clock (app, -25 * CITIZ_HOUR);
  now = citiz_session_now (app->session);
  access = app_press (app);
  g_assert_cmpint (ABS (access->expires.ms - now.ms - CITIZ_DAY), <, CITIZ_HOUR);
  g_assert_cmpint (access->updated.ms, ==, access->given.ms);
  g_assert_cmpuint (app_read (app, access->link, 1, NULL), ==, 200);
  app_await (app_first_opening_came, app);
  opening = g_list_model_get_item (app_openings (app), 0);
  g_assert_cmpint (opening->when.ms, <, now.ms + CITIZ_HOUR);
  for (guint i = 0; i < 3; i++)
    {
      app_move_clock (app, 9 * CITIZ_HOUR); /* less than the ledger is ahead */
      app_reopen (app);
      g_assert_true (app_unlock (app, APP_PASSPHRASE, NULL));
    }
  after = g_list_model_get_item (citiz_session_get_accesses (app->session), 0);
  g_assert_cmpint (after->state, ==, CITIZ_ACCESS_EXPIRED);
}

/* The same with the program closed. */
static void
test_expiry_while_away (App *app, gconstpointer data)
{
  g_autoptr (CitizAccess) access = app_press (app);
  g_autoptr (CitizAccess) after = NULL;

  g_clear_object (&access);
  app_close (app);
  app_move_clock (app, CITIZ_DAY + CITIZ_MINUTE);
  app_reopen (app);
  g_assert_true (app_unlock (app, APP_PASSPHRASE, NULL));
  after = g_list_model_get_item (citiz_session_get_accesses (app->session), 0);
  g_assert_cmpint (after->state, ==, CITIZ_ACCESS_EXPIRED);
  g_assert_cmpint (after->ended.ms, ==, after->expires.ms); /* not when it was noticed */
  g_assert_null (after->link);
  g_assert_false (app_has_link (app));
}

static gboolean
shares_work (CitizEngine *engine, gpointer data, GCancellable *cancellable, GError **error)
{
  g_autoptr (GArray) grants = citiz_node_store_grants (citiz_vault_get_db (engine->vault), error);

  *(guint *) data = grants != NULL ? grants->len : G_MAXUINT;
  return grants != NULL;
}

/* No opening is left, but the last reader may still fetch: revoking ends that too. */
static void
test_revoke_used_up (App *app, gconstpointer data)
{
  g_autoptr (CitizAccess) access = app_press (app);
  g_autofree gchar *link = g_strdup (access->link);
  g_autoptr (GError) error = NULL;
  guint shares = 0;

  for (guint use = 1; use <= CITIZ_OPENINGS_LIMIT; use++)
    g_assert_cmpuint (app_read (app, link, use, NULL), ==, 200);
  app_settle (app);
  g_assert_true (app_on_engine (app, shares_work, &shares, NULL));
  g_assert_cmpuint (shares, ==, 1);
  g_assert_true (app_end_access (app, &access->id, &error));
  g_assert_no_error (error);
  g_assert_true (app_on_engine (app, shares_work, &shares, NULL));
  g_assert_cmpuint (shares, ==, 0);
  g_assert_false (app_has_link (app));
}

/* What the vault remembers of a live access cannot be read: it is still listed, and the ledger knows enough to end it. */
static void
test_revoke_damaged (App *app, gconstpointer data)
{
  g_autoptr (CitizAccess) access = app_press (app), listed = NULL, after = NULL;
  g_autofree gchar *link = g_strdup (access->link);
  g_autofree gchar *path = g_build_filename (app->folder, CITIZ_DB_FILE, NULL);
  g_autoptr (GError) error = NULL;
  sqlite3 *db;

  app_close (app);
  g_assert_cmpint (sqlite3_open (path, &db), ==, SQLITE_OK);
  sqlite3_exec (db, "UPDATE object SET sealed = zeroblob (length (sealed)) WHERE class = 7", NULL,
                NULL, NULL);
  g_assert_cmpint (sqlite3_changes (db), ==, 1);
  sqlite3_close (db);
  app_reopen (app);
  g_test_expect_message ("citiz-app", G_LOG_LEVEL_WARNING, "*could not be read*");
  g_assert_true (app_unlock (app, APP_PASSPHRASE, &error));
  g_test_assert_expected_messages ();
  g_assert_no_error (error);
  listed = g_list_model_get_item (citiz_session_get_accesses (app->session), 0);
  g_assert_nonnull (listed);
  g_assert_cmpint (listed->state, ==, CITIZ_ACCESS_LIVE);
  g_assert_cmpint (listed->expires.ms, ==, access->expires.ms);
  g_assert_null (listed->link);
  /* The next press gives one that can be used. */
  g_assert_null (citiz_session_get_emergency (app->session));
  g_assert_true (app_end_access (app, &access->id, &error));
  g_assert_no_error (error);
  app_settle (app);
  after = g_list_model_get_item (citiz_session_get_accesses (app->session), 0);
  g_assert_cmpint (after->state, ==, CITIZ_ACCESS_REVOKED);
  g_assert_cmpuint (app_read (app, link, 1, NULL), !=, 200);
}

/* An opening nobody took in yet is still told with its name when the access is revoked. */
static void
test_revoke_with_mail_waiting (App *app, gconstpointer data)
{
  g_autoptr (CitizAccess) access = app_press (app);
  g_autoptr (CitizOpening) opening = NULL;
  g_autofree gchar *link = g_strdup (access->link);

  g_assert_true (app_on_engine (app, app_stop_listening_work, NULL, NULL));
  g_assert_cmpuint (app_read (app, link, 1, NULL), ==, 200);
  g_assert_true (app_end_access (app, &access->id, NULL));
  app_await (app_first_opening_came, app);
  opening = g_list_model_get_item (app_openings (app), 0);
  g_assert_cmpstr (opening->name, ==, "Camille Ouellet");
}

static gboolean
stray_mail_work (CitizEngine *engine, gpointer data, GCancellable *cancellable, GError **error)
{
  CitizMail mail = {.kind = CITIZ_MAIL_NOTE, .grant = citiz_env_new_id (engine->env)};

  return citiz_node_store_put_mail (citiz_vault_get_db (engine->vault), &mail, error);
}

/* Mail of an access that cannot be read stays in the box; it must not keep another access open. */
static void
test_revoke_beside_stray_mail (App *app, gconstpointer data)
{
  g_autoptr (CitizAccess) access = app_press (app);
  g_autofree gchar *link = g_strdup (access->link);
  g_autoptr (GError) error = NULL;

  g_assert_true (app_on_engine (app, stray_mail_work, NULL, &error));
  g_assert_no_error (error);
  for (guint look = 0; look < 2; look++) /* before the keys go, and after */
    g_test_expect_message ("citiz-app", G_LOG_LEVEL_WARNING, "*stays in the box*");
  g_assert_true (app_end_access (app, &access->id, &error));
  g_assert_no_error (error);
  g_test_assert_expected_messages ();
  g_assert_false (app_has_link (app));
  g_assert_cmpuint (app_read (app, link, 1, NULL), !=, 200);
}

#define ADD(path, func) g_test_add (path, App, NULL, app_up, func, app_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_assert_true (citiz_crypto_init ());
  ADD ("/app/access/revoke-with-mail-waiting", test_revoke_with_mail_waiting);
  ADD ("/app/access/revoke-used-up", test_revoke_used_up);
  ADD ("/app/access/revoke-damaged", test_revoke_damaged);
  ADD ("/app/access/revoke-beside-stray-mail", test_revoke_beside_stray_mail);
  ADD ("/app/access/revoke", test_revoke);
  ADD ("/app/access/expiry", test_expiry);
  ADD ("/app/access/expiry-after-clock", test_expiry_after_clock);
  ADD ("/app/access/expiry-while-away", test_expiry_while_away);
  return g_test_run ();
}
