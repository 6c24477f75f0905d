// The few codes the page must know by itself, so that any IPS reads well. SPDX-License-Identifier: AGPL-3.0-or-later

import { DATA } from './data.js';
import { fmtNumber, localDecimals } from './format.js';
import { either, lang } from './text.js';

/** Rows of the tables: a word, codes' pattern, names' pattern (names in any case). */
function patterns(table) {
  return table.map((row) => row.map((cell, i) => (i ? new RegExp(cell, i === row.length - 1 ? 'i' : '') : cell)));
}

export const SECTION_OF_LOINC = DATA.sections;

/** For a section without a code: its title decides. */
export const SECTION_OF_TITLE = patterns(DATA.titles);

/** SNOMED CT: asked, nothing. Food, drug and environment are kinds of « no allergy » that do not speak for the rest. */
export const NONE_KNOWN = DATA.none;
export const NO_INFORMATION = '1287211007';
/** The code systems of IPS 1.x, which older summaries still hold. */
export const NONE_KNOWN_OLD = DATA.noneOld;
export const NO_INFORMATION_OLD = /^no-(allergy|medication|problem|procedure|immunization|device)-info$/;

export const CLASSES = DATA.classes;
export const CLASS_ICON = DATA.icons;

/** Classes told by the name, for summaries that do not say them: ATC code first, ingredient next. */
const DRUG_CLASS = patterns(DATA.drugClasses);
const CONDITION_CLASS = patterns(DATA.conditionClasses);
const DEVICE_CLASS = patterns(DATA.deviceClasses);
const LOCAL_USE = /cutan|cream|crème|ointment|onguent|pommade|topical|topique|lotion|nasal|inhal|ophthal|ophtal|drops|gouttes|otic|auric/i;
const NOT_IMPLANT = /contracept|dental|dentaire/i;

function byName(table, name) {
  const row = table.find((line) => line[line.length - 1].test(name));
  return row ? row[0] : null;
}

export function drugClass(name, atc) {
  const row = atc && DRUG_CLASS.find(([, code]) => code.test(atc));
  const found = row ? row[0] : byName(DRUG_CLASS, name);
  return found === 'steroid' && LOCAL_USE.test(name) ? null : found;
}

export const WEIGHTY = new RegExp(DATA.weighty, 'i');

export function conditionClass(name) {
  return byName(CONDITION_CLASS, name);
}

export function deviceClass(name) {
  return NOT_IMPLANT.test(name) ? null : byName(DEVICE_CLASS, name);
}

/** Key analytes: rank on the first screen, names in both languages. A tile may gather several codes. */
export const KEY_RESULTS = DATA.results;
export const OTHER_NAMES = DATA.names;
export const ACTIVITY_CODES = DATA.activityCodes;
export const WEIGHT = ['29463-7', '3141-9', '18833-4'];
export const HEIGHT = ['8302-2', '3137-7'];
export const BLOOD_GROUP = ['882-1', '34530-6'];
export const TETANUS = { cvx: ['01', '09', '20', '22', '28', '35', '50', '106', '107', '110', '113', '115', '120', '130', '138', '139', '146', '196'], name: /t[ée]tan|\bTd(ap|ca)?\b|dcat|dTap/i };

const KEY_OF_CODE = new Map(KEY_RESULTS.flatMap((entry, rank) => Object.assign(entry, { rank }).codes.map((code) => [code, entry])));

export function keyResult(codes) {
  return codes.map((code) => KEY_OF_CODE.get(code)).find(Boolean) || null;
}

export function codeName(codes) {
  const which = either(0, 1);
  const key = keyResult(codes);
  const names = (key && key.names) || codes.map((code) => OTHER_NAMES[code]).find(Boolean);
  return names ? names[which] : null;
}

const UNITS = DATA.units;

export function unitName(unit) {
  const text = unit === undefined || unit === null ? '' : String(unit);
  return localDecimals(UNITS[text] ?? text.replace(/\{[^}]*\}/g, ''));
}

/** Where OD is the right eye. */
const EYE = /\b(eyes?|gtts?|drops?|gouttes?|yeux|ophth?al)|œil/i;

/** In doses: no U, IU, µg, no trailing zero; shorthand in words. */
export function safeDose(text) {
  const units = either('unités', 'units');
  return localDecimals(text)
    .replace(/(\d)([.,]\d*?[1-9])0+(?=\D|$)/g, '$1$2').replace(/(\d)[.,]0+(?=\D|$)/g, '$1')
    .replace(/(\d)\s*(?:µg|μg|ug)\b/g, '$1\u00a0mcg')
    .replace(/(\d)\s*(?:U\.?I\.?|I\.?U\.?|U)(?![\w.])/g, '$1\u00a0' + units)
    .replace(/\b(?:BID|b\.i\.d\.)(?!\w)/gi, either('2 fois/jour', 'twice a day'))
    .replace(/\b(?:TID|t\.i\.d\.)(?!\w)/gi, either('3 fois/jour', '3 times a day'))
    .replace(/\b(?:QID|q\.i\.d\.)(?!\w)/gi, either('4 fois/jour', '4 times a day'))
    .replace(/\bprn\b/gi, either('au besoin', 'as needed')).replace(/\bapply topically\b/gi, either('appliquer sur la peau', 'apply to the skin'))
    .replace(/\b(?:PO|p\.o\.)(?!\w)/gi, either('par la bouche', 'by mouth')).replace(/\bqhs\b/gi, either('au coucher', 'at bedtime'))
    .replace(/\bq(\d+)h\b/gi, either('toutes les $1 h', 'every $1 h'))
    .replace(EYE.test(text) ? /$^/ : /\b(?:QD|q\.d\.|OD|DIE)(?!\w)/g, either('1 fois/jour', 'once a day'));
}

const RELATIONS = DATA.relationCodes;
const RELATION_NAMES = DATA.relations;

export function relationName(code) {
  const key = Object.keys(RELATIONS).find((name) => new RegExp(RELATIONS[name]).test(code));
  return key ? RELATION_NAMES[key][either(0, 1)] : null;
}

export function quantityText(quantity) {
  if (!quantity) return { num: '', unit: '' };
  const sign = quantity.comparator ? { '<': '<', '>': '>', '<=': '≤', '>=': '≥' }[quantity.comparator] + '\u00a0' : '';
  return { num: quantity.value === undefined ? '' : sign + fmtNumber(quantity.code === '/min' ? String(quantity.value).replace(/\.0+$/, '') : quantity.value), unit: unitName(UNITS[quantity.code] !== undefined ? quantity.code : quantity.unit ?? quantity.code) };
}
