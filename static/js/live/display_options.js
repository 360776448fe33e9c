// The switches under the picture: how it is shown. The browser remembers them.

import { icon } from "../components/boundary/glyphs.js";
import { constants } from "../lib/constants.js";
import { queryAll } from "../lib/dom.js";

/** @typedef {import("../protocol.js").SetName} SetName */
/** @typedef {Record<string, boolean>} Switches by name */

const STORAGE_KEY = "mlp-live.display";

export class DisplayOptions {
  #boxes;
  #onFineness;
  #onLook;

  /**
   * @param {HTMLElement} group of checkboxes, named after what they show
   * @param {(look: Switches) => void} onLook called with all switches, at once and after each change
   * @param {() => void} onFineness called when `view` has changed
   */
  constructor(group, onLook, onFineness) {
    this.#boxes = queryAll(group, "input", HTMLInputElement);
    this.#onLook = onLook;
    this.#onFineness = onFineness;
    const stored = load();
    for (const box of this.#boxes) {
      if (box.name in stored) box.checked = stored[box.name] === true;
      if (box.dataset.for === "set") box.after(icon(/** @type {SetName} */ (box.name), 0, 2));
    }
    group.addEventListener("change", ({ target }) => {
      if (target instanceof HTMLInputElement) this.#changed(target.name);
    });
    onLook(this.#switches());
  }

  /** The options of the command `view`. */
  get view() {
    const [, fine] = constants.gridSizes;
    return { grid_size: this.#switches().fine ? fine : null };
  }

  /**
   * Shows only the switches that apply to the data.
   * @param {{sets: string[], hasClasses: boolean}} data
   */
  offer({ sets, hasClasses }) {
    for (const box of this.#boxes) {
      const applies = box.dataset.for === "set" ? sets.includes(box.name) : hasClasses || box.dataset.for !== "classes";
      const label = box.closest("label");
      if (label !== null) label.hidden = !applies;
    }
  }

  /** @param {string} name */
  #changed(name) {
    const switches = this.#switches();
    try {
      localStorage.setItem(STORAGE_KEY, JSON.stringify(switches));
    } catch {
      // Without storage, the switches are remembered for this visit only.
    }
    if (name === "fine") this.#onFineness();
    else this.#onLook(switches);
  }

  /** @returns {Switches} */
  #switches() {
    return Object.fromEntries(this.#boxes.map(({ name, checked }) => [name, checked]));
  }
}

/** @returns {Switches} */
function load() {
  try {
    return JSON.parse(localStorage.getItem(STORAGE_KEY) ?? "null") ?? {};
  } catch {
    return {};
  }
}
