/* Four nodes over real sockets: they find one another, order together, lose and find one another again.
 * SPDX-License-Identifier: AGPL-3.0-or-later */
#include "node/citiz-member.h"
#include "store/citiz-db.h"
#include "wire/citiz-message.h"

#include "crypto/citiz-crypto.h"

#include <glib/gstdio.h>
#include <string.h>

#define N 4

typedef struct
{
  guint place;
  gchar *dir;
  CitizSigningKey *key;
  CitizDb *db;
  CitizChain *chain;
  CitizJournal *journal;
  CitizMember *member; /* NULL: down */
  CitizHttpServer *server;
  gchar *url;
} Node;

typedef struct
{
  Node nodes[N];
  CitizGenesis genesis;
  CitizHash chain_id;
  guint made;
} World;

static const gchar *const paths[] = {CITIZ_MEMBER_PATH, NULL};
static const CitizHttpLimits limits = {.connections_max = 64,
                                       .deadline_ms = 120000,
                                       .body_max = 1024,
                                       .rate_per_second = 1000,
                                       .rate_burst = 1000,
                                       .sockets = paths};
static const CitizCsxTiming timing = {.timeout = 300,
                                      .timeout_cap = 60000,
                                      .standstill = 300,
                                      .interval = 10,
                                      .heartbeat = 60000,
                                      .egress = 1024 * 1024};

static void
handler_cb (const CitizHttpRequest *request, CitizHttpResponse *response, gpointer data)
{
  response->status = 404;
}

static void
socket_cb (CitizSocket *socket, const gchar *path, gpointer data)
{
  Node *node = data;

  if (node->member != NULL)
    citiz_member_answer (node->member, socket);
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

static gchar *
journal_path (Node *node)
{
  return g_build_filename (node->dir, "epoch-0.journal", NULL);
}

static void
node_up (World *world, Node *node)
{
  const CitizEnv *env = citiz_env_system ();
  g_autofree gchar *path = journal_path (node);
  g_autoptr (CitizReplica) replica = NULL;
  g_autoptr (GError) error = NULL;

  node->db = citiz_db_open (node->dir, CITIZ_DB_CREATE, &error);
  g_assert_no_error (error);
  node->chain = citiz_chain_open_shared (node->db, env, &world->genesis, &error);
  g_assert_no_error (error);
  node->journal = citiz_journal_open (path, &world->genesis.salt, 0, node->key, &error);
  g_assert_no_error (error);
  replica = citiz_replica_new (node->db, node->chain, env, node->journal,
                               citiz_signing_key_get_public (node->key), &timing);
  node->member = citiz_member_new (replica, node->key, &world->chain_id);
  g_assert_true (citiz_replica_start (replica, &error));
  g_assert_no_error (error);
  for (guint i = 0; i < N; i++)
    if (i != node->place)
      citiz_member_expect (node->member, citiz_signing_key_get_public (world->nodes[i].key),
                           world->nodes[i].url);
}

static void
node_down (Node *node)
{
  g_clear_pointer (&node->member, citiz_member_free);
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

static void
world_init (World *world)
{
  CitizHash salt = {{43}};

  memset (world, 0, sizeof *world);
  for (guint i = 0; i < N; i++)
    world->nodes[i].key = new_key ((guint8) (i + 1));
  qsort (world->nodes, N, sizeof (Node), by_key);
  world->genesis
      = (CitizGenesis){.version = 1, .protocol = CITIZ_PROTOCOL, .salt = salt, .n_founders = N};
  world->genesis.time = citiz_env_now (citiz_env_system ());
  for (guint i = 0; i < N; i++)
    {
      Node *node = &world->nodes[i];
      CitizFounder *founder = &world->genesis.founders[i];
      g_autoptr (GError) error = NULL;
      g_autofree gchar *path = NULL;

      node->place = i;
      node->dir = g_dir_make_tmp ("citiz-member-XXXXXX", NULL);
      path = journal_path (node);
      node->journal = citiz_journal_create (path, &salt, 0, node->key, &error);
      g_assert_no_error (error);
      founder->validator.node = *citiz_signing_key_get_public (node->key);
      founder->validator.key
          = *citiz_signing_key_get_public (citiz_journal_get_key (node->journal));
      citiz_founder_sign (founder, &salt, node->key);
      g_clear_pointer (&node->journal, citiz_journal_close);
      node->server = citiz_http_server_new (&limits, handler_cb, node);
      citiz_http_server_set_socket_handler (node->server, socket_cb);
      g_assert_true (citiz_http_server_start (node->server, 0, &error));
      node->url = g_strdup_printf ("ws://127.0.0.1:%u" CITIZ_MEMBER_PATH,
                                   citiz_http_server_get_port (node->server));
    }
  citiz_genesis_chain_id (&world->chain_id, &world->genesis);
}

static void
world_clear (World *world)
{
  for (guint i = 0; i < N; i++)
    {
      Node *node = &world->nodes[i];
      g_autoptr (GDir) dir = g_dir_open (node->dir, 0, NULL);
      const gchar *name;

      node_down (node);
      g_clear_object (&node->server);
      while ((name = g_dir_read_name (dir)) != NULL)
        {
          g_autofree gchar *path = g_build_filename (node->dir, name, NULL);
          g_unlink (path);
        }
      g_rmdir (node->dir);
      g_free (node->dir);
      g_free (node->url);
      citiz_signing_key_unref (node->key);
    }
}

static gboolean
all_have (World *world, guint64 n)
{
  for (guint i = 0; i < N; i++)
    if (world->nodes[i].member != NULL
        && citiz_ledger_log (citiz_chain_ledger (world->nodes[i].chain, NULL))->size < n)
      return FALSE;
  return TRUE;
}

static gboolean
all_met (World *world, guint64 n)
{
  for (guint i = 0; i < N; i++)
    if (world->nodes[i].member != NULL
        && citiz_peers_n_connected (citiz_member_get_peers (world->nodes[i].member)) < n)
      return FALSE;
  return TRUE;
}

static gboolean
tick_cb (gpointer data)
{
  return G_SOURCE_CONTINUE;
}

/* Until it is so; the limit ends what hangs. */
static void
wait_for (World *world, gboolean (*done) (World *world, guint64 arg), guint64 arg)
{
  const gint64 end = g_get_monotonic_time () + 240 * G_USEC_PER_SEC;
  const guint id = g_timeout_add (5, tick_cb, NULL);
  gboolean good = done (world, arg);

  while (!good && g_get_monotonic_time () < end)
    {
      g_main_context_iteration (NULL, TRUE);
      good = done (world, arg);
    }
  g_source_remove (id);
  g_assert_true (good);
}

static void
submit (World *world, guint to)
{
  g_autoptr (CitizSigningKey) device = NULL;
  g_autoptr (CitizSecret) seed = citiz_secret_new (32);
  g_autoptr (CitizTx) tx = citiz_tx_new (CITIZ_TX_ACCT_REGISTER);
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
  g_assert_true (
      citiz_replica_submit (citiz_member_get_replica (world->nodes[to].member), tx, &error));
  g_assert_no_error (error);
}

static void
test_together (void)
{
  World world;

  world_init (&world);
  for (guint i = 0; i < N; i++)
    node_up (&world, &world.nodes[i]);
  wait_for (&world, all_met, N - 1);
  for (guint i = 0; i < 20; i++)
    submit (&world, i % N);
  wait_for (&world, all_have, 20);

  /* One goes, the others go on; it comes back and catches up. */
  node_down (&world.nodes[3]);
  for (guint i = 0; i < 6; i++)
    {
      submit (&world, i % 3);
      wait_for (&world, all_have, world.made);
    }
  node_up (&world, &world.nodes[3]);
  wait_for (&world, all_met, N - 1);
  submit (&world, 3);
  wait_for (&world, all_have, world.made);

  for (guint i = 0; i < N; i++)
    {
      g_autoptr (GError) error = NULL;

      g_assert_true (citiz_chain_verify (world.nodes[i].chain, NULL, NULL, NULL, &error));
      g_assert_no_error (error);
    }
  world_clear (&world);
}

typedef struct
{
  guint64 blocks;
  guint messages;
} Heard;

static void
heard_cb (CitizPeers *peers, const CitizPublicKey *from, GBytes *bytes, Heard *heard)
{
  g_auto (CitizMessage) message = {0};
  gsize n;
  const guint8 *view = g_bytes_get_data (bytes, &n);

  g_assert_true (citiz_message_decode (view, n, &message, NULL));
  heard->messages++;
  if (message.kind == CITIZ_MESSAGE_BLOCKS)
    heard->blocks = message.blocks->len;
}

/* Somebody who is no validator asks for blocks and is answered, and hears nothing else. */
static void
test_stranger (void)
{
  World world;
  g_autoptr (CitizSigningKey) key = new_key (99);
  const CitizMessage ask = {.kind = CITIZ_MESSAGE_RANGE, .max = 10};
  g_autoptr (GBytes) bytes = citiz_message_encode (&ask);
  const CitizPublicKey *other;
  CitizPeers *peers;
  Heard heard = {0};
  gint64 end;

  world_init (&world);
  for (guint i = 0; i < N; i++)
    node_up (&world, &world.nodes[i]);
  wait_for (&world, all_met, N - 1);
  submit (&world, 0);
  wait_for (&world, all_have, 1);
  other = citiz_signing_key_get_public (world.nodes[2].key);
  peers = citiz_peers_new (key, &world.chain_id);
  g_signal_connect (peers, "message", G_CALLBACK (heard_cb), &heard);
  citiz_peers_expect (peers, other, world.nodes[2].url);
  end = g_get_monotonic_time () + 240 * G_USEC_PER_SEC;
  while (!citiz_peers_is_connected (peers, other) && g_get_monotonic_time () < end)
    g_main_context_iteration (NULL, TRUE);
  g_assert_true (citiz_peers_send (peers, other, bytes));
  submit (&world, 1);
  wait_for (&world, all_have, 2);
  while (heard.messages == 0 && g_get_monotonic_time () < end)
    g_main_context_iteration (NULL, TRUE);
  g_assert_cmpuint (heard.blocks, >=, 1);
  g_assert_cmpuint (heard.messages, ==, 1);
  citiz_peers_stop (peers);
  g_object_unref (peers);
  world_clear (&world);
}

/* Of many who are no validators. */
typedef struct
{
  CitizPeers *peers;
  guint left;
} Stranger;

static void
left_cb (CitizPeers *peers, const CitizPublicKey *other, Stranger *stranger)
{
  stranger->left++;
}

static Stranger crowd[CITIZ_PEERS_MAX_STRANGERS + 1];

static gboolean
node_has (World *world, guint64 n)
{
  return citiz_peers_n_connected (citiz_member_get_peers (world->nodes[0].member)) == n;
}

static gboolean
last_was_sent_away (World *world, guint64 unused)
{
  return crowd[CITIZ_PEERS_MAX_STRANGERS].left > 0;
}

static void
come_as (World *world, Stranger *stranger, guint8 n)
{
  g_autoptr (CitizSigningKey) key = new_key (n);

  stranger->left = 0;
  stranger->peers = citiz_peers_new (key, &world->chain_id);
  g_signal_connect (stranger->peers, "disconnected", G_CALLBACK (left_cb), stranger);
  citiz_peers_expect (stranger->peers, citiz_signing_key_get_public (world->nodes[0].key),
                      world->nodes[0].url);
}

static void
leave (Stranger *stranger)
{
  citiz_peers_stop (stranger->peers);
  g_clear_object (&stranger->peers);
}

/* So many strangers are talked with; one more is sent away, comes back, and stays once another has gone. */
static void
test_strangers (void)
{
  const guint most = CITIZ_PEERS_MAX_STRANGERS;
  World world;

  world_init (&world);
  node_up (&world, &world.nodes[0]);
  for (guint i = 0; i < most; i++)
    come_as (&world, &crowd[i], (guint8) (100 + i));
  wait_for (&world, node_has, most);
  come_as (&world, &crowd[most], (guint8) (100 + most));
  wait_for (&world, last_was_sent_away, 0);
  g_assert_true (node_has (&world, most));
  for (guint i = 0; i < most; i++)
    g_assert_cmpuint (crowd[i].left, ==, 0);
  leave (&crowd[0]);
  wait_for (&world, node_has, most - 1);
  wait_for (&world, node_has, most);
  for (guint i = 1; i <= most; i++)
    leave (&crowd[i]);
  world_clear (&world);
}

static gboolean
is_there (World *world, guint64 i)
{
  return citiz_peers_is_connected (crowd[i].peers,
                                   citiz_signing_key_get_public (world->nodes[0].key));
}

static Heard heard[2];

static gboolean
was_answered (World *world, guint64 unused)
{
  return heard[0].messages + heard[1].messages > 0;
}

/* A node whose old link nobody has ended yet comes again, after a power cut or with another address: it is answered where it speaks. */
static void
test_came_again (void)
{
  const CitizMessage ask = {.kind = CITIZ_MESSAGE_STATUS, .ask = TRUE};
  g_autoptr (GBytes) bytes = citiz_message_encode (&ask);
  const CitizPublicKey *node;
  World world;

  world_init (&world);
  node_up (&world, &world.nodes[0]);
  node = citiz_signing_key_get_public (world.nodes[0].key);
  for (guint i = 0; i < 2; i++)
    {
      come_as (&world, &crowd[i], 100);
      g_signal_connect (crowd[i].peers, "message", G_CALLBACK (heard_cb), &heard[i]);
      wait_for (&world, is_there, i);
    }
  for (guint i = 2; i > 0; i--)
    {
      memset (heard, 0, sizeof heard);
      g_assert_true (citiz_peers_send (crowd[i - 1].peers, node, bytes));
      wait_for (&world, was_answered, 0);
      g_assert_cmpuint (heard[i - 1].messages, ==, 1);
    }
  for (guint i = 0; i < 2; i++)
    leave (&crowd[i]);
  world_clear (&world);
}

/* Somebody who calls and says nothing, and calls again as soon as he is sent away. */
typedef struct
{
  World *world;
  CitizHttpClient *client;
  CitizSocket *socket;
} Silent;

static guint n_silent, n_calling;
static gboolean silence_is_over;

static void call_silently (Silent *silent);

static void
silent_left_cb (CitizSocket *socket, Silent *silent)
{
  n_silent--;
  g_signal_handlers_disconnect_by_data (socket, silent);
  if (!silence_is_over)
    call_silently (silent);
}

static void
silent_called_cb (GObject *client, GAsyncResult *result, gpointer data)
{
  Silent *silent = data;

  n_calling--;
  g_clear_object (&silent->socket);
  silent->socket = citiz_http_client_connect_finish (CITIZ_HTTP_CLIENT (client), result, NULL);
  g_assert_nonnull (silent->socket);
  n_silent++;
  g_signal_connect (silent->socket, "closed", G_CALLBACK (silent_left_cb), silent);
}

static void
call_silently (Silent *silent)
{
  n_calling++;
  citiz_http_client_connect (silent->client, silent->world->nodes[0].url, NULL, silent_called_cb,
                             silent);
}

static gboolean
all_are_silent (World *world, guint64 n)
{
  return n_silent == n;
}

static gboolean
nobody_calls (World *world, guint64 unused)
{
  return n_calling == 0;
}

/* As many silent callers as may be waited for keep nobody out. */
static void
test_silent (void)
{
  Silent silent[CITIZ_PEERS_MAX_STRANGERS];
  World world;

  world_init (&world);
  node_up (&world, &world.nodes[0]);
  for (guint i = 0; i < G_N_ELEMENTS (silent); i++)
    {
      silent[i] = (Silent){.world = &world, .client = citiz_http_client_new (120000)};
      call_silently (&silent[i]);
    }
  wait_for (&world, all_are_silent, G_N_ELEMENTS (silent));
  come_as (&world, &crowd[0], 100);
  wait_for (&world, is_there, 0);
  g_assert_cmpuint (crowd[0].left, ==, 0);
  leave (&crowd[0]);
  silence_is_over = TRUE;
  wait_for (&world, nobody_calls, 0);
  for (guint i = 0; i < G_N_ELEMENTS (silent); i++)
    {
      if (silent[i].socket != NULL)
        g_signal_handlers_disconnect_by_data (silent[i].socket, &silent[i]);
      g_clear_object (&silent[i].socket);
      g_clear_object (&silent[i].client);
    }
  world_clear (&world);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  if (!citiz_crypto_init ())
    return 1;
  g_test_add_func ("/member/together", test_together);
  g_test_add_func ("/member/stranger", test_stranger);
  g_test_add_func ("/member/strangers", test_strangers);
  g_test_add_func ("/member/came-again", test_came_again);
  g_test_add_func ("/member/silent", test_silent);
  return g_test_run ();
}
