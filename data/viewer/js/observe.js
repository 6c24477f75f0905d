// Observations: value, position against the cited range, groups with their trend. SPDX-License-Identifier: AGPL-3.0-or-later

import { fmtNumber, localDecimals, parseDate } from './format.js';
import { codeName, keyResult, quantityText } from './codes.js';
import { absentReason, codedName, codes, concept, ext, extParts, exts, firstCode, list, modifiers, narrativeText, notesOf, sourceOf, textOf } from './fhir.js';
import { joined, t } from './text.js';

function number(value) {
  const n = Number(value);
  return value === undefined || value === null || value === '' || Number.isNaN(n) ? null : n;
}

function rangeOf(resource) {
  const ranges = list(resource.referenceRange);
  const range = ranges.find((r) => !r.type || firstCode(r.type) === 'normal') || ranges[0];
  if (!range) return null;
  const low = range.low && number(range.low.value);
  const high = range.high && number(range.high.value);
  let text = textOf(range, 'text');
  if (low !== null && low !== undefined && high !== null && high !== undefined) text = fmtNumber(range.low.value) + '–' + fmtNumber(range.high.value);
  else if (low !== null && low !== undefined) text = '≥ ' + fmtNumber(range.low.value);
  else if (high !== null && high !== undefined && !/^[<]/.test(text)) text = '≤ ' + fmtNumber(range.high.value);
  return { low: low ?? null, high: high ?? null, text: localDecimals(text) };
}

function positionOf(value, range, resource, comparator) {
  if (value !== null && range && !comparator) {
    if (range.low !== null && value < range.low) return 'below';
    if (range.high !== null && value > range.high) return 'above';
    if (range.low !== null || range.high !== null) return 'within';
  }
  const flags = list(resource.interpretation).flatMap(codes);
  if (flags.some((f) => /^(L|LL|LU|<)$/.test(f))) return 'below';
  if (flags.some((f) => /^(H|HH|HU|>)$/.test(f))) return 'above';
  return flags.includes('N') ? 'within' : null;
}

function componentValue(resource, wanted) {
  return list(resource.component).find((c) => codes(c.code).some((code) => wanted.includes(code)));
}

/** No cuff measures tenths of a mmHg. */
const whole = (pressure) => fmtNumber(Math.round(pressure));

function valueOf(resource) {
  const q = resource.valueQuantity;
  if (q) return { ...quantityText(q), number: number(q.value), comparator: q.comparator };
  if (resource.valueString !== undefined) return { num: '', unit: '', text: textOf(resource, 'valueString') };
  if (resource.valueCodeableConcept) return { num: '', unit: '', text: concept(resource.valueCodeableConcept) };
  if (resource.valueBoolean !== undefined) return { num: '', unit: '', text: t(resource.valueBoolean ? 'yes' : 'no') };
  if (resource.valueInteger !== undefined) return { num: fmtNumber(resource.valueInteger), unit: '', number: number(resource.valueInteger) };
  if (resource.valueRange) return { num: [resource.valueRange.low, resource.valueRange.high].map((x) => quantityText(x).num).join('–'), unit: quantityText(resource.valueRange.high || resource.valueRange.low).unit };
  if (resource.valueRatio) return { num: '', unit: '', text: [resource.valueRatio.numerator, resource.valueRatio.denominator].map((x) => quantityText(x).num).join(':') };
  if (resource.valueDateTime) return { num: '', unit: '', text: String(resource.valueDateTime) };
  const systolic = componentValue(resource, ['8480-6']);
  const diastolic = componentValue(resource, ['8462-4']);
  if (systolic && diastolic) {
    const [above, below] = [systolic, diastolic].map((part) => number((part.valueQuantity || {}).value));
    if (Number.isFinite(above) && Number.isFinite(below)) return { num: whole(above) + '/' + whole(below), unit: quantityText(systolic.valueQuantity).unit, number: above, second: below };
  }
  const parts = list(resource.component).map((c) => {
    const inner = valueOf(c);
    return codedName(c.code) + '\u00a0' + (inner.text || joined('\u00a0', inner.num, inner.unit));
  });
  return { num: '', unit: '', text: parts.join(' · ') };
}

export function dateOfResource(resource) {
  for (const name of ['effectiveDateTime', 'effectiveInstant', 'occurrenceDateTime', 'performedDateTime', 'onsetDateTime', 'timingDateTime', 'date', 'dateTime', 'issued', 'recordedDate']) {
    const date = parseDate(resource[name]);
    if (date) return date;
  }
  for (const name of ['effectivePeriod', 'performedPeriod', 'onsetPeriod', 'timingPeriod', 'period']) {
    const date = parseDate(resource[name] && (resource[name].start || resource[name].end));
    if (date) return date;
  }
  return null;
}

function periodEnd(resource) {
  const date = parseDate(resource.effectivePeriod && resource.effectivePeriod.end);
  return date || dateOfResource(resource);
}

/** Days of a SampledData, null where there is no data. */
function sampled(data) {
  if (!data || typeof data.data !== 'string') return null;
  const factor = Number(data.factor || 1);
  const origin = Number((data.origin && data.origin.value) || 0);
  return data.data.trim().split(/\s+/).slice(0, 400).map((word) => (/^-?\d+(\.\d+)?$/.test(word) ? Number(word) * factor + origin : null));
}

/** One Observation as the page shows it; null when it must not be shown. */
export function readObservation(resource, world) {
  const state = modifiers(resource);
  if (state.dropped) return null;
  const value = valueOf(resource);
  const range = rangeOf(resource);
  const reason = firstCode(resource.dataAbsentReason) || absentReason(resource);
  const summary = exts(resource, 'summary')[0];
  return {
    resource, state, value, range, reason,
    codes: codes(resource.code),
    key: keyResult(codes(resource.code)),
    name: codedName(resource.code),
    position: state.verify || state.struck ? null : positionOf(value.number ?? null, range, resource, value.comparator),
    date: periodEnd(resource),
    preliminary: ['preliminary', 'registered', 'partial'].includes(state.status),
    source: sourceOf(resource, world),
    rank: ext(resource, 'first-screen'),
    summary: summary ? extParts(summary) : null,
    samples: sampled(resource.valueSampledData || (list(resource.component).find((c) => c.valueSampledData) || {}).valueSampledData),
    note: notesOf(resource).join(' '),
    method: concept(resource.method),
  };
}

/** A DiagnosticReport without readable members, as a text result. */
export function readReport(resource, world) {
  const state = modifiers(resource);
  if (state.dropped) return null;
  const text = textOf(resource, 'conclusion') || list(resource.conclusionCode).map(concept).join(', ') || narrativeText(resource.text).slice(0, 3).join(' · ');
  return {
    resource, state, value: { num: '', unit: '', text }, range: null, reason: '', codes: codes(resource.code), key: keyResult(codes(resource.code)), name: codedName(resource.code), position: null,
    date: periodEnd(resource), preliminary: ['preliminary', 'registered', 'partial'].includes(state.status), source: sourceOf(resource, world), rank: undefined, summary: null, samples: null, note: '', method: '',
  };
}

export const PRESSURE = ['85354-9'];

/** Systolic and diastolic that one source noted apart, at one moment, are one blood pressure. */
export function pairPressure(all) {
  const half = (o, code) => o.codes.includes(code) && o.date && o.value.num && !o.reason && !o.state.struck && !o.state.verify;
  const paired = new Set();
  const out = all.map((top) => {
    const low = half(top, '8480-6') && all.find((o) => half(o, '8462-4') && !paired.has(o) && o.date.sort === top.date.sort && o.source.mark === top.source.mark);
    if (!low) return top;
    paired.add(low);
    const [above, below] = [top.position, low.position];
    return {
      ...top, codes: PRESSURE, key: keyResult(PRESSURE), name: codeName(PRESSURE), range: null,
      position: above && above !== 'within' ? above : below || above, preliminary: top.preliminary || low.preliminary,
      value: { ...top.value, num: whole(top.value.number) + '/' + whole(low.value.number), second: low.value.number },
    };
  });
  return out.filter((o) => !paired.has(o));
}

/** Same measure together, newest first, of the newest's unit; kinds of glucose stay apart. Groups: key analytes in their order, then numbers, then texts. */
export function groupObservations(observations) {
  const groups = new Map();
  for (const one of observations) {
    const id = (one.key && one.key.key === 'glucose' ? '' : codeName(one.codes)) || one.codes[0] || one.name;
    if (!groups.has(id)) groups.set(id, []);
    groups.get(id).push(one);
  }
  const out = [...groups.values()].map((items) => {
    items.sort((a, b) => (b.date ? b.date.sort : 0) - (a.date ? a.date.sort : 0));
    return { last: items[0], items: items.filter((o) => o.value.unit === items[0].value.unit), key: items[0].key };
  });
  const weight = (g) => (g.last.value.num === '' ? 1000 : 0) + (g.key ? g.key.rank : 500);
  return out.sort((a, b) => weight(a) - weight(b) || (b.last.date ? b.last.date.sort : 0) - (a.last.date ? a.last.date.sort : 0));
}

/** Mean of the last seven days when there are at least three readings, else null. */
export function recentMean(group) {
  const newest = group.last.date;
  if (!newest) return null;
  const near = group.items.filter((o) => o.date && newest.sort - o.date.sort < 7 * 86400000 && typeof o.value.number === 'number');
  if (near.length < 3) return null;
  const mean = (pick) => Math.round(near.reduce((sum, o) => sum + pick(o), 0) / near.length);
  const two = near.every((o) => typeof o.value.second === 'number');
  return { text: fmtNumber(mean((o) => o.value.number)) + (two ? '/' + fmtNumber(mean((o) => o.value.second)) : ''), n: near.length, unit: group.last.value.unit };
}

