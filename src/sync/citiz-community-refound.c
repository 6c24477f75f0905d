/* When those who keep a community have founded it anew: shown to its citizens, who accept it or not. SPDX-License-Identifier: AGPL-3.0-or-later */
#include "sync/citiz-community-private.h"

#include "sync/citiz-refounds.h"

#define REFUSED_MAX 32 /* remembered */

typedef struct
{
  CitizCommunity *community; /* gone once @stop is cancelled */
  GCancellable *stop;
} Asked;

static gboolean
is_refused (CitizCommunity *self, const CitizRefound *refound)
{
  CitizHash document;

  citiz_refound_hash (&document, refound);
  for (guint i = 0; i < self->refused->len; i++)
    if (citiz_hash_equal (&g_array_index (self->refused, CitizHash, i), &document))
      return TRUE;
  return FALSE;
}

/* What the person has not answered comes before what they said no to. */
static gboolean
is_better (CitizCommunity *self, const CitizRefound *refound, guint old)
{
  const gboolean before = self->refound != NULL && is_refused (self, self->refound);
  const gboolean now = is_refused (self, refound);

  return self->refound == NULL || before == now
             ? citiz_refounds_is_better (refound, old, self->refound, self->refound_old)
             : before;
}

static void
show (CitizCommunity *self, const CitizRefound *refound, guint old, const CitizValidators *before)
{
  g_free (self->refound);
  self->refound = g_memdup2 (refound, sizeof *refound);
  self->refound_old = old;
  self->refound_before = *before;
  citiz_community_tell (self);
}

/* Of an epoch that the copy would leap over. */
void
citiz_community_refounded (CitizCommunity *self)
{
  guint old;
  const CitizRefound *refound = citiz_leap_get_refound (self->leap, &old);

  show (self, refound, old, &citiz_leap_get_light (self->leap)->validators);
}

static void
consider (CitizCommunity *self, const CitizRefound *refound)
{
  const CitizLedger *ledger = citiz_chain_ledger (self->copy, NULL);
  g_autofree CitizValidators *before = g_new0 (CitizValidators, 1);
  g_autoptr (GError) error = NULL;
  guint old;

  if (citiz_chain_refound_of (self->copy, refound->ends) != NULL)
    {
      if (!citiz_chain_join_signers (self->copy, refound, &error))
        g_warning ("signatures of a new founding are not kept: %s", error->message);
      return;
    }
  if (citiz_chain_check_refound (self->copy, refound, &old, NULL) && is_better (self, refound, old)
      && citiz_ledger_get_validators (ledger, refound->ends, before))
    show (self, refound, old, before);
}

static void
take (CitizCommunity *self, GBytes *answer)
{
  g_autoptr (GPtrArray) refounds = citiz_refounds_read (answer);

  for (guint i = 0; i < refounds->len; i++)
    consider (self, refounds->pdata[i]);
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
  url = g_strdup_printf ("%s" CITIZ_REFOUNDS_PATH "?from=%" G_GUINT64_FORMAT, node,
                         citiz_ledger_epoch (ledger));
  asked = g_new (Asked, 1);
  *asked = (Asked){self, g_object_ref (self->watch)};
  citiz_http_client_ask (
      self->client, &(CitizHttpAsk){.method = "GET", .url = url, .answer_max = CITIZ_REFOUNDS_MAX},
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

/* Of the epoch that it ends. */
const CitizValidators *
citiz_community_get_refound_before (CitizCommunity *self)
{
  return &self->refound_before;
}

/* Where the copy would leap over it, it is only kept, and the leap goes on. */
static gboolean
accept (CitizCommunity *self, const CitizHash *document, GError **error)
{
  return self->leap != NULL ? citiz_leap_accept_refound (self->leap, document, error)
                            : citiz_chain_accept_refound (self->copy, self->refound, error);
}

static gboolean
is_offered (CitizCommunity *self, const CitizHash *document, GError **error)
{
  CitizHash hash = {{0}};

  if (self->refound != NULL)
    citiz_refound_hash (&hash, self->refound);
  if (self->refound != NULL && citiz_hash_equal (&hash, document))
    return TRUE;
  g_set_error (error, CITIZ_LEDGER_ERROR, CITIZ_LEDGER_ERROR_EPOCH,
               "another document than the one that is offered now");
  return FALSE;
}

/* Whether the person has said no to the one that is shown. */
gboolean
citiz_community_is_refound_refused (CitizCommunity *self)
{
  return self->refound != NULL && is_refused (self, self->refound);
}

/**
 * citiz_community_refuse_refound:
 * @document: the one that the person was shown
 *
 * The person has said no. It is remembered by the document's name and not asked again; it may still be accepted.
 */
gboolean
citiz_community_refuse_refound (CitizCommunity *self, const CitizHash *document, GError **error)
{
  if (!is_offered (self, document, error))
    return FALSE;
  if (is_refused (self, self->refound))
    return TRUE;
  g_array_append_val (self->refused, *document);
  if (self->refused->len > REFUSED_MAX)
    g_array_remove_index (self->refused, 0);
  if (!citiz_community_keep (self, error))
    {
      g_array_set_size (self->refused, self->refused->len - 1);
      return FALSE;
    }
  citiz_community_tell (self);
  return TRUE;
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
  if (!is_offered (self, document, error) || !accept (self, document, error))
    return FALSE;
  g_clear_pointer (&self->refound, g_free);
  g_clear_pointer (&self->doubt, g_free);
  citiz_community_moved (self);
  citiz_follower_hurry (self->follower, 0);
  return TRUE;
}
