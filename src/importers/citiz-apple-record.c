/* Records, category labels and daily summaries: the hot path of an export. SPDX-License-Identifier: AGPL-3.0-or-later */
#include "importers/citiz-apple-private.h"

#include <math.h>
#include <string.h>

#define SLOTS       16384
#define MAX_ENTRIES 8192
#define QUANTITY    "HKQuantityTypeIdentifier"
#define CATEGORY    "HKCategoryTypeIdentifier"

typedef struct
{
  CitizSlice type, source, third, value, start, end; /* third: unit, or a category's label */
} Fields;

static inline guint64
mix (guint64 h, CitizSlice s)
{
  guint64 w;
  gsize i = 0;

  for (; i + 8 <= s.n; i += 8)
    {
      memcpy (&w, s.p + i, 8);
      h = (h ^ w) * G_GUINT64_CONSTANT (0x9e3779b97f4a7c15);
      h ^= h >> 29;
    }
  w = s.n;
  memcpy (&w, s.p + i, s.n - i);
  h = (h ^ w ^ (s.n << 56)) * G_GUINT64_CONSTANT (0x9e3779b97f4a7c15);
  return h ^ h >> 32;
}

static inline gboolean
same (const CitizAppleEntry *e, const Fields *f)
{
  return e->n[0] == f->type.n && e->n[1] == f->source.n && e->n[2] == f->third.n
         && memcmp (e->key, f->type.p, f->type.n) == 0
         && memcmp (e->key + e->n[0], f->source.p, f->source.n) == 0
         && (f->third.n == 0 || memcmp (e->key + e->n[0] + e->n[1], f->third.p, f->third.n) == 0);
}

static gboolean
cut_prefix (CitizSlice *s, const gchar *prefix)
{
  gsize n = strlen (prefix);

  if (s->n <= n || memcmp (s->p, prefix, n) != 0)
    return FALSE;
  s->p += n;
  s->n -= n;
  return TRUE;
}

static gboolean
is_plain_name (CitizSlice s)
{
  for (gsize i = 0; i < s.n; i++)
    if (!g_ascii_isalnum (s.p[i]))
      return FALSE;
  return s.n > 0 && s.n <= 80;
}

/* A quantity: a measure of the catalogue when its unit is one that measure can have, else apple:TYPE as it is. */
static void
resolve_quantity (CitizApple *apple,
                  CitizAppleEntry *e,
                  CitizSlice type,
                  const gchar *source,
                  const gchar *unit)
{
  const CitizAppleType *known = citiz_apple_quantity (type);
  const gchar *ucum = citiz_apple_unit (unit);
  g_autofree gchar *own = g_strdup_printf ("apple:%.*s", (gint) type.n, type.p);
  const gchar *measure = own;

  if (g_str_equal (unit, "%"))
    e->scale = 2; /* HealthKit's per cent is a fraction */
  if (known != NULL && (ucum == NULL ? unit[0] == '\0' : g_str_equal (ucum, "1")))
    {
      g_autofree gchar *first = g_strndup (known->units, strcspn (known->units, " "));
      measure = known->measure;
      e->series[0] = citiz_apple_series (apple, measure, source, first, e->what);
    }
  else
    {
      if (known != NULL && ucum != NULL && citiz_apple_unit_accepted (known, ucum))
        measure = known->measure;
      if (g_str_equal (measure, "glucose_meter") && citiz_apple_source_is_cgm (source))
        measure = "glucose_cgm";
      e->series[0]
          = citiz_apple_series (apple, measure, source, ucum != NULL ? ucum : unit, e->what);
    }
}

static void
resolve_category (CitizApple *apple,
                  CitizAppleEntry *e,
                  CitizSlice type,
                  CitizSlice label,
                  const gchar *source)
{
  const CitizAppleCategory *known = citiz_apple_category (type, label);

  if (known == NULL)
    {
      e->refused = CITIZ_IMPORT_BAD_VALUE;
      return;
    }
  g_autofree gchar *own = g_strdup_printf ("apple:%.*s", (gint) type.n, type.p);
  e->counted = TRUE;
  e->number = known->number;
  e->per_hour = g_str_equal (known->ucum, "min") ? 60 : 1;
  for (guint i = 0; i < 2; i++)
    if (known->measure[i] != NULL || i == 0)
      e->series[i] = citiz_apple_series (apple, known->measure[i] != NULL ? known->measure[i] : own,
                                         source, known->ucum, e->what);
}

static CitizAppleEntry *
make_entry (CitizApple *apple, const Fields *f, guint64 hash)
{
  CitizAppleEntry *e = g_new0 (CitizAppleEntry, 1);
  CitizSlice type = f->type;
  g_autofree gchar *source = citiz_xml_text (f->source, 256);
  g_autofree gchar *unit = citiz_xml_text (f->third, 64);

  g_ptr_array_add (apple->entries, e);
  e->hash = hash;
  e->n[0] = (guint32) f->type.n;
  e->n[1] = (guint32) f->source.n;
  e->n[2] = (guint32) f->third.n;
  e->key = g_malloc (f->type.n + f->source.n + f->third.n + 1);
  memcpy (e->key, f->type.p, f->type.n);
  memcpy (e->key + e->n[0], f->source.p, f->source.n);
  if (f->third.n > 0)
    memcpy (e->key + e->n[0] + e->n[1], f->third.p, f->third.n);
  e->what = citiz_xml_text (f->type, 128);
  if (cut_prefix (&type, QUANTITY) && is_plain_name (type))
    resolve_quantity (apple, e, type, source, unit);
  else if (cut_prefix (&type, CATEGORY) && is_plain_name (type))
    resolve_category (apple, e, type, f->third, source);
  else
    e->refused = CITIZ_IMPORT_UNKNOWN_TYPE;
  if (e->refused == CITIZ_IMPORT_KEPT && e->series[0] == NULL)
    e->refused = CITIZ_IMPORT_TOO_MANY;
  return e;
}

static CitizAppleEntry *
look_up (CitizApple *apple, const Fields *f)
{
  guint64 hash = mix (mix (mix (0, f->type), f->source), f->third);

  if (apple->slots == NULL)
    apple->slots = g_new0 (CitizAppleEntry *, SLOTS);
  for (guint i = (guint) hash % SLOTS;; i = (i + 1) % SLOTS)
    {
      CitizAppleEntry *e = apple->slots[i];
      if (e == NULL && apple->n_entries == MAX_ENTRIES)
        return NULL;
      if (e == NULL)
        {
          apple->n_entries++;
          return apple->slots[i] = make_entry (apple, f, hash);
        }
      if (e->hash == hash && same (e, f))
        return e;
    }
}

/* Records of one kind come in runs, often of two kinds in turns. */
static inline CitizAppleEntry *
find_entry (CitizApple *apple, const Fields *f)
{
  for (guint i = 0; i < G_N_ELEMENTS (apple->recent); i++)
    if (apple->recent[i] != NULL && same (apple->recent[i], f))
      return apple->recent[i];
  CitizAppleEntry *e = look_up (apple, f);
  apple->recent[apple->turn++ % G_N_ELEMENTS (apple->recent)] = e;
  return e;
}

static inline guint
digits (const gchar *p)
{
  guint a = (guint) (p[0] - '0'), b = (guint) (p[1] - '0');
  return a > 9 || b > 9 ? 1000 : a * 10 + b;
}

/* citiz_apple_time with the date part remembered: records of one day follow one another. */
static gboolean
read_time (CitizApple *apple, CitizSlice s, gint64 *ms, gint16 *offset)
{
  if (s.n == 25 && memcmp (s.p, apple->day_text, 11) == 0 && s.p[13] == ':' && s.p[16] == ':'
      && s.p[19] == ' ')
    {
      guint h = digits (s.p + 11), m = digits (s.p + 14), sec = digits (s.p + 17);
      guint zh = digits (s.p + 21), zm = digits (s.p + 23);
      if (h <= 23 && m <= 59 && sec <= 60 && zh <= 15 && zm <= 59
          && (s.p[20] == '-' || s.p[20] == '+'))
        {
          gint zone = (gint) (zh * 60 + zm) * (s.p[20] == '-' ? -1 : 1);
          *ms = apple->day_ms + ((gint64) (h * 3600 + m * 60 + sec) - zone * 60) * 1000;
          *offset = (gint16) zone;
          return TRUE;
        }
    }
  if (!citiz_apple_time (s, ms, offset))
    return FALSE;
  if (s.n == 25 && s.p[10] == ' ')
    {
      gint64 midnight;
      gint16 zero;
      gchar text[26] = {0};
      memcpy (text, s.p, 11);
      memcpy (text + 11, "00:00:00 +0000", 14);
      if (citiz_apple_time ((CitizSlice){text, 25}, &midnight, &zero))
        {
          memcpy (apple->day_text, text, 11);
          apple->day_ms = midnight;
        }
    }
  return TRUE;
}

static inline void
read_fields (const CitizXmlAttribute *a, guint n, Fields *f)
{
  CitizSlice unit = {NULL, 0}, old_source = {NULL, 0};

  for (guint i = 0; i < n; i++)
    {
      const CitizSlice name = a[i].name;
      switch (name.n)
        {
        case 4:
          if (memcmp (name.p, "type", 4) == 0)
            f->type = a[i].value;
          else if (memcmp (name.p, "unit", 4) == 0)
            unit = a[i].value;
          break;
        case 5:
          if (memcmp (name.p, "value", 5) == 0)
            f->value = a[i].value;
          break;
        case 6:
          if (memcmp (name.p, "source", 6) == 0)
            old_source = a[i].value; /* iOS 8 */
          break;
        case 7:
          if (memcmp (name.p, "endDate", 7) == 0)
            f->end = a[i].value;
          break;
        case 9:
          if (memcmp (name.p, "startDate", 9) == 0)
            f->start = a[i].value;
          break;
        case 10:
          if (memcmp (name.p, "sourceName", 10) == 0)
            f->source = a[i].value;
          break;
        default:
          break;
        }
    }
  if (f->source.n == 0 && old_source.n > 0)
    f->source = old_source;
  if (f->source.p == NULL)
    f->source.p = "";
  f->third = unit.p != NULL ? unit : (CitizSlice){"", 0};
  /* Categories have labels instead of units. */
  if (f->type.n > 10 && f->type.p[2] == 'C')
    f->third = f->value.p != NULL ? f->value : (CitizSlice){"", 0};
}

/* The sample's time span; FALSE when it has none or it is not a span. */
static gboolean
read_span (CitizApple *apple, const Fields *f, CitizImportSample *s)
{
  gint64 end;
  gint16 end_offset;

  if (!read_time (apple, f->start, &s->start, &s->offset))
    return FALSE;
  if (f->end.n == 0)
    end = s->start;
  else if (f->end.n == f->start.n && memcmp (f->end.p, f->start.p, f->end.n) == 0)
    end = s->start;
  else if (!read_time (apple, f->end, &end, &end_offset))
    return FALSE;
  if (end < s->start || end - s->start > 40 * CITIZ_DAY
      || s->start < G_GINT64_CONSTANT (-2208988800000)
      || s->start > G_GINT64_CONSTANT (7258118400000))
    return FALSE;
  s->duration = (guint32) (end - s->start);
  return TRUE;
}

/**
 * citiz_apple_record:
 *
 * One Record: HKDevice's pointer, versions and creation dates are not part of what is known; the source's name is.
 */
void
citiz_apple_record (CitizApple *apple, const CitizXmlAttribute *a, guint n)
{
  Fields f = {0};
  CitizImportSample s;

  read_fields (a, n, &f);
  if (f.type.n == 0 || f.type.n > 128 || f.source.n > 1024 || f.third.n > 256)
    {
      citiz_apple_tally (apple, CITIZ_IMPORT_MALFORMED, "Record");
      return;
    }
  CitizAppleEntry *e = find_entry (apple, &f);
  if (e == NULL)
    {
      citiz_apple_tally (apple, CITIZ_IMPORT_TOO_MANY, "Record");
      return;
    }
  if (e->refused != CITIZ_IMPORT_KEPT)
    {
      e->refusals++;
      return;
    }
  if (!read_span (apple, &f, &s))
    {
      citiz_apple_tally (apple, CITIZ_IMPORT_BAD_DATE, e->what);
      return;
    }
  if (e->counted)
    s.value = isnan (e->number) ? s.duration * e->per_hour / 3600000.0 : e->number;
  else if (!citiz_apple_number (f.value, e->scale, &s.value))
    {
      citiz_apple_tally (apple, CITIZ_IMPORT_BAD_VALUE, e->what);
      return;
    }
  if (++apple->n_samples > CITIZ_APPLE_MAX_SAMPLES)
    {
      citiz_xml_stop (apple->xml, CITIZ_IMPORT_TOO_MANY);
      return;
    }
  citiz_samples_add (e->series[0]->samples, &s);
  if (e->series[1] != NULL)
    citiz_samples_add (e->series[1]->samples, &s);
}

/**
 * citiz_apple_summary:
 *
 * ActivitySummary: the three rings of a day and their goals. Derived data, kept beside the records under names of
 * its own so that no sum counts it twice.
 */
void
citiz_apple_summary (CitizApple *apple, const CitizXmlAttribute *a, guint n)
{
  static const struct
  {
    const gchar *attribute, *measure, *unit;
  } rings[] = {
      {"activeEnergyBurned", "apple:RingActiveEnergy", "kcal"},
      {"activeEnergyBurnedGoal", "apple:RingActiveEnergyGoal", "kcal"},
      {"appleMoveTime", "apple:RingMoveTime", "min"},
      {"appleMoveTimeGoal", "apple:RingMoveTimeGoal", "min"},
      {"appleExerciseTime", "apple:RingExerciseTime", "min"},
      {"appleExerciseTimeGoal", "apple:RingExerciseTimeGoal", "min"},
      {"appleStandHours", "apple:RingStandHours", "h"},
      {"appleStandHoursGoal", "apple:RingStandHoursGoal", "h"},
  };
  CitizSlice date = citiz_apple_attribute (a, n, "dateComponents");
  gchar text[32] = {0};
  CitizImportSample s = {.duration = (guint32) CITIZ_DAY};
  gint16 zero;

  if (date.n == 10)
    {
      memcpy (text, date.p, 10);
      memcpy (text + 10, " 00:00:00 +0000", 15);
    }
  if (!citiz_apple_time ((CitizSlice){text, strlen (text)}, &s.start, &zero))
    {
      citiz_apple_tally (apple, CITIZ_IMPORT_BAD_DATE, "ActivitySummary");
      return;
    }
  s.offset = apple->exported_offset;
  s.start -= s.offset * CITIZ_MINUTE;
  CitizSlice unit = citiz_apple_attribute (a, n, "activeEnergyBurnedUnit");
  gdouble factor = citiz_slice_equal (unit, "kJ") ? 1 / 4.184 : 1;
  for (guint i = 0; i < G_N_ELEMENTS (rings); i++)
    {
      CitizSlice value = citiz_apple_attribute (a, n, rings[i].attribute);
      if (value.n == 0 || !citiz_apple_number (value, 0, &s.value) || s.value == 0)
        continue;
      if (i < 2)
        s.value *= factor;
      CitizAppleSeries *series
          = citiz_apple_series (apple, rings[i].measure, "Apple", rings[i].unit, "ActivitySummary");
      if (series != NULL)
        citiz_samples_add (series->samples, &s);
    }
}
