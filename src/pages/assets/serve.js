"use strict";
// The live page: what page.js draws, asked for again and again, and the generator to explore.

const EVERY = 3000, AT_MOST = 10000;  // ms; between them fifty times what the figures of a long run take: a training on this machine shall not notice
let took = 0;        // ms
const run = document.getElementById("run"), trouble = document.getElementById("trouble");
const parts = Object.fromEntries(["watch", "explore", "quiz"].map((name) => [name, document.getElementById(name)]));
let tab = "watch";

// A cookie speaks for this browser: the token is not in the page's address any more, nor in those that it asks for.
const address = (path, words) => "/api/" + path + "?" + new URLSearchParams(words);
async function asked(path, words) {
  const response = await fetch(address(path, words));
  const answer = await response.json();
  if (!response.ok) throw new Error(answer.error + (answer.hint ? " – " + answer.hint : ""));
  return answer;
}
const tell = (error) => { trouble.textContent = error ? error.message : ""; };

// ---- Watch ----

const watching = { name: null, charts: null };

function gridPart(data) {
  const positions = data.grid_positions;
  const slider = made("input", { type: "range", id: "grid-slider", min: 0, max: Math.max(0, positions.length - 1), value: positions.length - 1 });
  const figure = imageOf("", "");
  const part = made("div", {}, made("label", { htmlFor: "grid-slider", textContent: "Drag, or use the arrow keys: the same latents as training goes on." }), slider, figure);
  part.positions = positions;
  part.show = () => {
    const images = part.positions[slider.value];
    if (images === undefined) return;
    figure.firstChild.src = address("grid", { run: run.value, images });
    figure.firstChild.alt = figure.lastChild.textContent = withCommas(images) + " images seen";
  };
  part.take = (newer) => {
    const atEnd = Number(slider.value) >= part.positions.length - 1;
    if (newer.length && newer[newer.length - 1] === part.positions[part.positions.length - 1] && newer.length === part.positions.length) return;
    part.positions = newer;
    slider.max = Math.max(0, newer.length - 1);
    if (atEnd) slider.value = newer.length - 1;
    part.show();
  };
  slider.addEventListener("input", part.show);
  part.show();
  return part;
}

async function watch() {
  const name = run.value;
  const asking = performance.now();
  const data = await asked("run", { run: name });
  took = performance.now() - asking;
  if (name !== run.value) return;
  if (watching.name !== name) {
    watching.name = name;
    if (watching.charts) watching.charts.destroy();
    watching.cards = made("div", {}), watching.words = made("div", {}), watching.verdicts = made("div", {});
    watching.grid = gridPart(data), watching.charts = chartsOf(data);
    parts.watch.replaceChildren(made("h1", { textContent: name }), watching.cards, watching.words, heading("How the game goes"), watching.verdicts, heading("Grids through time"), watching.grid,
      heading("Curves"), watching.charts, heading("Options"), table(["option", "value"], Object.entries(data.options).map(([key, value]) => ({ cells: [key, asText(value)] }))));
  } else {
    watching.charts.refresh(data);
    watching.grid.take(data.grid_positions);
  }
  watching.cards.replaceChildren(cardsOf(data), remarksOf(data));
  watching.words.replaceChildren(...wordsOf(data));
  watching.verdicts.replaceChildren(verdictsOf(data));
}

// ---- Explore ----

const exploring = { name: null };

function slider(label, min, max, step, value, onInput) {
  const input = made("input", { type: "range", min, max, step, value });
  const shown = made("output", { textContent: String(value) });
  input.addEventListener("input", () => { shown.textContent = input.value; onInput(); });
  const part = made("label", { className: "slider" }, made("span", { textContent: label + " " }, shown), input);
  part.value = () => Number(input.value);
  part.reset = () => { input.value = value; shown.textContent = String(value); };
  return part;
}

async function explore() {
  const name = run.value;
  const model = await asked("model", { run: name });
  if (name !== run.value) return;
  if (exploring.name === name) {
    if (exploring.checkpoint === model.checkpoint) return;
    exploring.checkpoint = model.checkpoint;  // the run has got better
    exploring.state.textContent = `state of ${withCommas(model.images_seen)} images seen (${model.checkpoint})`;
    exploring.redraw();
    return;
  }
  exploring.checkpoint = model.checkpoint;
  exploring.name = name;
  exploring.state = made("p", { className: "soft", textContent: `state of ${withCommas(model.images_seen)} images seen (${model.checkpoint})` });
  let chosen = ["0:0", "0:1"], from = 0, running = false, again = false;
  const picture = made("img", { alt: "the generated picture", className: "big" });
  const x = slider("from the first to the second", 0, 1, 0.01, 0, draw), y = slider("from the upper to the lower", 0, 1, 0.01, 0, draw);
  const directions = Array.from({ length: model.directions }, (_, i) => slider("direction " + (i + 1), -4, 4, 0.1, 0, draw));
  const truncate = slider("truncation (4: none)", 0.2, 4, 0.1, 4, draw);
  const classes = made("select", {}, ...model.classes.map((text, i) => made("option", { value: i, textContent: text })));
  classes.addEventListener("change", () => { thumbnails(); draw(); });
  // `state`: another address for another state, or the browser would show what it has.
  const withClass = (words) => Object.assign(words, { state: exploring.checkpoint }, model.classes.length ? { class: classes.value } : {});
  const words = () => {
    const all = withClass({ run: name, points: chosen.join(","), x: x.value(), y: y.value() });
    if (directions.some((one) => one.value() !== 0)) all.d = directions.map((one) => one.value()).join(",");
    if (truncate.value() < 4) all.truncate = truncate.value();
    return all;
  };
  // One picture at a time: while one is made the sliders may move on, and only the last place counts.
  function draw() {
    if (running) { again = true; return; }
    running = true, again = false;
    const done = () => { running = false; if (again) draw(); };
    picture.onload = () => { tell(null); done(); };
    picture.onerror = () => { asked("model", { run: name }).then(() => setTimeout(() => { again = true; done(); }, 200), (error) => { tell(error); running = false; }); };
    picture.src = address("image", words());
  }
  // Made once and changed in place: a button that is replaced loses the keyboard's focus, and the click that was under way.
  const buttons = Array.from({ length: 12 }, (_, i) => made("button", { onclick: () => choose("0:" + (from + i)) }, made("img", { loading: "lazy" }), made("span", {})));
  function thumbnails() {
    buttons.forEach((button, i) => {
      const point = "0:" + (from + i), place = chosen.indexOf(point), source = address("image", withClass({ run: name, points: point }));
      const [image, letter] = button.children;
      button.className = place < 0 ? "" : "chosen";
      button.title = image.alt = `image ${point}`;
      button.setAttribute("aria-pressed", place >= 0);
      if (image.getAttribute("src") !== source) image.src = source;
      letter.textContent = place < 0 ? from + i : "ABCD"[place];
    });
  }
  function choose(point) {
    if (chosen.includes(point)) { if (chosen.length > 1) chosen = chosen.filter((one) => one !== point); }
    else chosen = chosen.length < 4 ? chosen.concat(point) : chosen.slice(1).concat(point);
    arrange(), thumbnails(), draw();
  }
  function arrange() {
    x.hidden = chosen.length < 2;
    y.hidden = chosen.length < 3;
  }
  const turn = (by) => made("button", { textContent: by > 0 ? "more" : "back", onclick: () => { from = Math.max(0, from + by); thumbnails(); } });
  const kept = made("div", { className: "grids" });
  const keep = made("button", { textContent: "keep it", onclick: () => {
    const source = address("image", words()), latent = address("latent", words());
    kept.prepend(made("figure", {}, made("img", { src: source, alt: "a kept picture" }), made("figcaption", {}, made("a", { href: source, download: "generated.png", textContent: "picture" }), " ", made("a", { href: latent, download: "latent.npy", textContent: "latent" }))));
  } });
  const reset = made("button", { textContent: "all sliders back", onclick: () => { [x, y, truncate, ...directions].forEach((one) => one.reset()); draw(); } });
  parts.explore.replaceChildren(made("h1", { textContent: "Explore " + name }), exploring.state,
    made("p", { textContent: "Choose one to four pictures; with two, slide from one to the other, with more over the square between them. Directions are those in which the first layer changes most." }),
    made("div", {}, turn(-12), " ", turn(12), model.classes.length ? made("label", {}, " class ", classes) : ""), made("div", { className: "thumbnails" }, ...buttons),
    made("div", { className: "explore" }, made("div", {}, picture, made("div", {}, keep, " ", reset)), made("div", {}, x, y, truncate, ...directions)),
    heading("Kept"), kept);
  exploring.redraw = () => { thumbnails(); draw(); };
  arrange(), thumbnails(), draw();
}

// ---- Quiz ----

const quiz = { name: null, round: 0, right: 0, asked: 0, answer: null };

function startQuiz() {
  if (quiz.name === run.value) return;
  const name = run.value;
  Object.assign(quiz, { name, round: Math.floor(Math.random() * 1e9), right: 0, asked: 0 });
  const picture = made("img", { alt: "real, or generated?", className: "big" });
  picture.onerror = () => asked("model", { run: name }).catch(tell);
  const said = made("p", { role: "status" });
  let isAnswered = false;
  const ask = () => { picture.src = address("quiz", { run: name, round: quiz.round }); isAnswered = false; };
  quiz.answer = async (real) => {
    if (isAnswered) return;
    isAnswered = true;
    try {
      const truth = (await asked("answer", { run: name, round: quiz.round })).real;
      if (quiz.name !== name) return;
      quiz.asked += 1, quiz.right += truth === real ? 1 : 0, quiz.round += 1;
      said.textContent = `${truth === real ? "Right" : "No"}: it was ${truth ? "real" : "generated"}. ${quiz.right} of ${quiz.asked} right.`;
      ask();
    } catch (error) { isAnswered = false; tell(error); }
  };
  parts.quiz.replaceChildren(made("h1", { textContent: "Real or generated?" }), picture,
    made("p", {}, made("button", { textContent: "← real", onclick: () => quiz.answer(true) }), " ", made("button", { textContent: "generated →", onclick: () => quiz.answer(false) })), said);
  ask();
}
document.addEventListener("keydown", (event) => {
  if (tab !== "quiz" || !quiz.answer || event.repeat || event.target.tagName === "SELECT") return;
  if (event.key === "ArrowLeft") quiz.answer(true);
  if (event.key === "ArrowRight") quiz.answer(false);
});

// ---- all of it ----

async function refresh() {
  try {
    if (tab === "watch") await watch();
    if (tab === "explore") await explore();
    if (tab === "quiz") startQuiz();
    tell(null);
  } catch (error) {
    tell(error instanceof TypeError ? new Error("dcgan serve does not answer any more: is it still running?") : error);
  }
}
function show(name) {
  tab = name;
  for (const button of document.querySelectorAll("[data-tab]")) button.setAttribute("aria-selected", button.dataset.tab === name);
  for (const [key, part] of Object.entries(parts)) part.hidden = key !== name;
  refresh();
}
async function begin() {
  const port = location.port || "80";
  document.getElementById("tunnel").textContent = `ssh -L ${port}:127.0.0.1:${port} THIS-MACHINE`;
  for (const button of document.querySelectorAll("[data-tab]")) button.addEventListener("click", () => show(button.dataset.tab));
  run.addEventListener("change", refresh);
  const takeRuns = async () => {
    const names = await asked("runs", {});
    if (names.join("\n") === [...run.options].map((one) => one.value).join("\n")) return;
    const before = run.value;
    run.replaceChildren(...names.map((name) => made("option", { value: name, textContent: name })));
    run.value = names.includes(before) ? before : names[names.length - 1];
  };
  try {
    await takeRuns();
    if (!run.options.length) tell(new Error("There is no run here yet."));
    else show("watch");
  } catch (error) { tell(error); }
  for (;;) {
    await new Promise((wake) => setTimeout(wake, Math.min(AT_MOST, Math.max(EVERY, 50 * took))));
    if (document.hidden) continue;  // nobody looks
    try {
      await takeRuns();
      if (run.options.length) await refresh();
    } catch (error) { tell(new Error("dcgan serve does not answer any more: is it still running?")); }
  }
}
begin();
