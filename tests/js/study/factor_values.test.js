import assert from "node:assert/strict";
import { test } from "node:test";

import { joinValues, splitValues, toggled } from "../../../static/js/study/factor_values.js";

test("values are separated by commas, and values with commas by semicolons", () => {
  assert.deepEqual(splitValues(" 1, 10 ,50,", ","), ["1", "10", "50"]);
  assert.deepEqual(splitValues("4; 8,8", ";"), ["4", "8,8"]);
  assert.deepEqual(splitValues("", ","), []);
  assert.equal(joinValues(["4", "8,8"], ";"), "4; 8,8");
});

test("a value is taken out, or put in where the suggestions have it", () => {
  const order = ["1", "10", "50", "100"];
  assert.deepEqual(toggled(["1", "50"], "50", order), ["1"]);
  assert.deepEqual(toggled(["1", "100"], "10", order), ["1", "10", "100"]);
  assert.deepEqual(toggled(["1"], "100", order), ["1", "100"]);
  assert.deepEqual(toggled(["7", "50"], "10", order), ["7", "10", "50"]);
});
