/* The window: one screen at a time, the first run, the locked record or the open one. SPDX-License-Identifier: AGPL-3.0-or-later */
#include "ui/citiz-window.h"

#include <glib/gi18n.h>

#include "app/citiz-session.h"
#include "ui/citiz-onboarding.h"
#include "ui/citiz-settings.h"
#include "ui/citiz-units.h"
#include "ui/citiz-unlock.h"
#include "ui/citiz-window-private.h"

G_DEFINE_FINAL_TYPE (CitizWindow, citiz_window, ADW_TYPE_APPLICATION_WINDOW)

enum
{
  PROP_0,
  PROP_VALUES_HIDDEN,
  N_PROPS
};
static GParamSpec *props[N_PROPS];

/* --- screens: first run, locked, open --- */

/* Returns: (transfer container) (element-type GtkWindow): what lies above the window, the lowest first; the toolkit holds them */
static GPtrArray *
list_above (CitizWindow *self)
{
  GListModel *toplevels = gtk_window_get_toplevels ();
  GPtrArray *above = g_ptr_array_new ();

  for (guint i = 0; i < g_list_model_get_n_items (toplevels); i++)
    {
      g_autoptr (GtkWindow) window = g_list_model_get_item (toplevels, i);

      if (citiz_window_below (window) == self && window != GTK_WINDOW (self))
        g_ptr_array_add (above, window);
    }
  return above;
}

/* What may show something of the record: choosers of files and printers do not. */
static GtkWindow *
find_dialog (CitizWindow *self)
{
  g_autoptr (GPtrArray) above = list_above (self);

  for (guint i = 0; i < above->len; i++)
    if (!GTK_IS_DIALOG (above->pdata[i]))
      return above->pdata[i];
  return NULL;
}

static void
close_dialogs (CitizWindow *self)
{
  GtkWindow *dialog;

  while ((dialog = find_dialog (self)) != NULL)
    gtk_window_destroy (dialog);
}

#define ASIDE "citiz-aside"

gboolean
_citiz_window_set_aside (CitizWindow *self)
{
  g_autoptr (GPtrArray) above = list_above (self);
  gboolean any = FALSE;

  for (guint i = above->len; i > 0; i--)
    if (gtk_widget_get_visible (above->pdata[i - 1]))
      {
        g_object_set_data (above->pdata[i - 1], ASIDE, self);
        gtk_widget_set_visible (above->pdata[i - 1], FALSE);
        any = TRUE;
      }
  return any;
}

gboolean
_citiz_window_bring_back (CitizWindow *self)
{
  g_autoptr (GPtrArray) above = list_above (self);
  gboolean any = FALSE;

  for (guint i = 0; i < above->len; i++)
    if (g_object_steal_data (above->pdata[i], ASIDE) != NULL)
      {
        gtk_window_present (above->pdata[i]);
        any = TRUE;
      }
  return any;
}

/* Locking destroys what was on screen: nothing of it stays in memory behind the next. */
static void
show_screen (CitizWindow *self, GtkWidget *screen, const gchar *name)
{
  GtkWidget *old = gtk_stack_get_visible_child (self->screens);

  if (screen != GTK_WIDGET (self->leaflet))
    {
      close_dialogs (self);
      citiz_toast_drop_all (ADW_APPLICATION_WINDOW (self));
    }
  gtk_stack_add_named (self->screens, screen, name);
  gtk_stack_set_visible_child (self->screens, screen);
  if (old == NULL)
    return;
  if (old == GTK_WIDGET (self->leaflet))
    _citiz_window_forget_main (self);
  gtk_stack_remove (self->screens, old);
}

static void
onboarding_done_cb (CitizWindow *self, gboolean import)
{
  const gboolean waiting = self->waiting != NULL; /* which the open record takes by itself */

  self->onboarding = FALSE;
  _citiz_window_follow_state (self);
  if (import && !waiting)
    citiz_window_import (self, NULL);
}

void
_citiz_window_drop_kept (CitizWindow *self)
{
  g_clear_pointer (&self->kept_link, citiz_wipe_text);
  g_clear_pointer (&self->kept_spoken, citiz_wipe_text);
  self->kept_until = (CitizTime){0};
}

static void
show_locked (CitizWindow *self)
{
  GtkWidget *screen = citiz_unlock_new (self->session);

  if (self->kept_until.ms != 0)
    citiz_unlock_keep_access (CITIZ_UNLOCK (screen), self->kept_link, self->kept_spoken,
                              self->kept_until, self->kept_over_nodes);
  _citiz_window_drop_kept (self);
  show_screen (self, screen, "unlock");
}

void
_citiz_window_follow_state (CitizWindow *self)
{
  const gchar *shown = gtk_stack_get_visible_child_name (self->screens);

  switch (citiz_session_get_state (self->session))
    {
    case CITIZ_SESSION_NEW:
      if (!self->onboarding)
        {
          GtkWidget *screen = citiz_onboarding_new (self->session);

          g_signal_connect_object (screen, "done", G_CALLBACK (onboarding_done_cb), self,
                                   G_CONNECT_SWAPPED);
          self->onboarding = TRUE;
          show_screen (self, screen, "onboarding");
        }
      break;
    case CITIZ_SESSION_LOCKED:
      self->onboarding = FALSE;
      if (g_strcmp0 (shown, "unlock") != 0)
        show_locked (self);
      break;
    case CITIZ_SESSION_UNLOCKING:
      break;
    case CITIZ_SESSION_OPEN:
      if (!self->onboarding && self->leaflet == NULL)
        {
          show_screen (self, _citiz_window_make_main (self), "main");
          if (citiz_session_get_distrust (self->session) != NULL)
            citiz_window_show_page (self, "ledger"); /* it says why, and what still works */
          if (self->emergency_wanted)
            citiz_window_press_emergency (self);
          else if (self->waiting != NULL)
            citiz_window_import (self, NULL);
          if (self->invitation != NULL)
            citiz_window_join (self, "");
        }
      break;
    }
  _citiz_window_update_actions (self);
}

/* --- following the session --- */

static void
opened_cb (CitizWindow *self, CitizOpening *opening)
{
  g_autofree gchar *text = NULL;

  if (g_strcmp0 (citiz_window_get_page (self), "emergency") == 0
      || opening->kind != CITIZ_OPENING_READ)
    return;
  text = g_strdup_printf (_ ("%s opened your record"),
                          *opening->name != '\0' ? opening->name : _ ("Someone without a name"));
  citiz_toast (GTK_WIDGET (self), text);
}

/* Other units: what is shown is put into words anew. */
static void
settings_changed_cb (CitizWindow *self)
{
  if (citiz_units_read (self->session))
    _citiz_window_refresh_pages (self);
}

/* --- object --- */

static void
citiz_window_get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  if (id == PROP_VALUES_HIDDEN)
    g_value_set_boolean (value, citiz_values_hidden ());
  else
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
}

static void
citiz_window_set_property (GObject *object, guint id, const GValue *value, GParamSpec *pspec)
{
  CitizWindow *self = CITIZ_WINDOW (object);

  if (id != PROP_VALUES_HIDDEN)
    {
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
      return;
    }
  if (citiz_values_hidden () == g_value_get_boolean (value))
    return;
  citiz_values_set_hidden (g_value_get_boolean (value));
  _citiz_window_refresh_pages (self);
  g_object_notify_by_pspec (object, pspec);
}

static gboolean
citiz_window_close_request (GtkWindow *window)
{
  GSettings *settings = citiz_settings ();
  gint width, height;

  if (_citiz_window_bring_back (CITIZ_WINDOW (window)))
    return TRUE; /* what was begun is asked about before it goes */
  if (settings != NULL)
    {
      gtk_window_get_default_size (window, &width, &height);
      g_settings_set (settings, "window-size", "(ii)", width, height);
      g_settings_set_boolean (settings, "window-maximized", gtk_window_is_maximized (window));
    }
  return GTK_WINDOW_CLASS (citiz_window_parent_class)->close_request (window);
}

/* A size left on a wider screen is made smaller by the toolkit. */
static void
restore_size (GtkWindow *window)
{
  GSettings *settings = citiz_settings ();
  gint width, height;

  if (settings == NULL)
    return;
  g_settings_get (settings, "window-size", "(ii)", &width, &height);
  gtk_window_set_default_size (window, MAX (width, 360), MAX (height, 294));
  if (g_settings_get_boolean (settings, "window-maximized"))
    gtk_window_maximize (window);
}

static void
citiz_window_dispose (GObject *object)
{
  CitizWindow *self = CITIZ_WINDOW (object);

  if (self->idle != NULL)
    g_clear_pointer (&self->idle, citiz_idle_free);
  g_clear_pointer (&self->turn, citiz_turn_free);
  if (self->session != NULL)
    g_signal_handlers_disconnect_by_data (self->session, self);
  _citiz_window_drop_kept (self);
  g_clear_object (&self->waiting);
  g_clear_pointer (&self->invitation, g_free);
  g_clear_object (&self->session);
  _citiz_window_forget_main (self);
  G_OBJECT_CLASS (citiz_window_parent_class)->dispose (object);
}

#define BIND(name)                                                                                 \
  gtk_widget_class_bind_template_child (GTK_WIDGET_CLASS (klass), CitizWindow, name)

static void
citiz_window_class_init (CitizWindowClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->dispose = citiz_window_dispose;
  GTK_WINDOW_CLASS (klass)->close_request = citiz_window_close_request;
  object_class->get_property = citiz_window_get_property;
  object_class->set_property = citiz_window_set_property;
  props[PROP_VALUES_HIDDEN]
      = g_param_spec_boolean ("values-hidden", NULL, NULL, FALSE,
                              G_PARAM_READWRITE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS);
  g_object_class_install_properties (object_class, N_PROPS, props);
  gtk_widget_class_set_template_from_resource (GTK_WIDGET_CLASS (klass),
                                               "/io/github/citiz/Citiz/citiz-window.ui");
  BIND (screens);
  _citiz_window_install_actions (GTK_WIDGET_CLASS (klass));
}

static void
citiz_window_init (CitizWindow *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}

CitizWindow *
citiz_window_new (GtkApplication *app, CitizSession *session)
{
  CitizWindow *self;

  citiz_ui_init ();
  self = g_object_new (CITIZ_TYPE_WINDOW, "application", app, NULL);
  restore_size (GTK_WINDOW (self));
  self->session = g_object_ref (session);
  self->idle = citiz_idle_new (GTK_WIDGET (self), session);
  self->turn = citiz_turn_new (self, session);
  _citiz_window_take_drops (self);
  g_signal_connect_object (session, "notify::state", G_CALLBACK (_citiz_window_follow_state), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (session, "notify::sample", G_CALLBACK (_citiz_window_update_main), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (session, "accesses-changed", G_CALLBACK (_citiz_window_update_main),
                           self, G_CONNECT_SWAPPED);
  g_signal_connect_object (session, "community-changed", G_CALLBACK (_citiz_window_update_main),
                           self, G_CONNECT_SWAPPED);
  g_signal_connect_object (session, "record-changed", G_CALLBACK (_citiz_window_update_main), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (session, "opened", G_CALLBACK (opened_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (session, "settings-changed", G_CALLBACK (settings_changed_cb), self,
                           G_CONNECT_SWAPPED);
  _citiz_window_follow_state (self);
  return self;
}
