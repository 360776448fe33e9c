// The live page. It creates its parts, carries out what the state of the run asks for, and connects last.

import { ConfigForm } from "../components/config_form.js";
import { hiddenLayersInput } from "../components/hidden_layers_input.js";
import { suggestSettings } from "../components/suggested_settings.js";
import { Tables } from "../components/table/tables.js";
import { Connection } from "../connection.js";
import { byId, setText } from "../lib/dom.js";
import { download } from "../lib/download.js";
import { canTakeTable, changesWait, connectionStatus, isOnline, marks, toggleAction } from "../run_selectors.js";
import { INITIAL_STATE, reduce } from "../run_state.js";
import { Controls } from "./controls.js";
import { Drawing } from "./draw/drawing.js";
import { EvaluationDialog } from "./evaluation.js";
import { PlaneControls } from "./plane_controls.js";
import { RunView } from "./run_view.js";
import { Timeline } from "./timeline.js";

/** @typedef {import("../protocol.js").Dataset} Dataset */
/** @typedef {import("../protocol.js").Frame} Frame */
/** @typedef {import("../protocol.js").Report} Report */
/** @typedef {import("../../../types/run_state.d.ts").RunEvent} RunEvent */
/** @typedef {import("../../../types/run_state.d.ts").Effect} Effect */
/** @typedef {import("../../../types/run_state.d.ts").RequestType} RequestType */

const PREVIEW_DELAY_MS = 150; // so that typing "200" does not prepare runs of 2 and 20 points
const FULL_PLAYBACK_SPEED = 600; // epochs a second, where the speed of the training has no limit

let state = INITIAL_STATE;
let previewTimer = 0;

const configElement = byId("config", HTMLFormElement);
const connectionElement = byId("connection");
const messageElement = byId("message");
const speedElement = byId("speed", HTMLSelectElement);

const connection = new Connection({
  onState: (connected) =>
    dispatch(connected === "open" ? { type: "opened", epochs: runView.lastEpoch + 1 } : { type: "lost" }),
  onReport: (/** @type {Report} */ report) => dispatch({ type: "report", report }),
  onDocument: handleDocument,
});
const form = new ConfigForm(configElement, (name, value) =>
  dispatch({ type: "form_changed", name, value, isMutable: form.isMutable(name) }),
);
const runView = new RunView(frameDrawn, sendView);
const timeline = new Timeline(
  (epoch) => dispatch({ type: "seek", epoch, lastEpoch: runView.lastEpoch }),
  () => Number(speedElement.value.split(":")[1]) || FULL_PLAYBACK_SPEED,
);
const controls = new Controls({
  toggle,
  stepEpoch: () => dispatch({ type: "step", unit: "epoch" }),
  stepBatch: () => dispatch({ type: "step", unit: "batch" }),
  reset: () => dispatch({ type: "reset" }),
});
const evaluation = new EvaluationDialog((set) => dispatch({ type: "evaluate", set }));
const tables = new Tables(
  (table) => form.set({ table, dataset: "table" }),
  (message) => form.showProblem("table", message),
);
const planeControls = new PlaneControls(byId("slice"), (view) => connection.send({ type: "view", ...view }));
const drawing = new Drawing(runView.boundary, byId("boundary"), {
  onTable: trainOnDrawn,
  onNewPlane: () => runView.holdPicture(),
  onClose: () => runView.releasePicture(),
  onProblem: (message) => form.showProblem("table", message),
  minTrainPoints: () => Number(form.value("batch_size")) || 1,
});

hiddenLayersInput(configElement);
suggestSettings(configElement, form);
tables.recall(form.read().table);
runView.network.onEdit = (weights) => dispatch({ type: "weights_edited", weights });
configElement.addEventListener("submit", (event) => {
  event.preventDefault();
  if (isOnline(state)) start();
});
byId("record").addEventListener("click", () => dispatch({ type: "save_record" }));
speedElement.addEventListener("change", sendSpeed);
// A page that the browser keeps for the back button may return to its run.
addEventListener("pagehide", (event) => event.persisted || dispatch({ type: "page_left" }));
render();
connection.open();

/** @param {RunEvent} event */
function dispatch(event) {
  const transition = reduce(state, event);
  state = transition.state;
  render();
  for (const effect of transition.effects) perform(effect);
}

/** Shows the state. */
function render() {
  controls.render(state);
  evaluation.testUsed = state.testUsed;
  byId("changed").hidden = !changesWait(state);
  const status = connectionStatus(state);
  connectionElement.dataset.state = status.state;
  setText(connectionElement, status.text);
}

/** @param {Effect} effect */
function perform(effect) {
  switch (effect.type) {
    case "send":
      return connection.send(effect.command);
    case "leave":
      // Not a beacon: our referrer policy would make Firefox send it with the origin "null", which is refused.
      fetch(`/runs/${effect.run}/leave`, { method: "POST", keepalive: true }).catch(() => {});
      return;
    case "send_view":
      return sendView();
    case "send_speed":
      return sendSpeed();
    case "request":
      return request(effect.request);
    case "schedule_preview":
      clearTimeout(previewTimer);
      previewTimer = setTimeout(() => dispatch({ type: "preview_due" }), PREVIEW_DELAY_MS);
      return;
    case "begin":
      return begin(effect.config);
    case "truncate":
      return runView.truncate(effect.epoch);
    case "mark":
      return runView.mark(marks(state));
    case "data_changed":
      return drawing.setRun(effect.config);
    case "write_form":
      return form.follow(effect.config);
    case "change_form":
      return form.set(effect.values);
    case "show_problem":
      if (effect.field === null || !form.showProblem(effect.field, effect.message)) showMessage(effect.message);
      return;
    case "send_table":
      sendTable();
      return;
    case "stop_playback":
      return timeline.stop();
    case "forget_seek":
      return timeline.forget();
    case "show_evaluation":
      return evaluation.show(effect.evaluation);
    case "download_record":
      return download("mlp-live-record.json", JSON.stringify(effect.record, null, 2), "application/json");
    case "message":
      return showMessage(effect.text);
    case "announce":
      byId("announcement").textContent = effect.text;
      return;
  }
}

/** Asks the server for a run of the form's settings. @param {RequestType} type */
function request(type) {
  clearTimeout(previewTimer);
  form.clearProblems();
  showMessage("");
  connection.send({ type, config: form.read() });
}

/** Shows another run; its dataset and frames follow. @param {import("../protocol.js").RunConfig} config */
function begin(config) {
  runView.begin(config);
  timeline.begin(config.epochs);
  planeControls.begin();
  drawing.setRun(config);
}

async function start() {
  const shortage = await drawing.flush();
  if (shortage === null) dispatch({ type: "start" });
  else showMessage(shortage);
}

/** Starts, pauses or resumes the run, whichever is possible. */
function toggle() {
  const action = toggleAction(state);
  if (action === "start") start();
  else if (action !== null) dispatch({ type: action });
}

/** Uploads a table that the server does not have, if the page has it. */
async function sendTable() {
  await tables.ensure(form.read().table);
  dispatch({ type: "table_uploaded" });
}

/**
 * Points were drawn. A running or paused run goes on with them if it can; otherwise a run of them is prepared.
 * @param {import("./draw/upload.js").DrawnTable} drawn
 */
function trainOnDrawn({ summary, content, choices, replaces }) {
  if (canTakeTable(state, replaces)) {
    tables.remember(summary, content, choices);
    form.put({ table: summary.table });
    dispatch({ type: "table_drawn", table: summary.table });
  } else {
    tables.adopt(summary, content, choices);
  }
}

/** @param {Dataset | Frame} received */
function handleDocument(received) {
  if (received.kind === "dataset") showDataset(received);
  else runView.addFrame(received);
}

/** @param {Dataset} dataset */
function showDataset(dataset) {
  runView.setDataset(dataset);
  // A regression trains on the squared error, whatever the loss of the form, which is for classes.
  const loss = dataset.isRegression ? "squared_error" : form.value("loss");
  byId("loss-name").textContent = `mean ${form.label("loss", loss)}`;
  drawing.setDataset(dataset);
  planeControls.setDataset(dataset);
}

/** @param {Frame} frame */
function frameDrawn({ number, epoch }) {
  connection.send({ type: "ack", frame: number });
  timeline.drawn(epoch, runView.lastEpoch);
}

function sendView() {
  connection.send({ type: "view", ...runView.view });
}

function sendSpeed() {
  const [unit, value] = speedElement.value.split(":");
  connection.send({ type: "speed", [unit]: value === "" ? null : Number(value) });
}

/** @param {string} text */
function showMessage(text) {
  messageElement.textContent = text;
  messageElement.hidden = text === "";
}
