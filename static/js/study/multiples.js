// The small multiples: all cells as a table over the axes, a thumbnail each.

import { constants } from "../lib/constants.js";
import { create } from "../lib/dom.js";
import { formatFixed } from "../lib/text.js";
import { classColors, color, gridColors, onThemeChange, rgb, targetColors, tints } from "../lib/theme.js";
import { argmaxPixels, spread } from "./colors.js";
import { scoreNumber, scoreText, thumbnailSets } from "./measures.js";
import { Thumbnail } from "./thumbnail.js";

/** @typedef {import("../protocol.js").StudyPoints} StudyPoints */
/** @typedef {import("../../../types/study_state.d.ts").ScoreName} ScoreName */
/** @typedef {import("../../../types/study_state.d.ts").StudyStarted} StudyStarted */
/** @typedef {import("../../../types/study_state.d.ts").StudySummary} StudySummary */
/** @typedef {import("./recorder.js").StudyRecorder} StudyRecorder */
/** @typedef {{points: StudyPoints, score: ScoreName, pixels: Uint32Array}} CellData */

const MAX_SPARK_POINTS = 200; // as many as a sparkline has pixels
const TARGET_COLORS = 16;

export class Multiples {
  #element;
  #onChoose;
  /** @type {StudyStarted | null} */
  #study = null;
  /** @type {StudyRecorder | null} */
  #recorder = null;
  /** @type {Thumbnail[]} */
  #thumbnails = [];
  /** @type {(CellData | undefined)[]} by cell; undefined until its points are there */
  #data = [];
  #epoch = -1;

  /**
   * @param {HTMLElement} element
   * @param {(cells: number[]) => void} onChoose called with all cells that are ticked
   */
  constructor(element, onChoose) {
    this.#element = element;
    this.#onChoose = onChoose;
    onThemeChange(() => this.#recolor());
  }

  /** The kinds of scores that the cells have. @returns {ScoreName[]} */
  get scores() {
    const kinds = /** @type {ScoreName[]} */ (["accuracy", "r2"]);
    return kinds.filter((score) => this.#data.some((data) => data?.score === score));
  }

  /** The cells that are ticked. */
  get chosen() {
    return this.#thumbnails.flatMap(({ box }, cell) => (box.checked ? [cell] : []));
  }

  /** The table as it is drawn; null before the first study. */
  get table() {
    return this.#element.querySelector("table");
  }

  /**
   * Shows an empty table for a new study.
   * @param {StudyStarted} study
   * @param {StudyRecorder} recorder
   */
  begin(study, recorder) {
    this.#study = study;
    this.#recorder = recorder;
    this.#data = [];
    this.#epoch = -1;
    const onChoose = () => this.#onChoose(this.chosen);
    this.#thumbnails = study.cells.map((cell) => new Thumbnail(cell, constants.studyGridSize, onChoose));
    study.cells.forEach(({ problem }, cell) => {
      if (problem) this.#thumbnails[cell].show("refused", "refused", problem);
    });
    this.#element.replaceChildren(tableOf(study, this.#thumbnails));
    this.#element.dataset.finished = "false";
  }

  /** Ticks a cell. @param {number} cell */
  choose(cell) {
    this.#thumbnails[cell].box.checked = true;
    this.#onChoose(this.chosen);
  }

  /** Draws the points of some cells, which have the same dataset. @param {StudyPoints} points */
  setPoints(points) {
    const [pixels, score] = [pixelsFor(points), /** @type {ScoreName} */ (points.score)];
    for (const cell of points.cells) {
      this.#data[cell] = { points, score, pixels };
      this.#drawPoints(cell);
    }
  }

  /** Draws all cells as they were after an epoch. @param {number} epoch */
  draw(epoch) {
    if (this.#study === null || this.#recorder === null) return;
    this.#epoch = epoch;
    const [recorder, { epochs }] = [this.#recorder, this.#study];
    const grids = recorder.gridsAt(epoch);
    const step = Math.ceil(epochs / MAX_SPARK_POINTS);
    const ink = color("--curve-train");
    this.#thumbnails.forEach((thumbnail, cell) => {
      const data = this.#data[cell];
      if (data === undefined) return; // the cell has no run
      if (grids !== null) thumbnail.drawGrid(grids(cell), data.pixels);
      thumbnail.drawSpark(recorder.values("train_loss", cell, epoch, step), epochs / step, ink);
      showProgress(thumbnail, recorder, cell, epoch, data.score);
    });
    this.#element.dataset.epoch = String(epoch);
  }

  /** Marks the best cell and the cells with refused runs. @param {StudySummary} summary */
  setResults({ cells, best }) {
    cells.forEach(({ refused, reason }, cell) => {
      if (refused > 0) this.#thumbnails[cell].show("refused", "refused", reason);
      this.#thumbnails[cell].element.classList.toggle("winner", best?.cell === cell);
    });
  }

  /** Notes in the page that the study is finished. */
  finish() {
    this.#element.dataset.finished = "true";
  }

  #recolor() {
    this.#data.forEach((data, cell) => {
      if (data === undefined) return;
      data.pixels = pixelsFor(data.points);
      this.#drawPoints(cell);
    });
    if (this.#epoch >= 0) this.draw(this.#epoch);
  }

  /** @param {number} cell */
  #drawPoints(cell) {
    const data = this.#data[cell];
    if (data === undefined) return;
    if (data.points.isRegression) {
      const colors = spread(targetColors(), TARGET_COLORS);
      const colorIndex = (/** @type {number} */ target) => Math.round(target * (TARGET_COLORS - 1));
      this.#thumbnails[cell].drawPoints(data.points, colors, colorIndex);
    } else {
      this.#thumbnails[cell].drawPoints(data.points, classColors(), (label) => label);
    }
  }
}

/**
 * Shows below a thumbnail how far its run had come at an epoch.
 * @param {Thumbnail} thumbnail
 * @param {StudyRecorder} recorder
 * @param {number} cell
 * @param {number} epoch
 * @param {ScoreName} score
 */
function showProgress(thumbnail, recorder, cell, epoch, score) {
  const progress = recorder.progressAt(cell, epoch);
  if (progress.divergedAt > 0) {
    const text = `diverged at ${progress.divergedAt}`;
    thumbnail.show("diverged", text, `Diverged at epoch ${progress.divergedAt}`);
    return;
  }
  if (progress.epoch < 0) return;
  const value = (/** @type {string} */ name) => recorder.value(name, cell, progress.epoch);
  const sets = recorder.setsOf(cell);
  const scores = thumbnailSets(sets).map((name) => scoreNumber(score, value(`${name}_score`)));
  const details = sets.map((name) => {
    return `${name} ${scoreText(score, value(`${name}_score`))} (${formatFixed(value(`${name}_loss`), 3)})`;
  });
  const stop = progress.stoppedAt > 0 ? [`stopped early at epoch ${progress.stoppedAt}`] : [];
  thumbnail.show("", scores.join(" / "), [`Epoch ${progress.epoch}`, ...details, ...stop].join(" · "));
}

/** The pixel for each byte of a prediction grid. @param {StudyPoints} points */
function pixelsFor({ classes }) {
  if (classes.length <= 2) return gridColors();
  return argmaxPixels(rgb(color("--field-mid")), tints(), constants.argmaxSteps);
}

/**
 * @param {StudyStarted} study
 * @param {Thumbnail[]} thumbnails of the cells
 */
function tableOf({ axes }, thumbnails) {
  const columns = axes[axes.length - 1];
  const rows = axes.length === 2 ? axes[0] : null;
  const width = columns.labels.length;
  const table = create("table");
  const head = table.createTHead().insertRow();
  if (rows) head.append(create("th", { className: "corner" }, `${columns.title} →\n${rows.title} ↓`));
  else table.createCaption().textContent = columns.title;
  head.append(...columns.labels.map((label) => create("th", { scope: "col" }, label)));
  const body = table.createTBody();
  for (let start = 0; start < thumbnails.length; start += width) {
    const line = body.insertRow();
    if (rows) line.append(create("th", { scope: "row" }, rows.labels[start / width]));
    for (const { element } of thumbnails.slice(start, start + width)) line.insertCell().append(element);
  }
  return table;
}
