/* What can be done from anywhere in the window, by menu, key or assistive technology. SPDX-License-Identifier: AGPL-3.0-or-later */
#include <glib/gi18n.h>

#include "app/citiz-session.h"
#include "ui/citiz-community-dialog.h"
#include "ui/citiz-compat.h"
#include "ui/citiz-emergency-page.h"
#include "ui/citiz-export.h"
#include "ui/citiz-import-dialog.h"
#include "ui/citiz-person.h"
#include "ui/citiz-preferences.h"
#include "ui/citiz-sample.h"
#include "ui/citiz-tour.h"
#include "ui/citiz-window-private.h"

void
citiz_window_press_emergency (CitizWindow *self)
{
  gboolean aside;

  g_return_if_fail (CITIZ_IS_WINDOW (self));
  if (self->leaflet == NULL) /* locked, or first run: the press is not lost */
    {
      self->emergency_wanted = TRUE;
      citiz_toast (GTK_WIDGET (self), _ ("Open your record: the access is shown right after."));
      return;
    }
  self->emergency_wanted = FALSE;
  aside = _citiz_window_set_aside (self);
  citiz_window_show_page (self, "emergency");
  citiz_emergency_page_press (CITIZ_EMERGENCY_PAGE (_citiz_window_get_page (self)));
  if (aside)
    citiz_toast (GTK_WIDGET (self), _ ("What you had begun comes back when you leave this page"));
}

/* --- one key from anywhere --- */

CitizWindow *
citiz_window_below (GtkWindow *window)
{
  while (window != NULL && !CITIZ_IS_WINDOW (window))
    window = gtk_window_get_transient_for (window);
  return (CitizWindow *) window;
}

static gboolean
emergency_key_cb (GtkWidget *window, GVariant *args, gpointer data)
{
  CitizWindow *below = citiz_window_below (GTK_WINDOW (window));

  return below != NULL && gtk_widget_activate_action (GTK_WIDGET (below), "win.emergency", NULL);
}

static void
windows_changed_cb (GListModel *windows, guint position, guint removed, guint added)
{
  for (guint i = position; i < position + added; i++)
    {
      g_autoptr (GtkWidget) window = g_list_model_get_item (windows, i);
      GtkEventController *keys = gtk_shortcut_controller_new ();

      gtk_shortcut_controller_add_shortcut (
          GTK_SHORTCUT_CONTROLLER (keys),
          gtk_shortcut_new (gtk_keyval_trigger_new (GDK_KEY_e, GDK_CONTROL_MASK),
                            gtk_callback_action_new (emergency_key_cb, NULL, NULL)));
      gtk_widget_add_controller (window, keys);
    }
}

/* A dialog or a form takes the keyboard from the window below it: the key of the emergency access belongs to all of them. */
void
citiz_window_watch_key (void)
{
  g_signal_connect (gtk_window_get_toplevels (), "items-changed", G_CALLBACK (windows_changed_cb),
                    NULL);
}

/* --- the actions --- */

static void
page_action (GtkWidget *widget, const gchar *name, GVariant *parameter)
{
  citiz_window_show_page (CITIZ_WINDOW (widget), g_variant_get_string (parameter, NULL));
}

static void
emergency_action (GtkWidget *widget, const gchar *name, GVariant *parameter)
{
  citiz_window_press_emergency (CITIZ_WINDOW (widget));
}

static void
back_action (GtkWidget *widget, const gchar *name, GVariant *parameter)
{
  CitizWindow *self = CITIZ_WINDOW (widget);
  g_autofree gchar *previous = NULL;

  if (g_strcmp0 (citiz_window_get_page (self), "emergency") == 0 && self->previous != NULL)
    {
      previous = g_steal_pointer (&self->previous);
      citiz_window_show_page (self, previous);
    }
  else if (adw_leaflet_get_folded (self->leaflet))
    adw_leaflet_set_visible_child (self->leaflet, self->sidebar);
}

static void
search_action (GtkWidget *widget, const gchar *name, GVariant *parameter)
{
  CitizPage *page = _citiz_window_get_page (CITIZ_WINDOW (widget));

  if (page != NULL)
    citiz_page_search (page);
}

/* That an access is live is said on the locked screen; @with_code: its code stays there, too. */
static void
lock (CitizWindow *self, gboolean with_code)
{
  const CitizAccess *access = citiz_session_get_emergency (self->session);

  _citiz_window_drop_kept (self);
  if (access != NULL)
    {
      self->kept_link = with_code ? g_strdup (access->link) : NULL;
      self->kept_spoken = with_code ? g_strdup (access->spoken) : NULL;
      self->kept_until = access->expires;
      self->kept_over_nodes = access->n_nodes > 0;
    }
  citiz_session_lock (self->session);
}

static void
lock_action (GtkWidget *widget, const gchar *name, GVariant *parameter)
{
  lock (CITIZ_WINDOW (widget), FALSE);
}

/* Nobody pressed: whoever arrives with an access live still finds its code on the screen. */
static void
lock_away_action (GtkWidget *widget, const gchar *name, GVariant *parameter)
{
  lock (CITIZ_WINDOW (widget), TRUE);
}

static void
join_action (GtkWidget *widget, const gchar *name, GVariant *parameter)
{
  citiz_window_join (CITIZ_WINDOW (widget), g_variant_get_string (parameter, NULL));
}

static void
preferences_action (GtkWidget *widget, const gchar *name, GVariant *parameter)
{
  GtkWidget *dialog = citiz_preferences_new (CITIZ_WINDOW (widget)->session);

  gtk_window_set_transient_for (GTK_WINDOW (dialog), GTK_WINDOW (widget));
  gtk_window_present (GTK_WINDOW (dialog));
}

static void
import_action (GtkWidget *widget, const gchar *name, GVariant *parameter)
{
  citiz_window_import (CITIZ_WINDOW (widget), NULL);
}

static void
export_action (GtkWidget *widget, const gchar *name, GVariant *parameter)
{
  citiz_export_ask (widget, CITIZ_WINDOW (widget)->session);
}

static void
tour_action (GtkWidget *widget, const gchar *name, GVariant *parameter)
{
  gtk_window_present (GTK_WINDOW (citiz_tour_new (widget)));
}

static void
shortcuts_action (GtkWidget *widget, const gchar *name, GVariant *parameter)
{
  g_autoptr (GtkBuilder) builder
      = gtk_builder_new_from_resource ("/io/github/citiz/Citiz/citiz-shortcuts.ui");
  GtkWindow *window = GTK_WINDOW (gtk_builder_get_object (builder, "shortcuts"));

  gtk_window_set_transient_for (window, GTK_WINDOW (widget));
  gtk_window_present (window);
}

static void
sample_removed_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (CitizWindow) self = data;
  g_autoptr (GError) error = NULL;
  guint ended;

  if (!citiz_session_remove_sample_finish (CITIZ_SESSION (source), result, &ended, &error))
    citiz_toast (GTK_WIDGET (self), citiz_session_explain (error));
  else
    citiz_toast (GTK_WIDGET (self),
                 ended > 0 ? _ ("The sample record is gone, whole, and its emergency access ended")
                           : _ ("The sample record is gone, whole"));
  if (error == NULL && citiz_person_waits (CITIZ_SESSION (source)))
    citiz_person_ask (GTK_WIDGET (self), CITIZ_SESSION (source));
}

static void
remove_sample_action (GtkWidget *widget, const gchar *name, GVariant *parameter)
{
  citiz_session_remove_sample_async (CITIZ_WINDOW (widget)->session, NULL, sample_removed_cb,
                                     g_object_ref (widget));
}

static void
sample_loaded_cb (GtkWidget *widget, gboolean loaded)
{
  _citiz_window_update_actions (CITIZ_WINDOW (widget));
}

static void
try_sample_action (GtkWidget *widget, const gchar *name, GVariant *parameter)
{
  gtk_widget_action_set_enabled (widget, name, FALSE); /* until the answer */
  citiz_sample_try (widget, CITIZ_WINDOW (widget)->session, sample_loaded_cb);
}

static void
read_again_action (GtkWidget *widget, const gchar *name, GVariant *parameter)
{
  citiz_session_read_again (CITIZ_WINDOW (widget)->session);
}

void
_citiz_window_update_actions (CitizWindow *self)
{
  static const gchar *const open_only[]
      = {"win.page",       "win.emergency",   "win.lock",      "win.import",
         "win.export",     "win.preferences", "win.search",    "win.remove-sample",
         "win.try-sample", "win.back",        "win.read-again"};
  gboolean open = self->leaflet != NULL;

  for (guint i = 0; i < G_N_ELEMENTS (open_only); i++)
    gtk_widget_action_set_enabled (GTK_WIDGET (self), open_only[i], open);
  if (open)
    _citiz_window_update_header (self);
}

void
_citiz_window_install_actions (GtkWidgetClass *klass)
{
  static const struct
  {
    guint key;
    GdkModifierType modifiers;
    const gchar *action;
    const gchar *target;
  } keys[] = {
      {GDK_KEY_l, GDK_CONTROL_MASK, "win.lock", NULL},
      {GDK_KEY_h, GDK_CONTROL_MASK, "win.hide-values", NULL},
      {GDK_KEY_f, GDK_CONTROL_MASK, "win.search", NULL},
      {GDK_KEY_o, GDK_CONTROL_MASK, "win.import", NULL},
      {GDK_KEY_comma, GDK_CONTROL_MASK, "win.preferences", NULL},
      {GDK_KEY_Left, GDK_ALT_MASK, "win.back", NULL},
      {GDK_KEY_F1, 0, "win.show-help-overlay", NULL},
      {GDK_KEY_question, GDK_CONTROL_MASK, "win.show-help-overlay", NULL},
      {GDK_KEY_w, GDK_CONTROL_MASK, "window.close", NULL},
      {GDK_KEY_q, GDK_CONTROL_MASK, "app.quit", NULL},
      {GDK_KEY_1, GDK_ALT_MASK, "win.page", "today"},
      {GDK_KEY_2, GDK_ALT_MASK, "win.page", "care"},
      {GDK_KEY_3, GDK_ALT_MASK, "win.page", "activity"},
      {GDK_KEY_4, GDK_ALT_MASK, "win.page", "diet"},
      {GDK_KEY_5, GDK_ALT_MASK, "win.page", "access"},
      {GDK_KEY_6, GDK_ALT_MASK, "win.page", "ledger"},
  };

  gtk_widget_class_install_action (klass, "win.page", "s", page_action);
  gtk_widget_class_install_action (klass, "win.emergency", NULL, emergency_action);
  gtk_widget_class_install_action (klass, "win.back", NULL, back_action);
  gtk_widget_class_install_action (klass, "win.search", NULL, search_action);
  gtk_widget_class_install_action (klass, "win.lock", NULL, lock_action);
  gtk_widget_class_install_action (klass, "win.lock-away", NULL, lock_away_action);
  gtk_widget_class_install_action (klass, "win.join", "s", join_action);
  gtk_widget_class_install_action (klass, "win.preferences", NULL, preferences_action);
  gtk_widget_class_install_action (klass, "win.import", NULL, import_action);
  gtk_widget_class_install_action (klass, "win.export", NULL, export_action);
  gtk_widget_class_install_action (klass, "win.read-again", NULL, read_again_action);
  gtk_widget_class_install_action (klass, "win.tour", NULL, tour_action);
  gtk_widget_class_install_action (klass, "win.remove-sample", NULL, remove_sample_action);
  gtk_widget_class_install_action (klass, "win.try-sample", NULL, try_sample_action);
  gtk_widget_class_install_action (klass, "win.show-help-overlay", NULL, shortcuts_action);
  gtk_widget_class_install_property_action (klass, "win.hide-values", "values-hidden");
  for (guint i = 0; i < G_N_ELEMENTS (keys); i++)
    if (keys[i].target != NULL)
      gtk_widget_class_add_binding_action (klass, keys[i].key, keys[i].modifiers, keys[i].action,
                                           "s", keys[i].target);
    else
      gtk_widget_class_add_binding_action (klass, keys[i].key, keys[i].modifiers, keys[i].action,
                                           NULL);
}

void
citiz_window_import (CitizWindow *self, GListModel *files)
{
  g_autoptr (GListStore) waiting = NULL;

  g_return_if_fail (CITIZ_IS_WINDOW (self));
  if (files != NULL && self->waiting == NULL)
    self->waiting = g_list_store_new (G_TYPE_FILE);
  for (guint i = 0; files != NULL && i < g_list_model_get_n_items (files); i++)
    {
      g_autoptr (GFile) file = g_list_model_get_item (files, i);

      g_list_store_append (self->waiting, file);
    }
  if (self->leaflet == NULL)
    {
      if (files != NULL)
        citiz_toast (GTK_WIDGET (self), _ ("The import begins when your record is open."));
      return;
    }
  waiting = g_steal_pointer (&self->waiting);
  gtk_window_present (GTK_WINDOW (citiz_import_dialog_new (
      GTK_WIDGET (self), self->session, waiting != NULL ? G_LIST_MODEL (waiting) : NULL)));
}

/* Files dropped on the window, whatever it shows. */
static gboolean
drop_cb (CitizWindow *self, const GValue *value)
{
  g_autoptr (GListStore) files = g_list_store_new (G_TYPE_FILE);

  for (GSList *file = g_value_get_boxed (value); file != NULL; file = file->next)
    g_list_store_append (files, file->data);
  citiz_window_import (self, G_LIST_MODEL (files));
  return TRUE;
}

void
_citiz_window_take_drops (CitizWindow *self)
{
  GtkDropTarget *drop = gtk_drop_target_new (GDK_TYPE_FILE_LIST, GDK_ACTION_COPY);

  g_signal_connect_object (drop, "drop", G_CALLBACK (drop_cb), self, G_CONNECT_SWAPPED);
  gtk_widget_add_controller (GTK_WIDGET (self), GTK_EVENT_CONTROLLER (drop));
}

void
citiz_window_join (CitizWindow *self, const gchar *text)
{
  g_autofree gchar *invitation = NULL;

  g_return_if_fail (CITIZ_IS_WINDOW (self) && text != NULL);
  if (*text != '\0')
    {
      g_free (self->invitation);
      self->invitation = g_strdup (text);
    }
  if (citiz_session_get_state (self->session) != CITIZ_SESSION_OPEN)
    {
      citiz_toast (GTK_WIDGET (self), _ ("The invitation waits until your record is open."));
      return;
    }
  invitation = g_steal_pointer (&self->invitation);
  citiz_join_show (GTK_WIDGET (self), self->session, invitation);
}
