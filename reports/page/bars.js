/* bars.js - cycles by cause, energy and area by unit, of some points beside each other. */

var SHOWN_BARS = 12;

/* parts: {name, color, value}; `whole`: value of the full length, null: their sum. */
function stack(parts, whole, unit) {
  var sum = 0;
  parts.forEach(function (p) { sum += p.value || 0; });
  var bar = el("div", {"class": "bar", role: "img", "aria-label": parts.filter(function (p) { return p.value; })
    .map(function (p) { return p.name + " " + (100 * p.value / sum).toFixed(1) + " %"; }).join(", ")});
  parts.forEach(function (p) {
    if (!p.value) return;
    var piece = el("span", {style: "width:" + 100 * p.value / (whole || sum) + "%;background:var(" + p.color + ")"});
    piece.title = p.name + ": " + text(p.value) + " " + unit + ", " + (100 * p.value / sum).toFixed(1) + " %";
    bar.appendChild(piece);
  });
  return bar;
}

function partsOf(list, i, per) {
  return list.map(function (c) {
    var v = points.columns[c.key] ? get(points, c.key, i) : null;
    return {name: c.name, color: c.color, value: v === null ? null : v / per};
  });
}
function sumOf(parts) { return parts.reduce(function (s, p) { return s + (p.value || 0); }, 0); }
/* Parts that are not known, where others are. */
function without(parts) {
  return parts.filter(function (p) { return p.value === null; }).map(function (p) { return p.name; }).join(", ");
}

/* All points of a small view; of a large one those that win, the selected first. */
function barPoints() {
  if (state.view.length <= SHOWN_BARS + 4) return state.view.slice();
  var some = state.view.filter(function (i) { return get(points, "stands_out", i) === 1 && i !== state.selected; });
  some.sort(function (a, b) { return get(points, "time_us", a) - get(points, "time_us", b); });
  var step = Math.max(1, some.length / (SHOWN_BARS - 1)), picked = [state.selected];
  for (var k = 0; k < SHOWN_BARS - 1 && Math.floor(k * step) < some.length; k++) picked.push(some[Math.floor(k * step)]);
  return picked;
}

var BAR_KINDS = [
  {name: "cycles", list: CAUSES, per: 1, unit: "cycles", said: brief},
  {name: "energy", list: ENERGIES, per: 1, unit: "\u00b5J", said: function (v) { return brief(v) + " \u00b5J"; }},
  {name: "area", list: AREAS, per: 1e6, unit: "mm\u00b2", said: function (v) { return brief(v) + " mm\u00b2"; }}
];

function drawBars() {
  var some = barPoints(), sizes = document.querySelector("input[name=scale]:checked").value === "size";
  var grid = el("div", {"class": "rows"}, [el("div", {"class": "h", text: "design, network, bits w/a"})]);
  BAR_KINDS.forEach(function (k) {
    var head = el("div", {"class": "h", text: k.name + (k.name === "cycles" ? " by cause" : " by unit, " + k.unit)});
    var legend = el("div", {"class": "legend"});
    legend.innerHTML = legendOf(k.list);
    head.appendChild(legend);
    grid.appendChild(head);
    k.most = sizes ? Math.max.apply(null, some.map(function (i) { return sumOf(partsOf(k.list, i, k.per)); })) : null;
  });
  some.forEach(function (i) {
    grid.appendChild(el("div", {"class": "name"}, [document.createTextNode(shortDesign(i)), el("br"),
      el("small", {text: title(i).slice(shortDesign(i).length + 2)})]));
    BAR_KINDS.forEach(function (k) {
      var parts = partsOf(k.list, i, k.per), sum = sumOf(parts);
      grid.appendChild(sum ? el("div", {"class": "cell", "data-what": k.name},
        [stack(parts, k.most, k.unit), el("b", {text: k.said(sum) + (without(parts) ? ", " + without(parts) + " not known" : "")})])
        : el("div", {"class": "none", text: k.name + " not known"}));
    });
  });
  byId("bars").replaceChildren(grid);
  byId("parts-said").textContent = some.length === state.view.length ? "All points of the table."
    : "The selected point, and " + (some.length - 1) + " of those that win under a limit or are on a front, the fastest first.";
}

function legendOf(list) {
  return list.map(function (c) {
    return '<span><i style="background:var(' + c.color + ')"></i>' + c.name + "</span>";
  }).join("");
}
