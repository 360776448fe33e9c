// The points of a dataset: where they are, what they are, and how they are drawn, 20,000 of them too.

import { classColours, colour, targetColours } from "../palette.js";
import { SETS, glyph } from "./glyphs.js";

const RADII = [[1000, 3.5], [4000, 2.75], [Infinity, 2]]; // CSS pixels, by how many points there are
const REACH = 8; // CSS pixels from a point within which the pointer means it

export class Points {
  #sets; // {name, x, y, kinds, answers}: kinds are columns of the marks, answers labels or targets
  #marks = document.createElement("canvas"); // every mark once: a column a colour, a row a set
  #cell = 0; // width and height of a mark, in device pixels
  #ratio = 0; // device pixels to one of CSS that the marks are drawn for
  #classes;
  #radius;

  /** @param {{classes: string[], features: string[], axes: number[], range: number[], tensors: object}} dataset */
  constructor({ classes, features, axes, range, tensors }) {
    this.#classes = classes.length;
    this.#sets = SETS.filter((name) => tensors[`X_${name}`] !== undefined).map((name) => {
      const answers = tensors[`y_${name}`];
      const along = (axis) => Float64Array.from(answers, (_, i) => tensors[`X_${name}`][i * features.length + axis]);
      const kinds = classes.length > 0 ? answers : Uint8Array.from(answers, (target) => shadeOf(target, range));
      return { name, x: along(axes[0]), y: along(axes[1]), kinds, answers };
    });
    const count = this.#sets.reduce((sum, { answers }) => sum + answers.length, 0);
    this.#radius = RADII.find(([most]) => count <= most)[1];
  }

  /** The names of the sets that have points. */
  get sets() {
    return this.#sets.map(({ name }) => name);
  }

  /** To be called when the theme has changed. */
  readColours() {
    this.#ratio = 0;
  }

  /**
   * Draws the points of the sets that `shows` and tells how many.
   * @param {CanvasRenderingContext2D} context in device pixels
   * @param {{x: (x: number) => number, y: (y: number) => number}} scale from data to CSS pixels
   */
  draw(context, scale, shows) {
    if (this.#ratio !== devicePixelRatio) this.#drawMarks();
    const [cell, ratio, marks] = [this.#cell, this.#ratio, this.#marks];
    const { width, height } = context.canvas;
    let count = 0;
    this.#sets.forEach(({ name, x, y, kinds }, row) => {
      if (!shows(name)) return;
      count += x.length;
      for (let i = 0; i < x.length; i++) {
        const left = Math.round(scale.x(x[i]) * ratio - cell / 2);
        const top = Math.round(scale.y(y[i]) * ratio - cell / 2);
        if (left < -cell || top < -cell || left > width || top > height) continue;
        context.drawImage(marks, kinds[i] * cell, row * cell, cell, cell, left, top, cell, cell);
      }
    });
    return count;
  }

  /** Rings around training points, given by their rows. */
  ring(context, scale, rows) {
    const train = this.#sets.find(({ name }) => name === "train");
    context.setTransform(devicePixelRatio, 0, 0, devicePixelRatio, 0, 0);
    context.beginPath();
    for (const row of rows) {
      const [x, y] = [scale.x(train.x[row]), scale.y(train.y[row])];
      context.moveTo(x + 2 * this.#radius, y);
      context.arc(x, y, 2 * this.#radius, 0, 2 * Math.PI);
    }
    context.lineWidth = 2;
    context.strokeStyle = colour("--ink");
    context.stroke();
  }

  /** The point {set, answer} nearest to a place in CSS pixels, or null if none is within reach. */
  nearest(x, y, scale, shows) {
    let [found, least] = [null, REACH];
    for (const { name, x: xs, y: ys, answers } of this.#sets) {
      if (!shows(name)) continue;
      for (let i = 0; i < xs.length; i++) {
        const away = Math.hypot(scale.x(xs[i]) - x, scale.y(ys[i]) - y);
        if (away < least) [found, least] = [{ set: name, answer: answers[i] }, away];
      }
    }
    return found;
  }

  /** One image for each mark: to copy it takes a tenth of the time of drawing it. */
  #drawMarks() {
    this.#ratio = devicePixelRatio;
    const inks = this.#classes > 0 ? classColours().slice(0, this.#classes) : targetColours();
    const cell = (this.#cell = 2 * Math.ceil((1.35 * this.#radius + 1.5) * this.#ratio));
    this.#marks.width = inks.length * cell;
    this.#marks.height = this.#sets.length * cell;
    const context = this.#marks.getContext("2d");
    const halo = colour("--halo");
    const scale = this.#radius * this.#ratio;
    this.#sets.forEach(({ name }, row) =>
      inks.forEach((ink, column) => {
        context.setTransform(scale, 0, 0, scale, (column + 0.5) * cell, (row + 0.5) * cell);
        const path = new Path2D(glyph(name, column, this.#classes));
        const solid = name === "train";
        context.fillStyle = context.strokeStyle = ink;
        context.lineWidth = (solid ? 2 : 1.5) / this.#radius;
        if (solid) context.strokeStyle = halo;
        context.stroke(path);
        if (solid) context.fill(path);
      }),
    );
  }
}

/** A target as one of 256 shades, from the lowest of `range` to its highest. */
export function shadeOf(target, [low, high]) {
  const share = high > low ? (target - low) / (high - low) : 0.5;
  return Math.round(255 * Math.min(Math.max(share, 0), 1));
}
