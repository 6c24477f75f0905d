/* Strength is not flattered, in either language. SPDX-License-Identifier: AGPL-3.0-or-later */
#include "crypto/citiz-secret.h"
#include "crypto/citiz-strength.h"
#include "crypto/citiz-words.h"

static gdouble
bits_of (const gchar *passphrase)
{
  gdouble bits;

  citiz_passphrase_strength (passphrase, &bits);
  g_test_message ("%5.1f bits: %s", bits, passphrase);
  return bits;
}

/* What people choose: each must stay under the bits given. */
static void
test_weak (void)
{
  static const struct
  {
    const gchar *passphrase;
    gdouble below;
  } table[] = {
      {"", 1},
      {"motdepasse", 28},
      {"bonjour", 20},
      {"azertyuiop", 28},
      {"Montreal2024", 40},
      {"jetaimemamanpapa", 40},
      {"tabarnak123", 40},
      {"éléphant", 28},
      {"ÉLÉPHANT", 28},
      {"les canadiens de montreal", 50},
      {"chevalcorrectbatterieagrafe", 60},
      {"correct horse battery staple", 60},
      {"soleil soleil soleil soleil", 60},
      {"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", 40},
      {"12345678901234567890", 40},
      {"Tremblay1985!", 50},
      {"anticonstitutionnellement", 60},
  };

  for (guint i = 0; i < G_N_ELEMENTS (table); i++)
    g_assert_cmpfloat (bits_of (table[i].passphrase), <, table[i].below);
  g_assert_cmpuint (citiz_passphrase_strength (NULL, NULL), ==, 0);
  g_assert_cmpuint (citiz_passphrase_strength ("\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff", NULL),
                    ==, 0);
}

static void
test_strong (void)
{
  static const gchar *const table[] = {
      "kR7#vQ2m!xZ9pL4w&T",
      "xqvkzjwpgdrmbtyf",
      "abeille cuivre lundi falaise tricot pommier",
      "le hibou gris mange trois fraises devant mon igloo mauve",
  };

  for (guint i = 0; i < G_N_ELEMENTS (table); i++)
    {
      g_assert_cmpfloat (bits_of (table[i]), >=, CITIZ_STRENGTH_MIN_BITS);
      g_assert_cmpuint (citiz_passphrase_strength (table[i], NULL), ==, 4);
    }
}

/* What we propose ourselves is strong, typed on any keyboard, and never the same. */
/* Rightly written: as the list has it, accents and all. */
static gboolean
is_word (CitizLanguage language, const gchar *word)
{
  for (guint i = 0; i < CITIZ_N_WORDS; i++)
    if (g_str_equal (citiz_word (language, i), word))
      return TRUE;
  return FALSE;
}

static void
test_suggest (void)
{
  for (guint i = 0; i < 100; i++)
    {
      CitizLanguage language = (CitizLanguage) (i % 2);
      gchar *one = citiz_passphrase_suggest (language), *two = citiz_passphrase_suggest (language);
      g_auto (GStrv) words = g_strsplit (one, " ", -1);
      g_assert_true (g_str_is_ascii (one));
      g_assert_cmpuint (g_strv_length (words), ==, 6);
      for (guint w = 0; w < 6; w++)
        g_assert_true (is_word (language, words[w]));
      g_assert_cmpstr (one, !=, two);
      g_assert_cmpuint (citiz_passphrase_strength (one, NULL), ==, 4);
      if (i < 4)
        bits_of (one);
      citiz_wipe_text (one);
      citiz_wipe_text (two);
    }
}

/* Longer is never rated lower by much, and nothing is slow: the meter runs at each key. */
static void
test_length (void)
{
  g_autoptr (GString) text = g_string_new (NULL);
  gint64 start = g_get_monotonic_time ();

  for (guint i = 0; i < 300; i++)
    {
      g_string_append (text, "é");
      citiz_passphrase_strength (text->str, NULL);
    }
  g_test_message ("%.2f ms each", (gdouble) (g_get_monotonic_time () - start) / 300e3);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/strength/weak", test_weak);
  g_test_add_func ("/strength/strong", test_strong);
  g_test_add_func ("/strength/suggest", test_suggest);
  g_test_add_func ("/strength/length", test_length);
  return g_test_run ();
}
