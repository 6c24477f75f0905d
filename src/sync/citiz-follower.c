/* Asking nodes in turn for what comes next, and taking only what verifies. SPDX-License-Identifier: AGPL-3.0-or-later */
#include "sync/citiz-follower.h"

#include "store/citiz-store-error.h"
#include "sync/citiz-range.h"

#define TIMEOUT_MS 20000
#define IDLE_MS    5000
#define RETRY_MS   1000 /* after a node that did not answer; doubled up to RETRY_MAX */
#define RETRY_MAX  60000
#define RANGE      256
/* Bytes taken in one go, with one sync: some 20 ms. Twice as many where no signature is waited for. */
#define SLICE (256u * 1024)
/* Slices of a history that are read before they are taken: their signatures are checked meanwhile. */
#define AHEAD 4

struct _CitizFollower
{
  GObject parent_instance;
  CitizChain *chain;
  CitizLevel level;
  CitizChainVerifier *behind; /* nullable: what is brought is the history that it misses */
  CitizHttpClient *client;
  gchar **urls;
  guint turn;
  guint idle_ms;
  guint misses; /* nodes in a row that did not help */
  guint eager;  /* so many nodes are asked without a pause, though the one before has nothing new */
  guint64 told; /* until this block is here; 0: whatever there is */
  GCancellable *stop;
  GSource *again;
  gboolean asking;
  GSource *slice;
  GPtrArray *rest; /* GBytes: the blocks of an answer */
  guint n_read;    /* of them */
  GPtrArray *got;  /* CitizBlock: those that were read and are not taken yet */
  gsize weight;    /* of these */
  gchar *from;     /* whose answer it is */
  GBytes *next;    /* the answer behind it, which came meanwhile */
  gchar *next_from;
  gboolean
      asked_ahead; /* of the range that is being taken, once: who is busy is not asked again and again */
  CitizFollowerState state;
};

G_DEFINE_TYPE (CitizFollower, citiz_follower, G_TYPE_OBJECT)

enum
{
  MOVED,
  STATE,
  DOUBTED,
  PARTED,
  N_SIGNALS
};
static guint signals[N_SIGNALS];

static void ask (CitizFollower *self);
static void ask_from (CitizFollower *self, guint64 height);
static void take (CitizFollower *self, const gchar *url, GBytes *answer);

static void
set_state (CitizFollower *self, CitizFollowerState state)
{
  if (self->state == state)
    return;
  self->state = state;
  g_signal_emit (self, signals[STATE], 0);
}

static void
disarm (CitizFollower *self)
{
  if (self->again != NULL)
    g_source_destroy (self->again);
  g_clear_pointer (&self->again, g_source_unref);
}

static gboolean
again_cb (gpointer data)
{
  CitizFollower *self = data;

  g_clear_pointer (&self->again, g_source_unref);
  ask (self);
  return G_SOURCE_REMOVE;
}

static void
ask_in (CitizFollower *self, guint ms)
{
  disarm (self);
  if (self->stop == NULL) /* by whoever heard a signal */
    return;
  self->again = g_timeout_source_new (ms);
  g_source_set_callback (self->again, again_cb, self, NULL);
  g_source_attach (self->again, g_main_context_get_thread_default ());
}

/* The next node, sooner or later: when all of them in a row were of no help, later and later. */
static void
miss (CitizFollower *self, CitizFollowerState state)
{
  const guint n = self->urls != NULL ? MAX (1, g_strv_length (self->urls)) : 1;
  guint wait = RETRY_MS;

  if (self->stop == NULL)
    return;
  self->misses++;
  for (guint round = self->misses / n; round > 1 && wait < RETRY_MAX; round--)
    wait *= 2;
  if (self->misses >= n || state == CITIZ_FOLLOWER_DOUBTS)
    set_state (self, state);
  ask_in (self, self->misses < n ? 0 : MIN (wait, RETRY_MAX));
}

static void
drop_next (CitizFollower *self)
{
  g_clear_pointer (&self->next, g_bytes_unref);
  g_clear_pointer (&self->next_from, g_free);
}

static void
drop_slices (CitizFollower *self)
{
  if (self->slice != NULL)
    g_source_destroy (self->slice);
  g_clear_pointer (&self->slice, g_source_unref);
  g_clear_pointer (&self->rest, g_ptr_array_unref);
  g_clear_pointer (&self->got, g_ptr_array_unref);
  g_clear_pointer (&self->from, g_free);
}

/* About what it costs to take: its certificates count as much as a few transactions. */
static gsize
weigh (const CitizBlock *block)
{
  gsize bytes = 2048;

  for (guint i = 0; i < block->txs->len; i++)
    bytes += g_bytes_get_size (citiz_tx_get_bytes (block->txs->pdata[i]));
  return bytes;
}

static gsize
slice_size (CitizFollower *self)
{
  return self->behind != NULL || self->level == CITIZ_LEVEL_FULL ? SLICE : 2 * SLICE;
}

/* The next block of the answer. A range of the history may go on beyond it; what makes a closing block final belongs to that one. */
static gboolean
read_one (CitizFollower *self, GError **error)
{
  gsize n;
  const guint8 *view = g_bytes_get_data (self->rest->pdata[self->n_read++], &n);
  CitizBlock *block = citiz_block_decode (view, n, TRUE, error);

  if (block == NULL)
    return FALSE;
  if (self->behind != NULL && block->header.flags != CITIZ_BLOCK_CONTINUATION
      && block->header.height > citiz_chain_base (self->chain))
    {
      citiz_block_free (block);
      self->n_read = self->rest->len;
      return TRUE;
    }
  g_ptr_array_add (self->got, block);
  self->weight += weigh (block);
  return TRUE;
}

/* Blocks for a slice, or a few: of a whole range each transaction would wait in memory for its turn. */
static gboolean
read_on (CitizFollower *self, GError **error)
{
  const gsize enough = slice_size (self) * (self->behind != NULL ? AHEAD : 1);
  const guint before = self->got->len;
  g_autoptr (GPtrArray) fresh = NULL;

  while (self->n_read < self->rest->len
         && (self->weight < enough
             || ((const CitizBlock *) self->got->pdata[self->got->len - 1])->final == NULL))
    if (!read_one (self, error))
      return FALSE;
  if (self->behind == NULL || self->got->len == before)
    return TRUE;
  fresh = g_ptr_array_new ();
  for (guint i = before; i < self->got->len; i++)
    g_ptr_array_add (fresh, self->got->pdata[i]);
  citiz_chain_verifier_expect (self->behind, fresh);
  return TRUE;
}

/* The next blocks, up to one with its certificate, of one epoch. */
static GPtrArray *
next_slice (CitizFollower *self)
{
  const gsize enough = slice_size (self);
  GPtrArray *slice = g_ptr_array_new_with_free_func ((GDestroyNotify) citiz_block_free);
  gboolean final = FALSE;
  gsize bytes = 0;

  while (self->got->len > 0 && !(final && bytes >= enough))
    {
      CitizBlock *block = self->got->pdata[0];

      if (slice->len > 0
          && ((const CitizBlock *) slice->pdata[0])->header.epoch != block->header.epoch)
        break;
      g_ptr_array_steal_index (self->got, 0);
      final = block->final != NULL;
      bytes += weigh (block);
      g_ptr_array_add (slice, block);
    }
  self->weight -= bytes;
  return slice;
}

static void
refuse_blocks (CitizFollower *self, const GError *error)
{
  g_autofree gchar *url = g_steal_pointer (&self->from);

  drop_slices (self);
  drop_next (self);
  if (error->domain == CITIZ_STORE_ERROR)
    {
      set_state (self, CITIZ_FOLLOWER_FAILED);
      ask_in (self, CITIZ_FOLLOWER_DISK_MS (self->idle_ms));
      return;
    }
  g_signal_emit (self, signals[DOUBTED], 0, url, error);
  miss (self, CITIZ_FOLLOWER_DOUBTS);
}

static guint64
next_height (CitizFollower *self)
{
  return self->behind != NULL ? citiz_chain_verifier_missing (self->behind)
                              : citiz_chain_height (self->chain) + 1;
}

static gboolean
put (CitizFollower *self, GPtrArray *slice, GError **error)
{
  return self->behind != NULL ? citiz_chain_verifier_feed (self->behind, slice, error)
                              : citiz_chain_follow (self->chain, slice, self->level, error);
}

/* All of the history is here. */
static gboolean
is_complete (CitizFollower *self)
{
  return self->behind != NULL && next_height (self) == 0;
}

/* The next block is of a later epoch, and nothing here has ended this one. */
static gboolean
is_parted (CitizFollower *self)
{
  const CitizLedger *ledger = self->behind == NULL ? citiz_chain_ledger (self->chain, NULL) : NULL;
  const CitizBlock *next = self->got->pdata[0];

  return ledger != NULL && next->header.epoch > citiz_ledger_epoch (ledger);
}

static void
part (CitizFollower *self)
{
  g_autofree gchar *url = g_steal_pointer (&self->from);

  drop_slices (self);
  drop_next (self);
  g_signal_emit (self, signals[PARTED], 0, url);
  miss (self, CITIZ_FOLLOWER_ASKING);
}

/* Of the last block of the answer, by its own word; 0 if it cannot be read. */
static guint64
last_height (CitizFollower *self)
{
  for (guint i = self->rest->len; i > 0; i--)
    {
      CitizBlockHeader header;
      gsize n;
      const guint8 *view = g_bytes_get_data (self->rest->pdata[i - 1], &n);

      if (!citiz_block_header_decode (view, MIN (n, CITIZ_HEADER_SIZE), &header, NULL))
        break;
      if (header.flags != CITIZ_BLOCK_CONTINUATION)
        return header.height;
    }
  return 0;
}

/* There is more to do than one slice: what comes behind it is brought meanwhile. */
static void
ask_ahead (CitizFollower *self)
{
  guint64 last;

  if (self->asking || self->next != NULL || self->asked_ahead)
    return;
  self->asked_ahead = TRUE;
  last = last_height (self);
  if (last > 0 && (self->behind == NULL || last < citiz_chain_base (self->chain)))
    ask_from (self, last + 1);
}

/* All of an answer is taken. */
static void
go_on (CitizFollower *self)
{
  g_autoptr (GBytes) next = g_steal_pointer (&self->next);
  g_autofree gchar *url = g_steal_pointer (&self->next_from);

  drop_slices (self);
  if (next != NULL)
    take (self, url, next);
  else if (!self->asking)
    ask_in (self, 0);
}

static gboolean
slice_cb (gpointer data)
{
  CitizFollower *self = data;
  g_autoptr (CitizFollower) keep = g_object_ref (self);
  g_autoptr (GPtrArray) slice = NULL;
  g_autoptr (GError) error = NULL;

  if (is_parted (self))
    {
      part (self);
      return G_SOURCE_REMOVE;
    }
  slice = next_slice (self);
  if (!put (self, slice, &error))
    {
      refuse_blocks (self, error);
      return G_SOURCE_REMOVE;
    }
  self->misses = 0;
  set_state (self, CITIZ_FOLLOWER_ASKING);
  g_signal_emit (self, signals[MOVED], 0, citiz_chain_height (self->chain));
  if (self->got == NULL) /* stopped by who heard of it */
    return G_SOURCE_REMOVE;
  if (is_complete (self))
    {
      citiz_follower_stop (self);
      return G_SOURCE_REMOVE;
    }
  if (!read_on (self, &error))
    {
      refuse_blocks (self, error);
      return G_SOURCE_REMOVE;
    }
  if (self->got->len > 0)
    {
      ask_ahead (self);
      return G_SOURCE_CONTINUE;
    }
  go_on (self);
  return G_SOURCE_REMOVE;
}

/* The node that was asked may be behind the one that tells, or have answered before. */
static gboolean
is_eager (CitizFollower *self)
{
  return self->eager > 0 && (self->told == 0 || citiz_chain_height (self->chain) < self->told);
}

static void
take (CitizFollower *self, const gchar *url, GBytes *answer)
{
  g_autoptr (GError) error = NULL;

  self->from = g_strdup (url);
  self->asked_ahead = FALSE;
  self->rest = citiz_range_cut (answer, &error);
  self->got = g_ptr_array_new_with_free_func ((GDestroyNotify) citiz_block_free);
  self->n_read = 0;
  self->weight = 0;
  if (self->rest == NULL || !read_on (self, &error))
    {
      refuse_blocks (self, error);
      return;
    }
  if (self->got->len == 0 && self->behind != NULL)
    {
      drop_slices (self);
      miss (self, CITIZ_FOLLOWER_ALONE); /* it has less than what is final */
      return;
    }
  if (self->got->len == 0)
    {
      drop_slices (self);
      self->misses = 0;
      set_state (self, CITIZ_FOLLOWER_EVEN);
      ask_in (self, is_eager (self) ? 0 : self->idle_ms);
      return;
    }
  self->slice = g_idle_source_new ();
  g_source_set_callback (self->slice, slice_cb, self, NULL);
  g_source_attach (self->slice, g_main_context_get_thread_default ());
}

/* What an answer needs when the follower is stopped before it comes. */
typedef struct
{
  CitizFollower *follower; /* gone once @stop is cancelled */
  GCancellable *stop;
  gchar *url;
  guint64 height; /* the first block that was asked for */
} Asked;

/* What was asked for ahead, and what comes before it was not taken: then it says nothing of who brings it. */
static void
answered (CitizFollower *self, const gchar *url, guint64 height, GBytes *answer)
{
  if (self->got != NULL && answer != NULL)
    {
      self->next = g_bytes_ref (answer);
      self->next_from = g_strdup (url);
    }
  else if (self->got != NULL)
    return;
  else if (height != next_height (self))
    {
      if (self->again == NULL)
        ask_in (self, 0);
    }
  else if (answer != NULL)
    take (self, url, answer);
  else
    miss (self, CITIZ_FOLLOWER_ALONE);
}

static void
answered_cb (GObject *client, GAsyncResult *result, gpointer data)
{
  Asked *asked = data;
  CitizFollower *self = asked->follower;
  g_autoptr (GCancellable) stop = asked->stop;
  g_autofree gchar *url = asked->url;
  const guint64 height = asked->height;
  g_autoptr (GError) error = NULL;
  guint status;
  g_autoptr (GBytes) answer
      = citiz_http_client_ask_finish (CITIZ_HTTP_CLIENT (client), result, &status, &error);

  g_free (asked);
  if (g_cancellable_is_cancelled (stop))
    return;
  g_object_ref (self);
  self->asking = FALSE;
  answered (self, url, height, answer != NULL && status == 200 ? answer : NULL);
  g_object_unref (self);
}

static void
ask_from (CitizFollower *self, guint64 height)
{
  g_autofree gchar *url = NULL;
  const gchar *node;
  Asked *asked;

  if (self->asking || self->urls == NULL || *self->urls == NULL)
    return;
  node = self->urls[self->turn++ % g_strv_length (self->urls)];
  url = citiz_range_url (node, height, RANGE);
  asked = g_new (Asked, 1);
  *asked = (Asked){self, g_object_ref (self->stop), g_strdup (node), height};
  self->asking = TRUE;
  citiz_http_client_ask (
      self->client,
      &(CitizHttpAsk){.method = "GET", .url = url, .answer_max = CITIZ_RANGE_MAX_BYTES}, self->stop,
      answered_cb, asked);
}

static void
ask (CitizFollower *self)
{
  if (self->asking || self->got != NULL || self->urls == NULL || *self->urls == NULL)
    return;
  self->eager -= self->eager > 0;
  ask_from (self, next_height (self));
}

/**
 * citiz_follower_set_nodes:
 * @urls: (array zero-terminated=1): "http://host:port" or "https://host", no path; asked in turn, so that none is believed alone
 */
void
citiz_follower_set_nodes (CitizFollower *self, const gchar *const *urls)
{
  g_strfreev (self->urls);
  self->urls = g_strdupv ((gchar **) urls);
  citiz_follower_hurry (self, 0);
}

/**
 * citiz_follower_set_behind:
 * @behind: misses history, and outlives the follower's running
 *
 * To be called before the follower is started. It then brings that history, with every signature verified, and stops when it is complete.
 */
void
citiz_follower_set_behind (CitizFollower *self, CitizChainVerifier *behind)
{
  self->behind = behind;
}

/* How much of each block is recomputed from now on. */
void
citiz_follower_set_level (CitizFollower *self, CitizLevel level)
{
  self->level = level;
}

/* How long to wait when there is nothing new. */
void
citiz_follower_set_pace (CitizFollower *self, guint idle_ms)
{
  self->idle_ms = idle_ms;
}

void
citiz_follower_start (CitizFollower *self)
{
  if (self->stop != NULL)
    return;
  self->stop = g_cancellable_new ();
  self->client = citiz_http_client_new (TIMEOUT_MS);
  self->misses = 0;
  set_state (self, CITIZ_FOLLOWER_ASKING);
  ask (self);
}

void
citiz_follower_stop (CitizFollower *self)
{
  if (self->stop == NULL)
    return;
  disarm (self);
  drop_slices (self);
  drop_next (self);
  g_cancellable_cancel (self->stop);
  g_clear_object (&self->stop);
  g_clear_object (&self->client);
  self->asking = FALSE;
  set_state (self, CITIZ_FOLLOWER_STOPPED);
}

/**
 * citiz_follower_hurry:
 * @height: of a block that somebody tells of; 0: whatever there is
 *
 * Something is known to be new: asks at once, one node after the other until it is here or each has been asked.
 */
void
citiz_follower_hurry (CitizFollower *self, guint64 height)
{
  if (self->stop == NULL)
    return;
  disarm (self);
  self->eager = self->urls != NULL ? g_strv_length (self->urls) : 0;
  self->told = height;
  ask (self);
}

CitizFollowerState
citiz_follower_get_state (CitizFollower *self)
{
  return self->state;
}

static void
citiz_follower_dispose (GObject *object)
{
  citiz_follower_stop (CITIZ_FOLLOWER (object));
  G_OBJECT_CLASS (citiz_follower_parent_class)->dispose (object);
}

static void
citiz_follower_finalize (GObject *object)
{
  g_strfreev (CITIZ_FOLLOWER (object)->urls);
  G_OBJECT_CLASS (citiz_follower_parent_class)->finalize (object);
}

static void
citiz_follower_class_init (CitizFollowerClass *klass)
{
  const GType type = G_TYPE_FROM_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = citiz_follower_dispose;
  G_OBJECT_CLASS (klass)->finalize = citiz_follower_finalize;
  signals[MOVED] = g_signal_new ("moved", type, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE,
                                 1, G_TYPE_UINT64);
  signals[STATE]
      = g_signal_new ("state", type, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
  signals[DOUBTED] = g_signal_new ("doubted", type, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                   G_TYPE_NONE, 2, G_TYPE_STRING, G_TYPE_ERROR);
  signals[PARTED] = g_signal_new ("parted", type, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                  G_TYPE_NONE, 1, G_TYPE_STRING);
}

static void
citiz_follower_init (CitizFollower *self)
{
  self->idle_ms = IDLE_MS;
}

/**
 * citiz_follower_new:
 * @chain: shared, opened; outlives the follower
 * @level: how much of each block is recomputed
 */
CitizFollower *
citiz_follower_new (CitizChain *chain, CitizLevel level)
{
  CitizFollower *self = g_object_new (CITIZ_TYPE_FOLLOWER, NULL);

  self->chain = chain;
  self->level = level;
  return self;
}
