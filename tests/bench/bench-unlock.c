/* Unlocking 20 000 resources, beside XChaCha20-Poly1305 alone on the same bytes. SPDX-License-Identifier: AGPL-3.0-or-later */
#include "store/citiz-vault-private.h"

#include <glib/gstdio.h>
#include <sodium.h>
#include <stdlib.h>

#define N_RESOURCES 20000
#define N_ROUNDS    5
#define GOAL_S      0.5

static const CitizKdfCost cheap = {1, 64}; /* the key derivation is not what is measured */

static gdouble
now (void)
{
  return (gdouble) g_get_monotonic_time () / 1e6;
}

static gsize
size_of (guint32 n)
{
  return 400 + n * 7919 % 1500; /* a FHIR resource */
}

static void
fill (const gchar *dir, CitizSecret *passphrase)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (CitizVault) vault
      = citiz_vault_create (dir, citiz_env_system (), passphrase, NULL, cheap, &error);
  g_autofree guint8 *room = g_malloc (2000);

  g_assert_no_error (error);
  citiz_random (room, 2000);
  g_assert_true (citiz_vault_begin (vault, &error));
  for (guint32 n = 0; n < N_RESOURCES; n++)
    {
      g_autoptr (GBytes) bytes = g_bytes_new_static (room, size_of (n));
      CitizId id = citiz_env_new_id (citiz_env_system ());
      g_assert_true (citiz_vault_put (vault, CITIZ_CLASS_RESOURCE, &id, 1, 1, bytes, &error));
    }
  g_assert_true (citiz_vault_commit (vault, &error));
}

static gboolean
take_cb (const CitizId *id, guint32 version, guint32 batch, GBytes *plain, gpointer data)
{
  *(gsize *) data += g_bytes_get_size (plain);
  return TRUE;
}

static gdouble
unlock (const gchar *dir, CitizSecret *passphrase)
{
  g_autoptr (GError) error = NULL;
  gdouble start = now ();
  g_autoptr (CitizVault) vault = citiz_vault_open (dir, citiz_env_system (), passphrase, &error);
  gsize total = 0;

  g_assert_no_error (error);
  g_assert_true (citiz_vault_foreach (vault, CITIZ_CLASS_RESOURCE, take_cb, &total, NULL, &error));
  g_assert_cmpuint (total, >, 0);
  return now () - start;
}

/* The same two seals a row on the same number of bytes, from memory to memory. */
static gdouble
raw (void)
{
  static guint8 key[32], nonce[24], ad[57], wrapped[48], row_key[32];
  g_autofree guint8 *sealed = g_malloc0 (8192), *plain = g_malloc0 (8192);
  gdouble took = 0, start;

  crypto_aead_xchacha20poly1305_ietf_encrypt (wrapped, NULL, row_key, sizeof row_key, ad, sizeof ad,
                                              NULL, nonce, key);
  for (guint32 i = 0; i < N_RESOURCES; i++)
    {
      gsize n = citiz_object_padded_size (CITIZ_CLASS_RESOURCE, size_of (i));
      crypto_aead_xchacha20poly1305_ietf_encrypt (sealed, NULL, plain, n, ad, sizeof ad, NULL,
                                                  nonce, key);
      start = now ();
      g_assert_cmpint (crypto_aead_xchacha20poly1305_ietf_decrypt (
                           row_key, NULL, NULL, wrapped, sizeof wrapped, ad, sizeof ad, nonce, key),
                       ==, 0);
      g_assert_cmpint (crypto_aead_xchacha20poly1305_ietf_decrypt (
                           plain, NULL, NULL, sealed, n + 16, ad, sizeof ad, nonce, key),
                       ==, 0);
      took += now () - start;
    }
  return took;
}

static int
compare (const void *a, const void *b)
{
  gdouble x = *(const gdouble *) a, y = *(const gdouble *) b;

  return x < y ? -1 : x > y;
}

static gdouble
median (gdouble *values)
{
  qsort (values, N_ROUNDS, sizeof *values, compare);
  return values[N_ROUNDS / 2];
}

static void
remove_files (const gchar *dir)
{
  g_autoptr (GDir) listing = g_dir_open (dir, 0, NULL);
  const gchar *name;

  while ((name = g_dir_read_name (listing)) != NULL)
    {
      g_autofree gchar *path = g_build_filename (dir, name, NULL);
      g_unlink (path);
    }
  g_rmdir (dir);
}

int
main (void)
{
  g_autofree gchar *dir = g_dir_make_tmp ("citiz-bench-XXXXXX", NULL);
  g_autoptr (CitizSecret) passphrase = citiz_secret_new_from_text ("six mots");
  gdouble ours[N_ROUNDS], theirs[N_ROUNDS], mine, limit;

  fill (dir, passphrase);
  for (guint i = 0; i < N_ROUNDS; i++)
    {
      ours[i] = unlock (dir, passphrase);
      theirs[i] = raw ();
    }
  mine = median (ours);
  limit = median (theirs);
  g_print ("unlock of %d resources: %.3f s (goal %.1f s); XChaCha20-Poly1305 alone %.3f s;"
           " ratio %.1f; rounds %.3f to %.3f s\n",
           N_RESOURCES, mine, GOAL_S, limit, mine / limit, ours[0], ours[N_ROUNDS - 1]);
  remove_files (dir);
  return mine <= GOAL_S ? 0 : 1;
}
