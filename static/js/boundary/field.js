// The field: a grid painted on a small canvas that the style sheet stretches over the plane.

import { fill } from "../axes.js";
import { blend, fieldColours, tints } from "../palette.js";

const FINENESS = 400; // pixels a side where classes alone are painted, so that borders look smooth

export class Field {
  #canvas = document.createElement("canvas");
  #context = this.#canvas.getContext("2d");
  #image = null; // ImageData of the canvas's size, made anew only when that changes
  #words = null; // the same pixels as 32-bit words
  #shades; // a pixel for each of 256 values
  #tints; // the classes' colours, [red, green, blue]

  /** @param {HTMLElement} parent what the field is clipped by */
  constructor(parent) {
    this.#canvas.className = "field";
    this.#canvas.hidden = true;
    parent.append(this.#canvas);
    this.readColours();
  }

  /** Takes over the theme's colours; to be called again when it changes. */
  readColours() {
    this.#shades = fieldColours();
    this.#tints = tints();
  }

  /** Where the plane lies, in CSS pixels from the parent's top left. */
  place(area) {
    fill(this.#canvas, area);
  }

  hide() {
    this.#canvas.hidden = true;
  }

  /** @param {import("./grid.js").Grid} grid @param {boolean} discrete the likeliest class alone */
  paint(grid, discrete) {
    if (discrete) {
      this.#resize(grid.size * Math.max(1, Math.round(FINENESS / grid.size)));
      this.#paintClasses(grid);
    } else {
      this.#resize(grid.size);
      if (grid.planes > 1) blend(grid.values, this.#tints, this.#words);
      else for (let i = 0; i < this.#words.length; i++) this.#words[i] = this.#shades[grid.values[i]];
    }
    this.#context.putImageData(this.#image, 0, 0);
    this.#canvas.hidden = false;
  }

  #resize(size) {
    if (this.#canvas.width === size && this.#image !== null) return;
    this.#canvas.width = this.#canvas.height = size;
    this.#image = new ImageData(size, size);
    this.#words = new Uint32Array(this.#image.data.buffer);
  }

  /** Cells in one colour; where neighbours differ, what lies between them is interpolated. */
  #paintClasses(grid) {
    const side = this.#canvas.width;
    const fineness = side / grid.size;
    const pixels = this.#classPixels(grid);
    const { tops, size } = grid;
    for (let row = 0, cell = 0; row < size; row++) {
      const line = row * fineness * side;
      for (let column = 0; column < size; column++, cell++) {
        const start = line + column * fineness;
        this.#words.fill(pixels[tops[cell]], start, start + fineness);
      }
      for (let i = 1; i < fineness; i++) this.#words.copyWithin(line + i * side, line, line + side);
    }
    grid.eachBorder((row, column, corners) => this.#paintBorder(grid, pixels, fineness, row, column, corners));
  }

  #paintBorder(grid, pixels, fineness, row, column, corners) {
    const side = this.#canvas.width;
    const candidates = [...new Set(Array.from(corners, (cell) => grid.tops[cell]))];
    const start = { x: Math.round((column + 0.5) * fineness), y: Math.round((row + 0.5) * fineness) };
    for (let i = 0; i < fineness; i++) {
      const y = start.y + i;
      if (y < 0 || y >= side) continue;
      const down = (i + 0.5) / fineness;
      for (let j = 0; j < fineness; j++) {
        const x = start.x + j;
        if (x < 0 || x >= side) continue;
        const right = (j + 0.5) / fineness;
        let [top, most] = [0, -1];
        for (const label of candidates) {
          const value =
            (1 - down) * ((1 - right) * grid.value(label, corners[0]) + right * grid.value(label, corners[1])) +
            down * ((1 - right) * grid.value(label, corners[3]) + right * grid.value(label, corners[2]));
          if (value > most) [top, most] = [label, value];
        }
        this.#words[y * side + x] = pixels[top];
      }
    }
  }

  #classPixels(grid) {
    if (grid.planes === 1) return [this.#shades[0], this.#shades[255]];
    return this.#tints.map(([red, green, blue]) => (255 << 24) | (blue << 16) | (green << 8) | red);
  }
}
