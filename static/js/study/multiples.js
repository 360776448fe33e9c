// The small multiples: all cells as a table over the axes, each with its thumbnail.

import { colour, onThemeChange } from "../palette.js";
import { heldOut, scoreNumber, scoreText } from "./measures.js";
import { fieldPixels, pointInks } from "./shades.js";
import { Thumbnail } from "./thumbnail.js";

const MOST_SPARK_POINTS = 200; // as many as a sparkline has pixels

export class Multiples {
  #element;
  #onChoose;
  #thumbnails = [];
  #study = null;
  #recording = null;
  #data = []; // by cell: {tensors, plane, classes, score, pixels}
  #shown = -1;

  /** @param {HTMLElement} element @param {(cells: number[]) => void} onChoose the cells ticked */
  constructor(element, onChoose) {
    this.#element = element;
    this.#onChoose = onChoose;
    onThemeChange(() => {
      this.#data.forEach((data, cell) => {
        data.pixels = fieldPixels(data.classes);
        this.#drawPoints(cell);
      });
      if (this.#shown >= 0) this.draw(this.#shown);
    });
  }

  /** What the scores of the cells are: “accuracy”, “r2”, or both. */
  get scores() {
    return ["accuracy", "r2"].filter((score) => this.#data.some((data) => data?.score === score));
  }

  get chosen() {
    return this.#thumbnails.flatMap(({ box }, cell) => (box.checked ? [cell] : []));
  }

  /** An empty table for a study; its points and fields follow. */
  begin(study, recording) {
    this.#study = study;
    this.#recording = recording;
    this.#data = [];
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
    const [plane, classes] = [JSON.parse(metadata.plane), JSON.parse(metadata.classes)];
    const pixels = fieldPixels(classes);
    for (const cell of JSON.parse(metadata.cells)) {
      this.#data[cell] = { tensors, plane, classes, score: metadata.score, pixels };
      this.#drawPoints(cell);
    }
  }

  /** Shows all cells as they were after `epoch`. */
  draw(epoch) {
    this.#shown = epoch;
    const ink = colour("--curve-train");
    const fields = this.#recording.fieldsAt(epoch);
    const step = Math.ceil(this.#study.epochs / MOST_SPARK_POINTS);
    this.#thumbnails.forEach((thumbnail, cell) => {
      if (!this.#data[cell]) return; // it is not run
      if (fields !== null) thumbnail.drawField(fields(cell), this.#data[cell].pixels);
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
    const { epoch: at, diverged, stopped } = this.#recording.at(cell, epoch);
    if (diverged) {
      thumbnail.mark("diverged", `diverged at ${diverged}`, `Diverged at epoch ${diverged}`);
    } else if (at >= 0) {
      const sets = this.#recording.sets(cell);
      const shown = sets.length > 1 ? ["train", heldOut(sets)] : sets;
      const { score } = this.#data[cell];
      const figure = (name) => scoreNumber(score, this.#recording.value(`${name}_score`, cell, at));
      const end = stopped ? ` · stopped early at epoch ${stopped}` : "";
      thumbnail.mark("", shown.map(figure).join(" / "), this.#details(cell, at, sets) + end);
    }
  }

  #details(cell, epoch, sets) {
    const { score } = this.#data[cell];
    const value = (name) => this.#recording.value(name, cell, epoch);
    const told = sets.map(
      (name) => `${name} ${scoreText(score, value(`${name}_score`))} (${value(`${name}_loss`).toFixed(3)})`,
    );
    return [`Epoch ${epoch}`, ...told].join(" · ");
  }

  #drawPoints(cell) {
    const { tensors, plane, score } = this.#data[cell];
    this.#thumbnails[cell].drawPoints(tensors, plane, pointInks(score === "r2"));
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
