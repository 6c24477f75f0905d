// A FHIR document → what the page shows, in its language. Works for any IPS; Citiz's own extensions add to it. SPDX-License-Identifier: AGPL-3.0-or-later

import { DATA } from './data.js';
import { ageOn, dayNumber, fmtBirth, fmtDate, fmtTime, fmtWhen, languageName, parseDate } from './format.js';
import { ACTIVITY_CODES, BLOOD_GROUP, CLASSES, CLASS_ICON, HEIGHT, SECTION_OF_LOINC, SECTION_OF_TITLE, TETANUS, WEIGHT, WEIGHTY, codeName, conditionClass, deviceClass, drugClass, quantityText, relationName, safeDose } from './codes.js';
import { dosageText } from './dosage.js';
import { codes, concept, ext, extParts, extValue, exts, firstCode, isForeign, list, makeResolver, modifiers, narrativeText, noneKind, notesOf, personName, phoneOf, sectionWord, setDocumentLanguage, sourceOf, textOf } from './fhir.js';
import { PRESSURE, dateOfResource, groupObservations, pairPressure, readObservation, readReport } from './observe.js';
import { colon, either, joined, lang, t, tn } from './text.js';

const DAY = 86400000;
const EMPTY_STATES = { nilknown: 'none-known', notasked: 'not-asked', withheld: 'withheld', unavailable: 'asked-unknown' };
const PARTS = DATA.parts;
const BY_TYPE = DATA.types;

function sectionKey(section) {
  const known = codes(section.code).map((code) => SECTION_OF_LOINC[code]).find(Boolean);
  if (known) return known;
  const byTitle = SECTION_OF_TITLE.find(([, pattern]) => pattern.test(String(section.title || '')));
  return byTitle ? byTitle[0] : 'other';
}

function partOf(resource, key) {
  if (resource.resourceType === 'Observation' && (key === 'functional' || key === 'vitals' || key === 'results')) {
    const activity = list(resource.category).flatMap(codes).includes('activity') || codes(resource.code).some((c) => ACTIVITY_CODES.includes(c));
    if (activity && key !== 'results') return 'activity';
  }
  if (key === 'habits' && codes(resource.code).includes('NutritionIntake')) return 'diet';
  if (key === 'results' && list(resource.category).flatMap(codes).includes('vital-signs')) return 'vitals';
  return key;
}

/** `usual` ends the key of a sentence on what is held back: D when any new record leaves it out, nothing when the person chose. */
function emptyPart(usual) {
  return { resources: [], state: 'absent', usual, withheld: 0, reviewed: null, listSource: '', narrative: [], title: '' };
}

/** Composition → parts with their state and resources; a bundle without Composition is read by resource type. */
function readParts(bundle, composition, resolve, usual) {
  const parts = Object.fromEntries(PARTS.map((name) => [name, emptyPart(usual)]));
  const others = [];
  if (!composition) {
    for (const { resource } of list(bundle.entry)) {
      const key = resource && BY_TYPE[resource.resourceType];
      if (key) {
        parts[key].resources.push(resource);
        parts[key].state = 'shown';
      }
    }
    return { parts, others };
  }
  const flatten = (sections) => list(sections).flatMap((s) => [s, ...flatten(s.section)]);
  for (const section of flatten(composition.section)) {
    const key = sectionKey(section);
    const part = key === 'other' ? emptyPart(usual) : parts[key];
    const resources = list(section.entry).map((reference) => resolve(reference, composition)).filter(Boolean);
    part.title = textOf(section, 'title');
    const reason = firstCode(section.emptyReason);
    part.withheld += Number(ext(section, 'withheld-count') || 0);
    if (resources.length) part.state = 'shown';
    else if (part.state === 'absent') part.state = EMPTY_STATES[reason] || (section.emptyReason ? 'asked-unknown' : 'empty');
    if (!resources.length) part.narrative = narrativeText(section.text);
    for (const resource of resources) (parts[partOf(resource, key)] || part).resources.push(resource);
    for (const extension of exts(section, 'part')) applyPart(parts, extParts(extension));
    if (key === 'other' && (resources.length || part.narrative.length || reason)) others.push(part);
  }
  for (const extension of exts(composition, 'part')) applyPart(parts, extParts(extension));
  for (const name of PARTS) if (parts[name].resources.length && parts[name].state === 'absent') parts[name].state = 'shown';
  return { parts, others };
}

function applyPart(parts, said) {
  const part = parts[said.part];
  if (!part) return;
  if (said.state) part.state = said.state;
  if (said.withheld !== undefined) part.withheld = Number(said.withheld);
  if (said['left-out']) part.usual = 'D';
  if (said.reviewed) part.reviewed = parseDate(said.reviewed);
  if (said.source) part.listSource = String(said.source);
}

/** A section whose only entry says « none known » has that state. */
function settleNone(part) {
  const said = part.resources.map((r) => noneKind(r.code || r.medicationCodeableConcept || r.vaccineCode));
  if (part.resources.length && said.every((kind) => kind === 'all' || kind === 'no-information')) {
    part.state = said.includes('all') ? 'none-known' : 'no-information';
    part.resources = [];
  }
}

// Facts

function fact(resource, world, name) {
  const state = modifiers(resource);
  if (state.dropped) return null;
  return { resource, name: name || t('noValue'), strength: '', detail: '', tags: state.tags, struck: state.struck, verify: state.verify, status: state.status, clinical: state.clinical, verification: state.verification, source: sourceOf(resource, world), date: dateOfResource(resource), classes: exts(resource, 'alert-class').map(extValue).map(String) };
}

const AIRBORNE = /pollen|poussi|dust|acarien|\bmites?\b|mou?ld|moisi|poil|dander|squam|grass|gramin|herbe|ragweed|birch|bouleau|\b(cat|dog|chat|chien)s?\b/i;
const SEVERITY_RANK = { severe: 0, moderate: 1, mild: 2 };

function readAllergy(resource, world) {
  const kind = noneKind(resource.code);
  if (kind === 'food' || kind === 'drug' || kind === 'env') {
    const row = fact(resource, world, '');
    return row && { ...row, none: { food: 'noneFood', drug: 'noneDrug', env: 'noneEnv' }[kind], detail: fmtDate(row.date), rank: 9 };
  }
  const row = fact(resource, world, concept(resource.code) || list(resource.reaction).map((r) => concept(r.substance)).find(Boolean));
  if (!row) return null;
  const reactions = list(resource.reaction);
  const severities = reactions.map((r) => r.severity).filter((s) => s in SEVERITY_RANK).sort((a, b) => SEVERITY_RANK[a] - SEVERITY_RANK[b]);
  row.severity = severities[0] || (resource.criticality === 'high' ? 'severe' : null);
  if (resource.criticality === 'high') row.severity = 'severe';
  if (row.verify) row.severity = null;
  const words = reactions.flatMap((r) => [...list(r.manifestation).map(concept), textOf(r, 'description')]).filter(Boolean);
  row.reaction = [...new Set(words)].slice(0, 3).join(', ') || notesOf(resource)[0] || '';
  if (resource.type === 'intolerance' && row.reaction && !row.struck) row.reaction = t('intolerance', row.reaction);
  row.treatment = notesOf(resource)[0] || '';
  const last = parseDate(resource.lastOccurrence) || parseDate(resource.onsetDateTime) || reactions.map((r) => parseDate(r.onset)).find(Boolean) || (row.struck ? row.date : null);
  row.year = last ? String(last.y) : '';
  row.detail = joined(', ', row.reaction, row.year);
  const around = row.severity !== 'severe' && String(resource.category) === 'environment' && AIRBORNE.test(row.name); // latex stays
  row.rank = row.struck ? 8 : (row.severity ? SEVERITY_RANK[row.severity] : 3) + (around ? 4 : 0);
  row.alerting = row.severity === 'severe' && !row.struck && !row.verify && !['resolved', 'inactive'].includes(row.clinical);
  return row;
}

function readProblem(resource, world) {
  const row = fact(resource, world, concept(resource.code));
  if (!row) return null;
  const onset = parseDate(resource.onsetDateTime) || parseDate(resource.onsetPeriod && resource.onsetPeriod.start);
  row.onset = onset;
  row.detail = onset ? (onset.m ? fmtDate(onset) : String(onset.y)) : textOf(resource, 'onsetString');
  const note = notesOf(resource)[0];
  row.noteText = note || '';
  row.past = ['resolved', 'inactive', 'remission'].includes(row.clinical) || row.verification === 'refuted';
  if (row.past && note) row.detail = joined(', ', note, row.detail);
  return row;
}

function splitStrength(name) {
  const m = /^(.*?\S)\s+(\d[\d\s.,/]*\s?(?:(?:mg|mcg|µg|μg|ug|g|mL|unités?|units?|UI|IU|U|mEq|mmol)\b|%).*)$/i.exec(name);
  return m ? [m[1], safeDose(m[2])] : [name, ''];
}

function medicationOf(resource, world) {
  const inside = resource.medicationReference ? world.resolve(resource.medicationReference, resource) : null;
  const code = resource.medicationCodeableConcept || (inside && inside.code);
  const name = concept(code) || textOf(resource.medicationReference || {}, 'display') || (inside && list(inside.ingredient).map((i) => concept(i.itemCodeableConcept)).filter(Boolean).join(' + ')) || '';
  const atc = list(code && code.coding).filter((c) => /atc/i.test(String(c.system)) || /whocc/.test(String(c.system))).map((c) => String(c.code))[0];
  let [base, strength] = splitStrength(name);
  if (!strength && inside) {
    const ingredients = list(inside.ingredient);
    const ratio = (ingredients.length === 1 && ingredients[0].strength) || {};
    const [above, below] = [ratio.numerator, ratio.denominator].map((one) => joined('\u00a0', quantityText(one || {}).num, quantityText(one || {}).unit));
    const whole = above + '/' + below.replace(/^1\u00a0/, '');
    if (above) strength = safeDose(CONTENT.test(whole) ? whole : above);
  }
  return { base, strength, atc, name };
}

/** What a millilitre or a puff holds is no dose: it stands after the dose, never beside the name. */
const CONTENT = /%|(\/|\bp[ae]r )[\s\d.,]*((m?l|g)(?!\p{L})|dose|puff|bouff|inhal|actuat|vapor|pulv|spray|drop|gtt|goutt)/iu;

function readMedication(resource, world) {
  const { base, strength, atc, name } = medicationOf(resource, world);
  const row = fact(resource, world, base);
  if (!row) return null;
  row.strength = strength;
  const lines = list(resource.dosage && !Array.isArray(resource.dosage) ? [resource.dosage] : resource.dosage || resource.dosageInstruction);
  const told = lines.map((line) => dosageText(line, textOf, isForeign()));
  row.dosage = told[0] || dosageText();
  if (told[1]) { // twenty in the morning and ten in the evening are no dose of twenty
    const text = joined(' + ', ...told.map((one) => one.text));
    row.dosage = { text, dose: '', own: text };
  }
  if (strength && !row.dosage.needed && row.dosage.dose.replaceAll('\u00a0', ' ') === strength.replaceAll('\u00a0', ' ')) row.dosage = { ...row.dosage, dose: '', text: row.dosage.text.replace(strength + ', ', '') };
  row.detail = joined(' · ', row.dosage.text, CONTENT.test(strength) && either('teneur\u00a0: ', 'contains ') + strength.replaceAll(' ', '\u00a0'));
  if (CONTENT.test(strength)) row.strength = '';
  const dose = extParts(exts(resource, 'last-dose')[0]);
  const doseTime = parseDate(dose.time || ext(resource, 'last-dose'));
  row.lastDose = doseTime ? { date: doseTime, skipped: (dose.state || dose.status) === 'skipped' } : null;
  const change = extParts(exts(resource, 'dose-change')[0]);
  row.change = change.from || change.to ? { date: parseDate(change.date), from: localUnit(change.from), to: localUnit(change.to) } : null;
  const stop = extParts(exts(resource, 'stopped')[0]);
  const end = resource.effectivePeriod && resource.effectivePeriod.end;
  row.stopDate = parseDate(stop.date) || (row.status === 'stopped' || row.status === 'completed' || row.status === 'cancelled' ? parseDate(end) : null);
  row.stopReason = stop.reason ? String(stop.reason) : list(Array.isArray(resource.statusReason) ? resource.statusReason : [resource.statusReason]).map(concept).filter(Boolean).join(', ');
  row.guess = world.guess && !row.verify ? drugClass(name, atc) : null;
  row.forbidden = resource.doNotPerform === true;
  const off = ['stopped', 'completed', 'cancelled'].includes(row.status);
  row.recentStop = (row.status === 'stopped' || row.status === 'cancelled') && (exts(resource, 'stopped').length > 0 || (row.stopDate && world.now - row.stopDate.sort <= 90 * DAY));
  row.place = !off ? 'current' : row.recentStop ? 'stopped' : 'old';
  return row;
}

function localUnit(text) {
  return text === undefined ? '?' : safeDose(String(text));
}

function readDevice(resource, world) {
  const device = resource.resourceType === 'Device' ? resource : world.resolve(resource.device, resource);
  const type = concept(device && device.type);
  const own = device ? list(device.deviceName).map((n) => String(n.name || ''))[0] || String(device.modelNumber || '') : '';
  const maker = device && device.manufacturer && !own.includes(device.manufacturer) ? String(device.manufacturer) + ' ' : '';
  const row = fact(resource, world, type || own || textOf(resource.device || {}, 'display'));
  if (!row) return null;
  if (device && device !== resource) {
    const inner = modifiers(device);
    if (inner.dropped) return null;
    row.tags.push(...inner.tags);
    row.verify = row.verify || inner.verify;
    row.classes.push(...exts(device, 'alert-class').map(extValue).map(String));
  }
  row.model = type && own !== type ? maker + own : '';
  row.placed = parseDate(resource.timingDateTime) || parseDate(resource.timingPeriod && resource.timingPeriod.start) || null;
  row.site = concept(resource.bodySite);
  row.safety = device ? list(device.safety).map(concept).filter(Boolean).join(', ') : '';
  const notes = [...notesOf(resource), ...(device ? notesOf(device) : [])];
  row.noteText = [...new Set(notes)].join(' · ');
  row.isImplant = row.classes.includes('implant');
  row.detail = joined(' · ', row.placed && t(row.isImplant || (world.guess && deviceClass(row.name)) ? 'placedOn' : 'since', fmtDate(row.placed)), row.site, row.noteText);
  row.guess = world.guess && !row.verify ? deviceClass(row.name + ' ' + row.model) : null;
  return row;
}

function readDirective(resource, world) {
  const name = resource.resourceType === 'Consent'
    ? list(resource.category).map(concept).find(Boolean) || concept(resource.scope)
    : textOf(resource, 'description') || concept(resource.type) || concept(resource.code);
  const row = fact(resource, world, name);
  if (!row) return null;
  const value = resource.resourceType === 'Observation' ? readObservation(resource, world).value : null;
  row.extra = value ? value.text || value.num : list(resource.provision && resource.provision.code).map(concept).join(', ');
  row.detail = fmtDate(row.date);
  return row;
}

function readContacts(patient, bundle, world) {
  const out = [];
  const relation = (list_) => list(list_).map((c) => textOf(c, 'text') || codes(c).map(relationName).find(Boolean) || concept(c)).filter(Boolean).join(', ');
  for (const contact of list(patient && patient.contact)) {
    out.push({ name: personName(contact.name), role: relation(contact.relationship), phone: phoneOf(contact.telecom) });
  }
  for (const { resource } of list(bundle.entry)) {
    if (resource && resource.resourceType === 'RelatedPerson') out.push({ name: personName(list(resource.name)[0]), role: relation(resource.relationship), phone: phoneOf(resource.telecom) });
  }
  for (const reference of list(patient && patient.generalPractitioner)) {
    let who = world.resolve(reference, patient);
    let role = '';
    if (who && who.resourceType === 'PractitionerRole') {
      role = list(who.specialty).concat(list(who.code)).map(concept)[0] || '';
      who = { ...(world.resolve(who.practitioner, who) || {}), telecom: who.telecom };
    }
    if (!who) continue;
    role = role || list(who.qualification).map((q) => concept(q.code)).filter(Boolean)[0] || list(who.type).map(concept)[0] || '';
    out.push({ name: personName(list(who.name)[0]) || String(typeof who.name === 'string' ? who.name : ''), role, phone: phoneOf(who.telecom) });
  }
  return out.filter((c) => c.name || c.phone);
}

function identifierName(identifier) {
  if (/ramq/i.test(String(identifier.system))) return t('ramqNumber');
  const name = concept(identifier.type);
  return name === 'JHN' ? t('healthNumber') : name;
}

function readPatient(patient, observations, world) {
  const names = list(patient && patient.name);
  const name = names.find((n) => n.use === 'official') || names[0];
  const birth = parseDate(patient && patient.birthDate);
  const family = name && name.family ? String(name.family) : '';
  const given = name && Array.isArray(name.given) ? name.given.join(' ') : '';
  const state = patient ? modifiers(patient) : { verify: false };
  const identifiers = list(patient && patient.identifier).map((i) => ({ label: identifierName(i), value: String(i.value || ''), health: /ramq|\bJHN\b|health-?(care|number)/i.test(String(i.system) + codes(i.type)) })).filter((i) => i.value);
  const own = identifiers.find((i) => i.health) || identifiers.find((i) => i.label);
  const newest = (wanted) => observations.filter((o) => o.value.num && !o.state.struck && o.codes.some((c) => wanted.includes(c))).sort((a, b) => (b.date ? b.date.sort : 0) - (a.date ? a.date.sort : 0))[0];
  const size = (o) => (o ? o.value.num + '\u00a0' + o.value.unit : '');
  const weight = newest(WEIGHT);
  const dead = patient && (patient.deceasedBoolean === true || patient.deceasedDateTime);
  return {
    family, given, id: own, birth, verify: state.verify, dead: Boolean(dead),
    display: family ? family.toUpperCase() + (given ? ', ' + given : '') : personName(name) || t('unnamed'),
    short: family ? family.toUpperCase() + (given ? ', ' + given : '') : personName(name) || t('unnamed'),
    age: ageOn(birth, world.now) || t('noBirth'), bornText: fmtBirth(birth),
    gender: patient && patient.gender, sex: patient && ['male', 'female', 'other', 'unknown'].includes(patient.gender) ? t(patient.gender) : t('noSex'),
    languages: list(patient && patient.communication).sort((a, b) => Number(b.preferred === true) - Number(a.preferred === true)).map((c) => languageName(firstCode(c.language)) || concept(c.language)).join(', '),
    weight: size(weight), height: size(newest(HEIGHT)), weightDate: weight && weight.date,
  };
}

// Alerts and the strip of known, not asked, withheld

function drugAlert(row, kind, world) {
  const name = kind === 'insulin' ? row.name.replace(/^insuline?\s+(?!\d)/i, '') : row.name;
  const first = name.charAt(0).toUpperCase() + name.slice(1);
  const { own, when, frequency, needed, text } = row.dosage;
  const plain = row.dosage.dose.replace(/\u00a0(SC|IV|IM|SL)$/, '');
  const unit = (text) => text.replace(/[\s\d.,–]/g, '');
  const whole = own || needed;
  const long = whole && text.length > 48;
  const dose = joined(', ', (own || unit(plain) !== unit(row.strength)) && row.strength, whole ? !long && text : plain, !whole && !when && frequency);
  const sub = [];
  if (long) sub.push([text]);
  else if (when && !whole) sub.push([when.charAt(0).toUpperCase() + when.slice(1)]);
  if (row.lastDose && row.lastDose.skipped) sub.push(['lastSkipped', fmtWhen(row.lastDose.date, world.now)]);
  else if (row.lastDose && row.lastDose.date.time && !when) sub.push(['lastTaken', world.agoText(row.lastDose.date.time), fmtTimeOf(row.lastDose.date, world)]);
  else if (row.lastDose) sub.push(['lastLogged', fmtWhen(row.lastDose.date, world.now)]);
  else if (!whole && !when && !frequency && text !== row.dosage.dose) sub.push([text]);
  return { title: first, rest: dose && (/\d/.test(first) ? ', ' : ' ') + dose, short: row.name.split(' ')[0] === 'Insuline' || kind === 'insulin' ? t('insulin') : row.name, sub, lastDose: row.lastDose };
}

function fmtTimeOf(date, world) {
  return Math.abs(world.now - date.time) < 20 * 3600000 ? fmtTime(date.time) : fmtWhen(date, world.now);
}

function collectAlerts(view, world) {
  const alerts = [];
  const covered = new Set();
  const push = (kind, row, more) => {
    const known = CLASSES.includes(kind) ? kind : 'other';
    if (row) covered.add(row.resource);
    alerts.push({ kind: known, label: known === 'other' ? t('alertOther') : t(known), icon: CLASS_ICON[known], severe: known === 'severe-allergy', source: row && row.source, sub: [], ...more });
  };
  for (const row of view.allergies) {
    if (row.alerting || (row.classes || []).includes('severe-allergy') && !row.struck && !row.verify) push('severe-allergy', row, { title: row.name, short: row.name + (row.reaction && colon() + row.reaction.split(',')[0]), sub: [[joinYear(row)]] });
  }
  // What is of no named class stands in its own list on the same screen; a block would only push that list down.
  for (const row of [...view.medications.current, ...view.devices, ...view.problems.active]) if (row.classes.includes('other')) covered.add(row.resource);
  const classesOf = (row) => (row.verify || row.struck ? [] : row.classes.length ? row.classes.filter((c) => c !== 'severe-allergy' && c !== 'other') : row.guess ? [row.guess] : []);
  for (const row of view.medications.current) for (const kind of classesOf(row)) push(kind, row, drugAlert(row, kind, world));
  for (const row of view.devices) {
    for (const kind of classesOf(row)) push(kind, row, { title: row.name, short: row.name.split(' ')[0], sub: [[joined(' · ', row.placed && t('placedIn', row.placed.y), row.safety || row.noteText)]] });
  }
  const implanted = alerts.some((a) => a.kind === 'implant');
  for (const row of [...view.problems.active, ...view.procedures]) {
    const kinds = row.classes.length ? row.classes.filter((c) => c !== 'other') : world.guess && !row.struck && !row.verify && conditionClass(row.name) ? [conditionClass(row.name)] : [];
    if (!row.struck && !row.verify) for (const kind of kinds) if (kind !== 'implant' || !implanted) push(kind, row, { title: row.name, short: row.name, sub: [[row.detail]] });
  }
  for (const one of view.pregnancyStatus) push('pregnancy', one, { rest: one.value.text || one.name, short: t('pregnancy'), sub: [[one.date ? fmtDate(one.date) : '']] });
  for (const flag of view.flags) {
    const items = exts(flag.resource, 'alert-item').map((e) => world.resolve(e.valueReference, flag.resource));
    if (items.some((item) => covered.has(item))) continue;
    const kind = flag.classes[0] || 'other';
    if (!flag.struck && flag.status !== 'inactive' && (!items.length ? !alerts.some((a) => a.kind === kind && kind !== 'other') : true)) push(kind, flag, { rest: flag.name, short: flag.name, sub: [[flag.detail]] });
  }
  alerts.sort((a, b) => CLASSES.indexOf(a.kind) - CLASSES.indexOf(b.kind));
  return alerts;
}

function joinYear(row) {
  const text = joined(/^\p{Lu}/u.test(row.treatment) ? '. ' : ', ', row.reaction, row.treatment !== row.reaction && row.treatment);
  const first = text.charAt(0).toUpperCase() + text.slice(1);
  return row.year ? (first ? first + ' (' + row.year + ')' : row.year) : first;
}

const FIRST_PARTS = ['devices', 'directives', 'contacts'];
const COUNT_WORD = { allergies: 'n_allergies', medications: 'n_medications', problems: 'n_problems', devices: 'n_devices', results: 'n_results' };

export function withheldWord(key, n) {
  return COUNT_WORD[key] ? tn(COUNT_WORD[key], n) : tn('n_items', n) + ' (' + sectionWord(key) + ')';
}

function collectStrip(view, composition, world, usual) {
  const strip = { none: [], notAsked: [], unknown: [], held: { '': [], D: [] }, absent: [], absentChecks: [], whole: false };
  const checked = exts(composition, 'none-known-checked').map(extParts);
  const said = Object.fromEntries(checked.map((p) => [p.class, p.state]));
  const classes = [];
  const whole = [];
  strip.whole = Object.keys(said).length > 0;
  const found = new Set(view.alerts.map((a) => a.kind));
  const pregnancyApplies = view.patient.gender !== 'male' && !(view.patient.birth && (world.now - view.patient.birth.sort) / DAY / 365.25 > 60);
  for (const kind of CLASSES.slice(0, -1)) {
    if (kind === 'pregnancy' && !pregnancyApplies && said[kind] !== 'withheld') continue;
    const word = t('c-' + kind);
    if (said[kind] === 'withheld') classes.push([checked.some((p) => p.class === kind && p['left-out']) ? 'D' : usual, word]);
    else if (found.has(kind) || said[kind] === 'present' || said[kind] === 'not-applicable') continue;
    else if (said[kind] === 'none-known') (kind === 'severe-allergy' && view.allergies.length) || strip.none.push(word);
    else if (strip.whole) strip.notAsked.push(word);
    else if (!['severe-allergy', 'difficult-airway', 'infectious-precaution', 'insulin'].includes(kind)) strip.absentChecks.push(word);
  }
  for (const key of PARTS) {
    const part = view.parts[key];
    if (part.withheld > 0) strip.held[part.usual].push(withheldWord(key, part.withheld));
    if (part.state === 'withheld') whole.push([part.usual, sectionWord(key)]);
  }
  for (const key of FIRST_PARTS) {
    const state = view.parts[key].state;
    const list_ = { 'none-known': strip.none, 'not-asked': strip.notAsked, 'asked-unknown': strip.unknown, 'no-information': strip.absent, absent: strip.absent, empty: strip.absent }[state];
    if (list_ && !(key === 'contacts' && view.contacts.length)) list_.push(sectionWord(key));
  }
  for (const [by, word] of [...whole, ...classes]) strip.held[by].push(word);
  return strip;
}

// Results of the first screen

const HALVES = ['8480-6', '8462-4'];
const isNewer = (a, b) => a.date && (!b.date || a.date.sort > b.date.sort);

function chooseTiles(observations) {
  const shown = observations.filter((o) => !BLOOD_GROUP.some((c) => o.codes.includes(c)) && !o.state.struck && !o.summary && !o.samples);
  const ranked = shown.filter((o) => o.rank !== undefined).sort((a, b) => Number(a.rank) - Number(b.rank));
  const offered = ranked.length ? ranked : groupObservations(shown.filter((o) => o.key || o.value.num)).map((g) => g.last).filter((o) => ![...WEIGHT, ...HEIGHT].some((c) => o.codes.includes(c)));
  const newest = new Map(); // one tile a measure, whatever its codes
  for (const one of offered) {
    const id = codeName(one.codes) || one.codes[0] || one.name;
    const before = newest.get(id);
    if (!before || isNewer(one, before)) newest.set(id, one);
  }
  const whole = newest.get(codeName(PRESSURE));
  let chosen = [...newest.values()].filter((o) => !whole || !HALVES.some((c) => o.codes.includes(c)) || isNewer(o, whole));
  const of = (key) => chosen.find((o) => o.key && o.key.key === key);
  const extra = new Map();
  for (const [host, guest] of [['glucose', 'hba1c'], ['bp', 'pulse']]) {
    const day = (key) => of(key).date && dayNumber(of(key).date.sort);
    if (of(host) && of(guest) && (host !== 'bp' || day(host) === day(guest))) { // a pulse is of its pressure
      extra.set(of(host), of(guest));
      chosen = chosen.filter((o) => o !== extra.get(of(host)));
    }
  }
  return chosen.slice(0, 7).map((observation) => ({ observation, with: extra.get(observation) || null, trend: groupOf(shown, observation) }));
}

function groupOf(all, one) {
  return all.filter((o) => o.codes[0] === one.codes[0] && typeof o.value.number === 'number' && o.date).sort((a, b) => a.date.sort - b.date.sort).slice(-4);
}

function bloodGroup(observations) {
  const whole = observations.find((o) => BLOOD_GROUP.some((c) => o.codes.includes(c)) && !o.state.struck);
  if (whole) return { text: whole.value.text || whole.value.num, source: whole.source, tags: whole.state.tags };
  const abo = observations.find((o) => o.codes.includes('883-9') && !o.state.struck);
  const rh = observations.find((o) => o.codes.includes('10331-7') && !o.state.struck);
  return abo ? { text: joined(' ', abo.value.text, rh && rh.value.text), source: abo.source, tags: abo.state.tags } : null;
}

function readImmunization(resource, world) {
  const row = fact(resource, world, concept(resource.vaccineCode));
  if (!row) return null;
  row.codes = codes(resource.vaccineCode);
  row.detail = fmtDate(row.date) || textOf(resource, 'occurrenceString');
  return row;
}

function lastTetanus(rows) {
  return rows.filter((r) => !r.struck && !r.verify && r.date && (TETANUS.name.test(r.name) || r.codes.some((c) => TETANUS.cvx.includes(c)))).sort((a, b) => b.date.sort - a.date.sort)[0] || null;
}

function readProcedure(resource, world) {
  const row = fact(resource, world, concept(resource.code));
  if (!row) return null;
  row.noteText = joined('; ', concept(resource.outcome), ...notesOf(resource));
  row.detail = row.date ? fmtDate(row.date) : textOf(resource, 'performedString');
  return row;
}

function readDocument(resource, world) {
  const row = fact(resource, world, textOf(resource, 'description') || concept(resource.type));
  if (!row) return null;
  const attachment = (list(resource.content)[0] || {}).attachment || {};
  row.attachment = { type: String(attachment.contentType || ''), data: typeof attachment.data === 'string' ? attachment.data : '', title: textOf(attachment, 'title') };
  if (row.name === t('noValue') && row.attachment.title) row.name = row.attachment.title;
  const { period } = resource.context || {};
  row.date = parseDate(period && period.start) || row.date; // of what it tells, not of the day it was put in
  row.detail = fmtDate(row.date);
  return row;
}

/** Anything else: its best name, date and mark. */
function readAny(resource, world) {
  if (resource.resourceType === 'Observation') {
    const one = readObservation(resource, world);
    if (!one) return null;
    const row = fact(resource, world, one.name);
    row.detail = one.value.text || joined('\u00a0', one.value.num, one.value.unit);
    row.sentence = !one.value.num && !one.value.text;
    row.when = fmtDate(one.date);
    return row;
  }
  if (resource.resourceType === 'FamilyMemberHistory') {
    const row = fact(resource, world, concept(resource.relationship));
    if (row) row.detail = list(resource.condition).map((c) => concept(c.code)).filter(Boolean).join(', ') || notesOf(resource)[0] || '';
    return row;
  }
  const named = concept(resource.code) || list(resource.type).map(concept)[0] || concept(resource.type) || textOf(resource, 'description') || concept(resource.description) || textOf(resource, 'title') || textOf(resource, 'summary') || list(resource.category).map(concept)[0] || list(resource.payload).map((p) => textOf(p, 'contentString'))[0];
  const row = fact(resource, world, named || narrativeText(resource.text).slice(0, 2).join(' · '));
  if (row) row.detail = fmtDate(row.date);
  return row;
}

/** What the person wants to be known stands for itself, without the name of its kind. */
function readStory(resource, world) {
  const row = readAny(resource, world);
  return row && { ...row, name: resource.valueString === undefined ? row.name : row.detail, detail: '' };
}

/** A goal with its bounds. */
function readPlan(resource, world) {
  const row = readAny(resource, world);
  const target = list(resource.target)[0] || {};
  const { low, high } = target.detailRange || {};
  const at = target.detailQuantity || low || high;
  if (row && at) row.detail = [low && high ? quantityText(low).num + '–' : low ? '≥ ' : high ? '≤ ' : '', quantityText(high || at).num, '\u00a0', quantityText(at).unit].join('');
  return row;
}

function observationsOf(part, world) {
  const seen = new Set();
  const out = [];
  const take = (resource) => {
    if (!resource || seen.has(resource)) return;
    seen.add(resource);
    if (resource.resourceType === 'Observation') {
      const one = readObservation(resource, world);
      if (one && (one.value.num || one.value.text || one.reason || !list(resource.hasMember).length)) out.push(one);
      list(resource.hasMember).forEach((r) => take(world.resolve(r, resource)));
    } else if (resource.resourceType === 'DiagnosticReport') {
      const members = list(resource.result).map((r) => world.resolve(r, resource)).filter(Boolean);
      const report = readReport(resource, world);
      if (report && (report.value.text || !members.length)) out.push(report);
      members.forEach(take);
    }
  };
  part.resources.forEach(take);
  return pairPressure(out);
}

/** Problems that most often change emergency care stand first; the rest in the record's order; one told again by another source, last. */
function byBurden(rows) {
  const told = new Set();
  const burden = (p) => (told.size === told.add(p.name.toLowerCase()).size ? -1 : p.classes.length || p.guess ? 2 : WEIGHTY.test(p.name) ? 1 : 0);
  return rows.map((row) => [burden(row), row]).sort((a, b) => b[0] - a[0]).map(([, row]) => row);
}
const keep = (rows) => rows.filter(Boolean);

/** The whole view. `now` is the ledger's time; `agoText` words a past instant. */
export function readBundle(bundle, now, agoText) {
  if (!bundle || bundle.resourceType !== 'Bundle') throw new Error('not a bundle');
  const resources = list(bundle.entry).map((e) => e.resource).filter((r) => r && typeof r === 'object');
  const composition = resources.find((r) => r.resourceType === 'Composition') || null;
  const resolve = makeResolver(bundle);
  const authors = composition ? list(composition.author).map((a) => resolve(a, composition)) : [];
  const world = { now, resolve, agoText, defaultMark: authors.length && authors.every((a) => a && a.resourceType === 'Patient') ? 'P' : 'D', guess: !exts(composition, 'none-known-checked').length };
  setDocumentLanguage((composition && composition.language) || bundle.language);
  const tags = list(composition && composition.meta && composition.meta.tag).map((tag) => tag.code);
  const usual = tags.includes('default-profile') ? 'D' : '';
  const { parts, others } = readParts(bundle, composition, resolve, usual);
  for (const key of PARTS) settleNone(parts[key]);
  const rows = (key, reader) => keep(parts[key].resources.map((r) => reader(r, world)));
  const patientResource = resolve(composition && composition.subject, composition) || resources.find((r) => r.resourceType === 'Patient');

  const meds = rows('medications', readMedication);
  const problems = rows('problems', readProblem);
  const results = observationsOf(parts.results, world);
  const vitals = observationsOf(parts.vitals, world);
  const measured = [...results, ...vitals];
  const directives = rows('directives', readDirective);
  const byDate = (a, b) => (b.date ? b.date.sort : 0) - (a.date ? a.date.sort : 0);
  const view = {
    now, parts, others, world,
    freeLang: String((composition && composition.language) || bundle.language || '').slice(0, 2),
    updated: parseDate(ext(composition, 'record-updated')) || parseDate(composition && composition.date) || parseDate(bundle.timestamp),
    label: ext(composition, 'label') || '',
    patient: readPatient(patientResource, measured, world),
    allergies: rows('allergies', readAllergy).sort((a, b) => a.rank - b.rank),
    medications: {
      current: meds.filter((m) => m.place === 'current').sort((a, b) => Number(b.forbidden) - Number(a.forbidden) || Number(Boolean(b.classes.length || b.guess)) - Number(Boolean(a.classes.length || a.guess)) || Number(a.struck) - Number(b.struck)),
      stopped: meds.filter((m) => m.place === 'stopped'), old: meds.filter((m) => m.place === 'old'),
    },
    problems: { active: byBurden(problems.filter((p) => !p.past)), past: [...problems.filter((p) => p.past), ...rows('past-problems', readProblem)].sort((a, b) => Number(b.struck) - Number(a.struck)) },
    devices: rows('devices', readDevice).sort((a, b) => Number(Boolean(b.isImplant || b.guess)) - Number(Boolean(a.isImplant || a.guess))),
    directives,
    contacts: readContacts(patientResource, bundle, world),
    procedures: rows('procedures', readProcedure).sort(byDate),
    immunizations: rows('immunizations', readImmunization).sort(byDate),
    flags: rows('alerts', readAny),
    resultGroups: groupObservations(results.filter((o) => !BLOOD_GROUP.some((c) => o.codes.includes(c)))),
    vitalGroups: groupObservations(vitals),
    activity: observationsOf(parts.activity, world), diet: observationsOf(parts.diet, world),
    functional: rows('functional', readAny), habits: rows('habits', readAny), family: rows('family', readAny), visits: rows('visits', readAny), plan: rows('plan', readPlan),
    story: rows('story', readStory), pregnancy: rows('pregnancy', readAny), documents: rows('documents', readDocument),
    otherRows: others.map((part) => ({ part, rows: keep(part.resources.map((r) => readAny(r, world))) })),
  };
  view.logged = view.medications.current.some((m) => m.lastDose || !world.guess); // a summary of ours would say it
  view.pregnancyStatus = keep(parts.pregnancy.resources.filter((r) => r.resourceType === 'Observation' && codes(r.valueCodeableConcept).includes('77386006')).map((r) => readObservation(r, world)));
  const meal = exts(composition, 'last-meal')[0];
  const said = extParts(meal);
  view.lastMeal = meal ? { date: parseDate(said.time || extValue(meal)), text: said.text ? String(said.text) : '' } : null;
  view.swallow = exts(composition, 'none-known-checked').map(extParts).find((p) => p.class === 'swallowing') || null;
  view.marks = keep([view.patient.dead && t('deceased'), tags.includes('sample') && t('sample'), tags.includes('incomplete') && t('incomplete')]);
  view.tiles = chooseTiles(measured);
  view.blood = bloodGroup(measured);
  view.tetanus = lastTetanus(view.immunizations);
  view.alerts = collectAlerts(view, world);
  view.strip = collectStrip(view, composition, world, usual);
  return view;
}
