/* Archives: those of phones, those of other tools, and those nobody should send. SPDX-License-Identifier: AGPL-3.0-or-later */
#include "conversation.h"

#include "importers/citiz-zip.h"

#include <archive.h>
#include <archive_entry.h>
#include <string.h>
#include <unistd.h>
#include <zlib.h>

/* One entry of a zip made by hand, with every field that a hostile maker could lie about. */
typedef struct
{
  const gchar *name;
  const gchar *text;
  gsize n; /* 0: strlen */
  gboolean stored;
  guint16 flags;
  guint32 mode;        /* unix mode in the external attributes */
  gint local_name_lie; /* another name in the local header */
  guint32 header_lie;  /* offset of the local header in the directory, if not 0 */
  guint32 crc_lie, size_lie;
} Made;

static void
put (GByteArray *out, guint bytes, guint64 value)
{
  for (guint i = 0; i < bytes; i++, value >>= 8)
    {
      guint8 b = (guint8) value;
      g_byte_array_append (out, &b, 1);
    }
}

static void
put_header (GByteArray *out,
            const Made *m,
            gboolean local,
            guint32 crc,
            guint32 packed,
            guint32 size,
            guint32 header)
{
  put (out, 4, local ? 0x04034b50 : 0x02014b50);
  if (!local)
    put (out, 2, 3 << 8 | 20);
  put (out, 2, 20);
  put (out, 2, m->flags);
  put (out, 2, m->stored ? 0 : 8);
  put (out, 4, 0);
  put (out, 4, crc ^ m->crc_lie);
  put (out, 4, packed);
  put (out, 4, m->size_lie ? m->size_lie : size);
  put (out, 2, strlen (m->name));
  put (out, 2, 0);
  if (!local)
    {
      put (out, 6, 0);
      put (out, 4, (guint64) m->mode << 16);
      put (out, 4, m->header_lie ? m->header_lie : header);
    }
  if (local && m->local_name_lie)
    g_byte_array_append (out, (const guint8 *) "zzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzz",
                         (guint) strlen (m->name));
  else
    g_byte_array_append (out, (const guint8 *) m->name, (guint) strlen (m->name));
}

static GByteArray *
make_zip (const Made *made, guint n_made)
{
  GByteArray *out = g_byte_array_new ();
  g_autoptr (GByteArray) directory = g_byte_array_new ();

  for (guint i = 0; i < n_made; i++)
    {
      const Made *m = &made[i];
      gsize n = m->n > 0 ? m->n : strlen (m->text);
      uLong crc = crc32 (0, (const Bytef *) m->text, (uInt) n);
      g_autofree guint8 *packed = g_malloc (compressBound (n) + 16);
      gsize packed_n = n;
      guint32 header = out->len;
      if (m->stored)
        memcpy (packed, m->text, n);
      else
        {
          z_stream z = {0};
          deflateInit2 (&z, 9, Z_DEFLATED, -15, 8, Z_DEFAULT_STRATEGY);
          z.next_in = (Bytef *) (gsize) m->text;
          z.avail_in = (uInt) n;
          z.next_out = packed;
          z.avail_out = (uInt) (compressBound (n) + 16);
          g_assert_cmpint (deflate (&z, Z_FINISH), ==, Z_STREAM_END);
          packed_n = z.total_out;
          deflateEnd (&z);
        }
      put_header (out, m, TRUE, (guint32) crc, (guint32) packed_n, (guint32) n, 0);
      g_byte_array_append (out, packed, (guint) packed_n);
      put_header (directory, m, FALSE, (guint32) crc, (guint32) packed_n, (guint32) n, header);
    }
  guint32 at = out->len;
  g_byte_array_append (out, directory->data, directory->len);
  put (out, 4, 0x06054b50);
  put (out, 4, 0);
  put (out, 2, n_made);
  put (out, 2, n_made);
  put (out, 4, directory->len);
  put (out, 4, at);
  put (out, 2, 0);
  return out;
}

static Heard *
hear_zip (const Made *made, guint n)
{
  g_autoptr (GByteArray) zip = make_zip (made, n);
  return heard_from_bytes (zip->data, zip->len);
}

#define EXPORT                                                                                                                                                   \
  "<?xml version=\"1.0\"?><HealthData locale=\"fr_CA\"><Record type=\"HKQuantityTypeIdentifierHeartRate\" sourceName=\"M\" unit=\"count/min\" "                  \
  "startDate=\"2022-11-06 01:30:00 -0400\" endDate=\"2022-11-06 01:30:00 -0400\" value=\"61\"/>"                                                                 \
  "<Workout workoutActivityType=\"HKWorkoutActivityTypeRunning\" duration=\"30\" durationUnit=\"min\" sourceName=\"M\" startDate=\"2022-11-06 12:30:00 -0500\" " \
  "endDate=\"2022-11-06 13:00:00 -0500\"><WorkoutRoute><FileReference path=\"/workout-routes/route.gpx\"/></WorkoutRoute></Workout></HealthData>"
#define CLINICAL                                                                                   \
  "{\"resourceType\":\"Immunization\",\"id\":\"a8b3c1d2-0000-4000-8000-000000000001\"}"

static void
test_export (void)
{
  const Made made[]
      = {{"apple_health_export/Exportation.xml", EXPORT},
         {"apple_health_export/export_cda.xml", "<ClinicalDocument xmlns=\"urn:hl7-org:v3\"/>"},
         {"apple_health_export/workout-routes/", "", .stored = TRUE},
         {"apple_health_export/workout-routes/route.gpx", "<gpx><trk/></gpx>"},
         {"apple_health_export/electrocardiograms/ecg.csv", "Name,\303\211milie\n"},
         {"apple_health_export/clinical-records/Immunization-1.json", CLINICAL, .stored = TRUE},
         {"apple_health_export/notes.zip", "PK\3\4"},
         {"apple_health_export/photo.bin", "\211PNG"}};
  g_autoptr (Heard) heard = hear_zip (made, G_N_ELEMENTS (made));

  g_assert_cmpint (heard->reason, ==, CITIZ_IMPORT_KEPT);
  g_assert_cmpint (heard->format, ==, CITIZ_FORMAT_APPLE_ZIP);
  g_assert_cmpuint (heard_series (heard, "hr", "M")->n, ==, 1);
  g_assert_nonnull (heard_resource (heard, "Immunization", 0));
  g_assert_cmpuint (heard->blobs->len, ==, 1);
  g_assert_nonnull (
      strstr (heard_resource (heard, "Observation", 0)->json, "https://citiz.example/fhir/route"));
  g_assert_cmpuint (heard_tally (heard, CITIZ_IMPORT_CLINICAL_XML, "export_cda.xml"), ==, 1);
  g_assert_cmpuint (heard_tally (heard, CITIZ_IMPORT_ECG, "ecg.csv"), ==, 1);
  g_assert_cmpuint (heard_tally (heard, CITIZ_IMPORT_NESTED_ARCHIVE, "notes.zip"), ==, 1);
  g_assert_cmpuint (heard_tally (heard, CITIZ_IMPORT_DOCUMENT, "photo.bin"), ==, 1);
}

/* libarchive as a second maker: data descriptors, extra fields, 64-bit sizes. */
static void
test_other_maker (void)
{
  gsize n = 0, size = 1 << 20;
  g_autofree gchar *buffer = g_malloc (size);
  struct archive *a = archive_write_new ();

  archive_write_set_format_zip (a);
  g_assert_cmpint (archive_write_open_memory (a, buffer, size, &n), ==, ARCHIVE_OK);
  for (guint i = 0; i < 2; i++)
    {
      struct archive_entry *e = archive_entry_new ();
      archive_entry_set_pathname (e, i == 0 ? "apple_health_export/export.xml"
                                            : "apple_health_export/clinical-records/a.json");
      archive_entry_set_filetype (e, AE_IFREG);
      archive_entry_set_perm (e, 0644);
      const gchar *text = i == 0 ? EXPORT : CLINICAL;
      if (i == 1)
        archive_entry_set_size (e, (gint64) strlen (text));
      g_assert_cmpint (archive_write_header (a, e), ==, ARCHIVE_OK);
      g_assert_cmpint (archive_write_data (a, text, strlen (text)), ==, strlen (text));
      archive_entry_free (e);
    }
  archive_write_free (a);
  g_autoptr (Heard) heard = heard_from_bytes (buffer, n);
  g_assert_cmpint (heard->reason, ==, CITIZ_IMPORT_KEPT);
  g_assert_nonnull (heard_series (heard, "hr", "M"));
  g_assert_nonnull (heard_resource (heard, "Immunization", 0));
}

static void
test_refused (void)
{
  const Made good = {"export.xml", EXPORT};
  const struct
  {
    Made made[2];
    CitizImportReason reason;
  } cases[] = {
      {{good, {"../evil.xml", EXPORT}}, CITIZ_IMPORT_REFUSED_PATH},
      {{good, {"a/../b.xml", EXPORT}}, CITIZ_IMPORT_REFUSED_PATH},
      {{good, {"/etc/x.xml", EXPORT}}, CITIZ_IMPORT_REFUSED_PATH},
      {{good, {"C:x.xml", EXPORT}}, CITIZ_IMPORT_REFUSED_PATH},
      {{good, {"a\\b.xml", EXPORT}}, CITIZ_IMPORT_REFUSED_PATH},
      {{good, {"link", "/etc/passwd", .stored = TRUE, .mode = 0120777}}, CITIZ_IMPORT_REFUSED_PATH},
      {{good, {"\377.xml", EXPORT}}, CITIZ_IMPORT_NOT_UTF8},
      {{good, {"locked.xml", EXPORT, .flags = 1}}, CITIZ_IMPORT_ENCRYPTED},
      {{good, {"export.xml", EXPORT}}, CITIZ_IMPORT_DUPLICATE_NAME},
      {{good, {"other.xml", EXPORT, .local_name_lie = 1}}, CITIZ_IMPORT_MALFORMED},
      {{good, {"export2.xml", EXPORT, .header_lie = 1}}, CITIZ_IMPORT_MALFORMED},
      {{good, {"big.xml", EXPORT, .size_lie = 0x7fffffff}}, CITIZ_IMPORT_RATIO},
      {{good, {"crc.xml", EXPORT, .crc_lie = 1}}, CITIZ_IMPORT_CHECKSUM},
      {{good, {"size.xml", EXPORT, .size_lie = 12}}, CITIZ_IMPORT_CHECKSUM},
  };
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (Heard) heard = hear_zip (cases[i].made, 2);
      g_assert_cmpint (heard->reason, ==, cases[i].reason);
      if (cases[i].reason != CITIZ_IMPORT_CHECKSUM)
        g_assert_cmpuint (heard->resources->len + heard->series->len, ==, 0);
    }
}

/* Two directory entries over the same bytes (Fifield's bomb begins like that). */
static void
test_overlap (void)
{
  Made made[2] = {{"a.xml", EXPORT}, {"b.xml", EXPORT}};
  g_autoptr (GByteArray) zip = make_zip (made, 2);
  /* The first entry says its bytes reach over the second. */
  guint8 *directory = memmem (zip->data, zip->len, "PK\1\2", 4);
  guint32 packed = GUINT32_FROM_LE (*(guint32 *) (gpointer) (directory + 20)) + 40;
  packed = GUINT32_TO_LE (packed);
  memcpy (directory + 20, &packed, 4);
  g_autoptr (Heard) heard = heard_from_bytes (zip->data, zip->len);
  g_assert_cmpint (heard->reason, ==, CITIZ_IMPORT_OVERLAP);
}

static void
test_bomb (void)
{
  gsize n = 64u << 20;
  g_autofree gchar *zeros = g_malloc0 (n);
  const Made made[] = {{"export.xml", zeros, n}};
  const Made lying[] = {{"export.xml", zeros, n, .size_lie = 1000}};
  g_autoptr (Heard) honest = hear_zip (made, 1), liar = hear_zip (lying, 1);
  /* Zeros pack about 1 030 to 1. */
  g_assert_cmpint (honest->reason, ==, CITIZ_IMPORT_RATIO);
  g_assert_cmpuint (liar->tallies->len, ==, 1);
}

static void
test_cut (void)
{
  const Made made[] = {{"export.xml", EXPORT}, {"b.json", CLINICAL}};
  g_autoptr (GByteArray) zip = make_zip (made, 2);
  for (gsize n = 0; n < zip->len; n++)
    {
      CitizImportReason reason;
      int fd = fd_of_bytes (zip->data, n);
      g_assert_null (citiz_zip_open (fd, n, &reason));
      g_assert_cmpint (reason, !=, CITIZ_IMPORT_KEPT);
      close (fd);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/importers/zip/export", test_export);
  g_test_add_func ("/importers/zip/other-maker", test_other_maker);
  g_test_add_func ("/importers/zip/refused", test_refused);
  g_test_add_func ("/importers/zip/overlap", test_overlap);
  g_test_add_func ("/importers/zip/bomb", test_bomb);
  g_test_add_func ("/importers/zip/cut", test_cut);
  return g_test_run ();
}
