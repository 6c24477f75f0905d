// Before the record: who asks and why, the spoken code, the offline code. SPDX-License-Identifier: AGPL-3.0-or-later

import { h, icon, logo } from './dom.js';
import { fmtDeadline, fmtSpan, fmtStamp, fmtTime } from './format.js';
import { cleanCode } from './crypto.js';
import { phoneLink } from './parts.js';
import { lang, t, tm } from './text.js';

const ROLES = ['roleDoctor', 'roleNurse', 'roleParamedic', 'rolePharmacy', 'roleOther'];
const REASONS = ['ETREAT', 'TREAT', 'PATRQT'];
export const CODE_LETTERS = /^[23456789ABCDEFGHJKLMNPQRSTUVWXYZ]{8}$/;

export function languageSwitch(app) {
  const one = (code, name) => h('button', { lang: code, 'aria-pressed': String(lang() === code), onclick: () => lang() === code || app.switchLang() }, name);
  return h('div.langs', one('fr', 'Français'), one('en', 'English'));
}

export function plainTop(app, product) {
  return h('header.top.plain', logo(), h('b.brand', 'Citiz'), h('span.product', product || t('product')), h('span.gap'), app ? languageSwitch(app) : null);
}

function askFoot() {
  return h('footer.footer', h('span', t('footCare')), h('span.dot', '·'), h('span', t('footSource')));
}

function radios(name, keys, chosen, onPick, className) {
  return h('div.' + className, { role: 'radiogroup', 'aria-label': t(name) }, keys.map((key) => h('label.chipin', h('input', { type: 'radio', name, value: key, checked: key === chosen, onchange: () => onPick(key) }), h('span', t(key)))));
}

function field(label, props) {
  return h('label.field', h('span', label), h('input', { type: 'text', autocomplete: 'off', spellcheck: 'false', maxlength: 120, ...props }));
}

/** Role as a word for the notice, in the page's language. */
export function roleText(reader) {
  if (reader.role === 'roleOther') return reader.otherRole.trim();
  return reader.role ? t(reader.role).toLowerCase() : '';
}

function notice(app) {
  const { reader } = app;
  const role = roleText(reader);
  return h('div.notice', { 'aria-live': 'off' }, h('span.badge', logo()),
    h('div', h('div.nrow', h('b', t('noticeTitle')), h('span.cap', fmtTime(app.now()))), h('div', h('b', reader.name.trim() || t('noName')), role ? ', ' + role : ''), reader.place.trim() ? h('div', reader.place.trim()) : null,
      h('div', t('noticeReason', t(reader.reason).toLowerCase())), h('div.warn', t('declared'))));
}

function untilLine(app) {
  const g = app.grant;
  if (g === undefined) return h('p.until', t('asking'));
  if (g === null) return h('p.until', t('stateLater'));
  const now = app.now();
  if (g.duration && !g.expires) return h('p.until', tm('sleeping', Math.round(g.duration / 3600000)));
  if (g.state === 'notyet') return h('p.until', tm('notYet', fmtDeadline(g.notBefore, now)));
  return h('p.until', tm('until', fmtDeadline(g.expires, now), fmtSpan(g.expires - now, lang() === 'en')));
}

function aside(app, noticeNode) {
  const block = (shape, title, ...body) => h('section', h('h2', icon(shape), title), body);
  const point = (shape, key) => h('p.point', icon(shape), h('span', tm(key)));
  return h('aside', block('bell', t('willSee'), noticeNode), block('eye', t('youWillSee'), point('yes', 'youSee1'), point('hidden', 'youSee2')), block('laptop', t('onDevice'), point('yes', 'onDeviceText')));
}

function onEnter(action) {
  return (event) => {
    if (event.key !== 'Enter' || event.isComposing || event.target.tagName === 'BUTTON' || event.target.tagName === 'A') return;
    event.preventDefault();
    action();
  };
}

/** The ask page. `app` carries what was typed, so that a change of language loses nothing. */
export function renderAsk(app) {
  const { reader, link } = app;
  const place = h('div');
  const refresh = () => place.replaceChildren(notice(app));
  refresh();
  const typed = (name) => (event) => {
    reader[name] = event.target.value;
    refresh();
  };
  const other = h('div.otherrole', reader.role === 'roleOther' ? field(t('roleWhich'), { value: reader.otherRole, oninput: typed('otherRole'), maxlength: 60 }) : null);
  const pickRole = (key) => {
    reader.role = key;
    other.replaceChildren(...(key === 'roleOther' ? [field(t('roleWhich'), { value: reader.otherRole, oninput: typed('otherRole'), maxlength: 60 })] : []));
    refresh();
    if (key === 'roleOther') other.querySelector('input').focus();
  };
  const pickReason = (key) => {
    reader.reason = key;
    refresh();
  };
  const pass = link.passcode ? h('div.pass', field(t('passcode'), { id: 'passcode', value: app.passcode, oninput: (e) => {
    app.passcode = e.target.value;
  } }), h('p.cap', t('passcodeNeeded'))) : null;
  const panel = h('div#open-panel', openPanel(app));
  return [
    plainTop(app),
    h('main.stage', h('div.sheetcard.ask', { onkeydown: onEnter(app.open) },
      h('div.form',
        h('h1', link.label ? t('opens', link.label) : t('opensNoLabel')), untilLine(app),
        h('h2', t('who')), h('div.two', field(t('name'), { id: 'reader-name', value: reader.name, oninput: typed('name') }), field(t('place'), { value: reader.place, oninput: typed('place') })),
        h('p.flabel', t('role')), radios('role', ROLES, reader.role, pickRole, 'chipset'), other,
        h('h2', t('why'), ' ', h('span.cap', t('whyChosen'))), radios('why', REASONS, reader.reason, pickReason, 'boxset'), pass, panel),
      aside(app, place))),
    askFoot(),
  ];
}

function stepLine(app) {
  const { step, shares, slow } = app.progress;
  const total = (app.session.grant && app.session.grant.t) || app.link.threshold;
  const one = (n, text) => h('li' + (n < step ? '.done' : n === step ? '.now' : ''), n < step ? icon('yes') : n === step && slow ? h('span.spin') : h('span.dotmark'), text);
  return h('ol.steps', { role: 'status' }, one(0, t('step0')), one(1, t('step1', shares, total)), one(2, t('step2')));
}

/** What went wrong, and whom to call. */
function alarm(app, why) {
  const { contact } = app.link;
  return h('p.fail', { role: 'alert' }, why, ' ', contact ? [t('callContact', contact.name), ' ', phoneLink(contact, 'telline')] : tm('again3none'));
}

function failure(app) {
  const { fail } = app;
  if (fail.kind === 'passcode') return h('p.fail', { role: 'alert' }, fail.left > 1 ? tm('triesLeft', fail.left) : fail.left === 1 ? tm('triesLast') : t('triesNone'));
  const key = { network: 'failNetwork', damaged: 'failDamaged' }[fail.kind] || 'failRefused';
  return alarm(app, t(key, t('stepName' + fail.step), safe(app)));
}

const safe = (app) => t(app.session.opening ? 'safeEntered' : 'safeNothing');

/** The three steps, and what keeps them waiting: an opening without the ledger is promised only when enough nodes answer. */
function underWay(app) {
  const { nodes, threshold } = app.link;
  const { heard, stalled } = app.progress;
  const few = heard < threshold && t('failFew', heard, nodes.length, threshold, safe(app));
  const soon = stalled && heard >= threshold && t('stalledSoon');
  return [stepLine(app), few || stalled ? alarm(app, [stalled && t('stalledWait'), ' ', few || soon]) : h('p.hint', t('openHint'))];
}

/** The button, or the three steps in its place, or what went wrong and the button again. */
export function openPanel(app) {
  if (app.progress) return underWay(app);
  const blocked = app.grant && app.grant.state === 'notyet' && !app.grant.duration;
  return [app.fail ? failure(app) : null, h('button.primary.big', { id: 'open', disabled: blocked, onclick: app.open }, t(app.fail && app.fail.kind !== 'passcode' ? 'retry' : 'open')), app.session.opening ? null : h('p.hint', t('openHint'))];
}

// Spoken code

export function renderCode(app) {
  const { code } = app;
  const message = !code.message ? null : h('p.fail', { role: 'alert' }, tm(code.message, code.left));
  return [
    plainTop(app),
    h('main.stage', h('div.sheetcard.narrow', { onkeydown: onEnter(app.useCode) }, h('div.form',
      h('h1', t('codeTitle')), h('p.until', tm('codeLead')),
      field(t('codeField'), { id: 'code', value: code.text, oninput: (e) => {
        code.text = e.target.value;
      }, autocapitalize: 'characters', maxlength: 12, class: 'codefield' }),
      field(t('birthField'), { value: code.birth, oninput: (e) => {
        code.birth = e.target.value;
      }, inputmode: 'numeric', maxlength: 10 }), h('p.cap', t('birthHint')),
      code.busy ? h('ol.steps', { role: 'status' }, h('li.now', h('span.spin'), t(code.busy))) : [message, h('button.primary.big', { onclick: app.useCode }, t('codeGo'))],
      h('p.hint', t('codeHint'))))),
    askFoot(),
  ];
}

/** What was typed → {code, birth}, or null when it cannot be right. */
export function readCode(code) {
  const text = cleanCode(code.text);
  const m = /^(\d{4})[-/. ]?(\d\d)[-/. ]?(\d\d)$/.exec(code.birth.trim());
  if (!CODE_LETTERS.test(text) || !m || Number(m[2]) < 1 || Number(m[2]) > 12 || Number(m[3]) < 1 || Number(m[3]) > 31) return null;
  return { text, birth: m.slice(1).join('-') };
}

// Offline copy

export function renderOffline(app) {
  const { capsule, code } = app;
  const made = Date.parse(capsule.made);
  return [
    plainTop(app),
    h('main.stage', h('div.sheetcard.narrow', { onkeydown: onEnter(app.useOffline) }, h('div.form',
      h('h1', capsule.label ? t('offlineTitle', capsule.label) : t('offlineNoLabel')), h('p.until', tm('offlineLead', Number.isNaN(made) ? '?' : fmtStamp(made))),
      field(t('offlineCode'), { id: 'code', value: code.text, oninput: (e) => {
        code.text = e.target.value;
      }, maxlength: 40, class: 'codefield' }),
      code.busy ? h('ol.steps', { role: 'status' }, h('li.now', h('span.spin'), t(code.busy))) : [code.message ? h('p.fail', { role: 'alert' }, t(code.message)) : null, h('button.primary.big', { onclick: app.useOffline }, t('offlineOpen'))]))),
    askFoot(),
  ];
}

/** No WebCrypto: a plain sentence and a phone number, never a blank page. */
export function renderNoCrypto(app) {
  const contact = app.link && app.link.contact;
  return [plainTop(app), h('main.stage', h('div.sheetcard.narrow', h('div.form', h('h1', t('noCryptoTitle')), h('p.until', tm('noCrypto')), contact ? h('p', t('callContact', contact.name), ' ', phoneLink(contact)) : null))), askFoot()];
}

