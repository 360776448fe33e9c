// Where the likeliest class changes: marching squares over a grid, for any number of classes.

/**
 * Adds the borders between the classes to a path, in units of cells from the top left. With two
 * classes that is the line at probability ½.
 * @param {import("./grid.js").Grid} grid
 * @param {{moveTo, lineTo}} path
 */
export function traceBorders(grid, path) {
  const { size, tops } = grid;
  const inside = (place) => Math.min(Math.max(place, 0), size);
  const [x, y] = [new Float64Array(4), new Float64Array(4)];
  grid.eachBorder((row, column, corners) => {
    let count = 0;
    for (let side = 0; side < 4; side++) {
      const [from, to] = [corners[side], corners[(side + 1) % 4]];
      if (tops[from] === tops[to]) continue;
      const share = crossing(grid, from, to);
      // Clockwise from the upper side; the corners lie in the middles of cells.
      const along = side < 2 ? share : 1 - share;
      const [right, down] = side % 2 === 0 ? [along, side / 2] : [(3 - side) / 2, along];
      x[count] = inside(column + 0.5 + right);
      y[count++] = inside(row + 0.5 + down);
    }
    if (count === 2) {
      path.moveTo(x[0], y[0]);
      path.lineTo(x[1], y[1]);
      return;
    }
    // Three classes, or two twice, meet within the square: near the middle of where they cross.
    let [middleX, middleY] = [0, 0];
    for (let i = 0; i < count; i++) {
      middleX += x[i] / count;
      middleY += y[i] / count;
    }
    for (let i = 0; i < count; i++) {
      path.moveTo(x[i], y[i]);
      path.lineTo(middleX, middleY);
    }
  });
}

/** How far from one cell to the next their classes are equally likely, between them linear. */
function crossing(grid, from, to) {
  const [one, other] = [grid.tops[from], grid.tops[to]];
  const ahead = grid.value(one, from) - grid.value(other, from);
  const behind = grid.value(other, to) - grid.value(one, to);
  return ahead + behind > 0 ? ahead / (ahead + behind) : 0.5;
}
