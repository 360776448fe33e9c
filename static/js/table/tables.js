// Tables of one's own on a page: how they come, what is taken from them, and how they are kept.

import { acceptTables } from "./arrive.js";
import { TableDialog } from "./dialog.js";
import { TableProblem, keep } from "./server.js";
import { TableShelf } from "./shelf.js";
import { inWords } from "./words.js";

const element = (id) => document.getElementById(id);

export class Tables {
  #zone = element("drop");
  #columns = element("table-columns");
  #shelf = new TableShelf();
  #dialog = new TableDialog(element("table-dialog"), (...kept) => this.adopt(...kept));
  #onTable;
  #onProblem;
  #digest = "";
  #sentAgain = ""; // the table that was last sent again, until a run has it

  /**
   * @param {(digest: string) => void} onTable told of a table that is to be used
   * @param {(message: string) => void} onProblem
   */
  constructor(onTable, onProblem) {
    this.#onTable = onTable;
    this.#onProblem = onProblem;
    acceptTables(this.#zone, element("paste-dialog"), (content) => this.#take(content));
    this.#columns.addEventListener("click", () => this.#reopen());
  }

  /** Takes a table that is on the server as the one to be used. */
  adopt(summary, content, choices) {
    this.remember(summary, content, choices);
    this.#onTable(summary.table);
  }

  /** Keeps a table that is in use already. */
  remember(summary, content, choices) {
    this.#shelf.keep(summary.table, content, choices);
    this.#show(summary);
  }

  /** Says in the form what the table of a digest holds, as far as the page has it. */
  async recall(digest) {
    if (digest !== this.#digest) await this.#send(digest);
  }

  /** Sees to it that the server has a table, as far as the page has it. */
  ensure(digest) {
    return this.#send(digest);
  }

  /**
   * Sends a table again that the server does not have. False if the page does not have it either,
   * or has done so already.
   */
  async sendAgain(digest) {
    if (digest === this.#sentAgain) return false;
    this.#sentAgain = digest;
    return this.#send(digest);
  }

  /** A run of this table is there: should the table be lost later, it may be sent again. */
  arrived(digest) {
    if (digest === this.#sentAgain) this.#sentAgain = "";
  }

  async #send(digest) {
    const known = this.#shelf.get(digest);
    if (known === undefined) return false;
    try {
      this.#show(await keep(known.content, known.choices));
    } catch {
      return false; // that it is missing is told already
    }
    return true;
  }

  async #take(content) {
    const most = Number(this.#zone.dataset.maxBytes);
    if (content.size > most) {
      this.#onProblem(`The table is larger than ${most / 2 ** 20} MB; make it smaller.`);
      return;
    }
    await this.#open(new Uint8Array(await content.arrayBuffer()));
  }

  #reopen() {
    const known = this.#shelf.get(this.#digest);
    if (known !== undefined) this.#open(known.content, known.choices);
  }

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

  #show(summary) {
    this.#digest = summary.table;
    this.#columns.hidden = false;
    element("table-summary").textContent = inWords(summary);
  }
}
