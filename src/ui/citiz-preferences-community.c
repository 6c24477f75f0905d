/* Preferences about the community: joining and leaving, going on without a window, networks that cost money.
 * SPDX-License-Identifier: AGPL-3.0-or-later */
#include "ui/citiz-preferences-community.h"
#include "ui/citiz-acts.h"

#include <glib/gi18n.h>

#include "ui/citiz-community-dialog.h"
#include "ui/citiz-ledger-alarms.h"
#include "ui/citiz-row.h"
#include "ui/citiz-switch-row.h"

#define KEY "citiz-setting"

static void
switched_cb (CitizSwitchRow *row, GParamSpec *pspec, CitizSession *session)
{
  const gchar *key = g_object_get_data (G_OBJECT (row), KEY);
  const gboolean on = citiz_switch_row_get_active (row);

  if (on != json_is_true (citiz_session_get_setting (session, key)))
    citiz_act_set (GTK_WIDGET (row), session, key, json_boolean (on));
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

  adw_action_row_set_subtitle_lines (ADW_ACTION_ROW (row), 0);
  g_object_set_data (G_OBJECT (row), KEY, (gpointer) key);
  g_signal_connect_object (row, "notify::active", G_CALLBACK (switched_cb), session, 0);
  g_signal_connect_object (session, "settings-changed", G_CALLBACK (setting_cb), row, 0);
  return row;
}

GtkWidget *
citiz_background_row_new (CitizSession *session)
{
  return row_new (
      session, "background", _ ("Go on when the window is closed"),
      _ ("Your record is locked; Citiz follows the community’s ledger and sends what waits"));
}

/* --- which community --- */

static void
join_cb (GtkWidget *row, CitizSession *session)
{
  citiz_join_show (row, session, NULL);
}

static void
leave_cb (GtkWidget *row, CitizSession *session)
{
  citiz_leave_ask (row, session);
}

typedef struct
{
  GtkWidget *here, *words, *join, *leave; /* who one is with, or how one joins */
  GtkWidget *more;                        /* what only a member chooses */
  GtkWidget *asked;   /* (nullable): a founding anew that waits for the answer */
  CitizHash document; /* which one */
  gboolean refused;   /* and that it was answered with no */
} Rows;

/* The same question as on the Ledger page. Made anew only when it is another one. */
static void
follow_question (CitizSession *session, AdwPreferencesGroup *group, const CitizRefoundView *refound)
{
  Rows *rows = g_object_get_data (G_OBJECT (group), "citiz-rows");

  if (rows->asked != NULL && refound != NULL
      && citiz_hash_equal (&rows->document, &refound->document)
      && rows->refused == refound->refused)
    return;
  if (rows->asked != NULL)
    adw_preferences_group_remove (group, rows->asked);
  rows->asked = refound != NULL ? citiz_refound_row_new (session, refound) : NULL;
  if (rows->asked == NULL)
    return;
  rows->document = refound->document;
  rows->refused = refound->refused;
  adw_preferences_group_add (group, rows->asked);
}

static void
follow_community (CitizSession *session, GtkWidget *group)
{
  const Rows *rows = g_object_get_data (G_OBJECT (group), "citiz-rows");
  const CitizCommunityView *view = citiz_session_get_community (session);

  gtk_widget_set_visible (rows->join, view == NULL);
  gtk_widget_set_visible (rows->here, view != NULL);
  gtk_widget_set_visible (rows->words, view != NULL && view->fingerprint[0] != '\0');
  gtk_widget_set_visible (rows->leave, view != NULL);
  gtk_widget_set_visible (rows->more, view != NULL);
  if (view != NULL)
    {
      g_autofree gchar *sentence = citiz_session_explain_community (view);

      adw_preferences_row_set_title (ADW_PREFERENCES_ROW (rows->here), view->name);
      adw_action_row_set_subtitle (ADW_ACTION_ROW (rows->here), sentence);
      adw_preferences_row_set_title (ADW_PREFERENCES_ROW (rows->words), view->fingerprint);
    }
  follow_question (session, ADW_PREFERENCES_GROUP (group), view != NULL ? view->refound : NULL);
}

static GtkWidget *
opening_row (CitizSession *session,
             const gchar *icon,
             const gchar *title,
             const gchar *subtitle,
             GCallback pressed)
{
  GtkWidget *row = citiz_row_new (title, subtitle);

  adw_action_row_set_subtitle_lines (ADW_ACTION_ROW (row), 0);
  citiz_row_set_prefix (CITIZ_ROW (row), icon, "neutral");
  citiz_row_set_opens (CITIZ_ROW (row), TRUE);
  g_signal_connect_object (row, "opened", pressed, session, 0);
  return row;
}

void
citiz_preferences_community_fill (AdwPreferencesPage *page, CitizSession *session)
{
  AdwPreferencesGroup *group = ADW_PREFERENCES_GROUP (adw_preferences_group_new ());
  AdwPreferencesGroup *more = ADW_PREFERENCES_GROUP (adw_preferences_group_new ());
  Rows *rows = g_new0 (Rows, 1);

  rows->more = GTK_WIDGET (more);
  rows->here = citiz_row_new ("", "");
  citiz_row_set_prefix (CITIZ_ROW (rows->here), "citiz-people-symbolic", "accent");
  rows->words
      = citiz_row_new ("", _ ("Its fingerprint: whoever invited you reads the same six words"));
  citiz_row_set_prefix (CITIZ_ROW (rows->words), "citiz-words-symbolic", "neutral");
  rows->join = opening_row (session, "citiz-people-symbolic", _ ("Join a community…"),
                            _ ("With an invitation: the accesses you give then open with this "
                               "computer on or off"),
                            G_CALLBACK (join_cb));
  rows->leave = opening_row (session, "citiz-cross-symbolic", _ ("Leave the community…"),
                             _ ("Nothing of your record is lost"), G_CALLBACK (leave_cb));
  g_object_set_data_full (G_OBJECT (group), "citiz-rows", rows, g_free);
  adw_preferences_group_add (group, rows->here);
  adw_preferences_group_add (group, rows->words);
  adw_preferences_group_add (group, rows->join);
  adw_preferences_group_add (group, rows->leave);
  adw_preferences_group_add (more, citiz_background_row_new (session));
  adw_preferences_group_add (more,
                             row_new (session, "sync-metered", _ ("Follow on metered networks"),
                                      _ ("Also where what is received costs money")));
  adw_preferences_page_add (page, group);
  adw_preferences_page_add (page, more);
  g_signal_connect_object (session, "community-changed", G_CALLBACK (follow_community), group, 0);
  follow_community (session, GTK_WIDGET (group));
}
