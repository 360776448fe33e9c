// What the pointer does to the points: one drawn or moved, many sprayed, those under it erased.

const GRIP = { mouse: 9, pen: 12, touch: 20 }; // CSS pixels within which a point is taken hold of
const AT_ONCE = 3; // points of a spray where the pointer comes down
const APART = 7; // CSS pixels between further ones

/**
 * @typedef {object} Place of the pointer
 * @property {number} x @property {number} y in data coordinates
 * @property {number} clientX @property {number} clientY in CSS pixels
 * @property {string} pointerType
 * @property {(point: object) => number} distance to a point, in CSS pixels
 * @property {(angle: number, away: number) => {x: number, y: number}} around it, so many CSS pixels away
 */

/** Draws a point, or moves the one that is taken hold of. */
export class PointTool {
  #held = null;

  down(points, place, { label }) {
    const grip = GRIP[place.pointerType] ?? GRIP.mouse;
    this.#held = nearest(points.points, place, grip) ?? points.add(place.x, place.y, label);
  }

  move(points, place) {
    if (this.#held !== null) this.#held = points.move(this.#held, place.x, place.y);
  }
}

/** Sprays points of a class. */
export class BrushTool {
  hasSize = true;
  #last = null;

  down(points, place, options) {
    this.#last = place;
    for (let i = 0; i < AT_ONCE; i++) spray(points, place, options);
  }

  move(points, place, options) {
    if (Math.hypot(place.clientX - this.#last.clientX, place.clientY - this.#last.clientY) < APART) return;
    this.#last = place;
    spray(points, place, options);
  }
}

/** Takes points away. */
export class EraserTool {
  hasSize = true;

  down(points, place, { size }) {
    points.erase((point) => place.distance(point) <= size);
  }

  move(points, place, options) {
    this.down(points, place, options);
  }
}

function spray(points, place, { label, size }) {
  // Evenly over the disc: its area grows with the square of the radius.
  const { x, y } = place.around(2 * Math.PI * Math.random(), size * Math.sqrt(Math.random()));
  points.add(x, y, label);
}

function nearest(points, place, within) {
  let [found, least] = [null, within];
  for (const point of points) {
    const away = place.distance(point);
    if (away < least) [found, least] = [point, away];
  }
  return found;
}
