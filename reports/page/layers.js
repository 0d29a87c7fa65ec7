/* layers.js - one point: its settings, layers and roofline. */

var layersOf;                  /* rows of layers by point */

function indexLayers() {
  layersOf = {};
  for (var i = 0; i < layers.count; i++) {
    var p = get(layers, "point", i);
    (layersOf[p] = layersOf[p] || []).push(i);
  }
}

function drawSettings(i) {
  var list = [["design", "design"], ["memory", "memory"], ["technology", "technology"], ["network", "network"],
    ["backend", "backend"], ["batch", "batch"], ["seed", "memory seed"], ["clock_mhz", "clock, MHz"],
    ["bytes_per_cycle", "memory, bytes per cycle"], ["latency_cycles", "memory latency, cycles"], ["images", "images"],
    ["extrapolated", "extrapolated"], ["hash", "configuration hash"], ["version", "version"]];
  var dl = el("dl", {"class": "key"});
  list.forEach(function (k) {
    var v = get(points, k[0], i);
    if (v === null && (k[0] === "hash" || k[0] === "version")) v = "not recorded";
    if (v !== null) dl.appendChild(el("div", {}, [el("dt", {text: k[1]}), el("dd", {text: text(v)})]));
  });
  byId("settings").replaceChildren(dl);
}

/* --- table ---------------------------------------------------------------------------------- */

var LAYER_COLUMNS = [
  {key: "m", name: "M"}, {key: "n", name: "N"}, {key: "k", name: "K"}, {key: "bits", name: "bits w/a"},
  {key: "weight_store_bits", name: "in memory", unit: "bits w"}];
var BYTE_COLUMNS = [
  {key: "weight_bytes", name: "weights", unit: "bytes, packed"}, {key: "bytes_read", name: "read", unit: "bytes"},
  {key: "rest", name: "of it beyond weights", unit: "bytes"}, {key: "bytes_written", name: "results", unit: "bytes, packed"}];

function layerCell(c, r) {
  if (c.key === "bits")
    return show(get(layers, "weight_bits", r), "\u2013") + "/" + show(get(layers, "act_bits", r), "\u2013");
  if (c.key === "rest") {
    var all = get(layers, "bytes_read", r), weights = get(layers, "weight_bytes", r);
    return all === null ? "" : text(all - (weights || 0));
  }
  return text(get(layers, c.key, r));
}

function sumOfLayers(key, rows) {
  return rows.reduce(function (sum, r) { return sum + (get(layers, key, r) || 0); }, 0);
}

function number(v) { return el("td", {"class": "n", text: text(v), "data-v": show(v)}); }

function sumRow(rows) {
  var cells = [el("td", {text: "sum", colspan: LAYER_COLUMNS.length + 2}), number(sumOfLayers("cycles", rows)), el("td")];
  CAUSES.concat(BYTE_COLUMNS).forEach(function (c) {
    cells.push(c.key === "rest" ? el("td") : number(sumOfLayers(c.key, rows)));
  });
  return el("tr", {}, cells);
}

function layerRow(r) {
  var used = get(layers, "utilisation", r);
  var cells = [el("th", {scope: "row", text: show(get(layers, "layer", r))})];
  LAYER_COLUMNS.forEach(function (c) { cells.push(el("td", {"class": "n", text: layerCell(c, r)})); });
  cells.push(el("td", {}, used === null ? [] : [utilisation(used)]), number(get(layers, "cycles", r)));
  cells.push(el("td", {}, [stack(CAUSES.map(function (c) {
    return {name: c.name, color: c.color, value: get(layers, c.key, r)};
  }), null, "cycles")]));
  CAUSES.forEach(function (c) { cells.push(number(get(layers, c.key, r))); });
  BYTE_COLUMNS.forEach(function (c) { cells.push(el("td", {"class": "n", text: layerCell(c, r)})); });
  return el("tr", {}, cells);
}

function utilisation(v) {
  var bar = el("div", {"class": "bar", role: "img", "aria-label": text(100 * v) + " %"},
    [el("span", {style: "width:" + 100 * v + "%;background:var(--c-array)"}),
      el("span", {style: "flex:1;background:var(--line)"})]);
  return el("div", {"class": "used"}, [bar, el("span", {"class": "n", text: (100 * v).toFixed(1) + " %"})]);
}

function wrongSum(r) {
  var cycles = get(layers, "cycles", r), parts = CAUSES.map(function (c) { return get(layers, c.key, r); });
  return cycles !== null && (parts.indexOf(null) >= 0 || parts.reduce(function (a, b) { return a + b; }, 0) !== cycles);
}

function drawLayers(i) {
  var rows = layersOf[i] || [], said = byId("layers-said");
  byId("layers-table").hidden = byId("layers-legend").hidden = !rows.length;
  var wrong = rows.filter(wrongSum).length;
  said.textContent = rows.length ? (wrong ? "Cycles by cause do not sum to the cycles in " + wrong + " of " + counted(rows.length, "layer")
    : "Cycles by cause sum to the cycles of each layer") + ". Weights are packed for the design, with a " +
    "record of parameters for each output channel. Read beyond weights: activations, weights read again, the program."
    : data.all_layers || !layers.count ? "No layers were recorded of this point: serac tune keeps totals only."
    : "The layers of this point are not in this page, which has those of points that win or are on a front; " +
      "serac export has all.";
  if (!rows.length) return;
  var head = [el("th", {scope: "col", text: "layer"})];
  LAYER_COLUMNS.concat([{name: "utilisation"}, {key: "cycles", name: "cycles"}, {name: "cycles by cause"}], CAUSES, BYTE_COLUMNS)
    .forEach(function (c) {
      head.push(el("th", {scope: "col", "class": c.key ? "n" : "", text: c.name}, c.unit ? [el("small", {text: c.unit})] : []));
    });
  byId("layers-table").replaceChildren(el("table", {}, [el("thead", {}, [el("tr", {}, head)]),
    el("tbody", {}, rows.map(layerRow)), el("tfoot", {}, [sumRow(rows)])]));
}

/* --- roofline --------------------------------------------------------------------------------- */

/* Bytes on the busier channel: reads and writes go beside each other, unless they share the bus. */
function channelBytes(i, r) {
  var read = get(layers, "bytes_read", r) || 0, written = get(layers, "bytes_written", r) || 0;
  return get(points, "shared_bus", i) ? read + written : Math.max(read, written);
}

function roofOf(i, w, a) {
  function key(k) { return get(points, k, i); }
  var steps = Math.ceil(w / key("weight_planes")) * Math.ceil(a / key("act_planes"));
  return 2e-3 * key("rows") * key("cols") * key("lanes") / steps * key("clock_mhz");
}

var roofMarks = [];
function roofLayers(i) {
  return (layersOf[i] || []).map(function (r) {
    var bytes = channelBytes(i, r), macs = get(layers, "macs", r);
    return {r: r, x: macs && bytes ? 2 * macs / bytes : null, y: get(layers, "gops", r)};
  }).filter(function (m) { return m.x > 0 && m.y > 0; });
}

function roofSets(i, slope, from, to) {
  var roofs = {}, sets = [];
  roofMarks.forEach(function (m) {
    var w = get(layers, "weight_bits", m.r), a = get(layers, "act_bits", m.r);
    if (typeof w === "number" && typeof a === "number") roofs[w + "/" + a] = roofOf(i, w, a);
  });
  Object.keys(roofs).forEach(function (k) {
    var knee = roofs[k] / slope, line = [];
    if (knee > from) line.push({x: from, y: from * slope}, {x: knee, y: roofs[k]});
    else line.push({x: from, y: roofs[k]});
    line.push({x: to, y: roofs[k]});
    sets.push({data: line, showLine: true, pointRadius: 0, borderColor: color("--soft"), borderWidth: 1.5, roof: k});
  });
  return {sets: sets, roofs: roofs};
}

/* Layers that are faster than the memory channel brings their operands. */
function aboveMemory(slope) {
  return roofMarks.filter(function (m) { return m.y > m.x * slope * (1 + 1e-5); }).length;
}

function roofLabels(roof, slope, from, to) {
  var list = roof.sets.filter(function (s) { return roof.roofs[s.roof] / slope < to; }).map(function (s) { return {x: to, y: roof.roofs[s.roof], text: text(roof.roofs[s.roof]) + " GOPS at " + s.roof}; });
  var top = Math.max.apply(null, Object.keys(roof.roofs).map(function (k) { return roof.roofs[k]; })), knee = Math.min(top / slope, to);
  if (knee > from) list.push({x: Math.sqrt(from * knee), y: Math.sqrt(from * knee) * slope, text: text(slope) + " GB/s", behind: true});
  return list;
}

/* "3 layers" */
function counted(n, what) { return n.toLocaleString("en-US") + " " + what + (n === 1 ? "" : "s"); }

function drawRoof(i) {
  roofMarks = roofLayers(i);
  var clock = get(points, "clock_mhz", i), wide = get(points, "bytes_per_cycle", i);
  var enough = roofMarks.length && clock && wide && get(points, "rows", i);
  byId("roofline").hidden = !enough || !window.Chart;
  if (byId("roofline").hidden) return;
  var slope = Math.min(wide, get(points, "axi_bits", i) / 8) * clock * 1e-3;
  var xs = roofMarks.map(function (m) { return m.x; });
  var from = Math.min.apply(null, xs) / 2, to = Math.max.apply(null, xs) * 2;
  var roof = roofSets(i, slope, from, to);
  var dots = {data: roofMarks, pointRadius: 5, pointBackgroundColor: color("--c-array"), pointBorderColor: color("--paper"),
    pointBorderWidth: 1};
  draw("roof", [dots].concat(roof.sets), axis("operations per byte on the busier memory channel", true, {min: from, max: to}),
    axis("throughput, GOPS", true), null, roofLabels(roof, slope, from, to));
  var above = aboveMemory(slope);
  var left = (layersOf[i] || []).length - roofMarks.length;
  var words = "Roofs: " + text(slope) + " GB/s, and " + Object.keys(roof.roofs).map(function (k) {
    return text(roof.roofs[k]) + " GOPS at " + k;
  }).join(", ") + ". " + counted(roofMarks.length, "layer") + (left ? "; " + left + " without multiply-accumulates are not in it" : "") + "." +
    (above ? " Above the memory roof: " + counted(above, "layer") + ", some of whose operands were fetched during the layer " +
      "before, or results stored during the next." : "");
  byId("roof-said").textContent = words;
  byId("roof").setAttribute("aria-label", "Roofline. " + words);
}

function roofWords(m) {
  return get(layers, "layer", m.r) + ", " + get(layers, "weight_bits", m.r) + "/" + get(layers, "act_bits", m.r) + " bits\n" +
    text(m.y) + " GOPS\n" + text(Number(m.x.toPrecision(4))) + " operations per byte";
}
