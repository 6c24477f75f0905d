// Raw DEFLATE (RFC 1951) reader with a ceiling: older hospital browsers lack DecompressionStream. SPDX-License-Identifier: AGPL-3.0-or-later

const LENGTH_BASE = [3, 4, 5, 6, 7, 8, 9, 10, 11, 13, 15, 17, 19, 23, 27, 31, 35, 43, 51, 59, 67, 83, 99, 115, 131, 163, 195, 227, 258];
const LENGTH_EXTRA = [0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3, 4, 4, 4, 4, 5, 5, 5, 5, 0];
const DIST_BASE = [1, 2, 3, 4, 5, 7, 9, 13, 17, 25, 33, 49, 65, 97, 129, 193, 257, 385, 513, 769, 1025, 1537, 2049, 3073, 4097, 6145, 8193, 12289, 16385, 24577];
const DIST_EXTRA = [0, 0, 0, 0, 1, 1, 2, 2, 3, 3, 4, 4, 5, 5, 6, 6, 7, 7, 8, 8, 9, 9, 10, 10, 11, 11, 12, 12, 13, 13];
const ORDER = [16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15];

/** A canonical Huffman code as counts per length and symbols in order (the walk of RFC 1951 §3.2.2). */
function huffman(lengths) {
  const count = new Uint16Array(16);
  for (const n of lengths) count[n]++;
  count[0] = 0;
  const offset = new Uint16Array(16);
  for (let n = 1; n < 15; n++) offset[n + 1] = offset[n] + count[n];
  const symbol = new Uint16Array(lengths.length);
  lengths.forEach((n, s) => {
    if (n) symbol[offset[n]++] = s;
  });
  return { count, symbol };
}

function fixedTables() {
  const lengths = [];
  for (let i = 0; i < 288; i++) lengths.push(i < 144 ? 8 : i < 256 ? 9 : i < 280 ? 7 : 8);
  return [huffman(lengths), huffman(new Array(30).fill(5))];
}

/** Inflates `input`; throws on damaged data or when the result would exceed `limit` bytes. */
export function inflateRaw(input, limit) {
  let out = new Uint8Array(Math.min(limit, Math.max(1024, input.length * 4)));
  let size = 0;
  let at = 0;
  let hold = 0;
  let held = 0;

  function bits(n) {
    while (held < n) {
      if (at >= input.length) throw new Error('data ends early');
      hold |= input[at++] << held;
      held += 8;
    }
    const value = hold & ((1 << n) - 1);
    hold >>>= n;
    held -= n;
    return value;
  }

  function room(n) {
    if (size + n > limit) throw new Error('data too large');
    if (size + n <= out.length) return;
    const bigger = new Uint8Array(Math.min(limit, Math.max(size + n, out.length * 2)));
    bigger.set(out.subarray(0, size));
    out = bigger;
  }

  function decode(table) {
    let code = 0;
    let first = 0;
    let index = 0;
    for (let n = 1; n < 16; n++) {
      code |= bits(1);
      const count = table.count[n];
      if (code - count < first) return table.symbol[index + code - first];
      index += count;
      first = (first + count) << 1;
      code <<= 1;
    }
    throw new Error('bad code');
  }

  function dynamicTables() {
    const nLit = bits(5) + 257;
    const nDist = bits(5) + 1;
    const nCode = bits(4) + 4;
    if (nLit > 286 || nDist > 30) throw new Error('bad header');
    const short = new Array(19).fill(0);
    for (let i = 0; i < nCode; i++) short[ORDER[i]] = bits(3);
    const table = huffman(short);
    const lengths = [];
    while (lengths.length < nLit + nDist) {
      const s = decode(table);
      if (s < 16) lengths.push(s);
      else {
        if (s === 16 && !lengths.length) throw new Error('bad repeat');
        const value = s === 16 ? lengths[lengths.length - 1] : 0;
        let times = s === 16 ? 3 + bits(2) : s === 17 ? 3 + bits(3) : 11 + bits(7);
        while (times--) lengths.push(value);
      }
    }
    if (lengths.length !== nLit + nDist) throw new Error('bad lengths');
    return [huffman(lengths.slice(0, nLit)), huffman(lengths.slice(nLit))];
  }

  function stored() {
    hold = 0;
    held = 0;
    const n = input[at] | (input[at + 1] << 8);
    if (at + 4 + n > input.length || (n ^ 0xffff) !== (input[at + 2] | (input[at + 3] << 8))) throw new Error('bad block');
    room(n);
    out.set(input.subarray(at + 4, at + 4 + n), size);
    at += 4 + n;
    size += n;
  }

  function block([literals, distances]) {
    for (;;) {
      const s = decode(literals);
      if (s === 256) return;
      if (s < 256) {
        room(1);
        out[size++] = s;
        continue;
      }
      if (s > 285) throw new Error('bad length');
      const n = LENGTH_BASE[s - 257] + bits(LENGTH_EXTRA[s - 257]);
      const d = decode(distances);
      if (d > 29) throw new Error('bad distance');
      const back = DIST_BASE[d] + bits(DIST_EXTRA[d]);
      if (back > size) throw new Error('bad distance');
      room(n);
      for (let i = 0; i < n; i++, size++) out[size] = out[size - back];
    }
  }

  for (let last = 0; !last; ) {
    last = bits(1);
    const type = bits(2);
    if (type === 0) stored();
    else if (type === 1) block(fixedTables());
    else if (type === 2) block(dynamicTables());
    else throw new Error('bad block type');
  }
  return out.slice(0, size);
}
