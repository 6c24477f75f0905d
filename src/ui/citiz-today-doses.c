/* Today's medications: due, taken, skipped; with undo. SPDX-License-Identifier: AGPL-3.0-or-later */
#include <adwaita.h>
#include <glib/gi18n.h>
#include <string.h>

#include "record/citiz-compose.h"
#include "ui/citiz-bits.h"
#include "ui/citiz-entry-row.h"
#include "ui/citiz-format.h"
#include "ui/citiz-item-row.h"
#include "ui/citiz-item-text.h"
#include "ui/citiz-period.h"
#include "ui/citiz-today-parts.h"
#include "ui/citiz-undo.h"

#define NIGHT_ENDS (4 * 60) /* until then who comes to bed late notes the evening before */

/* One dose and what noting it needs. */
typedef struct
{
  CitizSession *session;
  CitizItem *medication;
  gint32 day;
  gint16 minute;
} Dose;

static void
dose_free (gpointer data)
{
  Dose *dose = data;

  g_object_unref (dose->session);
  citiz_item_unref (dose->medication);
  g_free (dose);
}

CitizDayPart
citiz_day_part (gint minute)
{
  if (minute < 12 * 60)
    return (CitizDayPart){0, 12 * 60 - 1, _ ("To take this morning")};
  if (minute < 17 * 60)
    return (CitizDayPart){12 * 60, 17 * 60 - 1, _ ("To take this afternoon")};
  return (CitizDayPart){17 * 60, 24 * 60 - 1, _ ("To take this evening")};
}

gint
citiz_day_turn (gint minute)
{
  const gint first = citiz_day_part (minute).first;

  return minute >= NIGHT_ENDS ? MAX (first, NIGHT_ENDS) : first;
}

/* A dose is noted for the day and hour it was due, which name it, and taken now. */
static void
note_dose (GtkWidget *widget, const Dose *dose, gboolean taken, const gchar *reason)
{
  CitizTime now = citiz_session_now (dose->session);
  g_autoptr (GDateTime) local = g_date_time_new_from_unix_local (now.ms / 1000);
  gint offset = (gint) (g_date_time_get_utc_offset (local) / G_TIME_SPAN_MINUTE);
  g_autofree gchar *text = NULL;
  CitizDraft draft = {.now = now,
                      .offset = (gint16) offset,
                      .title = citiz_item_title (dose->medication),
                      .subject = dose->medication,
                      .taken = taken,
                      .reason = reason,
                      .planned = citiz_day_at (dose->day, dose->minute),
                      .onset = citiz_date_from_time (now, offset)};
  json_t *resource;

  if (citiz_undo_is_saving (widget)) /* pressed twice, taken once */
    return;
  resource = citiz_compose_dose (&draft, NULL);
  if (resource == NULL)
    return;
  text = g_strdup_printf (taken ? _ ("%s taken") : _ ("%s skipped"),
                          citiz_item_title (dose->medication));
  citiz_undo_save (widget, dose->session, NULL, resource, text);
}

static void
taken_cb (GtkWidget *button, gpointer data)
{
  note_dose (button, data, TRUE, NULL);
}

static void
reason_cb (GtkWidget *button, gpointer data)
{
  GtkWidget *popover = gtk_widget_get_ancestor (button, GTK_TYPE_POPOVER);
  GtkWidget *anchor = gtk_widget_get_parent (popover);

  gtk_popover_popdown (GTK_POPOVER (popover));
  note_dose (anchor, g_object_get_data (G_OBJECT (popover), "dose"), FALSE, data);
}

static GtkWidget *
reasons_popover (const Dose *dose)
{
  static const gchar *const reasons[] = {N_ ("Upset stomach"), N_ ("Forgotten"), N_ ("None left"),
                                         N_ ("On advice of my team"), NULL};
  GtkWidget *popover = gtk_popover_new (), *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 0);
  GtkWidget *heading = gtk_label_new (_ ("Why? (optional)")), *plain;

  gtk_widget_add_css_class (heading, "caption-heading");
  gtk_widget_set_margin_bottom (heading, 4);
  gtk_box_append (GTK_BOX (box), heading);
  for (guint i = 0; reasons[i] != NULL; i++)
    {
      GtkWidget *button = gtk_button_new_with_label (_ (reasons[i]));

      gtk_widget_add_css_class (button, "flat");
      g_signal_connect (button, "clicked", G_CALLBACK (reason_cb), (gpointer) _ (reasons[i]));
      gtk_box_append (GTK_BOX (box), button);
    }
  plain = gtk_button_new_with_label (_ ("Without a reason"));
  g_signal_connect (plain, "clicked", G_CALLBACK (reason_cb), NULL);
  gtk_widget_set_margin_top (plain, 4);
  gtk_box_append (GTK_BOX (box), plain);
  gtk_popover_set_child (GTK_POPOVER (popover), box);
  g_object_set_data (G_OBJECT (popover), "dose", (gpointer) dose);
  return popover;
}

/* Words where there is room, round icons where there is not; both say the same to assistive technology. */
static GtkWidget *
buttons_new (Dose *dose, gboolean wide)
{
  g_autofree gchar *take_name
      = g_strdup_printf (_ ("%s: taken"), citiz_item_title (dose->medication));
  g_autofree gchar *skip_name
      = g_strdup_printf (_ ("%s: skipped"), citiz_item_title (dose->medication));
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 6), *take = gtk_button_new (),
            *skip = citiz_menu_button_new (skip_name);

  if (wide)
    {
      gtk_button_set_child (GTK_BUTTON (take),
                            citiz_content_new ("citiz-check-symbolic", _ ("Taken")));
      gtk_widget_add_css_class (take, "image-text-button");
      gtk_menu_button_set_child (GTK_MENU_BUTTON (skip), gtk_label_new (_ ("Skipped")));
      gtk_menu_button_set_always_show_arrow (GTK_MENU_BUTTON (skip), FALSE);
    }
  else
    {
      gtk_button_set_icon_name (GTK_BUTTON (take), "citiz-check-symbolic");
      gtk_menu_button_set_icon_name (GTK_MENU_BUTTON (skip), "citiz-skip-symbolic");
      gtk_widget_add_css_class (take, "circular");
      gtk_widget_add_css_class (skip, "circular");
    }
  gtk_widget_add_css_class (skip, "flat");
  gtk_menu_button_set_popover (GTK_MENU_BUTTON (skip), reasons_popover (dose));
  g_signal_connect (take, "clicked", G_CALLBACK (taken_cb), dose);
  gtk_accessible_update_property (GTK_ACCESSIBLE (take), GTK_ACCESSIBLE_PROPERTY_LABEL, take_name,
                                  -1);
  gtk_box_append (GTK_BOX (box), take);
  gtk_box_append (GTK_BOX (box), skip);
  gtk_widget_set_valign (box, GTK_ALIGN_CENTER);
  gtk_widget_set_halign (box, GTK_ALIGN_END);
  return box;
}

static GtkWidget *
state_new (const CitizItem *dose, gboolean taken)
{
  const CitizDate *at = citiz_item_date (dose);
  g_autofree gchar *time = citiz_format_hour_minute (at->hour, at->minute), *text = NULL;

  if (taken)
    {
      text = at->precision == CITIZ_DATE_TIME ? g_strdup_printf (_ ("Taken at %s"), time)
                                              : g_strdup (_ ("Taken"));
      return citiz_status_new ("citiz-check-symbolic", text, "ok");
    }
  text = *dose->reason != '\0' ? g_strdup_printf (_ ("Skipped · %s"), dose->reason)
                               : g_strdup (_ ("Skipped"));
  return citiz_status_new ("citiz-skip-symbolic", text, "secondary");
}

/* @late: it was for an earlier part of the day, and nobody has said whether it was taken. */
static gchar *
due_line (const CitizTodayView *view, const CitizDue *due, gint32 day, gboolean late)
{
  g_autofree gchar *hour
      = citiz_format_hour_minute ((guint) due->minute / 60, (guint) due->minute % 60);
  const gchar *alert = due->medication->alert != CITIZ_ALERT_NONE
                           ? citiz_alert_name (due->medication->alert, citiz_format_language ())
                           : "";
  GString *line = g_string_new (NULL);

  if (day < view->today)
    {
      g_autoptr (GDateTime) when = citiz_day_to_date_time (day);
      g_autofree gchar *relative = citiz_format_date (when, view->now);
      g_string_append_printf (line, "%s, ", relative);
    }
  g_string_append (line, hour);
  if (late)
    g_string_append_printf (line, " · %s", _ ("not noted yet"));
  if (*due->medication->dosage != '\0')
    {
      g_autofree gchar *dosage = citiz_format_dosage (due->medication->dosage);
      g_string_append_printf (line, " · %s", dosage);
    }
  if (*alert != '\0')
    {
      g_autofree gchar *lower = g_utf8_strdown (alert, -1);
      g_string_append_printf (line, " · %s", lower);
    }
  return g_string_free (line, FALSE);
}

/* What was noted, and the way to correct it. */
static void
show_noted (const CitizTodayView *view, GtkWidget *row, CitizItem *dose, gboolean taken)
{
  GtkWidget *state = state_new (dose, taken);

  citiz_status_set_wrap (state);
  adw_action_row_add_suffix (ADW_ACTION_ROW (row), state);
  citiz_item_row_open_with (row, view->session, dose);
  citiz_row_set_chevron_visible (CITIZ_ROW (row), FALSE);
}

static GtkWidget *
due_row (const CitizTodayView *view, const CitizDue *due, gint32 day, gboolean late)
{
  g_autofree gchar *line = due_line (view, due, day, late);
  GtkWidget *row = citiz_entry_row_new (citiz_item_title (due->medication),
                                        citiz_item_strength (due->medication), line);
  gboolean noted = due->dose != NULL;

  citiz_entry_row_set_prefix (CITIZ_ENTRY_ROW (row),
                              citiz_prefix_new ("citiz-pill-symbolic", !noted       ? "accent"
                                                                       : due->taken ? "ok"
                                                                                    : "neutral"));
  if (noted)
    {
      show_noted (view, row, due->dose, due->taken);
    }
  else
    {
      Dose *dose = g_new0 (Dose, 1);
      GtkWidget *squeezer = adw_squeezer_new ();

      dose->session = g_object_ref (view->session);
      dose->medication = citiz_item_ref (due->medication);
      dose->day = day;
      dose->minute = due->minute;
      g_object_set_data_full (G_OBJECT (row), "dose", dose, dose_free);
      adw_squeezer_add (ADW_SQUEEZER (squeezer), buttons_new (dose, TRUE));
      adw_squeezer_add (ADW_SQUEEZER (squeezer), buttons_new (dose, FALSE));
      adw_squeezer_set_homogeneous (ADW_SQUEEZER (squeezer), FALSE);
      adw_squeezer_set_xalign (ADW_SQUEEZER (squeezer), 1);
      citiz_entry_row_add_cell (CITIZ_ENTRY_ROW (row), squeezer, 0, 176, NULL);
    }
  return row;
}

static gchar *
counts_text (guint taken, guint skipped, guint left)
{
  GString *text = g_string_new (NULL);

  if (taken > 0)
    g_string_append_printf (text, g_dngettext (NULL, "%u taken", "%u taken", taken), taken);
  if (skipped > 0)
    {
      g_string_append (text, text->len > 0 ? " · " : "");
      g_string_append_printf (text, g_dngettext (NULL, "%u skipped", "%u skipped", skipped),
                              skipped);
    }
  if (left > 0)
    {
      g_string_append (text, text->len > 0 ? " · " : "");
      g_string_append_printf (text, g_dngettext (NULL, "%u to take", "%u to take", left), left);
    }
  return g_string_free (text, FALSE);
}

typedef struct
{
  guint rows, taken, skipped, left;
} Counts;

/* The doses of a day within a part of it; what an earlier part left open is still to be answered. */
static void
add_day (const CitizTodayView *view, GtkWidget *list, gint32 day, CitizDayPart part, Counts *counts)
{
  g_autoptr (GArray) due = citiz_record_due (view->record, day);

  for (guint i = 0; i < due->len; i++)
    {
      const CitizDue *one = &g_array_index (due, CitizDue, i);
      const gboolean late = day < view->today || one->minute < part.first;

      if (one->minute > part.last || (late && one->dose != NULL))
        continue;
      counts->taken += one->taken;
      counts->skipped += one->skipped;
      counts->left += one->dose == NULL;
      counts->rows++;
      gtk_list_box_append (GTK_LIST_BOX (list), due_row (view, one, day, late));
    }
}

/* What was taken besides what is planned: in the same list, in the same words, for whoever looks what was taken today. */
static void
add_unplanned (const CitizTodayView *view, GtkWidget *list, CitizDayPart part, Counts *counts)
{
  g_autoptr (GPtrArray) doses = citiz_record_unplanned (view->record, view->today);

  for (guint i = 0; i < doses->len; i++)
    {
      CitizItem *dose = g_ptr_array_index (doses, i);
      const CitizDate *at = citiz_item_date (dose);
      const gint minute
          = at->precision == CITIZ_DATE_TIME ? at->hour * 60 + at->minute : part.first;
      const CitizItem *medication = citiz_record_get (view->record, &dose->subject);
      GtkWidget *row;

      if (dose->status != CITIZ_STATUS_COMPLETED || minute < part.first || minute > part.last)
        continue;
      row = citiz_entry_row_new (citiz_item_title (dose), citiz_item_strength (dose),
                                 medication != NULL && medication->as_needed
                                     ? _ ("when needed")
                                     : _ ("outside the planned hours"));
      citiz_entry_row_set_prefix (CITIZ_ENTRY_ROW (row),
                                  citiz_prefix_new ("citiz-pill-symbolic", "ok"));
      show_noted (view, row, dose, TRUE);
      gtk_list_box_append (GTK_LIST_BOX (list), row);
      counts->taken++;
      counts->rows++;
    }
}

/* What no hour is known of is said: an empty list would tell that there is nothing to take. */
static GtkWidget *
untimed_row (guint n)
{
  g_autofree gchar *text = g_strdup_printf (
      g_dngettext (NULL, "%u medication without an hour", "%u medications without an hour", n), n);

  return citiz_empty_row_new (text, _ ("See"), "win.page::care");
}

GtkWidget *
citiz_today_doses_new (const CitizTodayView *view, guint *left)
{
  const gint minute = g_date_time_get_hour (view->now) * 60 + g_date_time_get_minute (view->now);
  const CitizDayPart part = citiz_day_part (minute), evening = citiz_day_part (24 * 60 - 1);
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 0), *list = citiz_list_new (part.words);
  const guint untimed = citiz_record_untimed (view->record, view->today);
  Counts n = {0};
  g_autofree gchar *counts = NULL;

  if (minute < NIGHT_ENDS)
    add_day (view, list, view->today - 1, evening, &n);
  add_day (view, list, view->today, part, &n);
  add_unplanned (view, list, part, &n);
  *left = n.left;
  if (untimed > 0)
    gtk_list_box_append (GTK_LIST_BOX (list), untimed_row (untimed));
  else if (n.rows == 0)
    {
      g_autoptr (GPtrArray) all = citiz_record_list (view->record, CITIZ_KIND_MEDICATION);

      gtk_list_box_append (
          GTK_LIST_BOX (list),
          all->len > 0
              ? citiz_empty_row_new (_ ("Nothing to take for now."), NULL, NULL)
              : citiz_empty_row_new (_ ("No medication noted"), _ ("Add"), "add.item::medication"));
    }
  counts = counts_text (n.taken, n.skipped, n.left);
  gtk_box_append (GTK_BOX (box), citiz_heading_new (part.words, citiz_caption_new (counts)));
  gtk_box_append (GTK_BOX (box), list);
  return box;
}
