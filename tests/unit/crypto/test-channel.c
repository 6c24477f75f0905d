/* Channels between nodes and boxes for one key. SPDX-License-Identifier: AGPL-3.0-or-later */
#include "crypto/citiz-box.h"
#include "crypto/citiz-channel.h"

#include <string.h>

static const CitizHash context = {{7}};

static CitizSigningKey *
key_of (guint8 n)
{
  guint8 seed[32] = {n};
  g_autoptr (CitizSecret) secret = citiz_secret_new_take_copy (seed, sizeof seed);

  return citiz_signing_key_new_from_seed (secret);
}

typedef struct
{
  CitizSigningKey *keys[2]; /* caller, answerer */
  CitizChannel *ends[2];
} Pair;

static void
pair_init (Pair *pair, const CitizPublicKey *expected)
{
  pair->keys[0] = key_of (1);
  pair->keys[1] = key_of (2);
  pair->ends[0] = citiz_channel_new_caller (pair->keys[0], &context, expected);
  pair->ends[1] = citiz_channel_new_answerer (pair->keys[1], &context);
}

static void
pair_clear (Pair *pair)
{
  for (guint i = 0; i < 2; i++)
    {
      citiz_channel_free (pair->ends[i]);
      citiz_signing_key_unref (pair->keys[i]);
    }
}

/* Passes the handshake's messages on; byte @at of message @which is changed when @which is not negative. Returns how
 * many were taken. */
static guint
shake (Pair *pair, gint which, gsize at)
{
  g_autoptr (GBytes) message = citiz_channel_hello (pair->ends[0]);
  guint taken = 0;

  while (message)
    {
      gsize n;
      g_autofree guint8 *bytes = g_bytes_unref_to_data (g_steal_pointer (&message), &n);

      if ((gint) taken == which)
        bytes[at % n] ^= 1;
      if (!citiz_channel_take (pair->ends[(taken + 1) % 2], bytes, n, &message, NULL))
        return taken;
      taken++;
    }
  return taken;
}

static gboolean
says (CitizChannel *from, CitizChannel *to, const gchar *text)
{
  g_autoptr (GBytes) sealed = citiz_channel_seal (from, (const guint8 *) text, strlen (text));
  gsize n;
  const guint8 *bytes = g_bytes_get_data (sealed, &n);
  g_autoptr (GBytes) got = citiz_channel_open (to, bytes, n, NULL);

  return got && g_bytes_get_size (got) == strlen (text)
         && memcmp (g_bytes_get_data (got, NULL), text, strlen (text)) == 0;
}

static void
test_meets (void)
{
  Pair pair;

  pair_init (&pair, NULL);
  g_assert_null (citiz_channel_get_peer (pair.ends[0]));
  g_assert_cmpuint (shake (&pair, -1, 0), ==, 3);
  for (guint i = 0; i < 2; i++)
    g_assert_true (citiz_public_key_equal (citiz_channel_get_peer (pair.ends[i]),
                                           citiz_signing_key_get_public (pair.keys[1 - i])));
  for (guint i = 0; i < 3; i++)
    {
      g_assert_true (says (pair.ends[0], pair.ends[1], "bonjour"));
      g_assert_true (says (pair.ends[1], pair.ends[0], ""));
    }
  pair_clear (&pair);
}

/* Every byte of every message of the handshake counts. */
static void
test_changed_handshake (void)
{
  static const gsize sizes[] = {65, 32 + 24 + 96 + 17, 24 + 96 + 17};

  for (guint which = 0; which < G_N_ELEMENTS (sizes); which++)
    for (gsize at = 0; at < sizes[which]; at++)
      {
        Pair pair;

        pair_init (&pair, NULL);
        g_assert_cmpuint (shake (&pair, (gint) which, at), <, 3);
        g_assert_false (citiz_channel_is_ready (pair.ends[which == 1 ? 0 : 1]));
        pair_clear (&pair);
      }
}

static void
test_somebody_else (void)
{
  g_autoptr (CitizSigningKey) other = key_of (3);
  CitizHash elsewhere = {{8}};
  Pair pair;

  pair_init (&pair, citiz_signing_key_get_public (other));
  g_assert_cmpuint (shake (&pair, -1, 0), ==, 1);
  pair_clear (&pair);

  pair_init (&pair, NULL);
  citiz_channel_free (pair.ends[1]);
  pair.ends[1] = citiz_channel_new_answerer (pair.keys[1], &elsewhere);
  g_assert_cmpuint (shake (&pair, -1, 0), ==, 0);
  pair_clear (&pair);
}

/* A message lost, repeated, out of order or changed ends the channel. */
static void
test_changed_message (void)
{
  for (guint fault = 0; fault < 4; fault++)
    {
      g_autoptr (GBytes) first = NULL;
      g_autoptr (GBytes) second = NULL;
      g_autoptr (GBytes) got = NULL;
      g_autoptr (GError) error = NULL;
      g_autofree guint8 *copy = NULL;
      Pair pair;
      gsize n;

      pair_init (&pair, NULL);
      g_assert_cmpuint (shake (&pair, -1, 0), ==, 3);
      first = citiz_channel_seal (pair.ends[0], (const guint8 *) "one", 3);
      second = citiz_channel_seal (pair.ends[0], (const guint8 *) "two", 3);
      n = g_bytes_get_size (first);
      copy = g_memdup2 (g_bytes_get_data (first, NULL), n);
      if (fault == 1)
        copy[1] ^= 1;
      if (fault == 2)
        n--;
      if (fault == 3)
        {
          got = citiz_channel_open (pair.ends[1], copy, n, NULL); /* then again */
          g_assert_nonnull (got);
          g_clear_pointer (&got, g_bytes_unref);
        }
      got = citiz_channel_open (pair.ends[1], fault == 0 ? g_bytes_get_data (second, NULL) : copy,
                                n, &error);
      g_assert_null (got);
      g_assert_error (error, CITIZ_CRYPTO_ERROR, CITIZ_CRYPTO_ERROR_FORGED);
      got = citiz_channel_open (pair.ends[1], g_bytes_get_data (first, NULL),
                                g_bytes_get_size (first), NULL);
      g_assert_null (got);
      g_assert_false (citiz_channel_is_ready (pair.ends[1]));
      pair_clear (&pair);
    }
}

static void
test_box (void)
{
  g_autoptr (CitizSigningKey) to = key_of (4);
  g_autoptr (CitizSigningKey) other = key_of (5);
  CitizPublicKey no_point = {{2}};
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) sealed
      = citiz_box_seal (CITIZ_DOMAIN_SEAL_SHARE, citiz_signing_key_get_public (to),
                        (const guint8 *) "ad", 2, (const guint8 *) "share", 5, &error);
  gsize n;
  const guint8 *bytes = g_bytes_get_data (sealed, &n);
  g_autoptr (GBytes) plain = NULL;

  g_assert_cmpuint (n, ==, 5 + CITIZ_BOX_OVERHEAD);
  plain = citiz_box_open (CITIZ_DOMAIN_SEAL_SHARE, to, (const guint8 *) "ad", 2, bytes, n, &error);
  g_assert_no_error (error);
  g_assert_cmpmem (g_bytes_get_data (plain, NULL), g_bytes_get_size (plain), "share", 5);

  g_assert_null (
      citiz_box_open (CITIZ_DOMAIN_SEAL_SHARE, other, (const guint8 *) "ad", 2, bytes, n, NULL));
  g_assert_null (
      citiz_box_open (CITIZ_DOMAIN_SEAL_SHARE, to, (const guint8 *) "da", 2, bytes, n, NULL));
  g_assert_null (
      citiz_box_open (CITIZ_DOMAIN_SEAL_OBJECT, to, (const guint8 *) "ad", 2, bytes, n, NULL));
  for (gsize i = 0; i < n; i++)
    {
      g_autofree guint8 *copy = g_memdup2 (bytes, n);

      copy[i] ^= 1;
      g_assert_null (
          citiz_box_open (CITIZ_DOMAIN_SEAL_SHARE, to, (const guint8 *) "ad", 2, copy, n, NULL));
      g_assert_null (
          citiz_box_open (CITIZ_DOMAIN_SEAL_SHARE, to, (const guint8 *) "ad", 2, bytes, i, NULL));
    }
  g_assert_null (citiz_box_seal (CITIZ_DOMAIN_SEAL_SHARE, &no_point, NULL, 0, bytes, n, &error));
  g_assert_error (error, CITIZ_CRYPTO_ERROR, CITIZ_CRYPTO_ERROR_INVALID);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  if (!citiz_crypto_init ())
    return 1;
  g_test_add_func ("/channel/meets", test_meets);
  g_test_add_func ("/channel/changed-handshake", test_changed_handshake);
  g_test_add_func ("/channel/somebody-else", test_somebody_else);
  g_test_add_func ("/channel/changed-message", test_changed_message);
  g_test_add_func ("/box", test_box);
  return g_test_run ();
}
