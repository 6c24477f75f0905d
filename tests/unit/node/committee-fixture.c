/* Four nodes of one ledger over real sockets in one process. SPDX-License-Identifier: AGPL-3.0-or-later */
#include "committee-fixture.h"

#include "net/citiz-http-client.h"
#include "store/citiz-db.h"

#include "../tools.h"
#include <string.h>

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
static CitizHttpClient *client;

static CitizTime
env_now (gpointer data)
{
  CitizTime now = citiz_env_now (citiz_env_system ());

  now.ms += ((Committee *) data)->ahead;
  return now;
}

static gint64
env_steady (gpointer data)
{
  return g_get_monotonic_time () / 1000 + ((Committee *) data)->waited;
}

static void
handler_cb (const CitizHttpRequest *request, CitizHttpResponse *response, gpointer data)
{
  response->status = 404;
}

static void
socket_cb (CitizSocket *socket, const gchar *path, gpointer data)
{
  Seat *seat = data;

  if (seat->member != NULL)
    citiz_member_answer (seat->member, socket);
}

static gchar *
journal_path (Seat *seat)
{
  return g_build_filename (seat->dir, "epoch-0.journal", NULL);
}

static void
introduce (Committee *world)
{
  CitizDealNode nodes[COMMITTEE];

  for (guint i = 0; i < COMMITTEE; i++)
    {
      Seat *seat = &world->seats[i];

      if (seat->node == NULL)
        return;
      nodes[i] = (CitizDealNode){*citiz_node_get_public (seat->node),
                                 citiz_node_get_origin (seat->node)};
    }
  for (guint i = 0; i < COMMITTEE; i++)
    citiz_node_set_neighbours (world->seats[i].node, nodes, COMMITTEE);
}

void
seat_up (Seat *seat)
{
  Committee *world = seat->world;
  g_autofree gchar *path = journal_path (seat);
  g_autoptr (CitizReplica) replica = NULL;
  g_autoptr (GError) error = NULL;
  const gchar *origin;

  seat->db = citiz_db_open (seat->dir, CITIZ_DB_CREATE, &error);
  g_assert_no_error (error);
  seat->chain = citiz_chain_open_shared (seat->db, &world->env, &world->genesis, &error);
  g_assert_no_error (error);
  seat->journal = citiz_journal_open (path, &world->genesis.salt, 0, seat->key, &error);
  g_assert_no_error (error);
  replica = citiz_replica_new (seat->db, seat->chain, &world->env, seat->journal,
                               citiz_signing_key_get_public (seat->key), &timing);
  seat->member = citiz_member_new (replica, seat->key, &world->chain_id);
  g_assert_true (citiz_replica_start (replica, &error));
  g_assert_no_error (error);
  for (guint i = 0; i < COMMITTEE; i++)
    if (i != seat->place)
      citiz_member_expect (seat->member, citiz_signing_key_get_public (world->seats[i].key),
                           world->seats[i].url);
  if (world->bare)
    return;
  seat->node = citiz_node_new (seat->db, seat->chain, &world->env, seat->key);
  citiz_node_set_replica (seat->node, replica);
  g_assert_true (citiz_node_start (seat->node, seat->port, &error));
  g_assert_no_error (error);
  origin = citiz_node_get_origin (seat->node);
  seat->port = (guint16) g_ascii_strtoull (strrchr (origin, ':') + 1, NULL, 10);
  introduce (world);
}

void
seat_down (Seat *seat)
{
  g_clear_object (&seat->node);
  g_clear_pointer (&seat->member, citiz_member_free);
  g_clear_pointer (&seat->journal, citiz_journal_close);
  g_clear_pointer (&seat->chain, citiz_chain_close);
  g_clear_pointer (&seat->db, citiz_db_unref);
}

static int
by_key (const void *a, const void *b)
{
  return memcmp (citiz_signing_key_get_public (((const Seat *) a)->key)->b,
                 citiz_signing_key_get_public (((const Seat *) b)->key)->b, 32);
}

static void
found (Committee *world, Seat *seat, guint place)
{
  CitizFounder *founder = &world->genesis.founders[place];
  g_autoptr (GError) error = NULL;
  g_autofree gchar *path = NULL;

  seat->world = world;
  seat->place = place;
  seat->dir = g_dir_make_tmp ("citiz-committee-XXXXXX", NULL);
  path = journal_path (seat);
  seat->journal = citiz_journal_create (path, &world->genesis.salt, 0, seat->key, &error);
  g_assert_no_error (error);
  founder->validator.node = *citiz_signing_key_get_public (seat->key);
  founder->validator.key = *citiz_signing_key_get_public (citiz_journal_get_key (seat->journal));
  citiz_founder_sign (founder, &world->genesis.salt, seat->key);
  g_clear_pointer (&seat->journal, citiz_journal_close);
  seat->server = citiz_http_server_new (&limits, handler_cb, seat);
  citiz_http_server_set_socket_handler (seat->server, socket_cb);
  g_assert_true (citiz_http_server_start (seat->server, 0, &error));
  seat->url = g_strdup_printf ("ws://127.0.0.1:%u" CITIZ_MEMBER_PATH,
                               citiz_http_server_get_port (seat->server));
}

gboolean
committee_met (Committee *world, gconstpointer n)
{
  for (guint i = 0; i < COMMITTEE; i++)
    if (world->seats[i].member != NULL
        && citiz_peers_n_connected (citiz_member_get_peers (world->seats[i].member))
               < GPOINTER_TO_UINT (n))
      return FALSE;
  return TRUE;
}

void
committee_found (Committee *world)
{
  world->env = (CitizEnv){env_now, tools_random, world, env_steady};
  for (guint i = 0; i < COMMITTEE; i++)
    world->seats[i].key = tools_key ((guint8) (i + 1));
  qsort (world->seats, COMMITTEE, sizeof (Seat), by_key);
  world->genesis = (CitizGenesis){
      .version = 1, .protocol = CITIZ_PROTOCOL, .salt = {{43}}, .n_founders = COMMITTEE};
  world->genesis.time = citiz_env_now (&world->env);
  for (guint i = 0; i < COMMITTEE; i++)
    found (world, &world->seats[i], i);
  citiz_genesis_chain_id (&world->chain_id, &world->genesis);
  world->citizen = tools_key (99);
}

static void
all_up (Committee *world)
{
  for (guint i = 0; i < COMMITTEE; i++)
    seat_up (&world->seats[i]);
  committee_until (world, committee_met, GUINT_TO_POINTER (COMMITTEE - 1));
}

void
committee_up (Committee *world, gconstpointer data)
{
  if (client == NULL)
    client = citiz_http_client_new (240000);
  committee_found (world);
  all_up (world);
}

void
committee_cut (Committee *world)
{
  for (guint i = 0; i < COMMITTEE; i++)
    citiz_peers_stop (citiz_member_get_peers (world->seats[i].member));
}

void
committee_mend (Committee *world)
{
  for (guint i = 0; i < COMMITTEE; i++)
    seat_down (&world->seats[i]);
  all_up (world);
}

static void
seat_clear (Seat *seat)
{
  seat_down (seat);
  g_clear_object (&seat->server);
  tools_remove_folder (seat->dir);
  g_free (seat->dir);
  g_free (seat->url);
  citiz_signing_key_unref (seat->key);
}

void
committee_down (Committee *world, gconstpointer data)
{
  for (guint i = 0; i < COMMITTEE; i++)
    seat_clear (&world->seats[i]);
  citiz_signing_key_unref (world->citizen);
}

gboolean
committee_run (Committee *world,
               gboolean (*done) (Committee *world, gconstpointer arg),
               gconstpointer arg,
               guint seconds)
{
  return RUN_FOR (seconds, done (world, arg));
}

void
committee_until (Committee *world,
                 gboolean (*done) (Committee *world, gconstpointer arg),
                 gconstpointer arg)
{
  g_assert_true (committee_run (world, done, arg, COMMITTEE_PATIENCE));
}

static gboolean
is_answered (Committee *world, gconstpointer reply)
{
  return ((const Reply *) reply)->done;
}

void
committee_wait (Committee *world, Reply *reply)
{
  committee_until (world, is_answered, reply);
}

static void
answered_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  Reply *reply = data;

  reply->body
      = citiz_http_client_ask_finish (CITIZ_HTTP_CLIENT (source), result, &reply->status, NULL);
  if (reply->body == NULL)
    reply->status = 0;
  else
    reply->json = json_loadb (g_bytes_get_data (reply->body, NULL), g_bytes_get_size (reply->body),
                              0, NULL);
  reply->done = TRUE;
}

Reply *
committee_ask (Committee *world,
               guint seat,
               const gchar *method,
               const gchar *path,
               const gchar *type,
               const gchar *authorization,
               GBytes *body)
{
  g_autofree gchar *url = g_strdup_printf ("http://127.0.0.1:%u%s", world->seats[seat].port, path);
  CitizHttpAsk ask = {.method = method,
                      .url = url,
                      .content_type = type,
                      .authorization = authorization,
                      .body = body,
                      .answer_max = 8u << 20};
  Reply *reply = g_new0 (Reply, 1);

  citiz_http_client_ask (client, &ask, NULL, answered_cb, reply);
  return reply;
}

Reply *
committee_post (Committee *world,
                guint seat,
                const CitizDeal *deal,
                const gchar *verb,
                json_t *body)
{
  g_autofree gchar *hex = citiz_id_to_hex (&deal->body.id);
  g_autofree gchar *path = g_strdup_printf ("/v1/grants/%s/%s", hex, verb);
  char *text = json_dumps (body, JSON_COMPACT);
  g_autoptr (GBytes) bytes = g_bytes_new (text, strlen (text));

  free (text);
  json_decref (body);
  return committee_ask (world, seat, "POST", path, "text/plain", NULL, bytes);
}

void
reply_free (Reply *reply)
{
  g_assert_true (reply->done);
  g_clear_pointer (&reply->body, g_bytes_unref);
  json_decref (reply->json);
  g_free (reply);
}

const gchar *
reply_string (const Reply *reply, const gchar *key)
{
  return json_string_value (json_object_get (reply->json, key));
}

void
committee_submit (Committee *world, guint seat, CitizTxType type, const CitizTxBody *body)
{
  CitizReplica *replica = citiz_member_get_replica (world->seats[seat].member);
  g_autoptr (GPtrArray) txs = g_ptr_array_new_with_free_func ((GDestroyNotify) citiz_tx_unref);
  g_autoptr (GError) error = NULL;

  citiz_chain_add_register (world->seats[seat].chain, txs, world->citizen, NULL, &world->account);
  citiz_chain_add (world->seats[seat].chain, txs, type, &world->account, 0, body, world->citizen);
  for (guint i = 0; i < txs->len; i++)
    {
      g_assert_true (citiz_replica_submit (replica, txs->pdata[i], &error));
      g_assert_no_error (error);
    }
}

guint
place_of (const CitizDeal *deal, const Committee *world, guint seat)
{
  for (guint i = 0; i < deal->parts->len; i++)
    if (citiz_public_key_equal (&deal->body.committee[i].node,
                                citiz_signing_key_get_public (world->seats[seat].key)))
      return i;
  g_assert_not_reached ();
}

Reply *
committee_hand (Committee *world, guint seat, const CitizDeal *deal)
{
  g_autofree gchar *hex = citiz_id_to_hex (&deal->body.id);
  g_autofree gchar *path = g_strdup_printf ("/v1/grants/%s/shares", hex);
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) body
      = citiz_hand_seal (deal, place_of (deal, world, seat), NULL, TRUE, &error);

  g_assert_no_error (error);
  return committee_ask (world, seat, "POST", path, "application/octet-stream", NULL, body);
}

/* The node's word is good: it names this part, this capsule. */
static void
check_word (Committee *world, guint seat, const CitizDeal *deal, Reply *reply)
{
  const guint place = place_of (deal, world, seat);
  g_autoptr (GBytes) signature = NULL;

  committee_wait (world, reply);
  g_assert_cmpuint (reply->status, ==, 200);
  signature = citiz_base64url_decode (reply_string (reply, "signature"));
  g_assert_true (citiz_held_verify (g_bytes_get_data (signature, NULL), &deal->body.id,
                                    (guint8) (place + 1), &deal->body.committee[place].commitment,
                                    &deal->body.capsule,
                                    citiz_signing_key_get_public (world->seats[seat].key)));
}

CitizDeal *
committee_make (Committee *world,
                guint max_openings,
                const gchar *passcode,
                CitizDealNode nodes[COMMITTEE])
{
  CitizDealOptions options = {.duration_ms = CITIZ_DAY,
                              .max_openings = max_openings,
                              .now = citiz_chain_time (world->seats[0].chain),
                              .label = "Lucie B.",
                              .passcode = passcode,
                              .scope = "{}",
                              .nodes = nodes,
                              .n_nodes = COMMITTEE,
                              .threshold = QUORUM,
                              .stalled = world->stalled};
  json_t *bundle = world->bundle
                       ? json_incref (world->bundle)
                       : json_pack ("{s:s, s:s}", "resourceType", "Bundle", "type", "document");
  g_autoptr (GError) error = NULL;
  CitizDeal *deal;

  for (guint i = 0; i < COMMITTEE; i++)
    nodes[i] = (CitizDealNode){*citiz_signing_key_get_public (world->seats[i].key),
                               citiz_node_get_origin (world->seats[i].node)};
  deal = citiz_deal_new (&world->env, bundle, &options, &error);
  g_assert_no_error (error);
  json_decref (bundle);
  return deal;
}

CitizDeal *
committee_deal (Committee *world, guint max_openings, const gchar *passcode, guint handed)
{
  CitizDealNode nodes[COMMITTEE];
  CitizDeal *deal = committee_make (world, max_openings, passcode, nodes);
  CitizTxBody body = {.grant = deal->body};
  Reply *words[COMMITTEE];

  /* Parts go out at once; the nodes wait for the grant. */
  for (guint i = 0; i < handed; i++)
    words[i] = committee_hand (world, i, deal);
  committee_submit (world, 0, CITIZ_TX_GRANT, &body);
  for (guint i = 0; i < handed; i++)
    {
      check_word (world, i, deal, words[i]);
      reply_free (words[i]);
    }
  return deal;
}

void
committee_revoke (Committee *world, const CitizDeal *deal)
{
  CitizTxBody body = {.revoke = {.grant = deal->body.id}};

  committee_submit (world, 0, CITIZ_TX_GRANT_REVOKE, &body);
}

json_t *
opening_fields (Committee *world, const CitizDeal *deal, guint use, const gchar *reader)
{
  gchar empty[] = "", lang[] = "fr";
  g_autofree gchar *name = g_strdup (reader);
  CitizNote note = {name, empty, empty, empty, lang, empty};
  g_autoptr (GBytes) sealed = citiz_note_seal (&world->env, CITIZ_NOTE_MODE_PAGE, &deal->body.id,
                                               deal->secrets->k_r, &note);
  g_autofree gchar *note_text
      = citiz_base64url_encode (g_bytes_get_data (sealed, NULL), g_bytes_get_size (sealed));
  g_autofree gchar *a_text = NULL;
  CitizHash a;

  citiz_grant_chain_value (&a, &deal->body.id, deal->secrets->t, deal->body.max_openings - use);
  a_text = citiz_base64url_encode (a.b, sizeof a.b);
  return json_pack ("{s:i, s:s, s:s}", "use", (int) use, "a", a_text, "note", note_text);
}

json_t *
release_fields (Committee *world, const CitizDeal *deal, guint seat, const gchar *opening)
{
  const CitizDealPart *part = deal->parts->pdata[place_of (deal, world, seat)];
  g_autoptr (CitizSecret) token = citiz_grant_token (&deal->body.id, deal->secrets->t, &part->node);
  g_autofree gchar *text = citiz_base64url_encode (citiz_secret_data (token), 32);

  return json_pack ("{s:s, s:s}", "opening", opening, "token", text);
}

Reply *
committee_open (Committee *world, guint seat, const CitizDeal *deal, guint use)
{
  Reply *reply = committee_post (world, seat, deal, "open",
                                 opening_fields (world, deal, use, "Dre Ouellet"));

  committee_wait (world, reply);
  return reply;
}

gchar *
committee_opening (Committee *world, guint seat, const CitizDeal *deal, guint use)
{
  g_autoptr (Reply) reply = committee_open (world, seat, deal, use);

  g_assert_cmpuint (reply->status, ==, 200);
  return g_strdup (reply_string (reply, "opening"));
}
