/* Preferences of who belongs to a community: going on without a window, networks that cost money.
 * SPDX-License-Identifier: AGPL-3.0-or-later */
#include "ui/citiz-preferences-community.h"

#include <glib/gi18n.h>

#include "ui/citiz-switch-row.h"

#define KEY "citiz-setting"

static void
switched_cb (CitizSwitchRow *row, GParamSpec *pspec, CitizSession *session)
{
  const gchar *key = g_object_get_data (G_OBJECT (row), KEY);
  const gboolean on = citiz_switch_row_get_active (row);
  json_t *value;

  if (on == json_is_true (citiz_session_get_setting (session, key)))
    return;
  value = json_boolean (on);
  citiz_session_set_setting_async (session, key, value, NULL, NULL, NULL);
  json_decref (value);
}

/* Elsewhere too: the desktop may refuse that a program goes on. */
static void
follow_setting (GtkWidget *row, CitizSession *session)
{
  const gchar *key = g_object_get_data (G_OBJECT (row), KEY);

  g_object_set (row, "active", json_is_true (citiz_session_get_setting (session, key)), NULL);
}

static void
setting_cb (CitizSession *session, GtkWidget *row)
{
  follow_setting (row, session);
}

static GtkWidget *
row_new (CitizSession *session, const gchar *key, const gchar *title, const gchar *subtitle)
{
  GtkWidget *row = citiz_switch_row_new (title, subtitle,
                                         json_is_true (citiz_session_get_setting (session, key)));

  adw_action_row_set_subtitle_lines (ADW_ACTION_ROW (row), 3);
  g_object_set_data (G_OBJECT (row), KEY, (gpointer) key);
  g_signal_connect_object (row, "notify::active", G_CALLBACK (switched_cb), session, 0);
  g_signal_connect_object (session, "settings-changed", G_CALLBACK (setting_cb), row, 0);
  return row;
}

static void
community_cb (CitizSession *session, GtkWidget *group)
{
  gtk_widget_set_visible (group, citiz_session_get_community (session) != NULL);
}

AdwPreferencesGroup *
citiz_preferences_community_new (CitizSession *session)
{
  GtkWidget *group = adw_preferences_group_new ();
  AdwPreferencesGroup *self = ADW_PREFERENCES_GROUP (group);

  adw_preferences_group_set_title (self, _ ("Community"));
  adw_preferences_group_add (
      self,
      row_new (
          session, "background", _ ("Go on when the window is closed"),
          _ ("Your record is locked; Citiz follows the community’s ledger and sends what waits")));
  adw_preferences_group_add (self,
                             row_new (session, "sync-metered", _ ("Follow on metered networks"),
                                      _ ("Also where what is received costs money")));
  g_signal_connect_object (session, "community-changed", G_CALLBACK (community_cb), group, 0);
  community_cb (session, group);
  return self;
}
