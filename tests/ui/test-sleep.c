/* Going to sleep, before a logind of the test's own. SPDX-License-Identifier: AGPL-3.0-or-later */
#include <gio/gunixfdlist.h>
#include <glib-unix.h>
#include <glib/gstdio.h>
#include <unistd.h>

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
named_cb (GDBusConnection *bus, const gchar *name, gpointer named)
{
  *(gboolean *) named = TRUE;
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
  g_autofree gchar *folder = g_dir_make_tmp ("citiz-sleep-XXXXXX", NULL);
  Logind logind = {.pipe = {-1, -1}};
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
  session = citiz_session_new (folder);
  sleep = citiz_sleep_new (logind.bus, session);
  for (guint night = 1; night <= 2; night++)
    {
      WAIT_FOR (logind.asked == night && is_held (&logind));
      prepare_for_sleep (&logind, TRUE);
      WAIT_FOR (!is_held (&logind));
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
  g_rmdir (folder);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_assert_true (citiz_crypto_init ());
  g_test_add_func ("/ui/sleep", test_sleep);
  return g_test_run ();
}
