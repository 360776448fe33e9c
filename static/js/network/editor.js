// The bias and the incoming weights of one unit, as a list of numbers that can be changed.

const REFRESH_MS = 100; // numbers that change oftener cannot be read

export class Editor {
  #dialog;
  #title;
  #list;
  #problem;
  #onEdit;
  #structure = null;
  #theta = null;
  #timer = 0; // set while the numbers are behind θ and wait to be written

  /**
   * @param {HTMLDialogElement} dialog
   * @param {(index: number, value: number) => void} onEdit told the new value of a parameter
   */
  constructor(dialog, onEdit) {
    this.#dialog = dialog;
    this.#title = dialog.querySelector("h3");
    this.#list = dialog.querySelector("ul");
    this.#problem = dialog.querySelector(".problem");
    this.#onEdit = onEdit;
    dialog.querySelector("button").addEventListener("click", () => dialog.close());
    dialog.addEventListener("keydown", (event) => {
      if (event.key === "Escape") dialog.close();
    });
    this.#list.addEventListener("change", ({ target }) => this.#changed(target));
  }

  /**
   * Lists the parameters of a unit.
   * @param {number} [index] which of them to go to; the bias if it is not given
   */
  open(structure, theta, layer, unit, index = structure.bias(layer, unit)) {
    this.#structure = structure;
    this.#theta = theta;
    this.#title.textContent = structure.name(layer, unit);
    this.#say("");
    const rows = [this.#row("bias", structure.bias(layer, unit))];
    for (let input = 0; input < structure.sizes[layer - 1]; input++) {
      const label = `weight from ${structure.name(layer - 1, input)}`;
      rows.push(this.#row(label, structure.weight(layer, unit, input)));
    }
    this.#list.replaceChildren(...rows);
    this.#write();
    if (!this.#dialog.open) this.#dialog.show();
    this.#list.querySelector(`[data-index="${index}"]`).focus();
  }

  close() {
    this.#dialog.close();
  }

  /** Takes over new parameters; what is being typed stays. */
  update(theta) {
    this.#theta = theta;
    if (this.#dialog.open) this.#timer ||= setTimeout(() => this.#write(), REFRESH_MS);
  }

  #row(name, index) {
    const [row, label, input] = ["li", "label", "input"].map((tag) => document.createElement(tag));
    input.type = "number";
    input.step = 0.1;
    input.autocomplete = "off";
    input.dataset.index = index;
    label.append(name, input);
    row.append(label);
    return row;
  }

  #write() {
    this.#timer = 0;
    for (const input of this.#list.querySelectorAll("input")) {
      if (input !== document.activeElement || input.value === "") this.#writeOne(input);
    }
  }

  #writeOne(input) {
    input.value = Number(this.#theta[input.dataset.index].toPrecision(4));
  }

  #changed(input) {
    const value = input.valueAsNumber;
    if (Number.isFinite(Math.fround(value))) {
      this.#say("");
      this.#onEdit(Number(input.dataset.index), value);
    } else {
      this.#say("That is not a number that a weight can have; it stays as it was.");
      this.#writeOne(input);
    }
  }

  #say(problem) {
    this.#problem.textContent = problem;
  }
}
