// check-viewer.mjs TEST-DATA VIEWER: the doctor's page derives and joins what the program deals. SPDX-License-Identifier: AGPL-3.0-or-later
import { webcrypto } from 'node:crypto';
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

globalThis.crypto ??= webcrypto; // Node.js 18 has it, but not there
const [data, viewer] = process.argv.slice(2);
const read = (name) => JSON.parse(readFileSync(join(data, 'vectors', `${name}.json`), 'utf8'));
const hex = (bytes) => Buffer.from(bytes).toString('hex');
const raw = (text) => new Uint8Array(Buffer.from(text, 'hex'));

// the page's files are modules by their place in the page; here a package says so
const room = mkdtempSync(join(tmpdir(), 'citiz-viewer-'));
process.on('exit', () => rmSync(room, { recursive: true, force: true }));
cpSync(join(viewer, 'js'), room, { recursive: true });
writeFileSync(join(room, 'package.json'), '{"type":"module"}');
const page = await import(join(room, 'crypto.js'));

let checked = 0, wrong = 0;
function expect(what, value, expected) {
  checked++;
  if (value === expected) return;
  wrong++;
  console.error(`${what}: ${value} instead of ${expected}`);
}

for (const v of read('citiz-shamir')) {
  const shares = v.shares.map((y, i) => ({ x: i + 1, bytes: raw(y) })).slice(v.m - v.t);
  expect(`${v.t} of ${v.m}`, hex(page.combineShares(shares)), v.secret);
}
for (const v of read('citiz-capsule')) {
  expect('a_0', hex(await page.openingPreimage(raw(v.T), raw(v.grant), 0)), v.a_0);
  expect('a_max', hex(await page.openingPreimage(raw(v.T), raw(v.grant), v.max)), v.a_max);
  expect('token', hex(await page.releaseToken(raw(v.T), raw(v.grant), raw(v.node))), v.token);
  expect('commitment', hex(await page.shareCommitment(raw(v.grant), v.index, raw(v.share), raw(v.salt))), v.commitment);
}
console.log(`${checked} values checked, ${wrong} differ`);
process.exit(wrong === 0 && checked > 0 ? 0 : 1);
