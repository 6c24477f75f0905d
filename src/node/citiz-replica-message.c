/* What other validators say, verified before the machine hears it; and what they ask for. SPDX-License-Identifier: AGPL-3.0-or-later */
#include "node/citiz-replica-private.h"

#include "crypto/citiz-hash.h"

#include <string.h>

#define RANGE_BYTES (900u * 1024)              /* of one answer */
#define EARLY_MAX   (2 * CITIZ_MAX_VALIDATORS) /* addresses that the ledger here does not know yet */
#define TXS_BYTES   (256u * 1024) /* of one message, and what is left of its last transaction */

/* Going out ******************************************************************/

void
citiz_replica_send (CitizReplica *self, guint to, const CitizMessage *message)
{
  g_autoptr (GBytes) bytes = citiz_message_encode (message);

  g_signal_emit_by_name (self, "send", to, bytes);
}

static void
send_txs (CitizReplica *self, GByteArray *txs)
{
  g_autoptr (GBytes) bytes = g_bytes_new (txs->data, txs->len);
  const CitizMessage message = {.kind = CITIZ_MESSAGE_TX, .block = bytes};

  citiz_replica_send (self, CITIZ_CSX_NOBODY, &message);
  g_byte_array_set_size (txs, 0);
}

/* To all others, in as few messages as they fit in. */
void
citiz_replica_tell_txs (CitizReplica *self, GPtrArray *txs)
{
  g_autoptr (GByteArray) out = g_byte_array_new ();

  for (guint i = 0; i < txs->len; i++)
    {
      gsize n;
      const guint8 *view = g_bytes_get_data (citiz_tx_get_bytes (txs->pdata[i]), &n);

      citiz_put_u16 (out, (guint16) n);
      citiz_put_bytes (out, view, n);
      if (out->len >= TXS_BYTES)
        send_txs (self, out);
    }
  if (out->len > 0)
    send_txs (self, out);
}

static GBytes *
block_bytes (CitizReplica *self, const CitizHash *hash)
{
  const CitizCandidate *candidate = citiz_replica_candidate (self, hash);

  return candidate != NULL ? citiz_block_encode (candidate->block, FALSE) : NULL;
}

static GBytes *
encode_status (const CitizCsxMessage *message)
{
  const CitizCsxStatus *status = &message->status;
  g_autoptr (GArray) votes = g_array_new (FALSE, FALSE, sizeof (CitizVote));
  const CitizMessage out = {
      .kind = CITIZ_MESSAGE_STATUS,
      .epoch = status->epoch,
      .frontier = status->frontier,
      .slot = status->committed,
      .time = status->time,
      .ask = status->ask != 0,
      .answer = status->answer != 0,
      .votes = votes,
      .cert = (CitizCert *) message->cert,
  };

  g_array_append_vals (votes, status->votes, status->n_votes);
  return citiz_message_encode (&out);
}

/**
 * citiz_replica_message:
 *
 * Returns: (transfer full) (nullable): the machine's message as bytes; %NULL when the block it names is gone
 */
GBytes *
citiz_replica_message (CitizReplica *self, const CitizCsxMessage *message)
{
  g_autoptr (GBytes) block = NULL;
  CitizMessage out = {.vote = message->vote, .cert = (CitizCert *) message->cert};

  switch (message->kind)
    {
    case CITIZ_CSX_MESSAGE_STATUS:
      return encode_status (message);
    case CITIZ_CSX_MESSAGE_CAND:
      out.kind = CITIZ_MESSAGE_CAND;
      break;
    case CITIZ_CSX_MESSAGE_BLOCK:
      out.kind = CITIZ_MESSAGE_BLOCK;
      break;
    case CITIZ_CSX_MESSAGE_VOTE:
      out.kind = CITIZ_MESSAGE_VOTE;
      break;
    case CITIZ_CSX_MESSAGE_CERT:
      out.kind = CITIZ_MESSAGE_CERT;
      break;
    }
  if (out.kind == CITIZ_MESSAGE_CAND || out.kind == CITIZ_MESSAGE_BLOCK)
    {
      block = block_bytes (self, &message->hash);
      if (block == NULL)
        return NULL;
      out.block = block;
    }
  return citiz_message_encode (&out);
}

void
citiz_replica_send_fetch (CitizReplica *self, const CitizCsxEffect *effect)
{
  const CitizMessage message = {.kind = CITIZ_MESSAGE_FETCH,
                                .epoch = self->epoch,
                                .slot = effect->slot,
                                .hash = effect->hash};

  citiz_replica_send (self, effect->to, &message);
}

void
citiz_replica_send_range (CitizReplica *self, const CitizCsxEffect *effect)
{
  const CitizMessage message = {.kind = CITIZ_MESSAGE_RANGE,
                                .epoch = self->epoch,
                                .slot = effect->slot,
                                .max = (guint16) effect->max};

  citiz_replica_send (self, effect->to, &message);
}

/* Coming in ******************************************************************/

static gboolean
is_signed (CitizReplica *self, const CitizVote *vote)
{
  return vote->epoch == self->epoch && vote->voter < self->validators.n
         && citiz_vote_verify (vote, &self->chain_id, &self->vs_hash,
                               &self->validators.v[vote->voter].key);
}

static gboolean
is_certified (CitizReplica *self, const CitizCert *cert)
{
  return cert->epoch == self->epoch
         && citiz_cert_check (cert, &self->chain_id, self->epoch, &self->vs_hash, &self->validators,
                              citiz_check_now, NULL, NULL);
}

static void
hear (CitizReplica *self, guint from, const CitizCsxMessage *message)
{
  const CitizCsxEvent event
      = {.kind = CITIZ_CSX_EVENT_MESSAGE,
         .from = from < self->validators.n ? (guint16) from : CITIZ_CSX_NOBODY,
         .message = message};

  citiz_replica_step (self, &event);
}

/* A candidate or a fetched block: its body stays only if the machine asks for it. */
static void
hear_block (CitizReplica *self, guint from, CitizCsxMessage *message, GBytes *bytes)
{
  gsize n;
  const guint8 *view = g_bytes_get_data (bytes, &n);
  CitizBlock *block = citiz_block_decode (view, n, FALSE, NULL);
  const gboolean cand = message->kind == CITIZ_CSX_MESSAGE_CAND;

  if (block == NULL)
    return;
  message->header = block->header;
  message->hash = block->hash;
  if ((cand && !citiz_hash_equal (&message->vote.hash, &block->hash))
      || !citiz_csx_wants (self->csx, message) || (cand && !is_signed (self, &message->vote)))
    {
      citiz_block_free (block);
      return;
    }
  (void) citiz_replica_take_block (self, block);
  hear (self, from, message);
  citiz_replica_forget_unasked (self, &message->hash);
}

static void
take_cand (CitizReplica *self, guint from, CitizMessage *in)
{
  CitizCsxMessage message = {.kind = CITIZ_CSX_MESSAGE_CAND, .vote = in->vote};

  hear_block (self, from, &message, in->block);
}

static void
take_block (CitizReplica *self, guint from, CitizMessage *in)
{
  CitizCsxMessage message = {.kind = CITIZ_CSX_MESSAGE_BLOCK};

  hear_block (self, from, &message, in->block);
}

/* The machine wants no second copy: one like it was verified. */
static gboolean
is_repeated (CitizReplica *self, const CitizVote *vote)
{
  const guint i = vote->voter / 8, bit = 1u << vote->voter % 8;
  CitizCsxLook look;

  if (vote->voter >= self->validators.n || !citiz_csx_look (self->csx, vote->slot, &look))
    return FALSE;
  return ((vote->kind == CITIZ_VOTE_NOTAR  ? look.notar[i]
           : vote->kind == CITIZ_VOTE_SKIP ? look.skip[i]
                                           : look.final[i])
          & bit)
         != 0;
}

static void
take_vote (CitizReplica *self, guint from, CitizMessage *in)
{
  const CitizCsxMessage message = {.kind = CITIZ_CSX_MESSAGE_VOTE, .vote = in->vote};
  const gboolean wanted = citiz_csx_wants (self->csx, &message);

  if (wanted ? !is_signed (self, &in->vote) : !is_repeated (self, &in->vote))
    return;
  if (from == in->vote.voter)
    citiz_voices_heard (&self->voices, from, in->vote.slot, citiz_replica_now (self).steady);
  if (wanted)
    hear (self, from, &message);
}

static void
take_cert (CitizReplica *self, guint from, CitizMessage *in)
{
  const CitizCsxMessage message = {.kind = CITIZ_CSX_MESSAGE_CERT, .cert = in->cert};

  if (!citiz_csx_wants (self->csx, &message) || !is_certified (self, in->cert))
    return;
  citiz_replica_see_cert (self, in->cert);
  hear (self, from, &message);
}

void
citiz_replica_hear_final (CitizReplica *self, const CitizCert *final)
{
  CitizMessage in = {.kind = CITIZ_MESSAGE_CERT, .cert = (CitizCert *) final};

  if (final->kind == CITIZ_VOTE_FINAL)
    take_cert (self, CITIZ_CSX_NOBODY, &in);
}

/* A stranger that asks hears which block is the newest final one, and nothing about what is being ordered. What it shows to be final
 * is believed: a certificate says the same whoever brings it. */
static void
hear_stranger (CitizReplica *self, guint from, CitizMessage *in)
{
  CitizCsxReport report;
  CitizCsxMessage message = {.kind = CITIZ_CSX_MESSAGE_STATUS};
  g_autoptr (GBytes) bytes = NULL;

  if (in->cert != NULL && in->cert->kind == CITIZ_VOTE_FINAL)
    take_cert (self, from, in);
  if (in->ask == 0)
    return;
  citiz_replica_report (self, &report);
  message.cert = report.final_cert;
  message.status = (CitizCsxStatus){.epoch = self->epoch,
                                    .frontier = report.frontier,
                                    .committed = report.committed.slot,
                                    .time = citiz_replica_now (self).wall};
  bytes = encode_status (&message);
  g_signal_emit_by_name (self, "send", from, bytes);
}

static void
take_status (CitizReplica *self, guint from, CitizMessage *in)
{
  CitizCsxMessage message = {.kind = CITIZ_CSX_MESSAGE_STATUS,
                             .status = {.epoch = in->epoch,
                                        .frontier = in->frontier,
                                        .committed = in->slot,
                                        .time = in->time,
                                        .ask = in->ask,
                                        .answer = in->answer}};

  if (from >= self->validators.n)
    {
      hear_stranger (self, from, in);
      return;
    }
  for (guint i = in->votes->len; i > 0; i--)
    if (!is_signed (self, &g_array_index (in->votes, CitizVote, i - 1)))
      g_array_remove_index (in->votes, i - 1);
  message.status.votes = (const CitizVote *) (gpointer) in->votes->data;
  message.status.n_votes = in->votes->len;
  if (in->cert != NULL)
    {
      const CitizCsxMessage cert = {.kind = CITIZ_CSX_MESSAGE_CERT, .cert = in->cert};

      if (citiz_csx_wants (self->csx, &cert) && is_certified (self, in->cert))
        message.cert = in->cert;
    }
  citiz_replica_see_others (self, from, in->frontier);
  if (message.cert != NULL)
    citiz_replica_see_cert (self, message.cert);
  hear (self, from, &message);
}

/* A block that is asked for may be final by now. */
static GBytes *
find_block (CitizReplica *self, const CitizMessage *in)
{
  g_autoptr (GPtrArray) blocks = NULL;
  GBytes *bytes = block_bytes (self, &in->hash);
  guint64 height;

  if (bytes != NULL)
    return bytes;
  if (!citiz_chain_height_of (self->chain, &in->hash, &height))
    {
      g_autoptr (CitizBlock) beside = citiz_chain_get_continuation (self->chain, &in->hash);

      return beside != NULL ? citiz_block_encode (beside, FALSE) : NULL;
    }
  blocks = citiz_chain_read_blocks (self->chain, height, 1, 1, NULL);
  return blocks != NULL && blocks->len > 0 ? citiz_block_encode (blocks->pdata[0], FALSE) : NULL;
}

static void
take_fetch (CitizReplica *self, guint from, CitizMessage *in)
{
  g_autoptr (GBytes) block = find_block (self, in);
  const CitizMessage out = {.kind = CITIZ_MESSAGE_BLOCK, .block = block};

  if (block != NULL)
    citiz_replica_send (self, from, &out);
}

/* Committed blocks of one epoch after a slot; always whole ones, and none when the first is larger than an answer may be. */
static void
take_range (CitizReplica *self, guint from, CitizMessage *in)
{
  g_autoptr (GPtrArray) list = g_ptr_array_new_with_free_func ((GDestroyNotify) g_bytes_unref);
  const CitizMessage out
      = {.kind = CITIZ_MESSAGE_BLOCKS, .epoch = in->epoch, .slot = in->slot, .blocks = list};
  g_autoptr (GPtrArray) blocks = NULL;
  guint64 height;
  guint final = 0;
  gsize bytes = 0;

  if (!citiz_chain_height_after (self->chain, in->epoch, in->slot, &height))
    return;
  blocks = citiz_chain_read_blocks (self->chain, height, in->max, RANGE_BYTES / 2, NULL);
  for (guint i = 0; blocks != NULL && i < blocks->len; i++)
    {
      const CitizBlock *block = blocks->pdata[i];
      GBytes *encoded;

      if (block->header.epoch != in->epoch)
        break;
      encoded = citiz_block_encode (block, TRUE);
      g_ptr_array_add (list, encoded);
      bytes += g_bytes_get_size (encoded);
      if (bytes > RANGE_BYTES)
        break;
      if (block->final != NULL)
        final = i + 1;
    }
  g_ptr_array_set_size (list, (gint) MIN (final, list->len));
  citiz_replica_send (self, from, &out);
}

/* The certificates of a block that others say is final: all that are there are good, and none is missing but Final. */
static gboolean
is_justified (CitizReplica *self, const CitizBlock *block)
{
  const CitizBlockHeader *header = &block->header;
  const CitizJustification *justification = block->justification;

  if (justification == NULL || header->epoch != self->epoch
      || justification->notar.slot != header->slot
      || !citiz_hash_equal (&justification->notar.hash, &block->hash)
      || justification->skips->len != header->slot - header->parent_slot - 1
      || !is_certified (self, &justification->notar)
      || (block->final != NULL
          && (!citiz_hash_equal (&block->final->hash, &block->hash)
              || !is_certified (self, block->final))))
    return FALSE;
  for (guint i = 0; i < justification->skips->len; i++)
    {
      const CitizCert *skip = justification->skips->pdata[i];

      if (skip->slot != header->parent_slot + 1 + i || !is_certified (self, skip))
        return FALSE;
    }
  return TRUE;
}

/* Returns: (nullable): whole blocks, in order, justified, the last of them final */
static GPtrArray *
decode_blocks (CitizReplica *self, const CitizMessage *in)
{
  g_autoptr (GPtrArray) blocks = g_ptr_array_new_with_free_func ((GDestroyNotify) citiz_block_free);
  const CitizBlock *last;

  for (guint i = 0; i < in->blocks->len; i++)
    {
      gsize n;
      const guint8 *view = g_bytes_get_data (in->blocks->pdata[i], &n);
      CitizBlock *block = citiz_block_decode (view, n, TRUE, NULL);

      if (block == NULL)
        return NULL;
      g_ptr_array_add (blocks, block);
      if (!is_justified (self, block))
        return NULL;
    }
  if (blocks->len == 0)
    return NULL;
  last = blocks->pdata[blocks->len - 1];
  return last->final != NULL ? g_steal_pointer (&blocks) : NULL;
}

static gboolean
keep_all (CitizReplica *self, GPtrArray *blocks, GError **error)
{
  if (!citiz_db_begin (self->db, error))
    return FALSE;
  for (guint i = 0; i < blocks->len; i++)
    if (!citiz_chain_put_pending (self->chain, blocks->pdata[i], error))
      {
        citiz_db_rollback (self->db);
        return FALSE;
      }
  return citiz_db_commit (self->db, error);
}

/* Whoever brings them: they justify themselves. */
static void
take_blocks (CitizReplica *self, guint from, CitizMessage *in)
{
  g_autoptr (GPtrArray) blocks = decode_blocks (self, in);
  const guint n = blocks != NULL ? blocks->len : 0;
  g_autofree CitizBlockHeader *headers = g_new (CitizBlockHeader, n);
  g_autofree CitizHash *hashes = g_new (CitizHash, n);
  g_autofree CitizCert *final = NULL;
  CitizCsxRange range = {.n = n, .headers = headers, .hashes = hashes};
  const CitizCsxEvent event
      = {.kind = CITIZ_CSX_EVENT_RANGE, .from = CITIZ_CSX_NOBODY, .range = &range};
  g_autoptr (GError) error = NULL;

  self->expected--;
  if (n > 0 && !keep_all (self, blocks, &error))
    {
      citiz_replica_fail (self, g_steal_pointer (&error));
      return;
    }
  for (guint i = 0; i < n; i++)
    {
      CitizBlock *block = g_ptr_array_steal_index (blocks, 0);

      headers[i] = block->header;
      hashes[i] = block->hash;
      if (i == n - 1)
        range.final = final = g_memdup2 (block->final, sizeof *block->final);
      citiz_replica_see_block (self, block);
      citiz_replica_take_block (self, block)->asked = TRUE;
    }
  citiz_replica_step (self, &event);
}

static void
take_txs (CitizReplica *self, guint from, CitizMessage *in)
{
  gsize all;
  const guint8 *bytes = g_bytes_get_data (in->block, &all);
  CitizCursor cursor = citiz_cursor (bytes, all);
  guint16 n;

  while (citiz_take_u16 (&cursor, &n))
    {
      const guint8 *view = citiz_take_view (&cursor, n);
      g_autoptr (CitizTx) tx = view != NULL ? citiz_tx_decode (view, n, NULL) : NULL;
      g_autoptr (GError) error = NULL;

      if (tx != NULL && !citiz_replica_take_tx (self, tx, from >= self->validators.n, &error))
        g_debug ("a transaction of another node is refused: %s", error->message);
    }
}

static void
take_evidence (CitizReplica *self, guint from, CitizMessage *in)
{
  if (!citiz_evidence_verify (&in->evidence, &self->chain_id, &self->vs_hash, &self->validators))
    return;
  if (in->evidence.first.voter == self->place) /* which this node cannot have made */
    citiz_replica_bar (self, in->evidence.first.slot);
  g_signal_emit_by_name (self, "evidence", &in->evidence);
}

/* A node tells its address as it has told its hash on the ledger; from anyone, as it proves itself. Returns: whether it does */
static gboolean
believe_address (CitizReplica *self, const CitizMessage *in)
{
  const CitizLedger *ledger = citiz_chain_ledger (self->chain, NULL);
  CitizNodeRecord record;
  CitizHash url, operator_;

  citiz_sha256 (&url, (const guint8 *) in->url, strlen (in->url));
  citiz_sha256 (&operator_, (const guint8 *) in->operator_, strlen (in->operator_));
  if (ledger == NULL || !citiz_ledger_get_node (ledger, &in->node, &record)
      || !citiz_hash_equal (&record.url, &url) || !citiz_hash_equal (&record.operator_, &operator_))
    return FALSE;
  g_signal_emit_by_name (self, "address", &in->node, in->url, in->operator_);
  return TRUE;
}

/* Whoever is late is told where a node is before the ledger here says so: what validators tell of validators waits. */
static void
take_address (CitizReplica *self, guint from, CitizMessage *in)
{
  if (believe_address (self, in))
    g_hash_table_remove (self->early, &in->node);
  else if (from < self->validators.n && g_hash_table_size (self->early) < EARLY_MAX)
    {
      CitizMessage *kept = g_new (CitizMessage, 1);

      *kept = (CitizMessage){.kind = in->kind, .node = in->node};
      memcpy (kept->url, in->url, sizeof kept->url);
      memcpy (kept->operator_, in->operator_, sizeof kept->operator_);
      g_hash_table_replace (self->early, &kept->node, kept);
    }
}

static gboolean
is_believed_now (gpointer node, gpointer address, gpointer replica)
{
  return believe_address (replica, address);
}

/* Blocks have become final. */
void
citiz_replica_look_at_addresses (CitizReplica *self)
{
  g_hash_table_foreach_remove (self->early, is_believed_now, self);
}

/* Strangers may ask, bring transactions and blocks that were asked for, and show evidence; what is said about ordering comes from
 * validators. */
static const struct
{
  gboolean by_strangers;
  void (*take) (CitizReplica *self, guint from, CitizMessage *in);
} kinds[] = {
    [CITIZ_MESSAGE_CAND] = {FALSE, take_cand},
    [CITIZ_MESSAGE_VOTE] = {FALSE, take_vote},
    [CITIZ_MESSAGE_CERT] = {FALSE, take_cert},
    [CITIZ_MESSAGE_BLOCK] = {TRUE, take_block},
    [CITIZ_MESSAGE_STATUS] = {TRUE, take_status},
    [CITIZ_MESSAGE_FETCH] = {TRUE, take_fetch},
    [CITIZ_MESSAGE_RANGE] = {TRUE, take_range},
    [CITIZ_MESSAGE_BLOCKS] = {TRUE, take_blocks},
    [CITIZ_MESSAGE_TX] = {TRUE, take_txs},
    [CITIZ_MESSAGE_EVIDENCE] = {TRUE, take_evidence},
    [CITIZ_MESSAGE_ADDRESS] = {TRUE, take_address},
};

/**
 * citiz_replica_receive:
 * @from: a validator's place, or a number from %CITIZ_REPLICA_STRANGER on for another node
 * @bytes: one message; what cannot be read or is signed falsely is dropped
 */
void
citiz_replica_receive (CitizReplica *self, guint from, GBytes *bytes)
{
  g_auto (CitizMessage) message = {0};
  g_autoptr (GError) error = NULL;
  gsize n;
  const guint8 *view = g_bytes_get_data (bytes, &n);

  if (self->failed || self->csx == NULL)
    return;
  if (!citiz_message_decode (view, n, &message, &error))
    g_debug ("a message cannot be read: %s", error->message);
  else if (message.kind == CITIZ_MESSAGE_BLOCKS && self->expected == 0)
    return; /* nobody asked */
  else if ((from < self->validators.n || kinds[message.kind].by_strangers)
           && !citiz_replica_is_other_epoch (self, from, &message))
    kinds[message.kind].take (self, from, &message);
}
