/* What is asked for from several places, off the main thread, and answered in the window. SPDX-License-Identifier: AGPL-3.0-or-later */
#include "ui/citiz-acts.h"

#include <glib/gi18n.h>

#include "ui/citiz-compat.h"
#include "ui/citiz-window.h"

/* --- ending an access --- */

static void
revoked_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (GtkWidget) widget = data;
  g_autoptr (GError) error = NULL;

  if (GTK_IS_BUTTON (widget))
    gtk_widget_set_sensitive (widget, TRUE);
  /* Nodes forget: this cannot be undone, a new access can be given. */
  if (citiz_session_revoke_finish (CITIZ_SESSION (source), result, &error))
    citiz_toast_action (widget, _ ("Access revoked"), _ ("_New Access"), "win.emergency");
  else
    citiz_toast (widget, citiz_session_explain (error));
}

void
citiz_act_revoke (GtkWidget *widget, CitizSession *session, const CitizId *access)
{
  if (GTK_IS_BUTTON (widget))
    gtk_widget_set_sensitive (widget, FALSE);
  citiz_session_revoke_async (session, access, NULL, revoked_cb, g_object_ref (widget));
}

/* --- keeping a setting --- */

static void
set_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (GtkWidget) widget = data;
  g_autoptr (GError) error = NULL;

  if (!citiz_session_set_setting_finish (CITIZ_SESSION (source), result, &error))
    citiz_toast (widget, citiz_session_explain (error));
}

void
citiz_act_set (GtkWidget *widget, CitizSession *session, const gchar *key, json_t *value)
{
  citiz_session_set_setting_async (session, key, value, NULL, set_cb, g_object_ref (widget));
  json_decref (value);
}

/* --- writing a file --- */

typedef struct
{
  GtkWidget *widget;
  CitizWrittenFunc func;
  gpointer data;
  GDestroyNotify destroy;
} Write;

static void
written_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  Write *write = data;
  gboolean written = g_file_replace_contents_finish (G_FILE (source), result, NULL, NULL);

  if (citiz_compat_is_there (write->widget))
    write->func (write->widget, written, write->data);
  if (write->destroy != NULL)
    write->destroy (write->data);
  g_object_unref (write->widget);
  g_free (write);
}

void
citiz_act_write (GtkWidget *widget,
                 GFile *file,
                 GBytes *bytes,
                 CitizWrittenFunc func,
                 gpointer data,
                 GDestroyNotify destroy)
{
  Write *write = g_new0 (Write, 1);

  write->widget = g_object_ref (widget);
  write->func = func;
  write->data = data;
  write->destroy = destroy;
  g_file_replace_contents_bytes_async (file, bytes, NULL, FALSE,
                                       G_FILE_CREATE_PRIVATE | G_FILE_CREATE_REPLACE_DESTINATION,
                                       NULL, written_cb, write);
}
