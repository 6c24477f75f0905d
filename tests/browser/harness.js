// A browser, a page that reports its own violations, and a line a test. SPDX-License-Identifier: AGPL-3.0-or-later

import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';

const require = createRequire(process.env.CITIZ_NPM + '/');
const { chromium } = require('playwright-core');
const FLAGS = ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync'];

export function launch() {
  const env = { ...process.env, FONTCONFIG_FILE: fileURLToPath(new URL('fonts.conf', import.meta.url)) };
  return chromium.launch({ executablePath: process.env.CITIZ_CHROMIUM, args: FLAGS, env });
}

/** A page that keeps count of policy violations, script errors and requests that leave `origin` (one, or a list). */
export async function newPage(browser, origin, options = {}) {
  const { lang = 'fr', width = 1366, height = 768, before, ...more } = options;
  const context = await browser.newContext({ viewport: { width, height }, locale: lang + '-CA', timezoneId: 'America/Toronto', ...more });
  const page = await context.newPage();
  page.setDefaultTimeout(240000); // ends what hangs, judges nothing
  page.faults = [];
  page.on('pageerror', (error) => page.faults.push('script: ' + error.message));
  page.on('request', (request) => {
    if (![].concat(origin).some((one) => request.url().startsWith(one)) && !/^(data|file):/.test(request.url())) page.faults.push('request: ' + request.url());
  });
  await page.addInitScript(() => {
    window.policyViolations = [];
    document.addEventListener('securitypolicyviolation', (e) => window.policyViolations.push(e.violatedDirective + ' ' + e.blockedURI));
  });
  if (before) await page.addInitScript(before);
  page.finish = async () => {
    const violations = await page.evaluate(() => window.policyViolations || []).catch(() => []);
    await context.close();
    const faults = [...page.faults, ...violations];
    if (faults.length) throw new Error(faults.join('; '));
  };
  return page;
}

const tests = [];

export function test(name, run) {
  tests.push({ name, run });
}

export function ok(value, what) {
  if (!value) throw new Error(what);
}

export function equal(found, wanted, what) {
  const [a, b] = [JSON.stringify(found), JSON.stringify(wanted)];
  if (a !== b) throw new Error(`${what}: ${a}, wanted ${b}`);
}

/** `part`: words, or an expression where a machine that was busy reads a later minute. */
export function contains(text, part, what = 'text') {
  const plain = (s) => s.replace(/[\u00a0\u202f]/g, ' ');
  if (part instanceof RegExp ? !part.test(plain(text)) : !plain(text).includes(plain(part))) throw new Error(`${what} lacks "${part}": ${plain(text).slice(0, 400)}`);
}

export function lacks(text, part, what = 'text') {
  if (text.replace(/[\u00a0\u202f]/g, ' ').includes(part)) throw new Error(`${what} holds "${part}"`);
}

export async function runAll(only) {
  const chosen = tests.filter((t) => !only || t.name.includes(only));
  let failed = 0;
  console.log('1..' + chosen.length);
  for (const [i, { name, run }] of chosen.entries()) {
    try {
      await run();
      console.log(`ok ${i + 1} - ${name}`);
    } catch (error) {
      failed++;
      console.log(`not ok ${i + 1} - ${name}\n# ${String(error.stack || error).split('\n').slice(0, 4).join('\n# ')}`);
    }
  }
  return failed;
}
