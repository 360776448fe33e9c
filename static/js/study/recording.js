// What a study has shown so far: every epoch's metrics of every cell, and the fields received.

import { SETS } from "./measures.js";

const METRICS = SETS.flatMap((set) => [`${set}_loss`, `${set}_score`]);
const FIELD_SIZE = 40 * 40;

export class Recording {
  #metrics;
  #fields = []; // {epoch, fields}, by epoch
  #ends = null; // by cell: diverged_at, stopped_at, kept; 0 where there is no such epoch
  epoch = -1;

  /** @param {number} cells @param {number} epochs that the longest run trains */
  constructor(cells, epochs) {
    this.cells = cells;
    this.epochs = epochs;
    this.#metrics = new Map(
      METRICS.map((name) => [name, new Float64Array(cells * (epochs + 1)).fill(NaN)]),
    );
  }

  /** Takes over a frame: metrics from its `since` on, and the fields it carries. */
  take(tensors, since, epoch) {
    for (const name of METRICS) this.#metrics.get(name).set(tensors[name], since * this.cells);
    const size = this.cells * FIELD_SIZE;
    tensors.field_epochs.forEach((at, i) => {
      this.#fields.push({ epoch: at, fields: tensors.fields.subarray(i * size, (i + 1) * size) });
    });
    const { diverged_at, stopped_at, kept } = tensors;
    this.#ends = { diverged_at, stopped_at, kept };
    this.epoch = epoch;
  }

  /** Names of the sets that were looked at in a cell, or in any. */
  sets(cell = null) {
    const cells = cell === null ? [...Array(this.cells).keys()] : [cell];
    return SETS.filter((name) => cells.some((i) => !Number.isNaN(this.value(`${name}_score`, i, 0))));
  }

  /** How far a cell's run had come at an epoch: which network it then had, and how it had ended. */
  at(cell, epoch) {
    const { diverged_at, stopped_at, kept } = this.#ends;
    const last = this.lastEpoch(cell, epoch);
    if (diverged_at[cell] > 0 && epoch >= diverged_at[cell]) return { diverged: diverged_at[cell] };
    if (stopped_at[cell] > 0 && epoch >= stopped_at[cell]) return { epoch: kept[cell], stopped: stopped_at[cell] };
    return { epoch: last };
  }

  /** A metric of one cell at an epoch; NaN where its run has no such epoch. */
  value(name, cell, epoch) {
    return this.#metrics.get(name)[epoch * this.cells + cell];
  }

  /** A metric of one cell at every `step`-th epoch up to `end`. */
  values(name, cell, end = this.epoch, step = 1) {
    const metric = this.#metrics.get(name);
    const length = Math.floor(end / step) + 1;
    return Array.from({ length }, (_, i) => metric[i * step * this.cells + cell]);
  }

  /** The last epoch up to `end` that the run of a cell has completed; -1 if none. */
  lastEpoch(cell, end) {
    const losses = this.#metrics.get("train_loss");
    let epoch = end;
    while (epoch >= 0 && Number.isNaN(losses[epoch * this.cells + cell])) epoch--;
    return epoch;
  }

  /** The newest fields received of `epoch` or before: a function from cell to its 40 × 40 bytes. */
  fieldsAt(epoch) {
    let found = null;
    for (let i = this.#fields.length - 1; i >= 0 && found === null; i--) {
      if (this.#fields[i].epoch <= epoch) found = this.#fields[i].fields;
    }
    return found && ((cell) => found.subarray(cell * FIELD_SIZE, (cell + 1) * FIELD_SIZE));
  }
}
