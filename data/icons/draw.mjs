// Draws every icon of Citiz from the strokes below into filled outlines (GTK 4.8 recolours fills only).
// Usage: npm i canvaskit-wasm in a scratch folder, then: NODE_PATH=that/node_modules node draw.mjs
// SPDX-License-Identifier: AGPL-3.0-or-later
import { createRequire } from 'node:module';
import { writeFileSync, mkdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const require = createRequire(join(process.env.NODE_PATH ?? process.cwd(), 'x.js'));
const ck = await require('canvaskit-wasm/bin/full/canvaskit.js')();
const here = dirname(fileURLToPath(import.meta.url));

// One icon is a list of steps. s: stroke (round), b: stroke with butt ends, f: fill, xs / xf: take the same away.
const s = (d, w = 2) => ['s', d, w];
const b = (d, w = 2) => ['b', d, w];
const f = (d) => ['f', d];
const xs = (d, w = 2) => ['xs', d, w];
const xf = (d) => ['xf', d];
const c = (x, y, r) => `M${x - r} ${y}a${r} ${r} 0 1 0 ${2 * r} 0a${r} ${r} 0 1 0 ${-2 * r} 0z`;
const rr = (x, y, w, h, r) =>
  `M${x + r} ${y}h${w - 2 * r}a${r} ${r} 0 0 1 ${r} ${r}v${h - 2 * r}a${r} ${r} 0 0 1 ${-r} ${r}` +
  `h${2 * r - w}a${r} ${r} 0 0 1 ${-r} ${-r}v${2 * r - h}a${r} ${r} 0 0 1 ${r} ${-r}z`;
const at = (cx, cy, r, deg) => {
  const a = ((deg - 90) * Math.PI) / 180; // clockwise from the top
  return [cx + r * Math.cos(a), cy + r * Math.sin(a)].map((n) => +n.toFixed(4));
};
const arc = (cx, cy, r, from, to) =>
  `M${at(cx, cy, r, from).join(' ')}A${r} ${r} 0 ${to - from > 180 ? 1 : 0} 1 ${at(cx, cy, r, to).join(' ')}`;
const ray = (cx, cy, r1, r2, deg) => `M${at(cx, cy, r1, deg).join(' ')}L${at(cx, cy, r2, deg).join(' ')}`;
const rays = (cx, cy, r1, r2, list) => list.map((d) => ray(cx, cy, r1, r2, d)).join('');

// The mark: tree rings of a yellow birch, 16-unit grid.
const mark = [s(arc(8, 8, 6.9, 58, 388), 1.9), s(arc(8, 8, 3.9, -128, 172), 1.9), f(c(8, 8, 1.35))];

const icons = {
  mark,
  today: [s(c(8, 8, 2.6)), s(rays(8, 8, 6.2, 7, [0, 45, 90, 135, 180, 225, 270, 315]))],
  care: [s('M4 2H3v3a4.5 4.5 0 0 0 9 0V2h-1'), s('M7.5 9.5v2.2a2.6 2.6 0 0 1-2.6 2.6h-.2'), s(c(3.4, 12.3, 1.8))],
  activity: [f(c(10.2, 2.3, 1.9)), s('M2 7.2L4.6 5 8.6 5.4 7 9.4 9.6 11.2 9.2 15'), s('M8.4 6L10.8 8.2 14 7.2'), s('M7 9.6L5.6 12H1.6')],
  diet: [s('M1.5 1.6V5a2.5 2.5 0 0 0 5 0V1.6', 1.8), s('M4 1.6V14.4', 2), f('M14.6.8v14.4h-3V10H9.8C9.8 5 11 .8 14.6.8z')],
  trends: [s('M2 2V14H14'), s('M4.6 10.4L7.4 6.6 10 8.4 14 3')],
  access: [s(c(5.5, 10.5, 3.6)), s('M8.2 7.8L13.6 2.4M12 4l2.4 2.4M9.6 6.4l1.6 1.6')],
  ledger: [b(arc(5.6, 8, 3.4, 86, 366), 1.9), b(arc(10.4, 8, 3.4, 266, 546), 1.9)],
  emergency: [s(rays(8, 8, 0, 6.6, [0, 60, 120, 180, 240, 300]), 2.2)],
  pill: [s('M3.2 12.8a3.1 3.1 0 0 1 0-4.4L8.4 3.2a3.1 3.1 0 0 1 4.4 4.4L7.6 12.8a3.1 3.1 0 0 1-4.4 0z'), s('M5.8 5.8l4.4 4.4')],
  heart: [s('M8 14L2.9 8.6A3.4 3.4 0 0 1 7.8 3.9L8 4.1l.2-.2a3.4 3.4 0 0 1 4.9 4.7z')],
  drop: [s('M8 1.8C5.6 4.6 3.4 7.2 3.4 9.8a4.6 4.6 0 0 0 9.2 0C12.6 7.2 10.4 4.6 8 1.8z')],
  scale: [s('M2 2.6h12L12.8 13.6H3.2z'), s('M5 5.8a4.2 4.2 0 0 1 6 0L8 8z', 1.4)],
  feet: [f('M4.4 1.2C6.6 1.2 7 4 6.6 6.2 6.4 7.4 6.2 8.4 6.2 9H2.4C2.4 7.6 1.6 6.2 1.6 4.4 1.6 2.6 2.6 1.2 4.4 1.2z'), f('M2.5 10.2h3.7a1.85 1.85 0 0 1-3.7 0z'),
    f('M11.6 3.2C9.4 3.2 9 6 9.4 8.2 9.6 9.4 9.8 10.4 9.8 11h3.8C13.6 9.6 14.4 8.2 14.4 6.4 14.4 4.6 13.4 3.2 11.6 3.2z'), f('M9.8 12.2h3.7a1.85 1.85 0 0 1-3.7 0z')],
  bed: [s('M1.4 3.4V13M1.4 10.6H14.6M14.6 13V9.6'), f('M6.4 5.4h5.8a3 3 0 0 1 3 3v2.4H6.4z'), f(c(4, 7.2, 1.6))],
  card: [s(rr(1.6, 3, 12.8, 10, 1.6)), b('M1 6.4H15')],
  slice: [s(c(8, 8, 6.6), 1.6), s(c(8, 8, 3.8), 1.4), f(c(8, 8, 1.5))],
  'source-self': [f(c(8, 4.6, 3.2)), f('M2.2 14.4V12.6A4 4 0 0 1 6.2 8.8h3.6a4 4 0 0 1 4 3.8v1.8z')],
  'source-document': [s('M3 2.2a.8.8 0 0 1 .8-.8H9.4L13 5v8.8a.8.8 0 0 1-.8.8H3.8a.8.8 0 0 1-.8-.8z'), b('M5.4 7h5.2M5.4 9.2h5.2M5.4 11.4h5.2', 1.2)],
  'source-institution': [f(rr(1.4, 6, 13.2, 9, 0.8)), f(rr(4.4, 1, 7.2, 14, 0.8)), xf('M7.3 2.6h1.4v1.2h1.2v1.4H8.7v1.2H7.3V5.2H6.1V3.8h1.2zM6.2 8.2h1.4v1.6H6.2zM8.4 8.2h1.4v1.6H8.4zM7 11.6h2V15H7zM2.6 8.2H3.8v1.6H2.6zM12.2 8.2h1.2v1.6h-1.2zM2.6 11.4H3.8V13H2.6zM12.2 11.4h1.2V13h-1.2z')],
  document: [s('M3 2.2a.8.8 0 0 1 .8-.8H9.4L13 5v8.8a.8.8 0 0 1-.8.8H3.8a.8.8 0 0 1-.8-.8z'), b('M5.4 7h5.2M5.4 9.2h5.2M5.4 11.4h5.2', 1.2)],
  speaker: [f('M7.4 2v12L3.6 10.6H1.6A.8.8 0 0 1 .8 9.8V6.2a.8.8 0 0 1 .8-.8h2z'), s(arc(7.6, 8, 3.2, 48, 132), 1.8), s(arc(7.6, 8, 6.4, 48, 132), 1.8)],
  speak: [s('M3.2 13.8V11.4C1.6 10 1.4 8.6 1.4 7.6A5 5 0 0 1 6.4 2.6c1.4 0 2.4.6 3 1.4', 1.8), s(arc(6.2, 9, 3, 52, 128), 1.7), s(arc(6.2, 9, 6, 52, 128), 1.7)],
  hidden: [s('M1.6 8C3 5.2 5.4 3.6 8 3.6S13 5.2 14.4 8C13 10.8 10.6 12.4 8 12.4S3 10.8 1.6 8z'), f(c(8, 8, 2.1)), xs('M2.4 2.4L13.6 13.6', 4.2), s('M2.4 2.4L13.6 13.6', 1.9)],
  shown: [s('M1.6 8C3 5.2 5.4 3.6 8 3.6S13 5.2 14.4 8C13 10.8 10.6 12.4 8 12.4S3 10.8 1.6 8z'), f(c(8, 8, 2.1))],
  alert: [s('M8 2.2L14.2 13.6H1.8z'), f(rr(7.1, 5.6, 1.8, 4, 0.9)), f(c(8, 11.4, 1))],
  moderate: [f(rr(3.4, 2.2, 9.2, 11.6, 2)), xf(rr(7.1, 4.6, 1.8, 4.4, 0.9)), xf(c(8, 10.9, 1.05))],
  minor: [s(c(8, 8, 6.2), 1.8), s('M5.2 8h5.6', 1.8)],
  check: [s('M3 8.6L6.4 12 13 4.2', 2.4)],
  up: [s('M3.4 10.2L8 5.6l4.6 4.6', 2.2)],
  down: [s('M3.4 5.8L8 10.4l4.6-4.6', 2.2)],
  cross: [s('M4 4l8 8M12 4l-8 8', 2.2)],
  skip: [s(c(8, 8, 6.2), 1.8), s('M5 8h6', 1.8)],
  unknown: [f('M8 .6L15.4 8 8 15.4.6 8z'), xs('M6 6.4C6 5.2 6.8 4.4 8 4.4s2 .8 2 1.8C10 7.6 8 7.6 8 9.2', 1.5), xf(c(8, 11.5, 1.05))],
  flag: [b('M3 1.6V14.6'), f('M3 2h10.4l-2 3.2 2 3.2H3z')],
  shield: [s('M8 1.8L13.6 3.6V8c0 3.2-2.4 5.2-5.6 6.4C4.8 13.2 2.4 11.2 2.4 8V3.6z'), s('M5.6 7.8L7.4 9.6 10.6 6', 1.8)],
  people: [f(c(5.2, 3.6, 2.4)), f('M.8 11.6V9.8A3 3 0 0 1 3.8 6.8h2.8c.6 0 1.2.2 1.6.5A4.4 4.4 0 0 0 6 11.6z'), f(c(11, 6.4, 2.4)), f('M7 14.6v-2a3 3 0 0 1 3-3h2a3 3 0 0 1 3 3v2z')],
  computer: [s(rr(3, 3, 10, 7.4, 1)), s('M1.4 13.2h13.2')],
  clock: [s(c(8, 8, 6.2), 1.8), s('M8 4.8V8.4h2.8', 1.7)],
  pencil: [s('M3 13l.7-2.9L10.9 3a1.5 1.5 0 0 1 2.1 2.1L5.9 12.3z', 1.9)],
  copies: [s(rr(5.6, 5.6, 8.4, 8.4, 1.4)), s('M3.4 10.4A1.4 1.4 0 0 1 2 9V3.4A1.4 1.4 0 0 1 3.4 2H9a1.4 1.4 0 0 1 1.4 1.4')],
  send: [s('M14.2 1.8L10.6 14.2 7.4 8.6 1.8 5.4z', 1.8), s('M7.4 8.6l3-3', 1.8)],
  download: [s('M8 1.8V9.6M4.2 6.2L8 10l3.8-3.8M2 14.2h12')],
  upload: [s('M8 10.4V2.6M4.2 6L8 2.2 11.8 6M2 14.2h12')],
  words: [s(rr(2, 1.8, 12, 12.4, 1.4)), b('M4.6 5.4h2.6M8.8 5.4h2.6M4.6 8h2.6M8.8 8h2.6M4.6 10.6h2.6M8.8 10.6h2.6', 1.3)],
  lock: [f(rr(2.6, 7, 10.8, 8, 1.4)), b('M5 7.6V5.2a3 3 0 0 1 6 0v2.4')],
  settings: [s(c(8, 8, 3.8), 2.6), b(rays(8, 8, 4.6, 7.4, [0, 60, 120, 180, 240, 300]), 2.8)],
  info: [s(c(8, 8, 6.4), 1.5), f(c(8, 4.9, 1)), s('M8 7.6v3.6', 1.7)],
  table: [s(rr(1.6, 2.6, 12.8, 10.8, 1.4), 1.8), b('M1.6 6.6h12.8M1.6 10h12.8M8 6.6v6.8', 1.5)],
  calendar: [s(rr(2.2, 3.2, 11.6, 10.8, 1.4)), b('M5 1v3M11 1v3'), f('M2 4h12v2.6H2zM4.8 8h1.6v1.4H4.8zM7.2 8h1.6v1.4H7.2zM9.6 8h1.6v1.4H9.6zM4.8 10.4h1.6v1.4H4.8zM7.2 10.4h1.6v1.4H7.2zM9.6 10.4h1.6v1.4H9.6z')],
  syringe: [s('M10.4 1.6l4 4M12.4 3.6L10.2 5.8M8.4 4l3.6 3.6M9.8 5.8L4.8 10.8 4 12 5.2 11.2 10.6 6.6M4.6 11.4L1.6 14.4', 1.8), s('M8.8 5L4.2 9.6V11.8H6.4L11 7.2z', 1.7)],
  result: [s('M6 1.8V6.4L2.4 12.4a1.3 1.3 0 0 0 1.1 2H12.5a1.3 1.3 0 0 0 1.1-2L10 6.4V1.8M4.6 1.8h6.8'), f('M4.6 10h6.8l2 3.6H2.6z')],
  device: [s(rr(3.4, 3.4, 9.2, 9.2, 1.4)), b('M6 3V.8M10 3V.8M6 15.2V13M10 15.2V13M3 6H.8M3 10H.8M15.2 6H13M15.2 10H13', 1.5), f(rr(6.2, 6.2, 3.6, 3.6, 0.6))],
  procedure: [s('M2 14L9.4 6.6M9.4 6.6L12.6 1.8c1.8 1.4 2 4 .6 5.6L10.8 9.8 9 8'), s('M2 14h6')],
  directive: [s('M3 2.2a.8.8 0 0 1 .8-.8H9.4L13 5v2.4'), s('M3 2v11.8a.8.8 0 0 0 .8.8H6'), s('M8.4 13.8l.5-2 4-4 1.5 1.5-4 4z', 1.5), b('M5.4 6.2h4M5.4 8.6h2.4', 1.3)],
  family: [f(c(8, 2.8, 2)), f(c(3.2, 12.6, 2)), f(c(12.8, 12.6, 2)), b('M8 3v5M3.2 12V8h9.6v4', 1.6)],
  contact: [s('M3.2 1.9l2-.5 1.5 3.4L5 6.2c.8 2 2.6 3.8 4.8 4.8l1.4-1.7 3.4 1.5-.5 2c-.3 1-1.1 1.6-2 1.5C6.600 13.700 2.300 9.400 1.700 3.900c-.1-.9.500-1.700 1.500-2z', 1.7)],
  visit: [s('M8 14.6C5 11.4 3 8.800 3 6.400a5 5 0 0 1 10 0c0 2.400-2 5-5 8.200z'), f(c(8, 6.400, 1.8))],
  sunrise: [s(arc(8, 13, 3, -90, 90), 1.8), s('M.8 13.8h1.400M13.800 13.800h1.400M8 7V2.200M5.800 4.200L8 2l2.200 2.200M3 8.600l.7.7M13 8.600l-.7.700', 1.8)],
  leaf: [f('M13.800 2.200C8 1.600 2.600 4 2.400 9.400c0 1.400.5 2.700 1.400 3.600 4.800 1.800 10-2 10-10.800z'), xs('M4.400 12.200C6 9 8 7.200 10.400 5.800', 1.2), s('M2.200 14.400L4.200 12', 1.6)],
  bowl: [f('M1.4 8h13.2a6.600 6.600 0 0 1-4 6v1H5.400v-1a6.600 6.600 0 0 1-4-6z'), s('M6 6c-1-1.200 1-1.800 0-3.200M9.400 6c-1-1.200 1-1.800 0-3.200', 1.4)],
  moon: [s('M13.600 9.800A6 6 0 1 1 6.400 2.300a5 5 0 0 0 7.200 7.500z')],
  glass: [f('M2.600 1.600h10.800L12 14.400H4z')],
  walk: [f(c(8.800, 2.300, 1.900)), s('M5 8.400L6 5.600 8.600 5.200 7.600 9.600 10 11.600 10.600 15M7.600 9.800L6.400 12.200 4 15M8.800 5.800L10.200 8 12.200 8.600')],
  bike: [s(c(3.400, 10.800, 2.500), 1.6), s(c(12.600, 10.800, 2.500), 1.6), s('M8 11V8.400L5.800 6.600 8.800 4.400 10.400 6.600h2.200', 1.700), f(c(11, 2.300, 1.500))],
  swim: [f(c(11.400, 5.400, 2)), s('M2.400 8.600L8 4.400 6 2.600 3.800 3.600M6.400 6L9.400 9'), s('M1.200 12c1.700-1.400 2.900-1.400 4.500 0s2.900 1.400 4.600 0 2.900-1.400 4.500 0', 1.8)],
  strength: [s('M2 6.400v3.200M4.600 4.400v7.200M11.400 4.400v7.200M14 6.400v3.200', 2.2), s('M4.600 8h6.800')],
  note: [f('M2.600 1.800h10.800A1.600 1.600 0 0 1 15 3.400v7.200a1.600 1.600 0 0 1-1.600 1.600H6.600L3.400 15v-2.800h-.8A1.600 1.600 0 0 1 1 10.600V3.400A1.600 1.600 0 0 1 2.600 1.800z'), xf('M4 4.400h8v1.500H4zM4 6.900h8v1.400H4z')],
  thermometer: [s('M6 9.400V3.400a2 2 0 0 1 4 0v6a3.200 3.200 0 1 1-4 0z', 1.8), f(c(8, 11.800, 1.500)), b('M8 6v6', 1.500)],
  lungs: [s('M8 1.800V7M8 7L6.400 8.200M8 7l1.600 1.200', 1.700), s('M5.800 4.600C3.600 4.600 1.800 8.400 1.800 12.400c0 1.600 4.400 1 4.400-1.200V5M10.200 4.600c2.200 0 4 3.800 4 7.800 0 1.600-4.400 1-4.400-1.200V5', 1.800)],
  plus: [s('M8 3v10M3 8h10')],
  minus: [s('M3 8h10')],
  folder: [s('M1.800 12.600V3.400h4.600l1.600 2h5v2M1.800 12.800l2.400-5.400h10.400L12.400 12.800z', 1.8)],
  offline: [s('M2 5.600h8.400M4.800 2.800L2 5.600l2.800 2.800', 1.8), s('M13.800 8.600H6', 1.8), s('M10 11.400l4 4M14 11.400l-4 4', 1.8)],
  capsule: [s('M3 2.200a.8.8 0 0 1 .8-.8H9.400L13 5v8.800a.8.8 0 0 1-.8.800H3.800a.8.8 0 0 1-.8-.8z'), f(rr(5.600, 8.200, 4.800, 4, 0.600)), b('M6.600 8.600V7.200a1.400 1.400 0 0 1 2.800 0v1.400', 1.200)],
  plate: [s(c(8, 8, 6.400), 1.800), s(c(8, 8, 3.200), 1.500)],
  history: [s(arc(8, 8, 6, -60, 250), 1.900), s('M1.200 2.400v3.400h3.400', 1.900), s('M8 5v3.400l2.200 1.400', 1.700)],
};

const parse = (d) => ck.Path.MakeFromSVGString(d);
const stroked = (d, w, cap) => parse(d).makeStroked({ width: w, cap, join: ck.StrokeJoin.Round, precision: 4 });
function draw(steps) {
  let out = parse('M0 0z');
  for (const [kind, d, w] of steps) {
    const cap = kind === 'b' ? ck.StrokeCap.Butt : ck.StrokeCap.Round;
    const p = (kind.endsWith('f') ? parse(d) : stroked(d, w, cap));
    if (!p) throw new Error(`bad path ${d}`);
    out = ck.Path.MakeFromOp(out, p, kind.startsWith('x') ? ck.PathOp.Difference : ck.PathOp.Union);
  }
  return out.toSVGString().replace(/-?\d*\.\d+(e-?\d+)?/g, (n) => String(+(+n).toFixed(3))).replace(/([a-zA-Z]) /g, '$1');
}
const svg = (size, body) => `<svg xmlns="http://www.w3.org/2000/svg" width="${size}" height="${size}" viewBox="0 0 ${size} ${size}">${body}</svg>\n`;
const path = (d, extra = '') => `<path fill-rule="evenodd" d="${d}"${extra}/>`;

mkdirSync(join(here, 'symbolic'), { recursive: true });
for (const [name, steps] of Object.entries(icons))
  writeFileSync(join(here, 'symbolic', `citiz-${name}-symbolic.svg`), svg(16, path(draw(steps), ' fill="#2e3436"')));

// The application's icons: a slice of yellow birch on the 128 grid, and the mark as three arcs for the symbolic form.
const ring = (r, w, from, to, colour) => `<path fill="none" stroke="${colour}" stroke-width="${w}" stroke-linecap="round" d="${arc(64, 64, r, from, to)}"/>`;
const app = `<defs><linearGradient id="l" x1="0" y1="0" x2="0" y2="1"><stop offset="0" stop-color="#f6ead2"/><stop offset="1" stop-color="#e8d3a6"/></linearGradient></defs>` +
  `<circle cx="64" cy="66" r="58" fill="#b98f4e"/><circle cx="64" cy="62" r="58" fill="#d9b679"/><circle cx="64" cy="62" r="53" fill="url(#l)"/>` +
  `<g transform="translate(0 -2)">${ring(6.9 * 5.6, 1.9 * 5.6, 58, 388, '#1d6a82')}${ring(3.9 * 5.6, 1.9 * 5.6, -128, 172, '#1d6a82')}<circle cx="64" cy="64" r="${(1.35 * 5.6).toFixed(2)}" fill="#1d6a82"/></g>`;
writeFileSync(join(here, 'io.github.citiz.Citiz.svg'), svg(128, app));
writeFileSync(join(here, 'io.github.citiz.Citiz-symbolic.svg'), svg(16, path(draw(mark), ' fill="#2e3436"')));

// The list of them for the program's resources.
writeFileSync(join(here, 'citiz-icons.gresource.xml'),
  `<?xml version="1.0" encoding="UTF-8"?>\n<!-- Written by draw.mjs. In the toolkit's own folder, which is looked through anyhow (src/ui/DESIGN.md). -->\n<gresources>\n  <gresource prefix="/org/gtk/libgtk/icons/scalable/actions">\n` +
  Object.keys(icons).map((n) => `    <file alias="citiz-${n}-symbolic.svg">symbolic/citiz-${n}-symbolic.svg</file>\n`).join('') +
  `  </gresource>\n</gresources>\n`);
