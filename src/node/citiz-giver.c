/* The citizen's side of a grant over a committee. SPDX-License-Identifier: AGPL-3.0-or-later */
#include "node/citiz-giver.h"

#include "net/citiz-json-strict.h"

#define FIRST_DELAY 1000 /* ms; twice as long each time */
#define LAST_DELAY  60000
#define ANSWER_MAX  4096
#define BEHIND_MAX                                                                                 \
  8 /* times that a node may say the part is not the grant's: it may not know a renewal yet */
#define NOT_THE_GRANT 403
#define CODE_TAKEN    409

typedef struct
{
  CitizGiver *giver;
  guint i;
  gchar *origin; /* where it was asked last */
  gboolean held, coded, refused, no_code;
  gboolean asked;     /* an answer is awaited */
  gboolean unheard;   /* the last asking brought none */
  gboolean sent_code; /* by the asking that is on its way */
  guint delay, behind;
  GSource *again;
} Part;

struct _CitizGiver
{
  CitizHttpClient *client;
  GCancellable *stop;
  CitizParcel *parcel;
  GPtrArray *parts; /* Part */
  CitizGiverChanged changed;
  gpointer data;
};

static void
disarm (Part *part)
{
  if (part->again != NULL)
    g_source_destroy (part->again);
  g_clear_pointer (&part->again, g_source_unref);
}

static void
part_free (gpointer data)
{
  Part *part = data;

  disarm (part);
  g_free (part->origin);
  g_free (part);
}

static void
release (gpointer data)
{
  CitizGiver *giver = data;

  g_ptr_array_unref (giver->parts);
  citiz_parcel_unref (giver->parcel);
  g_object_unref (giver->client);
  g_object_unref (giver->stop);
}

static const CitizParcelPart *
content (const Part *part)
{
  return part->giver->parcel->parts->pdata[part->i];
}

/* The node's word, under its key, for this very part. */
static gboolean
is_word (const Part *part, GBytes *answer)
{
  const CitizGrantMember *member = &content (part)->member;
  json_t *json = citiz_json_strict_parse (answer, NULL);
  CitizSignature signature;
  const gboolean whole
      = json && citiz_json_strict_bytes (json, "signature", signature.b, sizeof signature.b);

  json_decref (json);
  return whole
         && citiz_held_verify (&signature, &part->giver->parcel->grant, (guint8) (part->i + 1),
                               &member->commitment, &part->giver->parcel->hash, &member->node);
}

static gboolean
wants_code (const Part *part)
{
  return content (part)->coded != NULL && !part->coded && !part->no_code;
}

static gboolean
is_whole (const Part *part)
{
  return part->held && (content (part)->coded == NULL || part->coded);
}

/* Nobody signs a refusal: what answered where the node was before has said nothing of the node. */
static gboolean
has_moved (const Part *part)
{
  return g_strcmp0 (part->origin, content (part)->origin) != 0;
}

static void
follow (Part *part)
{
  g_free (part->origin);
  part->origin = g_strdup (content (part)->origin);
  part->refused = part->no_code = part->unheard = FALSE;
  part->behind = 0;
  part->delay = FIRST_DELAY;
}

static gboolean
is_finished (const Part *part)
{
  return part->refused || (part->held && !wants_code (part));
}

/* What is worth another try: no answer, a grant the node does not know yet, a node that has no room or no time. */
static gboolean
may_change (Part *part, guint status)
{
  if (status == NOT_THE_GRANT)
    return ++part->behind < BEHIND_MAX;
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
send_in (Part *part, guint ms)
{
  disarm (part);
  part->again = g_timeout_source_new (ms);
  g_source_set_callback (part->again, again_cb, part, NULL);
  g_source_attach (part->again, g_main_context_get_thread_default ());
}

static void
take_answer (Part *part, GBytes *answer, guint status)
{
  part->unheard = answer == NULL;
  if (answer != NULL && status == 200 && is_word (part, answer))
    {
      part->held = TRUE;
      part->coded |= part->sent_code;
      part->delay = FIRST_DELAY;
    }
  else if (has_moved (part))
    follow (part);
  else if (answer != NULL && status == CODE_TAKEN && part->sent_code)
    part->no_code = TRUE;
  else if (answer != NULL && (status == 200 || !may_change (part, status)))
    part->refused = TRUE;
  else
    {
      send_in (part, part->delay);
      part->delay = MIN (part->delay * 2, LAST_DELAY);
      return;
    }
  if (!is_finished (part))
    send_part (part);
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
      part->asked = FALSE;
      take_answer (part, answer, status);
      giver->changed (giver, giver->data);
    }
  g_rc_box_release_full (giver, release);
}

static void
send_part (Part *part)
{
  g_autofree gchar *grant = citiz_id_to_hex (&part->giver->parcel->grant);
  g_autofree gchar *url
      = g_strconcat (content (part)->origin, "/v1/grants/", grant, "/shares", NULL);
  g_autoptr (GBytes) body = NULL;
  CitizHttpAsk ask = {.method = "POST",
                      .url = url,
                      .content_type = "application/octet-stream",
                      .answer_max = ANSWER_MAX};

  disarm (part);
  if (part->asked)
    return;
  if (has_moved (part))
    follow (part);
  if (is_finished (part))
    return;
  part->sent_code = wants_code (part);
  body = citiz_parcel_body (part->giver->parcel, part->i, part->sent_code, !part->held);
  ask.body = body;
  part->asked = TRUE;
  g_rc_box_acquire (part->giver);
  citiz_http_client_ask (part->giver->client, &ask, part->giver->stop, answered_cb, part);
}

static void
add_part (CitizGiver *giver, guint i, gboolean held, gboolean coded)
{
  Part *part = g_new0 (Part, 1);

  g_ptr_array_add (giver->parts, part);
  part->giver = giver;
  part->i = i;
  part->held = held;
  part->coded = coded;
}

/**
 * citiz_giver_new:
 * @parcel: its grant's transaction may still be on its way: the nodes wait for it
 * @held: nodes that are known to hold their part, as bits; @coded: and the spoken code
 *
 * Begins to send at once.
 */
CitizGiver *
citiz_giver_new (CitizHttpClient *client,
                 CitizParcel *parcel,
                 guint held,
                 guint coded,
                 CitizGiverChanged changed,
                 gpointer data)
{
  CitizGiver *giver = g_rc_box_new0 (CitizGiver);

  giver->client = g_object_ref (client);
  giver->stop = g_cancellable_new ();
  giver->parcel = citiz_parcel_ref (parcel);
  giver->parts = g_ptr_array_new_with_free_func (part_free);
  giver->changed = changed;
  giver->data = data;
  for (guint i = 0; i < parcel->parts->len; i++)
    add_part (giver, i, (held >> i & 1) != 0, (coded >> i & 1) != 0);
  citiz_giver_hurry (giver);
  return giver;
}

/* Nothing is told any more; what is on its way comes to nothing here. */
void
citiz_giver_free (CitizGiver *giver)
{
  for (guint i = 0; i < giver->parts->len; i++)
    disarm (giver->parts->pdata[i]);
  g_cancellable_cancel (giver->stop);
  g_rc_box_release_full (giver, release);
}

void
citiz_giver_hurry (CitizGiver *giver)
{
  for (guint i = 0; i < giver->parts->len; i++)
    send_part (giver->parts->pdata[i]);
}

guint
citiz_giver_get_held (CitizGiver *giver)
{
  guint bits = 0;

  for (guint i = 0; i < giver->parts->len; i++)
    bits |= (guint) ((Part *) giver->parts->pdata[i])->held << i;
  return bits;
}

guint
citiz_giver_get_coded (CitizGiver *giver)
{
  guint bits = 0;

  for (guint i = 0; i < giver->parts->len; i++)
    bits |= (guint) ((Part *) giver->parts->pdata[i])->coded << i;
  return bits;
}

guint
citiz_giver_get_refused (CitizGiver *giver)
{
  guint bits = 0;

  for (guint i = 0; i < giver->parts->len; i++)
    bits |= (guint) ((Part *) giver->parts->pdata[i])->refused << i;
  return bits;
}

guint
citiz_giver_get_unheard (CitizGiver *giver)
{
  guint bits = 0;

  for (guint i = 0; i < giver->parts->len; i++)
    bits |= (guint) ((Part *) giver->parts->pdata[i])->unheard << i;
  return bits;
}

gboolean
citiz_giver_is_done (CitizGiver *giver)
{
  for (guint i = 0; i < giver->parts->len; i++)
    if (!is_finished (giver->parts->pdata[i]))
      return FALSE;
  return TRUE;
}

gboolean
citiz_giver_is_whole (CitizGiver *giver)
{
  for (guint i = 0; i < giver->parts->len; i++)
    if (!is_whole (giver->parts->pdata[i]))
      return FALSE;
  return TRUE;
}

CitizGiverState
citiz_giver_judge (guint held, guint unsure, guint threshold, guint m)
{
  const guint n = (guint) __builtin_popcount (held);

  if (n == m || (n > threshold && (unsure & ~held) == 0))
    return CITIZ_GIVER_READY;
  return n >= threshold ? CITIZ_GIVER_USABLE : CITIZ_GIVER_SENDING;
}

CitizGiverState
citiz_giver_get_state (CitizGiver *giver)
{
  guint unsure = 0;

  for (guint i = 0; i < giver->parts->len; i++)
    {
      const Part *part = giver->parts->pdata[i];

      unsure |= (guint) (part->asked && !part->unheard) << i;
    }
  return citiz_giver_judge (citiz_giver_get_held (giver), unsure, giver->parcel->threshold,
                            giver->parts->len);
}
