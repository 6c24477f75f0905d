// Building the page: elements, text with marks, icons. Values enter as text nodes only. SPDX-License-Identifier: AGPL-3.0-or-later

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

/** h('div.card#x', {title: …, onclick: f}, child, [child, …]) */
export function h(spec, props, ...children) {
  const [, tag, id, classes] = /^([\w-]+)(?:#([\w-]+))?((?:\.[\w-]+)*)$/.exec(spec);
  const node = document.createElement(tag);
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

const SHAPES = {
  bell: ['M6 10a6 6 0 0 1 12 0c0 5 2 6 2 7H4c0-1 2-2 2-7z', 'M10 20a2 2 0 0 0 4 0'],
  eye: ['M2 12c3-5 6-7 10-7s7 2 10 7c-3 5-6 7-10 7s-7-2-10-7z', 'M12 9a3 3 0 1 0 0 6a3 3 0 0 0 0-6z'],
  hidden: ['M4 8C3 9.5 2 12 2 12c3 5 6 7 10 7 1.7 0 3.2-.4 4.6-1.1', 'M9 5.5C10 5.2 11 5 12 5c4 0 7 2 10 7-.8 1.4-1.7 2.5-2.6 3.5', 'M10 10a3 3 0 0 0 4 4', 'M3 3l18 18'],
  laptop: ['M5 5h14v10H5z', 'M2 19h20'],
  yes: ['M12 3a9 9 0 1 0 0 18a9 9 0 0 0 0-18z', 'M8 12.5l3 3 5-6'],
  unknown: ['M12 3a9 9 0 0 1 7 3.5', 'M21 12a9 9 0 0 1-3 6.7', 'M14 20.8a9 9 0 0 1-7.5-1.7', 'M3.5 15a9 9 0 0 1 1.7-9', 'M9.5 9.5a2.5 2.5 0 1 1 3.7 2.2c-.8.4-1.2.9-1.2 1.8', 'M12 16.7v.1'],
  warning: ['M12 3.5L2.5 20h19z', 'M12 10v4.5', 'M12 17.2v.1'],
  drop: ['M12 3c3.5 4.5 6 7.5 6 11a6 6 0 0 1-12 0c0-3.5 2.5-6.5 6-11z'],
  syringe: ['M18 2l4 4', 'M20 4l-4 4', 'M13 5l6 6', 'M15 7l-9 9v3h3l9-9', 'M6 18l-4 4', 'M11 11l2 2'],
  heart: ['M12 20C5 15 2.5 12 2.5 8.5A4.7 4.7 0 0 1 12 6.5a4.7 4.7 0 0 1 9.5 2C21.5 12 19 15 12 20z', 'M3 12h5l2-3 2.5 5.5 1.5-2.5h3'],
  pill: ['M10 4L4 10a5 5 0 0 0 7 7l6-6a5 5 0 0 0-7-7z', 'M7.5 7.5l6.5 6.5'],
  shield: ['M12 3l8 3v6c0 5-4 8-8 9-4-1-8-4-8-9V6z'],
  person: ['M12 4a3.5 3.5 0 1 0 0 7a3.5 3.5 0 0 0 0-7z', 'M5 21c0-5 3-7 7-7s7 2 7 7'],
  filter: ['M4 5h16l-6 7v7l-4-2v-5z'],
  airway: ['M12 3v8', 'M12 11c-2 0-3-3-5-3s-4 5-4 10c0 3 6 3 7 0 1-2 2-4 2-7z', 'M12 11c2 0 3-3 5-3s4 5 4 10c0 3-6 3-7 0-1-2-2-4-2-7z'],
  print: ['M7 8V3h10v5', 'M7 17H4V8h16v9h-3', 'M7 14h10v7H7z'],
  note: ['M4 4h16v13H9l-5 4z', 'M8 9h8', 'M8 13h5'],
  globe: ['M12 3a9 9 0 1 0 0 18a9 9 0 0 0 0-18z', 'M3 12h18', 'M12 3c5 5 5 13 0 18c-5-5-5-13 0-18z'],
  close: ['M5 5l14 14', 'M19 5L5 19'],
  clock: ['M12 3a9 9 0 1 0 0 18a9 9 0 0 0 0-18z', 'M12 7v5l3.5 2'],
  phone: ['M6 3h3l2 5-2.5 1.8a12 12 0 0 0 5.7 5.7L16 13l5 2v3a3 3 0 0 1-3.2 3A17 17 0 0 1 3 6.2 3 3 0 0 1 6 3z'],
  file: ['M6 3h8l4 4v14H6z', 'M14 3v4h4'],
  down: ['M12 4v16', 'M6 14l6 6 6-6'],
  up: ['M12 20V4', 'M6 10l6-6 6 6'],
};

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
