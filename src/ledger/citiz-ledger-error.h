/* Why a transaction, a block or a proof is refused. SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

#define CITIZ_LEDGER_ERROR (citiz_ledger_error_quark ())
typedef enum
{
  CITIZ_LEDGER_ERROR_CHAIN,         /* speaks of another chain, epoch or protocol */
  CITIZ_LEDGER_ERROR_ACCOUNT,       /* unknown account, unknown or revoked key */
  CITIZ_LEDGER_ERROR_ROLE,          /* a known key that may not say this */
  CITIZ_LEDGER_ERROR_SIGNATURE,     /* the signature is not of these bytes by this key */
  CITIZ_LEDGER_ERROR_NONCE,         /* used before, or outside the window */
  CITIZ_LEDGER_ERROR_TIME,          /* too late, too early, or valid for too long */
  CITIZ_LEDGER_ERROR_EXISTS,        /* already there */
  CITIZ_LEDGER_ERROR_UNKNOWN_GRANT, /* no such grant */
  CITIZ_LEDGER_ERROR_OWNER,         /* the grant is another account's */
  CITIZ_LEDGER_ERROR_CLOSED,        /* the grant is not open (not yet, ended), or not ended */
  CITIZ_LEDGER_ERROR_USE,           /* that opening was taken already, or is not the next one */
  CITIZ_LEDGER_ERROR_PROOF,         /* a proof that does not hold */
  CITIZ_LEDGER_ERROR_SPONSOR,       /* who vouches is no member, or has not */
  CITIZ_LEDGER_ERROR_WORK,          /* nobody vouches, and no work is shown */
  CITIZ_LEDGER_ERROR_QUOTA,    /* today's, or this block's, are used up: later it may be taken */
  CITIZ_LEDGER_ERROR_NODE,     /* not a validator, not a member, or not one that joined */
  CITIZ_LEDGER_ERROR_EPOCH,    /* about another epoch, or the epoch is closing */
  CITIZ_LEDGER_ERROR_PROPOSAL, /* no such proposal */
  CITIZ_LEDGER_ERROR_LIMIT,    /* too many, too large */
  CITIZ_LEDGER_ERROR_BLOCK,    /* a header that does not follow from its parent and transactions */
  CITIZ_LEDGER_ERROR_CERT,     /* a certificate without a quorum of valid votes */
  CITIZ_LEDGER_ERROR_BEHIND,   /* older than what is known to be final */
  CITIZ_LEDGER_ERROR_KEY, /* the vote journal does not hold this epoch's key: this computer cannot sign */
  CITIZ_LEDGER_ERROR_DAMAGED /* what is stored is not what was agreed; the message names the block */
} CitizLedgerError;
GQuark citiz_ledger_error_quark (void);

G_END_DECLS
