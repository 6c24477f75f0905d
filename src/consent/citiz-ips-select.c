/* Which items of the record a profile shows, and where. SPDX-License-Identifier: AGPL-3.0-or-later */
#include "consent/citiz-consent-private.h"
#include "consent/citiz-ips-private.h"

#define CARERS_MAX 6

/* The newest of these are the key results of the first screen, in this order; codes of one row mean the same, as in the page's
 * own table (data/viewer/tables.json). */
static const gchar *const first_screen[][10] = {
    {"33914-3", "62238-1", "98979-8", "77147-7", "69405-9", "50044-7", "48642-3", "48643-1",
     "98980-6", "88293-6"},                      /* estimated filtration */
    {"2160-0", "14682-9", "38483-4", "59826-8"}, /* creatinine */
    {"2823-3", "6298-4", "77142-8", "75940-7"},  /* potassium */
    {"718-7", "20509-6", "59260-0", "30350-3"},  /* haemoglobin */
    {"6301-6", "34714-6", "38875-1", "46418-0"}, /* INR */
    {"99504-3", "15074-8", "2339-0", "2345-7", "14749-6", "41653-7", "105272-9", "14743-9",
     "2340-8", "74774-1"},                                 /* glucose, at any hour */
    {"14771-0", "76629-5", "1558-6"},                      /* glucose, fasting: another measure */
    {"4548-4", "59261-8", "17856-6", "41995-2"},           /* HbA1c */
    {"85354-9", "55284-4", "35094-2", "8480-6"},           /* blood pressure */
    {"8462-4"},                                            /* … its lower half */
    {"8867-4"},                                            /* heart rate */
    {"59408-5", "2708-6"},                                 /* oxygen saturation */
    {"11524-6", "34534-8", "8625-6", "18844-1", "8601-7"}, /* ECG */
    {"882-1", "883-9"},                                    /* blood group */
};

static CitizPart
part_of_observation (const CitizItem *item)
{
  static const struct
  {
    const gchar *category;
    CitizPart part;
  } parts[] = {
      {"vital-signs", CITIZ_PART_VITALS}, {"social-history", CITIZ_PART_HABITS},
      {"survey", CITIZ_PART_HABITS},      {"functional-status", CITIZ_PART_FUNCTIONAL},
      {"activity", CITIZ_PART_ACTIVITY},
  };

  if (item->alerts >> CITIZ_ALERT_PREGNANCY & 1)
    return CITIZ_PART_PREGNANCY;
  for (guint i = 0; i < G_N_ELEMENTS (parts); i++)
    if (g_strcmp0 (item->category, parts[i].category) == 0)
      return parts[i].part;
  return item->kind == CITIZ_KIND_MEASURE ? CITIZ_PART_VITALS : CITIZ_PART_RESULTS;
}

/* FALSE for what no section carries by itself. */
static gboolean
part_of (const CitizIps *ips, const CitizItem *item, CitizPart *out)
{
  static const struct
  {
    CitizKind kind;
    CitizPart part;
  } parts[] = {
      {CITIZ_KIND_ALLERGY, CITIZ_PART_ALLERGIES},
      {CITIZ_KIND_MEDICATION, CITIZ_PART_MEDICATIONS},
      {CITIZ_KIND_IMMUNIZATION, CITIZ_PART_IMMUNIZATIONS},
      {CITIZ_KIND_PROCEDURE, CITIZ_PART_PROCEDURES},
      {CITIZ_KIND_DEVICE, CITIZ_PART_DEVICES},
      {CITIZ_KIND_VISIT, CITIZ_PART_VISITS},
      {CITIZ_KIND_DOCUMENT, CITIZ_PART_DOCUMENTS},
      {CITIZ_KIND_FAMILY, CITIZ_PART_FAMILY},
      {CITIZ_KIND_DIRECTIVE, CITIZ_PART_DIRECTIVES},
      {CITIZ_KIND_CONTACT, CITIZ_PART_CONTACTS},
      {CITIZ_KIND_SESSION, CITIZ_PART_ACTIVITY},
      {CITIZ_KIND_MEAL, CITIZ_PART_DIET},
      {CITIZ_KIND_GOAL, CITIZ_PART_PLAN},
      {CITIZ_KIND_NOTE, CITIZ_PART_STORY},
      {CITIZ_KIND_ALERT, CITIZ_PART_ALERTS},
  };

  if (item->kind == CITIZ_KIND_PROBLEM)
    {
      *out = citiz_item_holds (item, ips->now, ips->options->offset_minutes) || item->nothing_known
                 ? CITIZ_PART_PROBLEMS
                 : CITIZ_PART_PAST_PROBLEMS;
      return TRUE;
    }
  if (item->kind == CITIZ_KIND_RESULT || item->kind == CITIZ_KIND_MEASURE)
    {
      *out = part_of_observation (item);
      return TRUE;
    }
  for (guint i = 0; i < G_N_ELEMENTS (parts); i++)
    if (item->kind == parts[i].kind)
      {
        *out = parts[i].part;
        return TRUE;
      }
  return FALSE;
}

static void
item_free (gpointer data)
{
  CitizIpsItem *entry = data;

  g_free (entry->url);
  g_free (entry);
}

/* How many of a part are shown, and of one code. 0 = all. */
static const struct
{
  guint all;
  guint of_one_code;
} limits[CITIZ_N_PARTS] = {
    [CITIZ_PART_RESULTS] = {0, CITIZ_IPS_OF_ONE_CODE},
    [CITIZ_PART_VITALS] = {0, CITIZ_IPS_OF_ONE_CODE},
    [CITIZ_PART_HABITS] = {0, 1},
    [CITIZ_PART_FUNCTIONAL] = {0, 1},
    [CITIZ_PART_VISITS] = {CITIZ_IPS_VISITS_MAX, 0},
    [CITIZ_PART_DOCUMENTS] = {CITIZ_IPS_DOCUMENTS_MAX, 0},
};

static guint
rank_of (const CitizItem *item)
{
  if (g_strcmp0 (item->system, CITIZ_SYSTEM_LOINC) != 0)
    return 0;
  for (guint row = 0; row < G_N_ELEMENTS (first_screen); row++)
    for (guint i = 0; i < G_N_ELEMENTS (first_screen[row]) && first_screen[row][i]; i++)
      if (strcmp (first_screen[row][i], item->code) == 0)
        return row + 1;
  return 0;
}

/* Counts of each code so far, and who has each rank; lists of a kind come newest first, and one row may be of two kinds. */
typedef struct
{
  GHashTable *codes; /* text → count */
  CitizIpsItem *ranked[G_N_ELEMENTS (first_screen) + 1];
} Tally;

/* One tile a measure: the newest of its row has the rank. */
static void
give_rank (Tally *tally, CitizIpsItem *entry)
{
  guint rank = rank_of (entry->item);
  const CitizDate *when = citiz_item_date (entry->item);
  CitizIpsItem *before = tally->ranked[rank];

  if (rank == 0 || (before && citiz_date_compare (when, citiz_item_date (before->item)) <= 0))
    return;
  if (before)
    before->rank = 0;
  entry->rank = rank;
  tally->ranked[rank] = entry;
}

static guint
row_of (const gchar *code)
{
  for (guint row = 0; row < G_N_ELEMENTS (first_screen); row++)
    if (strcmp (first_screen[row][0], code) == 0)
      return row + 1;
  return 0;
}

/* A diastolic pressure stands only beside its systolic one, or when there is no other pressure, or none as new. */
static void
settle_pressure (Tally *tally)
{
  const CitizIpsItem *whole = tally->ranked[row_of ("85354-9")];
  CitizIpsItem *half = tally->ranked[row_of ("8462-4")];
  gint order;

  if (whole == NULL || half == NULL)
    return;
  order = citiz_date_compare (citiz_item_date (half->item), citiz_item_date (whole->item));
  if (order < 0 || (order == 0 && strcmp (whole->item->code, "8480-6") != 0))
    half->rank = 0;
}

static gboolean
within_limits (CitizIps *ips, Tally *tally, const CitizItem *item, CitizPart part)
{
  g_autofree gchar *key = NULL;
  guint seen;

  if (limits[part].all && ips->shown[part] >= limits[part].all)
    return FALSE;
  if (limits[part].of_one_code == 0)
    return TRUE;
  key = *item->code ? g_strconcat (item->system, "|", item->code, NULL) : g_strdup (item->title[0]);
  seen = GPOINTER_TO_UINT (g_hash_table_lookup (tally->codes, key));
  if (seen >= limits[part].of_one_code)
    return FALSE;
  g_hash_table_replace (tally->codes, g_steal_pointer (&key), GUINT_TO_POINTER (seen + 1));
  return TRUE;
}

/* Single meals and sessions are told in a summary, contacts in the Patient. */
static gboolean
is_carried (const CitizItem *item)
{
  return item->kind != CITIZ_KIND_MEAL && item->kind != CITIZ_KIND_SESSION;
}

static gboolean
is_useful_contact (CitizIps *ips, const CitizItem *item)
{
  return strcmp (item->type, "RelatedPerson") == 0
         || (*item->phone && ips->shown[CITIZ_PART_CONTACTS] < CARERS_MAX
             && (item->role != CITIZ_ROLE_NONE || item->source == CITIZ_SOURCE_SELF));
}

static gboolean
is_withheld (const CitizIps *ips, const CitizItem *item, CitizPart part)
{
  return !citiz_profile_shows (ips->profile, part)
         || !citiz_profile_shows_sensitive (ips->profile, item->sensitive)
         || citiz_profile_masks (ips->profile, &item->id);
}

/* A Device is the person's by itself only when it says so and no use of it is told; else it is what a use, or an author, points to. */
static gboolean
is_own_device (CitizIps *ips, const CitizItem *item)
{
  return strcmp (item->type, "Device") != 0
         || (json_object_get (item->resource, "patient")
             && !g_hash_table_contains (ips->cited, &item->id));
}

static void
note_cited_devices (CitizIps *ips)
{
  g_autoptr (GPtrArray) devices = citiz_record_list (ips->record, CITIZ_KIND_DEVICE);

  for (guint i = 0; i < devices->len; i++)
    {
      CitizItem *item = devices->pdata[i];
      json_t *device = json_object_get (item->resource, "device");
      const char *reference = json_string_value (json_object_get (device, "reference"));
      CitizItem *cited = reference ? citiz_record_resolve (ips->record, item, reference) : NULL;

      if (cited)
        g_hash_table_add (ips->cited, &cited->id);
      ips->has_implant |= (item->alerts >> CITIZ_ALERT_IMPLANT & 1)
                          && !is_withheld (ips, item, CITIZ_PART_DEVICES);
    }
}

static CitizIpsItem *
new_entry (CitizIps *ips, CitizItem *item)
{
  CitizIpsItem *entry = g_new0 (CitizIpsItem, 1);

  entry->item = item;
  g_ptr_array_add (ips->items, entry);
  g_hash_table_replace (ips->by_id, &item->id, entry);
  return entry;
}

/* A class of its own is for what changes care by itself: the operation that placed an implant is told by the implant. */
static guint
alerts_of (CitizIps *ips, const CitizItem *item)
{
  guint alerts = citiz_item_holds (item, ips->now, ips->options->offset_minutes) ? item->alerts : 0;

  if (item->kind != CITIZ_KIND_ALERT)
    alerts &= ~(1u << CITIZ_ALERT_OTHER);
  if (item->kind == CITIZ_KIND_PROCEDURE && ips->has_implant)
    alerts &= ~(1u << CITIZ_ALERT_IMPLANT);
  return alerts;
}

/* 0: none, or not yet. A day is one of the person's. */
static gint64
past (const CitizIps *ips, const CitizDate *date)
{
  gint64 when = citiz_date_start (date).ms;

  if (date->precision == CITIZ_DATE_NONE)
    return 0;
  if (date->precision != CITIZ_DATE_TIME)
    when -= ips->options->offset_minutes * CITIZ_MINUTE;
  return when <= ips->now.ms ? when : 0;
}

/* When somebody last said so, at the earliest when it began: the day of an import says nothing of it. */
static void
said (CitizIps *ips, CitizPart part, const CitizItem *item)
{
  const gint64 when = item->source == CITIZ_SOURCE_SELF
                          ? item->changed.ms
                          : MAX (past (ips, &item->recorded), past (ips, &item->onset));

  ips->reviewed[part].ms = MAX (ips->reviewed[part].ms, when);
}

static void
take_shown (CitizIps *ips, Tally *tally, CitizIpsItem *entry)
{
  const CitizItem *item = entry->item;

  if ((item->kind == CITIZ_KIND_CONTACT && !is_useful_contact (ips, item))
      || !is_own_device (ips, item))
    {
      entry->supporting = TRUE;
      return;
    }
  if (!is_carried (item)) /* what its summary says is counted when it is made */
    return;
  entry->alerts = alerts_of (ips, item);
  if (!within_limits (ips, tally, item, entry->part))
    return;
  ips->shown[entry->part]++;
  said (ips, entry->part, item);
  entry->included = TRUE;
  give_rank (tally, entry);
}

static void
take (CitizIps *ips, Tally *tally, CitizItem *item)
{
  CitizPart part;
  CitizIpsItem *entry = new_entry (ips, item);

  if (!part_of (ips, item, &part))
    return;
  entry->part = part;
  entry->withheld = is_withheld (ips, item, part);
  if (!entry->withheld)
    {
      take_shown (ips, tally, entry);
      return;
    }
  ips->withheld[part]++;
  ips->masked[part]
      += citiz_profile_shows (ips->profile, part) && citiz_profile_masks (ips->profile, &item->id);
}

gboolean
citiz_ips_left_out (const CitizIps *ips, CitizPart part)
{
  return citiz_profile_shows (ips->profile, part) ? ips->masked[part] == 0
                                                  : !citiz_part_is_usual (part);
}

static void
take_statements (CitizIps *ips, CitizKind kind)
{
  g_autoptr (GPtrArray) left_out = citiz_record_list_all (ips->record, kind);

  for (guint i = 0; i < left_out->len; i++)
    {
      CitizItem *item = left_out->pdata[i];
      CitizPart part;

      if (item->nothing_known && !item->in_error && part_of (ips, item, &part)
          && ips->nil[part] == NULL && !is_withheld (ips, item, part))
        {
          ips->nil[part] = item;
          said (ips, part, item);
        }
    }
}

/* A walk over a large record costs; kinds that no part carries are found when something cites them. */
static const struct
{
  CitizKind kind;
  gboolean has_statements; /* "none known" is said of these */
} walked[] = {
    {CITIZ_KIND_ALLERGY, TRUE},      {CITIZ_KIND_PROBLEM, TRUE},   {CITIZ_KIND_MEDICATION, TRUE},
    {CITIZ_KIND_IMMUNIZATION, TRUE}, {CITIZ_KIND_PROCEDURE, TRUE}, {CITIZ_KIND_DEVICE, TRUE},
    {CITIZ_KIND_RESULT, FALSE},      {CITIZ_KIND_MEASURE, FALSE},  {CITIZ_KIND_VISIT, FALSE},
    {CITIZ_KIND_DOCUMENT, FALSE},    {CITIZ_KIND_FAMILY, FALSE},   {CITIZ_KIND_DIRECTIVE, FALSE},
    {CITIZ_KIND_CONTACT, FALSE},     {CITIZ_KIND_SESSION, FALSE},  {CITIZ_KIND_MEAL, FALSE},
    {CITIZ_KIND_GOAL, FALSE},        {CITIZ_KIND_NOTE, FALSE},     {CITIZ_KIND_ALERT, FALSE},
};

/* What is cited: the entry of the item, made now if it is of a kind that only accompanies others. */
CitizIpsItem *
citiz_ips_cited (CitizIps *ips, CitizItem *item)
{
  CitizIpsItem *entry = g_hash_table_lookup (ips->by_id, &item->id);

  if (entry == NULL && item->kind == CITIZ_KIND_OTHER && !item->in_error)
    {
      entry = new_entry (ips, item);
      entry->supporting = TRUE;
    }
  return entry;
}

const gchar *
citiz_ips_url (CitizIpsItem *entry)
{
  if (entry->url == NULL)
    entry->url = citiz_ips_url_of (&entry->item->id);
  return entry->url;
}

CitizIps *
citiz_ips_context_new (const CitizRecord *record,
                       const CitizProfile *profile,
                       const CitizIpsOptions *options)
{
  CitizIps *ips = g_new0 (CitizIps, 1);
  Tally tally = {.codes = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL)};

  ips->record = record;
  ips->profile = profile;
  ips->options = options;
  ips->now = citiz_env_now (options->env);
  ips->items = g_ptr_array_new_with_free_func (item_free);
  ips->by_id = g_hash_table_new (citiz_id_hash, (GEqualFunc) citiz_id_equal);
  ips->patient = citiz_record_patient (record);
  ips->patient_url = ips->patient ? citiz_ips_url_of (&ips->patient->id) : citiz_ips_new_url (ips);
  ips->device_url = citiz_ips_new_url (ips);
  ips->entries = json_array ();
  ips->cited = g_hash_table_new (citiz_id_hash, (GEqualFunc) citiz_id_equal);
  note_cited_devices (ips);
  for (guint i = 0; i < G_N_ELEMENTS (walked); i++)
    {
      g_autoptr (GPtrArray) list = citiz_record_list (record, walked[i].kind);

      for (guint n = 0; n < list->len; n++)
        take (ips, &tally, list->pdata[n]);
      if (walked[i].has_statements)
        take_statements (ips, walked[i].kind);
    }
  settle_pressure (&tally);
  g_hash_table_unref (tally.codes);
  return ips;
}

void
citiz_ips_context_free (CitizIps *ips)
{
  g_ptr_array_unref (ips->items);
  g_hash_table_unref (ips->by_id);
  g_hash_table_unref (ips->cited);
  g_free (ips->patient_url);
  g_free (ips->device_url);
  json_decref (ips->entries);
  g_free (ips);
}
