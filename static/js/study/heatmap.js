// One measure over the axes: the mean over the repeats as color, mean ± standard deviation as text.

import { formatFixed, plainText } from "../lib/text.js";
import { axis as axisLayout, CHART_CONFIG, chartLayout } from "../lib/theme.js";
import { isScore, measureDigits } from "./measures.js";
import { ResultsChart } from "./results_chart.js";

/** @typedef {import("../../../types/study_state.d.ts").CellSummary} CellSummary */

const LOWER_IS_BETTER = ["test_loss", "validation_loss", "train_loss", "epochs_to_90", "gap"];
const LETTER_WIDTH = 6; // pixels of a letter in a row's label, about
const MAX_LABEL_LETTERS = 16;
const MAX_COLUMNS_WITH_TEXT = 12; // in more columns the texts would overlap

export class Heatmap extends ResultsChart {
  /** @override */
  draw() {
    if (this.study === null || this.cells === null) return;
    const [{ axes }, cells, measure] = [this.study, this.cells, this.select.value];
    const columns = axes[axes.length - 1];
    const rows = axes.length === 2 ? axes[0] : { title: "", labels: [""] };
    const width = columns.labels.length;
    /** @template T @param {T[]} list */
    const inRows = (list) => rows.labels.map((_, row) => list.slice(row * width, (row + 1) * width));
    const texts = cells.map((cell) => cellText(cell, measure));
    const trace = {
      type: "heatmap",
      x: columns.labels,
      y: rows.labels,
      z: inRows(colorValues(cells, measure)),
      // A single row is too low for two lines of text; the line chart below shows the deviations.
      text: inRows(axes.length === 2 ? texts : texts.map((text) => text.split("<br>")[0])),
      hovertext: inRows(texts),
      texttemplate: width <= MAX_COLUMNS_WITH_TEXT ? "%{text}" : "",
      textfont: { size: 10 },
      hovertemplate: `${columns.title} %{x}<br>${rows.title} %{y}<br>%{hovertext}<extra></extra>`,
      colorscale: "Cividis",
      reversescale: LOWER_IS_BETTER.includes(measure),
      showscale: false,
      xgap: 1,
      ygap: 1,
    };
    const longest = Math.max(...rows.labels.map(({ length }) => Math.min(length, MAX_LABEL_LETTERS)));
    const layout = chartLayout({
      margin: { l: Math.max(48, 24 + LETTER_WIDTH * longest), r: 4, t: 8, b: 38 },
      xaxis: axisLayout({
        type: "category",
        showgrid: false,
        title: { text: plainText(columns.title), standoff: 6 },
      }),
      yaxis: axisLayout({
        type: "category",
        showgrid: false,
        autorange: "reversed",
        ticks: axes.length === 2 ? "outside" : "",
        title: { text: plainText(rows.title), standoff: 4 },
      }),
    });
    Plotly.react(this.element, [trace], layout, CHART_CONFIG);
    this.element.dataset.measure = measure;
  }
}

/**
 * The numbers that give the cells their colors. If some cells have accuracies and others R², R² counts as a percentage.
 * @param {CellSummary[]} cells
 * @param {string} measure
 */
function colorValues(cells, measure) {
  const isMixed = new Set(cells.map(({ score }) => score).filter(Boolean)).size > 1;
  return cells.map(({ score, measures }) => {
    const { mean } = measures[measure];
    return mean !== null && isMixed && isScore(measure) && score === "r2" ? 100 * mean : mean;
  });
}

/**
 * The mean, and below it the standard deviation; or why there is no mean.
 * @param {CellSummary} cell
 * @param {string} measure
 */
function cellText({ diverged, refused, score, measures }, measure) {
  const { mean, std } = measures[measure];
  const digits = measureDigits(measure, score);
  if (mean !== null) {
    const text = formatFixed(mean, digits);
    return std === null ? text : `${text}<br>± ${formatFixed(std, digits)}`;
  }
  if (refused > 0) return "refused";
  return diverged.length > 0 ? "diverged" : "–";
}
