/* The person's goals, and the form that changes them. SPDX-License-Identifier: AGPL-3.0-or-later */
#include "ui/citiz-goals.h"

#include <glib/gi18n.h>

#include "record/citiz-compose.h"
#include "ui/citiz-form.h"
#include "ui/citiz-format.h"

/* Measure, field, unit. */
static const struct
{
  const gchar *measure, *field, *unit;
} goals[] = {
    {"mvpa_week", "mvpa_week", "min/wk"},
    {"steps", "steps", "{steps}"},
};

static const CitizField fields[] = {
    {"mvpa_week", N_ ("Minutes of sustained activity a week"), CITIZ_FIELD_NUMBER, FALSE, NULL, 10,
     2000, N_ ("The general recommendation is 150 minutes."), NULL},
    {"steps", N_ ("Steps a day"), CITIZ_FIELD_NUMBER, FALSE, NULL, 100, 60000,
     N_ ("Empty: no goal."), NULL},
    {NULL, NULL, CITIZ_FIELD_TEXT, FALSE, NULL, 0, 0, NULL, NULL},
};

gdouble
citiz_goal (const CitizRecord *record, const gchar *measure, gdouble otherwise)
{
  CitizRange range = {0};
  gdouble amount = otherwise;

  if (!citiz_record_target (record, measure, &range))
    return otherwise;
  if (citiz_decimal_known (&range.low))
    amount = range.low.number;
  else if (citiz_decimal_known (&range.high))
    amount = range.high.number;
  citiz_range_clear (&range);
  return amount;
}

gint
citiz_person_age (const CitizRecord *record, gint32 today)
{
  const CitizItem *person = citiz_record_patient (record);

  if (person == NULL || person->onset.precision < CITIZ_DATE_YEAR)
    return 0;
  return citiz_day_years (citiz_date_day (&person->onset), today);
}

/* --- the form --- */

typedef struct
{
  CitizForm *form;
  guint waiting;
  gboolean failed;
} Save;

static void
answered (Save *save, const GError *error)
{
  if (error != NULL)
    {
      save->failed = TRUE;
      citiz_form_fail (save->form, NULL, citiz_session_explain (error));
    }
  if (--save->waiting > 0)
    return;
  if (!save->failed)
    citiz_form_done (save->form);
  g_object_unref (save->form);
  g_free (save);
}

static void
saved_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (GError) error = NULL;

  citiz_session_save_finish (CITIZ_SESSION (source), result, NULL, &error);
  answered (data, error);
}

static void
removed_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (GError) error = NULL;

  citiz_session_remove_finish (CITIZ_SESSION (source), result, &error);
  answered (data, error);
}

static const CitizItem *
find_goal (const CitizRecord *record, const gchar *measure)
{
  g_autoptr (GPtrArray) items = citiz_record_list (record, CITIZ_KIND_GOAL);

  for (guint i = 0; i < items->len; i++)
    {
      const CitizItem *item = g_ptr_array_index (items, i);
      if (item->measure != NULL && g_str_equal (item->measure->key, measure))
        return item;
    }
  return NULL;
}

static void
submit_cb (CitizForm *form, gpointer data)
{
  CitizSession *session = data;
  const CitizRecord *record = citiz_session_get_record (session);
  CitizTime now = citiz_session_now (session);
  Save *save = g_new0 (Save, 1);

  save->form = g_object_ref (form);
  save->waiting = 1;
  for (guint i = 0; i < G_N_ELEMENTS (goals); i++)
    {
      const CitizItem *old = find_goal (record, goals[i].measure);
      CitizDraft draft = {.now = now,
                          .measure = goals[i].measure,
                          .unit = goals[i].unit,
                          .title = _ (fields[i].label),
                          .status = CITIZ_STATUS_ACTIVE,
                          .low = citiz_form_get_text (form, goals[i].field)};
      gdouble amount = 0;
      json_t *resource = NULL;

      citiz_form_get_number (form, goals[i].field, &amount);
      if (amount == citiz_goal (record, goals[i].measure, 0)) /* nothing to keep a version for */
        continue;
      if (*draft.low != '\0')
        resource = citiz_compose_goal (&draft, old != NULL ? old->resource : NULL);
      if (resource == NULL && old == NULL)
        continue;
      save->waiting++;
      if (resource == NULL)
        citiz_session_remove_async (session, &old->id, NULL, removed_cb, save);
      else
        citiz_session_save_async (session, old != NULL ? &old->id : NULL, resource, NULL, saved_cb,
                                  save);
      json_decref (resource);
    }
  answered (save, NULL);
}

void
citiz_goals_edit (GtkWidget *owner, CitizSession *session)
{
  CitizForm *form = citiz_form_new (owner, _ ("Goals"), NULL, fields);
  const CitizRecord *record = citiz_session_get_record (session);

  for (guint i = 0; i < G_N_ELEMENTS (goals); i++)
    {
      gdouble amount = citiz_goal (record, goals[i].measure, 0);
      if (amount > 0)
        citiz_form_set_number (form, goals[i].field, amount, 0);
    }
  citiz_form_set_submit (form, submit_cb, g_object_ref (session), g_object_unref);
  gtk_window_present (GTK_WINDOW (form));
  citiz_form_focus_first (form);
}
