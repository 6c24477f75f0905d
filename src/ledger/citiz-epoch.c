/* From one epoch to the next: by a closing proof, or by a refounding that people accepted. SPDX-License-Identifier: AGPL-3.0-or-later */
#include "ledger/citiz-ledger-private.h"

static gboolean
refuse (GError **error, CitizLedgerError code, const gchar *what)
{
  g_set_error_literal (error, CITIZ_LEDGER_ERROR, code, what);
  return FALSE;
}

/* Light *********************************************************************/

static gboolean
continues (const CitizBlockHeader *parent, const CitizBlockHeader *header)
{
  CitizHash hash;

  citiz_block_header_hash (&hash, parent);
  return header->flags == CITIZ_BLOCK_CONTINUATION && header->n_tx == 0
         && header->epoch == parent->epoch && header->height == parent->height + 1
         && header->parent_slot == parent->slot && citiz_hash_equal (&header->parent, &hash)
         && citiz_hash_equal (&header->state_root, &parent->state_root)
         && citiz_hash_equal (&header->log_root, &parent->log_root);
}

static gboolean
check_final (const CitizLight *light,
             const CitizBlockHeader *header,
             const CitizCert *final,
             CitizCheckFunc check,
             gpointer check_data,
             GError **error)
{
  CitizHash hash;

  citiz_block_header_hash (&hash, header);
  if (!citiz_hash_equal (&header->chain_id, &light->chain_id) || header->epoch != light->epoch
      || !citiz_hash_equal (&header->vs_hash, &light->vs_hash))
    return refuse (error, CITIZ_LEDGER_ERROR_CHAIN, "a header of another chain or epoch");
  if (final->kind != CITIZ_VOTE_FINAL || final->slot != header->slot
      || !citiz_hash_equal (&final->hash, &hash))
    return refuse (error, CITIZ_LEDGER_ERROR_CERT, "not a Final certificate of this header");
  return citiz_cert_check (final, &light->chain_id, light->epoch, &light->vs_hash,
                           &light->validators, check, check_data, error);
}

/* Never back behind what was final, never sideways. */
static gboolean
check_newest (const CitizLight *light, const CitizBlockHeader *header, GError **error)
{
  CitizHash hash;

  citiz_block_header_hash (&hash, header);
  if (header->height < light->head.height)
    return refuse (error, CITIZ_LEDGER_ERROR_BEHIND, "older than what is known to be final");
  if (header->height == light->head.height && !citiz_hash_equal (&hash, &light->head_hash))
    return refuse (error, CITIZ_LEDGER_ERROR_BLOCK, "another final block at the same height");
  return TRUE;
}

static void
begin (CitizLight *light, const CitizBlockHeader *head, const CitizValidators *next)
{
  light->head = *head;
  citiz_block_header_hash (&light->head_hash, head);
  light->epoch++;
  light->validators = *next;
  citiz_validators_hash (&light->vs_hash, next);
}

/**
 * citiz_light_close:
 *
 * Goes on to the next epoch: its validators are named by a closing block that this epoch's have made final.
 */
gboolean
citiz_light_close (CitizLight *light, const CitizClosing *closing, GError **error)
{
  return citiz_light_close_with (light, closing, citiz_check_now, NULL, error);
}

/**
 * citiz_light_close_with:
 * @check: who checks the signatures; who does it later believes @light only afterwards
 *
 * As citiz_light_close().
 */
gboolean
citiz_light_close_with (CitizLight *light,
                        const CitizClosing *closing,
                        CitizCheckFunc check,
                        gpointer check_data,
                        GError **error)
{
  const CitizBlockHeader *headers = (const CitizBlockHeader *) (gpointer) closing->headers->data;
  const guint n = closing->headers->len;
  CitizHash next;

  if (n == 0 || headers[0].flags != CITIZ_BLOCK_CLOSING)
    return refuse (error, CITIZ_LEDGER_ERROR_BLOCK, "not a closing block");
  for (guint i = 1; i < n; i++)
    if (!continues (&headers[i - 1], &headers[i]))
      return refuse (error, CITIZ_LEDGER_ERROR_BLOCK, "not a continuation of the closing block");
  citiz_validators_hash (&next, &closing->next);
  if (!citiz_hash_equal (&next, &headers[0].next_vs_hash))
    return refuse (error, CITIZ_LEDGER_ERROR_BLOCK, "not the validators the closing block names");
  if (!check_final (light, &headers[n - 1], &closing->final, check, check_data, error)
      || !check_newest (light, &headers[0], error))
    return FALSE;
  begin (light, &headers[0], &closing->next);
  return TRUE;
}

/* What people go on from is final. When nothing of the epoch that ends is, it is the very block that this epoch began with. */
static gboolean
check_last (const CitizLight *light, const CitizRefound *refound, GError **error)
{
  CitizHash hash;

  if (refound->ends == refound->last.epoch)
    return check_final (light, &refound->last, &refound->final, citiz_check_now, NULL, error)
           && check_newest (light, &refound->last, error);
  if (refound->ends != light->epoch)
    return refuse (error, CITIZ_LEDGER_ERROR_CHAIN, "another epoch ends by it");
  if (!check_newest (light, &refound->last, error))
    return FALSE;
  citiz_block_header_hash (&hash, &refound->last);
  return citiz_hash_equal (&hash, &light->head_hash)
         || refuse (error, CITIZ_LEDGER_ERROR_BLOCK, "not the block that began this epoch");
}

/**
 * citiz_light_check_refound:
 * @out_old: how many of the validators known until now have signed, for people to weigh
 *
 * The document is of this chain, starts from a block that is final and not behind what is known here, and every signature in it is good.
 * That is all a program can say: whether to accept it, people decide.
 */
gboolean
citiz_light_check_refound (const CitizLight *light,
                           const CitizRefound *refound,
                           guint *out_old,
                           GError **error)
{
  *out_old = 0;
  if (!check_last (light, refound, error))
    return FALSE;
  for (guint i = 0; i < refound->n_signers; i++)
    {
      if (!citiz_refound_verify (refound, &refound->signers[i]))
        return refuse (error, CITIZ_LEDGER_ERROR_SIGNATURE, "a false signature");
      for (guint j = 0; j < light->validators.n; j++)
        *out_old
            += citiz_public_key_equal (&refound->signers[i].node, &light->validators.v[j].node);
    }
  return TRUE;
}

/**
 * citiz_light_refound:
 *
 * Only after a person has accepted the document.
 */
gboolean
citiz_light_refound (CitizLight *light, const CitizRefound *refound, GError **error)
{
  CitizValidators next;
  guint old;

  if (!citiz_light_check_refound (light, refound, &old, error))
    return FALSE;
  citiz_refound_validators (&next, refound);
  begin (light, &refound->last, &next);
  return TRUE;
}

/* Full **********************************************************************/

/**
 * citiz_ledger_begin_epoch:
 * @refounded: people have accepted that @next go on; else they are those whom the newest block, a closing one, names
 *
 * The next block is the first of the next epoch, in slot 1 or later.
 */
gboolean
citiz_ledger_begin_epoch (CitizLedger *ledger,
                          const CitizValidators *next,
                          gboolean refounded,
                          GError **error)
{
  CitizHash hash;

  citiz_validators_hash (&hash, next);
  if (!refounded
      && (ledger->head.flags != CITIZ_BLOCK_CLOSING || ledger->head.epoch != ledger->epoch
          || !citiz_hash_equal (&hash, &ledger->head.next_vs_hash)))
    return refuse (error, CITIZ_LEDGER_ERROR_BLOCK, "the newest block does not name them");
  ledger->epoch++;
  ledger->validators = *next;
  ledger->vs_hash = hash;
  return TRUE;
}

/**
 * citiz_ledger_resume:
 * @validators: those of the epoch of the newest block
 *
 * After citiz_ledger_restore(), which knows the founders only.
 */
gboolean
citiz_ledger_resume (CitizLedger *ledger, const CitizValidators *validators, GError **error)
{
  CitizHash hash;

  citiz_validators_hash (&hash, validators);
  if (!citiz_hash_equal (&hash, &ledger->head.vs_hash))
    return refuse (error, CITIZ_LEDGER_ERROR_BLOCK, "not the validators of the newest block");
  ledger->epoch = ledger->head.epoch;
  ledger->validators = *validators;
  ledger->vs_hash = hash;
  return TRUE;
}

guint64
citiz_ledger_epoch (const CitizLedger *ledger)
{
  return ledger->epoch;
}
