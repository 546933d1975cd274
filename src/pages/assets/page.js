"use strict";
// Draws runs, as pages/report/run_data makes them. Everything that a run says is set as text, never as HTML.

const COLOURS = ["#0969da", "#cf222e", "#2da44e", "#8250df", "#bf8700", "#1b7c83", "#bc4c00", "#6e7781"];
const CHARTS = [
  { title: "Losses", lines: [["loss_d_real", "D, real"], ["loss_d_fake", "D, generated"], ["loss_g", "G"], ["penalty", "penalty"]] },
  { title: "What D thinks (a half: it cannot tell)", lines: [["d_real", "D(x)"], ["d_fake_before", "D(G(z)) before D's step"], ["d_fake_after", "and after"]], from: 0, to: 1 },
  { title: "What of the pictures is covered, and how many images could be real", evals: true, from: 0, to: 1, lines: [["kinds", "covered"], ["kinds_floor", "by real ones"], ["fitting", "could be real"], ["fitting_floor", "of real ones"]] },
  { title: "KID: distance from the real pictures", evals: true, logarithmic: true, lines: [["kid", "KID"]] },
  { title: "Diversity (the data's is 1) and copies", evals: true, from: 0, lines: [["diversity", "diversity"], ["memorised", "copies"], ["memorised_floor", "copies among real ones"]] },
  { title: "Images a second", from: 0, lines: [["images_per_second", "images/s"]] },
  { title: "Gradient norms", logarithmic: true, lines: [["grad_norm_d", "D"], ["grad_norm_g", "G"]] },
];
const COMPARED = [
  { title: "KID", evals: true, logarithmic: true, line: "kid" }, { title: "Covered of the pictures", evals: true, line: "kinds", from: 0, to: 1 },
  { title: "Diversity", evals: true, line: "diversity" },
  { title: "G's loss", line: "loss_g" }, { title: "D(x)", line: "d_real", from: 0, to: 1 },
  { title: "D(G(z))", line: "d_fake_before", from: 0, to: 1 }, { title: "Images a second", line: "images_per_second", from: 0 },
];
const VERDICT_CLASS = { "balanced": "balanced", "discriminator ahead": "ahead", "generator ahead": "ahead", "collapsing": "bad", "collapsed": "bad", "memorising": "memorising" };

function made(name, properties, ...children) {
  const element = Object.assign(document.createElement(name), properties);
  element.append(...children);
  return element;
}
const withCommas = (number) => Math.round(number).toLocaleString("en-US");
const short = (number) => number === null || number === undefined ? "–" : Math.abs(number) >= 100 ? withCommas(number) : String(+number.toPrecision(3));
function duration(seconds) {
  if (seconds < 90) return Math.round(seconds) + " s";
  if (seconds < 5400) return Math.round(seconds / 60) + " min";
  return (seconds / 3600).toFixed(1) + " h";
}
const asText = (value) => value === null ? "auto" : typeof value === "object" ? JSON.stringify(value) : String(value);

/// The network that a run's evaluations compared by, "" where its log does not say: figures of two cannot be compared, so
/// that those of the last one alone are drawn.
const networkOf = (run) => run.evals.length ? run.evals[run.evals.length - 1].features : "";
const evalsOf = (run) => run.evals.filter((one) => one.features === networkOf(run));
const withNetwork = (title, network) => network ? `${title} (${network})` : title;

/// [{x: images, y: value}] of one figure of a run.
function pointsOf(run, line, evals) {
  if (evals) return evalsOf(run).map((one) => ({ x: one.images, y: one[line] })).filter((p) => p.y !== null && p.y !== undefined);
  const xs = run.curves.images || [], ys = run.curves[line] || [];
  return xs.map((x, i) => ({ x, y: ys[i] })).filter((p) => p.y !== null && p.y !== undefined);
}

/// A line of one point would not be seen.
const dotted = (datasets) => datasets.forEach((set) => { set.pointRadius = set.data.length === 1 && set.label !== "" ? 4 : 0; });

/// In the colours of the page, which change when the system goes from light to dark.
function paint(options) {
  const style = getComputedStyle(document.body), text = style.getPropertyValue("--text");
  for (const axis of [options.scales.x, options.scales.y]) {
    axis.ticks.color = axis.title.color = text;
    axis.grid.color = style.getPropertyValue("--line");
  }
  options.plugins.title.color = options.plugins.legend.labels.color = text;
}
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => Object.values(Chart.instances).forEach((chart) => { paint(chart.options); chart.update(); }));

function drawChart(chart, datasets) {
  const axis = (title, more) => Object.assign({ ticks: {}, grid: {}, title: { display: !!title, text: title } }, more);
  const canvas = made("canvas", {});
  canvas.setAttribute("role", "img");
  canvas.setAttribute("aria-label", chart.title);
  const holder = made("div", { className: "chart" }, canvas);
  dotted(datasets);
  const positive = datasets.every((set) => set.data.every((p) => p.y > 0));
  const options = {
    animation: false, responsive: true, maintainAspectRatio: false, parsing: false, normalized: true,
    interaction: { mode: "nearest", axis: "x", intersect: false },
    elements: { point: { radius: 0, hitRadius: 6 }, line: { borderWidth: 1.5 } },
    plugins: { title: { display: true, text: chart.title }, legend: { labels: { boxWidth: 12, filter: (item) => item.text !== "" } } },
    scales: { x: axis("images seen", { type: "linear", min: 0, ticks: { callback: (v) => v >= 1e6 ? v / 1e6 + "M" : v >= 1e3 ? v / 1e3 + "k" : v } }),
              y: axis("", { type: chart.logarithmic && positive ? "logarithmic" : "linear", min: chart.from, max: chart.to }) },
  };
  paint(options);
  holder.chart = new Chart(canvas, { type: "line", data: { datasets }, options });
  return holder;
}

/// The lines of a chart; none where there is nothing to show yet.
function setsOf(chart, run) {
  const sets = chart.lines.map(([line, label], i) => ({ label, data: pointsOf(run, line, chart.evals), borderColor: COLOURS[i], backgroundColor: COLOURS[i] }))
    .filter((set) => set.data.some((p) => p.y !== 0));
  if (chart.lines[0][0] === "kid" && sets.length) {
    const edge = (sign) => ({ label: "", data: evalsOf(run).filter((e) => e.kid !== null).map((e) => ({ x: e.images, y: Math.max(e.kid + sign * 2 * e.kid_error, e.kid / 4) })), borderWidth: 0, backgroundColor: COLOURS[0] + "33" });
    sets.push(Object.assign(edge(1), { fill: "+1" }), edge(-1));
  }
  return sets;
}

/// A chart for each figure of a run's evaluations that CHARTS does not know, with what real pictures get of it.
const others = new Map();
function otherCharts(run) {
  const known = new Set(CHARTS.flatMap((chart) => chart.lines.map(([line]) => line)).concat("images", "generated", "real"));
  const isPart = (name, all) => ["_error", "_floor"].some((end) => name.endsWith(end) && all.has(name.slice(0, -end.length)));
  const all = new Set(run.evals.flatMap((one) => Object.keys(one).filter((name) => typeof one[name] === "number")));
  return [...all].filter((name) => !known.has(name) && !isPart(name, all)).map((name) => {
    if (!others.has(name)) others.set(name, { title: name, evals: true, lines: [[name, name], [name + "_floor", name + " of real ones"]] });
    return others.get(name);
  });
}

/// All charts of a run; refresh(run) takes what has come since.
function chartsOf(run) {
  const all = made("div", { className: "charts" });
  const drawn = new Map();
  all.refresh = (newer) => {
    const charts = CHARTS.concat(otherCharts(newer));
    for (const chart of charts) {
      const sets = setsOf(chart, newer);
      if (!sets.length) continue;
      const holder = drawn.get(chart);
      if (!holder) {
        drawn.set(chart, drawChart(chart.evals ? Object.assign({}, chart, { title: withNetwork(chart.title, networkOf(newer)) }) : chart, sets));
        all.replaceChildren(...charts.filter((one) => drawn.has(one)).map((one) => drawn.get(one)));
        continue;
      }
      dotted(sets);
      holder.chart.data.datasets = sets;
      if (chart.logarithmic) holder.chart.options.scales.y.type = sets.every((set) => set.data.every((p) => p.y > 0)) ? "logarithmic" : "linear";
      holder.chart.update();
    }
  };
  all.destroy = () => drawn.forEach((holder) => holder.chart.destroy());
  all.refresh(run);
  return all;
}

function verdictsOf(run) {
  if (!(run.curves.images || []).length) return made("p", { className: "soft", textContent: "Too early to say: there is no record yet." });
  const end = run.images_seen;
  const part = made("div", {});
  const strip = made("div", { className: "strip" });
  strip.setAttribute("role", "img");
  const changes = [{ images: 0, verdict: "balanced", reason: "" }, ...run.verdicts];
  changes.forEach((one, i) => {
    const until = i + 1 < changes.length ? changes[i + 1].images : end;
    if (until <= one.images) return;
    const span = made("span", { className: VERDICT_CLASS[one.verdict] || "bad", title: `${one.verdict}, ${withCommas(one.images)} to ${withCommas(until)} images` });
    span.style.flex = String(until - one.images);
    strip.append(span);
  });
  const said = run.verdicts.map((one) => `${one.verdict} from ${withCommas(one.images)} images on${one.reason ? ": " + one.reason : ""}`);
  strip.setAttribute("aria-label", said.length ? said.join("; ") : "balanced throughout");
  part.append(strip);
  if (!said.length) part.append(made("p", { className: "soft", textContent: "Balanced throughout." }));
  else part.append(made("ul", {}, ...said.slice(-30).map((text) => made("li", { textContent: text }))));
  for (const back of run.rollbacks) part.append(made("p", { textContent: `Rolled back at ${withCommas(back.images)} images to the state of ${withCommas(back.to)}.` }));
  return part;
}

const imageOf = (source, text) => made("figure", {}, made("img", { src: source, alt: text }), made("figcaption", { className: "soft", textContent: text }));

/// Grids of all runs at about the same position, moved by one slider.
function gridsOf(runs) {
  const shown = runs.filter((run) => run.grids.length);
  if (!shown.length) return made("p", { className: "soft", textContent: "There is no grid yet." });
  const most = shown.reduce((a, b) => (a.grids.length >= b.grids.length ? a : b)).grids;
  const slider = made("input", { type: "range", min: 0, max: most.length - 1, value: most.length - 1, step: 1, id: "grid-slider" });
  const pictures = shown.map((run) => {
    const figure = imageOf(run.grids[run.grids.length - 1].picture, "");
    figure.show = (images) => {
      const grid = run.grids.reduce((a, b) => (Math.abs(b.images - images) < Math.abs(a.images - images) ? b : a));
      figure.firstChild.src = grid.picture;
      figure.firstChild.alt = figure.lastChild.textContent = (runs.length > 1 ? run.name + ": " : "") + withCommas(grid.images) + " images seen";
    };
    return figure;
  });
  const move = () => pictures.forEach((one) => one.show(most[slider.value].images));
  slider.addEventListener("input", move);
  move();
  return made("div", {}, made("label", { htmlFor: "grid-slider", textContent: "Drag, or use the arrow keys: the same latents as training goes on." }), slider,
    made("div", { className: "grids" }, ...pictures));
}

function cardsOf(run) {
  const last = run.last, best = bestOf(run);
  const card = (name, value) => made("div", { className: "card" }, made("span", { className: "soft", textContent: name }), made("b", { textContent: value }));
  return made("div", { className: "cards" },
    card("pictures", run.data_images === null ? "–" : withCommas(run.data_images)),
    card("images seen", run.images_seen ? withCommas(run.images_seen) : "none yet"),
    card("training", last && last.seconds !== null ? duration(last.seconds) : "–"),
    card("images a second", last ? short(last.images_per_second) : "–"),
    card("its pictures", best ? best.pictures || "see the figures" : "not measured"),
    card(withNetwork("best KID", best ? best.features : ""), best ? kidOf(best) : "not measured"),
    card("the game", last && last.verdict || "–"));
}

/// The evaluation of the best state, by the network that measured last.
const bestOf = (run) => evalsOf(run).filter((one) => one.kid !== null).reduce((a, b) => (!a || b.best ? b : a), null);
const kidOf = (one) => `${short(one.kid)} ± ${short(1.96 * one.kid_error)}`;

/// What the figures of the best state say, in words.
function wordsOf(run) {
  const best = bestOf(run);
  if (!best) return [made("p", { className: "soft", textContent: `Not measured in training. How good they are says: dcgan eval ${run.path}` })];
  const counts = best.generated ? ` ${withCommas(best.generated)} images beside ${withCommas(best.real)} ${best.against === "held out" ? "pictures that were held out" : "pictures that it was trained on"}.` : "";
  const look = best.pictures === "good" ? "they look good" : `they look like ${best.pictures}`;
  const parts = [best.words ? `it ${best.words}` : "", best.pictures ? look : ""].filter((part) => part);
  const said = parts.length ? `At ${withCommas(best.images)} images ${parts.join("; ")}.` : "These figures know no things: they rank states of this run, and say nothing of what one sees.";
  return [made("p", { textContent: said + counts })];
}

function table(heads, rows) {
  const body = rows.map((row) => made("tr", { className: row.differs ? "differs" : "" }, ...row.cells.map((text) => made("td", { textContent: text }))));
  return made("div", { className: "scroll" }, made("table", {}, made("thead", {}, made("tr", {}, ...heads.map((text) => made("th", { textContent: text })))), made("tbody", {}, ...body)));
}

function dataOf(run) {
  const facts = [["pictures", run.data_path]];
  if (run.data) {
    facts.push(["used", short(run.data.pictures)], ["classes", short(run.data.classes)], ["left out", short(run.data.skipped)]);
  }
  facts.push(["size, channels", `${run.options.size}, ${run.options.channels}`]);
  return table(["data", ""], facts.map((cells) => ({ cells })));
}

function reproduce(run) {
  return made("div", {}, made("p", { textContent: `dcgan ${run.version} made it. The same options, begun anew; on the same machine, build and threads the same run bit for bit:` }),
    made("pre", { textContent: run.again }));
}

const heading = (text) => made("h2", { textContent: text });

/// What of its log is not shown.
const remarksOf = (run) => made("div", {}, ...run.remarks.map((text) => made("p", { textContent: text })));

function showOne(run, near, page) {
  page.append(made("h1", { textContent: run.name }), cardsOf(run));
  page.append(remarksOf(run));
  page.append(heading("How good its pictures are"), ...wordsOf(run));
  page.append(heading("How the game went"), verdictsOf(run));
  page.append(heading("Grids through time"), gridsOf([run]));
  page.append(heading("Curves"), chartsOf(run));
  if (near) page.append(heading("Nearest real pictures"), made("p", { textContent: "An image of the generator, then the real pictures nearest to it: did it learn, or learn by heart?" }), imageOf(near, "generated, and its nearest real pictures"));
  if (run.real || run.augmented) page.append(heading("The data"), made("div", { className: "grids" }, ...[[run.real, "real pictures"], [run.augmented, "as D is shown them"]].filter(([source]) => source).map(([source, text]) => imageOf(source, text))));
  else page.append(heading("The data"));
  page.append(dataOf(run), heading("How to reproduce it"), reproduce(run));
  page.append(heading("Options"), table(["option", "value"], Object.entries(run.options).map(([name, value]) => ({ cells: [name, asText(value)] }))));
}

// ---- several runs ----

/// Runs whose options are the same but for the seed, together.
function groupsOf(runs) {
  const groups = new Map();
  for (const run of runs) {
    const key = JSON.stringify(Object.entries(run.options).filter(([name]) => name !== "seed").concat([["data", run.data_path]]));
    groups.set(key, (groups.get(key) || []).concat(run));
  }
  return [...groups.values()];
}

function valueAt(points, x) {
  if (!points.length || x < points[0].x || x > points[points.length - 1].x) return null;
  let low = 0, high = points.length - 1;
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if (points[middle].x <= x) low = middle; else high = middle;
  }
  const a = points[low], b = points[high];
  return a.x === b.x ? a.y : a.y + (b.y - a.y) * (x - a.x) / (b.x - a.x);
}

/// Mean and standard deviation over the runs of a group, where all have values.
function spreadOf(lines) {
  const from = Math.max(...lines.map((l) => l.length ? l[0].x : Infinity)), to = Math.min(...lines.map((l) => l.length ? l[l.length - 1].x : -Infinity));
  const mean = [], low = [], high = [];
  if (!(to > from)) return { mean, low, high };
  for (let i = 0; i <= 300; ++i) {
    const x = from + (to - from) * i / 300, ys = lines.map((line) => valueAt(line, x));
    const m = ys.reduce((a, b) => a + b, 0) / ys.length;
    const s = Math.sqrt(ys.reduce((a, b) => a + (b - m) ** 2, 0) / Math.max(1, ys.length - 1));
    mean.push({ x, y: m }), low.push({ x, y: m - s }), high.push({ x, y: m + s });
  }
  return { mean, low, high };
}

function comparedCharts(groups) {
  const all = made("div", { className: "charts" });
  // Figures of two networks never share an axis.
  const networks = [...new Set(groups.flat().filter((run) => run.evals.length).map(networkOf))];
  const charts = COMPARED.flatMap((chart) => chart.evals ? networks.map((network) => Object.assign({}, chart, { network, title: withNetwork(chart.title, network) })) : [chart]);
  for (const chart of charts) {
    const sets = [];
    groups.forEach((group, i) => {
      const colour = COLOURS[i % COLOURS.length], lines = group.filter((run) => !chart.evals || networkOf(run) === chart.network).map((run) => pointsOf(run, chart.line, chart.evals)).filter((line) => line.length);
      if (!lines.length) return;
      const label = group.length > 1 ? `${group[0].name} and ${group.length - 1} of other seeds` : group[0].name;
      if (lines.length === 1) return sets.push({ label, data: lines[0], borderColor: colour, backgroundColor: colour });
      const { mean, low, high } = spreadOf(lines);
      sets.push({ label, data: mean, borderColor: colour, backgroundColor: colour },
        { label: "", data: high, borderWidth: 0, backgroundColor: colour + "33", fill: "+1" }, { label: "", data: low, borderWidth: 0, backgroundColor: colour + "33" });
    });
    if (sets.length) all.append(drawChart(chart, sets));
  }
  return all;
}

function showSeveral(runs, page) {
  page.append(made("h1", { textContent: `${runs.length} runs` }));
  page.append(table(["run", "images seen", "training", "images/s", "its pictures", "best KID", "by", "at", "the game"], runs.map((run) => {
    const b = bestOf(run), last = run.last || {};
    return { cells: [run.name, run.images_seen ? withCommas(run.images_seen) : "–", last.seconds ? duration(last.seconds) : "–", short(last.images_per_second), b && b.pictures || "–", b ? kidOf(b) : "–", b && b.features || "–", b ? withCommas(b.images) : "–", last.verdict || "–"] };
  })));
  const groups = groupsOf(runs);
  const several = groups.filter((group) => group.length > 1);
  if (several.length) {
    page.append(heading("Seeds"), table(["runs that differ in the seed alone", "best KID, mean ± standard deviation"], several.map((group) => {
      const bests = group.map(bestOf).filter((one) => one), of = bests.length ? bests[bests.length - 1].features : "";
      const kids = bests.filter((one) => one.features === of).map((one) => one.kid), mean = kids.reduce((a, b) => a + b, 0) / kids.length;
      const spread = Math.sqrt(kids.reduce((a, b) => a + (b - mean) ** 2, 0) / Math.max(1, kids.length - 1));
      return { cells: [group.map((run) => run.name).join(", "), kids.length ? withNetwork(`${short(mean)} ± ${short(spread)}`, of) : "–"] };
    })));
  }
  page.append(heading("Curves"), comparedCharts(groups), heading("Grids through time"), gridsOf(runs));
  page.append(heading("How it went"));
  for (const run of runs) page.append(made("p", { textContent: run.name }), remarksOf(run), ...wordsOf(run), verdictsOf(run));
  const names = [...new Set(runs.flatMap((run) => Object.keys(run.options)))];
  const rows = [["data", ...runs.map((run) => run.data_path)], ...names.map((name) => [name, ...runs.map((run) => name in run.options ? asText(run.options[name]) : "–")])]
    .map((cells) => ({ cells, differs: cells.slice(2).some((text) => text !== cells[1]) }));
  const heads = ["option", ...runs.map((run) => run.name)];
  const differing = rows.filter((row) => row.differs);
  page.append(heading("Options that differ"), differing.length ? table(heads, differing) : made("p", { textContent: "None." }));
  page.append(made("details", {}, made("summary", { textContent: "All options" }), table(heads, rows)));
}

function showReport(data) {
  const page = document.getElementById("page");
  document.title = data.runs.map((run) => run.name).join(", ") + " – dcgan";
  if (data.runs.length === 1) showOne(data.runs[0], data.near, page);
  else showSeveral(data.runs, page);
  page.append(made("p", { className: "soft", textContent: `Written by dcgan ${data.version}. It needs no network.` }));
}
