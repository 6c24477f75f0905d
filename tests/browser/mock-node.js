// A node in small for the page's tests: the HTTP contract with real cryptography, and knobs to misbehave. SPDX-License-Identifier: AGPL-3.0-or-later

import { createCipheriv, createDecipheriv, createHash, createHmac, hkdfSync, pbkdf2Sync, randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { deflateRawSync } from 'node:zlib';

const b64u = (bytes) => Buffer.from(bytes).toString('base64url');
const sha256 = (...parts) => createHash('sha256').update(Buffer.concat(parts.map((p) => Buffer.from(p)))).digest();
const hkdf = (ikm, salt, info) => Buffer.from(hkdfSync('sha256', ikm, salt, info, 32));
const gcm = (key, iv, aad, plain) => {
  const cipher = createCipheriv('aes-256-gcm', key, iv);
  cipher.setAAD(Buffer.from(aad));
  return Buffer.concat([cipher.update(plain), cipher.final(), cipher.getAuthTag()]);
};

/** GF(2^8) with tables, so that the page's own arithmetic is checked by another. */
const EXP = new Uint8Array(510);
const LOG = new Uint8Array(256);
for (let i = 0, x = 1; i < 255; i++) {
  EXP[i] = EXP[i + 255] = x;
  LOG[x] = i;
  x ^= (x << 1) ^ (x & 0x80 ? 0x11b : 0);
  x &= 0xff;
}
const mul = (a, b) => (a && b ? EXP[LOG[a] + LOG[b]] : 0);

export function splitSecret(secret, t, m) {
  const rows = Array.from(secret, (byte) => [byte, ...randomBytes(t - 1)]);
  return Array.from({ length: m }, (_, i) => Buffer.from(rows.map((row) => row.reduceRight((sum, c) => mul(sum, i + 1) ^ c, 0))));
}

export function makeGrant(bundle, options = {}) {
  const { t = 1, m = 1, max = 5, now = Date.parse('2026-10-17T14:21:10-04:00'), hours = 24, passcode, label = 'Lucie B.', contact = ['514 555-0142', 'Marc Tessier'], duration, deflate = {}, same } = options;
  const id = same ? same.id : randomBytes(16);
  const recordKey = same ? same.recordKey : randomBytes(32);
  const contentKey = randomBytes(32);
  const secret = same ? same.secret : randomBytes(32);
  const header = b64u(JSON.stringify({ alg: 'dir', enc: 'A256GCM', zip: 'DEF', cty: 'application/fhir+json' }));
  const iv = randomBytes(12);
  const sealed = gcm(recordKey, iv, header, deflateRawSync(Buffer.from(typeof bundle === 'string' ? bundle : JSON.stringify(bundle)), deflate));
  const jwe = Buffer.from([header, '', b64u(iv), b64u(sealed.subarray(0, -16)), b64u(sealed.subarray(-16))].join('.'));
  const size = [4, 16, 64, 256, 1024, 4096].map((k) => k * 1024).find((n) => n >= jwe.length + 4);
  const padded = Buffer.alloc(size);
  padded.writeUInt32BE(jwe.length);
  jwe.copy(padded, 4);
  const nonce = randomBytes(12);
  const blob = Buffer.concat([nonce, gcm(contentKey, nonce, Buffer.concat([Buffer.from('citiz/capsule/v1'), id]), padded)]);
  const chain = [hkdf(secret, id, 'citiz/open/v1')];
  for (let i = 0; i < max; i++) chain.push(sha256(chain[i]));
  const passKey = passcode && pbkdf2Sync(passcode, id, 600000, 32, 'sha256');
  const nodes = splitSecret(contentKey, t, m).map((share, i) => {
    const node = same ? same.nodes[i].node : randomBytes(16);
    const salt = randomBytes(16);
    return {
      node, share, salt, index: i + 1,
      token: hkdf(secret, id, Buffer.concat([Buffer.from('citiz/token/v1'), node])),
      proof: passKey && createHmac('sha256', secret).update(Buffer.concat([Buffer.from('citiz/pass/v1'), node, passKey])).digest(),
      commitment: sha256('citiz/share', id, [i + 1], share, salt),
    };
  });
  const start = now - 16 * 60000 - 10000;
  return { id, recordKey, secret, blob, chain, max, t, m, nodes, label, contact, passcode, triesLeft: 5, used: 0, openings: [], notes: [], receipts: [], capsule: sha256(blob), clock: { ledger: now, wall: Date.now() }, state: 'active', notBefore: start, expires: duration ? undefined : start + hours * 3600000, duration, requests: [], break: {} };
}

/** The record has changed: the same link, another capsule and other shares. */
export function renewGrant(grant, bundle) {
  const { blob, capsule, nodes } = makeGrant(bundle, { ...grant, same: grant });
  Object.assign(grant, { blob, capsule, nodes });
}

export function linkOf(grant, origin) {
  const payload = {
    url: origin + '/shl/' + b64u(grant.secret), key: b64u(grant.recordKey), exp: Math.floor((grant.expires || grant.notBefore + 86400000) / 1000), flag: grant.passcode ? 'P' : undefined, label: grant.label || undefined, v: 1,
    _citiz: { g: grant.id.toString('hex'), t: grant.t, n: grant.nodes.map((n) => [b64u(n.node), n.at || '']), o: grant.contact || undefined },
  };
  return origin + '/v#shlink:/' + b64u(JSON.stringify(payload));
}

/** The spoken code's entry: link sealed under code and birth date. */
export function codeOf(grant, origin, code, birth) {
  const node = grant.nodes[0].node;
  const keys = pbkdf2Sync(code.slice(3) + birth, Buffer.concat([Buffer.from(code.slice(0, 3)), grant.id]), 600000, 64, 'sha256');
  const nonce = randomBytes(12);
  return { locator: code.slice(0, 3), node, proof: createHmac('sha256', keys.subarray(32)).update(Buffer.concat([Buffer.from('citiz/code/v1'), node])).digest(), blob: Buffer.concat([nonce, gcm(keys.subarray(0, 32), nonce, grant.id, Buffer.from(linkOf(grant, origin)))]), tries: 5 };
}

export function offlineIsland(bundle, code, label = 'Lucie B.') {
  const salt = randomBytes(16);
  const nonce = randomBytes(12);
  const key = pbkdf2Sync(code, salt, 600000, 32, 'sha256');
  return { salt: b64u(salt), iterations: 600000, nonce: b64u(nonce), data: b64u(gcm(key, nonce, 'citiz/offline/v1', deflateRawSync(Buffer.from(JSON.stringify(bundle))))), made: '2026-10-17T14:05:00-04:00', label };
}

export function fillIsland(page, island) {
  const slot = '<script type="application/json" id="citiz-capsule"></script>';
  if (page.split(slot).length !== 2) throw new Error('the page must hold the empty slot once');
  return page.replace(slot, () => slot.replace('></', '>' + JSON.stringify(island).replaceAll('<', '\\u003c') + '</'));
}

/** As many receipts as it takes to open, all of the same words. */
export function sixWordsOf(grant, opening, words) {
  const time = Buffer.alloc(8);
  time.writeBigUInt64BE(BigInt(opening.time));
  const messages = Array(grant.t).fill(Buffer.concat([grant.id, Buffer.from(opening.id, 'hex'), time, grant.capsule]));
  const bits = Array.from(sha256(...messages), (b) => b.toString(2).padStart(8, '0')).join('');
  return Array.from({ length: 6 }, (_, i) => words[parseInt(bits.slice(i * 11, i * 11 + 11), 2)]);
}

export function contentPolicy(hashes) {
  const of = (name) => new RegExp('^' + name + ' (\\S+)$', 'm').exec(hashes)[1];
  return `default-src 'none'; script-src '${of('script')}'; style-src '${of('style')}'; img-src data:; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; object-src 'none'; require-trusted-types-for 'script'; sandbox allow-scripts allow-same-origin allow-modals allow-downloads allow-top-navigation-to-custom-protocols`;
}

export const ledgerNow = (grant) => grant.clock.ledger + Date.now() - grant.clock.wall;

function publicState(grant) {
  if (grant.state === 'active' && grant.expires && ledgerNow(grant) >= grant.expires) Object.assign(grant, { state: 'expired', endedAt: grant.expires });
  return { state: grant.state, now: ledgerNow(grant), notBefore: grant.notBefore, expires: grant.expires, endedAt: grant.endedAt, used: grant.used, max: grant.max, t: grant.t, m: grant.m, capsule: grant.capsule.toString('hex'), commitments: grant.nodes.map((n) => n.commitment.toString('hex')), nodes: grant.nodes.map(() => null), duration: grant.duration };
}

/** One attempt of a passcode: counted down before it is compared. */
function passes(grant, node, body) {
  if (!grant.passcode) return null;
  if (body.proof && node.proof.equals(Buffer.from(body.proof, 'base64url'))) return null;
  grant.triesLeft = Math.max(0, grant.triesLeft - 1);
  return [401, { remainingAttempts: grant.triesLeft }];
}

function open(grant, body) {
  if (grant.break.open) return grant.break.open(body);
  const refused = passes(grant, grant.nodes[0], body);
  if (refused) return refused;
  if (publicState(grant).state !== 'active') return [409, { state: grant.state }];
  if (grant.used >= grant.max) return [409, { state: 'used' }];
  if (body.use !== grant.used + 1) return [409, { used: grant.used }];
  if (b64u(grant.chain[grant.max - body.use]) !== body.a) return [400, {}];
  grant.used++;
  if (grant.duration) grant.expires = ledgerNow(grant) + grant.duration;
  const opening = { id: randomBytes(32).toString('hex'), time: ledgerNow(grant), note: body.note, capsule: grant.capsule };
  grant.openings.push(opening);
  if (grant.break.afterOpen) grant.break.afterOpen(grant);
  return [200, { opening: opening.id, height: 7, time: opening.time, capsule: opening.capsule.toString('hex') }];
}

function release(grant, body) {
  const node = grant.nodes.find((n) => b64u(n.token) === body.token);
  const opening = grant.openings.find((o) => o.id === body.opening);
  if (!node || !opening || grant.state === 'revoked') return [404, { state: grant.state }];
  if (grant.break.down && grant.break.down.includes(node.index)) return [503, {}];
  const refused = passes(grant, node, body);
  if (refused) return refused;
  if (!opening.capsule.equals(grant.capsule)) return [409, { error: 'renewed' }];
  const share = Buffer.from(node.share);
  if (grant.break.share === node.index) share[0] ^= 1;
  const receipt = { grant: grant.id.toString('hex'), opening: opening.id, time: opening.time, capsule: grant.capsule.toString('hex'), node: b64u(node.node), signature: b64u(randomBytes(64)) };
  grant.receipts.push({ ...receipt, index: node.index });
  return [200, { index: node.index, share: b64u(share), salt: b64u(node.salt), given: b64u(randomBytes(64)), receipt }];
}

function note(grant, body) {
  if (!grant.openings.some((o) => o.id === body.opening) || grant.break.note) return [503, {}];
  grant.notes.push(body.note);
  return [200, { time: ledgerNow(grant) }];
}

/** Starts a server on loopback. `page` is the built file, `hashes` its side file; grants and codes are maps to fill. */
export async function startNode(pageFile, hashesFile) {
  const world = { grants: new Map(), codes: new Map(), requests: [], page: readFileSync(pageFile, 'utf8'), pages: new Map() };
  const policy = contentPolicy(readFileSync(hashesFile, 'utf8'));
  const server = createServer((request, response) => {
    const path = request.url.split('?')[0];
    world.requests.push({ method: request.method, path, url: request.url, headers: request.headers });
    const chunks = [];
    request.on('data', (c) => chunks.push(c));
    request.on('end', () => {
      const body = chunks.length ? JSON.parse(Buffer.concat(chunks)) : {};
      world.requests.at(-1).body = body;
      const send = (status, value, type = 'application/json') => {
        response.writeHead(status, { 'content-type': type, 'cache-control': 'no-store', 'referrer-policy': 'no-referrer', 'x-content-type-options': 'nosniff', ...(type.startsWith('text/html') ? { 'content-security-policy': policy, 'cross-origin-opener-policy': 'same-origin', 'cross-origin-embedder-policy': 'require-corp' } : {}) });
        response.end(Buffer.isBuffer(value) || typeof value === 'string' ? value : JSON.stringify(value));
      };
      if (path === '/v' || world.pages.has(path)) return send(200, world.pages.get(path) || world.page, 'text/html; charset=utf-8');
      const [, kind, id, verb] = /^\/v1\/(\w+)\/([^/]+)(?:\/(\w+))?$/.exec(path) || [];
      if (kind === 'codes') return answerCode(world, id, request.method, body, send);
      const grant = kind === 'grants' ? world.grants.get(id) : [...world.grants.values()].find((g) => g.capsule.toString('hex') === id);
      if (!grant) return send(404, { state: 'unknown' });
      if (kind === 'blobs') return send(200, grant.break.blob || grant.blob, 'application/octet-stream');
      if (grant.break.offline) return request.socket.destroy();
      if (request.method === 'GET' && !verb) return send(200, publicState(grant));
      const [status, value] = { open, release, note }[verb](grant, body);
      return setTimeout(() => send(status, value), grant.break.slow || 0);
    });
  });
  await new Promise((done) => server.listen(0, '127.0.0.1', done));
  world.origin = 'http://127.0.0.1:' + server.address().port;
  world.add = (grant) => {
    world.grants.set(grant.id.toString('hex'), grant);
    return linkOf(grant, world.origin);
  };
  world.stop = () => server.close();
  return world;
}

function answerCode(world, locator, method, body, send) {
  const entry = world.codes.get(locator);
  if (method === 'GET') return send(200, { grant: entry ? entry.grant.id.toString('hex') : sha256('unknown', locator).subarray(0, 16).toString('hex'), iterations: 600000, node: b64u(entry ? entry.node : Buffer.alloc(16)) });
  if (!entry) return send(401, { remainingAttempts: 4 });
  if (--entry.tries < 0) return send(404, {});
  if (!entry.proof.equals(Buffer.from(body.proof, 'base64url'))) return send(401, { remainingAttempts: entry.tries });
  return send(200, { blob: b64u(entry.blob) });
}

/** What the citizen's app reads of a note, with K_r. */
export function readNote(grant, sealed) {
  const bytes = Buffer.from(sealed, 'base64url');
  if (bytes[0] !== 1) throw new Error('unknown mode of note');
  const decipher = createDecipheriv('aes-256-gcm', hkdf(grant.recordKey, grant.id, 'citiz/note/v1'), bytes.subarray(1, 13));
  decipher.setAAD(grant.id);
  decipher.setAuthTag(bytes.subarray(-16));
  return JSON.parse(Buffer.concat([decipher.update(bytes.subarray(13, -16)), decipher.final()]).toString());
}
