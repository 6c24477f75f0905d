/* Another copy of this record signs for the same account: a backup that was put back, a folder that was copied.
 * SPDX-License-Identifier: AGPL-3.0-or-later */
#include "sync/citiz-community-private.h"

#define SIGNED_KEPT (2 * CITIZ_NONCE_WINDOW) /* beyond, nothing waits any more */
#define LOOKED_KEPT                                                                                \
  65536 /* transactions: so far what was looked at may be ahead of what is remembered of it; some 50 ms */

/* What this copy signed ********************************************************/

static gboolean
was_signed (CitizCommunity *self, const CitizTx *tx)
{
  for (guint i = 0; i < self->signed_->len; i++)
    {
      const CitizSigned *one = &g_array_index (self->signed_, CitizSigned, i);

      if (one->nonce == tx->nonce && one->valid_until.ms == tx->valid_until.ms)
        return TRUE;
    }
  return tx->nonce < self->signed_from;
}

/* It is kept before it is sent (citiz_community_put()). The same words, let in otherwise, have the same number and the same end. */
void
citiz_community_note_signed (CitizCommunity *self, const CitizTx *tx)
{
  const CitizSigned one = {tx->nonce, tx->valid_until};

  if (self->signed_->len >= SIGNED_KEPT)
    {
      const guint64 oldest = g_array_index (self->signed_, CitizSigned, 0).nonce;

      self->signed_from = MAX (self->signed_from, oldest + 1);
      g_array_remove_index (self->signed_, 0);
    }
  g_array_append_val (self->signed_, one);
  self->seen_next = MAX (self->seen_next, tx->nonce + 1);
}

/* What waits is of this copy, also when it died before that was kept, or is of an earlier version of the program. */
void
citiz_community_note_waiting (CitizCommunity *self)
{
  g_autoptr (GPtrArray) waiting = citiz_outbox_list (self->outbox);
  gboolean news = FALSE;

  for (guint i = 0; i < waiting->len; i++)
    if (citiz_hash_equal (&((CitizTx *) waiting->pdata[i])->account, &self->account)
        && !was_signed (self, waiting->pdata[i]))
      {
        citiz_community_note_signed (self, waiting->pdata[i]);
        news = TRUE;
      }
  if (news)
    citiz_community_save (self);
}

/**
 * citiz_community_is_of_copy:
 * @tx: on one's own copy of the chain
 *
 * Returns: whether it is of one's own account, and this copy of the record did not sign it
 */
gboolean
citiz_community_is_of_copy (CitizCommunity *self, const CitizTx *tx)
{
  return self->signed_known && citiz_hash_equal (&tx->account, &self->account)
         && !was_signed (self, tx);
}

/* What others did **************************************************************/

static guint64
log_size (CitizCommunity *self)
{
  const CitizLedger *ledger = citiz_chain_ledger (self->copy, NULL);

  return ledger != NULL ? citiz_ledger_log (ledger)->size : 0;
}

/* Which numbers of the account are spent. */
static CitizKeySlot
read_slot (CitizCommunity *self)
{
  CitizAccount account = {0};

  (void) citiz_chain_get_account (self->copy, &self->account, &account);
  return account.keys[0];
}

/* The person is told once: who uses two copies knows it then. */
static void
see_copy (CitizCommunity *self, guint64 next)
{
  self->copied = TRUE;
  self->seen_next = MAX (self->seen_next, next);
  if (!self->copy_told)
    citiz_watch_set_alarm (self->watcher, CITIZ_ALARM_COPY, "", TRUE);
  self->copy_told = TRUE;
  citiz_community_save (self);
  citiz_community_tell (self);
}

/* Returns: (transfer full) (element-type CitizTxInfo) (nullable): %NULL when the disk does not say */
static GPtrArray *
list_theirs (CitizCommunity *self)
{
  GPtrArray *list = citiz_chain_txs_of_account (self->copy, &self->account, self->looked, NULL);

  for (guint i = list != NULL ? list->len : 0; i > 0; i--)
    if (!citiz_community_is_of_copy (self, ((CitizTxInfo *) list->pdata[i - 1])->tx))
      g_ptr_array_remove_index (list, i - 1);
  return list;
}

static void
begin_to_look (CitizCommunity *self, const CitizKeySlot *slot)
{
  self->signed_known = TRUE;
  self->signed_from = slot->next;
  self->seen_next = MAX (self->seen_next, slot->next);
  self->looked = log_size (self);
  self->slot = *slot;
  citiz_community_save (self);
}

/* Each entry of the account is looked at: a number says nothing of who spent it, where this copy gave it to what was never sent. */
static void
look_at_log (CitizCommunity *self, const CitizKeySlot *slot)
{
  const gboolean news = slot->next != self->slot.next || slot->used != self->slot.used;
  const guint64 size = log_size (self);
  const gboolean far = size >= self->looked + LOOKED_KEPT;
  g_autoptr (GPtrArray) theirs = news ? list_theirs (self) : NULL;

  if ((!news && !far) || (news && theirs == NULL))
    return;
  self->slot = *slot;
  if (theirs != NULL && theirs->len > 0)
    {
      see_copy (self, slot->next);
      return;
    }
  self->looked = MAX (self->looked, size);
  if (far)
    citiz_community_save (self);
}

/**
 * citiz_community_look_for_copies:
 *
 * To be called when the copy of the chain has grown. What is final when it is even for the first time is taken for this copy's own: whoever joins
 * again has an account already. While its history is missing, only a number that was not given here tells of another.
 */
void
citiz_community_look_for_copies (CitizCommunity *self)
{
  const CitizKeySlot slot = read_slot (self);

  if (!self->signed_known)
    {
      if (citiz_community_get_state (self) == CITIZ_COMMUNITY_EVEN)
        begin_to_look (self, &slot);
    }
  else if (slot.next > self->seen_next)
    see_copy (self, slot.next);
  else if (!self->copied && citiz_chain_base (self->copy) == 0)
    look_at_log (self, &slot);
}

/* Another was seen, whenever. */
gboolean
citiz_community_is_copied (CitizCommunity *self)
{
  return self->copy_told;
}

/**
 * citiz_community_list_copied:
 *
 * Returns: (transfer full) (element-type CitizTxInfo) (nullable): what other copies of this record signed, since they were last taken; %NULL: nothing
 * is known to be new, or the history that may hold it is still missing
 */
GPtrArray *
citiz_community_list_copied (CitizCommunity *self)
{
  return self->copied && citiz_chain_base (self->copy) == 0 ? list_theirs (self) : NULL;
}

/* Joins an open transaction of the vault, in which the caller keeps what it made of them: that is known once it is committed. */
gboolean
citiz_community_take_copied (CitizCommunity *self, GError **error)
{
  const guint64 looked = self->looked;
  gboolean kept;

  self->copied = FALSE;
  self->looked = log_size (self);
  kept = citiz_community_keep (self, error);
  self->copied = TRUE;
  self->looked = looked;
  return kept;
}

/* The transaction is committed, and the chain has not grown since. */
void
citiz_community_took_copied (CitizCommunity *self)
{
  self->copied = FALSE;
  self->looked = log_size (self);
}
