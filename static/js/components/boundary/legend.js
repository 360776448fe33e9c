// What the colors of the picture mean: the classes by name, or a color bar of the targets. Beside them
// stands the prediction at the pointer.

import { create } from "../../lib/dom.js";
import { clipped, formatNumber } from "../../lib/text.js";
import { gridColors } from "../../lib/theme.js";
import { context2d } from "../canvas_layer.js";
import { MARK_PADDING, icon } from "./glyphs.js";
import { roundTicks } from "./ticks.js";

const LONGEST_NAME = 80; // characters; the title has the whole name
const TICKS = 4; // on a color bar, at most; one more where both ends are round

export class Legend {
  #list;
  /** @type {HTMLElement[]} one for each class, or one for the target */
  #predictions = [];

  /** @param {HTMLElement} list */
  constructor(list) {
    this.#list = list;
    list.style.setProperty("--mark-padding", `${MARK_PADDING}px`);
  }

  /**
   * @param {string[]} classes
   * @param {number} radius of the marks in the picture
   */
  showClasses(classes, radius) {
    this.#predictions = classes.map(createPrediction);
    const items = classes.map((name, label) => {
      const mark = icon("train", label, classes.length, { ink: `var(--class-${label})`, radius });
      const text = create("bdi", {}, clipped(name, LONGEST_NAME)); // a name has its own writing direction
      return create("li", { className: "key", title: name }, mark, text, this.#predictions[label]);
    });
    this.#list.replaceChildren(...items);
  }

  /**
   * Shows a bar from the lowest target to the highest, with ticks in the target's unit.
   * @param {string} name of the target
   * @param {[low: number, high: number]} range
   */
  showTargets(name, [low, high]) {
    const bar = create("span", { className: "color-bar" }, colorBar());
    for (const value of roundTicks(low, high, TICKS)) {
      const text = formatNumber(value, 4);
      const tick = create("span", { className: "tick" });
      const label = create("span", { className: "tick-label" }, text);
      const position = `${(100 * (value - low)) / (high - low)}%`;
      tick.style.left = position;
      label.style.setProperty("--position", position);
      label.style.setProperty("--width", `${text.length}ch`);
      bar.append(tick, label);
    }
    const prediction = createPrediction();
    const title = create("bdi", {}, clipped(name, LONGEST_NAME));
    this.#predictions = [prediction];
    this.#list.replaceChildren(create("li", { className: "target-key", title: name }, title, prediction, bar));
  }

  /**
   * Shows the prediction at the pointer.
   * @param {string[]} texts one for each class, or one for the target; none to show nothing
   */
  showPrediction(texts) {
    this.#predictions.forEach((element, i) => {
      const text = texts[i] ?? "";
      if (element.textContent !== text) element.textContent = text;
    });
  }
}

function createPrediction() {
  return create("span", { className: "prediction" });
}

/** A canvas of one row with the 256 colors of a prediction grid. */
function colorBar() {
  const canvas = create("canvas", { width: 256, height: 1 });
  canvas.setAttribute("aria-hidden", "true");
  const image = new ImageData(256, 1);
  new Uint32Array(image.data.buffer).set(gridColors());
  context2d(canvas).putImageData(image, 0, 0);
  return canvas;
}
