// The small multiples: all cells as a table over the axes, each with its thumbnail.

import { colour, fieldColours, onThemeChange } from "../palette.js";
import { Thumbnail } from "./thumbnail.js";

const MOST_SPARK_POINTS = 200; // as many as a sparkline has pixels

export class Multiples {
  #element;
  #onChoose;
  #thumbnails = [];
  #study = null;
  #recording = null;
  #points = []; // by cell: {tensors, plane}
  #shown = -1;

  /** @param {HTMLElement} element @param {(cells: number[]) => void} onChoose the cells ticked */
  constructor(element, onChoose) {
    this.#element = element;
    this.#onChoose = onChoose;
    onThemeChange(() => {
      this.#points.forEach((_, cell) => this.#drawPoints(cell));
      if (this.#shown >= 0) this.draw(this.#shown);
    });
  }

  get chosen() {
    return this.#thumbnails.flatMap(({ box }, cell) => (box.checked ? [cell] : []));
  }

  /** An empty table for a study; its points and fields follow. */
  begin(study, recording) {
    this.#study = study;
    this.#recording = recording;
    this.#points = [];
    this.#shown = -1;
    this.#thumbnails = study.cells.map(
      (cell) => new Thumbnail(cell, () => this.#onChoose(this.chosen)),
    );
    study.cells.forEach(({ problem }, i) => {
      if (problem) this.#thumbnails[i].mark("refused", "refused", problem);
    });
    this.#element.replaceChildren(this.#table());
  }

  choose(cell) {
    this.#thumbnails[cell].box.checked = true;
    this.#onChoose(this.chosen);
  }

  /** The points of some cells, which have a dataset in common. */
  takePoints({ metadata, tensors }) {
    const plane = JSON.parse(metadata.plane);
    for (const cell of JSON.parse(metadata.cells)) {
      this.#points[cell] = { tensors, plane };
      this.#drawPoints(cell);
    }
  }

  /** Shows all cells as they were after `epoch`. */
  draw(epoch) {
    this.#shown = epoch;
    const [colours, ink] = [fieldColours(), colour("--curve-train")];
    const fields = this.#recording.fieldsAt(epoch);
    const step = Math.ceil(this.#study.epochs / MOST_SPARK_POINTS);
    this.#thumbnails.forEach((thumbnail, cell) => {
      if (this.#study.cells[cell].problem) return;
      if (fields !== null && this.#points[cell]) thumbnail.drawField(fields(cell), colours);
      thumbnail.drawSpark(this.#recording.values("train_loss", cell, epoch, step), this.#study.epochs / step, ink);
      this.#tell(thumbnail, cell, epoch);
    });
    this.#element.dataset.epoch = epoch;
  }

  /** What came of the runs: why some were refused, and which cell is best. */
  takeSummary({ cells, best }) {
    cells.forEach(({ refused, reason }, cell) => {
      if (refused > 0) this.#thumbnails[cell].mark("refused", "refused", reason);
      this.#thumbnails[cell].element.classList.toggle("winner", best?.cell === cell);
    });
  }

  #tell(thumbnail, cell, epoch) {
    const last = this.#recording.lastEpoch(cell, epoch);
    if (last < 0) return;
    if (last < Math.min(epoch, this.#study.cells[cell].epochs)) {
      const at = last + 1;
      thumbnail.mark("diverged", `diverged at ${at}`, `Diverged at epoch ${at}`);
      return;
    }
    const figure = (name) => this.#recording.value(name, cell, last).toFixed(1);
    thumbnail.mark("", `${figure("train_score")} / ${figure("test_score")}`, this.#details(cell, last));
  }

  #details(cell, epoch) {
    const set = (name) =>
      `${name} ${this.#recording.value(`${name}_score`, cell, epoch).toFixed(1)} % ` +
      `(${this.#recording.value(`${name}_loss`, cell, epoch).toFixed(3)})`;
    return `Epoch ${epoch} · ${set("train")} · ${set("test")}`;
  }

  #drawPoints(cell) {
    const { tensors, plane } = this.#points[cell];
    this.#thumbnails[cell].drawPoints(tensors, plane);
  }

  #table() {
    const { axes } = this.#study;
    const columns = axes.at(-1);
    const rows = axes.length === 2 ? axes[0] : null;
    const table = document.createElement("table");
    const head = table.createTHead().insertRow();
    head.append(heading("", rows ? corner(rows, columns) : columns.title));
    head.append(...columns.labels.map((label) => heading("col", label)));
    const body = table.createTBody();
    for (let row = 0; row < this.#thumbnails.length / columns.labels.length; row++) {
      const line = body.insertRow();
      line.append(heading("row", rows ? rows.labels[row] : ""));
      for (let column = 0; column < columns.labels.length; column++) {
        line.insertCell().append(this.#thumbnails[row * columns.labels.length + column].element);
      }
    }
    return table;
  }
}

const corner = (rows, columns) => `${columns.title} →\n${rows.title} ↓`;

function heading(scope, text) {
  const cell = document.createElement("th");
  if (scope) cell.scope = scope;
  cell.textContent = text;
  return cell;
}
