// The animation of a study: which epoch the cells show next, and when.

import { isBehind } from "./study_state.js";

/** @typedef {import("../../../types/study_state.d.ts").StudyState} StudyState */

const DURATION_MS = 1500; // of all epochs, at least: however fast the server is, the eye can follow

export class Animation {
  #getState;
  #show;
  #onCaughtUp;
  #request = 0; // of an animation frame
  #startedAt = 0;

  /**
   * @param {() => StudyState} getState
   * @param {(epoch: number) => void} show
   * @param {() => void} onCaughtUp called when the cells show the newest epoch, or do not follow it
   */
  constructor(getState, show, onCaughtUp) {
    this.#getState = getState;
    this.#show = show;
    this.#onCaughtUp = onCaughtUp;
  }

  /** Draws with the next frame of the screen. There may be new epochs, or none. */
  request() {
    this.#request ||= requestAnimationFrame((now) => this.#draw(now));
  }

  /** @param {number} now */
  #draw(now) {
    this.#request = 0;
    const { study, shownEpoch, receivedEpoch } = this.#getState();
    if (shownEpoch < 0) this.#startedAt = now;
    if (isBehind(this.#getState())) {
      const due = Math.floor(((now - this.#startedAt) / DURATION_MS) * (study?.epochs ?? 0));
      this.#show(Math.min(receivedEpoch, Math.max(shownEpoch + 1, due)));
    }
    if (isBehind(this.#getState())) this.request();
    else this.#onCaughtUp();
  }
}
