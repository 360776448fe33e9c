// The buttons and keys that steer a run, and which of them make sense when.

// What each button may be pressed in, by the state of the run.
const STATES_OF = {
  start: ["empty", "ready", "running", "paused", "over"],
  pause: ["running", "paused"],
  step: ["ready", "paused"],
  "step-batch": ["ready", "paused"],
  reset: ["empty", "ready", "running", "paused", "over"],
  "evaluate-validation": ["paused", "over"],
  "evaluate-test": ["paused", "over"],
};

export class Controls {
  #state = "offline";
  #actions;

  /** @param {{start, pause, resume, stepEpoch, stepBatch, reset}} actions a function each */
  constructor(actions) {
    this.#actions = actions;
    this.#on("pause", () => this.#toggle());
    this.#on("step", actions.stepEpoch);
    this.#on("step-batch", actions.stepBatch);
    this.#on("reset", actions.reset);
    addEventListener("keydown", (event) => this.#key(event));
    addEventListener("click", (event) => this.#release(event));
    this.state = "offline";
  }

  get state() {
    return this.#state;
  }

  /** "offline", "empty" (no run), "ready" (at epoch 0), "running", "paused", "over" (finished or diverged). */
  set state(state) {
    this.#state = state;
    for (const [id, states] of Object.entries(STATES_OF)) {
      document.getElementById(id).disabled = !states.includes(state);
    }
    document.getElementById("pause").textContent = state === "paused" ? "Resume" : "Pause";
  }

  #on(id, action) {
    document.getElementById(id).addEventListener("click", action);
  }

  /** A button that was clicked gives up the focus: the space bar is to steer the run, not press it. */
  #release({ target, detail }) {
    if (detail > 0) target.closest("button")?.blur();
  }

  #toggle() {
    if (this.#state === "running") this.#actions.pause();
    else if (this.#state === "paused") this.#actions.resume();
    else if (this.#state !== "offline") this.#actions.start();
  }

  #key(event) {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.target.closest("input, select, textarea, dialog")) return;
    const may = (id) => STATES_OF[id].includes(this.#state);
    if (event.key === " ") {
      if (event.target.closest("button, label")) return; // there it presses what has the focus
      event.preventDefault();
      if (!event.repeat) this.#toggle();
    } else if (event.key === "ArrowRight" && may("step")) {
      event.preventDefault();
      if (event.shiftKey) this.#actions.stepBatch();
      else this.#actions.stepEpoch();
    } else if (event.key.toLowerCase() === "r" && may("reset")) {
      this.#actions.reset();
    }
  }
}
