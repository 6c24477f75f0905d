// The first screen: all that changes care now, without scrolling. SPDX-License-Identifier: AGPL-3.0-or-later

import { codeName } from './codes.js';
import { h, icon, logo } from './dom.js';
import { dayNumber, fmtAgo, fmtDate, fmtTime, fmtWhen } from './format.js';
import { colon, either, joined, t, tm, tn } from './text.js';
import { doseWhen, heldBox, nameNodes, partStateBox, phoneLink, positionNode, severityTag, sourceMark, stateBox, tagNode, trendChart, whyStopped } from './parts.js';

const YEAR = 365 * 86400000;
const MOST = { allergies: 6, problems: 7, medications: 10, devices: 3, directives: 4, contacts: 3 };

/** Rows of a list that fit the first screen, and how many go below. Alert drugs and refusals come sorted first; `view.trim` rows are too many, `view.spare` have room. */
export function firstRows(view) {
  const cut = (rows, most) => ({ rows: rows.slice(0, most), more: Math.max(0, rows.length - most) });
  const meds = [...view.medications.current, ...view.medications.stopped];
  const most = (meds.length > MOST.medications ? MOST.medications - 2 : MOST.medications) - Math.max(0, view.trim - 3);
  const roomMeds = cut(meds, most);
  const stopped = view.medications.stopped.slice(0, 3);
  if (roomMeds.more && stopped.length) {
    roomMeds.rows = [...view.medications.current.slice(0, most - stopped.length), ...stopped];
  }
  const kept = cut(view.allergies, MOST.allergies + view.spare);
  const refuted = view.allergies.filter((a) => a.struck);
  if (kept.more && refuted.length) kept.rows = [...view.allergies.filter((a) => !a.struck).slice(0, kept.rows.length - 1), refuted[0]];
  return {
    allergies: kept, problems: cut(view.problems.active, Math.max(3, MOST.problems + Math.max(0, 5 - kept.rows.length) - view.trim) + view.spare), medications: roomMeds,
    devices: cut(view.devices, MOST.devices), directives: cut(view.directives, MOST.directives), contacts: cut(view.contacts.filter((c) => c.phone), MOST.contacts - (view.trim > 3 ? 1 : 0)),
  };
}

export function accessBar(app, short) {
  const span = h('span.left', { 'data-countdown': short ? 'short' : 'long', role: 'timer' });
  return h('div.access', icon('clock'), span);
}

function topBar(app) {
  const button = (shape, label, action, extra) => h('button.btn' + (extra || ''), { onclick: action, 'aria-label': label, title: label }, icon(shape), h('span.lbl', label));
  return h('div.top',
    logo(), h('b.brand', 'Citiz'), h('span.product', t('product')), h('span.gap'), accessBar(app),
    button('print', t('printOne'), app.print),
    app.mode === 'live' ? button('note', t('noteButton'), app.jumpToNote) : null,
    h('button.btn.lang', { onclick: app.switchLang, lang: either('en', 'fr'), title: t('otherLanguage') }, icon('globe'), h('span.lbl', t('otherLanguage')), h('span.abbr', either('EN', 'FR'))),
    button('close', t('closeWipe'), app.close, '.wipe'));
}

export function renewedButton(app) {
  return h('button.btn', { onclick: app.readAgain }, t('renewed'));
}

function identity(app) {
  const { patient, updated } = app.view;
  const cell = (label, value, className = '') => (value ? h('div.cell' + className, h('span.k', label), h('span.v', value)) : null);
  const body = joined(' · ', patient.weight, patient.height);
  return h('div.identity',
    h('h1', patient.display), h('p.who', patient.age + ' · ' + patient.sex),
    app.view.marks.map((mark) => h('span.tag.solid', mark)), patient.verify ? h('span.tag.dashed', t('verify')) : null,
    cell(t('born'), patient.bornText), patient.id ? cell(patient.id.label, patient.id.value) : null, cell(t('languages'), patient.languages), cell(t('body'), body),
    h('span.gap'),
    h('span.renewed', { role: 'status' }, app.renewed ? renewedButton(app) : null),
    cell(t('updated'), updated && h('b', fmtWhen(updated, app.now())), '.upd'),
    h('div.cell.legend', h('span.k', t('sourceEach')), h('span.v', h('span.src.d', 'D'), ' ', t('doc'), ' ', h('span.src.p', 'P'), ' ', t('patient'))));
}

export function alertSub(alert) {
  return alert.sub.filter((s) => s[0]).map(([key, ...args], i) => {
    const text = args.length ? tm(key, ...args) : [key];
    return [i ? ' · ' : '', text];
  });
}

function alertBlocks(view) {
  if (!view.alerts.length) {
    return h('section#alerts.alerts.none', { 'aria-label': t('alerts'), tabindex: '-1' }, h('p.noalert', h('b', t('noAlert')), '. ', t('noAlertHint')));
  }
  const blocks = view.alerts.map((alert) => h('li.alert' + (alert.severe ? '.severe' : '') + '.k-' + alert.kind, icon(alert.icon),
    h('div', h('span.kind', alert.label), h('strong', [alert.title, alert.rest]), h('span.sub', alertSub(alert)))));
  return h('section#alerts.alerts', { 'aria-label': t('alerts'), tabindex: '-1' }, h('h2.sr', t('alerts')), h('ul.n' + Math.min(4, view.alerts.length), blocks));
}

export function stripBoxes(view, paper = false) {
  const { strip } = view;
  const box = (kind, head, words) => stateBox(kind, paper || view.narrow ? [head, colon(), words.join(', ')] : [h('span.hd', head), h('span.sep', colon()), h('span.ls', words.join(', '))], paper);
  return [
    strip.none.length ? box('none', [h('b', t('noneKnown')), strip.whole ? ' ' + t(paper ? 'noneInclShort' : 'noneIncl') : ''], strip.none) : null,
    strip.notAsked.length ? box('asked', h('b', t('notAsked')), strip.notAsked) : null,
    strip.unknown.length ? box('asked', h('b', t('doesNotKnow')), strip.unknown) : null,
    ...Object.entries(strip.held).map(([by, words]) => (words.length ? box('held', h('b', t('withheld' + by)), words) : null)),
  ];
}

export function absentLine(view) {
  const words = [...view.strip.absent];
  if (view.strip.absentChecks.length) words.push(t('absentCheck', view.strip.absentChecks.join(', ')));
  return words.length ? h('p.gone', h('b', t('absent')), colon(), words.join(' · ')) : null;
}

export function card(id, title, side, ...body) {
  return h('section#' + id + '.card', { 'aria-labelledby': id + '-h', tabindex: '-1' }, h('header', h('h2#' + id + '-h', title), side ? h('span.side', side) : null), body);
}

function heldRow(view, key) {
  return heldBox(view.parts[key], 'n_' + key);
}

function moreLink(n, target) {
  return n ? h('a.more', { href: '#' + target }, tn('n_more', n)) : null;
}

/** Enough rows to share the card's height between them. */
const many = (rows) => (rows.rows.length > 4 ? '.many' : '');

/** What stands in a core card without items: its state, never an empty label. */
function coreState(view, key) {
  const part = view.parts[key];
  if (part.state === 'none-known') return stateBox('none', h('b', t('none-' + key)));
  const box = partStateBox(part);
  if (box) return box;
  if (part.state === 'absent') return h('p.gone', t('absent'));
  return h('p.gone', part.withheld ? '' : t('emptyList'));
}

export function sideText(view, key, shown) {
  const part = view.parts[key];
  const counts = part.withheld ? t('countHeld', shown, tn('n_masked' + part.usual, part.withheld)) : '';
  const reviewed = part.reviewed && t('reviewed', fmtDate(part.reviewed));
  return joined(' · ', counts, part.listSource || reviewed);
}

function allergiesCard(view, rows) {
  const list = rows.rows.map((row) => (row.none
    ? h('li', icon('yes'), h('span.main', tm(row.none)), h('span.det', row.detail), sourceMark(row.source))
    : h('li', h('span.main', nameNodes(row), ' ', severityTag(row)), h('span.det', row.detail), sourceMark(row.source))));
  return card('allergies', t('allergies'), sideText(view, 'allergies', view.allergies.filter((a) => !a.struck && !a.none).length),
    view.allergies.length ? h('ul.rows', list) : coreState(view, 'allergies'), heldRow(view, 'allergies'), moreLink(rows.more, 'all-allergies'));
}

function medicationRow(row, now, logged) {
  const off = row.place === 'stopped';
  if (off || row.struck) {
    const why = off ? whyStopped(row) : row.detail;
    return h('li.off', h('span.main', nameNodes(row)), h('span.det', why), sourceMark(row.source));
  }
  const change = row.change ? h('span.change', t('doseChanged', fmtDate(row.change.date, false), row.change.from, row.change.to)) : null;
  return h('li', h('span.main', nameNodes(row)), h('span.dose', row.detail, change), h('span.det' + (row.lastDose ? '' : '.quiet'), row.lastDose ? doseWhen(row, now) : logged ? t('notLogged') : ''), sourceMark(row.source));
}

function medicationsCard(view, rows, now) {
  const { logged } = view;
  const count = view.medications.current.filter((m) => !m.struck).length;
  return card('medications', t('medications'), sideText(view, 'medications', count),
    logged ? h('p.col', t('lastDose')) : null,
    view.medications.current.length + view.medications.stopped.length ? h('ul.rows.meds' + many(rows), rows.rows.map((row) => medicationRow(row, now, logged))) : coreState(view, 'medications'),
    heldRow(view, 'medications'), moreLink(rows.more, 'all-medications'));
}

function problemsCard(view, rows) {
  const list = rows.rows.map((row) => h('li', h('span.main', nameNodes(row)), h('span.det', /^\d{4}$/.test(row.detail) ? t('since', row.detail) : row.detail), sourceMark(row.source)));
  return card('problems', t('problems'), sideText(view, 'problems', view.problems.active.length),
    view.problems.active.length ? h('ul.rows' + many(rows), list) : coreState(view, 'problems'), heldRow(view, 'problems'), moreLink(rows.more, 'all-problems'));
}

function devicesCard(view, rows) {
  if (!view.devices.length) return null;
  return card('devices', t('devices'), '', h('ul.rows', rows.rows.map((row) => h('li', h('span.main.wrap', nameNodes(row), row.model ? ' ' + row.model : '', row.detail ? h('span.line2', row.detail) : null), sourceMark(row.source)))), moreLink(rows.more, 'all-devices'));
}

export function directiveNodes(row) {
  return [nameNodes(row), row.extra ? [colon(), h('b', row.extra)] : '', row.detail ? [', ', row.detail] : ''];
}

function directivesCard(view, rows) {
  if (!view.directives.length) return null;
  return card('directives', t('directives'), '', h('ul.rows', rows.rows.map((row, i) => h('li' + (i ? '.plain' : ''), h('span.main.wrap', directiveNodes(row)), sourceMark(row.source)))), moreLink(rows.more, 'all-directives'));
}

function contactsCard(view, rows) {
  if (!rows.rows.length) return null;
  return card('calls', t('contacts'), '', h('ul.rows.calls', rows.rows.map((c) => h('li', h('span.main', h('span.nm2', c.name), h('span.line2', c.role)), phoneLink(c)))), moreLink(rows.more, 'all-contacts'));
}

/** A value too long for a tile is cut at its first comma: head in bold, the rest under it. */
export function splitText(text) {
  const at = text.indexOf(', ');
  return at > 0 && text.length > 24 ? [text.slice(0, at), text.slice(at + 2)] : [text, ''];
}

export function tileParts(tile, view, now, paper = false) {
  const one = tile.observation;
  const when = one.date ? (one.date.time && (now - one.date.time < 36 * 3600000) ? (paper ? null : fmtWhen(one.date, now, true)) : fmtDate(one.date, Math.abs(now - one.date.sort) > 90 * 86400000)) : '';
  const date = when === null ? fmtDate(one.date, false) + ' ' + fmtTime(one.date.time) : when;
  const [head, rest] = one.value.text ? splitText(one.value.text) : ['', ''];
  const third = [];
  if (one.preliminary) third.push(tagNode({ kind: 'dashed', text: t('preliminary') }));
  else if (one.reason) third.push(reasonWord(one));
  else if (one.position && !tile.with) third.push(positionNode(one.position));
  if (rest) third.push(rest);
  const partner = tile.with;
  if (partner) {
    if (one.position && one.position !== 'within') third.push(positionNode(one.position), ' · ');
    third.push(partner.key.key === 'pulse' ? t('pulse', partner.value.num) : [tileName(partner), ' ', partner.value.num, '\u00a0', partner.value.unit, partner.date ? ', ' + fmtDate(partner.date, false) : '']);
  } else if (one.note && one.note.length < 40) third.push(third.length ? ' · ' : '', one.note);
  const mealOf = one.key && one.key.key === 'glucose' && one.date && one.date.time && view.lastMeal && view.lastMeal.date && view.lastMeal.date.time;
  const sameDay = mealOf && dayNumber(one.date.time) === dayNumber(mealOf);
  const last = [sameDay && !paper && dayNumber(mealOf) === dayNumber(now) ? fmtTime(one.date.time) : date];
  if (sameDay) last.push(', ' + t('mealAt', fmtTime(view.lastMeal.date.time)));
  else if (!paper && one.date && now - one.date.sort > YEAR) last.push(' · ' + fmtAgo(now - one.date.sort));
  else if (one.range && one.range.text) last.push(' · ' + one.range.text);
  return { name: tileName(one), head, value: one.value, third, last, source: one.source, tags: one.state.tags, struck: one.state.struck };
}

/** A key result has a short name of its own. */
const tileName = (one) => (one.key && one.name.length > 18 ? codeName(one.codes) : one.name);

export function reasonWord(one) {
  if (one.reason === 'masked') return t('masked');
  if (one.reason === 'asked-unknown' || one.reason === 'asked-declined') return t('doesNotKnow');
  if (one.reason === 'not-asked') return t('notAsked');
  return t('noValue');
}

function tileNode(tile, view, now) {
  const parts = tileParts(tile, view, now);
  const value = parts.head ? h('b.txt', parts.head) : [h('b.num', parts.value.num), ' ', h('span.unit', parts.value.unit)];
  const chart = tile.trend.length > 2 && tile.observation.key && tile.observation.key.key === 'egfr' ? trendChart(tile.trend, tile.observation.range, parts.name, { w: 52, h: 24 }, false) : null;
  return h('li.tile' + (chart ? '.spark' : ''), h('span.k', parts.name, sourceMark(parts.source)), h('span.val', parts.tags.filter((x) => x.kind === 'solid').map(tagNode), parts.struck ? h('s', value) : value), h('span.l3', parts.third), h('span.l4', parts.last), chart);
}

function resultsStrip(app) {
  const { view } = app;
  const tiles = view.tiles.map((tile) => tileNode(tile, view, app.now()));
  if (view.tetanus) tiles.push(h('li.tile', h('span.k', t('tetanus'), sourceMark(view.tetanus.source)), h('span.val', h('b.txt', fmtDate(view.tetanus.date))), h('span.l3', t('lastBooster')), h('span.l4', view.tetanus.name.length < 28 ? view.tetanus.name : '')));
  if (view.blood) tiles.push(h('li.tile.blood', h('span.k', t('bloodGroup'), sourceMark(view.blood.source)), h('span.val', view.blood.tags.map(tagNode), h('b.num' + (view.blood.text.length > 8 ? '.long' : ''), view.blood.text), ' ', h('span.unit', view.blood.source.mark === 'P' ? t('bloodDeclared') : '')), h('span.l3', t('bloodConfirm'))));
  const state = partStateBox(view.parts.results, false);
  return card('results', t('results'), h('a.rest', { href: '#rest' }, t('everything'), icon('down')), tiles.length ? h('ul.tiles', tiles) : state || h('p.gone', t('absent')));
}

function phoneBar(app, rows) {
  const { view } = app;
  const count = (n, label, target) => h('a', { href: '#' + target }, h('b', n), h('span', label));
  const dial = rows.contacts.rows.length === 1 ? phoneLink(rows.contacts.rows[0], 'go') : null;
  const call = dial ? h('a.go', { href: dial.getAttribute('href') }, icon('phone'), h('span', t('call'))) : rows.contacts.rows.length ? h('a.go', { href: '#calls' }, icon('phone'), h('span', t('call'))) : null;
  return h('nav.phonebar', { 'aria-label': t('firstScreen') }, count(view.allergies.filter((a) => !a.struck && !a.none).length, t('jumpAllergies'), 'allergies'), count(view.medications.current.length, t('jumpMedications'), 'medications'),
    count(view.problems.active.length, t('jumpProblems'), 'problems'), h('a', { href: '#rest' }, icon('down'), h('span', t('jumpRest'))), call);
}

export function renderFirst(app) {
  const { view } = app;
  const rows = firstRows(view);
  const now = app.now();
  const strip = stripBoxes(view).filter(Boolean);
  const few = view.devices.length + view.directives.length === 0 && rows.allergies.rows.length > 2 * rows.contacts.rows.length;
  const side = [devicesCard(view, rows.devices), directivesCard(view, rows.directives), contactsCard(view, rows.contacts)].filter(Boolean);
  return [
    h('a.skip', { href: '#alerts' }, t('skip')),
    h('div.first',
      h('header.head', topBar(app), identity(app)),
      h('main', alertBlocks(view),
        strip.length ? h('div.strip.n' + strip.length, strip) : null, absentLine(view),
        h('div.grid' + (['.two', few ? '.few' : ''][side.length] || ''), allergiesCard(view, rows.allergies), medicationsCard(view, rows.medications, now), problemsCard(view, rows.problems), side.length ? h('div.sidecol', side) : null),
        resultsStrip(app))),
    phoneBar(app, rows),
  ];
}

