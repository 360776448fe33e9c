// The tools: what the pointer does to the points. One draws or moves a point, one sprays, one erases.

/** @typedef {import("./drawn_points.js").DrawnPoints} DrawnPoints */
/** @typedef {import("./drawn_points.js").DrawnPoint} DrawnPoint */
/** @typedef {import("./pointer.js").Pointer} Pointer */

/** @typedef {{label: number, size: number}} ToolOptions the class that is drawn; a radius in CSS pixels */

/**
 * @typedef {object} Tool
 * @property {boolean} hasSize whether it works within a radius
 * @property {(points: DrawnPoints, pointer: Pointer, options: ToolOptions) => void} down
 * @property {(points: DrawnPoints, pointer: Pointer, options: ToolOptions) => void} move
 * @property {(points: DrawnPoints, options: ToolOptions) => void} up
 */

// Distances in CSS pixels.
/** @type {Record<string, number>} */
const GRAB_DISTANCE = { mouse: 9, pen: 12, touch: 20 }; // within which a point can be grabbed
const DRAG_THRESHOLD = 4; // a shorter move is not a drag: hands are not still
const SPRAY_SPACING = 7; // from one sprayed point to the next
const SPRAY_START = 3; // points that are sprayed at once where the pointer comes down

/**
 * Draws a point, or drags the one under the pointer.
 * @implements {Tool}
 */
export class PointTool {
  hasSize = false;
  /** @type {DrawnPoint | null} that is dragged */
  #grabbed = null;
  /** @type {Pointer | null} where an existing point was grabbed, until it is dragged */
  #start = null;

  /** @param {DrawnPoints} points @param {Pointer} pointer @param {ToolOptions} options */
  down(points, pointer, { label }) {
    this.#grabbed = nearest(points.points, pointer, GRAB_DISTANCE[pointer.pointerType] ?? GRAB_DISTANCE.mouse);
    this.#start = this.#grabbed && pointer;
    this.#grabbed ??= points.add(pointer.x, pointer.y, label);
  }

  /** @param {DrawnPoints} points @param {Pointer} pointer */
  move(points, pointer) {
    if (this.#grabbed === null) return;
    if (this.#start !== null && distance(pointer, this.#start) < DRAG_THRESHOLD) return;
    this.#start = null;
    this.#grabbed = points.move(this.#grabbed, pointer.x, pointer.y);
  }

  /**
   * A click on a point that does not drag it draws another point there.
   * @param {DrawnPoints} points @param {ToolOptions} options
   */
  up(points, { label }) {
    if (this.#start !== null) points.add(this.#start.x, this.#start.y, label);
    this.#grabbed = this.#start = null;
  }
}

/**
 * Sprays points of a class.
 * @implements {Tool}
 */
export class BrushTool {
  hasSize = true;
  /** @type {Pointer | null} where it sprayed last */
  #last = null;

  /** @param {DrawnPoints} points @param {Pointer} pointer @param {ToolOptions} options */
  down(points, pointer, options) {
    this.#last = pointer;
    for (let i = 0; i < SPRAY_START; i++) spray(points, pointer, options);
  }

  /** @param {DrawnPoints} points @param {Pointer} pointer @param {ToolOptions} options */
  move(points, pointer, options) {
    if (this.#last !== null && distance(pointer, this.#last) < SPRAY_SPACING) return;
    this.#last = pointer;
    spray(points, pointer, options);
  }

  up() {}
}

/**
 * Removes points.
 * @implements {Tool}
 */
export class EraserTool {
  hasSize = true;

  /** @param {DrawnPoints} points @param {Pointer} pointer @param {ToolOptions} options */
  down(points, pointer, { size }) {
    points.remove((point) => pointer.distanceTo(point) <= size);
  }

  /** @param {DrawnPoints} points @param {Pointer} pointer @param {ToolOptions} options */
  move(points, pointer, options) {
    this.down(points, pointer, options);
  }

  up() {}
}

/** @param {Pointer} first @param {Pointer} second */
function distance(first, second) {
  return Math.hypot(first.clientX - second.clientX, first.clientY - second.clientY);
}

/** @param {DrawnPoints} points @param {Pointer} pointer @param {ToolOptions} options */
function spray(points, pointer, { label, size }) {
  // The square root makes the density uniform: the area of a disc grows with the square of its radius.
  const { x, y } = pointer.around(2 * Math.PI * Math.random(), size * Math.sqrt(Math.random()));
  points.add(x, y, label);
}

/** @param {readonly DrawnPoint[]} points @param {Pointer} pointer @param {number} maxDistance */
function nearest(points, pointer, maxDistance) {
  let found = null;
  let least = maxDistance;
  for (const point of points) {
    const away = pointer.distanceTo(point);
    if (away < least) {
      found = point;
      least = away;
    }
  }
  return found;
}
