(function () {
  "use strict";
  var root = document.documentElement;
  var byId = function (id) { return document.getElementById(id); };
  document.querySelectorAll(".with-script").forEach(function (el) { el.hidden = false; });

  // Light and dark: the system decides until the reader does.
  var theme = byId("theme");
  var wanted = new URLSearchParams(location.search).get("theme");
  try { wanted = wanted || localStorage.getItem("sloproof-theme"); } catch (e) { /* a file may not have storage */ }
  if (wanted === "light" || wanted === "dark") root.dataset.theme = wanted;
  theme.hidden = false;
  theme.addEventListener("click", function () {
    var dark = root.dataset.theme ? root.dataset.theme === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
    root.dataset.theme = dark ? "light" : "dark";
    try { localStorage.setItem("sloproof-theme", root.dataset.theme); } catch (e) { /* see above */ }
  });

  // A link to a finding opens it; a link to a hop opens what is not passed there.
  function openTarget() {
    var target = location.hash && byId(decodeURIComponent(location.hash.slice(1)));
    if (!target) return;
    if (target.matches("details")) target.open = true;
    if (target.closest("#findings") && target.id !== "findings") show("all");
    target.querySelectorAll("details.fail, details.inconclusive").forEach(function (d) { d.open = true; });
    target.scrollIntoView();
  }
  window.addEventListener("hashchange", openTarget);
  window.addEventListener("beforeprint", function () {
    document.querySelectorAll("details.finding").forEach(function (d) { d.open = true; });
  });

  // Findings by status.
  var filters = byId("filters");
  function show(kind) {
    if (!filters) return;
    filters.querySelectorAll("button").forEach(function (b) { b.setAttribute("aria-pressed", String(b.dataset.show === kind)); });
    document.querySelectorAll(".hop-findings").forEach(function (hop) {
      var any = false;
      hop.querySelectorAll("details.finding").forEach(function (d) {
        d.hidden = kind !== "all" && d.dataset.kind !== kind;
        any = any || !d.hidden;
      });
      hop.hidden = !any;
    });
  }
  if (filters) filters.addEventListener("click", function (event) {
    var button = event.target.closest("button");
    if (button) show(button.dataset.show);
  });

  document.querySelectorAll("[data-copy]").forEach(function (button) {
    button.addEventListener("click", function () {
      var text = byId(button.dataset.copy).textContent;
      if (!navigator.clipboard) return;
      navigator.clipboard.writeText(text).then(function () { button.textContent = "copied"; });
    });
  });

  // The hover line of the timeline.
  var tl = byId("tl");
  if (!tl) { openTarget(); return; }
  var data = JSON.parse(byId("tl-data").textContent);
  var cursor = tl.querySelector(".tl-cursor");
  var hair = tl.querySelector(".hair");
  var readout = tl.querySelector(".tl-readout");
  var plot = tl.querySelector(".tl-row.axis .tl-plot");
  var seconds = new Map(data.seconds.map(function (s) { return [s.at, s]; }));
  var now = null;

  function ms(v) {
    if (v === null || v === undefined) return "–";
    if (v < 0.1) return Math.round(v * 1000) + " µs";
    if (v < 10) return v.toFixed(1) + " ms";
    return v < 1000 ? Math.round(v) + " ms" : (v / 1000).toFixed(1) + " s";
  }
  function row(label, value, kind) {
    var line = document.createElement("div");
    var name = document.createElement("span");
    var text = document.createElement("b");
    name.textContent = label;
    text.textContent = value;
    if (kind) text.className = kind;
    line.append(name, text);
    return line;
  }
  function within(list) { return list.filter(function (x) { return x.start <= now && now < x.end; }); }
  function read(at) {
    now = Math.max(0, Math.min(data.end, at));
    var second = seconds.get(Math.floor(now / 1000));
    var clock = new Date(data.started + now).toISOString().slice(11, 19);
    var lines = [row((now / 1000).toFixed(1) + " s", clock + " UTC")];
    within(data.phases).forEach(function (p) {
      lines.push(row("phase", p.name));
      p.faults.forEach(function (fault) { lines.push(row("fault", fault)); });
    });
    if (second) {
      lines.push(row("offered", second.planned + "/s"), row("sent", second.sent + "/s"));
      var share = second.planned ? (100 * second.bad / second.planned).toFixed(1) + " %" : "–";
      lines.push(row("bad", second.bad + " (" + share + ")", second.bad ? "bad" : ""));
      lines.push(row("p50", ms(second.p50)), row("p95", ms(second.p95)), row("p99", ms(second.p99)));
    } else {
      lines.push(row("load", "none"));
    }
    within(data.alerts).forEach(function (a) { lines.push(row(a.name, a.state, a.state)); });
    data.notifications.forEach(function (n) {
      if (Math.abs(n.at - now) < data.end / 200) lines.push(row("notified", n.name + " " + n.status, n.status));
    });
    readout.replaceChildren.apply(readout, lines);
    cursor.hidden = readout.hidden = false;
    var percent = 100 * now / data.end;
    hair.style.left = percent + "%";
    // The box stands on the side with more room, so that it never hides the moment it reads.
    var box = plot.getBoundingClientRect();
    var outer = tl.getBoundingClientRect();
    var x = box.left - outer.left + box.width * percent / 100;
    var left = percent < 55 ? x + 14 : x - 14 - readout.offsetWidth;
    readout.style.left = Math.max(0, Math.min(outer.width - readout.offsetWidth, left)) + "px";
  }
  function hide() { cursor.hidden = readout.hidden = true; }
  function follow(event) {
    var box = plot.getBoundingClientRect();
    if (event.clientX < box.left - 6 || event.clientX > box.right + 6) { hide(); return; }
    read((event.clientX - box.left) / box.width * data.end);
  }
  tl.addEventListener("pointermove", follow);
  tl.addEventListener("pointerdown", follow);
  tl.addEventListener("pointerleave", function (event) { if (event.pointerType === "mouse") hide(); });
  tl.addEventListener("blur", hide);
  tl.addEventListener("keydown", function (event) {
    var step = { ArrowLeft: -1000, ArrowRight: 1000, PageUp: -10000, PageDown: 10000 }[event.key];
    if (event.key === "Escape") hide();
    if (!step) return;
    event.preventDefault();
    read(now === null ? 500 : now + step);
  });
  openTarget();
})();
