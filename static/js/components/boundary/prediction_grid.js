// Paints a grid over the plane: on a small canvas that the style sheet stretches.

import { create } from "../../lib/dom.js";
import { blend, gridColors, tints } from "../../lib/theme.js";
import { context2d } from "../canvas_layer.js";
import { placeElement } from "../plot_axes.js";

/** @typedef {import("./grid.js").Grid} Grid */
/** @typedef {import("../plotly_geometry.js").Rectangle} Rectangle */

const SMOOTH_SIZE = 400; // pixels along a side where classes alone are painted, so that borders look smooth

export class PredictionGridCanvas {
  #canvas = create("canvas", { className: "prediction-grid", hidden: true });
  #context = context2d(this.#canvas);
  #image = new ImageData(1, 1); // of the canvas's size
  #pixels = new Uint32Array(this.#image.data.buffer); // the same memory, one number a pixel
  #levelColors = gridColors(); // of the 256 values of a channel
  #classColors = tints();

  /** @param {HTMLElement} parent the canvas is clipped by it */
  constructor(parent) {
    parent.append(this.#canvas);
  }

  /** Reads the colors again, after the theme has changed. */
  readColors() {
    this.#levelColors = gridColors();
    this.#classColors = tints();
  }

  /**
   * Moves the canvas to where the plane is.
   * @param {Rectangle} rectangle counted from the parent's top left
   */
  place(rectangle) {
    placeElement(this.#canvas, rectangle);
  }

  hide() {
    this.#canvas.hidden = true;
  }

  /**
   * @param {Grid} grid
   * @param {boolean} isDiscrete whether to paint the most probable class alone
   */
  paint(grid, isDiscrete) {
    if (isDiscrete) {
      this.#resize(grid.size * Math.max(1, Math.round(SMOOTH_SIZE / grid.size)));
      this.#paintClasses(grid);
    } else {
      this.#resize(grid.size);
      if (grid.channels > 1) blend(grid.values, this.#classColors, this.#pixels);
      else for (let i = 0; i < this.#pixels.length; i++) this.#pixels[i] = this.#levelColors[grid.values[i]];
    }
    this.#context.putImageData(this.#image, 0, 0);
    this.#canvas.hidden = false;
  }

  /** @param {number} size pixels along a side */
  #resize(size) {
    if (this.#canvas.width === size && this.#image.width === size) return;
    this.#canvas.width = this.#canvas.height = size;
    this.#image = new ImageData(size, size);
    this.#pixels = new Uint32Array(this.#image.data.buffer);
  }

  /**
   * Fills each cell with the color of its class. Between cells of different classes, the
   * probabilities are interpolated.
   * @param {Grid} grid
   */
  #paintClasses(grid) {
    const side = this.#canvas.width;
    const { labels, size } = grid;
    const cellSize = side / size;
    const colors = this.#colorsOf(grid);
    for (let row = 0, cell = 0; row < size; row++) {
      const line = row * cellSize * side;
      for (let column = 0; column < size; column++, cell++) {
        const start = line + column * cellSize;
        this.#pixels.fill(colors[labels[cell]], start, start + cellSize);
      }
      for (let i = 1; i < cellSize; i++) this.#pixels.copyWithin(line + i * side, line, line + side);
    }
    grid.forEachBorder((row, column, corners) => this.#paintBorder(grid, colors, row, column, corners));
  }

  /**
   * @param {Grid} grid @param {ArrayLike<number>} colors by label
   * @param {number} row @param {number} column @param {import("./grid.js").Corners} corners
   */
  #paintBorder(grid, colors, row, column, corners) {
    const side = this.#canvas.width;
    const cellSize = side / grid.size;
    const candidates = [...new Set(Array.from(corners, (cell) => grid.labels[cell]))];
    const startX = Math.round((column + 0.5) * cellSize);
    const startY = Math.round((row + 0.5) * cellSize);
    for (let i = 0; i < cellSize; i++) {
      const y = startY + i;
      if (y < 0 || y >= side) continue;
      const down = (i + 0.5) / cellSize;
      for (let j = 0; j < cellSize; j++) {
        const x = startX + j;
        if (x < 0 || x >= side) continue;
        const right = (j + 0.5) / cellSize;
        let best = 0;
        let highest = -1;
        for (const label of candidates) {
          const value =
            (1 - down) * ((1 - right) * grid.value(label, corners[0]) + right * grid.value(label, corners[1])) +
            down * ((1 - right) * grid.value(label, corners[3]) + right * grid.value(label, corners[2]));
          if (value > highest) {
            best = label;
            highest = value;
          }
        }
        this.#pixels[y * side + x] = colors[best];
      }
    }
  }

  /**
   * The pixel of each class.
   * @param {Grid} grid
   */
  #colorsOf(grid) {
    if (grid.channels === 1) return [this.#levelColors[0], this.#levelColors[255]];
    return this.#classColors.map(([red, green, blue]) => (255 << 24) | (blue << 16) | (green << 8) | red);
  }
}
