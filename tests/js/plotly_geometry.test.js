import assert from "node:assert/strict";
import { test } from "node:test";
import { plotGeometry } from "../../static/js/components/plotly_geometry.js";

/** @param {object} [changes] of the horizontal axis */
const chart = (changes = {}) => ({
  _fullLayout: {
    xaxis: { _offset: 44, _length: 200, range: [-2, 2], ...changes },
    yaxis: { _offset: 8, _length: 100, range: [0, 10] },
  },
});

test("the plot area and the scale are those of the axes", () => {
  const { area, scale } = plotGeometry(chart());
  assert.deepEqual(area, { left: 44, top: 8, width: 200, height: 100 });
  assert.deepEqual([scale.x(-2), scale.x(0), scale.x(2)], [0, 100, 200]);
  assert.deepEqual([scale.y(10), scale.y(5), scale.y(0)], [0, 50, 100]); // upwards
  assert.equal(scale.xAt(scale.x(0.75)), 0.75);
  assert.equal(scale.yAt(scale.y(2.5)), 2.5);
});

for (const [what, changes] of Object.entries({
  "no offset": { _offset: undefined },
  "an offset that is no number": { _offset: "44px" },
  "no length": { _length: undefined },
  "no range": { range: undefined },
  "a range of one number": { range: [0] },
})) {
  test(`an axis with ${what} is an error that says what to do`, () => {
    assert.throws(() => plotGeometry(chart(changes)), /version of Plotly.*_fullLayout\.xaxis.*plotly_geometry\.js/);
  });
}

test("a chart without the private layout is the same error", () => {
  assert.throws(() => plotGeometry({}), /version of Plotly/);
});
