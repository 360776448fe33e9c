// What was received of a study: the metrics of every cell at every epoch, and the prediction grids.

import { SET_NAMES } from "../protocol.js";

/** @typedef {import("../protocol.js").SetName} SetName */
/** @typedef {import("../protocol.js").StudyFrame} StudyFrame */

/**
 * How far the run of a cell had come at an epoch.
 * @typedef {object} CellProgress
 * @property {number} epoch of the network that the run had; -1 if it had none
 * @property {number} divergedAt the epoch at which it had diverged; 0 if it had not
 * @property {number} stoppedAt the epoch at which early stopping had ended it; 0 if it had not
 */

const METRIC_NAMES = SET_NAMES.flatMap((set) => [`${set}_loss`, `${set}_score`]);
const NONE = new Int32Array(0);

export class StudyRecorder {
  /** @type {Map<string, Float64Array>} epochs × cells, row by row; NaN where a run has no such epoch */
  #metrics;
  /** @type {{epoch: number, grids: Uint8Array}[]} by epoch; the grids of all cells, one after the other */
  #grids = [];
  /** @type {Int32Array} by cell */
  #divergedAt = NONE;
  /** @type {Int32Array} by cell */
  #stoppedAt = NONE;
  /** @type {Int32Array} by cell */
  #shownEpoch = NONE;
  /** The last epoch that was received; -1 if there is none. */
  epoch = -1;

  /**
   * @param {number} cells
   * @param {number} epochs of the longest run
   * @param {number} gridBytes of one cell's prediction grid
   */
  constructor(cells, epochs, gridBytes) {
    this.cells = cells;
    this.epochs = epochs;
    this.gridBytes = gridBytes;
    const length = cells * (epochs + 1);
    this.#metrics = new Map(METRIC_NAMES.map((name) => [name, new Float64Array(length).fill(Number.NaN)]));
  }

  /** Adds what a frame has. @param {StudyFrame} frame */
  add(frame) {
    for (const [name, values] of Object.entries(frame.metrics)) {
      this.#metrics.get(name)?.set(values, frame.sinceEpoch * this.cells);
    }
    const size = this.cells * this.gridBytes;
    frame.gridEpochs.forEach((epoch, i) => {
      this.#grids.push({ epoch, grids: frame.predictionGrids.subarray(i * size, (i + 1) * size) });
    });
    this.#divergedAt = frame.divergedAt;
    this.#stoppedAt = frame.stoppedAt;
    this.#shownEpoch = frame.shownEpoch;
    this.epoch = frame.epoch;
  }

  /**
   * The sets that a cell evaluates.
   * @param {number} cell
   * @returns {SetName[]}
   */
  setsOf(cell) {
    return SET_NAMES.filter((name) => !Number.isNaN(this.value(`${name}_score`, cell, 0)));
  }

  /** The sets that at least one cell evaluates. @returns {SetName[]} */
  get sets() {
    const cells = Array.from({ length: this.cells }, (_, cell) => cell);
    return SET_NAMES.filter((name) => cells.some((cell) => this.setsOf(cell).includes(name)));
  }

  /**
   * How far the run of a cell had come at an epoch.
   * @param {number} cell
   * @param {number} epoch
   * @returns {CellProgress}
   */
  progressAt(cell, epoch) {
    const divergedAt = reached(this.#divergedAt[cell], epoch);
    const stoppedAt = reached(this.#stoppedAt[cell], epoch);
    const last = stoppedAt > 0 ? this.#shownEpoch[cell] : this.#lastEpoch(cell, epoch);
    return { epoch: last, divergedAt, stoppedAt };
  }

  /**
   * A metric of one cell at an epoch; NaN where its run has no such epoch.
   * @param {string} name
   * @param {number} cell
   * @param {number} epoch
   */
  value(name, cell, epoch) {
    return this.#metric(name)[epoch * this.cells + cell];
  }

  /**
   * A metric of one cell at every `step`-th epoch up to `end`.
   * @param {string} name
   * @param {number} cell
   */
  values(name, cell, end = this.epoch, step = 1) {
    const metric = this.#metric(name);
    const length = Math.floor(end / step) + 1;
    return Float64Array.from({ length }, (_, i) => metric[i * step * this.cells + cell]);
  }

  /**
   * The newest prediction grids of this epoch or earlier: a function from a cell to its bytes; null if there are none.
   * @param {number} epoch
   * @returns {((cell: number) => Uint8Array) | null}
   */
  gridsAt(epoch) {
    const grids = this.#grids.findLast((found) => found.epoch <= epoch)?.grids;
    if (grids === undefined) return null;
    return (cell) => grids.subarray(cell * this.gridBytes, (cell + 1) * this.gridBytes);
  }

  /**
   * The last epoch up to `end` that the run of a cell has trained; -1 if there is none.
   * @param {number} cell
   * @param {number} end
   */
  #lastEpoch(cell, end) {
    let epoch = end;
    while (epoch >= 0 && Number.isNaN(this.value("train_loss", cell, epoch))) epoch--;
    return epoch;
  }

  /** @param {string} name */
  #metric(name) {
    const metric = this.#metrics.get(name);
    if (metric === undefined) throw new Error(`A study has no metric ${name}.`);
    return metric;
  }
}

/**
 * The epoch at which a run has ended, or 0 if that is later than `epoch` or never.
 * @param {number} end 0 for never
 * @param {number} epoch
 */
function reached(end, epoch) {
  return end > 0 && epoch >= end ? end : 0;
}
