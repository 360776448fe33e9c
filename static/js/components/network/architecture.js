// What a network is made of: its layers and units, their names, and where θ holds each parameter.

/**
 * Layer 0 are the inputs, the last layer are the outputs.
 */
export class Architecture {
  /** @type {number[]} the index in θ of each layer's first weight; unused for the inputs */
  #offsets = [0, 0];

  /**
   * @param {number[]} hidden widths of the hidden layers
   * @param {string[]} inputs names of the inputs
   * @param {string[]} classes names of the outputs; empty for regression
   * @param {string} target name of the one output of a regression
   * @param {number} unitsShown how many inputs, and units of a hidden layer, are shown at most
   */
  constructor(hidden, inputs, classes, target, unitsShown) {
    this.classes = classes;
    this.outputs = classes.length > 0 ? classes : [target];
    this.inputs = inputs;
    /** Units of each layer. */
    this.sizes = [inputs.length, ...hidden, this.outputs.length];
    this.unitsShown = unitsShown;
    for (let layer = 1; layer < this.last; layer++) {
      this.#offsets.push(this.#offsets[layer] + this.sizes[layer] * (this.sizes[layer - 1] + 1));
    }
  }

  /** The index of the outputs' layer. */
  get last() {
    return this.sizes.length - 1;
  }

  /** @param {number} layer */
  isHidden(layer) {
    return layer > 0 && layer < this.last;
  }

  /**
   * How many units of a layer are shown: its first ones.
   * @param {number} layer
   */
  shown(layer) {
    return layer < this.last ? Math.min(this.sizes[layer], this.unitsShown) : this.sizes[layer];
  }

  /**
   * The index in θ of a weight. θ holds, layer after layer, W row by row and then b.
   * @param {number} layer @param {number} unit
   * @param {number} input a unit of the layer before
   */
  weightIndex(layer, unit, input) {
    return this.#offsets[layer] + unit * this.sizes[layer - 1] + input;
  }

  /** @param {number} layer @param {number} unit @returns {number} the index in θ of the unit's bias */
  biasIndex(layer, unit) {
    return this.weightIndex(layer, this.sizes[layer], unit);
  }

  /** @param {number} layer @param {number} unit of it @returns {number} index of a hidden unit's map in a frame */
  mapIndex(layer, unit) {
    let index = unit;
    for (let below = 1; below < layer; below++) index += this.shown(below);
    return index;
  }

  /** @param {number} layer @param {number} unit */
  unitName(layer, unit) {
    if (layer === 0) return `Input ${this.inputs[unit]}`;
    if (layer === this.last) return `Output ${this.outputs[unit]}`;
    return `Layer ${layer}, unit ${unit + 1}`;
  }

  /** @param {number} layer */
  layerName(layer) {
    if (layer === 0) return "Inputs";
    return layer === this.last ? "Outputs" : `Layer ${layer}`;
  }

  /** @param {Architecture | null} other */
  equals(other) {
    return JSON.stringify(this) === JSON.stringify(other);
  }
}
