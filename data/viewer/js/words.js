// Six words to read aloud: the first 66 bits of a hash, in the BIP39 list of the page's language. SPDX-License-Identifier: AGPL-3.0-or-later

import { DATA } from './data.js';

/** Words come as prefix length and rest: abaisser, 3ndon, … */
function wordList(code) {
  let last = '';
  return DATA.words[code].match(/\d\D+/g).map((part) => {
    last = last.slice(0, Number(part[0])) + part.slice(1);
    return last;
  });
}

export function sixWords(hash, code) {
  const list = wordList(code);
  const words = [];
  for (let w = 0; w < 6; w++) {
    let index = 0;
    for (let b = w * 11; b < w * 11 + 11; b++) index = (index << 1) | ((hash[b >> 3] >> (7 - (b & 7))) & 1);
    words.push(list[index]);
  }
  return words;
}
