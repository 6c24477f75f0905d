/* Measures of the record: items and series put together, by day and by sample. SPDX-License-Identifier: AGPL-3.0-or-later */
#include "record/citiz-record-private.h"
#include "record/citiz-unit.h"

#include <math.h>
#include <string.h>

static const gchar *
family_of (const gchar *measure)
{
  const CitizMeasure *m = citiz_measure_get (measure);
  return m != NULL ? citiz_measure_family (m) : measure;
}

static gdouble
converted (const CitizDecimal *value, const gchar *unit, const CitizMeasure *measure)
{
  gdouble out;

  if (!citiz_decimal_known (value))
    return NAN;
  if (*unit == '\0' || measure->ucum[0] == '\0')
    return value->number;
  return citiz_unit_convert (value->number, unit, measure->ucum, measure->key, &out) ? out : NAN;
}

gdouble
citiz_record_value_of (const CitizItem *item, const CitizMeasure *measure)
{
  const gchar *family = citiz_measure_family (measure);

  if (item->measure != NULL && strcmp (citiz_measure_family (item->measure), family) == 0)
    return converted (&item->value, item->unit, measure);
  for (guint i = 0; i < item->components->len; i++)
    {
      const CitizComponent *c = &g_array_index (item->components, CitizComponent, i);
      if (c->measure != NULL && strcmp (citiz_measure_family (c->measure), family) == 0)
        return converted (&c->value, c->unit, measure);
    }
  return NAN;
}

static void
index_item (GHashTable *index, const gchar *key, CitizItem *item)
{
  GPtrArray *list = g_hash_table_lookup (index, key);

  if (list == NULL)
    {
      list = g_ptr_array_new ();
      g_hash_table_insert (index, (gpointer) key, list);
    }
  if (list->len == 0 || g_ptr_array_index (list, list->len - 1) != item)
    g_ptr_array_add (list, item);
}

static gint
oldest_first (gconstpointer a, gconstpointer b)
{
  const CitizItem *x = *(CitizItem *const *) a, *y = *(CitizItem *const *) b;
  gint order = citiz_date_compare (citiz_item_date (x), citiz_item_date (y));
  return order != 0 ? order : memcmp (x->id.b, y->id.b, sizeof x->id.b);
}

static void
make_index (CitizRecord *record)
{
  GHashTableIter iter;
  gpointer versions;

  record->by_measure
      = g_hash_table_new_full (g_str_hash, g_str_equal, NULL, (GDestroyNotify) g_ptr_array_unref);
  g_hash_table_iter_init (&iter, record->items);
  while (g_hash_table_iter_next (&iter, NULL, &versions))
    {
      CitizItem *item = citiz_record_current (versions);
      if (item == NULL || item->in_error
          || (item->kind != CITIZ_KIND_MEASURE && item->kind != CITIZ_KIND_RESULT))
        continue;
      if (item->measure != NULL)
        index_item (record->by_measure, citiz_measure_family (item->measure), item);
      for (guint i = 0; i < item->components->len; i++)
        {
          const CitizComponent *c = &g_array_index (item->components, CitizComponent, i);
          if (c->measure != NULL)
            index_item (record->by_measure, citiz_measure_family (c->measure), item);
        }
    }
  g_hash_table_iter_init (&iter, record->by_measure);
  while (g_hash_table_iter_next (&iter, NULL, &versions))
    g_ptr_array_sort (versions, oldest_first);
}

const GPtrArray *
citiz_record_indexed (const CitizRecord *record, const gchar *measure)
{
  if (record->by_measure == NULL)
    make_index ((CitizRecord *) record);
  return g_hash_table_lookup (record->by_measure, family_of (measure));
}

CitizItem *
citiz_record_latest (const CitizRecord *record, const gchar *measure)
{
  const GPtrArray *list = citiz_record_indexed (record, measure);

  if (list != NULL && list->len > 0)
    return g_ptr_array_index (list, list->len - 1);
  g_autoptr (GPtrArray) results = citiz_record_list (record, CITIZ_KIND_RESULT);
  for (guint i = 0; i < results->len; i++)
    if (strcmp (((CitizItem *) g_ptr_array_index (results, i))->code, measure) == 0)
      return g_ptr_array_index (results, i);
  return NULL;
}

GPtrArray *
citiz_record_items_of (const CitizRecord *record, const gchar *measure)
{
  const GPtrArray *list = citiz_record_indexed (record, measure);
  GPtrArray *out = g_ptr_array_new ();

  for (guint i = 0; list != NULL && i < list->len; i++)
    g_ptr_array_add (out, g_ptr_array_index (list, i));
  return out;
}

GPtrArray *
citiz_record_same_test (const CitizRecord *record, const CitizItem *item)
{
  if (item->measure != NULL)
    return citiz_record_items_of (record, item->measure->key);
  GPtrArray *all = citiz_record_list (record, item->kind), *out = g_ptr_array_new ();
  for (guint i = all->len; i > 0; i--)
    {
      CitizItem *other = g_ptr_array_index (all, i - 1);
      gboolean same = item->code[0] != '\0' ? strcmp (other->code, item->code) == 0
                                                  && strcmp (other->system, item->system) == 0
                                            : strcmp (other->title[0], item->title[0]) == 0;
      if (same)
        g_ptr_array_add (out, other);
    }
  g_ptr_array_unref (all);
  return out;
}

static gint
by_text (gconstpointer a, gconstpointer b)
{
  return strcmp (*(const gchar *const *) a, *(const gchar *const *) b);
}

GPtrArray *
citiz_record_measures (const CitizRecord *record)
{
  g_autoptr (GHashTable) seen = g_hash_table_new (g_str_hash, g_str_equal);
  GPtrArray *out = g_ptr_array_new ();
  GHashTableIter iter;
  gpointer key;

  citiz_record_indexed (record, "");
  g_hash_table_iter_init (&iter, record->by_measure);
  while (g_hash_table_iter_next (&iter, &key, NULL))
    g_hash_table_add (seen, key);
  for (guint i = 0; i < record->series->len; i++)
    g_hash_table_add (seen, ((CitizDaySeries *) g_ptr_array_index (record->series, i))->measure);
  g_hash_table_iter_init (&iter, seen);
  while (g_hash_table_iter_next (&iter, &key, NULL))
    g_ptr_array_add (out, key);
  g_ptr_array_sort (out, by_text);
  return out;
}

GPtrArray *
citiz_record_sources (const CitizRecord *record, const gchar *measure)
{
  GPtrArray *out = g_ptr_array_new ();

  for (guint i = 0; i < record->series->len; i++)
    {
      const CitizDaySeries *s = g_ptr_array_index (record->series, i);
      if (strcmp (s->measure, measure) == 0 && s->source[0] != '\0'
          && !g_ptr_array_find_with_equal_func (out, s->source, g_str_equal, NULL))
        g_ptr_array_add (out, s->source);
    }
  return out;
}

gboolean
citiz_record_span (const CitizRecord *record, const gchar *measure, gint32 *first, gint32 *last)
{
  const gchar *family = family_of (measure);
  const GPtrArray *items = citiz_record_indexed (record, measure);

  *first = G_MAXINT32;
  *last = G_MININT32;
  for (guint i = 0; i < record->series->len; i++)
    {
      const CitizDaySeries *s = g_ptr_array_index (record->series, i);
      if (strcmp (family_of (s->measure), family) != 0 || s->days->len == 0)
        continue;
      *first = MIN (*first, g_array_index (s->days, CitizDay, 0).day);
      *last = MAX (*last, g_array_index (s->days, CitizDay, s->days->len - 1).day);
    }
  for (guint i = 0; items != NULL && i < items->len; i++)
    {
      gint32 day = citiz_date_day (citiz_item_date (g_ptr_array_index (items, i)));
      if (day == G_MININT32)
        continue;
      *first = MIN (*first, day);
      *last = MAX (*last, day);
    }
  return *first <= *last;
}

/* First index whose day is at least `day`. */
static guint
lower_bound (const GArray *days, gint32 day)
{
  guint lo = 0, hi = days->len;

  while (lo < hi)
    {
      guint mid = (lo + hi) / 2;
      if (g_array_index (days, CitizDay, mid).day < day)
        lo = mid + 1;
      else
        hi = mid;
    }
  return lo;
}

typedef struct
{
  CitizDay day;
  gint priority; /* of the source it comes from; G_MAXINT for merged */
  gboolean used;
} Slot;

/* In the unit of the measure. */
static gboolean
scaled (CitizDay *out,
        const CitizDay *in,
        const gchar *unit,
        const CitizMeasure *m,
        const gchar *key)
{
  gdouble one, zero;

  *out = *in;
  if (m == NULL || *unit == '\0' || m->ucum[0] == '\0'
      || strcmp (citiz_unit_ucum (unit), m->ucum) == 0)
    return TRUE;
  if (!citiz_unit_convert (0, unit, m->ucum, key, &zero)
      || !citiz_unit_convert (1, unit, m->ucum, key, &one))
    return FALSE;
  gdouble f = one - zero;
  out->sum = in->sum * f + zero * in->n;
  out->min = in->min * f + zero;
  out->max = in->max * f + zero;
  out->first = in->first * f + zero;
  out->last = in->last * f + zero;
  return TRUE;
}

static gboolean
additive (CitizAggregate aggregate)
{
  return aggregate == CITIZ_AGGREGATE_SUM || aggregate == CITIZ_AGGREGATE_NIGHT;
}

static void
offer (Slot *slot, const CitizDay *day, gint priority, CitizAggregate aggregate)
{
  gboolean better = !slot->used || priority > slot->priority;

  /* Without the samples, overlapping sources of one day cannot be told apart: the fullest counts, never their sum. */
  if (slot->used && additive (aggregate) && slot->priority != G_MAXINT && priority != G_MAXINT)
    better = day->sum > slot->day.sum;
  if (!better)
    return;
  slot->day = *day;
  slot->priority = priority;
  slot->used = TRUE;
}

static void
offer_series (Slot *slots,
              const CitizRecord *record,
              const gchar *measure,
              gint32 first,
              gint32 last)
{
  const CitizMeasure *m = citiz_measure_get (measure);
  CitizAggregate aggregate = m != NULL ? m->aggregate : CITIZ_AGGREGATE_LAST;
  const gchar *family = family_of (measure);

  for (guint i = 0; i < record->series->len; i++)
    {
      const CitizDaySeries *s = g_ptr_array_index (record->series, i);
      if (strcmp (s->measure, measure) != 0 && strcmp (family_of (s->measure), family) != 0)
        continue;
      gint priority = s->source[0] == '\0' ? G_MAXINT : citiz_source_priority (s->source);
      for (guint d = lower_bound (s->days, first); d < s->days->len; d++)
        {
          const CitizDay *day = &g_array_index (s->days, CitizDay, d);
          CitizDay mine;
          if (day->day > last)
            break;
          if (scaled (&mine, day, s->unit, m, measure))
            offer (&slots[day->day - first], &mine, priority, aggregate);
        }
    }
}

static void
add_item (Slot *slot, gdouble value, CitizAggregate aggregate)
{
  CitizDay *day = &slot->day;

  if (slot->used && additive (aggregate) && slot->priority > 0)
    return; /* the device counted it already */
  if (!slot->used)
    *day = (CitizDay){.n = 0, .min = value, .max = value, .first = value, .day = day->day};
  slot->used = TRUE;
  day->n++;
  day->sum += value;
  day->min = MIN (day->min, value);
  day->max = MAX (day->max, value);
  day->last = value;
}

GArray *
citiz_record_days (const CitizRecord *record, const gchar *measure, gint32 first, gint32 last)
{
  const CitizMeasure *m = citiz_measure_get (measure);
  const GPtrArray *items = citiz_record_indexed (record, measure);
  GArray *out = g_array_new (FALSE, FALSE, sizeof (CitizDay));

  if (last < first || (gint64) last - first > 400 * 366)
    return out;
  g_autofree Slot *slots = g_new0 (Slot, (gsize) ((gint64) last - first + 1));
  offer_series (slots, record, measure, first, last);
  for (guint i = 0; m != NULL && items != NULL && i < items->len; i++)
    {
      const CitizItem *item = g_ptr_array_index (items, i);
      gint32 day = citiz_date_day (citiz_item_date (item));
      gdouble value = citiz_record_value_of (item, m);
      if (day >= first && day <= last && isfinite (value)
          && citiz_item_date (item)->precision >= CITIZ_DATE_DAY)
        add_item (&slots[day - first], value, m->aggregate);
    }
  for (gint64 i = 0; i <= (gint64) last - first; i++)
    if (slots[i].used)
      {
        slots[i].day.day = (gint32) (first + i);
        g_array_append_val (out, slots[i].day);
      }
  return out;
}

GArray *
citiz_record_samples (const CitizRecord *record, const gchar *measure, gint64 from, gint64 to)
{
  const CitizMeasure *m = citiz_measure_get (measure);
  const GPtrArray *items = citiz_record_indexed (record, measure);
  GArray *out
      = record->loader != NULL ? record->loader (measure, from, to, record->loader_data) : NULL;

  if (out == NULL)
    out = g_array_new (FALSE, FALSE, sizeof (CitizSample));
  for (guint i = 0; m != NULL && items != NULL && i < items->len; i++)
    {
      const CitizItem *item = g_ptr_array_index (items, i);
      const CitizDate *date = citiz_item_date (item);
      CitizSample sample = {.start = citiz_date_start (date).ms,
                            .offset = date->offset,
                            .value = citiz_record_value_of (item, m)};
      if (date->precision >= CITIZ_DATE_DAY && sample.start >= from && sample.start < to
          && isfinite (sample.value))
        g_array_append_val (out, sample);
    }
  gsize n = citiz_samples_sort ((CitizSample *) (gpointer) out->data, out->len);
  g_array_set_size (out, (guint) n);
  return out;
}

GArray *
citiz_record_nights (const CitizRecord *record, gint32 first, gint32 last)
{
  static const gchar *const keys[5]
      = {"sleep_awake", "sleep_light", "sleep_deep", "sleep_rem", "sleep"};
  GArray *stages[5], *nights;
  gint64 from = ((gint64) first - 2) * CITIZ_DAY, to = ((gint64) last + 2) * CITIZ_DAY;

  for (guint s = 0; s < 5; s++)
    stages[s] = citiz_record_samples (record, keys[s], from, to);
  if (stages[0]->len == 0)
    {
      g_array_unref (stages[0]);
      stages[0] = citiz_record_samples (record, "apple:SleepAwake", from, to);
    }
  nights = citiz_nights ((const GArray *const *) stages);
  for (guint s = 0; s < 5; s++)
    g_array_unref (stages[s]);
  for (guint i = nights->len; i > 0; i--)
    {
      gint32 day = g_array_index (nights, CitizNight, i - 1).day;
      if (day < first || day > last)
        g_array_remove_index (nights, i - 1);
    }
  return nights;
}

gboolean
citiz_record_target (const CitizRecord *record, const gchar *measure, CitizRange *out)
{
  const CitizMeasure *m = citiz_measure_get (measure);
  g_autoptr (GPtrArray) goals = citiz_record_list (record, CITIZ_KIND_GOAL);
  const CitizGoalDefault *usual = citiz_goal_default (measure);

  memset (out, 0, sizeof *out);
  for (guint i = 0; m != NULL && i < goals->len; i++)
    {
      const CitizItem *goal = g_ptr_array_index (goals, i);
      CitizDecimal ends[2] = {goal->range.low, goal->range.high};
      if (goal->measure == NULL || goal->status == CITIZ_STATUS_CANCELLED
          || goal->status == CITIZ_STATUS_COMPLETED
          || strcmp (citiz_measure_family (goal->measure), citiz_measure_family (m)) != 0)
        continue;
      for (guint e = 0; e < 2; e++)
        {
          gdouble value = converted (&ends[e], goal->unit, m);
          if (isfinite (value) && value != ends[e].number)
            ends[e] = citiz_decimal_from_double (value, m->decimals);
        }
      *out = (CitizRange){.owner = CITIZ_RANGE_TEAM,
                          .low = ends[0],
                          .high = ends[1],
                          .below = citiz_goal_is_below (measure),
                          .text = g_strdup (goal->person)};
      return TRUE;
    }
  if (usual == NULL)
    return FALSE;
  gint decimals = m != NULL ? m->decimals : 0;
  *out = (CitizRange){.owner = CITIZ_RANGE_CATALOGUE,
                      .low = citiz_decimal_from_double (usual->low, decimals),
                      .high = citiz_decimal_from_double (usual->high, decimals),
                      .below = usual->kind == CITIZ_GOAL_BELOW};
  return TRUE;
}
