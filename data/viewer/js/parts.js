// Pieces that screen and paper share: source marks, tags, names, state boxes, small charts. SPDX-License-Identifier: AGPL-3.0-or-later

import { h, hatch, icon, svg } from './dom.js';
import { fmtDate, fmtPhone, fmtWhen, languageName, telHref } from './format.js';
import { colon, joined, lang, t, tm, tn } from './text.js';

/** Square D or round P; the full source is its name, its hover text, and what is shown when the keyboard is on it. */
export function sourceMark(source, focusable = true) {
  if (!source) return null;
  return h('span.src.' + (source.mark === 'P' ? 'p' : 'd'), { title: source.title, role: 'img', 'aria-label': source.title, tabindex: focusable ? '-1' : null }, source.mark);
}

export function tagNode(tag) {
  return h('span.tag.' + tag.kind, tag.text);
}

/** Tags first, then the name: a screen reader hears « refuted » before what is refuted. */
export function nameNodes(row) {
  const strength = row.strength && h('span.st', ' ' + row.strength);
  return [row.tags.map((tag) => [tagNode(tag), ' ']), row.struck ? h('s.nm', row.name, strength) : [h('b.nm', row.name), strength]];
}

const SEVERITY_KIND = { severe: 'red', moderate: 'amber', mild: 'outline' };

export function severityTag(row) {
  return row.severity && !row.struck && !row.verify ? h('span.tag.' + SEVERITY_KIND[row.severity], t(row.severity)) : null;
}

const STATE_ICON = { none: 'yes', asked: 'unknown', held: 'hidden' };

/** One of the four looks that must never be confused. */
export function stateBox(kind, content, paper = false) {
  const glyph = paper && kind === 'held' ? hatch() : kind === 'gone' ? null : icon(STATE_ICON[kind]);
  return h('div.state.' + kind, glyph && h('span.glyph', kind === 'held' && !paper ? [hatch(), glyph] : glyph), h('span.what', content));
}

/** How many items of a part are held back; null when none is. */
export function heldBox(part, word, paper) {
  return part.withheld ? stateBox('held', [h('b', t('withheld' + part.usual)), colon(), tn(word, part.withheld)], paper) : null;
}

/** The box of a whole part that has no items, by its state; null when it has items to show. */
export function partStateBox({ state, usual }, long = true, paper = false) {
  if (state === 'withheld') return stateBox('held', long ? tm('withheldLong' + usual) : h('b', t('withheld' + usual)), paper);
  if (state === 'not-asked') return stateBox('asked', long ? tm('notAskedLong') : h('b', t('notAsked')));
  if (state === 'asked-unknown') return stateBox('asked', long ? tm('doesNotKnowLong') : h('b', t('doesNotKnow')));
  if (state === 'no-information') return stateBox('asked', h('b', t('noInformation')));
  if (state === 'none-known') return stateBox('none', tm('noneLong'));
  return null;
}

/** Free text keeps its language and says so when it is not the page's. */
export function freeText(text, freeLang) {
  if (!text) return null;
  if (!freeLang || freeLang === lang()) return text;
  return [h('span', { lang: freeLang }, text), ' ', h('span.foreign', t('inLanguage', languageName(freeLang)))];
}

export function positionNode(position) {
  if (!position) return null;
  const mark = { below: '▼ ', above: '▲ ', within: '' }[position];
  return h('span.pos.' + position, mark, t(position));
}

export function phoneLink(contact, className = 'tel') {
  const href = telHref(contact.phone);
  const text = fmtPhone(contact.phone);
  return href ? h('a.' + className, { href, 'aria-label': t('callNumber', contact.name, text) }, icon('phone'), text) : h('span.' + className, text);
}

/** When and why a medication was stopped. */
export function whyStopped(row) {
  return joined(colon(), row.stopDate && fmtDate(row.stopDate), row.stopReason);
}

export function doseWhen(row, now) {
  if (!row.lastDose) return '';
  const when = fmtWhen(row.lastDose.date, now, true);
  return row.lastDose.skipped ? t('skippedShort', when) : when;
}

/** At most four points: band = range, diamond = outside, disc = inside. Attributes only, no style. */
export function trendChart(points, range, name, size = { w: 118, h: 24 }, dots = true) {
  const values = points.map((p) => p.value.number);
  const bounds = dots && range ? [range.low, range.high].filter((v) => v !== null) : [];
  let low = Math.min(...values, ...bounds);
  let high = Math.max(...values, ...bounds);
  if (high === low) {
    low -= 1;
    high += 1;
  }
  const pad = 4;
  const x = (i) => (points.length === 1 ? size.w / 2 : pad + (i * (size.w - 2 * pad)) / (points.length - 1));
  const y = (v) => size.h - pad - ((v - low) / (high - low)) * (size.h - 2 * pad);
  const label = t('trendOf', name, points.map((p) => p.value.num + ' (' + fmtDate(p.date) + ')').join(', '));
  const chart = svg('svg', { class: 'trend', viewBox: `0 0 ${size.w} ${size.h}`, role: 'img', 'aria-label': label });
  if (dots && range && (range.low !== null || range.high !== null)) {
    const top = range.high === null ? 0 : y(range.high);
    const bottom = range.low === null ? size.h : y(range.low);
    chart.append(svg('rect', { class: 'band', x: 0, y: Math.max(0, top), width: size.w, height: Math.max(2, Math.min(size.h, bottom) - Math.max(0, top)) }));
  }
  if (values.length > 1) chart.append(svg('polyline', { points: values.map((v, i) => x(i).toFixed(1) + ',' + y(v).toFixed(1)).join(' ') }));
  values.forEach((v, i) => {
    const outside = range && ((range.low !== null && v < range.low) || (range.high !== null && v > range.high));
    if (!dots && i < values.length - 1) chart.append(svg('circle', { cx: x(i), cy: y(v), r: 1.8 }));
    else if (dots && outside) chart.append(svg('path', { class: 'out', d: `M${x(i)} ${y(v) - 3.4}l3.4 3.4l-3.4 3.4l-3.4 -3.4z` }));
    else chart.append(svg('circle', { cx: x(i), cy: y(v), r: dots ? 2.2 : 3 }));
  });
  return chart;
}

/** A bar a day, oldest first; a day without data has none. */
export function barChart(values, label) {
  const width = 520;
  const height = 34;
  const most = Math.max(1, ...values.filter((v) => v !== null));
  const slot = width / values.length;
  const chart = svg('svg', { class: 'bars', viewBox: `0 0 ${width} ${height}`, preserveAspectRatio: 'none', role: 'img', 'aria-label': label });
  values.forEach((v, i) => {
    if (v === null) return;
    const tall = Math.max(1, (v / most) * (height - 2));
    chart.append(svg('rect', { x: (i * slot + slot * 0.15).toFixed(1), y: (height - 1 - tall).toFixed(1), width: (slot * 0.7).toFixed(1), height: tall.toFixed(1), rx: 1.5 }));
  });
  chart.append(svg('path', { class: 'axis', d: `M0 ${height - 0.5}H${width}` }));
  return chart;
}
