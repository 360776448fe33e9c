// The tool bar beside the picture while the user draws: classes, tools, undo and redo.

import { create, query, queryAll } from "../../lib/dom.js";
import { clipped } from "../../lib/text.js";

/** @typedef {import("./drawn_points.js").DrawnPoints} DrawnPoints */

/** @typedef {"undo" | "redo" | "clear" | "addClass" | "removeClass" | "save" | "close"} Action */

/** @typedef {"point" | "brush" | "eraser"} ToolName */

const LONGEST_NAME = 16; // characters

export class Toolbar {
  #element;
  #classes;
  #hint;
  #size;

  /**
   * @param {HTMLElement} element
   * @param {Record<Action, () => void>} actions called when the user presses their buttons
   * @param {() => void} onInput called when the user chooses a tool, its size or a class
   */
  constructor(element, actions, onInput) {
    this.#element = element;
    this.#classes = query(element, "[data-part=classes]");
    this.#hint = query(element, "[data-part=hint]");
    this.#size = query(element, "input[name=size]", HTMLInputElement);
    for (const button of queryAll(element, "[data-action]", HTMLButtonElement)) {
      button.addEventListener("click", actions[/** @type {Action} */ (button.dataset.action)]);
    }
    element.addEventListener("input", onInput);
  }

  set isVisible(/** @type {boolean} */ isVisible) {
    this.#element.hidden = !isVisible;
  }

  get tool() {
    return /** @type {ToolName} */ (query(this.#element, "input[name=tool]:checked", HTMLInputElement).value);
  }

  /** The radius of brush and eraser in CSS pixels. */
  get size() {
    return Number(this.#size.value);
  }

  /** The class that is drawn. */
  get label() {
    return Number(this.#radios().find(({ checked }) => checked)?.value ?? 0);
  }

  set label(label) {
    const radio = this.#radios()[label];
    if (radio !== undefined) radio.checked = true;
  }

  /**
   * Shows the classes, and enables the buttons that can be used.
   * @param {DrawnPoints} points
   */
  update(points) {
    this.#showClasses(points.classes);
    this.#enable("undo", points.canUndo);
    this.#enable("redo", points.canRedo);
    this.#enable("save", points.points.length > 0);
    this.#enable("addClass", points.canAddClass);
    this.#enable("removeClass", points.canRemoveClass);
    this.#size.disabled = this.tool === "point";
  }

  /** @param {string} hint */
  showHint(hint) {
    if (this.#hint.textContent !== hint) this.#hint.textContent = hint;
  }

  /** @param {readonly string[]} classes */
  #showClasses(classes) {
    const names = JSON.stringify(classes);
    if (this.#classes.dataset.names === names) return;
    const label = Math.min(this.label, classes.length - 1);
    this.#classes.dataset.names = names;
    this.#classes.replaceChildren(...classes.map(createClass));
    this.label = label;
  }

  #radios() {
    return queryAll(this.#classes, "input[name=class]", HTMLInputElement);
  }

  /** @param {Action} action @param {boolean} isEnabled */
  #enable(action, isEnabled) {
    query(this.#element, `[data-action=${action}]`, HTMLButtonElement).disabled = !isEnabled;
  }
}

/**
 * A class as a radio button in its color.
 * @param {string} name @param {number} label
 */
function createClass(name, label) {
  const radio = create("input", { type: "radio", name: "class", value: String(label), checked: label === 0 });
  const text = create("bdi", {}, clipped(name, LONGEST_NAME));
  const element = create("label", { title: `${name} (key ${(label + 1) % 10})` }, radio, text);
  element.style.setProperty("--key", `var(--class-${label})`);
  return element;
}
