// A learning curve: one metric on every set that there is, epoch by epoch, on a canvas between axes.

import { Axes, fill } from "./axes.js";
import { thinned } from "./history.js";
import { Layer } from "./layer.js";
import { axis, colour, onThemeChange, plainText } from "./palette.js";

/** How the curve of each set is drawn: the lengths of strokes and gaps, in pixels. */
const DASHES = { train: [], validation: [6, 4], test: [2, 3] };
const SETS = Object.keys(DASHES);

const MARGIN = { l: 44, r: 12, t: 8, b: 34 };
const POINTS_PER_PIXEL = 2; // the lowest and the highest of what falls on a pixel
const LINE_WIDTH = 1.75;

/** What is shown of the values between `low` and `high`: from zero, with room above. */
export const lossRange = (low, high) => [0, 1.05 * high];

/** Accuracy: whole tens of percent up to all of them. */
export const accuracyRange = (low) => [Math.min(10 * Math.floor(low / 10), 90), 100.5];

/** R²: tenths up to 1; what is worse than -1 is not worth the room. */
export const r2Range = (low) => [Math.max(Math.min(Math.floor(10 * low) / 10, 0), -1), 1.02];

export class Curve {
  #element;
  #metric;
  #rangeOf;
  #history = null;
  #epochs = 1;
  #range = null; // of the vertical axis; null while there is nothing to show
  #marks = []; // where the run was changed, {at, text}
  #shown = null; // the past epoch that is looked at
  #hovered = null; // the epoch that is pointed at
  #axes;
  #window = document.createElement("div"); // what lies between the axes
  #layer = new Layer(this.#window, "lines");
  #cursor = document.createElement("div");
  #reading = document.createElement("p");
  #inks;

  /** @param {HTMLElement} element @param {"loss"|"score"} metric */
  constructor(element, metric) {
    this.#element = element;
    this.#metric = metric;
    const axes = document.createElement("div");
    axes.className = "axes";
    this.#window.className = "window";
    this.#cursor.className = "cursor";
    this.#reading.className = "reading";
    this.#reading.hidden = this.#cursor.hidden = true;
    this.#window.append(this.#cursor);
    element.append(axes, this.#window, this.#reading);
    this.#axes = new Axes(axes, {}, () => this.#history && this.#drawLines());
    this.#readColours();
    element.addEventListener("pointermove", ({ clientX }) => this.#hover(clientX));
    element.addEventListener("pointerleave", () => this.#hover(null));
    onThemeChange(() => {
      this.#readColours();
      if (this.#history !== null) this.#drawAxes();
    });
  }

  /**
   * A chart for a run of so many epochs, showing whatever `history` has already.
   * @param {(low: number, high: number) => [number, number]} rangeOf the range of the vertical
   *   axis for values so far between `low` and `high`
   */
  begin(history, epochs, rangeOf) {
    this.#history = history;
    this.#epochs = epochs;
    this.#rangeOf = rangeOf;
    this.#range = this.#rangeFor(this.#lines());
    this.#drawAxes();
  }

  /** Forgets what was marked and looked at. */
  clear() {
    this.#marks = [];
    this.#shown = null;
    this.#hovered = null;
  }

  /** Draws what has come since. */
  draw() {
    if (this.#history.length === 0) return;
    const range = this.#rangeFor(this.#lines());
    if (range !== null && (this.#range === null || range[0] < this.#range[0] || range[1] > this.#range[1])) {
      this.#range = range;
      this.#axes.change({ "yaxis.range": range }); // which draws the lines too
    } else {
      this.#drawLines();
    }
  }

  /** A line at a past epoch that is looked at; null takes it away. */
  point(epoch) {
    if (epoch === this.#shown) return;
    this.#shown = epoch;
    this.#placeCursor();
  }

  /** Labelled lines where the run was changed: a list of {at, text}. */
  mark(changes) {
    this.#marks = changes;
    if (this.#history !== null) this.#drawAxes();
  }

  #readColours() {
    this.#inks = SETS.map((set) => colour(`--curve-${set}`));
  }

  #drawAxes() {
    const ink = colour("--ink-soft");
    const line = ({ at }) => ({ type: "line", x0: at, x1: at, yref: "paper", y0: 0, y1: 1, line: { width: 1, color: ink } });
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
    this.#axes.draw({
      margin: MARGIN,
      xaxis: axis({ range: [0, this.#epochs], title: { text: "epoch", standoff: 6 } }),
      yaxis: axis({ range: this.#range ?? [0, 1] }),
      shapes: this.#marks.map(line),
      annotations: this.#marks.map(label),
    });
  }

  #drawLines() {
    const { area, scale } = this.#axes;
    fill(this.#window, area);
    this.#layer.clear(area);
    const { context, canvas } = this.#layer;
    context.setTransform(devicePixelRatio, 0, 0, devicePixelRatio, 0, 0);
    context.lineWidth = LINE_WIDTH;
    context.lineJoin = "round";
    const lines = this.#lines();
    lines.forEach(({ x, y }, i) => {
      context.strokeStyle = this.#inks[i];
      context.setLineDash(DASHES[SETS[i]]);
      context.beginPath();
      let drawing = false; // not over a gap
      for (let j = 0; j < x.length; j++) {
        if (y[j] === null) drawing = false;
        else if (drawing) context.lineTo(scale.x(x[j]), scale.y(y[j]));
        else context.moveTo(scale.x(x[j]), scale.y(y[j]));
        drawing = y[j] !== null;
      }
      context.stroke();
    });
    canvas.dataset.points = lines[0].x.length;
    this.#element.dataset.epoch = this.#history.length - 1;
    this.#placeCursor();
    this.#read();
  }

  #placeCursor() {
    const epoch = this.#hovered ?? this.#shown;
    this.#cursor.hidden = epoch === null;
    if (epoch !== null) this.#cursor.style.transform = `translateX(${this.#axes.scale.x(epoch)}px)`;
  }

  #hover(clientX) {
    this.#hovered = clientX === null || !this.#history?.length ? null : this.#epochAt(clientX);
    if (this.#history === null) return;
    this.#placeCursor();
    this.#read();
  }

  /** The epoch under a place of the page, or null between none. */
  #epochAt(clientX) {
    const x = clientX - this.#window.getBoundingClientRect().left;
    const epoch = Math.round(this.#axes.scale.xAt(x));
    return x >= 0 && x <= this.#axes.area.width && epoch >= 0 && epoch < this.#history.length ? epoch : null;
  }

  /** Tells the values at the epoch that is pointed at. */
  #read() {
    this.#reading.hidden = this.#hovered === null || this.#hovered >= this.#history.length;
    if (this.#reading.hidden) return;
    const values = this.#history.sets.map(
      (set) => `${set} ${this.#history.at(`${set}_${this.#metric}`, this.#hovered).toFixed(3)}`,
    );
    this.#reading.textContent = [`epoch ${this.#hovered}`, ...values].join(" · ");
  }

  #lines() {
    const most = POINTS_PER_PIXEL * Math.max(this.#element.clientWidth, 1);
    return SETS.map((set) => thinned(this.#history.values(`${set}_${this.#metric}`), most));
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
}
