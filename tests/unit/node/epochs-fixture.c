/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "epochs-fixture.h"

#include "crypto/citiz-crypto.h"

#include "../tools.h"
#include <string.h>

#define HANG 180 /* s: only ends what hangs */

static CitizTime
world_now (gpointer data)
{
  CitizTime now = citiz_env_now (citiz_env_system ());

  now.ms += ((const World *) data)->ahead;
  return now;
}

static const CitizCsxTiming timing = {.timeout = 150,
                                      .timeout_cap = 2000,
                                      .standstill = 200,
                                      .interval = 5,
                                      .heartbeat = 60000,
                                      .egress = 1024 * 1024};

guint
draw (World *world)
{
  world->draws = world->draws * 1664525u + 1013904223u;
  return (world->draws >> 8) % 100;
}

const CitizPublicKey *
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

void
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

void
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
  node->key = tools_key ((guint8) (node->index + 1));
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

void
world_init (World *world, guint n, guint observers)
{
  memset (world, 0, sizeof *world);
  world->draws = n;
  world->n_founders = n;
  world->env = (CitizEnv){world_now, tools_random, world};
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

void
world_clear (World *world)
{
  age++;
  for (guint i = 0; i < world->n; i++)
    {
      Node *node = &world->nodes[i];

      node_down (node);
      tools_remove_folder (node->dir);
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

void
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

void
spin (World *world, guint n)
{
  for (guint i = 0; i < n; i++)
    g_main_context_iteration (NULL, FALSE);
}

gboolean
all_in_epoch (World *world, guint64 arg)
{
  for (guint i = 0; i < world->n; i++)
    if (world->nodes[i].replica != NULL
        && citiz_ledger_head (citiz_chain_ledger (world->nodes[i].chain, NULL))->epoch < arg)
      return FALSE;
  return TRUE;
}

gboolean
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

CitizHash
submit_for (World *world, Node *to, gboolean vouched)
{
  const CitizTime until = {citiz_env_now (&world->env).ms + 12 * CITIZ_HOUR};
  g_autoptr (CitizTx) tx
      = tools_registration (&world->chain_id, world->made++, until, vouched ? public_of (to) : NULL,
                            vouched ? citiz_replica_get_epoch (to->replica) : 0);
  g_autoptr (CitizTx) final = vouched ? citiz_tx_vouch (tx, to->key) : citiz_tx_ref (tx);
  g_autoptr (GError) error = NULL;

  g_assert_true (citiz_replica_submit (to->replica, final, &error));
  g_assert_no_error (error);
  return *citiz_tx_get_id (final);
}

CitizHash
submit (World *world, Node *to)
{
  return submit_for (world, to, FALSE);
}

void
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

void
said_cb (gpointer data, CitizTime time, const GError *error)
{
  if (error != NULL)
    g_test_message ("refused: %s", error->message);
}

gboolean
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

void
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

void
propose_renewal (World *world, Node *node, CitizHash *out)
{
  const CitizTxBody body = {.valset_change = {.epoch = citiz_replica_get_epoch (node->replica)}};
  g_autoptr (GPtrArray) txs = citiz_order_make (node->order, CITIZ_TX_VALSET_CHANGE, &body);
  g_autoptr (GError) error = NULL;

  *out = *citiz_tx_get_id (txs->pdata[txs->len - 1]);
  /* who asks has the key: else it looks as if another machine did */
  g_assert_nonnull (citiz_journals_prepare (node->journals, body.valset_change.epoch + 1, &error));
  g_assert_true (citiz_order_enter (node->order, txs, said_cb, NULL, &error));
  g_assert_no_error (error);
}

void
ask_to_join (Node *node, CitizHash *out)
{
  g_autoptr (GError) error = NULL;

  g_assert_true (
      citiz_steward_join (node->steward, "http://new.example", "New", out, said_cb, NULL, &error));
  g_assert_no_error (error);
}

gboolean
has_file (const Node *node, guint64 epoch)
{
  g_autofree gchar *path = citiz_journals_path (node->dir, epoch);

  return g_file_test (path, G_FILE_TEST_EXISTS);
}
