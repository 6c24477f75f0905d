// The end, in both languages side by side: what happened, when, how to get access again, whom to call. SPDX-License-Identifier: AGPL-3.0-or-later

import { h, icon, svg } from './dom.js';
import { fmtAgo, fmtFull, fmtPhone, fmtStamp, fmtTime, telHref } from './format.js';
import { plainTop } from './ask.js';
import { lang, setLang, t, tIn, tm } from './text.js';

function both(make) {
  const kept = lang();
  const out = ['fr', 'en'].map((which) => {
    setLang(which);
    return make(which);
  });
  setLang(kept);
  return out;
}

function zone() {
  const name = Intl.DateTimeFormat().resolvedOptions().timeZone || '';
  return t(/^America\/(Toronto|Montreal|Nipigon|Thunder_Bay|Iqaluit)$/.test(name) ? 'zoneQuebec' : 'zoneHere');
}

function hours(end) {
  return end.start && end.expires ? Math.round((end.expires - end.start) / 3600000) : 24;
}

function column(end, contact) {
  const known = end.at !== undefined;
  const key = 'ended_' + end.state;
  const story = known && (end.state === 'expired' || end.state === 'revoked') ? tm(key, t('hours', hours(end)), fmtFull(end.at), zone(), fmtAgo(end.now - end.at)) : t(key === 'ended_expired' || key === 'ended_revoked' ? 'ended_unknown' : key);
  const title = { unknown: 'endedUnknownTitle', bad: 'endedBadTitle', closed: 'closedTitle' }[end.state] || 'endedTitle';
  const steps = ['again1', 'again2', ...(contact ? ['again3'] : [])];
  return h('section', { lang: lang() }, h('h1', t(title)), h('p.story', story), h('h2', t('again')), h('ol.again', steps.map((s) => h('li', h('span', tm(s))))));
}

function timeLine(end) {
  if (end.at === undefined || !end.start) return null;
  const span = Math.max(1, end.now - end.start);
  const at = Math.min(86, Math.max(30, ((end.at - end.start) / span) * 100));
  const word = (key, ...args) => both(() => t(key, ...args)).join(' / ');
  const bar = svg('svg', { class: 'line', viewBox: '0 0 1000 24', preserveAspectRatio: 'none', 'aria-hidden': 'true' },
    svg('rect', { class: 'rest', x: 0, y: 8, width: 1000, height: 8 }), svg('rect', { class: 'open', x: 0, y: 8, width: at * 10, height: 8 }), svg('rect', { class: 'cut', x: at * 10 - 1.5, y: 0, width: 3, height: 24 }));
  const stamp = (time) => fmtStamp(time);
  return h('div.timeline', bar, h('div.marks', h('div', h('b', stamp(end.start)), h('span', end.state === 'expired' ? word('lineOpenedFor', t('hours', hours(end))).replace(/ \/ .*/, '') + ' / ' + tIn('en', 'lineOpenedFor', tIn('en', 'hours', hours(end))) : word('lineOpened'))),
    h('div', h('b', stamp(end.at)), h('span', word('lineEnded'))), h('div', h('b', fmtTime(end.now)), h('span', word('lineNow')))));
}

function contactBlock(contact, label) {
  const name = contact.name || both(() => (label ? t('contactOf', label) : t('contactPlain'))).join(' / ');
  const href = telHref(contact.phone);
  return h('div.callbox', h('div', h('b', name), h('span', both(() => t('contactHint')).join(' / '))), href ? h('a.bigtel', { href }, icon('phone'), fmtPhone(contact.phone)) : h('b.bigtel', contact.phone));
}

/** end: {state: expired|revoked|used|unknown|bad|closed, at?, start?, expires?, now}; words: the receipt's six, when the page was open. */
export function renderEnded(end, contact, label, words, onCode) {
  const product = both(() => t('product')).join(' / ');
  return [
    plainTop(null, product),
    h('main.stage', h('div.sheetcard.ended', timeLine(end), h('div.twolang' + (lang() === 'en' ? '.enfirst' : ''), both(() => column(end, contact))),
      words ? h('div.wordsline', both(() => h('p', { lang: lang() }, tm('yourReceipt', words[lang()].join(' '))))) : null,
      end.state === 'closed' ? null : h('div.callwrap', contact && contactBlock(contact, label), onCode ? h('button.btn', { onclick: onCode }, both(() => t('codeInstead')).join(' / ')) : null),
      h('div.twolang.foot2' + (lang() === 'en' ? '.enfirst' : ''), both(() => h('p', { lang: lang() }, t('endedFoot')))))),
  ];
}
