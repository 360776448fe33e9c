// Values over the plane as a square of cells: a prediction grid, or the activation map of a unit.
//
// Cells are numbered row by row from the top left. A channel is one number from 0 to 255 a cell.

/**
 * Four neighboring cells, clockwise from the top left.
 * @typedef {Int32Array} Corners
 */

export class Grid {
  /** @type {Uint8Array | null} */
  #labels = null;

  /**
   * @param {Uint8Array} values one channel: the probability of the second of two classes, a unit's
   *   activation or a regression's prediction; with more than two classes, a channel for the
   *   probability of each, one after the other
   * @param {number} classes 0 or 1 where the values are not probabilities
   */
  constructor(values, classes) {
    this.values = values;
    this.channels = classes > 2 ? classes : 1;
    this.cells = values.length / this.channels;
    /** Cells along a side. */
    this.size = Math.sqrt(this.cells);
  }

  /**
   * How probable a class is in a cell, 0 to 255. With one channel, label 1 is the channel itself
   * and label 0 its complement.
   * @param {number} label @param {number} cell
   */
  value(label, cell) {
    if (this.channels > 1) return this.values[label * this.cells + cell];
    return label === 1 ? this.values[cell] : 255 - this.values[cell];
  }

  /**
   * The cell at a position; a position outside of the grid belongs to the nearest cell.
   * @param {number} right @param {number} down shares of a side from the top left, 0 to 1
   */
  cellAt(right, down) {
    const index = (/** @type {number} */ share) => Math.min(Math.max(Math.floor(share * this.size), 0), this.size - 1);
    return index(down) * this.size + index(right);
  }

  /** The most probable class of every cell (argmax). Of equally probable classes, the first. */
  get labels() {
    this.#labels ??= this.#argmax();
    return this.#labels;
  }

  #argmax() {
    const labels = new Uint8Array(this.cells);
    if (this.channels === 1) {
      for (let cell = 0; cell < labels.length; cell++) labels[cell] = this.values[cell] >> 7;
      return labels;
    }
    for (let cell = 0; cell < labels.length; cell++) {
      let best = 0;
      let highest = this.values[cell];
      for (let label = 1, i = cell + this.cells; label < this.channels; label++, i += this.cells) {
        if (this.values[i] > highest) {
          best = label;
          highest = this.values[i];
        }
      }
      labels[cell] = best;
    }
    return labels;
  }

  /**
   * Calls `visit` for every square between the centers of four cells that differ in their label.
   * `row` and `column` are those of the top left cell. They begin at -1: the squares reach to the
   * border of the grid, where a cell is its own neighbor. `corners` is reused for every call.
   * @param {(row: number, column: number, corners: Corners) => void} visit
   */
  forEachBorder(visit) {
    const { size, labels } = this;
    const corners = new Int32Array(4);
    for (let row = -1; row < size; row++) {
      const above = Math.max(row, 0) * size;
      const below = Math.min(row + 1, size - 1) * size;
      for (let column = -1; column < size; column++) {
        const left = Math.max(column, 0);
        const right = Math.min(column + 1, size - 1);
        const label = labels[above + left];
        if (label === labels[above + right] && label === labels[below + right] && label === labels[below + left]) {
          continue;
        }
        corners[0] = above + left;
        corners[1] = above + right;
        corners[2] = below + right;
        corners[3] = below + left;
        visit(row, column, corners);
      }
    }
  }
}
