/* Guarded, locked, wiped memory on libsodium's allocator. SPDX-License-Identifier: AGPL-3.0-or-later */
#include "crypto/citiz-crypto-error.h"
#include "crypto/citiz-secret.h"

#include <sodium.h>
#include <string.h>

struct _CitizSecret
{
  gatomicrefcount refs;
  gsize n;
  gboolean locked;
  guint8 *bytes;
};

GQuark
citiz_crypto_error_quark (void)
{
  return g_quark_from_static_string ("citiz-crypto-error");
}

/**
 * citiz_crypto_init:
 *
 * Readies the cryptography; may be called again, from any thread. Every function of this layer that needs
 * it calls it too: a program calls it first only to learn early that it would fail.
 *
 * Returns: %FALSE if the system cannot give randomness
 */
gboolean
citiz_crypto_init (void)
{
  return sodium_init () >= 0;
}

/**
 * citiz_secret_new:
 * @n: size in bytes, at least 1
 *
 * sodium_malloc() locks its pages too, but says nothing when it could not (RLIMIT_MEMLOCK): asking again tells.
 * An unlocked secret still works; it could only reach the swap.
 *
 * Returns: (transfer full): @n zero bytes between guard pages, locked in memory, left out of core dumps
 */
CitizSecret *
citiz_secret_new (gsize n)
{
  CitizSecret *secret;

  g_return_val_if_fail (n > 0, NULL);
  if (!citiz_crypto_init ())
    g_error ("The cryptographic library cannot start");
  secret = g_new0 (CitizSecret, 1);
  g_atomic_ref_count_init (&secret->refs);
  secret->n = n;
  secret->bytes = sodium_malloc (n);
  if (secret->bytes == NULL)
    g_error ("No memory left for a secret of %" G_GSIZE_FORMAT " bytes", n);
  secret->locked = sodium_mlock (secret->bytes, n) == 0;
  if (!secret->locked)
    g_debug ("A secret could not be locked in memory (RLIMIT_MEMLOCK)");
  memset (secret->bytes, 0, n);
  return secret;
}

/**
 * citiz_secret_new_random:
 *
 * Returns: (transfer full): @n random bytes
 */
CitizSecret *
citiz_secret_new_random (gsize n)
{
  CitizSecret *secret = citiz_secret_new (n);

  randombytes_buf (secret->bytes, n);
  return secret;
}

/**
 * citiz_secret_new_take_copy:
 *
 * Returns: (transfer full): a copy; the caller wipes its own bytes with citiz_wipe()
 */
CitizSecret *
citiz_secret_new_take_copy (const guint8 *bytes, gsize n)
{
  CitizSecret *secret = citiz_secret_new (n);

  memcpy (secret->bytes, bytes, n);
  return secret;
}

/**
 * citiz_secret_new_from_text:
 * @text: UTF-8, not empty
 *
 * Returns: (transfer full): the bytes of @text without its final NUL
 */
CitizSecret *
citiz_secret_new_from_text (const gchar *text)
{
  return citiz_secret_new_take_copy ((const guint8 *) text, strlen (text));
}

CitizSecret *
citiz_secret_ref (CitizSecret *secret)
{
  g_atomic_ref_count_inc (&secret->refs);
  return secret;
}

void
citiz_secret_unref (CitizSecret *secret)
{
  if (!g_atomic_ref_count_dec (&secret->refs))
    return;
  sodium_free (secret->bytes); /* wipes and unlocks */
  g_free (secret);
}

guint8 *
citiz_secret_data (CitizSecret *secret)
{
  return secret->bytes;
}

gsize
citiz_secret_size (const CitizSecret *secret)
{
  return secret->n;
}

/**
 * citiz_secret_is_locked:
 *
 * Returns: %TRUE if the bytes are kept out of the swap
 */
gboolean
citiz_secret_is_locked (const CitizSecret *secret)
{
  return secret->locked;
}

/**
 * citiz_secret_equal:
 *
 * Returns: %TRUE if both have the same size and bytes; takes a time that depends on the sizes only
 */
gboolean
citiz_secret_equal (const CitizSecret *a, const CitizSecret *b)
{
  return a->n == b->n && sodium_memcmp (a->bytes, b->bytes, a->n) == 0;
}

/**
 * citiz_bytes_equal:
 *
 * Returns: %TRUE if the bytes are the same; constant time in their values
 */
gboolean
citiz_bytes_equal (const guint8 *a, const guint8 *b, gsize n)
{
  return sodium_memcmp (a, b, n) == 0;
}

/**
 * citiz_wipe:
 *
 * Zeroes bytes in a way the compiler may not leave out.
 */
void
citiz_wipe (gpointer bytes, gsize n)
{
  sodium_memzero (bytes, n);
}

/**
 * citiz_wipe_text:
 * @text: (transfer full) (nullable): a string from g_malloc(), wiped and freed
 */
void
citiz_wipe_text (gchar *text)
{
  if (text == NULL)
    return;
  sodium_memzero (text, strlen (text));
  g_free (text);
}

/**
 * citiz_random:
 *
 * Fills @out with bytes nobody can guess (the kernel's generator).
 */
void
citiz_random (guint8 *out, gsize n)
{
  if (!citiz_crypto_init ())
    g_error ("The cryptographic library cannot start");
  randombytes_buf (out, n);
}

/**
 * citiz_random_below:
 *
 * Returns: a uniform number under @bound, without the bias of a modulo
 */
guint32
citiz_random_below (guint32 bound)
{
  if (!citiz_crypto_init ())
    g_error ("The cryptographic library cannot start");
  return randombytes_uniform (bound);
}
