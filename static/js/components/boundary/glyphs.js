// The marks of the points: their shapes and sizes, for the picture and its legend alike.
//
// A shape is an SVG path of radius 1. Sizes are in CSS pixels.

import { SET_NAMES } from "../../protocol.js";

/** @typedef {import("../../protocol.js").SetName} SetName */

/**
 * The sets of a run in drawing order: points of the first one lie below all others.
 * @type {SetName[]}
 */
export const SETS = SET_NAMES.toReversed();

/** The radius of the marks of a small dataset. */
export const LARGEST_RADIUS = 3.5;

const RADII = [
  { upTo: 1000, radius: LARGEST_RADIUS },
  { upTo: 4000, radius: 2.75 },
  { upTo: Infinity, radius: 2 },
];
const WIDEST_SHAPE = 1.35; // of all shapes, for radius 1
const HALO_WIDTH = 2; // of the line around a filled mark; its inner half is covered by the filling
const LINE_WIDTH = 1.5; // of outlines and crosses

/**
 * The radius of a mark.
 * @param {number} count of the points that are drawn together
 */
export function markRadius(count) {
  return (RADII.find(({ upTo }) => count <= upTo) ?? RADII[RADII.length - 1]).radius;
}

/**
 * How far a mark reaches from its center, with its lines.
 * @param {number} radius
 */
export function markReach(radius) {
  return WIDEST_SHAPE * radius + 1.5;
}

/** Width and height of the square that a mark has in a legend, whatever its radius. */
export const MARK_BOX = 2 * Math.ceil(markReach(LARGEST_RADIUS));

/** The space beside a disc of the largest radius in that square. */
export const MARK_PADDING = MARK_BOX / 2 - LARGEST_RADIUS;

/**
 * How a mark is painted: the training set is filled and has a halo, the others are lines.
 * @param {SetName} set
 */
export function markStyle(set) {
  const isFilled = set === "train";
  return { isFilled, lineWidth: isFilled ? HALO_WIDTH : LINE_WIDTH };
}

const FULL_TURN = 2 * Math.PI;

/**
 * A closed outline through corners at these radii, evenly around the center.
 * @param {number[]} radii
 * @param {number} [turn] of the first corner: clockwise from the top, in full turns
 */
function outline(radii, turn = 0) {
  const corners = radii.map((radius, i) => corner(radius, turn + i / radii.length));
  return `M${corners.join("L")}Z`;
}

/**
 * Lines from the center outwards.
 * @param {...number} turns clockwise from the top, in full turns
 */
function spokes(...turns) {
  return turns.map((turn) => `M0 0L${corner(1.05, turn)}`).join("");
}

/** @param {number} radius @param {number} turn */
function corner(radius, turn) {
  const x = radius * Math.sin(turn * FULL_TURN);
  const y = -radius * Math.cos(turn * FULL_TURN);
  return `${x.toFixed(3)} ${y.toFixed(3)}`;
}

/** @param {number} count @param {number} radius @returns {number[]} */
const even = (count, radius) => Array(count).fill(radius);

const DISC = "M1 0A1 1 0 1 1 -1 0A1 1 0 1 1 1 0Z";
const DIAMOND = outline(even(4, 1.2));
const AREAS = [
  DISC,
  outline(even(4, 1.25), 1 / 8), // square
  outline(even(3, 1.3)), // triangle up
  DIAMOND,
  outline(even(3, 1.3), 1 / 2), // triangle down
  outline([1.35, 0.6, 1.35, 0.6, 1.35, 0.6, 1.35, 0.6, 1.35, 0.6]), // five-pointed star
  outline(even(6, 1.15)), // hexagon
  outline(even(3, 1.3), 1 / 4), // triangle to the right
  outline(even(3, 1.3), 3 / 4), // triangle to the left
  outline([1.35, 0.5, 1.35, 0.5, 1.35, 0.5, 1.35, 0.5]), // four-pointed star
];
const LINES = [
  spokes(1 / 8, 3 / 8, 5 / 8, 7 / 8), // diagonal cross
  spokes(0, 1 / 4, 1 / 2, 3 / 4), // upright cross
  spokes(0, 1 / 3, 2 / 3),
  spokes(0, 1 / 6, 2 / 6, 3 / 6, 4 / 6, 5 / 6),
  spokes(1 / 2, 1 / 6, 5 / 6),
  spokes(1 / 4, 3 / 4), // one line: horizontal, vertical, rising, falling
  spokes(0, 1 / 2),
  spokes(1 / 8, 5 / 8),
  spokes(3 / 8, 7 / 8),
  spokes(0, 1 / 5, 2 / 5, 3 / 5, 4 / 5),
];

/**
 * The shape of a class in a set. Two classes differ by their color alone.
 * @param {SetName} set
 * @param {number} label
 * @param {number} classes how many there are; with less than 3, all have the same shape
 * @returns {string} an SVG path of radius 1
 */
export function glyph(set, label, classes) {
  const shape = classes > 2 ? label % AREAS.length : 0;
  if (set === "test") return LINES[shape];
  return set === "validation" && classes < 3 ? DIAMOND : AREAS[shape];
}

const SVG = "http://www.w3.org/2000/svg";

/**
 * A mark as an image for a legend, painted as in the picture.
 * @param {SetName} set @param {number} label @param {number} classes
 * @param {{ink?: string, radius?: number}} [options] its color, else that of the text around it; its size
 */
export function icon(set, label, classes, { ink = "currentColor", radius = LARGEST_RADIUS } = {}) {
  const svg = document.createElementNS(SVG, "svg");
  const path = document.createElementNS(SVG, "path");
  const { isFilled, lineWidth } = markStyle(set);
  svg.setAttribute("viewBox", `${-MARK_BOX / 2} ${-MARK_BOX / 2} ${MARK_BOX} ${MARK_BOX}`);
  svg.setAttribute("width", `${MARK_BOX}`);
  svg.setAttribute("height", `${MARK_BOX}`);
  svg.setAttribute("aria-hidden", "true");
  svg.classList.add("mark");
  path.setAttribute("d", glyph(set, label, classes));
  path.setAttribute("transform", `scale(${radius})`);
  path.setAttribute("stroke-width", `${lineWidth / radius}`);
  path.style.paintOrder = "stroke";
  path.style.fill = isFilled ? ink : "none";
  path.style.stroke = isFilled ? "var(--halo)" : ink;
  svg.append(path);
  return svg;
}
