// The buttons beside the picture while one draws: classes, tools, what can be undone.

import { short } from "../table/words.js";
import { MOST_CLASSES } from "./points.js";

export class Toolbar {
  #bar;
  #classes;

  /** @param {HTMLElement} bar @param {Object<string, () => void>} actions by the names on its buttons */
  constructor(bar, actions) {
    this.#bar = bar;
    this.#classes = bar.querySelector("[data-part=classes]");
    for (const button of bar.querySelectorAll("[data-action]")) {
      button.addEventListener("click", actions[button.dataset.action]);
    }
    bar.addEventListener("input", actions.changed);
  }

  set isShown(isShown) {
    this.#bar.hidden = !isShown;
  }

  get tool() {
    return this.#bar.querySelector("input[name=tool]:checked").value;
  }

  /** Radius of brush and eraser in CSS pixels. */
  get size() {
    return Number(this.#bar.querySelector("input[name=size]").value);
  }

  /** The class that is drawn. */
  get label() {
    return Number(this.#bar.querySelector("input[name=class]:checked")?.value ?? 0);
  }

  set label(label) {
    const radio = this.#bar.querySelector(`input[name=class][value="${label}"]`);
    if (radio !== null) radio.checked = true;
  }

  /** What there is now, and a hint. */
  show(points, hint) {
    const names = JSON.stringify(points.classes);
    if (this.#classes.dataset.names !== names) {
      this.#classes.dataset.names = names;
      const label = Math.min(this.label, points.classes.length - 1);
      this.#classes.replaceChildren(...points.classes.map(choice));
      this.label = label;
    }
    this.#enable("undo", points.canUndo);
    this.#enable("redo", points.canRedo);
    this.#enable("save", points.points.length > 0);
    this.#enable("addClass", points.classes.length < MOST_CLASSES);
    this.#enable("removeClass", points.canRemoveClass);
    const size = this.#bar.querySelector("input[name=size]");
    size.disabled = this.tool === "point";
    this.#bar.querySelector("[data-part=hint]").textContent = hint;
  }

  #enable(action, isEnabled) {
    this.#bar.querySelector(`[data-action=${action}]`).disabled = !isEnabled;
  }
}

/** A class as a radio button in its colour. */
function choice(name, label) {
  const made = document.createElement("label");
  made.title = `${name} (key ${(label + 1) % 10})`;
  made.style.setProperty("--key", `var(--class-${label})`);
  const radio = Object.assign(document.createElement("input"), { type: "radio", name: "class", value: label });
  radio.checked = label === 0;
  const text = document.createElement("bdi");
  text.textContent = short(name, 16);
  made.append(radio, text);
  return made;
}
