/* table.js - the table of points: sorted, filtered, by the page. */

var ROWS = 50;

function measureColumn(m) {
  return {key: m.key, name: m.name, unit: m.unit, number: true,
    value: function (i) { return get(points, m.key, i); },
    shown: function (i) { return text(scaled(m, get(points, m.key, i))); }};
}
function textColumn(key, name, value) {
  return {key: key, name: name, unit: "", number: false, value: value, shown: value};
}
function plainColumn(key, name) {
  return textColumn(key, name, function (i) { return show(get(points, key, i)); });
}

var columnsOfTable;
function tableColumns() {
  if (columnsOfTable) return columnsOfTable;
  var list = [textColumn("design", "design", shortDesign)];
  list.push(plainColumn("network", "network"));
  ["memory", "technology", "batch"].forEach(function (k) {
    if (varies(points, k)) list.push(plainColumn(k, k));
  });
  list.push(textColumn("bits", "bits w/a", widths));
  ["accuracy", "time_us", "energy_uj", "area_um2", "luts", "cycles", "utilisation", "gops", "tops_w", "gops_mm2",
    "weight_bytes"].forEach(function (k) {
    if (known(points, k)) list.push(measureColumn(measure(k)));
  });
  if (known(points, "extrapolated") && varies(points, "extrapolated") || points.columns.extrapolated.value)
    list.push(plainColumn("extrapolated", "extrapolated"));
  columnsOfTable = list;
  return list;
}

function sortBy(key, number) {
  state.down = state.sort === key ? !state.down : number && measure(key) && measure(key).best === "max";
  state.sort = key;
  state.page = 0;
  sortView();
  drawTable();
}

function headCell(c) {
  var button = el("button", {type: "button", text: c.name});
  button.addEventListener("click", function () { sortBy(c.key, c.number); byId("points-table").querySelector(
    "th[data-key=" + c.key + "] button").focus(); });
  var th = el("th", {"data-key": c.key, scope: "col"}, [button]);
  if (c.number) th.className = "n";
  if (c.unit) th.appendChild(el("small", {text: c.unit}));
  if (state.sort === c.key) th.setAttribute("aria-sort", state.down ? "descending" : "ascending");
  return th;
}

function bodyRow(i) {
  var pick = el("button", {type: "button", text: String(i + 1), title: "show its layers"});
  var row = el("tr", {"data-point": i, "aria-selected": i === state.selected},
    [el("td", {"class": "n"}, [pick])]);
  tableColumns().forEach(function (c) {
    var td = el("td", {text: c.shown(i)}), v = c.value(i);
    if (c.number) { td.className = "n"; if (v !== null) td.setAttribute("data-v", v); }
    if (c.key === "design") td.title = show(get(points, "design", i));
    row.appendChild(td);
  });
  row.addEventListener("click", function () { select(i); });
  return row;
}

function drawTable() {
  var pages = Math.max(1, Math.ceil(state.view.length / ROWS));
  state.page = Math.min(state.page, pages - 1);
  var from = state.page * ROWS, some = state.view.slice(from, from + ROWS);
  var head = el("tr", {}, [el("th", {"class": "n", scope: "col", text: "#"})].concat(tableColumns().map(headCell)));
  var table = el("table", {}, [el("thead", {}, [head]), el("tbody", {}, some.map(bodyRow))]);
  byId("points-table").replaceChildren(table);
  byId("page-said").textContent = some.length
    ? (from + 1) + " to " + (from + some.length) + " of " + state.view.length.toLocaleString("en-US")
    : "no point meets the filter";
  byId("before").disabled = state.page === 0;
  byId("after").disabled = state.page + 1 >= pages;
}
