// The doctor's page joins the shares of four real nodes: all up, one down, one lying. SPDX-License-Identifier: AGPL-3.0-or-later

import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { contains, equal, lacks, launch, newPage, ok, runAll, test } from './harness.js';

const [program, bundle] = process.argv.slice(2);
const nodes = spawn(program, [bundle], { stdio: ['pipe', 'pipe', 'inherit'] });
const lines = createInterface({ input: nodes.stdout })[Symbol.asyncIterator]();
const hear = async () => JSON.parse((await lines.next()).value);
const links = await hear();
const browser = await launch();

function say(line) {
  nodes.stdin.write(line + '\n');
  return hear();
}

/** A page of the first node, opened; how long from the press to the first screen. */
async function opened(name, link = links.plain.link, origins = links.origins) {
  const page = await newPage(browser, origins);
  page.asked = new Set();
  page.on('request', (request) => request.url().endsWith('/release') && page.asked.add(new URL(request.url()).origin));
  await page.goto(link);
  await page.fill('#reader-name', name);
  await page.waitForFunction(() => /\d/.test(document.querySelector('.until').textContent));
  const began = Date.now();
  await page.click('#open');
  await page.waitForSelector('.first');
  page.took = Date.now() - began;
  return page;
}

test('four nodes, each asked for its own share', async () => {
  const page = await opened('Camille Ouellet');
  equal(page.asked.size, 4, 'nodes asked');
  contains(await page.locator('#app').innerText(), 'Apixaban');
  console.log(`# from the press to the first screen: ${page.took} ms`);
  await page.finish();
  const notes = await say('notes');
  equal(notes.map((n) => n.name), ['Camille Ouellet'], 'notes');
});

test('one node down', async () => {
  await say('down 3');
  const page = await opened('Luc Roy');
  contains(await page.locator('#app').innerText(), 'Apixaban');
  console.log(`# with one node down: ${page.took} ms`);
  page.faults = page.faults.filter((fault) => !fault.includes(links.origins[3]));
  await page.finish();
  await say('up 3');
});

test('one node hangs, the one that is asked first: the others are asked before its time is over', async () => {
  const page = await newPage(browser, links.origins);
  const over = [];
  page.on('requestfailed', (request) => over.push(request.url()));
  await page.route(links.origins[0] + '/v1/**', () => {});
  await page.goto(links.plain.link);
  await page.fill('#reader-name', 'Luc Roy');
  await page.waitForFunction(() => /\d/.test(document.querySelector('.until').textContent));
  await page.click('#open');
  await page.waitForSelector('.first');
  equal(over, [], 'nobody was waited for until the end');
  contains(await page.locator('#app').innerText(), 'Apixaban');
  await page.unrouteAll({ behavior: 'ignoreErrors' });
  page.faults = page.faults.filter((fault) => !fault.includes(links.origins[0]));
  await page.finish();
});

test('too few nodes: how many answer of how many are needed, and whom to call', async () => {
  const page = await newPage(browser, links.origins);
  for (const origin of links.origins.slice(2)) await page.route(origin + '/**', (route) => route.abort());
  await page.goto(links.plain.link);
  await page.fill('#reader-name', 'Luc Roy');
  await page.waitForFunction(() => /\d/.test(document.querySelector('.until').textContent));
  await page.click('#open');
  await page.waitForSelector('.fail');
  const told = await page.locator('.fail').innerText();
  contains(told, 'répondent : 2 sur 4, et il en faut 3. Rien n’a été ouvert');
  contains(told, await page.locator('.fail a').count() ? 'Contact choisi par la personne' : 'Appelez ses proches ou sa pharmacie');
  await page.finish();
});

/** Nodes that take a request and do not answer, until they are let go on: what was asked meanwhile is then answered, too. */
async function hang(page, origins) {
  const held = [];
  for (const origin of origins) await page.route(origin + '/v1/**', (route) => held.push(route));
  return async () => {
    for (const origin of origins) await page.unroute(origin + '/v1/**');
    await Promise.all(held.map((route) => route.continue().catch(() => {})));
  };
}

/** A link that is opened while two nodes hang: told before any request is given up, and without a promise; opens by itself once they answer. */
async function openedLate(link, told, prepare = () => {}) {
  const page = await newPage(browser, links.origins);
  await prepare(page);
  const over = [];
  page.on('requestfailed', (request) => over.push(request.url()));
  await page.goto(link);
  await page.fill('#reader-name', 'Luc Roy');
  await page.waitForFunction(() => /\d/.test(document.querySelector('.until').textContent));
  const goOn = await hang(page, links.origins.slice(2));
  await page.click('#open');
  await page.waitForSelector('.fail:has-text("2 sur 4, et il en faut 3")');
  equal(over, [], 'told before any request was given up');
  const text = await page.locator('#open-panel').innerText();
  for (const part of told) contains(text, part);
  contains(text, 'Cette page continue d’essayer');
  contains(text, await page.locator('.fail a').count() ? 'Contact choisi par la personne' : 'Appelez ses proches ou sa pharmacie');
  lacks(text, 'dizaine', 'panel while an opening cannot come');
  equal(await page.locator('#open').count(), 0, 'buttons');
  await goOn();
  await page.waitForSelector('.first');
  contains(await page.locator('#app').innerText(), 'Apixaban');
  page.faults = page.faults.filter((fault) => !fault.includes('503'));
  await page.finish();
}

test('two nodes hang: how many answer, and whom to call; opens by itself when they go on', () => openedLate(links.plain.link, [/Rien n’a été ouvert|L’ouverture est inscrite/]));

test('too few nodes: opens by itself when one more is back', async () => {
  const page = await newPage(browser, links.origins);
  for (const origin of links.origins.slice(2)) await page.route(origin + '/**', (route) => route.abort());
  await page.goto(links.plain.link);
  await page.click('#open');
  await page.waitForSelector('.fail:has-text("2 sur 4, et il en faut 3")');
  await page.unroute(links.origins[3] + '/**');
  await page.waitForSelector('.first');
  contains(await page.locator('#app').innerText(), 'Apixaban');
  await page.finish();
});

/** Another reader while the ledger stands still, and one node says that all openings but the last are used up: the numbers the others give theirs. */
async function usesOfAnother() {
  const page = await newPage(browser, links.origins);
  const uses = [];
  await page.route(links.origins[3] + '/**/stalled', (route) => route.fulfill(route.request().method() === 'POST' ? lie({ state: 'active', used: 15 }, 409) : lie({})));
  page.on('response', async (response) => {
    if (!response.url().endsWith('/stalled') || response.status() !== 200 || response.request().method() !== 'POST') return;
    const { receipt } = await response.json();
    uses.push(receipt.use);
  });
  await page.goto(links.stalled.link);
  await page.fill('#reader-name', 'Luc Roy');
  await page.waitForFunction(() => /\d/.test(document.querySelector('.until').textContent));
  await page.click('#open');
  await page.waitForSelector('.first');
  await page.finish();
  return uses;
}

/** What a liar answers to any page of another origin. */
const lie = (json, status = 200) => ({ status, headers: { 'Access-Control-Allow-Origin': '*', 'Access-Control-Allow-Headers': 'content-type' }, json });

/** Opens by a first node that answers /open with an opening of its own invention, entered (`first`) or not; how many openings that makes on the ledger. */
async function openedByLiar(link, first) {
  const page = await newPage(browser, links.origins);
  let path;
  let before;
  let lies = 0;
  await page.route(links.origins[0] + '/**/open', async (route) => {
    path = new URL(route.request().url()).pathname.replace('/open', '');
    before = await (await fetch(links.origins[1] + path)).json();
    if (first) await route.fetch();
    lies++;
    return route.fulfill(lie({ opening: 'ab'.repeat(32), time: 1, height: 1, capsule: before.capsule }));
  });
  await page.goto(link);
  await page.fill('#reader-name', 'Jean Roy');
  await page.waitForFunction(() => /\d/.test(document.querySelector('.until').textContent));
  await page.click('#open');
  await page.waitForSelector('.first');
  contains(await page.locator('#app').innerText(), 'Apixaban');
  equal(lies, 1, 'times the liar was asked');
  page.faults = page.faults.filter((fault) => !/40[39]|410/.test(fault));
  await page.finish();
  return (await (await fetch(links.origins[1] + path)).json()).used - before.used;
}

test('one node invents an opening: entered again by another, also the last one', async () => {
  equal(await openedByLiar(links.once.link, false), 1, 'openings');
});

test('one node enters the opening and invents another: found again by its note, nothing is burnt', async () => {
  equal(await openedByLiar(links.plain.link, true), 1, 'openings');
});

test('one node enters the last opening and invents another: found again by its note', async () => {
  equal(await openedByLiar(links.last.link, true), 1, 'openings');
});

for (const [what, status, json] of [['that the access is over', 410, { state: 'revoked' }], ['that the passcode is wrong', 401, { remainingAttempts: 0 }], ['that it may not', 403, { error: 'secret' }]]) {
  test('one node says ' + what + ': the others are asked', async () => {
    const page = await newPage(browser, links.origins);
    let lies = 0;
    await page.route(links.origins[0] + '/v1/grants/**', (route) => {
      if (route.request().method() !== 'POST') return route.fulfill(lie({ state: 'revoked', now: 1, endedAt: 1 }));
      lies++;
      return route.fulfill(lie(json, status));
    });
    await page.goto(links.passcode.link);
    await page.fill('#reader-name', 'Jeanne Roy');
    await page.fill('#passcode', '4821');
    await page.waitForFunction(() => /\d/.test(document.querySelector('.until').textContent));
    await page.click('#open');
    await page.waitForSelector('.first');
    contains(await page.locator('#app').innerText(), 'Apixaban');
    ok(lies > 0, 'the liar was not asked');
    page.faults = page.faults.filter((fault) => !/40[13]|410/.test(fault));
    await page.finish();
  });
}

test('a wrong passcode: told when a second node says so', async () => {
  const page = await newPage(browser, links.origins);
  await page.goto(links.passcode.link);
  await page.fill('#reader-name', 'Jeanne Roy');
  await page.fill('#passcode', '0000');
  await page.waitForFunction(() => /\d/.test(document.querySelector('.until').textContent));
  await page.click('#open');
  await page.waitForSelector('.fail');
  contains(await page.locator('.fail').innerText(), 'Il reste 4 essais');
  page.faults = page.faults.filter((fault) => !fault.includes('401'));
  await page.finish();
});

test('the ledger stands still, and one node says that it does not: the others open without it, and it learns of it afterwards', async () => {
  await say('cut');
  const page = await newPage(browser, links.origins);
  let path;
  let lies = 0;
  await page.route(links.origins[3] + '/**/stalled', (route) => {
    lies += route.request().method() === 'POST';
    return route.fulfill(lie({ opening: 'ab'.repeat(32), time: 1, capsule: 'cd'.repeat(32) }));
  });
  page.on('request', (request) => {
    if (request.url().endsWith('/stalled')) path = new URL(request.url()).pathname.replace('/stalled', '');
  });
  await page.goto(links.stalled.link);
  await page.fill('#reader-name', 'Camille Ouellet');
  await page.waitForFunction(() => /\d/.test(document.querySelector('.until').textContent));
  await page.click('#open');
  await page.waitForFunction(() => /registre ne répond pas/.test(document.querySelector('#open-panel').textContent));
  await page.waitForSelector('.first', { timeout: 120000 });
  const text = await page.locator('#app').innerText();
  contains(text, 'Apixaban');
  contains(text, 'à l’arrêt', 'the sentence about the ledger');
  ok(lies > 0, 'the liar was not asked');
  page.faults = page.faults.filter((fault) => !fault.includes('503'));
  await page.finish();
  const notes = await say('notes of stalled');
  ok(notes.length >= 3 && notes.every((n) => n.kind === 7 && n.name === 'Camille Ouellet'), JSON.stringify(notes));
  const used = async () => (await (await fetch(links.origins[0] + path)).json()).used;
  equal(await used(), 0, 'openings on a ledger that stands still');
  equal(await usesOfAnother(), [2, 2, 2], 'number of the next opening, whatever one node says');
  await say('mend');
  for (let tries = 0; tries < 1200 && (await used()) < 2; tries++) await new Promise((resolve) => setTimeout(resolve, 100));
  equal(await used(), 2, 'openings on the ledger afterwards');
});

test('the ledger stands still because two nodes hang: no opening is promised until they go on', async () => {
  await say('cut');
  try {
    await openedLate(links.stalled.link, ['registre ne répond pas'], async (page) => { // nor does it end because nodes say that it is another's turn, and whose does not change
      for (const origin of links.origins) await page.route(origin + '/**/open', (route) => route.fulfill(lie({ state: 'active', used: route.request().postDataJSON().use - 1 }, 409)));
    });
  } finally {
    await say('mend');
  }
});

test('nodes that refuse what they might have given without the ledger are asked again, and not in haste', async () => {
  const page = await newPage(browser, links.origins);
  let asked = 0;
  for (const origin of links.origins) {
    await page.route(origin + '/**/open', (route) => route.fulfill(lie({ error: 'node' }, 503)));
    await page.route(origin + '/**/stalled', (route) => {
      asked += route.request().method() === 'POST';
      return route.fulfill(lie({ error: 'unknown' }, 404));
    });
  }
  await page.goto(links.stalled.link);
  await page.fill('#reader-name', 'Luc Roy');
  await page.waitForFunction(() => /\d/.test(document.querySelector('.until').textContent));
  await page.click('#open');
  await page.waitForFunction(() => /registre ne répond pas/.test(document.querySelector('#open-panel').textContent));
  await page.waitForTimeout(4000);
  ok(asked >= 8, 'asked again: ' + asked);
  ok(asked <= 40, 'times asked in four seconds: ' + asked);
  page.faults = page.faults.filter((fault) => !/503|404/.test(fault));
  await page.finish();
});

test('one node lying: left out, the proof with the patient, also when its part comes last', async () => {
  await say('lie 1');
  const page = await opened('Anne Roy');
  const text = await page.locator('#app').innerText();
  contains(text, 'Apixaban');
  if (text.includes('fausse part')) contains(text, links.origins[1].replace('http://', ''), 'receipt');
  let told;
  for (let tries = 0; tries < 1200 && !told; tries++) {
    told = (await say('notes')).map((n) => n.text).find((one) => one.includes('given'));
    await page.waitForTimeout(100);
  }
  await page.finish();
  ok(told, 'nobody told of the lie');
  ok(JSON.parse(/\{.*\}/.exec(told)[0]).given.length === 86, 'what the node signed');
});

test('the ledger stands still, and two nodes have lost their parts: they are not counted among those that open, and nothing is promised', async () => {
  for (const line of ['lose 2', 'lose 3', 'cut']) await say(line);
  try {
    const page = await newPage(browser, links.origins);
    await page.goto(links.stalled.link);
    await page.fill('#reader-name', 'Luc Roy');
    await page.waitForFunction(() => /\d/.test(document.querySelector('.until').textContent));
    await page.click('#open');
    await page.waitForSelector('.fail:has-text("registre ne répond pas"):has-text("2 sur 4, et il en faut 3")');
    lacks(await page.locator('#open-panel').innerText(), 'dizaine', 'panel while an opening cannot come');
    page.faults = page.faults.filter((fault) => !fault.includes('503'));
    await page.finish();
  } finally {
    await say('mend');
  }
});

test('after the end', async () => {
  const page = await newPage(browser, links.origins);
  await page.goto(links.revoked.link);
  await page.waitForSelector('.ended');
  await page.finish();
});

// Last: the addresses are others from here on.
test('a node has moved since the press, and another is down: it is found where it is now', async () => {
  const [there] = await say('move 2');
  ok(!links.origins.includes(there), 'another address');
  await say('down 3');
  const page = await opened('Luc Roy', links.moved.link, [...links.origins, there]);
  contains(await page.locator('#app').innerText(), 'Apixaban');
  ok(page.asked.has(there), 'asked where it is');
  const blocked = await page.evaluate(() => window.policyViolations.splice(0));
  ok(blocked.every((one) => one.includes(links.origins[2])), 'nothing but the old address is blocked');
  await page.finish();
  await say('up 3');
});

const failed = await runAll(process.env.CITIZ_ONLY);
await browser.close();
nodes.stdin.end();
process.exit(failed ? 1 : 0);
