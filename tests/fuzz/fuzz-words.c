/* Recovery words as typed or scanned: whatever is accepted is written and read the same. SPDX-License-Identifier: AGPL-3.0-or-later */
#include "crypto/citiz-strength.h"
#include "crypto/citiz-words.h"

int LLVMFuzzerTestOneInput (const guint8 *data, gsize size);

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  g_autofree gchar *text = g_strndup (size > 0 ? (const gchar *) data : "", MIN (size, 2000));
  g_autoptr (CitizSecret) entropy = citiz_words_to_entropy (text, NULL);

  citiz_passphrase_strength (text, NULL);
  for (guint language = 0; entropy != NULL && language < 2; language++)
    {
      gchar **words = citiz_words_from_entropy (entropy, (CitizLanguage) language);
      g_autofree gchar *joined = g_strjoinv (" ", words);
      g_autoptr (CitizSecret) back = citiz_words_to_entropy (joined, NULL);
      g_assert_true (back != NULL && citiz_secret_equal (entropy, back));
      citiz_words_free (words);
    }
  return 0;
}
