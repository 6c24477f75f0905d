// A small node with grants of its own, and a browser with the doctor's page of it. SPDX-License-Identifier: AGPL-3.0-or-later

import { readFileSync } from 'node:fs';
import { launch, newPage, runAll } from './harness.js';
import { makeGrant, startNode } from './mock-node.js';

export const [pageFile, hashesFile, data, wordsDir, work] = process.argv.slice(2);
export const lucieText = readFileSync(data + '/viewer/lucie.json', 'utf8');
export const lucie = () => JSON.parse(lucieText);
export const words = Object.fromEntries(['en', 'fr'].map((code) => [code, readFileSync(`${wordsDir}/words-${code}.txt`, 'utf8').normalize('NFC').replace('\ufeff', '').trim().split(/\s+/)]));
export const world = await startNode(pageFile, hashesFile);
export const browser = await launch();

export const text = (page) => page.locator('#app').innerText();

/** A page on a fresh grant; `grant` options go to makeGrant, with `clock` its time is the test's. */
export async function ask(bundle, options = {}) {
  const grant = makeGrant(bundle, options.grant);
  const link = world.add(grant);
  Object.assign(grant.break, options.break);
  if (options.prepare) options.prepare(grant);
  const page = await newPage(browser, world.origin, options);
  page.grant = grant;
  if (options.clock) await page.clock.install();
  await page.goto(link);
  return page;
}

export async function opened(bundle, options = {}) {
  const page = await ask(bundle, options);
  await page.fill('#reader-name', 'Camille Ouellet');
  await page.click('#open');
  await page.waitForSelector('.first');
  return page;
}

export const resources = (bundle, type) => bundle.entry.map((e) => e.resource).filter((r) => r.resourceType === type);
export const overflow = (page) => page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
export const sizeOf = (page) => page.evaluate(() => ({ bottom: Math.round(document.querySelector('.first').getBoundingClientRect().bottom), height: window.innerHeight }));
export const pagesOf = (pdf) => (pdf.toString('latin1').match(/\/Type\s*\/Page\b(?!s)/g) || []).length;

export const bundleOf = (change) => {
  const bundle = lucie();
  change(bundle);
  return JSON.stringify(bundle);
};

/** Runs the tests of this file, and ends. */
export async function runOut() {
  const failed = await runAll(process.env.CITIZ_ONLY);
  await browser.close();
  world.stop();
  process.exit(failed ? 1 : 0);
}
