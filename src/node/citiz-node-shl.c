/* The same grant for any SMART Health Link client. SPDX-License-Identifier: AGPL-3.0-or-later */
#include "consent/citiz-capsule.h"
#include "consent/citiz-note.h"
#include "node/citiz-node-private.h"

#define NAME_BYTES 32

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

static gboolean
passcode_is_right (CitizNodeCall *call, json_t *json, CitizSecret *t, const CitizNodeShare *share)
{
  const gchar *passcode = citiz_json_strict_string (json, "passcode", 64);
  CitizHash hash = {{0}};
  guint left = 0;
  g_autoptr (GError) error = NULL;

  if (!share->has_passcode)
    return TRUE;
  if (passcode)
    {
      g_autoptr (CitizSecret) pk = citiz_grant_passcode_key (&share->grant, passcode);
      g_autoptr (CitizSecret) proof = citiz_grant_passcode_proof (t, &call->node->id, pk);

      citiz_sha256 (&hash, citiz_secret_data (proof), 32);
    }
  if (citiz_node_check_passcode (call->node, share, &hash, &left, &error))
    return TRUE;
  if (error)
    citiz_node_answer_error (call, error);
  else
    citiz_node_answer (call, 401, json_pack ("{s:i}", "remainingAttempts", (int) left));
  return FALSE;
}

/* The node plays the reader: it writes who asked, opens, joins the shares, takes the outer layer off. */
static gchar *
open_for (CitizNodeCall *call,
          const CitizGrantState *state,
          const CitizNodeShare *share,
          CitizSecret *t,
          const gchar *recipient,
          GError **error)
{
  CitizNode *self = call->node;
  gchar empty[] = "";
  CitizNote note = {(gchar *) recipient, empty, empty, empty, empty, empty};
  g_autoptr (GBytes) sealed
      = citiz_note_seal (self->env, CITIZ_NOTE_MODE_NODE, &share->grant, t, &note);
  CitizShare one = {.x = share->place, .n = sizeof share->share};
  g_autoptr (CitizSecret) k_c = NULL;
  g_autoptr (GBytes) capsule = citiz_node_store_get_blob (self->db, &share->capsule, error);
  g_autoptr (CitizMail) mail = NULL;
  CitizBlockInfo block;
  CitizHash a;
  guint use = state->used + 1;

  if (capsule == NULL)
    return NULL;
  citiz_grant_chain_value (&a, &share->grant, t, state->grant.max_openings - use);
  if (!citiz_node_open (self, state, use, &a, sealed, &mail, &block, error))
    return NULL;
  citiz_node_tell (self, mail);
  memcpy (one.y, share->share, sizeof share->share);
  k_c = citiz_shamir_combine (&one, 1, error);
  citiz_wipe (&one, sizeof one);
  return k_c ? citiz_capsule_open (&share->grant, k_c, capsule, error) : NULL;
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

static void
manifest_now (CitizNodeCall *call,
              json_t *json,
              CitizSecret *t,
              const CitizNodeShare *share,
              const CitizGrantState *state)
{
  const gchar *recipient = citiz_json_strict_string (json, "recipient", CITIZ_NODE_RECIPIENT_MAX);
  gint64 embedded_max = CITIZ_CAPSULE_MAX;
  g_autoptr (GError) error = NULL;
  gchar *jwe;

  if (recipient == NULL || *recipient == '\0'
      || (json_object_get (json, "embeddedLengthMax")
          && !citiz_json_strict_int (json, "embeddedLengthMax", 0, CITIZ_JSON_INT_MAX,
                                     &embedded_max)))
    {
      citiz_node_answer (call, 400, json_pack ("{s:s}", "error", "fields"));
      return;
    }
  if (!passcode_is_right (call, json, t, share))
    return;
  jwe = open_for (call, state, share, t, recipient, &error);
  if (jwe)
    answer_manifest (call, state, jwe, embedded_max);
  else
    citiz_node_answer_error (call, error);
}

void
citiz_node_route_manifest (CitizNodeCall *call)
{
  g_autoptr (CitizSecret) t = path_secret (call);
  CitizNodeShare share = {0};
  CitizGrantState state;
  json_t *json;

  if (t == NULL || !find_by_secret (call->node, t, &share, &state)
      || state.status != CITIZ_GRANT_ACTIVE)
    {
      citiz_wipe (&share, sizeof share);
      answer_nothing (call);
      return;
    }
  json = citiz_node_call_json (call);
  /* With more nodes in the committee their shares would have to be asked for; this node alone cannot join them. */
  if (json && state.grant.threshold > 1)
    citiz_node_answer (call, 503, json_pack ("{s:s}", "error", "committee"));
  else if (json)
    manifest_now (call, json, t, &share, &state);
  citiz_wipe (&share, sizeof share);
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
