import assert from "node:assert/strict";
import { test } from "node:test";

import {
  clipped,
  formatCount,
  formatFixed,
  formatNumber,
  isolated,
  plainText,
  plural,
} from "../../static/js/lib/text.js";

test("numbers have a true minus sign and grouped thousands", () => {
  assert.equal(formatNumber(-1234.567, 5), "−1,234.6");
  assert.equal(formatNumber(0.00012345, 3), "0.000123");
  assert.equal(formatFixed(-0.5, 3), "−0.500");
  assert.equal(formatFixed(2, 1), "2.0");
  assert.equal(formatCount(20000), "20,000");
});

test("counted things are singular or plural", () => {
  assert.equal(plural(1, "point"), "1 point");
  assert.equal(plural(2000, "point"), "2,000 points");
  assert.equal(plural(0, "class", "classes"), "0 classes");
});

test("a long text is clipped", () => {
  assert.equal(clipped("short", 5), "short");
  assert.equal(clipped("longer", 5), "long…");
  assert.equal(clipped("", 5), "");
});

test("a clipped text has whole characters", () => {
  assert.equal(clipped("𝛼𝛽𝛾", 3), "𝛼𝛽𝛾");
  assert.equal(clipped("𝛼𝛽𝛾𝛿", 3), "𝛼𝛽…");
  assert.equal(clipped("a".repeat(10), 3), "aa…");
});

test("an isolated text cannot change the direction of the text around it", () => {
  assert.equal(isolated("שלום"), "\u2068שלום\u2069");
});

test("Plotly shows markup as it is written", () => {
  assert.equal(plainText("<b>a & b</b>"), "&lt;b&gt;a &amp; b&lt;/b&gt;");
});
