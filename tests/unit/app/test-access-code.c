/* The code that is said aloud, for a link and a date of birth. SPDX-License-Identifier: AGPL-3.0-or-later */
#include "access-fixture.h"

#include "app/citiz-engine-access-private.h"
#include "app/citiz-session-private.h"

#include <string.h>

/* Locked while the code is being sealed: it works all the same. Killed before: it is not shown. */
static void
test_spoken_code (App *app, gconstpointer data)
{
  g_autoptr (CitizAccess) access = NULL;
  g_autofree gchar *spoken = NULL;

  app_save_patient (app);
  access = app_press (app);
  g_assert_cmpuint (strlen (access->spoken), ==, 8);
  spoken = g_strdup (access->spoken);
  citiz_session_lock (app->session);
  g_assert_true (app_unlock (app, APP_PASSPHRASE, NULL));
  g_assert_cmpstr (citiz_session_get_emergency (app->session)->spoken, ==, spoken);
}

static gboolean
has_code (App *app)
{
  const CitizAccess *live = citiz_session_get_emergency (app->session);

  return live != NULL && live->spoken != NULL;
}

static gboolean
code_is_kept_work (CitizEngine *engine, gpointer kept, GCancellable *cancellable, GError **error)
{
  g_autoptr (CitizStmt) row = NULL;

  citiz_engine_finish_code (engine);
  return citiz_db_prepare (citiz_vault_get_db (engine->vault), "SELECT 1 FROM node_code", &row,
                           error)
         && citiz_stmt_next (row, kept, error);
}

/* The birth date is entered while an access is live: the same access gets a code to say. */
static void
test_late_code (App *app, gconstpointer data)
{
  g_autoptr (CitizAccess) access = app_press (app);
  g_autofree gchar *link = g_strdup (access->link);
  gboolean kept = FALSE;

  g_assert_null (access->spoken);
  app_save_patient (app);
  app_await (has_code, app);
  g_assert_cmpuint (strlen (citiz_session_get_emergency (app->session)->spoken), ==, 8);
  g_assert_cmpstr (citiz_session_get_emergency (app->session)->link, ==, link);
  app_on_engine (app, code_is_kept_work, &kept, NULL);
  g_assert_true (kept);
  app_settle (app);
  g_assert_true (has_code (app)); /* it could be kept */
}

static gboolean
is_another_code (App *app)
{
  const CitizAccess *live = citiz_session_get_emergency (app->session);

  return live != NULL && live->spoken != NULL
         && !g_str_equal (live->spoken, g_object_get_data (G_OBJECT (app->session), "was"));
}

static gboolean
count_codes_work (CitizEngine *engine, gpointer n, GCancellable *cancellable, GError **error)
{
  g_autoptr (CitizStmt) row = NULL;
  gboolean found;

  citiz_engine_finish_code (engine);
  if (!citiz_db_prepare (citiz_vault_get_db (engine->vault), "SELECT locator FROM node_code", &row,
                         error))
    return FALSE;
  while (citiz_stmt_next (row, &found, error) && found)
    (*(guint *) n)++;
  return TRUE;
}

/* The birth date is corrected while an access is live: what is sealed under the wrong one could not be opened with the true one. */
static void
test_other_birth_date (App *app, gconstpointer data)
{
  const CitizId patient = app_save_born (app, NULL, "1954-03-12");
  g_autoptr (CitizAccess) access = app_press (app);
  guint n = 0;

  g_assert_nonnull (access->spoken);
  app_on_engine (app, count_codes_work, &n, NULL);
  g_object_set_data_full (G_OBJECT (app->session), "was", g_strdup (access->spoken), g_free);
  app_save_born (app, &patient, "1955-03-12");
  app_await (is_another_code, app);
  app_on_engine (app, count_codes_work, &n, NULL);
  g_assert_cmpuint (n, ==, 2); /* one before, one after: the earlier opens no more */
  app_settle (app);
  g_assert_true (has_code (app));
}

static gboolean
lose_code_work (CitizEngine *engine, gpointer data, GCancellable *cancellable, GError **error)
{
  citiz_engine_finish_code (engine);
  return citiz_db_exec (citiz_vault_get_db (engine->vault), "DELETE FROM node_code", error);
}

static void
test_lost_code (App *app, gconstpointer data)
{
  g_autoptr (CitizAccess) access = NULL;
  g_autoptr (GError) error = NULL;

  app_save_patient (app);
  access = app_press (app);
  app_on_engine (app, lose_code_work, NULL, &error);
  g_assert_no_error (error);
  g_clear_object (&access);
  app_reopen (app);
  g_assert_true (app_unlock (app, APP_PASSPHRASE, NULL));
  g_assert_nonnull (citiz_session_get_emergency (app->session)->link);
  g_assert_null (citiz_session_get_emergency (app->session)->spoken);
}

#define ADD(path, func) g_test_add (path, App, NULL, app_up, func, app_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_assert_true (citiz_crypto_init ());
  ADD ("/app/access/spoken-code", test_spoken_code);
  ADD ("/app/access/other-birth-date", test_other_birth_date);
  ADD ("/app/access/late-code", test_late_code);
  ADD ("/app/access/lost-code", test_lost_code);
  return g_test_run ();
}
