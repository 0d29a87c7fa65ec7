/* charts.js - fronts, roofline and accuracy on canvas, by Chart.js. Hovering draws nothing
 * anew: the nearest point is looked for here, and the label is an element. */

var charts = {};
/* By weight bits, so that colour is not all that tells them apart. */
var SHAPES = {
  8: function (box, x, y, r) { box.moveTo(x + r, y); box.arc(x, y, r, 0, 7); },
  4: function (box, x, y, r) { box.rect(x - 0.9 * r, y - 0.9 * r, 1.8 * r, 1.8 * r); },
  2: function (box, x, y, r) {
    r *= 1.25;
    box.moveTo(x, y - r); box.lineTo(x + r, y); box.lineTo(x, y + r); box.lineTo(x - r, y); box.closePath();
  },
  1: function (box, x, y, r) {
    r *= 1.15;
    box.moveTo(x, y - r); box.lineTo(x + r, y + 0.8 * r); box.lineTo(x - r, y + 0.8 * r); box.closePath();
  },
  0: function (box, x, y, r) {
    r *= 0.85;
    box.moveTo(x - r, y - r); box.lineTo(x + r, y + r); box.moveTo(x + r, y - r); box.lineTo(x - r, y + r);
  }
};
var CLASSES = [8, 4, 2, 1, 0];

function axis(title, log, extra) {
  return Object.assign({type: log ? "logarithmic" : "linear", grid: {color: color("--line"), drawTicks: false},
    border: {display: false}, title: {display: true, text: title, color: color("--soft"), font: {size: 12.5}},
    ticks: {color: color("--soft"), font: {size: 11.5}, maxRotation: 0, autoSkipPadding: 14, padding: 6,
      callback: function (v) {
        var digits = v.toExponential().split("e")[0];
        return log && digits !== "1" && digits !== "2" && digits !== "5" ? null : brief(v);
      }}}, extra || {});
}

/* Words in a chart, ending at a point, or behind it (`behind`); none over another. */
function labels(list) {
  return {id: "labels", afterDatasetsDraw: function (chart) {
    var box = chart.ctx, heights = [];
    box.save();
    box.fillStyle = color("--soft");
    box.font = "11.5px " + Chart.defaults.font.family;
    list.forEach(function (l) {
      var x = chart.scales.x.getPixelForValue(l.x), y = chart.scales.y.getPixelForValue(l.y) + (l.behind ? 14 : -5);
      if (heights.some(function (h) { return Math.abs(h - y) < 13; })) return;
      heights.push(y);
      box.textAlign = l.behind ? "left" : "right";
      box.fillText(l.text, l.behind ? x + 8 : x - 4, y);
    });
    box.restore();
  }};
}

function draw(id, datasets, x, y, clouds, words) {
  var settings = {type: "scatter", data: {datasets: datasets}, plugins: [cloud(clouds || []), labels(words || [])], options: {
    animation: false, responsive: true, maintainAspectRatio: false, parsing: false, normalized: true, events: [],
    layout: {padding: {right: 10, top: 6}}, scales: {x: x, y: y},
    plugins: {legend: {display: false}, tooltip: {enabled: false}}}};
  if (charts[id]) charts[id].destroy();
  charts[id] = new Chart(byId(id), settings);
  return charts[id];
}

/* A mark drawn once, to be copied: 10,000 outlines would take a second. */
function stamp(c) {
  var side = 2 * Math.ceil(1.5 * c.radius + 1), ratio = window.devicePixelRatio || 1;
  var canvas = el("canvas", {width: Math.ceil(side * ratio), height: Math.ceil(side * ratio)});
  var box = canvas.getContext("2d");
  box.scale(ratio, ratio);
  box.fillStyle = box.strokeStyle = c.tint;
  box.lineWidth = 1.5;
  box.beginPath();
  SHAPES[c.shape](box, side / 2, side / 2, c.radius);
  if (c.shape) box.fill();
  else box.stroke();
  return {canvas: canvas, side: side};
}

/* Clouds of marks, without an object of the library for each: {marks, shape, radius, tint}. */
function cloud(clouds) {
  return {id: "cloud", beforeDatasetsDraw: function (chart) {
    var box = chart.ctx, area = chart.chartArea, sx = chart.scales.x, sy = chart.scales.y;
    box.save();
    box.beginPath();
    box.rect(area.left - 6, area.top - 6, area.width + 12, area.height + 12);
    box.clip();
    clouds.forEach(function (c) {
      var mark = stamp(c), half = mark.side / 2;
      c.marks.forEach(function (m) {
        box.drawImage(mark.canvas, sx.getPixelForValue(m.x) - half, sy.getPixelForValue(m.y) - half, mark.side, mark.side);
      });
    });
    box.restore();
  }};
}

/* Logarithmic where values are positive and far apart. */
function axisOf(m, values) {
  var least = Infinity, most = -Infinity;
  values.forEach(function (v) { least = Math.min(least, v); most = Math.max(most, v); });
  if (least > 0 && most / least > 8) return axis(label(m), true, {min: least / 1.2, max: most * 1.2});
  var room = 0.06 * (most - least || Math.abs(most) || 1);
  return axis(label(m), false, {suggestedMin: least >= 0 ? Math.max(0, least - room) : least - room, suggestedMax: m.unit === "%" ? Math.min(100, most + room) : most + room});
}

/* --- hovering and brushing ---------------------------------------------------------------- */

function nearest(chart, marks, event) {
  var box = chart.canvas.getBoundingClientRect(), best = null, least = 196;
  var x = event.clientX - box.left, y = event.clientY - box.top;
  marks.forEach(function (m) {
    var dx = chart.scales.x.getPixelForValue(m.x) - x, dy = chart.scales.y.getPixelForValue(m.y) - y;
    var far = dx * dx + dy * dy;
    if (far < least) { least = far; best = m; }
  });
  return best;
}

function tip(event, words) {
  var e = byId("tip");
  e.hidden = !words;
  if (!words) return;
  e.textContent = words;
  var left = Math.min(event.clientX + 14, innerWidth - e.offsetWidth - 8);
  e.style.left = Math.max(8, left) + "px";
  e.style.top = (event.clientY + e.offsetHeight + 22 > innerHeight ? event.clientY - e.offsetHeight - 12
    : event.clientY + 16) + "px";
}

/* marks(): what is hovered; words(mark): its label; click(mark) and brush(from, to) may be null. */
function listen(id, marks, words, click, brush) {
  var canvas = byId(id), box = canvas.parentNode.querySelector(".brush"), start = null;
  canvas.addEventListener("pointermove", function (e) {
    if (start && brush) return stretch(e);
    var m = nearest(charts[id], marks(), e);
    tip(e, m && words(m));
  });
  canvas.addEventListener("pointerleave", function (e) { tip(e, null); });
  canvas.addEventListener("pointerdown", function (e) {
    if (e.button || (e.pointerType === "touch" && brush)) return;
    start = {x: e.offsetX, y: e.offsetY};
    canvas.setPointerCapture(e.pointerId);
  });
  canvas.addEventListener("pointerup", function (e) {
    var from = start;
    start = null;
    if (box) box.hidden = true;
    if (from && brush && Math.abs(e.offsetX - from.x) > 5 && Math.abs(e.offsetY - from.y) > 5)
      return brush(from, {x: e.offsetX, y: e.offsetY});
    var m = click && nearest(charts[id], marks(), e);
    if (m) click(m);
  });
  function stretch(e) {
    tip(e, null);
    box.hidden = false;
    box.style.left = Math.min(start.x, e.offsetX) + "px";
    box.style.top = Math.min(start.y, e.offsetY) + "px";
    box.style.width = Math.abs(start.x - e.offsetX) + "px";
    box.style.height = Math.abs(start.y - e.offsetY) + "px";
  }
}

/* --- fronts --------------------------------------------------------------------------------- */

var fronts = {"front-a": {marks: []}, "front-b": {marks: []}};

function markOf(f, i) {
  return {i: i, x: scaled(f.x, get(points, f.x.key, i)), y: scaled(f.y, get(points, f.y.key, i))};
}
function isMark(m) { return typeof m.x === "number" && typeof m.y === "number"; }

/* The selected point, and the front as a line. */
function frontSets(f, radius) {
  f.front = front(f.x, f.y, state.view).map(function (p) { return markOf(f, p.i); });
  var chosen = isMark(markOf(f, state.selected)) ? [markOf(f, state.selected)] : [];
  var line = color("--ink");
  return [
    {data: chosen, pointRadius: radius + 5, pointBorderWidth: 2, pointBorderColor: line, pointBackgroundColor: "transparent"},
    {data: f.front, showLine: true, borderColor: line, borderWidth: 1.25, pointRadius: radius + 1.5,
      pointBackgroundColor: "transparent", pointBorderColor: line, pointBorderWidth: 1}];
}

/* What the filter leaves out is pale, and below. */
function frontClouds(f, radius) {
  var pale = {marks: f.others, shape: 8, radius: Math.max(1, radius - 1), tint: color("--line")};
  return [pale].concat(CLASSES.map(function (c) {
    return {shape: c, radius: radius, tint: color("--w" + c) + (f.marks.length > 1000 ? "b0" : ""),
      marks: f.marks.filter(function (m) { return classes[m.i] === c; })};
  }));
}

function drawFront(id) {
  var f = fronts[id], seen = new Set(state.view), all = [];
  f.x = measure(byId(id + "-x").value);
  f.y = measure(byId(id + "-y").value);
  for (var i = 0; i < points.count; i++)
    if (!state.group || groups[i] === state.group) all.push(markOf(f, i));
  all = all.filter(isMark);
  f.marks = all.filter(function (m) { return seen.has(m.i); });
  f.others = all.filter(function (m) { return !seen.has(m.i); });
  var radius = all.length > 2000 ? 2 : all.length > 200 ? 3 : 5;
  draw(id, frontSets(f, radius), axisOf(f.x, all.map(function (m) { return m.x; })),
    axisOf(f.y, all.map(function (m) { return m.y; })), frontClouds(f, radius));
  var words = f.front.length + " of " + f.marks.length.toLocaleString("en-US") + " points are on the front: " +
    (f.x.best === "min" ? "less " : "more ") + f.x.name + ", " + (f.y.best === "min" ? "less " : "more ") + f.y.name + ".";
  byId(id + "-said").textContent = words;
  byId(id).setAttribute("aria-label", f.y.name + " against " + f.x.name + ". " + words + " The table has the numbers.");
}

function frontWords(f, m) {
  return "#" + (m.i + 1) + " " + title(m.i) + "\n" + f.x.name + " " + text(m.x) + " " + f.x.unit + "\n" +
    f.y.name + " " + text(m.y) + " " + f.y.unit;
}

function listenFront(id) {
  var f = fronts[id];
  function range(m, a, b) {
    var from = Math.min(a, b) * m.per, to = Math.max(a, b) * m.per;
    return {key: m.key, from: Number(from.toPrecision(4)), to: Number(to.toPrecision(4))};
  }
  listen(id, function () { return f.marks; }, function (m) { return frontWords(f, m); },
    function (m) { select(m.i); }, function (from, to) {
      var s = charts[id].scales;
      addConditions([range(f.x, s.x.getValueForPixel(from.x), s.x.getValueForPixel(to.x)),
        range(f.y, s.y.getValueForPixel(from.y), s.y.getValueForPixel(to.y))]);
    });
}

function frontLegend() {
  var paths = {8: '<circle cx="6" cy="6" r="4.5"/>', 4: '<rect x="2" y="2" width="8" height="8"/>',
    2: '<rect x="2.2" y="2.2" width="7.6" height="7.6" transform="rotate(45 6 6)"/>', 1: '<path d="M6 1 11 10H1z"/>',
    0: '<path d="M2 2 10 10M10 2 2 10" stroke-width="2"/>'};
  var there = new Set();
  classes.forEach(function (c) { there.add(c); });
  byId("fronts-legend").innerHTML = "<b>weight bits</b>" + CLASSES.filter(function (c) { return there.has(c); })
    .map(function (c) {
      var tint = "var(--w" + c + ")";
      return '<span><svg width="12" height="12" style="fill:' + tint + ";stroke:" + (c ? "none" : tint) + '">' + paths[c] +
        "</svg>" + (c || "mixed or other") + "</span>";
    }).join("") + '<span><svg width="22" height="12" style="stroke:var(--ink);fill:none"><path d="M1 3 11 8 21 9"/></svg>front</span>';
}
