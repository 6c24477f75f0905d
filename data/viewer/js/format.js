// Dates, times, durations, numbers and phones as people read them in French and English. SPDX-License-Identifier: AGPL-3.0-or-later

import { DATA } from './data.js';
import { either, lang, t } from './text.js';

const NB = '\u00a0';
const MONTHS_SHORT = DATA.monthsShort;
const MONTHS_LONG = DATA.months;
const DAYS = DATA.days;

/** FHIR date or dateTime, maybe partial → {y, m?, d?, time?: ms, sort}; null when it is neither. */
export function parseDate(text) {
  const m = /^(\d{4})(?:-(\d\d)(?:-(\d\d)(?:T(\d\d):(\d\d)(?::(\d\d)(?:\.\d+)?)?(Z|[+-]\d\d:\d\d)?)?)?)?$/.exec(typeof text === 'string' ? text : '');
  if (!m) return null;
  if (m[4]) {
    const time = Date.parse(text);
    return Number.isNaN(time) ? null : dateOfTime(time);
  }
  const date = { y: Number(m[1]), m: m[2] && Number(m[2]), d: m[3] && Number(m[3]) };
  if (date.m > 12 || date.m === 0 || date.d > 31 || date.d === 0) return null;
  date.sort = new Date(date.y, (date.m || 1) - 1, date.d || 1).getTime();
  return date;
}

export function dateOfTime(time) {
  const local = new Date(time);
  return { y: local.getFullYear(), m: local.getMonth() + 1, d: local.getDate(), time, sort: time };
}

function ordinal(day) {
  return lang() === 'fr' && day === 1 ? '1ᵉʳ' : String(day);
}

/** 12 oct. 2026 · Oct 12, 2026 · oct. 2025 · 2014 */
export function fmtDate(date, withYear = true) {
  if (!date) return '';
  if (!date.m) return String(date.y);
  const month = MONTHS_SHORT[lang()][date.m - 1];
  if (!date.d) return month + NB + date.y;
  if (lang() === 'fr') return ordinal(date.d) + NB + month + (withYear ? NB + date.y : '');
  return month + NB + date.d + (withYear ? ',' + NB + date.y : '');
}

/** 12 mars 1959 · Mar 12, 1959: the identity strip writes French months in full. */
export function fmtBirth(date) {
  if (!date || !date.d || lang() === 'en') return fmtDate(date);
  return ordinal(date.d) + NB + MONTHS_LONG.fr[date.m - 1] + NB + date.y;
}

export function fmtTime(time) {
  const local = new Date(time);
  const minutes = String(local.getMinutes()).padStart(2, '0');
  return lang() === 'fr' ? local.getHours() + NB + 'h' + NB + minutes : String(local.getHours()).padStart(2, '0') + ':' + minutes;
}

export function dayNumber(time) {
  const local = new Date(time);
  return Math.round(Date.UTC(local.getFullYear(), local.getMonth(), local.getDate()) / 86400000);
}

const NEAR = { fr: { '-1': 'hier', 0: 'aujourd’hui', 1: 'demain' }, en: { '-1': 'yesterday', 0: 'today', 1: 'tomorrow' } };
const NEAR_SHORT = { fr: { '-1': 'hier', 0: 'auj.', 1: 'demain' }, en: { '-1': 'yest.', 0: 'today', 1: 'tomorrow' } };

/** aujourd’hui 13 h 58 · hier 21 h 40 · 12 oct. 2026 */
export function fmtWhen(date, now, short = false) {
  if (!date) return '';
  if (!date.time) return fmtDate(date);
  const near = (short ? NEAR_SHORT : NEAR)[lang()][dayNumber(date.time) - dayNumber(now)];
  if (near) return near + ' ' + fmtTime(date.time);
  return fmtDate(date, Math.abs(now - date.time) > 180 * 86400000);
}

/** 17 oct. 2026, 14 h 05: absolute, for paper and receipts. */
export function fmtStamp(time, withYear = true) {
  const date = dateOfTime(time);
  return fmtDate(date, withYear) + (withYear || lang() === 'en' ? ', ' : ' ') + fmtTime(time);
}

/** demain, dimanche 18 octobre, 14 h 05 · tomorrow, Sunday, October 18, 14:05 */
export function fmtDeadline(time, now) {
  const local = new Date(time);
  const day = DAYS[lang()][local.getDay()];
  const month = MONTHS_LONG[lang()][local.getMonth()];
  const near = NEAR[lang()][dayNumber(time) - dayNumber(now)];
  const full = lang() === 'fr' ? day + ' ' + ordinal(local.getDate()) + NB + month : day + ', ' + month + NB + local.getDate();
  return (near ? near + ', ' : '') + full + ', ' + fmtTime(time);
}

/** dimanche 18 octobre 2026 à 14 h 05 · Sunday, October 18, 2026 at 14:05 */
export function fmtFull(time) {
  const local = new Date(time);
  const day = DAYS[lang()][local.getDay()];
  const month = MONTHS_LONG[lang()][local.getMonth()];
  if (lang() === 'fr') return day + ' ' + ordinal(local.getDate()) + NB + month + ' ' + local.getFullYear() + ' à ' + fmtTime(time);
  return day + ', ' + month + NB + local.getDate() + ', ' + local.getFullYear() + ' at ' + fmtTime(time);
}

/** demain 14 h 05 · tomorrow 14:05 */
export function fmtUntil(time, now) {
  const near = NEAR[lang()][dayNumber(time) - dayNumber(now)];
  return (near ? (near === NEAR[lang()][0] ? '' : near + ' ') : fmtDate(dateOfTime(time), false) + ' ') + fmtTime(time);
}

/** 23 h 41 min · 41 min · 3 jours */
export function fmtSpan(ms, minutes = true) {
  const total = Math.max(0, Math.floor(ms / 60000));
  if (total < 60) return total + NB + 'min';
  if (total < 48 * 60) {
    const rest = String(total % 60).padStart(2, '0');
    return Math.floor(total / 60) + NB + 'h' + NB + rest + (minutes || lang() === 'en' ? NB + 'min' : '');
  }
  const days = Math.floor(total / 1440);
  return days < 61 ? t('days', days) : days < 730 ? t('months', Math.floor(days / 30.4)) : Math.floor(days / 365.25) + NB + either('ans', 'years');
}

export function fmtAgo(ms) {
  if (ms < 60000) return either('à l’instant', 'just now');
  return lang() === 'fr' ? 'il y a ' + fmtSpan(ms, false) : fmtSpan(ms) + ' ago';
}

/** Text of a number, its digits kept; comma in French, thousands apart from 10 000 on. */
export function fmtNumber(value) {
  let text = String(value);
  if (!/^-?\d+(\.\d+)?$/.test(text)) return text;
  if (/\.\d{5,}$/.test(text)) text = Number(text).toFixed(2);
  let [whole, part] = text.split('.');
  if (whole.replace('-', '').length > 4 || (whole.length === 4 && Number(whole) >= 1000 && lang() === 'fr')) whole = whole.replace(/\B(?=(\d{3})+$)/g, '\u202f');
  text = part ? whole + either(',', '.') + part : whole;
  return text.replace('-', '−');
}

/** Decimal points of a text written by a laboratory, as the page's language has them. */
export function localDecimals(text) {
  return lang() === 'fr' ? text.replace(/(\d)\.(\d)/g, '$1,$2') : text.replace(/(\d),(\d{1,2})(?!\d)/g, '$1.$2');
}

/** 514 555-0142; anything else as written. */
export function fmtPhone(text) {
  const m = /^(?:\+?1[\s.-]?)?\(?(\d{3})\)?[\s.-]?(\d{3})[\s.-]?(\d{4})$/.exec(text.trim());
  return m ? `${m[1]}${NB}${m[2]}-${m[3]}` : text.trim();
}

export function telHref(text) {
  const digits = text.replace(/[^\d+]/g, '');
  return /^\+?\d{3,15}$/.test(digits) ? 'tel:' + digits : null;
}

export function ageOn(birth, now) {
  if (!birth) return '';
  const today = dateOfTime(now);
  let years = today.y - birth.y;
  if (birth.m && (today.m < birth.m || (today.m === birth.m && birth.d && today.d < birth.d))) years--;
  if (years < 0) return '';
  if (years >= 2 || !birth.m) return t('years', years);
  const months = (today.y - birth.y) * 12 + today.m - birth.m - (birth.d && today.d < birth.d ? 1 : 0);
  return months >= 2 || !birth.d ? t('months', Math.max(0, months)) : t('days', Math.max(0, dayNumber(now) - dayNumber(birth.sort)));
}

const LANGUAGE_NAMES = DATA.languages;

export function languageName(code) {
  return LANGUAGE_NAMES[lang()][String(code).slice(0, 2).toLowerCase()] || String(code);
}
