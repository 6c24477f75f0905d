// Six words to read aloud: the first 66 bits of a hash, in the BIP39 list of the page's language. SPDX-License-Identifier: AGPL-3.0-or-later

const WORD_LISTS = { en: '@words-en@', fr: '@words-fr@' };

export function sixWords(hash, lang) {
  const list = WORD_LISTS[lang].split(' ');
  const words = [];
  for (let w = 0; w < 6; w++) {
    let index = 0;
    for (let b = w * 11; b < w * 11 + 11; b++) index = (index << 1) | ((hash[b >> 3] >> (7 - (b & 7))) & 1);
    words.push(list[index]);
  }
  return words;
}
