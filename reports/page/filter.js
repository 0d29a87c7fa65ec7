/* filter.js - which points are seen: a group, and conditions that brushing writes too. */

var state = {group: "", filter: "", sort: "", down: false, page: 0, selected: 0, view: [], terms: []};

var SIGNS = {
  "<": function (a, b) { return a < b; }, ">": function (a, b) { return a > b; },
  "<=": function (a, b) { return a <= b; }, ">=": function (a, b) { return a >= b; },
  "=": function (a, b) { return a === b; }, "==": function (a, b) { return a === b; },
  "!=": function (a, b) { return a !== b; }
};

/* One condition: "column < number", "column = text", or a part of a name. */
function readTerm(term) {
  var parts = /^([A-Za-z_]\w*)\s*(<=|>=|==|!=|=|<|>)\s*(.+)$/.exec(term);
  if (!parts) {
    var part = term.toLowerCase();
    return function (i) {
      return (show(get(points, "design", i)) + " " + title(i)).toLowerCase().indexOf(part) >= 0;
    };
  }
  var column = points.columns[parts[1]], sign = SIGNS[parts[2]];
  if (!column) throw new Error(parts[1] + " is no column of the results");
  var wanted = parts[3], number = Number(wanted);
  if (isNaN(number)) {
    if (!/=/.test(parts[2]) || /[<>]/.test(parts[2])) throw new Error(wanted + " is no number");
    return function (i) { return sign(show(column.at(i)), wanted); };
  }
  return function (i) {
    var v = column.at(i);
    return typeof v === "number" && sign(v, number);
  };
}

function readFilter(filter) {
  return filter.split("&&").map(function (t) { return t.trim(); })
    .filter(function (t) { return t; }).map(readTerm);
}

/* Renews state.view. While the filter has a mistake, which is said, the last conditions without one hold. */
function applyFilter() {
  var said = byId("filter-said"), wrong = "";
  try {
    state.terms = readFilter(state.filter);
  } catch (mistake) {
    wrong = mistake.message;
  }
  state.view = [];
  for (var i = 0; i < points.count; i++)
    if ((!state.group || groups[i] === state.group) &&
        state.terms.every(function (t) { return t(i); }))
      state.view.push(i);
  said.className = wrong ? "note js wrong" : "note js";
  said.textContent = wrong || (state.view.length === points.count ? ""
    : state.view.length.toLocaleString("en-US") + " of " + points.count.toLocaleString("en-US") + " points");
  sortView();
}

/* Empty cells last, whichever way; equal ones in the order of the sweep. */
function sortView() {
  if (!state.sort) return;
  var column = tableColumns().find(function (c) { return c.key === state.sort; });
  var sign = state.down ? -1 : 1;
  state.view.sort(function (a, b) {
    var x = column.value(a), y = column.value(b);
    var none = (x === null) - (y === null);
    if (none || x === null) return none || a - b;
    return x < y ? -sign : x > y ? sign : a - b;
  });
}

/* Conditions on one column are replaced. */
function addConditions(ranges) {
  var kept = state.filter.split("&&").map(function (t) { return t.trim(); }).filter(function (t) {
    return t && !ranges.some(function (r) { return new RegExp("^" + r.key + "\\s*[<>]").test(t); });
  });
  ranges.forEach(function (r) {
    kept.push(r.key + " >= " + r.from, r.key + " <= " + r.to);
  });
  setFilter(kept.join(" && "));
}

function setFilter(filter) {
  state.filter = filter;
  byId("filter").value = filter;
  refresh();
}

/* The points of which no other in the view is as good in both. */
function front(mx, my, view) {
  var sx = mx.best === "min" ? 1 : -1, sy = my.best === "min" ? 1 : -1;
  var list = view.map(function (i) {
    return {i: i, x: get(points, mx.key, i), y: get(points, my.key, i)};
  }).filter(function (p) { return typeof p.x === "number" && typeof p.y === "number"; });
  list.sort(function (a, b) { return sx * (a.x - b.x) || sy * (a.y - b.y); });
  var best = Infinity;
  return list.filter(function (p) {
    if (sy * p.y >= best) return false;
    best = sy * p.y;
    return true;
  });
}
