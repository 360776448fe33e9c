// The maps of all units of a network, painted one below the other: inputs, hidden units, outputs.

import { Grid } from "../boundary/grid.js";

export class Atlas {
  canvas = document.createElement("canvas");
  #context = this.canvas.getContext("2d");
  #pixels;
  #words; // the same pixels as 32-bit words
  #inputs;
  #hidden; // where the first hidden unit's map begins
  #outputs; // where the first output's map begins
  #classes; // none of a regression

  /**
   * @param {import("./structure.js").Structure} structure
   * @param {Uint8Array} inputs maps of the inputs, which stay as they are
   * @param {number} size width and height of each map
   */
  constructor(structure, inputs, size) {
    this.size = size;
    this.#classes = structure.classes.length;
    const maps = structure.sizes.reduce((sum, _, layer) => sum + structure.shown(layer), 0);
    this.canvas.width = size;
    this.canvas.height = maps * size;
    this.#pixels = new ImageData(size, maps * size);
    this.#words = new Uint32Array(this.#pixels.data.buffer);
    this.#inputs = inputs;
    this.#hidden = structure.shown(0) * size * size;
    this.#outputs = this.#words.length - structure.sizes[structure.last] * size * size;
  }

  /**
   * @param {{responses: Uint8Array, grid: Uint8Array}} frame
   * @param {Uint32Array} colours a pixel for each shade
   */
  paint({ responses, grid }, colours) {
    for (let i = 0; i < this.#hidden; i++) this.#words[i] = colours[this.#inputs[i]];
    for (let i = 0; i < responses.length; i++) this.#words[this.#hidden + i] = colours[responses[i]];
    this.#paintOutputs(grid, colours);
    this.#context.putImageData(this.#pixels, 0, 0);
  }

  /** The field itself, seen from afar: of each class how likely it is, of a regression the answer. */
  #paintOutputs(values, colours) {
    const grid = new Grid(values, this.#classes);
    const size = this.size;
    for (let output = 0, i = this.#outputs; i < this.#words.length; output++) {
      const label = this.#classes === 0 ? 1 : output;
      for (let row = 0; row < size; row++) {
        for (let column = 0; column < size; column++, i++) {
          const cell = grid.cell((column + 0.5) / size, (row + 0.5) / size);
          this.#words[i] = colours[grid.value(label, cell)];
        }
      }
    }
  }
}
