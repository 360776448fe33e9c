// The form of the configuration: which fields apply, their values, and what is wrong with them.

import { query, queryAll } from "../lib/dom.js";

/** @typedef {HTMLInputElement | HTMLSelectElement} Control */
/** @typedef {Record<string, unknown>} Values of fields by name; null is an empty field */

export class ConfigForm {
  #form;
  #onChange;

  /**
   * @param {HTMLFormElement} form
   * @param {(name: string, value: string) => void} onChange called after each change of a field
   */
  constructor(form, onChange) {
    this.#form = form;
    this.#onChange = onChange;
    form.addEventListener("change", ({ target }) => {
      const { name } = /** @type {Control} */ (target);
      if (name) this.#changed(name);
    });
    this.#showApplying();
  }

  /** Sets fields as if the user had. @param {Values} values */
  set(values) {
    for (const [name, value] of Object.entries(values)) {
      this.#write(name, value);
      this.#changed(name);
    }
  }

  /** Sets fields to what the run has already, without calling `onChange`. @param {Values} values */
  put(values) {
    for (const [name, value] of Object.entries(values)) this.#write(name, value);
    this.#showApplying();
    history.replaceState(null, "", this.address());
  }

  /** The values of the fields that apply, as typed. The server validates them. @returns {Record<string, string>} */
  read() {
    const entries = this.#applying().map((name) => [name, this.value(name)]);
    return Object.fromEntries(entries.filter(([name, value]) => name !== "table" || value !== ""));
  }

  /** The value of a field as text: several choices as “x1,x2”, a switch as “true” or “false”. @param {string} name */
  value(name) {
    const controls = this.#controls(name);
    const chosen = controls.filter(isChecked).map(({ value }) => value);
    switch (this.#kind(name)) {
      case "switch":
        return String(chosen.length > 0);
      case "multiple_choice":
        return chosen.join(",");
      default:
        return controls[0].type === "radio" ? (chosen[0] ?? "") : controls[0].value;
    }
  }

  /** Whether a field may change during a run. @param {string} name */
  isMutable(name) {
    return this.#field(name)?.hasAttribute("data-mutable") ?? false;
  }

  /** Shows the run's values of the fields that may change during a run. @param {Values} config */
  follow(config) {
    for (const { dataset } of queryAll(this.#form, "[data-mutable]")) {
      this.#write(dataset.field ?? "", config[dataset.field ?? ""]);
    }
    this.#showApplying();
  }

  /** The label of a choice. @param {string} name of a field with a list of choices @param {string} value */
  label(name, value) {
    const { options } = query(this.#form, `select[name="${CSS.escape(name)}"]`, HTMLSelectElement);
    return Array.from(options).find((option) => option.value === value)?.text ?? value;
  }

  /** The address of this page with this configuration: the values that differ from the defaults. */
  address() {
    const values = this.#applying().map((name) => [name, this.value(name)]);
    const parameters = new URLSearchParams(
      values.filter(([name, value]) => value !== this.#field(name)?.dataset.default),
    );
    return parameters.size > 0 ? `?${parameters}` : location.pathname;
  }

  /**
   * Shows a problem beside its field; an empty text removes it.
   * @param {string} name
   * @param {string} text
   * @returns {boolean} false if there is no such field
   */
  showProblem(name, text) {
    const field = this.#field(name);
    if (field === null) return false;
    const problem = query(field, ".problem");
    problem.textContent = text;
    problem.hidden = text === "";
    const control = query(field, "[role=radiogroup], [role=group], select, input:not([type=hidden])");
    if (text === "") control.removeAttribute("aria-invalid");
    else control.setAttribute("aria-invalid", "true");
    return true;
  }

  clearProblems() {
    for (const { dataset } of this.#fields()) this.showProblem(dataset.field ?? "", "");
  }

  /** @param {string} name @param {unknown} value */
  #write(name, value) {
    const text = value === null || value === undefined ? "" : String(value);
    const kind = this.#kind(name);
    for (const control of this.#controls(name)) {
      if (!(control instanceof HTMLInputElement)) control.value = text;
      else if (control.type === "radio") control.checked = control.value === text;
      else if (kind === "switch") control.checked = text === "true";
      else if (kind === "multiple_choice") control.checked = text.split(",").includes(control.value);
      else control.value = text;
    }
  }

  /** @param {string} name */
  #changed(name) {
    this.#showApplying();
    this.showProblem(name, "");
    history.replaceState(null, "", this.address());
    this.#onChange(name, this.value(name));
  }

  #fields() {
    return queryAll(this.#form, "[data-field]");
  }

  /** @param {string} name @returns {HTMLElement | null} */
  #field(name) {
    return this.#form.querySelector(`[data-field="${CSS.escape(name)}"]`);
  }

  /** The controls of a field: one, or one for each choice. @param {string} name */
  #controls(name) {
    const controls = /** @type {Control[]} */ (Array.from(this.#form.elements));
    return controls.filter((control) => control.name === name);
  }

  /** @param {string} name */
  #kind(name) {
    return this.#field(name)?.dataset.kind;
  }

  /** The names of the fields that apply. */
  #applying() {
    const fields = this.#fields().filter(({ hidden }) => !hidden);
    return fields.map(({ dataset }) => dataset.field ?? "");
  }

  #showApplying() {
    for (const field of queryAll(this.#form, "[data-applies-to]")) {
      /** @type {[name: string, values: unknown[]][]} */
      const conditions = Object.entries(JSON.parse(field.dataset.appliesTo ?? "{}"));
      field.hidden = !conditions.every(([name, values]) => values.map(String).includes(this.value(name)));
    }
  }
}

/** @param {Control} control */
function isChecked(control) {
  return control instanceof HTMLInputElement && control.checked;
}
