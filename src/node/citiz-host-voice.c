/* Which of the validators that are linked do not vote: as they were heard, and as they say themselves. SPDX-License-Identifier: AGPL-3.0-or-later */
#include "node/citiz-host-private.h"

#include "wire/citiz-invitation.h"

#define ASK_BEATS 5    /* until one that has just come is asked, or asked again */
#define ABOUT_MAX 4096 /* bytes of what a node says of itself */

void
citiz_host_voice_init (CitizHost *host)
{
  host->newcomers
      = g_hash_table_new_full (citiz_hash_hash, (GEqualFunc) citiz_public_key_equal, g_free, NULL);
  host->silent = g_hash_table_new_full (citiz_hash_hash, (GEqualFunc) citiz_public_key_equal,
                                        g_free, g_free);
}

void
citiz_host_voice_clear (CitizHost *host)
{
  g_hash_table_unref (host->newcomers);
  g_hash_table_unref (host->silent);
}

/* Whether a validator that is linked does not vote: who is not on the list hears no votes, and thinks no ill of anybody. One that has said so
 * itself may be heard since. */
gboolean
citiz_host_hear (CitizHost *host, guint place, CitizReplicaVoice *out)
{
  const CitizValidators *validators = citiz_replica_get_validators (host->replica);
  const gint64 *said = g_hash_table_lookup (host->silent, &validators->v[place].node);

  citiz_replica_listen (host->replica, place, out);
  if (said != NULL && out->since.ms <= *said)
    out->silent = TRUE;
  if (citiz_validators_find (validators, citiz_signing_key_get_public (host->key)) < 0)
    out->silent = FALSE;
  return out->silent;
}

/* It has come, or others validate from now on: it is asked in a moment whether it votes, which nobody hears while there is nothing to vote on. */
void
citiz_host_voice_doubt (CitizHost *host, const CitizPublicKey *node)
{
  g_hash_table_remove (host->silent, node);
  g_hash_table_add (host->newcomers, g_memdup2 (node, sizeof *node));
}

typedef struct
{
  CitizHost *host;
  CitizPublicKey node;
} Question;

/* What it says counts against it only; that it votes is heard. One that has not caught up is asked again. */
static void
take (const Question *question, json_t *about)
{
  static const gchar *const not_voting[] = {"observing", "twin", "muted", "diverged", NULL};
  CitizHost *host = question->host;
  const gchar *mode = citiz_json_strict_string (about, "mode", ABOUT_MAX);
  const gint64 now = citiz_env_now (host->env).ms;
  CitizPublicKey node;
  gint64 epoch;

  if (mode == NULL || !citiz_json_strict_bytes (about, "node", node.b, sizeof node.b)
      || !citiz_public_key_equal (&node, &question->node)
      || !citiz_json_strict_int (about, "epoch", 0, CITIZ_JSON_INT_MAX, &epoch))
    return;
  if ((guint64) epoch < citiz_replica_get_epoch (host->replica) || g_str_equal (mode, "guarding"))
    citiz_host_voice_doubt (host, &node);
  else if (g_strv_contains (not_voting, mode))
    g_hash_table_insert (host->silent, g_memdup2 (&node, sizeof node),
                         g_memdup2 (&now, sizeof now));
}

static void
answered_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autofree Question *question = data;
  guint status = 0;
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) body
      = citiz_http_client_ask_finish (CITIZ_HTTP_CLIENT (source), result, &status, &error);
  json_t *about;

  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED)) /* the host is gone */
    return;
  about = body != NULL && status == 200 ? citiz_json_strict_parse (body, NULL) : NULL;
  take (question, about);
  json_decref (about);
}

static void
ask (CitizHost *host, const CitizHostMember *member)
{
  g_autofree gchar *url = g_strconcat (member->url, CITIZ_HOST_ABOUT_PATH, NULL);
  Question *question = g_new (Question, 1);

  *question = (Question){host, member->node};
  citiz_http_client_ask (
      host->client, &(const CitizHttpAsk){.method = "GET", .url = url, .answer_max = ABOUT_MAX},
      host->asking, answered_cb, question);
}

void
citiz_host_voice_beat (CitizHost *host)
{
  GHashTableIter iter;
  gpointer node;

  if (++host->voice_beats % ASK_BEATS != 0)
    return;
  g_hash_table_iter_init (&iter, host->newcomers);
  while (g_hash_table_iter_next (&iter, &node, NULL))
    {
      const CitizHostMember *member = citiz_host_community_find (host->community, node);

      if (member != NULL && citiz_node_url_is_valid (member->url))
        ask (host, member);
    }
  g_hash_table_remove_all (host->newcomers);
}
