/* Ed25519 as libsodium signs and verifies, over a 16-byte label first. SPDX-License-Identifier: AGPL-3.0-or-later */
#include "crypto/citiz-sign-private.h"
#include "crypto/citiz-crypto-error.h"

#include <sodium.h>
#include <string.h>

#define STACK_MESSAGE 1024 /* longer ones are put together on the heap */

struct _CitizSigningKey
{
  gatomicrefcount refs;
  CitizSecret *secret; /* 64 bytes: seed, public key */
  CitizPublicKey public_key;
};

/**
 * citiz_signing_key_new_from_seed:
 * @seed32: 32 bytes (RFC 8032 §5.1.5)
 *
 * Returns: (transfer full): the key pair; the seed is copied
 */
CitizSigningKey *
citiz_signing_key_new_from_seed (CitizSecret *seed32)
{
  CitizSigningKey *key;

  g_return_val_if_fail (citiz_secret_size (seed32) == crypto_sign_SEEDBYTES, NULL);
  key = g_new0 (CitizSigningKey, 1);
  g_atomic_ref_count_init (&key->refs);
  key->secret = citiz_secret_new (crypto_sign_SECRETKEYBYTES);
  crypto_sign_seed_keypair (key->public_key.b, citiz_secret_data (key->secret),
                            citiz_secret_data (seed32));
  return key;
}

CitizSigningKey *
citiz_signing_key_ref (CitizSigningKey *key)
{
  g_atomic_ref_count_inc (&key->refs);
  return key;
}

void
citiz_signing_key_unref (CitizSigningKey *key)
{
  if (!g_atomic_ref_count_dec (&key->refs))
    return;
  citiz_secret_unref (key->secret);
  g_free (key);
}

const CitizPublicKey *
citiz_signing_key_get_public (const CitizSigningKey *key)
{
  return &key->public_key;
}

gboolean
citiz_public_key_equal (const CitizPublicKey *a, const CitizPublicKey *b)
{
  return memcmp (a->b, b->b, sizeof a->b) == 0;
}

/* Puts label and message side by side, in @room when they fit; free the result with g_free() when it is not @room. */
static guint8 *
label_message (CitizDomain domain, const guint8 *msg, gsize n, guint8 room[STACK_MESSAGE])
{
  gsize label_n;
  const guint8 *label = citiz_domain_label (domain, &label_n);
  guint8 *all;

  g_assert (citiz_domain_kind (domain) == CITIZ_DOMAIN_KIND_SIGN);
  all = label_n + n <= STACK_MESSAGE ? room : g_malloc (label_n + n);
  memcpy (all, label, label_n);
  if (n > 0)
    memcpy (all + label_n, msg, n);
  return all;
}

/**
 * citiz_sign:
 * @domain: one of the SIGN domains; its label is signed before the message (PROTOCOL §2)
 */
void
citiz_sign (CitizSignature *out,
            CitizDomain domain,
            const guint8 *msg,
            gsize n,
            const CitizSigningKey *key)
{
  guint8 room[STACK_MESSAGE];
  guint8 *all = label_message (domain, msg, n, room);

  crypto_sign_detached (out->b, NULL, all, CITIZ_LABEL_SIZE + n, citiz_secret_data (key->secret));
  if (all != room)
    g_free (all);
}

gboolean
citiz_verify_unlabelled (const CitizSignature *signature,
                         const guint8 *msg,
                         gsize n,
                         const CitizPublicKey *key)
{
  return crypto_sign_verify_detached (signature->b, msg, n, key->b) == 0;
}

/**
 * citiz_verify:
 *
 * One signature at a time, never in batches: what libsodium accepts is the ledger's rule (tests/vectors holds it).
 *
 * Returns: %TRUE if @key signed @msg for @domain
 */
gboolean
citiz_verify (const CitizSignature *signature,
              CitizDomain domain,
              const guint8 *msg,
              gsize n,
              const CitizPublicKey *key)
{
  guint8 room[STACK_MESSAGE];
  guint8 *all = label_message (domain, msg, n, room);
  gboolean good = citiz_verify_unlabelled (signature, all, CITIZ_LABEL_SIZE + n, key);

  if (all != room)
    g_free (all);
  return good;
}

CitizSecret *
citiz_signing_key_to_x25519 (const CitizSigningKey *key)
{
  CitizSecret *secret = citiz_secret_new (crypto_scalarmult_SCALARBYTES);

  (void) crypto_sign_ed25519_sk_to_curve25519 (citiz_secret_data (secret),
                                               citiz_secret_data (key->secret));
  return secret;
}
