// The axes of a study in the form: a field each, and a list of values, typed or picked from suggestions.

import { byId, create, queryAll } from "../lib/dom.js";
import { joinValues, splitValues, toggled } from "./factor_values.js";

/** @typedef {"first" | "second"} Side */
/** @typedef {{field: string, values: string}} Factor */

const SIDES = /** @type {const} */ (["first", "second"]);

export class Factors {
  #form;

  /** @param {HTMLFormElement} form with controls `first_field`, `first_values`, `second_field`, `second_values` */
  constructor(form) {
    this.#form = form;
    for (const side of SIDES) {
      this.#select(side).addEventListener("change", () => {
        this.#write(side, this.#suggested(side));
        this.#changed(side);
      });
      this.#values(side).addEventListener("input", () => this.#showPicked(side));
    }
    this.refresh();
    this.#hideVaried();
  }

  /** The axes as typed; the server checks them. @returns {Factor[]} */
  read() {
    return SIDES.map((side) => ({ field: this.#select(side).value, values: this.#values(side).value })).filter(
      ({ field }) => field !== "",
    );
  }

  /**
   * Sets one or two axes, as if the user had.
   * @param {{field: string, values: (string | number)[]}[]} axes
   */
  set(axes) {
    SIDES.forEach((side, i) => {
      this.#select(side).value = axes[i]?.field ?? "";
      if (axes[i]) this.#write(side, axes[i].values.map(String));
    });
    this.#changed("first");
  }

  /** Updates the suggestions. They depend on whether the form has a table. */
  refresh() {
    for (const side of SIDES) this.#showSuggestions(side);
  }

  /**
   * The name of the control with the values of a field; null if the field is not an axis.
   * @param {string | null} field
   */
  controlOf(field) {
    const found = SIDES.find((side) => this.#select(side).value === field);
    return found ? `${found}_values` : null;
  }

  /** @param {Side} side */
  #select(side) {
    return byId(`${side}_field`, HTMLSelectElement);
  }

  /** @param {Side} side */
  #values(side) {
    return byId(`${side}_values`, HTMLInputElement);
  }

  /** @param {Side} side */
  #separator(side) {
    return this.#select(side).selectedOptions[0]?.dataset.separator ?? ",";
  }

  /** @param {Side} side @returns {string[]} */
  #suggested(side) {
    const suggested = JSON.parse(this.#select(side).selectedOptions[0]?.dataset.suggested ?? "[]");
    const hasTable = new FormData(this.#form).get("table") !== "";
    if (hasTable || this.#select(side).value !== "dataset") return suggested;
    return suggested.filter((/** @type {string} */ value) => value !== "table");
  }

  /** @param {Side} side */
  #listed(side) {
    return splitValues(this.#values(side).value, this.#separator(side));
  }

  /** @param {Side} side @param {string[]} values */
  #write(side, values) {
    this.#values(side).value = joinValues(values, this.#separator(side));
  }

  /** @param {Side} side */
  #changed(side) {
    this.refresh();
    this.#hideVaried();
    this.#values(side).dispatchEvent(new Event("change", { bubbles: true }));
  }

  /** @param {Side} side */
  #showSuggestions(side) {
    const field = this.#values(side).closest(".field");
    if (field instanceof HTMLElement) field.hidden = this.#select(side).value === "";
    const buttons = this.#suggested(side).map((value) => {
      const button = create("button", { type: "button", textContent: value });
      button.addEventListener("click", () => this.#toggle(side, value));
      return button;
    });
    byId(`${side}-picks`).replaceChildren(...buttons);
    this.#showPicked(side);
  }

  /** @param {Side} side */
  #showPicked(side) {
    const listed = this.#listed(side);
    for (const button of byId(`${side}-picks`).children) {
      button.setAttribute("aria-pressed", String(listed.includes(button.textContent ?? "")));
    }
  }

  /** @param {Side} side @param {string} value */
  #toggle(side, value) {
    this.#write(side, toggled(this.#listed(side), value, this.#suggested(side)));
    this.#showPicked(side);
    this.#values(side).dispatchEvent(new Event("change", { bubbles: true }));
  }

  /** Hides the fields of the base configuration that are axes. */
  #hideVaried() {
    const varied = SIDES.map((side) => this.#select(side).value);
    for (const field of queryAll(this.#form, "details [data-field]")) {
      field.classList.toggle("varied", varied.includes(field.dataset.field ?? ""));
    }
  }
}
