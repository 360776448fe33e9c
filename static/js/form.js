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
      this.#write(name, value);
      this.#changed(name);
    }
  }

  /** Sets fields to what the run has already. */
  put(values) {
    for (const [name, value] of Object.entries(values)) this.#write(name, value);
    this.#showApplying();
    history.replaceState(null, "", this.address());
  }

  /** The values of the fields that apply, as typed; the server judges them. */
  read() {
    const entries = this.#applying().map((name) => [name, this.value(name)]);
    return Object.fromEntries(entries.filter(([name, value]) => name !== "table" || value !== ""));
  }

  /** What is in a field, as text: several choices as “x1,x2”, a switch as “true” or “false”. */
  value(name) {
    const controls = this.#controls(name);
    const chosen = controls.filter(({ checked }) => checked).map(({ value }) => value);
    switch (this.#kind(name)) {
      case "switch":
        return String(controls[0].checked);
      case "several":
        return chosen.join(",");
      default:
        return controls[0].type === "radio" ? (chosen[0] ?? "") : controls[0].value;
    }
  }

  #write(name, value) {
    const text = value === null ? "" : String(value);
    for (const control of this.#controls(name)) {
      if (control.type === "radio") control.checked = control.value === text;
      else if (this.#kind(name) === "switch") control.checked = text === "true";
      else if (this.#kind(name) === "several") control.checked = text.split(",").includes(control.value);
      else control.value = text;
    }
  }

  /** Whether a field may change while a run goes on. */
  isRetunable(name) {
    return this.#field(name).hasAttribute("data-retunable");
  }

  /** Shows the values that a run has now, where they may have changed during it. */
  follow(config) {
    for (const { dataset } of this.#form.querySelectorAll("[data-retunable]")) {
      this.#write(dataset.field, config[dataset.field]);
    }
    this.#showApplying();
  }

  /** What the form calls a choice. */
  label(name, value) {
    return [...this.#form.elements[name].options].find((option) => option.value === value).text;
  }

  /** An address that brings back this configuration: what differs from the defaults. */
  address() {
    const values = this.#applying().map((name) => [name, this.value(name)]);
    const changed = values.filter(([name, value]) => value !== this.#field(name).dataset.default);
    const query = new URLSearchParams(changed);
    return query.size > 0 ? `?${query}` : location.pathname;
  }

  /** Shows what is wrong beside the field; an empty text takes it away. False without such a field. */
  showProblem(name, text) {
    const field = this.#field(name);
    const problem = field?.querySelector(".problem");
    if (!problem) return false;
    problem.textContent = text;
    problem.hidden = text === "";
    const control = field.querySelector("[role=radiogroup], [role=group], select, input:not([type=hidden])");
    if (text === "") control.removeAttribute("aria-invalid");
    else control.setAttribute("aria-invalid", "true");
    return true;
  }

  clearProblems() {
    for (const { dataset } of this.#fields()) this.showProblem(dataset.field, "");
  }

  #changed(name) {
    this.#showApplying();
    this.showProblem(name, "");
    history.replaceState(null, "", this.address());
    this.#onChange(name, this.value(name));
  }

  #fields() {
    return [...this.#form.querySelectorAll("[data-field]")];
  }

  #field(name) {
    return this.#form.querySelector(`[data-field="${CSS.escape(name)}"]`);
  }

  /** The controls that make up a field: one, or one for each choice. */
  #controls(name) {
    return [...this.#form.elements].filter((control) => control.name === name);
  }

  #kind(name) {
    return this.#field(name).dataset.kind;
  }

  /** Names of the fields that apply. */
  #applying() {
    return this.#fields().filter(({ hidden }) => !hidden).map(({ dataset }) => dataset.field);
  }

  #showApplying() {
    for (const field of this.#form.querySelectorAll("[data-applies-to]")) {
      const conditions = Object.entries(JSON.parse(field.dataset.appliesTo));
      field.hidden = !conditions.every(([name, values]) => values.map(String).includes(this.value(name)));
    }
  }
}
