/* Nodes of a community that a citizen's app meets. SPDX-License-Identifier: AGPL-3.0-or-later */
#include "community-world.h"

#include "crypto/citiz-hash.h"
#include "ledger/citiz-ledger-error.h"

#include <string.h>

/* Its nodes go by another name than those that other programs look for on this computer: whoever still asks a port for the node that had it before is
 * not counted as asking these. */
static const gchar *const hosts[] = {"localhost", NULL};
static const CitizHttpLimits limits = {.hosts = hosts,
                                       .connections_max = 64,
                                       .deadline_ms = 30000,
                                       .body_max = 16384,
                                       .rate_per_second = 100000,
                                       .rate_burst = 100000};

static void
answer (CitizHttpResponse *response, guint status, gchar *text)
{
  response->status = status;
  response->content_type = "application/json";
  response->body = g_bytes_new_take (text, strlen (text));
}

static void
answer_bytes (CitizHttpResponse *response, GBytes *bytes)
{
  response->status = 200;
  response->content_type = "application/octet-stream";
  response->body = bytes;
}

/* Reading ********************************************************************/

static void
answer_genesis (CommunityNode *node, CitizHttpResponse *response)
{
  CitizGenesis genesis = node->of->shared.genesis;

  if (node->manner == NODE_STRANGER)
    genesis.time.ms++;
  answer_bytes (response, citiz_genesis_encode (&genesis));
}

static void
answer_status (CommunityNode *node, CitizHttpResponse *response)
{
  CommunityWorld *world = node->of;
  g_autofree gchar *chain = citiz_hash_to_hex (&world->shared.chain_id);
  g_autoptr (GString) members = g_string_new (NULL);
  guint voting = SHARED_N - node->mute;

  for (guint i = 0; i < SHARED_N; i++)
    {
      const CommunityNode *other = &world->nodes[i];
      const CitizPublicKey *key = citiz_signing_key_get_public (other->key);
      g_autofree gchar *name = citiz_base64url_encode (key->b, sizeof key->b);

      g_string_append_printf (
          members,
          "%s{\"node\":\"%s\",\"operator\":\"Operator %u\",\"url\":\"%s\",\"linked\":true,\"silent\":%s}",
          i > 0 ? "," : "", name, world->one_operator ? 1 : i + 1,
          node->late && other->before != NULL ? other->before : other->url,
          (node->hears_not >> i & 1) != 0 ? "true" : "false");
      voting -= node->hears_not >> i & 1;
    }
  answer (response, 200,
          g_strdup_printf (
              "{\"chain\":\"%s\",\"height\":%u,\"epoch\":%" G_GUINT64_FORMAT
              ",\"watchers\":%u,\"mode\":\"%s\",\"voting\":%u,\"waiting\":%u,\"members\":[%s]}",
              chain, world->blocks->len, citiz_ledger_epoch (world->shared.ledger), node->watchers,
              node->mute ? "muted" : "signing", voting,
              world->taken->len + (node >= &world->nodes[world->n_silent] ? world->others : 0),
              members->str));
}

/* A wrong bit in a Final certificate's last signature. */
static GBytes *
encode (CommunityNode *node, const CitizBlock *block)
{
  g_autoptr (GBytes) bytes = citiz_block_encode (block, TRUE);
  gsize n;
  guint8 *copy = g_bytes_unref_to_data (g_steal_pointer (&bytes), &n);

  if (node->manner == NODE_LIAR)
    copy[n - 5] ^= 1;
  return g_bytes_new_take (copy, n);
}

static void
answer_blocks (CommunityNode *node, const gchar *query, CitizHttpResponse *response)
{
  const guint64 from = g_ascii_strtoull (query + strlen ("from="), NULL, 10);
  const guint64 max = g_ascii_strtoull (strstr (query, "max=") + strlen ("max="), NULL, 10);
  g_autoptr (GByteArray) out = g_byte_array_new ();

  for (guint64 i = from; i < from + max && i <= node->of->blocks->len; i++)
    {
      g_autoptr (GBytes) bytes = encode (node, node->of->blocks->pdata[i - 1]);
      gsize n;
      const guint8 *view = g_bytes_get_data (bytes, &n);

      citiz_put_u32 (out, (guint32) n);
      citiz_put_bytes (out, view, n);
    }
  answer_bytes (response, g_bytes_new (out->data, out->len));
}

/* Coming late ****************************************************************/

static void
answer_epochs (CommunityWorld *world, const gchar *query, CitizHttpResponse *response)
{
  const guint64 from = g_ascii_strtoull (query + strlen ("from="), NULL, 10);
  g_autoptr (GByteArray) out = g_byte_array_new ();
  g_autoptr (CitizClosing) closing = citiz_chain_closing (world->shared.chain, from, NULL);
  g_autoptr (GBytes) bytes = closing != NULL ? citiz_closing_encode (closing) : NULL;

  if (bytes != NULL)
    {
      citiz_put_u32 (out, (guint32) g_bytes_get_size (bytes));
      citiz_put_bytes (out, g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes));
    }
  answer_bytes (response, g_bytes_new (out->data, out->len));
}

static void
answer_snapshot (CommunityNode *node, const gchar *path, CitizHttpResponse *response)
{
  g_auto (GStrv) parts = g_strsplit (path, "/", 3); /* "", epoch, place */
  const guint64 epoch = g_ascii_strtoull (parts[1], NULL, 10);
  CitizChain *chain = node->of->shared.chain;
  GBytes *bytes = parts[2] == NULL ? citiz_chain_snapshot_list (chain, epoch)
                                   : citiz_chain_snapshot_chunk (
                                       chain, epoch, (guint) g_ascii_strtoull (parts[2], NULL, 10));

  node->chunks += parts[2] != NULL;
  if (bytes == NULL)
    response->status = 404;
  else
    answer_bytes (response, bytes);
}

void
community_world_end_epoch (CommunityWorld *world, guint crowd)
{
  g_autoptr (GPtrArray) blocks = NULL;
  g_autoptr (GError) error = NULL;

  for (guint n = 0; n < crowd; n += MIN (crowd - n, 500))
    g_ptr_array_add (world->blocks, shared_world_crowd (&world->shared, MIN (crowd - n, 500)));
  blocks = shared_world_end_epoch (&world->shared);
  g_ptr_array_extend_and_steal (world->blocks, g_steal_pointer (&blocks));
  citiz_chain_give_snapshots (world->shared.chain);
  g_assert_true (
      citiz_chain_follow (world->shared.chain, world->blocks, CITIZ_LEVEL_STRUCTURAL, &error));
  g_assert_no_error (error);
}

/* Saying *********************************************************************/

static void
order (CommunityWorld *world, CitizTx *tx)
{
  g_autoptr (CitizChanges) changes = citiz_changes_new ();

  g_ptr_array_add (world->blocks, shared_world_order (&world->shared, tx, changes, TRUE));
  world->ordered++;
}

static gboolean
is_taken (GPtrArray *taken, const CitizTx *tx)
{
  for (guint i = 0; i < taken->len; i++)
    if (citiz_hash_equal (citiz_tx_get_id (taken->pdata[i]), citiz_tx_get_id (tx)))
      return TRUE;
  return FALSE;
}

static const gchar *
refusal (CommunityWorld *world, CitizTx *tx)
{
  g_autoptr (GPtrArray) txs = g_ptr_array_new ();
  g_autoptr (GError) error = NULL;

  for (guint i = 0; i < world->taken->len; i++)
    g_ptr_array_add (txs, world->taken->pdata[i]);
  g_ptr_array_add (txs, tx);
  if (citiz_ledger_try (world->shared.ledger, txs, world->shared.now, NULL, NULL, &error))
    return NULL;
  if (g_error_matches (error, CITIZ_LEDGER_ERROR, CITIZ_LEDGER_ERROR_NONCE))
    return "nonce";
  if (g_error_matches (error, CITIZ_LEDGER_ERROR, CITIZ_LEDGER_ERROR_EXISTS))
    return "exists";
  if (g_error_matches (error, CITIZ_LEDGER_ERROR, CITIZ_LEDGER_ERROR_WORK))
    return "work";
  return g_error_matches (error, CITIZ_LEDGER_ERROR, CITIZ_LEDGER_ERROR_ACCOUNT) ? "account"
                                                                                 : "other";
}

static void
answer_tx (CommunityWorld *world, const CitizHttpRequest *request, CitizHttpResponse *response)
{
  gsize n;
  const guint8 *bytes = g_bytes_get_data (request->body, &n);
  g_autoptr (CitizTx) tx = citiz_tx_decode (bytes, n, NULL);
  const gchar *why = is_taken (world->taken, tx) ? NULL : refusal (world, tx);

  if (why != NULL)
    {
      answer (response, 422, g_strdup_printf ("{\"error\":\"%s\"}", why));
      return;
    }
  if (!world->stalled)
    order (world, tx);
  else if (!is_taken (world->taken, tx))
    g_ptr_array_add (world->taken, citiz_tx_ref (tx));
  answer (response, 202, g_strdup ("{\"state\":\"pending\"}"));
}

static void
answer_vouch (CommunityNode *node, const CitizHttpRequest *request, CitizHttpResponse *response)
{
  static const struct
  {
    guint status;
    const gchar *word;
  } refusals[] = {[VOUCH_USED_UP] = {403, "token"},
                  [VOUCH_QUOTA] = {429, "quota"},
                  [VOUCH_BEHIND] = {422, "account"},
                  [VOUCH_SILENT] = {503, "node"}};
  CommunityWorld *world = node->of;
  gsize n;
  const guint8 *bytes = g_bytes_get_data (request->body, &n);
  g_autoptr (CitizTx) tx = citiz_tx_decode (bytes + CITIZ_INVITATION_TOKEN_SIZE,
                                            n - CITIZ_INVITATION_TOKEN_SIZE, NULL);
  g_autoptr (CitizTx) vouched = NULL;
  const gchar *why;

  g_assert_nonnull (tx);
  g_assert_true (citiz_public_key_equal (&tx->sponsor, citiz_signing_key_get_public (node->key)));
  if (world->vouch != VOUCH_GOOD)
    {
      answer (response, refusals[world->vouch].status,
              g_strdup_printf ("{\"error\":\"%s\"}", refusals[world->vouch].word));
      return;
    }
  vouched = citiz_tx_vouch (tx, node->key);
  why = refusal (world, vouched);
  if (why != NULL)
    {
      answer (response, 422, g_strdup_printf ("{\"error\":\"%s\"}", why));
      return;
    }
  world->vouched++;
  answer_bytes (response, g_bytes_ref (citiz_tx_get_bytes (vouched)));
}

static void
handler_cb (const CitizHttpRequest *request, CitizHttpResponse *response, gpointer data)
{
  CommunityNode *node = data;

  node->asked++;
  if (node->manner == NODE_DOWN)
    answer (response, 500, g_strdup ("{\"error\":\"node\"}"));
  else if (g_str_equal (request->path, "/v1/genesis"))
    answer_genesis (node, response);
  else if (g_str_equal (request->path, "/v1/status"))
    answer_status (node, response);
  else if (g_str_equal (request->path, "/v") && node->page != NULL)
    answer (response, 200, g_strdup (node->page));
  else if (g_str_equal (request->path, "/v1/blocks"))
    answer_blocks (node, request->query, response);
  else if (g_str_equal (request->path, "/v1/epochs"))
    answer_epochs (node->of, request->query, response);
  else if (g_str_has_prefix (request->path, "/v1/snapshots/"))
    answer_snapshot (node, request->path + strlen ("/v1/snapshots"), response);
  else if (g_str_equal (request->path, "/v1/tx"))
    answer_tx (node->of, request, response);
  else if (g_str_equal (request->path, CITIZ_VOUCH_PATH))
    answer_vouch (node, request, response);
  else
    response->status = 404;
}

/* The world ******************************************************************/

static CitizSigningKey *
key_of (SharedWorld *shared, guint place)
{
  for (guint i = 0; i < SHARED_N; i++)
    if (citiz_public_key_equal (&shared->genesis.founders[place].validator.node,
                                citiz_signing_key_get_public (shared->nodes[i])))
      return shared->nodes[i];
  g_assert_not_reached ();
}

static void
open_node (CommunityNode *node)
{
  node->server = citiz_http_server_new (&limits, handler_cb, node);
  g_assert_true (citiz_http_server_start (node->server, 0, NULL));
  node->url = g_strdup_printf ("http://localhost:%u", citiz_http_server_get_port (node->server));
}

void
community_world_init (CommunityWorld *world)
{
  memset (world, 0, sizeof *world);
  shared_world_init (&world->shared, NULL);
  world->blocks = g_ptr_array_new_with_free_func ((GDestroyNotify) citiz_block_free);
  world->taken = g_ptr_array_new_with_free_func ((GDestroyNotify) citiz_tx_unref);
  for (guint i = 0; i < SHARED_N; i++)
    {
      CommunityNode *node = &world->nodes[i];

      node->of = world;
      node->place = i;
      node->key = key_of (&world->shared, i);
      open_node (node);
    }
}

void
community_world_clear (CommunityWorld *world)
{
  for (guint i = 0; i < SHARED_N; i++)
    {
      g_clear_object (&world->nodes[i].server);
      g_free (world->nodes[i].url);
      g_free (world->nodes[i].before);
    }
  while (g_main_context_iteration (NULL, FALSE))
    ;
  g_ptr_array_unref (world->blocks);
  g_ptr_array_unref (world->taken);
  shared_world_clear (&world->shared, NULL);
}

/* Two of the four nodes are named: the others are found. */
void
community_world_invitation (CommunityWorld *world, gboolean token, CitizInvitation *out)
{
  static const guint8 secret[CITIZ_INVITATION_TOKEN_SIZE] = {7, 7, 7};

  citiz_invitation_init (out, &world->shared.chain_id, "Les Cèdres");
  for (guint i = 0; i < 2; i++)
    citiz_invitation_add_node (out, citiz_signing_key_get_public (world->nodes[i].key),
                               world->nodes[i].url);
  if (token)
    citiz_invitation_set_token (out, secret);
}

void
community_world_grow (CommunityWorld *world, guint n)
{
  for (guint i = 0; i < n; i++)
    {
      g_autoptr (CitizTx) tx = shared_world_tx (&world->shared);

      order (world, tx);
    }
}

void
community_world_go_on (CommunityWorld *world)
{
  world->stalled = FALSE;
  for (guint i = 0; i < world->taken->len; i++)
    order (world, world->taken->pdata[i]);
  g_ptr_array_set_size (world->taken, 0);
}

guint
community_world_count (CommunityWorld *world, CitizTxType type)
{
  guint n = 0;

  for (guint i = 0; i < world->blocks->len; i++)
    {
      const CitizBlock *block = world->blocks->pdata[i];

      for (guint k = 0; k < block->txs->len; k++)
        n += ((const CitizTx *) block->txs->pdata[k])->type == type;
    }
  return n;
}

/* What a node says. Returns: its transaction's id */
static CitizHash
said (CommunityWorld *world, guint node, CitizTxType type, const CitizTxBody *body)
{
  g_autoptr (CitizTx) tx = citiz_tx_new (type);

  tx->chain_id = world->shared.chain_id;
  tx->account = world->accounts[node];
  tx->nonce = world->nonce[node]++;
  tx->valid_until.ms = world->shared.now.ms + CITIZ_HOUR;
  tx->body = *body;
  citiz_tx_sign (tx, world->nodes[node].key);
  order (world, tx);
  return *citiz_tx_get_id (tx);
}

static void
register_node (CommunityWorld *world, guint i)
{
  CitizTxBody body = {0};

  body.reg.n_keys = 1;
  body.reg.keys[0] = (CitizAccountKey){CITIZ_KEY_ROLE_DEVICE, CITIZ_ALG_ED25519,
                                       *citiz_signing_key_get_public (world->nodes[i].key)};
  citiz_tx_register_account_id (&world->accounts[i], &body.reg);
  said (world, i, CITIZ_TX_ACCT_REGISTER, &body);
}

void
community_world_move (CommunityWorld *world, guint i)
{
  CommunityNode *node = &world->nodes[i];
  g_autofree gchar *operator_ = g_strdup_printf ("Operator %u", i + 1);
  g_autoptr (CitizHttpServer) left = g_steal_pointer (&node->server);
  CitizTxBody body = {0};

  g_free (node->before);
  node->before = g_steal_pointer (&node->url);
  open_node (node); /* while the other port is still its own */
  register_node (world, i);
  citiz_sha256 (&body.node_join.operator_, (const guint8 *) operator_, strlen (operator_));
  citiz_sha256 (&body.node_join.url, (const guint8 *) node->url, strlen (node->url));
  said (world, i, CITIZ_TX_NODE_JOIN, &body);
}

void
community_world_set_params (CommunityWorld *world, guint8 work)
{
  CitizTxBody body = {0};
  CitizHash proposal;

  for (guint i = 0; i < 3; i++)
    register_node (world, i);
  body = (CitizTxBody){.params = {1, 100, 0, work}};
  proposal = said (world, 0, CITIZ_TX_PARAMS, &body);
  body = (CitizTxBody){.approve = {proposal}};
  for (guint i = 0; i < 3; i++)
    said (world, i, CITIZ_TX_APPROVE, &body);
}
