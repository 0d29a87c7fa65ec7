/* accuracy.js - accuracy against the mean bits of a weight. */

/* One mark for each network, images and accuracy: designs do not change it. */
var bitsMarks = [], bitsLost = 0;
function findAccuracies() {
  var there = Object.create(null), marks = [], whole = Object.create(null);
  bitsLost = 0;
  for (var i = 0; i < points.count; i++) {
    var bits = get(points, "weight_bits", i), bytes = get(points, "weight_bytes", i);
    if (typeof bits === "number" && bytes && typeof get(points, "accuracy", i) === "number")
      whole[get(points, "program", i)] = bytes / bits;
  }
  for (i = 0; i < points.count; i++) {
    var accuracy = get(points, "accuracy", i), program = get(points, "program", i);
    var key = [get(points, "network", i), accuracy, get(points, "images", i)].join();
    if (typeof accuracy !== "number" || there[key]) continue;
    there[key] = true;
    var fixed = get(points, "weight_bits", i);
    var mean = typeof fixed === "number" ? fixed : whole[program] ? get(points, "weight_bytes", i) / whole[program] : null;
    if (mean === null) bitsLost++;
    else marks.push({i: i, x: mean, y: 100 * accuracy, n: get(points, "images", i)});
  }
  return marks;
}

/* 95 % interval of a share of n, after Wilson, in per cent. */
function wilson(percent, n) {
  var z = 1.96, p = percent / 100, down = 1 + z * z / n;
  var middle = (p + z * z / (2 * n)) / down, half = z / down * Math.sqrt(p * (1 - p) / n + z * z / (4 * n * n));
  return [100 * (middle - half), 100 * (middle + half)];
}

function drawAccuracy() {
  bitsMarks = findAccuracies();
  byId("accuracy").hidden = !(bitsMarks.length || bitsLost) || !window.Chart;
  document.querySelector("nav a[href='#accuracy']").hidden = byId("accuracy").hidden;
  if (byId("accuracy").hidden) return;
  var sets = [{data: bitsMarks, pointRadius: 0}];
  bitsMarks.forEach(function (m) {
    if (!m.n) return;
    var ends = wilson(m.y, m.n);
    sets.push({data: [{x: m.x, y: ends[0]}, {x: m.x, y: ends[1]}], showLine: true, pointRadius: 0, borderColor: color("--soft"),
      borderWidth: 1});
  });
  draw("bits", sets, axis("mean bits of a weight", false, {min: 0, max: 9}), axis("accuracy, %", false),
    CLASSES.map(function (c) {
      return {shape: c, radius: 5, tint: color("--w" + c), marks: bitsMarks.filter(function (m) { return classes[m.i] === c; })};
    }));
  byId("bits-said").textContent = "Vertical lines: 95 % intervals, from the number of images. A mixed network stands at the mean " +
    "of its weights' bits." + (bitsLost ? " " + bitsLost + " mixed networks are not in it: no network of one width is here, and their mean " +
    "is not known without." : "");
  byId("bits").setAttribute("aria-label", "Accuracy against bits: " + bitsMarks.map(function (m) {
    return get(points, "network", m.i) + " " + text(m.y) + " %";
  }).join(", "));
}

function bitsWords(m) {
  var ends = m.n ? wilson(m.y, m.n) : null;
  return get(points, "network", m.i) + "\n" + text(Number(m.x.toPrecision(3))) + " bits, " + text(Number(m.y.toPrecision(4))) + " %" +
    (ends ? "\n95 % interval " + ends[0].toFixed(1) + " to " + ends[1].toFixed(1) + ", " + m.n + " images" : "");
}
