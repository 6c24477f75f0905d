/* The computer goes to sleep only once the record's keys are gone from its memory: a delay asked of logind
 * (org.freedesktop.login1.Manager.Inhibit), given back when the engine has locked. SPDX-License-Identifier: AGPL-3.0-or-later */
#include "ui/citiz-sleep.h"

#include <gio/gunixfdlist.h>
#include <glib/gi18n.h>
#include <unistd.h>

#define LOGIND    "org.freedesktop.login1"
#define MANAGER   LOGIND ".Manager"
#define LOGIND_AT "/org/freedesktop/login1"

struct _CitizSleep
{
  GDBusConnection *bus;
  CitizSession *session;
  GCancellable *ended;
  guint watch;
  gboolean asleep; /* or about to be */
  int delay;       /* held while it is open; -1: none */
};

static void
give_back (CitizSleep *self)
{
  if (self->delay >= 0)
    close (self->delay);
  self->delay = -1;
}

static void
locked_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  CitizSleep *self = data;
  g_autoptr (GError) error = NULL;

  if (!citiz_session_lock_finish (CITIZ_SESSION (source), result, &error))
    {
      if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED)) /* freed */
        return;
      g_warning ("the record could not be locked before sleep: %s", error->message);
    }
  if (self->asleep)
    give_back (self);
}

static void
inhibited_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  CitizSleep *self = data;
  g_autoptr (GUnixFDList) list = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) answer = g_dbus_connection_call_with_unix_fd_list_finish (
      G_DBUS_CONNECTION (source), &list, result, &error);
  gint32 handle = 0;

  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED)) /* freed */
    return;
  if (answer == NULL || list == NULL) /* no logind: one safety less, and nothing to tell */
    return;
  g_variant_get (answer, "(h)", &handle);
  give_back (self);
  self->delay = g_unix_fd_list_get (list, handle, NULL);
  if (self->asleep) /* it came late: the computer is not kept awake for what is done */
    citiz_session_lock_async (self->session, self->ended, locked_cb, self);
}

static void
ask (CitizSleep *self)
{
  g_dbus_connection_call_with_unix_fd_list (
      self->bus, LOGIND, LOGIND_AT, MANAGER, "Inhibit",
      g_variant_new ("(ssss)", "sleep", "Citiz", _ ("Locks the health record"), "delay"),
      G_VARIANT_TYPE ("(h)"), G_DBUS_CALL_FLAGS_NONE, -1, NULL, self->ended, inhibited_cb, self);
}

static void
sleep_cb (GDBusConnection *bus,
          const gchar *sender,
          const gchar *path,
          const gchar *interface,
          const gchar *signal,
          GVariant *parameters,
          gpointer data)
{
  CitizSleep *self = data;
  gboolean begins = FALSE;

  if (g_variant_is_of_type (parameters, G_VARIANT_TYPE ("(b)")))
    g_variant_get (parameters, "(b)", &begins);
  self->asleep = begins;
  if (begins)
    citiz_session_lock_async (self->session, self->ended, locked_cb, self);
  else
    ask (self);
}

CitizSleep *
citiz_sleep_new (GDBusConnection *bus, CitizSession *session)
{
  CitizSleep *self = g_new0 (CitizSleep, 1);

  self->bus = g_object_ref (bus);
  self->session = g_object_ref (session);
  self->ended = g_cancellable_new ();
  self->delay = -1;
  self->watch
      = g_dbus_connection_signal_subscribe (bus, LOGIND, MANAGER, "PrepareForSleep", NULL, NULL,
                                            G_DBUS_SIGNAL_FLAGS_NONE, sleep_cb, self, NULL);
  ask (self);
  return self;
}

void
citiz_sleep_free (CitizSleep *self)
{
  g_cancellable_cancel (self->ended);
  g_dbus_connection_signal_unsubscribe (self->bus, self->watch);
  give_back (self);
  g_object_unref (self->ended);
  g_object_unref (self->session);
  g_object_unref (self->bus);
  g_free (self);
}
