// The user's own tables: accepts them, lets the user choose their columns, uploads and caches them.

import { constants } from "../../lib/constants.js";
import { byId } from "../../lib/dom.js";
import { TableProblem, uploadTable } from "./api.js";
import { TableCache } from "./cache.js";
import { TableDialog } from "./dialog.js";
import { acceptTables } from "./input.js";
import { summaryText } from "./text.js";

/** @typedef {import("./api.js").TableChoices} TableChoices */
/** @typedef {import("./api.js").TableSummary} TableSummary */
/** @typedef {Uint8Array<ArrayBuffer>} Bytes */

const MEBIBYTE = 2 ** 20;

export class Tables {
  #zone = byId("drop");
  #editButton = byId("table-columns");
  #summary = byId("table-summary");
  #cache = new TableCache();
  #dialog = new TableDialog(byId("table-dialog", HTMLDialogElement), (summary, content, choices) =>
    this.adopt(summary, content, choices),
  );
  #onTable;
  #onProblem;
  #digest = ""; // of the table that is shown

  /**
   * @param {(digest: string) => void} onTable called with a table that the user has chosen
   * @param {(message: string) => void} onProblem called with why a table cannot be used; an empty
   *   text when there is no problem any more
   */
  constructor(onTable, onProblem) {
    this.#onTable = onTable;
    this.#onProblem = onProblem;
    const dialog = byId("paste-dialog", HTMLDialogElement);
    acceptTables(this.#zone, dialog, (content) => this.#accept(content));
    this.#editButton.addEventListener("click", () => this.#edit());
  }

  /**
   * Chooses a table that is on the server.
   * @param {TableSummary} summary @param {Bytes} content @param {TableChoices} choices
   */
  adopt(summary, content, choices) {
    this.remember(summary, content, choices);
    this.#onTable(summary.table);
  }

  /**
   * Remembers a table that is chosen already.
   * @param {TableSummary} summary @param {Bytes} content @param {TableChoices} choices
   */
  remember(summary, content, choices) {
    this.#cache.set(summary.table, { content, choices });
    this.#show(summary);
  }

  /**
   * Shows in the form what a table holds, if the page has it.
   * @param {string} digest
   */
  async recall(digest) {
    if (digest !== this.#digest) await this.ensure(digest);
  }

  /**
   * Ensures that the server has a table, if the page has it.
   * @param {string} digest
   */
  async ensure(digest) {
    const table = this.#cache.get(digest);
    if (table === undefined) return;
    try {
      this.#show(await uploadTable(table.content, table.choices));
    } catch {
      // The server reports that the table is missing as soon as a run asks for it.
    }
  }

  /** @param {Blob} content */
  async #accept(content) {
    if (content.size > constants.maxTableBytes) {
      this.#onProblem(`The table is larger than ${constants.maxTableBytes / MEBIBYTE} MB; make it smaller.`);
      return;
    }
    await this.#open(new Uint8Array(await content.arrayBuffer()));
  }

  #edit() {
    const table = this.#cache.get(this.#digest);
    if (table !== undefined) this.#open(table.content, table.choices);
  }

  /** @param {Bytes} content @param {TableChoices | null} [choices] */
  async #open(content, choices = null) {
    this.#zone.setAttribute("aria-busy", "true");
    this.#onProblem("");
    try {
      await this.#dialog.open(content, choices);
    } catch (error) {
      if (!(error instanceof TableProblem)) throw error;
      this.#onProblem(error.message);
    } finally {
      this.#zone.removeAttribute("aria-busy");
    }
  }

  /** @param {TableSummary} summary */
  #show(summary) {
    this.#digest = summary.table;
    this.#editButton.hidden = false;
    this.#summary.textContent = summaryText(summary);
  }
}
