// The buttons and keys that control a run.

import { byId, setText } from "../lib/dom.js";
import { BUTTONS, isEnabled, pauseLabel } from "../run_selectors.js";

/** @typedef {{toggle: () => void, stepEpoch: () => void, stepBatch: () => void, reset: () => void}} Actions */

export class Controls {
  #buttons = new Map(BUTTONS.map((id) => [id, byId(id, HTMLButtonElement)]));
  #actions;

  /** @param {Actions} actions `toggle` starts, pauses or resumes, whichever is possible */
  constructor(actions) {
    this.#actions = actions;
    this.#button("pause").addEventListener("click", actions.toggle);
    this.#button("step").addEventListener("click", actions.stepEpoch);
    this.#button("step-batch").addEventListener("click", actions.stepBatch);
    this.#button("reset").addEventListener("click", actions.reset);
    addEventListener("keydown", (event) => this.#key(event));
    addEventListener("click", (event) => this.#release(event));
  }

  /** Shows which buttons may be used. @param {import("../run_state.js").RunState} state */
  render(state) {
    for (const [id, button] of this.#buttons) button.disabled = !isEnabled(state, id);
    setText(this.#button("pause"), pauseLabel(state));
  }

  /** @param {string} id */
  #button(id) {
    return /** @type {HTMLButtonElement} */ (this.#buttons.get(id));
  }

  /**
   * A button that was clicked loses the focus, so that the space bar controls the run instead of pressing it again.
   * @param {MouseEvent} event
   */
  #release({ target, detail }) {
    if (detail > 0) /** @type {Element} */ (target).closest("button")?.blur();
  }

  /** @param {KeyboardEvent} event */
  #key(event) {
    const target = /** @type {Element} */ (event.target);
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (target.closest("input, select, textarea, dialog")) return;
    if (event.key === " ") {
      if (target.closest("button, label")) return; // the key presses what has the focus
      event.preventDefault();
      if (!event.repeat) this.#actions.toggle();
    } else if (event.key === "ArrowRight" && !this.#button("step").disabled) {
      event.preventDefault();
      if (event.shiftKey) this.#actions.stepBatch();
      else this.#actions.stepEpoch();
    } else if (event.key.toLowerCase() === "r" && !this.#button("reset").disabled) {
      this.#actions.reset();
    }
  }
}
