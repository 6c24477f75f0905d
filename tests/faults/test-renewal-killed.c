/* A node killed while it renews a grant: the old capsule opens or the new one, never none. SPDX-License-Identifier: AGPL-3.0-or-later */
#include "consent/citiz-capsule.h"
#include "fault-vault.h"
#include "node/citiz-node-private.h"

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define N_KILLS      80
#define MAX_DELAY_US 60000
#define BEGUN        G_MAXUINT32

static const gchar *program;

/* One node with one live grant, whose bundle says how often it was renewed. */
typedef struct
{
  CitizSigningKey *key;
  CitizDb *db;
  CitizChain *chain;
  CitizNode *node;
  CitizHash account;
} World;

static CitizSecret *
secret_of (guint8 n)
{
  CitizSecret *secret = citiz_secret_new (32);

  memset (citiz_secret_data (secret), n, 32);
  return secret;
}

static void
world_open (World *world, const gchar *dir)
{
  g_autoptr (CitizSecret) seed = secret_of (1);
  g_autoptr (GError) error = NULL;

  world->key = citiz_signing_key_new_from_seed (seed);
  world->db = citiz_db_open (dir, CITIZ_DB_CREATE, &error);
  g_assert_no_error (error);
  world->chain = citiz_chain_open (world->db, citiz_env_system (), world->key, &error);
  g_assert_no_error (error);
  world->node = citiz_node_new (world->db, world->chain, citiz_env_system (), world->key);
}

static void
world_close (World *world)
{
  g_clear_object (&world->node);
  g_clear_pointer (&world->chain, citiz_chain_close);
  g_clear_pointer (&world->db, citiz_db_unref);
  g_clear_pointer (&world->key, citiz_signing_key_unref);
}

/* The citizen's transaction: @deal on the ledger. */
static GPtrArray *
say (World *world, const CitizDeal *deal)
{
  GPtrArray *txs = g_ptr_array_new_with_free_func ((GDestroyNotify) citiz_tx_unref);
  g_autoptr (CitizSecret) seed = secret_of (2);
  g_autoptr (CitizSigningKey) citizen = citiz_signing_key_new_from_seed (seed);
  CitizTxBody body = {.grant = deal->body};

  citiz_chain_add_register (world->chain, txs, citizen, NULL, &world->account);
  citiz_chain_add (world->chain, txs, CITIZ_TX_GRANT, &world->account, 0, &body, citizen);
  return txs;
}

static gboolean
renew (World *world, const CitizId *id, CitizSecret *k_r, CitizSecret *t, guint32 number)
{
  json_t *bundle = json_pack ("{s:I}", "number", (json_int_t) number);
  g_autoptr (CitizDeal) deal = NULL;
  g_autoptr (GPtrArray) txs = NULL;
  CitizGrantState state;
  CitizBlockInfo block;

  g_assert_true (citiz_chain_grant (world->chain, id, &state));
  deal = citiz_deal_renew (citiz_env_system (), bundle, &state.grant, k_r, t, NULL);
  json_decref (bundle);
  txs = say (world, deal);
  return citiz_node_renew (world->node, deal, txs, &block, NULL);
}

/* The child: renews, and says each number once that is done. */
static int
child (const gchar *dir, const gchar *grant, const gchar *secrets, guint32 number)
{
  World world = {0};
  CitizHash k_r_bytes, t_bytes;
  CitizId id;
  guint32 told = BEGUN;

  g_assert_true (citiz_id_from_hex (&id, grant));
  g_assert_true (citiz_hash_from_hex (&t_bytes, secrets + 64));
  {
    g_autofree gchar *first = g_strndup (secrets, 64);
    g_assert_true (citiz_hash_from_hex (&k_r_bytes, first));
  }
  g_autoptr (CitizSecret) k_r = citiz_secret_new_take_copy (k_r_bytes.b, 32);
  g_autoptr (CitizSecret) t = citiz_secret_new_take_copy (t_bytes.b, 32);
  world_open (&world, dir);
  if (write (STDOUT_FILENO, &told, sizeof told) != sizeof told)
    return 1;
  while (renew (&world, &id, k_r, t, number))
    {
      if (write (STDOUT_FILENO, &number, sizeof number) != sizeof number)
        return 1;
      number++;
    }
  return 1;
}

static gboolean
read_number (int fd, guint32 *out)
{
  gssize n;

  do
    n = read (fd, out, sizeof *out);
  while (n < 0 && errno == EINTR);
  return n == sizeof *out;
}

static gint
count_blobs (CitizDb *db)
{
  g_autoptr (CitizStmt) stmt = NULL;
  gboolean row = FALSE;

  g_assert_true (citiz_db_prepare (db, "SELECT COUNT (*) FROM node_blob", &stmt, NULL));
  g_assert_true (citiz_stmt_next (stmt, &row, NULL) && row);
  return (gint) citiz_stmt_int (stmt, 0);
}

/* What a reader of the same link finds: ledger, share and capsule belong together. */
static guint32
read_grant (const gchar *dir, const CitizDeal *deal)
{
  World world = {0};
  CitizGrantState state;
  CitizNodeShare share;
  CitizHash commitment;
  g_autoptr (CitizSecret) k_c = NULL;
  g_autoptr (GBytes) capsule = NULL, plain = NULL;
  g_autofree gchar *jwe = NULL;
  json_auto_t *bundle = NULL;

  world_open (&world, dir);
  g_assert_true (citiz_chain_grant (world.chain, &deal->body.id, &state));
  g_assert_cmpint (state.status, ==, CITIZ_GRANT_ACTIVE);
  g_assert_true (citiz_node_get_share (world.node, &deal->body.id, &share, NULL));
  citiz_grant_share_commitment (&commitment, &deal->body.id, share.place, share.share, share.salt);
  g_assert_true (citiz_hash_equal (&commitment, &state.grant.committee[0].commitment));
  capsule = citiz_node_store_get_blob (world.db, &state.grant.capsule, NULL);
  g_assert_nonnull (capsule);
  k_c = citiz_secret_new_take_copy (share.share, 32);
  jwe = citiz_capsule_open (&deal->body.id, k_c, capsule, NULL);
  g_assert_nonnull (jwe);
  plain = citiz_jwe_decrypt (deal->secrets->k_r, jwe, -1, NULL);
  g_assert_nonnull (plain);
  bundle = json_loadb (g_bytes_get_data (plain, NULL), g_bytes_get_size (plain), 0, NULL);
  g_assert_cmpint (count_blobs (world.db), ==, 1); /* nothing of the earlier one is left */
  world_close (&world);
  return (guint32) json_integer_value (json_object_get (bundle, "number"));
}

static CitizDeal *
deal_first (const gchar *dir)
{
  World world = {0};
  CitizDealNode node = {.origin = "http://127.0.0.1:1"};
  CitizDealOptions options = {.duration_ms = CITIZ_DAY,
                              .max_openings = 8,
                              .scope = "{}",
                              .nodes = &node,
                              .n_nodes = 1,
                              .threshold = 1};
  json_t *bundle = json_pack ("{s:i}", "number", 0);
  g_autoptr (GPtrArray) txs = NULL;
  g_autoptr (GError) error = NULL;
  CitizBlockInfo block;
  CitizDeal *deal;

  world_open (&world, dir);
  node.key = *citiz_node_get_public (world.node);
  options.now = citiz_chain_time (world.chain);
  deal = citiz_deal_new (citiz_env_system (), bundle, &options, &error);
  g_assert_no_error (error);
  json_decref (bundle);
  txs = say (&world, deal);
  g_assert_true (citiz_node_deal (world.node, deal, txs, &block, &error));
  g_assert_no_error (error);
  world_close (&world);
  return deal;
}

static GPid
start (const gchar *dir, const CitizDeal *deal, guint32 number, int *out_fd)
{
  g_autofree gchar *text = g_strdup_printf ("%u", number);
  g_autofree gchar *grant = citiz_id_to_hex (&deal->body.id);
  g_autofree gchar *k_r
      = citiz_hash_to_hex ((const CitizHash *) citiz_secret_data (deal->secrets->k_r));
  g_autofree gchar *t
      = citiz_hash_to_hex ((const CitizHash *) citiz_secret_data (deal->secrets->t));
  g_autofree gchar *secrets = g_strconcat (k_r, t, NULL);
  const gchar *argv[] = {program, "--child", dir, grant, secrets, text, NULL};
  g_autoptr (GError) error = NULL;
  GPid pid;

  g_spawn_async_with_pipes (NULL, (gchar **) argv, NULL, G_SPAWN_DO_NOT_REAP_CHILD, NULL, NULL,
                            &pid, NULL, out_fd, NULL, &error);
  g_assert_no_error (error);
  return pid;
}

static void
test_killed (void)
{
  g_autofree gchar *dir = new_folder ();
  g_autoptr (CitizDeal) deal = deal_first (dir);
  guint32 number = 0;

  for (guint round = 0; round < N_KILLS; round++)
    {
      guint32 told, acknowledged = number;
      int fd;
      GPid pid = start (dir, deal, number + 1, &fd);

      g_assert_true (read_number (fd, &told));
      g_usleep ((gulong) g_test_rand_int_range (0, MAX_DELAY_US));
      kill (pid, SIGKILL);
      waitpid (pid, NULL, 0);
      g_spawn_close_pid (pid);
      while (read_number (fd, &told))
        acknowledged = told;
      close (fd);
      number = read_grant (dir, deal);
      g_assert_true (number == acknowledged || number == acknowledged + 1);
    }
  g_test_message ("%d kills, %u renewals", N_KILLS, number);
  g_assert_cmpuint (number, >, 0);
  remove_files (dir);
}

int
main (int argc, char **argv)
{
  g_assert_true (citiz_crypto_init ());
  if (argc == 6 && g_str_equal (argv[1], "--child"))
    return child (argv[2], argv[3], argv[4], (guint32) g_ascii_strtoull (argv[5], NULL, 10));
  g_test_init (&argc, &argv, NULL);
  program = argv[0];
  g_test_add_func ("/renewal/killed", test_killed);
  return g_test_run ();
}
