// The switches under the picture: how it is shown. They stay as they are set in this browser.

import { icon } from "./boundary/glyphs.js";

const STORE = "mlp-live.display";
const FINE = 200; // cells along a side; else what the server is set to

export class Display {
  #group;
  #onLook;
  #onFineness;

  /**
   * @param {HTMLElement} group of checkboxes named as what they show
   * @param {(look: Object<string, boolean>) => void} onLook told of all switches, and at once
   * @param {() => void} onFineness told that `view` is another
   */
  constructor(group, onLook, onFineness) {
    this.#group = group;
    this.#onLook = onLook;
    this.#onFineness = onFineness;
    for (const [name, on] of Object.entries(stored())) {
      const box = group.querySelector(`[name="${CSS.escape(name)}"]`);
      if (box !== null) box.checked = on === true;
    }
    for (const box of group.querySelectorAll("[data-for=set]")) box.after(icon(box.name, 0, 2));
    group.addEventListener("change", ({ target }) => this.#changed(target.name));
    onLook(this.#switches());
  }

  /** What the server is to send, as its command `view` says it. */
  get view() {
    return { grid_size: this.#switches().fine ? FINE : null };
  }

  /** Offers only the switches that mean something for this data. */
  offer({ sets, hasClasses }) {
    for (const box of this.#boxes()) {
      const means = box.dataset.for === "set" ? sets.includes(box.name) : hasClasses || box.dataset.for !== "classes";
      box.closest("label").hidden = !means;
    }
  }

  #changed(name) {
    const switches = this.#switches();
    try {
      localStorage.setItem(STORE, JSON.stringify(switches));
    } catch {
      // A browser that stores nothing shows it for this visit only.
    }
    if (name === "fine") this.#onFineness();
    else this.#onLook(switches);
  }

  #boxes() {
    return this.#group.querySelectorAll("input");
  }

  #switches() {
    return Object.fromEntries(Array.from(this.#boxes(), ({ name, checked }) => [name, checked]));
  }
}

function stored() {
  try {
    return JSON.parse(localStorage.getItem(STORE)) ?? {};
  } catch {
    return {};
  }
}
