/* The session: samples of long series, read by the engine and kept a while for the charts.
 * SPDX-License-Identifier: AGPL-3.0-or-later */
#include "app/citiz-engine-private.h"

#include "consent/citiz-ips.h"

#define RANGES_KEPT 48

/* A range of samples a chart asked for; without @samples and @error the engine is reading it. */
typedef struct
{
  gchar *measure;
  gint64 from, to;
  GArray *samples;
  GError *
      error; /* asked for again by citiz_session_read_again() only: a failing disk is not read without end */
} Range;

static void
range_free (gpointer data)
{
  Range *range = data;

  g_free (range->measure);
  g_clear_pointer (&range->samples, g_array_unref);
  g_clear_error (&range->error);
  g_free (range);
}

static Range *
range_new (const gchar *measure, gint64 from, gint64 to)
{
  Range *range = g_new0 (Range, 1);

  range->measure = g_strdup (measure);
  range->from = from;
  range->to = to;
  return range;
}

static Range *
find_range (CitizSession *self, const gchar *measure, gint64 from, gint64 to)
{
  for (GList *link = self->ranges.head; link != NULL; link = link->next)
    {
      Range *range = link->data;

      if (range->from == from && range->to == to && g_str_equal (range->measure, measure))
        return range;
    }
  return NULL;
}

/* What was read is not true any more: an import or an undo changed the series. */
void
citiz_session_forget_ranges (CitizSession *self)
{
  g_queue_clear_full (&self->ranges, range_free);
}

static gboolean
read_work (CitizEngine *engine, gpointer data, GCancellable *cancellable, GError **error)
{
  Range *range = data;

  if (citiz_engine_require_open (engine, &range->error) && engine->series != NULL)
    range->samples = citiz_series_store_read (engine->series, range->measure, range->from,
                                              range->to, &range->error);
  if (range->error != NULL)
    g_warning ("samples could not be read: %s", range->error->message);
  return TRUE;
}

static void
read_done (GTask *task, gpointer data)
{
  const Range *read = data;
  CitizSession *self = g_task_get_source_object (task);
  Range *range = find_range (self, read->measure, read->from, read->to);

  if (range != NULL && range->samples == NULL)
    {
      g_clear_error (&range->error);
      range->samples = read->samples != NULL ? g_array_ref (read->samples) : NULL;
      range->error = read->error != NULL ? g_error_copy (read->error) : NULL;
      if (range->samples == NULL && range->error == NULL) /* no series at all, which is told */
        range->samples = g_array_new (FALSE, FALSE, sizeof (CitizSample));
      if (range->error != NULL || range->samples->len > 0 || !citiz_session_get_reading (self))
        citiz_session_emit_record (self);
    }
  g_task_return_boolean (task, TRUE);
}

static void
post_read (CitizSession *self, const gchar *measure, gint64 from, gint64 to)
{
  citiz_engine_post (self->engine, citiz_session_task (self, post_read, NULL, NULL, NULL),
                     read_work, read_done, range_new (measure, from, to), range_free);
}

/* The record's loader, on the main thread: what is not here yet is asked for, and the record changes again when it has come. */
static GArray *
load_cb (const gchar *measure, gint64 from, gint64 to, gpointer data)
{
  CitizSession *self = data;
  Range *range = find_range (self, measure, from, to);

  if (range != NULL)
    return range->samples != NULL ? g_array_ref (range->samples) : NULL;
  g_queue_push_head (&self->ranges, range_new (measure, from, to));
  if (self->ranges.length > RANGES_KEPT)
    range_free (g_queue_pop_tail (&self->ranges));
  post_read (self, measure, from, to);
  return NULL;
}

gboolean
citiz_session_get_reading (CitizSession *self)
{
  for (GList *link = self->ranges.head; link != NULL; link = link->next)
    {
      const Range *range = link->data;

      if (range->samples == NULL && range->error == NULL)
        return TRUE;
    }
  return FALSE;
}

const gchar *
citiz_session_get_unread (CitizSession *self)
{
  for (GList *link = self->ranges.head; link != NULL; link = link->next)
    {
      const Range *range = link->data;

      if (range->error != NULL)
        return citiz_session_explain_unread (range->error);
    }
  return NULL;
}

void
citiz_session_read_again (CitizSession *self)
{
  for (GList *link = self->ranges.head; link != NULL; link = link->next)
    {
      const Range *range = link->data;

      if (range->error != NULL) /* said until it is read */
        post_read (self, range->measure, range->from, range->to);
    }
}

/**
 * citiz_session_read_nights:
 *
 * What a summary says of sleep is made of samples: they are here when what was posted urgently after this is done. Else it would say another thing each
 * time that it is made, though the record is the same.
 */
void
citiz_session_read_nights (CitizSession *self)
{
  const CitizTime now = citiz_session_now (self);
  const gint32 today = citiz_day_of (now.ms, citiz_env_offset_minutes (now));
  g_autoptr (GArray) nights
      = citiz_record_nights (self->record, today - CITIZ_IPS_SUMMARY_DAYS + 1, today);

  for (GList *link = self->ranges.head; link != NULL; link = link->next)
    {
      const Range *range = link->data;

      if (range->samples == NULL && range->error == NULL)
        citiz_engine_post_urgent (
            self->engine, citiz_session_task (self, citiz_session_read_nights, NULL, NULL, NULL),
            read_work, read_done, range_new (range->measure, range->from, range->to), range_free);
    }
}

void
citiz_session_set_loader (CitizSession *self)
{
  citiz_session_forget_ranges (self);
  citiz_record_set_loader (self->record, load_cb, self);
}

/* --- days, when the vault opens --- */

static gboolean
put_days_cb (const gchar *measure,
             const gchar *source,
             const gchar *unit,
             const GArray *days,
             gpointer data)
{
  citiz_record_put_days (data, measure, source, unit, 0, days);
  return TRUE;
}

gboolean
citiz_engine_look_at_series (CitizEngine *engine,
                             CitizRecord *record,
                             GCancellable *cancellable,
                             GError **error)
{
  return citiz_series_store_rollups (engine->vault, put_days_cb, record, error);
}
