// The axes of a study: a field each, and a list of values that is typed, or picked from suggestions.

export class Axes {
  #form;

  /** @param {HTMLFormElement} form with fields `first_…` and `second_…` */
  constructor(form) {
    this.#form = form;
    for (const side of ["first", "second"]) {
      this.#select(side).addEventListener("change", () => {
        this.#values(side).value = this.#suggested(side).join(`${this.#separator(side)} `);
        this.#changed(this.#values(side));
      });
      this.#values(side).addEventListener("input", () => this.#showPicked(side));
      this.#showPicks(side);
    }
    this.#hideVaried();
  }

  /** The axes as the server takes them; nothing is checked here. */
  read() {
    return ["first", "second"]
      .filter((side) => this.#select(side).value !== "")
      .map((side) => ({ field: this.#select(side).value, values: this.#values(side).value }));
  }

  /** Sets the axes, one or two, as if the user had. */
  set(axes) {
    ["first", "second"].forEach((side, i) => {
      this.#select(side).value = axes[i]?.field ?? "";
      if (axes[i]) this.#values(side).value = axes[i].values.join(`${this.#separator(side)} `);
    });
    this.#changed(this.#values("first"));
  }

  /** Offers the values anew: that there is a table makes it one of the datasets. */
  refresh() {
    for (const side of ["first", "second"]) this.#showPicks(side);
  }

  /** The name of the control that a problem with `field` belongs to; null if it is no axis. */
  controlOf(field) {
    const side = ["first", "second"].find((name) => this.#select(name).value === field);
    return side ? `${side}_values` : null;
  }

  #select(side) {
    return this.#form.elements[`${side}_field`];
  }

  #values(side) {
    return this.#form.elements[`${side}_values`];
  }

  #option(side) {
    return this.#select(side).selectedOptions[0];
  }

  #suggested(side) {
    const suggested = JSON.parse(this.#option(side).dataset.suggested ?? "[]");
    const isTable = (value) => this.#select(side).value === "dataset" && value === "table";
    return suggested.filter((value) => !isTable(value) || this.#form.elements.table.value !== "");
  }

  #separator(side) {
    return this.#option(side).dataset.separator ?? ",";
  }

  #listed(side) {
    const parts = this.#values(side).value.split(this.#separator(side));
    return parts.map((part) => part.trim()).filter(Boolean);
  }

  #changed(control) {
    this.refresh();
    this.#hideVaried();
    control.dispatchEvent(new Event("change", { bubbles: true }));
  }

  #showPicks(side) {
    this.#values(side).closest(".field").hidden = this.#select(side).value === "";
    const buttons = this.#suggested(side).map((value) => {
      const button = document.createElement("button");
      button.type = "button";
      button.textContent = value;
      button.addEventListener("click", () => this.#toggle(side, value));
      return button;
    });
    document.getElementById(`${side}-picks`).replaceChildren(...buttons);
    this.#showPicked(side);
  }

  #showPicked(side) {
    const listed = this.#listed(side);
    for (const button of document.getElementById(`${side}-picks`).children) {
      button.setAttribute("aria-pressed", listed.includes(button.textContent));
    }
  }

  /** Takes a value out of the list, or puts it in where the suggestions have it. */
  #toggle(side, value) {
    const [listed, order] = [this.#listed(side), this.#suggested(side)];
    if (listed.includes(value)) {
      listed.splice(listed.indexOf(value), 1);
    } else {
      const after = listed.findIndex((other) => order.indexOf(other) > order.indexOf(value));
      listed.splice(after < 0 ? listed.length : after, 0, value);
    }
    this.#values(side).value = listed.join(`${this.#separator(side)} `);
    this.#showPicked(side);
    this.#values(side).dispatchEvent(new Event("change", { bubbles: true }));
  }

  #hideVaried() {
    const varied = ["first", "second"].map((side) => this.#select(side).value);
    for (const field of this.#form.querySelectorAll("details [data-field]")) {
      field.classList.toggle("varied", varied.includes(field.dataset.field));
    }
  }
}
