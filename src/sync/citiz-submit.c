/* Handing transactions to nodes: several at once, one at a time to a node that does not know of that. SPDX-License-Identifier: AGPL-3.0-or-later */
#include "sync/citiz-submit.h"

#include "net/citiz-json-strict.h"

#include <string.h>

#define ANSWER_MAX (4096 + CITIZ_TXS_MAX * 256) /* a result has a name of 64 letters and a word */
#define WORD_MAX   32

struct _CitizSubmit
{
  CitizHttpClient *client;
  CitizSubmitFunc func;
  gpointer data;
  GCancellable *stop;
  GPtrArray *due;     /* Handing */
  GSource *soon;      /* they are sent */
  GHashTable *singly; /* nodes that take one at a time */
};

/* What goes to one node; lives until its last answer. */
typedef struct
{
  CitizSubmit *submit; /* gone once @stop is cancelled */
  GCancellable *stop;
  gchar *node;
  GPtrArray *txs; /* CitizTx */
  GArray *rounds; /* guint, of each */
} Handing;

/* One request of it. */
typedef struct
{
  Handing *handing;
  guint first, n; /* of the transactions */
} Asked;

static void
handing_clear (gpointer data)
{
  Handing *handing = data;

  g_object_unref (handing->stop);
  g_free (handing->node);
  g_ptr_array_unref (handing->txs);
  g_array_unref (handing->rounds);
}

static void
handing_unref (gpointer handing)
{
  g_rc_box_release_full (handing, handing_clear);
}

/* Letters, whatever was written. NULL: none, so that no node has refused it, but something in front of it. */
static const gchar *
word_of (json_t *object)
{
  const gchar *word = object != NULL ? citiz_json_strict_string (object, "error", WORD_MAX) : NULL;

  return word != NULL && *word != '\0' && word[strspn (word, "abcdefghijklmnopqrstuvwxyz-")] == '\0'
             ? word
             : NULL;
}

static void
tell (Handing *handing, guint at, guint status, json_t *object)
{
  if (!g_cancellable_is_cancelled (handing->stop))
    handing->submit->func (handing->submit->data, citiz_tx_get_id (handing->txs->pdata[at]),
                           g_array_index (handing->rounds, guint, at), status, word_of (object));
}

/* The n-th of the results, with its status. */
static guint
result_at (json_t *results, guint at, guint n, json_t **out)
{
  gint64 status;

  *out = json_is_array (results) && json_array_size (results) == n ? json_array_get (results, at)
                                                                   : NULL;
  return json_is_object (*out) && citiz_json_strict_int (*out, "status", 200, 599, &status)
             ? (guint) status
             : 0;
}

static void ask (Handing *handing, guint first, guint n);

/* It does not want several at once: a node of before, or one behind a proxy that lets less through. */
static gboolean
is_too_much (guint status)
{
  return status >= 400 && status < 500 && status != 429;
}

static void
answered_cb (GObject *client, GAsyncResult *result, gpointer data)
{
  g_autofree Asked *asked = data;
  Handing *handing = asked->handing;
  guint status;
  g_autoptr (GBytes) answer
      = citiz_http_client_ask_finish (CITIZ_HTTP_CLIENT (client), result, &status, NULL);
  json_t *body = answer != NULL ? citiz_json_strict_parse (answer, NULL) : NULL;

  if (answer == NULL)
    status = 0;
  if (asked->n > 1 && is_too_much (status) && !g_cancellable_is_cancelled (handing->stop))
    {
      g_hash_table_add (handing->submit->singly, g_strdup (handing->node));
      for (guint i = 0; i < asked->n; i++)
        ask (handing, asked->first + i, 1);
    }
  else
    for (guint i = 0; i < asked->n; i++)
      {
        json_t *one = body;
        guint own = status;

        if (asked->n > 1 && status == 200)
          own = result_at (json_object_get (body, "results"), i, asked->n, &one);
        tell (handing, asked->first + i, own, one);
      }
  json_decref (body);
  handing_unref (handing);
}

static GBytes *
body_of (GPtrArray *txs, guint first, guint n)
{
  GByteArray *all;

  if (n == 1)
    return g_bytes_ref (citiz_tx_get_bytes (txs->pdata[first]));
  all = g_byte_array_new ();
  for (guint i = 0; i < n; i++)
    citiz_txs_put (all, txs->pdata[first + i]);
  return g_byte_array_free_to_bytes (all);
}

static void
ask (Handing *handing, guint first, guint n)
{
  g_autofree gchar *url = g_strconcat (handing->node, n > 1 ? CITIZ_TXS_PATH : CITIZ_TX_PATH, NULL);
  g_autoptr (GBytes) body = body_of (handing->txs, first, n);
  const CitizHttpAsk asking = {.method = "POST",
                               .url = url,
                               .content_type = "application/octet-stream",
                               .body = body,
                               .answer_max = ANSWER_MAX};
  Asked *asked = g_new (Asked, 1);

  *asked = (Asked){g_rc_box_acquire (handing), first, n};
  citiz_http_client_ask (handing->submit->client, &asking, handing->stop, answered_cb, asked);
}

static void
send_one (CitizSubmit *self, Handing *handing)
{
  const gboolean singly = g_hash_table_contains (self->singly, handing->node);

  for (guint at = 0, n; at < handing->txs->len; at += n)
    {
      n = singly ? 1 : MIN (handing->txs->len - at, CITIZ_TXS_MAX);
      ask (handing, at, n);
    }
}

static gboolean
soon_cb (gpointer data)
{
  CitizSubmit *self = data;
  g_autoptr (GPtrArray) due = g_steal_pointer (&self->due);

  self->due = g_ptr_array_new_with_free_func (handing_unref);
  g_clear_pointer (&self->soon, g_source_unref);
  for (guint i = 0; i < due->len; i++)
    send_one (self, due->pdata[i]);
  return G_SOURCE_REMOVE;
}

static Handing *
handing_to (CitizSubmit *self, const gchar *node)
{
  Handing *handing;

  for (guint i = 0; i < self->due->len; i++)
    if (g_str_equal (((const Handing *) self->due->pdata[i])->node, node))
      return self->due->pdata[i];
  handing = g_rc_box_new (Handing);
  *handing = (Handing){self, g_object_ref (self->stop), g_strdup (node),
                       g_ptr_array_new_with_free_func ((GDestroyNotify) citiz_tx_unref),
                       g_array_new (FALSE, FALSE, sizeof (guint))};
  g_ptr_array_add (self->due, handing);
  return handing;
}

/**
 * citiz_submit_add:
 * @node: "https://host", no path
 * @tx: signed
 * @round: told with the answer
 *
 * What is added in one turn of the main loop goes to each node in the order it was added in, in as few requests as its limits allow; to a node that does not
 * know of that, in one each.
 */
void
citiz_submit_add (CitizSubmit *self, const gchar *node, CitizTx *tx, guint round)
{
  Handing *handing = handing_to (self, node);

  g_ptr_array_add (handing->txs, citiz_tx_ref (tx));
  g_array_append_val (handing->rounds, round);
  if (self->soon != NULL)
    return;
  self->soon = g_idle_source_new ();
  g_source_set_priority (self->soon, G_PRIORITY_DEFAULT);
  g_source_set_callback (self->soon, soon_cb, self, NULL);
  g_source_attach (self->soon, g_main_context_get_thread_default ());
}

/**
 * citiz_submit_new:
 * @func: told once of each transaction and node
 */
CitizSubmit *
citiz_submit_new (CitizHttpClient *client, CitizSubmitFunc func, gpointer data)
{
  CitizSubmit *self = g_new0 (CitizSubmit, 1);

  self->client = g_object_ref (client);
  self->func = func;
  self->data = data;
  self->stop = g_cancellable_new ();
  self->due = g_ptr_array_new_with_free_func (handing_unref);
  self->singly = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  return self;
}

/* Nothing is told any more. */
void
citiz_submit_free (CitizSubmit *self)
{
  g_cancellable_cancel (self->stop);
  if (self->soon != NULL)
    g_source_destroy (self->soon);
  g_clear_pointer (&self->soon, g_source_unref);
  g_ptr_array_unref (self->due);
  g_hash_table_unref (self->singly);
  g_object_unref (self->stop);
  g_object_unref (self->client);
  g_free (self);
}
