// A learning curve: one metric on the training and the test set, epoch by epoch.

import { thinned } from "./history.js";
import { CHART_CONFIG, axis, chartLayout, colour, onThemeChange, plainText } from "./palette.js";

const MARGIN = { l: 44, r: 12, t: 8, b: 34 };
const MOST_POINTS = 2000; // more than a curve has pixels

// Only the lines are drawn anew: a full redraw of a chart takes Plotly ten times as long.
const LINES_ONLY = {
  mode: "immediate",
  transition: { duration: 0 },
  frame: { duration: 0, redraw: false },
};

/** What is shown of the values between `low` and `high`: from zero, with room above. */
export const lossRange = (low, high) => [0, 1.05 * high];

/** Whole tens of percent up to all of them. */
export const accuracyRange = (low) => [Math.min(10 * Math.floor(low / 10), 90), 100.5];

export class Curve {
  #element;
  #metric;
  #rangeOf;
  #history = null;
  #epochs = 1;
  #range = null;
  #cursor = document.createElement("div");

  /**
   * @param {"loss"|"accuracy"} metric
   * @param {(low: number, high: number) => [number, number]} rangeOf the range of the vertical
   *   axis for values so far between `low` and `high`
   */
  constructor(element, metric, rangeOf) {
    this.#element = element;
    this.#metric = metric;
    this.#rangeOf = rangeOf;
    this.#cursor.className = "cursor";
    onThemeChange(() => this.#history && this.begin(this.#history, this.#epochs));
  }

  /** A chart for a run of so many epochs, showing whatever `history` has already. */
  begin(history, epochs) {
    this.#history = history;
    this.#epochs = epochs;
    const lines = this.#lines();
    this.#range = this.#rangeFor(lines);
    const layout = chartLayout({
      margin: MARGIN,
      hovermode: "x unified",
      xaxis: axis({ range: [0, epochs], title: { text: "epoch", standoff: 6 } }),
      yaxis: axis({ range: this.#range ?? [0, 1] }),
    });
    Plotly.react(this.#element, this.#traces(lines), layout, CHART_CONFIG);
    this.#cursor.hidden = true;
    this.#element.append(this.#cursor);
    this.#element.dataset.epoch = history.length - 1;
  }

  /** Draws what has come since. */
  draw() {
    if (this.#history.length === 0) return;
    const lines = this.#lines();
    const range = this.#rangeFor(lines);
    if (this.#range === null || range[0] < this.#range[0] || range[1] > this.#range[1]) {
      this.#range = range;
      Plotly.relayout(this.#element, { "yaxis.range": range });
    }
    Plotly.animate(this.#element, { data: lines, traces: [0, 1, 2] }, LINES_ONLY);
    this.#element.dataset.epoch = this.#history.length - 1;
  }

  /** A line at an epoch that is looked at; none at the newest, which the curves end with. */
  point(epoch) {
    const past = epoch < this.#history.length - 1;
    if (past) this.#cursor.style.left = `${this.#pixel(epoch)}px`;
    this.#cursor.hidden = !past;
  }

  /** Labelled lines where the run was changed. */
  mark(changes) {
    const ink = colour("--ink-soft");
    const line = ({ at }) => ({
      type: "line",
      x0: at,
      x1: at,
      yref: "paper",
      y0: 0,
      y1: 1,
      line: { width: 1, color: ink },
    });
    const label = ({ at, text }, i) => ({
      x: at,
      yref: "paper",
      y: 1 - 0.12 * (i % 4), // so that neighbours do not hide one another
      yanchor: "top",
      xanchor: "left",
      text: plainText(text),
      showarrow: false,
      font: { size: 10, color: ink },
    });
    Plotly.relayout(this.#element, { shapes: changes.map(line), annotations: changes.map(label) });
  }

  #pixel(epoch) {
    const [from, to] = this.#element.layout.xaxis.range;
    const width = this.#element.clientWidth - MARGIN.l - MARGIN.r;
    return MARGIN.l + (width * (epoch - from)) / (to - from);
  }

  #lines() {
    return ["train", "validation", "test"].map((part) => {
      const name = `${part}_${this.#metric}`;
      return this.#history.has(name) ? thinned(this.#history.values(name), MOST_POINTS) : { x: [], y: [] };
    });
  }

  /** The range for these lines; null while they show nothing. */
  #rangeFor(lines) {
    let [low, high] = [Infinity, -Infinity];
    for (const { y } of lines) {
      for (const value of y) {
        if (value === null) continue;
        low = Math.min(low, value);
        high = Math.max(high, value);
      }
    }
    return low <= high ? this.#rangeOf(low, high) : null;
  }

  #traces(lines) {
    const trace = (part, line, dash, ink) => ({
      type: "scatter",
      mode: "lines",
      ...line,
      name: part,
      line: { width: 1.75, dash, color: ink, simplify: false },
      hovertemplate: "%{y:.3f}",
    });
    return [
      trace("train", lines[0], "solid", colour("--curve-train")),
      trace("validation", lines[1], "dash", colour("--curve-validation")),
      trace("test", lines[2], "dot", colour("--curve-test")),
    ];
  }
}
