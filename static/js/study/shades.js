// The colours of a thumbnail: of its field's bytes and of its points, by what is to be learnt.

import { classColours, colour, fieldColours, targetColours, tints } from "../palette.js";

const STEPS = 25; // of how sure the answer is, in a byte that tells one of many classes
const LEVELS = 16; // of targets, told apart in points that are a few pixels large

/** The pixels of the 256 bytes of a field. @param {string[]} classes none for a quantity */
export function fieldPixels(classes) {
  return classes.length > 2 ? manyClasses() : fieldColours();
}

/** Of each class from the paper's colour, where it is but likelier than others, to its own. */
function manyClasses() {
  const [paper, own] = [rgb(colour("--field-mid")), tints()];
  const bytes = new Uint8ClampedArray(4 * 256);
  for (let shade = 0; shade < own.length * STEPS; shade++) {
    const [tint, sure] = [own[Math.floor(shade / STEPS)], (shade % STEPS) / (STEPS - 1)];
    for (let c = 0; c < 3; c++) bytes[4 * shade + c] = paper[c] + (tint[c] - paper[c]) * sure;
    bytes[4 * shade + 3] = 255;
  }
  return new Uint32Array(bytes.buffer);
}

/** The colours of points, and which of them each is drawn in. */
export function pointInks(isRegression) {
  if (!isRegression) return { inks: classColours(), inkOf: (label) => label };
  const all = targetColours();
  const inks = Array.from({ length: LEVELS }, (_, i) => all[Math.round((255 * i) / (LEVELS - 1))]);
  return { inks, inkOf: (target) => Math.round(target * (LEVELS - 1)) };
}

function rgb(hex) {
  return [1, 3, 5].map((start) => parseInt(hex.slice(start, start + 2), 16));
}
