/* Nodes with real disks in one process go from epoch to epoch: one comes, one goes, keys change, power fails anywhere.
 * SPDX-License-Identifier: AGPL-3.0-or-later */
#include "node/citiz-steward.h"
#include "store/citiz-db.h"
#include "wire/citiz-message.h"

#include "crypto/citiz-crypto.h"

#include <glib/gstdio.h>
#include <string.h>

#define MAX_NODES 8
#define HANG      180 /* s: only ends what hangs */

typedef struct _World World;

typedef struct
{
  World *world;
  guint index;
  gchar *dir;
  CitizSigningKey *key;
  CitizDb *db;
  CitizChain *chain;
  CitizJournals *journals;
  CitizReplica *replica; /* NULL: down */
  CitizOrder *order;
  CitizSteward *steward;
  guint alarms;
} Node;

/* Messages travel through the main loop, by the nodes' keys, as over links; some are lost. */
struct _World
{
  guint n, n_founders;
  Node nodes[MAX_NODES];
  CitizGenesis genesis;
  CitizHash chain_id;
  guint loss;  /* per cent */
  guint delay; /* ms */
  guint32 draws;
  guint made; /* transactions */
  CitizHash proposal;
  guint looks;
  gboolean cut;   /* nobody hears anybody any more */
  gboolean liars; /* somebody contradicts itself on purpose */
  CitizEnv env;
  gint64 ahead;      /* ms that the nodes' clocks are ahead */
  gint64 standstill; /* 0: as usual */
};

static CitizTime
world_now (gpointer data)
{
  CitizTime now = citiz_env_now (citiz_env_system ());

  now.ms += ((const World *) data)->ahead;
  return now;
}

static void
world_random (gpointer data, guint8 *out, gsize n)
{
  citiz_random (out, n);
}

static const CitizCsxTiming timing = {.timeout = 150,
                                      .timeout_cap = 2000,
                                      .standstill = 200,
                                      .interval = 5,
                                      .heartbeat = 60000,
                                      .egress = 1024 * 1024};

/* A draw that is the same in each run. */
static guint
draw (World *world)
{
  world->draws = world->draws * 1664525u + 1013904223u;
  return (world->draws >> 8) % 100;
}

static const CitizPublicKey *
public_of (const Node *node)
{
  return citiz_signing_key_get_public (node->key);
}

/* What @node calls @other: its place, or a stranger's number. */
static guint
number_of (const Node *node, const Node *other)
{
  const CitizValidators *validators = citiz_replica_get_validators (node->replica);

  for (guint i = 0; i < validators->n; i++)
    if (citiz_public_key_equal (&validators->v[i].node, public_of (other)))
      return i;
  return CITIZ_REPLICA_STRANGER + other->index;
}

static guint age; /* of worlds: letters of an old one are dropped */

typedef struct
{
  Node *from, *to;
  GBytes *message;
  guint age;
} Letter;

static gboolean
deliver_cb (gpointer data)
{
  g_autofree Letter *letter = data;
  g_autoptr (GBytes) message = letter->message;

  if (letter->age == age && letter->to->replica != NULL && !letter->to->world->cut)
    citiz_replica_receive (letter->to->replica, number_of (letter->to, letter->from), message);
  return G_SOURCE_REMOVE;
}

static void
send_cb (CitizReplica *replica, guint to, GBytes *message, Node *node)
{
  World *world = node->world;

  for (guint i = 0; i < world->n; i++)
    {
      Node *other = &world->nodes[i];
      const guint number = number_of (node, other);
      const gboolean asked
          = to == CITIZ_CSX_NOBODY ? number < CITIZ_REPLICA_STRANGER : to == number;
      Letter *letter;

      if (other == node || !asked || world->cut || draw (world) < world->loss)
        continue;
      letter = g_new (Letter, 1);
      *letter = (Letter){node, other, g_bytes_ref (message), age};
      if (world->delay > 0)
        g_timeout_add (draw (world) % world->delay, deliver_cb, letter);
      else
        g_idle_add_full (G_PRIORITY_DEFAULT, deliver_cb, letter, NULL);
    }
}

static void
alarm_cb (CitizReplica *replica, guint alarm, guint64 slot, Node *node)
{
  node->alarms |= 1u << alarm;
}

static void
evidence_cb (CitizReplica *replica, gpointer evidence, Node *node)
{
  if (!node->world->liars)
    g_error ("node %u blames somebody", node->index);
}

static void
failed_cb (CitizReplica *replica, GError *error, Node *node)
{
  g_error ("node %u: %s", node->index, error->message);
}

static void
meet (Node *node, Node *other)
{
  const guint number = number_of (node, other);

  if (number < CITIZ_REPLICA_STRANGER)
    citiz_replica_connected (node->replica, number);
}

static void
meet_all (Node *node)
{
  World *world = node->world;

  for (guint i = 0; i < world->n; i++)
    if (&world->nodes[i] != node && world->nodes[i].replica != NULL)
      {
        meet (node, &world->nodes[i]);
        meet (&world->nodes[i], node);
      }
}

static void
epoch_cb (CitizReplica *replica, guint64 epoch, Node *node)
{
  meet_all (node);
}

static void
node_up (Node *node)
{
  World *world = node->world;
  CitizCsxTiming own = timing;
  g_autoptr (GError) error = NULL;

  if (world->standstill > 0)
    own.standstill = world->standstill;
  node->db = citiz_db_open (node->dir, CITIZ_DB_CREATE, &error);
  g_assert_no_error (error);
  node->chain = citiz_chain_open_shared (node->db, &world->env, &world->genesis, &error);
  g_assert_no_error (error);
  node->journals
      = citiz_journals_new (node->dir, &world->genesis.salt, &world->chain_id, node->key);
  node->replica
      = citiz_replica_new (node->db, node->chain, &world->env, NULL, public_of (node), &own);
  citiz_replica_set_journals (node->replica, node->journals);
  g_signal_connect (node->replica, "send", G_CALLBACK (send_cb), node);
  g_signal_connect (node->replica, "evidence", G_CALLBACK (evidence_cb), node);
  g_signal_connect (node->replica, "alarm", G_CALLBACK (alarm_cb), node);
  g_signal_connect (node->replica, "failed", G_CALLBACK (failed_cb), node);
  g_signal_connect (node->replica, "epoch", G_CALLBACK (epoch_cb), node);
  g_assert_true (citiz_replica_start (node->replica, &error));
  g_assert_no_error (error);
  node->order = citiz_order_new (node->chain, node->replica, node->key);
  node->steward = citiz_steward_new (node->db, node->chain, node->replica, node->order,
                                     node->journals, node->key);
  meet_all (node);
}

static void
node_down (Node *node)
{
  if (node->replica != NULL)
    g_signal_handlers_disconnect_by_data (node->replica, node);
  g_clear_pointer (&node->steward, citiz_steward_free);
  if (node->order != NULL)
    citiz_order_cancel (node->order);
  g_clear_pointer (&node->order, citiz_order_free);
  g_clear_object (&node->replica);
  g_clear_pointer (&node->journals, citiz_journals_free);
  g_clear_pointer (&node->chain, citiz_chain_close);
  g_clear_pointer (&node->db, citiz_db_unref);
}

static CitizSigningKey *
new_key (guint8 n)
{
  g_autoptr (CitizSecret) seed = citiz_secret_new (32);

  memset (citiz_secret_data (seed), n, 32);
  return citiz_signing_key_new_from_seed (seed);
}

static gint
by_founder (gconstpointer a, gconstpointer b)
{
  return memcmp (((const CitizFounder *) a)->validator.node.b,
                 ((const CitizFounder *) b)->validator.node.b, 32);
}

static void
add_node (World *world)
{
  Node *node = &world->nodes[world->n];

  node->world = world;
  node->index = world->n++;
  node->dir = g_dir_make_tmp ("citiz-epochs-XXXXXX", NULL);
  node->key = new_key ((guint8) (node->index + 1));
}

/* The journals make the epoch keys, the genesis names them. */
static void
found (World *world, Node *node)
{
  CitizFounder *founder = &world->genesis.founders[world->genesis.n_founders++];
  g_autofree gchar *path = citiz_journals_path (node->dir, 0);
  g_autoptr (GError) error = NULL;
  g_autoptr (CitizJournal) journal
      = citiz_journal_create (path, &world->genesis.salt, 0, node->key, &error);

  g_assert_no_error (error);
  founder->validator.node = *public_of (node);
  founder->validator.key = *citiz_signing_key_get_public (citiz_journal_get_key (journal));
  citiz_founder_sign (founder, &world->genesis.salt, node->key);
}

static void
world_init (World *world, guint n, guint observers)
{
  memset (world, 0, sizeof *world);
  world->draws = n;
  world->n_founders = n;
  world->env = (CitizEnv){world_now, world_random, world};
  world->genesis = (CitizGenesis){.version = 1, .protocol = CITIZ_PROTOCOL, .salt = {{42}}};
  world->genesis.time = citiz_env_now (citiz_env_system ());
  for (guint i = 0; i < n + observers; i++)
    add_node (world);
  for (guint i = 0; i < n; i++)
    found (world, &world->nodes[i]);
  qsort (world->genesis.founders, n, sizeof (CitizFounder), by_founder);
  citiz_genesis_chain_id (&world->chain_id, &world->genesis);
  for (guint i = 0; i < world->n; i++)
    node_up (&world->nodes[i]);
}

static void
world_clear (World *world)
{
  age++;
  for (guint i = 0; i < world->n; i++)
    {
      Node *node = &world->nodes[i];
      g_autoptr (GDir) dir = NULL;
      const gchar *name;

      node_down (node);
      dir = g_dir_open (node->dir, 0, NULL);
      while ((name = g_dir_read_name (dir)) != NULL)
        {
          g_autofree gchar *path = g_build_filename (node->dir, name, NULL);
          g_unlink (path);
        }
      g_rmdir (node->dir);
      g_free (node->dir);
      citiz_signing_key_unref (node->key);
    }
}

/* Nobody tells a node that is no validator what is new: it asks. */
static gboolean
follow_cb (gpointer data)
{
  World *world = data;

  for (guint i = 0; i < world->n; i++)
    {
      Node *node = &world->nodes[i];
      Node *other = &world->nodes[draw (world) % world->n];

      if (node->replica != NULL && other != node
          && citiz_replica_get_place (node->replica) == CITIZ_CSX_NOBODY)
        citiz_replica_ask (node->replica, number_of (node, other));
    }
  return G_SOURCE_CONTINUE;
}

static void
tell_all (World *world)
{
  for (guint i = 0; i < world->n; i++)
    {
      const Node *node = &world->nodes[i];
      CitizCsxReport report = {0};

      if (node->replica == NULL)
        continue;
      citiz_replica_report (node->replica, &report);
      g_printerr ("node %u: epoch %" G_GUINT64_FORMAT
                  " place %u mode %d frontier %" G_GUINT64_FORMAT " committed %" G_GUINT64_FORMAT
                  " waiting %u\n",
                  i, citiz_replica_get_epoch (node->replica),
                  citiz_replica_get_place (node->replica), report.mode, report.frontier,
                  report.committed.slot, citiz_replica_n_waiting (node->replica));
    }
}

/* Runs the main loop until @done, which is asked for a fifth of the time at most. */
static void
run (World *world, gboolean (*done) (World *world, guint64 arg), guint64 arg, const gchar *what)
{
  const gint64 end = g_get_monotonic_time () + HANG * G_USEC_PER_SEC;
  const guint id = g_timeout_add (20, follow_cb, world);
  gint64 next = 0;

  for (;;)
    {
      const gint64 before = g_get_monotonic_time ();

      if (before >= next && done (world, arg))
        break;
      if (before >= next)
        next = g_get_monotonic_time () + 4 * (g_get_monotonic_time () - before);
      if (before > end)
        {
          tell_all (world);
          g_error ("it hangs: %s", what);
        }
      g_main_context_iteration (NULL, TRUE);
    }
  g_source_remove (id);
}

static void
spin (World *world, guint n)
{
  for (guint i = 0; i < n; i++)
    g_main_context_iteration (NULL, FALSE);
}

/* Every node that is up is in epoch @arg, and something of it is final there. */
static gboolean
all_in_epoch (World *world, guint64 arg)
{
  for (guint i = 0; i < world->n; i++)
    if (world->nodes[i].replica != NULL
        && citiz_ledger_head (citiz_chain_ledger (world->nodes[i].chain, NULL))->epoch < arg)
      return FALSE;
  return TRUE;
}

/* Every node that is up has the account of each transaction of submit(). */
static gboolean
all_have (World *world, guint64 arg)
{
  for (guint i = 0; i < world->n; i++)
    if (world->nodes[i].replica != NULL && citiz_replica_n_waiting (world->nodes[i].replica) > 0)
      return FALSE;
  for (guint i = 1; i < world->n; i++)
    if (world->nodes[i].replica != NULL && world->nodes[0].replica != NULL
        && citiz_ledger_log (citiz_chain_ledger (world->nodes[i].chain, NULL))->size
               != citiz_ledger_log (citiz_chain_ledger (world->nodes[0].chain, NULL))->size)
      return FALSE;
  return TRUE;
}

/* A registration of a fresh account, handed to one node, which vouches for it if asked. Returns: its id */
static CitizHash
submit_for (World *world, Node *to, gboolean vouched)
{
  g_autoptr (CitizSigningKey) device = NULL;
  g_autoptr (CitizSecret) seed = citiz_secret_new (32);
  g_autoptr (CitizTx) tx = citiz_tx_new (CITIZ_TX_ACCT_REGISTER);
  g_autoptr (CitizTx) final = NULL;
  g_autoptr (GError) error = NULL;

  memset (citiz_secret_data (seed), 0xd0, 32);
  memcpy (citiz_secret_data (seed), &world->made, sizeof world->made);
  world->made++;
  device = citiz_signing_key_new_from_seed (seed);
  tx->chain_id = world->chain_id;
  tx->valid_until.ms = citiz_env_now (&world->env).ms + 12 * CITIZ_HOUR;
  tx->body.reg.keys[tx->body.reg.n_keys++] = (CitizAccountKey){
      CITIZ_KEY_ROLE_DEVICE, CITIZ_ALG_ED25519, *citiz_signing_key_get_public (device)};
  citiz_tx_register_account_id (&tx->account, &tx->body.reg);
  if (vouched)
    {
      tx->sponsor = *public_of (to);
      tx->sponsor_epoch = citiz_replica_get_epoch (to->replica);
    }
  citiz_tx_sign (tx, device);
  final = vouched ? citiz_tx_vouch (tx, to->key) : citiz_tx_ref (tx);
  g_assert_true (citiz_replica_submit (to->replica, final, &error));
  g_assert_no_error (error);
  return *citiz_tx_get_id (final);
}

static CitizHash
submit (World *world, Node *to)
{
  return submit_for (world, to, FALSE);
}

/* All chains are one, stand up to a full verification, and lead a light client from the genesis to the newest epoch. */
static void
check (World *world)
{
  const Node *longest = &world->nodes[0];

  for (guint i = 1; i < world->n; i++)
    if (world->nodes[i].chain != NULL
        && (longest->chain == NULL
            || citiz_chain_height (world->nodes[i].chain) > citiz_chain_height (longest->chain)))
      longest = &world->nodes[i];
  for (guint i = 0; i < world->n; i++)
    {
      Node *node = &world->nodes[i];
      g_autoptr (GError) error = NULL;
      CitizLight light;
      CitizHash hash;
      guint64 height;

      if (node->chain == NULL)
        continue;
      g_assert_true (citiz_chain_verify (node->chain, NULL, NULL, NULL, &error));
      g_assert_no_error (error);
      hash = *citiz_ledger_head_hash (citiz_chain_ledger (node->chain, NULL));
      g_assert_true (citiz_chain_height_of (longest->chain, &hash, &height));
      citiz_light_init (&light, &world->genesis);
      while (light.epoch < citiz_ledger_epoch (citiz_chain_ledger (node->chain, NULL)))
        {
          const CitizRefound *refound = citiz_chain_refound_of (node->chain, light.epoch);
          g_autoptr (CitizClosing) closing = citiz_chain_closing (node->chain, light.epoch, &error);

          g_assert_no_error (error);
          g_assert_true ((closing != NULL) != (refound != NULL));
          g_assert_true (closing != NULL ? citiz_light_close (&light, closing, &error)
                                         : citiz_light_refound (&light, refound, &error));
          g_assert_no_error (error);
        }
      g_assert_cmpuint (node->alarms
                            & (1u << CITIZ_CSX_ALARM_DOUBLE | 1u << CITIZ_CSX_ALARM_FORK
                               | 1u << CITIZ_CSX_ALARM_DIVERGED),
                        ==, 0);
    }
}

static void
said_cb (gpointer data, CitizTime time, const GError *error)
{
  if (error != NULL)
    g_test_message ("refused: %s", error->message);
}

static gboolean
is_proposed (World *world, guint64 founders)
{
  for (guint i = 0; i < founders; i++)
    {
      g_autoptr (GPtrArray) open
          = world->nodes[i].chain != NULL ? citiz_steward_proposals (world->nodes[i].chain) : NULL;

      if (open != NULL && open->len == 0)
        return FALSE;
    }
  return TRUE;
}

/* The operators of the first @n nodes approve. */
static void
approve (World *world, guint n, const CitizHash *proposal)
{
  for (guint i = 0; i < n; i++)
    {
      g_autoptr (GError) error = NULL;

      if (world->nodes[i].replica != NULL
          && !citiz_steward_approve (world->nodes[i].steward, proposal, said_cb, NULL, &error))
        g_test_message ("node %u does not approve: %s", i, error->message);
    }
}

/* All in epoch @arg; meanwhile approvals that were lost with the power are said again. */
static gboolean
all_in_epoch_at_last (World *world, guint64 arg)
{
  if (++world->looks % 256 == 0)
    approve (world, world->n, &world->proposal);
  return all_in_epoch (world, arg);
}

/* The same nodes, with new keys. Returns: (out): what is to be approved */
static void
propose_renewal (World *world, Node *node, CitizHash *out)
{
  const CitizTxBody body = {.valset_change = {.epoch = citiz_replica_get_epoch (node->replica)}};
  g_autoptr (GPtrArray) txs = citiz_order_make (node->order, CITIZ_TX_VALSET_CHANGE, &body);
  g_autoptr (GError) error = NULL;

  *out = *citiz_tx_get_id (txs->pdata[txs->len - 1]);
  g_assert_true (citiz_order_enter (node->order, txs, said_cb, NULL, &error));
  g_assert_no_error (error);
}

static void
ask_to_join (Node *node, CitizHash *out)
{
  g_autoptr (GError) error = NULL;

  g_assert_true (
      citiz_steward_join (node->steward, "http://new.example", "New", out, said_cb, NULL, &error));
  g_assert_no_error (error);
}

static gboolean
has_file (const Node *node, guint64 epoch)
{
  g_autofree gchar *path = citiz_journals_path (node->dir, epoch);

  return g_file_test (path, G_FILE_TEST_EXISTS);
}

static void
test_renew (gconstpointer data)
{
  World world;
  CitizHash id;

  world_init (&world, GPOINTER_TO_UINT (data), 0);
  for (guint64 epoch = 1; epoch <= 3; epoch++)
    {
      submit (&world, &world.nodes[0]);
      propose_renewal (&world, &world.nodes[0], &id);
      if (world.n > 1)
        {
          run (&world, is_proposed, world.n, "the proposal");
          approve (&world, world.n, &id);
        }
      run (&world, all_in_epoch, epoch, "the next epoch");
      submit (&world, &world.nodes[world.n - 1]);
      run (&world, all_have, 0, "a transaction after it");
      for (guint i = 0; i < world.n; i++)
        {
          g_assert_true (has_file (&world.nodes[i], epoch));
          g_assert_false (has_file (&world.nodes[i], epoch - 1));
          g_assert_cmpuint (citiz_replica_get_place (world.nodes[i].replica), !=, CITIZ_CSX_NOBODY);
        }
    }
  check (&world);
  world_clear (&world);
}

/* A fifth comes, then one of the first goes. */
static void
test_come_and_go (void)
{
  g_autoptr (GError) error = NULL;
  World world;
  CitizHash id;

  world_init (&world, 4, 1);
  ask_to_join (&world.nodes[4], &id);
  run (&world, is_proposed, 4, "the proposal");
  submit (&world, &world.nodes[1]);
  approve (&world, 3, &id);
  run (&world, all_in_epoch, 1, "the epoch of five");
  g_assert_cmpuint (citiz_replica_get_validators (world.nodes[0].replica)->n, ==, 5);
  g_assert_cmpuint (citiz_replica_get_place (world.nodes[4].replica), !=, CITIZ_CSX_NOBODY);
  submit (&world, &world.nodes[4]);
  run (&world, all_have, 0, "a transaction of the fifth's");

  g_assert_true (citiz_steward_leave (world.nodes[2].steward, said_cb, NULL, &error));
  run (&world, all_in_epoch, 2, "the epoch without the one that left");
  g_assert_cmpuint (citiz_replica_get_validators (world.nodes[0].replica)->n, ==, 4);
  g_assert_cmpuint (citiz_replica_get_place (world.nodes[2].replica), ==, CITIZ_CSX_NOBODY);
  g_assert_false (has_file (&world.nodes[2], 1));
  node_down (&world.nodes[2]); /* nobody misses it */
  submit (&world, &world.nodes[4]);
  run (&world, all_have, 0, "a transaction without it");
  check (&world);
  world_clear (&world);
}

static gboolean
first_in_epoch (World *world, guint64 arg)
{
  return citiz_replica_get_epoch (world->nodes[0].replica) == arg;
}

static gboolean
first_has_block_in (World *world, guint64 arg)
{
  return citiz_ledger_head (citiz_chain_ledger (world->nodes[0].chain, NULL))->epoch == arg;
}

static void
cut_cb (CitizReplica *replica, guint64 epoch, World *world)
{
  world->cut = TRUE;
}

/* From the newest block of @node, which goes on alone, @ends is given up. */
static CitizRefound *
alone_from (Node *node, guint64 ends)
{
  static const gchar reason[] = "The others are gone.";
  CitizRefound *refound = g_new0 (CitizRefound, 1);
  g_autoptr (GError) error = NULL;
  const CitizBlockHeader *head = citiz_ledger_head (citiz_chain_ledger (node->chain, NULL));
  g_autoptr (GPtrArray) blocks = citiz_chain_read_blocks (node->chain, head->height, 1, 1, &error);
  CitizJournal *journal = citiz_journals_prepare (node->journals, ends + 1, &error);

  g_assert_no_error (error);
  refound->last = *head;
  refound->final = *((const CitizBlock *) blocks->pdata[blocks->len - 1])->final;
  refound->ends = ends;
  refound->time = citiz_env_now (&node->world->env);
  refound->n_reason = sizeof reason - 1;
  memcpy (refound->reason, reason, refound->n_reason);
  refound->n_next = 1;
  refound->next[0].validator.node = *public_of (node);
  refound->next[0].validator.key = *citiz_signing_key_get_public (citiz_journal_get_key (journal));
  citiz_join_sign (&refound->next[0], &node->world->chain_id, ends + 1, node->key);
  citiz_refound_sign (refound, node->key);
  return refound;
}

/* All the blocks of @from as somebody else takes them who has accepted @refounds. */
static void
follow_over (World *world, Node *from, CitizRefound *const *refounds, guint n)
{
  g_autofree gchar *dir = g_dir_make_tmp ("citiz-epochs-XXXXXX", NULL);
  g_autofree gchar *remove = g_strdup_printf ("rm -r %s", dir);
  g_autoptr (GError) error = NULL;
  g_autoptr (CitizDb) db = citiz_db_open (dir, CITIZ_DB_CREATE, &error);
  CitizChain *chain = citiz_chain_open_shared (db, &world->env, &world->genesis, &error);
  const guint64 end = citiz_chain_height (from->chain);
  g_autoptr (GPtrArray) before = NULL, after = NULL;
  guint old;

  before = citiz_chain_read_blocks (from->chain, 1, (guint) refounds[0]->last.height, G_MAXUINT,
                                    &error);
  g_assert_no_error (error);
  g_assert_false (citiz_chain_check_refound (chain, refounds[0], &old, NULL)); /* too early */
  g_assert_true (citiz_chain_follow (chain, before, CITIZ_LEVEL_FULL, &error));
  g_assert_no_error (error);
  after = citiz_chain_read_blocks (from->chain, refounds[0]->last.height + 1, (guint) end,
                                   G_MAXUINT, &error);
  g_assert_false (citiz_chain_follow (chain, after, CITIZ_LEVEL_FULL, NULL)); /* nothing says so */
  for (guint i = 0; i < n; i++)
    {
      g_assert_true (citiz_chain_accept_refound (chain, refounds[i], &error));
      g_assert_no_error (error);
    }
  g_assert_true (citiz_chain_follow (chain, after, CITIZ_LEVEL_FULL, &error));
  g_assert_no_error (error);
  g_assert_cmpuint (citiz_chain_height (chain), ==, end);
  g_assert_true (citiz_chain_verify (chain, NULL, NULL, NULL, &error));
  g_assert_no_error (error);
  citiz_chain_close (chain);
  g_clear_pointer (&db, citiz_db_unref);
  g_assert_true (g_spawn_command_line_sync (remove, NULL, NULL, NULL, NULL));
}

/* The others are lost for good at the very moment at which an epoch ends: nothing of the next one is final, and it can be given up all the same;
 * so can the one that people began in its place. Killed between any two of these steps, the node goes on from there. */
static void
test_refound_at_once (gconstpointer data)
{
  const guint n = GPOINTER_TO_UINT (data);
  g_autoptr (GError) error = NULL;
  Node *first;
  CitizRefound *refounds[2];
  World world;
  CitizHash id;

  world_init (&world, n, 1);
  first = &world.nodes[0];
  submit (&world, first);
  ask_to_join (&world.nodes[n], &id);
  run (&world, is_proposed, n, "the proposal");
  g_signal_connect (first->replica, "epoch", G_CALLBACK (cut_cb), &world);
  approve (&world, n, &id);
  run (&world, first_in_epoch, 1, "the epoch ends");
  for (guint i = 1; i < world.n; i++)
    node_down (&world.nodes[i]);
  g_assert_false (first_has_block_in (&world, 1));
  for (guint i = 0; i < G_N_ELEMENTS (refounds); i++)
    {
      g_assert_cmpuint (citiz_replica_get_epoch (first->replica), ==, i + 1);
      refounds[i] = alone_from (first, i + 1);
      if (i > 0)
        g_assert_false (citiz_replica_refound (first->replica, refounds[0], NULL)); /* once */
      g_assert_true (citiz_replica_refound (first->replica, refounds[i], &error));
      g_assert_no_error (error);
      node_down (first);
      node_up (first);
      g_assert_cmpuint (citiz_replica_get_epoch (first->replica), ==, i + 2);
      g_assert_cmpuint (citiz_replica_get_validators (first->replica)->n, ==, 1);
    }
  submit (&world, first);
  run (&world, first_has_block_in, 3, "a block of the epoch that people began");
  run (&world, all_have, 0, "a transaction in it");
  node_down (first);
  node_up (first);
  submit (&world, first);
  run (&world, all_have, 0, "a transaction after a restart");
  g_assert_true (has_file (first, 3));
  g_assert_false (has_file (first, 1) || has_file (first, 2));
  check (&world);
  follow_over (&world, first, refounds, G_N_ELEMENTS (refounds));
  for (guint i = 0; i < G_N_ELEMENTS (refounds); i++)
    g_free (refounds[i]);
  world_clear (&world);
}

/* One of four is away while an epoch ends, and another; it comes back and takes part. */
static void
test_late (void)
{
  World world;
  CitizHash id;

  world_init (&world, 4, 0);
  submit (&world, &world.nodes[0]);
  propose_renewal (&world, &world.nodes[0], &id);
  run (&world, is_proposed, 4, "the proposal");
  approve (&world, 4, &id);
  run (&world, all_in_epoch, 1, "epoch 1");
  node_down (&world.nodes[3]);
  submit (&world, &world.nodes[0]);
  run (&world, all_have, 0, "a transaction");
  /* it cannot show its key while it is away: the others exclude it, and take it in again */
  {
    g_autoptr (GError) error = NULL;

    g_assert_true (citiz_steward_exclude (world.nodes[0].steward, public_of (&world.nodes[3]), &id,
                                          said_cb, NULL, &error));
  }
  run (&world, is_proposed, 3, "the exclusion");
  approve (&world, 3, &id);
  run (&world, all_in_epoch, 2, "the epoch of three");
  propose_renewal (&world, &world.nodes[1], &id);
  run (&world, is_proposed, 3, "another renewal");
  approve (&world, 3, &id);
  run (&world, all_in_epoch, 3, "epoch 3");
  node_up (&world.nodes[3]);
  run (&world, all_in_epoch, 3, "the late one catches up over two ends of epochs");
  g_assert_cmpuint (citiz_replica_get_place (world.nodes[3].replica), ==, CITIZ_CSX_NOBODY);
  g_assert_false (has_file (&world.nodes[3], 1));
  ask_to_join (&world.nodes[3], &id);
  run (&world, is_proposed, 3, "it asks to come in again");
  approve (&world, 3, &id);
  run (&world, all_in_epoch, 4, "the epoch of four");
  g_assert_cmpuint (citiz_replica_get_place (world.nodes[3].replica), !=, CITIZ_CSX_NOBODY);
  check (&world);
  world_clear (&world);
}

static gboolean
last_is_in_epoch (World *world, guint64 epoch)
{
  return citiz_replica_get_epoch (world->nodes[3].replica) == epoch;
}

/* One of four is gone when the next epoch begins: the three go on without waiting for a standstill, which would not come. */
static void
test_down_at_change (void)
{
  World world;
  CitizHash id;

  world_init (&world, 4, 0);
  for (guint i = 0; i < 4; i++)
    node_down (&world.nodes[i]);
  world.standstill = CITIZ_HOUR;
  for (guint i = 0; i < 4; i++)
    node_up (&world.nodes[i]);
  submit (&world, &world.nodes[0]);
  run (&world, all_have, 0, "the first transaction");
  propose_renewal (&world, &world.nodes[0], &id);
  run (&world, is_proposed, 4, "the renewal");
  approve (&world, 4, &id);
  run (&world, last_is_in_epoch, 1, "the change");
  node_down (&world.nodes[3]);
  run (&world, all_in_epoch, 1, "the epoch that one is missing in");
  submit (&world, &world.nodes[1]);
  run (&world, all_have, 0, "a transaction in it");
  check (&world);
  world_clear (&world);
}

/* Messages are lost and come in any order; power fails at any moment, of one or of all. */
static void
test_storm (gconstpointer data)
{
  const guint seed = GPOINTER_TO_UINT (data);
  World world;

  world_init (&world, 4, 0);
  world.draws = seed;
  world.loss = 10;
  world.delay = 20;
  for (guint64 epoch = 1; epoch <= 3; epoch++)
    {
      CitizHash id;

      submit (&world, &world.nodes[draw (&world) % 4]);
      propose_renewal (&world, &world.nodes[epoch % 4], &id);
      run (&world, is_proposed, 4, "the proposal");
      approve (&world, 4, &id);
      for (guint fall = 0; fall < 6 && !all_in_epoch (&world, epoch); fall++)
        {
          Node *node = &world.nodes[draw (&world) % 4];

          spin (&world, 20 + 8 * draw (&world));
          approve (&world, 4, &id); /* what only waited was lost with the power */
          if (draw (&world) < 25)
            for (guint i = 0; i < 4; i++)
              node_down (&world.nodes[i]);
          else
            node_down (node);
          for (guint i = 0; i < 4; i++)
            if (world.nodes[i].replica == NULL)
              node_up (&world.nodes[i]);
        }
      world.proposal = id;
      run (&world, all_in_epoch_at_last, epoch, "the next epoch");
    }
  world.loss = 0;
  run (&world, all_have, 0, "rest");
  check (&world);
  world_clear (&world);
}

/* Two FINAL votes of one slot by one validator. */
static GBytes *
contradiction (World *world, Node *liar)
{
  CitizMessage message = {.kind = CITIZ_MESSAGE_EVIDENCE};
  CitizJournal *journal = citiz_journals_get (liar->journals, 0, NULL);
  CitizVote votes[2];

  for (guint8 i = 0; i < 2; i++)
    {
      votes[i] = (CitizVote){.kind = CITIZ_VOTE_FINAL,
                             .slot = 7,
                             .hash = {{i + 1}},
                             .voter = (guint16) citiz_replica_get_place (liar->replica)};
      citiz_vote_sign (&votes[i], &world->chain_id,
                       citiz_ledger_vs_hash (citiz_chain_ledger (liar->chain, NULL)),
                       citiz_journal_get_key (journal));
    }
  citiz_evidence_make (&message.evidence, &votes[0], &votes[1]);
  return citiz_message_encode (&message);
}

static gboolean
all_blame (World *world, guint64 arg)
{
  for (guint i = 0; i < world->n; i++)
    {
      g_autoptr (GPtrArray) blamed = citiz_steward_blamed (world->nodes[i].chain);

      if (blamed->len == 0)
        return FALSE;
    }
  return all_have (world, 0);
}

/* Whoever finds that one of them has contradicted itself says so on the ledger, once, whoever else finds it. */
static void
test_blame (void)
{
  g_autoptr (GBytes) bytes = NULL;
  guint said = 0;
  World world;

  world_init (&world, 4, 1);
  world.liars = TRUE;
  bytes = contradiction (&world, &world.nodes[3]);
  for (guint i = 1; i < 4; i++)
    node_down (&world.nodes[i]);
  citiz_replica_receive (world.nodes[0].replica, CITIZ_REPLICA_STRANGER, bytes);
  node_down (&world.nodes[0]); /* what was found is not lost with the power */
  for (guint i = 0; i < 4; i++)
    node_up (&world.nodes[i]);
  run (&world, all_blame, 0, "the proof on the ledger");
  citiz_replica_receive (world.nodes[1].replica, CITIZ_REPLICA_STRANGER, bytes);
  submit (&world, &world.nodes[0]);
  run (&world, all_have, 0, "a transaction after it");
  citiz_replica_receive (world.nodes[2].replica, CITIZ_REPLICA_STRANGER, bytes);
  submit (&world, &world.nodes[1]);
  run (&world, all_have, 0, "another");
  for (guint i = 0; i < world.n; i++)
    {
      g_autoptr (GPtrArray) blamed = citiz_steward_blamed (world.nodes[i].chain);
      g_autoptr (GPtrArray) infos = citiz_chain_txs_of_community (world.nodes[i].chain, NULL);
      const CitizEvidenceRecord *record = blamed->pdata[0];

      g_assert_true (citiz_public_key_equal (&record->node, public_of (&world.nodes[3])));
      for (guint k = 0; k < infos->len; k++)
        said += ((const CitizTxInfo *) infos->pdata[k])->type == CITIZ_TX_EVIDENCE;
    }
  g_assert_cmpuint (said, ==, world.n); /* one on each chain */
  check (&world);
  world_clear (&world);
}

static gboolean
has_params (World *world, guint64 arg)
{
  CitizTxParams params;

  return citiz_ledger_get_params (citiz_chain_ledger (world->nodes[0].chain, NULL), &params);
}

static gboolean
has_height (World *world, guint64 height)
{
  return citiz_chain_height (world->nodes[0].chain) >= height
         && citiz_replica_n_waiting (world->nodes[0].replica) <= 24;
}

/* Founders agree by themselves on what was configured. What a node vouches for beyond its number of today waits for tomorrow, and nothing
 * runs idle meanwhile. */
static void
test_quota (void)
{
  const CitizTxParams params = {.sponsored = 1, .quota = 20, .rate = 0, .work = 1};
  guint64 height;
  guint waiting;
  World world;

  world_init (&world, 1, 0);
  world.ahead = CITIZ_DAY - world_now (&world).ms % CITIZ_DAY - CITIZ_HOUR; /* 23:00 */
  citiz_steward_admit (world.nodes[0].steward, &params);
  run (&world, has_params, 0, "what the community asks for");
  for (guint i = 0; i < 32; i++)
    submit_for (&world, &world.nodes[0], TRUE);
  height = citiz_chain_height (world.nodes[0].chain);
  run (&world, has_height, height + 1, "those of today");
  waiting = citiz_replica_n_waiting (world.nodes[0].replica);
  g_assert_cmpuint (waiting, >, 10);
  height = citiz_chain_height (world.nodes[0].chain);
  spin (&world, 2000);
  g_assert_cmpuint (citiz_chain_height (world.nodes[0].chain), <=, height + 2);
  g_assert_cmpuint (citiz_replica_n_waiting (world.nodes[0].replica), ==, waiting);

  world.ahead += 2 * CITIZ_HOUR;
  submit_for (&world, &world.nodes[0], TRUE);
  run (&world, all_have, 0, "those of tomorrow");
  check (&world);
  world_clear (&world);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  if (!citiz_crypto_init ())
    return 1;
  for (guint n = 1; n <= 4; n++)
    {
      g_autofree gchar *path = g_strdup_printf ("/epochs/renew/%u", n);

      g_test_add_data_func (path, GUINT_TO_POINTER (n), test_renew);
    }
  g_test_add_func ("/epochs/come-and-go", test_come_and_go);
  g_test_add_data_func ("/epochs/refound-at-once/1", GUINT_TO_POINTER (1), test_refound_at_once);
  g_test_add_data_func ("/epochs/refound-at-once/4", GUINT_TO_POINTER (4), test_refound_at_once);
  g_test_add_func ("/epochs/late", test_late);
  g_test_add_func ("/epochs/down-at-change", test_down_at_change);
  g_test_add_func ("/epochs/blame", test_blame);
  g_test_add_func ("/epochs/quota", test_quota);
  for (guint seed = 1; seed <= 4; seed++)
    {
      g_autofree gchar *path = g_strdup_printf ("/epochs/storm/%u", seed);

      g_test_add_data_func (path, GUINT_TO_POINTER (seed), test_storm);
    }
  return g_test_run ();
}
