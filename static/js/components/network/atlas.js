// The maps of all units of a network in one canvas, one below the other: inputs, hidden units, outputs.

import { create } from "../../lib/dom.js";
import { Grid } from "../boundary/grid.js";
import { context2d } from "../canvas_layer.js";

/** @typedef {import("../../protocol.js").Frame} Frame */

export class Atlas {
  canvas = create("canvas");
  #context = context2d(this.canvas);
  #image;
  #pixels; // the memory of the image, one number a pixel
  #inputMaps;
  #hiddenStart; // index of the first pixel of the hidden units
  #outputStart; // index of the first pixel of the outputs
  #classes; // 0 for regression

  /**
   * @param {import("./architecture.js").Architecture} architecture
   * @param {Uint8Array} inputMaps the maps of the inputs, which do not change
   * @param {number} size cells along a side of each map
   */
  constructor(architecture, inputMaps, size) {
    this.size = size;
    this.#classes = architecture.classes.length;
    const maps = architecture.sizes.reduce((sum, _, layer) => sum + architecture.shown(layer), 0);
    this.canvas.width = size;
    this.canvas.height = maps * size;
    this.#image = new ImageData(size, maps * size);
    this.#pixels = new Uint32Array(this.#image.data.buffer);
    this.#inputMaps = inputMaps;
    this.#hiddenStart = architecture.shown(0) * size * size;
    this.#outputStart = this.#pixels.length - architecture.outputs.length * size * size;
  }

  /**
   * Paints the maps of a frame.
   * @param {Frame} frame
   * @param {Uint32Array} colors a pixel for each of the 256 values of a map
   */
  paint({ activationMaps, predictionGrid }, colors) {
    for (let i = 0; i < this.#hiddenStart; i++) this.#pixels[i] = colors[this.#inputMaps[i]];
    for (let i = 0; i < activationMaps.length; i++) this.#pixels[this.#hiddenStart + i] = colors[activationMaps[i]];
    this.#paintOutputs(predictionGrid, colors);
    this.#context.putImageData(this.#image, 0, 0);
  }

  /**
   * The map of an output is the prediction grid at a lower resolution: the probability of its class,
   * or the prediction of a regression.
   * @param {Uint8Array} values @param {Uint32Array} colors
   */
  #paintOutputs(values, colors) {
    const grid = new Grid(values, this.#classes);
    const size = this.size;
    for (let output = 0, i = this.#outputStart; i < this.#pixels.length; output++) {
      const label = this.#classes === 0 ? 1 : output;
      for (let row = 0; row < size; row++) {
        for (let column = 0; column < size; column++, i++) {
          const cell = grid.cellAt((column + 0.5) / size, (row + 0.5) / size);
          this.#pixels[i] = colors[grid.value(label, cell)];
        }
      }
    }
  }
}
