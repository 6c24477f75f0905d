// A FHIR Dosage as one short line, without dangerous abbreviations. SPDX-License-Identifier: AGPL-3.0-or-later

import { DATA } from './data.js';
import { fmtNumber } from './format.js';
import { safeDose, unitName } from './codes.js';
import { either, joined, lang } from './text.js';

const WHEN = DATA.when;
const EVERY = DATA.every;
const TABLET = /tab|comprim|caps|gélule|tbl|pill/i;
const UNITS_WORD = /^(\[?[Ii]?U\]?|UI|unité?s?|\{unit\}|unt)$/;
const ROUTES = DATA.routes;

function pick2(pair) {
  return pair[either(0, 1)];
}

function amount(quantity) {
  const unit = String(quantity.unit ?? quantity.code ?? '');
  const word = UNITS_WORD.test(unit) || UNITS_WORD.test(quantity.code || '') ? either('unités', 'units') : unitName(unit).replace(/^(µg|μg|ug)$/, 'mcg');
  return { num: fmtNumber(Number(quantity.value)), unit: TABLET.test(unit) ? '' : word, tablet: TABLET.test(unit) };
}

function doseOf(line) {
  const rate = line.doseAndRate?.[0] || line;
  if (rate.doseRange && rate.doseRange.low && rate.doseRange.high) {
    const low = amount(rate.doseRange.low);
    const high = amount(rate.doseRange.high);
    return low.num + either(' ou ', '–') + high.num + (high.unit ? '\u00a0' + high.unit : '');
  }
  if (!rate.doseQuantity || rate.doseQuantity.value === undefined) return '';
  const { num, unit, tablet } = amount(rate.doseQuantity);
  if (tablet) return num === '1' ? '' : num + either(' comprimés', ' tablets');
  return num + (unit ? '\u00a0' + unit : '');
}

function frequencyOf(repeat) {
  const n = repeat.frequency ?? (repeat.period ? 1 : undefined);
  const unit = EVERY[repeat.periodUnit];
  if (!n || !unit) return '';
  const period = Number(repeat.period || 1);
  const most = repeat.frequencyMax ? either(' à ', '–') + repeat.frequencyMax : '';
  if (period === 1) {
    if (lang() === 'fr') return n + most + ' fois/' + pick2(unit);
    return (most ? n + most + ' times' : n === 1 ? 'once' : n === 2 ? 'twice' : n + ' times') + ' a ' + pick2(unit);
  }
  const span = fmtNumber(period) + '\u00a0' + pick2(unit) + (/^(h|mo|min)$/.test(repeat.periodUnit) ? '' : 's');
  return (n > 1 ? n + either(' fois ', ' times ') : '') + (lang() === 'fr' ? (/^(jour|mois|an)/.test(pick2(unit)) ? 'tous les ' : 'toutes les ') : 'every ') + span;
}

function maximumOf(line) {
  const limit = Array.isArray(line.maxDosePerPeriod) ? line.maxDosePerPeriod[0] : line.maxDosePerPeriod;
  if (!limit || !limit.numerator || !limit.denominator) return '';
  const { num, unit } = amount(limit.numerator);
  const period = EVERY[limit.denominator.code || limit.denominator.unit];
  const many = Number(limit.denominator.value || 1);
  if (!period) return '';
  return 'max. ' + num + (unit ? '\u00a0' + unit : '') + '/' + (many === 1 ? '' : many + '\u00a0') + pick2(period);
}

/** Whole words, so that « dimanche » is no « IM ». */
const words = (text) => ` ${text} `.toLowerCase().replace(/[^\p{L}\p{M}\d]+/gu, ' ');

/** Own words that already tell how often. */
const OFTEN = /jour|day|daily|semaine|week|mois|month|heure|hour|\d ?h\b|matin|midi|soir|coucher|nuit|repas|morning|noon|evening|bed|night|meal|dinner|supper|déjeuner|dîner|souper|besoin|needed/i;

/** → {text, dose, when, own, needed}: the whole line, and the parts an alert's title and subtitle are made from. How much or
 * how often may be told in words only: then the words stand (`own`), with what they leave out. */
export function dosageText(line, textOf, foreign) {
  if (!line) return { text: '', dose: '', frequency: '', when: '' };
  const repeat = line.timing?.repeat || {};
  const dose = doseOf(line);
  const frequency = frequencyOf(repeat);
  const when = (repeat.when || []).map((code) => (WHEN[code] ? pick2(WHEN[code]) : '')).filter(Boolean).join(either(' et ', ' and '));
  const code = (line.route?.coding || []).map((c) => ROUTES[c.code]).find(Boolean) || '';
  const way = code ? '' : textOf(line.route, 'text').toLowerCase();
  const own = safeDose(textOf(line, 'text') || textOf(line, 'patientInstruction') || '');
  const asNeeded = line.asNeededBoolean || line.asNeededCodeableConcept ? either('au besoin', 'as needed') : '';
  if (own && (!dose || (!frequency && !when))) {
    const more = [!words(own).includes(words(code || way)) && (code || way), !foreign && !OFTEN.test(own) && frequency, !/besoin|needed/i.test(own) && asNeeded];
    return { text: joined(', ', joined(' · ', foreign && frequency, own), ...more), dose, own };
  }
  const head = joined('\u00a0', dose, code);
  const often = dose && when && !asNeeded && Number(repeat.frequency || 1) === 1 && (repeat.periodUnit || 'd') === 'd' ? '' : frequency;
  const tail = asNeeded && (head || often) ? ((head || '') + ' ' + (often ? often + ' ' : '') + asNeeded).trim() : '';
  const parts = tail ? [tail, way, when, maximumOf(line)] : [head, way, often, when, asNeeded, maximumOf(line)];
  return { text: parts.filter(Boolean).join(', '), dose: head, frequency: often, when, needed: asNeeded };
}
