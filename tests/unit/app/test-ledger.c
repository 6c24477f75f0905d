/* Commitments reach the ledger in batches; verifying it and its proofs. SPDX-License-Identifier: AGPL-3.0-or-later */
#include "app-fixture.h"

#include <glib/gstdio.h>
#include <string.h>

static gboolean
anchor_work (CitizEngine *engine, gpointer data, GCancellable *cancellable, GError **error)
{
  return citiz_engine_anchor (engine, error);
}

static gboolean
height_work (CitizEngine *engine, gpointer data, GCancellable *cancellable, GError **error)
{
  *(guint64 *) data = citiz_chain_height (engine->chain);
  return TRUE;
}

static guint64
height (App *app)
{
  guint64 height = 0;

  app_on_engine (app, height_work, &height, NULL);
  return height;
}

typedef struct
{
  guint waiting, anchored, leaves;
} Commitments;

static gboolean
commitments_cb (const CitizId *id, guint32 version, guint32 batch, GBytes *plain, gpointer data)
{
  Commitments *all = data;
  gsize n;
  CitizCursor cursor = citiz_cursor (g_bytes_get_data (plain, &n), g_bytes_get_size (plain));
  guint8 state = 0;
  guint32 number = 0;

  g_assert_true (citiz_take_u8 (&cursor, &state));
  if (state == 2)
    g_assert_nonnull (citiz_take_view (&cursor, 32));
  g_assert_true (citiz_take_u32 (&cursor, &number));
  if (state == 1)
    {
      all->waiting += number;
      return TRUE;
    }
  all->leaves += number;
  g_assert_nonnull (citiz_take_view (&cursor, (gsize) number * 32));
  g_assert_true (citiz_take_u32 (&cursor, &number));
  all->anchored += number;
  return TRUE;
}

static gboolean
commitments_work (CitizEngine *engine, gpointer data, GCancellable *cancellable, GError **error)
{
  return citiz_vault_foreach (engine->vault, CITIZ_CLASS_COMMITMENT, commitments_cb, data, NULL,
                              error);
}

static Commitments
commitments (App *app)
{
  Commitments all = {0};

  g_assert_true (app_on_engine (app, commitments_work, &all, NULL));
  return all;
}

/* Batches are filled up to 1, 8, 64 … leaves; nothing is on the ledger before. */
static void
test_batches (App *app, gconstpointer data)
{
  static const guint saved[] = {1, 5, 8, 20}, leaves[] = {1, 8, 8, 64};
  guint all = 0, all_leaves = 0;

  for (guint i = 0; i < G_N_ELEMENTS (saved); i++)
    {
      guint64 before = height (app);
      Commitments now;

      for (guint j = 0; j < saved[i]; j++)
        app_save (app, NULL, "Pollen");
      g_assert_cmpuint (height (app), ==, before);
      g_assert_cmpuint (commitments (app).waiting, ==, saved[i]);
      g_assert_true (app_on_engine (app, anchor_work, NULL, NULL));
      g_assert_cmpuint (height (app), ==, before + 1);
      all += saved[i];
      all_leaves += leaves[i];
      now = commitments (app);
      g_assert_cmpuint (now.waiting, ==, 0);
      g_assert_cmpuint (now.anchored, ==, all);
      g_assert_cmpuint (now.leaves, ==, all_leaves);
    }
  g_assert_true (app_on_engine (app, anchor_work, NULL, NULL)); /* nothing waits: no block */
  g_assert_cmpuint (commitments (app).leaves, ==, all_leaves);
}

static void
test_anchored_at_lock (App *app, gconstpointer data)
{
  app_save (app, NULL, "Peanut");
  g_assert_cmpuint (commitments (app).waiting, ==, 1);
  citiz_session_lock (app->session);
  g_assert_true (app_unlock (app, APP_PASSPHRASE, NULL));
  g_assert_cmpuint (commitments (app).waiting, ==, 0);
  g_assert_cmpuint (commitments (app).anchored, ==, 1);
}

/* As a kill would leave it: what waits is found and anchored after the next opening. */
static gboolean
drop_keys_work (CitizEngine *engine, gpointer data, GCancellable *cancellable, GError **error)
{
  g_clear_pointer (&engine->chain, citiz_chain_close); /* closing does not anchor then */
  citiz_node_stop (engine->node);
  g_clear_object (&engine->node);
  return TRUE;
}

static void
test_anchored_after_a_crash (App *app, gconstpointer data)
{
  app_save (app, NULL, "Peanut");
  app_save (app, NULL, "Latex");
  app_settle (app);
  app_on_engine (app, drop_keys_work, NULL, NULL);
  app_reopen (app);
  g_assert_true (app_unlock (app, APP_PASSPHRASE, NULL));
  g_assert_cmpuint (commitments (app).waiting, ==, 2);
  g_assert_nonnull (app->session->engine->anchor_timer);
  g_assert_true (app_on_engine (app, anchor_work, NULL, NULL));
  g_assert_cmpuint (commitments (app).anchored, ==, 2);
}

static void
progress_cb (gdouble fraction, guint64 done, guint64 total, gpointer data)
{
  g_assert_cmpfloat (fraction, >=, 0);
  g_assert_cmpfloat (fraction, <=, 1);
  (*(guint *) data)++;
}

static gboolean
verify (App *app, guint *progress, GCancellable *cancellable, guint64 *blocks, GError **error)
{
  g_autoptr (GAsyncResult) result = NULL;
  Answer answer = {0};

  citiz_session_verify_async (app->session, progress_cb, progress, cancellable, app_answer_cb,
                              &answer);
  result = app_wait (&answer);
  return citiz_session_verify_finish (app->session, result, blocks, error);
}

static void
test_verify (App *app, gconstpointer data)
{
  g_autoptr (CitizAccess) access = app_press (app);
  g_autoptr (GCancellable) cancelled = g_cancellable_new ();
  g_autoptr (GError) error = NULL;
  guint64 blocks = 0;
  guint progress = 0;

  g_assert_true (verify (app, &progress, NULL, &blocks, &error));
  g_assert_no_error (error);
  g_assert_cmpuint (blocks, ==, height (app));
  g_assert_cmpuint (progress, >, 0);
  g_cancellable_cancel (cancelled);
  g_assert_false (verify (app, &progress, cancelled, &blocks, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_assert_true (verify (app, &progress, NULL, &blocks, NULL));
}

/* Locked in the midst of it, and two at once. */
static void
test_verify_interrupted (App *app, gconstpointer data)
{
  Answer answers[2] = {0};
  GAsyncResult *last;
  guint progress = 0;

  for (guint i = 0; i < 10; i++)
    {
      app_save (app, NULL, "Pollen");
      g_assert_true (app_on_engine (app, anchor_work, NULL, NULL));
    }
  for (guint i = 0; i < 2; i++)
    citiz_session_verify_async (app->session, progress_cb, &progress, NULL, app_answer_cb,
                                &answers[i]);
  for (guint i = 0; i < 2; i++)
    {
      g_autoptr (GAsyncResult) result = app_wait (&answers[i]);
      g_assert_true (citiz_session_verify_finish (app->session, result, NULL, NULL));
    }
  citiz_session_verify_async (app->session, progress_cb, &progress, NULL, app_answer_cb,
                              &answers[0]);
  citiz_session_lock (app->session);
  last = app_wait (&answers[0]);
  g_clear_object (&last);
  g_assert_true (app_unlock (app, APP_PASSPHRASE, NULL));
}

static void
test_entries_and_proofs (App *app, gconstpointer data)
{
  g_autoptr (CitizAccess) access = app_press (app);
  GListModel *entries = citiz_session_get_entries (app->session);
  gboolean found = FALSE;

  app_settle (app);
  g_assert_cmpuint (g_list_model_get_n_items (entries), >, 0);
  for (guint i = 0; i < g_list_model_get_n_items (entries); i++)
    {
      g_autoptr (CitizEntry) entry = g_list_model_get_item (entries, i);
      g_autoptr (GAsyncResult) result = NULL;
      g_autoptr (GError) error = NULL;
      g_autofree gchar *text = NULL;
      Answer answer = {0};

      for (guint step = 0; step < CITIZ_N_STEPS; step++)
        g_assert_cmpint (entry->state[step], ==, CITIZ_STEP_DONE);
      found |= g_str_equal (entry->tx, access->tx) && g_str_equal (entry->type, "grant");
      citiz_session_proof_async (app->session, entry->tx, NULL, app_answer_cb, &answer);
      result = app_wait (&answer);
      text = citiz_session_proof_finish (app->session, result, &error);
      g_assert_no_error (error);
      g_assert_true (g_str_has_prefix (text, "citiz-proof v1\nentry "));
      g_assert_nonnull (strstr (text, entry->tx));
    }
  g_assert_true (found);
}

/* --- a ledger that does not agree with itself --- */

static gboolean
count_work (CitizEngine *engine, gpointer data, GCancellable *cancellable, GError **error)
{
  g_autoptr (CitizStmt) stmt = NULL;
  gboolean row;

  if (!citiz_db_prepare (
          citiz_vault_get_db (engine->vault),
          "SELECT (SELECT count (*) FROM chain_tx) + (SELECT count (*) FROM chain_block)", &stmt,
          error)
      || !citiz_stmt_next (stmt, &row, error))
    return FALSE;
  *(gint64 *) data = citiz_stmt_int (stmt, 0);
  return TRUE;
}

static gint64
count_rows (App *app)
{
  gint64 n = -1;

  g_assert_true (app_on_engine (app, count_work, &n, NULL));
  return n;
}

static gboolean
shut_work (CitizEngine *engine, gpointer data, GCancellable *cancellable, GError **error)
{
  return engine->chain == NULL && engine->node == NULL && citiz_engine_anchor (engine, error);
}

static void
press_is_refused (App *app)
{
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;
  Answer answer = {0};

  citiz_session_emergency_async (app->session, 24, NULL, app_answer_cb, &answer);
  result = app_wait (&answer);
  g_assert_null (citiz_session_emergency_finish (app->session, result, &error));
  g_assert_error (error, CITIZ_SESSION_ERROR, CITIZ_SESSION_ERROR_LEDGER);
  g_assert_cmpstr (citiz_session_explain (error), ==, citiz_session_explain_distrust ());
}

static void
export_is_whole (App *app, const gchar *title)
{
  g_autofree gchar *path = g_build_filename (app->folder, "out.json", NULL), *text = NULL;
  g_autoptr (GFile) file = g_file_new_for_path (path);
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;
  Answer answer = {0};

  citiz_session_export_async (app->session, "fhir", file, NULL, app_answer_cb, &answer);
  result = app_wait (&answer);
  g_assert_true (citiz_session_export_finish (app->session, result, &error));
  g_assert_no_error (error);
  g_assert_true (g_file_get_contents (path, &text, NULL, NULL));
  g_assert_nonnull (strstr (text, title));
  g_remove (path);
}

/* The record as ever, and nothing that touches the ledger. */
/* Nothing is called verified that is not what the block holds. */
static void
no_step_flatters (CitizSession *session)
{
  GListModel *entries = citiz_session_get_entries (session);

  for (guint i = 0; i < g_list_model_get_n_items (entries); i++)
    {
      g_autoptr (CitizEntry) entry = g_list_model_get_item (entries, i);

      for (guint k = CITIZ_STEP_SIGNED; k < CITIZ_STEP_VERIFIED; k++)
        if (entry->state[k] == CITIZ_STEP_FAILED)
          g_assert_cmpint (entry->state[CITIZ_STEP_VERIFIED], ==, CITIZ_STEP_FAILED);
    }
}

static void
ledger_is_left_alone (App *app)
{
  gint64 before = count_rows (app);
  guint saved = app_count (app, CITIZ_KIND_ALLERGY);

  g_assert_nonnull (citiz_session_get_distrust (app->session));
  no_step_flatters (app->session);
  g_assert_true (app_on_engine (app, shut_work, NULL, NULL));
  app_save (app, NULL, "Latex");
  g_assert_cmpuint (app_count (app, CITIZ_KIND_ALLERGY), ==, saved + 1);
  export_is_whole (app, "Peanut");
  press_is_refused (app);
  g_assert_false (verify (app, &(guint){0}, NULL, NULL, NULL));
  g_assert_null (citiz_session_get_emergency (app->session));
  g_assert_cmpint (count_rows (app), ==, before);
}

/* Whatever row it is, and at each opening again. */
static void
test_disagrees (App *app, gconstpointer data)
{
  static const gchar *const damages[] = {
      "UPDATE chain_genesis SET bytes = zeroblob (length (bytes))",
      "UPDATE chain_block SET header = zeroblob (length (header))",
      "UPDATE chain_block SET final = zeroblob (length (final))",
      "UPDATE chain_tx SET bytes = zeroblob (length (bytes)) WHERE number = 0",
      "UPDATE chain_tx SET bytes = CAST (substr (bytes, 1, length (bytes) - 1) || x'ff' AS BLOB) "
      "WHERE number = 1",
      "DELETE FROM chain_journal",
      "DELETE FROM chain_epoch",
  };
  g_autofree gchar *path = g_build_filename (app->folder, CITIZ_DB_FILE, NULL), *whole = NULL;
  CitizAccess *access = app_press (app);
  gsize n;

  g_object_unref (access);
  app_save (app, NULL, "Peanut");
  app_close (app);
  g_assert_true (g_file_get_contents (path, &whole, &n, NULL));
  for (guint i = 0; i < G_N_ELEMENTS (damages); i++)
    {
      g_assert_true (g_file_set_contents (path, whole, (gssize) n, NULL));
      app_on_disk (app, damages[i]);
      app_reopen (app);
      for (guint k = 0; k < 2; k++)
        {
          g_autoptr (GError) error = NULL;

          g_test_expect_message ("citiz-app", G_LOG_LEVEL_WARNING, "*left alone*");
          g_assert_true (app_unlock (app, APP_PASSPHRASE, &error));
          g_test_assert_expected_messages ();
          g_assert_no_error (error);
          ledger_is_left_alone (app);
          citiz_session_lock (app->session);
          g_assert_null (citiz_session_get_distrust (app->session));
        }
      app_close (app);
    }
  app_reopen (app);
}

/* What follows from the transactions is made again, and nothing is lost by it. */
static void
test_mended (App *app, gconstpointer data)
{
  g_autoptr (CitizAccess) access = app_press (app);
  g_autoptr (GError) error = NULL;

  app_close (app);
  app_on_disk (app, "DELETE FROM chain_log; DELETE FROM chain_state");
  app_reopen (app);
  g_assert_true (app_unlock (app, APP_PASSPHRASE, &error));
  g_assert_no_error (error);
  g_assert_cmpstr (citiz_session_get_distrust (app->session), ==, NULL);
  g_assert_true (verify (app, &(guint){0}, NULL, NULL, &error));
  g_assert_no_error (error);
  g_assert_nonnull (citiz_session_get_emergency (app->session));
}

static gboolean
damage_work (CitizEngine *engine, gpointer data, GCancellable *cancellable, GError **error)
{
  return citiz_db_exec (citiz_vault_get_db (engine->vault), data, error);
}

static void
note_cb (gboolean *changed)
{
  *changed = TRUE;
}

/* Found by a full verification in the midst of a day: the same from there on. */
static void
test_verify_fails (App *app, gconstpointer data)
{
  g_autoptr (CitizAccess) access = app_press (app);
  g_autoptr (GError) error = NULL;
  gboolean changed = FALSE;

  app_save (app, NULL, "Peanut");
  app_settle (app);
  g_assert_true (
      app_on_engine (app, damage_work,
                     (gpointer) "UPDATE chain_block SET final = zeroblob (length (final))", NULL));
  g_signal_connect_swapped (app->session, "ledger-changed", G_CALLBACK (note_cb), &changed);
  g_test_expect_message ("citiz-app", G_LOG_LEVEL_WARNING, "*left alone*");
  g_assert_false (verify (app, &(guint){0}, NULL, NULL, &error));
  g_test_assert_expected_messages ();
  g_assert_cmpstr (citiz_session_explain (error), ==, citiz_session_explain_distrust ());
  g_assert_true (changed);
  g_signal_handlers_disconnect_by_data (app->session, &changed);
  g_assert_nonnull (citiz_session_get_distrust (app->session));
  g_assert_true (app_on_engine (app, shut_work, NULL, NULL));
  /* The access is in the list still; a change it cannot follow is kept in the record and told on the access. */
  app_save (app, NULL, "Latex");
  app_settle (app);
  g_assert_cmpuint (app_count (app, CITIZ_KIND_ALLERGY), ==, 2);
}

/* What is made of the blocks is made again from them, and no reason for distrust. */
static void
test_verify_mends (App *app, gconstpointer data)
{
  g_autoptr (CitizAccess) access = app_press (app);
  g_autoptr (GError) error = NULL;

  app_settle (app);
  g_assert_true (
      app_on_engine (app, damage_work, (gpointer) "UPDATE chain_state SET value = x'01'", NULL));
  g_assert_true (verify (app, &(guint){0}, NULL, NULL, &error));
  g_assert_no_error (error);
  g_assert_null (citiz_session_get_distrust (app->session));
  g_assert_true (verify (app, &(guint){0}, NULL, NULL, &error));
  g_assert_no_error (error);
}

#define ADD(path, func) g_test_add (path, App, NULL, app_up, func, app_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_assert_true (citiz_crypto_init ());
  ADD ("/app/ledger/batches", test_batches);
  ADD ("/app/ledger/anchored-at-lock", test_anchored_at_lock);
  ADD ("/app/ledger/anchored-after-a-crash", test_anchored_after_a_crash);
  ADD ("/app/ledger/verify", test_verify);
  ADD ("/app/ledger/verify-interrupted", test_verify_interrupted);
  ADD ("/app/ledger/entries-and-proofs", test_entries_and_proofs);
  ADD ("/app/ledger/disagrees", test_disagrees);
  ADD ("/app/ledger/mended", test_mended);
  ADD ("/app/ledger/verify-fails", test_verify_fails);
  ADD ("/app/ledger/verify-mends", test_verify_mends);
  return g_test_run ();
}
