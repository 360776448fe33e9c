import assert from "node:assert/strict";
import { test } from "node:test";
import {
  LARGEST_RADIUS,
  MARK_BOX,
  MARK_PADDING,
  SETS,
  glyph,
  markRadius,
  markReach,
} from "../../static/js/components/boundary/glyphs.js";

test("ten classes have ten shapes in each set", () => {
  for (const set of SETS) {
    const shapes = new Set(Array.from({ length: 10 }, (_, label) => glyph(set, label, 10)));
    assert.equal(shapes.size, 10);
  }
});

test("two classes have one shape in each set, and the sets have different ones", () => {
  for (const set of SETS) assert.equal(glyph(set, 0, 2), glyph(set, 1, 2));
  assert.equal(new Set(SETS.map((set) => glyph(set, 0, 2))).size, 3);
});

test("marks are smaller where there are more points", () => {
  const radii = [1, 1000, 1001, 4000, 4001, 20_000].map(markRadius);
  assert.deepEqual(radii, [3.5, 3.5, 2.75, 2.75, 2, 2]);
});

test("every shape fits into the box of a legend", () => {
  const widest = Math.max(
    ...SETS.flatMap((set) => Array.from({ length: 10 }, (_, label) => glyph(set, label, 10)))
      .flatMap((path) => path.match(/-?\d+\.\d+ -?\d+\.\d+/g) ?? [])
      .map((corner) => Math.hypot(...corner.split(" ").map(Number))),
  );
  assert.ok(widest * LARGEST_RADIUS + 1 <= markReach(LARGEST_RADIUS));
  assert.ok(2 * markReach(LARGEST_RADIUS) <= MARK_BOX);
  assert.equal(2 * (MARK_PADDING + LARGEST_RADIUS), MARK_BOX);
});
