// Our links read by an independent SMART Health Link client: check-link.mjs LINKS.json. SPDX-License-Identifier: AGPL-3.0-or-later
import './globals.mjs';
import { readFileSync } from 'node:fs';
import { parseSmartHealthLink } from '@medplum/core';
import { SHLViewer } from 'kill-the-clipboard';

const links = JSON.parse(readFileSync(process.argv[2], 'utf8'));
const recipient = 'Dre Tremblay, CHUM';
let failed = 0;

async function check(name, what) {
  try {
    await what();
    console.log(`ok - ${name}`);
  } catch (error) {
    failed++;
    console.log(`not ok - ${name}\n# ${error.stack}`);
  }
}

function must(fact, text) {
  if (!fact) throw new Error(text);
}

async function resolve(link, options = {}) {
  return new SHLViewer({ shlinkURI: link }).resolveSHL({ recipient, ...options });
}

async function refused(link, options, pattern) {
  try {
    await resolve(link, options);
  } catch (error) {
    must(pattern.test(`${error.name} ${error.message}`), `refused in another way: ${error.name} ${error.message}`);
    return;
  }
  throw new Error('it was not refused');
}

const isSummary = (resolved) => must(resolved.fhirResources[0].resourceType === 'Bundle' && resolved.fhirResources[0].type === 'document', 'no summary came');

await check('the page form resolves, embedded', async () => isSummary(await resolve(links.plain.link, { embeddedLengthMax: 4 * 1024 * 1024 })));
await check('the bare form resolves', async () => isSummary(await resolve(links.plain.shlink)));
await check('a short embeddedLengthMax gives a location', async () => isSummary(await resolve(links.plain.link, { embeddedLengthMax: 100 })));
await check('a right passcode opens', async () => isSummary(await resolve(links.passcode.link, { passcode: '4821' })));
await check('a wrong passcode is counted', async () => refused(links.passcode.link, { passcode: '0000' }, /passcode/i));
await check('a revoked link is not found', async () => refused(links.revoked.link, {}, /404|not found|inactive/i));
await check('openings are counted here too', async () => {
  isSummary(await resolve(links.once.link));
  await refused(links.once.link, {}, /404|not found|inactive/i);
});
await check('a second parser reads the payload', async () => {
  const payload = parseSmartHealthLink(links.plain.link);
  must(payload.url.length <= 128 && payload.key.length === 43 && payload.label === 'Lucie B.', JSON.stringify(payload));
});
process.exit(failed ? 1 : 0);
