/* The lower of two guesses: zxcvbn's (English) and ours over French words. SPDX-License-Identifier: AGPL-3.0-or-later */
#include "crypto/citiz-strength.h"
#include "crypto/citiz-secret.h"
#include "crypto/citiz-words-data.h"
#include "crypto/citiz-words.h"

#include <math.h>
#include <string.h>
#include <zxcvbn.h>

#define MAX_LENGTH   128 /* what follows adds nothing to the estimate */
#define MAX_WORD     24
#define N_SUGGESTED  6
#define BETWEEN      " -._"
#define SMOOTHING    0.5
#define BITS_DIGIT   3.32
#define BITS_OTHER   5.0
#define BITS_REPEAT  1.0 /* the same sign once more, or the next in order */
#define BITS_BETWEEN 1.0 /* a space or the like after a word */
#define BITS_CAPITAL 1.0 /* a word with one capital, first or last */
#define BITS_JOIN    0.5 /* a word follows a word with no sign between */

static int
compare_word (const void *key, const void *entry)
{
  return strcmp (key, ((const CitizRankedWord *) entry)->word);
}

static gdouble
bits_of_word (const gchar *text, gsize n)
{
  gchar word[MAX_WORD + 1];
  const CitizRankedWord *found;

  memcpy (word, text, n);
  word[n] = '\0';
  found = bsearch (word, citiz_french_words, citiz_n_french_words, sizeof *citiz_french_words,
                   compare_word);
  citiz_wipe (word, sizeof word);
  return found != NULL ? log2 (found->rank + 16.0) + BITS_JOIN : INFINITY;
}

/* Bits of each letter after each other one (26: none), learnt from the words themselves: « falaise » is cheap though
 * no list may hold it, random letters are not. */
static gdouble
letter_bits (guint after, guint letter)
{
  static gdouble costs[27][27];
  static gsize ready;

  if (g_once_init_enter (&ready))
    {
      for (guint i = 0; i < citiz_n_french_words; i++)
        for (const gchar *p = citiz_french_words[i].word, *start = p; *p != '\0'; p++)
          costs[p == start ? 26 : p[-1] - 'a'][*p - 'a'] += 1;
      for (guint a = 0; a < 27; a++)
        {
          gdouble total = 0;
          for (guint b = 0; b < 26; b++)
            total += costs[a][b] + SMOOTHING;
          for (guint b = 0; b < 26; b++)
            costs[a][b] = log2 (total / (costs[a][b] + SMOOTHING));
        }
      g_once_init_leave (&ready, 1);
    }
  return costs[after][letter];
}

static gdouble
bits_of_sign (const gchar *text, gsize i)
{
  if (i > 0 && (text[i] == text[i - 1] || text[i] == text[i - 1] + 1))
    return BITS_REPEAT;
  if (g_ascii_islower (text[i]))
    return letter_bits (i > 0 && g_ascii_islower (text[i - 1]) ? (guint) (text[i - 1] - 'a') : 26,
                        (guint) (text[i] - 'a'));
  if (i > 0 && g_ascii_islower (text[i - 1]) && strchr (BETWEEN, text[i]) != NULL)
    return BITS_BETWEEN;
  return g_ascii_isdigit (text[i]) ? BITS_DIGIT : BITS_OTHER;
}

/* The cheapest way to write @text out of French words and loose signs; capitals are counted apart. */
static gdouble
french_bits (const gchar *text, guint capitals)
{
  gdouble best[MAX_LENGTH + 1] = {0};
  gsize n = MIN (strlen (text), MAX_LENGTH);

  for (gsize end = 1; end <= n; end++)
    {
      best[end] = best[end - 1] + bits_of_sign (text, end - 1);
      for (gsize length = 3; length <= MIN (end, MAX_WORD); length++)
        best[end]
            = MIN (best[end], best[end - length] + bits_of_word (text + end - length, length));
    }
  return best[n] + MIN (capitals, 6) * BITS_CAPITAL;
}

/* Lower case without accents, other signs beyond ASCII as one '?' each; wiped by the caller. */
static gchar *
flatten (const gchar *passphrase, guint *out_capitals)
{
  gchar *apart = g_utf8_normalize (passphrase, -1, G_NORMALIZE_NFKD);
  gchar *out = apart;

  *out_capitals = 0;
  for (const gchar *p = apart; *p != '\0'; p = g_utf8_next_char (p))
    {
      gunichar c = g_utf8_get_char (p);
      if (g_unichar_ismark (c))
        continue;
      *out_capitals += g_unichar_isupper (c) ? 1 : 0;
      c = g_unichar_tolower (c);
      *out++ = c < 0x80 ? (gchar) c : '?';
    }
  memset (out, 0, strlen (out));
  return apart;
}

/* zxcvbn's figure with the signs between words taken out first: it pays as much for a space as for a random sign. */
static gdouble
english_bits (gchar *flat, guint capitals)
{
  gdouble between = 0;
  gchar *out = flat;

  for (const gchar *p = flat; *p != '\0'; p++)
    if (strchr (BETWEEN, *p) != NULL)
      between += BITS_BETWEEN;
    else
      *out++ = *p;
  memset (out, 0, strlen (out));
  return ZxcvbnMatch (flat, NULL, NULL) + between + MIN (capitals, 6) * BITS_CAPITAL;
}

/**
 * citiz_passphrase_strength:
 * @passphrase: UTF-8
 * @bits: (out) (optional): log2 of the guesses it would take
 *
 * zxcvbn (D. Wheeler, USENIX Security 2016) knows English only and takes French words for random letters; so the
 * same passphrase is also cut into French words and loose letters at the lowest cost, and the lower figure counts.
 *
 * Returns: 0 (no use), 1 (weak), 2 (fair), 3 (nearly) or 4 (at least %CITIZ_STRENGTH_MIN_BITS)
 */
guint
citiz_passphrase_strength (const gchar *passphrase, gdouble *bits)
{
  static const gdouble steps[] = {28, 40, 50, CITIZ_STRENGTH_MIN_BITS};
  gdouble estimate = 0;
  guint score = 0, capitals;

  if (passphrase != NULL && *passphrase != '\0' && g_utf8_validate (passphrase, -1, NULL))
    {
      gchar *flat = flatten (passphrase, &capitals);
      estimate = MIN (ZxcvbnMatch (passphrase, NULL, NULL), french_bits (flat, capitals));
      estimate = MIN (estimate, english_bits (flat, capitals));
      citiz_wipe_text (flat);
    }
  while (score < G_N_ELEMENTS (steps) && estimate >= steps[score])
    score++;
  if (bits != NULL)
    *bits = estimate;
  return score;
}

/**
 * citiz_passphrase_suggest:
 *
 * Six words drawn at random from those of the recovery list of @language that have no accent, so that they are rightly
 * written on any keyboard: 66 bits in English, 64 in French.
 *
 * Returns: (transfer full): the words with spaces between; free with citiz_wipe_text()
 */
gchar *
citiz_passphrase_suggest (CitizLanguage language)
{
  const gchar *words[N_SUGGESTED + 1] = {NULL};
  gchar *passphrase = NULL;

  do
    {
      citiz_wipe_text (passphrase);
      for (guint i = 0; i < N_SUGGESTED; i++)
        do
          words[i] = citiz_word (language, citiz_random_below (CITIZ_N_WORDS));
        while (!g_str_is_ascii (words[i]));
      passphrase = g_strjoinv (" ", (gchar **) words);
    }
  while (citiz_passphrase_strength (passphrase, NULL)
         < 4); /* a draw that guessers try early is drawn again */
  return passphrase;
}
