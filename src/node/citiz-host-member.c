/* A host and the other nodes: where they are, who of them validates, and how that changes. SPDX-License-Identifier: AGPL-3.0-or-later */
#include "node/citiz-host-private.h"

#include "crypto/citiz-hash.h"
#include "store/citiz-book-store.h"
#include "wire/citiz-message.h"

#include <string.h>

#define BINARY     "application/octet-stream"
#define TELL_BEATS 30 /* after it has said on the chain where it is, until all know it */
#define MOVE_BEATS                                                                                 \
  5 /* in which no other machine with this node's key was met, before it says that it has moved */
#define QUOTA 100000
#define RATE  2000
#define WORK  9

/* Addresses ******************************************************************/

static void
learn_cb (gpointer data, const CitizPublicKey *node, const gchar *url, const gchar *operator_)
{
  (void) citiz_host_community_learn (data, node, url, operator_);
}

gboolean
citiz_host_members_open (CitizHost *host, GError **error)
{
  return citiz_book_store_foreach (host->db, learn_cb, host->community, error);
}

static gboolean
is_own (CitizHost *host, const CitizPublicKey *node)
{
  return citiz_public_key_equal (node, citiz_signing_key_get_public (host->key));
}

static gboolean
validates (CitizHost *host, const CitizPublicKey *node)
{
  return citiz_validators_find (citiz_replica_get_validators (host->replica), node) >= 0;
}

/* Who validates or was admitted is called; who only asks to come in calls. */
static gboolean
is_called (CitizHost *host, const CitizPublicKey *node)
{
  const CitizLedger *ledger = citiz_chain_ledger (host->chain, NULL);

  return validates (host, node) || (ledger != NULL && citiz_ledger_is_member (ledger, node));
}

/* https://… is called as wss://…/v1/peer, http://… as ws://… So is this node's own address: another machine with its key may be there. */
static void
expect_all (CitizHost *host)
{
  for (guint i = 0; i < host->community->members->len; i++)
    {
      const CitizHostMember *other = host->community->members->pdata[i];
      g_autofree gchar *url = NULL;

      if (g_str_has_prefix (other->url, "http") && is_called (host, &other->node))
        url = g_strdup_printf ("ws%s" CITIZ_MEMBER_PATH, other->url + strlen ("http"));
      citiz_member_expect (host->member, &other->node, url);
    }
}

static gboolean
has_founded (CitizHost *host, const CitizPublicKey *node)
{
  const CitizGenesis *genesis = &host->community->genesis;

  for (guint i = 0; i < genesis->n_founders; i++)
    if (citiz_public_key_equal (&genesis->founders[i].validator.node, node))
      return TRUE;
  return FALSE;
}

/* Parts of grants: the others, whom the doctor's page asks too; also a founder whom others have left behind and who holds parts of before. */
static void
set_neighbours (CitizHost *host)
{
  const GPtrArray *members = host->community->members;
  g_autofree CitizDealNode *nodes = g_new0 (CitizDealNode, members->len);
  guint n = 0;

  for (guint i = 0; i < members->len; i++)
    {
      const CitizHostMember *member = members->pdata[i];

      if (is_own (host, &member->node) || is_called (host, &member->node)
          || has_founded (host, &member->node))
        nodes[n++] = (CitizDealNode){member->node, member->url};
    }
  citiz_node_set_neighbours (host->node, nodes, n);
}

static void
look_around (CitizHost *host)
{
  expect_all (host);
  set_neighbours (host);
}

static GBytes *
address_bytes (const CitizPublicKey *node, const gchar *url, const gchar *operator_)
{
  CitizMessage message = {.kind = CITIZ_MESSAGE_ADDRESS, .node = *node};

  g_strlcpy (message.url, url, sizeof message.url);
  g_strlcpy (message.operator_, operator_, sizeof message.operator_);
  return citiz_message_encode (&message);
}

static void
tell_own (CitizHost *host)
{
  g_autoptr (GBytes) bytes = address_bytes (citiz_signing_key_get_public (host->key),
                                            host->config->url, host->config->operator_);

  citiz_member_tell (host->member, bytes);
}

/* A node has told where it is, as the ledger holds it. The new is passed on. */
static void
address_cb (CitizReplica *replica,
            const CitizPublicKey *node,
            const gchar *url,
            const gchar *operator_,
            CitizHost *host)
{
  g_autoptr (GBytes) bytes = NULL;
  g_autoptr (GError) error = NULL;

  if (!citiz_host_community_learn (host->community, node, url, operator_))
    return;
  if (!citiz_book_store_put (host->db, node, url, operator_, &error))
    g_warning ("event=address-not-kept why=%s", error->message);
  bytes = address_bytes (node, url, operator_);
  citiz_member_tell (host->member, bytes);
  look_around (host);
}

/* Who has just been linked hears the addresses that its founding file may not hold. */
static void
connected_cb (CitizPeers *peers, const CitizPublicKey *key, CitizHost *host)
{
  for (guint i = 0; i < host->community->members->len; i++)
    {
      const CitizHostMember *member = host->community->members->pdata[i];
      g_autoptr (GBytes) bytes = address_bytes (&member->node, member->url, member->operator_);

      (void) citiz_peers_send (peers, key, bytes);
    }
  host->tellings = MAX (host->tellings, 1);
  g_hash_table_remove (host->lost, key);
  citiz_host_voice_doubt (host, key);
}

static void
disconnected_cb (CitizPeers *peers, const CitizPublicKey *key, CitizHost *host)
{
  const CitizTime now = citiz_env_now (host->env);

  if (validates (host, key))
    g_hash_table_insert (host->lost, g_memdup2 (key, sizeof *key),
                         g_memdup2 (&now.ms, sizeof now.ms));
}

/* Whether another machine runs with this node's key just now: it has called or was called, or votes. */
gboolean
citiz_host_has_twin (CitizHost *host)
{
  return citiz_peers_has_twin (citiz_member_get_peers (host->member))
         || citiz_replica_has_twin (host->replica);
}

/* Since when a node that is not linked is away; who was never here since the start, at least since then. */
void
citiz_host_add_absence (CitizHost *host, const CitizPublicKey *node, json_t *json)
{
  const gint64 *lost = g_hash_table_lookup (host->lost, node);

  json_object_set_new (json, "since",
                       json_integer ((json_int_t) (lost != NULL ? *lost : host->born.ms)));
  json_object_set_new (json, "met", json_boolean (lost != NULL));
}

/* Life ***********************************************************************/

static void
epoch_cb (CitizReplica *replica, guint64 epoch, CitizHost *host)
{
  const CitizValidators *validators = citiz_replica_get_validators (replica);

  for (guint i = 0; i < validators->n; i++)
    if (!is_own (host, &validators->v[i].node))
      citiz_host_voice_doubt (host, &validators->v[i].node);
  g_message ("event=epoch epoch=%" G_GUINT64_FORMAT " validators=%u signs=%s", epoch, validators->n,
             citiz_replica_get_place (replica) != CITIZ_CSX_NOBODY ? "yes" : "no");
  look_around (host);
}

/* The configuration says something else than the others know. */
static gboolean
has_moved (CitizHost *host, const CitizHostMember *own)
{
  return !g_str_equal (own->url, host->config->url)
         || !g_str_equal (own->operator_, host->config->operator_);
}

void
citiz_host_members_start (CitizHost *host)
{
  const CitizTxParams params = {.sponsored = 1, .quota = QUOTA, .rate = RATE, .work = WORK};
  const CitizHostMember *own
      = citiz_host_community_find (host->community, citiz_signing_key_get_public (host->key));

  look_around (host);
  citiz_node_run (host->node, host->config->url);
  g_signal_connect (host->replica, "address", G_CALLBACK (address_cb), host);
  g_signal_connect (host->replica, "epoch", G_CALLBACK (epoch_cb), host);
  g_signal_connect (citiz_member_get_peers (host->member), "connected", G_CALLBACK (connected_cb),
                    host);
  g_signal_connect (citiz_member_get_peers (host->member), "disconnected",
                    G_CALLBACK (disconnected_cb), host);
  host->steward = citiz_steward_new (host->db, host->chain, host->replica,
                                     citiz_node_get_order (host->node), host->journals, host->key);
  host->moving = own != NULL && has_moved (host, own) ? MOVE_BEATS : 0;
  if (host->config->admission > 0)
    citiz_steward_admit (host->steward, &params);
}

void
citiz_host_members_stop (CitizHost *host)
{
  if (host->member != NULL)
    g_signal_handlers_disconnect_by_data (citiz_member_get_peers (host->member), host);
  g_clear_pointer (&host->steward, citiz_steward_free);
}

/* Of two machines with one key none takes the other's place: who stays says where it is when the other has been stopped. */
static void
present (CitizHost *host)
{
  if (host->moving == 0)
    return;
  host->moving = citiz_host_has_twin (host) ? MOVE_BEATS : host->moving - 1;
  if (host->moving == 0)
    citiz_steward_present (host->steward, host->config->url, host->config->operator_);
}

void
citiz_host_members_beat (CitizHost *host)
{
  present (host);
  if (host->tellings == 0)
    return;
  host->tellings--;
  tell_own (host);
}

/* What nodes have said of themselves may change who is called. */
void
citiz_host_members_final (CitizHost *host, const CitizBlock *block)
{
  for (guint i = 0; i < block->txs->len; i++)
    {
      const CitizTx *tx = block->txs->pdata[i];

      if (tx->type == CITIZ_TX_NODE_JOIN)
        host->tellings = TELL_BEATS;
      if (tx->type == CITIZ_TX_APPROVE || tx->type == CITIZ_TX_NODE_LEAVE)
        look_around (host);
    }
}

/**
 * citiz_host_route_epochs:
 *
 * GET /v1/epochs?from=EPOCH: what takes who holds the validators of an epoch to the next one's, from that epoch on: for each a u32
 * length and citiz_closing_encode().
 */
void
citiz_host_route_epochs (CitizHostCall *call)
{
  const gint64 from = citiz_host_query (call->request, "from", 0);
  g_autoptr (GByteArray) out = g_byte_array_new ();

  if (from < 0)
    {
      citiz_host_answer_error (call, 400, "format");
      return;
    }
  for (guint64 epoch = (guint64) from; epoch < (guint64) from + CITIZ_HOST_EPOCHS_MAX; epoch++)
    {
      g_autoptr (CitizClosing) closing = citiz_chain_closing (call->host->chain, epoch, NULL);
      g_autoptr (GBytes) bytes = closing != NULL ? citiz_closing_encode (closing) : NULL;
      const guint8 *view;
      gsize n;

      if (bytes == NULL)
        break;
      view = g_bytes_get_data (bytes, &n);
      citiz_put_u32 (out, (guint32) n);
      citiz_put_bytes (out, view, n);
    }
  citiz_host_answer_bytes (call, 200, BINARY, g_bytes_new (out->data, out->len));
}

/* GET /v1/community: the founding document, and where nodes are as far as this one knows: what another node is set up with. */
void
citiz_host_route_community (CitizHostCall *call)
{
  gchar *text = citiz_host_community_encode (call->host->community);

  citiz_host_answer_bytes (call, 200, "application/json", g_bytes_new_take (text, strlen (text)));
}
