// waves.mjs - a timing diagram from its source (figure_wave): WaveDrom draws the lanes, in the house's colours.
import { readFileSync } from 'node:fs';
import { card, colour, sans, width } from './style.mjs';

// A state's name by its number, as GTKWave has them.
const states = readFileSync('sim/trace/serac_states.txt', 'utf8').trim().split('\n').map((line) => line.split(' ')[1]);

function shown(value, format) {
  if (format === 'state') return states[parseInt(value, 16)];
  if (format === 'dec') return BigInt(`0x${value}`).toString();
  if (format?.startsWith('signed ')) return BigInt.asIntN(+format.slice(7), BigInt(`0x${value}`)).toString();
  return value;
}

// For how many cycles a value stays; a word that does not fit into them is left out.
const stretch = (values, at, most) => {
  let n = 1;
  while (n < most && values[at + n] === values[at]) n++;
  return n;
};
const fitting = (word, cycles) => (width(word, 11) <= cycles * 20 - 4 ? word : '');

// WaveDrom's string of a lane: a letter where the value changes, a dot where it stays, a bar for what is cut out.
function lane([name, path, format], source, nodes) {
  const values = source.values[path];
  const data = [];
  let wave = '', at = 0, marks = '';
  source.windows.forEach(([, count], window) => {
    if (window) { wave += '|'; marks += '.'; }
    for (let i = 0; i < count; i++, at++) {
      const same = at > 0 && (i > 0 || !format || values[at] === 'x') && values[at] === values[at - 1];
      if (values[at] === 'x') {
        wave += same ? '.' : 'x';
      } else if (format) {
        wave += same ? '.' : format === 'state' ? ['2', '5', '3', '3', '3', '3'][parseInt(values[at], 16)] : '=';
        if (!same) data.push(fitting(shown(values[at], format), stretch(values, at, count - i)));
      } else {
        wave += same ? '.' : values[at] === '0' ? '0' : '1';
      }
      marks += nodes.get(`${name}@${at}`) ?? '.';
    }
  });
  return { name, wave, ...(data.length ? { data } : {}), ...(/[A-Za-z]/.test(marks) ? { node: marks } : {}) };
}

const isLane = (item) => Array.isArray(item) && typeof item[1] === 'string';
const lanes = (list) => list.flatMap((item) => (isLane(item) ? [item] : Array.isArray(item) ? lanes(item.slice(1)) : []));

// The column in which a signal changes to something (not 0, or the named value) for the n-th time. WaveDrom
// hides the letters of nodes that are capitals.
function column(source, [name, nth, to]) {
  const found = lanes(source.figure.signals).find(([n]) => n === name);
  if (!found) throw new Error(`${source.figure.name}: an arrow from or to ${name}, which is no lane`);
  const values = source.values[found[1]];
  let left = nth;
  for (let i = 0; i < values.length; i++) {
    if (i > 0 && values[i] !== values[i - 1] && (to ? shown(values[i], found[2]) === to : values[i] !== '0') && --left === 0) return i;
  }
  throw new Error(`${source.figure.name}: ${name} does not change so often`);
}

function cycleOf(source, at) {
  for (const [first, count] of source.windows) {
    if (at < count) return first + at;
    at -= count;
  }
  return undefined;
}

function wavedromSource(source) {
  const nodes = new Map(), edge = [], spans = [];
  const letter = (name, at) => {
    const key = `${name}@${at}`;
    if (!nodes.has(key)) nodes.set(key, String.fromCharCode(65 + nodes.size));
    return nodes.get(key);
  };
  for (const arrow of source.figure.arrows ?? []) {
    const from = column(source, arrow.from), to = column(source, arrow.to);
    edge.push(`${letter(arrow.from[0], from)}~>${letter(arrow.to[0], to)}`);
    spans.push(`${arrow.from[0]} to ${arrow.to[0]} ${cycleOf(source, to) - cycleOf(source, from)} cycles`);
  }
  const tree = (list) => list.map((item) => (isLane(item) ? lane(item, source, nodes) : Array.isArray(item) && item.length ? [item[0], ...tree(item.slice(1))] : {}));
  const tick = source.windows.flatMap(([first, count], window) =>
    [...(window ? ['·'] : []), ...Array.from({ length: count }, (_, i) => ((first + i) % 5 === 0 ? String(first + i) : '·'))]);
  return { signal: tree(source.figure.signals), edge, head: { tick: [...tick, '·', '·'].join(' ') }, config: { hscale: 1, skin: 'narrow' }, spans };
}

// WaveDrom's own colours and letters, in ours. Its rules hold within its own picture, not for the card.
const repaint = (svg) => svg
  .replace(/text\{font-size:11pt/, 'text{font-size:11px').replace(/font-family:Helvetica/g, `font-family:${sans.replace(/'/g, '')}`)
  .replace(/([}>])(text|\.[a-z0-9]+)\{/g, '$1.WaveDrom $2{').replace(/([}])(\.[a-z0-9]+)\{/g, '$1.WaveDrom $2{')
  .replace(/(fill|stroke|color):#000000/g, `$1:${colour.text}`).replace(/(fill|stroke)="#000"/g, `$1="${colour.text}"`)
  .replace(/#0041c4/g, colour.text).replace(/fill:#aaa/g, `fill:${colour.quiet}`)
  .replace(/#ffffb4/g, colour.amberFill).replace(/#b9e0ff/g, colour.blueFill).replace(/#ffe0b9/g, colour.amberFill)
  .replace(/stroke:#00F|stroke:#00f/g, `stroke:${colour.blue}`);

export async function draw(source, { wavedrom, skins }) {
  const { spans, ...waves } = wavedromSource(source);
  const svg = wavedrom.onml.stringify(wavedrom.renderAny(0, waves, skins));
  const bricks = (defs) => defs.replace(/<g id="([^"]+)">.*?<\/g>/gs, (brick, id) => (svg.includes(`href="#${id}"`) ? brick : ''));
  const used = svg.replace(/<defs>.*?<\/defs>/s, bricks);
  const [, w, h] = /width="([\d.]+)" height="([\d.]+)"/.exec(svg);
  return card(source.figure.title, repaint(used), +w, +h, [
    ...(spans.length ? [`Arrows: ${spans.join(', ')}.`] : []),
    'Above the lanes: the cycle of the run, every fifth by its number; two strokes: cycles left out.']);
}
