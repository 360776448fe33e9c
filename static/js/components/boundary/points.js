// The points of a dataset: where they are, what they are, and how they are drawn. Up to 20,000 of them.

import { create } from "../../lib/dom.js";
import { classColors, color, targetColors } from "../../lib/theme.js";
import { context2d } from "../canvas_layer.js";
import { SETS, glyph, markRadius, markReach, markStyle } from "./glyphs.js";

/** @typedef {import("../../protocol.js").Dataset} Dataset */
/** @typedef {import("../../protocol.js").SetName} SetName */
/** @typedef {import("../plotly_geometry.js").Scale} Scale */

/**
 * @typedef {object} PointSet
 * @property {SetName} name
 * @property {Float64Array} x @property {Float64Array} y in data coordinates
 * @property {Uint8Array} columns the column of each point's mark in the sprite sheet
 * @property {Uint8Array | Float64Array} targets labels, or the targets of a regression
 */

const POINTER_REACH = 8; // CSS pixels from a point within which the pointer means it

export class Points {
  #classes;
  /** @type {PointSet[]} in drawing order */
  #sets;
  #sprites = new SpriteSheet();

  /** @param {Pick<Dataset, "classes" | "features" | "axes" | "targetRange" | "sets">} dataset */
  constructor({ classes, features, axes, targetRange, sets }) {
    this.#classes = classes.length;
    this.#sets = [];
    let count = 0;
    for (const name of SETS) {
      const examples = sets[name];
      if (examples === undefined) continue;
      const { X, y: targets } = examples;
      const feature = (/** @type {number} */ index) =>
        Float64Array.from(targets, (_, row) => X[row * features.length + index]);
      const columns = classes.length > 0 ? targets : Uint8Array.from(targets, (target) => shadeOf(target, targetRange));
      this.#sets.push({
        name,
        x: feature(axes[0]),
        y: feature(axes[1]),
        columns: /** @type {Uint8Array} */ (columns),
        targets,
      });
      count += targets.length;
    }
    /** Of a mark, in CSS pixels. */
    this.radius = markRadius(count);
  }

  /** The names of the sets that have points. */
  get sets() {
    return this.#sets.map(({ name }) => name);
  }

  /** Reads the colors again, after the theme has changed. */
  readColors() {
    this.#sprites.invalidate();
  }

  /**
   * Draws points.
   * @param {CanvasRenderingContext2D} context in device pixels
   * @param {Scale} scale
   * @param {(set: SetName) => boolean} isVisible
   * @returns {number} how many points the visible sets have
   */
  draw(context, scale, isVisible) {
    this.#sprites.update(this.sets, this.#classes, this.radius);
    const { canvas: sprites, cell } = this.#sprites;
    const ratio = devicePixelRatio;
    const { width, height } = context.canvas;
    let count = 0;
    this.#sets.forEach(({ name, x, y, columns }, row) => {
      if (!isVisible(name)) return;
      count += x.length;
      for (let i = 0; i < x.length; i++) {
        const left = Math.round(scale.x(x[i]) * ratio - cell / 2);
        const top = Math.round(scale.y(y[i]) * ratio - cell / 2);
        if (left < -cell || top < -cell || left > width || top > height) continue;
        context.drawImage(sprites, columns[i] * cell, row * cell, cell, cell, left, top, cell, cell);
      }
    });
    return count;
  }

  /**
   * Draws rings around training points.
   * @param {CanvasRenderingContext2D} context in CSS pixels
   * @param {Scale} scale
   * @param {ArrayLike<number>} rows of the training set
   */
  drawRings(context, scale, rows) {
    const train = this.#sets.find(({ name }) => name === "train");
    if (train === undefined) return;
    context.beginPath();
    for (let i = 0; i < rows.length; i++) {
      const x = scale.x(train.x[rows[i]]);
      const y = scale.y(train.y[rows[i]]);
      context.moveTo(x + 2 * this.radius, y);
      context.arc(x, y, 2 * this.radius, 0, 2 * Math.PI);
    }
    context.lineWidth = 2;
    context.strokeStyle = color("--ink");
    context.stroke();
  }

  /**
   * The visible point nearest to a position, or null if none is close.
   * @param {{x: number, y: number}} position in CSS pixels
   * @param {Scale} scale
   * @param {(set: SetName) => boolean} isVisible
   * @returns {{set: SetName, target: number} | null}
   */
  nearest(position, scale, isVisible) {
    let found = null;
    let least = POINTER_REACH;
    for (const { name, x, y, targets } of this.#sets) {
      if (!isVisible(name)) continue;
      for (let i = 0; i < x.length; i++) {
        const distance = Math.hypot(scale.x(x[i]) - position.x, scale.y(y[i]) - position.y);
        if (distance < least) {
          found = { set: name, target: targets[i] };
          least = distance;
        }
      }
    }
    return found;
  }
}

/** Every mark once: a row for each set, a column for each color. Copying one is ten times faster than drawing it. */
class SpriteSheet {
  canvas = create("canvas");
  cell = 0; // width and height of a mark, in device pixels
  #ratio = 0; // device pixels in a CSS pixel, when the sheet was drawn; 0: not drawn yet

  invalidate() {
    this.#ratio = 0;
  }

  /**
   * Draws the sheet unless it is up to date.
   * @param {SetName[]} sets @param {number} classes 0 for regression @param {number} radius in CSS pixels
   */
  update(sets, classes, radius) {
    if (this.#ratio === devicePixelRatio) return;
    this.#ratio = devicePixelRatio;
    const inks = classes > 0 ? classColors().slice(0, classes) : targetColors();
    const cell = 2 * Math.ceil(markReach(radius) * this.#ratio);
    this.cell = cell;
    this.canvas.width = inks.length * cell;
    this.canvas.height = sets.length * cell;
    const context = context2d(this.canvas);
    const halo = color("--halo");
    const scale = radius * this.#ratio;
    sets.forEach((set, row) => {
      const { isFilled, lineWidth } = markStyle(set);
      inks.forEach((ink, column) => {
        const path = new Path2D(glyph(set, column, classes));
        context.setTransform(scale, 0, 0, scale, (column + 0.5) * cell, (row + 0.5) * cell);
        context.lineWidth = lineWidth / radius;
        context.fillStyle = ink;
        context.strokeStyle = isFilled ? halo : ink;
        context.stroke(path);
        if (isFilled) context.fill(path);
      });
    });
  }
}

/**
 * A target as one of 256 shades.
 * @param {number} target
 * @param {[low: number, high: number]} range the targets of the first and the last shade
 */
function shadeOf(target, [low, high]) {
  const share = high > low ? (target - low) / (high - low) : 0.5;
  return Math.round(255 * Math.min(Math.max(share, 0), 1));
}
