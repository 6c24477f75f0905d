/* The end of an epoch, as others are shown it: by its rules, or by people. SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include "wire/citiz-block.h"

G_BEGIN_DECLS

#define CITIZ_CLOSING_MAX        1024 /* headers */
#define CITIZ_REFOUND_MAX_REASON 1024

/* Who holds an epoch's validators goes on to the next epoch's with this alone. */
typedef struct
{
  GArray *
      headers; /* CitizBlockHeader: the closing block, then its continuation up to the certified one */
  CitizCert final; /* of the last of them */
  CitizValidators next;
} CitizClosing;

CitizClosing *citiz_closing_new (void);
void citiz_closing_free (CitizClosing *closing);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (CitizClosing, citiz_closing_free)
GBytes *citiz_closing_encode (const CitizClosing *closing);
CitizClosing *citiz_closing_decode (const guint8 *bytes, gsize n, GError **error);

typedef struct
{
  CitizPublicKey node;
  CitizSignature signature;
} CitizSigner;

/* When a quorum is gone for good: who is left, and those people trust, say from which block and with whom the chain goes on. Each
 * person accepts it or not; no program does (reference ledger.md §1.7). */
typedef struct
{
  CitizBlockHeader last; /* the newest final one */
  CitizCert final;
  guint64 ends; /* the epoch that ends: last's, or a later one in which nothing became final */
  CitizTime time;
  guint16 n_reason;
  guint8 reason[CITIZ_REFOUND_MAX_REASON]; /* UTF-8, for people */
  guint16 n_next;
  CitizFounder next
      [CITIZ_MAX_VALIDATORS]; /* joined with the chain id as salt, for the epoch after the one that ends */
  guint16 n_signers;
  CitizSigner signers[CITIZ_MAX_VALIDATORS]; /* ascending by node, none twice */
} CitizRefound;

GBytes *citiz_refound_encode (const CitizRefound *refound);
gboolean citiz_refound_decode (const guint8 *bytes, gsize n, CitizRefound *out, GError **error)
    G_GNUC_WARN_UNUSED_RESULT;
void citiz_refound_sign (CitizRefound *refound, const CitizSigningKey *node_key);
void citiz_refound_add_signer (CitizRefound *refound, const CitizSigner *signer);
/* Whether @node is one of those who go on; has signed; how many of those who go on have. */
gboolean citiz_refound_names (const CitizRefound *refound, const CitizPublicKey *node);
gboolean citiz_refound_has_signed (const CitizRefound *refound, const CitizPublicKey *node);
guint citiz_refound_n_signed (const CitizRefound *refound);
/* Its reason for people to read: what cannot be shown becomes a space, as it may come from anybody. */
gchar *citiz_refound_reason (const CitizRefound *refound);
gboolean citiz_refound_verify (const CitizRefound *refound,
                               const CitizSigner *signer) G_GNUC_WARN_UNUSED_RESULT;
void citiz_refound_hash (CitizHash *out, const CitizRefound *refound);
void citiz_refound_validators (CitizValidators *out, const CitizRefound *refound);

G_END_DECLS
