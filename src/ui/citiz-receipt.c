/* Keeps the receipt of an access, or a proof, as a file. SPDX-License-Identifier: AGPL-3.0-or-later */
#include "ui/citiz-receipt.h"
#include "ui/citiz-acts.h"

#include <glib/gi18n.h>

#include "ui/citiz-compat.h"
#include "ui/citiz-window.h"

typedef struct
{
  GtkWidget *window; /* the chooser's owner: it outlives this */
  GBytes *bytes;
  GBytes *json; /* written instead when the name chosen says so; nullable */
} Text;

static void
text_free (gpointer data)
{
  Text *text = data;

  g_bytes_unref (text->bytes);
  g_clear_pointer (&text->json, g_bytes_unref);
  g_free (text);
}

static void
written_cb (GtkWidget *widget, gboolean written, gpointer data)
{
  citiz_toast (widget, written ? _ ("File saved") : _ ("The file could not be saved there"));
}

static void
file_cb (GFile *file, gpointer data)
{
  const Text *text = data;
  g_autofree gchar *name = g_file_get_basename (file);
  GBytes *bytes = text->json != NULL && g_str_has_suffix (name, ".json") ? text->json : text->bytes;

  citiz_act_write (text->window, file, bytes, written_cb, NULL, NULL);
}

static void
save (GtkWidget *widget, const gchar *title, const gchar *name, GBytes *bytes, GBytes *json)
{
  GtkRoot *root = gtk_widget_get_root (widget);
  Text *kept;

  if (root == NULL) /* closed or locked meanwhile */
    return;
  kept = g_new0 (Text, 1);
  kept->window = GTK_WIDGET (root); /* a row may be made anew while a file is chosen */
  kept->bytes = g_bytes_ref (bytes);
  kept->json = json != NULL ? g_bytes_ref (json) : NULL;
  citiz_compat_save_file (kept->window, title, name, file_cb, kept, text_free);
}

void
citiz_text_save (GtkWidget *widget, const gchar *title, const gchar *name, const gchar *text)
{
  g_autoptr (GBytes) bytes = g_bytes_new (text, strlen (text));

  save (widget, title, name, bytes, NULL);
}

static void
receipt_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (GtkWidget) widget = data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) pdf = NULL, json = NULL;
  g_autofree gchar *text
      = citiz_session_receipt_finish (CITIZ_SESSION (source), result, &pdf, &error);

  if (text != NULL)
    {
      json = g_bytes_new (text, strlen (text));
      save (widget, _ ("Save the Receipt (PDF, or .json for a program)"), _ ("citiz-receipt.pdf"),
            pdf, json);
    }
  else
    citiz_toast (widget, citiz_session_explain (error));
}

void
citiz_receipt_save (GtkWidget *widget, CitizSession *session, CitizAccess *access)
{
  citiz_session_receipt_async (session, &access->id, NULL, receipt_cb, g_object_ref (widget));
}
