// Brings drawn points to the server as a table, a moment after they have changed.

import { TableProblem, uploadTable } from "../../components/table/api.js";
import { planeKey, tableChoices, toCsv } from "./conversions.js";

/** @typedef {import("../../components/table/api.js").TableChoices} TableChoices */
/** @typedef {import("../../components/table/api.js").TableSummary} TableSummary */

/**
 * A table of drawn points that is on the server.
 * @typedef {object} DrawnTable
 * @property {TableSummary} summary
 * @property {Uint8Array<ArrayBuffer>} content
 * @property {TableChoices} choices
 * @property {string} replaces the digest of the table before it, if that has the same columns,
 *   classes and plane; else empty
 */

const DELAY_MS = 300; // from a change to its upload

export class PointsUpload {
  #points;
  #isReady;
  #onTable;
  #onProblem;
  #isActive = false;
  /** Whether the server does not have the points as they are. */
  #isPending = false;
  #changes = 0; // so that only the newest points are used
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #timer;
  #table = ""; // digest of the last table
  #plane = ""; // the key of its plane
  /** @type {Set<string>} digests of all tables since `begin` */
  #tables = new Set();

  /**
   * @param {import("./drawn_points.js").DrawnPoints} points
   * @param {object} handlers
   * @param {() => boolean} handlers.isReady whether there are enough points to train on
   * @param {(table: DrawnTable) => void} handlers.onTable called when the server has the points
   * @param {(message: string) => void} handlers.onProblem
   */
  constructor(points, { isReady, onTable, onProblem }) {
    this.#points = points;
    this.#isReady = isReady;
    this.#onTable = onTable;
    this.#onProblem = onProblem;
  }

  get isPending() {
    return this.#isPending;
  }

  /**
   * Begins with points that need no upload.
   * @param {string} table what they are of: a table's digest or a dataset's name
   * @param {string} plane the key of its plane
   */
  begin(table, plane) {
    this.#isActive = true;
    this.#isPending = false;
    this.#changes++;
    this.#table = table;
    this.#plane = plane;
    this.#tables.clear();
  }

  /** Ends: points that are not uploaded yet will not be. */
  cancel() {
    clearTimeout(this.#timer);
    this.#isActive = false;
    this.#isPending = false;
  }

  /** The points have changed. */
  schedule() {
    this.#changes++;
    this.#isPending = true;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#upload(), DELAY_MS);
  }

  /** Uploads the points without further delay. */
  flush() {
    clearTimeout(this.#timer);
    return this.#upload();
  }

  /**
   * Whether a table consists of points that were drawn since `begin`.
   * @param {string} table a digest
   */
  includes(table) {
    return this.#tables.has(table);
  }

  async #upload() {
    if (!this.#isReady()) return;
    const changes = this.#changes;
    const { state } = this.#points;
    const choices = tableChoices(state);
    const content = new TextEncoder().encode(toCsv(state));
    try {
      const summary = await uploadTable(content, choices);
      if (changes !== this.#changes || !this.#isActive) return; // there are newer points
      const plane = planeKey(state);
      const replaces = this.#plane === plane ? this.#table : "";
      this.#isPending = false;
      this.#plane = plane;
      this.#table = summary.table;
      this.#tables.add(summary.table);
      this.#onTable({ summary, content, choices, replaces });
    } catch (error) {
      if (!(error instanceof TableProblem)) throw error;
      this.#onProblem(error.message);
    }
  }
}
