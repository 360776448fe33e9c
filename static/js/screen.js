// What a run looks like now: takes frames as they come, draws the newest when the display is ready.

import { Boundary } from "./boundary.js";
import { Curve, accuracyRange, lossRange } from "./curves.js";
import { History } from "./history.js";
import { NetworkView } from "./network/view.js";

const CURVE_PERIOD_MS = 100; // curves gain nothing from being drawn oftener

export class Screen {
  #boundary = new Boundary(document.getElementById("boundary"), document.getElementById("legend"));
  network = new NetworkView(document.getElementById("network"), this.#boundary);
  #curves = [
    new Curve(document.getElementById("loss-chart"), "loss", lossRange),
    new Curve(document.getElementById("accuracy-chart"), "accuracy", accuracyRange),
  ];
  #status = document.getElementById("status");
  #history = new History();
  #frame = null; // the newest, not drawn yet
  #shown = null; // the place of the one that is drawn
  #curvesTimer = 0; // set while the curves are behind and wait to be drawn
  #onDrawn;

  /** @param {(frame: number) => void} onDrawn told the number of each frame when it is drawn */
  constructor(onDrawn) {
    this.#onDrawn = onDrawn;
  }

  /** Forgets the run shown so far; a dataset and frames of another will follow. */
  clear(epochs) {
    this.#history.clear();
    this.#frame = null;
    for (const curve of this.#curves) curve.begin(this.#history, epochs);
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
    this.#frame = { ...place, ...tensors };
  }

  #draw() {
    const frame = this.#frame;
    if (frame === null) return;
    this.#frame = null;
    this.network.draw(frame); // before the boundary, which may show a map of it
    this.#boundary.draw(frame.grid, frame.epoch);
    this.#status.textContent = statusText(frame, this.#history.at(frame.epoch));
    this.#onDrawn(frame.frame);
    this.#curvesTimer ||= setTimeout(() => this.#drawCurves(), CURVE_PERIOD_MS);
  }

  #drawCurves() {
    this.#curvesTimer = 0;
    for (const curve of this.#curves) curve.draw();
  }
}

function statusText({ epoch, epochs, batch, batches_per_epoch }, metrics) {
  const part = batch > 0 ? ` + ${batch}/${batches_per_epoch} batches` : "";
  const set = (name) =>
    `${name} ${metrics[`${name}_accuracy`].toFixed(1)} % (${metrics[`${name}_loss`].toFixed(3)})`;
  return `Epoch ${epoch}/${epochs}${part} · ${set("train")} · ${set("test")}`;
}
