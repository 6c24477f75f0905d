// The printed page: one sheet of Letter or A4, black on white, nothing that depends on backgrounds. SPDX-License-Identifier: AGPL-3.0-or-later

import { DATA } from './data.js';
import { h, hatch, icon, logo } from './dom.js';
import { fmtDate, fmtPhone, fmtStamp, fmtTime } from './format.js';
import { receiptFacts } from './below.js';
import { directiveNodes, sideText, stripBoxes, tileParts } from './first.js';
import { heldBox, nameNodes, partStateBox, severityTag, sourceMark, stateBox, tagNode, whyStopped } from './parts.js';
import { colon, joined, lang, t, tm, tn } from './text.js';

/** What both papers leave between the margins: [class that sets the width, height in px]. */
const PAPERS = [['letter', (262 / 25.4) * 96], ['a4', (279 / 25.4) * 96]];

/** What may go, in this order, when a record is long: earlier values, second row of results, the paragraph, then list ends. */
export const PAPER_LEVELS = DATA.paperLevels;

function absoluteDose(row) {
  if (!row.lastDose) return '';
  const { date } = row.lastDose;
  const when = fmtDate(date, false) + (date.time ? ' ' + fmtTime(date.time) : '');
  return row.lastDose.skipped ? t('skippedShort', when) : when;
}

function head(app) {
  const { patient, updated } = app.view;
  const item = (key, value) => (value ? h('span', tm(key, value)) : null);
  return [
    h('div.p-head', h('span.p-name', patient.display), h('span.p-age', joined(' · ', patient.age, patient.sex, ...app.view.marks)), h('span.p-right', logo(), h('b', 'Citiz'), ' · ', t('pageOne'), h('br'), tm('printedOn', fmtStamp(Date.now() + app.clockOffset())))),
    h('div.p-id', item({ female: 'bornF', male: 'bornM' }[patient.gender] || 'bornP', patient.bornText), patient.id ? h('span', patient.id.label, ' ', h('b', patient.id.value)) : null, patient.languages ? h('span', t('languages'), ' ', h('b', patient.languages)) : null,
      patient.weight || patient.height ? h('span', h('b', joined(' · ', patient.weight, patient.height))) : null, updated ? h('span', tm('updatedP', updated.time ? fmtStamp(updated.time) : fmtDate(updated))) : null),
  ];
}

function alertSubPaper(alert) {
  const words = alert.sub.filter((s) => s[0] && s.length === 1).map((s) => s[0]);
  if (alert.lastDose) words.push(t(alert.lastDose.skipped ? 'lastSkipped' : 'lastLogged', fmtDate(alert.lastDose.date, false) + (alert.lastDose.date.time ? ' ' + fmtTime(alert.lastDose.date.time) : '')));
  return words.join(', ');
}

function alerts(view, most, left) {
  if (!view.alerts.length) return h('p.p-noalert', h('b', t('noAlert')), '. ', t('noAlertHint'));
  return h('ul.p-alerts', cut(view.alerts, most / 2, (n) => tn('n_alerts', n), left).map((a) => h('li' + (a.severe ? '.severe' : ''), h('span.kind', icon(a.icon), a.label), h('strong', h('span.nm', [a.title]), a.rest), h('span.sub', alertSubPaper(a)))));
}

function box(title, side, rows, extra) {
  return h('section', h('header', h('h2', title), side ? h('span', side) : null), rows.length ? h('ul', rows) : null, extra);
}

function cut(rows, most, word, left) {
  if (rows.length <= most) return rows;
  left.push(word(rows.length - most));
  return rows.slice(0, most);
}

function stateOf(view, key) {
  const part = view.parts[key];
  if (part.state === 'none-known') return stateBox('none', h('b', t('none-' + key)), true);
  return partStateBox(part, true, true) || h('p', t(part.state === 'absent' ? 'absent' : 'emptyList'));
}

function lists(app, level, left, most) {
  const { view } = app;
  const src = (row) => sourceMark(row.source, false);
  const row = (r, detail) => h('li', h('span.main', nameNodes(r)), h('span.det', detail), src(r));
  const allergies = cut(view.allergies, most, (n) => tn('n_allergies', n), left).map((r) => (r.none ? h('li', icon('yes'), h('span.main', tm(r.none)), h('span.det', r.detail), src(r)) : h('li', h('span.main', nameNodes(r), ' ', severityTag(r)), h('span.det', r.detail), src(r))));
  const problems = cut(view.problems.active, Math.min(level.problems, most), (n) => tn('n_problems', n), left).map((r) => row(r, r.detail));
  const changes = view.medications.current.filter((m) => m.change && !m.struck);
  const { logged } = view;
  const meds = cut(view.medications.current, Math.min(level.meds, most), (n) => tn('n_medications', n), left).map((r) => (r.struck ? row(r, r.detail) : h('li.dz', h('span.main', nameNodes(r)), h('span.dose', r.detail), h('span.det', r.lastDose ? absoluteDose(r) : logged ? t('notLogged') : ''), src(r))));
  changes.forEach((r) => meds.push(h('li', h('span.main', h('span.nm', r.name), colon(), h('b', r.change.from + ' → ' + r.change.to), r.change.date ? ' (' + fmtDate(r.change.date) + ')' : ''), src(r))));
  view.medications.stopped.forEach((r) => meds.push(row(r, whyStopped(r))));
  const devices = cut(view.devices, Math.max(2, level.rest), (n) => tn('n_devices', n), left).map((r) => h('li', h('span.main', nameNodes(r), r.model ? ' ' + r.model : '', r.detail ? ', ' + r.detail : ''), src(r)));
  const directives = view.directives.slice(0, Math.max(3, level.rest)).map((r, i) => h('li' + (i ? '.plain' : ''), h('span.main.whole', directiveNodes(r)), src(r)));
  const calls = view.contacts.filter((c) => c.phone).slice(0, Math.max(2, level.rest)).map((c) => h('li', h('span.main', joined(', ', c.name, c.role)), h('b.det', fmtPhone(c.phone))));
  const left3 = [];
  const right3 = [];
  let balance = allergies.length + problems.length + 2 - meds.length;
  for (const [title, items, lines] of [[t('directives'), directives, directives.length + 1], [t('devices'), devices, devices.length * 2 + 1], [t('contacts'), calls, calls.length + 1]]) {
    if (!items.length) continue;
    (balance <= 0 ? left3 : right3).push(box(title, '', items));
    balance += balance <= 0 ? lines : -lines;
  }
  return h('div.p-grid',
    h('div', box(t('allergies'), sideText(view, 'allergies', 0) && view.parts.allergies.reviewed ? t('reviewed', fmtDate(view.parts.allergies.reviewed)) : '', allergies, [view.allergies.length ? null : stateOf(view, 'allergies'), heldBox(view.parts.allergies, 'n_allergies', true)]),
      box(t('problems'), sideText(view, 'problems', view.problems.active.length), problems, [view.problems.active.length ? null : stateOf(view, 'problems'), heldBox(view.parts.problems, 'n_problems', true)]), left3),
    h('div', box(t('medications'), joined(' · ', view.parts.medications.withheld ? sideText(view, 'medications', view.medications.current.length).split(' · ')[0] : '', logged ? t('lastDose') : ''), meds, [meds.length ? null : stateOf(view, 'medications'), heldBox(view.parts.medications, 'n_medications', true)]), right3));
}

function tiles(app, level) {
  const { view } = app;
  if (!level.tiles) return null;
  const cells = view.tiles.map((tile) => {
    const p = tileParts(tile, view, app.now(), true);
    const earlier = level.earlier && tile.trend.length > 1 && !p.head ? tile.trend.slice(0, -1).reverse().slice(0, 2).map((o) => o.value.num).join(', ') : '';
    return h('li', h('span.k', p.name, sourceMark(p.source, false)), h('span.val', p.tags.map(tagNode), p.head ? h('b', p.head) : [h('b', p.value.num), ' ', p.value.unit]), h('span', p.third), h('span', p.last, earlier ? ' · ' + t('previous', earlier) : ''));
  });
  if (view.tetanus) cells.push(h('li', h('span.k', t('tetanus'), sourceMark(view.tetanus.source, false)), h('span.val', h('b', fmtDate(view.tetanus.date))), h('span', t('lastBooster'))));
  const blood = view.blood ? h('li.blood', h('span.k', t('bloodGroup'), sourceMark(view.blood.source, false)), h('span.val', h('b', view.blood.text), ' ', view.blood.source.mark === 'P' ? t('bloodDeclared') : ''), h('b', t('bloodConfirm'))) : null;
  const shown = cells.slice(0, level.tiles - (blood ? 1 : 0));
  if (blood) shown.push(blood);
  return shown.length ? h('section', h('header', h('h2', t('results')), h('span', t('rangeCited'))), h('ul.p-tiles', shown)) : null;
}

function also(app, level) {
  const { view } = app;
  if (!level.also) return null;
  const parts = [];
  const add = (title, content) => content && content.length && parts.push(h('span', h('b', title), colon(), content, '. '));
  add(t('bProcedures'), view.procedures.filter((r) => !r.struck && !r.verify).slice(0, 4).map((r) => joined(' ', r.name.toLowerCase(), r.detail, r.noteText ? '(' + r.noteText + ')' : '')).join(', '));
  view.resultGroups.filter((g) => g.last.codes.includes('34552-0') || g.last.codes.includes('42148-7')).slice(0, 1).forEach((g) => add(g.last.name, [g.last.value.text, g.last.date ? ' (' + fmtDate(g.last.date) + ')' : '']));
  view.problems.past.filter((r) => r.struck).slice(0, 2).forEach((r) => parts.push(h('span', nameNodes(r), r.detail ? ' (' + r.detail + ')' : '', '. ')));
  add(t('bFunctional'), view.functional.filter((r) => !r.struck && !r.verify).slice(0, 2).map((r) => joined(' ', r.name, r.sentence ? '' : r.detail).replace(/\.$/, '')).join('; '));
  if (view.lastMeal && view.lastMeal.date) add(t('bDiet'), t('lastMeal', fmtDate(view.lastMeal.date, false) + (view.lastMeal.date.time ? ' ' + fmtTime(view.lastMeal.date.time) : '')));
  add(t('bStory'), view.story.slice(0, 1).map((r) => r.name.replace(/\.$/, '')).join(''));
  const words = { withheld: [], 'not-asked': [], 'asked-unknown': [] };
  for (const key of ['family', 'habits']) if (words[view.parts[key].state]) words[view.parts[key].state].push(key);
  Object.entries(words).forEach(([state, keys]) => keys.forEach((key) => parts.push(h('span', h('b', t(key === 'family' ? 'bFamily' : 'bHabits')), colon(), h('span.inline.' + state, state === 'withheld' ? [hatch(), ' ', t('withheld' + view.parts[key].usual)] : t(state === 'not-asked' ? 'notAsked' : 'doesNotKnow')), ' '))));
  return parts.length ? h('section', h('header', h('h2', t('alsoKnow'))), h('p.p-also', parts)) : null;
}

function foot(app, left) {
  const copied = fmtStamp(Date.now() + app.clockOffset());
  const until = app.until ? t('onlineUntil', fmtStamp(app.until)) : t('offlinePaper', app.madeText || '');
  return [
    left.length ? h('p.p-left', t('onScreen', left.join(', '))) : null,
    h('p.p-frame', h('b', t('copyOf', copied), ' · ', until)),
    h('div.p-foot', h('p', tm('paperLegend')), app.opening ? h('p', tm('openedByP', fmtStamp(app.opening.time), app.readerText(true)), h('br'), tm('receiptP', app.words().join(' '))) : null),
  ];
}

/** Letters of a name when nothing else helps; then no list is whole either, and the sheet says so. */
const FEW = 20;

/** Names that no sheet holds end in an ellipsis; a dose, a reaction, a directive never does, nor a strength that is no name's
 * endless rest. What is on the screen is whole. */
function shorten(sheet, most) {
  sheet.querySelectorAll(':not(.whole)>.nm,.st').forEach(({ className, firstChild: name }) => {
    const end = Math.max(most, className === 'st' ? 80 : FEW);
    if (name && name.data.length > end) name.data = name.data.slice(0, end) + '…';
  });
}

function compose(app, level, most) {
  const left = most < 999 ? [t('namesCut')] : [];
  const many = most > FEW ? 999 : most;
  const body = [head(app), alerts(app.view, many, left), h('div.p-strip', stripBoxes(app.view, true)), lists(app, level, left, many), tiles(app, level), also(app, level)];
  const sheet = h('div.sheet' + (level.roomy ? '' : '.tight'), { lang: lang() }, body);
  shorten(sheet, most);
  sheet.append(...foot(app, left).filter(Boolean));
  return sheet;
}

/** Fills `place` with the fullest page that fits one sheet; `place` is laid out off screen at the sheet's width. */
export function renderPaper(app, place) {
  [1e9, 160, 80, 40, FEW, 12, 6, 2].some((most) => PAPER_LEVELS.some((level) => {
    place.replaceChildren(compose(app, level, most));
    return PAPERS.every((paper) => fits(place, paper));
  }));
  place.classList.remove('letter', 'a4');
}

function fits(place, [name, height]) {
  place.classList.remove('letter', 'a4');
  place.classList.add(name);
  return place.firstChild.getBoundingClientRect().height <= height;
}

export function renderReceiptPaper(app, place) {
  place.replaceChildren(h('div.sheet.half', h('div.p-head', h('span.p-name', t('receipt')), h('span.p-right', logo(), h('b', 'Citiz'))),
    h('ol.p-words', app.words().map((w) => h('li', w))), h('dl', receiptFacts(app).map(([k, v]) => [h('dt', k), h('dd', v)])), h('p', t('openedBy', app.readerText(true))), h('p', t('receiptProof'))));
}
