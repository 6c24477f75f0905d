/* Bytes, value types, the environment. SPDX-License-Identifier: AGPL-3.0-or-later */
#include "core/citiz-core.h"

#include <string.h>

static void
test_cursor (void)
{
  static const guint8 bytes[] = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17};
  CitizCursor cursor = citiz_cursor (bytes, sizeof bytes);
  guint8 a;
  guint16 b;
  guint32 c;
  guint64 d;
  guint8 rest[2];

  g_assert_true (citiz_take_u8 (&cursor, &a) && a == 1);
  g_assert_true (citiz_take_u16 (&cursor, &b) && b == 0x0203);
  g_assert_true (citiz_take_u32 (&cursor, &c) && c == 0x04050607);
  g_assert_true (citiz_take_u64 (&cursor, &d) && d == G_GUINT64_CONSTANT (0x08090a0b0c0d0e0f));
  g_assert_false (citiz_cursor_done (&cursor));
  g_assert_true (citiz_take_bytes (&cursor, rest, 2) && rest[1] == 17);
  g_assert_true (citiz_cursor_done (&cursor));
  g_assert_nonnull (citiz_take_view (&cursor, 0));
  g_assert_true (citiz_cursor_done (&cursor));
}

/* Whatever is cut short fails, stays failed, and leaves the value alone. */
static void
test_cursor_fails (void)
{
  static const guint8 bytes[8];

  for (gsize n = 0; n < 8; n++)
    {
      CitizCursor cursor = citiz_cursor (bytes, n);
      guint64 value = 42;
      guint8 one = 42;
      g_assert_false (citiz_take_u64 (&cursor, &value));
      g_assert_cmpuint (value, ==, 42);
      g_assert_false (citiz_take_u8 (&cursor, &one));
      g_assert_cmpuint (one, ==, 42);
      g_assert_null (citiz_take_view (&cursor, 0));
      g_assert_false (citiz_cursor_done (&cursor));
    }
}

static void
test_writer (void)
{
  static const guint8 expected[]
      = {0xff, 0x12, 0x34, 0xde, 0xad, 0xbe, 0xef, 0, 1, 2, 3, 4, 5, 6, 7, 'x', 'y'};
  g_autoptr (GByteArray) out = g_byte_array_new ();

  citiz_put_u8 (out, 0xff);
  citiz_put_u16 (out, 0x1234);
  citiz_put_u32 (out, 0xdeadbeef);
  citiz_put_u64 (out, G_GUINT64_CONSTANT (0x0001020304050607));
  citiz_put_bytes (out, (const guint8 *) "xy", 2);
  citiz_put_bytes (out, NULL, 0);
  g_assert_cmpmem (out->data, out->len, expected, sizeof expected);
}

static void
test_hex (void)
{
  static const gchar *const wrong[] = {"", "0", "00f", "00fG", "00FF", "00ff0", " 0ff", "0x0f"};
  guint8 bytes[2] = {7, 7};
  g_autofree gchar *text = NULL;
  CitizHash hash;
  CitizId id;

  for (guint i = 0; i < G_N_ELEMENTS (wrong); i++)
    {
      g_assert_false (citiz_hex_decode (bytes, 2, wrong[i]));
      g_assert_true (bytes[0] == 7 && bytes[1] == 7);
    }
  g_assert_false (citiz_hex_decode (bytes, 2, NULL));
  g_assert_true (citiz_hex_decode (bytes, 2, "00ff"));
  text = citiz_hex_encode (bytes, 2);
  g_assert_cmpstr (text, ==, "00ff");
  g_assert_false (citiz_hash_from_hex (&hash, text));
  g_assert_false (citiz_id_from_hex (&id, text));
  g_assert_true (citiz_id_from_hex (&id, "000102030405060708090a0b0c0d0e0f"));
  g_assert_false (citiz_id_is_zero (&id));
}

static void
test_base64url (void)
{
  static const gchar *const wrong[]
      = {"A", "AB=", "AB==", "AB+", "A/", "A A", "AB\n", "AB", "AAB", "é"};

  for (gsize n = 0; n < 70; n++)
    {
      guint8 bytes[70];
      g_autofree gchar *text = NULL;
      g_autoptr (GBytes) back = NULL;
      for (gsize i = 0; i < n; i++)
        bytes[i] = (guint8) (i * 37 + n * 11 + 250);
      text = citiz_base64url_encode (bytes, n);
      g_assert_null (strpbrk (text, "+/="));
      back = citiz_base64url_decode (text);
      g_assert_nonnull (back);
      g_assert_cmpmem (g_bytes_get_data (back, NULL), g_bytes_get_size (back), bytes, n);
    }
  for (guint i = 0; i < G_N_ELEMENTS (wrong); i++)
    g_assert_null (citiz_base64url_decode (wrong[i]));
  g_assert_null (citiz_base64url_decode (NULL));
}

static CitizTime
fixed_now (gpointer data)
{
  return (CitizTime){1234};
}

static void
fixed_random (gpointer data, guint8 *out, gsize n)
{
  memset (out, 0x5a, n);
}

static void
test_env (void)
{
  const CitizEnv fixed = {fixed_now, fixed_random, NULL}, *real = citiz_env_system ();
  CitizId a = citiz_env_new_id (real), b = citiz_env_new_id (real), c = citiz_env_new_id (&fixed);
  guint8 large[1000] = {0};
  guint zeros = 0;

  g_assert_cmpint (citiz_env_now (&fixed).ms, ==, 1234);
  g_assert_cmphex (c.b[15], ==, 0x5a);
  g_assert_false (citiz_id_equal (&a, &b));
  g_assert_cmpint (citiz_env_now (real).ms, >, G_GINT64_CONSTANT (1700000000000));
  citiz_env_random (real, large, sizeof large);
  for (gsize i = 0; i < sizeof large; i++)
    zeros += large[i] == 0;
  g_assert_cmpuint (zeros, <, 50);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/core/cursor", test_cursor);
  g_test_add_func ("/core/cursor-fails", test_cursor_fails);
  g_test_add_func ("/core/writer", test_writer);
  g_test_add_func ("/core/hex", test_hex);
  g_test_add_func ("/core/base64url", test_base64url);
  g_test_add_func ("/core/env", test_env);
  return g_test_run ();
}
