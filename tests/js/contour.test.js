import assert from "node:assert/strict";
import { test } from "node:test";
import { traceBorders } from "../../static/js/components/boundary/contour.js";
import { Grid } from "../../static/js/components/boundary/grid.js";

/**
 * The lines that are traced: [x1, y1, x2, y2] each, rounded.
 * @param {number[]} values @param {number} classes
 */
function lines(values, classes) {
  /** @type {number[][]} */
  const found = [];
  /** @type {number[]} */
  let start = [];
  traceBorders(new Grid(Uint8Array.from(values), classes), {
    moveTo: (x, y) => {
      start = [x, y];
    },
    lineTo: (x, y) => {
      found.push([...start, x, y].map((value) => Math.round(1000 * value) / 1000));
    },
  });
  return found;
}

test("a grid of one class has no borders", () => {
  assert.deepEqual(lines([200, 255, 130, 180], 2), []);
  assert.deepEqual(lines([0, 10, 20, 127], 2), []);
});

test("a vertical border runs from the top of the grid to its bottom", () => {
  const traced = lines([0, 255, 0, 255], 2);
  assert.equal(traced.length, 3); // above, between and below the centers of the cells
  for (const [x1, , x2] of traced) assert.deepEqual([x1, x2], [1, 1]);
  assert.equal(Math.min(...traced.map(([, y1, , y2]) => Math.min(y1, y2))), 0);
  assert.equal(Math.max(...traced.map(([, y1, , y2]) => Math.max(y1, y2))), 2);
});

test("a border lies where both classes are equally probable", () => {
  // Between the centers, at 0.5 and 1.5, the probability rises from 0.2 to 1: ½ is at 3/8 of the way.
  const [low, high] = [51, 255];
  const traced = lines([low, high, low, high], 2);
  for (const [x1, , x2] of traced) {
    assert.ok(Math.abs(x1 - (0.5 + 0.375)) < 0.002);
    assert.equal(x1, x2);
  }
});

test("the border of a horizontal edge is horizontal", () => {
  for (const [, y1, , y2] of lines([0, 0, 255, 255], 2)) assert.deepEqual([y1, y2], [1, 1]);
});

test("where three classes meet, their borders end in one point", () => {
  // Cells: class 0, class 1 / class 2, class 2.
  const channels = [
    [255, 0, 0, 0],
    [0, 255, 0, 0],
    [0, 0, 255, 255],
  ];
  const traced = lines(channels.flat(), 3);
  /** @type {Map<string, number>} */
  const endings = new Map();
  for (const [, , x, y] of traced) endings.set(`${x},${y}`, (endings.get(`${x},${y}`) ?? 0) + 1);
  assert.equal(Math.max(...endings.values()), 3);
});

test("no border leaves the grid", () => {
  const size = 7;
  const values = Array.from({ length: size * size }, (_, i) => (i * 97) % 256);
  const traced = lines(values, 2);
  assert.ok(traced.length > size);
  for (const coordinate of traced.flat()) assert.ok(coordinate >= 0 && coordinate <= size);
});
