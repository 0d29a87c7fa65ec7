/* start.js - brings the page up, and keeps its parts in step. */

function options(select, list, value) {
  select.replaceChildren.apply(select, list.map(function (o) { return el("option", {value: o[0], text: o[1]}); }));
  select.value = value;
}

/* The filter or the group changed. */
function refresh() {
  applyFilter();
  state.page = 0;
  drawTable();
  drawFronts();
  drawBars();
}

function drawFronts() {
  if (!window.Chart) return;
  Object.keys(fronts).forEach(drawFront);
}

function select(i) {
  state.selected = i;
  if (!inGroup(i)) {
    byId("program").value = groups[i];
    return chooseGroup(groups[i]);
  }
  offerPoints();
  drawTable();
  drawFronts();
  drawBars();
  drawPoint();
}

function drawPoint() {
  drawSettings(state.selected);
  drawRoof(state.selected);
  drawLayers(state.selected);
}

/* Points that have layers or stand out, the selected one in any case; a list of thousands helps nobody. */
function offerPoints() {
  var list = [];
  for (var i = 0; i < points.count; i++)
    if (i === state.selected || ((layersOf[i] || get(points, "stands_out", i)) && list.length < 500)) list.push([i, "#" + (i + 1) + " " + title(i)]);
  options(byId("selected"), list, state.selected);
}

/* What is known of the group can be on an axis; what is chosen stays if it can. */
function offerAxes() {
  var list = measures().filter(function (m) {
    for (var i = 0; i < points.count; i++) if (inGroup(i) && typeof get(points, m.key, i) === "number") return true;
    return false;
  }).map(function (m) { return [m.key, label(m)]; });
  function has(k) { return list.some(function (o) { return o[0] === k; }); }
  function offer(id, usual) { options(byId(id), list, has(byId(id).value) ? byId(id).value : usual); }
  var cost = has("area_um2") ? "area_um2" : has("luts") ? "luts" : "cycles";
  offer("front-a-x", cost);
  offer("front-a-y", has("time_us") ? "time_us" : "cycles");
  offer("front-b-x", has("energy_uj") ? "energy_uj" : cost);
  offer("front-b-y", has("accuracy") ? "accuracy" : has("time_us") ? "time_us" : "cycles");
}

/* A point of it is selected, unless one is. */
function chooseGroup(group) {
  state.group = group;
  if (window.Chart) offerAxes();
  if (!inGroup(state.selected)) state.selected = firstSelected();
  offerPoints();
  refresh();
  drawPoint();
}

function startFronts() {
  offerAxes();
  Object.keys(fronts).forEach(function (id) {
    ["-x", "-y"].forEach(function (end) { byId(id + end).addEventListener("change", function () { drawFront(id); }); });
    listenFront(id);
  });
  listen("roof", function () { return roofMarks; }, roofWords, null, null);
  listen("bits", function () { return bitsMarks; }, bitsWords, function (m) { select(m.i); }, null);
}

function startForms() {
  var programs = Array.from(new Set(groups)), timer;
  state.group = programs.length > 1 ? programs[0] : "";
  options(byId("program"), programs.map(function (p) { return [p, p]; }).concat([["", "all"]]), state.group);
  byId("program-label").hidden = programs.length < 2;
  byId("program").addEventListener("change", function (e) { chooseGroup(e.target.value); });
  byId("filter").addEventListener("input", function (e) {
    clearTimeout(timer);
    timer = setTimeout(function () { state.filter = e.target.value; refresh(); }, 120);
  });
  byId("filter-form").addEventListener("submit", function (e) { e.preventDefault(); });
  byId("clear").addEventListener("click", function () { setFilter(""); });
  byId("before").addEventListener("click", function () { state.page--; drawTable(); });
  byId("after").addEventListener("click", function () { state.page++; drawTable(); });
  byId("selected").addEventListener("change", function (e) { select(Number(e.target.value)); });
  document.querySelectorAll("input[name=scale]").forEach(function (e) { e.addEventListener("change", drawBars); });
}

function inGroup(i) { return !state.group || groups[i] === state.group; }

/* The fastest point of the group, of those with layers if there are any. */
function firstSelected() {
  var best = -1, first = -1, least = Infinity, some = false;
  for (var i = 0; i < points.count; i++) {
    var time = get(points, "time_us", i), has = Boolean(layersOf[i]);
    if (!inGroup(i)) continue;
    if (first < 0) first = i;
    if (typeof time !== "number" || has < some || (has === some && !(time < least))) continue;
    least = time;
    best = i;
    some = has;
  }
  return best < 0 ? Math.max(first, 0) : best;
}

/* On paper colours are those of light screens, and what is folded is open. */
function startPaper(redraw) {
  var folded = [];
  addEventListener("beforeprint", function () {
    folded = Array.prototype.slice.call(document.querySelectorAll("details:not([open])"));
    folded.forEach(function (d) { d.open = true; });
    document.documentElement.classList.add("paper");
    redraw();
  });
  addEventListener("afterprint", function () {
    folded.forEach(function (d) { d.open = false; });
    document.documentElement.classList.remove("paper");
    redraw();
  });
}

function start() {
  data = JSON.parse(byId("data").textContent);
  points = readTable(data.points);
  layers = readTable(data.layers);
  if (!points.count) return;
  document.documentElement.classList.add("scripted");
  for (var i = 0; i < points.count; i++) {
    classes.push(bitsClass(i));
    groups.push(groupOf(i));
  }
  indexLayers();
  startForms();
  state.selected = firstSelected();
  if (window.Chart) {
    Chart.defaults.font.family = getComputedStyle(document.body).fontFamily;
    startFronts();
    frontLegend();
  } else {
    byId("fronts").hidden = true;
  }
  byId("layers-legend").innerHTML = legendOf(CAUSES);
  offerPoints();
  refresh();
  drawPoint();
  drawAccuracy();
  var redraw = function () { drawFronts(); drawPoint(); drawAccuracy(); };
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", redraw);
  startPaper(redraw);
  document.documentElement.setAttribute("data-ready", Math.round(performance.now()));
}
