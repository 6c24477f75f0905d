/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "replica-fixture.h"

#include "crypto/citiz-crypto.h"
#include "wire/citiz-message.h"

#include <string.h>

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

guint
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

void
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

void
node_down (Node *node)
{
  if (node->replica != NULL)
    g_signal_handlers_disconnect_by_data (node->replica, node);
  g_clear_object (&node->replica);
  g_clear_pointer (&node->journal, citiz_journal_close);
  g_clear_pointer (&node->chain, citiz_chain_close);
  g_clear_pointer (&node->db, citiz_db_unref);
}

static int
by_key (const void *a, const void *b)
{
  return memcmp (citiz_signing_key_get_public (((const Node *) a)->key)->b,
                 citiz_signing_key_get_public (((const Node *) b)->key)->b, 32);
}

/* The journals make the epoch keys, the genesis names them. */
void
world_init (World *world, guint n)
{
  CitizHash salt = {{42}};

  memset (world, 0, sizeof *world);
  world->n = n;
  world->draws = n;
  world->timing = quick;
  for (guint i = 0; i < n; i++)
    world->nodes[i].key = tools_key ((guint8) (i + 1));
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

void
world_clear (World *world)
{
  for (guint i = 0; i < world->n; i++)
    node_down (&world->nodes[i]);
  while (world->flying > 0)
    g_main_context_iteration (NULL, TRUE);
  for (guint i = 0; i < world->n; i++)
    {
      Node *node = &world->nodes[i];

      tools_remove_folder (node->dir);
      g_free (node->dir);
      citiz_signing_key_unref (node->key);
    }
}

void
world_up (World *world)
{
  for (guint i = 0; i < world->n; i++)
    node_up (&world->nodes[i]);
}

guint64
size (Node *node)
{
  return citiz_ledger_log (citiz_chain_ledger (node->chain, NULL))->size;
}

gboolean
run (World *world, gboolean (*done) (World *world, guint64 arg), guint64 arg, guint seconds)
{
  return RUN_FOR (seconds, done (world, arg));
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

void
wait_for (World *world, gboolean (*done) (World *world, guint64 arg), guint64 arg)
{
  const gboolean good = run (world, done, arg, 240);

  if (!good)
    tell (world);
  g_assert_true (good);
}

gboolean
never (World *world, guint64 arg)
{
  return FALSE;
}

gboolean
all_have (World *world, guint64 n)
{
  for (guint i = 0; i < world->n; i++)
    if (world->nodes[i].replica != NULL && size (&world->nodes[i]) < n)
      return FALSE;
  return TRUE;
}

gboolean
nothing_waits (World *world, guint64 arg)
{
  for (guint i = 0; i < world->n; i++)
    if (world->nodes[i].replica != NULL && citiz_replica_n_waiting (world->nodes[i].replica) > 0)
      return FALSE;
  return TRUE;
}

CitizTx *
submit (World *world, guint to)
{
  const CitizTime until = {citiz_env_now (citiz_env_system ()).ms + CITIZ_HOUR};
  CitizTx *tx = tools_registration (&world->chain_id, world->made++, until, NULL, 0);
  g_autoptr (GError) error = NULL;

  g_assert_true (citiz_replica_submit (world->nodes[to].replica, tx, &error));
  g_assert_no_error (error);
  return tx;
}

void
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

void
check (World *world)
{
  CitizHash first = {{0}};
  guint64 height = 0;

  for (guint i = 0; i < world->n; i++)
    {
      Node *node = &world->nodes[i];
      g_autoptr (GPtrArray) blocks = NULL;
      g_autoptr (GError) error = NULL;
      gboolean verified;

      if (node->chain == NULL)
        continue;
      verified = citiz_chain_verify (node->chain, NULL, NULL, NULL, &error);
      g_assert_no_error (error); /* first: it says what is wrong */
      g_assert_true (verified);
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
