/* Keeps the receipt of an access, or a proof, as a file. SPDX-License-Identifier: AGPL-3.0-or-later */
#include "ui/citiz-receipt.h"

#include <glib/gi18n.h>

#include "ui/citiz-compat.h"
#include "ui/citiz-window.h"

typedef struct
{
  GtkWidget *window; /* the chooser's owner: it outlives this */
  gchar *text;
} Text;

static void
text_free (gpointer data)
{
  g_free (((Text *) data)->text);
  g_free (data);
}

static void
file_cb (GFile *file, gpointer data)
{
  const Text *text = data;
  gboolean saved = g_file_replace_contents (
      file, text->text, strlen (text->text), NULL, FALSE,
      G_FILE_CREATE_PRIVATE | G_FILE_CREATE_REPLACE_DESTINATION, NULL, NULL, NULL);

  citiz_toast (text->window, saved ? _ ("File saved") : _ ("The file could not be saved there"));
}

void
citiz_text_save (GtkWidget *widget, const gchar *title, const gchar *name, const gchar *text)
{
  GtkRoot *root = gtk_widget_get_root (widget);
  Text *kept;

  if (root == NULL) /* closed or locked meanwhile */
    return;
  kept = g_new0 (Text, 1);
  kept->window = GTK_WIDGET (root); /* a row may be made anew while a file is chosen */
  kept->text = g_strdup (text);
  citiz_compat_save_file (kept->window, title, name, file_cb, kept, text_free);
}

static void
receipt_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (GtkWidget) widget = data;
  g_autoptr (GError) error = NULL;
  g_autofree gchar *text = citiz_session_receipt_finish (CITIZ_SESSION (source), result, &error);

  if (text != NULL)
    citiz_text_save (widget, _ ("Save the Receipt"), _ ("citiz-receipt.json"), text);
  else
    citiz_toast (widget, citiz_session_explain (error));
}

void
citiz_receipt_save (GtkWidget *widget, CitizSession *session, CitizAccess *access)
{
  citiz_session_receipt_async (session, &access->id, NULL, receipt_cb, g_object_ref (widget));
}
