/* Keeps the receipt of an access, or a proof, as a file. SPDX-License-Identifier: AGPL-3.0-or-later */
#include "ui/citiz-receipt.h"

#include <glib/gi18n.h>

#include "ui/citiz-compat.h"
#include "ui/citiz-window.h"

static void
file_cb (GFile *file, gpointer data)
{
  GtkWidget *widget = data;
  const gchar *text = g_object_get_data (G_OBJECT (widget), "citiz-text");

  if (text == NULL)
    return;
  if (g_file_replace_contents (file, text, strlen (text), NULL, FALSE,
                               G_FILE_CREATE_PRIVATE | G_FILE_CREATE_REPLACE_DESTINATION, NULL,
                               NULL, NULL))
    citiz_toast (widget, _ ("File saved"));
  else
    citiz_toast (widget, _ ("The file could not be saved there"));
}

void
citiz_text_save (GtkWidget *widget, const gchar *title, const gchar *name, const gchar *text)
{
  g_object_set_data_full (G_OBJECT (widget), "citiz-text", g_strdup (text), g_free);
  citiz_compat_save_file (widget, title, name, file_cb, widget);
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
