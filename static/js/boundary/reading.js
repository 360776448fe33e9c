// What the pointer is on, in words: coordinates, the network's answer there, the point if it is on one.

import { clipped } from "../palette.js";

const LONGEST_NAME = 24; // characters

/**
 * @param {{classes: string[], features: string[], axes: number[], range: number[]}} dataset
 * @param {{x: number, y: number}} place in data coordinates
 * @param {import("./grid.js").Grid | null} grid with `cell` the place's cell; null off the plane
 * @param {{set: string, answer: number} | null} point that is pointed at
 */
export function reading({ classes, range, target }, { x, y }, grid, cell, point) {
  const parts = [`(${written(x)}, ${written(y)})`];
  if (grid !== null && classes.length > 0) {
    const shares = classes.map((name, label) => ({ name, share: grid.value(label, cell) / 255 }));
    if (classes.length > 2) shares.sort((one, other) => other.share - one.share);
    parts.push(...shares.map(({ name, share }) => `${isolated(name)} ${Math.round(100 * share)} %`));
  } else if (grid !== null) {
    const answer = range[0] + ((range[1] - range[0]) * grid.values[cell]) / 255;
    parts.push(`${isolated(target)} ${written(answer)}`);
  }
  if (point !== null) {
    const answer = classes.length > 0 ? isolated(classes[point.answer]) : written(point.answer);
    parts.push(`${point.set} point: ${answer}`);
  }
  return parts.join(" · ");
}

/** A name that leaves the direction of what stands around it alone. */
const isolated = (name) => `\u2068${clipped(name, LONGEST_NAME)}\u2069`;

const written = (value) =>
  value.toLocaleString("en", { minimumSignificantDigits: 3, maximumSignificantDigits: 3 }).replace("-", "−");
