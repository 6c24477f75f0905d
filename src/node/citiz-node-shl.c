/* The same grant for any SMART Health Link client. SPDX-License-Identifier: AGPL-3.0-or-later */
#include "consent/citiz-capsule.h"
#include "consent/citiz-note.h"
#include "node/citiz-node-private.h"

#define NAME_BYTES    32
#define OPENING_TRIES 3

#define BEHIND_EVERY_MS  250 /* a node that does not know the opening yet is asked again so often, */
#define BEHIND_MS        10000 /* for so long */
#define STALLED_AFTER_MS 3000  /* then the nodes are asked whether the ledger stands still, */
#define STALLED_EVERY_MS 1000  /* again and again, */
#define STALLED_MS       60000 /* for so long */

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

/* A manifest that is being made: who asked for what, and the shares so far. Counted: who asked, and each opening that was entered for it. */
typedef struct
{
  CitizNode *node;       /* NULL: answered */
  CitizNodeLater *later; /* the same */
  gchar *name;           /* T as the path has it */
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
  GPtrArray *questions;     /* nullable: that are out */
  gint64 until;             /* of g_get_monotonic_time(): questions are asked again until then */
  GBytes *note;             /* sealed */
  GSource *stall;           /* nullable: whether the ledger stands still */
  CitizNodeStalled opening; /* use 0: nobody was asked that yet */
  gboolean own_given;       /* its own share is among them */
} Reading;

static void
reading_clear (gpointer data)
{
  Reading *reading = data;

  citiz_wipe (&reading->own, sizeof reading->own);
  citiz_wipe (reading->shares, sizeof reading->shares);
  g_clear_pointer (&reading->t, citiz_secret_unref);
  g_clear_pointer (&reading->pk, citiz_secret_unref);
  citiz_wipe_text (reading->name);
  g_free (reading->recipient);
  g_clear_pointer (&reading->note, g_bytes_unref);
  g_clear_object (&reading->node);
}

static void
reading_unref (Reading *reading)
{
  g_rc_box_release_full (reading, reading_clear);
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

/* One question to one node, asked again while its answer may change. */
typedef struct
{
  Reading *reading; /* NULL: nobody waits for the answer */
  GPtrArray *all;   /* Question, of the same reading */
  guint place;
  gchar *url;
  GBytes *body;
} Question;

static void
question_free (gpointer data)
{
  Question *question = data;

  g_free (question->url);
  g_bytes_unref (question->body);
  g_free (question);
}

static void
let_go (GPtrArray *questions)
{
  for (guint i = 0; i < questions->len; i++)
    ((Question *) questions->pdata[i])->reading = NULL;
}

/* Nothing is waited for any more. */
static void
stop_asking (Reading *reading)
{
  if (reading->questions != NULL)
    let_go (reading->questions);
  g_clear_pointer (&reading->questions, g_ptr_array_unref);
  reading->asked = 0;
  if (reading->stall != NULL)
    g_source_destroy (reading->stall);
  g_clear_pointer (&reading->stall, g_source_unref);
}

/* The answer goes out. @error: nullable. */
static void
finish (Reading *reading, const GError *error)
{
  g_autoptr (CitizNode) self = g_steal_pointer (&reading->node);
  CitizNodeCall call = citiz_node_later_call (reading->later);
  const gboolean revoked = citiz_node_is_revoked (self, &reading->own.grant); /* meanwhile */
  g_autoptr (CitizSecret) k_c = NULL;
  g_autoptr (GBytes) capsule = NULL;
  g_autoptr (GError) own = NULL;
  gchar *jwe = NULL;

  call.star[0] = reading->name;
  if (error == NULL && !revoked
      && (capsule = citiz_node_store_get_blob (self->db, &reading->own.capsule, &own)) != NULL
      && (k_c = citiz_shamir_combine (reading->shares, reading->n_shares, &own)) != NULL)
    jwe = citiz_capsule_open (&reading->own.grant, k_c, capsule, &own);
  stop_asking (reading);
  if (jwe)
    answer_manifest (&call, &reading->state, jwe, reading->embedded_max);
  else if (revoked)
    answer_nothing (&call);
  else
    citiz_node_answer_error (&call, error ? error : own);
  citiz_node_later_send (g_steal_pointer (&reading->later));
  reading_unref (reading);
}

static gboolean
has_enough (const Reading *reading)
{
  return reading->n_shares >= reading->state.grant.threshold;
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

/* The other node is behind this one: it does not know the opening yet. */
static gboolean
is_behind (guint status, GBytes *answer)
{
  json_t *json = status == 403 || status == 410 ? citiz_json_strict_parse (answer, NULL) : NULL;
  const gchar *error = citiz_json_strict_string (json, "error", 64);
  const gchar *state = citiz_json_strict_string (json, "state", 64);
  const gboolean is = (status == 403 && g_strcmp0 (error, "opening") == 0)
                      || (status == 410 && g_strcmp0 (state, "active") == 0);

  json_decref (json);
  return is;
}

/* Returns: in how many ms the same is asked again; 0: it is not */
static guint
take_answer (Reading *reading, const Question *question, guint status, GBytes *answer)
{
  if (answer != NULL && status == 200 && read_share (reading, answer, question->place))
    return 0;
  if (g_get_monotonic_time () >= reading->until)
    return 0;
  if (answer != NULL && is_behind (status, answer))
    return BEHIND_EVERY_MS;
  return status == 202 ? STALLED_EVERY_MS : 0;
}

static void send (Question *question);

static gboolean
again_cb (gpointer data)
{
  send (data);
  return G_SOURCE_REMOVE;
}

static void
send_in (Question *question, guint ms)
{
  g_autoptr (GSource) source = g_timeout_source_new (ms);

  g_source_set_callback (source, again_cb, question, NULL);
  g_source_attach (source, g_main_context_get_thread_default ());
}

/* Its part is done: those who are asked whether the ledger stands still have until it does. */
static void
end_question (Question *question)
{
  g_autoptr (GPtrArray) all = question->all;
  g_autoptr (GError) error = NULL;
  Reading *reading = g_steal_pointer (&question->reading);

  if (reading == NULL)
    return;
  reading->asked--;
  if (has_enough (reading))
    finish (reading, NULL);
  else if (reading->asked == 0 && reading->stall == NULL)
    {
      error = g_error_new_literal (G_IO_ERROR, G_IO_ERROR_TIMED_OUT, "too few shares came");
      finish (reading, error);
    }
}

static void
answered_cb (GObject *client, GAsyncResult *result, gpointer data)
{
  Question *question = data;
  guint status = 0, wait = 0;
  g_autoptr (GBytes) answer
      = citiz_http_client_ask_finish (CITIZ_HTTP_CLIENT (client), result, &status, NULL);

  if (question->reading != NULL)
    wait = take_answer (question->reading, question, status, answer);
  if (wait > 0)
    send_in (question, wait);
  else
    end_question (question);
}

static void
send (Question *question)
{
  CitizNode *self = question->reading != NULL ? question->reading->node : NULL;

  if (self == NULL || self->client == NULL) /* nobody waits; or the node was stopped */
    end_question (question);
  else
    citiz_http_client_ask (self->client,
                           &(CitizHttpAsk){.method = "POST",
                                           .content_type = "application/json",
                                           .answer_max = 8192,
                                           .url = question->url,
                                           .body = question->body},
                           NULL, answered_cb, question);
}

/* @fields: (transfer full): what is asked, without what shows that one may. */
static GBytes *
question_text (Reading *reading, json_t *fields, const CitizNodeId *node)
{
  g_autoptr (CitizSecret) token = citiz_grant_token (&reading->own.grant, reading->t, node);
  g_autofree gchar *token_text = citiz_base64url_encode (citiz_secret_data (token), 32);
  char *text;
  GBytes *body;

  json_object_set_new (fields, "token", json_string (token_text));
  if (reading->pk)
    {
      g_autoptr (CitizSecret) proof = citiz_grant_passcode_proof (reading->t, node, reading->pk);

      json_object_set_new (fields, "proof", citiz_json_base64url (citiz_secret_data (proof), 32));
    }
  text = json_dumps (fields, JSON_COMPACT);
  json_decref (fields);
  body = g_bytes_new (text, strlen (text));
  free (text);
  return body;
}

static void
ask (Reading *reading, const gchar *verb, const json_t *fields, guint place)
{
  const CitizPublicKey *key = &reading->state.grant.committee[place - 1].node;
  const CitizNodeNeighbour *neighbour = citiz_node_neighbour (reading->node, key);
  g_autofree gchar *grant = citiz_id_to_hex (&reading->own.grant);
  Question *question;
  CitizNodeId node;

  if (neighbour == NULL)
    return;
  memcpy (node.b, key->b, sizeof node.b);
  question = g_new0 (Question, 1);
  question->reading = reading;
  question->all = g_ptr_array_ref (reading->questions);
  question->place = place;
  question->url = g_strconcat (neighbour->origin, "/v1/grants/", grant, "/", verb, NULL);
  question->body = question_text (reading, json_deep_copy (fields), &node);
  g_ptr_array_add (reading->questions, question);
  reading->asked++;
}

/* @fields: (transfer full) */
static void
ask_others (Reading *reading, const gchar *verb, json_t *fields, guint ms)
{
  CitizNode *self = reading->node;
  g_autoptr (GPtrArray) questions = g_ptr_array_new_with_free_func (question_free);

  reading->questions = g_ptr_array_ref (questions);
  reading->until = g_get_monotonic_time () + ms * 1000;
  if (self->client == NULL)
    self->client = citiz_http_client_new (CITIZ_NODE_ASK_TIMEOUT);
  for (guint i = 1; i <= reading->state.grant.n_committee; i++)
    if (i != reading->own.place)
      ask (reading, verb, fields, i);
  json_decref (fields);
  for (guint i = 0; i < questions->len; i++)
    send (questions->pdata[i]);
}

/* Its own share, and those of the others when it takes more. */
static void
gather (Reading *reading, const CitizHash *opening)
{
  g_autofree gchar *hex = citiz_hash_to_hex (opening);
  g_autoptr (GError) error = NULL;

  reading->n_shares = 0;
  add_share (reading, reading->own.place, reading->own.share);
  if (has_enough (reading))
    {
      finish (reading, NULL);
      return;
    }
  ask_others (reading, "release", json_pack ("{s:s}", "opening", hex), BEHIND_MS);
  if (reading->asked > 0)
    return;
  error = g_error_new_literal (G_IO_ERROR, G_IO_ERROR_TIMED_OUT, "no other node is known");
  finish (reading, error);
}

/* --- while the ledger stands still --- */

static void
ask_stalled (Reading *reading)
{
  CitizNodeStalled *opening = &reading->opening;
  const CitizTxGrant *grant = &reading->state.grant;
  g_autofree gchar *a = NULL, *note = NULL;

  citiz_grant_chain_value (&opening->a, &grant->id, reading->t, grant->max_openings - opening->use);
  a = citiz_base64url_encode (opening->a.b, sizeof opening->a.b);
  note = citiz_base64url_encode (g_bytes_get_data (reading->note, NULL),
                                 g_bytes_get_size (reading->note));
  ask_others (reading, "stalled",
              json_pack ("{s:i, s:s, s:s}", "use", (int) opening->use, "a", a, "note", note),
              STALLED_MS);
}

/* Until the ledger goes on, or as many nodes as it takes have seen that it does not. */
static gboolean
stall_cb (gpointer data)
{
  Reading *reading = data;
  CitizNodeStalled *opening = &reading->opening;
  g_autoptr (GError) error = NULL;

  if (!citiz_chain_grant (reading->node->chain, &reading->own.grant, &reading->state))
    return G_SOURCE_CONTINUE;
  if (opening->use == 0)
    {
      opening->grant = reading->own.grant;
      opening->use = citiz_node_stalled_number (reading->node, &reading->state);
      citiz_note_hash (&opening->note, reading->note);
      if (opening->use <= reading->state.grant.max_openings)
        ask_stalled (reading);
    }
  if (!reading->own_given && citiz_hash_equal (&reading->own.capsule, &reading->state.grant.capsule)
      && citiz_node_opens_stalled (reading->node, &reading->state, opening, reading->note))
    {
      reading->own_given = TRUE;
      add_share (reading, reading->own.place, reading->own.share);
    }
  if (has_enough (reading))
    finish (reading, NULL);
  else if (g_get_monotonic_time () >= reading->until)
    {
      error = g_error_new_literal (G_IO_ERROR, G_IO_ERROR_TIMED_OUT, "too few nodes opened");
      finish (reading, error);
    }
  return G_SOURCE_CONTINUE; /* finish() has ended it */
}

/* The grant allows it: when nothing becomes final soon the nodes are asked, as the doctor's page does. */
static void
watch_ledger (Reading *reading)
{
  if (citiz_node_stalled_number (reading->node, &reading->state) == 0)
    return;
  citiz_node_watch_opening (reading->node, &reading->state, reading->note);
  reading->until = g_get_monotonic_time () + STALLED_MS * 1000;
  reading->stall = g_timeout_source_new (STALLED_EVERY_MS);
  g_source_set_ready_time (reading->stall, g_get_monotonic_time () + STALLED_AFTER_MS * 1000);
  g_source_set_callback (reading->stall, stall_cb, reading, NULL);
  g_source_attach (reading->stall, g_main_context_get_thread_default ());
}

static void enter (Reading *reading);

/* Final, or not: the ledger has the last word as long as nobody was answered. */
static void
opened_cb (gpointer data, CitizNode *self, const CitizHash *opening, const GError *error)
{
  Reading *reading = data;

  if (reading->later != NULL)
    {
      stop_asking (reading);
      if (error == NULL)
        gather (reading, opening);
      else if (error->domain == CITIZ_LEDGER_ERROR && reading->tries++ < OPENING_TRIES
               && citiz_chain_grant (self->chain, &reading->own.grant, &reading->state)
               && reading->state.status == CITIZ_GRANT_ACTIVE)
        enter (reading); /* another reader was first */
      else
        finish (reading, error);
    }
  reading_unref (reading);
}

/* The node plays the reader: it writes who asked, opens, joins the shares, takes the outer layer off. */
static void
enter (Reading *reading)
{
  CitizNode *self = reading->node;
  const CitizTxGrant *grant = &reading->state.grant;
  gchar empty[] = "";
  CitizNote note = {reading->recipient, empty, empty, empty, empty, empty};
  const guint use = reading->state.used + 1;
  CitizHash a;

  if (reading->note == NULL) /* entered again it is still the same reader */
    reading->note
        = citiz_note_seal (self->env, CITIZ_NOTE_MODE_NODE, &grant->id, reading->t, &note);
  reading->opening = (CitizNodeStalled){0};
  reading->n_shares = 0;
  reading->own_given = FALSE;
  citiz_grant_chain_value (&a, &grant->id, reading->t, grant->max_openings - use);
  watch_ledger (reading);
  citiz_node_open (self, &reading->state, use, &a, reading->note, opened_cb,
                   g_rc_box_acquire (reading));
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
  reading_unref (reading);
}

void
citiz_node_route_manifest (CitizNodeCall *call)
{
  g_autoptr (CitizSecret) t = path_secret (call);
  Reading *reading = g_rc_box_new0 (Reading);
  json_t *json = NULL;

  reading->node = g_object_ref (call->node);
  reading->t = t ? citiz_secret_ref (t) : NULL;
  reading->name = g_strdup (call->star[0]);
  reading->embedded_max = CITIZ_CAPSULE_MAX;
  if (t == NULL || !find_by_secret (call->node, t, &reading->own, &reading->state)
      || reading->state.status != CITIZ_GRANT_ACTIVE
      || citiz_node_is_revoked (call->node, &reading->own.grant))
    answer_nothing (call);
  else
    json = citiz_node_call_json (call);
  if (json)
    manifest_now (call, json, reading);
  else
    reading_unref (reading);
  json_decref (json);
}

/* Somebody has opened it, by the ledger or while that stood still, and nobody has ended it since. */
static gboolean
is_open (CitizNode *self, const CitizGrantState *state)
{
  return !citiz_node_is_revoked (self, &state->grant.id)
         && (state->can_release
             || (state->status == CITIZ_GRANT_ACTIVE && citiz_node_used (self, state) > 0));
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
      && citiz_chain_grant (self->chain, &location->grant, &state) && is_open (self, &state))
    citiz_node_answer_bytes (call, 200, "application/jose",
                             g_bytes_new (location->jwe, strlen (location->jwe)));
  else
    answer_nothing (call);
  citiz_node_location_free (location);
}
