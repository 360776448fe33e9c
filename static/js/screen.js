// What a run looks like now: takes frames as they come, draws the newest when the display is ready.

import { Boundary } from "./boundary.js";
import { Curve, accuracyRange, lossRange } from "./curves.js";
import { History } from "./history.js";
import { NetworkView } from "./network/view.js";

const CURVE_PERIOD_MS = 100; // curves gain nothing from being drawn oftener
const PACE_PERIOD_MS = 500; // over which epochs a second are counted

export class Screen {
  #boundary = new Boundary(document.getElementById("boundary"), document.getElementById("legend"));
  network = new NetworkView(document.getElementById("network"), this.#boundary);
  #curves = [
    new Curve(document.getElementById("loss-chart"), "loss", lossRange),
    new Curve(document.getElementById("accuracy-chart"), "score", accuracyRange),
  ];
  #status = document.getElementById("status");
  #pace = document.getElementById("pace");
  #history = new History();
  #frame = null; // the newest, not drawn yet
  #curvesTimer = 0; // set while the curves are behind and wait to be drawn
  #ringed = false;
  #counted = { time: 0, epoch: 0 };
  #onDrawn;

  /** @param {(frame: object) => void} onDrawn told of each frame when it is drawn */
  constructor(onDrawn) {
    this.#onDrawn = onDrawn;
  }

  /** The last epoch that is known. */
  get lastEpoch() {
    return this.#history.length - 1;
  }

  /** Forgets the run shown so far; a dataset and frames of another will follow. */
  clear(epochs) {
    this.#history.clear();
    this.#frame = null;
    for (const curve of this.#curves) curve.begin(this.#history, epochs);
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

  takeDataset(dataset) {
    this.#boundary.setDataset(dataset);
    this.network.setDataset(dataset);
  }

  /** Keeps every epoch's metrics, and this frame to be drawn unless a newer one comes first. */
  takeFrame({ metadata, tensors }) {
    const place = Object.fromEntries(Object.entries(metadata).map(([k, v]) => [k, Number(v)]));
    this.#history.extend(tensors, place.since_epoch);
    if (this.#frame === null) requestAnimationFrame(() => this.#draw());
    this.#frame = { ...place, ...tensors, rows: tensors.batch_rows };
  }

  #draw() {
    const frame = this.#frame;
    if (frame === null) return;
    this.#frame = null;
    this.network.draw(frame); // before the boundary, which may show a map of it
    this.#boundary.draw(frame.grid, frame.epoch);
    if (frame.rows || this.#ringed) this.#boundary.highlight(frame.rows ?? []);
    this.#ringed = frame.rows !== undefined;
    this.#status.textContent = statusText(frame, this.#history.at(frame.epoch));
    for (const curve of this.#curves) curve.point(frame.epoch);
    this.#onDrawn(frame);
    this.#showPace();
    this.#curvesTimer ||= setTimeout(() => this.#drawCurves(), CURVE_PERIOD_MS);
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
    const seconds = (time - this.#counted.time) / 1000;
    if (seconds < PACE_PERIOD_MS / 1000) return;
    const rate = (this.lastEpoch - this.#counted.epoch) / seconds;
    this.#counted = { time, epoch: this.lastEpoch };
    this.#pace.textContent = `${rate.toLocaleString("en", { maximumSignificantDigits: 3 })} epochs/s`;
  }
}

function statusText({ epoch, epochs, batch, batches_per_epoch }, metrics) {
  const part = batch > 0 ? ` + ${batch}/${batches_per_epoch} batches` : "";
  const set = (name) =>
    `${name} ${metrics[`${name}_score`].toFixed(1)} % (${metrics[`${name}_loss`].toFixed(3)})`;
  const sets = ["train", "validation", "test"].filter((name) => `${name}_loss` in metrics);
  return [`Epoch ${epoch}/${epochs}${part}`, ...sets.map(set)].join(" · ");
}
