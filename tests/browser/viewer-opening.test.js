// The doctor's page and an access: opened, renewed, ended, damaged, without a server. In Chromium. SPDX-License-Identifier: AGPL-3.0-or-later

import { createHash, randomBytes } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { constants } from 'node:zlib';
import { contains, equal, lacks, newPage, ok, test } from './harness.js';
import { codeOf, fillIsland, ledgerNow, linkOf, makeGrant, offlineIsland, readNote, renewGrant, sixWordsOf } from './mock-node.js';
import { ask, browser, lucie, lucieText, opened, overflow, pageFile, pagesOf, text, words, work, world, runOut } from './viewer-world.js';

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
  const page = await opened(lucieText, { clock: true });
  Object.assign(page.grant, { state: 'revoked', endedAt: ledgerNow(page.grant) });
  await page.clock.runFor(62000);
  await page.waitForSelector('.twolang');
  contains(await text(page), 'La personne y a mis fin');
  lacks(await page.content(), 'Apixaban', 'page');
  await page.finish();
});

test('losing the network changes nothing on screen', async () => {
  const page = await opened(lucieText, { clock: true });
  page.grant.break.offline = true;
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
  const page = await opened(lucieText, { clock: true });
  equal(await page.locator('.renewed button').count(), 0, 'notices before');
  await page.fill('#note-text', 'Vue à 14 h');
  renewGrant(page.grant, later());
  await page.clock.runFor(62000);
  await page.waitForSelector('.renewed button');
  contains(await text(page), 'Apixaban', 'until it is asked for');
  equal(await page.inputValue('#note-text'), 'Vue à 14 h', 'note');
  await page.click('.renewed button');
  await page.waitForFunction(() => document.querySelector('#app').innerText.includes('Edoxaban'));
  lacks(await text(page), 'Apixaban');
  equal(await page.locator('.renewed button').count(), 0, 'notices after');
  equal(page.grant.openings.length, 2, 'openings');
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
  equal((await page.inputValue('#note-text')).length, 1200, 'nothing is cut');
  contains(await page.innerText('#note'), 'Trop longue : 1200/1000');
  ok(await page.isDisabled('#note .primary'), 'too long a note can be sent');
  await page.fill('#note-text', 'x'.repeat(1000));
  ok(await page.isEnabled('#note .primary'), 'a note of the full length cannot be sent');
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

await runOut();
