/* A whole Apple Health import into a fresh vault, beside libxml2's SAX parser alone on the same file:
 * bench-apple GENERATOR HELPER [MEGABYTES]. SPDX-License-Identifier: AGPL-3.0-or-later */
#include "app/citiz-ingest.h"
#include "app/citiz-series-store.h"

#include <fcntl.h>
#include <glib/gstdio.h>
#include <libxml/parser.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#define ROUNDS       3 /* of both, in turns; the best of each counts */
#define GOAL_RATIO   3.0
#define GOAL_PEAK_MB 250.0
#define GOAL_SAMPLE  3.5
#define MB_A_DAY     0.8527

static const CitizKdfCost cheap = {1, 64};

static gdouble
now (void)
{
  return (gdouble) g_get_monotonic_time () / 1e6;
}

static void
start_cb (void *ctx,
          const xmlChar *name,
          const xmlChar *prefix,
          const xmlChar *uri,
          int n_namespaces,
          const xmlChar **namespaces,
          int n_attributes,
          int n_defaulted,
          const xmlChar **attributes)
{
  (*(guint64 *) ctx)++;
}

/* libxml2 gets what it can read: everything from the root on, without Apple's document type. */
static gdouble
time_libxml2 (const gchar *path)
{
  static gchar buffer[256 * 1024];
  xmlSAXHandler handler = {.initialized = XML_SAX2_MAGIC, .startElementNs = start_cb};
  guint64 elements = 0;
  gdouble start = now ();
  FILE *file = fopen (path, "rb");
  gsize n = fread (buffer, 1, sizeof buffer, file);
  const gchar *root = memmem (buffer, n, "<HealthData ", 12);
  xmlParserCtxtPtr ctx
      = xmlCreatePushParserCtxt (&handler, &elements, root, (int) (buffer + n - root), NULL);

  while ((n = fread (buffer, 1, sizeof buffer, file)) > 0)
    xmlParseChunk (ctx, buffer, (int) n, 0);
  int failed = xmlParseChunk (ctx, buffer, 0, 1);
  gdouble took = now () - start;
  fclose (file);
  xmlFreeParserCtxt (ctx);
  g_assert_cmpint (failed, ==, 0);
  g_assert_cmpuint (elements, >, 0);
  return took;
}

/* Processor time of this process and of helpers that have ended: what a busy machine does not stretch. */
static gdouble
cpu (void)
{
  gdouble seconds = 0;
  const int who[] = {RUSAGE_SELF, RUSAGE_CHILDREN};

  for (guint i = 0; i < G_N_ELEMENTS (who); i++)
    {
      struct rusage usage;
      getrusage (who[i], &usage);
      seconds += (gdouble) usage.ru_utime.tv_sec + (gdouble) usage.ru_utime.tv_usec / 1e6
                 + (gdouble) usage.ru_stime.tv_sec + (gdouble) usage.ru_stime.tv_usec / 1e6;
    }
  return seconds;
}

static gdouble
own_peak_mb (void)
{
  struct rusage usage;
  getrusage (RUSAGE_SELF, &usage);
  return (gdouble) usage.ru_maxrss / 1024;
}

static gdouble
children_peak_mb (void)
{
  struct rusage usage;
  getrusage (RUSAGE_CHILDREN, &usage);
  return (gdouble) usage.ru_maxrss / 1024;
}

static gdouble
one_number (CitizDb *db, const gchar *sql)
{
  g_autoptr (CitizStmt) stmt = NULL;
  g_autoptr (GError) error = NULL;
  gboolean row = FALSE;

  g_assert_true (citiz_db_prepare (db, sql, &stmt, &error));
  g_assert_no_error (error);
  g_assert_true (citiz_stmt_next (stmt, &row, &error) && row);
  return (gdouble) citiz_stmt_int (stmt, 0);
}

#define ROW_BYTES "SELECT sum (length (sealed) + length (key) + length (id)) FROM object"

/* Pages of the file, as SQLite fills them: padding, nonces, tags, keys, rows, indexes and their slack. Classes are mixed in one
 * table: each has the share of its bytes. */
static void
report_disk (CitizVault *vault)
{
  CitizDb *db = citiz_vault_get_db (vault);
  g_autoptr (CitizSeriesStore) store = citiz_series_store_new (vault, NULL);
  gdouble samples = 0;

  g_assert_nonnull (store);
  for (guint i = 0; i < citiz_series_store_list (store)->len; i++)
    samples += (gdouble) citiz_series_count (citiz_series_store_list (store)->pdata[i]);
  gdouble pages = one_number (db, "SELECT sum (pgsize) FROM dbstat WHERE name LIKE 'object%'");
  gdouble all = one_number (db, ROW_BYTES), packs = one_number (db, ROW_BYTES " WHERE class = 3"),
          series = one_number (db, ROW_BYTES " WHERE class IN (2, 3)"),
          days = one_number (db, ROW_BYTES " WHERE class = 4");
  printf ("# sealed series: %.2f bytes a sample on the disk with all that SQLite adds, directories "
          "included (goal %.1f); packs alone %.2f; day roll-ups %.2f more; %.0f samples\n",
          pages * series / all / samples, GOAL_SAMPLE, pages * packs / all / samples,
          pages * days / all / samples, samples);
}

static gdouble
time_import (const gchar *folder, const gchar *path, guint64 *kept)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (CitizSecret) passphrase = citiz_secret_new_from_text ("one two three four five six");
  g_autoptr (CitizVault) vault
      = citiz_vault_create (folder, citiz_env_system (), passphrase, NULL, cheap, &error);
  g_autoptr (GFile) file = g_file_new_for_path (path);
  g_assert_no_error (error);
  gdouble start = now ();
  g_autoptr (CitizIngestReport) report = citiz_ingest_run (vault, file, NULL, NULL, NULL, &error);
  gdouble took = now () - start;
  g_assert_no_error (error);
  g_assert_null (report->ended);
  *kept = report->kept;
  report_disk (vault);
  return took;
}

static void
remove_tree (const gchar *path)
{
  g_autoptr (GPtrArray) names = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (GDir) dir = g_dir_open (path, 0, NULL);
  const gchar *name;

  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    g_ptr_array_add (names, g_build_filename (path, name, NULL));
  for (guint i = 0; i < names->len; i++)
    g_unlink (names->pdata[i]);
  g_rmdir (path);
}

int
main (int argc, char **argv)
{
  g_autofree gchar *folder = g_dir_make_tmp ("citiz-bench-XXXXXX", NULL);
  g_autofree gchar *vault = g_build_filename (folder, "vault", NULL),
                   *xml = g_build_filename (folder, "export.xml", NULL);
  gdouble megabytes = argc > 3 ? g_ascii_strtod (argv[3], NULL) : 120;
  g_autofree gchar *days = g_strdup_printf ("%d", (int) (megabytes / MB_A_DAY) + 1);
  const gchar *generate[] = {argv[1], days, "42", "1.0", xml, NULL};
  gint status;
  guint64 kept = 0;

  if (argc < 3 || !citiz_crypto_init ())
    return 2;
  g_setenv ("CITIZ_IMPORT_HELPER", argv[2], TRUE);
  if (!g_spawn_sync (NULL, (gchar **) generate, NULL, G_SPAWN_DEFAULT, NULL, NULL, NULL, NULL,
                     &status, NULL)
      || status != 0)
    return 2;
  gdouble raw = G_MAXDOUBLE, took = G_MAXDOUBLE, raw_cpu = G_MAXDOUBLE, took_cpu = G_MAXDOUBLE;
  for (guint round = 0; round < ROUNDS; round++)
    {
      gdouble at = cpu (), alone = time_libxml2 (xml), between = cpu ();
      gdouble whole = time_import (vault, xml, &kept), end = cpu ();
      raw = MIN (raw, alone);
      took = MIN (took, whole);
      raw_cpu = MIN (raw_cpu, between - at);
      took_cpu = MIN (took_cpu, end - between);
      remove_tree (vault);
    }
  gdouble peak = own_peak_mb () + children_peak_mb ();
  GStatBuf st;
  g_stat (xml, &st);
  printf (
      "# %.0f MB: libxml2 SAX alone %.3f s (%.0f MB/s), whole import %.3f s (%.0f MB/s), %" G_GUINT64_FORMAT
      " kept\n",
      (gdouble) st.st_size / 1e6, raw, (gdouble) st.st_size / 1e6 / raw, took,
      (gdouble) st.st_size / 1e6 / took, kept);
  printf ("# processor time: libxml2 %.3f s, whole import in both processes %.3f s\n", raw_cpu,
          took_cpu);
  printf ("# peak memory: %.0f MB here + %.0f MB in the helper\n", own_peak_mb (),
          children_peak_mb ());
  printf (
      "1..2\n%s 1 - %.1f times as fast as libxml2 alone (goal %.1f)\n%s 2 - %.0f MB at most (goal %.0f)\n",
      raw / took >= GOAL_RATIO ? "ok" : "not ok", raw / took, GOAL_RATIO,
      peak <= GOAL_PEAK_MB ? "ok" : "not ok", peak, GOAL_PEAK_MB);
  g_unlink (xml);
  g_rmdir (folder);
  return raw / took >= GOAL_RATIO && peak <= GOAL_PEAK_MB ? 0 : 1;
}
