/* What the replica says goes over the links, what they bring goes to the replica. SPDX-License-Identifier: AGPL-3.0-or-later */
#include "node/citiz-member.h"

#include "wire/citiz-message.h"

#define FOLLOW_SECONDS 2   /* between a newcomer's questions */
#define QUIET_SECONDS  180 /* then a validator that hears nothing asks: rarer than blocks are */

struct _CitizMember
{
  CitizReplica *replica;
  CitizPeers *peers;
  GHashTable *numbers;   /* CitizPublicKey of a stranger → its number */
  GHashTable *strangers; /* the other way */
  guint next;
  GSource *follow;
  guint turn;
  gint64 heard; /* µs, monotonic */
};

static const CitizPublicKey *
key_of (CitizMember *member, guint number)
{
  const CitizValidators *validators = citiz_replica_get_validators (member->replica);

  return number < validators->n
             ? &validators->v[number].node
             : g_hash_table_lookup (member->strangers, GUINT_TO_POINTER (number));
}

static guint
number_of (CitizMember *member, const CitizPublicKey *key)
{
  const gint place = citiz_validators_find (citiz_replica_get_validators (member->replica), key);
  gpointer number;
  CitizPublicKey *copy;

  if (place >= 0)
    return (guint) place;
  if (g_hash_table_lookup_extended (member->numbers, key, NULL, &number))
    return GPOINTER_TO_UINT (number);
  copy = g_memdup2 (key, sizeof *key);
  number = GUINT_TO_POINTER (member->next++);
  g_hash_table_insert (member->numbers, copy, number);
  g_hash_table_insert (member->strangers, number, copy);
  return GPOINTER_TO_UINT (number);
}

/* What is asked for may be had from any node: who is out of reach, or validates no more, is asked in another's person. */
static gboolean
is_question (GBytes *message)
{
  gsize n;
  const guint8 *bytes = g_bytes_get_data (message, &n);

  return n > 0 && (bytes[0] == CITIZ_MESSAGE_FETCH || bytes[0] == CITIZ_MESSAGE_RANGE);
}

static void
send_cb (CitizReplica *replica, guint to, GBytes *message, CitizMember *member)
{
  const CitizValidators *validators = citiz_replica_get_validators (replica);
  const CitizPublicKey *key;
  CitizPublicKey other;

  if (to != CITIZ_CSX_NOBODY)
    {
      key = key_of (member, to);
      if (key != NULL && !citiz_peers_send (member->peers, key, message) && is_question (message)
          && citiz_peers_pick (member->peers, member->turn++, &other))
        (void) citiz_peers_send (member->peers, &other, message);
      return;
    }
  for (guint i = 0; i < validators->n; i++)
    if (i != citiz_replica_get_place (replica))
      (void) citiz_peers_send (member->peers, &validators->v[i].node, message);
}

static void
connected_cb (CitizPeers *peers, const CitizPublicKey *key, CitizMember *member)
{
  const guint number = number_of (member, key);

  if (number < CITIZ_REPLICA_STRANGER)
    citiz_replica_connected (member->replica, number);
}

static void
message_cb (CitizPeers *peers, const CitizPublicKey *key, GBytes *message, CitizMember *member)
{
  member->heard = g_get_monotonic_time ();
  citiz_replica_receive (member->replica, number_of (member, key), message);
}

static void
disconnected_cb (CitizPeers *peers, const CitizPublicKey *key, CitizMember *member)
{
  gpointer number;

  if (!g_hash_table_lookup_extended (member->numbers, key, NULL, &number))
    return;
  g_hash_table_remove (member->strangers, number);
  g_hash_table_remove (member->numbers, key);
}

/**
 * citiz_member_expect:
 * @url: (nullable): where to call @node; its links are kept up from now on. %NULL: not any more
 */
void
citiz_member_expect (CitizMember *member, const CitizPublicKey *node, const gchar *url)
{
  citiz_peers_expect (member->peers, node, url);
}

void
citiz_member_answer (CitizMember *member, CitizSocket *socket)
{
  citiz_peers_answer (member->peers, socket);
}

CitizReplica *
citiz_member_get_replica (CitizMember *member)
{
  return member->replica;
}

CitizPeers *
citiz_member_get_peers (CitizMember *member)
{
  return member->peers;
}

/* Nobody tells a node that is no validator what is new: it asks one of those it is linked to after the other. So does one to whom nobody says
 * anything: what is told to it may go to another machine that has its key. */
static gboolean
follow_cb (gpointer data)
{
  CitizMember *member = data;
  const gint64 quiet = g_get_monotonic_time () - member->heard;
  CitizPublicKey node;

  if ((citiz_replica_get_place (member->replica) == CITIZ_CSX_NOBODY
       || quiet >= QUIET_SECONDS * G_USEC_PER_SEC)
      && citiz_peers_pick (member->peers, member->turn++, &node))
    citiz_replica_ask (member->replica, number_of (member, &node));
  return G_SOURCE_CONTINUE;
}

/* The validators are others now: the machine hears again whom of them it is linked to. */
static void
epoch_cb (CitizReplica *replica, guint64 epoch, CitizMember *member)
{
  const CitizValidators *validators = citiz_replica_get_validators (replica);

  for (guint i = 0; i < validators->n; i++)
    if (citiz_peers_is_connected (member->peers, &validators->v[i].node))
      citiz_replica_connected (replica, i);
}

static void
follow (CitizMember *member)
{
  member->follow = g_timeout_source_new_seconds (FOLLOW_SECONDS);
  g_source_set_callback (member->follow, follow_cb, member, NULL);
  g_source_attach (member->follow, g_main_context_get_thread_default ());
}

static guint
key_hash (gconstpointer key)
{
  return citiz_hash_hash (key);
}

static gboolean
key_equal (gconstpointer a, gconstpointer b)
{
  return citiz_public_key_equal (a, b);
}

/**
 * citiz_member_tell:
 *
 * Tells @message to every node this one is linked to, validator or not.
 */
void
citiz_member_tell (CitizMember *member, GBytes *message)
{
  const guint n = citiz_peers_n_connected (member->peers);
  CitizPublicKey node;

  for (guint i = 0; i < n; i++)
    if (citiz_peers_pick (member->peers, i, &node))
      (void) citiz_peers_send (member->peers, &node, message);
}

/**
 * citiz_member_new:
 * @replica: started or about to be
 * @key: this node's
 */
CitizMember *
citiz_member_new (CitizReplica *replica, CitizSigningKey *key, const CitizHash *chain)
{
  CitizMember *member = g_new0 (CitizMember, 1);

  member->replica = g_object_ref (replica);
  member->peers = citiz_peers_new (key, chain);
  member->numbers = g_hash_table_new_full (key_hash, key_equal, g_free, NULL);
  member->strangers = g_hash_table_new (NULL, NULL);
  member->next = CITIZ_REPLICA_STRANGER;
  g_signal_connect (replica, "send", G_CALLBACK (send_cb), member);
  g_signal_connect (member->peers, "connected", G_CALLBACK (connected_cb), member);
  g_signal_connect (member->peers, "message", G_CALLBACK (message_cb), member);
  g_signal_connect (member->peers, "disconnected", G_CALLBACK (disconnected_cb), member);
  g_signal_connect (replica, "epoch", G_CALLBACK (epoch_cb), member);
  follow (member);
  return member;
}

void
citiz_member_free (CitizMember *member)
{
  if (member->follow != NULL)
    g_source_destroy (member->follow);
  g_clear_pointer (&member->follow, g_source_unref);
  g_signal_handlers_disconnect_by_data (member->replica, member);
  g_signal_handlers_disconnect_by_data (member->peers, member);
  citiz_peers_stop (member->peers);
  g_object_unref (member->peers);
  g_object_unref (member->replica);
  g_hash_table_unref (member->numbers);
  g_hash_table_unref (member->strangers);
  g_free (member);
}
