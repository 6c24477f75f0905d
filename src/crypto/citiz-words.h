/* Recovery words: BIP39 in English and French. SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

#include "core/citiz-types.h"
#include "crypto/citiz-crypto-error.h"
#include "crypto/citiz-secret.h"

G_BEGIN_DECLS

#define CITIZ_N_WORDS          2048
#define CITIZ_N_RECOVERY_WORDS 24

const gchar *citiz_word (CitizLanguage language, guint index);
const gchar *citiz_word_plain (CitizLanguage language, guint index);
gint citiz_word_find (CitizLanguage language, const gchar *text);
gchar **citiz_words_of_hash (const CitizHash *hash, guint n, CitizLanguage language);
gchar **citiz_words_from_entropy (CitizSecret *entropy, CitizLanguage language);
void citiz_words_free (gchar **words);
CitizSecret *citiz_words_to_entropy (const gchar *text, GError **error) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
