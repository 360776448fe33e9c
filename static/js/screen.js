// What a run looks like now: takes frames as they come, draws the newest when the display is ready.

import { Boundary } from "./boundary.js";
import { Curve, accuracyRange, lossRange, r2Range } from "./curves.js";
import { Display } from "./display.js";
import { History } from "./history.js";
import { NetworkView } from "./network/view.js";

const CURVE_PERIOD_MS = 100; // curves gain nothing from being drawn oftener
const PACE_PERIOD_MS = 500; // over which epochs a second are counted, at least
const PACE_EPOCHS = 10; // to be counted, or the half of one at the ends would show
const LONGEST_PACE_PERIOD_MS = 4000;

const element = (id) => document.getElementById(id);

export class Screen {
  boundary = new Boundary(element("boundary"), element("legend"), element("reading"));
  network = new NetworkView(element("network"), this.boundary);
  /** @type {(view: object) => void} told what else the server is to send */
  onView = () => {};
  #display = new Display(
    element("show"),
    (look) => (this.boundary.look = look),
    () => this.onView(this.view),
  );
  #loss = new Curve(element("loss-chart"), "loss");
  #score = new Curve(element("score-chart"), "score");
  #curves = [this.#loss, this.#score];
  #status = element("status");
  #pace = element("pace");
  #history = new History();
  #epochs = 0;
  #isRegression = false;
  #showsBatches = false; // that there was something to say of single batches in this run
  #targetScale = 1; // of a regression: what one unit of the network's answer is worth
  #named = 0; // how many sets the curves are said to show
  #isHeld = false; // whether the picture shows something else than the run
  #frames = []; // not drawn yet, the oldest first
  #latest = null; // the frame that was drawn last
  #dataset = null;
  #curvesTimer = 0; // set while the curves are behind and wait to be drawn
  #counted = { time: 0, epoch: 0 };
  #onDrawn;

  /** @param {(frame: object) => void} onDrawn told of each frame when it is drawn */
  constructor(onDrawn) {
    this.#onDrawn = onDrawn;
  }

  /** What the server is to send, as its command `view` says it. */
  get view() {
    return this.#display.view;
  }

  /** The last epoch that is known. */
  get lastEpoch() {
    return this.#history.length - 1;
  }

  /** Forgets the run shown so far; a dataset and frames of another will follow. */
  clear(epochs) {
    this.#history.clear();
    this.#frames = [];
    this.#latest = null;
    this.#epochs = epochs;
    this.#showsBatches = false;
    this.boundary.clear();
    for (const curve of this.#curves) curve.clear();
    this.#count(0);
  }

  /** Forgets what comes after `epoch`, from which the run goes on. */
  goOnFrom(epoch) {
    this.#history.truncate(epoch);
    this.#drawCurves();
    this.#count(epoch);
  }

  /** Marks on the curves where the run was changed: a list of {at, text}. */
  mark(changes) {
    for (const curve of this.#curves) curve.mark(changes);
  }

  /** Until the next dataset no frame comes onto the picture, which shows something else. */
  holdPicture() {
    this.#isHeld = true;
  }

  /** The picture shows the run again. */
  releasePicture() {
    if (!this.#isHeld) return;
    this.#isHeld = false;
    this.boundary.setDataset(this.#dataset);
    if (this.#latest !== null) this.boundary.draw(this.#latest.grid, this.#latest.epoch);
  }

  takeDataset(dataset) {
    this.#isHeld = false;
    this.#dataset = dataset;
    this.#isRegression = dataset.metadata.task === "regression";
    this.#targetScale = Number(dataset.metadata.target_scale ?? 1);
    this.boundary.setDataset(dataset);
    this.network.setDataset(dataset);
    this.#display.offer({ sets: this.boundary.sets, hasClasses: !this.#isRegression });
    element("score-name").textContent = this.#isRegression ? "R²" : "Accuracy";
    element("score-unit").textContent = this.#isRegression ? "" : "percent";
    this.#loss.begin(this.#history, this.#epochs, lossRange);
    this.#score.begin(this.#history, this.#epochs, this.#isRegression ? r2Range : accuracyRange);
  }

  /**
   * Keeps every epoch's metrics, and this frame to be drawn. Of those that wait the oldest is drawn
   * first: the server has two under way at most, and each is worth a look.
   */
  takeFrame({ metadata, tensors }) {
    const { since_epoch, epoch, epochs, batch, batches_per_epoch, frame, units_shown, response_size } = metadata;
    this.#history.extend(tensors, Number(since_epoch));
    this.#nameSets();
    if (this.#frames.length === 0) requestAnimationFrame(() => this.#draw());
    this.#frames.push({
      ...tensors,
      frame: Number(frame),
      epoch: Number(epoch),
      isPast: Number(epoch) < this.lastEpoch,
      epochs: Number(epochs),
      batch: Number(batch),
      batches_per_epoch: Number(batches_per_epoch),
      units_shown: Number(units_shown),
      response_size: Number(response_size),
    });
  }

  #draw() {
    const frame = this.#frames.shift();
    if (frame === undefined) return;
    this.#onDrawn(frame); // first, so that the server makes the next one meanwhile
    this.#latest = frame;
    this.network.draw(frame); // before the boundary, which may show a map of it
    if (!this.#isHeld) {
      this.boundary.draw(frame.grid, frame.epoch);
      this.boundary.highlight(frame.batch_rows ?? []);
    }
    this.#say(this.#statusParts(frame));
    for (const curve of this.#curves) curve.point(frame.isPast ? frame.epoch : null);
    this.#showPace();
    this.#curvesTimer ||= setTimeout(() => this.#drawCurves(), CURVE_PERIOD_MS);
    if (this.#frames.length > 0) requestAnimationFrame(() => this.#draw());
  }

  /** Names what the curves show. */
  #nameSets() {
    const { sets } = this.#history;
    if (sets.length === this.#named) return;
    this.#named = sets.length;
    for (const key of document.querySelectorAll(".line-key")) key.hidden = !sets.includes(key.dataset.set);
  }

  #drawCurves() {
    clearTimeout(this.#curvesTimer);
    this.#curvesTimer = 0;
    for (const curve of this.#curves) curve.draw();
  }

  #count(epoch) {
    this.#counted = { time: performance.now(), epoch };
    this.#pace.textContent = "";
  }

  #showPace() {
    const time = performance.now();
    const [spent, epochs] = [time - this.#counted.time, this.lastEpoch - this.#counted.epoch];
    if (spent < (epochs < PACE_EPOCHS ? LONGEST_PACE_PERIOD_MS : PACE_PERIOD_MS)) return;
    const rate = (1000 * epochs) / spent;
    this.#counted = { time, epoch: this.lastEpoch };
    this.#pace.textContent = `${rate.toLocaleString("en", { maximumSignificantDigits: 3 })} epochs/s`;
  }

  /** What is known of an epoch, [text, the longest it gets] each. */
  #statusParts({ epoch, epochs, batch, batches_per_epoch }) {
    this.#showsBatches ||= batch > 0;
    const progress = (done, of) => ` + ${done}/${of} batches`;
    const sets = this.#history.sets.map((set) => {
      const score = this.#history.at(`${set}_score`, epoch);
      const loss = this.#history.at(`${set}_loss`, epoch);
      if (!this.#isRegression) return [`${set} ${score.toFixed(1)} % (${loss.toFixed(3)})`, `${set} 100.0 % (0.000)`];
      // The loss is half the mean square of errors that are fed in units of the scale.
      const rmse = this.#targetScale * Math.sqrt(2 * loss);
      return [`${set} R² ${score.toFixed(2)} (RMSE ${rmse.toPrecision(3)})`, `${set} R² -0.00 (RMSE 0.0000)`];
    });
    return [
      [
        `Epoch ${epoch}/${epochs}${batch > 0 ? progress(batch, batches_per_epoch) : ""}`,
        `Epoch ${epochs}/${epochs}${this.#showsBatches ? progress(batches_per_epoch, batches_per_epoch) : ""}`,
      ],
      ...sets,
    ];
  }

  /** Writes the status. Its parts keep the room of their longest, so that nothing moves. */
  #say(parts) {
    const spans = this.#status.children;
    if (spans.length !== parts.length) {
      const made = parts.map(() => document.createElement("span"));
      this.#status.replaceChildren(...made.flatMap((span, i) => (i === 0 ? [span] : [" · ", span])));
    }
    parts.forEach(([text, longest], i) => {
      spans[i].textContent = text;
      spans[i].dataset.longest = longest;
    });
  }
}
