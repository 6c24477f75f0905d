/* An access as the vault remembers it, and as the window sees it.
 * SPDX-License-Identifier: AGPL-3.0-or-later */
#include "app/citiz-engine-access-private.h"

#include "consent/citiz-link.h"

#include <string.h>

/* A grant as the vault keeps it (CITIZ_CLASS_GRANT, JSON). Version 1 holds the link; when the access ends all versions are erased and
 * version 1 is written again without it:
 *   {account, given, expires, ended?, tx, height, capsule, profile, scopeSalt, withheld, tries, shown: [{key, count, text}], digest?, updated?,
 *    sample?, link?, shlink?, code?, instead?}
 * Over the nodes of a community (citiz-engine-shared.c) also
 *   {community: its chain, t, nodes: [[key, origin]], held, coded: bits of nodes, door?: the origin of the
 *    node that the link leads to now, led?: bits of those it led to before, ending?: when its end was asked for, status?: how it ended, endedByCopy?;
 *    copied?: another copy of this record gave it, which alone knows its link};
 * tx and height are not there: its place on the ledger is found by its id. */

json_t *
citiz_engine_read_json (CitizEngine *engine,
                        CitizObjectClass object_class,
                        const CitizId *id,
                        GError **error)
{
  g_autoptr (GBytes) plain = citiz_vault_get (engine->vault, object_class, id, 0, error);
  gsize n;
  const gchar *text;
  json_t *json;

  if (plain == NULL)
    return NULL;
  text = g_bytes_get_data (plain, &n);
  json = json_loadb (text, n, 0, NULL);
  citiz_wipe ((gpointer) text, n); /* its only owner is here, and a link may be in it */
  if (json == NULL)
    g_set_error (error, CITIZ_STORE_ERROR, CITIZ_STORE_ERROR_DAMAGED, "an access cannot be read");
  return json;
}

/* What a grant's text says of its link does not stay behind in freed memory. */
void
citiz_engine_drop_grant (json_t *json)
{
  static const gchar *const secrets[] = {"link", "shlink", "code", "codeUnder"};

  for (guint i = 0; i < G_N_ELEMENTS (secrets); i++)
    {
      const gchar *text = json_string_value (json_object_get (json, secrets[i]));
      if (text != NULL)
        citiz_wipe ((gchar *) text, strlen (text));
    }
  json_decref (json);
}

static void
wipe_json (gpointer data)
{
  gchar *text = data;

  citiz_wipe (text, strlen (text));
  free (text);
}

gboolean
citiz_engine_write_json (CitizEngine *engine,
                         CitizObjectClass object_class,
                         const CitizId *id,
                         json_t *json,
                         GError **error)
{
  char *text = json_dumps (json, JSON_COMPACT);
  g_autoptr (GBytes) plain = g_bytes_new_with_free_func (text, strlen (text), wipe_json, text);

  return citiz_vault_delete (engine->vault, object_class, id, error)
         && citiz_vault_put (engine->vault, object_class, id, 1, 0, plain, error);
}

/* The same in a transaction of its own. */
gboolean
citiz_engine_rewrite_json (CitizEngine *engine,
                           CitizObjectClass object_class,
                           const CitizId *id,
                           json_t *json,
                           GError **error)
{
  if (!citiz_vault_begin (engine->vault, error))
    return FALSE;
  if (!citiz_engine_write_json (engine, object_class, id, json, error))
    {
      citiz_vault_rollback (engine->vault);
      return FALSE;
    }
  return citiz_vault_commit (engine->vault, error);
}

gint64
citiz_json_integer (const json_t *json, const gchar *key)
{
  return json_integer_value (json_object_get (json, key));
}

gchar *
citiz_json_text_dup (const json_t *json, const gchar *key)
{
  return g_strdup (json_string_value (json_object_get (json, key)));
}

CitizAccessState
citiz_engine_access_state (const CitizGrantState *state)
{
  static const CitizAccessState states[] = {
      [CITIZ_GRANT_NOT_YET] = CITIZ_ACCESS_NOT_YET, [CITIZ_GRANT_ACTIVE] = CITIZ_ACCESS_LIVE,
      [CITIZ_GRANT_EXPIRED] = CITIZ_ACCESS_EXPIRED, [CITIZ_GRANT_REVOKED] = CITIZ_ACCESS_REVOKED,
      [CITIZ_GRANT_USED] = CITIZ_ACCESS_USED_UP,
  };
  return states[state->status];
}

/* @text, leading to @origin; NULL: where it did. Over several nodes each has its whole address in the list, and is followed from there; of one node it is the
 * page's own. */
static void
lead_to (CitizEngine *engine, CitizAccess *access, const gchar *text, const gchar *origin)
{
  g_autoptr (CitizLink) link = citiz_link_parse (text, NULL);
  g_autoptr (GPtrArray) places = citiz_engine_list_places (engine);
  gboolean other;

  if (link == NULL)
    return;
  other = origin != NULL && !g_str_equal (link->origin, origin);
  if (other)
    {
      g_free (link->origin);
      link->origin = g_strdup (origin);
    }
  if (!citiz_link_follow (link, places) && !other)
    return;
  access->link = citiz_link_to_url (link);
  access->shlink = citiz_link_to_shlink (link);
}

/* The link as it works today: one's own node may have had to take another port than the one the link was made with, and a node of the community
 * may be elsewhere, or not answer while others hold their part. */
static void
put_links (CitizEngine *engine, CitizAccess *access, const json_t *json)
{
  const gchar *text = json_string_value (json_object_get (json, "link"));
  const gchar *origin = access->n_nodes > 0    ? citiz_engine_shared_door (engine, access, json)
                        : engine->node != NULL ? citiz_node_get_origin (engine->node)
                                               : NULL;

  if (text != NULL)
    lead_to (engine, access, text, origin);
  if (access->link == NULL)
    {
      access->link = g_strdup (text);
      access->shlink = citiz_json_text_dup (json, "shlink");
    }
}

/* The ledger is ahead of the clock: one's own goes on at the clock's pace from where a clock that was ahead once has left it, and a community's goes by
 * its nodes' clocks where this one is wrong. What is live is told by the clock on the wall, so that what remains of it is right. */
void
citiz_engine_tell_by_clock (CitizAccess *access, gint64 ahead_ms)
{
  access->given.ms -= ahead_ms;
  access->updated.ms -= ahead_ms;
  access->expires.ms -= ahead_ms;
}

static gint64
own_ahead (CitizEngine *engine)
{
  return citiz_chain_time (engine->chain).ms - citiz_env_now (engine->env).ms;
}

static void
tell_own_by_clock (CitizEngine *engine, CitizAccess *access)
{
  const gint64 ahead = own_ahead (engine);

  if (access->state == CITIZ_ACCESS_LIVE && ahead > CITIZ_MINUTE)
    citiz_engine_tell_by_clock (access, ahead);
}

/* @json: NULL when the vault's own memory of it cannot be read; then the ledger says what it knows, and it can still be revoked. */
CitizAccess *
citiz_engine_describe_access (CitizEngine *engine, const CitizId *id, const json_t *json)
{
  CitizAccess *access = g_object_new (CITIZ_TYPE_ACCESS, NULL);
  CitizGrantState state;
  const json_t *part;
  size_t i;

  access->id = *id;
  access->given.ms = citiz_json_integer (json, "given");
  access->expires.ms = citiz_json_integer (json, "expires");
  access->ended.ms = citiz_json_integer (json, "ended");
  access->height = (guint64) citiz_json_integer (json, "height");
  access->withheld = (guint) citiz_json_integer (json, "withheld");
  access->spoken_tries_left = (guint) citiz_json_integer (json, "tries");
  access->sample = json_is_true (json_object_get (json, "sample"));
  access->updated.ms = MAX (citiz_json_integer (json, "updated"), access->given.ms);
  access->profile = citiz_json_text_dup (json, "profile");
  if (!citiz_hash_from_hex (&access->digest, json_string_value (json_object_get (json, "digest"))))
    access->digest = (CitizHash){{0}}; /* of an earlier version of the program: no summary's */
  access->tx = citiz_json_text_dup (json, "tx");
  access->instead = json_is_true (json_object_get (json, "instead"));
  access->replaced = json_is_true (json_object_get (json, "replaced"));
  access->in_vain = json_is_true (json_object_get (json, "inVain"));
  access->state = CITIZ_ACCESS_EXPIRED;
  if (citiz_engine_is_shared (engine, id, json))
    citiz_engine_describe_shared (engine, access, json);
  else if (engine->chain != NULL && citiz_chain_grant (engine->chain, id, &state))
    {
      access->state = citiz_engine_access_state (&state);
      access->openings = state.used;
      if (json == NULL)
        {
          access->given = state.grant.not_before;
          access->expires = state.grant.expires;
          access->ended = state.ended;
        }
      tell_own_by_clock (engine, access);
    }
  /* It ran out at its end, whenever the ledger came to write that down. */
  if (access->state == CITIZ_ACCESS_EXPIRED && access->ended.ms > access->expires.ms)
    access->ended = access->expires;
  if (access->superseded) /* what it shows is known to the other copy */
    access->withheld = 0;
  else
    json_array_foreach (json_object_get (json, "shown"), i, part) g_ptr_array_add (
        access->shown,
        citiz_shown_part_new (g_intern_string (json_string_value (json_object_get (part, "key"))),
                              (guint) citiz_json_integer (part, "count"),
                              json_string_value (json_object_get (part, "text"))));
  if (access->state == CITIZ_ACCESS_LIVE && !access->ending)
    {
      put_links (engine, access, json);
      access->spoken = access->spoken_tries_left > 0 ? citiz_json_text_dup (json, "code") : NULL;
    }
  return access;
}

static void
adopt_row (CitizSession *session, gpointer row)
{
  if (CITIZ_IS_ACCESS (row))
    citiz_session_put_access (session, CITIZ_ACCESS (row));
  else
    citiz_session_adopt_opening (session, CITIZ_OPENING (row));
}

/* @row: (transfer full) */
void
citiz_engine_tell_row (CitizEngine *engine, GObject *row)
{
  citiz_engine_tell_session (engine, adopt_row, row, g_object_unref);
}

void
citiz_engine_tell_access (CitizEngine *engine, const CitizId *id)
{
  g_autoptr (GError) error = NULL;
  json_t *json = citiz_engine_read_json (engine, CITIZ_CLASS_GRANT, id, &error);

  if (json == NULL && !citiz_session_error_is_damage (error))
    return;
  citiz_engine_tell_row (engine, G_OBJECT (citiz_engine_describe_access (engine, id, json)));
  citiz_engine_drop_grant (json);
}

static gboolean
tell_live_cb (const CitizId *id, guint32 version, guint32 batch, GBytes *plain, gpointer data)
{
  CitizEngine *engine = data;
  CitizGrantState state;

  if (citiz_chain_grant (engine->chain, id, &state) && state.ended.ms == 0)
    citiz_engine_tell_access (engine, id);
  return TRUE;
}

void
citiz_engine_look_at_clock (CitizEngine *engine)
{
  const gint64 ahead = engine->chain != NULL ? own_ahead (engine) : 0;
  g_autoptr (GError) error = NULL;

  if (ABS (ahead - engine->own_ahead) <= CITIZ_MINUTE)
    return;
  engine->own_ahead = ahead;
  if (!citiz_vault_foreach (engine->vault, CITIZ_CLASS_GRANT, tell_live_cb, engine, NULL, &error))
    g_warning ("accesses could not be told anew: %s", error->message);
}
