// Bytes and their text forms: base64url, hexadecimal, UTF-8, joining. SPDX-License-Identifier: AGPL-3.0-or-later

export function utf8(text) {
  return new TextEncoder().encode(text);
}

export function fromUtf8(bytes) {
  return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
}

export function join(...parts) {
  const out = new Uint8Array(parts.reduce((n, p) => n + p.length, 0));
  let at = 0;
  for (const part of parts) {
    out.set(part, at);
    at += part.length;
  }
  return out;
}

export function hex(bytes) {
  return Array.from(bytes, (b) => b.toString(16).padStart(2, '0')).join('');
}

/** Strict: an even number of hexadecimal digits, `size` bytes when given; throws otherwise. */
export function fromHex(text, size) {
  if (typeof text !== 'string' || !/^([0-9a-f]{2})*$/i.test(text)) throw new Error('not hexadecimal');
  const out = Uint8Array.from(text.match(/../g) || [], (pair) => parseInt(pair, 16));
  if (size !== undefined && out.length !== size) throw new Error('wrong length');
  return out;
}

export function b64u(bytes) {
  let text = '';
  for (let i = 0; i < bytes.length; i += 8192) {
    text += String.fromCharCode(...bytes.subarray(i, i + 8192));
  }
  return btoa(text).replace(/\+/g, '-').replace(/\//g, '_').replace(/=+$/, '');
}

/** Base64url without padding, `size` bytes when given; throws otherwise. */
export function fromB64u(text, size) {
  if (typeof text !== 'string' || !/^[A-Za-z0-9_-]*$/.test(text)) throw new Error('not base64url');
  const raw = atob(text.replace(/-/g, '+').replace(/_/g, '/'));
  const out = Uint8Array.from(raw, (c) => c.charCodeAt(0));
  if (size !== undefined && out.length !== size) throw new Error('wrong length');
  return out;
}

/** Bytes written by the build: 13 bits in two of 91 printable letters. */
export function fromLetters(text) {
  const letters = Array.from({ length: 95 }, (_, i) => String.fromCharCode(32 + i)).filter((c) => !['\'', '\\', '\x60', '<'].includes(c));
  const place = new Map(letters.map((c, i) => [c, i]));
  const out = new Uint8Array(Math.floor((text.length / 2) * 13 / 8));
  let hold = 0;
  let held = 0;
  let size = 0;
  for (let i = 0; i < text.length; i += 2) {
    hold = ((hold & 0xff) << 13) | (place.get(text[i]) * 91 + place.get(text[i + 1]));
    held += 13;
    for (; held >= 8; held -= 8) out[size++] = hold >>> (held - 8);
  }
  return out;
}

export function sameBytes(a, b) {
  if (a.length !== b.length) return false;
  let diff = 0;
  for (let i = 0; i < a.length; i++) diff |= a[i] ^ b[i];
  return diff === 0;
}

/** JSON whose decimals keep their digits: 4.80 becomes the text "4.80" (IEEE doubles would say 4.8). */
export function parseRecord(text) {
  const number = /-?\d+(\.\d+)?([eE][+-]?\d+)?/y;
  const out = [];
  let kept = 0;
  for (let i = 0; i < text.length; ) {
    const c = text.charCodeAt(i);
    if (c === 0x22) {
      i = endOfString(text, i);
    } else if (c === 0x2d || (c >= 0x30 && c <= 0x39)) {
      number.lastIndex = i;
      const m = number.exec(text);
      if (!m) break;
      if (m[1]) {
        out.push(text.slice(kept, i), '"', m[0], '"');
        kept = i + m[0].length;
      }
      i += m[0].length;
    } else {
      i++;
    }
  }
  out.push(text.slice(kept));
  return JSON.parse(out.join(''));
}

function endOfString(text, start) {
  for (let i = start + 1; i < text.length; i++) {
    const c = text.charCodeAt(i);
    if (c === 0x5c) i++;
    else if (c === 0x22) return i + 1;
  }
  return text.length;
}
