// Which plane is drawn of data with more than two features: the features of the axes, and the values at
// which the others are held. It is only a view, and not a part of the run.

import { create, queryAll } from "../lib/dom.js";
import { clipped, formatNumber } from "../lib/text.js";

/** @typedef {import("../protocol.js").Dataset} Dataset */
/** @typedef {{axes: [number, number], held: number[]}} PlaneView indices of the features; a value for each feature */
/** @typedef {{name: string, low: number, high: number, mean: number}} Feature */

const SLIDER_STEPS = 200;
const SEND_PERIOD_MS = 60; // while a slider moves, the server need not know every value
const LONGEST_NAME = 24; // characters
const LONGEST_SPOKEN_NAME = 40;

export class PlaneControls {
  #element;
  #onView;
  #key = ""; // of the features and their ranges: the view is kept while they stay the same
  /** @type {Feature[]} */
  #features = [];
  /** @type {[number, number]} */
  #axes = [0, 1];
  /** @type {number[]} */
  #held = [];
  #isChosen = false; // whether the user has chosen another view than a run begins with
  #isNewRun = false; // whether the run has not had a dataset yet
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #timer;

  /** @param {HTMLElement} element @param {(view: PlaneView) => void} onView */
  constructor(element, onView) {
    this.#element = element;
    this.#onView = onView;
  }

  /** A run begins, with the view of its first two features. */
  begin() {
    this.#isNewRun = true;
  }

  /** @param {Dataset} dataset */
  setDataset({ features: names, axes, sets }) {
    this.#element.hidden = names.length <= 2;
    if (this.#element.hidden) return;
    this.#features = names.map((name, index) => summarize(sets, name, index, names.length));
    const key = JSON.stringify(this.#features);
    if (key !== this.#key) {
      this.#key = key;
      this.#axes = axes;
      this.#held = this.#features.map(({ mean }) => mean);
      this.#isChosen = false;
      this.#build();
    } else if (this.#isNewRun && this.#isChosen) {
      this.#send();
    }
    this.#isNewRun = false;
  }

  #send() {
    this.#isChosen = true;
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined;
      this.#onView({ axes: this.#axes, held: this.#held });
    }, SEND_PERIOD_MS);
  }

  /**
   * Gives an axis another feature. If the other axis has it, they swap.
   * @param {0 | 1} axis @param {number} feature
   */
  #setAxis(axis, feature) {
    const before = this.#axes[axis];
    const other = this.#axes[1 - axis];
    const rest = other === feature ? before : other;
    this.#axes = axis === 0 ? [feature, rest] : [rest, feature];
    this.#build();
    queryAll(this.#element, "select")[axis].focus();
    this.#send();
  }

  #build() {
    const held = this.#features.map((_, index) => index).filter((index) => !this.#axes.includes(index));
    this.#element.replaceChildren(
      this.#createSelect("across", 0),
      this.#createSelect("up", 1),
      ...held.map((index) => this.#createSlider(index)),
    );
  }

  /** @param {string} title @param {0 | 1} axis */
  #createSelect(title, axis) {
    const options = this.#features.map(({ name }, index) =>
      create("option", { value: String(index) }, clipped(name, LONGEST_NAME)),
    );
    const select = create("select", { ariaLabel: title }, ...options);
    select.value = String(this.#axes[axis]);
    select.addEventListener("change", () => this.#setAxis(axis, Number(select.value)));
    return create("label", {}, create("bdi", {}, title), select);
  }

  /** @param {number} index of a feature that is held */
  #createSlider(index) {
    const { name, low, high } = this.#features[index];
    const slider = create("input", {
      type: "range",
      min: String(low),
      max: String(high),
      step: String(high > low ? (high - low) / SLIDER_STEPS : 1),
      disabled: high === low,
      value: String(this.#held[index]),
      ariaLabel: `${clipped(name, LONGEST_SPOKEN_NAME)}, held at`,
    });
    const output = create("output");
    const showValue = () => {
      output.textContent = formatNumber(this.#held[index], 3);
    };
    slider.addEventListener("input", () => {
      this.#held = this.#held.map((value, i) => (i === index ? Number(slider.value) : value));
      showValue();
      this.#send();
    });
    showValue();
    return create("label", {}, create("bdi", {}, clipped(name, LONGEST_NAME)), slider, output);
  }
}

/**
 * The range and the mean of a feature over the training and validation points.
 * @param {Dataset["sets"]} sets @param {string} name @param {number} index @param {number} width features of a point
 * @returns {Feature}
 */
function summarize(sets, name, index, width) {
  let low = Infinity;
  let high = -Infinity;
  let sum = 0;
  let count = 0;
  for (const X of [sets.train?.X ?? [], sets.validation?.X ?? []]) {
    for (let i = index; i < X.length; i += width) {
      low = Math.min(low, X[i]);
      high = Math.max(high, X[i]);
      sum += X[i];
      count++;
    }
  }
  return { name, low, high, mean: sum / count };
}
