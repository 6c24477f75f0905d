/* Who may see the record, who did, and what an emergency would show. SPDX-License-Identifier: AGPL-3.0-or-later */
#include "ui/citiz-access-page.h"

#include <glib/gi18n.h>

#include "app/citiz-session.h"
#include "ui/citiz-access-dialog.h"
#include "ui/citiz-access-lanes.h"
#include "ui/citiz-access-text.h"
#include "ui/citiz-bits.h"
#include "ui/citiz-columns.h"
#include "ui/citiz-countdown.h"
#include "ui/citiz-format.h"
#include "ui/citiz-ledger-alarms.h"
#include "ui/citiz-opening-row.h"
#include "ui/citiz-profile-dialog.h"

/* Rows a list shows before "See all". */
#define FEW_PAST     4
#define FEW_OPENINGS 8

struct _CitizAccessPage
{
  AdwBin parent_instance;

  CitizSession *session;
  gboolean all_past, all_openings;
  gboolean tells_copy; /* as it is filled */

  GtkWidget *live_group, *live_list;
  GtkWidget *past_group, *past_list, *past_more;
  GtkWidget *log_group, *log_list, *log_more;
  GtkWidget *profile_row, *lanes;
};

static void citiz_access_page_iface_init (CitizPageInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (CitizAccessPage,
                               citiz_access_page,
                               ADW_TYPE_BIN,
                               G_IMPLEMENT_INTERFACE (CITIZ_TYPE_PAGE,
                                                      citiz_access_page_iface_init))

/* --- rows --- */

static void
access_opened_cb (GtkWidget *row)
{
  CitizAccessPage *self = CITIZ_ACCESS_PAGE (gtk_widget_get_ancestor (row, CITIZ_TYPE_ACCESS_PAGE));
  CitizAccess *access = g_object_get_data (G_OBJECT (row), "citiz-access");

  citiz_access_open (row, self->session, access);
}

static GtkWidget *
make_row (CitizAccess *access, const gchar *title, const gchar *subtitle)
{
  GtkWidget *row = citiz_row_new (title, subtitle);

  adw_action_row_set_subtitle_lines (ADW_ACTION_ROW (row), 0);
  g_object_set_data_full (G_OBJECT (row), "citiz-access", g_object_ref (access), g_object_unref);
  g_signal_connect (row, "opened", G_CALLBACK (access_opened_cb), NULL);
  return row;
}

static GtkWidget *
remaining_box (const gchar *left)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 0);
  GtkWidget *value = g_object_new (GTK_TYPE_LABEL, "label", left, "xalign", 1.0, NULL);
  GtkWidget *caption = citiz_caption_new (_ ("remaining"));

  gtk_widget_add_css_class (value, "numeric");
  gtk_widget_add_css_class (value, "bold");
  gtk_label_set_xalign (GTK_LABEL (caption), 1);
  gtk_widget_set_valign (box, GTK_ALIGN_CENTER);
  gtk_box_append (GTK_BOX (box), value);
  gtk_box_append (GTK_BOX (box), caption);
  return box;
}

static GtkWidget *
live_row (CitizAccessPage *self, CitizAccess *access)
{
  CitizTime now = citiz_session_now (self->session);
  g_autofree gchar *until = citiz_access_until (access, now);
  g_autofree gchar *left = citiz_format_remaining (now, access->expires);
  GtkWidget *row = make_row (access, _ ("Emergency Access"), until);
  GtkWidget *ring = citiz_countdown_new ("citiz-emergency-symbolic", 42);

  citiz_countdown_set_fraction (CITIZ_COUNTDOWN (ring), citiz_access_left (access, now));
  gtk_widget_add_css_class (ring, "bad");
  gtk_widget_add_css_class (row, "tall-row");
  adw_action_row_add_prefix (ADW_ACTION_ROW (row), ring);
  if (!access->ending)
    adw_action_row_add_suffix (ADW_ACTION_ROW (row), remaining_box (left));
  citiz_row_set_opens (CITIZ_ROW (row), TRUE);
  return row;
}

static GtkWidget *
past_row (CitizAccessPage *self, CitizAccess *access)
{
  g_autofree gchar *ending = citiz_access_ending (access, citiz_session_now (self->session));
  GtkWidget *row = make_row (access, _ ("Emergency Access"), ending);
  GtkWidget *word = citiz_caption_new (_ ("Receipt"));

  citiz_row_set_prefix (CITIZ_ROW (row), "citiz-clock-symbolic", "neutral");
  adw_action_row_add_suffix (ADW_ACTION_ROW (row), word);
  citiz_row_set_opens (CITIZ_ROW (row), TRUE);
  return row;
}

static void
add_empty (GtkWidget *list, const gchar *icon, const gchar *title, const gchar *subtitle)
{
  GtkWidget *row = citiz_row_new (title, subtitle);

  adw_action_row_set_title_lines (ADW_ACTION_ROW (row), 0);
  adw_action_row_set_subtitle_lines (ADW_ACTION_ROW (row), 0);
  citiz_row_set_prefix (CITIZ_ROW (row), icon, "neutral");
  gtk_list_box_append (GTK_LIST_BOX (list), row);
}

/* --- filling --- */

/* Returns: (nullable): that another copy of this record gives accesses, until the person has read it */
static const CitizAlarmView *
copy_alarm (CitizAccessPage *self)
{
  const CitizCommunityView *view = citiz_session_get_community (self->session);

  for (guint i = 0; view != NULL && i < view->alarms->len; i++)
    {
      const CitizAlarmView *alarm = view->alarms->pdata[i];

      if (alarm->kind == CITIZ_ALARM_VIEW_COPY)
        return alarm;
    }
  return NULL;
}

static void
fill_accesses (CitizAccessPage *self)
{
  GListModel *accesses = citiz_session_get_accesses (self->session);
  const CitizAlarmView *copy = copy_alarm (self);
  guint live = 0, past = 0;

  citiz_list_clear (self->live_list);
  citiz_list_clear (self->past_list);
  self->tells_copy = copy != NULL;
  if (copy != NULL)
    gtk_list_box_append (GTK_LIST_BOX (self->live_list), citiz_alarm_row_new (self->session, copy));
  for (guint i = 0; i < g_list_model_get_n_items (accesses); i++)
    {
      g_autoptr (CitizAccess) access = g_list_model_get_item (accesses, i);

      if (!citiz_access_is_listed (access))
        continue;
      if (access->state == CITIZ_ACCESS_LIVE || access->state == CITIZ_ACCESS_NOT_YET)
        {
          gtk_list_box_append (GTK_LIST_BOX (self->live_list), live_row (self, access));
          live++;
        }
      else if (past++ < FEW_PAST || self->all_past)
        gtk_list_box_append (GTK_LIST_BOX (self->past_list), past_row (self, access));
    }
  if (live == 0)
    add_empty (self->live_list, "citiz-lock-symbolic", _ ("Nobody can see your record"),
               _ ("The emergency button opens it for 24 hours, in one press"));
  gtk_widget_set_visible (self->past_group, past > 0);
  gtk_widget_set_visible (self->past_more, past > FEW_PAST && !self->all_past);
}

static void
fill_log (CitizAccessPage *self)
{
  GListModel *openings = citiz_session_get_openings (self->session);
  guint n = g_list_model_get_n_items (openings);

  citiz_list_clear (self->log_list);
  for (guint i = 0; i < n && (i < FEW_OPENINGS || self->all_openings); i++)
    {
      g_autoptr (CitizOpening) opening = g_list_model_get_item (openings, i);

      gtk_list_box_append (GTK_LIST_BOX (self->log_list),
                           citiz_opening_row_new (self->session, opening, TRUE));
    }
  if (n == 0)
    add_empty (self->log_list, "citiz-shown-symbolic", _ ("Nobody has opened your record"),
               _ ("Each opening is written in the ledger and shows "
                  "here within seconds"));
  gtk_widget_set_visible (self->log_more, n > FEW_OPENINGS && !self->all_openings);
}

static void
fill (CitizAccessPage *self)
{
  g_autofree gchar *summary = citiz_profile_summary (self->session);

  fill_accesses (self);
  fill_log (self);
  citiz_access_lanes_fill (CITIZ_ACCESS_LANES (self->lanes));
  adw_action_row_set_subtitle (ADW_ACTION_ROW (self->profile_row), summary);
}

static void
community_cb (CitizAccessPage *self)
{
  if ((copy_alarm (self) != NULL) != self->tells_copy)
    fill (self);
}

/* --- building --- */

static GtkWidget *
group (const gchar *title, GtkWidget *end, GtkWidget **list)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 0);

  *list = citiz_list_new (title);
  gtk_box_append (GTK_BOX (box), citiz_heading_new (title, end));
  gtk_box_append (GTK_BOX (box), *list);
  return box;
}

static void
profile_cb (GtkWidget *row)
{
  CitizAccessPage *self = CITIZ_ACCESS_PAGE (gtk_widget_get_ancestor (row, CITIZ_TYPE_ACCESS_PAGE));

  citiz_profile_dialog_show (row, self->session);
}

static void
more_past_action (GtkWidget *widget, const gchar *name, GVariant *parameter)
{
  CITIZ_ACCESS_PAGE (widget)->all_past = TRUE;
  fill (CITIZ_ACCESS_PAGE (widget));
}

static void
more_openings_action (GtkWidget *widget, const gchar *name, GVariant *parameter)
{
  CITIZ_ACCESS_PAGE (widget)->all_openings = TRUE;
  fill (CITIZ_ACCESS_PAGE (widget));
}

static void
build (CitizAccessPage *self)
{
  GtkWidget *box, *frame = citiz_page_frame_new (&box), *list, *prepared;
  CitizColumns *columns = CITIZ_COLUMNS (citiz_columns_new (1, 1, 640));

  self->past_more = citiz_link_button_new (_ ("See all"), "access.all-past");
  self->log_more = citiz_link_button_new (_ ("See all"), "access.all-openings");
  self->live_group = group (_ ("Live"), NULL, &self->live_list);
  self->past_group = group (_ ("Past"), self->past_more, &self->past_list);
  self->log_group = group (_ ("Log of openings"), self->log_more, &self->log_list);
  prepared = group (_ ("Prepared in advance"), NULL, &list);

  self->profile_row = citiz_row_new (_ ("Emergency profile"), "");
  adw_action_row_set_subtitle_lines (ADW_ACTION_ROW (self->profile_row), 0);
  citiz_row_set_prefix (CITIZ_ROW (self->profile_row), "citiz-emergency-symbolic", "accent");
  citiz_row_set_opens (CITIZ_ROW (self->profile_row), TRUE);
  g_signal_connect (self->profile_row, "opened", G_CALLBACK (profile_cb), NULL);
  gtk_list_box_append (GTK_LIST_BOX (list), self->profile_row);

  citiz_columns_append (columns, 0, self->live_group);
  citiz_columns_append (columns, 0, self->past_group);
  citiz_columns_append (columns, 0, prepared);
  citiz_columns_append (columns, 1, self->log_group);
  gtk_box_append (GTK_BOX (box), GTK_WIDGET (columns));
  self->lanes = citiz_access_lanes_new (self->session);
  gtk_box_append (GTK_BOX (box), self->lanes);
  adw_bin_set_child (ADW_BIN (self), frame);
}

/* --- the page's face to the window --- */

static const gchar *
page_get_title (CitizPage *page)
{
  return _ ("Access");
}

static void
page_refresh (CitizPage *page)
{
  fill (CITIZ_ACCESS_PAGE (page));
}

static void
citiz_access_page_iface_init (CitizPageInterface *iface)
{
  iface->get_title = page_get_title;
  iface->refresh = page_refresh;
}

static void
citiz_access_page_dispose (GObject *object)
{
  g_clear_object (&CITIZ_ACCESS_PAGE (object)->session);
  G_OBJECT_CLASS (citiz_access_page_parent_class)->dispose (object);
}

static void
citiz_access_page_class_init (CitizAccessPageClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = citiz_access_page_dispose;
  gtk_widget_class_install_action (widget_class, "access.all-past", NULL, more_past_action);
  gtk_widget_class_install_action (widget_class, "access.all-openings", NULL, more_openings_action);
}

static void
citiz_access_page_init (CitizAccessPage *self)
{
}

GtkWidget *
citiz_access_page_new (CitizSession *session)
{
  CitizAccessPage *self = g_object_new (CITIZ_TYPE_ACCESS_PAGE, NULL);

  self->session = g_object_ref (session);
  build (self);
  g_signal_connect_object (session, "accesses-changed", G_CALLBACK (fill), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (session, "opened", G_CALLBACK (fill), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (session, "settings-changed", G_CALLBACK (fill), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (session, "community-changed", G_CALLBACK (community_cb), self,
                           G_CONNECT_SWAPPED);
  fill (self);
  return GTK_WIDGET (self);
}
