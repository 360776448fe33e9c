// The first rows of a table as an HTML table. The head tells what each column holds.

import { create } from "../../lib/dom.js";
import { clipped, formatCount } from "../../lib/text.js";

/** @typedef {import("./api.js").TablePreview} TablePreview */
/** @typedef {import("./api.js").Column} Column */

const LONGEST_NAME = 24; // characters

/**
 * The head: the names of the columns, each with a checkbox for whether it is a feature.
 * @param {TablePreview} preview
 */
export function headRow({ columns, choices }) {
  const cells = columns.map((column, index) => headCell(column, index, choices.features.includes(column.name)));
  return create("tr", {}, create("th", { scope: "col" }, "line"), ...cells);
}

/** @param {Column} column @param {number} index @param {boolean} isFeature */
function headCell(column, index, isFeature) {
  const checkbox = create("input", { type: "checkbox", name: "feature", value: String(index), checked: isFeature });
  const name = create("bdi", {}, clipped(column.name, LONGEST_NAME));
  return create(
    "th",
    { scope: "col" },
    create("label", { title: column.name }, checkbox, name),
    create("small", {}, contentText(column)),
    create("small", { className: "role" }),
  );
}

/** @param {Column} column */
function contentText({ kind, missing, distinct }) {
  const values = kind === "words" ? `, ${formatCount(distinct)} different` : "";
  const gaps = missing > 0 && kind !== "empty" ? `, ${formatCount(missing)} missing` : "";
  return kind + values + gaps;
}

/** @param {TablePreview} preview */
export function bodyRows({ columns, rows, lines }) {
  return rows.map((row, i) => {
    const cells = row.map((value, column) =>
      create("td", { className: columns[column].kind }, create("bdi", {}, value)),
    );
    return create("tr", {}, create("th", { scope: "row" }, String(lines[i])), ...cells);
  });
}
