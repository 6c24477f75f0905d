/* Saving, correcting, removing and putting back; documents. SPDX-License-Identifier: AGPL-3.0-or-later */
#include "app-fixture.h"

#include <glib/gstdio.h>
#include <string.h>

#define MIB (1u << 20)

static void
test_save_and_correct (App *app, gconstpointer data)
{
  CitizId id = app_save (app, NULL, "Peanut");

  app_save (app, &id, "Peanuts and nuts");
  for (guint turn = 0; turn < 2; turn++)
    {
      CitizItem *item = citiz_record_get (citiz_session_get_record (app->session), &id);
      g_autoptr (GPtrArray) history
          = citiz_record_history (citiz_session_get_record (app->session), &id);

      g_assert_cmpstr (item->title[CITIZ_LANGUAGE_EN], ==, "Peanuts and nuts");
      g_assert_cmpuint (item->version, ==, 2);
      g_assert_cmpuint (history->len, ==, 2);
      g_assert_cmpuint (app_count (app, CITIZ_KIND_ALLERGY), ==, 1);
      app_reopen (app);
      g_assert_true (app_unlock (app, APP_PASSPHRASE, NULL));
    }
}

static json_t *
allergy (const gchar *title)
{
  return json_pack ("{s:s, s:{s:s}}", "resourceType", "AllergyIntolerance", "code", "text", title);
}

/* Two corrections before the first is on the disk follow each other. */
static void
test_quick_corrections (App *app, gconstpointer data)
{
  CitizId id = app_save (app, NULL, "Peanut");
  Answer answers[5] = {0};
  g_autoptr (GPtrArray) history = NULL;

  for (guint i = 0; i < G_N_ELEMENTS (answers); i++)
    {
      g_autofree gchar *title = g_strdup_printf ("Peanut %u", i);
      json_auto_t *resource = allergy (title);

      citiz_session_save_async (app->session, &id, resource, NULL, app_answer_cb, &answers[i]);
    }
  for (guint i = 0; i < G_N_ELEMENTS (answers); i++)
    {
      g_autoptr (GAsyncResult) result = app_wait (&answers[i]);
      g_autoptr (GError) error = NULL;

      g_assert_true (citiz_session_save_finish (app->session, result, NULL, &error));
      g_assert_no_error (error);
    }
  history = citiz_record_history (citiz_session_get_record (app->session), &id);
  g_assert_cmpuint (history->len, ==, 6);
  g_assert_cmpstr (
      citiz_record_get (citiz_session_get_record (app->session), &id)->title[CITIZ_LANGUAGE_EN], ==,
      "Peanut 4");
}

static void
test_not_a_resource (App *app, gconstpointer data)
{
  json_auto_t *nothing = json_object ();
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;
  Answer answer = {0};

  citiz_session_save_async (app->session, NULL, nothing, NULL, app_answer_cb, &answer);
  result = app_wait (&answer);
  g_assert_false (citiz_session_save_finish (app->session, result, NULL, &error));
  g_assert_nonnull (citiz_session_explain (error));
  app_save (app, NULL, "Peanut"); /* the transaction was given back */
  g_assert_cmpuint (app_objects (app, CITIZ_CLASS_RESOURCE), ==, 1);
}

static gboolean
remove_item (App *app, const CitizId *id, GError **error)
{
  g_autoptr (GAsyncResult) result = NULL;
  Answer answer = {0};

  citiz_session_remove_async (app->session, id, NULL, app_answer_cb, &answer);
  result = app_wait (&answer);
  return citiz_session_remove_finish (app->session, result, error);
}

static gboolean
restore_item (App *app, const CitizId *id, GError **error)
{
  g_autoptr (GAsyncResult) result = NULL;
  Answer answer = {0};

  citiz_session_restore_async (app->session, id, NULL, app_answer_cb, &answer);
  result = app_wait (&answer);
  return citiz_session_restore_finish (app->session, result, error);
}

static void
test_remove_and_restore (App *app, gconstpointer data)
{
  CitizId id = app_save (app, NULL, "Peanut"), never = citiz_env_new_id (&app->env);
  g_autoptr (GError) error = NULL;

  app_save (app, &id, "Peanuts");
  g_assert_true (remove_item (app, &id, NULL));
  g_assert_cmpuint (app_count (app, CITIZ_KIND_ALLERGY), ==, 0);
  g_assert_false (remove_item (app, &id, &error));
  g_assert_error (error, CITIZ_SESSION_ERROR, CITIZ_SESSION_ERROR_NOT_FOUND);
  g_clear_error (&error);
  g_assert_false (restore_item (app, &never, &error));
  g_assert_true (restore_item (app, &id, NULL));
  g_assert_cmpuint (app_count (app, CITIZ_KIND_ALLERGY), ==, 1);
  g_assert_cmpuint (citiz_record_get (citiz_session_get_record (app->session), &id)->version, ==,
                    2);
}

/* Locked or ended within the undo time: what was removed does not come back, and leaves the disk. */
static void
test_remove_then_close (App *app, gconstpointer data)
{
  CitizId first = app_save (app, NULL, "Peanut"), second = app_save (app, NULL, "Latex");

  g_assert_true (remove_item (app, &first, NULL));
  citiz_session_lock (app->session);
  g_assert_true (app_unlock (app, APP_PASSPHRASE, NULL));
  g_assert_cmpuint (app_objects (app, CITIZ_CLASS_RESOURCE), ==, 1);
  g_assert_true (remove_item (app, &second, NULL));
  app_reopen (app);
  g_assert_true (app_unlock (app, APP_PASSPHRASE, NULL));
  g_assert_cmpuint (app_objects (app, CITIZ_CLASS_RESOURCE), ==, 0);
}

static gboolean
erased (App *app)
{
  return app_objects (app, CITIZ_CLASS_RESOURCE) == 0;
}

static void
test_undo_time (App *app, gconstpointer data)
{
  CitizId id = app_save (app, NULL, "Peanut");
  g_autoptr (GError) error = NULL;

  g_assert_true (remove_item (app, &id, NULL));
  g_assert_cmpuint (app_objects (app, CITIZ_CLASS_RESOURCE), ==, 1);
  app_await (erased, app);
  g_assert_false (restore_item (app, &id, &error));
  g_assert_error (error, CITIZ_SESSION_ERROR, CITIZ_SESSION_ERROR_NOT_FOUND);
}

/* What waits for an undo stays out of sight when the record is read anew. */
static void
test_removed_stays_hidden (App *app, gconstpointer data)
{
  CitizId id = app_save (app, NULL, "Peanut");
  g_autoptr (GAsyncResult) result = NULL;
  Answer answer = {0};

  g_assert_true (remove_item (app, &id, NULL));
  citiz_session_load_sample_async (app->session, NULL, NULL, NULL, app_answer_cb, &answer);
  result = app_wait (&answer);
  g_assert_true (citiz_session_load_sample_finish (app->session, result, NULL));
  g_assert_null (citiz_record_get (citiz_session_get_record (app->session), &id));
  g_assert_true (restore_item (app, &id, NULL));
  g_assert_nonnull (citiz_record_get (citiz_session_get_record (app->session), &id));
}

/* --- documents --- */

static gboolean
add_document (App *app, const gchar *path, const gchar *title, CitizId *out, GError **error)
{
  g_autoptr (GFile) file = g_file_new_for_path (path);
  g_autoptr (GAsyncResult) result = NULL;
  Answer answer = {0};

  citiz_session_add_document_async (app->session, file, title, "2026-02", NULL, app_answer_cb,
                                    &answer);
  result = app_wait (&answer);
  return citiz_session_add_document_finish (app->session, result, out, error);
}

static gchar *
write_file (App *app, const gchar *start, gsize size)
{
  gchar *path = g_build_filename (app->folder, "a-document", NULL);
  g_autofree gchar *bytes = g_malloc (size + 1);

  memset (bytes, 'x', size);
  memcpy (bytes, start, MIN (size, strlen (start)));
  g_assert_true (g_file_set_contents (path, bytes, (gssize) size, NULL));
  return path;
}

static GBytes *
read_document (App *app, const CitizId *id, gchar **mime, GError **error)
{
  g_autoptr (GAsyncResult) result = NULL;
  Answer answer = {0};

  citiz_session_read_document_async (app->session, id, NULL, app_answer_cb, &answer);
  result = app_wait (&answer);
  return citiz_session_read_document_finish (app->session, result, mime, error);
}

static void
test_documents (App *app, gconstpointer data)
{
  static const struct
  {
    const gchar *start, *mime;
    gsize size;
  } good[] = {{"%PDF-1.7", "application/pdf", 1000},
              {"\x89PNG\r\n\x1a\n", "image/png", 4 * MIB},
              {"\xff\xd8\xff\xe0", "image/jpeg", 32 * MIB}};

  for (guint i = 0; i < G_N_ELEMENTS (good); i++)
    {
      g_autofree gchar *path = write_file (app, good[i].start, good[i].size);
      g_autofree gchar *mime = NULL;
      g_autoptr (GBytes) bytes = NULL;
      g_autoptr (GError) error = NULL;
      CitizId id;

      g_assert_true (add_document (app, path, "Radiographie", &id, &error));
      g_assert_no_error (error);
      bytes = read_document (app, &id, &mime, &error);
      g_assert_no_error (error);
      g_assert_cmpuint (g_bytes_get_size (bytes), ==, good[i].size);
      g_assert_cmpstr (mime, ==, good[i].mime);
      g_unlink (path);
    }
  g_assert_cmpuint (app_count (app, CITIZ_KIND_DOCUMENT), ==, 3);
}

static void
test_not_documents (App *app, gconstpointer data)
{
  static const struct
  {
    const gchar *start, *title;
    gsize size;
    gint code;
  } bad[] = {{"<html>", "A page", 100, CITIZ_SESSION_ERROR_NOT_A_DOCUMENT},
             {"", "Empty", 0, CITIZ_SESSION_ERROR_NOT_A_DOCUMENT},
             {"%PDF-", "Long", 32 * MIB + 1, CITIZ_SESSION_ERROR_TOO_LARGE},
             {"%PDF-", "", 100, CITIZ_SESSION_ERROR_INPUT}};
  g_autoptr (GError) error = NULL;

  for (guint i = 0; i < G_N_ELEMENTS (bad); i++)
    {
      g_autofree gchar *path = write_file (app, bad[i].start, bad[i].size);
      g_autoptr (GError) own = NULL;

      g_assert_false (add_document (app, path, bad[i].title, NULL, &own));
      g_assert_error (own, CITIZ_SESSION_ERROR, bad[i].code);
      g_unlink (path);
    }
  g_assert_false (add_document (app, "/dev/zero", "Endless", NULL, &error));
  g_assert_error (error, CITIZ_SESSION_ERROR, CITIZ_SESSION_ERROR_NOT_A_DOCUMENT);
  g_clear_error (&error);
  g_assert_false (add_document (app, "/nonexistent.pdf", "Gone", NULL, &error));
  g_assert_cmpuint (app_objects (app, CITIZ_CLASS_BLOB), ==, 0);
  g_assert_cmpuint (app_count (app, CITIZ_KIND_DOCUMENT), ==, 0);
}

static void
test_removed_document (App *app, gconstpointer data)
{
  g_autofree gchar *path = write_file (app, "%PDF-1.7", 5 * MIB);
  CitizId id;

  g_assert_true (add_document (app, path, "Ordonnance", &id, NULL));
  g_assert_cmpuint (app_objects (app, CITIZ_CLASS_BLOB), ==, 2);
  g_assert_true (remove_item (app, &id, NULL));
  citiz_session_lock (app->session);
  g_assert_true (app_unlock (app, APP_PASSPHRASE, NULL));
  g_assert_cmpuint (app_objects (app, CITIZ_CLASS_BLOB), ==, 0);
  g_unlink (path);
}

#define ADD(path, func) g_test_add (path, App, NULL, app_up, func, app_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_assert_true (citiz_crypto_init ());
  ADD ("/app/record/save-and-correct", test_save_and_correct);
  ADD ("/app/record/quick-corrections", test_quick_corrections);
  ADD ("/app/record/not-a-resource", test_not_a_resource);
  ADD ("/app/record/remove-and-restore", test_remove_and_restore);
  ADD ("/app/record/remove-then-close", test_remove_then_close);
  ADD ("/app/record/undo-time", test_undo_time);
  ADD ("/app/record/removed-stays-hidden", test_removed_stays_hidden);
  ADD ("/app/record/documents", test_documents);
  ADD ("/app/record/not-documents", test_not_documents);
  ADD ("/app/record/removed-document", test_removed_document);
  return g_test_run ();
}
