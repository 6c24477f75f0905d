/* The kind of a file by what is in it, never by its name; archives walked entry by entry.
 * SPDX-License-Identifier: AGPL-3.0-or-later */
#include "importers/citiz-import-run.h"

#include "importers/citiz-apple.h"
#include "importers/citiz-fhir.h"
#include "importers/citiz-zip.h"

#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define HEAD_SIZE     (64 * 1024)
#define PROGRESS_STEP (2u << 20)

typedef struct
{
  int fd;
  guint64 size, position, told;
  gsize reached; /* in the file; written where it is read, looked at where it is parsed */
  gboolean reading_ahead;
  CitizFrameWriter *out;
  CitizAhead *ahead;      /* nullable */
  CitizZipStream *stream; /* reading an entry instead of the file */
  CitizZip *zip;
  GHashTable *routes; /* path → CitizZipEntry, those no session has named yet */
} Input;

typedef enum
{
  KIND_OTHER,
  KIND_EMPTY,
  KIND_XML,
  KIND_JSON,
  KIND_ZIP,
  KIND_DOCUMENT,
  KIND_NOT_UTF8,
  KIND_ARCHIVE
} Kind;

static void
tell_progress (Input *in)
{
  guint64 at = (gsize) g_atomic_pointer_get (&in->reached);
  CitizFrame frame = {CITIZ_FRAME_PROGRESS, .progress = {MIN (at, in->size), in->size}};

  if (at < in->told + PROGRESS_STEP)
    return;
  in->told = at;
  citiz_frame_writer_put (in->out, &frame);
}

/* The file or the entry, in whichever thread reads. */
static gssize
source_read (gpointer data, guint8 *buffer, gsize n)
{
  Input *in = data;
  gssize got = in->stream != NULL ? citiz_zip_stream_read (in->stream, buffer, n)
                                  : pread (in->fd, buffer, n, (off_t) in->position);

  if (got > 0 && in->stream == NULL)
    in->position += (guint64) got;
  g_atomic_pointer_set (&in->reached,
                        in->stream != NULL ? citiz_zip_stream_position (in->stream) : in->position);
  return got;
}

static gssize
input_read (gpointer data, guint8 *buffer, gsize n)
{
  Input *in = data;
  gssize got
      = in->reading_ahead ? citiz_ahead_read (in->ahead, buffer, n) : source_read (in, buffer, n);

  tell_progress (in);
  return got;
}

/* Marks of the kinds met in the field; text is told by its first character that is not a blank. */
static Kind
kind_of (const guint8 *p, gsize n)
{
  static const struct
  {
    const gchar *mark;
    gsize n;
    Kind kind;
  } marks[] = {{"PK\3\4", 4, KIND_ZIP},
               {"PK\5\6", 4, KIND_ZIP},
               {"%PDF", 4, KIND_DOCUMENT},
               {"\x89PNG", 4, KIND_DOCUMENT},
               {"\xff\xd8\xff", 3, KIND_DOCUMENT},
               {"II*\0", 4, KIND_DOCUMENT},
               {"\xfe\xff", 2, KIND_NOT_UTF8},
               {"\xff\xfe", 2, KIND_NOT_UTF8},
               {"\x1f\x8b", 2, KIND_ARCHIVE},
               {"7z\xbc\xaf", 4, KIND_ARCHIVE},
               {"Rar!", 4, KIND_ARCHIVE}};
  gsize i = 0;

  if (n == 0)
    return KIND_EMPTY;
  for (guint k = 0; k < G_N_ELEMENTS (marks); k++)
    if (n >= marks[k].n && memcmp (p, marks[k].mark, marks[k].n) == 0)
      return marks[k].kind;
  if (n >= 3 && memcmp (p, "\xef\xbb\xbf", 3) == 0)
    i = 3;
  while (i < n && (p[i] == ' ' || p[i] == '\n' || p[i] == '\r' || p[i] == '\t'))
    i++;
  if (i == n)
    return KIND_EMPTY;
  return p[i] == '<' ? KIND_XML : p[i] == '{' ? KIND_JSON : KIND_OTHER;
}

static CitizImportReason
reason_of (Kind kind)
{
  static const CitizImportReason reasons[] = {[KIND_EMPTY] = CITIZ_IMPORT_EMPTY,
                                              [KIND_DOCUMENT] = CITIZ_IMPORT_DOCUMENT,
                                              [KIND_NOT_UTF8] = CITIZ_IMPORT_NOT_UTF8,
                                              [KIND_ZIP] = CITIZ_IMPORT_NESTED_ARCHIVE,
                                              [KIND_ARCHIVE] = CITIZ_IMPORT_NESTED_ARCHIVE,
                                              [KIND_OTHER] = CITIZ_IMPORT_NOT_HEALTH_DATA,
                                              [KIND_XML] = CITIZ_IMPORT_NOT_HEALTH_DATA,
                                              [KIND_JSON] = CITIZ_IMPORT_NOT_HEALTH_DATA};
  return reasons[kind];
}

static gboolean
has_suffix (const gchar *name, const gchar *suffix)
{
  gsize n = strlen (name), k = strlen (suffix);
  return n >= k && g_ascii_strcasecmp (name + n - k, suffix) == 0;
}

/* "apple_health_export/workout-routes/route.gpx" → "workout-routes/route.gpx", as sessions refer to it. */
static const gchar *
route_path (const gchar *name)
{
  const gchar *p = strstr (name, "workout-routes/");
  return p != NULL && has_suffix (name, ".gpx") ? p : NULL;
}

/* Reads up to @max bytes of an entry, NUL-terminated. FALSE: more, or broken (then *reason says why). */
static gboolean
slurp (CitizZip *zip,
       const CitizZipEntry *entry,
       gsize max,
       GByteArray *out,
       CitizImportReason *reason)
{
  g_autoptr (CitizZipStream) stream = citiz_zip_stream_open (zip, entry);
  gssize got = 1;

  g_byte_array_set_size (out, 0);
  while (got > 0 && out->len <= max)
    {
      guint at = out->len;
      g_byte_array_set_size (out, at + HEAD_SIZE);
      got = citiz_zip_stream_read (stream, out->data + at, HEAD_SIZE);
      g_byte_array_set_size (out, at + (guint) MAX (got, 0));
    }
  *reason = got < 0          ? citiz_zip_stream_reason (stream)
            : out->len > max ? CITIZ_IMPORT_TOO_LARGE
                             : CITIZ_IMPORT_KEPT;
  return *reason == CITIZ_IMPORT_KEPT;
}

/* A route is kept as the GPX file it is, with the session that took it. */
static gchar *
route_cb (gpointer data, const gchar *path)
{
  Input *in = data;
  const CitizZipEntry *entry = g_hash_table_lookup (in->routes, path);
  g_autoptr (GByteArray) bytes = g_byte_array_new ();
  CitizFrame frame = {.type = CITIZ_FRAME_BLOB};
  CitizImportReason reason;

  if (entry == NULL)
    return NULL;
  g_hash_table_remove (in->routes, path);
  if (!slurp (in->zip, entry, CITIZ_FRAME_MAX_BLOB - HEAD_SIZE, bytes, &reason)
      || kind_of (bytes->data, bytes->len) != KIND_XML)
    {
      citiz_frame_writer_tally (
          in->out, reason != CITIZ_IMPORT_KEPT ? reason : CITIZ_IMPORT_NOT_HEALTH_DATA, 1, "route");
      return NULL;
    }
  citiz_blob_hash (&frame.blob.hash, bytes->data, bytes->len);
  frame.blob.content_type = "application/gpx+xml";
  frame.blob.bytes = bytes->data;
  frame.blob.n = bytes->len;
  citiz_frame_writer_put (in->out, &frame);
  return citiz_hash_to_hex (&frame.blob.hash);
}

/* Feeds an Apple export from @in. */
static CitizImportReason
read_apple (Input *in, CitizImportFormat format, guint64 *stopped_at)
{
  g_autoptr (CitizApple) apple
      = citiz_apple_new (in->out, format, in->routes != NULL ? route_cb : NULL, in);
  CitizXml *xml = citiz_apple_get_xml (apple);
  gssize got;

  in->reading_ahead = in->ahead != NULL && in->stream != NULL; /* plain bytes come faster alone */
  if (in->reading_ahead)
    citiz_ahead_start (in->ahead, source_read, in);
  do
    {
      gsize room;
      guint8 *to = citiz_xml_reserve (xml, &room);
      got = input_read (in, to, room);
    }
  while (got > 0 && citiz_xml_advance (xml, (gsize) got) && !citiz_frame_writer_failed (in->out));
  if (in->reading_ahead)
    citiz_ahead_stop (in->ahead);
  in->reading_ahead = FALSE;
  if (got < 0)
    citiz_xml_stop (xml, in->stream != NULL ? citiz_zip_stream_reason (in->stream)
                                            : CITIZ_IMPORT_TRUNCATED);
  return citiz_apple_finish (apple, stopped_at);
}

/* What an entry is, from its first bytes. */
static Kind
entry_kind (CitizZip *zip, const CitizZipEntry *entry, guint8 *head, gsize *n)
{
  g_autoptr (CitizZipStream) stream = citiz_zip_stream_open (zip, entry);
  gssize got = 1;

  for (*n = 0; got > 0 && *n < HEAD_SIZE - 1; *n += (gsize) MAX (got, 0))
    got = citiz_zip_stream_read (stream, head + *n, HEAD_SIZE - 1 - *n);
  return kind_of (head, *n);
}

static void
read_entry (Input *in,
            CitizZip *zip,
            const CitizZipEntry *entry,
            CitizImportReason *worst,
            guint64 *stopped_at)
{
  g_autofree guint8 *head = g_malloc0 (HEAD_SIZE);
  gsize n;
  Kind kind = entry_kind (zip, entry, head, &n);
  CitizImportReason reason = reason_of (kind);
  guint64 stopped = 0;

  in->stream = citiz_zip_stream_open (zip, entry);
  if (kind == KIND_XML && memmem (head, n, "<HealthData", 11) != NULL)
    {
      reason = read_apple (in, CITIZ_FORMAT_APPLE_ZIP, &stopped);
      *worst = MAX (*worst, reason);
      *stopped_at = reason != CITIZ_IMPORT_KEPT ? stopped : *stopped_at;
    }
  else if (kind == KIND_XML && memmem (head, n, "<ClinicalDocument", 17) != NULL)
    reason = CITIZ_IMPORT_CLINICAL_XML;
  else if (kind == KIND_JSON)
    {
      CitizFhir fhir = {.out = in->out, .source_sent = TRUE};
      reason = citiz_fhir_read (&fhir, input_read, in, &stopped);
    }
  else if (strstr (entry->name, "electrocardiograms/") != NULL)
    reason = CITIZ_IMPORT_ECG;
  if (in->stream != NULL && citiz_zip_stream_reason (in->stream) != CITIZ_IMPORT_KEPT)
    reason = citiz_zip_stream_reason (in->stream);
  g_clear_pointer (&in->stream, citiz_zip_stream_free);
  if (reason != CITIZ_IMPORT_KEPT)
    {
      g_autofree gchar *base = g_path_get_basename (entry->name);
      g_autofree gchar *what = citiz_xml_text ((CitizSlice){base, strlen (base)}, 120);
      citiz_frame_writer_tally (in->out, reason, 1, what[0] != '\0' ? what : "entry");
    }
}

static CitizImportReason
read_zip (Input *in, guint64 *stopped_at)
{
  CitizImportReason reason;
  g_autoptr (CitizZip) zip = citiz_zip_open (in->fd, in->size, &reason);
  g_autoptr (GHashTable) routes = g_hash_table_new (g_str_hash, g_str_equal);
  CitizFrame source = {CITIZ_FRAME_SOURCE, .source = {CITIZ_FORMAT_APPLE_ZIP, {0}}};

  if (zip == NULL)
    return reason;
  citiz_frame_writer_put (in->out, &source);
  in->zip = zip;
  in->routes = routes;
  for (guint i = 0; i < citiz_zip_n_entries (zip); i++)
    {
      const CitizZipEntry *entry = citiz_zip_entry (zip, i);
      if (route_path (entry->name) != NULL)
        g_hash_table_insert (routes, (gpointer) route_path (entry->name), (gpointer) entry);
    }
  for (guint i = 0; i < citiz_zip_n_entries (zip) && !citiz_frame_writer_failed (in->out); i++)
    {
      const CitizZipEntry *entry = citiz_zip_entry (zip, i);
      if (!g_str_has_suffix (entry->name, "/") && route_path (entry->name) == NULL)
        read_entry (in, zip, entry, &reason, stopped_at);
    }
  citiz_frame_writer_tally (in->out, CITIZ_IMPORT_UNKNOWN_TYPE, g_hash_table_size (routes),
                            "route");
  in->zip = NULL;
  in->routes = NULL;
  return reason;
}

static CitizImportReason
read_file (Input *in, guint64 *stopped_at)
{
  g_autofree guint8 *head = g_malloc0 (HEAD_SIZE);
  gssize n = pread (in->fd, head, HEAD_SIZE, 0);
  Kind kind = kind_of (head, (gsize) MAX (n, 0));
  CitizFhir fhir = {.out = in->out};

  switch (kind)
    {
    case KIND_XML:
      return read_apple (in, CITIZ_FORMAT_APPLE_XML, stopped_at);
    case KIND_ZIP:
      return read_zip (in, stopped_at);
    case KIND_JSON:
      return citiz_fhir_read (&fhir, input_read, in, stopped_at);
    case KIND_ARCHIVE:
      return CITIZ_IMPORT_NOT_HEALTH_DATA;
    case KIND_OTHER:
    case KIND_EMPTY:
    case KIND_DOCUMENT:
    case KIND_NOT_UTF8:
    default:
      return reason_of (kind);
    }
}

/**
 * citiz_import_run:
 * @fd: a regular file, borrowed
 * @ahead: (nullable): reads what is packed, so that it is inflated and parsed at the same time
 *
 * Reads it whole and writes the conversation of FORMAT.md, HELLO and DONE included. Returns what DONE says.
 */
CitizImportReason
citiz_import_run (int fd, CitizFrameWriter *out, CitizAhead *ahead)
{
  CitizFrame hello = {.type = CITIZ_FRAME_HELLO};
  CitizFrame done = {.type = CITIZ_FRAME_DONE};
  struct stat st;
  Input in = {.fd = fd, .out = out, .ahead = ahead};

  citiz_frame_writer_put (out, &hello);
  if (fstat (fd, &st) == 0 && S_ISREG (st.st_mode))
    {
      in.size = (guint64) st.st_size;
      done.done.reason = read_file (&in, &done.done.stopped_at);
    }
  else
    done.done.reason = CITIZ_IMPORT_NOT_HEALTH_DATA;
  citiz_frame_writer_put (out, &done);
  return done.done.reason;
}
