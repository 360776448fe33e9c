// The timeline: every epoch of the run can be looked at again, one by one or played back.

export class Timeline {
  #slider = document.getElementById("timeline");
  #button = document.getElementById("playback");
  #seek;
  #speed;
  #last = 0; // the last epoch that is known
  #shown = 0;
  #asked = null; // the epoch that was asked for and is not shown yet
  #next = null; // where to go after that
  #playing = null; // since when, and from which epoch, the recording is played back

  /**
   * @param {(epoch: number) => void} seek asks the server for an epoch
   * @param {() => number} speed epochs a second to play back at
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

  /** A new run, of so many epochs. */
  begin(epochs) {
    this.forget();
    this.#slider.max = epochs;
    this.#slider.disabled = false;
    this.drawn(0, 0);
  }

  /** What was asked for will not come: the connection was lost. */
  forget() {
    this.stop();
    this.#asked = this.#next = null;
  }

  /** To be told which epoch is on the screen, and the last that is known. */
  drawn(epoch, last) {
    this.#shown = epoch;
    this.#last = last;
    this.#button.disabled = last === 0;
    if (this.#asked === null) {
      this.#slider.value = epoch;
      return;
    }
    if (epoch !== this.#asked) return;
    this.#asked = null;
    if (this.#next !== null) {
      const next = this.#next;
      this.#next = null;
      this.#go(next);
    } else if (this.#playing) {
      requestAnimationFrame((time) => this.#playOn(time));
    }
  }

  /** Ends playing back, where it is. */
  stop() {
    this.#playing = null;
    this.#button.textContent = "Play back";
  }

  /** Asks for one epoch at a time: a server behind a slow line is not asked for what is passed by. */
  #go(epoch) {
    this.#slider.value = epoch;
    if (this.#asked !== null) {
      this.#next = epoch;
    } else if (epoch !== this.#shown) {
      this.#asked = epoch;
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

  #playOn(time) {
    if (!this.#playing || this.#asked !== null) return;
    const { since, from } = this.#playing;
    const epoch = Math.floor(from + (this.#speed() * Math.max(time - since, 0)) / 1000);
    if (this.#shown >= this.#last) this.stop();
    else if (epoch > this.#shown) this.#go(Math.min(epoch, this.#last));
    else requestAnimationFrame((now) => this.#playOn(now));
  }
}
