// The live lab: joins the form, the socket, the controls and the screen.

import { Connection } from "./connection.js";
import { Controls } from "./controls.js";
import { ConfigForm } from "./form.js";
import { editLayers } from "./layers.js";
import { Screen } from "./screen.js";
import { acceptTables } from "./upload.js";

const PREVIEW_DELAY_MS = 150; // so that typing "200" does not prepare runs of 2 and 20 points

const element = (id) => document.getElementById(id);

const screen = new Screen((frame) => connection.send({ type: "ack", frame }));
const form = new ConfigForm(element("config"), configChanged);
const controls = new Controls({
  start,
  pause: () => connection.send({ type: "pause" }),
  resume: () => connection.send({ type: "resume" }),
  stepEpoch: () => step("epoch"),
  stepBatch: () => step("batch"),
  reset: () => prepare(),
});
const connection = new Connection({ onState: connectionChanged, onReport: obey, onDocument: take });

const CONNECTION_TEXTS = { connecting: "Connecting", open: "Connected", lost: "Connection lost, trying again" };

function connectionChanged(state) {
  element("connection").dataset.state = state;
  element("connection").textContent = CONNECTION_TEXTS[state];
  if (state === "open") {
    sendSpeed();
    prepare();
  } else {
    controls.state = "offline";
  }
}

/** A run at epoch 0 of what the form says: data and the untrained network are seen before Start. */
function prepare() {
  ask("reset");
}

function start() {
  ask("start");
}

let preview = 0;

function ask(type) {
  clearTimeout(preview);
  form.clearProblems();
  showMessage("");
  element("changed").hidden = true;
  connection.send({ type, config: form.read() });
}

function step(unit) {
  if (controls.state === "ready") controls.state = "paused";
  connection.send({ type: "step", unit, count: 1 });
}

function configChanged() {
  clearTimeout(preview);
  if (controls.state === "running" || controls.state === "paused") {
    element("changed").hidden = false;
  } else {
    preview = setTimeout(prepare, PREVIEW_DELAY_MS);
  }
}

function sendSpeed() {
  const value = element("speed").value;
  connection.send({ type: "speed", epochs_per_second: value === "" ? null : Number(value) });
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
      screen.clear(report.config.epochs);
      element("loss-name").textContent = `mean ${form.label("loss", report.config.loss)}`;
      announce(report.type === "ready" ? "Ready at epoch 0" : "Training");
      break;
    case "resumed":
      controls.state = "running";
      announce("Training");
      break;
    case "paused":
      controls.state = "paused";
      announce(`Paused at epoch ${report.epoch}`);
      break;
    case "finished":
      controls.state = "over";
      announce(`Finished after ${report.epoch} epochs`);
      break;
    case "diverged":
      controls.state = "over";
      showMessage(`Diverged at epoch ${report.epoch}: ${report.reason} The epochs before it are shown.`);
      break;
    case "error":
      if (report.field === null || !form.showProblem(report.field, report.message)) {
        showMessage(report.message);
      }
      break;
  }
}

function take(document) {
  if (document.metadata.kind === "dataset") screen.takeDataset(document);
  else screen.takeFrame(document);
}

element("config").addEventListener("submit", (event) => {
  event.preventDefault();
  if (controls.state !== "offline") start();
});
editLayers(element("config"));
element("speed").addEventListener("change", sendSpeed);
acceptTables({
  input: element("file"),
  zone: element("drop"),
  onTable: ({ table, rows, features, label, classes }) => {
    element("table-summary").textContent =
      `${rows} rows · ${features.join(", ")} → ${label} (${classes.join(", ")})`;
    form.set({ table, dataset: "table" });
  },
  onProblem: (message) => form.showProblem("table", message),
});
