/* data.js - the data of the page: columns by name, and how they are named and written. */

var data, points, layers;      /* tables: {count, columns: {name: {at(i)}}} */

function readColumn(c) {
  if ("value" in c) return function () { return c.value; };
  if ("values" in c) return function (i) { return c.values[i]; };
  return function (i) { return c.words[c.at[i]]; };
}

function readTable(json) {
  var table = {count: json.count, columns: Object.create(null)};
  json.columns.forEach(function (c) {
    table.columns[c.name] = {at: readColumn(c), constant: "value" in c, value: c.value};
  });
  return table;
}

function get(table, name, i) { return table.columns[name].at(i); }
function varies(table, name) { return !table.columns[name].constant; }
function known(table, name) {
  var c = table.columns[name];
  return c && !(c.constant && c.value === null);
}

/* What can be on an axis or in the table; `per` turns the column into the unit. */
var MEASURES = [
  {key: "time_us", name: "time", unit: "\u00b5s", per: 1, best: "min"},
  {key: "energy_uj", name: "energy", unit: "\u00b5J", per: 1, best: "min"},
  {key: "area_um2", name: "area", unit: "mm\u00b2", per: 1e6, best: "min"},
  {key: "luts", name: "LUTs", unit: "", per: 1, best: "min"},
  {key: "accuracy", name: "accuracy", unit: "%", per: 0.01, best: "max"},
  {key: "cycles", name: "cycles", unit: "", per: 1, best: "min"},
  {key: "utilisation", name: "utilisation", unit: "%", per: 0.01, best: "max"},
  {key: "gops", name: "throughput", unit: "GOPS", per: 1, best: "max"},
  {key: "tops_w", name: "efficiency", unit: "TOPS/W", per: 1, best: "max"},
  {key: "gops_mm2", name: "density", unit: "GOPS/mm\u00b2", per: 1, best: "max"},
  {key: "power_mw", name: "power", unit: "mW", per: 1, best: "min"},
  {key: "weight_bytes", name: "network size", unit: "bytes", per: 1, best: "min"},
  {key: "bytes_read", name: "read", unit: "bytes", per: 1, best: "min"},
  {key: "memory_bytes", name: "memory", unit: "bytes", per: 1, best: "min"}
];

function measures() { return MEASURES.filter(function (m) { return known(points, m.key); }); }
function measure(key) { return MEASURES.find(function (m) { return m.key === key; }); }
function label(m) { return m.unit ? m.name + ", " + m.unit : m.name; }

var CAUSES = [
  {key: "array_busy_cycles", name: "array busy", color: "--c-array"},
  {key: "stall_fetch_cycles", name: "waits for operands", color: "--c-memory"},
  {key: "stall_requant_cycles", name: "waits for requantiser", color: "--c-requant"},
  {key: "stall_store_cycles", name: "waits for store", color: "--c-store"},
  {key: "stall_control_cycles", name: "control", color: "--c-control"},
  {key: "fill_drain_cycles", name: "fill and drain", color: "--c-rest"}
];
var ENERGIES = [
  {key: "energy_array_uj", name: "array", color: "--c-array"},
  {key: "energy_buffer_uj", name: "buffers", color: "--c-buffer"},
  {key: "energy_requant_uj", name: "requantiser", color: "--c-requant"},
  {key: "energy_control_uj", name: "control, DMA", color: "--c-control"},
  {key: "energy_dram_uj", name: "DRAM", color: "--c-memory"},
  {key: "energy_leakage_uj", name: "leakage", color: "--c-rest"}
];
var AREAS = [
  {key: "area_array_um2", name: "array", color: "--c-array"},
  {key: "area_ones_um2", name: "row of ones", color: "--c-ones"},
  {key: "area_requant_um2", name: "requantisers", color: "--c-requant"},
  {key: "area_control_um2", name: "control, DMA", color: "--c-control"},
  {key: "area_weight_buffer_um2", name: "weight buffer", color: "--c-buffer2"},
  {key: "area_act_buffer_um2", name: "activation buffer", color: "--c-buffer"},
  {key: "area_param_buffer_um2", name: "parameter buffer", color: "--c-buffer3"},
  {key: "area_output_buffer_um2", name: "output buffer", color: "--c-buffer4"}
];

/* --- names and numbers ---------------------------------------------------------------- */

function widths(i) {
  return get(points, "precision", i) ||
    show(get(points, "weight_bits", i), "?") + "/" + show(get(points, "act_bits", i), "?");
}
function show(v, none) { return v === null || v === undefined ? none || "" : String(v); }

function shortDesign(i) {
  var name = show(get(points, "design", i)), base = name.split(":")[0];
  if (base === name || get(points, "rows", i) === null) return name;
  return base + " " + ["rows", "cols", "lanes"].map(function (k) { return get(points, k, i); }).join("\u00d7") +
    " (" + get(points, "weight_planes", i) + "," + get(points, "act_planes", i) + ")";
}

/* A network's name says its widths, a workload's does not. */
function title(i) {
  var parts = [shortDesign(i), show(get(points, "network", i)), widths(i)];
  if (varies(points, "memory")) parts.push(show(get(points, "memory", i)));
  if (varies(points, "technology")) parts.push(show(get(points, "technology", i)));
  if (varies(points, "batch")) parts.push("batch " + show(get(points, "batch", i)));
  return parts.join(", ");
}

/* What is compared with each other: a program on one memory, in one technology, of one batch. */
var groups = [];
function groupOf(i) {
  return [show(get(points, "program", i))].concat(["memory", "technology", "batch"].filter(function (k) {
    return varies(points, k);
  }).map(function (k) { return k + " " + show(get(points, k, i)); })).join(", ");
}

/* Weight bits as a class of colour: 1, 2, 4, 8 or 0, all others; `classes` has those of all points. */
var classes = [];
function bitsClass(i) {
  var bits = parseInt(widths(i), 10);
  return bits === 1 || bits === 2 || bits === 4 || bits === 8 ? bits : 0;
}

/* Four figures, thousands apart; counts whole. */
function text(v) {
  if (v === null || v === undefined) return "";
  if (typeof v !== "number") return v;
  var size = Math.abs(v);
  if (Number.isInteger(v) && size < 1e15) return v.toLocaleString("en-US");
  if (size >= 1e9 || (size < 1e-3 && size > 0)) return v.toExponential(3);
  return v.toLocaleString("en-US", {maximumSignificantDigits: Math.max(4, Math.ceil(Math.log10(size + 1)))});
}

/* 1.2k, 30M: for axes and bars. */
function brief(v) {
  var size = Math.abs(v), units = ["", "k", "M", "G", "T"], u = 0;
  if (size > 0 && size < 0.001) return v.toExponential(0);
  while (size >= 999.5 && u < 4) { size /= 1000; v /= 1000; u++; }
  return Number(v.toPrecision(3)) + units[u];
}

function scaled(m, v) { return v === null ? null : v / m.per; }

function color(name) {
  return getComputedStyle(document.documentElement).getPropertyValue(name).trim();
}

function el(name, attributes, children) {
  var e = document.createElement(name);
  Object.keys(attributes || {}).forEach(function (k) {
    if (k === "text") e.textContent = attributes[k];
    else e.setAttribute(k, attributes[k]);
  });
  (children || []).forEach(function (c) { e.appendChild(c); });
  return e;
}
function byId(id) { return document.getElementById(id); }
