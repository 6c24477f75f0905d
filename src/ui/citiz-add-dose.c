/* The form of a dose: which of the planned ones it is, or none of them. SPDX-License-Identifier: AGPL-3.0-or-later */
#include <glib/gi18n.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ui/citiz-add-private.h"
#include "ui/citiz-format.h"
#include "ui/citiz-item-text.h"
#include "ui/citiz-period.h"
#include "ui/citiz-today-parts.h"

#define EARLY   240 /* minutes: taken longer before, it is not thought to be that one */
#define OTHER   "other"
#define CHOSEN  "citiz-chosen"  /* by the person */
#define FILLING "citiz-filling" /* by the program */

static void
fill_medications (CitizForm *form, const CitizRecord *record)
{
  g_autoptr (GPtrArray) keys = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (GPtrArray) labels = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (GPtrArray) items = citiz_record_list (record, CITIZ_KIND_MEDICATION);

  for (guint i = 0; i < items->len; i++)
    {
      const CitizItem *item = g_ptr_array_index (items, i);
      g_autofree gchar *hex = citiz_id_to_hex (&item->id);
      g_autofree gchar *label
          = g_strdup_printf ("%s %s", citiz_item_title (item), citiz_item_strength (item));

      _citiz_add_choice (keys, labels, hex, label);
    }
  _citiz_add_set_choices (form, "medication", keys, labels);
}

/* --- the planned ones --- */

/* What the list of them is made of, and the one that fits best so far. */
typedef struct
{
  const CitizRecord *record;
  const CitizItem *item; /* the dose that is corrected, or NULL */
  CitizId medication;
  gint32 day;  /* as typed */
  gint minute; /* of that day; noon when none is typed */
  GPtrArray *keys, *labels;
  gchar *best;
  gint far;
} Plan;

/* One that is free, or that the corrected dose holds: it stays that one. */
static void
offer (Plan *plan, gint32 day, const CitizDue *due, GDateTime *now)
{
  g_autofree gchar *key = g_strdup_printf ("%d %d", day, due->minute);
  g_autofree gchar *label
      = citiz_format_hour_minute ((guint) due->minute / 60, (guint) due->minute % 60);
  const gboolean own
      = plan->item != NULL && due->dose != NULL && citiz_id_equal (&due->dose->id, &plan->item->id);
  const gint ahead = (day - plan->day) * 24 * 60 + due->minute - plan->minute;
  const gint far = own ? -1 : abs (ahead);

  if (due->dose != NULL && !own)
    return;
  if (day != plan->day)
    {
      g_autoptr (GDateTime) when = citiz_day_to_date_time (day);
      g_autofree gchar *date = citiz_format_date (when, now);
      g_autofree gchar *hour = g_steal_pointer (&label);

      label = g_strdup_printf ("%s, %s", date, hour);
    }
  _citiz_add_choice (plan->keys, plan->labels, key, label);
  if ((plan->best != NULL && far >= plan->far) || (ahead > EARLY && !own))
    return;
  g_free (plan->best);
  plan->best = g_steal_pointer (&key);
  plan->far = far;
}

static void
offer_day (Plan *plan, gint32 day, gint first, GDateTime *now)
{
  g_autoptr (GArray) due = citiz_record_due (plan->record, day);

  for (guint i = 0; i < due->len; i++)
    {
      const CitizDue *one = &g_array_index (due, CitizDue, i);

      if (citiz_id_equal (&one->medication->id, &plan->medication) && one->minute >= first)
        offer (plan, day, one, now);
    }
}

static gboolean
offered (const Plan *plan, const gchar *key)
{
  for (guint i = 0; i + 1 < plan->keys->len; i++) /* a NULL ends them */
    if (g_strcmp0 (g_ptr_array_index (plan->keys, i), key) == 0)
      return TRUE;
  return FALSE;
}

/* What the person chose stays while it can be; else the nearest. A dose that is corrected is the one it was, or none of them. */
static const gchar *
choose (CitizForm *form, const Plan *plan, const gchar *before)
{
  const gboolean first = before == NULL || *before == '\0';

  if (offered (plan, before)
      && (plan->item != NULL || g_object_get_data (G_OBJECT (form), CHOSEN) != NULL))
    return before;
  return plan->best == NULL || (first && plan->item != NULL && plan->far >= 0) ? OTHER : plan->best;
}

static void
chosen_cb (CitizForm *form, gpointer data)
{
  if (g_object_get_data (G_OBJECT (form), FILLING) == NULL)
    g_object_set_data (G_OBJECT (form), CHOSEN, form);
}

/* The planned ones of the day that nothing was noted for; after midnight those of the evening before, too. */
static void
fill_planned (CitizForm *form, gpointer data)
{
  CitizSession *session = g_object_get_data (G_OBJECT (form), "citiz-session");
  g_autoptr (GDateTime) now
      = g_date_time_new_from_unix_local (citiz_session_now (session).ms / 1000);
  g_autoptr (GPtrArray) keys = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (GPtrArray) labels = g_ptr_array_new_with_free_func (g_free);
  Plan plan = {.record = citiz_session_get_record (session),
               .item = g_object_get_data (G_OBJECT (form), "citiz-item"),
               .keys = keys,
               .labels = labels};
  g_autofree gchar *before = g_strdup (citiz_form_get_choice (form, "planned"));
  gint year, month, day;
  guint minute;
  const gboolean known
      = plan.record != NULL
        && citiz_id_from_hex (&plan.medication, citiz_form_get_choice (form, "medication"))
        && citiz_form_get_date (form, "day", &year, &month, &day) && day != 0;

  if (known)
    {
      plan.day = citiz_day_from_ymd (year, month, day);
      plan.minute = citiz_form_get_minutes (form, "time", &minute) ? (gint) minute : 12 * 60;
      if (citiz_day_turn (plan.minute) == 0)
        offer_day (&plan, plan.day - 1, citiz_day_part (24 * 60 - 1).first, now);
      offer_day (&plan, plan.day, 0, now);
    }
  citiz_form_set_visible (form, "planned", keys->len > 0);
  _citiz_add_choice (keys, labels, OTHER, _ ("None (extra dose)"));
  g_object_set_data (G_OBJECT (form), FILLING, form);
  _citiz_add_set_choices (form, "planned", keys, labels);
  citiz_form_set_choice (form, "planned", choose (form, &plan, before));
  g_object_set_data (G_OBJECT (form), FILLING, NULL);
  g_free (plan.best);
}

void
_citiz_add_fill_dose (CitizForm *form, CitizSession *session, const CitizItem *item)
{
  static const gchar *const keys[] = {"medication", "day", "time"};

  g_object_set_data_full (G_OBJECT (form), "citiz-session", g_object_ref (session), g_object_unref);
  fill_medications (form, citiz_session_get_record (session));
  if (item != NULL)
    {
      g_autofree gchar *hex = citiz_id_to_hex (&item->subject);
      const gboolean skipped
          = item->status == CITIZ_STATUS_NOT_DONE || item->status == CITIZ_STATUS_NOT_TAKEN;

      citiz_form_set_choice (form, "medication", hex);
      citiz_form_set_choice (form, "taken", skipped ? "skipped" : "taken");
    }
  fill_planned (form, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (keys); i++)
    citiz_form_watch (form, keys[i], fill_planned, NULL);
  citiz_form_watch (form, "planned", chosen_cb, NULL);
}

void
_citiz_add_take_dose (CitizForm *form, const CitizRecord *record, CitizDraft *draft)
{
  const gchar *planned = citiz_form_get_choice (form, "planned");
  CitizId medication;
  gint32 day;
  gint minute;

  draft->taken = strcmp (citiz_form_get_choice (form, "taken"), "taken") == 0;
  draft->subject = citiz_id_from_hex (&medication, citiz_form_get_choice (form, "medication"))
                       ? citiz_record_get (record, &medication)
                       : NULL;
  draft->unplanned = strcmp (planned, OTHER) == 0;
  draft->planned
      = sscanf (planned, "%d %d", &day, &minute) == 2 ? citiz_day_at (day, minute) : (CitizDate){0};
}
