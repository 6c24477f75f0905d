/* When those who keep a community have founded it anew: shown to its citizens, who accept it or not. SPDX-License-Identifier: AGPL-3.0-or-later */
#include "sync/citiz-community-private.h"

#include "net/citiz-json-strict.h"
#include "wire/citiz-closing.h"

#define REFOUNDS_PATH "/v1/refounds"
#define ANSWER_MAX    (1024u * 1024)

typedef struct
{
  CitizCommunity *community; /* gone once @stop is cancelled */
  GCancellable *stop;
} Asked;

/* More may have signed it than when it was shown first; another one takes its place only when more of the old validators stand for it. Whoever
 * else signs counts for nothing here: one can have as many keys as one likes. */
static gboolean
is_better (CitizCommunity *self, const CitizRefound *refound, guint old)
{
  CitizHash shown, other;

  if (self->refound == NULL || old > self->refound_old)
    return TRUE;
  citiz_refound_hash (&shown, self->refound);
  citiz_refound_hash (&other, refound);
  return citiz_hash_equal (&shown, &other) && old == self->refound_old
         && citiz_refound_n_signed (refound) > citiz_refound_n_signed (self->refound);
}

static void
consider (CitizCommunity *self, const CitizRefound *refound)
{
  g_autoptr (GError) error = NULL;
  guint old;

  if (citiz_chain_refound_of (self->copy, refound->ends) != NULL)
    {
      if (!citiz_chain_join_signers (self->copy, refound, &error))
        g_warning ("signatures of a new founding are not kept: %s", error->message);
      return;
    }
  if (!citiz_chain_check_refound (self->copy, refound, &old, NULL)
      || !is_better (self, refound, old))
    return;
  g_free (self->refound);
  self->refound = g_memdup2 (refound, sizeof *refound);
  self->refound_old = old;
  citiz_community_tell (self);
}

static void
take (CitizCommunity *self, GBytes *answer)
{
  g_autofree CitizRefound *refound = g_new (CitizRefound, 1);
  json_t *json = citiz_json_strict_parse (answer, NULL);
  json_t *one;
  gsize i;

  json_array_foreach (json_object_get (json, "refounds"), i, one)
  {
    const gchar *text = citiz_json_strict_string (one, "document", ANSWER_MAX);
    g_autoptr (GBytes) bytes = text != NULL ? citiz_base64url_decode (text) : NULL;

    if (bytes != NULL
        && citiz_refound_decode (g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes), refound,
                                 NULL))
      consider (self, refound);
  }
  json_decref (json);
}

static void
answered_cb (GObject *client, GAsyncResult *result, gpointer data)
{
  g_autofree Asked *asked = data;
  g_autoptr (GCancellable) stop = asked->stop;
  guint code;
  g_autoptr (GBytes) answer
      = citiz_http_client_ask_finish (CITIZ_HTTP_CLIENT (client), result, &code, NULL);

  if (!g_cancellable_is_cancelled (stop) && answer != NULL && code == 200)
    take (asked->community, answer);
}

/* A node has blocks of an epoch that no closing block began: it has to show who did. */
void
citiz_community_look_for_refound (CitizCommunity *self, const gchar *node)
{
  const CitizLedger *ledger = citiz_chain_ledger (self->copy, NULL);
  g_autofree gchar *url = NULL;
  Asked *asked;

  if (ledger == NULL || self->watch == NULL)
    return;
  url = g_strdup_printf ("%s" REFOUNDS_PATH "?from=%" G_GUINT64_FORMAT, node,
                         citiz_ledger_epoch (ledger));
  asked = g_new (Asked, 1);
  *asked = (Asked){self, g_object_ref (self->watch)};
  citiz_http_client_ask (self->client,
                         &(CitizHttpAsk){.method = "GET", .url = url, .answer_max = ANSWER_MAX},
                         self->watch, answered_cb, asked);
}

/**
 * citiz_community_get_refound:
 * @out_old: how many validators of the epoch that it ends have signed
 *
 * Returns: (transfer none) (nullable): a new founding that nobody has accepted here yet
 */
const CitizRefound *
citiz_community_get_refound (CitizCommunity *self, guint *out_old)
{
  *out_old = self->refound_old;
  return self->refound;
}

/**
 * citiz_community_accept_refound:
 * @document: the one that the person was shown
 *
 * The person has read it. From now on this computer follows those whom it names.
 */
gboolean
citiz_community_accept_refound (CitizCommunity *self, const CitizHash *document, GError **error)
{
  CitizHash hash = {{0}};

  if (self->refound != NULL)
    citiz_refound_hash (&hash, self->refound);
  if (self->refound == NULL || !citiz_hash_equal (&hash, document))
    {
      g_set_error (error, CITIZ_LEDGER_ERROR, CITIZ_LEDGER_ERROR_EPOCH,
                   "another document than the one that is offered now");
      return FALSE;
    }
  if (!citiz_chain_accept_refound (self->copy, self->refound, error))
    return FALSE;
  g_clear_pointer (&self->refound, g_free);
  g_clear_pointer (&self->doubt, g_free);
  citiz_community_moved (self);
  citiz_follower_hurry (self->follower, 0);
  return TRUE;
}
