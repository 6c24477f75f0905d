/* Giving and opening an access, and what is told of it. SPDX-License-Identifier: AGPL-3.0-or-later */
#include "access-fixture.h"

#include "app/citiz-engine-access-private.h"
#include "app/citiz-session-private.h"

#include <string.h>

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

  g_signal_connect (app->session, "opened", G_CALLBACK (app_count_cb), &told);
  g_assert_cmpuint (app_read (app, access->link, 1, &tx), ==, 200);
  app_await (app_first_opening_came, app);
  opening = g_list_model_get_item (app_openings (app), 0);
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
  g_assert_cmpuint (g_list_model_get_n_items (app_openings (app)), ==, 1);
  g_assert_cmpuint (citiz_session_get_emergency (app->session)->openings, ==, 1);
}

/* The program died between the opening and the vault: it is told after the next unlock. */
static void
test_opening_while_away (App *app, gconstpointer data)
{
  g_autoptr (CitizAccess) access = app_press (app);
  guint told = 0;

  app_settle (app);
  app_on_engine (app, app_stop_listening_work, NULL, NULL);
  g_assert_cmpuint (app_read (app, access->link, 1, NULL), ==, 200);
  app_settle (app);
  g_assert_cmpuint (g_list_model_get_n_items (app_openings (app)), ==, 0);
  g_clear_object (&access);
  app_reopen (app);
  g_signal_connect (app->session, "opened", G_CALLBACK (app_count_cb), &told);
  g_assert_true (app_unlock (app, APP_PASSPHRASE, NULL));
  g_assert_cmpuint (g_list_model_get_n_items (app_openings (app)), ==, 1);
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
  g_assert_cmpuint (g_list_model_get_n_items (app_openings (app)), ==, 1);
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

  g_signal_connect (app->session, "opened-locked", G_CALLBACK (app_count_locked_cb), &told);
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
  g_assert_cmpuint (g_list_model_get_n_items (app_openings (app)), ==, 2);
  opening = g_list_model_get_item (app_openings (app), 0);
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
  app_await (app_first_opening_came, app);
  opening = g_list_model_get_item (app_openings (app), 0);
  g_signal_connect (app->session, "accesses-changed", G_CALLBACK (count_change_cb), &changes);
  g_assert_true (dispute (app, &opening->id));
  app_settle (app);
  g_assert_cmpuint (changes, ==, 1); /* so that the lists show it at once */
  g_signal_handlers_disconnect_by_data (app->session, &changes);
  app_reopen (app);
  g_assert_true (app_unlock (app, APP_PASSPHRASE, NULL));
  again = g_list_model_get_item (app_openings (app), 0);
  g_assert_true (again->disputed);
  g_assert_cmpstr (again->name, ==, "Camille Ouellet");
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

  app_on_engine (app, app_stop_listening_work, NULL, NULL);
  g_assert_true (app_on_engine (app, app_exec_work, refuse, &error));
  g_assert_no_error (error);
  g_assert_cmpuint (app_read (app, link, 1, NULL), ==, 200);
  app_move_clock (app, 25 * CITIZ_HOUR);
  g_test_expect_message ("citiz-app", G_LOG_LEVEL_WARNING, "*stays in the box*");
  app_on_engine (app, take_mail_work, NULL, NULL);
  g_test_assert_expected_messages ();
  g_assert_true (app_on_engine (app, app_exec_work, allow, &error));
  g_assert_no_error (error);
  app_on_engine (app, take_mail_work, NULL, NULL);
  app_await (app_first_opening_came, app);
  opening = g_list_model_get_item (app_openings (app), 0);
  g_assert_cmpstr (opening->name, ==, "Camille Ouellet");
  g_assert_false (app_has_link (app));
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
  ADD ("/app/access/preview-ends-with-lock", test_preview_ends_with_lock);
  ADD ("/app/access/one", test_one_access);
  ADD ("/app/access/opening", test_opening);
  ADD ("/app/access/opening-while-away", test_opening_while_away);
  ADD ("/app/access/name-comes-later", test_name_comes_later);
  ADD ("/app/access/opening-while-locked", test_opening_while_locked);
  ADD ("/app/access/end-while-locked", test_end_while_locked);
  ADD ("/app/access/dispute", test_dispute);
  ADD ("/app/access/pages", test_pages);
  ADD ("/app/access/port-taken", test_port_taken);
  return g_test_run ();
}
