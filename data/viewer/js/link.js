// Reads the link: SMART Health Link payload with Citiz's own ignorable part. SPDX-License-Identifier: AGPL-3.0-or-later

import { fromB64u, fromHex, fromUtf8 } from './codec.js';

const MAX_LINK = 4096;

function origin(text) {
  if (text === '') return '';
  const url = new URL(text);
  if (url.protocol !== 'https:' && url.protocol !== 'http:') throw new Error('bad origin');
  return url.origin;
}

/** Text that holds `shlink:/…` → the opened link, or null when it is not one of ours. Never throws. */
export function parseLink(text) {
  try {
    const plain = decodeURI(text);
    const at = plain.indexOf('shlink:/');
    if (at < 0 || plain.length > MAX_LINK) return null;
    const payload = JSON.parse(fromUtf8(fromB64u(plain.slice(at + 8))));
    const own = payload._citiz;
    const secret = fromB64u(/\/shl\/([A-Za-z0-9_-]{43})$/.exec(payload.url)[1], 32);
    const nodes = own.n.map(([id, where], i) => ({ id: fromB64u(id, 16), origin: origin(where), index: i + 1 }));
    if (!nodes.length || nodes.length > 16) return null;
    return {
      grant: fromHex(own.g, 16),
      grantHex: own.g.toLowerCase(),
      secret,
      key: fromB64u(payload.key, 32),
      nodes,
      threshold: Number.isInteger(own.t) ? own.t : 1,
      passcode: String(payload.flag || '').includes('P'),
      label: typeof payload.label === 'string' ? payload.label.slice(0, 80) : '',
      contact: Array.isArray(own.o) && own.o[0] ? { phone: String(own.o[0]).slice(0, 40), name: String(own.o[1] || '').slice(0, 80) } : null,
    };
  } catch (error) {
    return null;
  }
}

/** Keys go; what the ended page may still say stays. */
export function forgetLink(link) {
  link.key.fill(0);
  link.secret.fill(0);
}
