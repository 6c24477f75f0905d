// check-vectors.mjs TEST-DATA CATALOGUE [--write]: recomputes every frozen vector of ours with nothing but node:crypto. SPDX-License-Identifier: AGPL-3.0-or-later
import * as crypto from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const data = join(process.argv[2], 'vectors');
const catalogue = process.argv[3];
const hex = (bytes) => Buffer.from(bytes).toString('hex');
const raw = (text) => Buffer.from(text, 'hex');
const label16 = (text) => Buffer.concat([Buffer.from(text), Buffer.alloc(16)]).subarray(0, 16);
const sha256 = (...parts) => crypto.createHash('sha256').update(Buffer.concat(parts)).digest();

// BLAKE2b (RFC 7693) with key, salt and personalization, 64-bit words as BigInt: what crypto_kdf stands on
const MASK = (1n << 64n) - 1n;
const IV = [0x6a09e667f3bcc908n, 0xbb67ae8584caa73bn, 0x3c6ef372fe94f82bn, 0xa54ff53a5f1d36f1n,
  0x510e527fade682d1n, 0x9b05688c2b3e6c1fn, 0x1f83d9abfb41bd6bn, 0x5be0cd19137e2179n];
const SIGMA = [[0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15], [14, 10, 4, 8, 9, 15, 13, 6, 1, 12, 0, 2, 11, 7, 5, 3],
  [11, 8, 12, 0, 5, 2, 15, 13, 10, 14, 3, 6, 7, 1, 9, 4], [7, 9, 3, 1, 13, 12, 11, 14, 2, 6, 5, 10, 4, 0, 15, 8],
  [9, 0, 5, 7, 2, 4, 10, 15, 14, 1, 11, 12, 6, 8, 3, 13], [2, 12, 6, 10, 0, 11, 8, 3, 4, 13, 7, 5, 15, 14, 1, 9],
  [12, 5, 1, 15, 14, 13, 4, 10, 0, 7, 6, 3, 9, 2, 8, 11], [13, 11, 7, 14, 12, 1, 3, 9, 5, 0, 15, 4, 8, 6, 2, 10],
  [6, 15, 14, 9, 11, 3, 0, 8, 12, 2, 13, 7, 1, 4, 10, 5], [10, 2, 8, 4, 7, 6, 1, 5, 15, 11, 9, 14, 3, 12, 13, 0]];
const rotr = (x, n) => ((x >> n) | (x << (64n - n))) & MASK;

function compress(h, block, counter, last) {
  const m = Array.from({ length: 16 }, (_, i) => block.readBigUInt64LE(8 * i));
  const v = [...h, ...IV];
  v[12] ^= counter;
  if (last) v[14] ^= MASK;
  const mix = (a, b, c, d, x, y) => {
    v[a] = (v[a] + v[b] + x) & MASK; v[d] = rotr(v[d] ^ v[a], 32n);
    v[c] = (v[c] + v[d]) & MASK; v[b] = rotr(v[b] ^ v[c], 24n);
    v[a] = (v[a] + v[b] + y) & MASK; v[d] = rotr(v[d] ^ v[a], 16n);
    v[c] = (v[c] + v[d]) & MASK; v[b] = rotr(v[b] ^ v[c], 63n);
  };
  for (let round = 0; round < 12; round++) {
    const s = SIGMA[round % 10];
    mix(0, 4, 8, 12, m[s[0]], m[s[1]]); mix(1, 5, 9, 13, m[s[2]], m[s[3]]);
    mix(2, 6, 10, 14, m[s[4]], m[s[5]]); mix(3, 7, 11, 15, m[s[6]], m[s[7]]);
    mix(0, 5, 10, 15, m[s[8]], m[s[9]]); mix(1, 6, 11, 12, m[s[10]], m[s[11]]);
    mix(2, 7, 8, 13, m[s[12]], m[s[13]]); mix(3, 4, 9, 14, m[s[14]], m[s[15]]);
  }
  return h.map((x, i) => x ^ v[i] ^ v[i + 8]);
}

// of the empty message, which is all that crypto_kdf hashes: one block, the key
function blake2bOfNothing(key, salt, personal, size) {
  const parameters = Buffer.alloc(64);
  parameters.set([size, key.length, 1, 1]);
  salt.copy(parameters, 32);
  personal.copy(parameters, 48);
  const h = compress(IV.map((x, i) => x ^ parameters.readBigUInt64LE(8 * i)),
    Buffer.concat([key, Buffer.alloc(128 - key.length)]), 128n, true);
  const out = Buffer.alloc(64);
  h.forEach((x, i) => out.writeBigUInt64LE(x, 8 * i));
  return out.subarray(0, size);
}

function derive(master, context, n) {
  const salt = Buffer.alloc(16);
  salt.writeBigUInt64LE(BigInt(n));
  return blake2bOfNothing(master, salt, Buffer.concat([Buffer.from(context), Buffer.alloc(8)]), 32);
}

// HChaCha20 (draft-irtf-cfrg-xchacha), which turns Node's ChaCha20-Poly1305 into XChaCha20-Poly1305
function hchacha(key, nonce16) {
  const s = new Uint32Array(16);
  s.set([0x61707865, 0x3320646e, 0x79622d32, 0x6b206574]);
  for (let i = 0; i < 8; i++) s[4 + i] = key.readUInt32LE(4 * i);
  for (let i = 0; i < 4; i++) s[12 + i] = nonce16.readUInt32LE(4 * i);
  const rotl = (x, n) => (x << n) | (x >>> (32 - n));
  const quarter = (a, b, c, d) => {
    s[a] += s[b]; s[d] = rotl(s[d] ^ s[a], 16); s[c] += s[d]; s[b] = rotl(s[b] ^ s[c], 12);
    s[a] += s[b]; s[d] = rotl(s[d] ^ s[a], 8); s[c] += s[d]; s[b] = rotl(s[b] ^ s[c], 7);
  };
  for (let i = 0; i < 10; i++) {
    quarter(0, 4, 8, 12); quarter(1, 5, 9, 13); quarter(2, 6, 10, 14); quarter(3, 7, 11, 15);
    quarter(0, 5, 10, 15); quarter(1, 6, 11, 12); quarter(2, 7, 8, 13); quarter(3, 4, 9, 14);
  }
  const out = Buffer.alloc(32);
  [0, 1, 2, 3, 12, 13, 14, 15].forEach((at, i) => out.writeUInt32LE(s[at], 4 * i));
  return out;
}

function seal(label, key, nonce, ad, plain) {
  const cipher = crypto.createCipheriv('chacha20-poly1305', hchacha(key, nonce.subarray(0, 16)),
    Buffer.concat([Buffer.alloc(4), nonce.subarray(16)]), { authTagLength: 16 });
  cipher.setAAD(Buffer.concat([label16(label), ad]), { plaintextLength: plain.length });
  return Buffer.concat([nonce, cipher.update(plain), cipher.final(), cipher.getAuthTag()]);
}

function aesGcm(key, nonce, ad, plain) {
  const cipher = crypto.createCipheriv('aes-256-gcm', key, nonce);
  cipher.setAAD(ad);
  return Buffer.concat([cipher.update(plain), cipher.final(), cipher.getAuthTag()]);
}

function keyFromSeed(seed) {
  const der = Buffer.concat([raw('302e020100300506032b657004220420'), seed]);
  return crypto.createPrivateKey({ key: der, format: 'der', type: 'pkcs8' });
}

function publicOf(seed) {
  return crypto.createPublicKey(keyFromSeed(seed)).export({ format: 'der', type: 'spki' }).subarray(-32);
}

function gfMul(a, b) {
  let product = 0;
  for (; b; b >>= 1) {
    if (b & 1) product ^= a;
    a = (a << 1) ^ (a & 0x80 ? 0x11b : 0);
  }
  return product;
}

function shamir(secret, t, m, coefficients) {
  const n = secret.length;
  return Array.from({ length: m }, (_, i) => hex(Uint8Array.from(secret, (s, k) => {
    let y = s;
    for (let j = 1, power = i + 1; j < t; j++, power = gfMul(power, i + 1)) y ^= gfMul(coefficients[(j - 1) * n + k], power);
    return y;
  })));
}

function words(entropy, language) {
  const list = readFileSync(join(catalogue, `words-${language}.txt`), 'utf8').split('\n').filter(Boolean);
  const bits = [...entropy, sha256(entropy)[0]].map((b) => b.toString(2).padStart(8, '0')).join('');
  return Array.from({ length: entropy.length * 3 / 4 }, (_, i) => list[parseInt(bits.slice(11 * i, 11 * i + 11), 2)].normalize('NFC')).join(' ');
}

const hkdf = (ikm, salt, info, n) => Buffer.from(crypto.hkdfSync('sha256', ikm, salt, info, n));

const u8 = (n) => Buffer.from([n]);
const u32 = (n) => { const b = Buffer.alloc(4); b.writeUInt32BE(n); return b; };
const u64 = (n) => { const b = Buffer.alloc(8); b.writeBigUInt64BE(BigInt(n)); return b; };

function padded(plain) {
  const need = plain.length + 4;
  const size = [256, 1024, 4096, 16384, 65536].find((c) => need <= c) ?? Math.ceil(need / 65536) * 65536;
  return Buffer.concat([u32(plain.length), plain, Buffer.alloc(size - need)]);
}

// a vault's rows as they stand in the file: src/store/DESIGN.md
function vaultRows(v) {
  const master = raw(v.master), id = raw(v.id);
  const commitment = derive(master, 'CtzCommt', v.epoch).subarray(0, 16);
  const slotAd = Buffer.concat([u32(v.format), u8(2), id, u32(v.epoch), u64(v.created), commitment, raw(v.slot.salt), u32(0), u32(0)]);
  const wrapped = seal('citiz/slot/v1', derive(raw(v.entropy), 'CtzWords', 1), raw(v.slot.nonce), slotAd, master);
  const wrapping = derive(master, 'CtzSeal_', v.epoch);
  return {
    commitment: hex(commitment),
    slot: { ...v.slot, sealed: hex(wrapped), checksum: hex(sha256(Buffer.from('citiz/slotsum/v1'), slotAd, wrapped)) },
    objects: v.objects.map((o) => {
      const ad = Buffer.concat([id, u8(o.class), raw(o.id), u32(o.version), u32(o.batch)]);
      return {
        ...o,
        key: hex(seal('citiz/rowkey/v1', wrapping, raw(o.key_nonce), ad, raw(o.record_key))),
        sealed: hex(seal('citiz/object/v1', raw(o.record_key), raw(o.nonce), ad, padded(raw(o.plain)))),
      };
    }),
    identity_seed: hex(derive(master, 'CtzIdent', 1)),
    setting_id: hex(crypto.createHmac('sha256', derive(master, 'CtzIndex', 1)).update(v.setting).digest().subarray(0, 16)),
  };
}

// file → (vector → the fields that follow from the others)
const rules = {
  'citiz-sign': (v) => {
    const message = Buffer.concat([label16(v.label), raw(v.message)]);
    return { public: hex(publicOf(raw(v.seed))), signature: hex(crypto.sign(null, message, keyFromSeed(raw(v.seed)))) };
  },
  'citiz-seal': (v) => ({ sealed: hex(seal(v.label, raw(v.key), raw(v.nonce), raw(v.ad), raw(v.plain))) }),
  'citiz-derive': (v) => ({ key: hex(derive(raw(v.master), v.label, v.n)) }),
  'citiz-capsule': (v) => {
    const grant = raw(v.grant), T = raw(v.T), a = [hkdf(T, grant, 'citiz/open/v1', 32)];
    for (let k = 1; k <= v.max; k++) a.push(sha256(a[k - 1]));
    const padded = Buffer.alloc(v.size), jwe = Buffer.from(v.jwe);
    padded.writeUInt32BE(jwe.length);
    jwe.copy(padded, 4);
    return {
      a_0: hex(a[0]), a_max: hex(a[v.max]),
      token: hex(hkdf(T, grant, Buffer.concat([Buffer.from('citiz/token/v1'), raw(v.node)]), 32)),
      commitment: hex(sha256(Buffer.from('citiz/share'), grant, Buffer.from([v.index]), raw(v.share), raw(v.salt))),
      capsule: hex(sha256(aesGcm(raw(v.K_c), raw(v.nonce), Buffer.concat([Buffer.from('citiz/capsule/v1'), grant]), padded))),
      pk: hex(crypto.pbkdf2Sync(v.passcode, grant, v.iterations, 32, 'sha256')),
    };
  },
  'citiz-shamir': (v) => ({ shares: shamir(raw(v.secret), v.t, v.m, raw(v.coefficients)) }),
  'citiz-vault': vaultRows,
  bip39: (v) => ({ words: words(raw(v.entropy), v.language) }),
};

let checked = 0, wrong = 0;
for (const [name, rule] of Object.entries(rules)) {
  const path = join(data, `${name}.json`);
  const vectors = JSON.parse(readFileSync(path, 'utf8'));
  for (const v of vectors) {
    for (const [field, value] of Object.entries(rule(v))) {
      if (process.argv.includes('--write')) v[field] = value;
      checked++;
      if (JSON.stringify(v[field]) !== JSON.stringify(value)) {
        wrong++;
        console.error(`${name}: ${field} differs: ${value}`);
      }
    }
  }
  if (process.argv.includes('--write')) writeFileSync(path, `${JSON.stringify(vectors, null, 1)}\n`);
}
console.log(`${checked} values checked, ${wrong} differ`);
process.exit(wrong === 0 && checked > 0 ? 0 : 1);
