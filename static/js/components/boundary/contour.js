// The lines where the most probable class changes: marching squares, for any number of classes.

/** @typedef {import("./grid.js").Grid} Grid */

/**
 * Adds the borders between the classes to a path, in units of cells from the top left. With two
 * classes they are the contour at probability ½.
 * @param {Grid} grid
 * @param {{moveTo: (x: number, y: number) => void, lineTo: (x: number, y: number) => void}} path
 */
export function traceBorders(grid, path) {
  const { size, labels } = grid;
  const clamped = (/** @type {number} */ position) => Math.min(Math.max(position, 0), size);
  const x = new Float64Array(4);
  const y = new Float64Array(4);
  grid.forEachBorder((row, column, corners) => {
    let count = 0;
    for (let side = 0; side < 4; side++) {
      const from = corners[side];
      const to = corners[(side + 1) % 4];
      if (labels[from] === labels[to]) continue;
      const share = crossing(grid, from, to);
      // The sides go clockwise from the top one. The corners are the centers of cells.
      const along = side < 2 ? share : 1 - share;
      const isHorizontal = side % 2 === 0;
      x[count] = clamped(column + 0.5 + (isHorizontal ? along : (3 - side) / 2));
      y[count] = clamped(row + 0.5 + (isHorizontal ? side / 2 : along));
      count++;
    }
    if (count === 2) {
      path.moveTo(x[0], y[0]);
      path.lineTo(x[1], y[1]);
      return;
    }
    // More than two crossings: the lines meet at their mean.
    let meanX = 0;
    let meanY = 0;
    for (let i = 0; i < count; i++) {
      meanX += x[i] / count;
      meanY += y[i] / count;
    }
    for (let i = 0; i < count; i++) {
      path.moveTo(x[i], y[i]);
      path.lineTo(meanX, meanY);
    }
  });
}

/**
 * The share of the way between two cells at which their classes are equally probable, by linear
 * interpolation.
 * @param {Grid} grid @param {number} from @param {number} to cells of different labels
 */
function crossing(grid, from, to) {
  const first = grid.labels[from];
  const second = grid.labels[to];
  const before = grid.value(first, from) - grid.value(second, from);
  const after = grid.value(second, to) - grid.value(first, to);
  return before + after > 0 ? before / (before + after) : 0.5;
}
