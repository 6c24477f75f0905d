// Every key, proof and envelope the page handles, over WebCrypto. SPDX-License-Identifier: AGPL-3.0-or-later

import { fromB64u, fromUtf8, join, parseRecord, utf8 } from './codec.js';
import { inflateRaw } from './inflate.js';

const RECORD_LIMIT = 32 * 1024 * 1024;

export function cryptoWorks() {
  return Boolean(globalThis.isSecureContext !== false && globalThis.crypto && crypto.subtle && globalThis.TextDecoder);
}

export async function sha256(bytes) {
  return new Uint8Array(await crypto.subtle.digest('SHA-256', bytes));
}

export async function hkdf(ikm, salt, info, size = 32) {
  const key = await crypto.subtle.importKey('raw', ikm, 'HKDF', false, ['deriveBits']);
  return new Uint8Array(await crypto.subtle.deriveBits({ name: 'HKDF', hash: 'SHA-256', salt, info }, key, size * 8));
}

export async function pbkdf2(password, salt, iterations, size) {
  if (!Number.isInteger(iterations) || iterations < 100000 || iterations > 5000000) throw new Error('bad cost');
  const key = await crypto.subtle.importKey('raw', password, 'PBKDF2', false, ['deriveBits']);
  return new Uint8Array(await crypto.subtle.deriveBits({ name: 'PBKDF2', hash: 'SHA-256', salt, iterations }, key, size * 8));
}

export async function hmac(keyBytes, message) {
  const key = await crypto.subtle.importKey('raw', keyBytes, { name: 'HMAC', hash: 'SHA-256' }, false, ['sign']);
  return new Uint8Array(await crypto.subtle.sign('HMAC', key, message));
}

export async function aesOpen(keyBytes, iv, additionalData, sealed) {
  const key = await crypto.subtle.importKey('raw', keyBytes, 'AES-GCM', false, ['decrypt']);
  return new Uint8Array(await crypto.subtle.decrypt({ name: 'AES-GCM', iv, additionalData }, key, sealed));
}

async function aesSeal(keyBytes, iv, additionalData, plain) {
  const key = await crypto.subtle.importKey('raw', keyBytes, 'AES-GCM', false, ['encrypt']);
  return new Uint8Array(await crypto.subtle.encrypt({ name: 'AES-GCM', iv, additionalData }, key, plain));
}

/** nonce(12) | ciphertext | tag, as blobs and code entries are kept. */
export function openBox(keyBytes, additionalData, box) {
  return aesOpen(keyBytes, box.subarray(0, 12), additionalData, box.subarray(12));
}

/** The reader's note: mode 1 | nonce | AES-256-GCM under a key only the link's holders and the citizen have. */
export async function sealNote(linkKey, grant, note) {
  const key = await hkdf(linkKey, grant, utf8('citiz/note/v1'));
  const iv = crypto.getRandomValues(new Uint8Array(12));
  return join(Uint8Array.of(1), iv, await aesSeal(key, iv, grant, utf8(JSON.stringify(note))));
}

/** a_k of the opening chain: a_0 from the link's secret, then k hashes. */
export async function openingPreimage(secret, grant, k) {
  let a = await hkdf(secret, grant, utf8('citiz/open/v1'));
  for (let i = 0; i < k; i++) a = await sha256(a);
  return a;
}

export function releaseToken(secret, grant, node) {
  return hkdf(secret, grant, join(utf8('citiz/token/v1'), node));
}

export async function passcodeKey(passcode, grant) {
  return pbkdf2(utf8(passcode), grant, 600000, 32);
}

export function passcodeProof(secret, node, key) {
  return hmac(secret, join(utf8('citiz/pass/v1'), node, key));
}

export function shareCommitment(grant, index, share, salt) {
  return sha256(join(utf8('citiz/share'), grant, Uint8Array.of(index), share, salt));
}

function gfMul(a, b) {
  let product = 0;
  for (let i = 0; i < 8; i++) {
    product ^= -(b & 1) & a;
    a = ((a << 1) ^ (-(a >> 7) & 0x11b)) & 0xff;
    b >>= 1;
  }
  return product;
}

function gfInverse(a) {
  let result = 1;
  for (let i = 0; i < 7; i++) {
    a = gfMul(a, a);
    result = gfMul(result, a);
  }
  return result;
}

/** Lagrange at zero over GF(2^8), polynomial 0x11b; shares are {x, bytes} with distinct x in 1..255. */
export function combineShares(shares) {
  const out = new Uint8Array(shares[0].bytes.length);
  for (const own of shares) {
    let factor = 1;
    for (const other of shares) {
      if (other !== own) factor = gfMul(factor, gfMul(other.x, gfInverse(other.x ^ own.x)));
    }
    for (let i = 0; i < out.length; i++) out[i] ^= gfMul(own.bytes[i], factor);
  }
  return out;
}

/** Capsule → the compact JWE inside, without its padding. */
export async function openCapsule(contentKey, grant, blob) {
  const padded = await openBox(contentKey, join(utf8('citiz/capsule/v1'), grant), blob);
  const size = new DataView(padded.buffer, padded.byteOffset).getUint32(0);
  if (size > padded.length - 4) throw new Error('bad padding');
  return fromUtf8(padded.subarray(4, 4 + size));
}

/** Compact JWE, dir / A256GCM, zip DEF or none → the record. */
export async function openJwe(jwe, key) {
  const parts = jwe.split('.');
  if (parts.length !== 5 || parts[1] !== '') throw new Error('bad envelope');
  const header = JSON.parse(fromUtf8(fromB64u(parts[0])));
  if (header.alg !== 'dir' || header.enc !== 'A256GCM' || (header.zip && header.zip !== 'DEF')) throw new Error('bad envelope');
  const sealed = join(fromB64u(parts[3]), fromB64u(parts[4], 16));
  const plain = await aesOpen(key, fromB64u(parts[2], 12), utf8(parts[0]), sealed);
  return parseRecord(fromUtf8(header.zip ? inflateRaw(plain, RECORD_LIMIT) : plain));
}

/** Code typed by a person → the form keys are made from. */
export function cleanCode(text) {
  return text.toUpperCase().replace(/[\s.\-–]/g, '');
}

export async function openOffline(capsule, code) {
  const key = await pbkdf2(utf8(cleanCode(code)), fromB64u(capsule.salt), capsule.iterations, 32);
  const plain = await aesOpen(key, fromB64u(capsule.nonce, 12), utf8('citiz/offline/v1'), fromB64u(capsule.data));
  return parseRecord(fromUtf8(inflateRaw(plain, RECORD_LIMIT)));
}
