/* Subkeys, HKDF, PBKDF2, and Argon2id for passphrases. SPDX-License-Identifier: AGPL-3.0-or-later */
#include "crypto/citiz-kdf.h"

#include <nettle/hkdf.h>
#include <nettle/hmac.h>
#include <nettle/pbkdf2.h>
#include <sodium.h>
#include <string.h>
#include <unistd.h>

#define KEY_SIZE        32
#define TARGET_US       850000 /* in the middle of 0.7–1.0 s */
#define SMALL_RAM_KIB   (1536u * 1024)
#define SMALL_FLOOR_KIB (64u * 1024)
G_STATIC_ASSERT (CITIZ_KDF_SALT_SIZE == crypto_pwhash_argon2id_SALTBYTES);
G_STATIC_ASSERT (crypto_kdf_CONTEXTBYTES == 8 && crypto_kdf_KEYBYTES == KEY_SIZE);

/**
 * citiz_derive:
 * @domain: one of the KEY domains
 * @master: 32 bytes
 * @n: which subkey of that purpose
 *
 * libsodium's crypto_kdf (keyed BLAKE2b).
 *
 * Returns: (transfer full): 32 bytes that tell nothing of @master or of other subkeys
 */
CitizSecret *
citiz_derive (CitizDomain domain, CitizSecret *master, guint64 n)
{
  gsize label_n;
  const guint8 *label = citiz_domain_label (domain, &label_n);
  CitizSecret *key;

  g_assert (citiz_domain_kind (domain) == CITIZ_DOMAIN_KIND_KEY);
  g_return_val_if_fail (citiz_secret_size (master) == KEY_SIZE, NULL);
  key = citiz_secret_new (KEY_SIZE);
  crypto_kdf_derive_from_key (citiz_secret_data (key), KEY_SIZE, n, (const char *) label,
                              citiz_secret_data (master));
  return key;
}

/**
 * citiz_hkdf_sha256:
 * @salt: (nullable): none is 32 zero bytes (RFC 5869 §2.2)
 * @info: (nullable): opens with the label of a TEXT domain
 * @out_n: 1…8160
 *
 * Returns: (transfer full): RFC 5869, extract then expand
 */
CitizSecret *
citiz_hkdf_sha256 (const guint8 *ikm,
                   gsize ikm_n,
                   const guint8 *salt,
                   gsize salt_n,
                   const guint8 *info,
                   gsize info_n,
                   gsize out_n)
{
  static const guint8 zeros[SHA256_DIGEST_SIZE];
  struct hmac_sha256_ctx ctx;
  guint8 prk[SHA256_DIGEST_SIZE];
  CitizSecret *out;

  g_return_val_if_fail (out_n > 0 && out_n <= 255 * SHA256_DIGEST_SIZE, NULL);
  out = citiz_secret_new (out_n);
  hmac_sha256_set_key (&ctx, salt_n > 0 ? salt_n : sizeof zeros, salt_n > 0 ? salt : zeros);
  hkdf_extract (&ctx, (nettle_hash_update_func *) hmac_sha256_update,
                (nettle_hash_digest_func *) hmac_sha256_digest, SHA256_DIGEST_SIZE, ikm_n, ikm,
                prk);
  hmac_sha256_set_key (&ctx, sizeof prk, prk);
  hkdf_expand (&ctx, (nettle_hash_update_func *) hmac_sha256_update,
               (nettle_hash_digest_func *) hmac_sha256_digest, SHA256_DIGEST_SIZE, info_n,
               info_n > 0 ? info : zeros, out_n, citiz_secret_data (out));
  citiz_wipe (prk, sizeof prk);
  citiz_wipe (&ctx, sizeof ctx);
  return out;
}

/**
 * citiz_pbkdf2_sha256:
 * @iterations: 600000 for what a person types into a browser
 *
 * Only where a browser must do the same (it has no Argon2): passcode, spoken code, one-file capsule.
 *
 * Returns: (transfer full): RFC 8018 §5.2 with HMAC-SHA-256
 */
CitizSecret *
citiz_pbkdf2_sha256 (const guint8 *passphrase,
                     gsize n,
                     const guint8 *salt,
                     gsize salt_n,
                     guint32 iterations,
                     gsize out_n)
{
  static const guint8 nothing[1];
  CitizSecret *out;

  g_return_val_if_fail (iterations > 0 && out_n > 0, NULL);
  out = citiz_secret_new (out_n);
  pbkdf2_hmac_sha256 (n, n > 0 ? passphrase : nothing, iterations, salt_n,
                      salt_n > 0 ? salt : nothing, out_n, citiz_secret_data (out));
  return out;
}

/**
 * citiz_kdf_cost_is_acceptable:
 *
 * A cost read from a file is the file's author's wish: an unbounded one would freeze or kill the app.
 *
 * Returns: %TRUE if we are willing to pay @cost
 */
gboolean
citiz_kdf_cost_is_acceptable (CitizKdfCost cost)
{
  return cost.ops >= crypto_pwhash_argon2id_OPSLIMIT_MIN
         && (gsize) cost.mem_kib * 1024 >= crypto_pwhash_argon2id_MEMLIMIT_MIN
         && cost.mem_kib <= CITIZ_KDF_MAX_KIB
         && (guint64) cost.ops * cost.mem_kib <= CITIZ_KDF_MAX_OPS_KIB;
}

/* NFKD, so that « é » typed on any keyboard is the same passphrase. */
static gchar *
normalise (CitizSecret *passphrase, GError **error)
{
  const gchar *text = (const gchar *) citiz_secret_data (passphrase);
  gchar *normal
      = g_utf8_validate_len (text, citiz_secret_size (passphrase), NULL)
            ? g_utf8_normalize (text, (gssize) citiz_secret_size (passphrase), G_NORMALIZE_NFKD)
            : NULL;

  if (normal == NULL)
    g_set_error (error, CITIZ_CRYPTO_ERROR, CITIZ_CRYPTO_ERROR_INVALID,
                 "The passphrase is not UTF-8 text");
  return normal;
}

/**
 * citiz_passphrase_key:
 * @passphrase: UTF-8 text without NUL
 * @cost: as stored beside the salt
 *
 * Argon2id 1.3 (RFC 9106) with one lane, over the NFKD form of the passphrase. Takes about a second: never on
 * the main thread.
 *
 * Returns: (transfer full) (nullable): 32 bytes; or %NULL with %CITIZ_CRYPTO_ERROR_INVALID (not text),
 *   %CITIZ_CRYPTO_ERROR_LIMIT (@cost) or %CITIZ_CRYPTO_ERROR_MEMORY
 */
CitizSecret *
citiz_passphrase_key (CitizSecret *passphrase,
                      const guint8 salt[16],
                      CitizKdfCost cost,
                      GError **error)
{
  g_autoptr (CitizSecret) key = NULL;
  gchar *normal;
  int rc;

  if (!citiz_kdf_cost_is_acceptable (cost))
    {
      g_set_error (error, CITIZ_CRYPTO_ERROR, CITIZ_CRYPTO_ERROR_LIMIT,
                   "Key derivation cost out of bounds: %u passes, %u KiB", cost.ops, cost.mem_kib);
      return NULL;
    }
  normal = normalise (passphrase, error);
  if (normal == NULL)
    return NULL;
  key = citiz_secret_new (KEY_SIZE);
  rc = crypto_pwhash (citiz_secret_data (key), KEY_SIZE, normal, strlen (normal), salt, cost.ops,
                      (gsize) cost.mem_kib * 1024, crypto_pwhash_ALG_ARGON2ID13);
  citiz_wipe_text (normal);
  if (rc != 0)
    {
      g_set_error (error, CITIZ_CRYPTO_ERROR, CITIZ_CRYPTO_ERROR_MEMORY,
                   "Not enough memory to derive the key (%u KiB)", cost.mem_kib);
      return NULL;
    }
  return g_steal_pointer (&key);
}

static guint32
floor_memory (void)
{
  glong pages = sysconf (_SC_PHYS_PAGES), page = sysconf (_SC_PAGESIZE);
  guint64 ram_kib = pages > 0 && page > 0 ? (guint64) pages * (guint64) page / 1024 : 0;

  return ram_kib > 0 && ram_kib < SMALL_RAM_KIB ? SMALL_FLOOR_KIB : CITIZ_KDF_FLOOR_KIB;
}

/**
 * citiz_kdf_calibrate:
 *
 * Tries the floor once on this machine and adds passes until one derivation takes 0.7 to 1 second. The floor
 * stands even where it takes longer: 3 passes over 256 MiB (64 MiB on a board with less than 1.5 GiB).
 *
 * Returns: the cost to store in a new slot
 */
CitizKdfCost
citiz_kdf_calibrate (void)
{
  static const guint8 salt[CITIZ_KDF_SALT_SIZE] = "calibration";
  CitizKdfCost cost = {CITIZ_KDF_FLOOR_OPS, floor_memory ()};
  g_autoptr (CitizSecret) sample = citiz_secret_new_random (16);
  guint8 out[KEY_SIZE];
  gint64 start, took;

  start = g_get_monotonic_time ();
  if (crypto_pwhash (out, sizeof out, (const char *) citiz_secret_data (sample), 16, salt, cost.ops,
                     (gsize) cost.mem_kib * 1024, crypto_pwhash_ALG_ARGON2ID13)
      != 0)
    {
      cost.mem_kib = SMALL_FLOOR_KIB; /* the memory is not to be had just now */
      return cost;
    }
  took = MAX (g_get_monotonic_time () - start, 1);
  if (took < TARGET_US)
    cost.ops = (guint32) MIN ((gint64) cost.ops * TARGET_US / took,
                              (gint64) (CITIZ_KDF_MAX_OPS_KIB / cost.mem_kib / 4));
  citiz_wipe (out, sizeof out);
  return cost;
}
