// The dialog in which one sees what a table holds and chooses what to take from it.

import { TableProblem, keep, look } from "./server.js";
import { inWords, short } from "./words.js";

const DELAY_MS = 150; // so that a few quick choices are looked at once
const SEPARATORS = { ",": "commas", ";": "semicolons", "\t": "tabs", "|": "bars" };
const KINDS = { numbers: "numbers", words: "words", empty: "empty" };
const MOST_FEATURES = 8;

export class TableDialog {
  #dialog;
  #onTable;
  #content = null; // Uint8Array
  #seen = null; // what the server has told of it
  #asked = 0; // how often it was asked; only the last answer counts
  #timer = 0;

  /**
   * @param {HTMLDialogElement} dialog
   * @param {(summary: object, content: Uint8Array, choices: object) => void} onTable once one is kept
   */
  constructor(dialog, onTable) {
    this.#dialog = dialog;
    this.#onTable = onTable;
    const form = dialog.querySelector("form");
    form.addEventListener("change", () => this.#chosen());
    form.addEventListener("submit", (event) => {
      if (event.submitter?.value === "cancel") return;
      event.preventDefault();
      this.#use();
    });
  }

  /** Opens on a table; rejects with a `TableProblem` if it is none. */
  async open(content, choices = null) {
    this.#seen = await look(content, choices);
    this.#content = content;
    this.#asked++;
    this.#fill();
    this.#dialog.showModal();
  }

  #part(name) {
    return this.#dialog.querySelector(`[data-part=${name}]`);
  }

  #control(name) {
    return this.#dialog.querySelector("form").elements[name];
  }

  #fill() {
    const { columns, n_rows, delimiter, choices } = this.#seen;
    const counts = `${n_rows.toLocaleString("en")} rows, ${columns.length} columns`;
    this.#part("size").textContent = `${counts}, separated by ${SEPARATORS[delimiter]}`;
    this.#fillSheet();
    const names = columns.filter(({ kind }) => kind !== "empty").map(({ name }) => name);
    fillSelect(this.#control("label"), names.map((name) => [name, short(name)]), choices.label);
    const splits = columns.filter(({ kind }) => kind === "words").map(({ name }) => [name, short(name)]);
    if (choices.split && !splits.some(([name]) => name === choices.split)) splits.push([choices.split, short(choices.split)]);
    fillSelect(this.#control("split"), [["", "none: draw the sets"], ...splits], choices.split);
    this.#control("task").value = choices.task;
    this.#control("drop_missing").checked = choices.drop_missing;
    this.#offer();
    this.#judge();
  }

  /** The first rows, under each column's name, what it holds, and whether it is a feature. */
  #fillSheet() {
    const { columns, rows, lines, choices } = this.#seen;
    const head = columns.map(({ name, kind, missing, distinct }, place) => {
      const cell = make("th", { scope: "col" });
      const label = make("label", { title: name });
      const box = make("input", { type: "checkbox", name: "feature", value: String(place) });
      box.checked = choices.features.includes(name);
      label.append(box, make("bdi", {}, short(name, 24)));
      const gaps = missing > 0 && kind !== "empty" ? `, ${missing.toLocaleString("en")} missing` : "";
      const values = kind === "words" ? `, ${distinct.toLocaleString("en")} different` : "";
      cell.append(label, make("small", {}, KINDS[kind] + values + gaps), make("small", { className: "role" }));
      return cell;
    });
    const header = make("tr");
    header.append(make("th", { scope: "col" }, "line"), ...head);
    const body = rows.map((row, i) => {
      const line = make("tr");
      line.append(make("th", { scope: "row" }, String(lines[i])));
      row.forEach((value, column) => {
        const cell = make("td", { className: columns[column].kind });
        cell.append(make("bdi", {}, value));
        line.append(cell);
      });
      return line;
    });
    const more = this.#seen.n_rows - rows.length;
    this.#part("more").textContent = more > 0 ? `… and ${more.toLocaleString("en")} more rows` : "";
    this.#part("head").replaceChildren(header);
    this.#part("rows").replaceChildren(...body);
  }

  /** A column is one thing only: the label and the split are no features. */
  #offer() {
    const roles = { [this.#control("split").value]: "split", [this.#control("label").value]: "label" };
    const boxes = this.#boxes();
    const full = boxes.filter(({ checked }) => checked).length >= MOST_FEATURES;
    for (const box of boxes) {
      const { name, kind } = this.#seen.columns[Number(box.value)];
      const role = Object.hasOwn(roles, name) ? roles[name] : "";
      if (role) box.checked = false;
      box.disabled = role !== "" || kind === "empty" || (full && !box.checked);
      const cell = box.closest("th");
      cell.dataset.role = role || (box.checked ? "feature" : "unused");
      cell.querySelector(".role").textContent = role;
    }
  }

  #boxes() {
    return [...this.#dialog.querySelectorAll("input[name=feature]")];
  }

  /** The choices as they stand. */
  #choices() {
    const names = this.#seen.columns.map(({ name }) => name);
    return {
      ...this.#seen.choices,
      features: this.#boxes().filter(({ checked }) => checked).map(({ value }) => names[Number(value)]),
      label: this.#control("label").value,
      split: this.#control("split").value,
      task: this.#control("task").value,
      drop_missing: this.#control("drop_missing").checked,
    };
  }

  #chosen() {
    this.#offer();
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#lookAgain(), DELAY_MS);
  }

  async #lookAgain() {
    const asked = ++this.#asked;
    const choices = this.#choices();
    try {
      const seen = await look(this.#content, choices);
      if (asked !== this.#asked) return;
      this.#seen = seen;
      this.#judge();
    } catch (error) {
      if (asked === this.#asked) this.#say(error);
    }
  }

  /** Says what would be made of the table, or what is wrong and where. */
  #judge() {
    const { problem, summary, columns } = this.#seen;
    this.#part("problem").textContent = problem?.message ?? "";
    this.#part("problem").hidden = problem === null;
    this.#part("summary").textContent = summary === null ? "" : inWords(summary);
    this.#boxes().forEach((box, i) => {
      box.closest("th").toggleAttribute("data-problem", problem !== null && problem.column === columns[i].name);
    });
  }

  async #use() {
    clearTimeout(this.#timer);
    this.#asked++;
    const [content, choices] = [this.#content, this.#choices()];
    try {
      const summary = await keep(content, choices);
      this.#dialog.close();
      this.#onTable(summary, content, choices);
    } catch (error) {
      this.#say(error);
    }
  }

  #say(error) {
    if (!(error instanceof TableProblem)) throw error;
    this.#part("problem").textContent = error.message;
    this.#part("problem").hidden = false;
    this.#part("summary").textContent = "";
  }
}

function fillSelect(select, options, value) {
  select.replaceChildren(...options.map(([own, text]) => make("option", { value: own }, text)));
  select.value = value;
}

function make(tag, properties = {}, text = "") {
  const made = Object.assign(document.createElement(tag), properties);
  if (text !== "") made.textContent = text;
  return made;
}
