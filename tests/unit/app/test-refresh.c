/* The record changes while an access is live: the same link shows it. SPDX-License-Identifier: AGPL-3.0-or-later */
#include "access-fixture.h"

#include "consent/citiz-profile.h"
#include "record/citiz-compose.h"

#include <string.h>

#define FOREVER_MS (60 * 60 * 1000)

static CitizAccess *
live (App *app)
{
  return citiz_session_get_emergency (app->session);
}

static gboolean
is_updated (App *app)
{
  return live (app) != NULL && live (app)->updated.ms > live (app)->given.ms;
}

static gboolean
is_outdated (App *app)
{
  return live (app) != NULL && live (app)->outdated != NULL;
}

static gboolean
is_not_outdated (App *app)
{
  return live (app) != NULL && live (app)->outdated == NULL;
}

static guint
count_entries (App *app, const gchar *type)
{
  GListModel *entries = citiz_session_get_entries (app->session);
  guint n = 0;

  app_settle (app);
  for (guint i = 0; i < g_list_model_get_n_items (entries); i++)
    {
      g_autoptr (CitizEntry) entry = g_list_model_get_item (entries, i);

      n += g_str_equal (entry->type, type);
    }
  return n;
}

static guint
count_shown (App *app, const gchar *key)
{
  GPtrArray *shown = live (app)->shown;

  for (guint i = 0; i < shown->len; i++)
    {
      const CitizShownPart *part = g_ptr_array_index (shown, i);

      if (g_str_equal (part->key, key))
        return part->count;
    }
  return 0;
}

static CitizId
save (App *app, json_t *(*compose) (const CitizDraft *, const json_t *), const gchar *title)
{
  CitizDraft draft = {.now = citiz_session_now (app->session), .title = title};
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;
  json_t *resource = compose (&draft, NULL);
  CitizId saved = {0};
  Answer answer = {0};

  g_assert_nonnull (resource);
  citiz_session_save_async (app->session, NULL, resource, NULL, app_answer_cb, &answer);
  json_decref (resource);
  result = app_wait (&answer);
  citiz_session_save_finish (app->session, result, &saved, &error);
  g_assert_no_error (error);
  return saved;
}

static gboolean
is_at_rest (App *app)
{
  return app->session->n_refreshing == 0 && app->session->refresh_timer == 0;
}

/* Until nothing is being brought up to date, and nothing waits to be. */
static void
come_to_rest (App *app)
{
  app_settle (app);
  app_await (is_at_rest, app);
  app_settle (app);
}

static void
assert_words (App *app, guint newest, const gchar *words)
{
  g_autoptr (CitizOpening) opening
      = g_list_model_get_item (citiz_session_get_openings (app->session), newest);

  g_assert_nonnull (opening);
  g_assert_true (g_str_has_prefix (opening->words, words)); /* then in the other language */
}

/* Penicillin is added after the press: the doctor who opens the same link later reads it, and both say the same six words before and after. */
static void
test_allergy (App *app, gconstpointer data)
{
  g_autoptr (CitizAccess) access = app_press (app);
  g_autofree gchar *link = g_strdup (access->link), *before = NULL, *after = NULL;
  g_autofree gchar *first = NULL, *second = NULL;

  before = app_read_summary (app, link, 1, &first);
  g_assert_null (strstr (before, "Penicillin"));
  g_assert_cmpuint (count_shown (app, "allergies"), ==, 0);
  app->session->quiet_ms = FOREVER_MS;
  save (app, citiz_compose_allergy, "Penicillin");
  app_await (is_updated, app); /* at once, not after the quiet time */
  g_assert_cmpstr (live (app)->link, ==, link);
  g_assert_cmpuint (count_shown (app, "allergies"), ==, 1);
  after = app_read_summary (app, link, 2, &second);
  g_assert_nonnull (strstr (after, "Penicillin"));
  app_settle (app);
  assert_words (app, 1, first);
  assert_words (app, 0, second);
  g_assert_cmpuint (live (app)->openings, ==, 2);
  g_assert_cmpuint (count_entries (app, "grant"), ==, 1);
  g_assert_cmpuint (count_entries (app, "grant_renew"), ==, 1);
  app_reopen (app);
  g_assert_true (app_unlock (app, APP_PASSPHRASE, NULL));
  come_to_rest (app);
  g_assert_cmpuint (count_entries (app, "grant_renew"), ==, 1); /* nothing has changed since */
  g_assert_cmpuint (count_shown (app, "allergies"), ==, 1);
}

/* What is not urgent waits for a quiet moment, and several changes make one entry. */
static void
test_quiet (App *app, gconstpointer data)
{
  g_autoptr (CitizAccess) access = app_press (app);
  g_autofree gchar *text = NULL;

  app->session->quiet_ms = FOREVER_MS;
  save (app, citiz_compose_directive, "No resuscitation");
  app_settle (app);
  g_assert_false (is_updated (app));
  g_assert_cmpuint (app->session->refresh_timer, !=, 0);
  app->session->quiet_ms = 1; /* the next change counts anew */
  save (app, citiz_compose_contact, "Marc Bergeron");
  app_await (is_updated, app);
  come_to_rest (app);
  g_assert_cmpuint (count_entries (app, "grant_renew"), ==, 1);
  text = app_read_summary (app, access->link, 1, NULL);
  g_assert_nonnull (strstr (text, "No resuscitation"));
  g_assert_nonnull (strstr (text, "Marc Bergeron"));
}

/* Asked for without a change, or by a change that nobody is shown: nothing is written. */
static void
test_nothing_new (App *app, gconstpointer data)
{
  g_autoptr (CitizAccess) access = NULL;

  app_save (app, NULL, "Peanut");
  access = app_press (app);
  citiz_session_refresh (app->session);
  come_to_rest (app);
  g_assert_cmpuint (count_entries (app, "grant_renew"), ==, 0);
  g_assert_true (live (app) == access);
}

/* What it says of sleep is there at the press, and the same after each opening of the record: nothing is sealed anew. */
static void
test_sleep (App *app, gconstpointer data)
{
  g_autoptr (CitizAccess) access = NULL;
  g_autofree gchar *text = NULL;

  app_load_sample (app);
  access = app_press (app);
  text = app_read_summary (app, access->link, 1, NULL);
  g_assert_nonnull (strstr (text, "93832-4"));
  for (guint i = 0; i < 2; i++)
    {
      citiz_session_refresh (app->session);
      come_to_rest (app);
      g_assert_cmpuint (count_entries (app, "grant_renew"), ==, 0);
      app_reopen (app);
      g_assert_true (app_unlock (app, APP_PASSPHRASE, NULL));
      come_to_rest (app);
      g_assert_cmpuint (count_entries (app, "grant_renew"), ==, 0);
    }
}

static void
remove_item (App *app, const CitizId *id)
{
  g_autoptr (GAsyncResult) result = NULL;
  Answer answer = {0};

  citiz_session_remove_async (app->session, id, NULL, app_answer_cb, &answer);
  result = app_wait (&answer);
  g_assert_true (citiz_session_remove_finish (app->session, result, NULL));
}

static void
restore_item (App *app, const CitizId *id)
{
  g_autoptr (GAsyncResult) result = NULL;
  Answer answer = {0};

  citiz_session_restore_async (app->session, id, NULL, app_answer_cb, &answer);
  result = app_wait (&answer);
  g_assert_true (citiz_session_restore_finish (app->session, result, NULL));
}

static gboolean
shows_no_allergy (App *app)
{
  return count_shown (app, "allergies") == 0;
}

static gboolean
shows_an_allergy (App *app)
{
  return count_shown (app, "allergies") == 1;
}

static void
test_removal (App *app, gconstpointer data)
{
  CitizId id = app_save (app, NULL, "Peanut");
  g_autoptr (CitizAccess) access = app_press (app);
  g_autofree gchar *without = NULL, *with = NULL;

  remove_item (app, &id);
  app_await (shows_no_allergy, app);
  without = app_read_summary (app, access->link, 1, NULL);
  g_assert_null (strstr (without, "Peanut"));
  restore_item (app, &id);
  app_await (shows_an_allergy, app);
  with = app_read_summary (app, access->link, 2, NULL);
  g_assert_nonnull (strstr (with, "Peanut"));
}

static void
test_import (App *app, gconstpointer data)
{
  g_autoptr (CitizAccess) access = app_press (app);
  g_autofree gchar *path = g_build_filename (g_getenv ("CITIZ_TEST_DATA"),
                                             "ips/CA_Bundle_FullsomeScenario1.json", NULL);
  g_autoptr (GFile) file = g_file_new_for_path (path);
  g_autoptr (GAsyncResult) imported = NULL, undone = NULL;
  g_autoptr (CitizImportReport) report = NULL;
  g_autofree gchar *with = NULL, *without = NULL;
  Answer answer = {0};

  citiz_session_import_async (app->session, file, FALSE, NULL, NULL, NULL, app_answer_cb, &answer);
  imported = app_wait (&answer);
  report = citiz_session_import_finish (app->session, imported, NULL);
  g_assert_nonnull (report);
  app_await (is_updated, app);
  with = app_read_summary (app, access->link, 1, NULL);
  g_assert_nonnull (strstr (with, "ramadol"));
  citiz_session_undo_import_async (app->session, report->batch, NULL, app_answer_cb, &answer);
  undone = app_wait (&answer);
  g_assert_true (citiz_session_undo_import_finish (app->session, undone, NULL));
  app_await (shows_no_allergy, app);
  without = app_read_summary (app, access->link, 2, NULL);
  g_assert_null (strstr (without, "ramadol"));
}

/* Changed, and locked before it could be brought up to date: the doctor reads the earlier one until the next unlocking. */
static void
test_locked (App *app, gconstpointer data)
{
  g_autoptr (CitizAccess) access = app_press (app);
  g_autofree gchar *link = g_strdup (access->link), *before = NULL, *after = NULL, *words = NULL;

  app->session->quiet_ms = FOREVER_MS;
  save (app, citiz_compose_directive, "No resuscitation"); /* waits for a quiet moment */
  citiz_session_lock (app->session);
  before = app_read_summary (app, link, 1, &words);
  g_assert_null (strstr (before, "No resuscitation"));
  g_assert_true (app_unlock (app, APP_PASSPHRASE, NULL));
  app_await (is_updated, app);
  assert_words (app, 0, words);
  after = app_read_summary (app, link, 2, NULL);
  g_assert_nonnull (strstr (after, "No resuscitation"));
}

/* The record changes between the press and its answer. */
static void
test_while_pressing (App *app, gconstpointer data)
{
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (CitizAccess) access = NULL;
  g_autofree gchar *text = NULL;
  CitizDraft draft = {.now = citiz_session_now (app->session), .title = "Peanut"};
  json_t *resource = citiz_compose_allergy (&draft, NULL);
  Answer pressed = {0}, saved = {0};

  citiz_session_emergency_async (app->session, 24, NULL, app_answer_cb, &pressed);
  citiz_session_save_async (app->session, NULL, resource, NULL, app_answer_cb, &saved);
  json_decref (resource);
  result = app_wait (&pressed);
  access = citiz_session_emergency_finish (app->session, result, NULL);
  g_assert_nonnull (access);
  app_await (shows_an_allergy, app);
  text = app_read_summary (app, access->link, 1, NULL);
  g_assert_nonnull (strstr (text, "Peanut"));
  g_clear_object (&saved.result);
}

/* The disk refuses in the middle, at each of the writes: the earlier summary still opens, the person is told, and can try again. */
static void
test_refused (App *app, gconstpointer table)
{
  g_autofree gchar *refuse = g_strdup_printf (
      "CREATE TRIGGER refuse BEFORE %s BEGIN SELECT RAISE (ABORT, 'not now'); END",
      (const gchar *) table);
  g_autoptr (CitizAccess) access = app_press (app);
  g_autofree gchar *link = g_strdup (access->link), *before = NULL, *after = NULL;
  gint64 given = access->updated.ms;

  g_assert_true (app_on_engine (app, app_exec_work, refuse, NULL));
  save (app, citiz_compose_allergy, "Penicillin");
  app_await (is_outdated, app);
  g_assert_cmpint (live (app)->updated.ms, ==, given);
  g_assert_true (app_on_engine (app, app_exec_work, (gpointer) "DROP TRIGGER refuse", NULL));
  before = app_read_summary (app, link, 1, NULL);
  g_assert_null (strstr (before, "Penicillin"));
  app_settle (app);
  g_assert_true (is_outdated (app)); /* also after news of an opening */
  citiz_session_refresh (app->session);
  app_await (is_updated, app);
  g_assert_true (is_not_outdated (app));
  after = app_read_summary (app, link, 2, NULL);
  g_assert_nonnull (strstr (after, "Penicillin"));
}

/* Nothing of the sample record goes into an access that was given on the person's own. */
static void
test_sample (App *app, gconstpointer data)
{
  g_autoptr (GAsyncResult) loaded = NULL;
  g_autoptr (CitizAccess) access = NULL;
  g_autofree gchar *text = NULL;
  Answer answer = {0};

  app_save (app, NULL, "Peanut");
  access = app_press (app);
  citiz_session_load_sample_async (app->session, NULL, NULL, NULL, app_answer_cb, &answer);
  loaded = app_wait (&answer);
  g_assert_true (citiz_session_load_sample_finish (app->session, loaded, NULL));
  come_to_rest (app);
  g_assert_false (is_updated (app));
  text = app_read_summary (app, access->link, 1, NULL);
  g_assert_nonnull (strstr (text, "Peanut"));
  g_assert_null (strstr (text, "pixaban"));
  g_assert_true (is_outdated (app)); /* and says so */
  g_clear_object (&loaded);
  answer = (Answer){0};
  citiz_session_remove_sample_async (app->session, NULL, app_answer_cb, &answer);
  loaded = app_wait (&answer);
  g_assert_true (citiz_session_remove_sample_finish (app->session, loaded, NULL, NULL));
  g_assert_true (app_until (is_not_outdated, app, 120));
}

/* What the person hides after the press is hidden from the carer too. */
static void
test_profile (App *app, gconstpointer data)
{
  g_autoptr (CitizProfile) profile = citiz_profile_new ();
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (CitizAccess) access = NULL;
  g_autofree gchar *json = NULL, *text = NULL;
  Answer answer = {0};
  json_t *value;

  app_save (app, NULL, "Peanut");
  access = app_press (app);
  g_assert_cmpuint (count_shown (app, "allergies"), ==, 1);
  app->session->quiet_ms = 1;
  citiz_profile_set_shows (profile, CITIZ_PART_ALLERGIES, FALSE);
  json = citiz_profile_to_json (profile);
  value = json_loads (json, 0, NULL);
  citiz_session_set_setting_async (app->session, "profile", value, NULL, app_answer_cb, &answer);
  json_decref (value);
  result = app_wait (&answer);
  g_assert_true (citiz_session_set_setting_finish (app->session, result, NULL));
  g_assert_true (app_until (is_updated, app, 120));
  g_assert_cmpstr (live (app)->profile, ==, json);
  g_assert_true (shows_no_allergy (app));
  text = app_read_summary (app, access->link, 1, NULL);
  g_assert_null (strstr (text, "Peanut"));
}

#define ADD(path, func)     g_test_add (path, App, NULL, app_up, func, app_down)
#define REFUSED(path, when) g_test_add (path, App, when, app_up, test_refused, app_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_assert_true (citiz_crypto_init ());
  g_setenv ("CITIZ_IMPORT_HELPER", CITIZ_IMPORT_PATH, TRUE);
  ADD ("/app/refresh/allergy", test_allergy);
  ADD ("/app/refresh/quiet", test_quiet);
  ADD ("/app/refresh/nothing-new", test_nothing_new);
  ADD ("/app/refresh/sleep", test_sleep);
  ADD ("/app/refresh/removal", test_removal);
  ADD ("/app/refresh/import", test_import);
  ADD ("/app/refresh/locked", test_locked);
  ADD ("/app/refresh/while-pressing", test_while_pressing);
  ADD ("/app/refresh/sample", test_sample);
  ADD ("/app/refresh/profile", test_profile);
  REFUSED ("/app/refresh/refused/block", "INSERT ON chain_block");
  REFUSED ("/app/refresh/refused/old-capsule", "DELETE ON node_blob");
  REFUSED ("/app/refresh/refused/capsule", "INSERT ON node_blob");
  REFUSED ("/app/refresh/refused/share", "UPDATE ON node_share");
  REFUSED ("/app/refresh/refused/vault", "DELETE ON object");
  return g_test_run ();
}
