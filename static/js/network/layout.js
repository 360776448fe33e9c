// Where a network's units and connections are drawn, in CSS pixels from the stage's top left.

const HEAD = 20; // the layers' names
const LEFT = { most: 76, share: 0.1 }; // for the inputs' names, of the width
const RIGHT = { most: 112, share: 0.22 }; // for the classes' names
export const NAME_GAP = 8; // between a name and its unit
const FOOT = { plain: 4, summarised: 20 }; // room for “+ n more”, where a layer needs it
const LARGEST_NODE = 40;
const NODE_SHARE = 0.88; // of a row; the rest is the gap to the next
const NARROWEST_COLUMN = 56; // leaves the lines of adjacent layers room beside the maps
const REACH = 5; // how far from a line the pointer may be

/** The least width at which `layers` layers can be told apart. */
export const leastWidth = (layers) =>
  LEFT.most + RIGHT.most + LARGEST_NODE + (layers - 1) * NARROWEST_COLUMN;

export class Layout {
  #structure;
  #bottom;

  /** @param {import("./structure.js").Structure} structure */
  constructor(structure, width, height) {
    this.#structure = structure;
    this.width = width;
    this.height = height;
    /** Room for names before the first layer and after the last. */
    this.left = Math.min(LEFT.most, LEFT.share * width);
    this.right = Math.min(RIGHT.most, RIGHT.share * width);
    const summarised = structure.sizes.some((size, layer) => size > structure.shown(layer));
    this.#bottom = height - (summarised ? FOOT.summarised : FOOT.plain);
    this.links = this.#connect();
  }

  /** From one unit of a layer to the next. */
  #row(layer) {
    return Math.min(LARGEST_NODE / NODE_SHARE, (this.#bottom - HEAD) / this.#structure.shown(layer));
  }

  /** Width and height of a layer's nodes: as large as there is room for. */
  node(layer) {
    return Math.max(4, Math.floor(NODE_SHARE * this.#row(layer)));
  }

  /** Left edge of a layer's nodes; their middles are equally far apart. */
  x(layer) {
    const room = this.width - this.left - this.right - LARGEST_NODE;
    const middle = this.left + LARGEST_NODE / 2 + (room * layer) / this.#structure.last;
    return Math.round(middle - this.node(layer) / 2);
  }

  /** Upper edge of a node; the units of a layer stand around the middle. */
  y(layer, unit) {
    const middle = (HEAD + this.#bottom) / 2;
    const place = unit - (this.#structure.shown(layer) - 1) / 2;
    return Math.round(middle + place * this.#row(layer) - this.node(layer) / 2);
  }

  /** Where lines to or from a node end vertically: its middle. */
  #middle(layer, unit) {
    return this.y(layer, unit) + this.node(layer) / 2;
  }

  /**
   * The connections between units that are shown: ends as [x, y, x, y] each, and for each its
   * index in θ and the unit it leads to and comes from.
   */
  #connect() {
    const structure = this.#structure;
    const [ends, index, to] = [[], [], []];
    for (let layer = 1; layer <= structure.last; layer++) {
      const [x1, x2] = [this.x(layer - 1) + this.node(layer - 1), this.x(layer)];
      for (let unit = 0; unit < structure.shown(layer); unit++) {
        for (let input = 0; input < structure.shown(layer - 1); input++) {
          ends.push(x1, this.#middle(layer - 1, input), x2, this.#middle(layer, unit));
          index.push(structure.weight(layer, unit, input));
          to.push({ layer, unit, input });
        }
      }
    }
    return { count: index.length, ends: new Float32Array(ends), index: new Int32Array(index), to };
  }

  /** The connection nearest to a point, or -1 if none is within reach. */
  linkAt(x, y) {
    const { count, ends } = this.links;
    let [nearest, least] = [-1, REACH];
    for (let link = 0; link < count; link++) {
      const at = 4 * link;
      if (x < ends[at] || x > ends[at + 2]) continue;
      const [dx, dy] = [ends[at + 2] - ends[at], ends[at + 3] - ends[at + 1]];
      const away = Math.abs((y - ends[at + 1]) * dx - (x - ends[at]) * dy) / Math.hypot(dx, dy);
      if (away < least) [nearest, least] = [link, away];
    }
    return nearest;
  }
}
