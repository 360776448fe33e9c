// What of a network can be reached and named: a button over each unit, headings and names as text.

import { clipped } from "../palette.js";
import { NAME_GAP } from "./layout.js";

/** Arrow keys, as steps of (layer, unit). */
const STEPS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };

export class Units {
  #stage;
  #handlers;
  #structure = null;
  #buttons = []; // by layer and unit; the inputs have none
  #texts = [];

  /**
   * @param {HTMLElement} stage what the buttons are put into
   * @param {{onPoint: (layer: number, unit: number) => void, onLeave: () => void,
   *          onOpen: (layer: number, unit: number) => void}} handlers
   */
  constructor(stage, handlers) {
    this.#stage = stage;
    this.#handlers = handlers;
    stage.addEventListener("keydown", (event) => this.#key(event));
  }

  /** Makes the buttons and texts of a network. */
  build(structure) {
    for (const element of [...this.#buttons.flat(), ...this.#texts]) element.remove();
    this.#structure = structure;
    this.#buttons = structure.sizes.map((_, layer) =>
      layer === 0 ? [] : Array.from({ length: structure.shown(layer) }, (_, unit) => this.#button(layer, unit)),
    );
    this.#texts = [];
    this.#buttons[1][0].tabIndex = 0; // one stop for Tab; from there on, the arrow keys
  }

  /** @param {import("./layout.js").Layout} layout of the same network */
  place(layout) {
    const structure = this.#structure;
    for (const text of this.#texts) text.remove();
    this.#texts = [];
    this.#buttons.forEach((buttons, layer) =>
      buttons.forEach((button, unit) => {
        button.style.left = `${layout.x(layer)}px`;
        button.style.top = `${layout.y(layer, unit)}px`;
        button.style.width = button.style.height = `${layout.node(layer)}px`;
      }),
    );
    structure.sizes.forEach((size, layer) => {
      const middle = layout.x(layer) + layout.node(layer) / 2;
      this.#text("heading", structure.layerName(layer), middle, 0);
      const more = size - structure.shown(layer);
      if (more > 0) this.#text("more", `+ ${more} more`, middle, layout.height);
    });
    const beside = (layer, names, side, edge, room) =>
      names.forEach((name, unit) => {
        const text = this.#text(side, clipped(name, 80), edge, layout.y(layer, unit) + layout.node(layer) / 2);
        text.title = name;
        text.style.maxWidth = `${room - NAME_GAP}px`;
      });
    const [first, last] = [0, structure.last];
    beside(first, structure.inputs.slice(0, structure.shown(first)), "before", layout.x(first) - NAME_GAP, layout.left);
    beside(last, structure.outputs, "after", layout.x(last) + layout.node(last) + NAME_GAP, layout.right);
  }

  #button(layer, unit) {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "unit";
    button.tabIndex = -1;
    button.dataset.layer = layer;
    button.dataset.unit = unit;
    button.setAttribute("aria-label", this.#structure.name(layer, unit));
    button.setAttribute("aria-haspopup", "dialog");
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

  #text(kind, content, x, y) {
    const text = document.createElement("span");
    text.className = kind;
    text.textContent = content;
    text.style.left = `${x}px`;
    text.style.top = `${y}px`;
    this.#stage.append(text);
    this.#texts.push(text);
    return text;
  }

  #key(event) {
    const step = STEPS[event.key];
    if (step === undefined || event.shiftKey || event.ctrlKey || event.metaKey || event.altKey) return;
    const { layer, unit } = event.target.dataset;
    const column = this.#buttons[Number(layer) + step[0]] ?? [];
    const next = column[Math.min(Number(unit) + step[1], step[0] === 0 ? Infinity : column.length - 1)];
    event.preventDefault();
    event.stopPropagation(); // elsewhere on the page an arrow key makes a step of the training
    if (next === undefined) return;
    event.target.tabIndex = -1;
    next.tabIndex = 0;
    next.focus();
  }
}
