/* The citizen's side of a grant over a committee. SPDX-License-Identifier: AGPL-3.0-or-later */
#include "node/citiz-giver.h"

#include "net/citiz-json-strict.h"

#define FIRST_DELAY 1000 /* ms; twice as long each time */
#define LAST_DELAY  60000
#define ANSWER_MAX  4096

typedef enum
{
  PART_SENT,
  PART_FAILED, /* no answer: it is sent again */
  PART_HELD,
  PART_REFUSED
} PartState;

typedef struct
{
  CitizGiver *giver;
  CitizGrantMember member;
  guint8 place;
  gchar *url;
  GBytes *body; /* a secret sealed to the node */
  PartState state;
  guint delay;
  GSource *again;
} Part;

struct _CitizGiver
{
  CitizHttpClient *client;
  GCancellable *stop;
  CitizId grant;
  CitizHash capsule;
  guint threshold;
  GPtrArray *parts; /* Part */
  CitizGiverChanged changed;
  gpointer data;
};

static void
part_free (gpointer data)
{
  Part *part = data;

  if (part->again)
    g_source_destroy (part->again);
  g_clear_pointer (&part->again, g_source_unref);
  g_free (part->url);
  g_clear_pointer (&part->body, g_bytes_unref);
  g_free (part);
}

static void
release (gpointer data)
{
  CitizGiver *giver = data;

  g_ptr_array_unref (giver->parts);
  g_object_unref (giver->client);
  g_object_unref (giver->stop);
}

/* The node's word, under its key, for this very part. */
static gboolean
is_word (const Part *part, GBytes *answer)
{
  json_t *json = citiz_json_strict_parse (answer, NULL);
  CitizSignature signature;
  const gboolean whole
      = json && citiz_json_strict_bytes (json, "signature", signature.b, sizeof signature.b);

  json_decref (json);
  return whole
         && citiz_held_verify (&signature, &part->giver->grant, part->place,
                               &part->member.commitment, &part->giver->capsule, &part->member.node);
}

/* What is worth another try: no answer, a grant the node does not know yet, a node that has no room or no time. */
static gboolean
may_change (guint status)
{
  return status == 0 || status == 404 || status == 429 || status >= 500;
}

static void send_part (Part *part);

static gboolean
again_cb (gpointer data)
{
  Part *part = data;

  g_clear_pointer (&part->again, g_source_unref);
  send_part (part);
  return G_SOURCE_REMOVE;
}

static void
send_later (Part *part)
{
  part->again = g_timeout_source_new (part->delay);
  g_source_set_callback (part->again, again_cb, part, NULL);
  g_source_attach (part->again, g_main_context_get_thread_default ());
  part->delay = MIN (part->delay * 2, LAST_DELAY);
}

static void
answered_cb (GObject *client, GAsyncResult *result, gpointer data)
{
  Part *part = data;
  CitizGiver *giver = part->giver;
  guint status = 0;
  g_autoptr (GBytes) answer
      = citiz_http_client_ask_finish (CITIZ_HTTP_CLIENT (client), result, &status, NULL);

  if (!g_cancellable_is_cancelled (giver->stop))
    {
      if (answer && status == 200)
        part->state = is_word (part, answer) ? PART_HELD : PART_REFUSED;
      else
        part->state = may_change (answer ? status : 0) ? PART_FAILED : PART_REFUSED;
      if (part->state == PART_FAILED)
        send_later (part);
      giver->changed (giver, giver->data);
    }
  g_rc_box_release_full (giver, release);
}

static void
send_part (Part *part)
{
  const CitizHttpAsk ask = {.method = "POST",
                            .url = part->url,
                            .content_type = "application/octet-stream",
                            .body = part->body,
                            .answer_max = ANSWER_MAX};

  g_rc_box_acquire (part->giver);
  citiz_http_client_ask (part->giver->client, &ask, part->giver->stop, answered_cb, part);
}

static const gchar *
origin_of (const CitizDealNode *nodes, guint n, const CitizPublicKey *key)
{
  for (guint i = 0; i < n; i++)
    if (citiz_public_key_equal (&nodes[i].key, key))
      return nodes[i].origin;
  return NULL;
}

static gboolean
add_part (CitizGiver *giver,
          const CitizDeal *deal,
          guint i,
          const CitizDealNode *nodes,
          guint n_nodes,
          GError **error)
{
  const gchar *origin = origin_of (nodes, n_nodes, &deal->body.committee[i].node);
  Part *part = g_new0 (Part, 1);
  g_autofree gchar *grant = citiz_id_to_hex (&deal->body.id);

  g_ptr_array_add (giver->parts, part);
  part->giver = giver;
  part->member = deal->body.committee[i];
  part->place = (guint8) (i + 1);
  part->delay = FIRST_DELAY;
  if (origin == NULL)
    {
      g_set_error (error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND,
                   "a node of the committee has no address");
      return FALSE;
    }
  part->url = g_strconcat (origin, "/v1/grants/", grant, "/shares", NULL);
  part->body = citiz_hand_seal (deal, i, NULL, TRUE, error);
  return part->body != NULL;
}

/**
 * citiz_giver_new:
 * @deal: its transaction may still be on its way: the nodes wait for it. Not used after the call
 * @nodes: where each node of the committee is reached
 *
 * Begins to send at once.
 */
CitizGiver *
citiz_giver_new (CitizHttpClient *client,
                 const CitizDeal *deal,
                 const CitizDealNode *nodes,
                 guint n_nodes,
                 CitizGiverChanged changed,
                 gpointer data,
                 GError **error)
{
  CitizGiver *giver = g_rc_box_new0 (CitizGiver);

  giver->client = g_object_ref (client);
  giver->stop = g_cancellable_new ();
  giver->grant = deal->body.id;
  giver->capsule = deal->body.capsule;
  giver->threshold = deal->body.threshold;
  giver->parts = g_ptr_array_new_with_free_func (part_free);
  giver->changed = changed;
  giver->data = data;
  for (guint i = 0; i < deal->body.n_committee; i++)
    if (!add_part (giver, deal, i, nodes, n_nodes, error))
      {
        citiz_giver_free (giver);
        return NULL;
      }
  for (guint i = 0; i < giver->parts->len; i++)
    send_part (giver->parts->pdata[i]);
  return giver;
}

/* Nothing is told any more; what is on its way comes to nothing here. */
void
citiz_giver_free (CitizGiver *giver)
{
  for (guint i = 0; i < giver->parts->len; i++)
    {
      Part *part = giver->parts->pdata[i];

      if (part->again)
        g_source_destroy (part->again);
      g_clear_pointer (&part->again, g_source_unref);
    }
  g_cancellable_cancel (giver->stop);
  g_rc_box_release_full (giver, release);
}

static guint
count (CitizGiver *giver, PartState state)
{
  guint n = 0;

  for (guint i = 0; i < giver->parts->len; i++)
    n += ((Part *) giver->parts->pdata[i])->state == state;
  return n;
}

guint
citiz_giver_n_holding (CitizGiver *giver)
{
  return count (giver, PART_HELD);
}

CitizGiverState
citiz_giver_get_state (CitizGiver *giver)
{
  const guint held = count (giver, PART_HELD);

  if (held == giver->parts->len || (held > giver->threshold && count (giver, PART_SENT) == 0))
    return CITIZ_GIVER_READY;
  return held >= giver->threshold ? CITIZ_GIVER_USABLE : CITIZ_GIVER_SENDING;
}

static gboolean
is_in (CitizGiver *giver, const CitizPublicKey *node, PartState state)
{
  for (guint i = 0; i < giver->parts->len; i++)
    {
      const Part *part = giver->parts->pdata[i];

      if (citiz_public_key_equal (&part->member.node, node))
        return part->state == state;
    }
  return FALSE;
}

gboolean
citiz_giver_is_held (CitizGiver *giver, const CitizPublicKey *node)
{
  return is_in (giver, node, PART_HELD);
}

gboolean
citiz_giver_is_refused (CitizGiver *giver, const CitizPublicKey *node)
{
  return is_in (giver, node, PART_REFUSED);
}
