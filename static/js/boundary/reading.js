// What the pointer is on, in words.

import { clipped } from "../palette.js";

const LONGEST_NAME = 40; // characters

/** The network's answer in a cell: of each class its probability in percent, or the one target. */
export function answers({ classes, range }, grid, cell) {
  if (classes.length > 0) return classes.map((_, label) => `${Math.round(grid.value(label, cell) / 2.55)} %`);
  return [written(range[0] + ((range[1] - range[0]) * grid.values[cell]) / 255, 3)];
}

/** Coordinates and, if one is pointed at, a point {set, answer}. */
export function place({ classes }, { x, y }, point) {
  const where = `(${written(x, 3)}, ${written(y, 3)})`;
  if (point === null) return where;
  const answer = classes.length > 0 ? isolated(classes[point.answer]) : written(point.answer, 3);
  return `${point.set} point: ${answer} · ${where}`;
}

/** A name that leaves the direction of what stands around it alone. */
const isolated = (name) => `\u2068${clipped(name, LONGEST_NAME)}\u2069`;

/** A number with so many significant digits and a true minus sign. */
export const written = (value, digits) =>
  value.toLocaleString("en", { maximumSignificantDigits: digits }).replace("-", "−");
