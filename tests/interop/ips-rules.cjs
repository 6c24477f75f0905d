// What IPS 2.0.1 asks of a document, as FHIRPath over the bundle. SPDX-License-Identifier: AGPL-3.0-or-later
'use strict';
const fhirpath = require('fhirpath');
const r4 = require('fhirpath/fhir-context/r4');

const composition = 'Bundle.entry.first().resource';
const section = (code) => `${composition}.section.where(code.coding.where(system = 'http://loinc.org' and code = '${code}').exists())`;
const required = { problems: '11450-4', allergies: '48765-2', medications: '10160-0' };

const rules = {
  'the bundle is a document': "Bundle.type = 'document'",
  'it is identified': 'Bundle.identifier.system.exists() and Bundle.identifier.value.exists()',
  'it is dated': 'Bundle.timestamp.exists()',
  'each entry has an address of its own': 'Bundle.entry.all(fullUrl.exists()) and Bundle.entry.fullUrl.isDistinct()',
  'no entry carries a request, a response or a search': 'Bundle.entry.request.empty() and Bundle.entry.response.empty() and Bundle.entry.search.empty()',
  'a Composition comes first': `${composition} is Composition`,
  'there is no other Composition': 'Bundle.entry.tail().where(resource is Composition).empty()',
  'there is one Patient': 'Bundle.entry.where(resource is Patient).count() = 1',
  'it is a patient summary': `${composition}.type.coding.where(system = 'http://loinc.org' and code = '60591-5').exists()`,
  'it has a subject, a date, a title, authors': `${composition}.subject.reference.exists() and ${composition}.date.exists() and ${composition}.title.exists() and ${composition}.author.exists()`,
  'each section has a title, a code and a text': `${composition}.section.all(title.exists() and code.exists() and text.status.exists())`,
  'no section lies within another': `${composition}.section.section.empty()`,
  'no section is there twice': `${composition}.section.code.coding.code.isDistinct()`,
  'a section has entries or says why not': `${composition}.section.all(entry.reference.exists() xor emptyReason.exists())`,
  'section entries point into the bundle': `${composition}.section.entry.reference.all($this in %context.entry.fullUrl)`,
  'the subject and authors point into the bundle': `(${composition}.subject.reference | ${composition}.author.reference).all($this in %context.entry.fullUrl)`,
  'the patient has a name and a birth date, or says why not': 'Bundle.entry.resource.ofType(Patient).all((name.family.exists() or name.given.exists() or name.text.exists()) and (birthDate.exists() or birthDate.extension.exists()))',
  'a medication statement says when': 'Bundle.entry.resource.ofType(MedicationStatement).all(effective.exists() or effective.extension.exists())',
  'an immunization says when': 'Bundle.entry.resource.ofType(Immunization).all(occurrence.exists())',
  'a procedure says when': 'Bundle.entry.resource.ofType(Procedure).all(performed.exists() or performed.extension.exists())',
  'a device in use says when and which': 'Bundle.entry.resource.ofType(DeviceUseStatement).all(device.exists())',
  'an alert is active, coded and about the patient': 'Bundle.entry.resource.ofType(Flag).all(status.exists() and code.exists() and subject.reference.exists())',
  'an observation has a value or says why not': 'Bundle.entry.resource.ofType(Observation).all(value.exists() or dataAbsentReason.exists() or component.exists() or hasMember.exists())',
};
for (const [name, code] of Object.entries(required)) rules[`there is one section of ${name}`] = `${section(code)}.count() = 1`;

/** Every string "reference" anywhere must be in the bundle, or contained. */
function dangling(bundle) {
  const known = new Set(bundle.entry.map((e) => e.fullUrl));
  const lost = [];
  const walk = (value, owner) => {
    if (Array.isArray(value)) value.forEach((v) => walk(v, owner));
    else if (value && typeof value === 'object') {
      if (typeof value.reference === 'string' && !known.has(value.reference) && !value.reference.startsWith('#')) lost.push(`${owner} → ${value.reference}`);
      Object.values(value).forEach((v) => walk(v, owner));
    }
  };
  for (const entry of bundle.entry) walk(entry.resource, entry.resource.resourceType);
  return lost;
}

/** Markup that is not ours has no business in a narrative. */
function markup(bundle) {
  return bundle.entry[0].resource.section.filter((s) => /<(?!\/?(div|ul|li)[ >])/.test(s.text.div)).map((s) => `markup in the text of ${s.title}`);
}

module.exports = (bundle) => {
  const broken = Object.entries(rules).filter(([, path]) => {
    const result = fhirpath.evaluate(bundle, path, {}, r4);
    return result.length !== 1 || result[0] !== true;
  });
  return [...broken.map(([name]) => name), ...dangling(bundle), ...markup(bundle)];
};
