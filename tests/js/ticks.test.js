import assert from "node:assert/strict";
import { test } from "node:test";
import { roundTicks } from "../../static/js/components/boundary/ticks.js";

test("ticks are round numbers within the range", () => {
  assert.deepEqual(roundTicks(-1.9, 1.7, 4), [-1, 0, 1]);
  assert.deepEqual(roundTicks(0, 4, 4), [0, 1, 2, 3, 4]);
  assert.deepEqual(roundTicks(3, 97, 4), [50]);
  assert.deepEqual(roundTicks(102, 345, 4), [200, 300]);
});

test("there are no ticks without a range", () => {
  assert.deepEqual(roundTicks(1, 1, 4), []);
  assert.deepEqual(roundTicks(2, 1, 4), []);
  assert.deepEqual(roundTicks(Number.NaN, 1, 4), []);
});
