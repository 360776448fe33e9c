// Follows the pointer over the picture: its position, the point under it, the prediction there.

import { positionText, predictionTexts } from "./readout.js";

/** @typedef {import("../../protocol.js").Dataset} Dataset */
/** @typedef {{x: number, y: number}} Position */

/**
 * What the picture shows at the pointer.
 * @typedef {object} Target
 * @property {Dataset} dataset
 * @property {import("./grid.js").Grid | null} grid
 * @property {Position} position in data coordinates
 * @property {{set: string, target: number} | null} point
 */

const HINT = "Point at the picture to read it.";

export class PointerReadout {
  #output;
  #legend;
  #targetAt;
  /** @type {{clientX: number, clientY: number} | null} */
  #pointer = null;

  /**
   * @param {HTMLElement} element whose pointer is followed
   * @param {HTMLElement} output where the position and the point are written
   * @param {import("./legend.js").Legend} legend where the prediction is written
   * @param {(clientX: number, clientY: number) => Target | null} targetAt null outside of the plot area
   */
  constructor(element, output, legend, targetAt) {
    this.#output = output;
    this.#legend = legend;
    this.#targetAt = targetAt;
    output.textContent = HINT;
    element.addEventListener("pointermove", ({ clientX, clientY }) => {
      this.#pointer = { clientX, clientY };
      this.#show();
    });
    element.addEventListener("pointerleave", () => {
      this.#pointer = null;
      this.#show();
    });
  }

  /** Reads the picture again, after it has changed. */
  update() {
    if (this.#pointer !== null) this.#show();
  }

  #show() {
    const target = this.#pointer && this.#targetAt(this.#pointer.clientX, this.#pointer.clientY);
    const text = target ? positionText(target.dataset, target.position, target.point) : HINT;
    if (this.#output.textContent !== text) this.#output.textContent = this.#output.title = text;
    this.#legend.showPrediction(target ? predictionsAt(target) : []);
  }
}

/** @param {Target} target @returns {string[]} none outside of the plane, or while there is no grid */
function predictionsAt({ dataset, grid, position }) {
  const { x_min, x_max, y_min, y_max } = dataset.extent;
  const right = (position.x - x_min) / (x_max - x_min);
  const down = (y_max - position.y) / (y_max - y_min);
  const isOnPlane = right >= 0 && right <= 1 && down >= 0 && down <= 1;
  return grid !== null && isOnPlane ? predictionTexts(dataset, grid, grid.cellAt(right, down)) : [];
}
