// A reader of our own, apart from the page: opens a link as PROTOCOL §5 says, with node:crypto only. Used by the end-to-end tests.
// SPDX-License-Identifier: AGPL-3.0-or-later
import crypto from 'node:crypto';
import zlib from 'node:zlib';

const b64u = (bytes) => Buffer.from(bytes).toString('base64url');
const un64 = (text) => Buffer.from(text, 'base64url');
const sha256 = (...parts) => crypto.createHash('sha256').update(Buffer.concat(parts.map((p) => Buffer.from(p)))).digest();
const hkdf = (ikm, salt, info, size = 32) => Buffer.from(crypto.hkdfSync('sha256', ikm, salt, info, size));

function openGcm(key, nonce, ciphertextAndTag, ad) {
  const tag = ciphertextAndTag.subarray(-16);
  const gcm = crypto.createDecipheriv('aes-256-gcm', key, nonce);
  gcm.setAuthTag(tag);
  gcm.setAAD(ad);
  return Buffer.concat([gcm.update(ciphertextAndTag.subarray(0, -16)), gcm.final()]);
}

function sealGcm(key, plain, ad) {
  const nonce = crypto.randomBytes(12);
  const gcm = crypto.createCipheriv('aes-256-gcm', key, nonce);
  gcm.setAAD(ad);
  return Buffer.concat([nonce, gcm.update(plain), gcm.final(), gcm.getAuthTag()]);
}

export function parseLink(link) {
  const payload = JSON.parse(un64(link.slice(link.indexOf('shlink:/') + 8)).toString());
  const grant = Buffer.from(payload._citiz.g, 'hex');
  const origin = new URL(payload.url).origin;
  return { payload, grant, hex: payload._citiz.g, origin, t: un64(payload.url.split('/shl/')[1]), kr: un64(payload.key),
    nodes: payload._citiz.n.map(([id, at]) => ({ id: un64(id), origin: at || origin })) };
}

async function call(url, body) {
  const response = await fetch(url, body === undefined ? {} : { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) });
  const text = await response.text();
  let json = null;
  try { json = JSON.parse(text); } catch { /* the status tells */ }
  return { status: response.status, json };
}

export const grantState = async (link) => (await call(`${parseLink(link).origin}/v1/grants/${parseLink(link).hex}`)).json;

export function sealNote(l, note) {
  const sealed = sealGcm(hkdf(l.kr, l.grant, 'citiz/note/v1'), Buffer.from(JSON.stringify(note)), l.grant);
  return b64u(Buffer.concat([Buffer.from([1]), sealed]));
}

/** Opens the access as `note` says and gives the bundle; {status, json} of the step that refused otherwise. */
export async function openLink(link, note) {
  const l = parseLink(link);
  const state = await call(`${l.origin}/v1/grants/${l.hex}`);
  if (state.status !== 200 || state.json.state !== 'active') return { refused: 'state', ...state };
  let a = hkdf(l.t, l.grant, 'citiz/open/v1');
  const use = state.json.used + 1;
  for (let k = 0; k < state.json.max - use; k++) a = sha256(a);
  const opening = await call(`${l.origin}/v1/grants/${l.hex}/open`, { use, a: b64u(a), note: sealNote(l, note) });
  if (opening.status !== 200) return { refused: 'open', ...opening };
  const node = l.nodes[0];
  const token = b64u(hkdf(l.t, l.grant, Buffer.concat([Buffer.from('citiz/token/v1'), node.id])));
  const release = await call(`${node.origin}/v1/grants/${l.hex}/release`, { opening: opening.json.opening, token });
  if (release.status !== 200) return { refused: 'release', ...release };
  const share = un64(release.json.share);
  const commitment = sha256('citiz/share', l.grant, [release.json.index], share, un64(release.json.salt)).toString('hex');
  if (commitment !== state.json.commitments[release.json.index - 1]) throw new Error('the share is not the one on the ledger');
  const blob = Buffer.from(await (await fetch(`${l.origin}/v1/blobs/${state.json.capsule}`)).arrayBuffer());
  if (sha256(blob).toString('hex') !== state.json.capsule) throw new Error('the capsule is not the one on the ledger');
  const padded = openGcm(share, blob.subarray(0, 12), blob.subarray(12), Buffer.concat([Buffer.from('citiz/capsule/v1'), l.grant]));
  const jwe = padded.subarray(4, 4 + padded.readUInt32BE(0)).toString();
  const [header, , iv, ciphertext, tag] = jwe.split('.');
  const plain = openGcm(l.kr, un64(iv), Buffer.concat([un64(ciphertext), un64(tag)]), Buffer.from(header));
  const text = JSON.parse(un64(header)).zip === 'DEF' ? zlib.inflateRawSync(plain) : plain;
  return { bundle: JSON.parse(text.toString()), opening: opening.json, receipt: release.json.receipt, token, use };
}

export const leaveNote = (link, opened, note) => {
  const l = parseLink(link);
  return call(`${l.origin}/v1/grants/${l.hex}/note`, { opening: opened.opening.opening, token: opened.token, note: sealNote(l, note) });
};

/** From the spoken code and the birth date to the link; {status, json} when refused. */
export async function linkOfCode(origin, code, birthDate) {
  const locator = code.slice(0, 3);
  const entry = await call(`${origin}/v1/codes/${locator}`);
  const grant = Buffer.from(entry.json.grant, 'hex');
  const pk = crypto.pbkdf2Sync(code.slice(3) + birthDate, Buffer.concat([Buffer.from(locator), grant]), entry.json.iterations, 64, 'sha256');
  const proof = crypto.createHmac('sha256', pk.subarray(32)).update(Buffer.concat([Buffer.from('citiz/code/v1'), un64(entry.json.node)])).digest();
  const answer = await call(`${origin}/v1/codes/${locator}`, { proof: b64u(proof) });
  if (answer.status !== 200) return answer;
  const blob = un64(answer.json.blob);
  return { link: openGcm(pk.subarray(0, 32), blob.subarray(0, 12), blob.subarray(12), grant).toString() };
}
