/* Medications of a day: what is due, what was noted, what changed. SPDX-License-Identifier: AGPL-3.0-or-later */
#include "record/citiz-record-private.h"

#include <stdlib.h>
#include <string.h>

static gint
by_minute (gconstpointer a, gconstpointer b)
{
  const CitizDue *x = a, *y = b;

  if (x->minute != y->minute)
    return x->minute - y->minute;
  gint by_name = strcmp (x->medication->title[0], y->medication->title[0]);
  if (by_name != 0)
    return by_name;
  return memcmp (x->medication->id.b, y->medication->id.b, sizeof x->medication->id.b);
}

/* The day and hour it was noted for, else when it was taken. */
static const CitizDate *
meant (const CitizItem *dose)
{
  return dose->planned.precision == CITIZ_DATE_TIME ? &dose->planned : &dose->onset;
}

static gint
minute_of (const CitizItem *dose)
{
  const CitizDate *at = meant (dose);

  return at->precision == CITIZ_DATE_TIME ? at->hour * 60 + at->minute : 720;
}

static void
note (CitizDue *due, CitizItem *dose)
{
  due->dose = dose;
  due->skipped = dose->status == CITIZ_STATUS_NOT_DONE || dose->status == CITIZ_STATUS_NOT_TAKEN;
  due->taken = !due->skipped && dose->status != CITIZ_STATUS_CANCELLED;
}

/* A dose goes to the planned time it was noted for, once; one noted for no time, to the nearest that is still free. */
static void
match (GArray *due, CitizItem *dose)
{
  const gboolean named = dose->planned.precision == CITIZ_DATE_TIME;
  CitizDue *best = NULL;

  for (guint i = 0; i < due->len; i++)
    {
      CitizDue *one = &g_array_index (due, CitizDue, i);
      const gint far = abs (one->minute - minute_of (dose));

      if (!citiz_id_equal (&one->medication->id, &dose->subject) || (one->dose != NULL && !named))
        continue;
      if (best == NULL || far < abs (best->minute - minute_of (dose)))
        best = one;
    }
  if (best != NULL && best->dose == NULL)
    note (best, dose);
}

/* To be taken on that day, not only when needed. */
static gboolean
is_regular (const CitizItem *medication, gint32 day)
{
  const CitizTime noon = {day * CITIZ_DAY + CITIZ_DAY / 2};

  return citiz_item_holds (medication, noon, 0) && !medication->as_needed
         && medication->status != CITIZ_STATUS_ON_HOLD
         && citiz_date_day (&medication->onset) <= day;
}

GArray *
citiz_record_due (const CitizRecord *record, gint32 day)
{
  GArray *out = g_array_new (FALSE, TRUE, sizeof (CitizDue));
  g_autoptr (GPtrArray) medications = citiz_record_list (record, CITIZ_KIND_MEDICATION);
  g_autoptr (GPtrArray) doses = citiz_record_list (record, CITIZ_KIND_DOSE);

  for (guint i = 0; i < medications->len; i++)
    {
      CitizItem *medication = g_ptr_array_index (medications, i);
      if (!is_regular (medication, day))
        continue;
      for (guint t = 0; t < medication->times->len; t++)
        {
          CitizDue due
              = {.medication = medication, .minute = g_array_index (medication->times, gint16, t)};
          g_array_append_val (out, due);
        }
    }
  for (guint named = 2; named-- > 0;) /* first those that say which they are */
    for (guint i = doses->len; i > 0; i--)
      {
        CitizItem *dose = g_ptr_array_index (doses, i - 1);
        if (citiz_date_day (meant (dose)) == day && !dose->unplanned
            && (dose->planned.precision == CITIZ_DATE_TIME) == (gboolean) named)
          match (out, dose);
      }
  g_array_sort (out, by_minute);
  return out;
}

static gboolean
is_due (const GArray *due, const CitizItem *dose)
{
  for (guint i = 0; i < due->len; i++)
    if (g_array_index (due, CitizDue, i).dose == dose)
      return TRUE;
  return FALSE;
}

GPtrArray *
citiz_record_unplanned (const CitizRecord *record, gint32 day)
{
  GPtrArray *out = g_ptr_array_new_with_free_func ((GDestroyNotify) citiz_item_unref);
  g_autoptr (GPtrArray) doses = citiz_record_list (record, CITIZ_KIND_DOSE);
  g_autoptr (GArray) due = citiz_record_due (record, day);

  for (guint i = doses->len; i > 0; i--)
    {
      CitizItem *dose = g_ptr_array_index (doses, i - 1);
      if (citiz_date_day (meant (dose)) == day && !is_due (due, dose))
        g_ptr_array_add (out, citiz_item_ref (dose));
    }
  return out;
}

guint
citiz_record_untimed (const CitizRecord *record, gint32 day)
{
  g_autoptr (GPtrArray) medications = citiz_record_list (record, CITIZ_KIND_MEDICATION);
  guint n = 0;

  for (guint i = 0; i < medications->len; i++)
    {
      const CitizItem *medication = g_ptr_array_index (medications, i);

      n += medication->times->len == 0 && is_regular (medication, day);
    }
  return n;
}

CitizItem *
citiz_record_last_dose (const CitizRecord *record, const CitizId *medication)
{
  g_autoptr (GPtrArray) doses = citiz_record_list (record, CITIZ_KIND_DOSE);

  for (guint i = 0; i < doses->len; i++)
    {
      CitizItem *dose = g_ptr_array_index (doses, i);
      if (citiz_id_equal (&dose->subject, medication))
        return dose;
    }
  return NULL;
}

gboolean
citiz_record_dose_change (const CitizRecord *record,
                          const CitizId *medication,
                          CitizTime *when,
                          const gchar **from,
                          const gchar **to)
{
  g_autoptr (GPtrArray) versions = citiz_record_history (record, medication);

  for (guint i = versions->len; i > 1; i--)
    {
      const CitizItem *now = g_ptr_array_index (versions, i - 1);
      const CitizItem *before = g_ptr_array_index (versions, i - 2);

      if (now->n_corrections <= before->n_corrections)
        {
          i--; /* it took @before back: neither changed anything */
          continue;
        }
      gboolean strength
          = strcmp (now->detail, before->detail) != 0 && *citiz_item_content (now) == '\0';
      if (!strength && strcmp (now->dosage, before->dosage) == 0)
        continue;
      *from = strength ? before->detail : before->dosage;
      *to = strength ? now->detail : now->dosage;
      if (**from == '\0' || **to == '\0')
        continue;
      *when = now->recorded.precision != CITIZ_DATE_NONE ? citiz_date_start (&now->recorded)
                                                         : now->changed;
      return TRUE;
    }
  return FALSE;
}
