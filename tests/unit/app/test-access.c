/* Giving, opening, revoking and the end of an access. SPDX-License-Identifier: AGPL-3.0-or-later */
#include "app-fixture.h"

#include <sqlite3.h>

#include "app/citiz-engine-access-private.h"
#include "app/citiz-session-private.h"
#include "record/citiz-compose.h"

#include <string.h>

static GListModel *
openings (App *app)
{
  return citiz_session_get_openings (app->session);
}

static gboolean
first_opening_came (App *app)
{
  return g_list_model_get_n_items (openings (app)) > 0;
}

static gboolean
none_is_live (App *app)
{
  g_autoptr (CitizAccess) access
      = g_list_model_get_item (citiz_session_get_accesses (app->session), 0);
  return access->state != CITIZ_ACCESS_LIVE;
}

static void
count_cb (CitizSession *session, CitizOpening *opening, guint *count)
{
  (*count)++;
}

static gboolean
end_access (App *app, const CitizId *id, GError **error)
{
  g_autoptr (GAsyncResult) result = NULL;
  Answer answer = {0};

  citiz_session_revoke_async (app->session, id, NULL, app_answer_cb, &answer);
  result = app_wait (&answer);
  return citiz_session_revoke_finish (app->session, result, error);
}

static void
test_one_access (App *app, gconstpointer data)
{
  g_autoptr (CitizAccess) first = NULL;
  g_autoptr (CitizAccess) later = NULL;
  Answer answers[4] = {0};

  app_save (app, NULL, "Peanut");
  for (guint i = 0; i < G_N_ELEMENTS (answers); i++)
    citiz_session_emergency_async (app->session, 24, NULL, app_answer_cb, &answers[i]);
  for (guint i = 0; i < G_N_ELEMENTS (answers); i++)
    {
      g_autoptr (GAsyncResult) result = app_wait (&answers[i]);
      g_autoptr (GError) error = NULL;
      g_autoptr (CitizAccess) access
          = citiz_session_emergency_finish (app->session, result, &error);

      g_assert_no_error (error);
      if (first == NULL)
        first = g_object_ref (access);
      g_assert_true (access == first);
    }
  later = app_press (app);
  g_assert_true (citiz_id_equal (&first->id, &later->id));
  g_assert_cmpuint (g_list_model_get_n_items (citiz_session_get_accesses (app->session)), ==, 1);
  g_assert_cmpint (later->state, ==, CITIZ_ACCESS_LIVE);
  g_assert_nonnull (strstr (later->link, "/v#shlink:/"));
  g_assert_true (g_str_has_prefix (later->shlink, "shlink:/"));
  g_assert_cmpint (later->expires.ms - later->given.ms, ==, CITIZ_DAY);
}

static void
test_opening (App *app, gconstpointer data)
{
  g_autoptr (CitizAccess) access = app_press (app);
  g_autoptr (CitizOpening) opening = NULL;
  g_autofree gchar *tx = NULL;
  g_auto (GStrv) words = NULL;
  guint told = 0;

  g_signal_connect (app->session, "opened", G_CALLBACK (count_cb), &told);
  g_assert_cmpuint (app_read (app, access->link, 1, &tx), ==, 200);
  app_await (first_opening_came, app);
  opening = g_list_model_get_item (openings (app), 0);
  g_assert_cmpstr (opening->name, ==, "Camille Ouellet");
  g_assert_cmpstr (opening->role, ==, "physician");
  g_assert_cmpstr (opening->place, ==, "HEJ");
  g_assert_cmpstr (opening->reason, ==, "ETREAT");
  g_assert_cmpstr (opening->tx, ==, tx);
  words = g_strsplit (opening->words, " ",
                      -1); /* six in each language: the reader's page has one of the two */
  g_assert_cmpuint (g_strv_length (words), ==, 6 + 1 + 6);
  g_assert_true (g_str_has_prefix (words[6], "(fran\303\247ais"));
  g_assert_cmpstr (words[0], !=, words[7]);
  app_settle (app);
  g_assert_cmpuint (told, ==, 1);
  g_assert_cmpuint (citiz_session_get_emergency (app->session)->openings, ==, 1);
  app_reopen (app);
  g_assert_true (app_unlock (app, APP_PASSPHRASE, NULL));
  g_assert_cmpuint (g_list_model_get_n_items (openings (app)), ==, 1);
  g_assert_cmpuint (citiz_session_get_emergency (app->session)->openings, ==, 1);
}

static gboolean
stop_listening_work (CitizEngine *engine, gpointer data, GCancellable *cancellable, GError **error)
{
  g_signal_handlers_disconnect_by_data (engine->node, engine);
  return TRUE;
}

/* The program died between the opening and the vault: it is told after the next unlock. */
static void
test_opening_while_away (App *app, gconstpointer data)
{
  g_autoptr (CitizAccess) access = app_press (app);
  guint told = 0;

  app_settle (app);
  app_on_engine (app, stop_listening_work, NULL, NULL);
  g_assert_cmpuint (app_read (app, access->link, 1, NULL), ==, 200);
  app_settle (app);
  g_assert_cmpuint (g_list_model_get_n_items (openings (app)), ==, 0);
  g_clear_object (&access);
  app_reopen (app);
  g_signal_connect (app->session, "opened", G_CALLBACK (count_cb), &told);
  g_assert_true (app_unlock (app, APP_PASSPHRASE, NULL));
  g_assert_cmpuint (g_list_model_get_n_items (openings (app)), ==, 1);
  g_assert_cmpuint (told, ==, 1);
}

static void
name_cb (CitizSession *session, CitizOpening *opening, GString *told)
{
  g_string_append_printf (told, "%s;", opening->name);
}

static CitizOpening *
opening_of (const CitizAccess *access, const gchar *name)
{
  CitizOpening *opening
      = citiz_engine_new_opening (&access->id, &access->id, CITIZ_OPENING_READ, access->given);

  g_free (opening->name);
  opening->name = g_strdup (name);
  return opening;
}

/* From the ledger first, without who; the mail of a node that was away brings the name. The same thing again is no news. */
static void
test_name_comes_later (App *app, gconstpointer data)
{
  g_autoptr (CitizAccess) access = app_press (app);
  g_autoptr (GString) told = g_string_new (NULL);
  const gchar *const names[] = {"", "", "Camille Ouellet", "Camille Ouellet"};

  app_settle (app);
  g_signal_connect (app->session, "opened", G_CALLBACK (name_cb), told);
  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    {
      g_autoptr (CitizOpening) opening = opening_of (access, names[i]);

      citiz_session_adopt_opening (app->session, opening);
    }
  g_assert_cmpstr (told->str, ==, ";Camille Ouellet;");
  g_assert_cmpuint (g_list_model_get_n_items (openings (app)), ==, 1);
  g_assert_cmpuint (citiz_session_get_emergency (app->session)->openings, ==, 1);
}

static gboolean
is_serving (App *app)
{
  return citiz_session_get_serving (app->session);
}

static gboolean
stopped_serving (App *app)
{
  return !citiz_session_get_serving (app->session);
}

static void
count_locked_cb (CitizSession *session, gint kind, guint *told)
{
  g_assert_cmpint (kind, ==, CITIZ_OPENING_READ);
  (*told)++;
}

static gboolean
keys_are_gone_work (CitizEngine *engine, gpointer data, GCancellable *cancellable, GError **error)
{
  return engine->vault == NULL && engine->records.key == NULL && engine->series == NULL;
}

/* Locked with a live access: the doctor still reads, the person is told at once and sees who after unlocking. */
static void
test_opening_while_locked (App *app, gconstpointer data)
{
  g_autoptr (CitizAccess) access = app_press (app);
  g_autofree gchar *link = g_strdup (access->link);
  g_autoptr (CitizOpening) opening = NULL;
  guint told = 0;

  g_signal_connect (app->session, "opened-locked", G_CALLBACK (count_locked_cb), &told);
  citiz_session_lock (app->session);
  app_await (is_serving, app);
  g_assert_true (app_on_engine (app, keys_are_gone_work, NULL, NULL));
  g_assert_cmpuint (app_read (app, link, 1, NULL), ==, 200);
  app_settle (app);
  g_assert_cmpuint (told, ==, 1);
  g_assert_false (app_unlock (app, "not this one", NULL));
  g_assert_cmpuint (app_read (app, link, 2, NULL), ==, 200);
  g_assert_true (app_unlock (app, APP_PASSPHRASE, NULL));
  g_assert_false (is_serving (app));
  g_assert_cmpuint (g_list_model_get_n_items (openings (app)), ==, 2);
  opening = g_list_model_get_item (openings (app), 0);
  g_assert_cmpstr (opening->name, ==, "Camille Ouellet");
  g_assert_cmpstr (citiz_session_get_emergency (app->session)->link, ==, link);
}

/* The access ends while the record is locked: a reader is told so, and nothing is held any more. */
static void
test_end_while_locked (App *app, gconstpointer data)
{
  g_autoptr (CitizAccess) access = app_press (app);
  g_autofree gchar *link = g_strdup (access->link);

  citiz_session_lock (app->session);
  app_await (is_serving, app);
  app_move_clock (app, 25 * CITIZ_HOUR);
  app_await (stopped_serving, app);
  g_assert_cmpuint (app_read (app, link, 1, NULL), !=, 200);
  g_assert_true (app_unlock (app, APP_PASSPHRASE, NULL));
  g_assert_null (citiz_session_get_emergency (app->session));
}

static gboolean
dispute (App *app, const CitizId *opening)
{
  g_autoptr (GAsyncResult) result = NULL;
  Answer answer = {0};

  citiz_session_dispute_async (app->session, opening, TRUE, NULL, app_answer_cb, &answer);
  result = app_wait (&answer);
  return citiz_session_dispute_finish (app->session, result, NULL);
}

static void
count_change_cb (CitizSession *session, guint *count)
{
  (*count)++;
}

static void
test_dispute (App *app, gconstpointer data)
{
  guint changes = 0;
  g_autoptr (CitizAccess) access = app_press (app);
  g_autoptr (CitizOpening) opening = NULL;
  g_autoptr (CitizOpening) again = NULL;

  app_read (app, access->link, 1, NULL);
  app_await (first_opening_came, app);
  opening = g_list_model_get_item (openings (app), 0);
  g_signal_connect (app->session, "accesses-changed", G_CALLBACK (count_change_cb), &changes);
  g_assert_true (dispute (app, &opening->id));
  app_settle (app);
  g_assert_cmpuint (changes, ==, 1); /* so that the lists show it at once */
  g_signal_handlers_disconnect_by_data (app->session, &changes);
  app_reopen (app);
  g_assert_true (app_unlock (app, APP_PASSPHRASE, NULL));
  again = g_list_model_get_item (openings (app), 0);
  g_assert_true (again->disputed);
  g_assert_cmpstr (again->name, ==, "Camille Ouellet");
}

/* No secret of an access that has ended is left: neither in the lists nor in the vault. */
static gboolean
has_link_cb (const CitizId *id, guint32 version, guint32 batch, GBytes *plain, gpointer data)
{
  gsize n;
  const gchar *text = g_bytes_get_data (plain, &n);

  *(gboolean *) data |= g_strstr_len (text, (gssize) n, "link") != NULL
                        || g_strstr_len (text, (gssize) n, "\"code\"");
  return TRUE;
}

static gboolean
has_link_work (CitizEngine *engine, gpointer data, GCancellable *cancellable, GError **error)
{
  return citiz_vault_foreach (engine->vault, CITIZ_CLASS_GRANT, has_link_cb, data, NULL, error);
}

static gboolean
vault_has_link (App *app)
{
  gboolean found = FALSE;

  app_on_engine (app, has_link_work, &found, NULL);
  return found;
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

  g_assert_true (vault_has_link (app));
  g_assert_true (end_access (app, &access->id, &error));
  g_assert_no_error (error);
  app_settle (app);
  after = g_list_model_get_item (citiz_session_get_accesses (app->session), 0);
  g_assert_cmpint (after->state, ==, CITIZ_ACCESS_REVOKED);
  g_assert_cmpint (after->ended.ms, >, 0);
  g_assert_null (after->link);
  g_assert_null (after->shlink);
  g_assert_null (after->spoken);
  g_assert_null (citiz_session_get_emergency (app->session));
  g_assert_false (vault_has_link (app));
  g_assert_cmpuint (app_read (app, link, 1, NULL), !=, 200);
  g_assert_true (end_access (app, &access->id, NULL)); /* again: that is what was asked for */
  g_assert_false (end_access (app, &unknown, NULL));
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
  g_assert_false (vault_has_link (app));
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
  g_assert_true (end_access (app, &first->id, NULL));
  app_move_clock (app, -25 * CITIZ_HOUR);
  now = citiz_session_now (app->session);
  access = app_press (app);
  g_assert_cmpint (ABS (access->expires.ms - now.ms - CITIZ_DAY), <, CITIZ_HOUR);
  g_assert_cmpint (access->updated.ms, ==, access->given.ms);
  g_assert_cmpuint (app_read (app, access->link, 1, NULL), ==, 200);
  app_await (first_opening_came, app);
  opening = g_list_model_get_item (openings (app), 0);
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
  g_assert_false (vault_has_link (app));
}

static CitizId
save_born (App *app, const CitizId *id, const gchar *birth_date)
{
  CitizDraft draft = {.now = citiz_session_now (app->session),
                      .given = "Lucie",
                      .family = "Bouchard",
                      .title = "Lucie Bouchard"};
  json_t *resource;
  g_autoptr (GAsyncResult) result = NULL;
  Answer answer = {0};
  CitizId saved;

  g_assert_true (citiz_date_parse (&draft.onset, birth_date));
  resource = citiz_compose_patient (&draft, NULL);
  citiz_session_save_async (app->session, id, resource, NULL, app_answer_cb, &answer);
  json_decref (resource);
  result = app_wait (&answer);
  g_assert_true (citiz_session_save_finish (app->session, result, &saved, NULL));
  return saved;
}

static void
save_patient (App *app)
{
  save_born (app, NULL, "1954-03-12");
}

/* Locked while the code is being sealed: it works all the same. Killed before: it is not shown. */
static void
test_spoken_code (App *app, gconstpointer data)
{
  g_autoptr (CitizAccess) access = NULL;
  g_autofree gchar *spoken = NULL;

  save_patient (app);
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
  save_patient (app);
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
  const CitizId patient = save_born (app, NULL, "1954-03-12");
  g_autoptr (CitizAccess) access = app_press (app);
  guint n = 0;

  g_assert_nonnull (access->spoken);
  app_on_engine (app, count_codes_work, &n, NULL);
  g_object_set_data_full (G_OBJECT (app->session), "was", g_strdup (access->spoken), g_free);
  save_born (app, &patient, "1955-03-12");
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

  save_patient (app);
  access = app_press (app);
  app_on_engine (app, lose_code_work, NULL, &error);
  g_assert_no_error (error);
  g_clear_object (&access);
  app_reopen (app);
  g_assert_true (app_unlock (app, APP_PASSPHRASE, NULL));
  g_assert_nonnull (citiz_session_get_emergency (app->session)->link);
  g_assert_null (citiz_session_get_emergency (app->session)->spoken);
}

static void
test_pages (App *app, gconstpointer data)
{
  g_autoptr (CitizAccess) access = app_press (app);
  g_autoptr (GAsyncResult) receipt_result = NULL;
  g_autoptr (GAsyncResult) preview_result = NULL;
  g_autoptr (GAsyncResult) capsule_result = NULL;
  g_autofree gchar *receipt = NULL;
  g_autofree gchar *preview = NULL;
  g_autofree gchar *page = NULL;
  g_autofree gchar *code = NULL;
  g_autoptr (GBytes) capsule = NULL;
  g_autoptr (GBytes) paper = NULL;
  g_autoptr (GError) error = NULL;
  json_auto_t *json = NULL;
  Answer answer = {0};

  citiz_session_receipt_async (app->session, &access->id, NULL, app_answer_cb, &answer);
  receipt_result = app_wait (&answer);
  receipt = citiz_session_receipt_finish (app->session, receipt_result, &paper, &error);
  g_assert_no_error (error);
  g_assert_cmpint (memcmp (g_bytes_get_data (paper, NULL), "%PDF", 4), ==, 0);
  json = json_loads (receipt, 0, NULL);
  g_assert_cmpstr (json_string_value (json_object_get (json, "resourceType")), ==, "Consent");

  citiz_session_preview_async (app->session, NULL, app_answer_cb, &answer);
  preview_result = app_wait (&answer);
  preview = citiz_session_preview_finish (app->session, preview_result, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (app_get (preview, &page), ==, 200);
  g_assert_nonnull (strstr (page, "citiz-capsule"));

  citiz_session_offline_capsule_async (app->session, NULL, app_answer_cb, &answer);
  capsule_result = app_wait (&answer);
  capsule = citiz_session_offline_capsule_finish (app->session, capsule_result, &code, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (strlen (code), ==, 8);
  g_assert_cmpuint (g_bytes_get_size (capsule), >, 10000);
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
  g_assert_true (end_access (app, &access->id, &error));
  g_assert_no_error (error);
  g_assert_true (app_on_engine (app, shares_work, &shares, NULL));
  g_assert_cmpuint (shares, ==, 0);
  g_assert_false (vault_has_link (app));
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
  g_assert_true (end_access (app, &access->id, &error));
  g_assert_no_error (error);
  app_settle (app);
  after = g_list_model_get_item (citiz_session_get_accesses (app->session), 0);
  g_assert_cmpint (after->state, ==, CITIZ_ACCESS_REVOKED);
  g_assert_cmpuint (app_read (app, link, 1, NULL), !=, 200);
}

/* The node goes on while the record is locked, but what it showed without a code does not. */
static void
test_preview_ends_with_lock (App *app, gconstpointer data)
{
  g_autoptr (CitizAccess) access = app_press (app);
  g_autoptr (GAsyncResult) result = NULL;
  g_autofree gchar *preview = NULL;
  g_autoptr (GError) error = NULL;
  Answer answer = {0};

  citiz_session_preview_async (app->session, NULL, app_answer_cb, &answer);
  result = app_wait (&answer);
  preview = citiz_session_preview_finish (app->session, result, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (app_get (preview, NULL), ==, 200);
  citiz_session_lock (app->session);
  app_await (is_serving, app);
  g_assert_cmpuint (app_get (preview, NULL), ==, 404);
}

static gboolean
sql_work (CitizEngine *engine, gpointer data, GCancellable *cancellable, GError **error)
{
  return citiz_db_exec (citiz_vault_get_db (engine->vault), data, error);
}

static gboolean
take_mail_work (CitizEngine *engine, gpointer data, GCancellable *cancellable, GError **error)
{
  citiz_node_sweep (engine->node);
  citiz_engine_take_mail (engine);
  return TRUE;
}

/* The vault cannot take an opening in for a while; the end that comes meanwhile waits behind it. */
static void
test_mail_keeps_its_order (App *app, gconstpointer data)
{
  static gchar refuse[] = "CREATE TEMP TRIGGER refuse BEFORE INSERT ON object WHEN new.class = 8"
                          " BEGIN SELECT RAISE (ABORT, 'not now'); END",
               allow[] = "DROP TRIGGER refuse";
  g_autoptr (CitizAccess) access = app_press (app);
  g_autoptr (CitizOpening) opening = NULL;
  g_autofree gchar *link = g_strdup (access->link);
  g_autoptr (GError) error = NULL;

  app_on_engine (app, stop_listening_work, NULL, NULL);
  g_assert_true (app_on_engine (app, sql_work, refuse, &error));
  g_assert_no_error (error);
  g_assert_cmpuint (app_read (app, link, 1, NULL), ==, 200);
  app_move_clock (app, 25 * CITIZ_HOUR);
  g_test_expect_message ("citiz-app", G_LOG_LEVEL_WARNING, "*stays in the box*");
  app_on_engine (app, take_mail_work, NULL, NULL);
  g_test_assert_expected_messages ();
  g_assert_true (app_on_engine (app, sql_work, allow, &error));
  g_assert_no_error (error);
  app_on_engine (app, take_mail_work, NULL, NULL);
  app_await (first_opening_came, app);
  opening = g_list_model_get_item (openings (app), 0);
  g_assert_cmpstr (opening->name, ==, "Camille Ouellet");
  g_assert_false (vault_has_link (app));
}

/* An opening nobody took in yet is still told with its name when the access is revoked. */
static void
test_revoke_with_mail_waiting (App *app, gconstpointer data)
{
  g_autoptr (CitizAccess) access = app_press (app);
  g_autoptr (CitizOpening) opening = NULL;
  g_autofree gchar *link = g_strdup (access->link);

  g_assert_true (app_on_engine (app, stop_listening_work, NULL, NULL));
  g_assert_cmpuint (app_read (app, link, 1, NULL), ==, 200);
  g_assert_true (end_access (app, &access->id, NULL));
  app_await (first_opening_came, app);
  opening = g_list_model_get_item (openings (app), 0);
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
  g_assert_true (end_access (app, &access->id, &error));
  g_assert_no_error (error);
  g_test_assert_expected_messages ();
  g_assert_false (vault_has_link (app));
  g_assert_cmpuint (app_read (app, link, 1, NULL), !=, 200);
}

static gboolean
first_is_listed (App *app)
{
  return g_list_model_get_n_items (citiz_session_get_accesses (app->session)) > 0;
}

/* Another program has taken the node's port meanwhile: what is handed out now opens all the same. */
static void
test_port_taken (App *app, gconstpointer data)
{
  g_autoptr (CitizAccess) given = app_press (app);
  g_autoptr (CitizAccess) now = NULL;
  g_autoptr (GSocketListener) other = g_socket_listener_new ();
  g_autoptr (GUri) uri = g_uri_parse (given->link, G_URI_FLAGS_NONE, NULL);
  g_autoptr (GError) error = NULL;

  app_close (app);
  g_autoptr (GSocketAddress) taken
      = g_inet_socket_address_new_from_string ("127.0.0.1", (guint) g_uri_get_port (uri));
  g_assert_true (g_socket_listener_add_address (other, taken, G_SOCKET_TYPE_STREAM,
                                                G_SOCKET_PROTOCOL_TCP, NULL, NULL, &error));
  app_reopen (app);
  g_assert_true (app_unlock (app, APP_PASSPHRASE, &error));
  app_await (first_is_listed, app);
  now = g_list_model_get_item (citiz_session_get_accesses (app->session), 0);
  g_assert_cmpstr (now->link, !=, given->link);
  g_assert_cmpuint (app_read (app, now->link, 1, NULL), ==, 200);
}

#define ADD(path, func) g_test_add (path, App, NULL, app_up, func, app_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_assert_true (citiz_crypto_init ());
  ADD ("/app/access/mail-keeps-its-order", test_mail_keeps_its_order);
  ADD ("/app/access/revoke-with-mail-waiting", test_revoke_with_mail_waiting);
  ADD ("/app/access/revoke-used-up", test_revoke_used_up);
  ADD ("/app/access/revoke-damaged", test_revoke_damaged);
  ADD ("/app/access/preview-ends-with-lock", test_preview_ends_with_lock);
  ADD ("/app/access/revoke-beside-stray-mail", test_revoke_beside_stray_mail);
  ADD ("/app/access/one", test_one_access);
  ADD ("/app/access/opening", test_opening);
  ADD ("/app/access/opening-while-away", test_opening_while_away);
  ADD ("/app/access/name-comes-later", test_name_comes_later);
  ADD ("/app/access/opening-while-locked", test_opening_while_locked);
  ADD ("/app/access/end-while-locked", test_end_while_locked);
  ADD ("/app/access/dispute", test_dispute);
  ADD ("/app/access/revoke", test_revoke);
  ADD ("/app/access/expiry", test_expiry);
  ADD ("/app/access/expiry-after-clock", test_expiry_after_clock);
  ADD ("/app/access/expiry-while-away", test_expiry_while_away);
  ADD ("/app/access/spoken-code", test_spoken_code);
  ADD ("/app/access/other-birth-date", test_other_birth_date);
  ADD ("/app/access/late-code", test_late_code);
  ADD ("/app/access/lost-code", test_lost_code);
  ADD ("/app/access/pages", test_pages);
  ADD ("/app/access/port-taken", test_port_taken);
  return g_test_run ();
}
