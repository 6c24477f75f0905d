/* Entries, their keys, their attachments: each resource goes out as the text it came in.
 * SPDX-License-Identifier: AGPL-3.0-or-later */
#include "importers/citiz-fhir.h"

#include <nettle/sha2.h>
#include <string.h>

#define MAX_BUNDLES 2

/* A piece of a resource's text and what stands there instead. */
typedef struct
{
  const gchar *p, *end;
  gchar *text;
} Cut;

typedef struct
{
  CitizFhir *fhir;
  GArray *cuts;
  /* members of the object being looked at */
  CitizSlice data_key, data, content_type;
  gboolean has_url, has_sibling;
} Splitter;

typedef struct
{
  CitizSlice type, id, bundle_type, entries, full_url, resource;
} Heads;

void
citiz_blob_hash (CitizHash *out, const guint8 *bytes, gsize n)
{
  struct sha256_ctx ctx;

  sha256_init (&ctx);
  sha256_update (&ctx, n, bytes);
  sha256_digest (&ctx, sizeof out->b, out->b);
}

static gboolean
heads_cb (gpointer data, CitizSlice key, CitizSlice value)
{
  static const struct
  {
    const gchar *name;
    gsize offset;
  } members[] = {{"resourceType", G_STRUCT_OFFSET (Heads, type)},
                 {"id", G_STRUCT_OFFSET (Heads, id)},
                 {"type", G_STRUCT_OFFSET (Heads, bundle_type)},
                 {"entry", G_STRUCT_OFFSET (Heads, entries)},
                 {"fullUrl", G_STRUCT_OFFSET (Heads, full_url)},
                 {"resource", G_STRUCT_OFFSET (Heads, resource)}};
  for (guint i = 0; i < G_N_ELEMENTS (members); i++)
    if (citiz_slice_equal (key, members[i].name))
      G_STRUCT_MEMBER (CitizSlice, data, members[i].offset) = value;
  return TRUE;
}

static void
cut_clear (gpointer data)
{
  g_free (((Cut *) data)->text);
}

static gboolean split_value (Splitter *s, CitizSlice value);

static gboolean
split_member_cb (gpointer data, CitizSlice key, CitizSlice value)
{
  Splitter *s = data;

  if (citiz_slice_equal (key, "data") && value.p[0] == '"')
    {
      s->data_key = key;
      s->data = value;
    }
  else if (citiz_slice_equal (key, "contentType"))
    s->content_type = value;
  else if (citiz_slice_equal (key, "url"))
    s->has_url = TRUE;
  else if (citiz_slice_equal (key, "_data"))
    s->has_sibling = TRUE;
  return TRUE;
}

static gboolean
split_child_cb (gpointer data, CitizSlice key, CitizSlice value)
{
  return split_value (data, value);
}

/* Sends the bytes of an attachment; returns the member that names them from now on: its url, or beside one that is there. */
static gchar *
send_blob (CitizFhir *fhir, CitizSlice content_type, CitizSlice base64, gboolean has_url)
{
  g_autofree gchar *text = citiz_json_string (base64, base64.n);
  g_autofree gchar *mime = citiz_json_string (content_type, 128);
  gsize n = 0;
  CitizFrame frame = {.type = CITIZ_FRAME_BLOB};

  g_autofree guchar *bytes
      = g_base64_decode_inplace (text, &n) != NULL ? (guchar *) g_steal_pointer (&text) : NULL;
  if (n == 0 || n > CITIZ_FRAME_MAX_BLOB)
    {
      citiz_frame_writer_tally (fhir->out, n == 0 ? CITIZ_IMPORT_BAD_VALUE : CITIZ_IMPORT_TOO_LARGE,
                                1, "Attachment");
      return g_strdup (
          "\"_data\":{\"extension\":[{\"url\":\"http://hl7.org/fhir/StructureDefinition/data-absent-reason\","
          "\"valueCode\":\"unsupported\"}]}");
    }
  citiz_blob_hash (&frame.blob.hash, bytes, n);
  frame.blob.content_type = mime != NULL && g_str_is_ascii (mime) ? mime : "";
  frame.blob.bytes = bytes;
  frame.blob.n = n;
  citiz_frame_writer_put (fhir->out, &frame);
  g_autofree gchar *hex = citiz_hash_to_hex (&frame.blob.hash);
  if (!has_url)
    return g_strdup_printf ("\"url\":\"" CITIZ_FRAME_BLOB_URL "%s\"", hex);
  return g_strdup_printf (
      "\"_data\":{\"extension\":[{\"url\":\"https://citiz.example/fhir/blob\",\"valueString\":\"" CITIZ_FRAME_BLOB_URL
      "%s\"}]}",
      hex);
}

static gboolean
split_value (Splitter *s, CitizSlice value)
{
  if (value.p[0] == '[')
    return citiz_json_elements (value, split_child_cb, s);
  if (value.p[0] != '{')
    return TRUE;
  s->data = s->content_type = (CitizSlice){NULL, 0};
  s->has_url = s->has_sibling = FALSE;
  citiz_json_members (value, split_member_cb, s);
  if (s->data.n >= CITIZ_FHIR_MIN_BLOB && s->content_type.n > 2 && !s->has_sibling)
    {
      Cut cut = {s->data_key.p - 1, s->data.p + s->data.n,
                 send_blob (s->fhir, s->content_type, s->data, s->has_url)};
      g_array_append_val (s->cuts, cut);
      return TRUE;
    }
  return citiz_json_members (value, split_child_cb, s);
}

/* The resource's text without its attachments' bytes; @owned is NULL when nothing had to change. */
static CitizSlice
without_attachments (CitizFhir *fhir, CitizSlice resource, GString **owned)
{
  Splitter s = {.fhir = fhir, .cuts = g_array_new (FALSE, FALSE, sizeof (Cut))};
  const gchar *from = resource.p;

  g_array_set_clear_func (s.cuts, cut_clear);
  *owned = NULL;
  /* The marks are rare: most resources are not walked through. */
  if (resource.n >= CITIZ_FHIR_MIN_BLOB
      && memmem (resource.p, resource.n, "\"contentType\"", 13) != NULL)
    split_value (&s, resource);
  if (s.cuts->len > 0)
    {
      *owned = g_string_new (NULL);
      for (guint i = 0; i < s.cuts->len; i++)
        {
          const Cut *cut = &g_array_index (s.cuts, Cut, i);
          g_string_append_len (*owned, from, cut->p - from);
          g_string_append (*owned, cut->text);
          from = cut->end;
        }
      g_string_append_len (*owned, from, resource.p + resource.n - from);
      resource = (CitizSlice){(*owned)->str, (*owned)->len};
    }
  g_array_unref (s.cuts);
  return resource;
}

/**
 * make_key:
 *
 * What makes a resource the same one at the next import: an absolute address; else a type and an id that looks
 * unique; else type, id and content, so that two "Patient/1" of two sources are never taken for each other.
 */
static gchar *
make_key (const gchar *type, const gchar *id, const gchar *full_url, CitizSlice resource)
{
  gboolean absolute = g_str_has_prefix (full_url, "http://")
                      || g_str_has_prefix (full_url, "https://")
                      || g_str_has_prefix (full_url, "urn:");
  gboolean same_uuid
      = id != NULL && g_str_has_prefix (full_url, "urn:uuid:") && g_str_equal (full_url + 9, id);

  if (absolute && !same_uuid)
    return g_strdup (full_url);
  if (id != NULL && strlen (id) >= 16)
    return g_strdup_printf ("%s/%s", type, id);
  CitizHash hash;
  citiz_blob_hash (&hash, (const guint8 *) resource.p, resource.n);
  g_autofree gchar *hex = citiz_hash_to_hex (&hash);
  return g_strdup_printf ("%s/%s#%s", type, id != NULL ? id : "", hex);
}

static gboolean
is_type_name (const gchar *type)
{
  if (type == NULL || !g_ascii_isupper (type[0]))
    return FALSE;
  for (const gchar *p = type; *p != '\0'; p++)
    if (!g_ascii_isalnum (*p))
      return FALSE;
  return TRUE;
}

static gboolean
is_clean (const gchar *text)
{
  for (; text != NULL && *text != '\0'; text++)
    if ((guchar) *text < 0x20 || *text == 0x7f)
      return FALSE;
  return text != NULL;
}

static void
send_resource (CitizFhir *fhir,
               CitizSlice resource,
               const Heads *heads,
               CitizSlice full_url,
               CitizImportOrigin origin)
{
  g_autofree gchar *type = citiz_json_string (heads->type, 64);
  g_autofree gchar *id = citiz_json_string (heads->id, 128);
  g_autofree gchar *url = citiz_json_string (full_url, 1000);
  GString *owned = NULL;

  if (!is_type_name (type))
    {
      citiz_frame_writer_tally (fhir->out, CITIZ_IMPORT_NO_RESOURCE_TYPE, 1, "entry");
      return;
    }
  if (g_str_equal (type, "OperationOutcome"))
    {
      citiz_frame_writer_tally (fhir->out, CITIZ_IMPORT_OPERATION_OUTCOME, 1, type);
      return;
    }
  if (!is_clean (url))
    g_clear_pointer (&url, g_free);
  if (!is_clean (id))
    g_clear_pointer (&id, g_free);
  g_autofree gchar *key = make_key (type, id, url != NULL ? url : "", resource);
  CitizSlice text = without_attachments (fhir, resource, &owned);
  if (text.n > CITIZ_FHIR_MAX_STORED)
    citiz_frame_writer_tally (fhir->out, CITIZ_IMPORT_TOO_LARGE, 1, type);
  else
    {
      CitizFrame frame = {CITIZ_FRAME_RESOURCE,
                          .resource = {type, key, url != NULL ? url : "", origin, text.p, text.n}};
      citiz_frame_writer_put (fhir->out, &frame);
      fhir->resources++;
    }
  if (owned != NULL)
    g_string_free (owned, TRUE);
}

typedef struct
{
  CitizFhir *fhir;
  CitizImportOrigin origin;
  guint level;
} Walk;

static void read_resource (CitizFhir *fhir,
                           CitizSlice resource,
                           CitizSlice full_url,
                           CitizImportOrigin origin,
                           guint level);

static gboolean
entry_cb (gpointer data, CitizSlice key, CitizSlice entry)
{
  Walk *walk = data;
  Heads heads = {0};

  if (entry.p[0] == '{')
    citiz_json_members (entry, heads_cb, &heads);
  if (heads.resource.n == 0 || heads.resource.p[0] != '{')
    citiz_frame_writer_tally (walk->fhir->out, CITIZ_IMPORT_NO_RESOURCE_TYPE, 1, "entry");
  else
    read_resource (walk->fhir, heads.resource, heads.full_url, walk->origin, walk->level);
  return !citiz_frame_writer_failed (walk->fhir->out);
}

static void
read_resource (CitizFhir *fhir,
               CitizSlice resource,
               CitizSlice full_url,
               CitizImportOrigin origin,
               guint level)
{
  Heads heads = {0};

  citiz_json_members (resource, heads_cb, &heads);
  if (!citiz_slice_equal (heads.type, "\"Bundle\""))
    {
      send_resource (fhir, resource, &heads, full_url, origin);
      return;
    }
  if (level == MAX_BUNDLES)
    {
      citiz_frame_writer_tally (fhir->out, CITIZ_IMPORT_NESTED_BUNDLE, 1, "Bundle");
      return;
    }
  Walk walk = {fhir, origin, level + 1};
  if (citiz_slice_equal (heads.bundle_type, "\"document\""))
    walk.origin = CITIZ_ORIGIN_DOCUMENT;
  if (heads.entries.n > 0 && heads.entries.p[0] == '[')
    citiz_json_elements (heads.entries, entry_cb, &walk);
}

static void
ensure_source (CitizFhir *fhir, CitizImportFormat format)
{
  CitizFrame frame = {CITIZ_FRAME_SOURCE, .source = {format, {0}}};

  if (!fhir->source_sent)
    citiz_frame_writer_put (fhir->out, &frame);
  fhir->source_sent = TRUE;
}

static gboolean
names_resource (CitizSlice value)
{
  Heads heads = {0};

  if (value.n < 2 || value.p[0] != '{')
    return FALSE;
  citiz_json_members (value, heads_cb, &heads);
  g_autofree gchar *type = citiz_json_string (heads.type, 64);
  return is_type_name (type);
}

static CitizSlice
trimmed (const gchar *text, gsize n)
{
  while (n > 0 && g_ascii_isspace (*text))
    text++, n--;
  while (n > 0 && g_ascii_isspace (text[n - 1]))
    n--;
  return (CitizSlice){text, n};
}

/**
 * citiz_fhir_text:
 * @text: one JSON value, followed by at least one more readable byte
 *
 * Returns: why nothing of it could be read, or KEPT; entries that are refused are tallied
 */
CitizImportReason
citiz_fhir_text (CitizFhir *fhir, const gchar *text, gsize n)
{
  CitizSlice value = trimmed (text, n);
  Heads heads = {0};
  gsize used = 0;
  CitizImportReason reason
      = value.n == 0 ? CITIZ_IMPORT_EMPTY : citiz_json_check (value.p, value.n, &used);

  if (reason != CITIZ_IMPORT_KEPT)
    return reason;
  if (used != value.n)
    return CITIZ_IMPORT_MALFORMED;
  if (!names_resource (value))
    return CITIZ_IMPORT_NOT_HEALTH_DATA;
  citiz_json_members (value, heads_cb, &heads);
  ensure_source (fhir, citiz_slice_equal (heads.type, "\"Bundle\"") ? CITIZ_FORMAT_FHIR_BUNDLE
                                                                    : CITIZ_FORMAT_FHIR_RESOURCE);
  read_resource (fhir, value, (CitizSlice){NULL, 0}, CITIZ_ORIGIN_INSTITUTION, 0);
  return CITIZ_IMPORT_KEPT;
}

/* A growing window on the input: at most one document and a byte. */
typedef struct
{
  CitizReadFunc read;
  gpointer data;
  gchar *text; /* always NUL-terminated */
  gsize n, capacity;
  guint64 eaten;
  gboolean ended, broken;
} Window;

static void
fill (Window *w, gsize want)
{
  while (!w->ended && w->n < want)
    {
      if (w->capacity < w->n + 256 * 1024)
        {
          w->capacity = MIN (MAX (w->capacity * 2, 512 * 1024),
                             (gsize) CITIZ_FHIR_MAX_DOCUMENT + 512 * 1024);
          w->text = g_realloc (w->text, w->capacity + 1);
        }
      gssize got = w->read (w->data, (guint8 *) w->text + w->n, MIN (want, w->capacity) - w->n);
      w->broken = got < 0;
      w->ended = got <= 0;
      w->n += (gsize) MAX (got, 0);
    }
  if (w->text == NULL)
    w->text = g_malloc0 (1);
  w->text[w->n] = '\0';
}

static void
eat (Window *w, gsize n)
{
  memmove (w->text, w->text + n, w->n - n + 1);
  w->n -= n;
  w->eaten += n;
}

/* The next line, however long up to the limit; FALSE at the end. */
static gboolean
next_line (Window *w, gsize *n)
{
  for (gsize want = 512 * 1024;; want *= 4)
    {
      fill (w, MIN (want, CITIZ_FHIR_MAX_DOCUMENT));
      const gchar *end = memchr (w->text, '\n', w->n);
      *n = end != NULL ? (gsize) (end - w->text) + 1 : w->n;
      if (end != NULL || w->ended || want >= CITIZ_FHIR_MAX_DOCUMENT)
        return *n > 0;
    }
}

/* One resource a line. A bad line costs itself only. */
static CitizImportReason
read_lines (CitizFhir *fhir, Window *w)
{
  gsize n;

  ensure_source (fhir, CITIZ_FORMAT_FHIR_NDJSON);
  while (next_line (w, &n))
    {
      CitizSlice line = trimmed (w->text, n);
      gboolean whole = w->text[n - 1] == '\n' || w->ended;
      if (!whole)
        return CITIZ_IMPORT_TOO_LARGE;
      CitizImportReason reason
          = line.n == 0 ? CITIZ_IMPORT_KEPT : citiz_fhir_text (fhir, line.p, line.n);
      if (reason == CITIZ_IMPORT_TRUNCATED && w->ended && n == w->n)
        return CITIZ_IMPORT_TRUNCATED;
      if (reason != CITIZ_IMPORT_KEPT)
        citiz_frame_writer_tally (fhir->out, reason, 1, "line");
      eat (w, n);
      if (citiz_frame_writer_failed (fhir->out))
        break;
    }
  return w->broken ? CITIZ_IMPORT_CHECKSUM : CITIZ_IMPORT_KEPT;
}

static CitizImportReason
read_window (CitizFhir *fhir, Window *w)
{
  gsize used = 0;

  fill (w, 3);
  if (w->n >= 3 && memcmp (w->text, "\xef\xbb\xbf", 3) == 0)
    eat (w, 3);
  /* A first line that is a whole value by itself, with more behind it, means one resource a line. */
  gsize line;
  if (!next_line (w, &line))
    return w->broken ? CITIZ_IMPORT_CHECKSUM : CITIZ_IMPORT_EMPTY;
  CitizSlice first = trimmed (w->text, line);
  if (first.n > 0 && citiz_json_check (first.p, first.n, &used) == CITIZ_IMPORT_KEPT
      && used == first.n)
    {
      fill (w, line + 64);
      if (trimmed (w->text + line, w->n - line).n > 0)
        return names_resource (first) ? read_lines (fhir, w) : CITIZ_IMPORT_NOT_HEALTH_DATA;
    }
  fill (w, (gsize) CITIZ_FHIR_MAX_DOCUMENT + 1);
  if (w->broken)
    return CITIZ_IMPORT_CHECKSUM;
  if (w->n > CITIZ_FHIR_MAX_DOCUMENT)
    return CITIZ_IMPORT_TOO_LARGE;
  return citiz_fhir_text (fhir, w->text, w->n);
}

/**
 * citiz_fhir_read:
 * @stopped_at: (out): how far a file of lines was read
 *
 * Reads a whole input: one document of at most 64 MiB, or any number of lines.
 */
CitizImportReason
citiz_fhir_read (CitizFhir *fhir, CitizReadFunc read, gpointer data, guint64 *stopped_at)
{
  Window w = {.read = read, .data = data};
  CitizImportReason reason = read_window (fhir, &w);

  *stopped_at = w.eaten + (reason == CITIZ_IMPORT_KEPT ? w.n : 0);
  g_free (w.text);
  return reason;
}
