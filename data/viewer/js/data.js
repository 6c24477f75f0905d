// Sentences, style and word lists, packed by the build: data, not code. SPDX-License-Identifier: AGPL-3.0-or-later

import { fromLetters, fromUtf8 } from './codec.js';
import { inflateRaw } from './inflate.js';

/** {sentences: [keys, French, English] and style, a line each, words: {en, fr}, results, names} */
export const DATA = JSON.parse(fromUtf8(inflateRaw(fromLetters('@data@'), 1 << 20)));

/** {key: [fr, en]} */
export const SENTENCES = {};
const columns = DATA.sentences.map((column) => column.split('\n'));
columns[0].forEach((key, i) => { SENTENCES[key] = [columns[1][i], columns[2][i]]; });

/** The style enters rule by rule, which the Content-Security-Policy allows without naming it; a rule that this browser does not know is passed over. */
export function dressPage() {
  const sheet = document.styleSheets[0];
  for (const rule of DATA.style.split('\n')) {
    try {
      sheet.insertRule(rule, sheet.cssRules.length);
    } catch (error) {
      continue;
    }
  }
}
