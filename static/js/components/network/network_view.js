// The network view: joins architecture, canvas, units and weight editor, and follows the pointer.

import { query } from "../../lib/dom.js";
import { formatFixed } from "../../lib/text.js";
import { onThemeChange } from "../../lib/theme.js";
import { Architecture } from "./architecture.js";
import { Layout, minWidth } from "./layout.js";
import { NetworkCanvas } from "./network_canvas.js";
import { Units } from "./units.js";
import { WeightEditor } from "./weight_editor.js";

/** @typedef {import("../../protocol.js").Dataset} Dataset */
/** @typedef {import("../../protocol.js").Frame} Frame */

const PAINT_PERIOD_MS = 80; // while the pointer is elsewhere; leaves more time to the prediction grid
const DECIMALS = 3;

const HINT = "Point at a unit to enlarge its map, at a line to read its weight; click to edit.";

export class NetworkView {
  /** @type {(weights: [index: number, value: number][]) => void} called with parameters of θ that the user edits */
  onEdit = () => {};
  #stage;
  #readout;
  #onMap;
  #canvas;
  #units;
  #editor;
  /** @type {number[]} widths of the hidden layers */
  #hidden = [];
  /** @type {Dataset | null} */
  #dataset = null;
  /** @type {Frame | null} the newest one of the run */
  #frame = null;
  /** @type {{architecture: Architecture, layout: Layout} | null} what is on the canvas */
  #network = null;
  /** @type {{layer: number, unit: number} | null} that the pointer is on */
  #unit = null;
  /** The number of the connection that the pointer is on, or -1. */
  #connection = -1;
  /** @type {ReturnType<typeof setTimeout> | undefined} set while the newest frame waits to be painted */
  #timer;

  /**
   * @param {HTMLElement} section
   * @param {(map: (() => Uint8Array) | null) => void} onMap called when the map of another unit is to
   *   be enlarged, with a function that gives its newest map; with null when none is
   */
  constructor(section, onMap) {
    this.#stage = query(section, ".stage");
    this.#readout = query(section, ".readout");
    this.#onMap = onMap;
    this.#canvas = new NetworkCanvas(query(section, "canvas", HTMLCanvasElement));
    this.#units = new Units(this.#stage, {
      onPoint: (layer, unit) => this.#pointAtUnit({ layer, unit }),
      onLeave: () => this.#pointAtUnit(null),
      onOpen: (layer, unit) => this.#openEditor(layer, unit),
    });
    const dialog = query(section, "dialog", HTMLDialogElement);
    this.#editor = new WeightEditor(dialog, (index, value) => this.onEdit([[index, value]]));
    this.#stage.addEventListener("pointermove", (event) => this.#pointAtConnection(this.#connectionAt(event)));
    this.#stage.addEventListener("pointerleave", () => this.#pointAtConnection(-1));
    this.#stage.addEventListener("click", (event) => this.#openEditorOf(this.#connectionAt(event)));
    new ResizeObserver(() => this.#network && this.#place(this.#network.architecture)).observe(this.#stage);
    onThemeChange(() => {
      this.#canvas.readColors();
      this.#paint();
    });
  }

  /**
   * Begins with another network. Its dataset and frames follow.
   * @param {{hidden: number[]}} config of its run
   */
  begin({ hidden }) {
    this.#hidden = hidden;
    this.#frame = null;
  }

  /** @param {Dataset} dataset */
  setDataset(dataset) {
    this.#dataset = dataset;
    if (this.#frame !== null) this.#build(dataset, this.#frame);
  }

  /** @param {Frame} frame */
  draw(frame) {
    const isFirst = this.#frame === null;
    this.#frame = frame;
    if (isFirst && this.#dataset !== null) this.#build(this.#dataset, frame);
    if (isFirst || this.#unit !== null || this.#connection >= 0) this.#show();
    else this.#timer ??= setTimeout(() => this.#show(), PAINT_PERIOD_MS);
  }

  #show() {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    if (this.#frame === null) return;
    this.#paint();
    this.#editor.update(this.#frame.theta);
  }

  /** @param {Dataset} dataset @param {Frame} frame */
  #build({ inputs, classes, target }, frame) {
    const architecture = new Architecture(this.#hidden, inputs, classes, target, frame.unitsShown);
    if (!architecture.equals(this.#network?.architecture ?? null)) {
      this.#editor.close();
      this.#unit = null;
      this.#onMap(null);
      this.#connection = -1;
      this.#units.build(architecture);
      this.#stage.style.minWidth = `${minWidth(architecture.sizes.length)}px`;
    }
    this.#place(architecture); // also where only the plane is another: it has other maps
  }

  /** @param {Architecture} architecture */
  #place(architecture) {
    if (this.#dataset === null || this.#frame === null) return;
    const layout = new Layout(architecture, this.#stage.clientWidth, this.#stage.clientHeight);
    this.#network = { architecture, layout };
    this.#canvas.setNetwork(architecture, layout, this.#dataset.inputMaps, this.#frame.mapSize);
    this.#units.place(layout);
    this.#paint();
  }

  #paint() {
    if (this.#frame === null) return;
    this.#canvas.draw(this.#frame, this.#connection);
    this.#readout.textContent = this.#readoutText(this.#frame);
  }

  /** @param {{layer: number, unit: number} | null} unit */
  #pointAtUnit(unit) {
    this.#unit = unit;
    const isHidden = unit !== null && this.#network?.architecture.isHidden(unit.layer);
    this.#onMap(isHidden ? () => this.#mapOf(unit.layer, unit.unit) : null);
    this.#paint();
  }

  /**
   * The map of a hidden unit in the newest frame.
   * @param {number} layer @param {number} unit
   */
  #mapOf(layer, unit) {
    if (this.#network === null || this.#frame === null) return new Uint8Array(0);
    const { activationMaps, mapSize } = this.#frame;
    const start = this.#network.architecture.mapIndex(layer, unit) * mapSize * mapSize;
    return activationMaps.subarray(start, start + mapSize * mapSize);
  }

  /** @param {number} connection or -1 */
  #pointAtConnection(connection) {
    if (connection === this.#connection) return;
    this.#connection = connection;
    this.#stage.classList.toggle("on-line", connection >= 0);
    this.#paint();
  }

  /** @param {MouseEvent} event @returns {number} -1 for none, and over a unit */
  #connectionAt({ target, clientX, clientY }) {
    const isOverUnit = target instanceof Element && target.closest("button") !== null;
    if (this.#network === null || isOverUnit) return -1;
    const { left, top } = this.#stage.getBoundingClientRect();
    return this.#network.layout.connectionAt(clientX - left, clientY - top);
  }

  /** @param {number} layer @param {number} unit @param {number} [index] in θ of the parameter to edit */
  #openEditor(layer, unit, index) {
    if (this.#frame === null || this.#network === null) return;
    this.#editor.open(this.#network.architecture, this.#frame.theta, layer, unit, index);
  }

  /** @param {number} connection or -1 */
  #openEditorOf(connection) {
    if (connection < 0 || this.#network === null) return;
    const { units, indices } = this.#network.layout.connections;
    this.#openEditor(units[connection].layer, units[connection].unit, indices[connection]);
  }

  /**
   * What the pointer is on, as text.
   * @param {Frame} frame
   */
  #readoutText({ theta, activationRanges }) {
    if (this.#network === null) return HINT;
    const { architecture, layout } = this.#network;
    if (this.#connection >= 0) {
      const { layer, unit, input } = layout.connections.units[this.#connection];
      const weight = theta[architecture.weightIndex(layer, unit, input)];
      const names = `${architecture.unitName(layer - 1, input)} → ${architecture.unitName(layer, unit)}`;
      return `${names}: w = ${formatFixed(weight, DECIMALS)}`;
    }
    if (this.#unit === null) return HINT;
    const { layer, unit } = this.#unit;
    const bias = formatFixed(theta[architecture.biasIndex(layer, unit)], DECIMALS);
    const text = `${architecture.unitName(layer, unit)}: b = ${bias}`;
    if (!architecture.isHidden(layer)) return text;
    const map = architecture.mapIndex(layer, unit);
    const low = formatFixed(activationRanges[2 * map], DECIMALS);
    const high = formatFixed(activationRanges[2 * map + 1], DECIMALS);
    return `${text} · in the picture: its h from ${low} (blue) to ${high} (orange)`;
  }
}
