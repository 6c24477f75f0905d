/* Closing proofs, then the snapshot of the last closing block, from whichever node gives it. SPDX-License-Identifier: AGPL-3.0-or-later */
#include "sync/citiz-leap.h"

#include "ledger/citiz-snapshot.h"
#include "net/citiz-http-server.h"
#include "sync/citiz-refounds.h"
#include "wire/citiz-closing.h"

#define TIMEOUT_MS 20000
#define EPOCHS_MAX (8u * 1024 * 1024)
#define LIST_MAX   (CITIZ_SNAPSHOT_MAX * (guint) sizeof (CitizHash))
#define LEAST      5000 /* transactions: fewer are followed in less time than a leap takes */
#define RETRY_MS   1000 /* when no node answers; doubled up to RETRY_MAX */
#define RETRY_MAX  60000
#define ROUNDS                                                                                     \
  2 /* all nodes in a row are of no use, so many times: the first block is begun with */

typedef enum
{
  EPOCHS,
  REFOUNDS,
  LIST,
  CHUNK
} Stage;

struct _CitizLeap
{
  GObject parent_instance;
  CitizChain *chain; /* empty */
  guint64 least;
  gchar **urls;
  guint turn;
  Stage stage;
  gboolean answered; /* by any node since the last pause */
  gboolean alone;
  guint misses; /* nodes in a row that did not help */
  guint wait_ms;
  CitizLight light;
  CitizRefound *
      refound; /* that ends the epoch that is come to; waits for a person once all nodes were asked */
  guint refound_old;
  guint polled;            /* nodes that were asked for one */
  guint heard, offers;     /* of them: who answered, and who goes on by one */
  CitizValidators closers; /* of the epoch that ended last */
  GPtrArray *closings;     /* CitizClosing: all, verified */
  CitizSnapshot *snapshot;
  guint n_chunks;
  CitizHttpClient *client;
  GCancellable *stop;
  GSource *again;
};

G_DEFINE_TYPE (CitizLeap, citiz_leap, G_TYPE_OBJECT)

enum
{
  MOVED,
  REFOUNDED,
  DOUBTED,
  DONE,
  N_SIGNALS
};
static guint signals[N_SIGNALS];

static void ask (CitizLeap *self);

static const CitizBlockHeader *
closing_header (CitizLeap *self)
{
  const CitizClosing *last = self->closings->pdata[self->closings->len - 1];

  return &g_array_index (last->headers, CitizBlockHeader, 0);
}

/* It is over: with or without a leap. */
static void
end (CitizLeap *self)
{
  citiz_leap_stop (self);
  g_signal_emit (self, signals[DONE], 0);
}

static gboolean
again_cb (gpointer data)
{
  CitizLeap *self = data;

  g_clear_pointer (&self->again, g_source_unref);
  ask (self);
  return G_SOURCE_REMOVE;
}

static void
ask_in (CitizLeap *self, guint ms)
{
  if (self->stop == NULL) /* by whoever heard a signal */
    return;
  self->again = g_timeout_source_new (ms);
  g_source_set_callback (self->again, again_cb, self, NULL);
  g_source_attach (self->again, g_main_context_get_thread_default ());
}

/* Not one node answers: that says nothing of what they have. */
static void
rest (CitizLeap *self)
{
  self->misses = 0;
  self->alone = TRUE;
  g_signal_emit (self, signals[MOVED], 0);
  ask_in (self, self->wait_ms);
  self->wait_ms = MIN (2 * self->wait_ms, RETRY_MAX);
}

/* The next node. The list of chunks is the right one, whoever gave it: with it one goes on. */
static void
miss (CitizLeap *self)
{
  const guint n = MAX (1, self->urls != NULL ? g_strv_length (self->urls) : 0);

  if (self->stop == NULL)
    return;
  self->turn++;
  if (self->stage == LIST)
    self->stage = EPOCHS;
  if (++self->misses < ROUNDS * n)
    ask_in (self, 0);
  else if (!self->answered)
    rest (self);
  else
    end (self);
}

static void
doubt (CitizLeap *self, const gchar *url, GError *error)
{
  g_signal_emit (self, signals[DOUBTED], 0, url, error);
  g_error_free (error);
  miss (self);
}

static GError *
cut (void)
{
  return g_error_new_literal (CITIZ_WIRE_ERROR, CITIZ_WIRE_ERROR_TRUNCATED, "the answer is cut");
}

/* New foundings **************************************************************/

static void take_last (CitizLeap *self);

static void
poll_again (CitizLeap *self)
{
  self->polled = self->heard = self->offers = 0;
}

/* Over an epoch that people ended, if the person has accepted that. Returns: whether it is another epoch then */
static gboolean
cross (CitizLeap *self)
{
  const CitizRefound *refound = citiz_chain_refound_of (self->chain, self->light.epoch);

  if (refound == NULL || !citiz_light_refound (&self->light, refound, NULL))
    return FALSE;
  poll_again (self);
  return TRUE;
}

static void
look_for_refound (CitizLeap *self)
{
  const guint n = self->urls != NULL ? g_strv_length (self->urls) : 0;

  self->stage = REFOUNDS;
  if (self->polled < n)
    ask (self);
  else if (2 * self->offers > self->heard)
    g_signal_emit (self, signals[REFOUNDED], 0);
  else /* a document signs itself: who shows blocks beyond the epoch is listened to later on, whoever only says so stops nobody */
    {
      g_clear_pointer (&self->refound, g_free);
      take_last (self);
    }
}

/* Returns: (transfer none) (nullable): what the person has to decide before it goes on; @out_old: how many of the validators of before have signed it */
const CitizRefound *
citiz_leap_get_refound (CitizLeap *self, guint *out_old)
{
  *out_old = self->refound_old;
  return self->refound;
}

/* How far the closing proofs led. */
const CitizLight *
citiz_leap_get_light (CitizLeap *self)
{
  return &self->light;
}

/* The person has read @document. It is kept, however the copy begins. */
gboolean
citiz_leap_accept_refound (CitizLeap *self, const CitizHash *document, GError **error)
{
  g_autofree CitizRefound *refound = NULL;
  CitizHash hash = {{0}};

  if (self->refound != NULL)
    citiz_refound_hash (&hash, self->refound);
  if (self->refound == NULL || self->stop == NULL || !citiz_hash_equal (&hash, document))
    {
      g_set_error (error, CITIZ_LEDGER_ERROR, CITIZ_LEDGER_ERROR_EPOCH,
                   "another document than the one that is offered now");
      return FALSE;
    }
  if (!citiz_chain_keep_refound (self->chain, self->refound, error))
    return FALSE;
  refound = g_steal_pointer (&self->refound);
  self->stage = EPOCHS;
  if (cross (self))
    ask_in (self, 0);
  else
    end (self);
  return TRUE;
}

/* Closing proofs *************************************************************/

static GError *
take_closing (CitizLeap *self, CitizCursor *cursor)
{
  const CitizValidators closers = self->light.validators;
  g_autoptr (CitizClosing) closing = NULL;
  const guint8 *view = NULL;
  GError *error = NULL;
  guint32 n;

  if (citiz_take_u32 (cursor, &n))
    view = citiz_take_view (cursor, n);
  if (view == NULL)
    return cut ();
  closing = citiz_closing_decode (view, n, &error);
  if (closing == NULL || !citiz_light_close (&self->light, closing, &error))
    return error;
  self->closers = closers;
  poll_again (self);
  g_ptr_array_add (self->closings, g_steal_pointer (&closing));
  return NULL;
}

/* What the nodes know of closing blocks leads no further, nor did people. */
static void
take_last (CitizLeap *self)
{
  self->stage = EPOCHS;
  if (self->closings->len == 0)
    {
      miss (self); /* another may know of an end */
      return;
    }
  if (closing_header (self)->log_size < self->least)
    {
      end (self);
      return;
    }
  self->stage = LIST;
  ask (self);
}

/* Until a node knows no more. */
static void
take_epochs (CitizLeap *self, const gchar *url, GBytes *answer)
{
  CitizCursor cursor = citiz_cursor (g_bytes_get_data (answer, NULL), g_bytes_get_size (answer));
  const gboolean more = cursor.n > 0;

  while (cursor.n > 0)
    {
      GError *error = take_closing (self, &cursor);

      if (error != NULL)
        {
          doubt (self, url, error);
          return;
        }
    }
  if (more || cross (self))
    ask (self);
  else
    look_for_refound (self);
}

/* One node after the other is asked: what most of the validators of before stand for is shown. */
static void
take_refounds (CitizLeap *self, const gchar *url, GBytes *answer)
{
  g_autoptr (GPtrArray) refounds = answer != NULL ? citiz_refounds_read (answer) : NULL;
  gboolean offers = FALSE;

  for (guint i = 0; refounds != NULL && i < refounds->len; i++)
    {
      const CitizRefound *refound = refounds->pdata[i];
      guint old;

      if (refound->ends != self->light.epoch
          || !citiz_light_check_refound (&self->light, refound, &old, NULL))
        continue;
      offers = TRUE;
      if (!citiz_refounds_is_better (refound, old, self->refound, self->refound_old))
        continue;
      g_free (self->refound);
      self->refound = g_memdup2 (refound, sizeof *refound);
      self->refound_old = old;
    }
  self->offers += offers;
  self->polled++;
  self->turn++;
  look_for_refound (self);
}

/* Chunks *********************************************************************/

static void
take_list (CitizLeap *self, const gchar *url, GBytes *answer)
{
  const gsize n = g_bytes_get_size (answer) / sizeof (CitizHash);
  GError *error = NULL;

  if (g_bytes_get_size (answer) % sizeof (CitizHash) != 0)
    error = cut ();
  else
    self->snapshot = citiz_snapshot_new (closing_header (self), g_bytes_get_data (answer, NULL),
                                         (guint) n, &error);
  if (error != NULL)
    {
      doubt (self, url, error);
      return;
    }
  self->n_chunks = (guint) n;
  self->stage = CHUNK;
  self->misses = 0;
  ask (self);
}

static void
fail (CitizLeap *self, const GError *error)
{
  g_warning ("a snapshot could not be kept: %s", error->message);
  end (self);
}

static void
finish (CitizLeap *self)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (CitizLedger) ledger = citiz_snapshot_finish (
      self->snapshot, citiz_chain_genesis (self->chain), &self->closers, &error);

  if (ledger == NULL || !citiz_chain_adopt (self->chain, self->closings, ledger, &error))
    fail (self, error);
  else
    end (self);
}

/* What was verified is written before the next is asked for. */
static void
take_chunk (CitizLeap *self, const gchar *url, GBytes *answer)
{
  g_autoptr (CitizChanges) objects = citiz_changes_new ();
  GError *error = NULL;
  g_autoptr (GError) own = NULL;

  if (!citiz_snapshot_take (self->snapshot, g_bytes_get_data (answer, NULL),
                            g_bytes_get_size (answer), objects, &error))
    {
      doubt (self, url, error);
      return;
    }
  if (!citiz_chain_stage (self->chain, objects, &own))
    {
      fail (self, own);
      return;
    }
  self->misses = 0;
  g_signal_emit (self, signals[MOVED], 0);
  if (self->stop == NULL)
    return;
  if (citiz_snapshot_next (self->snapshot) == self->n_chunks)
    finish (self);
  else
    ask (self);
}

/* Asking *********************************************************************/

/* What an answer needs when the leap is stopped before it comes. */
typedef struct
{
  CitizLeap *leap; /* gone once @stop is cancelled */
  GCancellable *stop;
  gchar *url;
} Asked;

static void (*const take[]) (CitizLeap *, const gchar *, GBytes *) = {
    [EPOCHS] = take_epochs,
    [REFOUNDS] = take_refounds,
    [LIST] = take_list,
    [CHUNK] = take_chunk,
};

static void
answered_cb (GObject *client, GAsyncResult *result, gpointer data)
{
  Asked *asked = data;
  CitizLeap *self = asked->leap;
  g_autoptr (GCancellable) stop = asked->stop;
  g_autofree gchar *url = asked->url;
  GError *error = NULL;
  guint status = 0;
  g_autoptr (GBytes) answer
      = citiz_http_client_ask_finish (CITIZ_HTTP_CLIENT (client), result, &status, &error);
  const gboolean too_long = g_error_matches (error, CITIZ_NET_ERROR, CITIZ_NET_ERROR_ANSWER);

  g_free (asked);
  if (g_cancellable_is_cancelled (stop))
    {
      g_clear_error (&error);
      return;
    }
  g_object_ref (self);
  if (too_long || (answer != NULL && status < 500))
    {
      self->answered = TRUE;
      self->alone = FALSE;
      self->wait_ms = RETRY_MS;
    }
  self->heard += self->stage == REFOUNDS && answer != NULL && status < 500;
  if (self->stage == REFOUNDS && (answer == NULL || status != 200))
    take_refounds (self, url, NULL);
  else if (too_long)
    doubt (self, url, g_steal_pointer (&error));
  else if (answer == NULL || status != 200)
    miss (self);
  else
    take[self->stage](self, url, answer);
  g_clear_error (&error);
  g_object_unref (self);
}

static gchar *
path (CitizLeap *self, gsize *out_max)
{
  switch (self->stage)
    {
    case LIST:
      *out_max = LIST_MAX;
      return g_strdup_printf ("/v1/snapshots/%" G_GUINT64_FORMAT, closing_header (self)->epoch);
    case CHUNK:
      *out_max = CITIZ_SNAPSHOT_CHUNK;
      return g_strdup_printf ("/v1/snapshots/%" G_GUINT64_FORMAT "/%u",
                              closing_header (self)->epoch, citiz_snapshot_next (self->snapshot));
    case REFOUNDS:
      *out_max = CITIZ_REFOUNDS_MAX;
      return g_strdup_printf (CITIZ_REFOUNDS_PATH "?from=%" G_GUINT64_FORMAT, self->light.epoch);
    case EPOCHS:
    default:
      *out_max = EPOCHS_MAX;
      return g_strdup_printf ("/v1/epochs?from=%" G_GUINT64_FORMAT, self->light.epoch);
    }
}

static void
ask (CitizLeap *self)
{
  const guint n = self->urls != NULL ? g_strv_length (self->urls) : 0;
  g_autofree gchar *which = NULL;
  g_autofree gchar *url = NULL;
  Asked *asked;
  gsize max;

  if (n == 0)
    {
      end (self);
      return;
    }
  which = path (self, &max);
  asked = g_new (Asked, 1);
  *asked = (Asked){self, g_object_ref (self->stop), g_strdup (self->urls[self->turn % n])};
  url = g_strconcat (asked->url, which, NULL);
  citiz_http_client_ask (self->client,
                         &(CitizHttpAsk){.method = "GET", .url = url, .answer_max = max},
                         self->stop, answered_cb, asked);
}

/* Life ***********************************************************************/

/* (array zero-terminated=1): "https://host", no path */
void
citiz_leap_set_nodes (CitizLeap *self, const gchar *const *urls)
{
  g_strfreev (self->urls);
  self->urls = g_strdupv ((gchar **) urls);
}

/* How many transactions there have to be before the end of the last epoch. */
void
citiz_leap_set_least (CitizLeap *self, guint64 transactions)
{
  self->least = transactions;
}

void
citiz_leap_start (CitizLeap *self)
{
  if (self->stop != NULL)
    return;
  self->stop = g_cancellable_new ();
  self->client = citiz_http_client_new (TIMEOUT_MS);
  self->stage = EPOCHS;
  self->misses = 0;
  poll_again (self);
  self->answered = FALSE;
  self->wait_ms = RETRY_MS;
  citiz_light_init (&self->light, citiz_chain_genesis (self->chain));
  g_ptr_array_set_size (self->closings, 0);
  ask_in (self, 0);
}

/* What was staged and not adopted is taken away again. */
void
citiz_leap_stop (CitizLeap *self)
{
  g_autoptr (GError) error = NULL;

  if (self->stop == NULL)
    return;
  if (self->again != NULL)
    g_source_destroy (self->again);
  g_clear_pointer (&self->again, g_source_unref);
  g_cancellable_cancel (self->stop);
  g_clear_object (&self->stop);
  g_clear_object (&self->client);
  g_clear_pointer (&self->snapshot, citiz_snapshot_free);
  g_clear_pointer (&self->refound, g_free);
  self->n_chunks = 0;
  self->alone = FALSE;
  if (citiz_chain_height (self->chain) == 0 && !citiz_chain_unstage (self->chain, &error))
    g_warning ("what was taken of a snapshot stays: %s", error->message);
}

/* 0 to 1. */
gdouble
citiz_leap_get_progress (CitizLeap *self)
{
  return self->n_chunks > 0 ? (gdouble) citiz_snapshot_next (self->snapshot) / self->n_chunks : 0;
}

/* No node answers. */
gboolean
citiz_leap_is_alone (CitizLeap *self)
{
  return self->alone;
}

static void
citiz_leap_dispose (GObject *object)
{
  citiz_leap_stop (CITIZ_LEAP (object));
  G_OBJECT_CLASS (citiz_leap_parent_class)->dispose (object);
}

static void
citiz_leap_finalize (GObject *object)
{
  CitizLeap *self = CITIZ_LEAP (object);

  g_strfreev (self->urls);
  g_ptr_array_unref (self->closings);
  G_OBJECT_CLASS (citiz_leap_parent_class)->finalize (object);
}

static void
citiz_leap_class_init (CitizLeapClass *klass)
{
  const GType type = G_TYPE_FROM_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = citiz_leap_dispose;
  G_OBJECT_CLASS (klass)->finalize = citiz_leap_finalize;
  signals[MOVED]
      = g_signal_new ("moved", type, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
  signals[REFOUNDED]
      = g_signal_new ("refounded", type, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
  signals[DOUBTED] = g_signal_new ("doubted", type, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                   G_TYPE_NONE, 2, G_TYPE_STRING, G_TYPE_ERROR);
  signals[DONE]
      = g_signal_new ("done", type, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
}

static void
citiz_leap_init (CitizLeap *self)
{
  self->least = LEAST;
  self->closings = g_ptr_array_new_with_free_func ((GDestroyNotify) citiz_closing_free);
}

/**
 * citiz_leap_new:
 * @chain: shared, opened, without a block; outlives the leap
 */
CitizLeap *
citiz_leap_new (CitizChain *chain)
{
  CitizLeap *self = g_object_new (CITIZ_TYPE_LEAP, NULL);

  self->chain = chain;
  return self;
}
