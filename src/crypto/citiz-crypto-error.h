/* What can go wrong in the crypto layer, and its one start-up call. SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

#define CITIZ_CRYPTO_ERROR (citiz_crypto_error_quark ())
typedef enum
{
  CITIZ_CRYPTO_ERROR_FORGED, /* an authentication tag does not match: wrong key, or changed bytes */
  CITIZ_CRYPTO_ERROR_INVALID, /* the input has not the required form */
  CITIZ_CRYPTO_ERROR_LIMIT,   /* a cost or a size beyond what we accept */
  CITIZ_CRYPTO_ERROR_MEMORY,  /* not enough memory for the key derivation */
  CITIZ_CRYPTO_ERROR_WORD,    /* a recovery word is in neither list */
  CITIZ_CRYPTO_ERROR_CHECKSUM /* the recovery words are all known but do not belong together */
} CitizCryptoError;
GQuark citiz_crypto_error_quark (void);

gboolean citiz_crypto_init (void) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
