// The dialog that shows what a table holds, and in which the user chooses its columns.

import { constants } from "../../lib/constants.js";
import { create, query, queryAll } from "../../lib/dom.js";
import { formatCount } from "../../lib/text.js";
import { TableProblem, previewTable, uploadTable } from "./api.js";
import { bodyRows, headRow } from "./sheet.js";
import { shortName, summaryText } from "./text.js";

/** @typedef {import("./api.js").TableChoices} TableChoices */
/** @typedef {import("./api.js").TablePreview} TablePreview */
/** @typedef {import("./api.js").TableSummary} TableSummary */
/** @typedef {Uint8Array<ArrayBuffer>} Bytes */

const PREVIEW_DELAY_MS = 150; // so that a few quick choices make one request

/** @type {Record<string, string>} */
const DELIMITERS = { ",": "commas", ";": "semicolons", "\t": "tabs", "|": "bars" };

export class TableDialog {
  #dialog;
  #onTable;
  #label;
  #split;
  #task;
  #dropMissing;
  /** @type {{content: Bytes, preview: TablePreview} | null} */
  #table = null;
  #requests = 0; // only the answer to the last one counts
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #timer;

  /**
   * @param {HTMLDialogElement} dialog
   * @param {(summary: TableSummary, content: Bytes, choices: TableChoices) => void} onTable called
   *   when the user has chosen a table and the server has it
   */
  constructor(dialog, onTable) {
    this.#dialog = dialog;
    this.#onTable = onTable;
    this.#label = query(dialog, "[name=label]", HTMLSelectElement);
    this.#split = query(dialog, "[name=split]", HTMLSelectElement);
    this.#task = query(dialog, "[name=task]", HTMLSelectElement);
    this.#dropMissing = query(dialog, "[name=drop_missing]", HTMLInputElement);
    const form = query(dialog, "form", HTMLFormElement);
    form.addEventListener("change", () => this.#handleChange());
    form.addEventListener("submit", (event) => {
      if (event.submitter instanceof HTMLButtonElement && event.submitter.value === "cancel") return;
      event.preventDefault();
      this.#submit();
    });
  }

  /**
   * Opens the dialog on a table.
   * @param {Bytes} content
   * @param {TableChoices | null} [choices]
   * @throws {TableProblem} if the content is not a table
   */
  async open(content, choices = null) {
    const preview = await previewTable(content, choices);
    this.#table = { content, preview };
    this.#requests++;
    this.#fill(preview);
    this.#dialog.showModal();
  }

  /** @param {string} name */
  #part(name) {
    return query(this.#dialog, `[data-part=${name}]`);
  }

  /** @param {TablePreview} preview */
  #fill(preview) {
    const { columns, rows, n_rows, delimiter, choices } = preview;
    const size = `${formatCount(n_rows)} rows, ${columns.length} columns`;
    this.#part("size").textContent = `${size}, separated by ${DELIMITERS[delimiter]}`;
    this.#part("head").replaceChildren(headRow(preview));
    this.#part("rows").replaceChildren(...bodyRows(preview));
    const more = n_rows - rows.length;
    this.#part("more").textContent = more > 0 ? `… and ${formatCount(more)} more rows` : "";
    const namesOf = (/** @type {string[]} */ ...kinds) =>
      columns.filter(({ kind }) => kinds.includes(kind)).map(({ name }) => name);
    const splits = namesOf("words");
    if (choices.split && !splits.includes(choices.split)) splits.push(choices.split);
    this.#label.replaceChildren(...namesOf("numbers", "words").map(createOption));
    this.#split.replaceChildren(create("option", { value: "" }, "none: split at random"), ...splits.map(createOption));
    this.#label.value = choices.label;
    this.#split.value = choices.split;
    this.#task.value = choices.task;
    this.#dropMissing.checked = choices.drop_missing;
    this.#updateRoles(preview);
    this.#showResult(preview);
  }

  /**
   * Gives each column one role: the columns of label and split are no features.
   * @param {TablePreview} preview
   */
  #updateRoles({ columns }) {
    const roles = new Map([
      [this.#split.value, "split"],
      [this.#label.value, "label"],
    ]);
    const checkboxes = this.#checkboxes();
    const isFull = checkboxes.filter(({ checked }) => checked).length >= constants.maxFeatures;
    checkboxes.forEach((checkbox, i) => {
      const role = roles.get(columns[i].name) ?? "";
      if (role) checkbox.checked = false;
      checkbox.disabled = role !== "" || columns[i].kind === "empty" || (isFull && !checkbox.checked);
      const cell = headCellOf(checkbox);
      cell.dataset.role = role || (checkbox.checked ? "feature" : "unused");
      query(cell, ".role").textContent = role;
    });
  }

  /** One for each column. */
  #checkboxes() {
    return queryAll(this.#dialog, "input[name=feature]", HTMLInputElement);
  }

  /**
   * The choices as the form has them.
   * @param {TablePreview} preview
   * @returns {TableChoices}
   */
  #choices({ columns, choices }) {
    const checkboxes = this.#checkboxes();
    return {
      ...choices,
      features: columns.filter((_, i) => checkboxes[i].checked).map(({ name }) => name),
      label: this.#label.value,
      split: this.#split.value,
      task: this.#task.value === "regression" ? "regression" : "classification",
      drop_missing: this.#dropMissing.checked,
    };
  }

  #handleChange() {
    if (this.#table === null) return;
    this.#updateRoles(this.#table.preview);
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#refresh(), PREVIEW_DELAY_MS);
  }

  async #refresh() {
    if (this.#table === null) return;
    const { content, preview: before } = this.#table;
    const request = ++this.#requests;
    try {
      const preview = await previewTable(content, this.#choices(before));
      if (request !== this.#requests) return;
      this.#table = { content, preview };
      this.#showResult(preview);
    } catch (error) {
      if (request === this.#requests) this.#showError(error);
    }
  }

  /**
   * Shows the summary of the table with these choices, or the problem and its column.
   * @param {TablePreview} preview
   */
  #showResult({ problem, summary, columns }) {
    this.#part("problem").textContent = problem?.message ?? "";
    this.#part("problem").hidden = problem === null;
    this.#part("summary").textContent = summary === null ? "" : summaryText(summary);
    this.#checkboxes().forEach((checkbox, i) => {
      headCellOf(checkbox).toggleAttribute("data-problem", problem !== null && problem.column === columns[i].name);
    });
  }

  async #submit() {
    if (this.#table === null) return;
    clearTimeout(this.#timer);
    this.#requests++;
    const { content, preview } = this.#table;
    const choices = this.#choices(preview);
    try {
      const summary = await uploadTable(content, choices);
      this.#dialog.close();
      this.#onTable(summary, content, choices);
    } catch (error) {
      this.#showError(error);
    }
  }

  /** @param {unknown} error */
  #showError(error) {
    if (!(error instanceof TableProblem)) throw error;
    this.#part("problem").textContent = error.message;
    this.#part("problem").hidden = false;
    this.#part("summary").textContent = "";
  }
}

/** @param {HTMLElement} checkbox @returns {HTMLElement} */
function headCellOf(checkbox) {
  const cell = checkbox.closest("th");
  if (cell === null) throw new Error("A checkbox of a feature stands in the head of its column.");
  return cell;
}

/** @param {string} name of a column */
function createOption(name) {
  return create("option", { value: name }, shortName(name));
}
