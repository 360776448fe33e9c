// What a network is made of: its layers and units, their names, and where θ holds each parameter.

export class Structure {
  #starts = [0, 0]; // of each layer's W in θ; the inputs have none

  /**
   * Layer 0 are the inputs, the last one the outputs.
   * @param {number[]} hidden widths of the hidden layers
   * @param {string[]} inputs names of the inputs
   * @param {string[]} classes names of the outputs; none of a regression
   * @param {string} target name of a regression's one output
   * @param {number} unitsShown most inputs, and units of a hidden layer, that are shown
   */
  constructor(hidden, inputs, classes, target, unitsShown) {
    this.classes = classes;
    this.outputs = classes.length > 0 ? classes : [target];
    this.inputs = inputs;
    this.sizes = [inputs.length, ...hidden, this.outputs.length];
    this.unitsShown = unitsShown;
    for (let layer = 1; layer < this.last; layer++) {
      this.#starts.push(this.#starts[layer] + this.sizes[layer] * (this.sizes[layer - 1] + 1));
    }
  }

  get last() {
    return this.sizes.length - 1;
  }

  isHidden(layer) {
    return layer > 0 && layer < this.last;
  }

  /** How many of a layer's units are shown: its first ones. */
  shown(layer) {
    return layer < this.last ? Math.min(this.sizes[layer], this.unitsShown) : this.sizes[layer];
  }

  /** Index in θ of a weight: θ holds, layer after layer, W row by row and then b. */
  weight(layer, unit, input) {
    return this.#starts[layer] + unit * this.sizes[layer - 1] + input;
  }

  bias(layer, unit) {
    return this.weight(layer, this.sizes[layer], unit);
  }

  /** The place of a hidden unit's map in a frame's `responses`. */
  map(layer, unit) {
    let place = unit;
    for (let below = 1; below < layer; below++) place += this.shown(below);
    return place;
  }

  name(layer, unit) {
    if (layer === 0) return `Input ${this.inputs[unit]}`;
    if (layer === this.last) return `Output ${this.outputs[unit]}`;
    return `Layer ${layer}, unit ${unit + 1}`;
  }

  layerName(layer) {
    if (layer === 0) return "Inputs";
    return layer === this.last ? "Outputs" : `Layer ${layer}`;
  }

  equals(other) {
    return JSON.stringify(this) === JSON.stringify(other);
  }
}
