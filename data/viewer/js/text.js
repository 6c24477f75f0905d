// The page's sentences in its language; sentences.tsv holds them, French and English side by side. SPDX-License-Identifier: AGPL-3.0-or-later

import { marked } from './dom.js';
import { SENTENCES } from './data.js';

let current = 'fr';

export function setLang(lang) {
  current = lang === 'en' ? 'en' : 'fr';
  document.documentElement.lang = current;
}

export function lang() {
  return current;
}

function pick(key, which) {
  return (SENTENCES[key] || [key, key])[which === 'en' ? 1 : 0];
}

export function has(key) {
  return key in SENTENCES;
}

/** Plain sentence; marks removed. */
export function t(key, ...args) {
  return pick(key, current).replaceAll('*', '').replace(/\{(\d)\}/g, (all, n) => args[n] ?? '');
}

/** Sentence as nodes, its marks bold. */
export function tm(key, ...args) {
  return marked(pick(key, current), args);
}

/** The French of the two when the page is in French. */
export function either(fr, en) {
  return current === 'fr' ? fr : en;
}

/** The parts that say something. */
export function joined(sep, ...parts) {
  return parts.filter(Boolean).join(sep);
}

export const colon = () => either('\u00a0: ', ': ');

export function tIn(which, key, ...args) {
  const kept = current;
  current = which;
  const out = t(key, ...args);
  current = kept;
  return out;
}

/** One or many: 'singular|plural'. French counts 0 and 1 as one. */
export function tn(key, n) {
  const [one, many] = pick(key, current).split('|');
  return ((current === 'fr' ? n < 2 : n === 1) ? one : many).replace('{0} ', n + '\u00a0').replace('{0}', n);
}
