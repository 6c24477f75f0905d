/* Going to sleep, before a logind of the test's own. SPDX-License-Identifier: AGPL-3.0-or-later */
#include <gio/gunixfdlist.h>
#include <glib-unix.h>
#include <glib/gstdio.h>
#include <unistd.h>

#include "app/citiz-engine-private.h"
#include "app/citiz-session-private.h"
#include "crypto/citiz-crypto.h"
#include "ui/citiz-sleep.h"
#include "ui-wait.h"

typedef struct
{
  GDBusConnection *bus;
  int pipe[2]; /* the delay: closed by all who hold it when 0 bytes come */
  guint asked;
} Logind;

static void
logind_cb (GDBusConnection *bus,
           const gchar *sender,
           const gchar *path,
           const gchar *interface,
           const gchar *method,
           GVariant *parameters,
           GDBusMethodInvocation *invocation,
           gpointer data)
{
  Logind *logind = data;
  g_autoptr (GUnixFDList) list = g_unix_fd_list_new ();
  const gchar *what, *who, *why, *mode;

  g_variant_get (parameters, "(&s&s&s&s)", &what, &who, &why, &mode);
  g_assert_cmpstr (what, ==, "sleep");
  g_assert_cmpstr (mode, ==, "delay");
  g_assert_true (g_unix_open_pipe (logind->pipe, FD_CLOEXEC, NULL));
  g_assert_cmpint (g_unix_fd_list_append (list, logind->pipe[1], NULL), ==, 0);
  close (logind->pipe[1]);
  g_dbus_method_invocation_return_value_with_unix_fd_list (invocation, g_variant_new ("(h)", 0),
                                                           list);
  logind->asked++;
}

static gboolean
is_held (Logind *logind)
{
  GPollFD poll = {logind->pipe[0], G_IO_IN, 0};

  return g_poll (&poll, 1, 0) == 0;
}

static void
prepare_for_sleep (Logind *logind, gboolean begins)
{
  g_assert_true (g_dbus_connection_emit_signal (logind->bus, NULL, "/org/freedesktop/login1",
                                                "org.freedesktop.login1.Manager", "PrepareForSleep",
                                                g_variant_new ("(b)", begins), NULL));
}

static void
answer_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  *(gboolean *) data = TRUE;
}

static void
open_record (CitizSession *session)
{
  g_autoptr (CitizSecret) passphrase = citiz_secret_new_from_text ("sample");
  gboolean done = FALSE;

  if (citiz_session_get_state (session) == CITIZ_SESSION_OPEN)
    return;
  citiz_session_unlock_async (session, passphrase, NULL, answer_cb, &done);
  WAIT_FOR (done);
  g_assert_cmpint (citiz_session_get_state (session), ==, CITIZ_SESSION_OPEN);
}

static void
named_cb (GDBusConnection *bus, const gchar *name, gpointer named)
{
  *(gboolean *) named = TRUE;
}

/* --- an engine that is held up, to look while the keys are still there --- */

typedef struct
{
  GMutex mutex;
  GCond cond;
  gboolean go;
} Gate;

static gboolean
wait_at_gate (gpointer data)
{
  Gate *gate = data;

  g_mutex_lock (&gate->mutex);
  while (!gate->go)
    g_cond_wait (&gate->cond, &gate->mutex);
  g_mutex_unlock (&gate->mutex);
  return G_SOURCE_REMOVE;
}

static void
set_gate (Gate *gate, gboolean open)
{
  g_mutex_lock (&gate->mutex);
  gate->go = open;
  g_cond_signal (&gate->cond);
  g_mutex_unlock (&gate->mutex);
}

static gboolean
has_keys_work (CitizEngine *engine, gpointer data, GCancellable *cancellable, GError **error)
{
  *(gboolean *) data = engine->vault != NULL;
  return TRUE;
}

static gboolean
has_keys (CitizSession *session)
{
  gboolean has = TRUE;

  g_assert_true (citiz_engine_run_sync (session->engine, has_keys_work, &has, NULL));
  return has;
}

/* The delay is taken at start, given back once the keys are gone, and taken again at waking. */
static void
test_sleep (void)
{
  static const GDBusInterfaceVTable table = {logind_cb, NULL, NULL, {NULL}};
  g_autoptr (GTestDBus) bus = g_test_dbus_new (G_TEST_DBUS_NONE);
  g_autoptr (GDBusNodeInfo) info = g_dbus_node_info_new_for_xml (
      "<node><interface name='org.freedesktop.login1.Manager'><method name='Inhibit'>"
      "<arg type='s' direction='in'/><arg type='s' direction='in'/><arg type='s' direction='in'/>"
      "<arg type='s' direction='in'/><arg type='h' direction='out'/></method></interface></node>",
      NULL);
  g_autoptr (CitizSession) session = NULL;
  Logind logind = {.pipe = {-1, -1}};
  Gate gate = {0};
  gboolean named = FALSE;
  CitizSleep *sleep;

  g_test_dbus_up (bus);
  logind.bus = g_dbus_connection_new_for_address_sync (
      g_test_dbus_get_bus_address (bus),
      G_DBUS_CONNECTION_FLAGS_AUTHENTICATION_CLIENT
          | G_DBUS_CONNECTION_FLAGS_MESSAGE_BUS_CONNECTION,
      NULL, NULL, NULL);
  g_assert_nonnull (logind.bus);
  g_bus_own_name_on_connection (logind.bus, "org.freedesktop.login1", G_BUS_NAME_OWNER_FLAGS_NONE,
                                named_cb, NULL, &named, NULL);
  g_assert_cmpuint (g_dbus_connection_register_object (logind.bus, "/org/freedesktop/login1",
                                                       info->interfaces[0], &table, &logind, NULL,
                                                       NULL),
                    >, 0);
  WAIT_FOR (named);
  session = citiz_session_new_sample (CITIZ_LANGUAGE_EN);
  WAIT_FOR (citiz_session_get_state (session) == CITIZ_SESSION_OPEN);
  sleep = citiz_sleep_new (logind.bus, session);
  for (guint night = 1; night <= 2; night++)
    {
      open_record (session);
      g_assert_true (has_keys (session));
      WAIT_FOR (logind.asked == night && is_held (&logind));
      set_gate (&gate, FALSE);
      citiz_engine_do (session->engine, wait_at_gate, &gate);
      prepare_for_sleep (&logind, TRUE);
      WAIT_FOR (citiz_session_get_state (session) == CITIZ_SESSION_LOCKED);
      g_assert_true (is_held (&logind)); /* nothing is on screen any more, but the keys are there */
      set_gate (&gate, TRUE);
      WAIT_FOR (!is_held (&logind));
      g_assert_false (has_keys (session));
      close (logind.pipe[0]);
      prepare_for_sleep (&logind, FALSE);
    }
  WAIT_FOR (logind.asked == 3 && is_held (&logind));
  citiz_sleep_free (sleep);
  WAIT_FOR (!is_held (&logind));
  close (logind.pipe[0]);
  g_dbus_connection_close_sync (logind.bus, NULL, NULL);
  g_object_unref (logind.bus);
  g_test_dbus_down (bus);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_assert_true (citiz_crypto_init ());
  g_test_add_func ("/ui/sleep", test_sleep);
  return g_test_run ();
}
