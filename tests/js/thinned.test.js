import assert from "node:assert/strict";
import { describe, test } from "node:test";

import { thinned } from "../../static/js/lib/thinned.js";

const LARGEST = 1e100;

describe("thinned", () => {
  test("keeps every point of a short line", () => {
    assert.deepEqual(thinned(Float64Array.of(3, 1, 2), 10, LARGEST), { x: [0, 1, 2], y: [3, 1, 2] });
    assert.deepEqual(thinned(new Float64Array(0), 10, LARGEST), { x: [], y: [] });
  });

  test("keeps within its limit", () => {
    for (const length of [1, 9, 10, 11, 100, 12345]) {
      const { x, y } = thinned(Float64Array.from({ length }, Math.random), 10, LARGEST);
      assert.equal(x.length <= 10, true, `${x.length} points of ${length}`);
      assert.equal(x.length, y.length);
      assert.deepEqual(
        x,
        x.toSorted((a, b) => a - b),
      );
    }
  });

  test("loses no spike", () => {
    const values = new Float64Array(10_000).fill(1);
    values[4321] = 99;
    values[8765] = -99;
    const { x, y } = thinned(values, 100, LARGEST);
    assert.equal(y[x.indexOf(4321)], 99);
    assert.equal(y[x.indexOf(8765)], -99);
  });

  test("loses no point beside one that cannot be drawn", () => {
    const values = new Float64Array(1000).fill(1);
    for (let i = 0; i < values.length; i += 10) values[i] = i % 20 === 0 ? Number.NaN : Number.POSITIVE_INFINITY;
    values[431] = 99;
    const { x, y } = thinned(values, 200, LARGEST);
    assert.equal(y[x.indexOf(431)], 99);
    assert.equal(y.includes(null), false);
  });

  test("has gaps where there is nothing to draw", () => {
    const values = Float64Array.of(1, Number.NaN, 1e100, Number.POSITIVE_INFINITY, 2);
    assert.deepEqual(thinned(values, 10, LARGEST).y, [1, null, null, null, 2]);
  });
});
