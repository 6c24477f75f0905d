/* The same grant for any SMART Health Link client. SPDX-License-Identifier: AGPL-3.0-or-later */
#include "consent/citiz-capsule.h"
#include "consent/citiz-note.h"
#include "node/citiz-node-private.h"

#define NAME_BYTES    32
#define OPENING_TRIES 3

/* A JWE that waits for its one GET. */
typedef struct
{
  CitizId grant;
  gchar *jwe;
  CitizTime until;
} Location;

void
citiz_node_location_free (gpointer data)
{
  Location *location = data;

  g_free (location->jwe);
  g_free (location);
}

/* The standard's answer to everything that is not an active link. */
static void
answer_nothing (CitizNodeCall *call)
{
  citiz_node_answer (call, 404, json_pack ("{s:s}", "error", "not found"));
}

/* T names no grant by itself: the one whose token it makes is the one. */
static gboolean
find_by_secret (CitizNode *self, CitizSecret *t, CitizNodeShare *out, CitizGrantState *state)
{
  g_autoptr (GArray) grants = citiz_node_store_grants (self->db, NULL);

  for (guint i = 0; grants && i < grants->len; i++)
    {
      const CitizId *id = &g_array_index (grants, CitizId, i);
      g_autoptr (CitizSecret) token = citiz_grant_token (id, t, &self->id);
      CitizHash hash;

      citiz_sha256 (&hash, citiz_secret_data (token), 32);
      if (citiz_node_get_share (self, id, out, NULL)
          && citiz_bytes_equal (hash.b, out->token_hash.b, sizeof hash.b))
        return citiz_chain_grant (self->chain, id, state);
    }
  return FALSE;
}

static CitizSecret *
path_secret (CitizNodeCall *call)
{
  g_autoptr (GBytes) bytes
      = strlen (call->star[0]) == 43 ? citiz_base64url_decode (call->star[0]) : NULL;

  return bytes && g_bytes_get_size (bytes) == 32
             ? citiz_secret_new_take_copy (g_bytes_get_data (bytes, NULL), 32)
             : NULL;
}

/* A manifest that is being made: who asked for what, and the shares so far. */
typedef struct
{
  CitizNode *node;
  CitizNodeLater *later;
  gchar *name; /* T as the path has it */
  gchar *recipient;
  CitizSecret *t;
  CitizSecret *pk; /* nullable: of the passcode */
  gint64 embedded_max;
  guint tries;
  CitizGrantState state;
  CitizNodeShare own;
  CitizShare shares[CITIZ_COMMITTEE_MAX];
  guint n_shares;
  guint asked;
} Reading;

static void
reading_free (Reading *reading)
{
  citiz_wipe (&reading->own, sizeof reading->own);
  citiz_wipe (reading->shares, sizeof reading->shares);
  citiz_secret_unref (reading->t);
  g_clear_pointer (&reading->pk, citiz_secret_unref);
  citiz_wipe_text (reading->name);
  g_free (reading->recipient);
  g_object_unref (reading->node);
  g_free (reading);
}

static gboolean
passcode_is_right (CitizNodeCall *call, json_t *json, Reading *reading)
{
  const gchar *passcode = citiz_json_strict_string (json, "passcode", 64);
  CitizHash hash = {{0}};
  guint left = 0;
  g_autoptr (GError) error = NULL;

  if (!reading->own.has_passcode)
    return TRUE;
  if (passcode)
    {
      g_autoptr (CitizSecret) proof = NULL;

      reading->pk = citiz_grant_passcode_key (&reading->own.grant, passcode);
      proof = citiz_grant_passcode_proof (reading->t, &call->node->id, reading->pk);
      citiz_sha256 (&hash, citiz_secret_data (proof), 32);
    }
  if (citiz_node_check_passcode (call->node, &reading->own, &hash, &left, &error))
    return TRUE;
  if (error)
    citiz_node_answer_error (call, error);
  else
    citiz_node_answer (call, 401, json_pack ("{s:i}", "remainingAttempts", (int) left));
  return FALSE;
}

static gboolean
location_is_old (gpointer key, gpointer value, gpointer now)
{
  return ((Location *) value)->until.ms <= ((CitizTime *) now)->ms;
}

/* Returns the address of a one-time GET, or NULL when too many wait. */
static gchar *
keep_for_later (CitizNodeCall *call, const CitizId *grant, gchar *jwe)
{
  CitizNode *self = call->node;
  CitizTime now = citiz_env_now (self->env);
  Location *location;
  guint8 name[NAME_BYTES];
  gchar *text;

  g_hash_table_foreach_remove (self->locations, location_is_old, &now);
  if (g_hash_table_size (self->locations) >= CITIZ_NODE_LOCATIONS_MAX)
    {
      g_free (jwe);
      return NULL;
    }
  location = g_new0 (Location, 1);
  location->grant = *grant;
  location->jwe = jwe;
  location->until.ms = now.ms + CITIZ_NODE_LOCATION_LIFE;
  citiz_env_random (self->env, name, sizeof name);
  text = citiz_base64url_encode (name, sizeof name);
  g_hash_table_replace (self->locations, text, location);
  return g_strconcat (self->origin, "/shl/", call->star[0], "/f/", text, NULL);
}

static void
answer_manifest (CitizNodeCall *call, const CitizGrantState *state, gchar *jwe, gint64 embedded_max)
{
  g_autoptr (GDateTime) made = g_date_time_new_from_unix_utc (state->dealt.ms / CITIZ_SECOND);
  g_autofree gchar *updated = g_date_time_format (made, "%Y-%m-%dT%H:%M:%SZ");
  json_t *file = json_pack ("{s:s, s:s, s:s}", "contentType", "application/fhir+json",
                            "lastUpdated", updated, "status", "finalized");
  g_autofree gchar *location = NULL;

  if ((gint64) strlen (jwe) <= embedded_max)
    {
      json_object_set_new (file, "embedded", json_string (jwe));
      g_free (jwe);
    }
  else if ((location = keep_for_later (call, &state->grant.id, jwe)) != NULL)
    json_object_set_new (file, "location", json_string (location));
  else
    {
      json_decref (file);
      citiz_http_response_header (call->response, "Retry-After", "60");
      citiz_node_answer (call, 429, json_pack ("{s:s}", "error", "locations"));
      return;
    }
  citiz_node_answer (call, 200, json_pack ("{s:[o]}", "files", file));
}

/* The answer goes out, and the reading with it. @error: nullable. */
static void
finish (Reading *reading, const GError *error)
{
  CitizNode *self = reading->node;
  CitizNodeCall call = citiz_node_later_call (reading->later);
  g_autoptr (CitizSecret) k_c = NULL;
  g_autoptr (GBytes) capsule = NULL;
  g_autoptr (GError) own = NULL;
  gchar *jwe = NULL;

  call.star[0] = reading->name;
  if (error == NULL
      && (capsule = citiz_node_store_get_blob (self->db, &reading->own.capsule, &own)) != NULL
      && (k_c = citiz_shamir_combine (reading->shares, reading->n_shares, &own)) != NULL)
    jwe = citiz_capsule_open (&reading->own.grant, k_c, capsule, &own);
  if (jwe)
    answer_manifest (&call, &reading->state, jwe, reading->embedded_max);
  else
    citiz_node_answer_error (&call, error ? error : own);
  citiz_node_later_send (reading->later);
  reading_free (reading);
}

static void
add_share (Reading *reading, guint8 place, const guint8 bytes[32])
{
  CitizShare *share = &reading->shares[reading->n_shares++];

  share->x = place;
  share->n = 32;
  memcpy (share->y, bytes, 32);
}

/* What another node answered: a share that opens the grant's commitment of that node's place, or nothing. */
static gboolean
read_share (Reading *reading, GBytes *answer, guint place)
{
  json_t *json = citiz_json_strict_parse (answer, NULL);
  guint8 share[32], salt[16];
  CitizHash commitment;
  gboolean good;

  good = json && citiz_json_strict_bytes (json, "share", share, sizeof share)
         && citiz_json_strict_bytes (json, "salt", salt, sizeof salt);
  json_decref (json);
  if (!good)
    return FALSE;
  citiz_grant_share_commitment (&commitment, &reading->own.grant, (guint8) place, share, salt);
  good = citiz_hash_equal (&commitment, &reading->state.grant.committee[place - 1].commitment);
  if (good)
    add_share (reading, (guint8) place, share);
  else
    g_warning ("a node of the committee gave a share that is not the grant's");
  citiz_wipe (share, sizeof share);
  return good;
}

/* One question to one node. */
typedef struct
{
  Reading *reading; /* NULL: the others were enough */
  GPtrArray *all;   /* Question, of the same reading */
  guint place;
} Question;

static void
let_go (GPtrArray *questions)
{
  for (guint i = 0; i < questions->len; i++)
    ((Question *) questions->pdata[i])->reading = NULL;
}

static void
answered_cb (GObject *client, GAsyncResult *result, gpointer data)
{
  Question *question = data;
  Reading *reading = question->reading;
  g_autoptr (GPtrArray) all = question->all;
  g_autoptr (GError) error = NULL;
  guint status = 0;
  g_autoptr (GBytes) answer
      = citiz_http_client_ask_finish (CITIZ_HTTP_CLIENT (client), result, &status, &error);

  if (reading == NULL)
    return;
  question->reading = NULL;
  reading->asked--;
  if (answer && status == 200)
    read_share (reading, answer, question->place);
  if (reading->n_shares < reading->state.grant.threshold && reading->asked > 0)
    return;
  let_go (all);
  g_clear_error (&error);
  if (reading->n_shares < reading->state.grant.threshold)
    error = g_error_new_literal (G_IO_ERROR, G_IO_ERROR_TIMED_OUT, "too few shares came");
  finish (reading, error);
}

static GBytes *
question_text (Reading *reading, const CitizHash *opening, const CitizNodeId *node)
{
  g_autoptr (CitizSecret) token = citiz_grant_token (&reading->own.grant, reading->t, node);
  g_autofree gchar *token_text = citiz_base64url_encode (citiz_secret_data (token), 32);
  g_autofree gchar *hex = citiz_hash_to_hex (opening);
  json_t *json = json_pack ("{s:s, s:s}", "opening", hex, "token", token_text);
  char *text;
  GBytes *body;

  if (reading->pk)
    {
      g_autoptr (CitizSecret) proof = citiz_grant_passcode_proof (reading->t, node, reading->pk);
      g_autofree gchar *proof_text = citiz_base64url_encode (citiz_secret_data (proof), 32);

      json_object_set_new (json, "proof", json_string (proof_text));
    }
  text = json_dumps (json, JSON_COMPACT);
  json_decref (json);
  body = g_bytes_new (text, strlen (text));
  free (text);
  return body;
}

static void
ask (Reading *reading, const CitizHash *opening, guint place, GPtrArray *all)
{
  const CitizPublicKey *key = &reading->state.grant.committee[place - 1].node;
  const CitizNodeNeighbour *neighbour = citiz_node_neighbour (reading->node, key);
  g_autofree gchar *grant = citiz_id_to_hex (&reading->own.grant);
  g_autofree gchar *url = NULL;
  g_autoptr (GBytes) body = NULL;
  CitizHttpAsk what = {.method = "POST", .content_type = "application/json", .answer_max = 8192};
  Question *question;
  CitizNodeId node;

  if (neighbour == NULL)
    return;
  memcpy (node.b, key->b, sizeof node.b);
  body = question_text (reading, opening, &node);
  url = g_strconcat (neighbour->origin, "/v1/grants/", grant, "/release", NULL);
  what.url = url;
  what.body = body;
  question = g_new0 (Question, 1);
  question->reading = reading;
  question->all = g_ptr_array_ref (all);
  question->place = place;
  g_ptr_array_add (all, question);
  reading->asked++;
  citiz_http_client_ask (reading->node->client, &what, NULL, answered_cb, question);
}

/* Its own share, and those of the others when it takes more. */
static void
gather (Reading *reading, const CitizHash *opening)
{
  CitizNode *self = reading->node;
  g_autoptr (GPtrArray) all = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (GError) error = NULL;

  add_share (reading, reading->own.place, reading->own.share);
  if (reading->state.grant.threshold == 1)
    {
      finish (reading, NULL);
      return;
    }
  if (self->client == NULL)
    self->client = citiz_http_client_new (CITIZ_NODE_ASK_TIMEOUT);
  for (guint i = 1; i <= reading->state.grant.n_committee; i++)
    if (i != reading->own.place)
      ask (reading, opening, i, all);
  if (reading->asked > 0)
    return;
  error = g_error_new_literal (G_IO_ERROR, G_IO_ERROR_TIMED_OUT, "no other node is known");
  finish (reading, error);
}

static void enter (Reading *reading);

static void
opened_cb (gpointer data, CitizNode *self, const CitizHash *opening, const GError *error)
{
  Reading *reading = data;

  if (error == NULL)
    gather (reading, opening);
  else if (error->domain == CITIZ_LEDGER_ERROR && reading->tries++ < OPENING_TRIES
           && citiz_chain_grant (self->chain, &reading->own.grant, &reading->state)
           && reading->state.status == CITIZ_GRANT_ACTIVE)
    enter (reading); /* another reader was first */
  else
    finish (reading, error);
}

/* The node plays the reader: it writes who asked, opens, joins the shares, takes the outer layer off. */
static void
enter (Reading *reading)
{
  CitizNode *self = reading->node;
  const CitizTxGrant *grant = &reading->state.grant;
  gchar empty[] = "";
  CitizNote note = {reading->recipient, empty, empty, empty, empty, empty};
  g_autoptr (GBytes) sealed
      = citiz_note_seal (self->env, CITIZ_NOTE_MODE_NODE, &grant->id, reading->t, &note);
  const guint use = reading->state.used + 1;
  CitizHash a;

  citiz_grant_chain_value (&a, &grant->id, reading->t, grant->max_openings - use);
  citiz_node_open (self, &reading->state, use, &a, sealed, opened_cb, reading);
}

static void
manifest_now (CitizNodeCall *call, json_t *json, Reading *reading)
{
  const gchar *recipient = citiz_json_strict_string (json, "recipient", CITIZ_NODE_RECIPIENT_MAX);

  if (recipient == NULL || *recipient == '\0'
      || (json_object_get (json, "embeddedLengthMax")
          && !citiz_json_strict_int (json, "embeddedLengthMax", 0, CITIZ_JSON_INT_MAX,
                                     &reading->embedded_max)))
    citiz_node_answer (call, 400, json_pack ("{s:s}", "error", "fields"));
  else if (passcode_is_right (call, json, reading))
    {
      reading->recipient = g_strdup (recipient);
      reading->later = citiz_node_later (call);
      enter (reading);
      return;
    }
  reading_free (reading);
}

void
citiz_node_route_manifest (CitizNodeCall *call)
{
  g_autoptr (CitizSecret) t = path_secret (call);
  Reading *reading = g_new0 (Reading, 1);
  json_t *json = NULL;

  reading->node = g_object_ref (call->node);
  reading->t = t ? citiz_secret_ref (t) : NULL;
  reading->name = g_strdup (call->star[0]);
  reading->embedded_max = CITIZ_CAPSULE_MAX;
  if (t == NULL || !find_by_secret (call->node, t, &reading->own, &reading->state)
      || reading->state.status != CITIZ_GRANT_ACTIVE
      || citiz_order_revokes (call->node->order, &reading->own.grant))
    answer_nothing (call);
  else
    json = citiz_node_call_json (call);
  if (json)
    manifest_now (call, json, reading);
  else
    reading_free (reading);
  json_decref (json);
}

void
citiz_node_route_location (CitizNodeCall *call)
{
  CitizNode *self = call->node;
  g_autofree gchar *name = NULL;
  gpointer value = NULL;
  CitizGrantState state;
  Location *location;

  if (!g_hash_table_steal_extended (self->locations, call->star[1], (gpointer *) &name, &value))
    {
      answer_nothing (call);
      return;
    }
  location = value;
  if (location->until.ms > citiz_env_now (self->env).ms
      && citiz_chain_grant (self->chain, &location->grant, &state) && state.can_release)
    citiz_node_answer_bytes (call, 200, "application/jose",
                             g_bytes_new (location->jwe, strlen (location->jwe)));
  else
    answer_nothing (call);
  citiz_node_location_free (location);
}
