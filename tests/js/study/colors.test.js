import assert from "node:assert/strict";
import { test } from "node:test";

import { argmaxPixels, spread } from "../../../static/js/study/colors.js";

const WHITE = [255, 255, 255];
const COLORS = [
  [10, 20, 30],
  [200, 100, 0],
];

/** Red, green, blue and opacity of a pixel. */
function parts(pixels, byte) {
  return [...new Uint8Array(pixels.buffer, 4 * byte, 4)];
}

test("each class goes from the undecided color to its own", () => {
  const pixels = argmaxPixels(WHITE, COLORS, 25);
  assert.deepEqual(parts(pixels, 0), [...WHITE, 255]);
  assert.deepEqual(parts(pixels, 24), [...COLORS[0], 255]);
  assert.deepEqual(parts(pixels, 25), [...WHITE, 255]);
  assert.deepEqual(parts(pixels, 49), [...COLORS[1], 255]);
  const [red] = parts(pixels, 12);
  assert.ok(Math.abs(red - (COLORS[0][0] + WHITE[0]) / 2) <= 0.5);
});

test("colors of targets are spread over the whole scale", () => {
  const scale = Array.from({ length: 256 }, (_, i) => i);
  assert.deepEqual(spread(scale, 4), [0, 85, 170, 255]);
});
