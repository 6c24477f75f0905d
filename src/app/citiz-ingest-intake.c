/* What the helper said becomes sealed objects: versions, documents, packs of samples, counts.
 * SPDX-License-Identifier: AGPL-3.0-or-later */
#include "app/citiz-ingest-private.h"

#include "record/citiz-record.h"

#include <string.h>

#define QUEUE_MAX                                                                                  \
  (4u << 20) /* bytes that wait to be written together: one flush of the disk for all of them */
#define PAUSE_AFTER 256        /* versions that were looked at */
#define BLOB_PART   (4u << 20) /* as citiz-blob.c cuts documents */
#define MAX_BLOBS   64         /* attachments of one resource */
#define ROUTE       "route"    /* as the helper calls those it could not place */

G_STATIC_ASSERT (sizeof (CitizSample) == sizeof (CitizImportSample));
G_STATIC_ASSERT (G_STRUCT_OFFSET (CitizSample, value)
                 == G_STRUCT_OFFSET (CitizImportSample, value));
G_STATIC_ASSERT (G_STRUCT_OFFSET (CitizSample, offset)
                 == G_STRUCT_OFFSET (CitizImportSample, offset));

typedef struct
{
  CitizObjectClass object_class;
  CitizId id;
  guint32 version;
  GBytes *plain;
} Waiting;

typedef struct
{
  gchar *hash; /* hex */
  GBytes *bytes;
} Blob;

/* A version that is in the vault: who it is and what it says. */
typedef struct
{
  CitizId id;
  CitizHash text;
} Version;

struct _CitizIntake
{
  CitizVault *vault;
  CitizBatch *batch;
  CitizSeriesStore *store;
  CitizImportFormat format;

  GQueue queue; /* Waiting */
  gsize queued;

  GHashTable *newest;   /* CitizId → version number; made on the first resource */
  GHashTable *versions; /* Version → batch number + 1 */
  GHashTable *names;    /* what exports of this vault call its resources → batch number + 1 */
  CitizRecord
      *people; /* Patients of the vault and of this file; NULL: whoever it is about is welcome */
  GPtrArray *blobs;  /* of the resource that comes next */
  GHashTable *lines; /* "what\nreason" → CitizIngestLine in the report */

  CitizSeries *series;
  CitizSeries base; /* its packs as they were when it began */
  CitizPacker *packer;
  gchar *what;
  guint64 kept, dropped;
};

static guint
version_hash (gconstpointer key)
{
  guint h;
  memcpy (&h, ((const Version *) key)->text.b, sizeof h);
  return h;
}

static gboolean
version_equal (gconstpointer a, gconstpointer b)
{
  return memcmp (a, b, sizeof (Version)) == 0;
}

static void
waiting_free (gpointer data)
{
  Waiting *waiting = data;
  g_bytes_unref (waiting->plain);
  g_free (waiting);
}

static void
blob_free (gpointer data)
{
  Blob *blob = data;
  g_free (blob->hash);
  g_bytes_unref (blob->bytes);
  g_free (blob);
}

/* --- counting --- */

static void
count (CitizIntake *intake, const gchar *what, const gchar *reason, guint64 n)
{
  g_autofree gchar *key = g_strjoin ("\n", what, reason != NULL ? reason : "", NULL);
  CitizIngestLine *line = g_hash_table_lookup (intake->lines, key);

  if (n == 0)
    return;
  if (line == NULL)
    {
      line = g_new0 (CitizIngestLine, 1);
      line->what = g_strdup (what);
      line->reason = g_strdup (reason);
      g_ptr_array_add (intake->batch->report->lines, line);
      g_hash_table_insert (intake->lines, g_steal_pointer (&key), line);
    }
  line->count += n;
}

/* @why: DUPLICATE, of what the record had, or REPEATED, of what the file itself said before */
static void
count_duplicates (CitizIntake *intake, const gchar *what, CitizImportReason why, guint64 n)
{
  intake->batch->report->duplicates += n;
  count (intake, what, citiz_import_reason_name (why), n);
}

static void
lean_on (CitizIntake *intake, guint32 batch)
{
  if (batch != 0 && batch != intake->batch->report->batch)
    g_hash_table_add (intake->batch->leans, GUINT_TO_POINTER (batch));
}

/* --- writing --- */

static gboolean
write_queue (CitizIntake *intake, GError **error)
{
  gboolean good = TRUE;

  if (g_queue_is_empty (&intake->queue))
    return TRUE;
  /* what could not be taken out again for want of room must not be let in */
  if (!citiz_db_ensure_space (citiz_vault_get_db (intake->vault), 2 * intake->queued, error)
      || !citiz_vault_begin (intake->vault, error))
    return FALSE;
  while (good && !g_queue_is_empty (&intake->queue))
    {
      Waiting *waiting = g_queue_pop_head (&intake->queue);
      good = citiz_vault_put (intake->vault, waiting->object_class, &waiting->id, waiting->version,
                              intake->batch->report->batch, waiting->plain, error);
      waiting_free (waiting);
    }
  intake->queued = 0;
  if (!good)
    {
      citiz_vault_rollback (intake->vault);
      return FALSE;
    }
  return citiz_vault_commit (intake->vault, error);
}

static gboolean
enqueue (CitizIntake *intake,
         CitizObjectClass object_class,
         const CitizId *id,
         guint32 version,
         GBytes *plain,
         GError **error)
{
  Waiting *waiting = g_new0 (Waiting, 1);

  waiting->object_class = object_class;
  waiting->id = *id;
  waiting->version = version;
  waiting->plain = g_bytes_ref (plain);
  g_queue_push_tail (&intake->queue, waiting);
  intake->queued += g_bytes_get_size (plain);
  return intake->queued < QUEUE_MAX || write_queue (intake, error);
}

/* --- resources --- */

/* Patients only: all else would be read for nothing. The sample's person is nobody. */
static void
index_person (CitizIntake *intake, const CitizId *id, guint32 version, guint32 batch, GBytes *plain)
{
  gsize n = 0;
  const gchar *text = citiz_item_packed_text (plain, &n, NULL);
  g_autoptr (CitizItem) item = NULL;

  if (intake->people == NULL || text == NULL || !g_strstr_len (text, (gssize) n, "\"Patient\""))
    return;
  item = citiz_item_unpack (plain, id, version, batch, NULL);
  if (item != NULL && item->kind == CITIZ_KIND_PATIENT && !item->sample)
    citiz_record_put (intake->people, item);
}

static gboolean
index_cb (const CitizId *id, guint32 version, guint32 batch, GBytes *plain, gpointer data)
{
  CitizIntake *intake = data;
  gsize n = 0;
  const gchar *text = citiz_item_packed_text (plain, &n, NULL);
  Version *known = g_new0 (Version, 1);

  known->id = *id;
  if (text != NULL)
    citiz_sha256 (&known->text, (const guint8 *) text, n);
  g_hash_table_insert (intake->versions, known, GUINT_TO_POINTER (batch + 1));
  g_hash_table_insert (intake->names, citiz_id_to_uuid (id), GUINT_TO_POINTER (batch + 1));
  if (version > GPOINTER_TO_UINT (g_hash_table_lookup (intake->newest, id)))
    g_hash_table_insert (intake->newest, g_memdup2 (id, sizeof *id), GUINT_TO_POINTER (version));
  index_person (intake, id, version, batch, plain);
  if (g_hash_table_size (intake->versions) % PAUSE_AFTER == 0)
    citiz_vault_pause (intake->vault);
  return TRUE;
}

static gboolean
ensure_index (CitizIntake *intake, GError **error)
{
  if (intake->newest != NULL)
    return TRUE;
  intake->newest = g_hash_table_new_full (citiz_id_hash, (GEqualFunc) citiz_id_equal, g_free, NULL);
  intake->versions = g_hash_table_new_full (version_hash, version_equal, g_free, NULL);
  intake->names = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  return citiz_vault_foreach (intake->vault, CITIZ_CLASS_RESOURCE, index_cb, intake, NULL, error);
}

/* The vault's name of an attachment: of these bytes in this resource, so that no two resources share an object. */
static CitizId
blob_id (CitizIntake *intake, const gchar *hash, const gchar *key)
{
  g_autofree gchar *name = g_strjoin ("\n", hash, key, NULL);
  return citiz_keyed_id (intake->vault, "blob", name);
}

/* The resource's text with the vault's names in place of the hashes. */
static GString *
with_blob_names (CitizIntake *intake, const CitizFrame *f)
{
  GString *text = g_string_new_len (f->resource.json, (gssize) f->resource.n);

  for (guint i = 0; i < intake->blobs->len; i++)
    {
      const Blob *blob = intake->blobs->pdata[i];
      CitizId id = blob_id (intake, blob->hash, f->resource.key);
      g_autofree gchar *hex = citiz_id_to_hex (&id);
      g_autofree gchar *from = g_strconcat (CITIZ_FRAME_BLOB_URL, blob->hash, NULL);
      g_autofree gchar *to = g_strconcat (CITIZ_FRAME_BLOB_URL, hex, NULL);
      g_string_replace (text, from, to, 0);
    }
  return text;
}

static gboolean
blob_is_there (CitizIntake *intake, const CitizId *id)
{
  g_autoptr (GBytes) part = citiz_vault_get (intake->vault, CITIZ_CLASS_BLOB, id, 1, NULL);
  return part != NULL;
}

/* Part k of a document is version k of its object; a short or empty part is the last. */
static gboolean
store_blobs (CitizIntake *intake, const gchar *key, GError **error)
{
  if (intake->blobs->len > 0 && !write_queue (intake, error)) /* so that what waits is seen below */
    return FALSE;
  for (guint i = 0; i < intake->blobs->len; i++)
    {
      const Blob *blob = intake->blobs->pdata[i];
      CitizId id = blob_id (intake, blob->hash, key);
      gsize n = g_bytes_get_size (blob->bytes), at = 0, length;
      guint32 version = 1;
      if (blob_is_there (intake, &id))
        continue;
      do
        {
          length = MIN (BLOB_PART, n - at);
          g_autoptr (GBytes) part = g_bytes_new_from_bytes (blob->bytes, at, length);
          if (!enqueue (intake, CITIZ_CLASS_BLOB, &id, version++, part, error))
            return FALSE;
          at += length;
        }
      while (length == BLOB_PART);
    }
  return TRUE;
}

/* A version with other contents is already there: its attachments may be shared with the new one. */
static void
lean_on_versions (CitizIntake *intake, const CitizId *id)
{
  GHashTableIter iter;
  gpointer version, batch;

  if (intake->blobs->len == 0)
    return;
  g_hash_table_iter_init (&iter, intake->versions);
  while (g_hash_table_iter_next (&iter, &version, &batch))
    if (citiz_id_equal (&((Version *) version)->id, id))
      lean_on (intake, GPOINTER_TO_UINT (batch) - 1);
}

/* The files of an Apple export beside its own: the report names each, kept or not. */
static guint
n_routes (const CitizIntake *intake, const CitizFrame *f)
{
  return f->resource.origin == CITIZ_ORIGIN_SELF ? intake->blobs->len : 0;
}

static gboolean
store_resource (CitizIntake *intake,
                const CitizFrame *f,
                const CitizId *id,
                const GString *text,
                GError **error)
{
  guint32 version = GPOINTER_TO_UINT (g_hash_table_lookup (intake->newest, id)) + 1;
  gboolean apple = f->resource.origin == CITIZ_ORIGIN_SELF;
  CitizOrigin origin = {.source = (CitizSource) f->resource.origin,
                        .source_name = apple ? "Apple Health" : NULL,
                        .full_url = f->resource.full_url[0] != '\0' ? f->resource.full_url : NULL,
                        .key = f->resource.key,
                        .changed = intake->batch->report->when};
  g_autoptr (GBytes) packed = citiz_item_pack (&origin, text->str, text->len);

  if (version > 1)
    lean_on_versions (intake, id);
  if (!store_blobs (intake, f->resource.key, error)
      || !enqueue (intake, CITIZ_CLASS_RESOURCE, id, version, packed, error))
    return FALSE;
  g_hash_table_insert (intake->newest, g_memdup2 (id, sizeof *id), GUINT_TO_POINTER (version));
  intake->batch->report->kept += 1 + n_routes (intake, f);
  intake->batch->report->corrected += version > 1;
  count (intake, f->resource.type, NULL, 1);
  if (n_routes (intake, f) > 0)
    count (intake, ROUTE, NULL, n_routes (intake, f));
  return TRUE;
}

/* FALSE: the file is about another person than the record, or about several. */
static gboolean
check_person (CitizIntake *intake, const CitizFrame *f, const CitizId *id, GError **error)
{
  CitizIngestReport *report = intake->batch->report;
  const CitizItem *own;
  g_autoptr (CitizItem) theirs = NULL;
  json_t *json;

  if (intake->people == NULL || !g_str_equal (f->resource.type, "Patient"))
    return TRUE;
  json = citiz_json_load (f->resource.json, f->resource.n, NULL);
  theirs
      = json != NULL ? citiz_item_new_from_json (json, id, G_MAXUINT32, report->batch, NULL) : NULL;
  json_decref (json);
  own = citiz_record_patient (intake->people);
  if (theirs == NULL)
    return TRUE;
  if (own == NULL || !citiz_patients_differ (own, theirs))
    {
      citiz_record_put (intake->people, theirs);
      return TRUE;
    }
  report->stranger = TRUE;
  report->person
      = g_strdup (json_object_get (theirs->resource, "name") != NULL ? theirs->title[0] : "");
  report->birth_date
      = g_strdup (json_string_value (json_object_get (theirs->resource, "birthDate")));
  if (report->birth_date == NULL)
    report->birth_date = g_strdup ("");
  g_set_error_literal (error, CITIZ_INGEST_ERROR, CITIZ_INGEST_ERROR_STRANGER,
                       "the file is about another person");
  return FALSE;
}

/* The batch, plus one, that has it already: this very text, or, from an export of this vault, the thing itself. */
static guint
find_there (CitizIntake *intake, const CitizFrame *f, const Version *version)
{
  const gchar *url = f->resource.full_url;
  const gpointer there = g_hash_table_lookup (intake->versions, version);

  if (there != NULL || !g_str_has_prefix (url, "urn:uuid:"))
    return GPOINTER_TO_UINT (there);
  return GPOINTER_TO_UINT (g_hash_table_lookup (intake->names, url + strlen ("urn:uuid:")));
}

/* The same text as any earlier version is nothing new: what a person corrected by hand stays corrected. */
static gboolean
take_resource (CitizIntake *intake, const CitizFrame *f, GError **error)
{
  CitizId id = citiz_keyed_id (intake->vault, "resource", f->resource.key);
  GString *text = with_blob_names (intake, f);
  Version *version = g_new0 (Version, 1);
  gboolean good = ensure_index (intake, error) && check_person (intake, f, &id, error);

  version->id = id;
  citiz_sha256 (&version->text, (const guint8 *) text->str, text->len);
  guint there = good ? find_there (intake, f, version) : 0;
  if (there > 0)
    {
      const CitizImportReason why = there - 1 == intake->batch->report->batch
                                        ? CITIZ_IMPORT_REPEATED
                                        : CITIZ_IMPORT_DUPLICATE;

      lean_on (intake, there - 1);
      count_duplicates (intake, f->resource.type, why, 1);
      if (n_routes (intake, f) > 0)
        count_duplicates (intake, ROUTE, why, n_routes (intake, f));
      g_free (version);
    }
  else
    {
      good = good && store_resource (intake, f, &id, text, error);
      if (good)
        g_hash_table_insert (intake->versions, version,
                             GUINT_TO_POINTER (intake->batch->report->batch + 1));
      else
        g_free (version);
    }
  g_string_free (text, TRUE);
  g_ptr_array_set_size (intake->blobs, 0);
  return good;
}

static gboolean
take_blob (CitizIntake *intake, const CitizFrame *f, GError **error)
{
  CitizHash hash;
  Blob *blob;

  citiz_sha256 (&hash, f->blob.bytes, f->blob.n);
  if (!citiz_hash_equal (&hash, &f->blob.hash) || intake->blobs->len == MAX_BLOBS)
    {
      g_set_error_literal (error, CITIZ_INGEST_ERROR, CITIZ_INGEST_ERROR_HELPER,
                           "an attachment that is not what it says");
      return FALSE;
    }
  blob = g_new0 (Blob, 1);
  blob->hash = citiz_hash_to_hex (&hash);
  blob->bytes = g_bytes_new (f->blob.bytes, f->blob.n);
  g_ptr_array_add (intake->blobs, blob);
  return TRUE;
}

/* --- series --- */

static gboolean
put_pack_cb (gpointer data, const CitizId *id, GBytes *plain, GError **error)
{
  return enqueue (data, CITIZ_CLASS_CHUNK, id, 1, plain, error);
}

static void
close_series (CitizIntake *intake)
{
  g_clear_pointer (&intake->packer, citiz_packer_free);
  g_clear_pointer (&intake->base.packs, g_array_unref);
  g_clear_pointer (&intake->what, g_free);
  intake->series = NULL;
}

static gboolean
take_series (CitizIntake *intake, const CitizFrame *f, GError **error)
{
  close_series (intake);
  intake->series = citiz_series_store_open (intake->store, f->series.measure, f->series.source,
                                            f->series.unit, f->series.what);
  intake->base = *intake->series;
  intake->base.packs = g_array_copy (intake->series->packs);
  intake->packer = citiz_packer_new (intake->store, intake->series, intake->batch->report->batch,
                                     put_pack_cb, intake);
  intake->what = g_strdup (f->series.what);
  intake->kept = intake->dropped = 0;
  /* A second part of the same series in one file meets what the first one left in the queue. */
  return intake->base.packs->len == 0 || write_queue (intake, error);
}

/* Takes what the vault has already out of @samples; returns how many remain. */
static gssize
drop_known (CitizIntake *intake, CitizSample *samples, gsize n, GError **error)
{
  gint64 from = samples[0].start, to = samples[n - 1].start;
  gsize fresh;
  g_autoptr (GArray) there
      = citiz_series_store_load (intake->store, &intake->base, from, to + 1, error);

  if (there == NULL)
    return -1;
  fresh = citiz_samples_drop (samples, n, there);
  for (guint i = 0; fresh < n && i < intake->base.packs->len; i++)
    {
      const CitizSeriesPack *pack = &g_array_index (intake->base.packs, CitizSeriesPack, i);
      if (pack->first <= to && pack->last >= from)
        lean_on (intake, pack->batch);
    }
  return (gssize) fresh;
}

static gboolean
take_samples (CitizIntake *intake, const CitizFrame *f, GError **error)
{
  CitizIngestReport *report = intake->batch->report;
  const CitizSample *samples = (const CitizSample *) (gconstpointer) f->samples.samples;
  gssize n = f->samples.n;
  g_autofree CitizSample *own = NULL;

  if (intake->base.packs->len > 0)
    {
      own = g_memdup2 (samples, (gsize) n * sizeof *samples);
      n = drop_known (intake, own, (gsize) n, error);
      samples = own;
      if (n < 0)
        return FALSE;
    }
  intake->dropped += f->samples.n - (guint) n;
  intake->kept += (guint64) n;
  if (n == 0)
    return TRUE;
  if (report->first.ms == 0 || samples[0].start < report->first.ms)
    report->first.ms = samples[0].start;
  if (samples[n - 1].start > report->last.ms)
    report->last.ms = samples[n - 1].start;
  return citiz_packer_add (intake->packer, samples, (gsize) n, error);
}

static gboolean
take_series_end (CitizIntake *intake, const CitizFrame *f, GError **error)
{
  if (!citiz_packer_finish (intake->packer, error))
    return FALSE;
  intake->batch->report->kept += intake->kept;
  count (intake, intake->what, NULL, intake->kept);
  count_duplicates (intake, intake->what, CITIZ_IMPORT_DUPLICATE, intake->dropped);
  count_duplicates (intake, intake->what, CITIZ_IMPORT_REPEATED, f->series_end.duplicates);
  close_series (intake);
  return TRUE;
}

/* --- the conversation --- */

static void
take_done (CitizIntake *intake, const CitizFrame *f)
{
  CitizIngestReport *report = intake->batch->report;

  if (f->done.reason == CITIZ_IMPORT_KEPT)
    return;
  report->ended = g_strdup (citiz_import_reason_name (f->done.reason));
  report->stopped_at = f->done.stopped_at;
  /* A file that gave nothing at all is one thing skipped. */
  if (report->kept + report->duplicates + report->skipped == 0)
    {
      report->skipped = 1;
      count (intake, report->name, report->ended, 1);
    }
}

/**
 * citiz_intake_frame:
 *
 * Takes one frame. What it makes is written in groups, marked with the batch; nothing refers to it yet.
 */
gboolean
citiz_intake_frame (CitizIntake *intake, const CitizFrame *f, GError **error)
{
  switch (f->type)
    {
    case CITIZ_FRAME_SOURCE:
      intake->format = f->source.format;
      return TRUE;
    case CITIZ_FRAME_RESOURCE:
      return take_resource (intake, f, error);
    case CITIZ_FRAME_BLOB:
      return take_blob (intake, f, error);
    case CITIZ_FRAME_SERIES:
      return take_series (intake, f, error);
    case CITIZ_FRAME_SAMPLES:
      return take_samples (intake, f, error);
    case CITIZ_FRAME_SERIES_END:
      return take_series_end (intake, f, error);
    case CITIZ_FRAME_TALLY:
      intake->batch->report->skipped += f->tally.count;
      count (intake, f->tally.what, citiz_import_reason_name (f->tally.reason), f->tally.count);
      return TRUE;
    case CITIZ_FRAME_DONE:
      take_done (intake, f);
      return TRUE;
    case CITIZ_FRAME_HELLO:
    case CITIZ_FRAME_PROGRESS:
    default:
      return TRUE;
    }
}

CitizIntake *
citiz_intake_new (CitizVault *vault, CitizBatch *batch, gboolean anyone, GError **error)
{
  g_autoptr (CitizIntake) intake = g_new0 (CitizIntake, 1);

  intake->vault = vault;
  intake->batch = batch;
  intake->people = anyone ? NULL : citiz_record_new ();
  g_queue_init (&intake->queue);
  intake->blobs = g_ptr_array_new_with_free_func (blob_free);
  intake->lines = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  intake->store = citiz_series_store_new (vault, error);
  return intake->store != NULL ? g_steal_pointer (&intake) : NULL;
}

void
citiz_intake_free (CitizIntake *intake)
{
  if (intake == NULL)
    return;
  close_series (intake);
  g_queue_clear_full (&intake->queue, waiting_free);
  g_clear_pointer (&intake->newest, g_hash_table_unref);
  g_clear_pointer (&intake->versions, g_hash_table_unref);
  g_clear_pointer (&intake->names, g_hash_table_unref);
  g_clear_pointer (&intake->people, citiz_record_free);
  g_hash_table_unref (intake->lines);
  g_ptr_array_unref (intake->blobs);
  citiz_series_store_free (intake->store);
  g_free (intake);
}

static gint
compare_lines (gconstpointer a, gconstpointer b)
{
  const CitizIngestLine *x = *(CitizIngestLine *const *) a, *y = *(CitizIngestLine *const *) b;

  if ((x->reason == NULL) != (y->reason == NULL))
    return x->reason == NULL ? -1 : 1;
  return x->count != y->count ? (x->count > y->count ? -1 : 1) : strcmp (x->what, y->what);
}

/* All that takes long and can be done before the transaction. */
static gboolean
prepare (CitizIntake *intake, const CitizIngestLast *last, gpointer last_data, GError **error)
{
  return write_queue (intake, error) && citiz_series_store_roll_up (intake->store, error)
         && (last == NULL || last->make (intake->batch->report->batch, last_data, error));
}

static gboolean
make_it_count (CitizIntake *intake, const CitizIngestLast *last, gpointer last_data, GError **error)
{
  intake->batch->open = FALSE;
  return citiz_series_store_save (intake->store, error)
         && citiz_batch_put (intake->vault, intake->batch, error)
         && (last == NULL || last->write (intake->batch->report->batch, last_data, error));
}

/**
 * citiz_intake_commit:
 *
 * Makes it all count, in one transaction: directories, roll-ups, the batch row, and what @last (nullable)
 * adds. A file with nothing new leaves nothing behind, not even a batch.
 */
gboolean
citiz_intake_commit (CitizIntake *intake,
                     const CitizIngestLast *last,
                     gpointer last_data,
                     GError **error)
{
  CitizIngestReport *report = intake->batch->report;
  gboolean good;

  g_ptr_array_sort (report->lines, compare_lines);
  if ((report->kept > 0 && !prepare (intake, last, last_data, error))
      || !citiz_vault_begin (intake->vault, error))
    return FALSE;
  good = report->kept > 0 ? make_it_count (intake, last, last_data, error)
                          : citiz_vault_delete_batch (intake->vault, report->batch, error);
  if (!good)
    {
      citiz_vault_rollback (intake->vault);
      return FALSE;
    }
  if (!citiz_vault_commit (intake->vault, error))
    return FALSE;
  report->batch = report->kept > 0 ? report->batch : 0;
  return TRUE;
}

/* Takes out what an import that failed has written. What cannot be removed now is removed at the next opening. */
void
citiz_intake_abandon (CitizVault *vault, guint32 batch)
{
  g_autoptr (GError) error = NULL;

  if (!citiz_vault_shed_batch (vault, batch, &error))
    g_warning ("an unfinished import stays until the next opening: %s", error->message);
}
