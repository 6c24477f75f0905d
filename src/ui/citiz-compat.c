/* What newer toolkits have and GTK 4.8 has not, in one place. SPDX-License-Identifier: AGPL-3.0-or-later */
#include "ui/citiz-compat.h"

#include "crypto/citiz-secret.h"
#include "ui/citiz-bits.h"
#include "ui/citiz-window.h"

#include <glib/gi18n.h>

typedef struct
{
  CitizFileFunc func;
  gpointer data;
  GDestroyNotify destroy;
  GtkWidget *owner;
} FileCall;

static GtkWindow *
window_of (GtkWidget *owner)
{
  GtkRoot *root = gtk_widget_get_root (owner);

  return GTK_IS_WINDOW (root) ? GTK_WINDOW (root) : NULL;
}

/* A window that was destroyed has nothing on the display any more. */
gboolean
citiz_compat_is_there (GtkWidget *owner)
{
  return window_of (owner) != NULL && gtk_widget_get_realized (GTK_WIDGET (window_of (owner)));
}

static void
file_call_free (gpointer data, GClosure *closure)
{
  FileCall *call = data;

  if (call->destroy != NULL)
    call->destroy (call->data);
  g_object_unref (call->owner);
  g_free (call);
}

static void
uri_free (gpointer uri, GClosure *closure)
{
  g_free (uri);
}

static void
recent_changed_cb (GtkRecentManager *recent, const gchar *uri)
{
  g_autofree gchar *own = g_strdup (uri);

  if (!gtk_recent_manager_has_item (recent, own))
    return;
  g_signal_handlers_disconnect_by_data (recent, (gpointer) uri);
  gtk_recent_manager_remove_item (recent, own, NULL);
}

/**
 * citiz_compat_forget:
 *
 * What is saved from here is no other program's business, least of all the sheet of words: the chooser adds it to the desktop's recent files,
 * some time after it has answered.
 */
void
citiz_compat_forget (GFile *file)
{
  g_signal_connect_data (gtk_recent_manager_get_default (), "changed",
                         G_CALLBACK (recent_changed_cb), g_file_get_uri (file), uri_free, 0);
}

static void
file_response_cb (GtkNativeDialog *dialog, gint response, FileCall *call)
{
  g_autoptr (GFile) file = NULL;

  if (response == GTK_RESPONSE_ACCEPT)
    file = gtk_file_chooser_get_file (GTK_FILE_CHOOSER (dialog));
  if (file != NULL
      && gtk_file_chooser_get_action (GTK_FILE_CHOOSER (dialog)) == GTK_FILE_CHOOSER_ACTION_SAVE)
    citiz_compat_forget (file);
  if (file != NULL && citiz_compat_is_there (call->owner))
    call->func (file, call->data);
  gtk_native_dialog_hide (dialog);
  g_object_unref (dialog);
}

static void
run_chooser (GtkWidget *owner,
             GtkFileChooserNative *chooser,
             CitizFileFunc func,
             gpointer data,
             GDestroyNotify destroy)
{
  FileCall *call = g_new0 (FileCall, 1);

  call->func = func;
  call->data = data;
  call->destroy = destroy;
  call->owner = g_object_ref (owner);
  gtk_native_dialog_set_modal (GTK_NATIVE_DIALOG (chooser), TRUE);
  g_signal_connect_data (chooser, "response", G_CALLBACK (file_response_cb), call, file_call_free,
                         0);
  gtk_native_dialog_show (GTK_NATIVE_DIALOG (chooser));
}

void
citiz_compat_open_file (GtkWidget *owner,
                        const gchar *title,
                        const gchar *filter_name,
                        const gchar *const *patterns,
                        CitizFileFunc func,
                        gpointer data,
                        GDestroyNotify destroy)
{
  GtkFileChooserNative *chooser = gtk_file_chooser_native_new (
      title, window_of (owner), GTK_FILE_CHOOSER_ACTION_OPEN, NULL, NULL);

  if (patterns != NULL)
    {
      g_autoptr (GtkFileFilter) filter = gtk_file_filter_new ();

      gtk_file_filter_set_name (filter, filter_name);
      for (guint i = 0; patterns[i] != NULL; i++)
        gtk_file_filter_add_pattern (filter, patterns[i]);
      gtk_file_chooser_add_filter (GTK_FILE_CHOOSER (chooser), filter);
    }
  run_chooser (owner, chooser, func, data, destroy);
}

/* Where a person looks for what she saved; the chooser would begin in the folder that Citiz was started from. */
static GFile *
documents (void)
{
  const gchar *path = g_get_user_special_dir (G_USER_DIRECTORY_DOCUMENTS);

  return g_file_new_for_path (
      path != NULL && g_file_test (path, G_FILE_TEST_IS_DIR) ? path : g_get_home_dir ());
}

void
citiz_compat_save_file (GtkWidget *owner,
                        const gchar *title,
                        const gchar *name,
                        CitizFileFunc func,
                        gpointer data,
                        GDestroyNotify destroy)
{
  GtkFileChooserNative *chooser = gtk_file_chooser_native_new (
      title, window_of (owner), GTK_FILE_CHOOSER_ACTION_SAVE, NULL, NULL);

  g_autoptr (GFile) folder = documents ();

  gtk_file_chooser_set_current_folder (GTK_FILE_CHOOSER (chooser), folder, NULL);
  gtk_file_chooser_set_current_name (GTK_FILE_CHOOSER (chooser), name);
  run_chooser (owner, chooser, func, data, destroy);
}

static GtkWidget *
message_new (GtkWidget *owner, const gchar *heading, const gchar *body)
{
  GtkWidget *dialog = adw_message_dialog_new (window_of (owner), heading, body);

  gtk_window_set_destroy_with_parent (GTK_WINDOW (dialog), TRUE);
  return dialog;
}

typedef struct
{
  CitizAnswerFunc func, no;
  gpointer data;
  GObject *owner;
} AskCall;

static void
ask_call_free (gpointer data, GClosure *closure)
{
  g_object_unref (((AskCall *) data)->owner);
  g_free (data);
}

static void
ask_response_cb (AdwMessageDialog *dialog, const gchar *response, AskCall *call)
{
  if (g_str_equal (response, "do"))
    call->func (call->data);
  else if (g_str_equal (response, "refuse"))
    call->no (call->data);
}

static AskCall *
ask_call_new (GtkWidget *owner, CitizAnswerFunc func, CitizAnswerFunc no, gpointer data)
{
  AskCall *call = g_new0 (AskCall, 1);

  *call = (AskCall){func, no, data, g_object_ref (G_OBJECT (owner))};
  return call;
}

void
citiz_compat_ask_or (GtkWidget *owner,
                     const gchar *heading,
                     const gchar *body,
                     const gchar *stay,
                     const gchar *button,
                     gboolean destructive,
                     CitizAnswerFunc func,
                     gpointer data)
{
  GtkWidget *dialog;

  if (!citiz_compat_is_there (owner))
    return;
  dialog = message_new (owner, heading, body);
  adw_message_dialog_add_responses (ADW_MESSAGE_DIALOG (dialog), "no", stay, "do", button, NULL);
  adw_message_dialog_set_response_appearance (ADW_MESSAGE_DIALOG (dialog), "do",
                                              destructive ? ADW_RESPONSE_DESTRUCTIVE
                                                          : ADW_RESPONSE_SUGGESTED);
  adw_message_dialog_set_default_response (ADW_MESSAGE_DIALOG (dialog), destructive ? "no" : "do");
  adw_message_dialog_set_close_response (ADW_MESSAGE_DIALOG (dialog), "no");
  g_signal_connect_data (dialog, "response", G_CALLBACK (ask_response_cb),
                         ask_call_new (owner, func, NULL, data), ask_call_free, 0);
  citiz_name_buttons (dialog);
  gtk_window_present (GTK_WINDOW (dialog));
}

void
citiz_compat_ask_both (GtkWidget *owner,
                       const gchar *heading,
                       const gchar *body,
                       const gchar *refuse,
                       CitizAnswerFunc no,
                       const gchar *button,
                       CitizAnswerFunc func,
                       gpointer data)
{
  GtkWidget *dialog;

  if (!citiz_compat_is_there (owner))
    return;
  dialog = message_new (owner, heading, body);
  adw_message_dialog_add_responses (ADW_MESSAGE_DIALOG (dialog), "later", _ ("_Not Now"), "refuse",
                                    refuse, "do", button, NULL);
  adw_message_dialog_set_response_appearance (ADW_MESSAGE_DIALOG (dialog), "do",
                                              ADW_RESPONSE_DESTRUCTIVE);
  adw_message_dialog_set_default_response (ADW_MESSAGE_DIALOG (dialog), "later");
  adw_message_dialog_set_close_response (ADW_MESSAGE_DIALOG (dialog), "later");
  g_signal_connect_data (dialog, "response", G_CALLBACK (ask_response_cb),
                         ask_call_new (owner, func, no, data), ask_call_free, 0);
  citiz_name_buttons (dialog);
  gtk_window_present (GTK_WINDOW (dialog));
}

void
citiz_compat_ask (GtkWidget *owner,
                  const gchar *heading,
                  const gchar *body,
                  const gchar *button,
                  gboolean destructive,
                  CitizAnswerFunc func,
                  gpointer data)
{
  citiz_compat_ask_or (owner, heading, body, _ ("_Cancel"), button, destructive, func, data);
}

void
citiz_compat_tell (GtkWidget *owner, const gchar *heading, const gchar *body)
{
  GtkWidget *dialog;

  if (!citiz_compat_is_there (owner))
    {
      gchar *text = g_strdup_printf ("%s. %s", heading, body);

      citiz_toast (owner, text);
      citiz_wipe_text (text); /* it may be a code */
      return;
    }
  dialog = message_new (owner, heading, body);
  adw_message_dialog_add_response (ADW_MESSAGE_DIALOG (dialog), "close", _ ("_Close"));
  citiz_name_buttons (dialog);
  gtk_window_present (GTK_WINDOW (dialog));
}

/* An address that was to be opened from a window. */
typedef struct
{
  GtkWidget *window;
  gchar *uri;
} Address;

static void
address_free (gpointer data, GClosure *closure)
{
  Address *address = data;

  g_object_unref (address->window);
  g_free (address->uri);
  g_free (address);
}

static void
address_response_cb (AdwMessageDialog *dialog, const gchar *response, Address *address)
{
  if (!g_str_equal (response, "copy"))
    return;
  gdk_clipboard_set_text (gtk_widget_get_clipboard (address->window), address->uri);
  citiz_toast (address->window, _ ("Link copied"));
}

/* Nobody should press and see nothing: the address is given then. */
static void
shown_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  Address *address = data;
  g_autofree gchar *body = NULL;
  GtkWidget *dialog;

  if (gtk_show_uri_full_finish (GTK_WINDOW (source), result, NULL)
      || !gtk_widget_get_visible (address->window))
    {
      address_free (address, NULL);
      return;
    }
  body = g_strdup_printf ("%s\n\n%s",
                          _ ("Open it yourself, in a browser on this computer for instance."),
                          address->uri);
  dialog = message_new (address->window, _ ("No Program Opened This Address"), body);
  adw_message_dialog_add_responses (ADW_MESSAGE_DIALOG (dialog), "close", _ ("_Close"), "copy",
                                    _ ("_Copy the Address"), NULL);
  adw_message_dialog_set_close_response (ADW_MESSAGE_DIALOG (dialog), "close");
  g_signal_connect_data (dialog, "response", G_CALLBACK (address_response_cb), address,
                         address_free, 0);
  citiz_name_buttons (dialog);
  gtk_window_present (GTK_WINDOW (dialog));
}

void
citiz_compat_show_uri (GtkWidget *owner, const gchar *uri)
{
  Address *address;

  if (!citiz_compat_is_there (owner))
    return;
  address = g_new0 (Address, 1);
  address->window = g_object_ref (GTK_WIDGET (window_of (owner)));
  address->uri = g_strdup (uri);
  gtk_show_uri_full (window_of (owner), uri, GDK_CURRENT_TIME, NULL, shown_cb, address);
}
