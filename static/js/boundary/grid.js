// A network's answer over the plane, as a frame brings it: a square of cells from the top left.

export class Grid {
  #tops = null;

  /**
   * @param {Uint8Array} values one plane of 0…255, of the second of two classes, of a unit or of a
   *   regression; or, for more classes, a plane of probabilities for each
   * @param {number} classes 1 where the planes are no probabilities of classes
   */
  constructor(values, classes) {
    this.values = values;
    this.classes = classes;
    this.planes = classes > 2 ? classes : 1;
    this.cells = values.length / this.planes;
    this.size = Math.sqrt(this.cells);
  }

  /** 0…255: how likely a class is in a cell; with one plane, 0 is its opposite and 1 itself. */
  value(label, cell) {
    if (this.planes > 1) return this.values[label * this.cells + cell];
    return label === 1 ? this.values[cell] : 255 - this.values[cell];
  }

  /** The cell at a place, both coordinates 0…1 from the top left. */
  cell(across, down) {
    const place = (share) => Math.min(Math.max(Math.floor(share * this.size), 0), this.size - 1);
    return place(down) * this.size + place(across);
  }

  /** The likeliest class of every cell. */
  get tops() {
    if (this.#tops !== null) return this.#tops;
    const tops = new Uint8Array(this.cells);
    if (this.planes === 1) {
      for (let cell = 0; cell < tops.length; cell++) tops[cell] = this.values[cell] >> 7;
    } else {
      for (let cell = 0; cell < tops.length; cell++) {
        let [top, most] = [0, this.values[cell]];
        for (let label = 1, i = cell + this.cells; label < this.planes; label++, i += this.cells) {
          if (this.values[i] > most) [top, most] = [label, this.values[i]];
        }
        tops[cell] = top;
      }
    }
    return (this.#tops = tops);
  }

  /**
   * Calls `visit(row, column, corners)` for every square between four cells' centres that do not
   * agree on their class. `corners` are those cells, clockwise from the top left; the squares reach
   * to the border of the plane, where a cell is its own neighbour: rows and columns begin at -1.
   */
  eachBorder(visit) {
    const [{ size, tops }, corners] = [this, new Int32Array(4)];
    for (let row = -1; row < size; row++) {
      const above = Math.max(row, 0) * size;
      const below = Math.min(row + 1, size - 1) * size;
      for (let column = -1; column < size; column++) {
        const [left, right] = [Math.max(column, 0), Math.min(column + 1, size - 1)];
        const top = tops[above + left];
        if (top === tops[above + right] && top === tops[below + right] && top === tops[below + left]) continue;
        corners[0] = above + left;
        corners[1] = above + right;
        corners[2] = below + right;
        corners[3] = below + left;
        visit(row, column, corners);
      }
    }
  }
}
