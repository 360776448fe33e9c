// The run on the screen: collects frames as they arrive and draws them when the display is ready.

import { Boundary } from "../components/boundary/boundary.js";
import { NetworkView } from "../components/network/network_view.js";
import { byId, create, queryAll } from "../lib/dom.js";
import { formatFixed, formatNumber } from "../lib/text.js";
import { accuracyRange, Curve, lossRange, r2Range } from "./curves.js";
import { DisplayOptions } from "./display_options.js";
import { MetricsHistory } from "./metrics_history.js";

/** @typedef {import("../protocol.js").Dataset} Dataset */
/** @typedef {import("../protocol.js").Frame} Frame */
/** @typedef {import("../protocol.js").RunConfig} RunConfig */
/** @typedef {[text: string, longest: string]} StatusPart a text, and the longest that it becomes in this run */

const CURVE_PERIOD_MS = 100; // nobody sees curves that are drawn more often
const PACE_PERIOD_MS = 500; // the shortest period over which epochs a second are counted
const PACE_EPOCHS = 10; // with fewer epochs, a partly counted epoch would distort the pace
const LONGEST_PACE_PERIOD_MS = 4000;

export class RunView {
  boundary = new Boundary(byId("boundary"), byId("legend"), byId("reading"));
  network = new NetworkView(byId("network"), (map) => this.boundary.showMap(map));
  #display;
  #loss = new Curve(byId("loss-chart"), "loss");
  #score = new Curve(byId("score-chart"), "score");
  #curves = [this.#loss, this.#score];
  #status = byId("status");
  #pace = byId("pace");
  #lineKeys = queryAll(document, ".line-key");
  #history = new MetricsHistory();
  #epochs = 0; // of the whole run
  #showsBatches = false; // whether the status has shown mini-batches in this run
  /** @type {Dataset | null} */
  #dataset = null;
  #namedSets = 0; // how many sets the curves' headings name
  #isHeld = false; // whether the picture shows something else than the run
  /** @type {{frame: Frame, isPast: boolean}[]} not drawn yet, the oldest first */
  #frames = [];
  /** @type {Frame | null} the frame that was drawn last */
  #latest = null;
  #curvesTimer = 0; // set while the curves wait to be drawn
  #counted = { time: 0, epoch: 0 }; // where the count for the pace began
  #onDrawn;

  /**
   * @param {(frame: Frame) => void} onDrawn called with each frame when it is drawn
   * @param {() => void} onView called when `view` has changed
   */
  constructor(onDrawn, onView) {
    this.#onDrawn = onDrawn;
    this.#display = new DisplayOptions(
      byId("show"),
      (look) => {
        this.boundary.options = look;
      },
      onView,
    );
  }

  /** The options of the command `view`. */
  get view() {
    return this.#display.view;
  }

  /** The last known epoch. */
  get lastEpoch() {
    return this.#history.length - 1;
  }

  /** Discards the run that was shown. The dataset and the frames of another follow. @param {RunConfig} config of that run */
  begin(config) {
    this.#history.clear();
    this.#frames = [];
    this.#latest = null;
    this.#epochs = config.epochs;
    this.#showsBatches = false;
    this.boundary.clear();
    for (const curve of this.#curves) curve.clear();
    this.#count(0);
    this.network.begin(config);
  }

  /** Discards every epoch after this one. @param {number} epoch */
  truncate(epoch) {
    this.#history.truncate(epoch);
    this.#drawCurves();
    this.#count(epoch);
  }

  /** Marks epochs on the curves. @param {import("../run_selectors.js").Mark[]} marks */
  mark(marks) {
    for (const curve of this.#curves) curve.mark(marks);
  }

  /** Until the next dataset, frames are not drawn in the picture, which shows something else. */
  holdPicture() {
    this.#isHeld = true;
    this.boundary.clear();
  }

  /** The picture shows the run again. */
  releasePicture() {
    if (!this.#isHeld || this.#dataset === null) return;
    this.#isHeld = false;
    this.boundary.setDataset(this.#dataset);
    if (this.#latest !== null) this.boundary.draw(this.#latest.predictionGrid, this.#latest.epoch);
  }

  /** @param {Dataset} dataset of the run that is shown */
  setDataset(dataset) {
    const { isRegression } = dataset;
    this.#isHeld = false;
    this.#dataset = dataset;
    this.boundary.setDataset(dataset);
    this.network.setDataset(dataset);
    this.#display.offer({ sets: this.boundary.sets, hasClasses: !isRegression });
    byId("score-name").textContent = isRegression ? "R²" : "Accuracy";
    byId("score-unit").textContent = isRegression ? "" : "percent";
    this.#loss.begin(this.#history, this.#epochs, lossRange);
    this.#score.begin(this.#history, this.#epochs, isRegression ? r2Range : accuracyRange);
  }

  /**
   * Stores the metrics, and the frame until it is drawn. The oldest frame is drawn first: the server sends at most two
   * that were not drawn, and each is worth seeing.
   * @param {Frame} frame
   */
  addFrame(frame) {
    this.#history.extend(frame.metrics, frame.sinceEpoch);
    this.#nameSets();
    if (this.#frames.length === 0) requestAnimationFrame(() => this.#draw());
    this.#frames.push({ frame, isPast: frame.epoch < this.lastEpoch });
  }

  #draw() {
    const next = this.#frames.shift();
    if (next === undefined) return;
    const { frame, isPast } = next;
    this.#onDrawn(frame); // first, so that the server prepares the next frame during the drawing
    this.#latest = frame;
    this.network.draw(frame); // before the boundary, which may show a map of the network
    if (!this.#isHeld) {
      this.boundary.draw(frame.predictionGrid, frame.epoch);
      this.boundary.highlight(frame.batchRows);
    }
    this.#writeStatus(this.#statusParts(frame));
    for (const curve of this.#curves) curve.point(isPast ? frame.epoch : null);
    this.#showPace();
    this.#curvesTimer ||= setTimeout(() => this.#drawCurves(), CURVE_PERIOD_MS);
    if (this.#frames.length > 0) requestAnimationFrame(() => this.#draw());
  }

  /** Names the sets of the curves in their headings. */
  #nameSets() {
    const { sets } = this.#history;
    if (sets.length === this.#namedSets) return;
    this.#namedSets = sets.length;
    for (const key of this.#lineKeys) key.hidden = !sets.some((set) => set === key.dataset.set);
  }

  #drawCurves() {
    clearTimeout(this.#curvesTimer);
    this.#curvesTimer = 0;
    for (const curve of this.#curves) curve.draw();
  }

  /** Counts epochs from this one on. @param {number} epoch */
  #count(epoch) {
    this.#counted = { time: performance.now(), epoch };
    this.#pace.textContent = "";
  }

  #showPace() {
    const time = performance.now();
    const [elapsed, epochs] = [time - this.#counted.time, this.lastEpoch - this.#counted.epoch];
    if (elapsed < (epochs < PACE_EPOCHS ? LONGEST_PACE_PERIOD_MS : PACE_PERIOD_MS)) return;
    this.#counted = { time, epoch: this.lastEpoch };
    this.#pace.textContent = `${formatNumber((1000 * epochs) / elapsed, 3)} epochs/s`;
  }

  /** The epoch and its metrics on each set. @param {Frame} frame @returns {StatusPart[]} */
  #statusParts({ epoch, epochs, batch, batchesPerEpoch }) {
    this.#showsBatches ||= batch > 0;
    const progress = (/** @type {number} */ done) => ` + ${done}/${batchesPerEpoch} batches`;
    return [
      [
        `Epoch ${epoch}/${epochs}${batch > 0 ? progress(batch) : ""}`,
        `Epoch ${epochs}/${epochs}${this.#showsBatches ? progress(batchesPerEpoch) : ""}`,
      ],
      ...this.#history.sets.map((set) => this.#setPart(set, epoch)),
    ];
  }

  /** @param {import("../protocol.js").SetName} set @param {number} epoch @returns {StatusPart} */
  #setPart(set, epoch) {
    const score = this.#history.at(`${set}_score`, epoch);
    const loss = this.#history.at(`${set}_loss`, epoch);
    if (!this.#dataset?.isRegression) {
      return [`${set} ${score.toFixed(1)} % (${loss.toFixed(3)})`, `${set} 100.0 % (0.000)`];
    }
    // The loss is half the mean squared error of the network's output, which is in units of the scale.
    const rmse = this.#dataset.targetScale * Math.sqrt(2 * loss);
    return [`${set} R² ${formatFixed(score, 2)} (RMSE ${rmse.toPrecision(3)})`, `${set} R² −0.00 (RMSE 0.0000)`];
  }

  /** Writes the status. Each part has the width of its longest text, so that nothing moves. @param {StatusPart[]} parts */
  #writeStatus(parts) {
    const spans = /** @type {HTMLCollectionOf<HTMLSpanElement>} */ (this.#status.children);
    if (spans.length !== parts.length) {
      const made = parts.map(() => create("span"));
      this.#status.replaceChildren(...made.flatMap((span, i) => (i === 0 ? [span] : [" · ", span])));
    }
    parts.forEach(([text, longest], i) => {
      spans[i].textContent = text;
      spans[i].dataset.longest = longest;
    });
  }
}
