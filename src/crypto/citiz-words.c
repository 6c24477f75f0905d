/* Recovery words and back (BIP39, without its passphrase step: the words are the key). SPDX-License-Identifier: AGPL-3.0-or-later */
#include "crypto/citiz-words.h"
#include "crypto/citiz-hash.h"
#include "crypto/citiz-words-data.h"

#include <string.h>

#define MAX_ENTROPY 32
#define PREFIX      4 /* letters that tell any two words of a list apart */
#define N_LANGUAGES 2

static const char *const *const printed[N_LANGUAGES] = {citiz_words_en, citiz_words_fr};
static const char *const *const plain[N_LANGUAGES] = {citiz_words_en, citiz_words_fr_plain};

/**
 * citiz_word:
 * @index: 0…2047
 *
 * Returns: (transfer none): the word as it is printed, composed accents (NFC)
 */
const gchar *
citiz_word (CitizLanguage language, guint index)
{
  g_return_val_if_fail (index < CITIZ_N_WORDS, NULL);
  return printed[language][index];
}

/**
 * citiz_word_plain:
 *
 * Returns: (transfer none): the word without accents
 */
const gchar *
citiz_word_plain (CitizLanguage language, guint index)
{
  g_return_val_if_fail (index < CITIZ_N_WORDS, NULL);
  return plain[language][index];
}

/* Lower case, accents gone; wiped by the caller. */
static gchar *
strip (const gchar *text)
{
  gchar *lower = g_utf8_strdown (text, -1);
  gchar *apart = g_utf8_normalize (lower, -1, G_NORMALIZE_NFKD);
  gchar *out = apart;

  citiz_wipe_text (lower);
  if (apart == NULL)
    return NULL;
  for (const gchar *p = apart; *p != '\0'; p = g_utf8_next_char (p))
    if (!g_unichar_ismark (g_utf8_get_char (p)))
      {
        gsize n = (gsize) (g_utf8_next_char (p) - p);
        memmove (out, p, n);
        out += n;
      }
  memset (out, 0, strlen (out));
  return apart;
}

static gint
find_plain (CitizLanguage language, const gchar *word)
{
  gsize n = strlen (word);
  gint found = -1;

  for (gint i = 0; i < CITIZ_N_WORDS; i++)
    {
      if (strcmp (plain[language][i], word) == 0)
        return i;
      if (n >= PREFIX && strncmp (plain[language][i], word, n) == 0)
        found = i;
    }
  return found;
}

/**
 * citiz_word_find:
 * @text: one word in any case, accents optional, or at least its first four letters
 *
 * Returns: its place in the list, or -1
 */
gint
citiz_word_find (CitizLanguage language, const gchar *text)
{
  gchar *word = g_utf8_validate (text, -1, NULL) ? strip (text) : NULL;
  gint found = word != NULL && *word != '\0' ? find_plain (language, word) : -1;

  citiz_wipe_text (word);
  return found;
}

/**
 * citiz_words_of_hash:
 * @n: at most 23
 *
 * Returns: (transfer full): the first @n × 11 bits of @hash as words of the language, to be compared by people
 */
gchar **
citiz_words_of_hash (const CitizHash *hash, guint n, CitizLanguage language)
{
  gchar **words = g_new0 (gchar *, n + 1);

  for (guint w = 0; w < n; w++)
    {
      guint index = 0;

      for (guint bit = w * 11; bit < w * 11 + 11; bit++)
        index = (index << 1) | ((hash->b[bit / 8] >> (7 - bit % 8)) & 1u);
      words[w] = g_strdup (citiz_word (language, index));
    }
  return words;
}

/**
 * citiz_words_from_entropy:
 * @entropy: 16, 20, 24, 28 or 32 bytes; a vault's is 32
 *
 * BIP39: the bits, then the first bits of their SHA-256 (one for every 32), read eleven at a time.
 *
 * Returns: (transfer full): 12…24 words, %NULL terminated; free with citiz_words_free()
 */
gchar **
citiz_words_from_entropy (CitizSecret *entropy, CitizLanguage language)
{
  gsize n = citiz_secret_size (entropy);
  guint count = (guint) (n * 3 / 4);
  guint8 bits[MAX_ENTROPY + 1];
  CitizHash hash;
  gchar **words;

  g_return_val_if_fail (n >= 16 && n <= MAX_ENTROPY && n % 4 == 0, NULL);
  memcpy (bits, citiz_secret_data (entropy), n);
  citiz_sha256 (&hash, bits, n);
  bits[n] = hash.b[0];
  words = g_new0 (gchar *, count + 1);
  for (guint w = 0; w < count; w++)
    {
      guint index = 0;
      for (guint bit = w * 11; bit < w * 11 + 11; bit++)
        index = index << 1 | (bits[bit / 8] >> (7 - bit % 8) & 1);
      words[w] = g_strdup (printed[language][index]);
    }
  citiz_wipe (bits, sizeof bits);
  citiz_wipe (&hash, sizeof hash);
  return words;
}

/**
 * citiz_words_free:
 * @words: (transfer full) (nullable): wiped and freed
 */
void
citiz_words_free (gchar **words)
{
  for (gchar **word = words; word != NULL && *word != NULL; word++)
    citiz_wipe_text (*word);
  g_free (words);
}

/* The entropy of @count words of one language if their checksum is right. */
static CitizSecret *
decode (CitizLanguage language, gchar *const *words, guint count, guint *out_unknown)
{
  guint8 bits[MAX_ENTROPY + 1] = {0};
  gsize n = count * 4 / 3;
  guint sum_bits = count / 3;
  CitizHash hash;
  CitizSecret *entropy = NULL;

  for (guint w = 0; w < count; w++)
    {
      gint index = find_plain (language, words[w]);
      if (index < 0)
        {
          *out_unknown = w + 1;
          citiz_wipe (bits, sizeof bits);
          return NULL;
        }
      for (guint b = 0; b < 11; b++)
        if (index >> (10 - b) & 1)
          bits[(w * 11 + b) / 8] |= (guint8) (0x80 >> ((w * 11 + b) % 8));
    }
  *out_unknown = 0;
  citiz_sha256 (&hash, bits, n);
  if ((hash.b[0] ^ bits[n]) >> (8 - sum_bits) == 0)
    entropy = citiz_secret_new_take_copy (bits, n);
  citiz_wipe (bits, sizeof bits);
  citiz_wipe (&hash, sizeof hash);
  return entropy;
}

/* Cuts @plain_text at everything that is not a letter, so that numbers and commas between words do no harm. */
static GPtrArray *
cut (gchar *plain_text)
{
  GPtrArray *words = g_ptr_array_new ();
  gboolean inside = FALSE;

  for (gchar *p = plain_text; *p != '\0'; p++)
    {
      gboolean letter = g_ascii_isalpha (*p) || (guchar) *p >= 0x80;
      if (letter && !inside)
        g_ptr_array_add (words, p);
      if (!letter)
        *p = '\0';
      inside = letter;
    }
  return words;
}

static CitizSecret *
decode_any (GPtrArray *words, GError **error)
{
  CitizSecret *found[N_LANGUAGES];
  guint unknown[N_LANGUAGES], count = words->len;
  CitizSecret *entropy;

  if (count < 12 || count > CITIZ_N_RECOVERY_WORDS || count % 3 != 0)
    {
      g_set_error (error, CITIZ_CRYPTO_ERROR, CITIZ_CRYPTO_ERROR_INVALID,
                   "%u words given, 24 expected", count);
      return NULL;
    }
  for (guint l = 0; l < N_LANGUAGES; l++)
    found[l] = decode ((CitizLanguage) l, (gchar *const *) words->pdata, count, &unknown[l]);
  entropy = found[0] != NULL ? found[0] : found[1];
  if (found[0] != NULL && found[1] != NULL)
    {
      citiz_secret_unref (found[0]);
      citiz_secret_unref (found[1]);
      entropy = NULL;
    }
  if (entropy != NULL)
    return entropy;
  if (unknown[0] != 0 && unknown[1] != 0)
    g_set_error (error, CITIZ_CRYPTO_ERROR, CITIZ_CRYPTO_ERROR_WORD, "Word %u is in neither list",
                 MAX (unknown[0], unknown[1]));
  else
    g_set_error (error, CITIZ_CRYPTO_ERROR, CITIZ_CRYPTO_ERROR_CHECKSUM,
                 "The words are known but their checksum is not right");
  return NULL;
}

/**
 * citiz_words_to_entropy:
 * @text: 24 words (12, 15, 18 and 21 too) in English or in French, any case, accents optional, whole or cut after
 *   the fourth letter, with anything but letters between them
 *
 * The language is found by trying both: the checksum decides.
 *
 * Returns: (transfer full) (nullable): the entropy; or %NULL with %CITIZ_CRYPTO_ERROR_INVALID (their number),
 *   %CITIZ_CRYPTO_ERROR_WORD or %CITIZ_CRYPTO_ERROR_CHECKSUM
 */
CitizSecret *
citiz_words_to_entropy (const gchar *text, GError **error)
{
  gchar *plain_text = g_utf8_validate (text, -1, NULL) ? strip (text) : NULL;
  gsize n = plain_text != NULL ? strlen (plain_text) : 0;
  g_autoptr (GPtrArray) words = NULL;
  CitizSecret *entropy;

  if (plain_text == NULL)
    {
      g_set_error (error, CITIZ_CRYPTO_ERROR, CITIZ_CRYPTO_ERROR_INVALID, "The words are not text");
      return NULL;
    }
  words = cut (plain_text);
  entropy = decode_any (words, error);
  citiz_wipe (plain_text, n);
  g_free (plain_text);
  return entropy;
}
