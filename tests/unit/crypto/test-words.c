/* Recovery words as people write them. SPDX-License-Identifier: AGPL-3.0-or-later */
#include "crypto/citiz-words.h"

#include <string.h>

static CitizSecret *
read_words (const gchar *text)
{
  g_autoptr (GError) error = NULL;
  CitizSecret *entropy = citiz_words_to_entropy (text, &error);

  g_assert_no_error (error);
  return entropy;
}

static void
refuse (const gchar *text, CitizCryptoError code)
{
  g_autoptr (GError) error = NULL;

  g_assert_null (citiz_words_to_entropy (text, &error));
  g_assert_error (error, CITIZ_CRYPTO_ERROR, (gint) code);
}

static void
test_lists (void)
{
  for (guint l = 0; l < 2; l++)
    for (guint i = 0; i < CITIZ_N_WORDS; i++)
      {
        CitizLanguage language = (CitizLanguage) l;
        const gchar *word = citiz_word (language, i), *plain = citiz_word_plain (language, i);
        g_autofree gchar *start = g_strndup (plain, 4), *upper = g_utf8_strup (word, -1);
        g_assert_true (g_str_is_ascii (plain));
        g_assert_true (g_utf8_validate (word, -1, NULL));
        g_assert_cmpint (citiz_word_find (language, word), ==, i);
        g_assert_cmpint (citiz_word_find (language, plain), ==, i);
        g_assert_cmpint (citiz_word_find (language, upper), ==, i);
        if (strlen (plain) > 4)
          g_assert_cmpint (citiz_word_find (language, start), ==, i);
      }
  g_assert_cmpint (citiz_word_find (CITIZ_LANGUAGE_FR, "aba"), ==, -1);
  g_assert_cmpint (citiz_word_find (CITIZ_LANGUAGE_FR, "abaisserx"), ==, -1);
  g_assert_cmpint (citiz_word_find (CITIZ_LANGUAGE_FR, ""), ==, -1);
  g_assert_cmpint (citiz_word_find (CITIZ_LANGUAGE_FR, "\xff"), ==, -1);
  g_assert_cmpstr (citiz_word (CITIZ_LANGUAGE_FR, 0), ==, "abaisser");
}

typedef enum
{
  AS_IS,
  UPPER,
  APART,
  PLAIN,
  CUT,
  N_STYLES
} Style;

static gchar *
write_word (const gchar *word, CitizLanguage language, Style style)
{
  const gchar *plain = citiz_word_plain (language, (guint) citiz_word_find (language, word));

  switch (style)
    {
    case AS_IS:
      return g_strdup (word);
    case UPPER:
      return g_utf8_strup (word, -1);
    case APART:
      return g_utf8_normalize (word, -1, G_NORMALIZE_NFD);
    case PLAIN:
      return g_strdup (plain);
    case CUT:
      return g_strndup (plain, 4);
    case N_STYLES:
      break;
    }
  g_assert_not_reached ();
}

static void
test_round (void)
{
  for (guint round = 0; round < 400; round++)
    {
      CitizLanguage language = (CitizLanguage) (round % 2);
      Style style = (Style) (round / 2 % N_STYLES);
      g_autoptr (CitizSecret) entropy = citiz_secret_new_random (32), back = NULL;
      gchar **words = citiz_words_from_entropy (entropy, language);
      g_autoptr (GString) text = g_string_new ("  ");
      g_assert_cmpuint (g_strv_length (words), ==, 24);
      for (guint i = 0; i < 24; i++)
        {
          g_autofree gchar *written = write_word (words[i], language, style);
          g_string_append_printf (text, "%u. %s%s", i + 1, written, i % 4 == 3 ? ",\n" : "\t ");
        }
      back = read_words (text->str);
      g_assert_true (citiz_secret_equal (entropy, back));
      citiz_words_free (words);
    }
}

static void
test_refused (void)
{
  static const gchar good[] = "abaisser abaisser abaisser abaisser abaisser abaisser abaisser "
                              "abaisser abaisser abaisser abaisser abaisser abaisser abaisser "
                              "abaisser abaisser abaisser abaisser abaisser abaisser abaisser "
                              "abaisser abaisser ";
  g_autofree gchar *right = g_strconcat (good, "anaphore", NULL);
  g_autofree gchar *wrong = g_strconcat (good, "zoologie", NULL);
  g_autofree gchar *unknown = g_strconcat (good, "ordinateur", NULL);
  g_autofree gchar *mixed = g_strconcat (good, "wrong", NULL);
  g_autoptr (CitizSecret) entropy = read_words (right);

  g_assert_cmpuint (citiz_secret_size (entropy), ==, 32);
  refuse (wrong, CITIZ_CRYPTO_ERROR_CHECKSUM);
  refuse (unknown, CITIZ_CRYPTO_ERROR_WORD);
  refuse (mixed, CITIZ_CRYPTO_ERROR_WORD);
  refuse (good, CITIZ_CRYPTO_ERROR_INVALID);
  refuse ("", CITIZ_CRYPTO_ERROR_INVALID);
  refuse ("\xff\xfe", CITIZ_CRYPTO_ERROR_INVALID);
}

/* One word in 256 passes the checksum by chance: changed words are nearly always found out. */
static void
test_changed_word (void)
{
  guint passed = 0;

  for (guint round = 0; round < 500; round++)
    {
      g_autoptr (CitizSecret) entropy = citiz_secret_new_random (32), back = NULL;
      gchar **words = citiz_words_from_entropy (entropy, CITIZ_LANGUAGE_FR);
      guint at = citiz_random_below (24);
      g_autofree gchar *text = NULL;
      g_free (words[at]);
      words[at] = g_strdup (citiz_word (CITIZ_LANGUAGE_FR, citiz_random_below (CITIZ_N_WORDS)));
      text = g_strjoinv (" ", words);
      back = citiz_words_to_entropy (text, NULL);
      passed += back != NULL;
      citiz_words_free (words);
    }
  g_assert_cmpuint (passed, <, 20);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/words/lists", test_lists);
  g_test_add_func ("/words/round", test_round);
  g_test_add_func ("/words/refused", test_refused);
  g_test_add_func ("/words/changed-word", test_changed_word);
  return g_test_run ();
}
