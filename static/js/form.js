// The form of the configuration: which fields apply, what is in them, what is wrong with them.

export class ConfigForm {
  #form;
  #onChange;

  /** @param {HTMLFormElement} form @param {(name: string, value: string) => void} onChange after any change */
  constructor(form, onChange) {
    this.#form = form;
    this.#onChange = onChange;
    form.addEventListener("change", ({ target }) => {
      if (target.name) this.#changed(target.name);
    });
    this.#showApplying();
  }

  /** Sets fields as if the user had. */
  set(values) {
    for (const [name, value] of Object.entries(values)) {
      this.#form.elements[name].value = value;
      this.#changed(name);
    }
  }

  /** The values of the fields that apply, as typed; the server judges them. */
  read() {
    const entries = this.#applying().filter(({ name, value }) => name !== "table" || value !== "");
    return Object.fromEntries(entries.map(({ name, value }) => [name, value]));
  }

  /** Whether a field may change while a run goes on. */
  isRetunable(name) {
    return this.#field(name).hasAttribute("data-retunable");
  }

  /** Shows the values that a run has now, where they may have changed during it. */
  follow(config) {
    for (const field of this.#form.querySelectorAll("[data-retunable]")) {
      this.#form.elements[field.dataset.field].value = config[field.dataset.field];
    }
    this.#showApplying();
  }

  /** What the form calls a choice. */
  label(name, value) {
    return [...this.#form.elements[name].options].find((option) => option.value === value).text;
  }

  /** An address that brings back this configuration: what differs from the defaults. */
  address() {
    const changed = this.#applying().filter(({ value, dataset }) => value !== dataset.default);
    const query = new URLSearchParams(changed.map(({ name, value }) => [name, value]));
    return query.size > 0 ? `?${query}` : location.pathname;
  }

  /** Shows what is wrong beside the field; an empty text takes it away. False without such a field. */
  showProblem(name, text) {
    const field = this.#field(name);
    const problem = field?.querySelector(".problem");
    if (!problem) return false;
    problem.textContent = text;
    problem.hidden = text === "";
    const control = field.querySelector("[role=radiogroup], select, input:not([type=hidden])");
    if (text === "") control.removeAttribute("aria-invalid");
    else control.setAttribute("aria-invalid", "true");
    return true;
  }

  clearProblems() {
    for (const { name } of this.#controls()) this.showProblem(name, "");
  }

  #changed(name) {
    this.#showApplying();
    this.showProblem(name, "");
    history.replaceState(null, "", this.address());
    this.#onChange(name, this.#form.elements[name].value);
  }

  #controls() {
    // Of the radio buttons of a name the chosen one stands for all.
    return [...this.#form.elements].filter(({ name, type, checked }) => name && (type !== "radio" || checked));
  }

  #applying() {
    return this.#controls().filter(({ name }) => !this.#field(name).hidden);
  }

  #field(name) {
    return this.#form.querySelector(`[data-field="${CSS.escape(name)}"]`);
  }

  #showApplying() {
    for (const field of this.#form.querySelectorAll("[data-applies-to]")) {
      const conditions = Object.entries(JSON.parse(field.dataset.appliesTo));
      field.hidden = !conditions.every(([name, values]) => values.includes(this.#form.elements[name].value));
    }
  }
}
