// The picture of a network: connections, maps and biases on one canvas, drawn again for each frame.

import { color, gridColors } from "../../lib/theme.js";
import { context2d } from "../canvas_layer.js";
import { Atlas } from "./atlas.js";

/** @typedef {import("./architecture.js").Architecture} Architecture */
/** @typedef {import("./layout.js").Layout} Layout */
/** @typedef {import("../../protocol.js").Frame} Frame */

// Sizes are CSS pixels.
const WIDTH_PER_WEIGHT = 2; // of a line, for |w| = 1
const WIDTH_STEP = 0.5; // widths are rounded to it, so that all lines of a width are one path
const HAIRLINE = 0.35; // the width of lines that would be rounded to 0
const LEVELS = 13; // widths up to 6, |w| = 3; wider lines would hide each other
const MIN_OPACITY = 0.3; // of a hairline; the widest lines are opaque

const MIN_BIAS_RADIUS = 1; // of a bias's mark, for b = 0
const RADIUS_PER_BIAS = 2; // for |b| = 1
const MAX_BIAS_RADIUS = 4; // from |b| = 1.5 on

export class NetworkCanvas {
  #canvas;
  #context;
  #levelColors = gridColors();
  #inks = readInks();
  /** @type {{architecture: Architecture, layout: Layout, atlas: Atlas, levels: Int8Array} | null} */
  #network = null;

  /** @param {HTMLCanvasElement} canvas */
  constructor(canvas) {
    this.#canvas = canvas;
    this.#context = context2d(canvas);
  }

  /** Reads the colors again, after the theme has changed. */
  readColors() {
    this.#levelColors = gridColors();
    this.#inks = readInks();
  }

  /**
   * Sets the network that `draw` draws.
   * @param {Architecture} architecture
   * @param {Layout} layout
   * @param {Uint8Array} inputMaps
   * @param {number} mapSize cells along a side of each map
   */
  setNetwork(architecture, layout, inputMaps, mapSize) {
    const atlas = new Atlas(architecture, inputMaps, mapSize);
    // The width of each connection in steps, from 1 on; negative for a negative weight.
    const levels = new Int8Array(layout.connections.count);
    this.#network = { architecture, layout, atlas, levels };
    this.#canvas.width = Math.round(layout.width * devicePixelRatio);
    this.#canvas.height = Math.round(layout.height * devicePixelRatio);
  }

  /**
   * @param {Frame} frame
   * @param {number} highlighted the number of a connection, or -1
   */
  draw(frame, highlighted) {
    if (this.#network === null) return;
    const { layout, atlas, levels } = this.#network;
    const context = this.#context;
    context.setTransform(devicePixelRatio, 0, 0, devicePixelRatio, 0, 0);
    context.clearRect(0, 0, layout.width, layout.height);
    this.#drawConnections(layout, levels, frame.theta, highlighted);
    atlas.paint(frame, this.#levelColors);
    this.#drawNodes(this.#network, frame.theta);
  }

  /**
   * Draws the weakest connections first, so that the strong ones lie above them.
   * @param {Layout} layout @param {Int8Array} levels to write @param {Float32Array} theta @param {number} highlighted
   */
  #drawConnections(layout, levels, theta, highlighted) {
    const context = this.#context;
    const { count, indices, ends } = layout.connections;
    for (let connection = 0; connection < count; connection++) {
      const weight = theta[indices[connection]];
      const steps = Math.round((Math.abs(weight) * WIDTH_PER_WEIGHT) / WIDTH_STEP);
      levels[connection] = Math.min(1 + steps, LEVELS) * (weight < 0 ? -1 : 1);
    }
    for (let level = 1; level <= LEVELS; level++) {
      context.lineWidth = Math.max(HAIRLINE, (level - 1) * WIDTH_STEP);
      context.globalAlpha = MIN_OPACITY + ((1 - MIN_OPACITY) * level) / LEVELS;
      this.#strokeLevel(ends, levels, level, this.#inks.positive);
      this.#strokeLevel(ends, levels, -level, this.#inks.negative);
    }
    context.globalAlpha = 1;
    if (highlighted < 0) return;
    context.lineWidth = 2;
    context.strokeStyle = this.#inks.highlight;
    context.beginPath();
    this.#trace(ends, highlighted);
    context.stroke();
  }

  /**
   * Draws all connections of a level as one path.
   * @param {Float32Array} ends @param {Int8Array} levels @param {number} level @param {string} ink
   */
  #strokeLevel(ends, levels, level, ink) {
    const context = this.#context;
    let isEmpty = true;
    for (let connection = 0; connection < levels.length; connection++) {
      if (levels[connection] !== level) continue;
      if (isEmpty) context.beginPath();
      isEmpty = false;
      this.#trace(ends, connection);
    }
    if (isEmpty) return;
    context.strokeStyle = ink;
    context.stroke();
  }

  /** @param {Float32Array} ends @param {number} connection */
  #trace(ends, connection) {
    this.#context.moveTo(ends[4 * connection], ends[4 * connection + 1]);
    this.#context.lineTo(ends[4 * connection + 2], ends[4 * connection + 3]);
  }

  /** @param {{architecture: Architecture, layout: Layout, atlas: Atlas}} network @param {Float32Array} theta */
  #drawNodes({ architecture, layout, atlas }, theta) {
    const context = this.#context;
    const { canvas: maps, size: mapSize } = atlas;
    context.lineWidth = 1;
    for (let layer = 0, map = 0; layer <= architecture.last; layer++) {
      const x = layout.x(layer);
      const size = layout.nodeSize(layer);
      for (let unit = 0; unit < architecture.shown(layer); unit++, map++) {
        const y = layout.y(layer, unit);
        context.drawImage(maps, 0, map * mapSize, mapSize, mapSize, x, y, size, size);
        context.strokeStyle = this.#inks.frame;
        context.strokeRect(x + 0.5, y + 0.5, size - 1, size - 1);
        if (layer > 0) this.#drawBias(theta[architecture.biasIndex(layer, unit)], x, y + size);
      }
    }
  }

  /**
   * Draws a disc at the lower left corner of a node.
   * @param {number} bias @param {number} x @param {number} y of the corner
   */
  #drawBias(bias, x, y) {
    const context = this.#context;
    const radius = Math.min(MIN_BIAS_RADIUS + RADIUS_PER_BIAS * Math.abs(bias), MAX_BIAS_RADIUS);
    context.beginPath();
    context.arc(x, y, radius, 0, 2 * Math.PI);
    context.fillStyle = bias < 0 ? this.#inks.negative : this.#inks.positive;
    context.strokeStyle = this.#inks.halo;
    context.fill();
    context.stroke();
  }
}

function readInks() {
  return {
    positive: color("--class-1"),
    negative: color("--class-0"),
    frame: color("--edge"),
    highlight: color("--ink"),
    halo: color("--halo"),
  };
}
