// What of a network can be reached and read: a button over each unit; headings and names as text.

import { create } from "../../lib/dom.js";
import { clipped } from "../../lib/text.js";
import { NAME_GAP } from "./layout.js";

/** @typedef {import("./architecture.js").Architecture} Architecture */
/** @typedef {import("./layout.js").Layout} Layout */

/**
 * @typedef {object} UnitHandlers
 * @property {(layer: number, unit: number) => void} onPoint
 * @property {() => void} onLeave
 * @property {(layer: number, unit: number) => void} onOpen
 */

const LONGEST_NAME = 80; // characters; the title has the whole name

/**
 * What the arrow keys add to layer and unit.
 * @type {Record<string, [layers: number, units: number]>}
 */
const STEPS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };

export class Units {
  #stage;
  #handlers;
  /** @type {Architecture | null} */
  #architecture = null;
  /** @type {HTMLButtonElement[][]} by layer and unit; the inputs have none */
  #buttons = [];
  /** @type {HTMLElement[]} */
  #texts = [];

  /**
   * @param {HTMLElement} stage the parent of the buttons
   * @param {UnitHandlers} handlers
   */
  constructor(stage, handlers) {
    this.#stage = stage;
    this.#handlers = handlers;
    stage.addEventListener("keydown", (event) => this.#handleKey(event));
  }

  /**
   * Creates the buttons of a network.
   * @param {Architecture} architecture
   */
  build(architecture) {
    for (const element of [...this.#buttons.flat(), ...this.#texts]) element.remove();
    this.#texts = [];
    this.#architecture = architecture;
    this.#buttons = architecture.sizes.map((_, layer) => {
      if (layer === 0) return [];
      return Array.from({ length: architecture.shown(layer) }, (_, unit) =>
        this.#createButton(layer, unit, architecture.unitName(layer, unit)),
      );
    });
    this.#buttons[1][0].tabIndex = 0; // one stop for Tab; the arrow keys go on from there
  }

  /**
   * Moves the buttons and texts to their places.
   * @param {Layout} layout of the same network
   */
  place(layout) {
    const architecture = this.#architecture;
    if (architecture === null) return;
    for (const text of this.#texts) text.remove();
    this.#texts = [];
    this.#buttons.forEach((buttons, layer) => {
      const size = `${layout.nodeSize(layer)}px`;
      buttons.forEach((button, unit) => {
        button.style.left = `${layout.x(layer)}px`;
        button.style.top = `${layout.y(layer, unit)}px`;
        button.style.width = button.style.height = size;
      });
    });
    architecture.sizes.forEach((size, layer) => {
      const center = layout.x(layer) + layout.nodeSize(layer) / 2;
      this.#addText("heading", architecture.layerName(layer), center, 0);
      const more = size - architecture.shown(layer);
      if (more > 0) this.#addText("more", `+ ${more} more`, center, layout.height);
    });
    const last = architecture.last;
    const inputs = architecture.inputs.slice(0, architecture.shown(0));
    this.#addNames("before", inputs, layout, 0, layout.x(0) - NAME_GAP, layout.left);
    const right = layout.x(last) + layout.nodeSize(last) + NAME_GAP;
    this.#addNames("after", architecture.outputs, layout, last, right, layout.right);
  }

  /**
   * @param {string} className @param {string[]} names @param {Layout} layout
   * @param {number} layer @param {number} x @param {number} width that the names and their gap may take
   */
  #addNames(className, names, layout, layer, x, width) {
    names.forEach((name, unit) => {
      const y = layout.y(layer, unit) + layout.nodeSize(layer) / 2;
      const text = this.#addText(className, clipped(name, LONGEST_NAME), x, y);
      text.title = name;
      text.style.maxWidth = `${width - NAME_GAP}px`;
    });
  }

  /** @param {string} className @param {string} content @param {number} x @param {number} y */
  #addText(className, content, x, y) {
    const text = create("span", { className }, content);
    text.style.left = `${x}px`;
    text.style.top = `${y}px`;
    this.#stage.append(text);
    this.#texts.push(text);
    return text;
  }

  /** @param {number} layer @param {number} unit @param {string} name */
  #createButton(layer, unit, name) {
    const button = create("button", {
      type: "button",
      className: "unit",
      tabIndex: -1,
      ariaLabel: name,
      ariaHasPopup: "dialog",
      dataset: { layer: String(layer), unit: String(unit) },
    });
    button.addEventListener("pointerenter", () => this.#handlers.onPoint(layer, unit));
    button.addEventListener("pointerleave", () => this.#handlers.onLeave());
    button.addEventListener("focus", () => {
      if (button.matches(":focus-visible")) this.#handlers.onPoint(layer, unit);
    });
    button.addEventListener("blur", () => this.#handlers.onLeave());
    button.addEventListener("click", () => this.#handlers.onOpen(layer, unit));
    this.#stage.append(button);
    return button;
  }

  /** @param {KeyboardEvent} event */
  #handleKey(event) {
    const step = STEPS[event.key];
    const button = event.target;
    if (step === undefined || !(button instanceof HTMLElement)) return;
    if (event.shiftKey || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    event.stopPropagation(); // elsewhere on the page an arrow key trains a step
    const [layers, units] = step;
    const buttons = this.#buttons[Number(button.dataset.layer) + layers] ?? [];
    const unit = Number(button.dataset.unit) + units;
    // Another layer may have fewer units.
    const next = buttons[layers === 0 ? unit : Math.min(unit, buttons.length - 1)];
    if (next === undefined) return;
    button.tabIndex = -1;
    next.tabIndex = 0;
    next.focus();
  }
}
