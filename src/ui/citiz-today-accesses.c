/* Today's last two groups: who has access now, who opened. SPDX-License-Identifier: AGPL-3.0-or-later */
#include <adwaita.h>
#include <glib/gi18n.h>

#include "ui/citiz-access-text.h"
#include "ui/citiz-acts.h"
#include "ui/citiz-bits.h"
#include "ui/citiz-countdown.h"
#include "ui/citiz-entry-row.h"
#include "ui/citiz-format.h"
#include "ui/citiz-item-row.h"
#include "ui/citiz-opening-row.h"
#include "ui/citiz-today-parts.h"
#include "ui/citiz-window.h"

#define OPENINGS_SEEN 3

/* --- revoking --- */

static void
revoke_cb (GtkWidget *button, gpointer data)
{
  CitizSession *session = g_object_get_data (G_OBJECT (button), "session");
  CitizAccess *access = data;

  citiz_act_revoke (button, session, &access->id);
}

/* What is left of it, and the way to end it. */
static void
add_left (GtkWidget *row, const CitizTodayView *view, CitizAccess *access)
{
  g_autofree gchar *left
      = citiz_format_remaining (citiz_session_now (view->session), access->expires);
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 0), *number = gtk_label_new (left);
  GtkWidget *revoke = gtk_button_new_with_label (_ ("Revoke")), *words;

  gtk_widget_add_css_class (number, "numeric");
  gtk_widget_add_css_class (number, "bold");
  gtk_label_set_xalign (GTK_LABEL (number), 1);
  words = citiz_caption_new (_ ("left"));
  gtk_label_set_xalign (GTK_LABEL (words), 1);
  gtk_label_set_wrap (GTK_LABEL (words), FALSE);
  gtk_box_append (GTK_BOX (box), number);
  gtk_box_append (GTK_BOX (box), words);
  citiz_entry_row_add_cell (CITIZ_ENTRY_ROW (row), box, 1, 74, left); /* the ring tells it, too */
  gtk_widget_add_css_class (revoke, "flat");
  gtk_widget_add_css_class (revoke, "danger-flat");
  gtk_widget_set_valign (revoke, GTK_ALIGN_CENTER);
  g_object_set_data_full (G_OBJECT (revoke), "session", g_object_ref (view->session),
                          g_object_unref);
  g_signal_connect_data (revoke, "clicked", G_CALLBACK (revoke_cb), g_object_ref (access),
                         (GClosureNotify) (void (*) (void)) g_object_unref, 0);
  adw_action_row_add_suffix (ADW_ACTION_ROW (row), revoke);
}

static GtkWidget *
access_row (const CitizTodayView *view, CitizAccess *access)
{
  CitizTime now = citiz_session_now (view->session);
  g_autofree gchar *until = citiz_access_until (access, now);
  GtkWidget *row = citiz_entry_row_new (_ ("Emergency access"), NULL, until);
  GtkWidget *ring = citiz_countdown_new ("citiz-emergency-symbolic", 42);

  citiz_countdown_set_fraction (CITIZ_COUNTDOWN (ring), citiz_access_left (access, now));
  gtk_widget_add_css_class (ring, "error");
  citiz_entry_row_set_prefix (CITIZ_ENTRY_ROW (row), ring);
  if (!access->ending)
    add_left (row, view, access);
  gtk_widget_add_css_class (row, "tall-row");
  return row;
}

GtkWidget *
citiz_today_accesses_new (const CitizTodayView *view)
{
  GListModel *all = citiz_session_get_accesses (view->session);
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 0),
            *list = citiz_list_new (_ ("Live accesses"));
  guint n = 0;

  for (guint i = 0; i < g_list_model_get_n_items (all); i++)
    {
      g_autoptr (CitizAccess) access = g_list_model_get_item (all, i);

      if (access->state != CITIZ_ACCESS_LIVE || !citiz_access_is_listed (access))
        continue;
      gtk_list_box_append (GTK_LIST_BOX (list), access_row (view, access));
      n++;
    }
  if (n == 0)
    gtk_list_box_append (GTK_LIST_BOX (list),
                         citiz_empty_row_new (_ ("Nobody can see your record."), NULL, NULL));
  gtk_box_append (GTK_BOX (box), citiz_heading_new (_ ("Live accesses"), NULL));
  gtk_box_append (GTK_BOX (box), list);
  return box;
}

GtkWidget *
citiz_today_openings_new (const CitizTodayView *view)
{
  GListModel *all = citiz_session_get_openings (view->session);
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 0),
            *list = citiz_list_new (_ ("Last openings"));
  guint n = MIN (g_list_model_get_n_items (all), OPENINGS_SEEN);

  for (guint i = 0; i < n; i++)
    {
      g_autoptr (CitizOpening) opening = g_list_model_get_item (all, i);

      gtk_list_box_append (GTK_LIST_BOX (list),
                           citiz_opening_row_new (view->session, opening, FALSE));
    }
  if (n == 0)
    gtk_list_box_append (GTK_LIST_BOX (list),
                         citiz_empty_row_new (_ ("Nobody has opened it yet."), NULL, NULL));
  gtk_box_append (
      GTK_BOX (box),
      citiz_heading_new (_ ("Last openings"),
                         n > 0 ? citiz_link_button_new (_ ("See all"), "win.page::access") : NULL));
  gtk_box_append (GTK_BOX (box), list);
  return box;
}
