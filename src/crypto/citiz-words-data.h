/* The word lists compiled from data/catalogue. SPDX-License-Identifier: AGPL-3.0-or-later */
#pragma once

typedef struct
{
  const char *word; /* lower case, no accents */
  unsigned rank;    /* 1: the most frequent */
} CitizRankedWord;

extern const char *const citiz_words_en[2048];
extern const char *const citiz_words_fr[2048];
extern const char *const citiz_words_fr_plain[2048];
extern const unsigned citiz_n_french_words;
extern const CitizRankedWord citiz_french_words[]; /* in alphabetical order */
