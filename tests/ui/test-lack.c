/* What cannot be read is said, and never looks like nothing: damaged samples, entries, documents; pictures that are none or too large.
 * SPDX-License-Identifier: AGPL-3.0-or-later */
#include <adwaita.h>
#include <string.h>

#include "app-fixture.h"
#include "ui-wait.h"

#include "crypto/citiz-crypto.h"
#include "ui/citiz-activity-page.h"
#include "ui/citiz-document-view.h"
#include "ui/citiz-format.h"
#include "ui/citiz-page.h"
#include "ui/citiz-picture.h"
#include "ui/citiz-window.h"

#define DAMAGE "UPDATE object SET sealed = zeroblob (length (sealed)) WHERE class = "

/* The toolkit may hold a row, and with it the session, for a while after its window: the clock of a session outlives its test. */
static App apps[4];
static guint n_apps;

static gboolean
says (GtkWidget *widget, const gchar *text)
{
  return ui_find (widget, GTK_TYPE_LABEL, text, TRUE) != NULL;
}

/* --- a record with damage --- */

/* The sample record, closed, @sql done to its file, opened again. */
static App *
app_with (const gchar *sql)
{
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;
  App *app = &apps[n_apps++];
  Answer answer = {0};

  g_assert_cmpuint (n_apps, <=, G_N_ELEMENTS (apps));
  app_up (app, NULL);
  citiz_session_load_sample_async (app->session, NULL, NULL, NULL, app_answer_cb, &answer);
  result = app_wait (&answer);
  g_assert_true (citiz_session_load_sample_finish (app->session, result, &error));
  g_clear_object (&result); /* it holds the session */
  app_settle (app);
  app_close (app);
  app_on_disk (app, sql);
  app_reopen (app);
  g_assert_true (app_unlock (app, APP_PASSPHRASE, &error));
  g_assert_no_error (error);
  return app;
}

static GtkWidget *
window_of (App *app)
{
  GtkWidget *window = GTK_WIDGET (citiz_window_new (NULL, app->session));

  gtk_window_present (GTK_WINDOW (window));
  return window;
}

static void
end (App *app, GtkWidget *window)
{
  g_object_add_weak_pointer (G_OBJECT (window), (gpointer *) &window);
  gtk_window_destroy (GTK_WINDOW (window));
  WAIT_FOR (window == NULL);
  app_settle (app);
  g_clear_object (&app->session);
  app_down (app, NULL);
}

static gboolean
repair_work (CitizEngine *engine, gpointer data, GCancellable *cancellable, GError **error)
{
  return citiz_db_exec (citiz_vault_get_db (engine->vault), data, error);
}

/* Hours and nights that cannot be read: over every page, what the day's sums still say stays, and another try finds them. */
static void
test_samples (void)
{
  App *app = app_with ("CREATE TABLE kept AS SELECT row, sealed FROM object WHERE class = 3;" DAMAGE
                       "3");
  GtkWidget *window = window_of (app);
  GtkWidget *try;

  citiz_window_show_page (CITIZ_WINDOW (window), "activity");
  WAIT_FOR (says (window, "Some measures are damaged"));
  g_assert_false (citiz_session_get_damaged (app->session));
  g_assert_false (says (window, "Your movement, your nights"));
  citiz_window_show_page (CITIZ_WINDOW (window), "today");
  WAIT_FOR (says (window, "Some measures are damaged")
            && !citiz_session_get_reading (app->session));

  try = ui_find (window, GTK_TYPE_BUTTON, "Try Again", TRUE);
  g_assert_nonnull (try);
  g_signal_emit_by_name (try, "clicked"); /* still damaged */
  g_assert_nonnull (citiz_session_get_unread (app->session));
  g_assert_true (app_on_engine (
      app, repair_work,
      (gpointer) "UPDATE object SET sealed = (SELECT sealed FROM kept WHERE kept.row = object.row)"
                 " WHERE class = 3",
      NULL));
  g_assert_nonnull (citiz_session_get_unread (app->session)); /* read again before it was mended */
  g_signal_emit_by_name (try, "clicked");
  g_assert_nonnull (citiz_session_get_unread (app->session));
  WAIT_FOR (citiz_session_get_unread (app->session) == NULL);
  WAIT_FOR (!says (window, "Some measures are damaged"));
  end (app, window);
}

/* Nothing of the medical file can be read: no invitation to begin one. */
static void
test_entries (void)
{
  App *app = app_with (DAMAGE "1");
  GtkWidget *window = window_of (app);

  g_assert_true (citiz_session_get_damaged (app->session));
  WAIT_FOR (says (window, "may be there"));
  g_assert_nonnull (ui_find (window, GTK_TYPE_BUTTON, "Export", TRUE));
  citiz_window_show_page (CITIZ_WINDOW (window), "care");
  WAIT_FOR (says (window, "Nothing could be read here"));
  g_assert_false (says (window, "starts here"));
  g_assert_true (says (window, "may be there")); /* for as long as it is so */
  end (app, window);
}

static void
test_document (void)
{
  App *app = app_with (DAMAGE "5");
  g_autoptr (GPtrArray) documents
      = citiz_record_list (citiz_session_get_record (app->session), CITIZ_KIND_DOCUMENT);
  GtkWidget *window = adw_window_new ();

  g_assert_cmpuint (documents->len, >, 0);
  adw_window_set_content (
      ADW_WINDOW (window),
      GTK_WIDGET (citiz_document_view_new (
          app->session, &((const CitizItem *) g_ptr_array_index (documents, 0))->id)));
  gtk_window_present (GTK_WINDOW (window));
  WAIT_FOR (says (window, "damaged"));
  g_assert_null (ui_find (window, GTK_TYPE_BUTTON, "Open", TRUE));
  end (app, window);
}

/* --- pictures --- */

static void
answer_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  *(GAsyncResult **) data = g_object_ref (result);
}

static GdkTexture *
read_picture (GBytes *bytes, GCancellable *cancellable, GError **error)
{
  g_autoptr (GAsyncResult) result = NULL;

  citiz_picture_read_async (bytes, cancellable, answer_cb, &result);
  WAIT_FOR (result != NULL);
  return citiz_picture_read_finish (result, error);
}

/* A picture of @width points and four lines as its file says, but for @height. */
static GBytes *
png_of (guint width, guint height)
{
  g_autoptr (GdkPixbuf) pixbuf = gdk_pixbuf_new (GDK_COLORSPACE_RGB, FALSE, 8, (int) width, 4);
  g_autoptr (GError) error = NULL;
  gchar *data;
  gsize n;

  gdk_pixbuf_fill (pixbuf, 0x336699ff);
  g_assert_true (gdk_pixbuf_save_to_buffer (pixbuf, &data, &n, "png", &error, NULL));
  g_assert_no_error (error);
  if (height != 4)
    {
      guint32 crc = 0xffffffffu;

      for (guint i = 0; i < 4; i++)
        data[20 + i] = (gchar) (height >> (24 - 8 * i));
      for (guint i = 12; i < 29; i++) /* "IHDR" and what it holds; RFC 2083, appendix 15 */
        {
          crc ^= (guint8) data[i];
          for (guint k = 0; k < 8; k++)
            crc = (crc >> 1) ^ ((crc & 1) != 0 ? 0xedb88320u : 0);
        }
      crc = ~crc;
      for (guint i = 0; i < 4; i++)
        data[29 + i] = (gchar) (crc >> (24 - 8 * i));
    }
  return g_bytes_new_take (data, n);
}

static void
test_pictures (void)
{
  g_autoptr (GBytes) good = png_of (40, 4), wide = png_of (5000, 4), huge = png_of (20000, 20000);
  g_autoptr (GBytes) cut = g_bytes_new_from_bytes (good, 0, g_bytes_get_size (good) / 2);
  g_autoptr (GBytes) text = g_bytes_new_static ("no picture", 10), nothing = g_bytes_new (NULL, 0);
  g_autoptr (GCancellable) cancelled = g_cancellable_new ();
  g_autoptr (GdkTexture) texture = read_picture (good, NULL, NULL), small = NULL;
  g_autoptr (GError) error = NULL;
  GBytes *const wrong[] = {cut, text, nothing};

  g_assert_nonnull (texture);
  g_assert_cmpint (gdk_texture_get_width (texture), ==, 40);
  small = read_picture (wide, NULL, NULL);
  g_assert_nonnull (small);
  g_assert_cmpint (gdk_texture_get_width (small), <, 5000);
  g_assert_null (read_picture (huge, NULL, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_MESSAGE_TOO_LARGE);
  for (guint i = 0; i < G_N_ELEMENTS (wrong); i++)
    {
      g_clear_error (&error);
      g_assert_null (read_picture (wrong[i], NULL, &error));
      g_assert_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA);
    }
  g_cancellable_cancel (cancelled);
  g_clear_error (&error);
  g_assert_null (read_picture (good, cancelled, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
}

int
main (int argc, char **argv)
{
  gtk_test_init (&argc, &argv, NULL);
  g_assert_true (citiz_crypto_init ());
  citiz_ui_init ();
  citiz_format_set_language (CITIZ_LANGUAGE_EN);
  g_log_set_always_fatal (G_LOG_LEVEL_ERROR | G_LOG_LEVEL_CRITICAL); /* damage is a warning */
  g_test_add_func ("/lack/samples", test_samples);
  g_test_add_func ("/lack/entries", test_entries);
  g_test_add_func ("/lack/document", test_document);
  g_test_add_func ("/lack/pictures", test_pictures);
  return g_test_run ();
}
