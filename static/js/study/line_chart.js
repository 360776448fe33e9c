// A study with one axis as lines: a measure of each set over the values, mean ± standard deviation.

import { constants } from "../lib/constants.js";
import { plainText } from "../lib/text.js";
import { axis as axisLayout, CHART_CONFIG, CHART_MARGIN, chartLayout, color } from "../lib/theme.js";
import { SET_NAMES } from "../protocol.js";
import { ResultsChart } from "./results_chart.js";

/** @typedef {import("../protocol.js").SetName} SetName */
/** @typedef {import("../../../types/study_state.d.ts").CellSummary} CellSummary */

/**
 * @typedef {object} Line
 * @property {string} name in the legend
 * @property {string} measure
 * @property {string} color
 * @property {string} dash
 * @property {string} symbol
 */

export class LineChart extends ResultsChart {
  /** @override */
  draw() {
    if (this.study?.axes.length !== 1 || this.cells === null) return;
    const [[axis], cells] = [this.study.axes, this.cells];
    const positions = axis.numbers ?? axis.labels;
    const order = [...positions.keys()];
    const { numbers } = axis;
    if (numbers !== null) order.sort((one, other) => numbers[one] - numbers[other]);
    const lines = this.#lines(cells);
    const traces = lines.map(({ name, measure, color: ink, dash, symbol }) => {
      const statistics = order.map((i) => cells[i].measures[measure]);
      const isThin = symbol.endsWith("-thin"); // a thin symbol consists of its outline only
      return {
        type: "scatter",
        mode: "lines+markers",
        name,
        x: order.map((i) => positions[i]),
        y: statistics.map(({ mean }) => mean),
        error_y: { array: statistics.map(({ std }) => std ?? 0), thickness: 1, width: 3, color: ink },
        line: { width: 1.5, color: ink, dash },
        marker: { size: 6, color: ink, symbol, line: { width: isThin ? 1.5 : 0, color: ink } },
        hovertemplate: "%{y:.3~f}",
      };
    });
    const ticks = numbers === null ? {} : { tickvals: numbers, ticktext: axis.labels };
    const type = axis.is_wide ? "log" : numbers !== null ? "linear" : "category";
    const layout = chartLayout({
      margin: { ...CHART_MARGIN, b: 38 },
      showlegend: true,
      legend: { orientation: "h", y: 1, yanchor: "bottom", x: 0, font: { size: 10 } },
      hovermode: "x unified",
      xaxis: axisLayout({ type, ...ticks, title: { text: plainText(axis.title), standoff: 6 } }),
      yaxis: axisLayout({ rangemode: lines[0]?.measure.endsWith("loss") ? "tozero" : "normal" }),
    });
    Plotly.react(this.element, traces, layout, CHART_CONFIG);
    this.element.dataset.measure = this.select.value;
  }

  /**
   * The selected measure of every set that has it. A measure that belongs to no set gives one line.
   * @param {CellSummary[]} cells
   * @returns {Line[]}
   */
  #lines(cells) {
    const selected = this.select.value;
    const metric = selected.split("_").at(-1) ?? "";
    if (!["score", "loss"].includes(metric)) {
      const name = this.select.selectedOptions[0].text;
      return [{ name, measure: selected, color: color("--ink"), dash: "solid", symbol: "circle" }];
    }
    return SET_NAMES.filter((name) => cells.some(({ measures }) => measures[`${name}_${metric}`].n > 0)).map(
      (name) => ({
        name,
        measure: `${name}_${metric}`,
        color: color(`--curve-${name}`),
        ...constants.lineStyles[name],
      }),
    );
  }
}
