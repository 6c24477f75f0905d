/* What vigilance saw, as rows of the Ledger page, and the evidence of it. SPDX-License-Identifier: AGPL-3.0-or-later */
#include "ui/citiz-ledger-alarms.h"

#include <glib/gi18n.h>

#include "ui/citiz-bits.h"
#include "ui/citiz-compat.h"
#include "ui/citiz-window.h"

/* By kind. */
static const struct
{
  const gchar *title, *icon, *style;
} kinds[] = {
    [CITIZ_ALARM_VIEW_FORK] = {N_ ("Two histories, both signed"), "citiz-alert-symbolic", "error"},
    [CITIZ_ALARM_VIEW_OTHER]
    = {N_ ("A history that nobody signed"), "citiz-alert-symbolic", "error"},
    [CITIZ_ALARM_VIEW_PAGE] = {N_ ("Another page for carers"), "citiz-alert-symbolic", "error"},
    [CITIZ_ALARM_VIEW_STALL] = {N_ ("Nothing becomes final"), "citiz-clock-symbolic", "warning"},
    [CITIZ_ALARM_VIEW_CLOCK] = {N_ ("A clock is far off"), "citiz-clock-symbolic", "warning"},
    [CITIZ_ALARM_VIEW_GIVEN] = {N_ ("A false part of a key"), "citiz-alert-symbolic", "error"},
    [CITIZ_ALARM_VIEW_COPY]
    = {N_ ("Another copy of this record is in use"), "citiz-alert-symbolic", "warning"},
};

/* --- read --- */

static void
dismissed_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (GtkWidget) row = data;
  g_autoptr (GError) error = NULL;

  if (!citiz_session_dismiss_alarm_finish (CITIZ_SESSION (source), result, &error))
    citiz_toast (row, citiz_session_explain (error));
}

/* The view of now: the one the row was made of may be gone. */
static void
dismiss_cb (GtkWidget *row, GtkWidget *button)
{
  CitizSession *session = g_object_get_data (G_OBJECT (row), "citiz-session");
  const CitizCommunityView *view = citiz_session_get_community (session);
  const gchar *url = g_object_get_data (G_OBJECT (row), "citiz-url");
  const guint kind = GPOINTER_TO_UINT (g_object_get_data (G_OBJECT (row), "citiz-kind"));

  for (guint i = 0; view != NULL && i < view->alarms->len; i++)
    {
      const CitizAlarmView *alarm = view->alarms->pdata[i];

      if (alarm->kind == kind && g_str_equal (alarm->url, url))
        {
          citiz_session_dismiss_alarm_async (session, alarm, NULL, dismissed_cb,
                                             g_object_ref (row));
          return;
        }
    }
}

GtkWidget *
citiz_alarm_row_new (CitizSession *session, const CitizAlarmView *alarm)
{
  g_autofree gchar *text = citiz_session_explain_alarm (alarm);
  GtkWidget *row = citiz_words_row_new (kinds[alarm->kind].icon, kinds[alarm->kind].style,
                                        _ (kinds[alarm->kind].title), text);
  GtkWidget *read = citiz_icon_button_new ("citiz-check-symbolic", _ ("I have read this"), NULL);

  g_object_set_data_full (G_OBJECT (row), "citiz-session", g_object_ref (session), g_object_unref);
  g_object_set_data_full (G_OBJECT (row), "citiz-url", g_strdup (alarm->url), g_free);
  g_object_set_data (G_OBJECT (row), "citiz-kind", GUINT_TO_POINTER (alarm->kind));
  g_signal_connect_object (read, "clicked", G_CALLBACK (dismiss_cb), row, G_CONNECT_SWAPPED);
  adw_action_row_add_suffix (ADW_ACTION_ROW (row), read);
  return row;
}

/* --- founded anew --- */

static void
accepted_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (GtkWidget) row = data;
  g_autoptr (GError) error = NULL;

  if (!citiz_session_accept_refound_finish (CITIZ_SESSION (source), result, &error))
    citiz_toast (row, citiz_session_explain (error));
}

/* What was read, and nothing that has come in its place meanwhile. */
static void
accept_cb (gpointer row)
{
  citiz_session_accept_refound_async (g_object_get_data (row, "citiz-session"),
                                      g_object_get_data (row, "citiz-document"), NULL, accepted_cb,
                                      g_object_ref (row));
}

static void
refused_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (GtkWidget) row = data;
  g_autoptr (GError) error = NULL;

  if (!citiz_session_refuse_refound_finish (CITIZ_SESSION (source), result, &error))
    citiz_toast (row, citiz_session_explain (error));
}

static void
refuse_cb (gpointer row)
{
  citiz_session_refuse_refound_async (g_object_get_data (row, "citiz-session"),
                                      g_object_get_data (row, "citiz-document"), NULL, refused_cb,
                                      g_object_ref (row));
}

/* No rule proves it: Enter does not accept. Who has said no is only asked whether they still do. */
static void
ask_cb (GtkWidget *row)
{
  const gchar *heading = _ ("Go on with the New Founding?");
  const gchar *text = g_object_get_data (G_OBJECT (row), "citiz-text");

  if (g_object_get_data (G_OBJECT (row), "citiz-refused") != NULL)
    citiz_compat_ask_or (row, heading, text, _ ("_Stay"), _ ("_Go On with Them"), TRUE, accept_cb,
                         row);
  else
    citiz_compat_ask_both (row, heading, text, _ ("_Stay Where I Am"), refuse_cb,
                           _ ("_Go On with Them"), accept_cb, row);
}

static GtkWidget *
refound_words_new (const CitizRefoundView *refound)
{
  g_autofree gchar *name = citiz_session_refound_name (refound);
  g_autofree gchar *text = g_strdup_printf (
      refound->refused
          ? _ ("You did not follow the new founding %s. You may also leave the community.")
          : _ ("Those who are left of its nodes go on without the others. You decide "
               "whether you follow them; its name is %s."),
      name);

  return refound->refused ? citiz_words_row_new ("citiz-people-symbolic", "neutral",
                                                 _ ("You stay where you are"), text)
                          : citiz_words_row_new ("citiz-people-symbolic", "warning",
                                                 _ ("Your community was founded anew"), text);
}

GtkWidget *
citiz_refound_row_new (CitizSession *session, const CitizRefoundView *refound)
{
  GtkWidget *row = refound_words_new (refound);
  GtkWidget *look = citiz_button_new (refound->refused ? _ ("_Look Again…") : _ ("_Look…"));

  g_object_set_data_full (G_OBJECT (row), "citiz-session", g_object_ref (session), g_object_unref);
  g_object_set_data_full (G_OBJECT (row), "citiz-document",
                          g_memdup2 (&refound->document, sizeof refound->document), g_free);
  g_object_set_data_full (G_OBJECT (row), "citiz-text", citiz_session_explain_refound (refound),
                          g_free);
  g_object_set_data (G_OBJECT (row), "citiz-refused", GINT_TO_POINTER (refound->refused));
  gtk_widget_set_valign (look, GTK_ALIGN_CENTER);
  g_signal_connect_object (look, "clicked", G_CALLBACK (ask_cb), row, G_CONNECT_SWAPPED);
  adw_action_row_add_suffix (ADW_ACTION_ROW (row), look);
  return row;
}

/* --- evidence --- */

/* The row may be made anew meanwhile: what is asked goes with the window, and is answered for it. */

static void
saved_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (GtkWidget) window = data;
  g_autoptr (GError) error = NULL;
  gboolean saved = citiz_session_export_evidence_finish (CITIZ_SESSION (source), result, &error);

  citiz_toast (window, saved ? _ ("Evidence saved") : citiz_session_explain (error));
}

static void
file_cb (GFile *file, gpointer window)
{
  citiz_session_export_evidence_async (g_object_get_data (window, "citiz-session"), file, NULL,
                                       saved_cb, g_object_ref (window));
}

static void
choose_cb (gpointer window)
{
  citiz_compat_save_file (window, _ ("Save the Evidence"), _ ("citiz-evidence.json"), file_cb,
                          window, NULL);
}

/* What is in the file, before it leaves. */
static void
save_cb (GtkWidget *row)
{
  const gboolean names_access = g_object_get_data (G_OBJECT (row), "citiz-names-access") != NULL;
  CitizSession *session = g_object_get_data (G_OBJECT (row), "citiz-session");
  GtkWidget *window = GTK_WIDGET (gtk_widget_get_root (row));

  g_object_set_data_full (G_OBJECT (window), "citiz-session", g_object_ref (session),
                          g_object_unref);
  citiz_compat_ask (row, _ ("Save the Evidence?"),
                    names_access
                        ? _ ("Anyone who has the ledger can check it. Of yours it has the number "
                             "of an access, nothing of your record.")
                        : _ ("Anyone can check it. Nothing in it is yours."),
                    _ ("_Save…"), FALSE, choose_cb, window);
}

GtkWidget *
citiz_evidence_row_new (CitizSession *session, gboolean names_access)
{
  GtkWidget *row = citiz_words_row_new ("citiz-document-symbolic", "neutral", _ ("Evidence kept"),
                                        _ ("Proven by their own signatures"));
  GtkWidget *save = citiz_button_new (_ ("_Save…"));

  g_object_set_data_full (G_OBJECT (row), "citiz-session", g_object_ref (session), g_object_unref);
  g_object_set_data (G_OBJECT (row), "citiz-names-access", GINT_TO_POINTER (names_access));
  gtk_widget_set_valign (save, GTK_ALIGN_CENTER);
  g_signal_connect_object (save, "clicked", G_CALLBACK (save_cb), row, G_CONNECT_SWAPPED);
  adw_action_row_add_suffix (ADW_ACTION_ROW (row), save);
  return row;
}
