// Where the units and connections of a network are drawn, in CSS pixels from the top left of the stage.

/** @typedef {import("./architecture.js").Architecture} Architecture */

/**
 * The drawn connections, numbered layer by layer.
 * @typedef {object} Connections
 * @property {number} count
 * @property {Float32Array} ends x, y of the start and x, y of the end of each
 * @property {Int32Array} indices of the weights in θ
 * @property {{layer: number, unit: number, input: number}[]} units the unit each one leads to, and
 *   the unit `input` of the layer before it comes from
 */

export const NAME_GAP = 8; // between a name and its unit

const TOP = 20; // for the names of the layers
const LEFT = { max: 76, share: 0.1 }; // for the names of the inputs; share of the width
const RIGHT = { max: 112, share: 0.22 }; // for the names of the outputs
const BOTTOM = { plain: 4, summarized: 20 }; // with room for “+ n more” where units are left out
const LARGEST_NODE = 40;
const SMALLEST_NODE = 4;
const NODE_SHARE = 0.88; // of a row; the rest is the gap to the next node
const NARROWEST_COLUMN = 56; // from layer to layer; leaves room for the connections beside the nodes
const POINTER_REACH = 5; // from a connection within which the pointer means it

/**
 * The least width at which the layers can be told apart.
 * @param {number} layers
 */
export function minWidth(layers) {
  return LEFT.max + RIGHT.max + LARGEST_NODE + (layers - 1) * NARROWEST_COLUMN;
}

export class Layout {
  #architecture;
  #bottom;

  /**
   * @param {Architecture} architecture
   * @param {number} width @param {number} height of the stage
   */
  constructor(architecture, width, height) {
    this.#architecture = architecture;
    this.width = width;
    this.height = height;
    /** Width for the names before the first layer and after the last. */
    this.left = Math.min(LEFT.max, LEFT.share * width);
    this.right = Math.min(RIGHT.max, RIGHT.share * width);
    const isSummarized = architecture.sizes.some((size, layer) => size > architecture.shown(layer));
    this.#bottom = height - (isSummarized ? BOTTOM.summarized : BOTTOM.plain);
    this.connections = this.#connect();
  }

  /** @param {number} layer @returns {number} the distance between the centers of two units */
  #rowHeight(layer) {
    return Math.min(LARGEST_NODE / NODE_SHARE, (this.#bottom - TOP) / this.#architecture.shown(layer));
  }

  /** @param {number} layer @returns {number} width and height of its nodes: as large as there is room */
  nodeSize(layer) {
    return Math.max(SMALLEST_NODE, Math.floor(NODE_SHARE * this.#rowHeight(layer)));
  }

  /** @param {number} layer @returns {number} left edge of its nodes; the centers of all layers are evenly spaced */
  x(layer) {
    const space = this.width - this.left - this.right - LARGEST_NODE;
    const center = this.left + LARGEST_NODE / 2 + (space * layer) / this.#architecture.last;
    return Math.round(center - this.nodeSize(layer) / 2);
  }

  /** @param {number} layer @param {number} unit @returns {number} top edge of a node; a layer is centered vertically */
  y(layer, unit) {
    const center = (TOP + this.#bottom) / 2;
    const offset = unit - (this.#architecture.shown(layer) - 1) / 2;
    return Math.round(center + offset * this.#rowHeight(layer) - this.nodeSize(layer) / 2);
  }

  /** @param {number} layer @param {number} unit @returns {number} where the connections of a node end vertically */
  #centerY(layer, unit) {
    return this.y(layer, unit) + this.nodeSize(layer) / 2;
  }

  /** @returns {Connections} between the units that are shown */
  #connect() {
    const architecture = this.#architecture;
    /** @type {number[]} */
    const ends = [];
    /** @type {number[]} */
    const indices = [];
    /** @type {Connections["units"]} */
    const units = [];
    for (let layer = 1; layer <= architecture.last; layer++) {
      const x1 = this.x(layer - 1) + this.nodeSize(layer - 1);
      const x2 = this.x(layer);
      for (let unit = 0; unit < architecture.shown(layer); unit++) {
        for (let input = 0; input < architecture.shown(layer - 1); input++) {
          ends.push(x1, this.#centerY(layer - 1, input), x2, this.#centerY(layer, unit));
          indices.push(architecture.weightIndex(layer, unit, input));
          units.push({ layer, unit, input });
        }
      }
    }
    return { count: indices.length, ends: new Float32Array(ends), indices: new Int32Array(indices), units };
  }

  /**
   * The number of the connection nearest to a position, or -1 if none is close.
   * @param {number} x @param {number} y
   */
  connectionAt(x, y) {
    const { count, ends } = this.connections;
    let nearest = -1;
    let least = POINTER_REACH;
    for (let connection = 0; connection < count; connection++) {
      const at = 4 * connection;
      if (x < ends[at] || x > ends[at + 2]) continue;
      const dx = ends[at + 2] - ends[at];
      const dy = ends[at + 3] - ends[at + 1];
      const distance = Math.abs((y - ends[at + 1]) * dx - (x - ends[at]) * dy) / Math.hypot(dx, dy);
      if (distance < least) {
        nearest = connection;
        least = distance;
      }
    }
    return nearest;
  }
}
