// The marks of the points: one shape for each class and set, said once for the picture and the legend.

/** The sets of a run, from the one whose points lie undermost. */
export const SETS = ["test", "validation", "train"];

const TURN = 2 * Math.PI;

/** A closed outline through `radii`, evenly around, the first one at `turn` from the top. */
function outline(radii, turn = 0) {
  const corners = radii.map((radius, i) => corner(radius, turn + i / radii.length));
  return `M${corners.join("L")}Z`;
}

/** Lines from the middle outwards, at these turns from the top. */
function spokes(...turns) {
  return turns.map((turn) => `M0 0L${corner(1.05, turn)}`).join("");
}

function corner(radius, turn) {
  const [x, y] = [radius * Math.sin(turn * TURN), -radius * Math.cos(turn * TURN)];
  return `${x.toFixed(3)} ${y.toFixed(3)}`;
}

const even = (n, radius) => Array(n).fill(radius);

const DISC = "M1 0A1 1 0 1 1 -1 0A1 1 0 1 1 1 0Z";
const DIAMOND = outline(even(4, 1.2));
const AREAS = [
  DISC,
  outline(even(4, 1.25), 1 / 8), // a square
  outline(even(3, 1.3)), // triangles, up ...
  DIAMOND,
  outline(even(3, 1.3), 1 / 2), // ... down ...
  outline([1.35, 0.6, 1.35, 0.6, 1.35, 0.6, 1.35, 0.6, 1.35, 0.6]), // a star
  outline(even(6, 1.15)),
  outline(even(3, 1.3), 1 / 4), // ... to the right ...
  outline(even(3, 1.3), 3 / 4), // ... and to the left
  outline([1.35, 0.5, 1.35, 0.5, 1.35, 0.5, 1.35, 0.5]), // a star of four
];
const CROSS = spokes(1 / 8, 3 / 8, 5 / 8, 7 / 8);
const LINES = [
  CROSS,
  spokes(0, 1 / 4, 1 / 2, 3 / 4), // an upright cross
  spokes(0, 1 / 3, 2 / 3),
  spokes(0, 1 / 6, 2 / 6, 3 / 6, 4 / 6, 5 / 6),
  spokes(1 / 2, 1 / 6, 5 / 6),
  spokes(1 / 4, 3 / 4), // lines: level, upright, rising, falling
  spokes(0, 1 / 2),
  spokes(1 / 8, 5 / 8),
  spokes(3 / 8, 7 / 8),
  spokes(0, 1 / 5, 2 / 5, 3 / 5, 4 / 5),
];

/**
 * The mark of a class in a set as an SVG path of radius 1: areas in the training set, outlines in the
 * validation set, lines in the test set. Two classes differ by their colour alone.
 * @param {number} count of the classes; below 3 all classes have the same shape
 */
export function glyph(set, label, count) {
  const shape = count > 2 ? label % AREAS.length : 0;
  if (set === "test") return LINES[shape];
  return set === "validation" && count < 3 ? DIAMOND : AREAS[shape];
}

/** An image of a mark, for a legend; it has the text's colour, or `ink`. */
export function icon(set, label, count, ink = "currentColor") {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  const path = document.createElementNS(svg.namespaceURI, "path");
  svg.setAttribute("viewBox", "-2 -2 4 4");
  svg.setAttribute("aria-hidden", "true");
  svg.classList.add("mark");
  path.setAttribute("d", glyph(set, label, count));
  path.style.fill = set === "train" ? ink : "none";
  path.style.stroke = set === "train" ? "none" : ink;
  path.setAttribute("stroke-width", 0.45);
  svg.append(path);
  return svg;
}
