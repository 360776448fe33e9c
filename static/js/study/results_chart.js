// What the charts of a study's results have in common: when they are drawn.

import { onThemeChange } from "../lib/theme.js";

/** @typedef {import("../../../types/study_state.d.ts").CellSummary} CellSummary */
/** @typedef {import("../../../types/study_state.d.ts").StudyStarted} StudyStarted */
/** @typedef {import("../../../types/study_state.d.ts").StudySummary} StudySummary */

/** A chart of one measure of all cells. A subclass draws it. */
export class ResultsChart {
  element;
  select;
  /** @type {StudyStarted | null} */
  study = null;
  /** @type {CellSummary[] | null} */
  cells = null;

  /** @param {HTMLElement} element @param {HTMLSelectElement} select of the measure */
  constructor(element, select) {
    this.element = element;
    this.select = select;
    select.addEventListener("change", () => this.draw());
    onThemeChange(() => this.draw());
  }

  /** Empties the chart for a new study. @param {StudyStarted} study */
  begin(study) {
    this.study = study;
    this.cells = null;
    Plotly.purge(this.element);
  }

  /** @param {StudySummary} summary */
  setResults({ cells }) {
    this.cells = cells;
    this.draw();
  }

  draw() {}
}
