import assert from "node:assert/strict";
import { test } from "node:test";
import { Grid } from "../../static/js/components/boundary/grid.js";

test("a position belongs to the cell that contains it", () => {
  const grid = new Grid(new Uint8Array(16), 2);
  assert.equal(grid.size, 4);
  assert.equal(grid.cellAt(0, 0), 0);
  assert.equal(grid.cellAt(0.99, 0), 3);
  assert.equal(grid.cellAt(0.25, 0), 1); // an edge belongs to the cell after it
  assert.equal(grid.cellAt(0.1, 0.6), 8);
  assert.equal(grid.cellAt(0.6, 0.1), 2);
});

test("a position at or beyond the border belongs to the nearest cell", () => {
  const grid = new Grid(new Uint8Array(16), 2);
  assert.equal(grid.cellAt(1, 1), 15);
  assert.equal(grid.cellAt(7, -3), 3);
  assert.equal(grid.cellAt(-0.1, 1.1), 12);
});

test("of two classes the grid has the probability of the second", () => {
  const grid = new Grid(Uint8Array.of(0, 100, 128, 255), 2);
  assert.deepEqual(
    [0, 1].map((label) => grid.value(label, 1)),
    [155, 100],
  );
  assert.deepEqual([...grid.labels], [0, 0, 1, 1]);
});

test("of more classes the grid has a channel for each", () => {
  const channels = [
    [90, 10, 85, 0],
    [80, 20, 85, 0],
    [85, 225, 85, 255],
  ];
  const grid = new Grid(Uint8Array.from(channels.flat()), 3);
  assert.equal(grid.size, 2);
  assert.deepEqual(
    [0, 1, 2].map((label) => grid.value(label, 1)),
    [10, 20, 225],
  );
  assert.deepEqual([...grid.labels], [0, 2, 0, 2]); // of equals the first
});

test("borders are the squares whose corners differ, to the edge of the grid", () => {
  const grid = new Grid(Uint8Array.of(0, 0, 0, 255), 2);
  /** @type {number[][]} */
  const visited = [];
  grid.forEachBorder((row, column, corners) => visited.push([row, column, ...corners]));
  assert.deepEqual(visited, [
    [0, 0, 0, 1, 3, 2],
    [0, 1, 1, 1, 3, 3],
    [1, 0, 2, 3, 3, 2],
  ]);
});
