/* The life of an item, what the vault keeps of it, what can be asked of it. SPDX-License-Identifier: AGPL-3.0-or-later */
#include "record/citiz-item-private.h"

#include <string.h>

G_DEFINE_QUARK (citiz - record - error - quark, citiz_record_error)

/* Every text of an item, for its life. */
static const gsize texts[] = {
    G_STRUCT_OFFSET (CitizItem, type),
    G_STRUCT_OFFSET (CitizItem, fhir_id),
    G_STRUCT_OFFSET (CitizItem, full_url),
    G_STRUCT_OFFSET (CitizItem, title[0]),
    G_STRUCT_OFFSET (CitizItem, title[1]),
    G_STRUCT_OFFSET (CitizItem, system),
    G_STRUCT_OFFSET (CitizItem, code),
    G_STRUCT_OFFSET (CitizItem, category),
    G_STRUCT_OFFSET (CitizItem, detail),
    G_STRUCT_OFFSET (CitizItem, dosage),
    G_STRUCT_OFFSET (CitizItem, route),
    G_STRUCT_OFFSET (CitizItem, reaction),
    G_STRUCT_OFFSET (CitizItem, note),
    G_STRUCT_OFFSET (CitizItem, reason),
    G_STRUCT_OFFSET (CitizItem, site),
    G_STRUCT_OFFSET (CitizItem, person),
    G_STRUCT_OFFSET (CitizItem, status_code),
    G_STRUCT_OFFSET (CitizItem, comparator),
    G_STRUCT_OFFSET (CitizItem, unit),
    G_STRUCT_OFFSET (CitizItem, text),
    G_STRUCT_OFFSET (CitizItem, absent),
    G_STRUCT_OFFSET (CitizItem, interpretation),
    G_STRUCT_OFFSET (CitizItem, phone),
    G_STRUCT_OFFSET (CitizItem, email),
    G_STRUCT_OFFSET (CitizItem, relationship),
    G_STRUCT_OFFSET (CitizItem, content_type),
    G_STRUCT_OFFSET (CitizItem, blob),
    G_STRUCT_OFFSET (CitizItem, source_name),
    G_STRUCT_OFFSET (CitizItem, subject_reference),
};

void
citiz_range_clear (CitizRange *range)
{
  g_clear_pointer (&range->text, g_free);
  memset (range, 0, sizeof *range);
}

void
citiz_component_clear (gpointer data)
{
  CitizComponent *component = data;

  g_free (component->title[0]);
  g_free (component->title[1]);
  g_free (component->system);
  g_free (component->code);
  g_free (component->unit);
  g_free (component->text);
  citiz_range_clear (&component->range);
}

static CitizItem *
item_new (void)
{
  CitizItem *item = g_new0 (CitizItem, 1);

  item->ref_count = 1;
  for (guint i = 0; i < G_N_ELEMENTS (texts); i++)
    G_STRUCT_MEMBER (gchar *, item, texts[i]) = g_strdup ("");
  item->components = g_array_new (FALSE, TRUE, sizeof (CitizComponent));
  g_array_set_clear_func (item->components, citiz_component_clear);
  item->members = g_ptr_array_new_with_free_func (g_free);
  item->times = g_array_new (FALSE, TRUE, sizeof (gint16));
  return item;
}

CitizItem *
citiz_item_ref (CitizItem *item)
{
  g_atomic_int_inc (&item->ref_count);
  return item;
}

void
citiz_item_unref (CitizItem *item)
{
  if (item == NULL || !g_atomic_int_dec_and_test (&item->ref_count))
    return;
  for (guint i = 0; i < G_N_ELEMENTS (texts); i++)
    g_free (G_STRUCT_MEMBER (gchar *, item, texts[i]));
  json_decref (item->resource);
  g_array_unref (item->components);
  g_ptr_array_unref (item->members);
  g_array_unref (item->times);
  citiz_range_clear (&item->range);
  g_free (item);
}

void
citiz_item_set_source (CitizItem *item, CitizSource source, const gchar *name)
{
  item->source = source;
  if (name != NULL)
    citiz_keep (&item->source_name, name);
}

/* Statements that something is absent: IPS 2 (SNOMED CT), and the codes of IPS 1. */
static gboolean
says_none (const CitizItem *item)
{
  static const gchar *const codes[]
      = {"716186003",  "160245001", "787481004", "787480003", "787482006", "787483001",
         "1287211007", "409137002", "428607008", "429625007", "716184000"};

  if (strstr (item->system, "absent-unknown") != NULL)
    return TRUE;
  for (guint i = 0; strstr (item->system, "snomed") != NULL && i < G_N_ELEMENTS (codes); i++)
    if (strcmp (item->code, codes[i]) == 0)
      return TRUE;
  return FALSE;
}

/* Who says so, when nothing was kept beside it. */
static void
guess_source (CitizItem *item)
{
  static const gchar *const sayers[]
      = {"recorder.reference",    "asserter.reference",          "informationSource.reference",
         "performer.0.reference", "performer.0.actor.reference", "author.0.reference"};

  item->source = CITIZ_SOURCE_DOCUMENT;
  for (guint i = 0; i < G_N_ELEMENTS (sayers); i++)
    {
      const gchar *who = citiz_json_text (item->resource, sayers[i]);
      if (strstr (who, "Patient/") != NULL || strcmp (who, "#self") == 0)
        item->source = CITIZ_SOURCE_SELF;
      else if (*who != '\0')
        return;
    }
}

static void
read_notes (CitizItem *item)
{
  const json_t *notes = json_object_get (item->resource, "note");
  g_autoptr (GString) all = g_string_new (NULL);

  for (gsize i = 0; i < json_array_size (notes); i++)
    {
      const gchar *text = citiz_json_text (json_array_get (notes, i), "text");
      if (*text != '\0')
        g_string_append_printf (all, "%s%s", all->len > 0 ? "\n" : "", text);
    }
  citiz_keep (&item->note, all->str);
}

static void
read_common (CitizItem *item)
{
  static const gchar *const recorded[]
      = {"recordedDate", "recorded",   "dateAsserted",     "assertedDate", "recordedOn",
         "issued",       "authoredOn", "meta.lastUpdated", "date",         NULL};
  const json_t *tags = citiz_json_path (item->resource, "meta.tag");

  g_autofree gchar *own = citiz_id_to_hex (&item->id); /* what was entered here has no other name */
  const gchar *id = citiz_json_text (item->resource, "id");

  citiz_keep (&item->fhir_id, *id != '\0' ? id : own);
  citiz_keep (&item->status_code, citiz_json_text (item->resource, "status"));
  item->status = citiz_status_from_code (item->status_code);
  item->unknown_modifier
      = json_array_size (json_object_get (item->resource, "modifierExtension")) > 0;
  for (gsize i = 0; i < json_array_size (tags); i++)
    if (strcmp (citiz_json_text (json_array_get (tags, i), "system"), CITIZ_SYSTEM_TAG) == 0
        && strcmp (citiz_json_text (json_array_get (tags, i), "code"), "sample") == 0)
      item->sample = TRUE;
  citiz_read_date (&item->recorded, item->resource, recorded);
  read_notes (item);
  guess_source (item);
}

/* What it is an alert of, after all that is known of it: also when what it points to has told more. */
void
citiz_settle_alerts (CitizItem *item)
{
  if (item->in_error || item->nothing_known || item->verification == CITIZ_VERIFICATION_REFUTED
      || item->do_not_perform)
    item->alerts = 0;
  if (item->kind == CITIZ_KIND_MEDICATION)
    citiz_drop_local_alerts (item);
  item->alert = CITIZ_ALERT_NONE;
  for (guint a = 1; a < CITIZ_N_ALERTS && item->alert == CITIZ_ALERT_NONE; a++)
    if (item->alerts & (1u << a))
      item->alert = (CitizAlert) a;
}

static void
finish (CitizItem *item)
{
  if (item->status == CITIZ_STATUS_ENTERED_IN_ERROR
      || item->verification == CITIZ_VERIFICATION_ENTERED_IN_ERROR)
    item->in_error = TRUE;
  item->nothing_known = says_none (item);
  citiz_settle_alerts (item);
  gboolean looked = item->kind == CITIZ_KIND_MEAL || item->kind == CITIZ_KIND_MEASURE
                    || item->kind == CITIZ_KIND_DOSE; /* no words of their own */
  for (guint l = 0; l < 2; l++)
    if (item->sensitive == CITIZ_SENSITIVE_NONE && !looked
        && (l == 0 || strcmp (item->title[0], item->title[1]) != 0))
      {
        g_autofree gchar *all
            = g_strjoin (" . ", item->title[l], item->reason, item->text, item->note, NULL);
        item->sensitive = citiz_sensitive_of (CITIZ_SCOPE_OTHER, item->system, item->code, all);
      }
}

CitizItem *
citiz_item_new_from_json (json_t *resource,
                          const CitizId *id,
                          guint32 version,
                          guint32 batch,
                          GError **error)
{
  const gchar *type = citiz_json_text (resource, "resourceType");

  if (!json_is_object (resource) || *type == '\0' || !g_ascii_isupper (*type) || strlen (type) > 64)
    {
      g_set_error (error, CITIZ_RECORD_ERROR, CITIZ_RECORD_ERROR_RESOURCE,
                   "no FHIR resource: an object with a resourceType is needed");
      return NULL;
    }
  CitizItem *item = item_new ();
  CitizReader reader = citiz_reader_for (type);
  item->id = *id;
  item->version = version;
  item->batch = batch;
  item->resource = json_incref (resource);
  item->kind = CITIZ_KIND_OTHER;
  citiz_keep (&item->type, type);
  read_common (item);
  if (reader != NULL)
    reader (item);
  else
    citiz_read_concept (item, json_object_get (resource, "code"));
  for (guint l = 0; l < 2; l++)
    if (item->title[l][0] == '\0')
      citiz_keep (&item->title[l], item->title[1 - l][0] != '\0' ? item->title[1 - l] : type);
  for (guint l = 0; l < 2; l++)
    citiz_begin_with_capital (&item->title[l]);
  finish (item);
  return item;
}

GBytes *
citiz_item_pack (const CitizOrigin *origin, const gchar *json, gsize n)
{
  json_t *head = json_object ();
  GByteArray *out = g_byte_array_new ();

  json_object_set_new (head, "source", json_integer (origin->source));
  json_object_set_new (head, "changed", json_integer (origin->changed.ms));
  if (origin->source_name != NULL)
    json_object_set_new (head, "name", json_string (origin->source_name));
  if (origin->full_url != NULL)
    json_object_set_new (head, "url", json_string (origin->full_url));
  if (origin->key != NULL)
    json_object_set_new (head, "key", json_string (origin->key));
  if (origin->sample)
    json_object_set_new (head, "sample", json_true ());
  g_autofree gchar *line = citiz_json_dump (head);
  json_decref (head);
  g_byte_array_append (out, (const guint8 *) line, (guint) strlen (line));
  g_byte_array_append (out, (const guint8 *) "\n", 1);
  g_byte_array_append (out, (const guint8 *) json, (guint) n);
  return g_byte_array_free_to_bytes (out);
}

static json_t *
split (GBytes *packed, const gchar **text, gsize *n)
{
  gsize size;
  const gchar *bytes = g_bytes_get_data (packed, &size);
  const gchar *line = size > 0 ? memchr (bytes, '\n', size) : NULL;
  json_t *head = line != NULL ? citiz_json_load (bytes, (gsize) (line - bytes), NULL) : NULL;

  if (!json_is_object (head))
    {
      json_decref (head);
      return NULL;
    }
  *text = line + 1;
  *n = size - (gsize) (line + 1 - bytes);
  return head;
}

const gchar *
citiz_item_packed_text (GBytes *packed, gsize *n, gchar **out_key)
{
  const gchar *text = NULL;
  json_t *head = split (packed, &text, n);

  if (out_key != NULL)
    *out_key = g_strdup (json_string_value (json_object_get (head, "key")));
  json_decref (head);
  return text;
}

CitizItem *
citiz_item_unpack (GBytes *packed,
                   const CitizId *id,
                   guint32 version,
                   guint32 batch,
                   GError **error)
{
  const gchar *text;
  gsize n;
  json_t *head = split (packed, &text, &n), *resource;
  CitizItem *item = NULL;

  if (head == NULL)
    {
      g_set_error (error, CITIZ_RECORD_ERROR, CITIZ_RECORD_ERROR_JSON, "no line of origin");
      return NULL;
    }
  resource = citiz_json_load (text, n, error);
  if (resource != NULL)
    item = citiz_item_new_from_json (resource, id, version, batch, error);
  if (item != NULL)
    {
      json_int_t source = json_integer_value (json_object_get (head, "source"));
      citiz_keep (&item->full_url, citiz_json_text (head, "url"));
      citiz_item_set_source (
          item, (CitizSource) CLAMP (source, CITIZ_SOURCE_SELF, CITIZ_SOURCE_INSTITUTION),
          citiz_json_text (head, "name"));
      item->changed.ms = json_integer_value (json_object_get (head, "changed"));
      item->sample |= json_is_true (json_object_get (head, "sample"));
    }
  json_decref (resource);
  json_decref (head);
  return item;
}

static gboolean
status_holds (CitizStatus status)
{
  switch (status)
    {
    case CITIZ_STATUS_INACTIVE:
    case CITIZ_STATUS_REMISSION:
    case CITIZ_STATUS_RESOLVED:
    case CITIZ_STATUS_STOPPED:
    case CITIZ_STATUS_CANCELLED:
    case CITIZ_STATUS_NOT_TAKEN:
    case CITIZ_STATUS_NOT_DONE:
    case CITIZ_STATUS_DRAFT:
    case CITIZ_STATUS_ENTERED_IN_ERROR:
      return FALSE;
    case CITIZ_STATUS_UNKNOWN:
    case CITIZ_STATUS_ACTIVE:
    case CITIZ_STATUS_RECURRENCE:
    case CITIZ_STATUS_RELAPSE:
    case CITIZ_STATUS_COMPLETED:
    case CITIZ_STATUS_ON_HOLD:
    case CITIZ_STATUS_PLANNED:
    case CITIZ_STATUS_PRELIMINARY:
    case CITIZ_STATUS_FINAL:
    case CITIZ_STATUS_AMENDED:
    case CITIZ_STATUS_OTHER:
      return TRUE;
    }
  return TRUE;
}

gboolean
citiz_item_stands (const CitizItem *item)
{
  return !item->in_error && !item->nothing_known && !item->do_not_perform
         && item->verification != CITIZ_VERIFICATION_REFUTED && status_holds (item->status)
         && (item->kind != CITIZ_KIND_MEDICATION || item->status != CITIZ_STATUS_COMPLETED);
}

/* A date without an hour is counted in days, which begin and end on the person's wall. */
static gint64
on_its_wall (const CitizDate *date, CitizTime now, gint offset)
{
  return date->precision == CITIZ_DATE_TIME ? now.ms : now.ms + offset * CITIZ_MINUTE;
}

gboolean
citiz_item_holds (const CitizItem *item, CitizTime now, gint offset)
{
  gboolean lasting = item->kind == CITIZ_KIND_MEDICATION || item->kind == CITIZ_KIND_PROBLEM
                     || item->kind == CITIZ_KIND_ALLERGY || item->kind == CITIZ_KIND_DEVICE;

  if (!citiz_item_stands (item))
    return FALSE;
  if (lasting && item->end.precision != CITIZ_DATE_NONE
      && citiz_date_limit (&item->end).ms <= on_its_wall (&item->end, now, offset))
    return FALSE;
  return !(lasting && item->kind != CITIZ_KIND_PROBLEM && item->onset.precision >= CITIZ_DATE_DAY
           && citiz_date_start (&item->onset).ms
                  > on_its_wall (&item->onset, now, offset) + CITIZ_DAY);
}

const CitizDate *
citiz_item_date (const CitizItem *item)
{
  return item->onset.precision != CITIZ_DATE_NONE ? &item->onset : &item->recorded;
}

CitizPosition
citiz_range_position (gdouble value, const CitizRange *range)
{
  gboolean low = citiz_decimal_known (&range->low), high = citiz_decimal_known (&range->high);

  if (!low && !high)
    return CITIZ_POSITION_NONE;
  if (low && value < range->low.number)
    return CITIZ_POSITION_BELOW;
  if (high && (range->below ? value >= range->high.number : value > range->high.number))
    return CITIZ_POSITION_ABOVE;
  return CITIZ_POSITION_IN;
}

const CitizComponent *
citiz_item_component (const CitizItem *item, const gchar *measure)
{
  for (guint i = 0; i < item->components->len; i++)
    {
      const CitizComponent *c = &g_array_index (item->components, CitizComponent, i);
      if (c->measure != NULL && strcmp (c->measure->key, measure) == 0)
        return c;
    }
  return NULL;
}

const gchar *
citiz_source_code (CitizSource source)
{
  switch (source)
    {
    case CITIZ_SOURCE_DOCUMENT:
      return "document";
    case CITIZ_SOURCE_INSTITUTION:
      return "institution";
    case CITIZ_SOURCE_SELF:
      break;
    }
  return "self";
}
