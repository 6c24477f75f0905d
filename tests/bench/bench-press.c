/* One press on a record of 20 000 resources: summary, deal, block; beside the cost of writing the same summary as JSON. SPDX-License-Identifier: AGPL-3.0-or-later */
#include "consent/citiz-ips.h"
#include "crypto/citiz-crypto.h"
#include "node/citiz-node.h"

#include <glib/gstdio.h>
#include <stdlib.h>
#include <string.h>

#define N_RESOURCES 20000
#define ROUNDS      9
#define GOAL_MS     300.0

typedef struct
{
  CitizRecord *record;
  CitizProfile *profile;
  CitizIpsOptions options;
  CitizDb *db;
  CitizChain *chain;
  CitizNode *node;
  CitizSigningKey *citizen;
  gchar *dir;
} Bench;

static void
put (Bench *bench, gchar *text)
{
  CitizId id = citiz_env_new_id (bench->options.env);
  json_t *resource = citiz_json_load (text, strlen (text), NULL);
  g_autoptr (CitizItem) item = citiz_item_new_from_json (resource, &id, 1, 1, NULL);

  g_assert_nonnull (item);
  citiz_record_put (bench->record, item);
  json_decref (resource);
  g_free (text);
}

#define SUBJECT "\"subject\":{\"reference\":\"Patient/p\"}"

/* As an import of many years looks: results mostly, each citing the visit it was made at. */
static void
fill (Bench *bench)
{
  put (bench, g_strdup ("{\"resourceType\":\"Patient\",\"id\":\"p\",\"name\":[{\"text\":\"Lucie "
                        "B.\"}],\"birthDate\":\"1959-03-12\"}"));
  for (guint i = 0; i < N_RESOURCES; i++)
    {
      guint year = 2005 + i % 20, day = 1 + i % 28;

      if (i % 20 == 0)
        put (
            bench,
            g_strdup_printf (
                "{\"resourceType\":\"Encounter\",\"id\":\"e%u\",\"status\":\"finished\",\"class\":{"
                "\"code\":\"AMB\"}," SUBJECT ",\"period\":{\"start\":\"%u-05-%02u\"}}",
                i / 20, year, day));
      else if (i % 20 == 1)
        put (bench,
             g_strdup_printf (
                 "{\"resourceType\":\"Condition\",\"id\":\"c%u\",\"code\":{\"text\":\"Problem "
                 "%u\"}," SUBJECT ",\"encounter\":{\"reference\":\"Encounter/e%u\"}}",
                 i, i % 400, i / 20));
      else
        put (
            bench,
            g_strdup_printf (
                "{\"resourceType\":\"Observation\",\"id\":\"o%u\",\"status\":\"final\",\"category\":[{"
                "\"coding\":[{\"code\":\"laboratory\"}]}],\"code\":{\"coding\":[{\"system\":\"http://"
                "loinc.org\",\"code\":\"%u-1\"}],\"text\":\"Test %u\"}," SUBJECT
                ",\"encounter\":{\"reference\":\"Encounter/e%u\"},\"effectiveDateTime\":\"%u-05-%02uT%02u:%02u:00-05:00\","
                "\"valueQuantity\":{\"value\":%u.50,\"unit\":\"mmol/L\"}}",
                i, 1000 + i % 120, i % 120, i / 20, year, day, i % 24, i / 24 % 60, i % 90));
    }
}

static double
since (gint64 *begin)
{
  const gint64 now = g_get_monotonic_time ();
  const double ms = (double) (now - *begin) / 1000;

  *begin = now;
  return ms;
}

static double
median (double *values, guint n)
{
  for (guint i = 1; i < n; i++)
    for (guint j = i; j > 0 && values[j - 1] > values[j]; j--)
      {
        const double swap = values[j];

        values[j] = values[j - 1];
        values[j - 1] = swap;
      }
  return values[n / 2];
}

static CitizSigningKey *
new_key (void)
{
  g_autoptr (CitizSecret) seed = citiz_secret_new_random (32);

  return citiz_signing_key_new_from_seed (seed);
}

static void
start (Bench *bench)
{
  g_autoptr (CitizSigningKey) key = new_key ();
  g_autoptr (GError) error = NULL;

  bench->dir = g_dir_make_tmp ("citiz-bench-XXXXXX", &error);
  bench->citizen = new_key ();
  bench->db = citiz_db_open (bench->dir, CITIZ_DB_CREATE, &error);
  g_assert_no_error (error);
  bench->chain = citiz_chain_open (bench->db, bench->options.env, key, &error);
  g_assert_no_error (error);
  bench->node = citiz_node_new (bench->db, bench->chain, bench->options.env, key);
  g_assert_true (citiz_node_start (bench->node, 0, &error));
}

/* One press; figures in ms: summary, deal, block on disk, JSON alone. */
static void
press (Bench *bench, double out[4])
{
  CitizDealNode node = {*citiz_node_get_public (bench->node), citiz_node_get_origin (bench->node)};
  CitizDealOptions options = {.duration_ms = CITIZ_DAY,
                              .max_openings = CITIZ_OPENINGS_LIMIT,
                              .now = citiz_chain_time (bench->chain),
                              .nodes = &node,
                              .n_nodes = 1,
                              .threshold = 1};
  g_autoptr (GPtrArray) txs = g_ptr_array_new_with_free_func ((GDestroyNotify) citiz_tx_unref);
  g_autoptr (GPtrArray) parts = NULL;
  gint64 begin = g_get_monotonic_time ();
  json_t *bundle
      = citiz_ips_build_with_parts (bench->record, bench->profile, &bench->options, &parts);
  g_autoptr (CitizDeal) deal = NULL;
  g_autofree gchar *text = NULL;
  CitizTxBody body;
  CitizHash account;

  out[0] = since (&begin);
  deal = citiz_deal_new (bench->options.env, bundle, &options, NULL);
  g_assert_nonnull (deal);
  out[1] = since (&begin);
  body.grant = deal->body;
  citiz_chain_add_register (bench->chain, txs, bench->citizen, NULL, &account);
  citiz_chain_add (bench->chain, txs, CITIZ_TX_GRANT, &account, 0, &body, bench->citizen);
  g_assert_true (citiz_node_deal (bench->node, deal, txs, NULL, NULL));
  out[2] = since (&begin);
  text = citiz_json_dump (bundle);
  out[3] = since (&begin);
  json_decref (bundle);
}

static void
stop (Bench *bench)
{
  static const gchar *const files[] = {"citiz.db", "citiz.db-wal", "citiz.db-shm", "lock"};

  g_clear_object (&bench->node);
  citiz_chain_close (bench->chain);
  citiz_db_unref (bench->db);
  citiz_signing_key_unref (bench->citizen);
  for (guint i = 0; i < G_N_ELEMENTS (files); i++)
    {
      g_autofree gchar *path = g_build_filename (bench->dir, files[i], NULL);

      g_unlink (path);
    }
  g_rmdir (bench->dir);
  g_free (bench->dir);
  citiz_profile_free (bench->profile);
  citiz_record_free (bench->record);
}

int
main (void)
{
  Bench bench = {.record = citiz_record_new (), .profile = citiz_profile_new ()};
  double figures[4][ROUNDS], one[4];
  double total;

  if (!citiz_crypto_init ())
    return EXIT_FAILURE;
  bench.options = (CitizIpsOptions){.env = citiz_env_system (), .offset_minutes = -300};
  fill (&bench);
  start (&bench);
  for (guint round = 0; round < ROUNDS; round++)
    {
      press (&bench, one);
      for (guint i = 0; i < 4; i++)
        figures[i][round] = one[i];
    }
  for (guint i = 0; i < 4; i++)
    one[i] = median (figures[i], ROUNDS);
  total = one[0] + one[1] + one[2];
  g_print (
      "summary %.1f ms, deal %.1f ms, block %.1f ms: press %.1f ms (goal %.0f); JSON alone %.1f ms\n",
      one[0], one[1], one[2], total, GOAL_MS, one[3]);
  stop (&bench);
  return total <= GOAL_MS ? EXIT_SUCCESS : EXIT_FAILURE;
}
