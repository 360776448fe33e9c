// The timeline: every epoch of the run can be shown again, one by one or played back.

import { byId } from "../lib/dom.js";

export class Timeline {
  #slider = byId("timeline", HTMLInputElement);
  #button = byId("playback", HTMLButtonElement);
  #seek;
  #speed;
  #last = 0; // the last known epoch
  #shown = 0;
  /** @type {number | null} the epoch that was asked for and is not shown yet */
  #requested = null;
  /** @type {number | null} the epoch to ask for after that */
  #next = null;
  /** @type {{since: number, from: number} | null} when the playback began, in ms, and at which epoch */
  #playing = null;

  /**
   * @param {(epoch: number) => void} seek asks the server to show an epoch
   * @param {() => number} speed of the playback in epochs a second
   */
  constructor(seek, speed) {
    this.#seek = seek;
    this.#speed = speed;
    this.#slider.addEventListener("input", () => {
      this.stop();
      this.#go(Math.min(Number(this.#slider.value), this.#last));
    });
    this.#button.addEventListener("click", () => (this.#playing ? this.stop() : this.#play()));
  }

  /** A new run. @param {number} epochs of the whole run */
  begin(epochs) {
    this.forget();
    this.#slider.max = String(epochs);
    this.#slider.disabled = false;
    this.drawn(0, 0);
  }

  /** Waits no longer for the epoch that was asked for: the connection was lost. */
  forget() {
    this.stop();
    this.#requested = this.#next = null;
  }

  /** @param {number} epoch the one that is now shown @param {number} last the last known one */
  drawn(epoch, last) {
    this.#shown = epoch;
    this.#last = last;
    this.#button.disabled = last === 0;
    if (this.#requested === null) {
      this.#slider.value = String(epoch);
      return;
    }
    if (epoch !== this.#requested) return;
    this.#requested = null;
    if (this.#next !== null) {
      const next = this.#next;
      this.#next = null;
      this.#go(next);
    } else if (this.#playing) {
      requestAnimationFrame((time) => this.#playOn(time));
    }
  }

  /** Ends the playback at the epoch that is shown. */
  stop() {
    this.#playing = null;
    this.#button.textContent = "Play back";
  }

  /** Asks for one epoch at a time: over a slow connection, epochs that were passed are skipped. @param {number} epoch */
  #go(epoch) {
    this.#slider.value = String(epoch);
    if (this.#requested !== null) {
      this.#next = epoch;
    } else if (epoch !== this.#shown) {
      this.#requested = epoch;
      this.#seek(epoch);
    }
  }

  #play() {
    const from = this.#shown >= this.#last ? 0 : this.#shown;
    this.#button.textContent = "Stop";
    this.#playing = { since: performance.now(), from };
    if (from !== this.#shown) this.#go(from);
    else requestAnimationFrame((time) => this.#playOn(time));
  }

  /** @param {number} time in ms, of the animation frame */
  #playOn(time) {
    if (!this.#playing || this.#requested !== null) return;
    const epoch = playbackEpoch(this.#playing, time, this.#speed());
    if (this.#shown >= this.#last) this.stop();
    else if (epoch > this.#shown) this.#go(Math.min(epoch, this.#last));
    else requestAnimationFrame((now) => this.#playOn(now));
  }
}

/**
 * The epoch to show at a time during the playback.
 * @param {{since: number, from: number}} start when the playback began, in ms, and at which epoch
 * @param {number} time in ms; may be a little before `since`, as animation frames have the time of their beginning
 * @param {number} speed in epochs a second
 */
export function playbackEpoch({ since, from }, time, speed) {
  return Math.floor(from + (speed * Math.max(time - since, 0)) / 1000);
}
