/* The session's life: making, opening, locking, and what may go wrong. SPDX-License-Identifier: AGPL-3.0-or-later */
#include "app-fixture.h"

#include "crypto/citiz-words.h"

#include <glib/gstdio.h>

static void
test_wrong_passphrase (App *app, gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  app_save (app, NULL, "Peanut");
  app_reopen (app);
  g_assert_cmpint (citiz_session_get_state (app->session), ==, CITIZ_SESSION_LOCKED);
  g_assert_cmpuint (app_count (app, CITIZ_KIND_ALLERGY), ==, 0);
  g_assert_false (app_unlock (app, "not this one", &error));
  g_assert_error (error, CITIZ_STORE_ERROR, CITIZ_STORE_ERROR_WRONG_PASSPHRASE);
  g_assert_cmpint (citiz_session_get_state (app->session), ==, CITIZ_SESSION_LOCKED);
  g_clear_error (&error);
  g_assert_true (app_unlock (app, APP_PASSPHRASE, &error));
  g_assert_no_error (error);
  g_assert_cmpint (citiz_session_get_state (app->session), ==, CITIZ_SESSION_OPEN);
  g_assert_cmpuint (app_count (app, CITIZ_KIND_ALLERGY), ==, 1);
}

static gboolean
hold_cb (gpointer data)
{
  g_mutex_lock (data);
  g_mutex_unlock (data);
  return G_SOURCE_REMOVE;
}

/* The lock is there at once; a record of years is freed by the engine, not by the thread that draws. */
static void
test_freed_behind (App *app, gconstpointer data)
{
  CitizId id = app_save (app, NULL, "Peanut");
  CitizItem *item
      = citiz_item_ref (citiz_record_get (citiz_session_get_record (app->session), &id));
  GMutex held;

  g_mutex_init (&held);
  g_mutex_lock (&held);
  citiz_engine_do (app->session->engine, hold_cb, &held);
  citiz_session_lock (app->session);
  g_assert_cmpint (citiz_session_get_state (app->session), ==, CITIZ_SESSION_LOCKED);
  g_assert_cmpuint (app_count (app, CITIZ_KIND_ALLERGY), ==, 0);
  g_assert_cmpint (g_atomic_int_get (&item->ref_count), >, 1);
  g_mutex_unlock (&held);
  app_settle (app);
  g_assert_cmpint (g_atomic_int_get (&item->ref_count), ==, 1);
  citiz_item_unref (item);
  g_mutex_clear (&held);
}

static gboolean
try_words (App *app, CitizSecret *entropy, const gchar *passphrase, GError **error)
{
  g_autoptr (CitizSecret) secret = citiz_secret_new_from_text (passphrase);
  g_autoptr (GAsyncResult) result = NULL;
  gchar **words = citiz_words_from_entropy (entropy, CITIZ_LANGUAGE_FR);
  g_autofree gchar *text = g_strjoinv (" ", words);
  Answer answer = {0};

  citiz_words_free (words);
  citiz_session_unlock_with_words_async (app->session, text, secret, NULL, app_answer_cb, &answer);
  result = app_wait (&answer);
  return citiz_session_unlock_with_words_finish (app->session, result, error);
}

static void
test_words (App *app, gconstpointer data)
{
  g_autoptr (CitizSecret) others = citiz_secret_new_random (32);
  g_autoptr (GError) error = NULL;

  app_save (app, NULL, "Peanut");
  app_reopen (app);
  g_assert_false (try_words (app, others, "nouvelle", &error));
  g_assert_error (error, CITIZ_SESSION_ERROR, CITIZ_SESSION_ERROR_WRONG_WORDS);
  g_assert_cmpint (citiz_session_get_state (app->session), ==, CITIZ_SESSION_LOCKED);
  g_clear_error (&error);
  g_assert_true (try_words (app, app->entropy, "nouvelle", &error));
  g_assert_no_error (error);
  g_assert_cmpuint (app_count (app, CITIZ_KIND_ALLERGY), ==, 1);
  app_reopen (app);
  g_assert_false (app_unlock (app, APP_PASSPHRASE, &error));
  g_clear_error (&error);
  g_assert_true (app_unlock (app, "nouvelle", &error));
}

static gboolean
change_passphrase (App *app, const gchar *before, const gchar *after, GError **error)
{
  g_autoptr (CitizSecret) old = citiz_secret_new_from_text (before);
  g_autoptr (CitizSecret) new = citiz_secret_new_from_text (after);
  g_autoptr (GAsyncResult) result = NULL;
  Answer answer = {0};

  citiz_session_set_passphrase_async (app->session, old, new, NULL, app_answer_cb, &answer);
  result = app_wait (&answer);
  return citiz_session_set_passphrase_finish (app->session, result, error);
}

static void
test_new_passphrase (App *app, gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  g_assert_false (change_passphrase (app, "guessed", "mine now", &error));
  g_assert_error (error, CITIZ_STORE_ERROR, CITIZ_STORE_ERROR_WRONG_PASSPHRASE);
  g_clear_error (&error);
  g_assert_true (change_passphrase (app, APP_PASSPHRASE, "bleu de Prusse", &error));
  citiz_session_lock (app->session);
  g_assert_false (app_unlock (app, APP_PASSPHRASE, NULL));
  g_assert_true (app_unlock (app, "bleu de Prusse", &error));
  g_assert_no_error (error);
}

/* Nothing is left to see, and what was asked for before the lock does not come after it. */
static void
test_lock (App *app, gconstpointer data)
{
  g_autoptr (CitizAccess) access = NULL;
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;
  Answer answer = {0};

  app_save (app, NULL, "Peanut");
  citiz_session_emergency_async (app->session, 24, NULL, app_answer_cb, &answer);
  citiz_session_lock (app->session);
  g_assert_cmpint (citiz_session_get_state (app->session), ==, CITIZ_SESSION_LOCKED);
  result = app_wait (&answer);
  g_assert_null (citiz_session_emergency_finish (app->session, result, &error));
  g_assert_error (error, CITIZ_SESSION_ERROR, CITIZ_SESSION_ERROR_LOCKED);
  app_settle (app);
  g_assert_cmpuint (app_count (app, CITIZ_KIND_ALLERGY), ==, 0);
  g_assert_cmpuint (g_list_model_get_n_items (citiz_session_get_accesses (app->session)), ==, 0);
  g_assert_cmpuint (g_list_model_get_n_items (citiz_session_get_entries (app->session)), ==, 0);
  g_assert_null (citiz_session_get_emergency (app->session));
}

static void
test_lock_while_unlocking (App *app, gconstpointer data)
{
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;
  Answer answer = {0};

  citiz_session_lock (app->session);
  citiz_session_unlock_async (app->session, app->passphrase, NULL, app_answer_cb, &answer);
  g_assert_cmpint (citiz_session_get_state (app->session), ==, CITIZ_SESSION_UNLOCKING);
  citiz_session_lock (app->session);
  result = app_wait (&answer);
  g_assert_false (citiz_session_unlock_finish (app->session, result, &error));
  app_settle (app);
  g_assert_cmpint (citiz_session_get_state (app->session), ==, CITIZ_SESSION_LOCKED);
  g_assert_null (app->session->engine->vault);
}

static void
test_lock_and_unlock_at_once (App *app, gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  for (guint i = 1; i <= 8; i++)
    {
      app_save (app, NULL, "Pollen");
      citiz_session_lock (app->session);
      g_assert_true (app_unlock (app, APP_PASSPHRASE, &error));
      g_assert_no_error (error);
      g_assert_cmpuint (app_count (app, CITIZ_KIND_ALLERGY), ==, i);
    }
}

/* A session that nobody holds any more ends once its jobs are answered. */
static void
test_left_alone (App *app, gconstpointer data)
{
  json_t *resource
      = json_pack ("{s:s, s:{s:s}}", "resourceType", "AllergyIntolerance", "code", "text", "Latex");
  gpointer watched = app->session;

  g_object_add_weak_pointer (watched, &watched);
  citiz_session_save_async (app->session, NULL, resource, NULL, NULL, NULL);
  citiz_session_emergency_async (app->session, 24, NULL, NULL, NULL);
  citiz_session_verify_async (app->session, NULL, NULL, NULL, NULL, NULL);
  json_decref (resource);
  g_clear_object (&app->session);
  for (guint i = 0; i < 480000 && watched != NULL; i++)
    if (!g_main_context_iteration (NULL, FALSE))
      g_usleep (500);
  g_assert_null (watched);
  app->session = citiz_session_new_for_env (app->folder, &app->env);
  g_assert_true (app_unlock (app, APP_PASSPHRASE, NULL));
  g_assert_cmpuint (app_count (app, CITIZ_KIND_ALLERGY), ==, 1);
  g_assert_nonnull (citiz_session_get_emergency (app->session));
}

static void
test_busy (App *app, gconstpointer data)
{
  g_autoptr (CitizSession) other = citiz_session_new (app->folder);
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (GError) busy
      = g_error_new_literal (CITIZ_SESSION_ERROR, CITIZ_SESSION_ERROR_BUSY, "busy");
  Answer answer = {0};

  citiz_session_unlock_async (other, app->passphrase, NULL, app_answer_cb, &answer);
  result = app_wait (&answer);
  g_assert_false (citiz_session_unlock_finish (other, result, &error));
  g_assert_cmpstr (citiz_session_explain (error), ==, citiz_session_explain (busy));
  g_assert_cmpint (citiz_session_get_state (other), ==, CITIZ_SESSION_LOCKED);
  g_assert_cmpint (citiz_session_get_state (app->session), ==, CITIZ_SESSION_OPEN);
}

static void
test_sentences (void)
{
  g_autoptr (GHashTable) seen = g_hash_table_new (g_str_hash, g_str_equal);

  for (gint code = CITIZ_SESSION_ERROR_WRONG_PASSPHRASE; code <= CITIZ_SESSION_ERROR_FAILED; code++)
    {
      g_autoptr (GError) error = g_error_new (CITIZ_SESSION_ERROR, code, "/a/file");
      const gchar *sentence = citiz_session_explain (error);

      g_assert_nonnull (sentence);
      g_assert_cmpuint (strlen (sentence), >, 10);
      g_assert_null (strstr (sentence, "/a/file"));
      g_assert_true (g_hash_table_add (seen, (gpointer) sentence));
    }
  for (gint code = CITIZ_STORE_ERROR_FULL; code <= CITIZ_STORE_ERROR_CANCELLED; code++)
    {
      g_autoptr (GError) error = g_error_new (CITIZ_STORE_ERROR, code, "/a/file");
      g_assert_nonnull (citiz_session_explain (error));
    }
}

/* One damaged object: the person gets in, is told, and keeps the rest. */
static void
test_damaged_object (App *app, gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  app_save (app, NULL, "Peanut");
  app_save (app, NULL, "Latex");
  app_save (app, NULL, "Pollen");
  app_close (app);
  app_on_disk (app, "UPDATE object SET sealed = zeroblob (length (sealed)) WHERE row ="
                    " (SELECT min (row) FROM object WHERE class = 1)");
  app_reopen (app);
  g_test_expect_message ("citiz-app", G_LOG_LEVEL_WARNING, "*could not be read*");
  g_assert_true (app_unlock (app, APP_PASSPHRASE, &error));
  g_test_assert_expected_messages ();
  g_assert_no_error (error);
  g_assert_true (citiz_session_get_damaged (app->session));
  g_assert_cmpuint (app_count (app, CITIZ_KIND_ALLERGY), ==, 2);
  app_save (app, NULL, "Dust");
  g_assert_cmpuint (app_count (app, CITIZ_KIND_ALLERGY), ==, 3);
  citiz_session_lock (app->session);
  g_assert_false (citiz_session_get_damaged (app->session));
}

static void
test_port_taken (App *app, gconstpointer data)
{
  g_autoptr (GSocketListener) listener = g_socket_listener_new ();
  g_autoptr (GUri) origin
      = g_uri_parse (citiz_node_get_origin (app->session->engine->node), G_URI_FLAGS_NONE, NULL);
  g_autoptr (GError) error = NULL;

  app_reopen (app);
  g_assert_true (
      g_socket_listener_add_inet_port (listener, (guint16) g_uri_get_port (origin), NULL, &error));
  g_assert_no_error (error);
  g_assert_true (app_unlock (app, APP_PASSPHRASE, &error));
  g_assert_no_error (error);
  app_settle (app);
  g_assert_nonnull (citiz_node_get_origin (app->session->engine->node));
}

static gboolean
create (App *app, GError **error)
{
  g_autoptr (GAsyncResult) result = NULL;
  Answer answer = {0};

  citiz_session_create_async (app->session, app->passphrase, app->entropy, NULL, app_answer_cb,
                              &answer);
  result = app_wait (&answer);
  return citiz_session_create_finish (app->session, result, error);
}

static gboolean
erase (App *app, CitizSecret *passphrase, GError **error)
{
  g_autoptr (GAsyncResult) result = NULL;
  Answer answer = {0};

  citiz_session_erase_async (app->session, passphrase, FALSE, NULL, app_answer_cb, &answer);
  result = app_wait (&answer);
  return citiz_session_erase_finish (app->session, result, error);
}

static void
test_create_and_erase (App *app, gconstpointer data)
{
  g_autoptr (CitizSecret) wrong = citiz_secret_new_from_text ("wrong");
  g_autoptr (GError) error = NULL;

  app_save (app, NULL, "Peanut");
  g_assert_false (create (app, &error)); /* an open vault is never replaced */
  g_assert_cmpint (citiz_session_get_state (app->session), ==, CITIZ_SESSION_OPEN);
  g_clear_error (&error);
  citiz_session_lock (app->session);
  g_assert_false (create (app, &error));
  g_assert_error (error, CITIZ_STORE_ERROR, CITIZ_STORE_ERROR_EXISTS);
  g_clear_error (&error);
  g_assert_true (app_unlock (app, APP_PASSPHRASE, &error));
  g_assert_false (erase (app, wrong, &error));
  g_assert_cmpint (citiz_session_get_state (app->session), ==, CITIZ_SESSION_OPEN);
  g_clear_error (&error);
  g_assert_true (erase (app, app->passphrase, &error));
  g_assert_no_error (error);
  g_assert_cmpint (citiz_session_get_state (app->session), ==, CITIZ_SESSION_NEW);
  g_assert_false (citiz_vault_exists (app->folder));
  g_assert_true (create (app, &error));
  g_assert_no_error (error);
  g_assert_cmpuint (app_count (app, CITIZ_KIND_ALLERGY), ==, 0);
}

static void
test_cancelled (App *app, gconstpointer data)
{
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;
  Answer answer = {0};

  citiz_session_lock (app->session);
  citiz_session_unlock_async (app->session, app->passphrase, cancellable, app_answer_cb, &answer);
  g_cancellable_cancel (cancellable);
  result = app_wait (&answer);
  if (!citiz_session_unlock_finish (app->session, result, &error))
    {
      g_assert_cmpint (citiz_session_get_state (app->session), ==, CITIZ_SESSION_LOCKED);
      app_settle (app);
      g_assert_null (app->session->engine->vault);
    }
  g_assert_true (app_unlock (app, APP_PASSPHRASE, NULL));
}

static void
test_settings (App *app, gconstpointer data)
{
  g_autoptr (GAsyncResult) result = NULL;
  json_auto_t *goals = json_pack ("{s:i}", "steps", 8000);
  Answer answer = {0};

  citiz_session_set_setting_async (app->session, "goals", goals, NULL, app_answer_cb, &answer);
  g_assert_true (json_equal (citiz_session_get_setting (app->session, "goals"), goals));
  result = app_wait (&answer);
  g_assert_true (citiz_session_set_setting_finish (app->session, result, NULL));
  citiz_session_lock (app->session);
  g_assert_null (citiz_session_get_setting (app->session, "goals"));
  g_assert_true (app_unlock (app, APP_PASSPHRASE, NULL));
  g_assert_true (json_equal (citiz_session_get_setting (app->session, "goals"), goals));
}

#define ADD(path, func) g_test_add (path, App, NULL, app_up, func, app_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_assert_true (citiz_crypto_init ());
  ADD ("/app/life/wrong-passphrase", test_wrong_passphrase);
  ADD ("/app/life/words", test_words);
  ADD ("/app/life/new-passphrase", test_new_passphrase);
  ADD ("/app/life/lock", test_lock);
  ADD ("/app/life/lock-while-unlocking", test_lock_while_unlocking);
  ADD ("/app/life/lock-and-unlock-at-once", test_lock_and_unlock_at_once);
  ADD ("/app/life/freed-behind", test_freed_behind);
  ADD ("/app/life/left-alone", test_left_alone);
  ADD ("/app/life/busy", test_busy);
  g_test_add_func ("/app/life/sentences", test_sentences);
  ADD ("/app/life/damaged-object", test_damaged_object);
  ADD ("/app/life/port-taken", test_port_taken);
  ADD ("/app/life/create-and-erase", test_create_and_erase);
  ADD ("/app/life/cancelled", test_cancelled);
  ADD ("/app/life/settings", test_settings);
  return g_test_run ();
}
