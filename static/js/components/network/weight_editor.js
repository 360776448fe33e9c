// A dialog with the bias and the incoming weights of one unit, which can be edited.

import { create, query, queryAll } from "../../lib/dom.js";

/** @typedef {import("./architecture.js").Architecture} Architecture */

const REFRESH_MS = 100; // numbers that change more often cannot be read
const DIGITS = 4; // significant ones

export class WeightEditor {
  #dialog;
  #title;
  #list;
  #problem;
  #onEdit;
  /** @type {Float32Array} */
  #theta = new Float32Array(0);
  /** @type {ReturnType<typeof setTimeout> | null} set while the inputs are older than θ */
  #timer = null;

  /**
   * @param {HTMLDialogElement} dialog
   * @param {(index: number, value: number) => void} onEdit called with a parameter's index in θ and
   *   its new value
   */
  constructor(dialog, onEdit) {
    this.#dialog = dialog;
    this.#title = query(dialog, "h3");
    this.#list = query(dialog, "ul");
    this.#problem = query(dialog, ".problem");
    this.#onEdit = onEdit;
    query(dialog, "button").addEventListener("click", () => dialog.close());
    dialog.addEventListener("keydown", (event) => {
      if (event.key === "Escape") dialog.close();
    });
    this.#list.addEventListener("change", ({ target }) => {
      if (target instanceof HTMLInputElement) this.#handleChange(target);
    });
  }

  /**
   * Lists the parameters of a unit.
   * @param {Architecture} architecture @param {Float32Array} theta
   * @param {number} layer @param {number} unit
   * @param {number} [focused] the index in θ of the parameter that gets the focus; else the bias
   */
  open(architecture, theta, layer, unit, focused = architecture.biasIndex(layer, unit)) {
    this.#theta = theta;
    this.#title.textContent = architecture.unitName(layer, unit);
    this.#showProblem("");
    const rows = [createRow("bias", architecture.biasIndex(layer, unit))];
    for (let input = 0; input < architecture.sizes[layer - 1]; input++) {
      const name = `weight from ${architecture.unitName(layer - 1, input)}`;
      rows.push(createRow(name, architecture.weightIndex(layer, unit, input)));
    }
    this.#list.replaceChildren(...rows);
    this.#refresh();
    if (!this.#dialog.open) this.#dialog.show();
    query(this.#list, `[data-index="${focused}"]`).focus();
  }

  close() {
    this.#dialog.close();
  }

  /**
   * Shows new parameters. An input that is being edited stays as it is.
   * @param {Float32Array} theta
   */
  update(theta) {
    this.#theta = theta;
    if (this.#dialog.open) this.#timer ??= setTimeout(() => this.#refresh(), REFRESH_MS);
  }

  #refresh() {
    this.#timer = null;
    for (const input of queryAll(this.#list, "input", HTMLInputElement)) {
      if (input !== document.activeElement || input.value === "") this.#showValue(input);
    }
  }

  /** @param {HTMLInputElement} input */
  #showValue(input) {
    input.value = String(Number(this.#theta[Number(input.dataset.index)].toPrecision(DIGITS)));
  }

  /** @param {HTMLInputElement} input */
  #handleChange(input) {
    const value = input.valueAsNumber;
    if (Number.isFinite(Math.fround(value))) {
      this.#showProblem("");
      this.#onEdit(Number(input.dataset.index), value);
    } else {
      this.#showProblem("This is not a number that a weight can have. The weight was not changed.");
      this.#showValue(input);
    }
  }

  /** @param {string} message */
  #showProblem(message) {
    this.#problem.textContent = message;
  }
}

/** @param {string} name @param {number} index in θ */
function createRow(name, index) {
  const input = create("input", {
    type: "number",
    step: "0.1",
    autocomplete: "off",
    dataset: { index: String(index) },
  });
  return create("li", {}, create("label", {}, name, input));
}
