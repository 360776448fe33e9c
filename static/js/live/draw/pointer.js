// The pointer over the picture while the user draws.

/** @typedef {import("./drawn_points.js").Position} Position */

/**
 * Where the pointer is.
 * @typedef {object} Pointer
 * @property {number} x @property {number} y in data coordinates
 * @property {number} clientX @property {number} clientY in CSS pixels of the page
 * @property {string} pointerType
 * @property {(point: Position) => number} distanceTo a point, in CSS pixels
 * @property {(angle: number, distance: number) => Position} around it, so many CSS pixels away
 */

/**
 * The pointer of an event.
 * @param {import("../../components/boundary/boundary.js").Boundary} boundary
 * @param {PointerEvent} event
 * @returns {Pointer | null} null outside of the plot area
 */
export function pointerOf(boundary, { clientX, clientY, pointerType }) {
  const position = boundary.toData(clientX, clientY);
  if (position === null) return null;
  return {
    ...position,
    clientX,
    clientY,
    pointerType,
    distanceTo: ({ x, y }) => {
      const client = boundary.toClient(x, y);
      return Math.hypot(client.clientX - clientX, client.clientY - clientY);
    },
    around: (angle, distance) =>
      boundary.toData(clientX + distance * Math.cos(angle), clientY + distance * Math.sin(angle)) ?? position,
  };
}
