// What the pointer is on, as text.

import { clipped, formatNumber, isolated } from "../../lib/text.js";

/** @typedef {import("../../protocol.js").Dataset} Dataset */

const LONGEST_NAME = 40; // characters

/**
 * The network's prediction in a cell.
 * @param {Pick<Dataset, "classes" | "targetRange">} dataset
 * @param {import("./grid.js").Grid} grid @param {number} cell
 * @returns {string[]} the probability of each class in percent, or the target alone
 */
export function predictionTexts({ classes, targetRange: [low, high] }, grid, cell) {
  if (classes.length > 0) return classes.map((_, label) => `${Math.round(grid.value(label, cell) / 2.55)} %`);
  return [formatNumber(low + ((high - low) * grid.values[cell]) / 255, 3)];
}

/**
 * The coordinates and the point that the pointer is on, if any.
 * @param {Pick<Dataset, "classes">} dataset
 * @param {{x: number, y: number}} position in data coordinates
 * @param {{set: string, target: number} | null} point
 */
export function positionText({ classes }, { x, y }, point) {
  const coordinates = `(${formatNumber(x, 3)}, ${formatNumber(y, 3)})`;
  if (point === null) return coordinates;
  const target =
    classes.length > 0 ? isolated(clipped(classes[point.target], LONGEST_NAME)) : formatNumber(point.target, 3);
  return `${point.set} point: ${target} · ${coordinates}`;
}
