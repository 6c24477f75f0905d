/* The application: start, the emergency action of the launcher, notices of openings, locking.
 * SPDX-License-Identifier: AGPL-3.0-or-later */
#include "ui/citiz-application.h"

#include "app/citiz-session.h"
#include "ui/citiz-background.h"
#include "ui/citiz-format.h"
#include "ui/citiz-sleep.h"
#include "ui/citiz-window.h"

#include "config.h"

#include <glib/gi18n.h>

/* What the desktop tells about the person being away, so that the record locks. */
static const struct
{
  GBusType bus;
  const gchar *name, *interface, *signal;
} away_signals[] = {
    {G_BUS_TYPE_SESSION, "org.gnome.ScreenSaver", "org.gnome.ScreenSaver", "ActiveChanged"},
    {G_BUS_TYPE_SESSION, "org.freedesktop.ScreenSaver", "org.freedesktop.ScreenSaver",
     "ActiveChanged"},
    {G_BUS_TYPE_SYSTEM, "org.freedesktop.login1", "org.freedesktop.login1.Manager",
     "PrepareForSleep"},
};

struct _CitizApplication
{
  AdwApplication parent_instance;

  CitizSession *session;
  GDBusConnection *buses[G_N_ELEMENTS (away_signals)];
  guint watches[G_N_ELEMENTS (away_signals)];
  CitizSleep *sleep;
  CitizBackground *background;
  gchar *folder;
  gboolean held; /* no window, and something goes on: an access is answered, a community followed */
};

G_DEFINE_FINAL_TYPE (CitizApplication, citiz_application, ADW_TYPE_APPLICATION)

static void
let_go (CitizApplication *self)
{
  if (!self->held)
    return;
  self->held = FALSE;
  g_application_release (G_APPLICATION (self));
}

static CitizWindow *
ensure_window (CitizApplication *self)
{
  GtkWindow *window = gtk_application_get_active_window (GTK_APPLICATION (self));

  if (window == NULL)
    window = GTK_WINDOW (citiz_window_new (GTK_APPLICATION (self), self->session));
  let_go (self);
  gtk_window_present (window);
  return CITIZ_WINDOW (window);
}

static gchar *
describe_opening (CitizOpening *opening)
{
  GString *text = g_string_new (opening->name[0] != '\0' ? opening->name : _ ("Name not given"));

  if (opening->place[0] != '\0')
    g_string_append_printf (text, " · %s", opening->place);
  return g_string_free (text, FALSE);
}

/* By kind of opening. */
static const gchar *const opening_titles[] = {
    [CITIZ_OPENING_READ] = N_ ("Your record was opened"),
    [CITIZ_OPENING_CODE_FAILED] = N_ ("Somebody tried a wrong code"),
    [CITIZ_OPENING_NOTE] = N_ ("You were left a note"),
};

/* The notice on the desktop: who and where, never anything of the record. */
static void
opened_cb (CitizApplication *self, CitizOpening *opening)
{
  g_autoptr (GNotification) notification = g_notification_new (_ (opening_titles[opening->kind]));
  g_autofree gchar *body = describe_opening (opening);
  g_autofree gchar *id = citiz_id_to_hex (&opening->id);

  if (opening->kind != CITIZ_OPENING_CODE_FAILED)
    g_notification_set_body (notification, body);
  g_notification_set_priority (notification, G_NOTIFICATION_PRIORITY_HIGH);
  g_notification_set_default_action (notification, "app.show-access");
  g_application_send_notification (G_APPLICATION (self), id, notification);
}

static void
show_access_action (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  citiz_window_show_page (ensure_window (data), "access");
}

static void
emergency_action (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  citiz_window_press_emergency (ensure_window (data));
}

/* Somebody opened while the record is locked: that it happened is said at once, who it was when the record is open again. */
static void
opened_locked_cb (CitizApplication *self, gint kind)
{
  g_autoptr (GNotification) notification = g_notification_new (_ (opening_titles[kind]));

  g_notification_set_body (notification, _ ("Unlock Citiz to see who."));
  g_notification_set_priority (notification, G_NOTIFICATION_PRIORITY_HIGH);
  g_notification_set_default_action (notification, "app.show-access");
  g_application_send_notification (G_APPLICATION (self), "locked", notification);
}

static void
serving_cb (CitizApplication *self)
{
  if (!citiz_session_get_serving (self->session) && !citiz_background_is_wanted (self->background))
    let_go (self);
}

/* A doctor's 24 hours do not end because a window was closed: the record locks, the node goes on, and the person is told. Where they
 * agreed, a community is followed as well. */
static void
window_removed_cb (CitizApplication *self)
{
  const gboolean live = citiz_session_get_needed (self->session);
  g_autoptr (GNotification) notification = NULL;

  if (gtk_application_get_windows (GTK_APPLICATION (self)) != NULL || self->held
      || (!live && !citiz_background_is_wanted (self->background)))
    return;
  self->held = TRUE;
  g_application_hold (G_APPLICATION (self));
  citiz_session_lock (self->session);
  if (!live)
    return;
  notification = g_notification_new (_ ("Your access stays open"));
  g_notification_set_body (
      notification,
      _ ("Your record is locked. Citiz goes on answering until the access ends; open Citiz to revoke it."));
  g_application_send_notification (G_APPLICATION (self), "serving", notification);
}

/* With a live access, quitting closes the windows; the access is ended by revoking it. */
static void
quit_action (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  CitizApplication *self = data;
  GtkWindow *window;

  if (!citiz_session_get_needed (self->session))
    g_application_quit (data);
  while ((window = gtk_application_get_active_window (data)) != NULL)
    gtk_window_destroy (window);
}

static void
about_action (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  adw_show_about_window (
      gtk_application_get_active_window (data), "application-name", "Citiz", "application-icon",
      CITIZ_APP_ID, "version", CITIZ_VERSION, "developer-name", _ ("The Citiz community"),
      "license-type", GTK_LICENSE_AGPL_3_0, "comments",
      _ ("Your health record, and who sees it.\n\nFood names and portions: Canadian Nutrient File, Health Canada, 2015 "
         "(Open Government Licence – Canada). Values: USDA SR28. Measures are named with LOINC codes."),
      NULL);
}

static void
away_cb (GDBusConnection *bus,
         const gchar *sender,
         const gchar *path,
         const gchar *interface,
         const gchar *signal,
         GVariant *parameters,
         gpointer data)
{
  CitizApplication *self = data;
  gboolean active = FALSE;
  GtkWindow *window;

  if (g_variant_is_of_type (parameters, G_VARIANT_TYPE ("(b)")))
    g_variant_get (parameters, "(b)", &active);
  if (!active)
    return;
  window = gtk_application_get_active_window (GTK_APPLICATION (self));
  if (window == NULL || !gtk_widget_activate_action (GTK_WIDGET (window), "win.lock-away", NULL))
    citiz_session_lock (self->session);
}

typedef struct
{
  CitizApplication *app;
  guint index;
} Watch;

/* A bus that is not there only means one reason less to lock. */
static void
bus_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autofree Watch *watch = data;
  g_autoptr (CitizApplication) self = watch->app;
  guint i = watch->index;

  self->buses[i] = g_bus_get_finish (result, NULL);
  if (self->buses[i] != NULL)
    self->watches[i] = g_dbus_connection_signal_subscribe (
        self->buses[i], away_signals[i].name, away_signals[i].interface, away_signals[i].signal,
        NULL, NULL, G_DBUS_SIGNAL_FLAGS_NONE, away_cb, self, NULL);
  if (self->buses[i] != NULL && away_signals[i].bus == G_BUS_TYPE_SYSTEM && self->sleep == NULL)
    self->sleep = citiz_sleep_new (self->buses[i], self->session);
}

static void
watch_away (CitizApplication *self)
{
  for (guint i = 0; i < G_N_ELEMENTS (away_signals); i++)
    {
      Watch *watch = g_new (Watch, 1);

      watch->app = g_object_ref (self);
      watch->index = i;
      g_bus_get (away_signals[i].bus, NULL, bus_cb, watch);
    }
}

static void
citiz_application_startup (GApplication *app)
{
  static const GActionEntry actions[] = {
      {"emergency", emergency_action},
      {"show-access", show_access_action},
      {"about", about_action},
      {"quit", quit_action},
  };
  CitizApplication *self = CITIZ_APPLICATION (app);

  citiz_ui_init ();
  G_APPLICATION_CLASS (citiz_application_parent_class)->startup (app);
  g_action_map_add_action_entries (G_ACTION_MAP (app), actions, G_N_ELEMENTS (actions), app);
  self->session = citiz_session_new (self->folder);
  self->background = citiz_background_new (self->session);
  g_signal_connect_object (self->session, "opened", G_CALLBACK (opened_cb), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (self->session, "opened-locked", G_CALLBACK (opened_locked_cb), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (self->session, "notify::serving", G_CALLBACK (serving_cb), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect (self, "window-removed", G_CALLBACK (window_removed_cb), NULL);
  watch_away (self);
}

static void
citiz_application_activate (GApplication *app)
{
  ensure_window (CITIZ_APPLICATION (app));
}

/* Files to import, and invitations: "citiz:join?…", or the link of one. */
static void
citiz_application_open (GApplication *app, GFile **files, gint n_files, const gchar *hint)
{
  CitizWindow *window = ensure_window (CITIZ_APPLICATION (app));
  g_autoptr (GListStore) imports = g_list_store_new (G_TYPE_FILE);

  for (gint i = 0; i < n_files; i++)
    {
      g_autofree gchar *uri = g_file_get_uri (files[i]);

      if (g_file_has_uri_scheme (files[i], "citiz") || g_file_has_uri_scheme (files[i], "https")
          || g_file_has_uri_scheme (files[i], "http"))
        citiz_window_join (window, uri);
      else
        g_list_store_append (imports, files[i]);
    }
  if (g_list_model_get_n_items (G_LIST_MODEL (imports)) > 0)
    citiz_window_import (window, G_LIST_MODEL (imports));
}

static gint
handle_local_options (GApplication *app, GVariantDict *options)
{
  CitizApplication *self = CITIZ_APPLICATION (app);
  g_autoptr (GError) error = NULL;

  g_variant_dict_lookup (options, "folder", "^ay", &self->folder);
  if (self->folder == NULL)
    self->folder = g_build_filename (g_get_user_data_dir (), "citiz", NULL);
  if (!g_variant_dict_contains (options, "emergency"))
    return -1;
  if (!g_application_register (app, NULL, &error))
    {
      g_printerr ("%s\n", error->message);
      return 1;
    }
  g_action_group_activate_action (G_ACTION_GROUP (app), "emergency", NULL);
  return g_application_get_is_remote (app) ? 0 : -1;
}

static void
citiz_application_shutdown (GApplication *app)
{
  CitizApplication *self = CITIZ_APPLICATION (app);

  for (guint i = 0; i < G_N_ELEMENTS (away_signals); i++)
    if (self->watches[i] != 0)
      g_dbus_connection_signal_unsubscribe (self->buses[i], self->watches[i]);
  g_clear_pointer (&self->sleep, citiz_sleep_free);
  g_clear_pointer (&self->background, citiz_background_free);
  if (self->session != NULL)
    citiz_session_lock (self->session);
  G_APPLICATION_CLASS (citiz_application_parent_class)->shutdown (app);
}

static void
citiz_application_finalize (GObject *object)
{
  CitizApplication *self = CITIZ_APPLICATION (object);

  for (guint i = 0; i < G_N_ELEMENTS (away_signals); i++)
    g_clear_object (&self->buses[i]);
  g_clear_object (&self->session);
  g_free (self->folder);
  G_OBJECT_CLASS (citiz_application_parent_class)->finalize (object);
}

static void
citiz_application_class_init (CitizApplicationClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = citiz_application_finalize;
  G_APPLICATION_CLASS (klass)->startup = citiz_application_startup;
  G_APPLICATION_CLASS (klass)->activate = citiz_application_activate;
  G_APPLICATION_CLASS (klass)->open = citiz_application_open;
  G_APPLICATION_CLASS (klass)->handle_local_options = handle_local_options;
  G_APPLICATION_CLASS (klass)->shutdown = citiz_application_shutdown;
}

static void
citiz_application_init (CitizApplication *self)
{
  static const GOptionEntry options[] = {
      {"emergency", 0, 0, G_OPTION_ARG_NONE, NULL, N_ ("Give an emergency access at once"), NULL},
      {"folder", 0, 0, G_OPTION_ARG_FILENAME, NULL, N_ ("Folder of the record"), "DIR"},
      G_OPTION_ENTRY_NULL,
  };

  g_application_add_main_option_entries (G_APPLICATION (self), options);
}

CitizApplication *
citiz_application_new (void)
{
  CitizApplication *self = g_object_new (CITIZ_TYPE_APPLICATION, "application-id", CITIZ_APP_ID,
                                         "flags", G_APPLICATION_HANDLES_OPEN, NULL);

  /* Else the toolkit adds a folder of icons, and reads all icon themes again, on this thread, which another has read already. */
  g_application_set_resource_base_path (G_APPLICATION (self), NULL);
  return self;
}
