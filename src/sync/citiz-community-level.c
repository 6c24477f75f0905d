/* How much of a community's chain one has verified oneself: L0, L1, L2. SPDX-License-Identifier: AGPL-3.0-or-later */
#include "sync/citiz-community-private.h"

#include "store/citiz-check-light.h"
#include "sync/citiz-range.h"
#include "wire/citiz-closing.h"

#define KEEP_SLICES 16

/* L0: the newest header, alone ***********************************************/

typedef struct
{
  CitizCommunity *community; /* gone once @stop is cancelled */
  GCancellable *stop;
  gchar *url;
  guint64 height;
  guint64 epoch; /* that was known when it was asked */
} Asked;

static void
ask (CitizCommunity *self,
     const gchar *node,
     const gchar *url,
     guint64 height,
     GAsyncReadyCallback answered)
{
  Asked *asked = g_new (Asked, 1);

  *asked = (Asked){self, g_object_ref (self->watch), g_strdup (node), height, self->light.epoch};
  citiz_http_client_ask (
      self->client,
      &(CitizHttpAsk){.method = "GET", .url = url, .answer_max = CITIZ_RANGE_MAX_BYTES},
      self->watch, answered, asked);
}

static void
asked_free (Asked *asked)
{
  g_object_unref (asked->stop);
  g_free (asked->url);
  g_free (asked);
}

static void
doubt (CitizCommunity *self, const gchar *url, const gchar *what)
{
  g_message ("a node shows what nobody made final: %s", what);
  citiz_community_set_doubt (self, url);
  citiz_community_tell (self);
}

static void ask_head (CitizCommunity *self, const gchar *url, guint64 height);

/* Returns: (transfer full) (element-type CitizClosing) (nullable): %NULL, perhaps without @error, when it cannot be read */
static GPtrArray *
decode_epochs (GBytes *answer, GError **error)
{
  gsize n;
  const guint8 *bytes = g_bytes_get_data (answer, &n);
  CitizCursor cursor = citiz_cursor (bytes, n);
  g_autoptr (GPtrArray) closings
      = g_ptr_array_new_with_free_func ((GDestroyNotify) citiz_closing_free);

  while (cursor.n > 0)
    {
      CitizClosing *closing = NULL;
      const guint8 *view = NULL;
      guint32 length;

      if (citiz_take_u32 (&cursor, &length))
        view = citiz_take_view (&cursor, length);
      if (view != NULL)
        closing = citiz_closing_decode (view, length, error);
      if (closing == NULL)
        return NULL;
      g_ptr_array_add (closings, closing);
    }
  return g_steal_pointer (&closings);
}

/* From one epoch's validators to the next one's. Returns: %FALSE unless the epoch is a later one then */
static gboolean
take_epochs (CitizCommunity *self, const gchar *url, guint64 from, GBytes *answer)
{
  g_autoptr (GPtrArray) closings = NULL;
  g_autoptr (GError) error = NULL;

  if (self->light.epoch > from)
    return TRUE; /* another node was faster */
  closings = decode_epochs (answer, &error);
  if (closings != NULL && citiz_check_closings (&self->light, closings, &error))
    return closings->len > 0;
  doubt (self, url, error != NULL ? error->message : "the answer is cut");
  return FALSE;
}

static void
epochs_cb (GObject *client, GAsyncResult *result, gpointer data)
{
  Asked *asked = data;
  guint code;
  g_autoptr (GBytes) answer
      = citiz_http_client_ask_finish (CITIZ_HTTP_CLIENT (client), result, &code, NULL);

  if (!g_cancellable_is_cancelled (asked->stop) && answer != NULL && code == 200
      && take_epochs (asked->community, asked->url, asked->epoch, answer))
    ask_head (asked->community, asked->url, asked->height);
  asked_free (asked);
}

static void
ask_epochs (CitizCommunity *self, const gchar *node, guint64 height)
{
  g_autofree gchar *url
      = g_strdup_printf ("%s/v1/epochs?from=%" G_GUINT64_FORMAT, node, self->light.epoch);

  ask (self, node, url, height, epochs_cb);
}

static void
take_head (CitizCommunity *self, const gchar *url, guint64 height, GBytes *answer)
{
  g_autoptr (GPtrArray) blocks = citiz_range_decode (answer, NULL);
  g_autoptr (GError) error = NULL;
  const CitizBlock *block;

  if (blocks == NULL || blocks->len == 0)
    return;
  block = blocks->pdata[blocks->len - 1];
  if (block->final == NULL || block->header.flags == CITIZ_BLOCK_CONTINUATION
      || block->header.height <= self->light.head.height || block->header.epoch < self->light.epoch)
    return;
  if (block->header.epoch > self->light.epoch)
    ask_epochs (self, url, height);
  else if (citiz_light_advance (&self->light, &block->header, block->final, &error))
    {
      if (self->light.head.height > citiz_chain_height (self->copy)) /* nobody has told of it */
        citiz_follower_hurry (self->follower, self->light.head.height);
      citiz_community_tell (self);
    }
  else
    doubt (self, url, error->message);
}

static void
head_cb (GObject *client, GAsyncResult *result, gpointer data)
{
  Asked *asked = data;
  guint code;
  g_autoptr (GBytes) answer
      = citiz_http_client_ask_finish (CITIZ_HTTP_CLIENT (client), result, &code, NULL);

  if (!g_cancellable_is_cancelled (asked->stop) && answer != NULL && code == 200)
    take_head (asked->community, asked->url, asked->height, answer);
  asked_free (asked);
}

static void
ask_head (CitizCommunity *self, const gchar *node, guint64 height)
{
  g_autofree gchar *url = citiz_range_url (node, height, 1);

  ask (self, node, url, height, head_cb);
}

/* A node says that there is a block of this height: it has to show it, final, and how its validators came to be. */
void
citiz_community_look_at_head (CitizCommunity *self, const gchar *url, guint64 height)
{
  if (height > citiz_community_get_node_height (self))
    ask_head (self, url, height);
}

/* What the copy has verified is the base of what is believed alone. */
static void
raise_light (CitizCommunity *self)
{
  CitizLedger *ledger = citiz_chain_ledger (self->copy, NULL);
  const CitizBlockHeader *head = ledger != NULL ? citiz_ledger_head (ledger) : NULL;

  if (head == NULL || head->height < self->light.head.height
      || citiz_ledger_epoch (ledger) < self->light.epoch)
    return;
  self->light.epoch = citiz_ledger_epoch (ledger);
  self->light.vs_hash = *citiz_ledger_vs_hash (ledger);
  if (!citiz_ledger_get_validators (ledger, self->light.epoch, &self->light.validators))
    return;
  self->light.head = *head;
  self->light.head_hash = *citiz_ledger_head_hash (ledger);
}

/* L2: every signature ********************************************************/

/* The next run goes on from there. */
static void
keep (CitizCommunity *self)
{
  g_autoptr (GError) error = NULL;

  self->n_slices = 0;
  if (!citiz_chain_verifier_keep (self->verifier, &error))
    g_debug ("how far the copy was verified is not kept: %s", error->message);
}

void
citiz_community_stop_verifying (CitizCommunity *self)
{
  citiz_community_disarm (&self->verify_source);
  if (self->verifier != NULL)
    keep (self);
  g_clear_pointer (&self->verifier, citiz_chain_verifier_free);
  self->disk_refuses = FALSE;
}

/* What is made of the blocks is made again from them, once; a block that is bad is not. @error: the disk's, when it is that which refuses */
static gboolean
mend (CitizCommunity *self, GError **error)
{
  g_autoptr (GError) why = NULL;

  if (self->mended || !g_error_matches (*error, CITIZ_LEDGER_ERROR, CITIZ_LEDGER_ERROR_DAMAGED))
    return FALSE;
  if (!citiz_chain_mend (self->copy, &why))
    {
      if (why->domain == CITIZ_STORE_ERROR)
        {
          g_clear_error (error);
          *error = g_steal_pointer (&why);
        }
      return FALSE;
    }
  self->mended = TRUE;
  citiz_chain_verifier_free (self->verifier);
  self->verifier = citiz_chain_verifier_new (self->copy, CITIZ_LEVEL_FULL);
  return TRUE;
}

static void
verified (CitizCommunity *self)
{
  citiz_community_stop_verifying (self);
  self->full = TRUE;
  citiz_community_save (self);
  citiz_community_tell (self);
}

static void verify_all (CitizCommunity *self);

static gboolean
again_cb (gpointer data)
{
  CitizCommunity *self = data;

  citiz_community_disarm (&self->verify_source);
  verify_all (self);
  return G_SOURCE_REMOVE;
}

/* One's own disk says nothing of what a quorum made final: what was verified is kept as far as it can be, the rest tried again later. */
static void
wait_for_disk (CitizCommunity *self, const GError *error)
{
  g_message ("the copy of the community's chain cannot be read: %s", error->message);
  citiz_community_stop_verifying (self);
  self->disk_refuses = TRUE;
  self->verify_source
      = citiz_community_after (self, CITIZ_FOLLOWER_DISK_MS (self->idle_ms), again_cb);
  citiz_community_tell (self);
}

/* The same file gives the same answer, however often it is asked: whoever holds this fetches another (citiz_community_is_copy_damaged()). */
static void
give_up (CitizCommunity *self, const GError *error)
{
  g_message ("the copy of the community's chain is damaged: %s", error->message);
  citiz_community_stop_verifying (self);
  self->disk_refuses = self->copy_damaged = TRUE;
  citiz_community_tell (self);
}

/* A quorum made final what its own rules forbid. The copy stays as it is, to be shown. */
static void
break_off (CitizCommunity *self, const GError *error)
{
  g_warning ("the community's chain does not hold: %s", error->message);
  citiz_community_set_doubt (self, "");
  citiz_community_stop_verifying (self);
  citiz_community_tell (self);
}

/* One slice; between two of them everything else of this thread has its turn. */
static gboolean
verify_cb (gpointer data)
{
  CitizCommunity *self = data;
  g_autoptr (GError) error = NULL;
  gboolean done = FALSE;

  if (!citiz_chain_verifier_step (self->verifier, &done, &error))
    {
      if (mend (self, &error))
        return G_SOURCE_CONTINUE;
      if (g_error_matches (error, CITIZ_STORE_ERROR, CITIZ_STORE_ERROR_DAMAGED))
        give_up (self, error);
      else if (error->domain == CITIZ_STORE_ERROR)
        wait_for_disk (self, error);
      else
        break_off (self, error);
      return G_SOURCE_REMOVE;
    }
  self->disk_refuses = FALSE;
  if (done)
    {
      verified (self);
      return G_SOURCE_REMOVE;
    }
  if (citiz_chain_verifier_missing (self->verifier) > 0)
    {
      citiz_community_disarm (&self->verify_source);
      citiz_community_fill (self);
      return G_SOURCE_REMOVE;
    }
  if (++self->n_slices >= KEEP_SLICES)
    keep (self);
  citiz_community_tell (self);
  return G_SOURCE_CONTINUE;
}

/* Goes on with the verifier there is. */
void
citiz_community_verify (CitizCommunity *self)
{
  if (self->verify_source != NULL)
    return;
  self->verify_source = g_idle_source_new ();
  g_source_set_callback (self->verify_source, verify_cb, self, NULL);
  g_source_attach (self->verify_source, g_main_context_get_thread_default ());
}

static void
verify_all (CitizCommunity *self)
{
  g_autoptr (GError) error = NULL;

  if (self->full || self->copy_damaged || self->verifier != NULL
      || g_strcmp0 (self->doubt, "") == 0)
    return;
  citiz_follower_set_level (self->follower, CITIZ_LEVEL_FULL);
  if (citiz_chain_height (self->copy) == 0)
    {
      verified (self);
      return;
    }
  self->mended = FALSE;
  self->verifier = citiz_chain_verifier_new (self->copy, CITIZ_LEVEL_FULL);
  citiz_chain_verifier_retrace (self->verifier);
  if (!citiz_chain_verifier_resume (self->verifier, &error))
    g_debug ("the copy is verified from the beginning: %s", error->message);
  citiz_community_verify (self);
}

/**
 * citiz_community_moved:
 *
 * To be called when the copy has grown or the follower stands elsewhere.
 */
void
citiz_community_moved (CitizCommunity *self)
{
  if (self->stop == NULL)
    return;
  if (citiz_follower_get_state (self->follower) == CITIZ_FOLLOWER_EVEN)
    self->was_even = TRUE;
  raise_light (self);
  citiz_community_list_members (self);
  citiz_community_see_votes (self);
  citiz_community_witness (self);
  citiz_outbox_look (self->outbox);
  if (self->stop == NULL) /* by who heard of it */
    return;
  citiz_community_look_for_copies (self);
  if (citiz_community_get_state (self) == CITIZ_COMMUNITY_EVEN)
    verify_all (self);
  citiz_community_say_what_is_due (self);
  citiz_community_look_if_still (self);
  citiz_community_tell (self);
}

/**
 * citiz_community_get_level:
 * @out_progress: (out) (nullable): how much of the next level is done, 0 to 1
 */
CitizLevel
citiz_community_get_level (CitizCommunity *self, gdouble *out_progress)
{
  const guint64 height = citiz_chain_height (self->copy);
  const guint64 all = citiz_community_get_node_height (self);
  CitizLevel level = self->full ? CITIZ_LEVEL_FULL : CITIZ_LEVEL_STRUCTURAL;
  gdouble progress = self->full ? 1 : 0;

  if (self->leap != NULL)
    {
      level = CITIZ_LEVEL_LIGHT;
      progress = citiz_leap_get_progress (self->leap);
    }
  else if (height < all || (!self->was_even && !self->full))
    {
      if (!self->full || citiz_community_get_state (self) != CITIZ_COMMUNITY_EVEN)
        level = CITIZ_LEVEL_LIGHT; /* else: a block has just come */
      progress = all > 0 ? (gdouble) height / (gdouble) all : 0;
    }
  else if (self->verifier != NULL)
    progress
        = (gdouble) citiz_chain_verifier_get (self->verifier)->n_blocks / (gdouble) MAX (height, 1);
  if (citiz_chain_base (self->copy) > 0)
    level = CITIZ_LEVEL_LIGHT;
  if (out_progress != NULL)
    *out_progress = MIN (progress, 1);
  return level;
}

CitizTime
citiz_community_get_final_time (CitizCommunity *self)
{
  CitizLedger *ledger = citiz_chain_ledger (self->copy, NULL);
  const CitizBlockHeader *head = ledger != NULL ? citiz_ledger_head (ledger) : NULL;

  return head != NULL && head->height > 0 ? head->time : (CitizTime){0};
}
