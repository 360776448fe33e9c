// The canvases over the prediction grid: contour, points, rings, and what a tool draws.

import { color } from "../../lib/theme.js";
import { CanvasLayer } from "../canvas_layer.js";
import { traceBorders } from "./contour.js";

/** @typedef {import("../plotly_geometry.js").Scale} Scale */
/** @typedef {import("../../protocol.js").SetName} SetName */
/** @typedef {import("./grid.js").Grid} Grid */
/** @typedef {import("./points.js").Points} Points */
/** @typedef {(context: CanvasRenderingContext2D, scale: Scale) => void} Decoration in CSS pixels */

const CONTOUR_WIDTH = 1.5; // CSS pixels

export class Overlays {
  #axes;
  #contour;
  #points;
  #rings;
  #decoration;

  /**
   * @param {HTMLElement} parent covers the plot area
   * @param {import("../plot_axes.js").PlotAxes} axes
   */
  constructor(parent, axes) {
    this.#axes = axes;
    this.#contour = new CanvasLayer(parent, "contour");
    this.#points = new CanvasLayer(parent, "points");
    this.#rings = new CanvasLayer(parent, "rings");
    this.#decoration = new CanvasLayer(parent, "decoration");
  }

  hideContour() {
    this.#contour.hide();
  }

  /**
   * Draws the borders between the classes.
   * @param {Grid} grid
   * @param {import("../plotly_geometry.js").Rectangle} plane where the grid lies
   */
  drawContour(grid, { left, top, width, height }) {
    const { context } = this.#contour;
    const ratio = devicePixelRatio;
    this.#contour.clear(this.#axes.area);
    context.setTransform((ratio * width) / grid.size, 0, 0, (ratio * height) / grid.size, ratio * left, ratio * top);
    context.beginPath();
    traceBorders(grid, context);
    this.#contour.useCssPixels(); // for a line of the same width everywhere
    context.lineWidth = CONTOUR_WIDTH;
    context.lineCap = "round";
    context.strokeStyle = color("--ink");
    context.stroke();
  }

  /** @param {Points} points @param {(set: SetName) => boolean} isVisible */
  drawPoints(points, isVisible) {
    const { canvas, context } = this.#points;
    this.#points.clear(this.#axes.area);
    canvas.dataset.count = String(points.draw(context, this.#axes.scale, isVisible));
  }

  /** @param {Points} points @param {ArrayLike<number>} rows of the training set */
  drawRings(points, rows) {
    this.#rings.canvas.dataset.count = String(rows.length);
    if (rows.length === 0) {
      this.#rings.hide();
      return;
    }
    this.#rings.clear(this.#axes.area);
    this.#rings.useCssPixels();
    points.drawRings(this.#rings.context, this.#axes.scale, rows);
  }

  /** @param {Decoration | null} draw */
  drawDecoration(draw) {
    if (draw === null) {
      this.#decoration.hide();
      return;
    }
    this.#decoration.clear(this.#axes.area);
    this.#decoration.useCssPixels();
    draw(this.#decoration.context, this.#axes.scale);
  }
}
