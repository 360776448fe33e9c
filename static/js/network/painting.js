// The picture of a network: connections, maps and biases on one canvas, drawn anew for each frame.

import { colour, fieldColours } from "../palette.js";
import { Atlas } from "./atlas.js";

const PIXELS_PER_WEIGHT = 2; // a line's width for |w| = 1
const WIDTH_STEP = 0.5; // widths are rounded to it, so that all lines of a width are one path
const HAIRLINE = 0.35; // what rounds to no width at all is still to be seen
const LEVELS = 13; // up to 6 pixels, |w| = 3; wider lines would hide each other
const FAINTEST = 0.3; // opacity of a hairline; the widest lines are all but opaque

const LEAST_BIAS = 1; // radius of a bias's mark, in pixels: what it has at b = 0 ...
const PIXELS_PER_BIAS = 2; // ... how it grows with |b| ...
const LARGEST_BIAS = 4; // ... and where that ends, at |b| = 1.5

export class Painting {
  #canvas;
  #context;
  #structure;
  #layout;
  #atlas;
  #levels; // of each connection, from 1 on, below zero for a negative weight
  #fieldColours;
  #inks;

  /** @param {HTMLCanvasElement} canvas */
  constructor(canvas) {
    this.#canvas = canvas;
    this.#context = canvas.getContext("2d");
    this.readColours();
  }

  /** Takes over the theme's colours; to be called again when it changes. */
  readColours() {
    this.#fieldColours = fieldColours();
    this.#inks = {
      positive: colour("--class-1"),
      negative: colour("--class-0"),
      frame: colour("--edge"),
      marked: colour("--ink"),
      halo: colour("--halo"),
    };
  }

  /**
   * @param {import("./structure.js").Structure} structure
   * @param {import("./layout.js").Layout} layout
   * @param {Uint8Array} inputs maps of the inputs
   * @param {number} mapSize width and height of a map in a frame's `responses`
   */
  place(structure, layout, inputs, mapSize) {
    this.#structure = structure;
    this.#layout = layout;
    this.#atlas = new Atlas(structure, inputs, mapSize);
    this.#levels = new Int8Array(layout.links.count);
    this.#canvas.width = Math.round(layout.width * devicePixelRatio);
    this.#canvas.height = Math.round(layout.height * devicePixelRatio);
  }

  /**
   * @param {{theta: Float32Array, responses: Uint8Array, grid: Uint8Array}} frame
   * @param {number} marked the connection to be brought out, or -1
   */
  draw(frame, marked) {
    const context = this.#context;
    context.setTransform(devicePixelRatio, 0, 0, devicePixelRatio, 0, 0);
    context.clearRect(0, 0, this.#layout.width, this.#layout.height);
    this.#drawLinks(frame.theta, marked);
    this.#atlas.paint(frame, this.#fieldColours);
    this.#drawNodes(frame.theta);
  }

  /** The weakest connections first, so that the strong ones lie over them. */
  #drawLinks(theta, marked) {
    const [context, levels, { count, index }] = [this.#context, this.#levels, this.#layout.links];
    for (let link = 0; link < count; link++) {
      const weight = theta[index[link]];
      const width = Math.round((Math.abs(weight) * PIXELS_PER_WEIGHT) / WIDTH_STEP);
      levels[link] = Math.min(1 + width, LEVELS) * (weight < 0 ? -1 : 1);
    }
    for (let level = 1; level <= LEVELS; level++) {
      context.lineWidth = Math.max(HAIRLINE, (level - 1) * WIDTH_STEP);
      context.globalAlpha = FAINTEST + ((1 - FAINTEST) * level) / LEVELS;
      this.#strokeLevel(level, this.#inks.positive);
      this.#strokeLevel(-level, this.#inks.negative);
    }
    context.globalAlpha = 1;
    if (marked < 0) return;
    context.lineWidth = 2;
    context.strokeStyle = this.#inks.marked;
    context.beginPath();
    this.#trace(marked);
    context.stroke();
  }

  #strokeLevel(level, ink) {
    const [context, levels] = [this.#context, this.#levels];
    let some = false;
    for (let link = 0; link < levels.length; link++) {
      if (levels[link] !== level) continue;
      if (!some) context.beginPath();
      some = true;
      this.#trace(link);
    }
    if (!some) return;
    context.strokeStyle = ink;
    context.stroke();
  }

  #trace(link) {
    const ends = this.#layout.links.ends;
    this.#context.moveTo(ends[4 * link], ends[4 * link + 1]);
    this.#context.lineTo(ends[4 * link + 2], ends[4 * link + 3]);
  }

  #drawNodes(theta) {
    const [context, structure, layout] = [this.#context, this.#structure, this.#layout];
    const { canvas, size: tile } = this.#atlas;
    context.lineWidth = 1;
    for (let layer = 0, place = 0; layer <= structure.last; layer++) {
      const [x, size] = [layout.x(layer), layout.node(layer)];
      for (let unit = 0; unit < structure.shown(layer); unit++, place++) {
        const y = layout.y(layer, unit);
        context.drawImage(canvas, 0, place * tile, tile, tile, x, y, size, size);
        context.strokeStyle = this.#inks.frame;
        context.strokeRect(x + 0.5, y + 0.5, size - 1, size - 1);
        if (layer > 0) this.#drawBias(theta[structure.bias(layer, unit)], x, y + size);
      }
    }
  }

  /** A disc on the node's lower left corner. */
  #drawBias(bias, x, y) {
    const context = this.#context;
    const radius = Math.min(LEAST_BIAS + PIXELS_PER_BIAS * Math.abs(bias), LARGEST_BIAS);
    context.beginPath();
    context.arc(x, y, radius, 0, 2 * Math.PI);
    context.fillStyle = bias < 0 ? this.#inks.negative : this.#inks.positive;
    context.strokeStyle = this.#inks.halo;
    context.fill();
    context.stroke();
  }
}
