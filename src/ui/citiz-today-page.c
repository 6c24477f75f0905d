/* The Today page: what is due, how I am, who has access. SPDX-License-Identifier: AGPL-3.0-or-later */
#include "ui/citiz-today-page.h"

#include <glib/gi18n.h>

#include "ui/citiz-add.h"
#include "ui/citiz-bits.h"
#include "ui/citiz-columns.h"
#include "ui/citiz-format.h"
#include "ui/citiz-item-dialog.h"
#include "ui/citiz-item-text.h"
#include "ui/citiz-period.h"
#include "ui/citiz-person.h"
#include "ui/citiz-today-parts.h"

#define FOLD        620
#define APPOINTMENT 24 /* letters of the next visit that are never cut */

struct _CitizTodayPage
{
  AdwBin parent_instance;
  CitizSession *session;
  GtkWidget *box;
  CitizId appointment;
  guint refilling; /* the idle that fills it again */
};

static void citiz_today_page_iface_init (CitizPageInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (CitizTodayPage,
                               citiz_today_page,
                               ADW_TYPE_BIN,
                               G_IMPLEMENT_INTERFACE (CITIZ_TYPE_PAGE, citiz_today_page_iface_init))

/* --- the greeting --- */

static gchar *
greeting (const CitizTodayView *view)
{
  const CitizItem *person = citiz_record_patient (view->record);
  /* after midnight the morning's medications are due: the day has begun */
  gboolean evening = g_date_time_get_hour (view->now) >= 18;
  g_autofree gchar *first = NULL;

  if (person != NULL)
    {
      const gchar *given = json_string_value (json_array_get (
          json_object_get (json_array_get (json_object_get (person->resource, "name"), 0), "given"),
          0));
      first = g_strdup (given);
    }
  if (first == NULL || *first == '\0')
    return g_strdup (evening ? _ ("Good evening") : _ ("Hello"));
  return g_strdup_printf (evening ? _ ("Good evening, %s") : _ ("Hello, %s"), first);
}

static gchar *
day_line (const CitizTodayView *view, guint left)
{
  g_autofree gchar *day = citiz_format_date_long (view->now, NULL),
                   *capital = citiz_format_capital (day), *due = NULL;

  if (left == 0)
    return g_steal_pointer (&capital);
  due = g_strdup_printf (g_dngettext (NULL, "%u dose to take", "%u doses to take", left), left);
  return g_strdup_printf ("%s · %s", capital, due);
}

/* A visit of a day is to come until that day is over. */
static gboolean
is_to_come (const CitizItem *visit, const CitizTodayView *view)
{
  const CitizDate *when = citiz_item_date (visit);

  if (when->precision == CITIZ_DATE_TIME)
    return citiz_date_start (when).ms > citiz_session_now (view->session).ms;
  return citiz_date_day (when) + (when->precision == CITIZ_DATE_DAY) > view->today;
}

/* The next visit planned, or NULL. */
static const CitizItem *
next_visit (const CitizTodayView *view)
{
  g_autoptr (GPtrArray) visits = citiz_record_list (view->record, CITIZ_KIND_VISIT);
  const CitizItem *next = NULL;

  for (guint i = 0; i < visits->len; i++)
    {
      const CitizItem *visit = g_ptr_array_index (visits, i);

      if (is_to_come (visit, view) && visit->status != CITIZ_STATUS_CANCELLED
          && visit->status != CITIZ_STATUS_COMPLETED
          && (next == NULL
              || citiz_date_compare (citiz_item_date (visit), citiz_item_date (next)) < 0))
        next = visit;
    }
  return next;
}

static void
appointment_cb (GtkWidget *widget, const char *name, GVariant *parameter)
{
  CitizTodayPage *self = CITIZ_TODAY_PAGE (widget);

  citiz_item_dialog_open (widget, self->session, &self->appointment);
}

static void
person_cb (GtkWidget *widget, const char *name, GVariant *parameter)
{
  citiz_person_ask (widget, CITIZ_TODAY_PAGE (widget)->session);
}

static GtkWidget *
appointment_new (CitizTodayPage *self, const CitizTodayView *view)
{
  const CitizItem *visit = next_visit (view);
  GtkWidget *button, *content, *label;
  g_autofree gchar *when = NULL, *text = NULL;

  if (visit == NULL)
    return NULL;
  self->appointment = visit->id;
  when = citiz_date_words (citiz_item_date (visit), view->now, TRUE);
  text = g_strdup_printf ("%s, %s",
                          *visit->person != '\0' ? visit->person : citiz_item_title (visit), when);
  button = gtk_button_new ();
  content = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 8);
  gtk_box_append (GTK_BOX (content), citiz_icon_new ("citiz-calendar-symbolic"));
  label = citiz_caption_new (text);
  gtk_label_set_wrap (GTK_LABEL (label), FALSE);
  gtk_label_set_ellipsize (GTK_LABEL (label), PANGO_ELLIPSIZE_END);
  gtk_label_set_width_chars (GTK_LABEL (label),
                             (gint) MIN (g_utf8_strlen (text, -1) * 3 / 4, APPOINTMENT));
  gtk_box_append (GTK_BOX (content), label);
  gtk_button_set_child (GTK_BUTTON (button), content);
  gtk_widget_add_css_class (button, "flat");
  gtk_widget_add_css_class (button, "appointment");
  gtk_widget_set_valign (button, GTK_ALIGN_END);
  gtk_actionable_set_action_name (GTK_ACTIONABLE (button), "today.appointment");
  gtk_accessible_update_property (GTK_ACCESSIBLE (button), GTK_ACCESSIBLE_PROPERTY_LABEL, text, -1);
  return button;
}

static GtkWidget *
head_new (CitizTodayPage *self, const CitizTodayView *view, guint left)
{
  GtkWidget *columns = citiz_columns_new (1, 0, FOLD), /* the right one as wide as it needs */
      *texts = gtk_box_new (GTK_ORIENTATION_VERTICAL, 4);
  g_autofree gchar *hello = greeting (view), *line = day_line (view, left);
  GtkWidget *title
      = g_object_new (GTK_TYPE_LABEL, "label", hello, "xalign", 0.0, "wrap", TRUE, "wrap-mode",
                      PANGO_WRAP_WORD_CHAR, "accessible-role", GTK_ACCESSIBLE_ROLE_HEADING, NULL);
  GtkWidget *second
      = g_object_new (GTK_TYPE_LABEL, "label", line, "xalign", 0.0, "wrap", TRUE, NULL);
  GtkWidget *appointment = appointment_new (self, view);

  gtk_widget_add_css_class (title, "title-1");
  gtk_widget_add_css_class (second, "secondary");
  gtk_box_append (GTK_BOX (texts), title);
  gtk_box_append (GTK_BOX (texts), second);
  citiz_columns_append (CITIZ_COLUMNS (columns), 0, texts);
  if (appointment != NULL)
    {
      gtk_widget_set_halign (appointment, GTK_ALIGN_START);
      gtk_widget_set_vexpand (appointment, TRUE);
      citiz_columns_append (CITIZ_COLUMNS (columns), 1, appointment);
    }
  return columns;
}

/* --- the page --- */

static void
refill (CitizTodayPage *self)
{
  CitizTime at = citiz_session_now (self->session);
  g_autoptr (GDateTime) now = g_date_time_new_from_unix_local (at.ms / 1000);
  CitizTodayView view = {self->session, citiz_session_get_record (self->session), now,
                         citiz_day_from_date_time (now)};
  GtkWidget *first = citiz_columns_new (1.42, 1, FOLD), *last = citiz_columns_new (1.14, 1, FOLD),
            *doses, *notices = citiz_today_notices_new (&view);
  guint left;

  g_clear_handle_id (&self->refilling, g_source_remove);
  citiz_box_clear (self->box);
  doses = citiz_today_doses_new (&view, &left);
  gtk_box_append (GTK_BOX (self->box), head_new (self, &view, left));
  if (notices != NULL)
    gtk_box_append (GTK_BOX (self->box), notices);
  citiz_columns_append (CITIZ_COLUMNS (first), 0, doses);
  citiz_columns_append (CITIZ_COLUMNS (first), 1, citiz_today_goals_new (&view));
  gtk_box_append (GTK_BOX (self->box), first);
  gtk_box_append (GTK_BOX (self->box), citiz_today_measures_new (&view));
  citiz_columns_append (CITIZ_COLUMNS (last), 0, citiz_today_accesses_new (&view));
  citiz_columns_append (CITIZ_COLUMNS (last), 1, citiz_today_openings_new (&view));
  gtk_box_append (GTK_BOX (self->box), last);
}

static gboolean
refill_cb (gpointer data)
{
  CITIZ_TODAY_PAGE (data)->refilling = 0;
  refill (data);
  return G_SOURCE_REMOVE;
}

/* An opening record speaks of everything at once: however many signals there are, the page is filled once. */
static void
refill_soon (CitizTodayPage *self)
{
  if (self->refilling == 0)
    self->refilling = g_idle_add_full (G_PRIORITY_HIGH_IDLE, refill_cb, self, NULL);
}

static void
opened_cb (CitizSession *session, CitizOpening *opening, gpointer data)
{
  refill_soon (CITIZ_TODAY_PAGE (data));
}

static const gchar *
today_get_title (CitizPage *page)
{
  return _ ("Today");
}

static const gchar *
today_get_add_label (CitizPage *page)
{
  return _ ("Add");
}

static GMenuModel *
today_get_add_menu (CitizPage *page)
{
  return citiz_add_menu (CITIZ_ADD_ALL);
}

static void
today_refresh (CitizPage *page)
{
  refill (CITIZ_TODAY_PAGE (page));
}

static void
citiz_today_page_iface_init (CitizPageInterface *iface)
{
  iface->get_title = today_get_title;
  iface->get_subtitle = citiz_add_subtitle;
  iface->get_add_label = today_get_add_label;
  iface->get_add_menu = today_get_add_menu;
  iface->refresh = today_refresh;
}

static void
citiz_today_page_root (GtkWidget *widget)
{
  GTK_WIDGET_CLASS (citiz_today_page_parent_class)->root (widget);
  citiz_add_attach (widget, CITIZ_TODAY_PAGE (widget)->session);
}

static void
citiz_today_page_dispose (GObject *object)
{
  g_clear_handle_id (&CITIZ_TODAY_PAGE (object)->refilling, g_source_remove);
  g_clear_object (&CITIZ_TODAY_PAGE (object)->session);
  G_OBJECT_CLASS (citiz_today_page_parent_class)->dispose (object);
}

static void
citiz_today_page_class_init (CitizTodayPageClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = citiz_today_page_dispose;
  widget_class->root = citiz_today_page_root;
  gtk_widget_class_install_action (widget_class, "today.appointment", NULL, appointment_cb);
  gtk_widget_class_install_action (widget_class, "today.person", NULL, person_cb);
}

static void
citiz_today_page_init (CitizTodayPage *self)
{
  adw_bin_set_child (ADW_BIN (self), citiz_page_frame_new (&self->box));
}

GtkWidget *
citiz_today_page_new (CitizSession *session)
{
  CitizTodayPage *self = g_object_new (CITIZ_TYPE_TODAY_PAGE, NULL);

  self->session = g_object_ref (session);
  g_signal_connect_object (session, "record-changed", G_CALLBACK (refill_soon), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (session, "accesses-changed", G_CALLBACK (refill_soon), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (session, "settings-changed", G_CALLBACK (refill_soon), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (session, "opened", G_CALLBACK (opened_cb), self, 0);
  refill (self);
  return GTK_WIDGET (self);
}
