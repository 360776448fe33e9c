// Tables as text.

import { clipped, formatCount } from "../../lib/text.js";

const LONGEST_NAME = 40; // characters

/**
 * A name in a line of text, or its beginning.
 * @param {string} name
 */
export function shortName(name) {
  return clipped(name, LONGEST_NAME);
}

/**
 * A table in one line: “60 rows · height, weight → kind (cat, dog)”.
 * @param {Pick<import("./api.js").TableSummary,
 *   "rows" | "features" | "label" | "task" | "classes" | "dropped">} summary
 */
export function summaryText({ rows, features, label, task, classes, dropped }) {
  const targets = task === "regression" ? "a number" : classes.map(shortName).join(", ");
  const droppedText = dropped > 0 ? ` · ${formatCount(dropped)} dropped` : "";
  return `${formatCount(rows)} rows${droppedText} · ${features.map(shortName).join(", ")} → ${shortName(label)} (${targets})`;
}
