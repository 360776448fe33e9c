// The learning curves of the chosen cells in one chart.

import { constants } from "../lib/constants.js";
import { plainText } from "../lib/text.js";
import { axis, CHART_CONFIG, CHART_MARGIN, chartLayout, color, onThemeChange } from "../lib/theme.js";
import { thinned } from "../lib/thinned.js";

/** @typedef {import("../../../types/study_state.d.ts").StudyStarted} StudyStarted */
/** @typedef {import("./recorder.js").StudyRecorder} StudyRecorder */

const PERIOD_MS = 250; // Plotly takes some 20 ms to draw the curves; the thumbnails come first
const MAX_POINTS = 1000; // of a curve
const COLORS = 8; // --series-0 to --series-7 of the style sheet

export class CellCurves {
  #element;
  #select;
  /** @type {StudyStarted | null} */
  #study = null;
  /** @type {StudyRecorder | null} */
  #recorder = null;
  /** @type {number[]} */
  #cells = [];
  #timer = 0;

  /** @param {HTMLElement} element @param {HTMLSelectElement} select of the metric */
  constructor(element, select) {
    this.#element = element;
    this.#select = select;
    select.addEventListener("change", () => this.draw());
    onThemeChange(() => this.draw());
  }

  /**
   * Empties the chart for a new study.
   * @param {StudyStarted} study
   * @param {StudyRecorder} recorder
   */
  begin(study, recorder) {
    this.#study = study;
    this.#recorder = recorder;
    this.#cells = [];
    Plotly.purge(this.#element); // the size of the element may have changed
    this.draw();
  }

  /** @param {number[]} cells to draw */
  choose(cells) {
    this.#cells = cells;
    this.draw();
  }

  /** Draws the curves before long, if there are any. */
  drawSoon() {
    if (this.#timer !== 0 || this.#cells.length === 0) return;
    this.#timer = setTimeout(() => {
      this.#timer = 0;
      this.draw();
    }, PERIOD_MS);
  }

  /** Draws the curves up to the newest epoch. */
  draw() {
    if (this.#study === null || this.#recorder === null) return;
    const [study, recorder, metric] = [this.#study, this.#recorder, this.#select.value];
    const traces = this.#cells.map((cell, i) => ({
      type: "scatter",
      mode: "lines",
      ...thinned(recorder.values(metric, cell), MAX_POINTS, constants.largestDrawn),
      name: plainText(study.cells[cell].labels.join(" · ")),
      line: { width: 1.5, color: color(`--series-${i % COLORS}`) },
      hovertemplate: "%{y:.3f}",
    }));
    const range = { rangemode: metric.endsWith("loss") ? "tozero" : "normal" };
    const layout = chartLayout({
      margin: CHART_MARGIN,
      showlegend: traces.length > 0,
      legend: { orientation: "h", y: 1, yanchor: "bottom", x: 0, font: { size: 10 } },
      hovermode: "x unified",
      xaxis: axis({ range: [0, study.epochs], title: { text: "epoch", standoff: 6 } }),
      yaxis: axis(traces.length > 0 ? range : { range: [0, 1] }),
    });
    Plotly.react(this.#element, traces, layout, CHART_CONFIG);
  }
}
