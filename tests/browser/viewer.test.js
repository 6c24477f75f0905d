// The doctor's page, every state of it, in Chromium. SPDX-License-Identifier: AGPL-3.0-or-later

import { createHash, randomBytes } from 'node:crypto';
import { existsSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { constants } from 'node:zlib';
import { contains, equal, lacks, launch, newPage, ok, runAll, test } from './harness.js';
import { codeOf, fillIsland, ledgerNow, linkOf, makeGrant, offlineIsland, readNote, renewGrant, sixWordsOf, startNode } from './mock-node.js';

const [pageFile, hashesFile, data, wordsDir, work] = process.argv.slice(2);
const lucieText = readFileSync(data + '/viewer/lucie.json', 'utf8');
const lucie = () => JSON.parse(lucieText);
const words = Object.fromEntries(['en', 'fr'].map((code) => [code, readFileSync(`${wordsDir}/words-${code}.txt`, 'utf8').normalize('NFC').replace('\ufeff', '').trim().split(/\s+/)]));
const world = await startNode(pageFile, hashesFile);
const browser = await launch();

const text = (page) => page.locator('#app').innerText();

/** A page on a fresh grant; `grant` options go to makeGrant. */
async function ask(bundle, options = {}) {
  const grant = makeGrant(bundle, options.grant);
  const link = world.add(grant);
  Object.assign(grant.break, options.break);
  if (options.prepare) options.prepare(grant);
  const page = await newPage(browser, world.origin, options);
  page.grant = grant;
  await page.goto(link);
  return page;
}

async function opened(bundle, options = {}) {
  const page = await ask(bundle, options);
  await page.fill('#reader-name', 'Camille Ouellet');
  await page.click('#open');
  await page.waitForSelector('.first');
  return page;
}

const resources = (bundle, type) => bundle.entry.map((e) => e.resource).filter((r) => r.resourceType === type);
const overflow = (page) => page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
const sizeOf = (page) => page.evaluate(() => ({ bottom: Math.round(document.querySelector('.first').getBoundingClientRect().bottom), height: window.innerHeight }));
const pagesOf = (pdf) => (pdf.toString('latin1').match(/\/Type\s*\/Page\b(?!s)/g) || []).length;

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

// Ends

const ENDS = {
  expired: { set: (g) => Object.assign(g, { state: 'expired', endedAt: g.expires, clock: { ledger: g.expires + 125 * 60000, wall: Date.now() } }), fr: 'Il a pris fin dimanche 18 octobre 2026 à 14 h 05, heure de Québec, il y a 2 h ', ago: [/il y a 2 h [0123]\d\b/, /\b2 h [0123]\d min ago/], en: 'It ended on Sunday, October 18, 2026 at 14:05, Québec time, 2 h ' },
  revoked: { set: (g) => Object.assign(g, { state: 'revoked', endedAt: g.notBefore + 600000 }), fr: 'La personne y a mis fin samedi 17 octobre 2026 à 14 h 15', en: 'The person ended it on Saturday, October 17, 2026 at 14:15' },
  used: { set: (g) => Object.assign(g, { state: 'used', used: 5 }), fr: 'Toutes les ouvertures permises ont été faites', en: 'All the openings allowed have been made' },
  unknown: { set: (g) => world.grants.delete(g.id.toString('hex')), fr: 'Ce lien ne correspond à aucun accès ouvert', en: 'This link does not match any open access' },
};
for (const [name, end] of Object.entries(ENDS)) {
  test('ended: ' + name, async () => {
    for (const [width, height] of [[1366, 768], [360, 740]]) {
      const page = await ask(lucieText, { prepare: end.set, width, height });
      await page.waitForSelector('.twolang');
      const shown = await text(page);
      contains(shown, end.fr);
      contains(shown, end.en);
      for (const words of end.ago || []) contains(shown, words);
      contains(shown, '514 555-0142');
      equal(await page.locator('.bigtel').getAttribute('href'), 'tel:5145550142', 'phone');
      equal(await page.locator('.twolang [lang=fr], .twolang [lang=en]').count(), 4, 'both languages');
      ok(await overflow(page) <= 0, 'scrolls sideways at ' + width);
      await page.finish();
    }
  });
}

test('ended, no contact in the link', async () => {
  const page = await ask(lucieText, { grant: { contact: null }, prepare: ENDS.revoked.set });
  await page.waitForSelector('.ended');
  equal(await page.locator('ol.again').first().locator('li').count(), 2, 'steps, each another');
  const shown = await text(page);
  contains(shown, 'Ses proches ou sa pharmacie');
  equal(shown.match(/pharmac(ie|y)/g).length, 2, 'it is said once in each language');
  equal(await page.locator('.callbox').count(), 0, 'boxes of nobody to call');
  await page.finish();
});

test('a cut link says so and offers the code', async () => {
  for (const cut of ['eyJ1cmwiOiJ', 'eyJ1cmwiOiJ%', 'eyJ1%E9mwi']) {
    const page = await newPage(browser, world.origin);
    await page.goto(world.origin + '/v#shlink:/' + cut);
    contains(await text(page), 'Ce lien est coupé ou mal copié');
    await page.locator('.btn').click();
    contains(await text(page), 'Vous avez un code');
    await page.finish();
  }
});

test('the end comes while the page is open: wiped, the six words stay', async () => {
  const page = await opened(lucieText, { prepare: (g) => Object.assign(g, { expires: ledgerNow(g) + 15000 }) });
  ok(await page.locator('.access.soon').count(), 'the last half hour is not marked');
  contains(await page.locator('.access').first().innerText(), 'plus que');
  await page.waitForSelector('.twolang');
  const html = await page.content();
  for (const gone of ['Bergeron', 'BERGERON', 'Apixaban', 'Ouellet']) lacks(html, gone, 'page after the end');
  contains(await text(page), sixWordsOf(page.grant, page.grant.openings[0], words.fr).join(' '));
  await page.finish();
});

test('revoked while the page is open: seen at the next look, wiped', async () => {
  const grant = makeGrant(lucieText);
  const link = world.add(grant);
  const page = await newPage(browser, world.origin);
  await page.clock.install();
  await page.goto(link);
  await page.click('#open');
  await page.waitForSelector('.first');
  Object.assign(grant, { state: 'revoked', endedAt: ledgerNow(grant) });
  await page.clock.runFor(62000);
  await page.waitForSelector('.twolang');
  contains(await text(page), 'La personne y a mis fin');
  lacks(await page.content(), 'Apixaban', 'page');
  await page.finish();
});

test('losing the network changes nothing on screen', async () => {
  const grant = makeGrant(lucieText);
  const link = world.add(grant);
  const page = await newPage(browser, world.origin);
  await page.clock.install();
  await page.goto(link);
  await page.click('#open');
  await page.waitForSelector('.first');
  grant.break.offline = true;
  await page.clock.runFor(62000);
  contains(await text(page), 'Apixaban');
  await page.finish();
});

test('close and wipe', async () => {
  const page = await opened(lucieText);
  await page.click('.btn.wipe');
  contains(await text(page), 'Le dossier est effacé de cet appareil');
  for (const gone of ['Bergeron', 'BERGERON', 'Apixaban', 'Ouellet']) lacks(await page.content(), gone, 'page');
  await page.goto('about:blank');
  await page.goBack();
  lacks(await page.content(), 'Apixaban', 'page after going back');
  await page.finish();
});

// Opening

test('three of four nodes, one down', async () => {
  const page = await opened(lucieText, { grant: { t: 3, m: 4 }, break: { down: [2] } });
  contains(await text(page), 'Apixaban');
  equal(await page.locator('.words li').allInnerTexts(), sixWordsOf(page.grant, page.grant.openings[0], words.fr), 'receipt words');
  await page.finish();
});

test('a node that lies is left out; too few shares are refused', async () => {
  const good = await opened(lucieText, { grant: { t: 3, m: 4 }, break: { share: 1 } });
  contains(await text(good), 'Apixaban');
  contains(await text(good), 'a donné une fausse part', 'receipt');
  const told = JSON.parse(/\{.*\}/.exec(readNote(good.grant, good.grant.notes[0]).text)[0]);
  equal([told.index, told.receipt.opening], [1, good.grant.openings[0].id], 'evidence');
  ok(told.commitment !== good.grant.nodes[0].commitment.toString('hex') && told.given, 'what the node signed');
  await good.finish();
  const page = await ask(lucieText, { grant: { t: 3, m: 4 }, break: { share: 1, down: [2] } });
  await page.click('#open');
  await page.waitForSelector('.fail');
  contains(await page.locator('.fail').innerText(), 'altérées');
  lacks(await text(page), 'Rien n’est ouvert avant', 'page after an opening was entered');
  page.grant.break = {};
  await page.click('#open');
  await page.waitForSelector('.first');
  equal(page.grant.used, 1, 'openings counted over both tries');
  await page.finish();
});

test('another reader was first: the count is taken again', async () => {
  const page = await ask(lucieText, { prepare: (g) => {
    g.break.open = (body) => {
      g.break.open = null;
      g.used = 2;
      return [409, { used: 2 }];
    };
  } });
  await page.click('#open');
  await page.waitForSelector('.first');
  equal(page.grant.used, 3, 'openings');
  await page.finish();
});

const later = () => lucieText.replaceAll('Apixaban', 'Edoxaban');

test('renewed between the opening and the shares: opened again, by itself, with the words of that opening', async () => {
  const page = await opened(lucieText, { break: { afterOpen: (g) => {
    g.break.afterOpen = null;
    renewGrant(g, later());
  } } });
  contains(await text(page), 'Edoxaban');
  lacks(await text(page), 'Apixaban');
  equal(page.grant.openings.length, 2, 'openings, all counted');
  contains(await page.content(), sixWordsOf(page.grant, page.grant.openings[1], words.fr).join(' '));
  await page.finish();
});

test('a node that renews without end is given up, after few openings', async () => {
  const page = await ask(lucieText, { grant: { max: 9 }, break: { afterOpen: (g) => renewGrant(g, later()) } });
  await page.click('#open');
  await page.waitForSelector('.fail');
  equal(page.grant.openings.length, 3, 'openings');
  await page.finish();
});

test('renewed while the page is open: it says so, typed text stays, and reads again when asked', async () => {
  const grant = makeGrant(lucieText);
  const link = world.add(grant);
  const page = await newPage(browser, world.origin);
  await page.clock.install();
  await page.goto(link);
  await page.click('#open');
  await page.waitForSelector('.first');
  equal(await page.locator('.renewed button').count(), 0, 'notices before');
  await page.fill('#note-text', 'Vue à 14 h');
  renewGrant(grant, later());
  await page.clock.runFor(62000);
  await page.waitForSelector('.renewed button');
  contains(await text(page), 'Apixaban', 'until it is asked for');
  equal(await page.inputValue('#note-text'), 'Vue à 14 h', 'note');
  await page.click('.renewed button');
  await page.waitForFunction(() => document.querySelector('#app').innerText.includes('Edoxaban'));
  lacks(await text(page), 'Apixaban');
  equal(await page.locator('.renewed button').count(), 0, 'notices after');
  equal(grant.openings.length, 2, 'openings');
  equal(await page.inputValue('#note-text'), 'Vue à 14 h', 'note');
  await page.finish();
});

test('passcode: tries left in words, then open, one opening in all', async () => {
  const page = await ask(lucieText, { grant: { passcode: 'érable 42' } });
  contains(await text(page), 'Ce lien demande un code');
  await page.fill('#passcode', 'wrong');
  await page.click('#open');
  await page.waitForSelector('.fail');
  contains(await page.locator('.fail').innerText(), 'Il reste 4 essais');
  equal(page.grant.used, 0, 'openings after a wrong code');
  await page.fill('#passcode', 'érable 42');
  await page.click('#open');
  await page.waitForSelector('.first');
  equal(page.grant.used, 1, 'openings');
  await page.finish();
  const last = await ask(lucieText, { grant: { passcode: 'x' }, prepare: (g) => Object.assign(g, { triesLeft: 1 }) });
  await last.click('#open');
  await last.waitForSelector('.fail');
  contains(await last.locator('.fail').innerText(), 'trop d’essais');
  await last.finish();
});

for (const [name, damage] of Object.entries({
  capsule: (g) => {
    g.break.blob = Buffer.from(g.blob);
    g.break.blob[200] ^= 1;
  },
  'capsule and its hash': (g) => {
    const blob = Buffer.from(g.blob);
    blob[200] ^= 1;
    Object.assign(g, { blob, capsule: createHash('sha256').update(blob).digest() });
  },
  share: (g) => Object.assign(g.break, { share: 1 }),
  key: (g) => Object.assign(g, { recordKey: randomBytes(32) }),
})) {
  test('refused with a sentence when damaged: ' + name, async () => {
    const grant = makeGrant(lucieText);
    world.add(grant);
    damage(grant);
    const page = await newPage(browser, world.origin);
    await page.goto(linkOf(grant, world.origin));
    await page.click('#open');
    await page.waitForSelector('.fail');
    contains(await page.locator('.fail').innerText(), 'Rien n’en est montré');
    contains(await page.locator('.fail').innerText(), '514 555-0142');
    lacks(await page.content(), 'Apixaban', 'page');
    await page.finish();
  });
}

test('a record that is no FHIR bundle is refused', async () => {
  const page = await ask('{"resourceType":"Patient"}');
  await page.click('#open');
  await page.waitForSelector('.fail');
  await page.finish();
});

test('stored and fixed DEFLATE blocks are read too', async () => {
  for (const deflate of [{ level: 0 }, { strategy: constants.Z_FIXED }]) {
    const page = await opened(lucieText, { grant: { deflate } });
    contains(await text(page), 'Apixaban');
    await page.finish();
  }
});

test('sleeping card: the hours start with the opening', async () => {
  const page = await ask(lucieText, { grant: { duration: 24 * 3600000 } });
  await page.waitForFunction(() => document.querySelector('.until b'));
  contains(await text(page), 'les 24 heures commencent à l’ouverture');
  await page.click('#open');
  await page.waitForSelector('.first');
  contains(await page.locator('.access').first().innerText(), /reste 23 h [345]\d\b/);
  await page.finish();
});

test('a spoken code is used up in words', async () => {
  const grant = makeGrant(lucieText);
  world.add(grant);
  world.codes.set('7KM', { grant, ...codeOf(grant, world.origin, '7KM4QX9P', '1959-03-12') });
  const page = await newPage(browser, world.origin);
  await page.goto(world.origin + '/v');
  await page.fill('#code', '7km4-qx9p');
  await page.locator('input').nth(1).fill('1959-03-13');
  for (const said of ['4 essais', '3 essais', '2 essais', 'un seul essai', 'ne sert plus']) {
    await page.click('.primary');
    await page.waitForSelector(`.fail:has-text("${said}")`);
  }
  contains(await page.locator('.fail').innerText(), 'Demandez le lien ou le code QR');
  world.codes.delete('7KM');
  await page.finish();
});

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

test('spoken code and date of birth lead to the same page', async () => {
  const grant = makeGrant(lucieText);
  world.add(grant);
  grant.nodes[0].at = 'http://127.0.0.1:9'; // where it was when the link was made: the node that took the code is here
  world.codes.set('7KM', { grant, ...codeOf(grant, world.origin, '7KM4QX9P', '1959-03-12') });
  world.requests.length = 0; // the sealed notes of all tests before hold any four letters sooner or later
  const page = await newPage(browser, world.origin);
  await page.goto(world.origin + '/v');
  await page.fill('#code', '7km4 qx9');
  await page.click('.primary');
  contains(await page.locator('.fail').innerText(), 'Il faut 8 caractères');
  await page.fill('#code', '7km4-qx9p');
  await page.locator('input').nth(1).fill('1959-03-13');
  await page.click('.primary');
  await page.waitForSelector('.fail:has-text("4 essais")');
  await page.locator('input').nth(1).fill('19590312');
  await page.locator('input').nth(1).press('Enter');
  await page.waitForSelector('#reader-name');
  contains(await text(page), 'Lucie B. vous ouvre');
  equal(grant.used, 0, 'openings');
  ok(!JSON.stringify(world.requests.map((r) => [r.url, r.body])).includes('QX9P'), 'the secret half left the page');
  await page.click('#open');
  await page.waitForSelector('.first');
  await page.finish();
});

test('note to the patient: sent, sealed, added to', async () => {
  const page = await opened(lucieText);
  await page.fill('#note-text', 'x'.repeat(1200));
  equal((await page.inputValue('#note-text')).length, 1000, 'limit');
  await page.fill('#note-text', 'Vue à l’urgence. <b>Revoir</b>');
  page.grant.break.note = true;
  await page.click('#note .primary');
  await page.waitForSelector('#note .fail');
  equal(await page.inputValue('#note-text'), 'Vue à l’urgence. <b>Revoir</b>', 'kept text');
  page.grant.break.note = false;
  await page.click('#note .primary');
  await page.waitForSelector('#note .quiet');
  const note = readNote(page.grant, page.grant.notes[0]);
  equal([note.name, note.text], ['Camille Ouellet', 'Vue à l’urgence. <b>Revoir</b>'], 'note');
  await page.finish();
});

// Clinical rules

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
  await row('Niveau de soins').locator('button').click();
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

// Without a server, without means

test('offline copy in one file: asks the code, cannot end, says so', async () => {
  const file = work + '/offline.html';
  writeFileSync(file, fillIsland(readFileSync(pageFile, 'utf8'), offlineIsland(lucie(), '7KM4QX9P')));
  const page = await newPage(browser, 'file://');
  const said = [];
  page.on('console', (message) => said.push(message.text()));
  await page.goto('file://' + file);
  contains(await text(page), 'ne peut pas prendre fin de lui-même');
  await page.fill('#code', 'AAAA BBBB');
  await page.keyboard.press('Enter');
  await page.waitForSelector('.fail');
  await page.fill('#code', '7km4 qx9p');
  await page.keyboard.press('Enter');
  await page.waitForSelector('.first');
  contains(await page.locator('.access').first().innerText(), 'Copie hors ligne du 17 oct. 2026, 14 h 05 : ne prend pas fin');
  equal(await page.locator('#note, #receipt').count(), 0, 'note or receipt');
  equal(said, [], 'what the browser warns of');
  equal(pagesOf(await page.pdf({ format: 'Letter' })), 1, 'paper');
  await page.finish();
});

test('preview by the person: shown at once, nobody has access', async () => {
  world.pages.set('/preview/x', fillIsland(world.page, { preview: true, bundle: lucie(), label: 'Lucie B.' }));
  const page = await newPage(browser, world.origin);
  const said = [];
  page.on('console', (message) => said.push(message.text()));
  await page.goto(world.origin + '/preview/x');
  await page.waitForSelector('.first');
  contains(await page.locator('.access').first().innerText(), 'personne n’a reçu d’accès');
  equal(said.filter((words) => !/allow-scripts and allow-same-origin/.test(words)), [], 'what the browser warns of (data/viewer/DESIGN.md)');
  await page.finish();
});

test('no WebCrypto: a sentence and the phone, never a blank page', async () => {
  const page = await ask(lucieText, { before: () => Object.defineProperty(window.crypto, 'subtle', { value: undefined }) });
  contains(await text(page), 'Ce navigateur ne peut pas ouvrir le dossier');
  contains(await text(page), '514 555-0142');
  equal(await page.evaluate(() => window.location.hash), '', 'fragment');
  await page.finish();
});

test('a browser that does not know a rule of the style passes it over', async () => {
  const page = await opened(lucieText, { before: () => {
    const insert = CSSStyleSheet.prototype.insertRule;
    CSSStyleSheet.prototype.insertRule = function only(rule, at) {
      if (/:has|:focus-visible/.test(rule)) throw new SyntaxError('not a rule');
      return insert.call(this, rule, at);
    };
  } });
  contains(await text(page), 'Apixaban');
  await page.finish();
});

test('no JavaScript: both languages', async () => {
  const page = await newPage(browser, world.origin, { javaScriptEnabled: false });
  await page.goto(linkOf(makeGrant(lucieText), world.origin));
  const shown = await page.locator('body').innerText();
  contains(shown, 'JavaScript est désactivé');
  contains(shown, 'JavaScript is turned off');
  await page.finish();
});

const bundleOf = (change) => {
  const bundle = lucie();
  change(bundle);
  return JSON.stringify(bundle);
};

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

test('a reload tells the end, whom to call, and keeps no key', async () => {
  const page = await opened(lucieText);
  await page.reload();
  await page.waitForSelector('#code');
  contains(await text(page), 'scannez de nouveau le code QR');
  ok(!JSON.stringify(await page.evaluate(() => window.history.state)).includes(page.grant.secret.toString('base64url')), 'the secret is kept');
  Object.assign(page.grant, { state: 'revoked', endedAt: ledgerNow(page.grant) });
  await page.reload();
  await page.waitForSelector('.ended');
  for (const part of ['La personne y a mis fin', 'The person ended it', '514 555-0142', 'à l’instant']) contains(await text(page), part);
  equal(await page.evaluate(() => window.location.href), world.origin + '/v', 'address');
  await page.finish();
});

test('closing and wiping leaves nothing for a reload', async () => {
  const page = await opened(lucieText);
  await page.click('.btn.wipe');
  equal(await page.evaluate(() => window.history.state), null, 'what is kept');
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

const failed = await runAll(process.env.CITIZ_ONLY);
await browser.close();
world.stop();
process.exit(failed ? 1 : 0);
