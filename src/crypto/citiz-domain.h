/* The one table of what a signature, a hash, a derivation or a seal is for. SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

#define CITIZ_LABEL_SIZE 16 /* signatures and seals start with a label of this size, zero padded */

/* Not stored as a number: what is stored is the label. */
typedef enum
{
  /* signatures (PROTOCOL §2) */
  CITIZ_DOMAIN_SIGN_CSX,
  CITIZ_DOMAIN_SIGN_TX,
  CITIZ_DOMAIN_SIGN_ACK,
  CITIZ_DOMAIN_SIGN_JOIN,
  CITIZ_DOMAIN_SIGN_PEER, /* two nodes meeting */
  CITIZ_DOMAIN_SIGN_REFOUND,
  CITIZ_DOMAIN_SIGN_MAIL, /* a citizen fetches mail */
  CITIZ_DOMAIN_SIGN_SPONSOR,
  CITIZ_DOMAIN_SIGN_COSIGNATURE, /* of C2SP: "cosignature/v1", a new line, and the first letter of what follows */
  CITIZ_DOMAIN_SIGN_JOURNAL, /* never leaves the machine: the root of the vote journal's seal */
  /* subkeys of a vault's master, 8-byte crypto_kdf contexts (PROTOCOL §7) */
  CITIZ_DOMAIN_KEY_IDENTITY,
  CITIZ_DOMAIN_KEY_RECORD,
  CITIZ_DOMAIN_KEY_INDEX,
  CITIZ_DOMAIN_KEY_PSEUDONYM,
  CITIZ_DOMAIN_KEY_BACKUP,
  CITIZ_DOMAIN_KEY_EMERGENCY,
  CITIZ_DOMAIN_KEY_COMMITMENT,
  CITIZ_DOMAIN_KEY_NODE,
  CITIZ_DOMAIN_KEY_EPOCH,
  CITIZ_DOMAIN_KEY_WORDS,
  /* XChaCha20-Poly1305 seals: the label opens the associated data */
  CITIZ_DOMAIN_SEAL_SLOT,
  CITIZ_DOMAIN_SEAL_ROW_KEY,
  CITIZ_DOMAIN_SEAL_OBJECT,
  CITIZ_DOMAIN_SEAL_SHARE,
  CITIZ_DOMAIN_SEAL_STATE,
  /* strings that open an HKDF info, an HMAC message, a hash or an AES-GCM associated data (PROTOCOL §5) */
  CITIZ_DOMAIN_TEXT_CAPSULE,
  CITIZ_DOMAIN_TEXT_OPEN,
  CITIZ_DOMAIN_TEXT_TOKEN,
  CITIZ_DOMAIN_TEXT_PASS,
  CITIZ_DOMAIN_TEXT_NOTE,
  CITIZ_DOMAIN_TEXT_CODE,
  CITIZ_DOMAIN_TEXT_SHARE,
  CITIZ_DOMAIN_TEXT_CARD,
  CITIZ_DOMAIN_TEXT_COMMIT,
  CITIZ_DOMAIN_TEXT_SLOT_CHECK,
  CITIZ_DOMAIN_TEXT_OFFLINE,
  CITIZ_DOMAIN_TEXT_WORK,
  CITIZ_DOMAIN_TEXT_HEAD,
  /* first byte of each SHA-256 on the ledger (PROTOCOL §2) */
  CITIZ_DOMAIN_HASH_LOG_LEAF,
  CITIZ_DOMAIN_HASH_LOG_NODE,
  CITIZ_DOMAIN_HASH_STATE_LEAF,
  CITIZ_DOMAIN_HASH_STATE_NODE,
  CITIZ_DOMAIN_HASH_HEADER,
  CITIZ_DOMAIN_HASH_TX,
  CITIZ_DOMAIN_HASH_CHUNK,
  CITIZ_DOMAIN_HASH_ACCOUNT,
  CITIZ_N_DOMAINS
} CitizDomain;

typedef enum
{
  CITIZ_DOMAIN_KIND_SIGN, /* label zero padded to 16 bytes */
  CITIZ_DOMAIN_KIND_KEY,  /* exactly 8 bytes */
  CITIZ_DOMAIN_KIND_SEAL, /* label zero padded to 16 bytes */
  CITIZ_DOMAIN_KIND_TEXT, /* label as it is, no padding */
  CITIZ_DOMAIN_KIND_HASH  /* one byte */
} CitizDomainKind;

CitizDomainKind citiz_domain_kind (CitizDomain domain);
const guint8 *citiz_domain_label (CitizDomain domain, gsize *out_n);

G_END_DECLS
