// The live lab: joins the form, the socket, the controls and the screen.

import { Connection } from "./connection.js";
import { Controls } from "./controls.js";
import { Drawing } from "./draw/drawing.js";
import { Evaluation } from "./evaluation.js";
import { ConfigForm } from "./form.js";
import { suggestSettings } from "./gallery.js";
import { editLayers } from "./layers.js";
import { RunRecord } from "./record.js";
import { Screen } from "./screen.js";
import { Slice } from "./table/slice.js";
import { Tables } from "./table/tables.js";
import { Timeline } from "./timeline.js";

const PREVIEW_DELAY_MS = 150; // so that typing "200" does not prepare runs of 2 and 20 points

const FULL_PLAYBACK_SPEED = 600; // epochs a second, where the training knows no limit

const element = (id) => document.getElementById(id);

const screen = new Screen(drawn);
const record = new RunRecord();
const timeline = new Timeline(
  seek,
  () => Number(element("speed").value.split(":")[1]) || FULL_PLAYBACK_SPEED,
);
const evaluation = new Evaluation((set) => connection.send({ type: "evaluate", set }));
const form = new ConfigForm(element("config"), configChanged);
const controls = new Controls({
  start,
  pause: () => connection.send({ type: "pause" }),
  resume,
  stepEpoch: () => step("epoch"),
  stepBatch: () => step("batch"),
  reset,
});
const connection = new Connection({ onState: connectionChanged, onReport: obey, onDocument: take });

const CONNECTION_TEXTS = { connecting: "Connecting", open: "Connected", lost: "Connection lost, trying again" };

let held = null; // what the server knows the run of this page by: {run, branch}
let missed = null; // while the connection is lost: the run's state, and changes to be told afterwards

function connectionChanged(state) {
  element("connection").dataset.state = state;
  element("connection").textContent = CONNECTION_TEXTS[state];
  if (state !== "open") {
    missed ??= { state: controls.state, changes: {} };
    controls.state = "offline";
    return;
  }
  sendView();
  if (held) {
    connection.send({ type: "attach", ...held, epochs: screen.lastEpoch + 1 });
  } else {
    prepareFirst();
  }
}

function prepareFirst() {
  missed = held = null;
  controls.state = "empty";
  sendSpeed();
  prepare();
}

/** The connection is back, and so is the run; what has come about since follows. */
function goOn({ run, branch, since, playing, begun, config, record: known }) {
  const { changes } = missed;
  missed = asked = stepNext = null;
  controls.state = playing ? "running" : begun ? "paused" : "ready";
  if (since === 0) begin(run, branch, known.config);
  else screen.goOnFrom(since - 1);
  record.changes = known.changes;
  record.testUsed = evaluation.testUsed = known.test_used;
  screen.mark(record.marks());
  timeline.forget();
  sendSpeed();
  runIsOf(config);
  if (begun) form.follow(config);
  else if (stale) prepare();
  form.set(changes);
}

/** A run that was not on the screen before. */
function begin(run, branch, config) {
  held = { run, branch };
  asked = null;
  stale = changedSinceAsked;
  element("changed").hidden = !stale;
  screen.clear(config.epochs);
  screen.network.begin(config);
  timeline.begin(config.epochs);
  record.begin(config);
  evaluation.testUsed = record.testUsed;
  slice.begin();
  runIsOf(config);
  element("record").disabled = false;
}

let trainedOn = ""; // the table that the run is of, if it is of one

function runIsOf(config) {
  trainedOn = config.dataset === "table" ? config.table : "";
  drawing.runIs(config);
}

/** A run at epoch 0 of what the form says: data and the untrained network are seen before Start. */
function prepare() {
  ask("reset");
}

async function start() {
  const shortage = await drawing.flush();
  if (shortage !== null) showMessage(shortage);
  else if (asked !== "start") ask("start");
}

function reset() {
  if (controls.state === "running") connection.send({ type: "pause" });
  prepare();
}

let preview = 0; // a timer: the form has changed and a run of it is about to be prepared
let asked = null; // "start" or "reset" while the server has not answered it
let stepNext = null; // what to step by once the run that was asked for is ready

function ask(type) {
  clearTimeout(preview);
  preview = 0;
  asked = type;
  changedSinceAsked = false;
  form.clearProblems();
  showMessage("");
  connection.send({ type, config: form.read() });
}

/** A run that is over can go on from an epoch before its end. */
function seek(epoch) {
  connection.send({ type: "seek", epoch });
  if (controls.state === "over" && epoch < screen.lastEpoch) controls.state = "paused";
}

function resume() {
  timeline.stop();
  connection.send({ type: "resume" });
}

function step(unit) {
  timeline.stop();
  if (stale && controls.state === "ready") {
    stepNext = unit;
    prepare();
    return;
  }
  if (controls.state === "ready") controls.state = "paused";
  connection.send({ type: "step", unit, count: 1 });
}

let changedSinceAsked = false; // whether the form, in what a run cannot take along, was changed then
let stale = false; // whether the form says something else than the run that is shown

function configChanged(name, value) {
  clearTimeout(preview);
  stale = true;
  const state = missed?.state ?? controls.state;
  const underWay = asked === "start" || state === "running" || state === "paused";
  if (underWay && form.isRetunable(name) && missed) {
    missed.changes[name] = value;
  } else if (underWay && form.isRetunable(name)) {
    connection.send({ type: "retune", config: { [name]: value } });
  } else if (underWay) {
    changedSinceAsked = asked !== null;
    element("changed").hidden = false;
  } else {
    preview = setTimeout(prepare, PREVIEW_DELAY_MS);
  }
}

function sendSpeed() {
  const [unit, value] = element("speed").value.split(":");
  connection.send({ type: "speed", [unit]: value === "" ? null : Number(value) });
}

function sendView() {
  connection.send({ type: "view", ...screen.view });
}

function showMessage(text) {
  element("message").textContent = text;
  element("message").hidden = text === "";
}

function announce(text) {
  element("announcement").textContent = text;
}

/** What a report of the server means for the page. */
function obey(report) {
  switch (report.type) {
    case "ready":
    case "started":
      controls.state = report.type === "ready" ? "ready" : "running";
      tables.arrived(report.config.table);
      begin(report.run, report.branch, report.config);
      announce(report.type === "ready" ? "Ready at epoch 0" : "Training");
      if (stepNext !== null) step(stepNext);
      stepNext = null;
      break;
    case "attached":
      goOn(report);
      break;
    case "resumed":
      controls.state = "running";
      held.branch = report.branch;
      record.changes = report.changes;
      form.follow(report.config);
      trainedOn = report.config.table ?? "";
      screen.goOnFrom(report.epoch);
      screen.mark(record.marks());
      announce("Training");
      break;
    case "retuned":
      record.add(report.change);
      trainedOn = report.change.config.table ?? trainedOn;
      screen.mark(record.marks());
      announce("Changed");
      break;
    case "paused":
      controls.state = "paused";
      announce(`Paused at epoch ${report.epoch}`);
      break;
    case "finished":
      controls.state = "over";
      announce(endText(report));
      if (report.stopped_early) {
        const best = { at: report.shown_epoch, text: `epoch ${report.shown_epoch} is shown` };
        screen.mark([...record.marks(), best]);
      }
      break;
    case "evaluated":
      record.testUsed = evaluation.testUsed = report.test_used;
      evaluation.show(report.evaluation);
      break;
    case "diverged":
      controls.state = "over";
      showMessage(`Diverged at epoch ${report.epoch}: ${report.reason} The epochs before it are shown.`);
      break;
    case "error":
      if (report.field === "table" && asked !== null) sendTableAgain(asked);
      asked = stepNext = null;
      if (report.code === "gone") {
        prepareFirst();
        showMessage("The connection was lost for too long, and the run with it; a new one is ready.");
      } else if (report.field === null || !form.showProblem(report.field, report.message)) {
        showMessage(report.message);
      }
      break;
  }
}

function endText({ epoch, stopped_early, shown_epoch }) {
  if (!stopped_early) return `Finished after ${epoch} epochs`;
  return `Stopped early after ${epoch} epochs; the network of epoch ${shown_epoch} is shown`;
}

/** The server does not have the table: if the page has, it is sent, and the run asked for again. */
async function sendTableAgain(type) {
  if (await tables.sendAgain(form.read().table)) ask(type);
}

/** A frame is on the screen. */
function drawn({ frame, epoch }) {
  connection.send({ type: "ack", frame });
  timeline.drawn(epoch, screen.lastEpoch);
}

function take(document) {
  if (document.metadata.kind !== "dataset") {
    screen.takeFrame(document);
    return;
  }
  screen.takeDataset(document);
  // A regression has the squared error, whatever the loss for classes.
  const loss = document.metadata.task === "regression" ? "squared_error" : form.value("loss");
  element("loss-name").textContent = `mean ${form.label("loss", loss)}`;
  drawing.setDataset(document);
  slice.setDataset(document);
}

element("config").addEventListener("submit", (event) => {
  event.preventDefault();
  if (controls.state !== "offline") start();
});
editLayers(element("config"));
suggestSettings(element("config"), form);
screen.network.onEdit = (weights) => connection.send({ type: "retune", config: {}, weights });
element("record").addEventListener("click", () => record.save());
element("speed").addEventListener("change", sendSpeed);
screen.onView = sendView;
const tables = new Tables(
  (table) => form.set({ table, dataset: "table" }),
  (message) => form.showProblem("table", message),
);
tables.recall(form.read().table);
const slice = new Slice(element("slice"), (view) => connection.send({ type: "view", ...view }));
const drawing = new Drawing(screen.boundary, element("boundary"), {
  onTable: trainOnDrawn,
  onAnew: () => screen.holdPicture(),
  onClose: () => screen.releasePicture(),
  onProblem: (message) => form.showProblem("table", message),
  needed: () => Number(form.value("batch_size")) || 1,
});

/** Points were drawn: a run that goes on takes them along, another is prepared. */
function trainOnDrawn({ summary, content, choices, follows }) {
  const underWay = controls.state === "running" || controls.state === "paused";
  if (underWay && follows !== "" && follows === trainedOn) {
    tables.remember(summary, content, choices);
    form.put({ table: summary.table });
    connection.send({ type: "retune", config: { table: summary.table } });
  } else {
    tables.adopt(summary, content, choices);
  }
}
