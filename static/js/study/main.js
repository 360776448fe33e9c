// The study page: connects the form, the socket, the small multiples and the charts.

import { ConfigForm } from "../components/config_form.js";
import { hiddenLayersInput } from "../components/hidden_layers_input.js";
import { suggestSettings } from "../components/suggested_settings.js";
import { Tables } from "../components/table/tables.js";
import { Connection } from "../connection.js";
import { constants } from "../lib/constants.js";
import { byId, query, queryAll, setText } from "../lib/dom.js";
import { Animation } from "./animation.js";
import { describeBest } from "./best_cell.js";
import { CellCurves } from "./cell_curves.js";
import { saveChart, saveTable } from "./exports.js";
import { Factors } from "./factors.js";
import { Heatmap } from "./heatmap.js";
import { LineChart } from "./line_chart.js";
import { curveMetrics, heatmapMeasures, scoreTitle, thumbnailSets } from "./measures.js";
import { Multiples } from "./multiples.js";
import { StudyRecorder } from "./recorder.js";
import { announcement, canCancel, canStart, INITIAL_STATE, reduce, statusText } from "./study_state.js";

/** @typedef {import("../protocol.js").StudyFrame} StudyFrame */
/** @typedef {import("../protocol.js").StudyPoints} StudyPoints */
/** @typedef {import("../../../types/study_state.d.ts").BestCell} BestCell */
/** @typedef {import("../../../types/study_state.d.ts").StudyEvent} StudyEvent */
/** @typedef {import("../../../types/study_state.d.ts").StudyReport} StudyReport */
/** @typedef {import("../../../types/study_state.d.ts").StudyStarted} StudyStarted */
/** @typedef {import("../../../types/study_state.d.ts").StudyState} StudyState */
/** @typedef {import("../../../types/study_state.d.ts").StudySummary} StudySummary */

const STUDY_CONTROLS = ["first_field", "first_values", "second_field", "second_values", "repeats"];
const CONNECTION_TEXTS = { connecting: "Connecting", open: "Connected", lost: "Connection lost, trying again" };
const INCOMPARABLE = "Accuracies and R² cannot be compared; see each cell.";

let state = INITIAL_STATE;
let recorder = new StudyRecorder(0, 0, 0);
/** @type {StudyFrame | null} */
let frame = null; // the newest, while it is not acknowledged

const formElement = byId("config", HTMLFormElement);
const timeline = byId("timeline", HTMLInputElement);
const measureSelect = byId("measure", HTMLSelectElement);
const metricSelect = byId("metric", HTMLSelectElement);
const progressBar = byId("progress", HTMLProgressElement);

const form = new ConfigForm(formElement, () => {});
const factors = new Factors(formElement);
const curves = new CellCurves(byId("curves"), metricSelect);
const multiples = new Multiples(byId("multiples"), (cells) => curves.choose(cells));
const heatmap = new Heatmap(byId("heatmap"), measureSelect);
const lineChart = new LineChart(byId("line-chart"), measureSelect);
const animation = new Animation(
  () => state,
  (epoch) => dispatch({ type: "show", epoch }),
  caughtUp,
);
const tables = new Tables(
  (table) => {
    form.set({ table, dataset: "table" });
    factors.refresh();
  },
  (message) => form.showProblem("table", message),
);
const connection = new Connection(
  {
    onState: (now) => dispatch({ type: "connection", connection: now }),
    onReport: handleReport,
    onDocument: handleDocument,
  },
  "/study/ws",
);

/** @param {StudyEvent} event */
function dispatch(event) {
  const previous = state;
  state = reduce(state, event);
  if (state.study !== previous.study && state.study !== null) begin(state.study);
  if (state.shownEpoch !== previous.shownEpoch && state.shownEpoch >= 0) showEpoch(state.shownEpoch);
  if (state.results !== previous.results) showResults(state.results);
  if (state.phase !== previous.phase && state.phase === "finished") {
    multiples.finish();
    curves.draw();
  }
  render(previous);
}

/** Shows what follows from the state alone. @param {StudyState} previous */
function render(previous) {
  setText(byId("connection"), CONNECTION_TEXTS[state.connection]);
  byId("connection").dataset.state = state.connection;
  setText(byId("status"), statusText(state));
  setText(byId("announcement"), announcement(state));
  byId("start", HTMLButtonElement).disabled = !canStart(state);
  byId("cancel", HTMLButtonElement).disabled = !canCancel(state);
  progressBar.value = state.progress ?? 0;
  if (state.exportToken !== previous.exportToken) offerExports(state.exportToken);
}

async function start() {
  form.clearProblems();
  showMessage("");
  await tables.ensure(form.read().table); // without its table the server would refuse every cell
  const { repeats, ...base } = form.read();
  const axes = factors.read();
  for (const name of [...STUDY_CONTROLS, ...axes.map(({ field }) => field)]) delete base[name];
  connection.send({ type: "start", study: { base, axes, repeats } });
}

/** @param {StudyReport} report */
function handleReport(report) {
  dispatch({ type: "report", report, now: performance.now() });
  if (report.type === "finished") animation.request();
  if (report.type === "error") showError(report);
}

/** @param {StudyPoints | StudyFrame} received */
function handleDocument(received) {
  if (received.kind === "points") {
    multiples.setPoints(received);
    return;
  }
  const isFirst = recorder.epoch < 0;
  recorder.add(received);
  if (isFirst) offerMeasures();
  frame = received;
  dispatch({ type: "frame", epoch: received.epoch });
  animation.request();
}

/** All that was received is drawn: the server may send more. */
function caughtUp() {
  const drawn = frame;
  frame = null;
  if (drawn !== null) connection.send({ type: "ack", frame: drawn.number });
  dispatch({ type: "drawn", progress: drawn?.progress ?? null, now: performance.now() });
  if (state.phase !== "finished") curves.drawSoon();
}

/** Empties the page for a new study. @param {StudyStarted} study */
function begin(study) {
  recorder = new StudyRecorder(study.cells.length, study.epochs, constants.studyGridSize ** 2);
  frame = null;
  query(document, ".results").classList.toggle("one-axis", study.axes.length === 1);
  multiples.begin(study, recorder);
  curves.begin(study, recorder);
  heatmap.begin(study);
  lineChart.begin(study);
  timeline.max = String(study.epochs);
  timeline.value = "0";
  timeline.disabled = false;
  for (const button of queryAll(document, ".saves button", HTMLButtonElement)) button.disabled = false;
}

/** @param {number} epoch */
function showEpoch(epoch) {
  timeline.value = String(epoch);
  setText(byId("epoch"), String(epoch));
  multiples.draw(epoch);
}

/** Offers the measures of the sets that are evaluated. */
function offerMeasures() {
  const [{ sets }, { scores }] = [recorder, multiples];
  if (sets.length === 0) return; // no cell has a run
  offerChoices(measureSelect, heatmapMeasures(sets, scores));
  offerChoices(metricSelect, curveMetrics(sets, scores));
  setText(byId("thumbnail-scores"), `${thumbnailSets(sets).join(" / ")} ${scoreTitle(scores)}`);
}

/**
 * Replaces the options of a select element. The selected option stays selected if it is still there.
 * @param {HTMLSelectElement} select
 * @param {import("./measures.js").Choice[]} choices
 */
function offerChoices(select, choices) {
  const selected = select.value;
  select.replaceChildren(...choices.map(([value, title]) => new Option(title, value)));
  if (choices.some(([value]) => value === selected)) select.value = selected;
}

/** @param {StudySummary | null} results */
function showResults(results) {
  showBest(results?.best ?? null);
  if (results === null) return;
  heatmap.setResults(results);
  lineChart.setResults(results);
  multiples.setResults(results);
  curves.draw();
}

/** @param {BestCell | null} best */
function showBest(best) {
  const missing = multiples.scores.length > 1 ? INCOMPARABLE : "–";
  setText(byId("best"), best ? describeBest(state.study?.cells[best.cell].name ?? "", best) : missing);
  setText(byId("warning"), best?.warning ?? "");
  if (best !== null && multiples.chosen.length === 0) multiples.choose(best.cell);
}

/** Links to the exports of a study. @param {string | null} token null removes the links */
function offerExports(token) {
  for (const format of ["csv", "json", "html"]) {
    const link = byId(`export-${format}`, HTMLAnchorElement);
    if (token !== null) link.href = `/study/${encodeURIComponent(token)}/study.${format}`;
    else link.removeAttribute("href");
    link.setAttribute("aria-disabled", String(token === null));
  }
}

/** Shows an error beside the field that it is about. @param {{message: string, field: string | null}} error */
function showError({ message, field }) {
  const control = factors.controlOf(field);
  if (!form.showProblem(control ?? field ?? "", message)) showMessage(message);
  else if (control === null && field !== "repeats") query(formElement, "details", HTMLDetailsElement).open = true;
}

/** @param {string} text empty hides the message */
function showMessage(text) {
  const message = byId("message");
  message.textContent = text;
  message.hidden = text === "";
}

formElement.addEventListener("submit", (event) => {
  event.preventDefault();
  if (canStart(state)) start();
});
byId("cancel").addEventListener("click", () => connection.send({ type: "cancel" }));
timeline.addEventListener("input", () => {
  dispatch({ type: "seek", epoch: Number(timeline.value) });
  timeline.value = String(state.shownEpoch); // epochs that were not received cannot be shown
});
for (const button of queryAll(document, "[data-format]", HTMLButtonElement)) {
  const format = /** @type {import("./exports.js").Format} */ (button.dataset.format);
  const chart = button.closest("[data-chart]")?.getAttribute("data-chart");
  button.addEventListener("click", () => {
    if (chart) saveChart(byId(chart), format, `study-${chart}`);
    else if (multiples.table !== null) saveTable(multiples.table, format, "study");
  });
}
byId("learning-curve").addEventListener("click", () => {
  const { base, axes, repeats } = JSON.parse(byId("learning-curve").dataset.study ?? "");
  form.set({ ...base, repeats });
  factors.set(axes);
});
hiddenLayersInput(formElement);
suggestSettings(formElement, form);
tables.recall(form.read().table);
connection.open(); // last: every handler exists now
