// style.mjs - the look that all pictures share: a white card, so that they read the same on light and dark
// pages; one face for words, one for names; blue for what works, amber for what remembers, grey for the rest.

export const colour = {
  text: '#1f2933', quiet: '#5f6b7a', card: '#ffffff', edge: '#d0d7de',
  blue: '#2f5d8a', blueFill: '#edf3fa', amber: '#a8681a', amberFill: '#fdf5e6', grey: '#8a94a0', greyFill: '#f6f7f9',
};
export const sans = "Verdana, 'DejaVu Sans', sans-serif";
export const mono = "'DejaVu Sans Mono', Menlo, Consolas, monospace";

export const escape = (text) => text.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;').replace(/"/g, '&quot;');
export const round = (x) => Math.round(x * 10) / 10;

// Widths of text, a little more than either face takes, so that words stay in their boxes on any machine.
export const width = (text, size, face) => [...text].length * size * (face === 'mono' ? 0.61 : face === 'bold' ? 0.68 : 0.59);

export function wrap(text, most) {
  const lines = [''];
  for (const word of text.split(' '))
    if (!lines.at(-1) || lines.at(-1).length + 1 + word.length <= most) lines[lines.length - 1] += (lines.at(-1) ? ' ' : '') + word;
    else lines.push(word);
  return lines;
}

export function text(x, y, words, { size = 11, face = 'sans', fill = colour.text, anchor = 'start' } = {}) {
  const weight = face === 'bold' ? ' font-weight="bold"' : '';
  return `<text x="${round(x)}" y="${round(y)}" font-family="${face === 'mono' ? mono : sans}" font-size="${size}"${weight}` +
    ` fill="${fill}" text-anchor="${anchor}">${escape(words)}</text>`;
}

// A card of the picture's own size with a title above and lines of small print below.
export function card(title, inner, w, h, notes) {
  const head = 34, pad = 14, foot = notes.length * 15 + (notes.length ? 10 : 0);
  const longest = Math.max(width(title, 13, 'bold'), ...notes.map((n) => width(n, 10)));
  const W = Math.ceil(Math.max(w, longest) + 2 * pad), H = Math.ceil(h + head + foot + pad);
  const left = (W - w) / 2;
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${W}" height="${H}" viewBox="0 0 ${W} ${H}" role="img">\n` +
    `<title>${escape(title)}</title>\n` +
    `<rect x="0.5" y="0.5" width="${W - 1}" height="${H - 1}" rx="8" fill="${colour.card}" stroke="${colour.edge}"/>\n` +
    text(pad, 22, title, { size: 13, face: 'bold' }) + '\n' +
    `<g transform="translate(${round(left)} ${head})">\n${inner}\n</g>\n` +
    notes.map((note, i) => text(pad, h + head + 20 + 15 * i, note, { size: 10, fill: colour.quiet }) + '\n').join('') + '</svg>\n';
}
