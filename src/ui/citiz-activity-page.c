/* The Activity page: steps, sustained activity, sleep, heart rate, sessions. SPDX-License-Identifier: AGPL-3.0-or-later */
#include "ui/citiz-activity-page.h"

#include <glib/gi18n.h>
#include <math.h>

#include "ui/citiz-activity-cards.h"
#include "ui/citiz-add.h"
#include "ui/citiz-bits.h"
#include "ui/citiz-columns.h"
#include "ui/citiz-format.h"
#include "ui/citiz-goals.h"
#include "insight/citiz-stats.h"
#include "ui/citiz-item-row.h"
#include "ui/citiz-item-text.h"
#include "ui/citiz-ring.h"
#include "ui/citiz-session-row.h"
#include "ui/citiz-states.h"
#include "ui/citiz-wrap.h"

#define FOLD          620
#define SESSIONS_SEEN 3

struct _CitizActivityPage
{
  AdwBin parent_instance;
  CitizSession *session;
  CitizPeriod period;
  GtkWidget *states, *title, *next, *kinds[CITIZ_N_PERIODS], *table;
  GtkWidget *steps, *sleep, *heart, *ring, *ring_number, *ring_words, *ring_week, *week,
      *sessions_end, *sessions, *content, *nothing, *reading;
  gboolean all_sessions, following; /* the period holds today and goes on with it */
  guint refilling;                  /* the idle that fills it again */
};

static void citiz_activity_page_iface_init (CitizPageInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (CitizActivityPage,
                               citiz_activity_page,
                               ADW_TYPE_BIN,
                               G_IMPLEMENT_INTERFACE (CITIZ_TYPE_PAGE,
                                                      citiz_activity_page_iface_init))

static gint32
today_of (CitizActivityPage *self)
{
  CitizTime now = citiz_session_now (self->session);
  g_autoptr (GDateTime) local = g_date_time_new_from_unix_local (now.ms / 1000);

  return citiz_day_from_date_time (local);
}

/* --- the ring --- */

static void
fill_ring (CitizActivityPage *self, const CitizActivityView *view)
{
  gdouble goal = citiz_goal (view->record, "mvpa_week", 150), minutes[7], total;
  gint32 in = MIN (view->period.last, view->today);
  CitizPeriod week = citiz_period_around (CITIZ_PERIOD_WEEK, in);
  g_autofree gchar *number = NULL, *words = NULL, *of = citiz_format_number (goal, 0), *says = NULL,
                   *span = NULL;
  gboolean reached;

  total = citiz_week_activity (view->record, week.first, view->today,
                               citiz_person_age (view->record, view->today), minutes);
  total = isnan (total) ? 0 : total;
  reached = total >= goal;
  number = citiz_format_number (total, 0);
  words = reached ? g_strdup (_ ("Reached")) : g_strdup_printf (_ ("of %s min"), of);
  gtk_label_set_label (GTK_LABEL (self->ring_number), citiz_shown (number));
  gtk_label_set_label (GTK_LABEL (self->ring_words), words);
  citiz_ring_set_ring_class (CITIZ_RING (self->ring), 0, reached ? "success" : "series-1");
  citiz_ring_set_fraction (CITIZ_RING (self->ring), 0, citiz_values_hidden () ? 0 : total / goal);
  span = citiz_period_title (&week, view->today);
  says = citiz_period_holds (&week, view->today)
             ? g_strdup_printf (_ ("%s of %s minutes of sustained activity this week"),
                                citiz_shown (number), of)
             : g_strdup_printf (_ ("%s of %s minutes of sustained activity, %s"),
                                citiz_shown (number), of, span);
  citiz_ring_set_label (CITIZ_RING (self->ring), says);
  gtk_label_set_label (GTK_LABEL (self->ring_week), span);
  gtk_widget_set_visible (self->ring_week, view->period.kind != CITIZ_PERIOD_WEEK);
  citiz_box_clear (self->week);
  for (gint i = 0; i < 7; i++)
    {
      GtkWidget *box
          = g_object_new (GTK_TYPE_BOX, "orientation", GTK_ORIENTATION_VERTICAL, "spacing", 2,
                          "accessible-role", GTK_ACCESSIBLE_ROLE_GROUP, NULL);
      g_autofree gchar *name = citiz_period_name (&week, (guint) i), *whole = NULL;
      g_autofree gchar *text
          = isnan (minutes[i]) ? g_strdup ("") : citiz_format_number (minutes[i], 0);
      GtkWidget *value = gtk_label_new (*text != '\0' ? citiz_shown (text) : ""), *letter;

      letter = citiz_caption_new (citiz_format_weekday_letter (i + 1));
      gtk_label_set_xalign (GTK_LABEL (letter), 0.5);
      gtk_widget_add_css_class (value, "numeric");
      gtk_widget_add_css_class (value, "small");
      gtk_widget_add_css_class (value, minutes[i] > 0 ? "bold" : "secondary");
      if (week.first + i == view->today)
        gtk_widget_add_css_class (letter, "bold");
      gtk_box_append (GTK_BOX (box), value);
      gtk_box_append (GTK_BOX (box), letter);
      whole = g_strdup_printf ("%s" CITIZ_NBSP ": %s" CITIZ_NBSP "min", name,
                               *text != '\0' ? citiz_shown (text) : "–");
      gtk_accessible_update_property (GTK_ACCESSIBLE (box), GTK_ACCESSIBLE_PROPERTY_LABEL, whole,
                                      -1);
      gtk_widget_set_hexpand (box, TRUE);
      gtk_box_append (GTK_BOX (self->week), box);
    }
}

/* --- sessions --- */

/* FALSE: none in this period. */
static gboolean
fill_sessions (CitizActivityPage *self, const CitizActivityView *view)
{
  g_autoptr (GPtrArray) all = citiz_record_list (view->record, CITIZ_KIND_SESSION);
  g_autoptr (GPtrArray) shown = g_ptr_array_new ();
  guint most;

  for (guint i = 0; i < all->len; i++)
    {
      const CitizItem *item = g_ptr_array_index (all, i);
      if (citiz_period_holds (&view->period, citiz_date_day (citiz_item_date (item))))
        g_ptr_array_add (shown, (gpointer) item);
    }
  most = self->all_sessions ? shown->len : MIN (shown->len, SESSIONS_SEEN);
  citiz_list_clear (self->sessions);
  for (guint i = 0; i < most; i++)
    gtk_list_box_append (GTK_LIST_BOX (self->sessions),
                         citiz_session_row_new (self->session, g_ptr_array_index (shown, i)));
  if (shown->len == 0)
    gtk_list_box_append (
        GTK_LIST_BOX (self->sessions),
        citiz_empty_row_new (_ ("No session in this period"), _ ("Add"), "add.item::session"));
  gtk_widget_set_visible (self->sessions_end, shown->len > SESSIONS_SEEN && !self->all_sessions);
  if (shown->len > SESSIONS_SEEN)
    {
      g_autofree gchar *text = g_strdup_printf (
          g_dngettext (NULL, "See the %u session", "See all %u sessions", shown->len), shown->len);
      gtk_button_set_label (GTK_BUTTON (self->sessions_end), text);
    }
  return shown->len > 0;
}

/* --- all of it --- */

/* The last day up to @today with any of it; FALSE: there is none. */
static gboolean
last_day (CitizActivityPage *self, gint32 today, gint32 *day)
{
  static const gchar *const measures[] = {"steps", "hr", "hr_rest", "sleep", "exercise_min"};
  CitizRecord *record = citiz_session_get_record (self->session);
  g_autoptr (GPtrArray) sessions = citiz_record_list (record, CITIZ_KIND_SESSION);
  gboolean any = sessions->len > 0;

  *day = G_MININT32;
  for (guint i = 0; i < sessions->len; i++)
    *day = MAX (*day, citiz_date_day (citiz_item_date (g_ptr_array_index (sessions, i))));
  for (guint i = 0; i < G_N_ELEMENTS (measures); i++)
    {
      gint32 first, last;

      if (!citiz_record_span (record, measures[i], &first, &last))
        continue;
      any = TRUE;
      *day = MAX (*day, last);
    }
  *day = MIN (*day, today);
  return any;
}

/* A period without anything is one sentence and the way to the last data, not four empty cards. */
static void
show_nothing (CitizActivityPage *self, gboolean nothing, gint32 last)
{
  gtk_widget_set_visible (self->content, !nothing);
  gtk_widget_set_visible (self->nothing, nothing);
  gtk_widget_set_visible (self->table, !nothing);
  citiz_list_clear (self->nothing);
  if (nothing)
    {
      g_autoptr (GDateTime) when = citiz_day_to_date_time (last);
      g_autofree gchar *day = citiz_format_date_full (when);
      g_autofree gchar *subtitle = g_strdup_printf (_ ("The last data are of %s"), day);
      GtkWidget *row
          = citiz_empty_row_new (_ ("Nothing in this period"), _ ("Go There"), "activity.latest");

      adw_action_row_set_subtitle (ADW_ACTION_ROW (row), subtitle);
      gtk_list_box_append (GTK_LIST_BOX (self->nothing), row);
    }
}

/* The sums of days are here from the start; the hours and the nights come from the disk, which is told when it takes its time. */
static void
show_reading (CitizActivityPage *self)
{
  const gboolean reading = citiz_session_get_reading (self->session);

  if (reading == (gtk_widget_get_first_child (self->reading) != NULL))
    return;
  if (reading)
    gtk_box_append (GTK_BOX (self->reading), citiz_waiting_new (_ ("Reading your measures…")));
  else
    citiz_box_clear (self->reading);
}

static void
refill (CitizActivityPage *self)
{
  CitizActivityView view = {citiz_session_get_record (self->session), self->period, today_of (self),
                            citiz_goal (citiz_session_get_record (self->session), "steps", 0)};
  gboolean table = gtk_toggle_button_get_active (GTK_TOGGLE_BUTTON (self->table));
  g_autofree gchar *title = NULL;
  const CitizStateButton buttons[] = {{_ ("_Import"), "citiz-folder-symbolic", "add.import"},
                                      {_ ("Note a _Session"), NULL, "add.item::session"},
                                      {NULL, NULL, NULL}};

  gboolean any;
  gint32 last;

  g_clear_handle_id (&self->refilling, g_source_remove);
  if (!last_day (self, view.today, &last) && citiz_session_get_damaged (self->session))
    {
      citiz_states_show_damage (CITIZ_STATES (self->states), "citiz-activity-symbolic", buttons);
      return;
    }
  if (!last_day (self, view.today, &last))
    {
      citiz_states_show_message (
          CITIZ_STATES (self->states), "citiz-activity-symbolic", _ ("Your movement, your nights"),
          _ ("Import the data of your watch or phone: the export of Apple Health (XML or "
             "ZIP), or a health summary (JSON)."),
          buttons);
      return;
    }
  citiz_states_show_content (CITIZ_STATES (self->states));
  if (self->following && !citiz_period_holds (&self->period, view.today))
    self->period = view.period = citiz_period_around (self->period.kind, view.today);
  title = citiz_period_title (&self->period, view.today);
  gtk_label_set_label (GTK_LABEL (self->title), title);
  gtk_widget_action_set_enabled (GTK_WIDGET (self), "activity.next",
                                 self->period.last < view.today);
  any = citiz_activity_fill_steps (CITIZ_CHART_CARD (self->steps), &view);
  any |= citiz_activity_fill_sleep (CITIZ_CHART_CARD (self->sleep), &view);
  any |= citiz_activity_fill_heart (CITIZ_CHART_CARD (self->heart), &view);
  citiz_chart_card_set_table (CITIZ_CHART_CARD (self->steps), table);
  citiz_chart_card_set_table (CITIZ_CHART_CARD (self->sleep), table);
  citiz_chart_card_set_table (CITIZ_CHART_CARD (self->heart), table);
  fill_ring (self, &view);
  any |= fill_sessions (self, &view);
  show_reading (self);
  show_nothing (self, !any && !citiz_period_holds (&self->period, last), last);
}

static gboolean
refill_cb (gpointer data)
{
  CITIZ_ACTIVITY_PAGE (data)->refilling = 0;
  refill (data);
  return G_SOURCE_REMOVE;
}

/* Each series read in the background says that the record changed: however many there are, the page is filled once. */
static void
refill_soon (CitizActivityPage *self)
{
  if (self->refilling == 0)
    self->refilling = g_idle_add_full (G_PRIORITY_HIGH_IDLE, refill_cb, self, NULL);
}

/* --- actions --- */

static void
move (CitizActivityPage *self, CitizPeriod to)
{
  self->period = to;
  self->following = citiz_period_holds (&to, today_of (self));
  self->all_sessions = FALSE;
  refill (self);
}

void
citiz_activity_page_step (CitizActivityPage *self, gint direction)
{
  if (direction < 0)
    move (self, citiz_period_previous (&self->period));
  else if (self->period.last < today_of (self))
    move (self, citiz_period_next (&self->period));
}

void
citiz_activity_page_set_period (CitizActivityPage *self, CitizPeriodKind kind)
{
  if (!gtk_toggle_button_get_active (GTK_TOGGLE_BUTTON (self->kinds[kind])))
    gtk_toggle_button_set_active (GTK_TOGGLE_BUTTON (self->kinds[kind]), TRUE);
}

static void
previous_cb (GtkWidget *widget, const char *name, GVariant *parameter)
{
  citiz_activity_page_step (CITIZ_ACTIVITY_PAGE (widget), -1);
}

static void
next_cb (GtkWidget *widget, const char *name, GVariant *parameter)
{
  citiz_activity_page_step (CITIZ_ACTIVITY_PAGE (widget), 1);
}

/* To the period of the same length that holds the last data. */
static void
latest_cb (GtkWidget *widget, const char *name, GVariant *parameter)
{
  CitizActivityPage *self = CITIZ_ACTIVITY_PAGE (widget);
  gint32 last;

  if (last_day (self, today_of (self), &last))
    move (self, citiz_period_around (self->period.kind, last));
}

static void
all_sessions_cb (GtkWidget *widget, const char *name, GVariant *parameter)
{
  CITIZ_ACTIVITY_PAGE (widget)->all_sessions = TRUE;
  refill (CITIZ_ACTIVITY_PAGE (widget));
}

static void
kind_cb (GtkToggleButton *button, gpointer data)
{
  CitizActivityPage *self = data;
  gint32 day;

  if (!gtk_toggle_button_get_active (button) || self->session == NULL)
    return;
  /* Today when it is in sight, else the end of what is shown. */
  day = MIN (self->period.last, today_of (self));
  for (guint i = 0; i < CITIZ_N_PERIODS; i++)
    if (self->kinds[i] == GTK_WIDGET (button) && self->period.kind != i)
      move (self, citiz_period_around ((CitizPeriodKind) i, day));
}

/* A slot of a year opens its month, a day of the rest opens its day. */
static void
activated_cb (CitizChart *chart, gint slot, gpointer data)
{
  CitizActivityPage *self = data;
  CitizPeriod to;
  gint y, m, d;

  citiz_day_to_ymd (self->period.first, &y, &m, &d);
  if (self->period.kind == CITIZ_PERIOD_DAY)
    return;
  to = self->period.kind == CITIZ_PERIOD_YEAR
           ? citiz_period_around (CITIZ_PERIOD_MONTH, citiz_day_from_ymd (y, slot + 1, 1))
           : citiz_period_around (CITIZ_PERIOD_DAY, self->period.first + slot);
  citiz_activity_page_set_period (self, to.kind);
  move (self, to); /* the switch alone would go to today */
}

/* --- building --- */

static GtkWidget *
period_row (CitizActivityPage *self)
{
  static const gchar *const labels[] = {N_ ("Day"), N_ ("Week"), N_ ("Month"), N_ ("Year")};
  GtkWidget *columns = citiz_columns_new (1, 1, FOLD),
            *left = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 4);
  GtkWidget *right = citiz_wrap_new (6), *linked = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 0);

  self->title = gtk_label_new (NULL);
  gtk_label_set_wrap (GTK_LABEL (self->title), TRUE); /* "28 December – 3 January 2027" */
  gtk_label_set_xalign (GTK_LABEL (self->title), 0);
  gtk_widget_add_css_class (self->title, "title-4");
  gtk_widget_add_css_class (self->title, "numeric");
  self->next = citiz_icon_button_new ("go-next-symbolic", _ ("Next"), "activity.next");
  gtk_box_append (GTK_BOX (left), citiz_icon_button_new ("go-previous-symbolic", _ ("Previous"),
                                                         "activity.previous"));
  gtk_box_append (GTK_BOX (left), self->title);
  gtk_box_append (GTK_BOX (left), self->next);
  gtk_widget_add_css_class (linked, "linked");
  for (guint i = 0; i < CITIZ_N_PERIODS; i++)
    {
      self->kinds[i] = gtk_toggle_button_new_with_label (_ (labels[i]));
      gtk_toggle_button_set_group (GTK_TOGGLE_BUTTON (self->kinds[i]),
                                   i > 0 ? GTK_TOGGLE_BUTTON (self->kinds[0]) : NULL);
      g_signal_connect (self->kinds[i], "toggled", G_CALLBACK (kind_cb), self);
      gtk_box_append (GTK_BOX (linked), self->kinds[i]);
    }
  self->table = citiz_table_button_new ();
  g_signal_connect_swapped (self->table, "toggled", G_CALLBACK (refill), self);
  gtk_widget_add_css_class (linked, "periods");
  citiz_wrap_append (CITIZ_WRAP (right), linked);
  citiz_wrap_append (CITIZ_WRAP (right), self->table);
  gtk_widget_set_halign (right, GTK_ALIGN_END);
  gtk_widget_set_hexpand (right, TRUE);
  citiz_columns_append (CITIZ_COLUMNS (columns), 0, left);
  citiz_columns_append (CITIZ_COLUMNS (columns), 1, right);
  return columns;
}

static GtkWidget *
ring_card (CitizActivityPage *self)
{
  GtkWidget *card = gtk_box_new (GTK_ORIENTATION_VERTICAL, 12),
            *head = gtk_box_new (GTK_ORIENTATION_VERTICAL, 2),
            *inside = gtk_box_new (GTK_ORIENTATION_VERTICAL, 0);
  GtkWidget *heading = g_object_new (GTK_TYPE_LABEL, "label", _ ("Minutes of sustained activity"),
                                     "accessible-role", GTK_ACCESSIBLE_ROLE_HEADING, NULL);

  gtk_widget_add_css_class (card, "card");
  gtk_widget_add_css_class (card, "data-card");
  gtk_widget_add_css_class (heading, "heading");
  gtk_label_set_xalign (GTK_LABEL (heading), 0);
  gtk_label_set_wrap (GTK_LABEL (heading), TRUE);
  self->ring = citiz_ring_new (citiz_scaled (144), 12);
  citiz_ring_add (CITIZ_RING (self->ring), "series-1", 0);
  self->ring_number = gtk_label_new (NULL);
  self->ring_words = citiz_caption_new ("");
  gtk_label_set_xalign (GTK_LABEL (self->ring_words), 0.5);
  gtk_label_set_wrap (GTK_LABEL (self->ring_words), FALSE);
  gtk_widget_add_css_class (self->ring_number, "ring-number");
  gtk_box_append (GTK_BOX (inside), self->ring_number);
  gtk_box_append (GTK_BOX (inside), self->ring_words);
  citiz_ring_set_child (CITIZ_RING (self->ring), inside);
  self->week = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 0);
  gtk_box_set_homogeneous (GTK_BOX (self->week), TRUE);
  gtk_widget_set_vexpand (self->ring, TRUE);
  self->ring_week = citiz_caption_new ("");
  gtk_box_append (GTK_BOX (head), heading);
  gtk_box_append (GTK_BOX (head), self->ring_week);
  gtk_box_append (GTK_BOX (card), head);
  gtk_box_append (GTK_BOX (card), self->ring);
  gtk_box_append (GTK_BOX (card), self->week);
  return card;
}

static GtkWidget *
chart_card (CitizActivityPage *self, const gchar *title, gint height)
{
  GtkWidget *card = citiz_chart_card_new (title, height);

  g_signal_connect (citiz_chart_card_get_chart (CITIZ_CHART_CARD (card)), "activated",
                    G_CALLBACK (activated_cb), self);
  return card;
}

static void
fill_page (CitizActivityPage *self, GtkWidget *box)
{
  GtkWidget *first = citiz_columns_new (1.95, 1, FOLD), *second = citiz_columns_new (1, 1, FOLD);
  GtkWidget *group = gtk_box_new (GTK_ORIENTATION_VERTICAL, 0),
            *top = gtk_box_new (GTK_ORIENTATION_VERTICAL, 0);

  self->steps = chart_card (self, _ ("Steps"), 212);
  self->sleep = chart_card (self, _ ("Sleep"), 170);
  self->heart = chart_card (self, _ ("Heart rate"), 170);
  citiz_chart_card_add_legend (CITIZ_CHART_CARD (self->sleep), "series-3", FALSE, _ ("deep"));
  citiz_chart_card_add_legend (CITIZ_CHART_CARD (self->sleep), "series-1", TRUE, _ ("light"));
  citiz_chart_card_add_legend (CITIZ_CHART_CARD (self->sleep), "series-2", FALSE,
                               C_ ("sleep stage in a legend", "REM"));
  citiz_chart_card_add_legend (CITIZ_CHART_CARD (self->sleep), "series-6", FALSE, _ ("awake"));
  citiz_chart_card_add_legend (CITIZ_CHART_CARD (self->heart), "series-5", FALSE, _ ("at rest"));
  citiz_chart_card_add_legend (CITIZ_CHART_CARD (self->heart), "series-5", TRUE,
                               _ ("lowest to highest"));
  citiz_columns_append (CITIZ_COLUMNS (first), 0, self->steps);
  citiz_columns_append (CITIZ_COLUMNS (first), 1, ring_card (self));
  citiz_columns_append (CITIZ_COLUMNS (second), 0, self->sleep);
  citiz_columns_append (CITIZ_COLUMNS (second), 1, self->heart);
  self->sessions_end = citiz_link_button_new ("", "activity.all-sessions");
  self->sessions = citiz_list_new (_ ("Sessions"));
  gtk_box_append (GTK_BOX (group), citiz_heading_new (_ ("Sessions"), self->sessions_end));
  gtk_box_append (GTK_BOX (group), self->sessions);
  gtk_box_set_spacing (GTK_BOX (box), 18);
  self->reading = gtk_box_new (GTK_ORIENTATION_VERTICAL, 0);
  gtk_box_append (GTK_BOX (top), period_row (self));
  gtk_box_append (GTK_BOX (top), self->reading);
  gtk_box_append (GTK_BOX (box), top);
  self->nothing = citiz_list_new (_ ("Nothing in this period"));
  self->content = gtk_box_new (GTK_ORIENTATION_VERTICAL, 18);
  gtk_box_append (GTK_BOX (box), self->nothing);
  gtk_box_append (GTK_BOX (self->content), first);
  gtk_box_append (GTK_BOX (self->content), second);
  gtk_box_append (GTK_BOX (self->content), group);
  gtk_box_append (GTK_BOX (box), self->content);
}

/* --- the page --- */

static const gchar *
activity_get_title (CitizPage *page)
{
  return _ ("Activity");
}

static const gchar *
activity_get_add_label (CitizPage *page)
{
  return _ ("Add");
}

static GMenuModel *
activity_get_add_menu (CitizPage *page)
{
  return citiz_add_menu (CITIZ_ADD_ACTIVITY);
}

static void
activity_refresh (CitizPage *page)
{
  refill_soon (CITIZ_ACTIVITY_PAGE (page));
}

static void
citiz_activity_page_iface_init (CitizPageInterface *iface)
{
  iface->get_title = activity_get_title;
  iface->get_subtitle = citiz_add_subtitle;
  iface->get_add_label = activity_get_add_label;
  iface->get_add_menu = activity_get_add_menu;
  iface->refresh = activity_refresh;
}

static void
citiz_activity_page_root (GtkWidget *widget)
{
  GTK_WIDGET_CLASS (citiz_activity_page_parent_class)->root (widget);
  citiz_add_attach (widget, CITIZ_ACTIVITY_PAGE (widget)->session);
}

static void
citiz_activity_page_dispose (GObject *object)
{
  g_clear_handle_id (&CITIZ_ACTIVITY_PAGE (object)->refilling, g_source_remove);
  g_clear_object (&CITIZ_ACTIVITY_PAGE (object)->session);
  G_OBJECT_CLASS (citiz_activity_page_parent_class)->dispose (object);
}

static void
citiz_activity_page_class_init (CitizActivityPageClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = citiz_activity_page_dispose;
  widget_class->root = citiz_activity_page_root;
  gtk_widget_class_install_action (widget_class, "activity.previous", NULL, previous_cb);
  gtk_widget_class_install_action (widget_class, "activity.next", NULL, next_cb);
  gtk_widget_class_install_action (widget_class, "activity.latest", NULL, latest_cb);
  gtk_widget_class_install_action (widget_class, "activity.all-sessions", NULL, all_sessions_cb);
}

static void
citiz_activity_page_init (CitizActivityPage *self)
{
  GtkWidget *box, *frame = citiz_page_frame_new (&box);

  self->following = TRUE;
  fill_page (self, box);
  self->states = citiz_states_new (frame);
  adw_bin_set_child (ADW_BIN (self), self->states);
}

GtkWidget *
citiz_activity_page_new (CitizSession *session)
{
  CitizActivityPage *self = g_object_new (CITIZ_TYPE_ACTIVITY_PAGE, NULL);

  self->session = g_object_ref (session);
  self->period = citiz_period_around (CITIZ_PERIOD_WEEK, today_of (self));
  gtk_toggle_button_set_active (GTK_TOGGLE_BUTTON (self->kinds[CITIZ_PERIOD_WEEK]), TRUE);
  g_signal_connect_object (session, "record-changed", G_CALLBACK (refill_soon), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (session, "settings-changed", G_CALLBACK (refill_soon), self,
                           G_CONNECT_SWAPPED);
  refill (self);
  return GTK_WIDGET (self);
}
