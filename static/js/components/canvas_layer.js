// A canvas over the plot area, as sharp as the display.

import { create } from "../lib/dom.js";

export class CanvasLayer {
  canvas;
  context;

  /**
   * @param {HTMLElement} parent the layer fills it and is clipped by it
   * @param {string} name a class for the style sheet
   */
  constructor(parent, name) {
    // A hidden canvas costs the display nothing.
    this.canvas = create("canvas", { className: `layer ${name}`, hidden: true });
    this.context = context2d(this.canvas);
    parent.append(this.canvas);
  }

  /**
   * Shows an empty canvas. Its context counts in device pixels.
   * @param {{width: number, height: number}} size in CSS pixels
   */
  clear({ width, height }) {
    const columns = Math.round(width * devicePixelRatio);
    const rows = Math.round(height * devicePixelRatio);
    if (this.canvas.width !== columns || this.canvas.height !== rows) {
      this.canvas.width = columns;
      this.canvas.height = rows;
    } else {
      this.context.setTransform(1, 0, 0, 1, 0, 0);
      this.context.clearRect(0, 0, columns, rows);
    }
    this.canvas.hidden = false;
  }

  /** Lets the context count in CSS pixels, until the next `clear`. */
  useCssPixels() {
    this.context.setTransform(devicePixelRatio, 0, 0, devicePixelRatio, 0, 0);
  }

  hide() {
    this.canvas.hidden = true;
  }
}

/**
 * The 2D context of a canvas.
 * @param {HTMLCanvasElement} canvas
 */
export function context2d(canvas) {
  const context = canvas.getContext("2d");
  if (context === null) throw new Error("This browser cannot draw on a canvas.");
  return context;
}
