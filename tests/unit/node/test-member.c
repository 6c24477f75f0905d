/* Four nodes over real sockets: they find one another, order together, lose and find one another again.
 * SPDX-License-Identifier: AGPL-3.0-or-later */
#include "committee-fixture.h"

#include "wire/citiz-message.h"

#include "../tools.h"

#include <string.h>

static guint made; /* registrations */

static void
set_up (Committee *world, gconstpointer data)
{
  world->bare = TRUE;
  made = 0;
  committee_found (world);
}

/* Every node that is up has @GPOINTER_TO_UINT (n) transactions on its chain. */
static gboolean
all_have (Committee *world, gconstpointer n)
{
  for (guint i = 0; i < COMMITTEE; i++)
    if (world->seats[i].member != NULL
        && citiz_ledger_log (citiz_chain_ledger (world->seats[i].chain, NULL))->size
               < GPOINTER_TO_UINT (n))
      return FALSE;
  return TRUE;
}

static void
wait_for (Committee *world, gboolean (*done) (Committee *world, gconstpointer arg), guint arg)
{
  committee_until (world, done, GUINT_TO_POINTER (arg));
}

static void
submit (Committee *world, guint to)
{
  const CitizTime until = {citiz_env_now (&world->env).ms + CITIZ_HOUR};
  g_autoptr (CitizTx) tx = tools_registration (&world->chain_id, made++, until, NULL, 0);
  g_autoptr (GError) error = NULL;

  g_assert_true (
      citiz_replica_submit (citiz_member_get_replica (world->seats[to].member), tx, &error));
  g_assert_no_error (error);
}

static void
test_together (Committee *world, gconstpointer data)
{
  for (guint i = 0; i < COMMITTEE; i++)
    seat_up (&world->seats[i]);
  wait_for (world, committee_met, COMMITTEE - 1);
  for (guint i = 0; i < 20; i++)
    submit (world, i % COMMITTEE);
  wait_for (world, all_have, 20);

  /* One goes, the others go on; it comes back and catches up. */
  seat_down (&world->seats[3]);
  for (guint i = 0; i < 6; i++)
    {
      submit (world, i % 3);
      wait_for (world, all_have, made);
    }
  seat_up (&world->seats[3]);
  wait_for (world, committee_met, COMMITTEE - 1);
  submit (world, 3);
  wait_for (world, all_have, made);

  for (guint i = 0; i < COMMITTEE; i++)
    {
      g_autoptr (GError) error = NULL;

      g_assert_true (citiz_chain_verify (world->seats[i].chain, NULL, NULL, NULL, &error));
      g_assert_no_error (error);
    }
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
test_stranger (Committee *world, gconstpointer data)
{
  g_autoptr (CitizSigningKey) key = tools_key (99);
  const CitizMessage ask = {.kind = CITIZ_MESSAGE_RANGE, .max = 10};
  g_autoptr (GBytes) bytes = citiz_message_encode (&ask);
  const CitizPublicKey *other;
  CitizPeers *peers;
  Heard heard = {0};
  gint64 end;

  for (guint i = 0; i < COMMITTEE; i++)
    seat_up (&world->seats[i]);
  wait_for (world, committee_met, COMMITTEE - 1);
  submit (world, 0);
  wait_for (world, all_have, 1);
  other = citiz_signing_key_get_public (world->seats[2].key);
  peers = citiz_peers_new (key, &world->chain_id);
  g_signal_connect (peers, "message", G_CALLBACK (heard_cb), &heard);
  citiz_peers_expect (peers, other, world->seats[2].url);
  end = g_get_monotonic_time () + 240 * G_USEC_PER_SEC;
  while (!citiz_peers_is_connected (peers, other) && g_get_monotonic_time () < end)
    g_main_context_iteration (NULL, TRUE);
  g_assert_true (citiz_peers_send (peers, other, bytes));
  submit (world, 1);
  wait_for (world, all_have, 2);
  while (heard.messages == 0 && g_get_monotonic_time () < end)
    g_main_context_iteration (NULL, TRUE);
  g_assert_cmpuint (heard.blocks, >=, 1);
  g_assert_cmpuint (heard.messages, ==, 1);
  citiz_peers_stop (peers);
  g_object_unref (peers);
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
node_has (Committee *world, gconstpointer n)
{
  return citiz_peers_n_connected (citiz_member_get_peers (world->seats[0].member))
         == GPOINTER_TO_UINT (n);
}

static gboolean
last_was_sent_away (Committee *world, gconstpointer unused)
{
  return crowd[CITIZ_PEERS_MAX_STRANGERS].left > 0;
}

static void
come_as (Committee *world, Stranger *stranger, guint8 n)
{
  g_autoptr (CitizSigningKey) key = tools_key (n);

  stranger->left = 0;
  stranger->peers = citiz_peers_new (key, &world->chain_id);
  g_signal_connect (stranger->peers, "disconnected", G_CALLBACK (left_cb), stranger);
  citiz_peers_expect (stranger->peers, citiz_signing_key_get_public (world->seats[0].key),
                      world->seats[0].url);
}

static void
leave (Stranger *stranger)
{
  citiz_peers_stop (stranger->peers);
  g_clear_object (&stranger->peers);
}

/* So many strangers are talked with; one more is sent away, comes back, and stays once another has gone. */
static void
test_strangers (Committee *world, gconstpointer data)
{
  const guint most = CITIZ_PEERS_MAX_STRANGERS;

  seat_up (&world->seats[0]);
  for (guint i = 0; i < most; i++)
    come_as (world, &crowd[i], (guint8) (100 + i));
  wait_for (world, node_has, most);
  come_as (world, &crowd[most], (guint8) (100 + most));
  wait_for (world, last_was_sent_away, 0);
  g_assert_true (node_has (world, GUINT_TO_POINTER (most)));
  for (guint i = 0; i < most; i++)
    g_assert_cmpuint (crowd[i].left, ==, 0);
  leave (&crowd[0]);
  wait_for (world, node_has, most - 1);
  wait_for (world, node_has, most);
  for (guint i = 1; i <= most; i++)
    leave (&crowd[i]);
}

static gboolean
is_there (Committee *world, gconstpointer i)
{
  return citiz_peers_is_connected (crowd[GPOINTER_TO_UINT (i)].peers,
                                   citiz_signing_key_get_public (world->seats[0].key));
}

static Heard heard[2];

static gboolean
was_answered (Committee *world, gconstpointer unused)
{
  return heard[0].messages + heard[1].messages > 0;
}

/* A node whose old link nobody has ended yet comes again, after a power cut or with another address: it is answered where it speaks. */
static void
test_came_again (Committee *world, gconstpointer data)
{
  const CitizMessage ask = {.kind = CITIZ_MESSAGE_STATUS, .ask = TRUE};
  g_autoptr (GBytes) bytes = citiz_message_encode (&ask);
  const CitizPublicKey *node;

  seat_up (&world->seats[0]);
  node = citiz_signing_key_get_public (world->seats[0].key);
  for (guint i = 0; i < 2; i++)
    {
      come_as (world, &crowd[i], 100);
      g_signal_connect (crowd[i].peers, "message", G_CALLBACK (heard_cb), &heard[i]);
      wait_for (world, is_there, i);
    }
  for (guint i = 2; i > 0; i--)
    {
      memset (heard, 0, sizeof heard);
      g_assert_true (citiz_peers_send (crowd[i - 1].peers, node, bytes));
      wait_for (world, was_answered, 0);
      g_assert_cmpuint (heard[i - 1].messages, ==, 1);
    }
  for (guint i = 0; i < 2; i++)
    leave (&crowd[i]);
}

/* Somebody who calls and says nothing, and calls again as soon as he is sent away. */
typedef struct
{
  Committee *world;
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
  citiz_http_client_connect (silent->client, silent->world->seats[0].url, NULL, silent_called_cb,
                             silent);
}

static gboolean
all_are_silent (Committee *world, gconstpointer n)
{
  return n_silent == GPOINTER_TO_UINT (n);
}

static gboolean
nobody_calls (Committee *world, gconstpointer unused)
{
  return n_calling == 0;
}

/* As many silent callers as may be waited for keep nobody out. */
static void
test_silent (Committee *world, gconstpointer data)
{
  Silent silent[CITIZ_PEERS_MAX_STRANGERS];

  seat_up (&world->seats[0]);
  for (guint i = 0; i < G_N_ELEMENTS (silent); i++)
    {
      silent[i] = (Silent){.world = world, .client = citiz_http_client_new (120000)};
      call_silently (&silent[i]);
    }
  wait_for (world, all_are_silent, G_N_ELEMENTS (silent));
  come_as (world, &crowd[0], 100);
  wait_for (world, is_there, 0);
  g_assert_cmpuint (crowd[0].left, ==, 0);
  leave (&crowd[0]);
  silence_is_over = TRUE;
  wait_for (world, nobody_calls, 0);
  for (guint i = 0; i < G_N_ELEMENTS (silent); i++)
    {
      if (silent[i].socket != NULL)
        g_signal_handlers_disconnect_by_data (silent[i].socket, &silent[i]);
      g_clear_object (&silent[i].socket);
      g_clear_object (&silent[i].client);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  if (!citiz_crypto_init ())
    return 1;
#define TEST(path, function) g_test_add (path, Committee, NULL, set_up, function, committee_down)
  TEST ("/member/together", test_together);
  TEST ("/member/stranger", test_stranger);
  TEST ("/member/strangers", test_strangers);
  TEST ("/member/came-again", test_came_again);
  TEST ("/member/silent", test_silent);
  return g_test_run ();
}
