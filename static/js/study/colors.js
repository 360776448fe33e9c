// The colors of a thumbnail: a pixel for each byte of its prediction grid.

/** @typedef {import("../lib/theme.js").Rgb} Rgb */

/**
 * The pixels of the bytes of a grid of three or more classes. A byte is the class times `steps`, plus the confidence,
 * from 0, where the classes are equally probable, to `steps` − 1, where the class is certain.
 * @param {Rgb} undecided the color without confidence
 * @param {Rgb[]} certain the color of each class at full confidence
 * @param {number} steps
 * @returns {Uint32Array} 256 RGBA pixels in the byte order of an ImageData
 */
export function argmaxPixels(undecided, certain, steps) {
  const bytes = new Uint8ClampedArray(4 * 256);
  certain.forEach((color, label) => {
    for (let step = 0; step < steps; step++) {
      const [pixel, confidence] = [4 * (steps * label + step), step / (steps - 1)];
      for (let part = 0; part < 3; part++) {
        bytes[pixel + part] = undecided[part] + (color[part] - undecided[part]) * confidence;
      }
      bytes[pixel + 3] = 255;
    }
  });
  return new Uint32Array(bytes.buffer);
}

/**
 * The colors of points with targets, a few of them: more cannot be told apart in points of a few pixels.
 * @template Color
 * @param {Color[]} colors from the lowest target to the highest
 * @param {number} count
 * @returns {Color[]}
 */
export function spread(colors, count) {
  return Array.from({ length: count }, (_, i) => colors[Math.round(((colors.length - 1) * i) / (count - 1))]);
}
