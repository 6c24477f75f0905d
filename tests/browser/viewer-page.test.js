// The doctor's page as it is seen: the whole way, sizes, letters, paper. In Chromium. SPDX-License-Identifier: AGPL-3.0-or-later

import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { contains, equal, lacks, newPage, ok, test } from './harness.js';
import { makeGrant, readNote, sixWordsOf } from './mock-node.js';
import { ask, browser, bundleOf, hashesFile, lucie, lucieText, opened, overflow, pageFile, pagesOf, resources, sizeOf, text, words, work, world, runOut } from './viewer-world.js';

test('the file: size, hashes, nothing inline, no other host', () => {
  const page = readFileSync(pageFile, 'utf8');
  ok(Buffer.byteLength(page) <= 150 * 1024, 'over 150 KiB');
  const hash = (s) => 'sha256-' + createHash('sha256').update(s).digest('base64');
  const side = readFileSync(hashesFile, 'utf8');
  contains(side, 'script ' + hash(/<script>([^]*?)<\/script>/.exec(page)[1]), 'hashes');
  contains(side, 'style ' + hash(/<style>([^]*?)<\/style>/.exec(page)[1]), 'hashes');
  contains(side, 'page ' + createHash('sha256').update(page).digest('hex'), 'hashes');
  ok(!/\son\w+\s*=\s*["']|\sstyle\s*=\s*["']/.test(page.replace(/<script>[^]*?<\/script>/, '')), 'inline handler or style');
  ok(!/(innerHTML|outerHTML|insertAdjacentHTML|document\.write|eval\(|new Function|localStorage|sessionStorage|indexedDB|serviceWorker|document\.cookie)/.test(page), 'a forbidden word');
  equal([...page.matchAll(/https?:\/\/[\w.-]+/g)].map((m) => m[0]).filter((u) => !/^https?:\/\/(www\.w3\.org|hl7\.org|citiz\.example|127\.0\.0\.1|localhost)$/.test(u)), [], 'hosts named');
});

for (const lang of ['fr', 'en']) {
  for (const [width, height] of [[1366, 768], [1366, 625]]) {
    test(`whole way, ${lang}, ${width}×${height}`, async () => {
      world.requests.length = 0;
      const page = await ask(lucieText, { lang, width, height });
      equal(await page.evaluate(() => window.location.href), world.origin + '/v', 'address');
      await page.waitForFunction(() => /2026|18/.test(document.querySelector('.until').textContent));
      contains(await text(page), lang === 'fr' ? 'Lucie B. vous ouvre son dossier de santé' : 'Lucie B. opens their health record to you');
      contains(await text(page), lang === 'fr' ? 'demain, dimanche 18 octobre, 14 h 05' : 'tomorrow, Sunday, October 18, 14:05');
      ok(await page.evaluate(() => document.documentElement.scrollHeight <= window.innerHeight), 'the ask page scrolls');
      ok(world.requests.every((r) => r.method === 'GET'), 'loading sent something');
      equal(page.grant.used, 0, 'openings after loading');
      for (const r of world.requests) ok(!r.url.includes(page.grant.secret.toString('base64url')) && !r.headers.referer, 'the secret or a referrer left');
      await page.keyboard.type('Camille Ouellet');
      await page.locator('input[type=text]').nth(1).fill('Hôpital de l’Enfant-Jésus, Québec');
      await page.locator('label.chipin').first().click();
      contains(await page.locator('.notice').innerText(), 'Camille Ouellet, ' + (lang === 'fr' ? 'médecin' : 'physician'));
      await page.locator('#reader-name').press('Enter');
      await page.waitForSelector('.first');
      const { bottom, height: inside } = await sizeOf(page);
      ok(bottom <= inside, `the first screen ends at ${bottom} of ${inside}`);
      ok(await overflow(page) <= 0, 'scrolls sideways');
      const shown = await text(page);
      for (const part of lang === 'fr'
        ? ['BERGERON, Lucie', '67 ans', 'Pénicilline', 'Apixaban 5 mg, 2 fois/jour', 'Glargine 24 unités', 'Stimulateur cardiaque', '1 médicament, 1 problème, habitudes de vie', 'corticostéroïdes par voie générale, opioïdes, immunosuppression, dialyse', 'intubation difficile, précautions infectieuses', 'dose changée 29 sept. : 22 → 24', 'non notée', 'à confirmer avant transfusion', '74,2 kg', /il y a 6 h [123]\d\b/, /reste 23 h [234]\d\b/]
        : ['BERGERON, Lucie', '67 y', 'Penicillin', 'Apixaban 5 mg, twice a day', 'Glargine 24 units', 'Pacemaker', '1 medication, 1 problem, social history', 'systemic steroids, opioids, immunosuppression, dialysis', 'difficult airway, infection precautions', 'dose changed Sep 29: 22 → 24', 'not logged', 'confirm before transfusion', '74.2 kg', /\b6 h [123]\d min ago/, 'min left']) contains(shown, part);
      equal(page.grant.used, 1, 'openings');
      equal(readNote(page.grant, page.grant.openings[0].note), { name: 'Camille Ouellet', role: lang === 'fr' ? 'médecin' : 'physician', place: 'Hôpital de l’Enfant-Jésus, Québec', reason: 'ETREAT', lang }, 'notice');
      equal(await page.locator('.words li').allInnerTexts(), sixWordsOf(page.grant, page.grant.openings[0], words[lang]), 'receipt words');
      equal(await page.evaluate(() => document.querySelectorAll('#app [style]').length), 0, 'style attributes');
      equal(await page.evaluate(() => [localStorage.length, sessionStorage.length, document.cookie]), [0, 0, ''], 'storage');
      await page.locator('a[href="#rest"]').first().click();
      equal(await page.evaluate(() => window.location.href), world.origin + '/v', 'address after a jump');
      await page.finish();
    });
  }
  test(`printed on one page, ${lang}, Letter and A4`, async () => {
    const page = await opened(lucieText, { lang });
    for (const format of ['Letter', 'A4']) {
      const pdf = await page.pdf({ format });
      writeFileSync(`${work}/print-${lang}-${format}.pdf`, pdf);
      equal(pagesOf(pdf), 1, format);
    }
    const sheet = await page.locator('#paper').textContent();
    for (const part of lang === 'fr' ? ['Pénicilline', 'notée 17 oct. 8 h 05', '514 555-0142', 'accès en ligne jusqu’au 18 oct. 2026, 14 h 05', 'imprimé le'] : ['Penicillin', 'logged Oct 17 08:05', '514 555-0142', 'online access until Oct 18, 2026, 14:05', 'printed']) contains(sheet, part, 'paper');
    lacks(sheet, 'il y a', 'paper');
    await page.finish();
  });
}

test('language changes without a reload; typed text stays', async () => {
  const page = await ask(lucieText);
  await page.fill('#reader-name', 'Dre Roy');
  const loads = world.requests.filter((r) => r.path === '/v').length;
  await page.click('.langs [lang=en]');
  contains(await text(page), 'Who are you?');
  equal(await page.inputValue('#reader-name'), 'Dre Roy', 'name');
  await page.click('#open');
  await page.waitForSelector('.first');
  contains(await text(page), 'Penicillin');
  await page.click('.btn.lang');
  contains(await text(page), 'Pénicilline');
  equal(await page.getAttribute('html', 'lang'), 'fr', 'lang');
  equal(world.requests.filter((r) => r.path === '/v').length, loads, 'loads');
  await page.finish();
});

test('360 and 390 px: no sideways scroll, a bar to jump and call', async () => {
  for (const width of [360, 390]) {
    for (const lang of ['fr', 'en']) {
      const page = await ask(lucieText, { lang, width, height: 740 });
      ok(await overflow(page) <= 0, `ask page at ${width} ${lang}`);
      await page.click('#open');
      await page.waitForSelector('.first');
      ok(await overflow(page) <= 0, `record at ${width} ${lang}`);
      contains(await page.locator('.phonebar').innerText(), lang === 'fr' ? 'Appeler' : 'Call');
      equal(await page.locator('.phonebar a').evaluateAll((all) => all.filter((a) => a.getBoundingClientRect().height < 44).length), 0, 'small targets');
      await page.finish();
    }
  }
});

test('360 px: the mark of a source stands at the end of its line, also beside a long reason for stopping', async () => {
  const page = await opened(bundleOf((bundle) => {
    const [told] = resources(bundle, 'MedicationStatement');
    Object.assign(told, { status: 'stopped', effectivePeriod: { end: new Date().toISOString().slice(0, 10) }, statusReason: [{ text: 'risque de saignement avec l’anticoagulant' }], medicationCodeableConcept: { text: 'Naproxène sodique 250 mg' } });
    delete told.effectiveDateTime;
  }), { width: 360, height: 740 });
  const below = await page.locator('#medications .off').evaluateAll((all) => all.filter((one) => {
    const [name, mark] = ['.main', '.src'].map((part) => one.querySelector(part).getBoundingClientRect());
    return mark.top >= name.bottom;
  }).length);
  ok(await page.locator('#medications .off').count() > 0, 'a stopped medication is there');
  equal(below, 0, 'marks under their line');
  await page.finish();
});

/** What sticks out of the window, out of its box, or is cut by it; and the smallest letters, in px of a browser left as it came. */
const fit = (page, font) => page.evaluate((factor) => {
  const root = document.documentElement;
  const bad = root.scrollWidth > root.clientWidth ? [`the page, by ${root.scrollWidth - root.clientWidth} px`] : [];
  let smallest = 99;
  for (const one of document.querySelectorAll('#app *')) {
    const { left, right, width } = one.getBoundingClientRect();
    if (!width || one.closest('svg, .sr, .skip')) continue;
    const style = getComputedStyle(one);
    if (one.textContent.trim()) smallest = Math.min(smallest, parseFloat(style.fontSize) / factor);
    const over = [one.scrollWidth - one.clientWidth, one.scrollHeight - one.clientHeight];
    const out = left < -1 || right > root.clientWidth + 1;
    if (out || (style.display !== 'inline' && one.clientWidth && (over[0] > 1 || (over[1] > 1 && style.overflowY !== 'visible' && one.tagName !== 'TEXTAREA')))) bad.push(`${one.tagName}.${one.className} ${one.textContent.slice(0, 30)}`);
  }
  return { bad: bad.slice(0, 5), smallest: Math.round(smallest * 10) / 10 };
}, font / 16);

for (const lang of ['fr', 'en']) {
  test(`larger letters and zoom enlarge everything and cut nothing, ${lang}`, async () => {
    const page = await ask(lucieText, { lang });
    const browserOf = await page.context().newCDPSession(page);
    const everywhere = async (screen) => {
      // letters of 150 and 200 %; zoom of 200 and 400 %, as the window then measures itself; the narrowest that is asked for
      for (const [width, height, font] of [[1366, 625, 24], [1366, 625, 32], [768, 1024, 24], [360, 640, 24], [360, 640, 32], [683, 312, 16], [341, 156, 16], [320, 640, 16], [1366, 768, 16]]) {
        await browserOf.send('Page.setFontSizes', { fontSizes: { standard: font, fixed: font } });
        await page.setViewportSize({ width, height });
        await page.waitForFunction((size) => parseFloat(getComputedStyle(document.body).fontSize) === size, 14 * font / 16);
        const { bad, smallest } = await fit(page, font);
        equal(bad, [], `${screen}, ${width}×${height}, letters of ${font} px`);
        ok(smallest >= 10.5, `${screen}: letters of ${smallest} px at ${font}`);
      }
    };
    await everywhere('asking');
    await page.click('#open');
    await page.waitForSelector('.first');
    await everywhere('record');
    await page.click('.btn.wipe');
    await everywhere('closed');
    await page.finish();
    const code = await newPage(browser, world.origin, { lang });
    await code.goto(world.origin + '/v');
    await code.setViewportSize({ width: 320, height: 640 });
    equal((await fit(code, 16)).bad, [], 'code, 320 px');
    await code.finish();
  });
}

test('marks of sources: one stop of the Tab key a card, arrows between them, and what they stand for is seen', async () => {
  const page = await opened(lucieText);
  const count = () => page.evaluate(() => [...document.querySelectorAll('.card')].map((card) => card.querySelectorAll('.src[tabindex="0"]').length));
  const stops = await count();
  ok(Math.max(...stops) === 1 && stops[0] === 1, 'stops a card: ' + stops);
  await page.locator('#allergies .src').first().focus();
  const note = () => page.evaluate(() => getComputedStyle(document.activeElement, '::after').content.replaceAll('"', ''));
  await page.keyboard.press('ArrowDown');
  equal(await page.evaluate(() => document.activeElement.textContent), 'P', 'the second mark');
  contains(await note(), 'Déclaré par la personne');
  await page.keyboard.press('ArrowUp');
  contains(await note(), 'D’un document');
  equal(await count(), stops, 'stops after walking');
  await page.finish();
});

test('what a jump leads to is not under the bar that stays', async () => {
  for (const [width, height] of [[1366, 625], [360, 640], [640, 360]]) {
    const page = await opened(lucieText, { width, height });
    await page.locator('.index a', { hasText: 'Vaccins' }).click();
    const [top, bar] = await page.evaluate(() => [document.querySelector('#b-immunizations').getBoundingClientRect().top, document.querySelector('.bar').getBoundingClientRect().bottom]);
    ok(top >= bar, `the section begins at ${top}, the bar ends at ${bar}, at ${width}×${height}`);
    await page.finish();
  }
});

test('the state of the access comes while the button is held down: the press counts, the keyboard stays', async () => {
  const grant = makeGrant(lucieText);
  const link = world.add(grant);
  const page = await newPage(browser, world.origin);
  let told;
  const held = new Promise((go) => {
    told = go;
  });
  await page.route('**/v1/grants/*', async (route) => {
    await held;
    await route.continue();
  });
  await page.goto(link);
  const box = await page.locator('#open').boundingBox();
  await page.locator('#open').focus();
  await page.mouse.move(box.x + box.width / 2, box.y + box.height / 2);
  await page.mouse.down();
  told();
  await page.waitForFunction(() => document.querySelector('.until b'));
  equal(await page.evaluate(() => document.activeElement.id), 'open', 'focus');
  await page.mouse.up();
  await page.waitForSelector('.first');
  equal(await page.evaluate(() => document.activeElement.textContent), 'BERGERON, Lucie', 'where the keyboard is, and what is read aloud');
  await page.click('.btn.wipe');
  equal(await page.evaluate(() => document.activeElement.tagName), 'H1', 'where the keyboard is at the end');
  await page.finish();
});

test('an empty name does not stop an emergency', async () => {
  const page = await ask(lucieText);
  contains(await page.locator('.notice').innerText(), 'nom non donné');
  await page.click('#open');
  await page.waitForSelector('.first');
  equal(readNote(page.grant, page.grant.openings[0].note).name, '', 'name sent');
  await page.finish();
});

test('a long record: alerts first, the rest below, still one sheet of paper', async () => {
  const bundle = lucie();
  const section = resources(bundle, 'Composition')[0].section.find((s) => s.code.coding[0].code === '10160-0');
  const sample = resources(bundle, 'MedicationStatement')[3];
  for (let i = 0; i < 30; i++) {
    bundle.entry.push({ fullUrl: 'urn:uuid:m' + i, resource: { ...sample, id: 'm' + i, medicationCodeableConcept: { text: `Inventé ${i} 10 mg` } } });
    section.entry.unshift({ reference: 'urn:uuid:m' + i });
  }
  const page = await opened(bundle);
  contains(await page.locator('#medications').innerText(), 'et 31 autres');
  contains(await page.locator('#medications li').first().innerText(), 'Apixaban');
  contains(await page.locator('#all-medications').innerText(), 'Inventé 29');
  const { bottom, height } = await sizeOf(page);
  ok(bottom <= height, `the first screen ends at ${bottom} of ${height}`);
  for (const format of ['Letter', 'A4']) equal(pagesOf(await page.pdf({ format })), 1, format);
  contains(await page.locator('#paper').textContent(), 'suite à l’écran', 'paper');
  contains(await page.locator('#paper').textContent(), 'Apixaban', 'paper');
  await page.finish();
});

test('names without an end, and more allergies than a sheet holds: still one sheet, which says what it cut', async () => {
  for (const [length, allergies] of [[700, 0], [90, 60]]) {
    const bundle = lucie();
    const long = (text) => `${text} ${'interminable '.repeat(length / 13)}`;
    const dose = '1 injection le matin, 2 le soir, aucune le dimanche, au plus 3 par jour';
    resources(bundle, 'MedicationStatement').filter((r) => r.status === 'active').forEach((one) => (one.dosage = [{ text: dose }]));
    for (const one of [...resources(bundle, 'MedicationStatement'), ...resources(bundle, 'Condition'), ...resources(bundle, 'AllergyIntolerance')]) {
      const concept = one.medicationCodeableConcept || one.code;
      if (concept) Object.assign(concept, { text: long(concept.text || 'Sans nom'), _text: undefined });
    }
    const section = resources(bundle, 'Composition')[0].section.find((s) => s.code.coding[0].code === '48765-2');
    const allergy = resources(bundle, 'AllergyIntolerance')[0];
    for (let i = 0; i < allergies; i++) {
      bundle.entry.push({ fullUrl: 'urn:uuid:a' + i, resource: { ...structuredClone(allergy), id: 'a' + i, code: { text: long('Inventée ' + i) } } });
      section.entry.push({ reference: 'urn:uuid:a' + i });
    }
    const page = await opened(bundle);
    for (const format of ['Letter', 'A4']) equal(pagesOf(await page.pdf({ format })), 1, `${format}, ${allergies} more`);
    contains(await page.locator('#paper').textContent(), 'la fin des noms marqués « … »', 'paper');
    contains(await page.locator('#paper').textContent(), / inter[a-z]*…/, 'paper');
    equal(await page.locator('#paper').evaluate((sheet) => [...sheet.querySelectorAll('.sub, .dose, .det, .state, .strip')].filter((one) => one.textContent.includes('…')).length), 0, 'what is no name and was cut');
    contains(await page.locator('#paper').textContent(), dose, 'paper');
    await page.finish();
  }
});

test('the longest names break and hide nothing; high contrast keeps the icons', async () => {
  const long = bundleOf((bundle) => {
    resources(bundle, 'Patient')[0].name = [{ family: 'de Grandmaison-Saint-Barthélemy van der Wielen-Ouedraogo', given: ['Marie-Antoinette-Joséphine', 'Bartholomée-Wilhelmine'] }];
    for (const r of resources(bundle, 'AllergyIntolerance')) r.code = { text: 'Pneumonoultramicroscopicsilicovolcanoconiosis-protéine de levure' };
    for (const r of resources(bundle, 'MedicationStatement')) r.medicationCodeableConcept = { text: 'Hydroxypropylméthylcellulose-scopolaminebutylbromure 0,625 mg/24 h timbre transdermique' };
    for (const r of resources(bundle, 'Condition')) r.code = { text: 'Syndrome de Rokitansky-Küster-Hauser-cardio-facio-cutané avec malformation artérioveineuse' };
  });
  for (const [width, height] of [[360, 640], [1366, 625]]) {
    const page = await opened(long, { width, height, forcedColors: 'active' });
    ok(await overflow(page) <= 0, `scrolls sideways at ${width}`);
    ok(await page.locator('#problems .rows li').count() >= 3, 'problems on the first screen');
    const colours = await page.evaluate(() => ['.alert.severe .icon', '.identity h1'].map((one) => getComputedStyle(document.querySelector(one)).color));
    equal(colours[0], colours[1], 'the icon of a severe allergy');
    ok(await page.evaluate(() => document.querySelector('#paper').scrollWidth <= document.querySelector('#paper').clientWidth), 'the sheet is wider than the paper');
    await page.finish();
  }
});

test('a long list leaves the wide first screen before it scrolls', async () => {
  const page = await opened(bundleOf((bundle) => {
    for (const problem of resources(bundle, 'Condition')) problem.code = { text: 'Un problème dont le nom est si long qu’il lui faut deux lignes entières de sa colonne' };
  }), { height: 625 });
  const { bottom, height } = await sizeOf(page);
  ok(bottom <= height, `the first screen ends at ${bottom} of ${height}`);
  contains(await page.locator('#problems').innerText(), 'autre');
  await page.finish();
});

test('a third column with nothing but contacts has room for problems: none goes below while there is', async () => {
  const page = await opened(bundleOf((bundle) => {
    const [told] = resources(bundle, 'Condition');
    const { fullUrl } = bundle.entry.find((e) => e.resource === told);
    const more = Array.from({ length: 3 }, (_, i) => '00000000-0000-4000-8000-00000000d00' + i)
      .map((id) => ({ fullUrl: 'urn:uuid:' + id, resource: { ...structuredClone(told), id, code: { text: 'Problème ' + id.slice(-1) } } }));
    const besides = bundle.entry.filter((e) => ['DeviceUseStatement', 'Consent'].includes(e.resource.resourceType)).map((e) => e.fullUrl);
    const [patient] = resources(bundle, 'Patient');
    patient.contact = patient.contact.slice(0, 1);
    delete patient.generalPractitioner;
    bundle.entry.push(...more);
    for (const section of resources(bundle, 'Composition')[0].section) {
      if (section.entry && section.entry.some((e) => e.reference === fullUrl)) section.entry.push(...more.map((e) => ({ reference: e.fullUrl })));
      if (section.entry) section.entry = section.entry.filter((e) => !besides.includes(e.reference));
    }
  }), { height: 625 });
  const { bottom, height } = await sizeOf(page);
  ok(bottom <= height, `the first screen ends at ${bottom} of ${height}`);
  equal(await page.locator('#devices,#directives').count(), 0, 'cards beside the contacts');
  equal(await page.locator('#problems .more').count(), 0, 'problems that go below');
  const [problems, medications] = await Promise.all(['#problems', '#medications'].map((id) => page.locator(id).boundingBox()));
  ok(problems.x > medications.x, 'the problems are not in the third column');
  await page.finish();
});

test('a sample record and a damaged one say so, on the screen and on paper', async () => {
  for (const [code, words] of [['sample', 'DOSSIER D’EXEMPLE'], ['incomplete', 'SOMMAIRE INCOMPLET']]) {
    const page = await opened(bundleOf((bundle) => {
      bundle.entry[0].resource.meta = { tag: [{ system: 'https://citiz.example/fhir/tag', code }] };
    }), { height: 625 });
    const { bottom, height } = await sizeOf(page);
    ok(bottom <= height, `the first screen of ${code} ends at ${bottom} of ${height}`);
    contains(await page.locator('.identity').innerText(), words);
    contains(await page.locator('#paper').textContent(), words);
    await page.finish();
  }
  const real = await opened(lucieText);
  lacks(await text(real), 'EXEMPLE');
  lacks(await text(real), 'INCOMPLET');
  await real.finish();
});

await runOut();
