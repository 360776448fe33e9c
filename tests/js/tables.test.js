import assert from "node:assert/strict";
import { test } from "node:test";
import { isTabular } from "../../static/js/components/table/input.js";
import { shortName, summaryText } from "../../static/js/components/table/text.js";

const SUMMARY = {
  rows: 60,
  features: ["height", "weight"],
  label: "kind",
  task: /** @type {const} */ ("classification"),
  classes: ["cat", "dog"],
  dropped: 0,
};

test("a table is told in a line", () => {
  assert.equal(summaryText(SUMMARY), "60 rows · height, weight → kind (cat, dog)");
  assert.equal(
    summaryText({ ...SUMMARY, rows: 9999, dropped: 1200, task: "regression", classes: [] }),
    "9,999 rows · 1,200 dropped · height, weight → kind (a number)",
  );
});

test("long names are cut at a character", () => {
  assert.equal(shortName("x".repeat(40)), "x".repeat(40));
  assert.equal(shortName("x".repeat(41)), `${"x".repeat(39)}…`);
  assert.equal(shortName("🎉".repeat(40)), "🎉".repeat(40));
  assert.equal(shortName("🎉".repeat(41)), `${"🎉".repeat(39)}…`);
  assert.ok(summaryText({ ...SUMMARY, label: "y".repeat(10_000) }).length < 100);
});

test("pasted text is a table if it has two lines and a delimiter", () => {
  for (const delimiter of [",", ";", "\t", "|"]) assert.ok(isTabular(`a${delimiter}b\n1${delimiter}2`));
  assert.ok(isTabular("a,b\r\n1,2\r\n"));
  assert.ok(!isTabular("one line, with commas"));
  assert.ok(!isTabular("two lines\nof prose"));
  assert.ok(!isTabular(""));
});
