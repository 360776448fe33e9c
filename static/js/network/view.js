// The network view: joins structure, picture, units and editor; knows what is pointed at.

import { onThemeChange } from "../palette.js";
import { Editor } from "./editor.js";
import { Layout, leastWidth } from "./layout.js";
import { Painting } from "./painting.js";
import { Structure } from "./structure.js";
import { Units } from "./units.js";

const PAINT_PERIOD_MS = 80; // while nothing in it is pointed at: the display's time is the picture's

const HINT = "Point at a unit to enlarge its map, at a line to read its weight; click to edit.";

export class NetworkView {
  /** @type {(weights: [index: number, value: number][]) => void} told what the user changes in θ */
  onEdit = () => {};
  #stage;
  #readout;
  #boundary;
  #painting;
  #units;
  #editor;
  #hidden = []; // widths of the hidden layers
  #names = null; // of the dataset: {inputs, classes, target}
  #inputs = null; // maps of the inputs
  #structure = null;
  #layout = null;
  #frame = null; // the one that is drawn
  #unit = null; // the {layer, unit} pointed at
  #link = -1; // the connection pointed at
  #timer = 0; // set while the newest frame waits to be painted

  /** @param {HTMLElement} section @param {import("../boundary.js").Boundary} boundary */
  constructor(section, boundary) {
    this.#stage = section.querySelector(".stage");
    this.#readout = section.querySelector(".readout");
    this.#boundary = boundary;
    this.#painting = new Painting(section.querySelector("canvas"));
    this.#units = new Units(this.#stage, {
      onPoint: (layer, unit) => this.#pointAtUnit({ layer, unit }),
      onLeave: () => this.#pointAtUnit(null),
      onOpen: (layer, unit) => this.#open(layer, unit),
    });
    this.#editor = new Editor(section.querySelector("dialog"), (index, value) => this.onEdit([[index, value]]));
    this.#stage.addEventListener("pointermove", (event) => this.#pointAtLink(this.#linkUnder(event)));
    this.#stage.addEventListener("pointerleave", () => this.#pointAtLink(-1));
    this.#stage.addEventListener("click", (event) => this.#openLink(this.#linkUnder(event)));
    new ResizeObserver(() => this.#structure && this.#place()).observe(this.#stage);
    onThemeChange(() => {
      this.#painting.readColours();
      this.#paint();
    });
  }

  /** Another network: what its run is configured as. Its dataset and frames will follow. */
  begin({ hidden }) {
    this.#hidden = hidden;
    this.#frame = null;
  }

  setDataset({ metadata, tensors }) {
    const { inputs, classes, target } = metadata;
    this.#names = { inputs: JSON.parse(inputs), classes: JSON.parse(classes), target };
    this.#inputs = tensors.inputs;
    if (this.#frame !== null) this.#build();
  }

  /** @param {object} frame with theta, responses, response_ranges, grid and the numbers beside them */
  draw(frame) {
    const isFirst = this.#frame === null;
    this.#frame = frame;
    if (isFirst) this.#build();
    if (isFirst || this.#unit !== null || this.#link >= 0) this.#show();
    else this.#timer ||= setTimeout(() => this.#show(), PAINT_PERIOD_MS);
  }

  #show() {
    clearTimeout(this.#timer);
    this.#timer = 0;
    if (this.#frame === null) return;
    this.#paint();
    this.#editor.update(this.#frame.theta);
  }

  #build() {
    const { inputs, classes, target } = this.#names;
    const structure = new Structure(this.#hidden, inputs, classes, target, this.#frame.units_shown);
    if (this.#structure?.equals(structure)) {
      this.#place(); // of another dataset, or another plane of it
      return;
    }
    this.#structure = structure;
    this.#editor.close();
    this.#boundary.showField();
    this.#unit = null;
    this.#link = -1;
    this.#units.build(structure);
    this.#stage.style.minWidth = `${leastWidth(structure.sizes.length)}px`;
    this.#place();
  }

  #place() {
    this.#layout = new Layout(this.#structure, this.#stage.clientWidth, this.#stage.clientHeight);
    this.#painting.place(this.#structure, this.#layout, this.#inputs, this.#frame.response_size);
    this.#units.place(this.#layout);
    this.#paint();
  }

  #paint() {
    if (this.#frame === null) return;
    this.#painting.draw(this.#frame, this.#link);
    this.#readout.textContent = this.#reading();
  }

  #pointAtUnit(place) {
    this.#unit = place;
    if (place !== null && this.#structure.isHidden(place.layer)) this.#boundary.showInstead(() => this.#map());
    else this.#boundary.showField();
    this.#paint();
  }

  /** The map of the unit that is pointed at, as the newest frame has it. */
  #map() {
    const { responses, response_size: size } = this.#frame;
    const start = this.#structure.map(this.#unit.layer, this.#unit.unit) * size * size;
    return responses.subarray(start, start + size * size);
  }

  #pointAtLink(link) {
    if (link === this.#link) return;
    this.#link = link;
    this.#stage.classList.toggle("on-line", link >= 0);
    this.#paint();
  }

  #linkUnder({ target, clientX, clientY }) {
    if (this.#layout === null || target.closest("button")) return -1;
    const { left, top } = this.#stage.getBoundingClientRect();
    return this.#layout.linkAt(clientX - left, clientY - top);
  }

  #open(layer, unit, index) {
    if (this.#frame !== null) this.#editor.open(this.#structure, this.#frame.theta, layer, unit, index);
  }

  #openLink(link) {
    if (link < 0) return;
    const { to, index } = this.#layout.links;
    this.#open(to[link].layer, to[link].unit, index[link]);
  }

  /** In words what is pointed at. */
  #reading() {
    const [structure, { theta, response_ranges: ranges }] = [this.#structure, this.#frame];
    if (this.#link >= 0) {
      const { layer, unit, input } = this.#layout.links.to[this.#link];
      const weight = theta[structure.weight(layer, unit, input)];
      return `${structure.name(layer - 1, input)} → ${structure.name(layer, unit)}: w = ${written(weight)}`;
    }
    if (this.#unit === null) return HINT;
    const { layer, unit } = this.#unit;
    const bias = `${structure.name(layer, unit)}: b = ${written(theta[structure.bias(layer, unit)])}`;
    if (!structure.isHidden(layer)) return bias;
    const place = structure.map(layer, unit);
    const [low, high] = [ranges[2 * place], ranges[2 * place + 1]];
    return `${bias} · in the picture: its h from ${written(low)} (blue) to ${written(high)} (orange)`;
  }
}

/** A number with a true minus sign and three decimals. */
const written = (value) => value.toFixed(3).replace("-", "−");
