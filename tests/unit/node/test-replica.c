/* Several replicas with real disks in one process: they agree, fall, come back. SPDX-License-Identifier: AGPL-3.0-or-later */
#include "node/citiz-replica.h"
#include "store/citiz-db.h"

#include "crypto/citiz-crypto.h"
#include "wire/citiz-message.h"

#include <glib/gstdio.h>
#include <string.h>

#define MAX_NODES 7
#define SLOTS     1024 /* in which votes are counted */

typedef struct _World World;

typedef struct
{
  World *world;
  guint place; /* in order of node keys */
  gchar *dir;
  CitizSigningKey *key;
  CitizDb *db;
  CitizChain *chain;
  CitizJournal *journal;
  CitizReplica *replica; /* NULL: down */
  guint finals, evidence, alarms;
  guint said;        /* statements that it has signed and sent */
  gboolean set_back; /* its folder was put back to an old copy */
} Node;

/* Messages travel through the main loop, some are lost. */
struct _World
{
  guint n;
  Node nodes[MAX_NODES];
  CitizGenesis genesis;
  CitizHash chain_id;
  gboolean cut[MAX_NODES][MAX_NODES]; /* from, to */
  guint loss;                         /* per cent */
  guint delay;                        /* ms */
  CitizCsxTiming timing;
  guint32 draws;
  guint made;                       /* transactions */
  guint sent;                       /* messages */
  guint flying;                     /* and those that have not arrived */
  gboolean no_notar, no_cand;       /* votes for blocks, new blocks do not arrive */
  guint8 notar[SLOTS], skip[SLOTS]; /* who has said so: a bit a place */
};

typedef struct
{
  World *world;
  guint from, to;
  GBytes *message;
} Letter;

/* Patience grows without end to speak of: machines may be slow. */
static const CitizCsxTiming quick = {.timeout = 150,
                                     .timeout_cap = 60000,
                                     .standstill = 200,
                                     .interval = 5,
                                     .heartbeat = 60000,
                                     .egress = 1024 * 1024};

static gboolean
deliver_cb (gpointer data)
{
  Letter *letter = data;
  Node *node = &letter->world->nodes[letter->to];

  letter->world->flying--;

  if (node->replica != NULL && !letter->world->cut[letter->from][letter->to])
    citiz_replica_receive (node->replica, letter->from, letter->message);
  g_bytes_unref (letter->message);
  g_free (letter);
  return G_SOURCE_REMOVE;
}

/* A draw that is the same in each run. */
static guint
draw (World *world)
{
  world->draws = world->draws * 1664525u + 1013904223u;
  return (world->draws >> 8) % 100;
}

/* Returns: whether the world is deaf to it */
static gboolean
overhear (World *world, guint from, GBytes *bytes)
{
  g_auto (CitizMessage) message = {0};
  gsize n;
  const guint8 *view = g_bytes_get_data (bytes, &n);
  const CitizVote *vote = &message.vote;

  g_assert_true (citiz_message_decode (view, n, &message, NULL));
  if (message.kind == CITIZ_MESSAGE_CAND
      || (message.kind == CITIZ_MESSAGE_VOTE && vote->voter == from))
    world->nodes[from].said++;
  if (message.kind == CITIZ_MESSAGE_CAND)
    return world->no_cand;
  if (message.kind != CITIZ_MESSAGE_VOTE || vote->voter != from || vote->slot >= SLOTS)
    return FALSE;
  if (vote->kind == CITIZ_VOTE_NOTAR)
    world->notar[vote->slot] |= (guint8) (1u << from);
  if (vote->kind == CITIZ_VOTE_SKIP)
    world->skip[vote->slot] |= (guint8) (1u << from);
  return world->no_notar && vote->kind == CITIZ_VOTE_NOTAR;
}

static void
post (World *world, guint from, guint to, GBytes *message)
{
  Letter *letter;

  world->sent++;
  if (from == to || draw (world) < world->loss || overhear (world, from, message))
    return;
  world->flying++;
  letter = g_new (Letter, 1);
  *letter = (Letter){world, from, to, g_bytes_ref (message)};
  if (world->delay > 0)
    g_timeout_add (draw (world) % world->delay, deliver_cb, letter);
  else
    g_idle_add_full (G_PRIORITY_DEFAULT, deliver_cb, letter, NULL);
}

static void
send_cb (CitizReplica *replica, guint to, GBytes *message, Node *node)
{
  for (guint i = 0; i < node->world->n; i++)
    if (to == CITIZ_CSX_NOBODY || to == i)
      post (node->world, node->place, i, message);
}

static void
final_cb (CitizReplica *replica, CitizBlock *block, Node *node)
{
  node->finals++;
}

static void
evidence_cb (CitizReplica *replica, gpointer evidence, Node *node)
{
  node->evidence++;
}

static void
alarm_cb (CitizReplica *replica, guint alarm, guint64 slot, Node *node)
{
  node->alarms |= 1u << alarm;
}

static void
failed_cb (CitizReplica *replica, GError *error, Node *node)
{
  g_error ("node %u: %s", node->place, error->message);
}

static gchar *
journal_path (Node *node)
{
  return g_build_filename (node->dir, "epoch-0.journal", NULL);
}

static void
node_up (Node *node)
{
  World *world = node->world;
  g_autofree gchar *path = journal_path (node);
  g_autoptr (GError) error = NULL;

  node->db = citiz_db_open (node->dir, CITIZ_DB_CREATE, &error);
  g_assert_no_error (error);
  node->chain = citiz_chain_open_shared (node->db, citiz_env_system (), &world->genesis, &error);
  g_assert_no_error (error);
  if (g_file_test (path, G_FILE_TEST_EXISTS))
    node->journal = citiz_journal_open (path, &world->genesis.salt, 0, node->key, &error);
  g_assert_no_error (error);
  node->replica = citiz_replica_new (node->db, node->chain, citiz_env_system (), node->journal,
                                     citiz_signing_key_get_public (node->key), &world->timing);
  g_signal_connect (node->replica, "send", G_CALLBACK (send_cb), node);
  g_signal_connect (node->replica, "final", G_CALLBACK (final_cb), node);
  g_signal_connect (node->replica, "evidence", G_CALLBACK (evidence_cb), node);
  g_signal_connect (node->replica, "alarm", G_CALLBACK (alarm_cb), node);
  g_signal_connect (node->replica, "failed", G_CALLBACK (failed_cb), node);
  g_assert_true (citiz_replica_start (node->replica, &error));
  g_assert_no_error (error);
  g_assert_cmpuint (citiz_replica_get_place (node->replica), ==,
                    node->journal == NULL || citiz_journal_is_barred (node->journal)
                        ? CITIZ_CSX_NOBODY
                        : node->place);
  for (guint i = 0; i < world->n; i++)
    if (i != node->place && world->nodes[i].replica != NULL)
      {
        citiz_replica_connected (node->replica, i);
        citiz_replica_connected (world->nodes[i].replica, node->place);
      }
}

static void
node_down (Node *node)
{
  if (node->replica != NULL)
    g_signal_handlers_disconnect_by_data (node->replica, node);
  g_clear_object (&node->replica);
  g_clear_pointer (&node->journal, citiz_journal_close);
  g_clear_pointer (&node->chain, citiz_chain_close);
  g_clear_pointer (&node->db, citiz_db_unref);
}

static CitizSigningKey *
new_key (guint8 n)
{
  guint8 bytes[32];
  g_autoptr (CitizSecret) seed = NULL;

  memset (bytes, n, sizeof bytes);
  seed = citiz_secret_new_take_copy (bytes, sizeof bytes);
  return citiz_signing_key_new_from_seed (seed);
}

static int
by_key (const void *a, const void *b)
{
  return memcmp (citiz_signing_key_get_public (((const Node *) a)->key)->b,
                 citiz_signing_key_get_public (((const Node *) b)->key)->b, 32);
}

/* The journals make the epoch keys, the genesis names them. */
static void
world_init (World *world, guint n)
{
  CitizHash salt = {{42}};

  memset (world, 0, sizeof *world);
  world->n = n;
  world->draws = n;
  world->timing = quick;
  for (guint i = 0; i < n; i++)
    world->nodes[i].key = new_key ((guint8) (i + 1));
  qsort (world->nodes, n, sizeof (Node), by_key);
  world->genesis = (CitizGenesis){.version = 1, .protocol = CITIZ_PROTOCOL, .salt = salt};
  world->genesis.time = citiz_env_now (citiz_env_system ());
  world->genesis.n_founders = (guint16) n;
  for (guint i = 0; i < n; i++)
    {
      Node *node = &world->nodes[i];
      CitizFounder *founder = &world->genesis.founders[i];
      g_autoptr (GError) error = NULL;
      g_autofree gchar *path = NULL;

      node->world = world;
      node->place = i;
      node->dir = g_dir_make_tmp ("citiz-replica-XXXXXX", NULL);
      path = journal_path (node);
      node->journal = citiz_journal_create (path, &salt, 0, node->key, &error);
      g_assert_no_error (error);
      founder->validator.node = *citiz_signing_key_get_public (node->key);
      founder->validator.key
          = *citiz_signing_key_get_public (citiz_journal_get_key (node->journal));
      citiz_founder_sign (founder, &salt, node->key);
      g_clear_pointer (&node->journal, citiz_journal_close);
    }
  citiz_genesis_chain_id (&world->chain_id, &world->genesis);
}

static void
empty_folder (const gchar *path)
{
  g_autoptr (GDir) dir = g_dir_open (path, 0, NULL);
  const gchar *name;

  while ((name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree gchar *file = g_build_filename (path, name, NULL);

      g_unlink (file);
    }
  g_rmdir (path);
}

static void
world_clear (World *world)
{
  for (guint i = 0; i < world->n; i++)
    node_down (&world->nodes[i]);
  while (world->flying > 0)
    g_main_context_iteration (NULL, TRUE);
  for (guint i = 0; i < world->n; i++)
    {
      Node *node = &world->nodes[i];

      empty_folder (node->dir);
      g_free (node->dir);
      citiz_signing_key_unref (node->key);
    }
}

static void
world_up (World *world)
{
  for (guint i = 0; i < world->n; i++)
    node_up (&world->nodes[i]);
}

/* Transactions on its chain. */
static guint64
size (Node *node)
{
  return citiz_ledger_log (citiz_chain_ledger (node->chain, NULL))->size;
}

static gboolean
tick_cb (gpointer data)
{
  return G_SOURCE_CONTINUE;
}

/* Runs the main loop until @done or so many seconds have passed. */
static gboolean
run (World *world, gboolean (*done) (World *world, guint64 arg), guint64 arg, guint seconds)
{
  const gint64 end = g_get_monotonic_time () + (gint64) seconds * G_USEC_PER_SEC;
  const guint id = g_timeout_add (5, tick_cb, NULL);
  gboolean good = done (world, arg);

  while (!good && g_get_monotonic_time () < end)
    {
      g_main_context_iteration (NULL, TRUE);
      good = done (world, arg);
    }
  g_source_remove (id);
  return good;
}

static void
tell (World *world)
{
  for (guint i = 0; i < world->n; i++)
    {
      Node *node = &world->nodes[i];
      CitizCsxReport report;

      if (node->replica == NULL)
        continue;
      citiz_replica_report (node->replica, &report);
      g_test_message ("node %u: height %" G_GUINT64_FORMAT ", log %" G_GUINT64_FORMAT
                      ", waiting %u, mode %u, frontier %" G_GUINT64_FORMAT
                      " of leader %u, final slot %" G_GUINT64_FORMAT ", %u skipped, need %d",
                      i, citiz_chain_height (node->chain), size (node),
                      citiz_replica_n_waiting (node->replica), report.mode, report.frontier,
                      report.leader, report.final.slot, report.skipped, report.need);
    }
}

/* Until it is so; the limit is for what hangs. */
static void
wait_for (World *world, gboolean (*done) (World *world, guint64 arg), guint64 arg)
{
  const gboolean good = run (world, done, arg, 240);

  if (!good)
    tell (world);
  g_assert_true (good);
}

static gboolean
never (World *world, guint64 arg)
{
  return FALSE;
}

/* Every node that is up has @n transactions on its chain. */
static gboolean
all_have (World *world, guint64 n)
{
  for (guint i = 0; i < world->n; i++)
    if (world->nodes[i].replica != NULL && size (&world->nodes[i]) < n)
      return FALSE;
  return TRUE;
}

static gboolean
nothing_waits (World *world, guint64 arg)
{
  for (guint i = 0; i < world->n; i++)
    if (world->nodes[i].replica != NULL && citiz_replica_n_waiting (world->nodes[i].replica) > 0)
      return FALSE;
  return TRUE;
}

/* A registration of a fresh account, handed to one node. */
static CitizTx *
submit (World *world, guint to)
{
  g_autoptr (CitizSigningKey) device = NULL;
  g_autoptr (CitizSecret) seed = citiz_secret_new (32);
  CitizTx *tx = citiz_tx_new (CITIZ_TX_ACCT_REGISTER);
  g_autoptr (GError) error = NULL;

  memset (citiz_secret_data (seed), 0xd0, 32);
  memcpy (citiz_secret_data (seed), &world->made, sizeof world->made);
  world->made++;
  device = citiz_signing_key_new_from_seed (seed);
  tx->chain_id = world->chain_id;
  tx->valid_until.ms = citiz_env_now (citiz_env_system ()).ms + CITIZ_HOUR;
  tx->body.reg.keys[tx->body.reg.n_keys++] = (CitizAccountKey){
      CITIZ_KEY_ROLE_DEVICE, CITIZ_ALG_ED25519, *citiz_signing_key_get_public (device)};
  citiz_tx_register_account_id (&tx->account, &tx->body.reg);
  citiz_tx_sign (tx, device);
  g_assert_true (citiz_replica_submit (world->nodes[to].replica, tx, &error));
  g_assert_no_error (error);
  return tx;
}

static void
submit_some (World *world, guint count)
{
  for (guint i = 0; i < count; i++)
    {
      guint to = i % world->n;

      while (world->nodes[to].replica == NULL)
        to = (to + 1) % world->n;
      citiz_tx_unref (submit (world, to));
    }
}

/* Nodes at the same height have the same block; every chain stands up to a full verification; nobody was blamed, and nobody is barred whose
 * own folder this is. */
static void
check (World *world)
{
  CitizHash first = {{0}};
  guint64 height = 0;

  for (guint i = 0; i < world->n; i++)
    {
      Node *node = &world->nodes[i];
      g_autoptr (GPtrArray) blocks = NULL;
      g_autoptr (GError) error = NULL;

      if (node->chain == NULL)
        continue;
      g_assert_true (citiz_chain_verify (node->chain, NULL, NULL, NULL, &error));
      g_assert_no_error (error);
      if (height == 0)
        height = citiz_chain_height (node->chain);
      blocks = citiz_chain_blocks (node->chain, MIN (height, citiz_chain_height (node->chain)), 1,
                                   &error);
      g_assert_no_error (error);
      if (blocks->len == 1 && height == ((CitizBlockInfo *) blocks->pdata[0])->height)
        {
          if (citiz_hash_is_zero (&first))
            first = ((CitizBlockInfo *) blocks->pdata[0])->hash;
          g_assert_true (citiz_hash_equal (&first, &((CitizBlockInfo *) blocks->pdata[0])->hash));
        }
      g_assert_cmpuint (node->evidence, ==, 0);
      g_assert_true (node->replica == NULL
                     || citiz_replica_is_barred (node->replica) == node->set_back);
    }
}

static void
test_agree (gconstpointer data)
{
  World world;

  world_init (&world, GPOINTER_TO_UINT (data));
  world_up (&world);
  for (guint round = 0; round < 3; round++)
    {
      submit_some (&world, 10);
      wait_for (&world, all_have, world.made);
    }
  check (&world);
  for (guint i = 0; i < world.n; i++)
    {
      CitizCsxReport report;

      g_assert_cmpuint (citiz_replica_n_waiting (world.nodes[i].replica), ==, 0);
      g_assert_cmpuint (world.nodes[i].finals, ==, citiz_chain_height (world.nodes[i].chain));
      citiz_replica_report (world.nodes[i].replica, &report);
      g_assert_cmpint (report.mode, ==, CITIZ_CSX_SIGNING);
    }
  world_clear (&world);
}

/* With nothing to order nothing is ordered, and nothing is said. */
static void
test_idle (void)
{
  World world;
  guint sent;

  world_init (&world, 4);
  world.timing.timeout = 2000;
  world_up (&world);
  submit_some (&world, 1);
  wait_for (&world, all_have, 1);
  do
    {
      sent = world.sent;
      run (&world, never, 0, 1);
    }
  while (world.sent != sent);
  g_assert_cmpuint (citiz_chain_height (world.nodes[0].chain), <=, 8);
  world_clear (&world);
}

/* One of four is away, comes back, and has everything. */
static void
test_return (void)
{
  World world;

  world_init (&world, 4);
  world_up (&world);
  submit_some (&world, 4);
  wait_for (&world, all_have, 4);
  node_down (&world.nodes[1]);
  for (guint i = 0; i < 12; i++)
    {
      submit_some (&world, 3);
      wait_for (&world, all_have, world.made);
    }
  node_up (&world.nodes[1]);
  submit_some (&world, 1);
  wait_for (&world, all_have, world.made);
  check (&world);
  world_clear (&world);
}

static void
power_cut (World *world)
{
  for (guint i = 0; i < world->n; i++)
    node_down (&world->nodes[i]);
  world_up (world);
}

static gboolean
have_sent (World *world, guint64 messages)
{
  return world->sent >= messages || nothing_waits (world, 0);
}

/* All fall at once, in the middle of work, again and again. What only waited is lost; what one node told to be final is final on all. */
static void
test_power_cuts (void)
{
  World world;
  guint64 told = 0;

  world_init (&world, 4);
  world_up (&world);
  for (guint round = 0; round < 6; round++)
    {
      submit_some (&world, 8);
      wait_for (&world, have_sent, world.sent + 4 * draw (&world));
      for (guint i = 0; i < world.n; i++)
        told = MAX (told, size (&world.nodes[i]));
      power_cut (&world);
    }
  submit_some (&world, 1);
  wait_for (&world, nothing_waits, 0);
  wait_for (&world, all_have, told + 1);
  check (&world);
  world_clear (&world);
}

static guint
bits (guint8 mask)
{
  guint n = 0;

  for (; mask != 0; mask &= (guint8) (mask - 1))
    n++;
  return n;
}

/* The first slot in which a quorum has said both; 0: none */
static guint64
both (World *world)
{
  for (guint i = 0; i < SLOTS; i++)
    if (bits (world->notar[i]) >= 3 && bits (world->skip[i]) >= 3)
      return i;
  return 0;
}

static gboolean
one_is_both (World *world, guint64 arg)
{
  return both (world) > 0;
}

/* All know that a quorum has taken the block of this slot, and are well past it. */
static gboolean
all_are_past (World *world, guint64 slot)
{
  for (guint i = 0; i < world->n; i++)
    {
      CitizReplica *replica = world->nodes[i].replica;
      CitizCsxReport report;
      CitizCsxLook look;

      citiz_replica_report (replica, &report);
      if (report.frontier < slot + 3 || !citiz_replica_look (replica, slot, &look)
          || look.cert_notar == NULL)
        return FALSE;
    }
  return TRUE;
}

/* A block that a quorum has taken, in a slot that a quorum has skipped, is never final by itself, and the next is built on it: also when
 * all were started again since they executed it. */
static void
test_build_on_old (void)
{
  World world;

  world_init (&world, 4);
  world.no_notar = TRUE;
  world_up (&world);
  submit_some (&world, 4);
  wait_for (&world, one_is_both, 0);
  world.no_cand = TRUE;
  world.no_notar = FALSE;
  wait_for (&world, all_are_past, both (&world));
  g_assert_cmpuint (size (&world.nodes[0]), ==, 0);
  world.no_cand = FALSE;
  power_cut (&world);
  submit_some (&world, 1);
  wait_for (&world, nothing_waits, 0);
  wait_for (&world, all_have, 2); /* one of the old block's at least, and the new one */
  check (&world);
  world_clear (&world);
}

static void
test_bad_network (void)
{
  World world;

  world_init (&world, 4);
  world.loss = 20;
  world.delay = 30;
  world_up (&world);
  for (guint round = 0; round < 5; round++)
    {
      submit_some (&world, 6);
      run (&world, never, 0, 0);
    }
  wait_for (&world, all_have, world.made);
  check (&world);
  world_clear (&world);
}

/* Two and two: nothing is final. Healed: everything is. */
static void
test_partition (void)
{
  World world;
  guint64 before;

  world_init (&world, 4);
  world_up (&world);
  submit_some (&world, 4);
  wait_for (&world, all_have, 4);
  for (guint i = 0; i < 4; i++)
    for (guint k = 0; k < 4; k++)
      world.cut[i][k] = i / 2 != k / 2;
  before = citiz_chain_height (world.nodes[0].chain);
  submit_some (&world, 4);
  g_assert_false (run (&world, all_have, world.made, 2));
  g_assert_cmpuint (citiz_chain_height (world.nodes[0].chain), <=, before + 1);
  memset (world.cut, 0, sizeof world.cut);
  wait_for (&world, all_have, world.made);
  check (&world);
  world_clear (&world);
}

static void
copy_folder (const gchar *from, const gchar *to)
{
  g_autoptr (GDir) dir = g_dir_open (from, 0, NULL);
  const gchar *name;

  while ((name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree gchar *source = g_build_filename (from, name, NULL);
      g_autofree gchar *target = g_build_filename (to, name, NULL);
      g_autofree gchar *bytes = NULL;
      gsize n;

      g_assert_true (g_file_get_contents (source, &bytes, &n, NULL));
      g_assert_true (g_file_set_contents (target, bytes, (gssize) n, NULL));
    }
}

static gboolean
is_told (World *world, guint64 place)
{
  return (world->nodes[place].alarms & 1u << CITIZ_CSX_ALARM_DOUBLE) != 0;
}

/* It follows, signs nothing, and a restart changes nothing about that. */
static void
stays_barred (World *world, Node *node)
{
  for (guint i = 0; i < 2; i++)
    {
      const guint said = node->said;

      g_assert_true (citiz_replica_is_barred (node->replica));
      g_assert_cmpuint (citiz_replica_get_place (node->replica), ==, CITIZ_CSX_NOBODY);
      submit_some (world, 4);
      wait_for (world, all_have, world->made);
      g_assert_cmpuint (node->said, ==, said);
      check (world);
      node_down (node);
      node_up (node);
    }
}

/* A node's whole folder is put back from an old copy, while the others have gone on with what it said since. @GPOINTER_TO_INT (data): with
 * something under way that it has voted for; else all of it is final, and only the blocks tell. */
static void
test_old_copy (gconstpointer data)
{
  g_autofree gchar *copy = g_dir_make_tmp ("citiz-replica-copy-XXXXXX", NULL);
  World world;
  Node *node;

  world_init (&world, 4);
  world_up (&world);
  submit_some (&world, 4);
  wait_for (&world, all_have, 4);
  node = &world.nodes[2];
  node_down (node);
  copy_folder (node->dir, copy);
  node_up (node);
  for (guint i = 0; i < 4; i++)
    {
      submit_some (&world, 4);
      wait_for (&world, all_have, world.made);
    }
  if (GPOINTER_TO_INT (data))
    {
      world.cut[0][1] = world.cut[0][3] = world.cut[1][0] = world.cut[1][3] = TRUE;
      submit_some (&world, 4);
      run (&world, never, 0, 1);
    }
  node_down (node);
  copy_folder (copy, node->dir);
  memset (world.cut, 0, sizeof world.cut);
  node->set_back = TRUE;
  node_up (node);
  wait_for (&world, all_have, world.made);
  wait_for (&world, is_told, node->place);
  stays_barred (&world, node);
  empty_folder (copy);
  world_clear (&world);
}

/* Two machines with one key and one journal: the first that sees what the other has said says nothing more. */
static void
test_twin (void)
{
  World world;
  Node *node;
  CitizVote vote = {.kind = CITIZ_VOTE_SKIP, .slot = 40};
  g_autoptr (GBytes) bytes = NULL;
  CitizMessage message = {.kind = CITIZ_MESSAGE_VOTE};
  CitizHash vs_hash;

  world_init (&world, 4);
  world_up (&world);
  submit_some (&world, 4);
  wait_for (&world, all_have, 4);
  node = &world.nodes[1];
  vote.voter = (guint16) node->place;
  citiz_validators_hash (&vs_hash, citiz_replica_get_validators (node->replica));
  citiz_vote_sign (&vote, &world.chain_id, &vs_hash, citiz_journal_get_key (node->journal));
  message.vote = vote;
  bytes = citiz_message_encode (&message);
  citiz_replica_receive (node->replica, 0, bytes);
  wait_for (&world, is_told, node->place);
  node->set_back = TRUE;
  stays_barred (&world, node);
  world_clear (&world);
}

static gboolean
nothing_flies (World *world, guint64 arg)
{
  return world->flying == 0;
}

/* Who has lost its folder hears first somebody who was away, too, and then of votes that it made itself: there is no other machine. */
static void
test_own_history (void)
{
  World world;
  Node *away, *lost;

  world_init (&world, 4);
  world_up (&world);
  away = &world.nodes[0];
  lost = &world.nodes[2];
  submit_some (&world, 4);
  wait_for (&world, all_have, world.made);
  node_down (away);
  for (guint i = 0; i < 10; i++)
    {
      submit_some (&world, 1);
      wait_for (&world, all_have, world.made);
    }
  node_down (lost);
  empty_folder (lost->dir);
  g_assert_cmpint (g_mkdir (lost->dir, 0700), ==, 0);
  wait_for (&world, nothing_flies, 0);
  for (guint i = 1; i < 4; i += 2)
    world.cut[i][0] = world.cut[i][2] = world.cut[0][i] = world.cut[2][i] = TRUE;
  node_up (away);
  node_up (lost);
  run (&world, never, 0, 1);
  memset (world.cut, 0, sizeof world.cut);
  wait_for (&world, all_have, world.made);
  g_assert_false (citiz_replica_has_twin (lost->replica));
  world_clear (&world);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  if (!citiz_crypto_init ())
    return 1;
  for (guint n = 1; n <= MAX_NODES; n += n < 4 ? 1 : 3)
    {
      g_autofree gchar *path = g_strdup_printf ("/replica/agree/%u", n);

      g_test_add_data_func (path, GUINT_TO_POINTER (n), test_agree);
    }
  g_test_add_func ("/replica/idle", test_idle);
  g_test_add_func ("/replica/return", test_return);
  g_test_add_func ("/replica/power-cuts", test_power_cuts);
  g_test_add_func ("/replica/build-on-old", test_build_on_old);
  g_test_add_func ("/replica/bad-network", test_bad_network);
  g_test_add_func ("/replica/partition", test_partition);
  g_test_add_data_func ("/replica/old-copy/under-way", GINT_TO_POINTER (TRUE), test_old_copy);
  g_test_add_data_func ("/replica/old-copy/final", GINT_TO_POINTER (FALSE), test_old_copy);
  g_test_add_func ("/replica/twin", test_twin);
  g_test_add_func ("/replica/own-history", test_own_history);
  return g_test_run ();
}
