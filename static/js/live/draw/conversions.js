// Drawn points as a dataset, as a table, and from a dataset.

import { SET_NAMES } from "../../protocol.js";
import { MIN_CLASSES } from "./drawn_points.js";

/** @typedef {import("../../protocol.js").Dataset} Dataset */
/** @typedef {import("../../protocol.js").SetName} SetName */
/** @typedef {import("./drawn_points.js").DrawnState} DrawnState */

const LABEL = "label"; // names of the table's columns
const SPLIT = "split";

/** @type {SetName[]} the test set is not shown, so it is not drawn on either */
const VISIBLE_SETS = ["train", "validation"];

/**
 * The points of each set that has any.
 * @param {DrawnState} state
 * @returns {Dataset["sets"]}
 */
export function toSets({ points }) {
  /** @type {Dataset["sets"]} */
  const sets = {};
  for (const name of SET_NAMES) {
    const own = points.filter(({ set }) => set === name);
    if (own.length === 0) continue;
    sets[name] = {
      X: Float64Array.from(own.flatMap(({ x, y }) => [x, y])),
      y: Uint8Array.from(own, ({ label }) => label),
    };
  }
  return sets;
}

/**
 * The plane without its points, as a dataset to show.
 * @param {DrawnState} state
 * @returns {Dataset}
 */
export function toEmptyDataset({ features, classes, extent }) {
  return {
    kind: "dataset",
    isRegression: false,
    classes: [...classes],
    features: [...features],
    inputs: [...features],
    target: LABEL,
    axes: [0, 1],
    held: [0, 0],
    extent,
    targetRange: [0, 1],
    targetScale: 1,
    sets: {},
    inputMaps: new Uint8Array(0),
  };
}

/**
 * The points as CSV: a header, then a line for each point.
 * @param {DrawnState} state
 */
export function toCsv({ features, classes, points }) {
  const header = [...features, LABEL, SPLIT].map(quoted).join(",");
  const lines = points.map(({ x, y, label, set }) => `${x},${y},${quoted(classes[label])},${set}`);
  return [header, ...lines, ""].join("\n");
}

/**
 * Which columns of that table to use, and how.
 * @param {DrawnState} state
 * @returns {import("../../components/table/api.js").TableChoices}
 */
export function tableChoices({ features, classes, extent: { x_min, x_max, y_min, y_max } }) {
  return {
    features: [...features],
    label: LABEL,
    split: SPLIT,
    task: "classification",
    classes,
    extent: [x_min, x_max, y_min, y_max],
  };
}

/**
 * The points of a dataset, to be drawn on.
 * @param {Dataset} dataset
 * @param {number} maxNameLength characters of the name of a column or a class
 * @returns {DrawnState | null} null unless it has classes and two features
 */
export function fromDataset({ classes, features, extent, sets }, maxNameLength) {
  if (classes.length < MIN_CLASSES || features.length !== 2) return null;
  const counts = classes.map(() => 0);
  const points = VISIBLE_SETS.flatMap((set) => {
    const { X, y } = sets[set] ?? { X: [], y: [] };
    return Array.from(y, (label, i) => ({ x: X[2 * i], y: X[2 * i + 1], label, order: counts[label]++, set }));
  });
  return {
    features: tableNames(features, maxNameLength, "x", [LABEL, SPLIT]),
    classes: tableNames(classes, maxNameLength, "class "),
    extent,
    points,
  };
}

/**
 * Names as a table can have them: not too long, none twice. A name that cannot be used becomes
 * `prefix` and its number.
 * @param {string[]} names @param {number} maxLength @param {string} prefix
 * @param {string[]} [taken] names that cannot be used
 */
function tableNames(names, maxLength, prefix, taken = []) {
  /** @type {string[]} */
  const found = [];
  names.forEach((name, i) => {
    const short = Array.from(name.trim()).slice(0, maxLength).join("");
    const isUsable = short !== "" && !taken.includes(short) && !found.includes(short);
    found.push(isUsable ? short : `${prefix}${i + 1}`);
  });
  return found;
}

/** @param {string} text */
function quoted(text) {
  return `"${text.replaceAll('"', '""')}"`;
}

/**
 * A key that is equal for points that can be shown on the same plane and continue the same run.
 * @param {Pick<DrawnState, "features" | "classes" | "extent"> | null} state
 */
export function planeKey(state) {
  if (state === null) return "";
  const { extent, features, classes } = state;
  const { x_min, x_max, y_min, y_max } = extent;
  return JSON.stringify([x_min, x_max, y_min, y_max, features, classes]);
}
