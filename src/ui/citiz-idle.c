/* Locks the record when nobody has touched the window for a while. SPDX-License-Identifier: AGPL-3.0-or-later */
#include "ui/citiz-idle.h"

#include "app/citiz-session.h"
#include "ui/citiz-settings.h"

/* Every event of the window starts the count again; the count is in steps so that no clock is read. */
#define STEP_SECONDS 10
#define IN_DIALOG    30 /* minutes without an event, at least */
#define IDLE         "citiz-idle"

struct _CitizIdle
{
  GtkWidget *window;
  CitizSession *session;
  guint source;
  guint idle_steps;
};

static gboolean
event_cb (GtkEventControllerLegacy *controller, GdkEvent *event, GObject *window)
{
  CitizIdle *self = g_object_get_data (window, IDLE);

  if (self != NULL)
    self->idle_steps = 0;
  return GDK_EVENT_PROPAGATE;
}

/* Each window has events of its own: those of a dialog do not reach the window below. */
static void
watch (GListModel *toplevels, guint position, guint removed, guint added, CitizIdle *self)
{
  for (guint i = position; i < position + added; i++)
    {
      g_autoptr (GtkWidget) window = g_list_model_get_item (toplevels, i);
      GtkEventController *controller = gtk_event_controller_legacy_new ();

      gtk_event_controller_set_name (controller, IDLE);
      gtk_event_controller_set_propagation_phase (controller, GTK_PHASE_CAPTURE);
      g_signal_connect_object (controller, "event", G_CALLBACK (event_cb), self->window, 0);
      gtk_widget_add_controller (window, controller);
    }
}

/* What is being read or written in a dialog is not taken away as soon as a page is. */
static gboolean
dialog_is_active (CitizIdle *self)
{
  GListModel *toplevels = gtk_window_get_toplevels ();

  for (guint i = 0; i < g_list_model_get_n_items (toplevels); i++)
    {
      g_autoptr (GtkWindow) window = g_list_model_get_item (toplevels, i);

      if (GTK_WIDGET (window) != self->window && gtk_window_is_active (window))
        return TRUE;
    }
  return FALSE;
}

gboolean
citiz_idle_step (gpointer data)
{
  CitizIdle *self = data;
  guint minutes;

  if (citiz_session_get_state (self->session) != CITIZ_SESSION_OPEN)
    {
      self->idle_steps = 0;
      return G_SOURCE_CONTINUE;
    }
  minutes = citiz_settings_get_lock_minutes ();
  if (minutes > 0 && dialog_is_active (self))
    minutes = MAX (minutes, IN_DIALOG);
  self->idle_steps++;
  if (minutes > 0 && self->idle_steps * STEP_SECONDS >= minutes * 60)
    gtk_widget_activate_action (self->window, "win.lock-away", NULL);
  return G_SOURCE_CONTINUE;
}

CitizIdle *
citiz_idle_new (GtkWidget *window, CitizSession *session)
{
  CitizIdle *self = g_new0 (CitizIdle, 1);
  GListModel *toplevels = gtk_window_get_toplevels ();

  self->window = window;
  self->session = g_object_ref (session);
  self->source = g_timeout_add_seconds (STEP_SECONDS, citiz_idle_step, self);
  g_object_set_data (G_OBJECT (window), IDLE, self);
  watch (toplevels, 0, 0, g_list_model_get_n_items (toplevels), self);
  g_signal_connect (toplevels, "items-changed", G_CALLBACK (watch), self);
  return self;
}

void
citiz_idle_free (CitizIdle *self)
{
  g_object_set_data (G_OBJECT (self->window), IDLE, NULL);
  g_signal_handlers_disconnect_by_data (gtk_window_get_toplevels (), self);
  g_source_remove (self->source);
  g_object_unref (self->session);
  g_free (self);
}
