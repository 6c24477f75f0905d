// The page's life: link → ask → open → record → wiped. Secrets live in this closure only. SPDX-License-Identifier: AGPL-3.0-or-later

import { parseRecord } from './codec.js';
import { cryptoWorks, openOffline } from './crypto.js';
import { forgetLink, parseLink } from './link.js';
import { Refusal, grantState, linkFromCode, openRecord, pause, prepare, sendNote, watchNodes } from './opening.js';
import { sixWords } from './words.js';
import { dressPage } from './data.js';
import { readBundle } from './bundle.js';
import { byId, h } from './dom.js';
import { fmtAgo, fmtSpan, fmtStamp, fmtUntil } from './format.js';
import { openPanel, readCode, renderAsk, renderCode, renderNoCrypto, renderOffline, roleText } from './ask.js';
import { renderFirst, renewedButton } from './first.js';
import { renderBelow } from './below.js';
import { renderPaper, renderReceiptPaper } from './paper.js';
import { renderEnded } from './ended.js';
import { either, joined, lang, setLang, t, tm } from './text.js';

const SOON_MS = 30 * 60 * 1000;
const LOOK_AGAIN_MS = 30 * 1000;
const SLOW_MS = 500;

const root = byId('app');
const paper = byId('paper');

/** Everything the page knows. A wipe empties it. */
function freshState() {
  return { link: null, session: { lies: [], doubted: [] }, grant: undefined, reader: { name: '', place: '', role: '', otherRole: '', reason: 'ETREAT' }, passcode: '', code: { text: '', birth: '', busy: '', message: '' }, notes: [], noteText: '', progress: null, fail: null, bundle: null, view: null, hash: null, renewed: false, capsule: null, mode: 'live', screen: 'none', until: 0, clock: null };
}

let app = freshState();
let ticker = 0;
let lookedAt = 0;

// Time is the ledger's: its last answer plus what has passed here since, whichever of the two local clocks ran further.

function setClock(ledgerNow) {
  if (Number.isFinite(ledgerNow)) app.clock = { ledger: ledgerNow, wall: Date.now(), run: performance.now() };
}

function now() {
  if (!app.clock) return Date.now();
  return app.clock.ledger + Math.max(performance.now() - app.clock.run, Date.now() - app.clock.wall, 0);
}

function equip(state) {
  Object.assign(state, {
    now, clockOffset: () => now() - Date.now(), switchLang, open: openPressed, readAgain, useCode, useOffline,
    print: () => printSheet(false), printReceipt: () => printSheet(true), close: () => finish({ state: 'closed', now: now() }),
    jumpToNote: () => jump('note'), toTop: toTop, words: () => sixWords(app.hash, lang()),
    readerText: (withPlace) => joined(', ', app.reader.name.trim() || t('noName'), roleText(app.reader), withPlace ? app.reader.place.trim() : ''),
    sendNote: sendNotePressed,
  });
  return state;
}

// Screens

const SCREENS = {
  ask: () => renderAsk(app),
  code: () => renderCode(app),
  offline: () => renderOffline(app),
  nocrypto: () => renderNoCrypto(app),
  record: renderRecord,
};

function show(screen) {
  app.screen = screen;
  document.body.className = 's-' + screen + ' m-' + app.mode;
  document.title = 'Citiz · ' + t('product');
  setDensity();
  root.replaceChildren(...SCREENS[screen]().filter(Boolean));
  if (screen === 'record') {
    fitFirst();
    tick();
    keepClear();
    for (const list of root.querySelectorAll('.card')) walkMarks(list.querySelector('.src'));
  }
}

function renderRecord() {
  app.view = readBundle(app.bundle, now(), (time) => fmtAgo(now() - time));
  app.view.narrow = isNarrow.matches;
  app.view.trim = app.view.spare = 0;
  return [...renderFirst(app), renderBelow(app)];
}

/** As the style asks: in sixteenths of the reader's letter. */
const isWide = () => window.matchMedia(`(min-width:${1180 / 16}em)`).matches;
const isLow = () => window.matchMedia(`(max-height:${700 / 16}em)`).matches;
const isNarrow = window.matchMedia(`(max-width:${719 / 16}em)`);

function setDensity() {
  document.documentElement.classList.toggle('dense', isWide() && isLow());
}

/** A wide first screen does not scroll: it grows denser, then problems, medications and the third contact go below while that makes it shorter.
 * Where there is room left, problems and allergies come up again. */
function fitFirst() {
  const height = () => root.querySelector('.first').clientHeight;
  const draw = (trim, spare) => {
    Object.assign(app.view, { trim, spare });
    root.replaceChildren(...renderFirst(app), renderBelow(app));
  };
  if (!isWide()) return;
  let [best, shortest] = [0, height()];
  if (shortest > window.innerHeight) {
    document.documentElement.classList.add('dense');
    shortest = height();
    for (let n = 1; n < 9 && shortest > window.innerHeight; n++) {
      draw(n, 0);
      if (height() < shortest) [best, shortest] = [n, height()];
    }
    if (app.view.trim !== best) draw(best, 0);
  }
  for (let n = 1; n < 9 && root.querySelector('#problems .more,#allergies .more'); n++) {
    draw(best, n);
    if (height() > Math.max(shortest, window.innerHeight)) {
      draw(best, n - 1);
      break;
    }
  }
}

/** One stop of the Tab key a card, the arrows from one mark to the next: nobody goes through eighty of them to reach a telephone number. */
function walkMarks(mark, step = 0) {
  const marks = [...root.querySelectorAll('.src[tabindex]')];
  const next = marks[marks.indexOf(mark) + step];
  if (!next) return;
  next.tabIndex = 0;
  if (!step) return;
  if (mark.closest('.card') === next.closest('.card')) mark.tabIndex = -1;
  next.focus();
}

/** Who hears the page is told whose record this is, or that it has ended. */
function sayTitle() {
  const title = root.querySelector(`[lang=${lang()}]>h1,.identity h1`);
  title.tabIndex = -1;
  title.focus({ preventScroll: true });
}

/** What a jump or the keyboard leads to stands clear of the bar that stays over the text. */
function keepClear() {
  const bar = root.querySelector('.bar');
  if (bar) document.documentElement.style.setProperty('--bar', (window.getComputedStyle(bar).position === 'sticky' ? bar.offsetHeight : 0) + 'px');
}

function switchLang() {
  setLang(either('en', 'fr'));
  const { scrollY } = window;
  show(app.screen);
  window.scrollTo(0, scrollY);
  const button = root.querySelector('.btn.lang, .langs [aria-pressed=true]');
  if (button) button.focus({ preventScroll: true });
}

function jump(id) {
  const target = byId(id);
  if (!target) return;
  target.scrollIntoView({ block: 'start' });
  target.focus({ preventScroll: true });
}

function toTop(event) {
  if (event) event.preventDefault();
  window.scrollTo(0, 0);
}

/** Links inside the page move by hand: the address never gets a fragment back. */
function followInside(event) {
  const link = event.target instanceof Element ? event.target.closest('a[href^="#"]') : null;
  if (!link || event.defaultPrevented) return;
  event.preventDefault();
  jump(link.getAttribute('href').slice(1));
}

// Countdown

function tick() {
  clearTimeout(ticker);
  if (app.screen !== 'record' || app.mode !== 'live') {
    writeMode();
    return;
  }
  const left = app.until - now();
  if (left <= 0) {
    finish({ state: 'expired', at: app.until, start: app.grant && app.grant.notBefore, expires: app.until, now: now() });
    return;
  }
  const soon = left <= SOON_MS;
  for (const node of root.querySelectorAll('[data-countdown]')) {
    const words = t(soon ? 'leftSoon' : 'left', fmtSpan(left));
    const lead = t(node.getAttribute('data-countdown') === 'short' ? 'accessShort' : 'accessLeft', fmtUntil(app.until, now()));
    node.replaceChildren(h('span.pre', lead), h('b', words));
    node.parentElement.classList.toggle('soon', soon);
  }
  if (document.visibilityState === 'visible' && performance.now() - lookedAt > LOOK_AGAIN_MS) lookAgain();
  ticker = setTimeout(tick, Math.min(left, 60000 - (Math.floor(left) % 60000), LOOK_AGAIN_MS) + 20);
}

function writeMode() {
  const made = app.capsule && Date.parse(app.capsule.made);
  const text = app.mode === 'preview' ? tm('previewBar') : tm('offlineBar', made ? fmtStamp(made) : '?');
  for (const node of root.querySelectorAll('[data-countdown]')) node.replaceChildren(...text.filter(Boolean).map((part) => part.cloneNode ? part.cloneNode(true) : part));
}

/** Asks the ledger whether the access still stands. No answer changes nothing on screen. */
async function lookAgain() {
  lookedAt = performance.now();
  const { link } = app;
  try {
    const state = await grantState(link);
    if (app.link !== link || app.screen !== 'record') return;
    setClock(state.now);
    if (state.state === 'revoked' || state.state === 'expired') {
      finish(endOf(state));
      return;
    }
    if (state.expires && state.expires !== app.until) {
      app.until = state.expires;
      tick();
    }
    if (state.capsule !== app.session.grant.capsule && !app.renewed) {
      app.renewed = true;
      root.querySelector('.renewed').replaceChildren(renewedButton(app));
    }
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
  }
}

// Wiping

function endOf(state) {
  const at = state.endedAt ?? (state.state === 'expired' ? state.expires : undefined);
  return { state: ['expired', 'revoked', 'used'].includes(state.state) ? state.state : 'unknown', at, start: state.notBefore, expires: state.expires, now: state.now ?? now() };
}

/** Record, keys and typed text go first; then the ended page, with the six words when something was opened. */
function finish(end) {
  const { link, hash } = app;
  const words = hash ? { fr: sixWords(hash, 'fr'), en: sixWords(hash, 'en') } : null;
  const { contact, label = '' } = link || {};
  if (end.state === 'closed') keepPlace(null);
  wipeSilently();
  app.screen = 'ended';
  document.body.className = 's-ended';
  document.title = 'Citiz';
  window.scrollTo(0, 0);
  root.replaceChildren(...renderEnded(end, contact, label, words, end.state === 'unknown' || end.state === 'bad' ? () => show('code') : null));
  sayTitle();
}

function wipeSilently() {
  clearTimeout(ticker);
  root.replaceChildren();
  paper.replaceChildren();
  if (app.link) forgetLink(app.link);
  if (app.session.passKey) app.session.passKey.fill(0);
  app = equip(freshState());
}

// Asking and opening

async function askState() {
  const { link } = app;
  try {
    const state = await grantState(link);
    if (app.link !== link || app.screen !== 'ask') return;
    setClock(state.now);
    app.grant = state;
    if (!['active', 'notyet'].includes(state.state)) {
      finish(endOf(state));
      return;
    }
    prepare(link, app.session);
  } catch (error) {
    app.grant = null;
  }
  if (app.screen === 'ask' && !app.progress) refreshAsk();
}

/** Redraws the line « until when » and the button, leaving fields and focus alone. */
function refreshAsk() {
  const fresh = renderAsk(app);
  const from = document.createElement('div');
  from.append(...fresh);
  for (const part of ['.until', '.notice']) root.querySelector(part).replaceWith(from.querySelector(part));
  refreshPanel();
}

function refreshPanel() {
  const panel = byId('open-panel');
  const fresh = h('div#open-panel', openPanel(app));
  if (panel && !panel.isEqualNode(fresh)) panel.replaceWith(fresh); // a button stays under the finger that presses it
}

function currentNote(text) {
  const { reader } = app;
  const note = { name: reader.name.trim(), role: roleText(reader), place: reader.place.trim(), reason: reader.reason, lang: lang() };
  return text ? { ...note, text } : note;
}

async function openPressed() {
  if (app.progress || app.screen !== 'ask' || (app.grant && app.grant.state === 'notyet' && !app.grant.duration)) return;
  const { link } = app;
  const progress = { step: 0, shares: 0 };
  const goesOn = () => app.progress === progress;
  const learn = (change) => {
    if (goesOn()) refreshPanel(Object.assign(progress, change));
  };
  app.fail = null;
  app.progress = progress;
  learn();
  setTimeout(() => {
    learn({ slow: true });
    watchNodes(link, goesOn, (heard) => learn({ heard, few: progress.few || heard < link.threshold }));
  }, SLOW_MS);
  try {
    const opened = await openPatiently(link, progress, learn);
    if (!goesOn()) return;
    app.progress = null;
    keepOpened(opened);
    await learnEnd();
    enterRecord();
    tellLies();
  } catch (error) {
    if (!goesOn()) return;
    app.progress = null;
    openFailed(error instanceof Refusal ? error : new Refusal('damaged'), progress.step);
  }
}

/** Where too few nodes answered or the ledger stood still, the opening is gone on with when enough answer; nothing else is tried again by itself. */
async function openPatiently(link, progress, learn) {
  for (;;) {
    progress.few = false;
    try {
      return await openRecord(link, app.session, currentNote(), app.passcode, (step, shares, stalled) => learn({ step, shares, stalled: stalled || (!step && progress.stalled) }));
    } catch (error) {
      if (error.kind !== 'network') throw error;
      do await pause(SLOW_MS); while (app.progress === progress && !(progress.heard >= link.threshold));
      if (app.progress !== progress || !(progress.few || progress.stalled)) throw error;
    }
  }
}

function keepOpened(opened) {
  Object.assign(app, { bundle: opened.bundle, hash: opened.hash, opening: app.session.opening, renewed: false });
}

/** The record has changed since it was opened here: one more opening, which the person sees too. */
async function readAgain() {
  const { link } = app;
  try {
    const opened = await openRecord(link, app.session, currentNote(), '', () => {});
    if (app.link !== link) return;
    keepOpened(opened);
    enterRecord();
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    if (app.link === link && error.kind === 'ended') openFailed(error);
  }
}

/** What a node signed that is false goes to the patient, also when it comes late, as a note that no note of the reader's takes the place of. */
function tellLies() {
  const { link, session } = app;
  session.tell = (lie) => sendNote(link, session, currentNote(t('lieFrom', lie.node) + ' ' + JSON.stringify(lie))).catch(() => {});
  session.lies.forEach(session.tell);
}

/** A sleeping grant gets its end with its first opening, so the state is read once more. */
async function learnEnd() {
  try {
    const state = app.session.grant.expires && !app.session.grant.duration ? app.session.grant : await grantState(app.link);
    app.grant = state;
    setClock(state.now);
  } catch (error) {
    app.grant = app.session.grant;
  }
  app.until = app.grant.expires || now() + 3600000;
}

async function openFailed(refusal, step) {
  if (refusal.kind === 'ended') {
    let state = { state: refusal.state || 'unknown', now: now() };
    try {
      state = await grantState(app.link);
      if (state.state === 'active') state.state = refusal.state || 'used';
    } catch (error) {
      state.expires = app.grant ? app.grant.expires : undefined;
    }
    finish(endOf(state));
    return;
  }
  app.fail = { kind: refusal.kind, left: refusal.left, step };
  refreshPanel();
  byId(refusal.kind === 'passcode' ? 'passcode' : 'open').focus();
}

function enterRecord() {
  lookedAt = performance.now();
  app.passcode = '';
  try {
    show('record');
  } catch (error) {
    app.bundle = null;
    app.fail = { kind: 'damaged', step: 2 };
    if (app.mode === 'live') show('ask');
    else throw error;
    return;
  }
  window.scrollTo(0, 0);
  sayTitle();
  preparePaper();
}

async function sendNotePressed(text) {
  try {
    const time = await sendNote(app.link, app.session, currentNote(text));
    app.notes.push({ time: Number(time) || now() });
    return time;
  } catch (error) {
    return null;
  }
}

// Spoken code, offline copy

function codeState(change) {
  Object.assign(app.code, { busy: '', message: '', left: undefined }, change);
  show(app.screen);
}

async function useCode() {
  if (app.code.busy) return;
  const typed = readCode(app.code);
  if (!typed) {
    codeState({ message: 'codeBad' });
    return;
  }
  codeState({ busy: 'codeFetching' });
  try {
    const link = await linkFromCode(typed.text, typed.birth, () => codeState({ busy: 'codeWorking' }));
    if (!link) throw new Refusal('damaged');
    app.code = freshState().code;
    startAsk(link);
  } catch (error) {
    const kind = error instanceof Refusal ? error.kind : 'damaged';
    if (kind === 'code') codeState({ message: Number.isInteger(error.left) ? ['codeNone', 'codeWrongLast'][error.left] || 'codeWrongLeft' : 'codeWrong', left: error.left });
    else codeState({ message: kind === 'network' ? 'codeNetwork' : 'codeWrong' });
    byId('code').focus();
  }
}

async function useOffline() {
  if (app.code.busy) return;
  codeState({ busy: 'codeWorking' });
  try {
    app.bundle = await openOffline(app.capsule, app.code.text);
  } catch (error) {
    codeState({ message: 'offlineWrong' });
    byId('code').focus();
    return;
  }
  app.code = freshState().code;
  app.madeText = fmtStamp(Date.parse(app.capsule.made) || Date.now());
  enterRecord();
}

// Paper

function preparePaper() {
  if (app.screen === 'record' && !paper.classList.contains('receipt')) renderPaper(app, paper);
}

function printSheet(receiptOnly) {
  paper.classList.toggle('receipt', receiptOnly);
  if (receiptOnly) renderReceiptPaper(app, paper);
  else preparePaper();
  window.print();
  paper.classList.remove('receipt');
}

// Beginning

/** What a reload needs in order to say that the access has ended: nothing secret, and *Close and wipe* takes it away. */
function keepPlace(link) {
  window.history.replaceState(link && { grantHex: link.grantHex, nodes: link.nodes, threshold: link.threshold, contact: link.contact, label: link.label }, '', window.location.pathname);
}

async function reloaded(kept) {
  const none = new Uint8Array(0);
  app.link = { ...kept, key: none, secret: none };
  app.screen = 'code';
  codeState({ message: 'codeReload' });
  try {
    const state = await grantState(kept);
    if (!['active', 'notyet'].includes(state.state) && app.screen === 'code') finish(endOf(state));
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
  }
}

function startAsk(link) {
  app.link = link;
  keepPlace(link);
  show('ask');
  byId('reader-name').focus();
  askState();
}

function readIsland() {
  const text = byId('citiz-capsule').textContent.trim();
  return text ? parseRecord(text) : null;
}

function begin() {
  const { hash } = window.location;
  const kept = window.history.state;
  if (hash) keepPlace(null);
  const link = hash ? parseLink(hash) : null;
  const wanted = (navigator.languages && navigator.languages[0]) || navigator.language || 'fr';
  setLang(/^fr/i.test(wanted) ? 'fr' : 'en');
  app = equip(freshState());
  app.capsule = readIsland();
  if (app.capsule && app.capsule.preview) {
    app.mode = 'preview';
    app.bundle = app.capsule.bundle;
    app.capsule.bundle = null;
    enterRecord();
  } else if (!cryptoWorks()) {
    app.link = link;
    show('nocrypto');
  } else if (app.capsule) {
    app.mode = 'offline';
    show('offline');
    byId('code').focus();
  } else if (link) {
    startAsk(link);
  } else if (hash.length > 1 && hash.includes('shlink')) {
    finish({ state: 'bad', now: Date.now() });
  } else if (kept) {
    reloaded(kept);
  } else {
    show('code');
    byId('code').focus();
  }
}

window.addEventListener('pagehide', wipeSilently);
window.addEventListener('pageshow', (event) => {
  if (event.persisted) finish({ state: 'closed', now: Date.now() });
});
window.addEventListener('beforeprint', preparePaper);
window.addEventListener('hashchange', () => {
  if (window.location.hash.includes('shlink')) {
    wipeSilently();
    begin();
  }
});
window.addEventListener('resize', () => {
  setDensity();
  keepClear();
});
document.addEventListener('click', followInside);
document.addEventListener('keydown', (event) => {
  const step = { ArrowDown: 1, ArrowRight: 1, ArrowUp: -1, ArrowLeft: -1 }[event.key];
  if (!step || !event.target.matches('.src')) return;
  event.preventDefault();
  walkMarks(event.target, step);
});
document.addEventListener('visibilitychange', () => {
  if (app.screen === 'record') tick();
});
isNarrow.addEventListener('change', () => {
  if (app.screen === 'record') show('record');
});
dressPage();
begin();

