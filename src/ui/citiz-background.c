/* Going on without a window, if the person agreed and the desktop lets us (org.freedesktop.portal.Background); the session is told
 * when the network is metered. SPDX-License-Identifier: AGPL-3.0-or-later */
#include "ui/citiz-background.h"

#include <glib/gi18n.h>

#define PORTAL    "org.freedesktop.portal.Desktop"
#define PORTAL_AT "/org/freedesktop/portal/desktop"
#define REQUEST   "org.freedesktop.portal.Request"

struct _CitizBackground
{
  CitizSession *session;
  GNetworkMonitor *
      network; /* NULL until there is a community: it asks the bus, and a start is not kept waiting */
  GCancellable *ended;
  GDBusConnection *bus;
  guint response;
  gboolean wanted; /* as last known: the setting is sealed while the record is locked */
};

static void
metered_cb (CitizBackground *self)
{
  citiz_session_set_metered (self->session, g_network_monitor_get_network_metered (self->network));
}

/* The desktop's answer: a program it stops anyway promises nothing. */
static void
response_cb (GDBusConnection *bus,
             const gchar *sender,
             const gchar *path,
             const gchar *interface,
             const gchar *signal,
             GVariant *parameters,
             gpointer data)
{
  CitizBackground *self = data;
  g_autoptr (GVariant) results = NULL;
  gboolean allowed = TRUE;
  guint32 code = 0;

  if (!g_variant_is_of_type (parameters, G_VARIANT_TYPE ("(ua{sv})")))
    return;
  g_variant_get (parameters, "(u@a{sv})", &code, &results);
  g_variant_lookup (results, "background", "b", &allowed);
  if ((code != 0 || !allowed) && citiz_session_get_state (self->session) == CITIZ_SESSION_OPEN)
    {
      json_t *off = json_false ();

      citiz_session_set_setting_async (self->session, "background", off, NULL, NULL, NULL);
      json_decref (off);
    }
}

static void
asked_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  CitizBackground *self = data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) answer
      = g_dbus_connection_call_finish (G_DBUS_CONNECTION (source), result, &error);
  const gchar *path;

  if (answer == NULL) /* no portal: nobody has to be asked; or freed */
    return;
  g_variant_get (answer, "(&o)", &path);
  if (self->response != 0)
    g_dbus_connection_signal_unsubscribe (self->bus, self->response);
  self->response = g_dbus_connection_signal_subscribe (self->bus, PORTAL, REQUEST, "Response", path,
                                                       NULL, G_DBUS_SIGNAL_FLAGS_NO_MATCH_RULE,
                                                       response_cb, self, NULL);
}

static void
bus_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (GError) error = NULL;
  GDBusConnection *bus = g_bus_get_finish (result, &error);
  CitizBackground *self = data;
  GVariantBuilder options;

  if (bus == NULL)
    return;
  g_clear_object (&self->bus);
  self->bus = bus;
  g_variant_builder_init (&options, G_VARIANT_TYPE_VARDICT);
  g_variant_builder_add (&options, "{sv}", "reason",
                         g_variant_new_string (_ ("Follows your community’s ledger")));
  g_dbus_connection_call (bus, PORTAL, PORTAL_AT, "org.freedesktop.portal.Background",
                          "RequestBackground", g_variant_new ("(sa{sv})", "", &options),
                          G_VARIANT_TYPE ("(o)"), G_DBUS_CALL_FLAGS_NO_AUTO_START, -1, self->ended,
                          asked_cb, self);
}

static void
watch_network (CitizBackground *self)
{
  self->network = g_object_ref (g_network_monitor_get_default ());
  g_signal_connect_swapped (self->network, "notify::network-metered", G_CALLBACK (metered_cb),
                            self);
  metered_cb (self);
}

static void
follow_setting (CitizBackground *self)
{
  const gboolean joined = citiz_session_get_community (self->session) != NULL;
  gboolean wanted;

  if (citiz_session_get_state (self->session) != CITIZ_SESSION_OPEN)
    return;
  if (joined && self->network == NULL)
    watch_network (self);
  wanted = json_is_true (citiz_session_get_setting (self->session, "background")) && joined;
  if (wanted && !self->wanted)
    g_bus_get (G_BUS_TYPE_SESSION, self->ended, bus_cb, self);
  self->wanted = wanted;
}

gboolean
citiz_background_is_wanted (CitizBackground *self)
{
  return self != NULL && self->wanted;
}

CitizBackground *
citiz_background_new (CitizSession *session)
{
  CitizBackground *self = g_new0 (CitizBackground, 1);

  self->session = session;
  self->ended = g_cancellable_new ();
  g_signal_connect_swapped (session, "settings-changed", G_CALLBACK (follow_setting), self);
  g_signal_connect_swapped (session, "community-changed", G_CALLBACK (follow_setting), self);
  return self;
}

void
citiz_background_free (CitizBackground *self)
{
  g_cancellable_cancel (self->ended);
  if (self->network != NULL)
    g_signal_handlers_disconnect_by_data (self->network, self);
  g_signal_handlers_disconnect_by_data (self->session, self);
  if (self->response != 0)
    g_dbus_connection_signal_unsubscribe (self->bus, self->response);
  g_clear_object (&self->bus);
  g_clear_object (&self->network);
  g_object_unref (self->ended);
  g_free (self);
}
