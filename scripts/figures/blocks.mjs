// blocks.mjs - a block diagram from its source (figure_blocks): ELK places boxes and wires, this draws them.
import { card, colour, round, text, width, wrap } from './style.mjs';

const looks = {
  instance: { fill: colour.blueFill, stroke: colour.blue },
  register: { fill: colour.amberFill, stroke: colour.amber },
  pins: { fill: colour.card, stroke: colour.grey },
  outside: { fill: colour.greyFill, stroke: colour.grey },
  room: { fill: colour.blueFill, stroke: colour.blue },
};

const plain = (name) => name.replace(/_(ni|[io])$/, '');

// The lines that a box shows: [words, face, size, colour].
function lines(node, chars) {
  const times = node.count > 1 && node.kind !== 'register' ? ` × ${node.count}` : '';
  if (node.kind === 'register')
    return [[node.name, 'mono', 11, colour.text], [`${node.bits} bit${node.bits > 1 ? 's' : ''}${node.count > 1 ? ` in ${node.count}` : ''}` +
      (node.ops ? `   ${node.ops}` : ''), 'sans', 10, colour.quiet]];
  if (node.kind === 'pins') return [[plain(node.name), /[ 0-9A-Z]/.test(node.name) ? 'sans' : 'mono', 11, colour.text]];
  const name = node.kind === 'room' ? node.name : node.name.replace(/^u_/, '');
  if (node.kind === 'outside') return [[name + times, 'sans', 11, colour.quiet]];
  return [[name + times, 'bold', 12, colour.text], ...(node.text ? wrap(node.text, chars).map((line) => [line, 'sans', 10, colour.quiet]) : []),
    ...(node.module && node.module !== `serac_${name}` ? [[node.module, 'mono', 10, colour.blue]] : [])];
}

// Signals that begin with the same word are one bundle: cmd_addr, cmd_bytes, ... are cmd_*.
function bundles(wires) {
  const groups = new Map();
  const signals = new Map();
  for (const wire of wires) {
    const seen = signals.get(wire.signal);
    if (!seen || seen < wire.bits) signals.set(wire.signal, wire.bits);
  }
  for (const [signal, bits] of signals) {
    const word = plain(signal).split('_')[0];
    const group = groups.get(word) ?? { names: [], bits: 0 };
    group.names.push(plain(signal));
    group.bits += bits;
    groups.set(word, group);
  }
  return [...groups].map(([word, { names, bits }]) => ({ bits, words: names.length > 1 ? `${word}_* (${names.length})` : names[0] }));
}

function edges(source) {
  const pairs = new Map();
  for (const wire of source.wires) {
    const key = `${wire.from}>${wire.to}>${wire.control ? 'c' : 'd'}`;
    if (!pairs.has(key)) pairs.set(key, { from: wire.from, to: wire.to, control: !!wire.control, wires: [] });
    pairs.get(key).wires.push(wire);
  }
  const list = [...pairs.values()];
  const whole = (e) => list.some((other) => other !== e && !other.control && other.from === e.from && other.to === e.to);
  return list.filter((e) => !e.control || (source.figure.control !== false && !whole(e)));
}

function labels(edge, source) {
  const style = source.figure.labels ?? 'all';
  const kind = (name) => source.nodes.find((n) => n.name === name).kind;
  if (style === 'none') return [];
  const all = bundles(edge.wires);
  const bits = all.reduce((sum, b) => sum + b.bits, 0);
  // A pin, and a register, is named by its box.
  const named = kind(edge.from) === 'register' || (kind(edge.from) === 'pins' && all.length === 1 && plain(edge.from) === all[0].words);
  const lines = named ? (bits > 1 ? [`${bits}`] : []) : all.map((b) => b.words + (b.bits > 1 ? `  ${b.bits}` : ''));
  return style === 'widths' ? (bits > 1 ? [`${bits}`] : []) : lines;
}

function graph(source) {
  const { figure } = source;
  const down = figure.direction === 'down';
  const chars = figure.chars ?? 24;
  const drawn = edges(source);
  const nodes = source.nodes.filter((n) => drawn.some((e) => n.name === e.from || n.name === e.to) || n.kind === 'room').map((node) => {
    const shown = lines(node, chars);
    return {
      id: node.name, shown, kind: node.kind,
      width: Math.ceil(Math.max(...shown.map(([words, face, size]) => width(words, size, face))) + 18),
      height: shown.reduce((sum, [, , size]) => sum + size + 4, 0) + (node.kind === 'pins' || node.kind === 'outside' ? 6 : 12),
    };
  });
  // The way of data, from the first of `main` to its last, decides what comes before what.
  const place = (name) => (figure.main ?? []).indexOf(name);
  const main = (edge) => place(edge.from) >= 0 && place(edge.to) > place(edge.from);
  const list = drawn.map((edge, i) => {
    const shown = labels(edge, source);
    return {
      id: `e${i}`, sources: [edge.from], targets: [edge.to], control: edge.control,
      bits: bundles(edge.wires).reduce((sum, b) => sum + b.bits, 0), shown,
      labels: shown.length ? [{
        id: `l${i}`, text: shown.join('\n'), width: Math.max(...shown.map((l) => width(l, 9, 'mono'))) + 8, height: 12 * shown.length + 2,
        layoutOptions: { 'elk.edgeLabels.inline': 'true' },
      }] : [],
      layoutOptions: { 'elk.layered.priority.direction': main(edge) ? '10' : '0', 'elk.layered.priority.straightness': main(edge) ? '10' : '1' },
    };
  });
  return {
    id: 'root', children: nodes, edges: list,
    layoutOptions: {
      'elk.algorithm': 'layered', 'elk.direction': down ? 'DOWN' : 'RIGHT', 'elk.edgeRouting': 'ORTHOGONAL', 'elk.randomSeed': '1',
      'elk.layered.nodePlacement.strategy': 'NETWORK_SIMPLEX', 'elk.layered.thoroughness': '60',
      'elk.spacing.nodeNode': '18', 'elk.layered.spacing.nodeNodeBetweenLayers': '26', 'elk.spacing.edgeNode': '12', 'elk.spacing.edgeEdge': '8',
      'elk.layered.spacing.edgeNodeBetweenLayers': '12', 'elk.layered.spacing.edgeEdgeBetweenLayers': '8', 'elk.spacing.edgeLabel': '3',
      'elk.layered.edgeLabels.sideSelection': 'ALWAYS_UP', 'elk.padding': '[top=6,left=2,bottom=6,right=2]', ...figure.elk,
    },
  };
}

function drawEdge(edge) {
  const stroke = edge.control ? colour.grey : colour.blue;
  const wide = edge.control ? 1 : edge.bits >= 128 ? 2.6 : edge.bits >= 16 ? 1.8 : 1.1;
  return edge.sections.map((s) => {
    const points = [s.startPoint, ...(s.bendPoints ?? []), s.endPoint];
    const d = points.map((p, i) => `${i ? 'L' : 'M'}${round(p.x)} ${round(p.y)}`).join('');
    return `<path d="${d}" fill="none" stroke="${stroke}" stroke-width="${wide}" stroke-linejoin="round"` +
      `${edge.control ? ' stroke-dasharray="4 3"' : ''} marker-end="url(#${edge.control ? 'grey' : 'blue'})"/>`;
  }).join('\n');
}

function drawLabel(edge) {
  return (edge.labels ?? []).map((label) => {
    const fill = edge.control ? colour.quiet : colour.text;
    return `<rect x="${round(label.x)}" y="${round(label.y)}" width="${round(label.width)}" height="${round(label.height)}" fill="${colour.card}"/>` +
      edge.shown.map((line, i) => text(label.x + label.width / 2, label.y + 10 + 12 * i, line, { size: 9, face: 'mono', fill, anchor: 'middle' })).join('');
  }).join('\n');
}

function drawNode(node) {
  const { fill, stroke } = looks[node.kind];
  const corner = node.kind === 'pins' ? node.height / 2 : node.kind === 'register' ? 0 : 5;
  let y = node.y + (node.kind === 'pins' || node.kind === 'outside' ? 2 : 5);
  const words = node.shown.map(([line, face, size, tint]) => {
    y += size + 4;
    return text(node.x + node.width / 2, y - 3, line, { size, face, fill: tint, anchor: 'middle' });
  });
  return `<rect x="${round(node.x)}" y="${round(node.y)}" width="${round(node.width)}" height="${round(node.height)}" rx="${corner}"` +
    ` fill="${fill}" stroke="${stroke}"${node.kind === 'outside' ? ' stroke-dasharray="3 3"' : ''}/>\n${words.join('\n')}`;
}

export async function draw(source, { ELK }) {
  const laid = await new ELK().layout(graph(source));
  const marker = (name, tint) => `<marker id="${name}" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="8" markerHeight="8"` +
    ` markerUnits="userSpaceOnUse" orient="auto"><path d="M0 0.8L8 4L0 7.2z" fill="${tint}"/></marker>`;
  const inner = [`<defs>${marker('blue', colour.blue)}${marker('grey', colour.grey)}</defs>`,
    ...laid.edges.map(drawEdge), ...laid.edges.map(drawLabel), ...laid.children.map(drawNode)].join('\n');
  const kinds = new Set(source.nodes.map((n) => n.kind));
  const notes = [...(source.figure.notes ?? [])];
  if (source.figure.module)
    notes.push([kinds.has('register') ? 'blue boxes: modules; amber: registers, bits in how many, and what is computed on the way into them' : 'boxes: modules',
      kinds.has('outside') ? 'dashed: seen from outside' : '', edges(source).some((e) => e.control) ? 'dashed lines: select or enable' : ''].filter(Boolean).join('; ') + '.',
    `Not drawn: ${(source.figure.omit ?? []).join(', ')}${source.figure.control === false ? ', and what selects or enables' : ''}. Bits of the design ${source.figure.design}.`);
  return card(source.figure.title, inner, laid.width, laid.height, notes);
}
