// A doctor at a browser, told what to do by a line of JSON each, answering with a line each: visit.mjs [PICTURES].
// {"origins": [], "lang", "link" | "at", "code", "born", "name", "picture"} → {"shown": text, "took": ms, "words", "bottom": px}. SPDX-License-Identifier: AGPL-3.0-or-later
import { createInterface } from 'node:readline';
import path from 'node:path';
import { launch, newPage } from './harness.js';

const browser = await launch();

async function visit({ origins, lang, link, at, code, born, name, picture, down = [] }) {
  const page = await newPage(browser, origins, { lang, width: 1366, height: 625 });
  await page.goto(link || at);
  if (code) {
    await page.fill('#code', code);
    await page.locator('input').nth(1).fill(born);
    await page.click('.primary');
  }
  await page.waitForSelector('#reader-name, .twolang');
  const answer = {};
  if (name && (await page.$('#reader-name'))) {
    await page.fill('#reader-name', name);
    const from = Date.now();
    await page.click('#open');
    await page.waitForSelector('.first');
    answer.took = Date.now() - from;
    answer.words = (await page.locator('ol.words li').allInnerTexts()).join(' ');
    answer.bottom = await page.evaluate(() => Math.round(document.querySelector('.first').getBoundingClientRect().bottom));
  }
  answer.shown = await page.locator('#app').innerText();
  if (picture) await page.screenshot({ path: path.resolve(picture) });
  page.faults = page.faults.filter((fault) => !down.some((origin) => fault.includes(origin)));
  await page.finish();
  return answer;
}

for await (const line of createInterface({ input: process.stdin })) {
  const answer = await visit(JSON.parse(line)).catch((error) => ({ failed: String(error.stack || error) }));
  console.log(JSON.stringify(answer));
}
await browser.close();
