/* What a citizen says in a community: the account, heads of the personal chain, transactions of others.
 * SPDX-License-Identifier: AGPL-3.0-or-later */
#include "sync/citiz-community-private.h"

#include "crypto/citiz-hash.h"
#include "store/citiz-store-error.h"
#include "sync/citiz-work.h"

#include <math.h>
#include <string.h>

#define VALIDITY                                                                                   \
  (20 * CITIZ_HOUR) /* of a transaction: below the limit by what a clock may be wrong */
#define MARK                                                                                       \
  (1 << 20) /* ms, a quarter of an hour: another copy of the record draws another end of validity */
#define STATE_HEAD 3 /* first byte of a CITIZ_CLASS_COMMITMENT object: a head, and its proof */
#define ACCOUNT_BIT                                                                                \
  (G_GUINT64_CONSTANT (1) << 61) /* far from the numbers of the personal chain's accounts */

/* The account ****************************************************************/

/**
 * citiz_community_derive:
 *
 * One account a community: the vault and the community's name make its keys, so that two communities cannot tell that they know the same person.
 */
void
citiz_community_derive (CitizVault *vault,
                        const CitizHash *chain_id,
                        CitizSigningKey **out_key,
                        CitizPublicKey *out_recovery,
                        CitizTxBody *out_register,
                        CitizHash *out_account)
{
  CitizCursor cursor = citiz_cursor (chain_id->b, sizeof chain_id->b);
  g_autoptr (CitizSecret) device = NULL;
  g_autoptr (CitizSecret) recovery = NULL;
  g_autoptr (CitizSigningKey) recovery_key = NULL;
  guint64 number = 0;

  (void) citiz_take_u64 (&cursor, &number);
  number = (number >> 3) | ACCOUNT_BIT;
  device = citiz_vault_derive (vault, CITIZ_DOMAIN_KEY_PSEUDONYM, 2 * number);
  recovery = citiz_vault_derive (vault, CITIZ_DOMAIN_KEY_PSEUDONYM, 2 * number + 1);
  recovery_key = citiz_signing_key_new_from_seed (recovery);
  *out_key = citiz_signing_key_new_from_seed (device);
  *out_recovery = *citiz_signing_key_get_public (recovery_key);
  memset (out_register, 0, sizeof *out_register);
  out_register->reg.n_keys = 2;
  out_register->reg.keys[0] = (CitizAccountKey){CITIZ_KEY_ROLE_DEVICE, CITIZ_ALG_ED25519,
                                                *citiz_signing_key_get_public (*out_key)};
  out_register->reg.keys[1]
      = (CitizAccountKey){CITIZ_KEY_ROLE_RECOVERY, CITIZ_ALG_ED25519, *out_recovery};
  citiz_tx_register_account_id (out_account, &out_register->reg);
}

const CitizHash *
citiz_community_get_account (CitizCommunity *self)
{
  return &self->account;
}

/* Returns: (transfer none) (nullable): %NULL while the record is locked */
CitizSigningKey *
citiz_community_get_key (CitizCommunity *self)
{
  return self->key;
}

/* Whether the account is on one's own copy. */
gboolean
citiz_community_is_registered (CitizCommunity *self)
{
  CitizAccount account;

  return citiz_chain_get_account (self->copy, &self->account, &account);
}

/* Transactions ***************************************************************/

/* After all that is final, that waits, and that was signed a moment ago. */
static guint64
take_nonce (CitizCommunity *self)
{
  g_autoptr (GPtrArray) waiting = citiz_outbox_list (self->outbox);
  CitizAccount account;
  guint64 next = 0;

  if (citiz_chain_get_account (self->copy, &self->account, &account))
    next = account.keys[0].next;
  if (waiting->len == 0 && self->next_nonce >= next + CITIZ_NONCE_WINDOW / 2)
    self->next_nonce = next; /* much was signed and never sent */
  for (guint i = 0; i < waiting->len; i++)
    {
      const CitizTx *tx = waiting->pdata[i];

      if (citiz_hash_equal (&tx->account, &self->account))
        next = MAX (next, tx->nonce + 1);
    }
  next = MAX (next, self->next_nonce);
  self->next_nonce = next + 1;
  return next;
}

/* What the community asks of a transaction, as one's own copy knows it. */
static gboolean
asks_for_more (CitizCommunity *self, CitizTxParams *out)
{
  CitizLedger *ledger = citiz_chain_ledger (self->copy, NULL);

  return ledger != NULL && citiz_ledger_get_params (ledger, out) && out->sponsored != 0;
}

/* Unsigned. @out_work: what is still to be worked for it, bits; 0: nothing */
CitizTx *
citiz_community_prepare (CitizCommunity *self,
                         CitizTxType type,
                         const CitizTxBody *body,
                         guint *out_work)
{
  CitizTx *tx = citiz_tx_new (type);
  CitizTxParams params;
  guint32 draw;

  *out_work = 0;
  tx->chain_id = self->invitation.chain_id;
  tx->account = self->account;
  tx->nonce = take_nonce (self);
  citiz_env_random (self->env, (guint8 *) &draw, sizeof draw);
  tx->valid_until.ms = citiz_chain_time (self->copy).ms + VALIDITY - draw % MARK;
  memcpy (&tx->body, body, citiz_tx_body_size (type)); /* of a decoded one there is no more */
  citiz_community_note_signed (self, tx);
  if (!asks_for_more (self, &params))
    return tx;
  if (self->invitation.n_token > 0)
    {
      tx->sponsor = self->invitation.nodes[0].node;
      tx->sponsor_epoch = citiz_ledger_epoch (citiz_chain_ledger (self->copy, NULL));
    }
  else
    *out_work = params.work;
  return tx;
}

/**
 * citiz_community_sign:
 *
 * Signs a transaction of one's account for the community, with the next nonce, for citiz_community_put(). Where nobody vouches and the community
 * asks for work, this works for it: the time of 2^work tries.
 *
 * Returns: (transfer full) (nullable): %NULL while the record is locked
 */
CitizTx *
citiz_community_sign (CitizCommunity *self, CitizTxType type, const CitizTxBody *body)
{
  CitizTx *tx;
  guint work;

  if (self->key == NULL)
    return NULL;
  tx = citiz_community_prepare (self, type, body, &work);
  if (work > 0)
    citiz_tx_work (tx, work);
  citiz_tx_sign (tx, self->key);
  return tx;
}

/**
 * citiz_community_put:
 *
 * Into the outbox. Joins an open transaction of the vault: what is said and what is remembered of it are both there, or neither.
 */
gboolean
citiz_community_put (CitizCommunity *self, CitizTx *tx, GError **error)
{
  if (!citiz_outbox_put (self->outbox, tx, error)
      || (self->vault != NULL && !citiz_community_keep (self, error)))
    return FALSE;
  citiz_community_go_alone_later (self, tx);
  return TRUE;
}

/* Registering ****************************************************************/

static void
worked_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  CitizCommunity *self = CITIZ_COMMUNITY (source);
  g_autoptr (CitizTx) tx = citiz_work_finish (result);
  g_autoptr (GError) error = NULL;

  g_clear_object (&self->work);
  if (tx == NULL || self->key == NULL || self->stop == NULL || citiz_community_is_registered (self))
    return;
  citiz_tx_sign (tx, self->key);
  if (!citiz_community_put (self, tx, &error))
    g_warning ("the account could not be sent: %s", error->message);
  citiz_community_tell (self);
}

static void
say_account (CitizCommunity *self)
{
  g_autoptr (CitizSigningKey) key = NULL;
  g_autoptr (GError) error = NULL;
  CitizPublicKey recovery;
  CitizHash account;
  g_autoptr (CitizTx) tx = NULL;
  CitizTxBody body;
  guint bits;

  if (self->work != NULL || citiz_outbox_find (self->outbox, CITIZ_TX_ACCT_REGISTER, NULL) != NULL)
    return;
  citiz_community_derive (self->vault, &self->invitation.chain_id, &key, &recovery, &body,
                          &account);
  tx = citiz_community_prepare (self, CITIZ_TX_ACCT_REGISTER, &body, &bits);
  if (bits > 0)
    {
      self->work = g_object_ref (self->stop);
      citiz_work_async (self, tx, bits, self->work, worked_cb, NULL);
      return;
    }
  citiz_tx_sign (tx, self->key);
  if (!citiz_community_put (self, tx, &error))
    g_warning ("the account could not be sent: %s", error->message);
}

gboolean
citiz_community_is_working (CitizCommunity *self)
{
  return self->work != NULL;
}

/* Heads of the personal chain *************************************************/

/* FORMAT.md §2.1: content "citiz/head/v1" | chain | height | hash, committed to as a record is, alone. */
static void
head_root (const CitizPendingHead *head, CitizHash *out)
{
  g_autoptr (GByteArray) content = g_byte_array_new ();
  CitizHash hash, leaf;
  const guint8 *label;
  gsize n;

  label = citiz_domain_label (CITIZ_DOMAIN_TEXT_HEAD, &n);
  citiz_put_bytes (content, label, n);
  citiz_put_bytes (content, head->chain.b, sizeof head->chain.b);
  citiz_put_u64 (content, head->height);
  citiz_put_bytes (content, head->hash.b, sizeof head->hash.b);
  citiz_sha256 (&hash, content->data, content->len);
  citiz_commitment_leaf (&leaf, &head->salt, &hash);
  citiz_commitment_root (out, &leaf, 1);
}

/* How each epoch before @epoch ended, as far as rules ended it: who holds the founding document gets to its validators with that. */
static void
put_closings (CitizCommunity *self, guint64 epoch, GByteArray *out)
{
  const guint at = out->len;
  guint16 n = 0;

  citiz_put_u16 (out, 0);
  for (; n < MIN (epoch, G_MAXUINT16); n++)
    {
      g_autoptr (CitizClosing) closing = citiz_chain_closing (self->copy, n, NULL);
      g_autoptr (GBytes) bytes = closing != NULL ? citiz_closing_encode (closing) : NULL;

      if (bytes == NULL)
        break;
      citiz_put_u32 (out, (guint32) g_bytes_get_size (bytes));
      citiz_put_bytes (out, g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes));
    }
  out->data[at] = (guint8) (n >> 8);
  out->data[at + 1] = (guint8) n;
}

/* The object of the vault that proves a head: u8 3 | community 32 | chain 32 | u64 height | hash 32 | salt 32 | u32 n, tx | header 344 |
 * u32 n, Final certificate | u64 index | u64 size | u16 n, path | u16 n, each u32 n, closing proof (none in those of earlier versions). */
static GBytes *
prove_head (CitizCommunity *self, const CitizTxInfo *info, GError **error)
{
  g_autofree CitizCert *final = g_new (CitizCert, 1);
  g_autoptr (GBytes) cert = NULL;
  GByteArray *out;
  guint8 header_bytes[CITIZ_HEADER_SIZE];
  CitizBlockHeader header;
  CitizLogProof proof;
  GBytes *tx = citiz_tx_get_bytes (info->tx);

  if (!citiz_chain_inclusion (self->copy, info, &header, final, &proof, error))
    return NULL;
  citiz_block_header_encode (&header, header_bytes);
  cert = citiz_cert_encode (final);
  out = g_byte_array_new ();
  citiz_put_u8 (out, STATE_HEAD);
  citiz_put_bytes (out, self->invitation.chain_id.b, 32);
  citiz_put_bytes (out, self->pending.chain.b, 32);
  citiz_put_u64 (out, self->pending.height);
  citiz_put_bytes (out, self->pending.hash.b, 32);
  citiz_put_bytes (out, self->pending.salt.b, 32);
  citiz_put_u32 (out, (guint32) g_bytes_get_size (tx));
  citiz_put_bytes (out, g_bytes_get_data (tx, NULL), g_bytes_get_size (tx));
  citiz_put_bytes (out, header_bytes, sizeof header_bytes);
  citiz_put_u32 (out, (guint32) g_bytes_get_size (cert));
  citiz_put_bytes (out, g_bytes_get_data (cert, NULL), g_bytes_get_size (cert));
  citiz_put_u64 (out, proof.index);
  citiz_put_u64 (out, proof.size);
  citiz_put_u16 (out, (guint16) proof.n);
  for (guint i = 0; i < proof.n; i++)
    citiz_put_bytes (out, proof.hashes[i].b, 32);
  put_closings (self, header.epoch, out);
  return g_byte_array_free_to_bytes (out);
}

/* The pending head is on the chain: its proof goes into the vault. */
static gboolean
keep_proof (CitizCommunity *self, const CitizTxInfo *info, GError **error)
{
  const CitizId name = citiz_env_new_id (self->env);
  g_autoptr (GBytes) proof = prove_head (self, info, error);

  if (proof == NULL
      || !citiz_vault_put (self->vault, CITIZ_CLASS_COMMITMENT, &name, 1, 0, proof, error))
    return FALSE;
  self->committed = (CitizCommittedHead){.height = self->pending.height,
                                         .hash = self->pending.hash,
                                         .tx = info->id,
                                         .time = info->time,
                                         .community_height = info->height};
  self->pending = (CitizPendingHead){0};
  citiz_community_save (self);
  return TRUE;
}

/**
 * citiz_community_look_at_pending:
 *
 * What became of the head that was sent: after each final transaction, and where a death of the program may have come in between. One that is
 * lost is simply committed again.
 */
void
citiz_community_look_at_pending (CitizCommunity *self)
{
  g_autoptr (GError) error = NULL;
  CitizTxInfo info;

  if (self->pending.height == 0 || self->vault == NULL)
    return;
  if (citiz_chain_find_tx (self->copy, &self->pending.tx, &info, &error))
    {
      if (!keep_proof (self, &info, &error))
        g_warning ("the proof of a head could not be kept: %s", error->message);
      citiz_tx_info_clear (&info);
    }
  else if (g_error_matches (error, CITIZ_STORE_ERROR, CITIZ_STORE_ERROR_NOT_FOUND)
           && !citiz_outbox_holds (self->outbox, &self->pending.tx))
    {
      self->pending = (CitizPendingHead){0};
      self->head_due = TRUE;
      citiz_community_save (self);
    }
}

/* The head of the personal chain, unless the community has it already. */
static gboolean
newest_head (CitizCommunity *self, CitizPendingHead *out)
{
  g_autoptr (GPtrArray) blocks = NULL;
  const CitizBlockInfo *info;
  guint64 height;

  if (self->personal == NULL)
    return FALSE;
  height = citiz_chain_height (self->personal);
  if (height == 0)
    return FALSE;
  blocks = citiz_chain_blocks (self->personal, height, 1, NULL);
  if (blocks == NULL || blocks->len == 0)
    return FALSE;
  info = blocks->pdata[0];
  *out = (CitizPendingHead){
      .height = height, .chain = *citiz_chain_id (self->personal), .hash = info->hash};
  return !citiz_hash_equal (&info->hash, &self->committed.hash);
}

/* What is said and what is remembered of it, or neither. */
static gboolean
put_head (CitizCommunity *self, const CitizPendingHead *head, CitizTx *tx, GError **error)
{
  if (!citiz_vault_begin (self->vault, error))
    return FALSE;
  self->pending = *head;
  if (citiz_community_put (self, tx, error))
    return citiz_vault_commit (self->vault, error);
  citiz_vault_rollback (self->vault);
  return FALSE;
}

static void
say_head (CitizCommunity *self)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (CitizTx) tx = NULL;
  CitizPendingHead head;
  CitizTxBody body = {.commit = {.n_leaves = 1}};

  self->head_due = FALSE;
  if (!newest_head (self, &head))
    return;
  citiz_env_random (self->env, head.salt.b, sizeof head.salt.b);
  head_root (&head, &body.commit.root);
  tx = citiz_community_sign (self, CITIZ_TX_COMMIT_RECORDS, &body);
  head.tx = *citiz_tx_get_id (tx);
  if (put_head (self, &head, tx, &error))
    return;
  self->pending = (CitizPendingHead){0};
  self->head_due = TRUE; /* with the next look */
  g_warning ("the head of the personal ledger could not be sent: %s", error->message);
}

/**
 * citiz_community_say_what_is_due:
 *
 * Registers the account, then commits the newest head: once one's own copy is even, so that what was said before is known.
 */
void
citiz_community_say_what_is_due (CitizCommunity *self)
{
  if (self->vault == NULL || self->stop == NULL
      || citiz_community_get_state (self) != CITIZ_COMMUNITY_EVEN)
    return;
  citiz_community_look_at_pending (self); /* a proof that could not be made before */
  if (!citiz_community_is_registered (self))
    say_account (self);
  else if (self->head_due && self->pending.height == 0)
    say_head (self);
}

static gboolean
head_cb (gpointer data)
{
  CitizCommunity *self = data;

  citiz_community_disarm (&self->head_source);
  self->head_due = TRUE;
  citiz_community_say_what_is_due (self);
  return G_SOURCE_REMOVE;
}

/**
 * citiz_community_set_personal:
 * @personal: (nullable): the personal chain; stays the caller's, and outlives the community or is taken away with %NULL
 * @soon: now, rather than at a random moment (PROTOCOL §4)
 *
 * To be called when the personal chain has grown, and once when it is there.
 */
void
citiz_community_set_personal (CitizCommunity *self, CitizChain *personal, gboolean soon)
{
  CitizPendingHead head;
  guint32 draw;

  self->personal = personal;
  if (personal == NULL || self->stop == NULL || !newest_head (self, &head))
    return;
  if (soon || self->head_ms == 0)
    {
      self->head_due = TRUE;
      citiz_community_say_what_is_due (self);
    }
  else if (self->head_source == NULL)
    {
      citiz_env_random (self->env, (guint8 *) &draw, sizeof draw);
      self->head_source = citiz_community_after (
          self,
          1000
              + (guint) MIN (-(gdouble) self->head_ms * log ((draw + 1.0) / 4294967296.0),
                             6.0 * self->head_ms),
          head_cb);
    }
}

/* The outbox tells ***********************************************************/

void
citiz_community_outbox_final (CitizCommunity *self, CitizTx *tx)
{
  citiz_community_look_at_pending (self);
  citiz_community_tell (self);
}

/* Refused, or too late. One's own account and heads are said again with the next look; others hear it from the outbox. */
void
citiz_community_outbox_lost (CitizCommunity *self, CitizTx *tx, const gchar *why)
{
  if (why != NULL)
    g_message ("the community does not take a transaction: %s", why);
  citiz_community_look_at_pending (self);
  citiz_community_tell (self);
}

void
citiz_community_outbox_vouched (CitizCommunity *self, CitizTx *before, CitizTx *after)
{
  if (!citiz_hash_equal (&self->pending.tx, citiz_tx_get_id (before)))
    return;
  self->pending.tx = *citiz_tx_get_id (after);
  citiz_community_save (self);
}
