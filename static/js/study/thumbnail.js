// One cell: its prediction grid with the points on it, the sparkline of its loss, its scores.

import { context2d } from "../components/canvas_layer.js";
import { create } from "../lib/dom.js";

/** @typedef {import("../protocol.js").Examples} Examples */
/** @typedef {import("../protocol.js").StudyPoints} StudyPoints */
/** @typedef {import("../../../types/study_state.d.ts").StudyCell} StudyCell */

const RESOLUTION = 2; // pixels of a canvas for one of the page
const SIZE = 96 * RESOLUTION;
const SPARK_HEIGHT = 20 * RESOLUTION;
const RADIUS = 2; // of a point, in pixels of the canvas

export class Thumbnail {
  #grid;
  #points = canvasOf("points", SIZE, SIZE);
  #spark = canvasOf("spark", SIZE, SPARK_HEIGHT);
  #scores = create("span", { className: "numbers" });
  #image;
  #pixels;

  /**
   * @param {StudyCell} cell
   * @param {number} gridSize cells along a side of the prediction grid
   * @param {() => void} onChoose called when the cell was ticked or unticked
   */
  constructor(cell, gridSize, onChoose) {
    this.#grid = canvasOf("field", gridSize, gridSize);
    this.#image = new ImageData(gridSize, gridSize);
    this.#pixels = new Uint32Array(this.#image.data.buffer);
    this.box = create("input", { type: "checkbox", ariaLabel: `Curves of ${cell.name}` });
    this.box.addEventListener("change", onChoose);
    const link = create("a", { target: "_blank", ariaLabel: `${cell.name}: open on the live page` });
    if (cell.address) link.href = cell.address;
    link.append(this.#grid, this.#points);
    const label = create("label", {}, this.box, this.#scores);
    this.element = create("div", { className: "cell" }, link, this.#spark, label);
  }

  /**
   * Shows how the run of the cell is.
   * @param {"" | "diverged" | "refused"} state
   * @param {string} text below the thumbnail
   * @param {string} details when it is pointed at
   */
  show(state, text, details) {
    this.element.classList.toggle("diverged", state === "diverged");
    this.element.classList.toggle("refused", state === "refused");
    this.element.title = details;
    if (this.#scores.textContent !== text) this.#scores.textContent = text;
  }

  /**
   * @param {Uint8Array} bytes of the prediction grid, from the top left
   * @param {Uint32Array} pixels the pixel for each byte
   */
  drawGrid(bytes, pixels) {
    for (let i = 0; i < bytes.length; i++) this.#pixels[i] = pixels[bytes[i]];
    context2d(this.#grid).putImageData(this.#image, 0, 0);
  }

  /**
   * Draws training points as discs, and test points, if there are any, as crosses.
   * @param {StudyPoints} points
   * @param {string[]} colors
   * @param {(y: number) => number} colorIndex of a label or target
   */
  drawPoints({ sets, extent }, colors, colorIndex) {
    const context = context2d(this.#points);
    context.clearRect(0, 0, SIZE, SIZE);
    /** @param {Examples} examples @param {(path: Path2D, x: number, y: number) => void} mark */
    const pathsOf = (examples, mark) => {
      const paths = colors.map(() => new Path2D());
      examples.y.forEach((/** @type {number} */ y, /** @type {number} */ i) => {
        const across = (examples.X[2 * i] - extent.x_min) / (extent.x_max - extent.x_min);
        const down = (extent.y_max - examples.X[2 * i + 1]) / (extent.y_max - extent.y_min);
        mark(paths[colorIndex(y)], across * SIZE, down * SIZE);
      });
      return paths;
    };
    const crosses = sets.test ? pathsOf(sets.test, addCross) : [];
    const discs = sets.train ? pathsOf(sets.train, addDisc) : [];
    context.lineWidth = 1;
    colors.forEach((color, i) => {
      context.strokeStyle = context.fillStyle = color;
      if (crosses[i]) context.stroke(crosses[i]);
      if (discs[i]) context.fill(discs[i]);
    });
  }

  /**
   * Draws the losses so far from the left, so that `count` losses would fill the width.
   * @param {Float64Array} losses NaN ends the line
   * @param {number} count
   * @param {string} color
   */
  drawSpark(losses, count, color) {
    const context = context2d(this.#spark);
    context.clearRect(0, 0, SIZE, SPARK_HEIGHT);
    const highest = Math.max(0, ...losses.filter((loss) => !Number.isNaN(loss))) || 1;
    context.beginPath();
    losses.forEach((loss, i) => {
      if (Number.isNaN(loss)) return;
      const [x, y] = [(i / count) * SIZE, SPARK_HEIGHT - 2 - (loss / highest) * (SPARK_HEIGHT - 4)];
      if (i === 0) context.moveTo(x, y);
      else context.lineTo(x, y);
    });
    context.strokeStyle = color;
    context.lineWidth = 1.5;
    context.stroke();
  }
}

/** @param {Path2D} path @param {number} x @param {number} y */
function addCross(path, x, y) {
  path.moveTo(x - RADIUS, y - RADIUS);
  path.lineTo(x + RADIUS, y + RADIUS);
  path.moveTo(x - RADIUS, y + RADIUS);
  path.lineTo(x + RADIUS, y - RADIUS);
}

/** @param {Path2D} path @param {number} x @param {number} y */
function addDisc(path, x, y) {
  path.moveTo(x + RADIUS, y);
  path.arc(x, y, RADIUS, 0, 2 * Math.PI);
}

/** @param {string} className @param {number} width @param {number} height */
function canvasOf(className, width, height) {
  return create("canvas", { className, width, height });
}
