// Building the page: elements, text with marks, icons. Values enter as text nodes only. SPDX-License-Identifier: AGPL-3.0-or-later

import { DATA } from './data.js';

const SVG_NS = 'http://www.w3.org/2000/svg';

function fill(node, children) {
  for (const child of children.flat(Infinity)) {
    if (child === null || child === undefined || child === false || child === '') continue;
    node.append(child instanceof Node ? child : document.createTextNode(String(child)));
  }
  return node;
}

function dress(node, props) {
  for (const [name, value] of Object.entries(props || {})) {
    if (value === null || value === undefined || value === false) continue;
    if (name.startsWith('on')) node.addEventListener(name.slice(2), value);
    else if (name === 'value') node.value = value;
    else node.setAttribute(name, value === true ? '' : String(value));
  }
  return node;
}

export const byId = (id) => document.getElementById(id);

/** h('div.card#x', {title: …, onclick: f}, child, [child, …]) */
export function h(spec, props, ...children) {
  const [, tag, id, classes] = /^([\w-]+)(?:#([\w-]+))?((?:\.[\w-]+)*)$/.exec(spec);
  const node = document.createElement(tag);
  if (tag === 'button') node.type = tag;
  if (id) node.id = id;
  if (classes) node.className = classes.slice(1).replaceAll('.', ' ');
  if (props && (props instanceof Node || typeof props !== 'object' || Array.isArray(props))) return fill(node, [props, children]);
  return fill(dress(node, props), children);
}

export function svg(tag, props, ...children) {
  return fill(dress(document.createElementNS(SVG_NS, tag), props), children);
}

/** Text whose *marked* runs are bold; the parts given as arguments are never read as marks. */
export function marked(template, args = []) {
  return template.split('*').map((run, i) => {
    const text = run.replace(/\{(\d)\}/g, (all, n) => args[n] ?? '');
    return text === '' ? null : i % 2 ? h('b', text) : text;
  });
}

const SHAPES = DATA.shapes;

export function icon(name, label) {
  const props = { class: 'icon', viewBox: '0 0 24 24', 'aria-hidden': label ? null : 'true', role: label ? 'img' : null, 'aria-label': label };
  return svg('svg', props, SHAPES[name].map((d) => svg('path', { d })));
}

export function logo() {
  return svg('svg', { class: 'logo', viewBox: '0 0 16 16', 'aria-hidden': 'true' },
    svg('path', { d: 'M13.85 4.34A6.9 6.9 0 1 1 11.24 1.91' }),
    svg('path', { d: 'M4.93 10.4A3.9 3.9 0 1 1 8.54 11.86' }),
    svg('circle', { cx: 8, cy: 8, r: 1.35 }));
}

/** Hatched square: SVG, so that paper shows it even when backgrounds are not printed. */
export function hatch() {
  const lines = [-8, -4, 0, 4, 8, 12].map((x) => svg('path', { d: `M${x} 16L${x + 16} 0` }));
  return svg('svg', { class: 'hatch', viewBox: '0 0 16 16', 'aria-hidden': 'true' }, lines);
}
