/* The checkpoint that nodes and citizens cosign, and how many watch. SPDX-License-Identifier: AGPL-3.0-or-later */
#include "node/citiz-host-private.h"

#include <string.h>

#define TELL_SECONDS 2     /* until the others are told: a burst of blocks is one message */
#define RECENT_MAX   64    /* checkpoints that may still be signed */
#define WATCHED_FOR  86400 /* seconds a signature counts */
#define COSIGN_MAX   512   /* bytes of an answer */

/* Nodes *********************************************************************/

/* A node's name as a witness: its address without the scheme. */
static const gchar *
witness_name (const gchar *url)
{
  const gchar *mark = strstr (url, "://");

  return mark ? mark + strlen ("://") : url;
}

static const gchar *
own_name (CitizHost *host)
{
  const CitizHostMember *self
      = citiz_host_community_find (host->community, citiz_signing_key_get_public (host->key));

  return witness_name (self ? self->url : host->config->url);
}

gchar *
citiz_host_vkey (CitizHost *host)
{
  return citiz_note_vkey (own_name (host), citiz_signing_key_get_public (host->key));
}

/* Another node, and one that has not left. */
gboolean
citiz_host_is_other (CitizHost *host, const CitizHostMember *member)
{
  return !citiz_public_key_equal (&member->node, citiz_signing_key_get_public (host->key))
         && citiz_ledger_is_member (citiz_chain_ledger (host->chain, NULL), &member->node);
}

static void
told_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  guint status;
  g_autoptr (GBytes) body
      = citiz_http_client_ask_finish (CITIZ_HTTP_CLIENT (source), result, &status, NULL);

  /* who could not be told shows the checkpoint without this signature, no more */
}

/* This node's own signature over what is newest. */
static gboolean
tell_cb (gpointer data)
{
  CitizHost *host = data;
  g_autofree gchar *bare = citiz_checkpoint_write (&host->checkpoint);
  g_autofree gchar *note = citiz_note_copy (bare, host->note, own_name (host),
                                            citiz_signing_key_get_public (host->key));
  g_autoptr (GBytes) body = note ? g_bytes_new (note, strlen (note)) : NULL;

  g_clear_pointer (&host->tell, g_source_unref);
  for (guint i = 0; body != NULL && i < host->community->members->len; i++)
    {
      const CitizHostMember *member = host->community->members->pdata[i];
      g_autofree gchar *url = g_strconcat (member->url, CITIZ_HOST_COSIGN_PATH, NULL);
      const CitizHttpAsk ask = {.method = "POST",
                                .url = url,
                                .content_type = "text/plain",
                                .body = body,
                                .answer_max = COSIGN_MAX};

      if (citiz_host_is_other (host, member))
        citiz_http_client_ask (host->client, &ask, NULL, told_cb, NULL);
    }
  return G_SOURCE_REMOVE;
}

/**
 * citiz_host_cosign:
 *
 * The log has grown: what is final here is signed, and the others are told in a moment.
 */
void
citiz_host_cosign (CitizHost *host)
{
  g_autofree gchar *text = citiz_chain_checkpoint (host->chain);
  gchar *note;

  if (text == NULL || !citiz_checkpoint_parse (text, &host->checkpoint, NULL))
    return;
  note = citiz_note_cosign (text, own_name (host),
                            (guint64) citiz_env_now (host->env).ms / CITIZ_SECOND, host->key, NULL);
  g_free (host->note);
  host->note = note ? note : g_steal_pointer (&text);
  if (host->recent->len == RECENT_MAX)
    g_array_remove_index (host->recent, 0);
  g_array_append_val (host->recent, host->checkpoint);
  if (host->tell != NULL)
    return;
  host->tell = g_timeout_source_new_seconds (TELL_SECONDS);
  g_source_set_callback (host->tell, tell_cb, host, NULL);
  g_source_attach (host->tell, g_main_context_get_thread_default ());
}

/* Who signs *****************************************************************/

static gboolean
is_old (gpointer account, gpointer when, gpointer now)
{
  return *(gint64 *) when + WATCHED_FOR < *(gint64 *) now;
}

guint
citiz_host_n_watchers (CitizHost *host)
{
  gint64 now = citiz_env_now (host->env).ms / CITIZ_SECOND;

  g_hash_table_foreach_remove (host->watchers, is_old, &now);
  return g_hash_table_size (host->watchers);
}

static void
count_watcher (CitizHost *host, const CitizHash *account, gint64 now)
{
  if (g_hash_table_contains (host->watchers, account)
      || citiz_host_n_watchers (host) < CITIZ_HOST_WATCHERS_MAX)
    g_hash_table_replace (host->watchers, g_memdup2 (account, sizeof *account),
                          g_memdup2 (&now, sizeof now));
}

/* Not older than a day, not of the future but for clocks that differ: an old signature says nothing of now. */
static gboolean
is_signed_by (CitizHost *host, const gchar *note, const gchar *name, const CitizPublicKey *key)
{
  const guint64 now = (guint64) citiz_env_now (host->env).ms / CITIZ_SECOND;
  guint64 time;

  return citiz_note_verify (note, name, key, &time, NULL) && time <= now + CITIZ_HOST_COSIGNED_AHEAD
         && now <= time + WATCHED_FOR;
}

static const CitizPublicKey *
find_node (CitizHost *host, const gchar *note, const gchar *name)
{
  for (guint i = 0; i < host->community->members->len; i++)
    {
      const CitizHostMember *member = host->community->members->pdata[i];

      if (g_str_equal (witness_name (member->url), name) && citiz_host_is_other (host, member)
          && is_signed_by (host, note, name, &member->node))
        return &member->node;
    }
  return NULL;
}

/* A citizen signs under the name of an account, with one of its device keys. */
static gboolean
find_citizen (CitizHost *host, const gchar *note, const gchar *name, CitizPublicKey *out)
{
  CitizAccount account;
  CitizHash id;

  if (!citiz_hash_from_hex (&id, name) || !citiz_chain_get_account (host->chain, &id, &account))
    return FALSE;
  for (guint i = 0; i < account.n_keys; i++)
    if (!account.keys[i].revoked && account.keys[i].key.role == CITIZ_KEY_ROLE_DEVICE
        && is_signed_by (host, note, name, &account.keys[i].key.key))
      {
        *out = account.keys[i].key.key;
        count_watcher (host, &id, citiz_env_now (host->env).ms / CITIZ_SECOND);
        return TRUE;
      }
  return FALSE;
}

static gboolean
has_signed (const gchar *note, const gchar *name)
{
  g_autoptr (GPtrArray) names = citiz_note_signers (note);

  return g_ptr_array_find_with_equal_func (names, name, g_str_equal, NULL);
}

/* Whether the signature of @name is good; then it is kept while the checkpoint is the newest. */
static gboolean
take (CitizHost *host, const gchar *note, gboolean newest, const gchar *name)
{
  const CitizPublicKey *node = find_node (host, note, name);
  CitizPublicKey key;
  gchar *more;

  if (node != NULL)
    key = *node;
  else if (!find_citizen (host, note, name, &key))
    return FALSE;
  if (newest && !has_signed (host->note, name))
    {
      more = citiz_note_copy (host->note, note, name, &key);
      if (more != NULL)
        {
          g_free (host->note);
          host->note = more;
        }
    }
  return TRUE;
}

/* Routes ********************************************************************/

void
citiz_host_route_checkpoint (CitizHostCall *call)
{
  const gchar *note = call->host->note;

  if (note == NULL)
    citiz_host_answer_error (call, 404, "none"); /* no block yet */
  else
    citiz_host_answer_bytes (call, 200, "text/plain; charset=utf-8",
                             g_bytes_new (note, strlen (note)));
}

/* 404: of another log; 409: not here yet, or long past; 422: another log of that size. */
static gboolean
is_ours (CitizHostCall *call, const CitizCheckpoint *said)
{
  CitizHost *host = call->host;

  if (host->note == NULL || !g_str_equal (said->origin, host->checkpoint.origin))
    {
      citiz_host_answer_error (call, 404, "origin");
      return FALSE;
    }
  for (guint i = 0; i < host->recent->len; i++)
    {
      const CitizCheckpoint *own = &g_array_index (host->recent, CitizCheckpoint, i);

      if (own->size != said->size)
        continue;
      if (citiz_hash_equal (&own->root, &said->root))
        return TRUE;
      citiz_host_answer_error (call, 422, "root");
      return FALSE;
    }
  citiz_host_answer (
      call, 409,
      json_pack ("{s:s, s:I}", "error", "size", "size", (json_int_t) host->checkpoint.size));
  return FALSE;
}

/**
 * citiz_host_route_cosign:
 *
 * POST /v1/checkpoint/cosign: a checkpoint with one signature or a few, as C2SP has it; a node signs under its address, a citizen
 * under the account's number in hex, with a device key.
 */
void
citiz_host_route_cosign (CitizHostCall *call)
{
  CitizHost *host = call->host;
  g_autoptr (GPtrArray) names = NULL;
  g_autofree gchar *note = NULL;
  CitizCheckpoint said;
  guint good = 0;
  gsize n;
  const gchar *body = g_bytes_get_data (call->request->body, &n);

  if (n > 0 && n <= CITIZ_CHECKPOINT_MAX && g_utf8_validate_len (body, n, NULL))
    note = g_strndup (body, n);
  names = note ? citiz_note_signers (note) : NULL;
  if (note == NULL || !citiz_checkpoint_parse (note, &said, NULL)
      || names->len > CITIZ_HOST_COSIGNERS_MAX)
    {
      citiz_host_answer_error (call, 400, "format");
      return;
    }
  if (!is_ours (call, &said))
    return;
  for (guint i = 0; i < names->len; i++)
    good += take (host, note, said.size == host->checkpoint.size, names->pdata[i]);
  if (good == 0)
    citiz_host_answer_error (call, 403, "signature");
  else
    citiz_host_answer (call, 200,
                       json_pack ("{s:i, s:i}", "cosignatures", (int) good, "watchers",
                                  (int) citiz_host_n_watchers (host)));
}

/* Life **********************************************************************/

void
citiz_host_watch_init (CitizHost *host)
{
  host->recent = g_array_new (FALSE, FALSE, sizeof (CitizCheckpoint));
  host->watchers
      = g_hash_table_new_full (citiz_hash_hash, (GEqualFunc) citiz_hash_equal, g_free, g_free);
}

void
citiz_host_watch_clear (CitizHost *host)
{
  if (host->tell != NULL)
    g_source_destroy (host->tell);
  g_clear_pointer (&host->tell, g_source_unref);
  g_clear_object (&host->client);
  g_array_unref (host->recent);
  g_hash_table_unref (host->watchers);
  g_free (host->note);
}
