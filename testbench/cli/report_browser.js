/* report_browser.js - what a user does with the page of serac report, done by testbench/cli/report_browser.sh.
 * It is put behind the page's scripts; what it saw becomes lines of the page's text, which the script reads. */
(function () {
  "use strict";
  var lines = window.mistakes;
  function say() { lines.push(Array.prototype.join.call(arguments, " ")); }
  function all(selector) { return Array.prototype.slice.call(document.querySelectorAll(selector)); }
  function one(selector) { return document.querySelector(selector); }
  function wait(ms) { return new Promise(function (done) { setTimeout(done, ms); }); }

  /* Points in the order of the table, through all its pages. */
  function order() {
    var list = [];
    while (!one("#before").disabled) one("#before").click();
    for (;;) {
      all("#points-table tbody tr").forEach(function (tr) { list.push(Number(tr.dataset.point) + 1); });
      if (one("#after").disabled) return list;
      one("#after").click();
    }
  }
  function cells() {
    var keys = all("#points-table thead th").map(function (th) { return th.dataset.key; });
    while (!one("#before").disabled) one("#before").click();
    for (;;) {
      all("#points-table tbody tr").forEach(function (tr) {
        Array.prototype.forEach.call(tr.children, function (td, k) {
          if (td.dataset.v !== undefined) say("cell", Number(tr.dataset.point) + 1, keys[k], td.dataset.v, td.textContent);
        });
      });
      if (one("#after").disabled) return;
      one("#after").click();
    }
  }
  async function filter(text) {
    one("#filter").value = text;
    one("#filter").dispatchEvent(new Event("input"));
    await wait(300);
  }
  function sort(key) { one("#points-table th[data-key=" + key + "] button").click(); }
  function painted(id) {
    var canvas = document.getElementById(id), box = canvas && canvas.getContext("2d");
    if (!canvas || !canvas.width || !canvas.offsetParent) return 0;
    var data = box.getImageData(0, 0, canvas.width, canvas.height).data, colours = new Set();
    for (var i = 0; i < data.length; i += 4) if (data[i + 3] > 200) colours.add(data[i] << 16 | data[i + 1] << 8 | data[i + 2]);
    return colours.size;
  }
  function drag(id, from, to) {
    var canvas = document.getElementById(id), box = canvas.getBoundingClientRect();
    HTMLCanvasElement.prototype.setPointerCapture = function () {};      /* of a pointer that is none */
    [["pointerdown", from], ["pointermove", to], ["pointerup", to]].forEach(function (e) {
      canvas.dispatchEvent(new PointerEvent(e[0], {bubbles: true, button: 0, pointerType: "mouse",
        clientX: box.left + e[1][0] * box.width, clientY: box.top + e[1][1] * box.height}));
    });
  }

  async function run() {
    say("ready", document.documentElement.dataset.ready);
    ["front-a", "front-b", "roof", "bits"].forEach(function (id) { say("painted", id, painted(id)); });
    one("#program").value = "";
    one("#program").dispatchEvent(new Event("change"));
    say("points", order().length);
    if (!window.only_open) await use();
    document.documentElement.replaceChildren(document.createElement("pre"));
    one("pre").textContent = "\n" + lines.join("\n") + "\nend\n";
  }

  /* Each program in turn: the point that is selected then, and whether accuracy can be on an axis. */
  function choose() {
    Array.prototype.forEach.call(one("#program").options, function (o) {
      if (!o.value) return;
      one("#program").value = o.value;
      one("#program").dispatchEvent(new Event("change"));
      var marked = all("#points-table tr[aria-selected=true]").length;
      say("program", o.value, "|", one("#selected").selectedOptions[0].textContent, "|", marked,
        String(Boolean(one("#front-b-y option[value=accuracy]"))) + (one("#front-b-y").value === "accuracy"));
    });
  }

  async function use() {
    choose();
    await filter("constructor < 5");
    say("inherited", one("#filter-said").textContent);
    one("#program").value = one("#program").options[0].value;
    one("#program").dispatchEvent(new Event("change"));
    say("while wrong", one("#program").value, "|", order().length);
    one("#clear").click();
    one("#program").value = "";
    one("#program").dispatchEvent(new Event("change"));
    cells();
    sort("time_us");
    say("order up", order());
    sort("time_us");
    say("order down", order());
    sort("gops");
    say("order gops", order());
    sort("area_um2");                                        /* equal for all points of a design */
    say("order area", order());
    await filter("serial && time_us < " + window.limit + " && weight_bits = 2");
    say("kept", order().slice().sort(function (a, b) { return a - b; }));
    await filter("tiem_us < 5");
    say("mistake", one("#filter-said").className, one("#filter-said").textContent);
    await filter("no such design");
    say("none", order().length, one("#page-said").textContent);
    one("#clear").click();
    say("cleared", order().length);
    drag("front-a", [0.2, 0.1], [0.6, 0.6]);
    say("brush", one("#filter").value);
    say("brushed", order().slice().sort(function (a, b) { return a - b; }));
    one("#clear").click();
    all("#points-table td button")[0].focus();
    say("focus", document.activeElement.tagName, document.activeElement.textContent === String(order()[0]));
    one("#points-table tr[data-point='2'] button, #points-table tr td button").click();
    var selected = Number(one("#points-table tr[aria-selected=true]").dataset.point);
    say("selected", selected + 1, one("#selected").value === String(selected));
    all("#layers-table tbody tr").forEach(function (tr) {
      say("layer", selected + 1, tr.children[0].textContent,
        Array.prototype.filter.call(tr.children, function (td) { return td.dataset.v !== undefined; })
          .map(function (td) { return td.dataset.v; }).join());
    });
    say("sums", one("#layers-said").textContent.split(". ")[0]);
    one("#program").value = one("#program").options[1].value;
    one("#program").dispatchEvent(new Event("change"));
    one("#selected").value = String(window.roofed - 1);
    one("#selected").dispatchEvent(new Event("change"));
    say("follows", one("#program").value);
    say("roof", one("#roof-said").textContent);
    say("bars", all("#bars .bar").length);
  }
  run().catch(function (e) { document.body.textContent = "\nerror " + e.message + " " + e.stack + "\nend\n"; });
})();
