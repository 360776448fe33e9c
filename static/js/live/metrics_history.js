// The metrics of a run by epoch: one growing array of numbers for each metric.

import { SET_NAMES } from "../protocol.js";

const NONE = new Float64Array(0);
const SMALLEST_CAPACITY = 256;

export class MetricsHistory {
  /** @type {Map<string, Float64Array>} by name, from epoch 0 on; the arrays have room for more epochs */
  #arrays = new Map();
  /** The number of known epochs. Epoch 0 is the untrained network. */
  length = 0;

  clear() {
    this.#arrays.clear();
    this.length = 0;
  }

  /** The sets that have metrics. */
  get sets() {
    return SET_NAMES.filter((set) => this.#arrays.has(`${set}_loss`));
  }

  /**
   * Adds the metrics of the epochs from `epoch` on; they replace what was known of these epochs and later ones.
   * @param {Record<string, Float64Array>} metrics by name
   * @param {number} epoch
   */
  extend(metrics, epoch) {
    for (const [name, values] of Object.entries(metrics)) {
      const length = epoch + values.length;
      this.#withRoom(name, length).set(values, epoch);
      this.length = length;
    }
  }

  /** Discards every epoch after this one. @param {number} epoch */
  truncate(epoch) {
    this.length = Math.min(this.length, epoch + 1);
  }

  /** A metric at every known epoch; empty if there is none of this name. @param {string} name */
  values(name) {
    return this.#arrays.get(name)?.subarray(0, this.length) ?? NONE;
  }

  /** A metric at one epoch; NaN where it is not known. @param {string} name @param {number} epoch */
  at(name, epoch) {
    return this.values(name)[epoch] ?? Number.NaN;
  }

  /** @param {string} name @param {number} length */
  #withRoom(name, length) {
    const array = this.#arrays.get(name) ?? NONE;
    if (length <= array.length) return array;
    const larger = new Float64Array(Math.max(length, SMALLEST_CAPACITY, 2 * array.length)).fill(Number.NaN);
    larger.set(array);
    this.#arrays.set(name, larger);
    return larger;
  }
}
