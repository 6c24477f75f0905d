// What the doctor's page makes of a summary: nothing lost, nothing claimed. In Chromium. SPDX-License-Identifier: AGPL-3.0-or-later

import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { contains, equal, lacks, ok, test } from './harness.js';
import { bundleOf, data, lucie, lucieText, opened, pagesOf, resources, sizeOf, text, runOut } from './viewer-world.js';

test('problems that change emergency care stand first; a pressure has no tenths', async () => {
  const bundle = lucie();
  const problems = resources(bundle, 'Condition');
  const section = resources(bundle, 'Composition')[0].section.find((s) => s.code.coding[0].code === '11450-4');
  section.entry.reverse();
  const again = (from, name) => { // a later one of that name, first in the record's order
    const one = { ...structuredClone(from), id: 'again-' + name.length };
    Object.assign(one.code = {}, { text: name });
    bundle.entry.push({ fullUrl: 'urn:uuid:' + one.id, resource: one });
    section.entry.unshift({ reference: 'urn:uuid:' + one.id });
  };
  const told = problems.find((p) => /brillation/.test(p.code.text || p.code.coding[0].display));
  again(problems[0], 'Prediabetes');
  again(problems[0], told.code.text || told.code.coding[0].display);
  const pressure = resources(bundle, 'Observation').find((o) => o.code.coding.some((c) => c.code === '85354-9'));
  pressure.component.find((c) => c.code.coding[0].code === '8480-6').valueQuantity.value = 133.6;
  ok(problems.length > 3, 'too few problems to sort');
  const page = await opened(JSON.stringify(bundle), { height: 625 });
  const names = await page.locator('#problems .rows .main').allInnerTexts();
  ok(['Fibrillation', 'Diabète', 'rénale'].every((name) => names.slice(0, 3).some((row) => row.includes(name))), names.join(' · '));
  equal(names.slice(0, 3).filter((row) => /Prediab/.test(row)).length, 0, 'what is no diabetes among the first');
  equal(names.slice(0, 3).filter((row) => row.includes('Fibrillation')).length, 1, 'one told twice among the first');
  contains(await page.locator('#results').innerText(), '134/78');
  await page.finish();
});

function withResource(type, change) {
  const bundle = lucie();
  change(resources(bundle, type), bundle);
  return bundle;
}

test('figures in the reader’s language: a strength in per cent, beats without a decimal', async () => {
  const page = await opened(withResource('MedicationStatement', (meds, bundle) => {
    meds[0].medicationCodeableConcept = { text: 'Fluticasone 0.05 % crème' };
    const pulse = resources(bundle, 'Observation').find((r) => r.valueQuantity && r.category && JSON.stringify(r.category).includes('vital-signs'));
    Object.assign(pulse, { code: { coding: [{ system: 'http://loinc.org', code: '8867-4' }] }, valueQuantity: { value: '92.0', unit: '/min', system: 'http://unitsofmeasure.org', code: '/min' }, component: undefined });
  }));
  const shown = await text(page);
  contains(shown, '0,05 %');
  lacks(shown, '0.05 %');
  contains(shown, '92');
  lacks(shown, '92,0');
  await page.finish();
});

test('a pulse of another day is not told with the pressure', async () => {
  const pulseOf = (day) => withResource('Observation', (all) => {
    const codes = (r) => JSON.stringify(r.code);
    const pulse = all.find((r) => codes(r).includes('8867-4'));
    pulse.effectiveDateTime = day || pulse.effectiveDateTime;
  });
  const same = await opened(pulseOf(''));
  contains(await text(same), 'pouls 62/min');
  await same.finish();
  const other = await opened(pulseOf('2022-11-06'));
  lacks(await text(other), 'pouls 62/min');
  contains(await other.locator('li', { hasText: 'Pouls' }).evaluate((n) => n.textContent), '6 nov. 2022');
  await other.finish();
});

test('an allergy to a drug stands before those to what is in the air', async () => {
  const page = await opened(withResource('AllergyIntolerance', (all) => {
    for (const one of all.slice(1)) Object.assign(one, { category: ['environment'], criticality: undefined, reaction: undefined });
    const last = all[all.length - 1];
    Object.assign(last, { code: { text: 'Sulfamides' }, category: ['medication'] });
    all[1].code = { text: 'Pollen de bouleau' };
    all[2].code = { text: 'Latex' }; // of the environment too, and in every glove
  }));
  const names = await page.locator('.card', { hasText: 'Allergies' }).first().locator('li').allTextContents();
  equal(['Latex', 'Sulfamides', 'Pollen'].map((one) => names.findIndex((name) => name.includes(one))), [1, 2, 3], names.join(' | '));
  await page.finish();
});

test('isModifier elements are content: tag first, name struck, never lost', async () => {
  const status = (code) => ({ coding: [{ code }] });
  const bundle = lucie();
  const allergies = resources(bundle, 'AllergyIntolerance');
  allergies[1].verificationStatus = status('unconfirmed');
  allergies[2].verificationStatus = status('entered-in-error');
  const problems = resources(bundle, 'Condition');
  problems[1].verificationStatus = status('provisional');
  problems[2].modifierExtension = [{ url: 'https://example.org/unknown', valueBoolean: true }];
  problems[4].clinicalStatus = status('inactive');
  problems[5].verificationStatus = status('something-new');
  const meds = resources(bundle, 'MedicationStatement');
  meds[2].status = 'on-hold';
  meds[3].status = 'not-taken';
  meds[4].status = 'entered-in-error';
  meds[5].status = 'completed';
  Object.assign(meds[6], { resourceType: 'MedicationRequest', status: 'active', intent: 'order', doNotPerform: true, dosageInstruction: meds[6].dosage });
  const page = await opened(bundle);
  const row = (name) => page.locator('.first li, .rest li', { hasText: name }).first();
  for (const [name, tag, struck] of [['Contraste iodé', 'Réfutée', true], ['Latex', 'Non confirmé', false], ['Diabète de type 2', 'Non confirmé', false], ['Empagliflozine', 'Suspendu', false], ['Metformine', 'Non pris', true], ['Atorvastatine', 'Ne pas donner', true], ['Naproxène', 'Arrêté', true], ['Candésartan', 'Terminé', false], ['Hypertension', 'Inactif', false], ['Asthme', 'Réfuté', true], ['Pneumonie', 'Résolu', false], ['Maladie rénale', 'À vérifier dans le document source', false], ['Dyslipidémie', 'À vérifier dans le document source', false]]) {
    const html = await row(name).evaluate((node) => node.textContent);
    ok(html.indexOf(tag) >= 0 && html.indexOf(tag) < html.indexOf(name), `${name}: "${tag}" does not come first in "${html}"`);
    equal(await row(name).locator('s', { hasText: name }).count() > 0, struck, `${name} struck`);
  }
  const all = await text(page);
  for (const gone of ['Ramipril\n', 'Bisoprolol']) lacks(all, gone, 'entered in error');
  equal(await row('Ferritine').locator('.tag').count(), 0, 'rows are not confused');
  contains(await page.locator('tr', { hasText: 'Ferritine' }).evaluate((n) => n.textContent), 'Préliminaire');
  contains(await page.locator('tr', { hasText: 'Ferritine' }).evaluate((n) => n.textContent), 'peut encore changer');
  await page.finish();
});

test('the states never look alike, and an empty list is never « none known »', async () => {
  const composition = (bundle) => resources(bundle, 'Composition')[0];
  const empty = (code) => {
    const bundle = lucie();
    const section = composition(bundle).section.find((s) => s.code.coding[0].code === '48765-2');
    delete section.entry;
    section.extension = [];
    if (code) section.emptyReason = { coding: [{ code }] };
    return bundle;
  };
  for (const [code, word, look] of [['nilknown', 'Aucune allergie connue', '.state.none'], ['notasked', 'Non demandé', '.state.asked'], ['withheld', 'Masqué par la personne', '.state.held'], ['unavailable', 'Ne sait pas', '.state.asked'], [null, 'Cela ne veut pas dire « aucun connu »', '.gone']]) {
    const page = await opened(empty(code));
    contains(await page.locator('#allergies').innerText(), word);
    equal(await page.locator('#allergies ' + look).count(), 1, look);
    if (code !== 'nilknown') lacks(await page.locator('#allergies').innerText(), 'Aucune allergie connue');
    await page.finish();
  }
  const bundle = lucie();
  composition(bundle).section = composition(bundle).section.filter((s) => s.code.coding[0].code !== '46264-8');
  const page = await opened(bundle);
  contains(await page.locator('main > .gone').innerText(), 'Absent de ce sommaire : dispositifs');
  await page.finish();
});

test('a class with a withheld item is withheld; without the check nothing is « none known »', async () => {
  const withheld = withResource('Composition', ([composition]) => {
    for (const e of composition.extension) {
      if (e.extension && e.extension[0].valueCode === 'opioid') e.extension[1].valueCode = 'withheld';
      if (e.extension && e.extension[0].valueCode === 'dialysis') e.extension[1].valueCode = 'not-asked';
    }
  });
  const page = await opened(withheld);
  contains(await page.locator('.strip .held').innerText(), 'opioïdes');
  contains(await page.locator('.strip .asked').innerText(), 'dialyse');
  lacks(await page.locator('.strip .none').innerText(), 'opioïdes');
  await page.finish();
  const plain = withResource('Composition', ([composition]) => {
    composition.extension = [];
  });
  const foreign = await opened(plain);
  equal(await foreign.locator('.strip .none').count(), 0, 'none known');
  contains(await foreign.locator('main > .gone').innerText(), 'corticostéroïdes');
  contains(await foreign.locator('#alerts').innerText(), 'Apixaban', 'alerts told from names');
  await foreign.finish();
});

test('one alert a fact: no second block for the implanting, none for what has no class', async () => {
  const own = (name) => ({ url: 'https://citiz.example/fhir/alert-class', valueCode: name });
  const bundle = lucie();
  resources(bundle, 'Procedure')[0].extension.push(own('implant'));
  resources(bundle, 'DeviceUseStatement')[1].extension.push(own('other'));
  const page = await opened(bundle);
  equal(await page.locator('.alert').count(), 4, 'alerts');
  await page.finish();
});

test('doses carry no dangerous abbreviation', async () => {
  const page = await opened(withResource('MedicationStatement', (meds) => {
    meds[2].dosage = [{ text: '5.0 mg BID' }];
    meds[3].dosage = [{ text: '10 U SC' }];
    meds[4].dosage = [{ text: '50 µg die' }];
  }));
  const list = await page.locator('#medications').innerText();
  for (const part of ['5 mg 2 fois/jour', '10 unités', '50 mcg']) contains(list, part);
  await page.finish();
});

test('a dose as the person wrote it, never a concentration in its place', async () => {
  const meds = [
    ['Apixaban 5 mg', { text: '2 tablets', timing: { repeat: { frequency: 2, period: 1, periodUnit: 'd' } } }, 'Apixaban 5 mg, 2 tablets, twice a day', '2 tablets, twice a day'],
    ['Insulin glargine 100 U/mL', { text: '18 units at bedtime', timing: { repeat: { frequency: 1, period: 1, periodUnit: 'd', timeOfDay: ['22:00:00'] } } }, 'Glargine 18 units at bedtime', '18 units at bedtime · contains 100 units/mL'],
    ['Insulin 30/70', { text: '18 units with supper' }, 'Insulin 30/70, 18 units with supper', '18 units with supper'],
    ['Enoxaparin 100 mg/mL', { doseAndRate: [{ doseQuantity: { value: 60, unit: 'mg' } }], timing: { repeat: { frequency: 2, period: 1, periodUnit: 'd' } } }, 'Enoxaparin 60 mg, twice a day', '60 mg, twice a day · contains 100 mg/mL'],
    ['Warfarin 1 mg', { doseAndRate: [{ doseQuantity: { value: 3, unit: 'mg' } }], timing: { repeat: { frequency: 1, period: 1, periodUnit: 'd' } } }, 'Warfarin 3 mg, once a day', '3 mg, once a day'],
    ['Morphine 5 mg/mL', {}, 'Morphine', 'contains 5 mg/mL'],
    ['Salbutamol 100 µg/dose', { text: '2 puffs', asNeededBoolean: true }, '', '2 puffs, as needed · contains 100 mcg/dose'],
  ];
  const kinds = ['anticoagulant', 'insulin', 'insulin', 'anticoagulant', 'anticoagulant', 'opioid'];
  const bundle = withResource('MedicationStatement', (own) => meds.forEach(([name, dosage], i) => {
    own[i].medicationCodeableConcept = { text: name };
    own[i].dosage = [dosage];
    own[i].extension = kinds[i] ? [{ url: 'https://citiz.example/fhir/alert-class', valueCode: kinds[i] }] : [];
  }));
  bundle.entry[0].resource.language = 'en-CA';
  const page = await opened(bundle, { lang: 'en' });
  const cards = (await page.locator('.alert strong').allInnerTexts()).map((one) => one.replaceAll('\u00a0', ' '));
  const list = (await page.locator('#medications').innerText()).replaceAll('\u00a0', ' ');
  for (const [name, , card, dose] of meds) {
    if (card) ok(cards.includes(card), `no card « ${card} » for ${name} in ${cards.join(' | ')}`);
    ok(list.split('\n').includes(dose), `no dose « ${dose} » in ${list}`);
  }
  for (const one of cards) lacks(one, '/mL', 'a concentration in a card');
  contains(list, 'not logged', 'nothing noted is said');
  await page.finish();
});

test('a card says all of a dose: each of its lines, that it is only when needed, and the most of it', async () => {
  const units = (value, when) => ({ timing: { repeat: { frequency: 1, period: 1, periodUnit: 'd', when: [when] } }, doseAndRate: [{ doseQuantity: { value, unit: 'units' } }] });
  const meds = [
    ['Insulin NPH', 'insulin', [units(20, 'MORN'), units(10, 'EVE')], 'NPH 20 units, morning + 10 units, evening'],
    ['Warfarin 1 mg', 'anticoagulant', [{ text: '5 mg Monday' }, { text: '4 mg other days' }], 'Warfarin 1 mg, 5 mg Monday + 4 mg other days'],
    ['Hydromorphone 1 mg', 'opioid', [{ asNeededBoolean: true, doseAndRate: [{ doseQuantity: { value: 1, unit: 'mg' } }], timing: { repeat: { frequency: 1, period: 4, periodUnit: 'h' } },
      maxDosePerPeriod: { numerator: { value: 6, unit: 'mg' }, denominator: { value: 1, code: 'd' } } }], 'Hydromorphone 1 mg every 4 h as needed, max. 6 mg/day'],
  ];
  const bundle = withResource('MedicationStatement', (own) => meds.forEach(([name, kind, dosage], i) => {
    Object.assign(own[i], { medicationCodeableConcept: { text: name }, dosage, extension: [{ url: 'https://citiz.example/fhir/alert-class', valueCode: kind }] });
  }));
  bundle.entry[0].resource.language = 'en-CA';
  const page = await opened(bundle, { lang: 'en' });
  const cards = (await page.locator('.alert').allInnerTexts()).map((one) => one.replaceAll('\u00a0', ' '));
  for (const [name, , , card] of meds) ok(cards.some((one) => one.replaceAll('\n', ' ').includes(card)), `no « ${card} » for ${name} in ${cards.join(' | ')}`);
  await page.finish();
});

test('what a millilitre or a puff holds, however it is written, and what one piece holds', async () => {
  const ampoule = 'Héparine';
  const meds = [
    ['Nitroglycérine 0,4 mg/vaporisation', false], ['Insuline glargine 100 units per mL', false], ['Morphine 5 mg par mL', false], ['Latanoprost 1,5 mcg/goutte', false],
    ['Duloxétine 20 mg/gélule', true], ['Nicotine 2 mg/lozenge', true], [ampoule, false],
  ];
  const page = await opened(withResource('MedicationStatement', (own) => meds.forEach(([name], i) => {
    Object.assign(own[i], { medicationCodeableConcept: { text: name }, dosage: [{ text: 'au coucher' }], status: 'active' });
    if (name !== ampoule) return;
    const strength = { numerator: { value: 5000, unit: 'U' }, denominator: { value: 1, unit: 'mL' } };
    Object.assign(own[i], { medicationCodeableConcept: undefined, medicationReference: { reference: '#m' }, contained: [{ resourceType: 'Medication', id: 'm', code: { text: name }, ingredient: [{ strength }] }] });
  })));
  const list = (await page.locator('#medications').innerText()).replaceAll('\u00a0', ' ');
  for (const [name, beside] of meds) {
    const row = list.slice(list.indexOf(name.split(' ')[0].slice(1))).split('\n').slice(0, 2).join(' ');
    ok(row.includes('teneur') !== beside, `${name}: ${row}`);
  }
  await page.finish();
});

test('a dose skipped is not a dose not logged', async () => {
  const page = await opened(withResource('MedicationStatement', (meds) => {
    meds[0].extension.find((e) => e.url.endsWith('last-dose')).extension.find((e) => e.url === 'state').valueCode = 'skipped';
  }));
  contains(await page.locator('#medications').innerText(), 'sautée auj. 8 h 05');
  contains(await page.locator('#alerts').innerText(), 'dose sautée');
  await page.finish();
});

test('the route of a dose is told, once', async () => {
  const bundle = lucie();
  const [first, second, third, fourth, fifth, sixth] = resources(bundle, 'MedicationStatement').filter((r) => r.status === 'active');
  first.dosage = [{ route: { text: 'Sous la langue' }, doseAndRate: [{ doseQuantity: { value: 5, unit: 'mg' } }], timing: { repeat: { frequency: 1, period: 1, periodUnit: 'd' } } }];
  second.dosage = [{ text: 'une dose le soir', route: { text: 'Under the skin', _text: { extension: [{ url: 'http://hl7.org/fhir/StructureDefinition/translation', extension: [{ url: 'lang', valueCode: 'fr-CA' }, { url: 'content', valueString: 'Sous la peau' }] }] } } }];
  third.dosage = [{ text: '2 mg sous la langue au besoin', route: { text: 'Sous la langue' } }];
  const coded = (text, code) => [{ text, route: { coding: [{ system: 'http://snomed.info/sct', code }] } }];
  fourth.dosage = coded('1 injection chaque dimanche', '78421000');
  fifth.dosage = coded('dose à suivre', '47625008');
  sixth.dosage = coded('1 mg IV au coucher', '47625008');
  const page = await opened(bundle);
  const told = await page.locator('#all-medications, #medications').allInnerTexts();
  const all = told.join(' ').replace(/\s+/g, ' ');
  contains(all, '5 mg, sous la langue, 1 fois/jour');
  contains(all, 'une dose le soir, sous la peau');
  contains(all, '2 mg sous la langue au besoin');
  lacks(all, 'au besoin, sous la langue');
  contains(all, '1 injection chaque dimanche, IM');
  contains(all, 'dose à suivre, IV');
  contains(all, '1 mg IV au coucher');
  lacks(all, 'au coucher, IV');
  await page.finish();
});

test('documents are drawn inside; what cannot be drawn says so', async () => {
  const page = await opened(lucieText);
  const row = (name) => page.locator('.document', { hasText: name });
  await row('ECG').locator('button').click();
  await page.waitForFunction(() => document.querySelector('img.doc') && document.querySelector('img.doc').naturalWidth > 0);
  await row('Carte du stimulateur').locator('button').click();
  contains(await row('Carte du stimulateur').innerText(), 'Un PDF ne s’ouvre pas dans cette page');
  const [kept] = await Promise.all([page.waitForEvent('download'), row('Carte du stimulateur').getByText('Enregistrer le PDF').click()]);
  equal(kept.suggestedFilename(), 'Carte du stimulateur.pdf', 'name of the file');
  equal(readFileSync(await kept.path()).subarray(0, 5).toString(), '%PDF-', 'what is kept');
  equal(await row('Niveau de soins').getByText('Afficher').count(), 0, 'offers to show nothing');
  contains(await row('Niveau de soins').innerText(), 'n’est pas dans le sommaire');
  equal(await page.locator('a[download]').count(), 0, 'download links');
  await page.finish();
});

test('free text keeps its language and says so', async () => {
  const page = await opened(lucieText, { lang: 'en' });
  contains(await page.locator('#b-story').innerText(), 'in French');
  equal(await page.locator('#b-story [lang=fr]').count(), 1, 'lang attribute');
  await page.finish();
});

test('hostile text in every field stays text', async () => {
  const evil = '<img src=x onerror="window.hurt=1"><script>window.hurt=1</' + 'script>"\'`{{7*7}}*b*{0}';
  const keep = new Set(['resourceType', 'reference', 'url', 'fullUrl', 'system', 'code', 'status', 'id', 'type', 'contentType', 'data', 'use', 'date', 'timestamp', 'lang', 'valueCode', 'valueDateTime', 'valueDate', 'language', 'severity', 'criticality', 'gender', 'birthDate', 'periodUnit', 'comparator', 'unit']);
  const poison = (node, key) => {
    if (typeof node === 'string') return keep.has(key) || /^\d{4}(-\d\d)?/.test(node) ? node : node + evil;
    if (Array.isArray(node)) return node.map((item) => poison(item, key));
    if (node && typeof node === 'object') return Object.fromEntries(Object.entries(node).map(([k, v]) => [k, k === 'when' || k === 'coding' && false ? v : poison(v, k)]));
    return node;
  };
  for (const lang of ['fr', 'en']) {
    const page = await opened(poison(lucie()), { lang, grant: { label: ('Lucie' + evil).slice(0, 80), contact: ['514 555-0142', evil] } });
    for (const button of await page.locator('.document button, .linklike').all()) await button.click().catch(() => {});
    equal(await page.evaluate(() => [window.hurt, document.querySelectorAll('img[src=x], #app script').length]), [null, 0].map((v) => v ?? undefined), 'harm');
    contains(await text(page), '<img src=x onerror=');
    await page.click('.btn.wipe');
    await page.finish();
  }
});

test('any IPS reads: no error, a name, and no false « none known »', async () => {
  const folder = data + '/ips';
  const files = existsSync(folder) ? readdirSync(folder).filter((f) => f.endsWith('.json')) : [];
  for (const file of files) {
    for (const lang of ['fr', 'en']) {
      const page = await opened(readFileSync(folder + '/' + file, 'utf8'), { lang });
      const shown = await text(page);
      ok((await page.locator('.identity h1').innerText()).length > 1, file + ': no name');
      lacks(shown, '[object', file);
      lacks(shown, 'undefined', file);
      lacks(shown, 'NaN', file);
      equal(await page.locator('.strip .none b', { hasText: 'parties masquées' }).count(), 0, file);
      equal(pagesOf(await page.pdf({ format: 'Letter' })), 1, file + ' on paper');
      await page.finish();
    }
  }
});

test('systolic and diastolic noted apart are one blood pressure on the first screen', async () => {
  const page = await opened(bundleOf((bundle) => {
    const isPanel = ({ resource }) => resource.resourceType === 'Observation' && resource.component && JSON.stringify(resource.code).includes('85354-9');
    const [{ resource: panel, fullUrl }] = bundle.entry.filter(isPanel);
    const rest = bundle.entry.filter((entry) => !isPanel(entry));
    const half = (code, value, id) => ({ fullUrl: 'urn:uuid:' + id, resource: { ...panel, id, component: undefined, code: { coding: [{ system: 'http://loinc.org', code }] }, valueQuantity: { value, unit: 'mmHg', system: 'http://unitsofmeasure.org', code: 'mm[Hg]' } } });
    const halves = [half('8462-4', 91, '00000000-0000-4000-8000-00000000b002'), half('8480-6', 148, '00000000-0000-4000-8000-00000000b001')];
    bundle.entry = [...rest, ...halves];
    const composition = rest[0].resource;
    for (const section of composition.section) {
      if (section.entry && section.entry.some((e) => e.reference === fullUrl)) section.entry = section.entry.concat(halves.map((e) => ({ reference: e.fullUrl })));
    }
  }));
  const tiles = await page.locator('#results .tile').allInnerTexts();
  equal(tiles.filter((tile) => /148\/91/.test(tile)).length, 1, 'pairs');
  ok(!tiles.some((tile) => /Systolique|Diastolique/.test(tile)), 'a half stands alone');
  await page.finish();
});

test('one measure under two codes is one tile and one row: the newest', async () => {
  const page = await opened(bundleOf((bundle) => {
    const told = resources(bundle, 'Observation').find((o) => o.code.coding.some((c) => ['14682-9', '2160-0'].includes(c.code)));
    const { fullUrl } = bundle.entry.find((e) => e.resource === told);
    const again = (code, value, date, id) => ({ fullUrl: 'urn:uuid:' + id, resource: { ...structuredClone(told), id, referenceRange: undefined, effectiveDateTime: date, code: { coding: [{ system: 'http://loinc.org', code, display: 'Creatinine' }] }, valueQuantity: { value, unit: 'mg/dL', system: 'http://unitsofmeasure.org', code: 'mg/dL' } } });
    const more = [again('38483-4', 9.11, '2026-10-17', '00000000-0000-4000-8000-00000000c001'), again('2160-0', 9.22, '2020-01-02', '00000000-0000-4000-8000-00000000c002')];
    bundle.entry.push(...more);
    for (const section of resources(bundle, 'Composition')[0].section) {
      if (section.entry && section.entry.some((e) => e.reference === fullUrl)) section.entry.push(...more.map((e) => ({ reference: e.fullUrl })));
    }
  }));
  const tiles = (await page.locator('#results .tile').allInnerTexts()).filter((tile) => /Cr[ée]atinin/.test(tile));
  equal(tiles.length, 1, 'tiles');
  contains(tiles[0], '9,11');
  const rows = (await page.locator('table.results tbody tr').allInnerTexts()).filter((row) => /^Cr[ée]atinin/.test(row));
  equal(rows.length, 1, 'rows');
  contains(rows[0], '9,22', 'the one before');
  await page.finish();
});

/** The `part` extension of that name, wherever it stands. */
const partSaid = (bundle, name) => {
  const composition = resources(bundle, 'Composition')[0];
  const all = [composition, ...composition.section].flatMap((one) => one.extension || []).filter((e) => e.url.endsWith('/part'));
  return all.find((e) => e.extension.some((said) => said.url === 'part' && said.valueCode === name)).extension;
};

test('what nobody chose to leave out is told apart from what the person masked, each part by itself', async () => {
  const one = bundleOf((bundle) => {
    partSaid(bundle, 'habits').push({ url: 'left-out', valueBoolean: true });
    const steroid = resources(bundle, 'Composition')[0].extension.find((e) => (e.extension || []).some((said) => said.valueCode === 'steroid'));
    steroid.extension = [{ url: 'class', valueCode: 'steroid' }, { url: 'state', valueCode: 'withheld' }, { url: 'left-out', valueBoolean: true }];
  });
  const says = {
    fr: ['Masqué par la personne\n1 médicament, 1 problème\nLaissé de côté par défaut\nhabitudes de vie, corticostéroïdes par voie générale', 'Laissé de côté par défaut, sans que la personne l’ait choisi', '2 éléments masqués; 1 partie laissée de côté', 'laissé de côté'],
    en: ['Withheld by the patient\n1 medication, 1 problem\nLeft out by default\nsocial history, systemic steroids', 'Left out by default, not by the patient’s choice', '2 items withheld; 1 part left out', 'left out'],
  };
  for (const lang of ['fr', 'en']) {
    const page = await opened(one, { lang, height: 625 });
    const [strip, habits, receipt, index] = says[lang];
    contains((await page.locator('.strip .held').allInnerTexts()).join('\n'), strip, 'strip');
    contains(await page.locator('#b-habits').innerText(), habits, 'section');
    contains(await page.locator('#receipt dl').innerText(), receipt, 'receipt');
    contains(await page.locator('.index a[href="#b-habits"]').innerText(), index, 'index');
    contains(await page.locator('#paper').textContent(), says[lang][1].split(',')[0], 'paper');
    const { bottom, height } = await sizeOf(page);
    ok(bottom <= height, `the first screen ends at ${bottom} of ${height}`);
    await page.finish();
  }
});

test('a summary of before, which says it of the whole profile only, is read as it was meant', async () => {
  const page = await opened(bundleOf((bundle) => {
    bundle.entry[0].resource.meta = { tag: [{ system: 'https://citiz.example/fhir/tag', code: 'default-profile' }] };
  }));
  equal(await page.locator('.strip .held b').allInnerTexts(), ['Laissé de côté par défaut'], 'strip');
  lacks(await text(page), 'Masqué par la personne');
  contains(await page.locator('#medications').innerText(), '8 et 1 laissé de côté');
  await page.finish();
});

test('what a dose and a directive say in words is shown', async () => {
  const page = await opened(bundleOf((bundle) => {
    const bisoprolol = resources(bundle, 'MedicationStatement').find((r) => JSON.stringify(r.medicationCodeableConcept).includes('isoprolol'));
    bisoprolol.dosage = [{ text: '2 comprimés, matin et soir', timing: { repeat: { frequency: 2, period: 1, periodUnit: 'd' } } }];
    const metformin = resources(bundle, 'MedicationStatement').find((r) => JSON.stringify(r.medicationCodeableConcept).includes('etformin'));
    metformin.dosage = [{ text: '300 mg PO OD', doseAndRate: [{ doseQuantity: { value: 300, unit: 'mg' } }] }];
    resources(bundle, 'MedicationStatement').find((r) => ![bisoprolol, metformin].includes(r) && r.status === 'active').dosage = [{ text: '1 goutte OD bid' }];
    const [directive] = resources(bundle, 'Consent');
    Object.assign(directive, { category: [{ text: 'Niveau de soins' }], provision: { code: [{ text: 'Niveau C, réanimation : non' }] } });
  }));
  contains(await page.locator('#medications').innerText(), '2 comprimés, matin et soir');
  contains(await page.locator('#medications').innerText(), '300 mg par la bouche 1 fois/jour');
  contains(await page.locator('#medications').innerText(), '1 goutte OD 2 fois/jour', 'the right eye is no once a day');
  contains(await page.locator('#directives').innerText(), 'Niveau C, réanimation : non');
  await page.click('.btn.lang');
  contains(await page.locator('#medications').innerText(), 'twice a day · 2 comprimés, matin et soir');
  await page.finish();
});

test('a document is of the day it tells of, not of the day it was put in', async () => {
  const page = await opened(bundleOf((bundle) => {
    const [first] = resources(bundle, 'DocumentReference');
    first.description = 'Coloscopie';
    first.date = '2026-11-23T10:00:00-05:00';
    first.context = { period: { start: '2019-06-12' } };
  }));
  const row = page.locator('.document', { hasText: 'Coloscopie' });
  contains(await row.innerText(), '12 juin 2019');
  ok(!(await row.innerText()).includes('2026'), 'the day of entry is taken for the day of the document');
  await page.finish();
});

test('a document that is not what it says is neither shown nor kept', async () => {
  const page = await opened(bundleOf((bundle) => {
    const [first, second] = resources(bundle, 'DocumentReference');
    first.content[0].attachment = { contentType: 'application/pdf', data: btoa('<script>document.title = "ran"</script>') };
    second.content[0].attachment = { contentType: 'image/svg+xml', data: btoa('<svg xmlns="http://www.w3.org/2000/svg" onload="document.title = 1"/>') };
  }));
  for (const row of (await page.locator('.document').all()).slice(0, 2)) {
    await row.locator('button').click();
    contains(await row.innerText(), 'ne peut pas être affiché');
    equal(await row.locator('img, a, button').count(), 1, 'what can be pressed');
  }
  ok(!/ran|^1$/.test(await page.title()), 'a script ran');
  await page.finish();
});

await runOut();
