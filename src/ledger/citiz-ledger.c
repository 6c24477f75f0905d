/* The ledger after one block: making it, restoring it, asking it. SPDX-License-Identifier: AGPL-3.0-or-later */
#include "ledger/citiz-ledger-private.h"

static void
clear_change (gpointer data)
{
  g_bytes_unref (((CitizChange *) data)->value);
}

CitizChanges *
citiz_changes_new (void)
{
  CitizChanges *changes = g_new (CitizChanges, 1);

  changes->objects = g_array_new (FALSE, FALSE, sizeof (CitizChange));
  g_array_set_clear_func (changes->objects, clear_change);
  changes->log_nodes = g_array_new (FALSE, FALSE, sizeof (CitizLogNode));
  changes->owed = g_array_new (FALSE, FALSE, sizeof (CitizOwed));
  return changes;
}

void
citiz_changes_free (CitizChanges *changes)
{
  g_array_unref (changes->objects);
  g_array_unref (changes->log_nodes);
  g_array_unref (changes->owed);
  g_free (changes);
}

CitizBlock *
citiz_block_new (const CitizBlockHeader *header)
{
  CitizBlock *block = g_new0 (CitizBlock, 1);

  block->header = *header;
  if (header->height > 0)
    citiz_block_header_hash (&block->hash, header);
  block->txs = g_ptr_array_new_with_free_func ((GDestroyNotify) citiz_tx_unref);
  return block;
}

void
citiz_block_free (CitizBlock *block)
{
  g_ptr_array_unref (block->txs);
  g_clear_pointer (&block->justification, citiz_justification_free);
  g_free (block->final);
  g_free (block);
}

/**
 * citiz_ledger_new:
 *
 * Returns: (transfer full): the ledger before its first block
 */
CitizLedger *
citiz_ledger_new (const CitizGenesis *genesis)
{
  CitizLedger *ledger = g_new0 (CitizLedger, 1);

  citiz_genesis_chain_id (&ledger->chain_id, genesis);
  citiz_genesis_validators (&ledger->validators, genesis);
  citiz_validators_hash (&ledger->vs_hash, &ledger->validators);
  ledger->genesis_time = genesis->time;
  ledger->head_hash = ledger->chain_id;
  ledger->state = citiz_state_new ();
  return ledger;
}

/* The state names the validators of its epoch, unless people began it and nobody has said so on the chain yet: citiz_ledger_resume(). */
static void
restore_epoch (CitizLedger *ledger)
{
  CitizValidators validators;

  if (citiz_state_get_validators (ledger->state, ledger->head.epoch, &validators)
      && !citiz_ledger_resume (ledger, &validators, NULL))
    g_warning ("The state names other validators than the newest block");
}

/**
 * citiz_ledger_restore:
 * @state: (transfer full): taken also when this fails
 *
 * The ledger as it was after the block @head, from what a store kept. All invariants are checked, so that bytes which changed on
 * disk are noticed here.
 */
CitizLedger *
citiz_ledger_restore (const CitizGenesis *genesis,
                      const CitizBlockHeader *head,
                      const CitizLog *log,
                      CitizState *state,
                      GError **error)
{
  g_autoptr (CitizLedger) ledger = citiz_ledger_new (genesis);

  citiz_state_free (ledger->state);
  ledger->state = state;
  ledger->log = *log;
  ledger->head = *head;
  citiz_block_header_hash (&ledger->head_hash, head);
  if (citiz_ledger_check (ledger))
    {
      restore_epoch (ledger);
      return g_steal_pointer (&ledger);
    }
  g_set_error (error, CITIZ_LEDGER_ERROR, CITIZ_LEDGER_ERROR_DAMAGED,
               "block %" G_GUINT64_FORMAT ": the stored state is not the one it names",
               head->height);
  return NULL;
}

/**
 * citiz_ledger_fork:
 *
 * Returns: (transfer full): an independent copy; cheap, nodes are shared
 */
CitizLedger *
citiz_ledger_fork (const CitizLedger *ledger)
{
  CitizLedger *fork = g_new (CitizLedger, 1);

  *fork = *ledger;
  fork->state = citiz_state_fork (ledger->state);
  return fork;
}

/**
 * citiz_ledger_begin:
 *
 * Whoever takes @ledger forward with citiz_ledger_advance() from here on can go back, without a copy of anything.
 *
 * Returns: (transfer full): for citiz_ledger_end()
 */
CitizLedger *
citiz_ledger_begin (CitizLedger *ledger)
{
  CitizLedger *mark = g_memdup2 (ledger, sizeof *ledger);

  citiz_state_begin (ledger->state);
  return mark;
}

/**
 * citiz_ledger_end:
 * @mark: (transfer full): where it began
 * @good: whether @ledger stays where it is; else it goes back there
 */
void
citiz_ledger_end (CitizLedger *ledger, CitizLedger *mark, gboolean good)
{
  if (good)
    citiz_state_keep (ledger->state);
  else
    {
      citiz_state_undo (ledger->state);
      *ledger = *mark;
    }
  g_free (mark);
}

void
citiz_ledger_free (CitizLedger *ledger)
{
  citiz_state_free (ledger->state);
  g_free (ledger);
}

/**
 * citiz_ledger_check:
 *
 * Returns: %TRUE if the numbered invariants of #CitizLedger hold
 */
gboolean
citiz_ledger_check (CitizLedger *ledger)
{
  CitizHash root;

  if (!citiz_log_check (&ledger->log))
    return FALSE;
  if (ledger->head.height == 0)
    return ledger->log.size == 0 && citiz_state_size (ledger->state) == 0
           && citiz_hash_equal (&ledger->head_hash, &ledger->chain_id);

  citiz_log_root (&ledger->log, &root);
  if (ledger->head.log_size != ledger->log.size
      || !citiz_hash_equal (&root, &ledger->head.log_root))
    return FALSE;
  citiz_state_root (ledger->state, &root);
  if (!citiz_hash_equal (&root, &ledger->head.state_root)
      || !citiz_hash_equal (&ledger->chain_id, &ledger->head.chain_id))
    return FALSE;
  citiz_block_header_hash (&root, &ledger->head);
  return citiz_hash_equal (&root, &ledger->head_hash);
}

const CitizHash *
citiz_ledger_chain_id (const CitizLedger *ledger)
{
  return &ledger->chain_id;
}

const CitizHash *
citiz_ledger_vs_hash (const CitizLedger *ledger)
{
  return &ledger->vs_hash;
}

/**
 * citiz_ledger_head:
 *
 * Returns: (transfer none): the newest header; its height is 0 before the first block
 */
const CitizBlockHeader *
citiz_ledger_head (const CitizLedger *ledger)
{
  return &ledger->head;
}

const CitizHash *
citiz_ledger_head_hash (const CitizLedger *ledger)
{
  return &ledger->head_hash;
}

/* Of the newest block, or of the genesis. */
CitizTime
citiz_ledger_time (const CitizLedger *ledger)
{
  return ledger->head.height > 0 ? ledger->head.time : ledger->genesis_time;
}

CitizState *
citiz_ledger_state (CitizLedger *ledger)
{
  return ledger->state;
}

const CitizLog *
citiz_ledger_log (const CitizLedger *ledger)
{
  return &ledger->log;
}

gboolean
citiz_ledger_get_account (const CitizLedger *ledger, const CitizHash *id, CitizAccount *out)
{
  return citiz_state_get_account (ledger->state, id, out);
}

gboolean
citiz_ledger_get_grant (const CitizLedger *ledger,
                        const CitizId *id,
                        CitizGrantRecord *out,
                        CitizGrantUse *out_use)
{
  return citiz_state_get_grant (ledger->state, id, out, out_use);
}

gboolean
citiz_ledger_get_node (const CitizLedger *ledger, const CitizPublicKey *node, CitizNodeRecord *out)
{
  return citiz_state_get_node (ledger->state, node, out);
}

gboolean
citiz_ledger_get_proposal (const CitizLedger *ledger, const CitizHash *id, CitizProposal *out)
{
  return citiz_state_get_proposal (ledger->state, id, out);
}

/**
 * citiz_ledger_get_params:
 *
 * Returns: %FALSE when the community asks nothing of transactions yet
 */
gboolean
citiz_ledger_get_params (const CitizLedger *ledger, CitizTxParams *out)
{
  return citiz_state_get_params (ledger->state, out);
}

/**
 * citiz_ledger_get_validators:
 * @epoch: this one; an earlier one; or the next, after its closing block
 *
 * Returns: %FALSE when the state does not name them
 */
gboolean
citiz_ledger_get_validators (const CitizLedger *ledger, guint64 epoch, CitizValidators *out)
{
  if (epoch != ledger->epoch)
    return citiz_state_get_validators (ledger->state, epoch, out);
  *out = ledger->validators;
  return TRUE;
}
