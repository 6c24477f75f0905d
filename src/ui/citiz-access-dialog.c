/* The detail of one access. SPDX-License-Identifier: AGPL-3.0-or-later */
#include "ui/citiz-access-dialog.h"
#include "ui/citiz-acts.h"

#include <glib/gi18n.h>

#include "ui/citiz-access-text.h"
#include "ui/citiz-bits.h"
#include "ui/citiz-format.h"
#include "ui/citiz-opening-row.h"
#include "ui/citiz-receipt.h"
#include "ui/citiz-window.h"

typedef struct
{
  CitizSession *session;
  CitizAccess *access;
} Subject;

static void
subject_free (gpointer data, GClosure *closure)
{
  Subject *subject = data;

  g_object_unref (subject->session);
  g_object_unref (subject->access);
  g_free (subject);
}

static void
receipt_cb (GtkWidget *button, Subject *subject)
{
  citiz_receipt_save (button, subject->session, subject->access);
}

static void
revoke_cb (GtkWidget *button, Subject *subject)
{
  GtkWindow *window = GTK_WINDOW (gtk_widget_get_root (button));

  citiz_act_revoke (GTK_WIDGET (gtk_window_get_transient_for (window)), subject->session,
                    &subject->access->id);
  gtk_window_close (window);
}

static GtkWidget *
add_fact (GtkWidget *list, const gchar *icon, const gchar *what, const gchar *value)
{
  GtkWidget *row = citiz_row_new (what, value);

  adw_action_row_set_subtitle_lines (ADW_ACTION_ROW (row), 0);
  citiz_row_set_prefix (CITIZ_ROW (row), icon, "neutral");
  gtk_list_box_append (GTK_LIST_BOX (list), row);
  return row;
}

static GtkWidget *
facts (CitizSession *session, CitizAccess *access)
{
  CitizTime now = citiz_session_now (session);
  g_autofree gchar *given = citiz_format_date_time_ms (access->given, now);
  const gboolean live = access->state == CITIZ_ACCESS_LIVE;
  g_autofree gchar *ending
      = live ? citiz_format_date_time_ms (access->expires, now) : citiz_access_ending (access, now);
  g_autofree gchar *first = citiz_format_capital (given);
  g_autofree gchar *last = citiz_format_capital (ending);
  g_autofree gchar *height = NULL, *block = NULL, *erased = NULL;
  GtkWidget *row, *list = citiz_list_new (_ ("Access"));

  add_fact (list, "citiz-access-symbolic", _ ("Given"), first);
  if (!access->ending)
    add_fact (list, "citiz-clock-symbolic", live ? _ ("Until") : _ ("Ended"), last);
  height = citiz_format_number ((gdouble) access->height, 0);
  block = g_strdup_printf (_ ("Block %s"), height);
  row = add_fact (list, "citiz-ledger-symbolic", _ ("Entry in the ledger"), block);
  if (access->tx != NULL)
    citiz_row_set_number (CITIZ_ROW (row), block, access->tx);
  erased = citiz_session_explain_erased (access);
  if (erased != NULL)
    add_fact (list, "citiz-shown-symbolic", _ ("Nodes"), erased);
  return list;
}

static GtkWidget *
openings (CitizSession *session, CitizAccess *access)
{
  GListModel *model = citiz_session_get_openings (session);
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 0);
  GtkWidget *list = citiz_list_new (_ ("Who opened"));

  gtk_box_append (GTK_BOX (box), citiz_heading_new (_ ("Who opened"), NULL));
  gtk_box_append (GTK_BOX (box), list);
  for (guint i = 0; i < g_list_model_get_n_items (model); i++)
    {
      g_autoptr (CitizOpening) opening = g_list_model_get_item (model, i);

      if (citiz_id_equal (&opening->access, &access->id))
        gtk_list_box_append (GTK_LIST_BOX (list), citiz_opening_row_new (session, opening, FALSE));
    }
  if (gtk_list_box_get_row_at_index (GTK_LIST_BOX (list), 0) == NULL)
    add_fact (list, "citiz-shown-symbolic", _ ("Nobody"), _ ("This access was never opened"));
  return box;
}

static GtkWidget *
contents (CitizAccess *access)
{
  g_autoptr (GPtrArray) lines = citiz_access_lines (access);
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 0);
  GtkWidget *list = citiz_list_new (_ ("What could be seen"));

  gtk_box_append (GTK_BOX (box), citiz_heading_new (_ ("What could be seen"), NULL));
  gtk_box_append (GTK_BOX (box), list);
  for (guint i = 0; i < lines->len; i++)
    {
      CitizPartLine *line = g_ptr_array_index (lines, i);
      GtkWidget *row = citiz_row_new (line->title, line->subtitle);

      citiz_row_set_prefix (CITIZ_ROW (row), line->icon, line->style);
      gtk_list_box_append (GTK_LIST_BOX (list), row);
    }
  gtk_widget_set_visible (box, lines->len > 0);
  return box;
}

void
citiz_access_open (GtkWidget *parent, CitizSession *session, CitizAccess *access)
{
  if (access->state == CITIZ_ACCESS_LIVE && access->link != NULL)
    gtk_widget_activate_action (parent, "win.emergency", NULL);
  else
    citiz_access_show (parent, session, access);
}

/* Its end, or the receipt of it. */
static GtkWidget *
action (CitizSession *session, CitizAccess *access, gboolean live)
{
  GtkWidget *button = citiz_button_new (live ? _ ("_Revoke") : _ ("Save the Receipt…"));
  Subject *subject = g_new0 (Subject, 1);

  gtk_widget_add_css_class (button, "pill");
  if (live)
    gtk_widget_add_css_class (button, "destructive-action");
  gtk_widget_set_halign (button, GTK_ALIGN_CENTER);
  subject->session = g_object_ref (session);
  subject->access = g_object_ref (access);
  g_signal_connect_data (button, "clicked", live ? G_CALLBACK (revoke_cb) : G_CALLBACK (receipt_cb),
                         subject, subject_free, 0);
  return button;
}

void
citiz_access_show (GtkWidget *parent, CitizSession *session, CitizAccess *access)
{
  GtkWidget *window, *header, *page;
  gboolean live;

  window = citiz_dialog_new (parent, _ ("Emergency Access"), 480, 640, &page, &header);
  gtk_box_append (GTK_BOX (page), facts (session, access));
  gtk_box_append (GTK_BOX (page), openings (session, access));
  gtk_box_append (GTK_BOX (page), contents (access));
  live = access->state == CITIZ_ACCESS_LIVE && !access->ending;
  if (access->ending || (live && access->copied))
    {
      g_autofree gchar *standing = citiz_session_explain_ready (access, NULL);

      gtk_box_append (GTK_BOX (page), citiz_caption_new (standing));
    }
  else if (live)
    gtk_box_append (GTK_BOX (page), citiz_caption_new (_ (
                                        "What this computer remembered of this access is damaged: "
                                        "its code cannot be shown again. It can be revoked.")));
  else if (access->copied) /* what it showed is known there only */
    gtk_box_append (GTK_BOX (page),
                    citiz_caption_new (_ ("Another copy of this record gave this access: "
                                          "its receipt can be saved there.")));
  if (live || !access->copied)
    gtk_box_append (GTK_BOX (page), action (session, access, live));
  gtk_window_present (GTK_WINDOW (window));
}
