// The study: joins the form, the socket, the small multiples and the results.

import { Connection } from "../connection.js";
import { ConfigForm } from "../form.js";
import { suggestSettings } from "../gallery.js";
import { editLayers } from "../layers.js";
import { Tables } from "../table/tables.js";
import { Along } from "./along.js";
import { Axes } from "./axes.js";
import { Heatmap } from "./heatmap.js";
import { heldOut, measures, metrics, offer, scoreText, scoreTitle } from "./measures.js";
import { Multiples } from "./multiples.js";
import { Overlay } from "./overlay.js";
import { Recording } from "./recording.js";
import { saveChart, saveTable } from "./save.js";

const CURVES_PERIOD_MS = 250; // Plotly takes some 20 ms; the thumbnails come first
const SHOW_MS = 1500; // at least, from the first epoch to the last, however fast the server is
const OWN_CONTROLS = ["first_field", "first_values", "second_field", "second_values", "repeats"];
const CONNECTION_TEXTS = { connecting: "Connecting", open: "Connected", lost: "Connection lost, trying again" };

const INCOMPARABLE = "Accuracies and R² cannot be compared; see each cell.";

const element = (id) => document.getElementById(id);

const form = new ConfigForm(element("config"), () => {});
const axes = new Axes(element("config"));
const multiples = new Multiples(element("multiples"), (cells) => overlay.choose(cells));
const overlay = new Overlay(element("curves"), element("metric"));
const heatmap = new Heatmap(element("heatmap"), element("measure"));
const along = new Along(element("along"), element("measure"));
const connection = new Connection({ onState: connectionChanged, onReport: obey, onDocument: take }, "/study/ws");

let study = null;
let recording = null;
let frame = null; // the newest, not acknowledged yet
let shown = -1; // the epoch that all cells show
let following = true; // whether they show the newest, or what the timeline says
let drawing = 0; // set while a redraw is asked for
let begun = 0; // when the study was, on performance.now's clock
let drawnSince = 0;
let curvesTimer = 0;
let summary = null; // the newest
let running = false;
let computed = false; // by the server; what it sent may wait to be drawn

function connectionChanged(state) {
  element("connection").dataset.state = state;
  element("connection").textContent = CONNECTION_TEXTS[state];
  if (state === "lost" && running) tell("Connection lost: the study has ended");
  if (state === "lost") offerExports(null); // the server keeps a study as long as its socket
  setRunning(false);
}

function setRunning(now) {
  running = now;
  element("start").disabled = !connection?.isOpen;
  element("cancel").disabled = !now;
}

async function start() {
  form.clearProblems();
  showMessage("");
  await tables.ensure(form.read().table); // or else every cell would be refused
  const base = form.read();
  const repeats = base.repeats;
  for (const name of [...OWN_CONTROLS, ...axes.read().map(({ field }) => field)]) delete base[name];
  connection.send({ type: "start", study: { base, axes: axes.read(), repeats } });
}

/** What a report of the server means for the page. */
function obey(report) {
  switch (report.type) {
    case "started":
      begin(report);
      break;
    case "summary":
      summary = report;
      if (shown === recording.epochs) showResults(report);
      break;
    case "finished":
      computed = true;
      drawing ||= requestAnimationFrame(draw);
      break;
    case "cancelled":
      setRunning(false);
      tell("Cancelled", "Study cancelled");
      break;
    case "error":
      if (!form.showProblem(axes.controlOf(report.field) ?? report.field ?? "", report.message)) {
        showMessage(report.message);
      } else if (axes.controlOf(report.field) === null && report.field !== "repeats") {
        element("config").querySelector("details").open = true;
      }
      if (report.code === "internal") setRunning(false);
      break;
  }
}

function begin(report) {
  study = report;
  recording = new Recording(study.cells.length, study.epochs);
  frame = summary = null;
  shown = -1;
  following = true;
  computed = false;
  begun = performance.now();
  multiples.begin(study, recording);
  overlay.begin(study, recording);
  heatmap.begin(study);
  along.begin(study);
  document.querySelector(".results").classList.toggle("one-axis", study.axes.length === 1);
  offerExports(null);
  showBest(null);
  element("multiples").dataset.finished = "false";
  element("timeline").max = study.epochs;
  element("timeline").value = 0;
  for (const control of document.querySelectorAll("#timeline, .saves button")) control.disabled = false;
  element("progress").value = 0;
  setRunning(true);
  tell("Started", `Study started: ${study.cells.length} cells`);
}

function take({ metadata, tensors }) {
  if (metadata.kind === "points") {
    multiples.takePoints({ metadata, tensors });
    return;
  }
  recording.take(tensors, Number(metadata.since_epoch), Number(metadata.epoch));
  if (shown < 0) nameMeasures();
  frame = { number: Number(metadata.frame), progress: Number(metadata.progress) };
  drawing ||= requestAnimationFrame(draw);
}

/** Offers to show what there is of the sets that are looked at, under its name. */
function nameMeasures() {
  const [sets, { scores }] = [recording.sets(), multiples];
  if (sets.length === 0) return; // no cell is run
  offer(element("measure"), measures(sets, scores));
  offer(element("metric"), metrics(sets, scores));
  const shownSets = sets.length > 1 ? ["train", heldOut(sets)] : sets;
  element("figures").textContent = `${shownSets.join(" / ")} ${scoreTitle(scores)}`;
}

/** Shows the next epoch that is due; at a pace at which the eye can follow how the cells learn. */
function draw(now) {
  drawing = 0;
  if (shown < 0) drawnSince = now;
  const due = Math.floor(((now - drawnSince) / SHOW_MS) * study.epochs);
  if (following && shown < recording.epoch) show(Math.min(recording.epoch, Math.max(shown + 1, due)));
  if (following && shown < recording.epoch) {
    drawing = requestAnimationFrame(draw);
    return;
  }
  if (frame !== null) {
    connection.send({ type: "ack", frame: frame.number });
    element("progress").value = frame.progress;
    if (running) tell(progressText(frame.progress));
    frame = null;
  }
  if (computed && running) finish();
  else if (multiples.chosen.length > 0) curvesTimer ||= setTimeout(drawCurves, CURVES_PERIOD_MS);
}

function drawCurves() {
  curvesTimer = 0;
  overlay.draw();
}

function finish() {
  setRunning(false);
  const runs = study.cells.length * study.repeats;
  tell(`${runs} runs in ${seconds((performance.now() - begun) / 1000)}`, "Study finished");
  element("multiples").dataset.finished = "true";
  if (summary !== null) showResults(summary);
}

function show(epoch) {
  shown = epoch;
  element("timeline").value = epoch;
  element("epoch").textContent = epoch;
  multiples.draw(epoch);
}

function progressText(progress) {
  const spent = (performance.now() - begun) / 1000;
  const left = progress > 0 ? ` · ${seconds((spent * (1 - progress)) / progress)} left` : "";
  return `${Math.floor(100 * progress)} % · ${Math.floor(progress * study.cells.length * study.repeats)}/${study.cells.length * study.repeats} runs${left}`;
}

function seconds(time) {
  return time < 60 ? `${time.toFixed(1)} s` : `${Math.floor(time / 60)} min ${Math.floor(time % 60)} s`;
}

function showResults(report) {
  heatmap.takeSummary(report);
  along.takeSummary(report);
  multiples.takeSummary(report);
  showBest(report.best);
  overlay.draw();
  offerExports(study.token);
}

function showBest(best) {
  element("best").textContent = best ? bestText(best) : multiples.scores.length > 1 ? INCOMPARABLE : "–";
  element("warning").textContent = best?.warning ?? "";
  if (best && multiples.chosen.length === 0) multiples.choose(best.cell);
}

/** The cell, the score that chose it, and what it is worth on the test set, where that had no part. */
function bestText({ cell, score, chosen, test }) {
  const digits = score === "r2" ? 2 : 1;
  const told = ({ set, mean, interval }) => {
    const bounds = interval?.map((bound) => bound.toFixed(digits)).join(" to ");
    const name = score === "r2" ? set : `${set} accuracy`;
    return `${name} ${scoreText(score, mean)}${bounds ? `, 95 % interval ${bounds}` : ""}`;
  };
  const { name } = study.cells[cell];
  if (chosen.set === "test") return `${name}: ${told(chosen)}`;
  return [`${name}: chosen by its ${told({ ...chosen, interval: null })}`, ...(test ? [told(test)] : [])].join("; ");
}

function offerExports(token) {
  for (const format of ["csv", "json", "html"]) {
    const link = element(`export-${format}`);
    if (token) link.href = `/study/${encodeURIComponent(token)}/study.${format}`;
    else link.removeAttribute("href");
    link.setAttribute("aria-disabled", token === null);
  }
}

function tell(status, announcement = "") {
  element("status").textContent = status;
  if (announcement) element("announcement").textContent = announcement;
}

function showMessage(text) {
  element("message").textContent = text;
  element("message").hidden = text === "";
}

element("config").addEventListener("submit", (event) => {
  event.preventDefault();
  if (connection.isOpen) start();
});
element("cancel").addEventListener("click", () => connection.send({ type: "cancel" }));
element("timeline").addEventListener("input", ({ target }) => {
  const epoch = Math.min(Number(target.value), recording.epoch);
  following = epoch === recording.epoch;
  show(epoch);
});
for (const button of document.querySelectorAll("[data-format]")) {
  const { chart } = button.closest(".saves").dataset;
  button.addEventListener("click", () => saveChart(element(chart), button.dataset.format, `study-${chart}`));
}
for (const button of document.querySelectorAll("[data-table-format]")) {
  button.addEventListener("click", () => {
    saveTable(element("multiples").querySelector("table"), button.dataset.tableFormat, "study");
  });
}
element("learning-curve").addEventListener("click", ({ currentTarget }) => {
  const { base, axes: wanted, repeats } = JSON.parse(currentTarget.dataset.study);
  form.set({ ...base, repeats });
  axes.set(wanted);
});
editLayers(element("config"));
suggestSettings(element("config"), form);
const tables = new Tables(
  (table) => {
    form.set({ table, dataset: "table" });
    axes.refresh();
  },
  (message) => form.showProblem("table", message),
);
tables.recall(form.read().table);
