// Everything else, by section: results with trends, activity, diet, documents, note, receipt. SPDX-License-Identifier: AGPL-3.0-or-later

import { h, icon } from './dom.js';
import { fmtDate, fmtNumber, fmtStamp, fmtWhen } from './format.js';
import { recentMean } from './observe.js';
import { accessBar, card, directiveNodes, firstRows, reasonWord } from './first.js';
import { barChart, freeText, heldBox, nameNodes, partStateBox, phoneLink, positionNode, severityTag, sourceMark, stateBox, tagNode, trendChart, whyStopped } from './parts.js';
import { colon, either, joined, lang, t, tm, tn } from './text.js';

const NOTE_LIMIT = 1000;
const FIRST_RESULTS = 11;

function simpleRows(rows, detailOf = (row) => row.detail) {
  return h('ul.rows.b', rows.map((row) => h('li', h('span.main.wrap', nameNodes(row)), h('span.det', detailOf(row)), sourceMark(row.source))));
}

function stickyBar(app) {
  const { view } = app;
  return h('div.bar', h('span.bname', h('b', view.patient.short), ' · ' + view.patient.age + ' · ' + view.patient.sex),
    h('span.chips', view.alerts.slice(0, 5).map((a) => h('span.chip' + (a.severe ? '.severe' : ''), icon(a.icon), a.short))),
    h('span.gap'), accessBar(app, true), h('button.btn', { onclick: app.print }, icon('print'), h('span.lbl', t('printOne'))));
}

// Results

function earlierText(group) {
  return group.items.slice(1, 3).filter((o) => o.value.num).map((o) => o.value.num + (o.date ? ' (' + shortMonth(o.date, group.last.date) + ')' : '')).join(' · ');
}

function shortMonth(date, last) {
  const plain = { y: date.y, m: date.m, sort: date.sort };
  const text = fmtDate(plain);
  return last && last.y === date.y ? text.replace(/[\u00a0 ]\d{4}$/, '') : text;
}

function resultRow(group) {
  const one = group.last;
  const points = group.items.filter((o) => typeof o.value.number === 'number' && !o.state.struck && !o.value.second).slice(0, 4).reverse();
  const name = h('th', { scope: 'row' }, one.state.tags.map((x) => [tagNode(x), ' ']), one.state.struck ? h('s', one.name) : one.name);
  const date = h('td.dt', fmtDate(one.date));
  const source = h('td.sr2', sourceMark(one.source));
  if (!one.value.num) return h('tr.text', name, h('td', { colspan: 5 }, one.value.text || reasonWord(one), one.preliminary ? [' ', tagNode({ kind: 'dashed', text: t('preliminary') }), ' ', t('mayChange')] : null), date, source);
  const trend = one.preliminary ? tagNode({ kind: 'dashed', text: t('preliminary') }) : points.length > 1 ? trendChart(points, one.range, one.name) : '';
  return h('tr', name, h('td.vl', h('b', one.value.num), ' ', h('span.unit', one.value.unit)), h('td', positionNode(one.position)), h('td.rg', one.range ? one.range.text : ''), h('td.tr', trend), h('td.er', one.preliminary ? t('mayChange') : earlierText(group)), date, source);
}

function resultsSection(view) {
  const groups = view.resultGroups;
  const head = ['colName', 'colValue', 'colPosition', 'colRange', 'colTrend', 'colEarlier', 'colDate'].map((key) => h('th', { scope: 'col' }, t(key)));
  const body = h('tbody', groups.slice(0, FIRST_RESULTS).map(resultRow));
  const rest = groups.slice(FIRST_RESULTS);
  const more = rest.length ? h('button.linklike', { onclick: () => {
    body.append(...rest.map(resultRow));
    more.remove();
  } }, t('moreResults', rest.length)) : null;
  return [h('p.legend2', t('legendRange')), h('table.results', h('thead', h('tr', head, h('th', { scope: 'col' }, h('span.sr', t('colSource'))))), body), more];
}

function vitalsSection(view) {
  return h('ul.figures', view.vitalGroups.slice(0, 12).map((group) => {
    const mean = recentMean(group);
    const one = group.last;
    const before = group.items[1];
    const when = one.date ? fmtWhen(one.date, view.now, true) : '';
    const caption = mean ? t('meanOf', mean.n) : [when, before && before.value.num ? '(' + before.value.num + (before.date ? ', ' + shortMonth(before.date, one.date) : '') + ')' : ''].join(' ');
    return h('li', h('span.k', one.name, sourceMark(one.source)), h('span.val', one.state.tags.map(tagNode), h('b', mean ? mean.text : one.value.num || one.value.text || reasonWord(one)), ' ', h('span.unit', one.value.unit)), h('span.cap', caption), positionNode(one.position === 'within' ? null : one.position));
  }));
}

// Activity and diet

function durationText(one) {
  if (one.codes.includes('93832-4') && typeof one.value.number === 'number') {
    const hours = /^h/.test(one.value.unit) ? one.value.number : one.value.number / 60;
    return [Math.floor(hours) + '\u00a0h\u00a0' + String(Math.round((hours % 1) * 60)).padStart(2, '0'), ''];
  }
  return [one.value.num || one.value.text, one.value.unit];
}

function activitySection(view) {
  const figures = view.activity.filter((o) => o.value.num || o.value.text);
  const days = view.activity.find((o) => o.samples && o.samples.length > 1);
  const sentences = view.functional.filter((r) => !r.struck && !r.verify);
  return [
    figures.length ? h('ul.figures', figures.slice(0, 6).map((one) => {
      const [num, unit] = durationText(one);
      const previous = one.summary && one.summary.previous !== undefined ? t('before', fmtNumber(one.summary.previous)) : '';
      return h('li', h('span.val', h('b', num), ' ', h('span.unit', unit)), h('span.cap', one.name.toLowerCase() === one.name ? one.name : one.name.charAt(0).toLowerCase() + one.name.slice(1)), previous ? h('span.cap', '(' + previous + ')') : null);
    })) : null,
    days ? barChart(days.samples, t('stepsChart', days.samples.map((v) => (v === null ? '–' : fmtNumber(v))).join(', '))) : null,
    sentences.length ? h('p.base', sentences.map((r, i) => [i ? ' ' : '', h('b', r.name), r.detail && !r.sentence ? ' ' + r.detail : ''])) : null,
  ];
}

function dietSection(view) {
  const meal = view.lastMeal && view.lastMeal.date ? h('p.meal', tm('lastMeal', fmtWhen(view.lastMeal.date, view.now)), view.lastMeal.text ? [' (', freeText(view.lastMeal.text, view.freeLang), ')'] : '', '.') : null;
  const averages = view.diet.filter((o) => o.value.text || o.value.num).map((o) => o.name + colon() + (o.value.text || o.value.num + '\u00a0' + o.value.unit));
  const swallow = view.swallow && view.swallow.state === 'none-known' ? stateBox('none', [h('b', t('swallowNone')), view.swallow.date ? ' (' + fmtDateText(view.swallow.date) + ')' : '']) : null;
  return [meal, averages.length ? h('p.meal', averages.join(' · ')) : null, swallow];
}

function fmtDateText(text) {
  const m = /^(\d{4})-(\d\d)-(\d\d)/.exec(text);
  return m ? fmtDate({ y: Number(m[1]), m: Number(m[2]), d: Number(m[3]) }) : '';
}

function sinceSummary(observations) {
  const summary = observations.map((o) => o.summary).find((s) => s && s.from && s.to);
  if (!summary) return '';
  const span = Math.round((Date.parse(summary.to) - Date.parse(summary.from)) / 86400000) + 1;
  return span > 0 && summary.days !== undefined && Number(summary.days) < span ? t('daysNoted', summary.days, span) : span > 0 ? t('lastDays', span) : '';
}

// Documents: pictures and plain text are drawn here, a PDF can be kept on this device, nothing else is interpreted

const PICTURES = { 'image/png': 'png', 'image/jpeg': 'jpeg', 'image/jpg': 'jpeg', 'image/gif': 'gif', 'image/webp': 'webp' };

function savePdf(bytes, name) {
  const href = URL.createObjectURL(new Blob([bytes], { type: 'application/pdf' }));
  h('a', { href, download: name.replace(/[^\p{L}\p{N}]+/gu, ' ').trim() + '.pdf' }).click();
  setTimeout(() => URL.revokeObjectURL(href), 10000);
}

function documentNodes(row) {
  const { type, data } = row.attachment;
  const [kind] = type.toLowerCase().split(';');
  const says = (...words) => h('p.gone', words);
  try {
    const raw = atob(data);
    const bytes = Uint8Array.from(raw, (c) => c.charCodeAt(0));
    if (kind === 'text/plain') return h('pre.doc', new TextDecoder().decode(bytes));
    if (kind === 'application/pdf' && raw.startsWith('%PDF-')) {
      return says(t('docPdf'), ' ', h('button.linklike', { onclick: () => savePdf(bytes, row.name) }, t('docSave', fmtNumber(Math.ceil(bytes.length / 1024)))));
    }
  } catch (error) {
    return says(t('docBroken'));
  }
  if (!PICTURES[kind]) return says(t('docNoRender', type || '?'));
  const picture = h('img.doc', { alt: row.name, src: 'data:image/' + PICTURES[kind] + ';base64,' + data, onerror: () => picture.replaceWith(says(t('docBroken'))) });
  return picture;
}

function documentRow(row) {
  const place = h('div.docplace');
  const button = !row.attachment.data ? h('span.det', t('docNoData')) : h('button.linklike', { 'aria-expanded': 'false', onclick: () => {
    const open = button.getAttribute('aria-expanded') === 'true';
    button.setAttribute('aria-expanded', String(!open));
    button.textContent = t(open ? 'show' : 'hide');
    if (open) place.replaceChildren();
    else place.replaceChildren(documentNodes(row));
  } }, t('show'));
  return h('li.document', h('div.docrow', icon('file'), h('span.main.wrap', nameNodes(row), row.detail ? ', ' + row.detail : ''), button, sourceMark(row.source)), place);
}

// Note and receipt

function noteSection(app) {
  const sent = h('div.sent', { role: 'status' }, app.notes.map((n) => h('p.quiet', t('noteSent', fmtStamp(n.time)))));
  const count = h('span.count');
  // Nothing is cut: what is too long is said, and waits.
  const judge = () => {
    const long = app.noteText.length > NOTE_LIMIT;
    count.textContent = (long ? t('noteLong') + ' ' : '') + app.noteText.length + '/' + NOTE_LIMIT;
    send.disabled = long || !app.noteText.trim();
  };
  const field = h('textarea#note-text', { rows: 4, 'aria-label': t('noteLabel'), value: app.noteText, oninput: () => {
    app.noteText = field.value;
    judge();
  } });
  const send = h('button.primary', { onclick: async () => {
    send.disabled = true;
    const time = await app.sendNote(field.value.trim());
    if (time === null) {
      sent.replaceChildren(h('p.fail', t('noteFailed')));
      send.disabled = false;
      return;
    }
    app.noteText = '';
    field.value = '';
    judge();
    sent.replaceChildren(...app.notes.map((n) => h('p.quiet', t('noteSent', fmtStamp(n.time)))));
  } }, t('noteSend'));
  judge();
  return [field, h('div.sendrow', send, h('span.cap', t('noteSigned', app.readerText()), ' ', count)), sent];
}

export function receiptFacts(app) {
  const { view } = app;
  const parts = Object.values(view.parts);
  const shown = parts.filter((p) => p.state === 'shown').length;
  const asked = parts.filter((p) => p.state === 'not-asked').length;
  const hidden = ['', 'D'].map((by) => {
    const of = parts.filter((p) => p.usual === by);
    const held = of.filter((p) => p.state === 'withheld').length;
    const items = of.reduce((n, p) => n + p.withheld, 0);
    return joined(either(' et ', ' and '), held && tn('n_partsHeld' + by, held), items && tn('n_itemsHeld' + by, items));
  });
  return [
    [t('receiptOpened'), t('receiptOpening', fmtStamp(app.opening.time), app.opening.use)],
    [t('receiptShown'), joined('; ', tn('n_parts', shown), ...hidden, asked ? tn('n_notAsked', asked) : '')],
    [t('receiptState'), view.updated ? (view.updated.time ? fmtStamp(view.updated.time) : fmtDate(view.updated)) : ''],
    ...(app.opening.stalled ? [[t('stalledTitle'), t('stalledText')]] : []),
    ...app.session.lies.map((lie) => [t('lieKept'), t('lieFrom', lie.node.replace(/^\w+:\/\//, ''))]),
  ];
}

function receiptSection(app) {
  return [
    h('ol.words', { lang: lang() }, app.words().map((word) => h('li', word))),
    h('dl', receiptFacts(app).map(([k, v]) => [h('dt', k), h('dd', v)])),
    h('div.sendrow', h('button.btn', { onclick: app.printReceipt }, icon('print'), t('receiptPrint')), h('span.cap', t('receiptProof'))),
  ];
}

// Assembly

function sectionList(app) {
  const { view } = app;
  const first = firstRows(view);
  const p = view.parts;
  const meds = [...view.medications.current, ...view.medications.stopped];
  const rows = (list) => (list.length ? simpleRows(list) : null);
  const entry = (id, key, count, body, part, side, wide) => ({ id, title: t(key), count, body, part, side, wide });
  const withNote = (row) => joined(', ', row.noteText, row.detail);
  const off = [...view.medications.stopped, ...view.medications.old];
  return [
    entry('b-results', 'bResults', view.resultGroups.length, view.resultGroups.length ? resultsSection(view) : null, p.results, '', true),
    entry('b-vitals', 'bVitals', 0, view.vitalGroups.length ? vitalsSection(view) : null, p.vitals),
    first.medications.more ? entry('all-medications', 'bMeds', meds.length, simpleRows(meds, (row) => (row.place === 'stopped' ? whyStopped(row) : row.detail)), p.medications) : null,
    first.allergies.more ? entry('all-allergies', 'bAllergies', view.allergies.length, h('ul.rows.b', view.allergies.map((row) => h('li', h('span.main.wrap', row.none ? tm(row.none) : nameNodes(row), ' ', severityTag(row)), h('span.det', row.detail), sourceMark(row.source)))), p.allergies) : null,
    first.problems.more ? entry('all-problems', 'bProblems', view.problems.active.length, simpleRows(view.problems.active), p.problems) : null,
    first.devices.more ? entry('all-devices', 'bDevices', view.devices.length, simpleRows(view.devices), p.devices) : null,
    first.directives.more ? entry('all-directives', 'bDirectives', view.directives.length, h('ul.rows.b', view.directives.map((row) => h('li', h('span.main.wrap', directiveNodes(row)), sourceMark(row.source)))), p.directives) : null,
    first.contacts.more || view.contacts.some((c) => !c.phone) ? entry('all-contacts', 'bContacts', view.contacts.length, h('ul.rows.b', view.contacts.map((c) => h('li', h('span.main.wrap', h('b.nm', c.name), ' ', c.role), c.phone ? phoneLink(c) : null))), p.contacts) : null,
    off.length ? entry('b-stopped', 'bStopped', off.length, simpleRows(off, whyStopped), null) : null,
    entry('b-past', 'bPast', view.problems.past.length, rows(view.problems.past), p['past-problems']),
    entry('b-procedures', 'bProcedures', view.procedures.length, view.procedures.length ? simpleRows(view.procedures, withNote) : null, p.procedures),
    entry('b-immunizations', 'bImmunizations', view.immunizations.length, rows(view.immunizations), p.immunizations),
    entry('b-activity', 'bActivity', 0, view.activity.length || view.functional.length ? activitySection(view) : null, p.activity.state === 'absent' ? p.functional : p.activity, sinceSummary(view.activity)),
    entry('b-diet', 'bDiet', 0, view.diet.length || view.lastMeal ? dietSection(view) : null, p.diet, sinceSummary(view.diet)),
    entry('b-habits', 'bHabits', view.habits.length, rows(view.habits), p.habits),
    entry('b-family', 'bFamily', view.family.length, rows(view.family), p.family),
    entry('b-pregnancy', 'bPregnancy', view.pregnancy.length, rows(view.pregnancy), p.pregnancy),
    entry('b-visits', 'bVisits', view.visits.length, rows(view.visits), p.visits),
    entry('b-documents', 'bDocuments', view.documents.length, view.documents.length ? h('ul.rows.b.docs', view.documents.map(documentRow)) : null, p.documents, view.documents.length ? t('docsHint') : ''),
    entry('b-plan', 'bPlan', view.plan.length, rows(view.plan), p.plan),
    entry('b-story', 'bStory', 0, view.story.length ? view.story.map((row) => h('p.story', either('«\u00a0', '“'), freeText(row.name, view.freeLang), either('\u00a0»', '”'))) : null, p.story),
    ...view.otherRows.map((other, i) => ({ id: 'b-other' + i, title: other.part.title || t('bOther'), count: other.rows.length, body: rows(other.rows), part: other.part })),
  ].filter(Boolean);
}

const indexWord = ({ state, usual }) => ({ withheld: ['hidden', 'masked' + usual], 'not-asked': ['unknown', 'notAsked'], 'asked-unknown': ['unknown', 'doesNotKnow'] })[state];

function bodyOf(entry) {
  const { part } = entry;
  const held = part && part.state === 'shown' ? heldBox(part, 'n_items') : null;
  if (entry.body) return [entry.body, held];
  const box = part && partStateBox(part);
  if (box) return [box];
  if (part && part.narrative.length) return [part.narrative.slice(0, 40).map((line) => h('p.narr', line))];
  return held ? [held] : null;
}

export function renderBelow(app) {
  const entries = sectionList(app).map((e) => ({ ...e, content: bodyOf(e) }));
  const present = entries.filter((e) => e.content);
  const missing = entries.filter((e) => !e.content && e.part && e.part.state !== 'shown');
  const live = app.mode === 'live';
  const link = (id, title, count, mark) => h('a', { href: '#' + id }, h('span', title), mark ? h('span.im', icon(mark[0]), t(mark[1]).toLowerCase()) : count ? h('span.n', count) : null);
  const nav = h('nav.index', { 'aria-label': t('index') }, h('a.up', { href: '#top', onclick: app.toTop }, icon('up'), t('firstScreen')),
    present.map((e) => link(e.id, e.title, e.count, !e.body && e.part && indexWord(e.part))),
    live ? [h('hr'), link('note', t('noteTitle')), link('receipt', t('receipt'))] : null);
  const build = (e) => card(e.id, e.title, e.side, e.content);
  const pair = [];
  if (live) {
    pair.push(card('note', t('noteTitle'), t('optional'), noteSection(app)));
    pair.push(card('receipt', t('receipt'), '', receiptSection(app)));
  }
  const gone = missing.length ? h('p.gone', h('b', t('absent')), colon(), missing.map((e) => e.title.toLowerCase()).join(', ')) : null;
  const [before, between, after] = t('footer').split(/\{[DP]\}/);
  const foot = h('p.foot', before, h('span.src.d', 'D'), between, h('span.src.p', 'P'), after, live ? t('openedBy', app.readerText(true)) : '');
  const rest = h('section#rest.rest', { tabindex: '-1', 'aria-label': t('everything') }, stickyBar(app), h('div.restgrid', nav, h('div.cols', present.filter((e) => e.wide).map(build), h('div.flow', present.filter((e) => !e.wide).map(build)), pair.length ? h('div.pair', pair) : null, gone, foot)));
  return rest;
}

