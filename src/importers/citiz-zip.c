/* Central directory first and only, every entry checked before a byte is inflated (PKWARE APPNOTE 6.3).
 * SPDX-License-Identifier: AGPL-3.0-or-later */
#include "importers/citiz-zip.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

#define END_SIZE     22
#define CENTRAL_SIZE 46
#define LOCAL_SIZE   30
#define MAX_CENTRAL  (16u << 20)

struct _CitizZip
{
  int fd;
  guint64 size, directory, directory_n;
  guint n_entries;
  GArray *entries; /* CitizZipEntry, in order of their place in the file */
};

struct _CitizZipStream
{
  CitizZip *zip;
  const CitizZipEntry *entry;
  z_stream z;
  guint64 in, out;
  uLong crc;
  gboolean ended;
  CitizImportReason reason;
  guint8 packed[128 * 1024];
};

static guint16
u16 (const guint8 *p)
{
  return (guint16) (p[0] | p[1] << 8);
}

static guint32
u32 (const guint8 *p)
{
  return (guint32) u16 (p) | (guint32) u16 (p + 2) << 16;
}

static guint64
u64 (const guint8 *p)
{
  return (guint64) u32 (p) | (guint64) u32 (p + 4) << 32;
}

static gboolean
read_at (int fd, guint64 at, guint8 *out, gsize n)
{
  while (n > 0)
    {
      gssize got = pread (fd, out, n, (off_t) at);
      if (got <= 0)
        return FALSE;
      out += got;
      at += (guint64) got;
      n -= (gsize) got;
    }
  return TRUE;
}

static void
entry_clear (gpointer data)
{
  g_free (((CitizZipEntry *) data)->name);
}

void
citiz_zip_free (CitizZip *zip)
{
  if (zip == NULL)
    return;
  g_array_unref (zip->entries);
  g_free (zip);
}

/* The 64-bit end record, when the small one says that its fields were too small. */
static CitizImportReason
read_wide_end (CitizZip *zip, guint64 end)
{
  guint8 locator[20], record[56];

  if (end < sizeof locator || !read_at (zip->fd, end - sizeof locator, locator, sizeof locator)
      || u32 (locator) != 0x07064b50)
    return CITIZ_IMPORT_MALFORMED;
  guint64 at = u64 (locator + 8);
  if (at > end || !read_at (zip->fd, at, record, sizeof record) || u32 (record) != 0x06064b50
      || u32 (record + 16) != 0 || u32 (record + 20) != 0 || u64 (record + 24) != u64 (record + 32))
    return CITIZ_IMPORT_MALFORMED;
  if (u64 (record + 32) > CITIZ_ZIP_MAX_ENTRIES)
    return CITIZ_IMPORT_TOO_MANY;
  zip->n_entries = (guint) u64 (record + 32);
  zip->directory_n = u64 (record + 40);
  zip->directory = u64 (record + 48);
  return zip->directory <= at && zip->directory_n <= at - zip->directory ? CITIZ_IMPORT_KEPT
                                                                         : CITIZ_IMPORT_MALFORMED;
}

/* The end record: the last one whose comment reaches exactly to the end of the file. */
static CitizImportReason
read_end (CitizZip *zip)
{
  gsize n = (gsize) MIN (zip->size, END_SIZE + 65535);
  g_autofree guint8 *tail = g_malloc (n);

  if (n < END_SIZE || !read_at (zip->fd, zip->size - n, tail, n))
    return CITIZ_IMPORT_TRUNCATED;
  for (gsize i = n - END_SIZE + 1; i-- > 0;)
    {
      const guint8 *p = tail + i;
      if (u32 (p) != 0x06054b50 || i + END_SIZE + u16 (p + 20) != n)
        continue;
      guint64 end = zip->size - n + i;
      if (u16 (p + 8) == 0xffff || u16 (p + 10) == 0xffff || u32 (p + 12) == 0xffffffff
          || u32 (p + 16) == 0xffffffff)
        return read_wide_end (zip, end);
      if (u16 (p + 4) != 0 || u16 (p + 6) != 0 || u16 (p + 8) != u16 (p + 10))
        return CITIZ_IMPORT_MALFORMED;
      zip->n_entries = u16 (p + 10);
      zip->directory_n = u32 (p + 12);
      zip->directory = u32 (p + 16);
      if (zip->n_entries > CITIZ_ZIP_MAX_ENTRIES)
        return CITIZ_IMPORT_TOO_MANY;
      return zip->directory <= end && zip->directory_n <= end - zip->directory
                 ? CITIZ_IMPORT_KEPT
                 : CITIZ_IMPORT_MALFORMED;
    }
  return CITIZ_IMPORT_TRUNCATED;
}

static CitizImportReason
check_name (const guint8 *name, gsize n)
{
  if (n == 0 || n > 1024 || memchr (name, '\0', n) != NULL || memchr (name, '\\', n) != NULL
      || name[0] == '/' || (n > 1 && name[1] == ':'))
    return CITIZ_IMPORT_REFUSED_PATH;
  if (!g_utf8_validate_len ((const gchar *) name, n, NULL))
    return CITIZ_IMPORT_NOT_UTF8;
  for (gsize from = 0, i = 0; i <= n; i++)
    {
      if (i < n && name[i] != '/')
        continue;
      if (i - from == 2 && name[from] == '.' && name[from + 1] == '.')
        return CITIZ_IMPORT_REFUSED_PATH;
      from = i + 1;
    }
  return CITIZ_IMPORT_KEPT;
}

/* The extra field of 64-bit sizes: only those that are all ones in the record, in this order. */
static gboolean
read_wide_extra (const guint8 *extra, gsize n, CitizZipEntry *e)
{
  gboolean wide_size = e->size == 0xffffffff, wide_packed = e->packed == 0xffffffff,
           wide_header = e->header == 0xffffffff;

  if (!wide_size && !wide_packed && !wide_header)
    return TRUE;
  for (gsize i = 0; i + 4 <= n;)
    {
      guint16 id = u16 (extra + i), len = u16 (extra + i + 2);
      const guint8 *p = extra + i + 4;
      if (len > n - i - 4)
        return FALSE;
      i += 4u + len;
      if (id != 1)
        continue;
      guint64 *fields[] = {&e->size, &e->packed, &e->header};
      const gboolean wide[] = {wide_size, wide_packed, wide_header};
      for (guint k = 0; k < 3; k++)
        {
          if (!wide[k])
            continue;
          if (len < 8)
            return FALSE;
          *fields[k] = u64 (p);
          p += 8;
          len = (guint16) (len - 8);
        }
      e->wide = wide_size;
      return TRUE;
    }
  /* Without the field the value really is all ones: a size that wrapped, as some phones write it. */
  return !wide_packed && !wide_header;
}

/* One record of the central directory; *at moves behind it. */
static CitizImportReason
read_central (CitizZip *zip, const guint8 *directory, gsize n, gsize *at)
{
  const guint8 *p = directory + *at;

  if (n - *at < CENTRAL_SIZE || u32 (p) != 0x02014b50)
    return CITIZ_IMPORT_MALFORMED;
  gsize name_n = u16 (p + 28), extra_n = u16 (p + 30), comment_n = u16 (p + 32);
  if (n - *at - CENTRAL_SIZE < name_n + extra_n + comment_n)
    return CITIZ_IMPORT_MALFORMED;
  *at += CENTRAL_SIZE + name_n + extra_n + comment_n;
  if (u16 (p + 8) & 0x2041) /* encrypted, strongly encrypted, masked headers */
    return CITIZ_IMPORT_ENCRYPTED;
  CitizImportReason reason = check_name (p + CENTRAL_SIZE, name_n);
  if (reason != CITIZ_IMPORT_KEPT)
    return reason;
  if (p[5] == 3 && S_ISLNK (u32 (p + 38) >> 16))
    return CITIZ_IMPORT_REFUSED_PATH;
  CitizZipEntry e = {.header = u32 (p + 42),
                     .packed = u32 (p + 20),
                     .size = u32 (p + 24),
                     .crc = u32 (p + 16),
                     .method = u16 (p + 10)};
  if ((e.method != 0 && e.method != 8) || u16 (p + 34) != 0
      || !read_wide_extra (p + CENTRAL_SIZE + name_n, extra_n, &e))
    return CITIZ_IMPORT_MALFORMED;
  if (e.size > CITIZ_ZIP_MAX_ENTRY)
    return CITIZ_IMPORT_TOO_LARGE;
  if (e.size > CITIZ_ZIP_RATIO_FREE && e.size / CITIZ_ZIP_MAX_RATIO > e.packed)
    return CITIZ_IMPORT_RATIO;
  e.name = g_strndup ((const gchar *) p + CENTRAL_SIZE, name_n);
  g_array_append_val (zip->entries, e);
  return CITIZ_IMPORT_KEPT;
}

/* The local header must tell the same story; what it occupies is then known to the byte. */
static CitizImportReason
check_local (CitizZip *zip, CitizZipEntry *e)
{
  guint8 head[LOCAL_SIZE];
  gsize name_n = strlen (e->name);
  g_autofree guint8 *name = g_malloc (name_n);

  if (e->header > zip->directory || zip->directory - e->header < LOCAL_SIZE + name_n
      || !read_at (zip->fd, e->header, head, sizeof head) || u32 (head) != 0x04034b50
      || u16 (head + 26) != name_n || u16 (head + 8) != e->method
      || !read_at (zip->fd, e->header + LOCAL_SIZE, name, name_n)
      || memcmp (name, e->name, name_n) != 0)
    return CITIZ_IMPORT_MALFORMED;
  if (u16 (head + 6) & 0x2041)
    return CITIZ_IMPORT_ENCRYPTED;
  e->data = e->header + LOCAL_SIZE + name_n + u16 (head + 28);
  return e->data <= zip->directory && e->packed <= zip->directory - e->data ? CITIZ_IMPORT_KEPT
                                                                            : CITIZ_IMPORT_OVERLAP;
}

static gint
compare_places (gconstpointer a, gconstpointer b)
{
  const CitizZipEntry *x = a, *y = b;
  return x->header < y->header ? -1 : x->header > y->header;
}

static CitizImportReason
check_entries (CitizZip *zip)
{
  g_autoptr (GHashTable) names = g_hash_table_new (g_str_hash, g_str_equal);

  g_array_sort (zip->entries, compare_places);
  for (guint i = 0; i < zip->entries->len; i++)
    {
      CitizZipEntry *e = &g_array_index (zip->entries, CitizZipEntry, i);
      CitizImportReason reason = check_local (zip, e);
      if (reason != CITIZ_IMPORT_KEPT)
        return reason;
      if (i > 0)
        {
          const CitizZipEntry *before = &g_array_index (zip->entries, CitizZipEntry, i - 1);
          if (before->data + before->packed > e->header)
            return CITIZ_IMPORT_OVERLAP;
        }
      if (!g_hash_table_add (names, e->name))
        return CITIZ_IMPORT_DUPLICATE_NAME;
    }
  return CITIZ_IMPORT_KEPT;
}

static CitizImportReason
read_directory (CitizZip *zip)
{
  gsize at = 0;

  if (zip->directory_n > MAX_CENTRAL)
    return CITIZ_IMPORT_TOO_LARGE;
  g_autofree guint8 *directory = g_malloc (zip->directory_n + 1);
  if (!read_at (zip->fd, zip->directory, directory, zip->directory_n))
    return CITIZ_IMPORT_TRUNCATED;
  for (guint i = 0; i < zip->n_entries; i++)
    {
      CitizImportReason reason = read_central (zip, directory, zip->directory_n, &at);
      if (reason != CITIZ_IMPORT_KEPT)
        return reason;
    }
  return at == zip->directory_n ? check_entries (zip) : CITIZ_IMPORT_MALFORMED;
}

/**
 * citiz_zip_open:
 * @fd: a seekable file, borrowed
 * @reason: (out): why the archive is refused as a whole
 *
 * Refused: locked or linked entries, absolute or climbing names, names twice, shared bytes, archives over
 * the limits of the header. Returns: (nullable) (transfer full)
 */
CitizZip *
citiz_zip_open (int fd, guint64 size, CitizImportReason *reason)
{
  g_autoptr (CitizZip) zip = g_new0 (CitizZip, 1);

  zip->fd = fd;
  zip->size = size;
  zip->entries = g_array_new (FALSE, TRUE, sizeof (CitizZipEntry));
  g_array_set_clear_func (zip->entries, entry_clear);
  *reason = size > CITIZ_ZIP_MAX_SIZE ? CITIZ_IMPORT_TOO_LARGE : read_end (zip);
  if (*reason == CITIZ_IMPORT_KEPT)
    *reason = read_directory (zip);
  return *reason == CITIZ_IMPORT_KEPT ? g_steal_pointer (&zip) : NULL;
}

guint
citiz_zip_n_entries (const CitizZip *zip)
{
  return zip->entries->len;
}

const CitizZipEntry *
citiz_zip_entry (const CitizZip *zip, guint i)
{
  return &g_array_index (zip->entries, CitizZipEntry, i);
}

CitizZipStream *
citiz_zip_stream_open (CitizZip *zip, const CitizZipEntry *entry)
{
  CitizZipStream *s = g_new0 (CitizZipStream, 1);

  s->zip = zip;
  s->entry = entry;
  s->crc = crc32 (0, NULL, 0);
  if (entry->method == 8 && inflateInit2 (&s->z, -15) != Z_OK)
    s->reason = CITIZ_IMPORT_MALFORMED;
  return s;
}

void
citiz_zip_stream_free (CitizZipStream *s)
{
  if (s == NULL)
    return;
  if (s->entry->method == 8)
    inflateEnd (&s->z);
  g_free (s);
}

CitizImportReason
citiz_zip_stream_reason (const CitizZipStream *s)
{
  return s->reason;
}

/* How far into the archive this entry has been read. */
guint64
citiz_zip_stream_position (const CitizZipStream *s)
{
  return s->entry->data + s->in;
}

static gssize
stop (CitizZipStream *s, CitizImportReason reason)
{
  s->reason = reason;
  return -1;
}

static gssize
finish (CitizZipStream *s)
{
  guint64 size = s->entry->wide ? s->entry->size : (guint32) s->entry->size;

  s->ended = TRUE;
  if ((s->entry->wide ? s->out : (guint32) s->out) != size || (guint32) s->crc != s->entry->crc)
    return stop (s, CITIZ_IMPORT_CHECKSUM);
  return 0;
}

static gssize
read_stored (CitizZipStream *s, guint8 *buffer, gsize n)
{
  n = (gsize) MIN (n, s->entry->packed - s->in);
  if (n > 0 && !read_at (s->zip->fd, s->entry->data + s->in, buffer, n))
    return stop (s, CITIZ_IMPORT_TRUNCATED);
  s->in += n;
  return (gssize) n;
}

static gssize
read_deflated (CitizZipStream *s, guint8 *buffer, gsize n)
{
  s->z.next_out = buffer;
  s->z.avail_out = (uInt) MIN (n, G_MAXUINT32 / 2);
  uInt room = s->z.avail_out;
  while (s->z.avail_out == room && !s->ended)
    {
      if (s->z.avail_in == 0)
        {
          gsize part = (gsize) MIN (sizeof s->packed, s->entry->packed - s->in);
          if (part == 0 || !read_at (s->zip->fd, s->entry->data + s->in, s->packed, part))
            return stop (s, CITIZ_IMPORT_TRUNCATED);
          s->in += part;
          s->z.next_in = s->packed;
          s->z.avail_in = (uInt) part;
        }
      int rc = inflate (&s->z, Z_NO_FLUSH);
      if (rc == Z_STREAM_END)
        s->ended = TRUE;
      else if (rc != Z_OK && rc != Z_BUF_ERROR)
        return stop (s, CITIZ_IMPORT_MALFORMED);
    }
  return (gssize) (room - s->z.avail_out);
}

/**
 * citiz_zip_stream_read:
 * @stream: a CitizZipStream
 *
 * Returns: bytes inflated; 0 at an end whose length and CRC are right; -1 otherwise, see citiz_zip_stream_reason()
 */
gssize
citiz_zip_stream_read (gpointer stream, guint8 *buffer, gsize n)
{
  CitizZipStream *s = stream;

  if (s->reason != CITIZ_IMPORT_KEPT || n == 0)
    return s->reason != CITIZ_IMPORT_KEPT ? -1 : 0;
  gssize got = s->ended                ? 0
               : s->entry->method == 8 ? read_deflated (s, buffer, n)
                                       : read_stored (s, buffer, n);
  if (got < 0)
    return got;
  if (got == 0)
    return finish (s);
  s->out += (guint64) got;
  if (s->out > CITIZ_ZIP_MAX_ENTRY)
    return stop (s, CITIZ_IMPORT_TOO_LARGE);
  if (s->out > CITIZ_ZIP_RATIO_FREE && s->out / CITIZ_ZIP_MAX_RATIO > MAX (s->in, 1))
    return stop (s, CITIZ_IMPORT_RATIO);
  s->crc = crc32 (s->crc, buffer, (uInt) got);
  return got;
}
