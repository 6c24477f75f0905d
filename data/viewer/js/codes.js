// The few codes the page must know by itself, so that any IPS reads well. SPDX-License-Identifier: AGPL-3.0-or-later

import { fmtNumber, localDecimals } from './format.js';
import { lang } from './text.js';

export const SECTION_OF_LOINC = {
  '104605-1': 'alerts', '48765-2': 'allergies', '10160-0': 'medications', '11450-4': 'problems', '46264-8': 'devices',
  '42348-3': 'directives', '30954-2': 'results', '8716-3': 'vitals', '11369-6': 'immunizations', '47519-4': 'procedures',
  '11348-0': 'past-problems', '10162-6': 'pregnancy', '47420-5': 'functional', '29762-2': 'habits', '10157-6': 'family',
  '46240-8': 'visits', '77599-9': 'documents', '81338-6': 'story', '18776-5': 'plan', '61144-2': 'diet',
};

/** For a section without a code: its title decides. */
export const SECTION_OF_TITLE = [
  [/allerg/i, 'allergies'], [/medic(ation|ament)|médicament/i, 'medications'], [/past|history of illness|antécédents médicaux/i, 'past-problems'],
  [/problem|problème/i, 'problems'], [/immuni[sz]|vaccin/i, 'immunizations'], [/procedure|intervention/i, 'procedures'],
  [/device|dispositif/i, 'devices'], [/result|résultat|laborator/i, 'results'], [/vital/i, 'vitals'], [/directive/i, 'directives'],
  [/social|habitudes/i, 'habits'], [/family|famil/i, 'family'], [/plan/i, 'plan'], [/function|fonction/i, 'functional'], [/pregnan|grossesse/i, 'pregnancy'],
];

/** SNOMED CT: asked, nothing. Food, drug and environment are kinds of « no allergy » that do not speak for the rest. */
export const NONE_KNOWN = {
  '716186003': 'all', '160245001': 'all', '787481004': 'all', '787480003': 'all', '787482006': 'all', '787483001': 'all',
  '429625007': 'food', '409137002': 'drug', '428607008': 'env',
};
export const NO_INFORMATION = '1287211007';
/** The code systems of IPS 1.x, which older summaries still hold. */
export const NONE_KNOWN_OLD = { 'no-known-allergies': 'all', 'no-known-medications': 'all', 'no-known-problems': 'all', 'no-known-procedures': 'all', 'no-known-immunizations': 'all', 'no-known-devices': 'all', 'no-known-food-allergies': 'food', 'no-known-medication-allergies': 'drug', 'no-known-environmental-allergies': 'env' };
export const NO_INFORMATION_OLD = /^no-(allergy|medication|problem|procedure|immunization|device)-info$/;

export const CLASSES = ['severe-allergy', 'anticoagulant', 'insulin', 'steroid', 'opioid', 'implant', 'pregnancy', 'immunosuppression', 'dialysis', 'difficult-airway', 'infectious-precaution', 'other'];
export const CLASS_ICON = { 'severe-allergy': 'warning', anticoagulant: 'drop', insulin: 'syringe', steroid: 'pill', opioid: 'pill', implant: 'heart', pregnancy: 'person', immunosuppression: 'shield', dialysis: 'filter', 'difficult-airway': 'airway', 'infectious-precaution': 'shield', other: 'warning' };

/** Classes told by the name, for summaries that do not say them: ATC code first, ingredient next. */
const DRUG_CLASS = [
  ['anticoagulant', /^B01A[ABEFX]/, /warfarin|coumadin|acenocoumarol|phenprocoumon|fluindion|apixaban|eliquis|rivaroxaban|xarelto|dabigatran|pradaxa|edoxaban|lixiana|heparin|héparin|enoxaparin|lovenox|dalt[ée]parin|tinzaparin|fondaparinux/i],
  ['insulin', /^A10A/, /insulin|glargin|lantus|toujeo|basaglar|degludec|tresiba|detemir|levemir|lispro|humalog|aspart|novorapid|novolog|glulisin/i],
  ['steroid', /^H02/, /prednison|prednisolon|hydrocortison|dexam[eé]thason|m[eé]thylpredn|b[eé]tam[eé]thason|fludrocortison|budesonide.*oral/i],
  ['opioid', /^N02A|^N07BC/, /morphin|oxycodon|hydromorph|fentanyl|codein|codéin|tramadol|m[eé]thadon|bupr[eé]norphin|tapentadol|hydrocodon/i],
  ['immunosuppression', /^L04/, /tacrolimus|ciclosporin|cyclosporin|mycoph[eé]nol|azathioprin|sirolimus|everolimus|m[eé]thotrexat|adalimumab|infliximab|etanercept|rituximab|tofacitinib/i],
];
const CONDITION_CLASS = [
  ['dialysis', /dialys/i], ['pregnancy', /\bpregnan(t|cy)\b|grossesse en cours|enceinte/i],
  ['immunosuppression', /immunosuppress|immunodefic|immunodéfic|neutrop[eé]ni/i], ['difficult-airway', /difficult (airway|intubation)|intubation difficile/i],
];
const DEVICE_CLASS = [['implant', /pacemaker|stimulateur|defibrillator|défibrillat|\bICD\b|neurostim|prosthetic.*valve|valve.*proth|cochlear|cochléaire|implant|shunt|stent|pump|pompe/i]];
const NOT_IMPLANT = /contracept|dental|dentaire/i;

function byName(table, name) {
  const row = table.find((line) => line[line.length - 1].test(name));
  return row ? row[0] : null;
}

export function drugClass(name, atc) {
  const row = atc && DRUG_CLASS.find(([, code]) => code.test(atc));
  return row ? row[0] : byName(DRUG_CLASS, name);
}

export function conditionClass(name) {
  return byName(CONDITION_CLASS, name);
}

export function deviceClass(name) {
  return NOT_IMPLANT.test(name) ? null : byName(DEVICE_CLASS, name);
}

/** Key analytes: rank on the first screen, names in both languages. A tile may gather several codes. */
export const KEY_RESULTS = [
  { key: 'egfr', codes: ['33914-3', '62238-1', '98979-8', '77147-7', '69405-9', '50044-7', '48642-3', '48643-1', '98980-6'], names: ['DFG estimé', 'eGFR'] },
  { key: 'creatinine', codes: ['2160-0', '14682-9', '38483-4', '59826-8'], names: ['Créatinine', 'Creatinine'] },
  { key: 'potassium', codes: ['2823-3', '6298-4', '77142-8', '75940-7'], names: ['Potassium', 'Potassium'] },
  { key: 'inr', codes: ['6301-6', '34714-6', '38875-1', '46418-0'], names: ['INR', 'INR'] },
  { key: 'hemoglobin', codes: ['718-7', '20509-6', '59260-0', '30350-3'], names: ['Hémoglobine', 'Hemoglobin'] },
  { key: 'glucose', codes: ['99504-3', '15074-8', '2339-0', '2345-7', '14749-6', '41653-7', '105272-9', '14743-9', '2340-8', '74774-1'], names: ['Glucose', 'Glucose'] },
  { key: 'bp', codes: ['85354-9', '55284-4', '35094-2'], names: ['Tension', 'Blood pressure'] },
  { key: 'hba1c', codes: ['4548-4', '59261-8', '17856-6', '41995-2'], names: ['HbA1c', 'HbA1c'] },
  { key: 'ecg', codes: ['11524-6', '34534-8', '8625-6', '18844-1'], names: ['ECG', 'ECG'] },
  { key: 'spo2', codes: ['59408-5', '2708-6'], names: ['SpO₂', 'SpO₂'] },
  { key: 'pulse', codes: ['8867-4'], names: ['Pouls', 'Heart rate'] },
  { key: 'sodium', codes: ['2951-2', '2947-0', '77139-4'], names: ['Sodium', 'Sodium'] },
  { key: 'platelets', codes: ['777-3', '26515-7', '778-1'], names: ['Plaquettes', 'Platelets'] },
  { key: 'leukocytes', codes: ['6690-2', '26464-8', '49498-9'], names: ['Leucocytes', 'Leukocytes'] },
  { key: 'acr', codes: ['14959-1', '9318-7', '30000-4', '32294-1'], names: ['Albumine/créatinine, urine', 'Albumin/creatinine, urine'] },
  { key: 'temperature', codes: ['8310-5', '8331-1', '8332-9'], names: ['Température', 'Temperature'] },
  { key: 'resp', codes: ['9279-1'], names: ['Fréquence respiratoire', 'Respiratory rate'] },
];
export const OTHER_NAMES = {
  '29463-7': ['Poids', 'Weight'], '3141-9': ['Poids', 'Weight'], '8302-2': ['Taille', 'Height'], '39156-5': ['IMC', 'BMI'],
  '8480-6': ['Systolique', 'Systolic'], '8462-4': ['Diastolique', 'Diastolic'], '2276-4': ['Ferritine', 'Ferritin'],
  '2093-3': ['Cholestérol', 'Cholesterol'], '14647-2': ['Cholestérol', 'Cholesterol'], '13457-7': ['LDL', 'LDL'], '39469-2': ['LDL', 'LDL'], '2085-9': ['HDL', 'HDL'], '14646-4': ['HDL', 'HDL'],
  '2571-8': ['Triglycérides', 'Triglycerides'], '14927-8': ['Triglycérides', 'Triglycerides'], '3016-3': ['TSH', 'TSH'], '1988-5': ['CRP', 'CRP'], '1742-6': ['ALT', 'ALT'], '1920-8': ['AST', 'AST'],
  '34552-0': ['Échocardiographie', 'Echocardiogram'], '42148-7': ['Échocardiographie', 'Echocardiogram'], '72166-2': ['Tabac', 'Tobacco'], '74013-4': ['Alcool, verres par jour', 'Alcohol, drinks a day'],
  '41950-7': ['Pas par jour', 'Steps a day'], '55423-8': ['Pas', 'Steps'], '82290-8': ['Minutes actives par semaine', 'Active minutes a week'], '68516-4': ['Minutes actives par jour', 'Active minutes a day'], '40443-4': ['Pouls au repos', 'Resting heart rate'], '93832-4': ['Sommeil', 'Sleep'],
  '882-1': ['Groupe sanguin', 'Blood group'], '883-9': ['Groupe ABO', 'ABO group'], '10331-7': ['Rhésus', 'Rh'],
};
export const ACTIVITY_CODES = ['41950-7', '55423-8', '82290-8', '68516-4', '89555-7', '40443-4', '93832-4', '73985-4', '82291-6'];
export const WEIGHT = ['29463-7', '3141-9', '18833-4'];
export const HEIGHT = ['8302-2', '3137-7'];
export const BLOOD_GROUP = ['882-1', '34530-6'];
export const TETANUS = { cvx: ['01', '09', '20', '22', '28', '35', '50', '106', '107', '110', '113', '115', '120', '130', '138', '139', '146', '196'], name: /t[ée]tan|\bTd(ap|ca)?\b|dcat|dTap/i };

const KEY_OF_CODE = new Map(KEY_RESULTS.flatMap((entry, rank) => entry.codes.map((code) => [code, { ...entry, rank }])));

export function keyResult(codes) {
  return codes.map((code) => KEY_OF_CODE.get(code)).find(Boolean) || null;
}

export function codeName(codes) {
  const which = lang() === 'fr' ? 0 : 1;
  const key = keyResult(codes);
  const names = (key && key.names) || codes.map((code) => OTHER_NAMES[code]).find(Boolean);
  return names ? names[which] : null;
}

const UNITS = {
  'mL/min/{1.73_m2}': 'mL/min/1.73 m²', 'mL/min/1.73.m2': 'mL/min/1.73 m²', 'umol/L': 'µmol/L', 'ug/L': 'µg/L', 'ug/mL': 'µg/mL', '10*9/L': '10⁹/L', '10*12/L': '10¹²/L', '10*3/uL': '10³/µL',
  'mm[Hg]': 'mmHg', Cel: '°C', '[degF]': '°F', 'kg/m2': 'kg/m²', '[lb_av]': 'lb', '[in_i]': 'in', '{INR}': '', '{score}': '', 1: '', '/min': '/min', '{beats}/min': '/min', '[pH]': '', 'm[IU]/L': 'mUI/L', '[IU]/L': 'UI/L', '{steps}/d': '', '{steps}': '', 'mm/h': 'mm/h',
};

export function unitName(unit) {
  const text = unit === undefined || unit === null ? '' : String(unit);
  return localDecimals(UNITS[text] ?? text.replace(/\{[^}]*\}/g, ''));
}

/** In doses: no U, IU, µg, no trailing zero. */
export function safeDose(text) {
  const units = lang() === 'fr' ? 'unités' : 'units';
  return localDecimals(text)
    .replace(/(\d)([.,]\d*?[1-9])0+(?=\D|$)/g, '$1$2').replace(/(\d)[.,]0+(?=\D|$)/g, '$1')
    .replace(/(\d)\s*(?:µg|μg|ug)\b/g, '$1\u00a0mcg')
    .replace(/(\d)\s*(?:U\.?I\.?|I\.?U\.?|U)(?![\w.])/g, '$1\u00a0' + units)
    .replace(/\b(?:BID|b\.i\.d\.)(?!\w)/g, lang() === 'fr' ? '2 fois/jour' : 'twice a day')
    .replace(/\b(?:TID|t\.i\.d\.)(?!\w)/g, lang() === 'fr' ? '3 fois/jour' : '3 times a day')
    .replace(/\b(?:QID|q\.i\.d\.)(?!\w)/g, lang() === 'fr' ? '4 fois/jour' : '4 times a day')
    .replace(/\b(?:QD|q\.d\.|OD)(?!\w)/g, lang() === 'fr' ? '1 fois/jour' : 'once a day');
}

const RELATIONS = {
  spouse: /^(SPS|HUSB|WIFE|N|C)$/, partner: /^DOMPART$/, daughter: /^(DAU|DAUC)$/, son: /^(SON|SONC)$/, child: /^CHILD$/, mother: /^(MTH|NMTH)$/, father: /^(FTH|NFTH)$/, sibling: /^(SIB|BRO|SIS)$/, friend: /^FRND$/, neighbour: /^NBOR$/,
};
const RELATION_NAMES = { spouse: ['conjoint(e)', 'spouse'], partner: ['conjoint(e)', 'partner'], daughter: ['fille', 'daughter'], son: ['fils', 'son'], child: ['enfant', 'child'], mother: ['mère', 'mother'], father: ['père', 'father'], sibling: ['frère ou sœur', 'sibling'], friend: ['ami(e)', 'friend'], neighbour: ['voisin(e)', 'neighbour'] };

export function relationName(code) {
  const key = Object.keys(RELATIONS).find((name) => RELATIONS[name].test(code));
  return key ? RELATION_NAMES[key][lang() === 'fr' ? 0 : 1] : null;
}

export function quantityText(quantity) {
  if (!quantity) return { num: '', unit: '' };
  const sign = quantity.comparator ? { '<': '<', '>': '>', '<=': '≤', '>=': '≥' }[quantity.comparator] + '\u00a0' : '';
  return { num: quantity.value === undefined ? '' : sign + fmtNumber(quantity.value), unit: unitName(UNITS[quantity.code] !== undefined ? quantity.code : quantity.unit ?? quantity.code) };
}
