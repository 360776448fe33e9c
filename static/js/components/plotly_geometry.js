// Where Plotly has put the axes of a chart. This module alone reads private members of Plotly.
//
// Plotly has no public way to ask for the pixels of the plot area. The margins do not give them: with
// `constrain: "domain"` Plotly shortens an axis so that both axes share a unit. Nor does the public
// layout give the ranges while the user drags: it changes only when the drag ends. `_fullLayout` has
// both. Its shape is checked here, and tests/browser/test_picture.py compares the result with what
// Plotly has drawn.

/**
 * A rectangle in CSS pixels.
 * @typedef {{left: number, top: number, width: number, height: number}} Rectangle
 */

/**
 * From data to CSS pixels, counted from the top left of the plot area, and back.
 * @typedef {object} Scale
 * @property {(x: number) => number} x
 * @property {(y: number) => number} y
 * @property {(pixel: number) => number} xAt
 * @property {(pixel: number) => number} yAt
 */

/** @typedef {{offset: number, length: number, range: [number, number]}} Axis */

/**
 * The plot area, counted from the top left of the chart's element, and the scale of its linear axes.
 * @param {object} element of a chart that Plotly has drawn
 * @returns {{area: Rectangle, scale: Scale}}
 * @throws {Error} if this version of Plotly keeps its axes in another form
 */
export function plotGeometry(element) {
  const { offset: left, length: width, range: xRange } = readAxis(element, "xaxis");
  const { offset: top, length: height, range: yRange } = readAxis(element, "yaxis");
  const [low, high] = xRange;
  const [bottom, upper] = yRange;
  const across = width / (high - low);
  const down = height / (upper - bottom);
  return {
    area: { left, top, width, height },
    scale: {
      x: (x) => (x - low) * across,
      y: (y) => (upper - y) * down,
      xAt: (pixel) => low + pixel / across,
      yAt: (pixel) => upper - pixel / down,
    },
  };
}

/**
 * @param {any} element
 * @param {"xaxis" | "yaxis"} name
 * @returns {Axis}
 */
function readAxis(element, name) {
  const axis = element._fullLayout?.[name];
  const range = Array.from(axis?.range ?? [], Number);
  const isAsExpected = range.length === 2 && [axis._offset, axis._length, ...range].every(Number.isFinite);
  if (!isAsExpected) {
    throw new Error(
      `This version of Plotly has no numbers _fullLayout.${name}._offset, _length and range[0…1]. ` +
        "Adapt components/plotly_geometry.js to it.",
    );
  }
  return { offset: axis._offset, length: axis._length, range: [range[0], range[1]] };
}
