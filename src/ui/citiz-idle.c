/* Locks the record when nobody has touched the window for a while. SPDX-License-Identifier: AGPL-3.0-or-later */
#include "ui/citiz-idle.h"

#include "app/citiz-session.h"
#include "ui/citiz-settings.h"

/* Every event of the window starts the count again; the count is in steps so that no clock is read. */
#define STEP_SECONDS 10

struct _CitizIdle
{
  GtkWidget *window;
  CitizSession *session;
  guint source;
  guint idle_steps;
};

static gboolean
event_cb (GtkEventControllerLegacy *controller, GdkEvent *event, CitizIdle *self)
{
  self->idle_steps = 0;
  return GDK_EVENT_PROPAGATE;
}

/* A dialog in front of the window counts as presence: its events do not reach the window. */
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

static gboolean
step_cb (gpointer data)
{
  CitizIdle *self = data;
  guint minutes;

  if (citiz_session_get_state (self->session) != CITIZ_SESSION_OPEN)
    {
      self->idle_steps = 0;
      return G_SOURCE_CONTINUE;
    }
  minutes = citiz_settings_get_lock_minutes ();
  if (minutes > 0 && dialog_is_active (self) && self->idle_steps * STEP_SECONDS < 30 * 60)
    minutes = MAX (minutes, 30);
  self->idle_steps++;
  if (minutes > 0 && self->idle_steps * STEP_SECONDS >= minutes * 60)
    gtk_widget_activate_action (self->window, "win.lock-away", NULL);
  return G_SOURCE_CONTINUE;
}

CitizIdle *
citiz_idle_new (GtkWidget *window, CitizSession *session)
{
  CitizIdle *self = g_new0 (CitizIdle, 1);
  GtkEventController *controller = gtk_event_controller_legacy_new ();

  self->window = window;
  self->session = g_object_ref (session);
  self->source = g_timeout_add_seconds (STEP_SECONDS, step_cb, self);
  gtk_event_controller_set_propagation_phase (controller, GTK_PHASE_CAPTURE);
  g_signal_connect (controller, "event", G_CALLBACK (event_cb), self);
  gtk_widget_add_controller (window, controller);
  g_object_set_data (G_OBJECT (window), "citiz-idle-controller", controller);
  return self;
}

void
citiz_idle_free (CitizIdle *self)
{
  GtkEventController *controller
      = g_object_steal_data (G_OBJECT (self->window), "citiz-idle-controller");

  if (controller != NULL)
    g_signal_handlers_disconnect_by_data (controller, self);
  g_source_remove (self->source);
  g_object_unref (self->session);
  g_free (self);
}
