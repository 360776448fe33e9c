// A learning curve: one metric of every set, by epoch, on a canvas between Plotly's axes.

import { CanvasLayer } from "../components/canvas_layer.js";
import { PlotAxes, placeElement } from "../components/plot_axes.js";
import { constants } from "../lib/constants.js";
import { create } from "../lib/dom.js";
import { formatFixed, plainText } from "../lib/text.js";
import { axis, CHART_MARGIN, color, onThemeChange } from "../lib/theme.js";
import { thinned } from "../lib/thinned.js";
import { SET_NAMES } from "../protocol.js";

/** @typedef {import("./metrics_history.js").MetricsHistory} MetricsHistory */
/** @typedef {import("../lib/thinned.js").Line} Line */
/** @typedef {import("../run_selectors.js").Mark} Mark */
/** @typedef {(low: number, high: number) => [low: number, high: number]} RangeOf the vertical axis for these values */

/** The strokes and gaps of Plotly's dashes, in pixels. */
const DASHES = { solid: [], dash: [6, 4], dot: [2, 3] };

const MARGIN = { ...CHART_MARGIN, r: 12 };
const POINTS_PER_PIXEL = 2; // the lowest and the highest value of the epochs on a pixel
const LINE_WIDTH = 1.75;
const NO_VALUES = new Float64Array(0);
const LABEL_ROWS = 4; // labels of neighboring marks are at different heights

/** From zero, with some room above. @type {RangeOf} */
export const lossRange = (_low, high) => [0, 1.05 * high];

/** Of an accuracy in percent: from a multiple of ten to 100. @type {RangeOf} */
export const accuracyRange = (low) => [Math.min(10 * Math.floor(low / 10), 90), 100.5];

/** Of R²: from a tenth to 1, but not below -1. @type {RangeOf} */
export const r2Range = (low) => [Math.max(Math.min(Math.floor(10 * low) / 10, 0), -1), 1.02];

export class Curve {
  #element;
  #metric;
  /** @type {RangeOf} */
  #rangeOf = lossRange;
  /** @type {MetricsHistory | null} */
  #history = null;
  #epochs = 1;
  /** @type {[low: number, high: number] | null} of the vertical axis; null while there is nothing to show */
  #range = null;
  /** @type {Mark[]} */
  #marks = [];
  /** @type {number | null} the past epoch that is shown */
  #shown = null;
  /** @type {number | null} the epoch under the pointer */
  #hovered = null;
  #axes;
  #window = create("div", { className: "window" }); // the area between the axes
  #layer = new CanvasLayer(this.#window, "lines");
  #cursor = create("div", { className: "cursor", hidden: true });
  #reading = create("p", { className: "reading", hidden: true });
  /** @type {string[]} the color of each set's curve */
  #colors = [];

  /** @param {HTMLElement} element @param {"loss" | "score"} metric */
  constructor(element, metric) {
    this.#element = element;
    this.#metric = metric;
    const axes = create("div", { className: "axes" });
    this.#window.append(this.#cursor);
    element.append(axes, this.#window, this.#reading);
    this.#axes = new PlotAxes(axes, {}, () => this.#drawLines());
    this.#readColors();
    element.addEventListener("pointermove", ({ clientX }) => this.#hover(clientX));
    element.addEventListener("pointerleave", () => this.#hover(null));
    onThemeChange(() => {
      this.#readColors();
      this.#drawAxes();
    });
  }

  /**
   * Begins the chart of a run.
   * @param {MetricsHistory} history of the run; the chart shows what it has already
   * @param {number} epochs of the whole run
   * @param {RangeOf} rangeOf
   */
  begin(history, epochs, rangeOf) {
    this.#history = history;
    this.#epochs = epochs;
    this.#rangeOf = rangeOf;
    this.#range = this.#rangeFor(this.#lines());
    this.#drawAxes();
  }

  /** Removes the marks and the cursor. */
  clear() {
    this.#marks = [];
    this.#shown = null;
    this.#hovered = null;
  }

  /** Draws the epochs that were added to the history. */
  draw() {
    if (this.#history === null || this.#history.length === 0) return;
    const range = this.#rangeFor(this.#lines());
    if (range !== null && (this.#range === null || range[0] < this.#range[0] || range[1] > this.#range[1])) {
      this.#range = range;
      this.#axes.update({ "yaxis.range": range }); // this draws the lines too
    } else {
      this.#drawLines();
    }
  }

  /** Shows a line at the past epoch that is shown; null removes it. @param {number | null} epoch */
  point(epoch) {
    if (epoch === this.#shown) return;
    this.#shown = epoch;
    this.#placeCursor();
  }

  /** Shows labeled lines at epochs, in place of those before. @param {Mark[]} marks */
  mark(marks) {
    this.#marks = marks;
    this.#drawAxes();
  }

  #readColors() {
    this.#colors = SET_NAMES.map((set) => color(`--curve-${set}`));
  }

  #drawAxes() {
    if (this.#history === null) return;
    const ink = color("--ink-soft");
    const lines = this.#marks.map(({ at }) => ({
      type: "line",
      x0: at,
      x1: at,
      yref: "paper",
      y0: 0,
      y1: 1,
      line: { width: 1, color: ink },
    }));
    const labels = this.#marks.map(({ at, text }, i) => ({
      x: at,
      yref: "paper",
      y: 1 - 0.12 * (i % LABEL_ROWS),
      yanchor: "top",
      xanchor: at > this.#epochs / 2 ? "right" : "left", // within the chart
      text: plainText(text),
      showarrow: false,
      font: { size: 10, color: ink },
    }));
    this.#axes.draw({
      margin: MARGIN,
      xaxis: axis({ range: [0, this.#epochs], title: { text: "epoch", standoff: 6 } }),
      yaxis: axis({ range: this.#range ?? [0, 1] }),
      shapes: lines,
      annotations: labels,
    });
  }

  #drawLines() {
    if (this.#history === null) return;
    const { area, scale } = this.#axes;
    placeElement(this.#window, area);
    this.#layer.clear(area);
    this.#layer.useCssPixels();
    const { context, canvas } = this.#layer;
    context.lineWidth = LINE_WIDTH;
    context.lineJoin = "round";
    const lines = this.#lines();
    lines.forEach(({ x, y }, i) => {
      context.strokeStyle = this.#colors[i];
      context.setLineDash(DASHES[constants.lineStyles[SET_NAMES[i]].dash]);
      context.beginPath();
      let isAfterGap = true;
      for (let j = 0; j < x.length; j++) {
        const value = y[j];
        if (value !== null && isAfterGap) context.moveTo(scale.x(x[j]), scale.y(value));
        else if (value !== null) context.lineTo(scale.x(x[j]), scale.y(value));
        isAfterGap = value === null;
      }
      context.stroke();
    });
    canvas.dataset.points = String(lines[0].x.length);
    this.#element.dataset.epoch = String(this.#history.length - 1);
    this.#placeCursor();
    this.#read();
  }

  #placeCursor() {
    const epoch = this.#hovered ?? this.#shown;
    this.#cursor.hidden = epoch === null;
    if (epoch !== null) this.#cursor.style.transform = `translateX(${this.#axes.scale.x(epoch)}px)`;
  }

  /** @param {number | null} clientX of the pointer */
  #hover(clientX) {
    if (this.#history === null) return;
    this.#hovered = clientX === null ? null : this.#epochAt(clientX, this.#history.length);
    this.#placeCursor();
    this.#read();
  }

  /** The epoch at a position on the page; null outside the curve. @param {number} clientX @param {number} length */
  #epochAt(clientX, length) {
    const x = clientX - this.#window.getBoundingClientRect().left;
    const epoch = Math.round(this.#axes.scale.xAt(x));
    return x >= 0 && x <= this.#axes.area.width && epoch >= 0 && epoch < length ? epoch : null;
  }

  /** Writes the values at the epoch under the pointer. */
  #read() {
    const [history, epoch] = [this.#history, this.#hovered];
    this.#reading.hidden = history === null || epoch === null || epoch >= history.length;
    if (history === null || epoch === null || epoch >= history.length) return;
    const values = history.sets.map((set) => `${set} ${formatFixed(history.at(`${set}_${this.#metric}`, epoch), 3)}`);
    this.#reading.textContent = [`epoch ${epoch}`, ...values].join(" · ");
  }

  /** The curve of each set. @returns {Line[]} */
  #lines() {
    const most = POINTS_PER_PIXEL * Math.max(this.#element.clientWidth, 1);
    return SET_NAMES.map((set) =>
      thinned(this.#history?.values(`${set}_${this.#metric}`) ?? NO_VALUES, most, constants.largestDrawn),
    );
  }

  /** The range of the vertical axis for these lines; null if they show nothing. @param {Line[]} lines */
  #rangeFor(lines) {
    let [low, high] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
    for (const { y } of lines) {
      for (const value of y) {
        if (value === null) continue;
        low = Math.min(low, value);
        high = Math.max(high, value);
      }
    }
    return low <= high ? this.#rangeOf(low, high) : null;
  }
}
