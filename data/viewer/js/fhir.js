// Reading FHIR without trusting it: references, extensions, words in the page's language, sources, modifiers. SPDX-License-Identifier: AGPL-3.0-or-later

import { DATA } from './data.js';
import { fmtDate, parseDate } from './format.js';
import { NO_INFORMATION, NO_INFORMATION_OLD, NONE_KNOWN, NONE_KNOWN_OLD, codeName } from './codes.js';
import { has, joined, lang, t } from './text.js';

const OWN = 'https://citiz.example/fhir/';
const TRANSLATION = 'http://hl7.org/fhir/StructureDefinition/translation';
const ABSENT = 'http://hl7.org/fhir/StructureDefinition/data-absent-reason';

export function list(value) {
  return Array.isArray(value) ? value.filter((item) => item !== null && typeof item === 'object') : [];
}

/** All our extensions of that name on a node. */
export function exts(node, name) {
  return list(node && node.extension).filter((e) => e.url === OWN + name);
}

export function extValue(extension) {
  const key = extension && Object.keys(extension).find((k) => k.startsWith('value'));
  return key ? extension[key] : undefined;
}

export function ext(node, name) {
  return extValue(exts(node, name)[0]);
}

/** Nested extension → {name: value}. */
export function extParts(extension) {
  return Object.fromEntries(list(extension && extension.extension).map((e) => [e.url, e.valueString !== undefined ? textOf(e, 'valueString') : extValue(e)]));
}

/** A string element in the page's language when the document carries a translation. */
export function textOf(node, name) {
  if (!node || node[name] === undefined || node[name] === null) return '';
  for (const extension of list(node['_' + name] && node['_' + name].extension)) {
    if (extension.url !== TRANSLATION) continue;
    const part = Object.fromEntries(list(extension.extension).map((e) => [e.url, extValue(e)]));
    if (String(part.lang || '').slice(0, 2) === lang()) return String(part.content || node[name]);
  }
  return typeof node[name] === 'object' ? '' : String(node[name]);
}

const SEMANTIC_TAG = / \((finding|disorder|substance|procedure|product|medicinal product( form)?|clinical drug|situation|regime\/therapy|physical object|qualifier value|organism|observable entity)\)$/;

/** Display of a CodeableConcept: own text, else a coding's display, else its code. */
export function concept(value) {
  if (!value || typeof value !== 'object') return '';
  const codings = list(value.coding);
  const display = codings.find((c) => c.display) || {};
  return textOf(value, 'text').replace(SEMANTIC_TAG, '') || textOf(display, 'display').replace(SEMANTIC_TAG, '') || String((codings[0] && codings[0].code) || '');
}

export function codes(value) {
  return list(value && value.coding).map((c) => String(c.code));
}

export function firstCode(value) {
  return codes(value)[0] || '';
}

/** 'all' | 'food' | 'drug' | 'env' when the code says « asked, nothing »; 'no-information'; else null. */
export function noneKind(value) {
  for (const code of codes(value)) {
    if (NONE_KNOWN[code] || NONE_KNOWN_OLD[code]) return NONE_KNOWN[code] || NONE_KNOWN_OLD[code];
    if (code === NO_INFORMATION || NO_INFORMATION_OLD.test(code)) return 'no-information';
  }
  return null;
}

export function absentReason(node) {
  const reason = list(node && node.extension).find((e) => e.url === ABSENT);
  return reason ? String(extValue(reason)) : '';
}

/** name of a HumanName */
export function personName(name) {
  if (!name) return '';
  const given = (Array.isArray(name.given) ? name.given : []).join(' ');
  return name.text ? String(name.text) : joined(' ', (name.prefix || []).join(' '), given, name.family);
}

export function phoneOf(telecoms) {
  const phone = list(telecoms).find((c) => c.system === 'phone' && c.value) || list(telecoms).find((c) => c.system === 'sms' && c.value);
  return phone ? String(phone.value) : '';
}

/** Finds what a reference names: fullUrl, Type/id, or contained. */
export function makeResolver(bundle) {
  const byUrl = new Map();
  for (const entry of list(bundle.entry)) {
    const resource = entry.resource;
    if (!resource || !resource.resourceType) continue;
    if (entry.fullUrl) byUrl.set(String(entry.fullUrl), resource);
    if (resource.id) byUrl.set(resource.resourceType + '/' + resource.id, resource);
  }
  return (reference, owner) => {
    const text = reference && typeof reference.reference === 'string' ? reference.reference : '';
    if (text.startsWith('#')) return list(owner && owner.contained).find((r) => '#' + r.id === text) || null;
    return byUrl.get(text) || byUrl.get(text.split('/').slice(-2).join('/')) || byUrl.get(text.replace(/\/_history\/.*$/, '')) || null;
  };
}

function isPerson(resource) {
  return resource && (resource.resourceType === 'Patient' || resource.resourceType === 'RelatedPerson');
}

/** {mark: 'D'|'P', title}: who says so, for the square or round mark at the end of a line. */
export function sourceOf(resource, world) {
  const declared = ext(resource, 'declared-by');
  let mark = declared ? (declared === 'self' ? 'P' : 'D') : null;
  if (!mark) {
    const witness = resource.informationSource || resource.asserter || resource.recorder || list(resource.performer)[0] || list(resource.author)[0];
    const who = world.resolve(witness && (witness.actor || witness), resource);
    const named = witness && typeof witness.reference === 'string' ? witness.reference : '';
    mark = isPerson(who) || /^(Patient|RelatedPerson)\//.test(named) ? 'P' : who || named ? 'D' : world.defaultMark;
  }
  const name = ext(resource, 'source-name');
  const when = parseDate(ext(resource, 'recorded') || resource.recordedDate || resource.dateAsserted);
  const title = joined(' · ', t(mark === 'P' ? 'fromPatient' : 'fromDocument'), name, when && t('recordedOn', fmtDate(when)));
  return { mark, title };
}

const KNOWN_STATUS = DATA.statuses;
const KNOWN_VERIFICATION = 'unconfirmed provisional differential presumed confirmed refuted entered-in-error';
const SOLID = DATA.solid;
const OUTLINED = DATA.outlined;
const QUIET_COMPLETED = ['Immunization', 'Procedure', 'FamilyMemberHistory', 'MedicationAdministration', 'MedicationDispense'];

/** Every isModifier element of a resource, as content: {dropped, verify, struck, tags, status}. */
export function modifiers(resource) {
  const type = resource.resourceType;
  const clinical = firstCode(resource.clinicalStatus);
  const verification = firstCode(resource.verificationStatus);
  const status = typeof resource.status === 'string' ? resource.status : '';
  if ([status, verification].includes('entered-in-error')) return { dropped: true };
  const known = KNOWN_STATUS[type];
  const verify = list(resource.modifierExtension).length > 0 || Boolean(resource.implicitRules)
    || (known && status && !known.split(' ').includes(status)) || (verification && !KNOWN_VERIFICATION.split(' ').includes(verification)) || false;
  if (verify) return { dropped: false, verify: true, struck: false, tags: [{ kind: 'dashed', text: t('verify') }], status: '', clinical: '' };
  const tags = [];
  let struck = false;
  const add = (word) => {
    if (SOLID[word]) {
      struck = true;
      tags.push({ kind: 'solid', text: t(type === 'AllergyIntolerance' && word === 'refuted' ? 'refutedF' : SOLID[word]) });
    } else if (OUTLINED[word] && !(word === 'completed' && QUIET_COMPLETED.includes(type))) {
      tags.push({ kind: 'outline', text: t(OUTLINED[word]) });
    }
  };
  if (resource.doNotPerform === true) {
    struck = true;
    tags.push({ kind: 'solid', text: t('doNotPerform') });
  }
  add(verification);
  if (verification !== 'refuted') add(clinical);
  add(status);
  return { dropped: false, verify: false, struck, tags, status, clinical, verification };
}

let documentLanguage = '';

export function setDocumentLanguage(code) {
  documentLanguage = String(code || '').slice(0, 2);
}

function hasTranslation(value) {
  return list(value && value._text && value._text.extension).some((e) => e.url === TRANSLATION);
}

/** Name of a code: the document's words when they are in the page's language, else the page's own word for the code. */
export function codedName(value) {
  const spoken = value && value.text && (documentLanguage === lang() || hasTranslation(value));
  return spoken ? concept(value) : codeName(codes(value)) || concept(value);
}

export function notesOf(resource) {
  return list(resource.note).map((n) => textOf(n, 'text')).filter(Boolean);
}

/** The document was written in another language than the page's. */
export function isForeign() {
  return Boolean(documentLanguage) && documentLanguage !== lang();
}

/** Narrative (XHTML text) → plain lines. No markup is ever given to the browser. */
export function narrativeText(text) {
  const div = text && typeof text.div === 'string' ? text.div.slice(0, 60000) : '';
  const entities = { amp: '&', lt: '<', gt: '>', quot: '"', apos: '’', nbsp: '\u00a0', '#39': '’' };
  return div.replace(/<(br|\/p|\/tr|\/li|\/h\d|\/div|\/thead|\/caption)\b[^>]*>/gi, '\n').replace(/<\/t[dh]>/gi, ' · ').replace(/<[^>]*>/g, '')
    .replace(/&(#?\w+);/g, (all, name) => entities[name] ?? (/^#x?[0-9a-f]+$/i.test(name) ? codePoint(name) : all))
    .split('\n').map((line) => line.replace(/\s+/g, ' ').replace(/[ ·]+$/, '').trim()).filter(Boolean);
}

function codePoint(name) {
  const value = name[1] === 'x' || name[1] === 'X' ? parseInt(name.slice(2), 16) : parseInt(name.slice(1), 10);
  return value > 31 && value < 0x110000 && !(value >= 0xd800 && value < 0xe000) ? String.fromCodePoint(value) : '';
}

export function sectionWord(key) {
  return has('s-' + key) ? t('s-' + key) : key;
}
