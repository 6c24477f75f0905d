// The doctor's page of the real node in Chromium, in both languages: opened, read, then ended by the person.
// doctor.mjs CITIZ DATA HELPER WORK-DIR [PICTURES]; status 77: no browser or no registry here. SPDX-License-Identifier: AGPL-3.0-or-later
import { spawn, spawnSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';

const [citiz, data, helper, work, pictures] = process.argv.slice(2).map((name) => path.resolve(name));
const packages = new URL('../browser/package.json', import.meta.url);
const chromium = process.env.CITIZ_CHROMIUM || spawnSync('which', ['chromium'], { encoding: 'utf8' }).stdout.trim();

function skip(why) {
  console.log(`1..0 # SKIP ${why}`);
  process.exit(77);
}

if (!chromium) skip('Chromium is not installed');
fs.mkdirSync(work, { recursive: true });
if (!fs.existsSync(path.join(work, 'node_modules', 'playwright-core'))) {
  fs.copyFileSync(packages, path.join(work, 'package.json'));
  const made = spawnSync('npm', ['install', '--no-audit', '--no-fund', '--ignore-scripts'], { cwd: work, timeout: 600000 });
  if (made.status !== 0) skip('the package registry does not answer, so that playwright-core is missing');
}
Object.assign(process.env, { CITIZ_NPM: work, CITIZ_CHROMIUM: chromium });
const { contains, equal, lacks, launch, newPage, ok, runAll, test } = await import('../browser/harness.js');

const home = fs.mkdtempSync(path.join(os.tmpdir(), 'citiz-doctor-'));
const secret = path.join(home, 'passphrase');
fs.writeFileSync(secret, 'érable bouleau sumac harfang\n', { mode: 0o600 });
const env = { ...process.env, LC_ALL: 'C.UTF-8', HOME: home, XDG_RUNTIME_DIR: home, GSETTINGS_BACKEND: 'memory', CITIZ_IMPORT_HELPER: helper };
const common = ['--vault', path.join(home, 'vault'), '--json', '--passphrase-file', secret];

function done(...args) {
  const result = spawnSync(citiz, [...args, ...common], { env, encoding: 'utf8', timeout: 600000 });
  if (result.status !== 0) throw new Error(`${args.join(' ')}: ${result.stderr}`);
  return JSON.parse(result.stdout);
}

/** A process of ours until its first line of JSON. */
function start(...args) {
  const child = spawn(citiz, [...args, ...common], { env });
  let text = '';
  return new Promise((resolve, reject) => {
    child.once('exit', (code) => reject(new Error(`${args[0]} ended (${code})`)));
    child.stdout.on('data', (bytes) => {
      text += bytes;
      if (text.includes('\n')) resolve({ child, first: JSON.parse(text.slice(0, text.indexOf('\n'))) });
    });
  });
}

function stop(child) {
  return new Promise((resolve) => {
    child.removeAllListeners('exit');
    child.once('exit', resolve);
    child.kill('SIGTERM');
  });
}

done('vault', 'create', '--force');
done('import', path.join(data, 'ips', 'CA_Bundle_FullsomeScenario1.json'));
const live = await start('emergency', '--serve');
const { link, grant } = live.first;
const origin = new URL(link).origin;
const browser = await launch();
const text = (page) => page.locator('#app').innerText();

const words = {
  fr: { peanut: /arachide|peanut/i, ended: 'La personne y a mis fin' },
  en: { peanut: /peanut/i, ended: 'The person ended it' },
};

for (const lang of ['fr', 'en'])
  test(`opened with a name, ${lang}: the first screen, nothing leaves this computer`, async () => {
    const page = await newPage(browser, origin, { lang, width: 1366, height: 625 });
    await page.goto(link);
    equal(await page.evaluate(() => window.location.href), `${origin}/v`, 'the secret stays out of the address');
    await page.fill('#reader-name', 'Dre Isabelle Fortin');
    const from = Date.now();
    await page.click('#open');
    await page.waitForSelector('.first');
    const took = Date.now() - from;
    const shown = await text(page);
    for (const part of ['McCurdy', 'Evelyn', 'ramadol']) ok(shown.toLowerCase().includes(part.toLowerCase()), `the first screen lacks ${part}: ${shown.slice(0, 600)}`);
    ok(words[lang].peanut.test(shown), `the imported allergy is missing: ${shown.slice(0, 600)}`);
    const bottom = await page.evaluate(() => Math.round(document.querySelector('.first').getBoundingClientRect().bottom));
    console.log(`# first screen after ${took} ms, it ends at ${bottom} of 625`);
    if (pictures) await page.screenshot({ path: path.join(pictures, `doctor-${lang}.png`) });
    await page.finish();
  });

test('both openings are in the accesses of the person, by name', async () => {
  await stop(live.child);
  const seen = done('accesses').filter((line) => line.kind === 'opening').map((line) => line.name);
  equal(seen, ['Dre Isabelle Fortin', 'Dre Isabelle Fortin'], 'openings');
});

/** A node of its own until the page answers. */
async function serveNode() {
  const node = spawn(citiz, ['node', ...common], { env });
  for (let i = 0; i < 2400; i++) {
    if ((await fetch(`${origin}/v`).catch(() => ({}))).ok) break;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  return node;
}

test('a medication that came after the press is on the first screen of the same link', async () => {
  const file = path.join(home, 'later.json');
  fs.writeFileSync(file, JSON.stringify({ resourceType: 'Bundle', type: 'collection', entry: [{ resource: {
    resourceType: 'MedicationStatement', id: 'later', status: 'active', subject: { reference: 'Patient/p' },
    medicationCodeableConcept: { text: 'Warfarine 5 mg' }, effectivePeriod: { start: '2026-01-05' } } }] }));
  done('import', file);
  const node = await serveNode();
  let six;
  try {
    const page = await newPage(browser, origin, { lang: 'en', width: 1366, height: 625 }); // the command line speaks English here: the same words
    await page.goto(link);
    await page.fill('#reader-name', 'Dre Isabelle Fortin');
    await page.click('#open');
    await page.waitForSelector('.first');
    const first = await page.locator('.first').innerText();
    contains(first, 'Warfarin');
    contains(first, 'ANTICOAGULANT'); // an alert, and no more among what is known not to be
    lacks(first.split('None known')[1].split('Not asked')[0], 'anticoagulant', 'what is known not to be');
    six = (await page.locator('ol.words li').allInnerTexts()).join(' ');
    if (pictures) await page.screenshot({ path: path.join(pictures, 'doctor-renewed.png') });
    await page.finish();
  } finally {
    await stop(node);
  }
  const openings = done('accesses').filter((line) => line.kind === 'opening');
  equal(openings.length, 3, 'openings');
  equal(openings[0].words.replace(/ \(.*\)$/, ''), six, 'the six words of the person'); // then in the other language
});

test('revoked: the link says so in French and English, and shows nothing of the record', async () => {
  done('revoke', grant);
  const node = await serveNode();
  for (const lang of ['fr', 'en']) {
    const page = await newPage(browser, origin, { lang });
    await page.goto(link);
    await page.waitForSelector('.twolang');
    const shown = await text(page);
    contains(shown, words.fr.ended);
    contains(shown, words.en.ended);
    lacks(shown, 'McCurdy');
    if (pictures) await page.screenshot({ path: path.join(pictures, `ended-${lang}.png`) });
    await page.finish();
  }
  await stop(node);
});

process.exitCode = (await runAll()) ? 1 : 0;
await browser.close();
if (live.child.exitCode === null && !live.child.killed) live.child.kill('SIGTERM');
fs.rmSync(home, { recursive: true, force: true });
