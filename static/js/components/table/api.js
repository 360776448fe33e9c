// Requests about tables: a preview of a table, and its upload.

/**
 * Which columns of a table to use, and how. The server guesses what is not given.
 * @typedef {object} TableChoices
 * @property {string[]} [features] columns that are inputs of the network
 * @property {string} [label] the column with the labels or targets
 * @property {string} [split] the column with the set of each row; empty for none
 * @property {"classification" | "regression"} [task]
 * @property {boolean} [drop_missing] whether to drop rows without a value
 * @property {readonly string[]} [classes]
 * @property {readonly number[]} [extent] of the plane: x_min, x_max, y_min, y_max
 */

/**
 * What the server has read from a table.
 * @typedef {object} TableSummary
 * @property {string} table the digest by which a run names the table
 * @property {number} rows
 * @property {string[]} features
 * @property {string} label
 * @property {"classification" | "regression"} task
 * @property {string[]} classes
 * @property {boolean} has_split
 * @property {number} dropped rows
 */

/** @typedef {{name: string, kind: "numbers" | "words" | "empty", missing: number, distinct: number}} Column */

/**
 * @typedef {object} TablePreview
 * @property {Column[]} columns
 * @property {string[][]} rows the first ones
 * @property {number[]} lines of the file, for each of these rows
 * @property {number} n_rows of the table
 * @property {string} delimiter
 * @property {Required<TableChoices>} choices with the guesses of the server
 * @property {{message: string, line: number | null, column: string | null} | null} problem why these
 *   choices cannot be used
 * @property {TableSummary | null} summary of the table with these choices, if they can be used
 */

/** The reason why a table cannot be used, as a message for the user. */
export class TableProblem extends Error {}

/**
 * Asks what a table holds. The server does not keep it.
 * @param {Uint8Array<ArrayBuffer>} content
 * @param {TableChoices | null} [choices]
 * @returns {Promise<TablePreview>}
 * @throws {TableProblem}
 */
export function previewTable(content, choices = null) {
  return post("/tables/preview", content, choices);
}

/**
 * Uploads a table, which the server keeps in memory.
 * @param {Uint8Array<ArrayBuffer>} content
 * @param {TableChoices | null} [choices]
 * @returns {Promise<TableSummary>}
 * @throws {TableProblem}
 */
export function uploadTable(content, choices = null) {
  return post("/tables", content, choices);
}

/** @param {string} path @param {Uint8Array<ArrayBuffer>} content @param {TableChoices | null} choices */
async function post(path, content, choices) {
  const query = choices === null ? "" : `?choices=${encodeURIComponent(JSON.stringify(choices))}`;
  let response;
  let answer;
  try {
    response = await fetch(path + query, { method: "POST", body: content });
    answer = await response.json();
  } catch {
    throw new TableProblem("The table did not reach the server; try again.");
  }
  if (!response.ok) throw new TableProblem(answer.message);
  return answer;
}
