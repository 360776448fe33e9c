// Colors of the theme. The style sheet (css/tokens.css) is their one source, for light and dark.

import { constants } from "./constants.js";

/** @typedef {[red: number, green: number, blue: number]} Rgb 0 to 255 each */

const darkTheme = matchMedia("(prefers-color-scheme: dark)");

/**
 * The value of a custom property of the style sheet.
 * @param {string} name such as "--ink"
 */
export function color(name) {
  return getComputedStyle(document.documentElement).getPropertyValue(name).trim();
}

/** @param {() => void} handler called when the system switches between light and dark */
export function onThemeChange(handler) {
  darkTheme.addEventListener("change", handler);
}

/**
 * 256 RGBA pixels from --field-0 (probability 0) over --field-mid (1/2) to --field-1.
 * @returns {Uint32Array} in the byte order of an ImageData's pixels
 */
export function gridColors() {
  const colors = scale("--field-0", "--field-mid", "--field-1");
  const bytes = new Uint8ClampedArray(4 * 256);
  for (let level = 0; level < 256; level++) {
    bytes.set(colors(level), 4 * level);
    bytes[4 * level + 3] = 255;
  }
  return new Uint32Array(bytes.buffer);
}

/** The colors of the classes, for points and names. */
export function classColors() {
  return Array.from({ length: constants.maxClasses }, (_, label) => color(`--class-${label}`));
}

/** The colors of the classes in a prediction grid of three or more classes. */
export function tints() {
  const [paper, strength] = [rgb(color("--field-mid")), Number(color("--tint-strength"))];
  return classColors().map((own) => rounded(mix(paper, rgb(own), strength)));
}

/** 256 CSS colors of points, from the lowest target to the highest. */
export function targetColors() {
  const colors = scale("--class-0", "--target-mid", "--class-1");
  return Array.from({ length: 256 }, (_, level) => `rgb(${rounded(colors(level)).join(" ")})`);
}

/**
 * Mixes the colors of the classes by their probabilities.
 * @param {Uint8Array} values probabilities as 0 to 255: one plane for each class, one after the other
 * @param {Rgb[]} colors of the classes
 * @param {Uint32Array} pixels to write, one for each cell of a plane
 */
export function blend(values, colors, pixels) {
  const [cells, planes] = [pixels.length, values.length / pixels.length];
  const [reds, greens, blues] = [0, 1, 2].map((part) => Float32Array.from(colors, (own) => own[part] / 255));
  for (let cell = 0; cell < cells; cell++) {
    let [red, green, blue] = [0, 0, 0];
    for (let label = 0, i = cell; label < planes; label++, i += cells) {
      const share = values[i];
      red += share * reds[label];
      green += share * greens[label];
      blue += share * blues[label];
    }
    // The rounded probabilities may add up to a little more than one.
    pixels[cell] = (255 << 24) | (Math.min(blue, 255) << 16) | (Math.min(green, 255) << 8) | Math.min(red, 255);
  }
}

/**
 * A color scale with three stops: a function of 0 to 255.
 * @param {string} low @param {string} middle @param {string} high names of custom properties
 * @returns {(level: number) => Rgb}
 */
function scale(low, middle, high) {
  const [first, second, third] = [rgb(color(low)), rgb(color(middle)), rgb(color(high))];
  return (level) => {
    const position = level / 127.5;
    return position < 1 ? mix(first, second, position) : mix(second, third, position - 1);
  };
}

/** @param {Rgb} from @param {Rgb} to @param {number} share of `to`, 0 to 1 @returns {Rgb} */
function mix(from, to, share) {
  const part = (/** @type {number} */ i) => from[i] + (to[i] - from[i]) * share;
  return [part(0), part(1), part(2)];
}

/** @param {Rgb} parts @returns {Rgb} */
function rounded([red, green, blue]) {
  return [Math.round(red), Math.round(green), Math.round(blue)];
}

/** @param {string} hex such as "#1f5fa8" @returns {Rgb} */
export function rgb(hex) {
  const part = (/** @type {number} */ start) => Number.parseInt(hex.slice(start, start + 2), 16);
  return [part(1), part(3), part(5)];
}

/**
 * The layout that all charts share: the page's font and ink, a transparent background.
 * @param {object} overrides of Plotly's layout
 */
export function chartLayout(overrides) {
  return {
    font: { family: color("--font"), size: 11, color: color("--ink-soft") },
    paper_bgcolor: "rgba(0,0,0,0)",
    plot_bgcolor: "rgba(0,0,0,0)",
    showlegend: false,
    ...overrides,
  };
}

/**
 * The layout that all axes share.
 * @param {object} overrides of Plotly's axis
 */
export function axis(overrides) {
  return {
    gridcolor: color("--line"),
    linecolor: color("--line"),
    zeroline: false,
    automargin: false,
    ...overrides,
  };
}

/** Room for the axes of a chart, in pixels. */
export const CHART_MARGIN = { l: 44, r: 8, t: 8, b: 34 };

/** Plotly's configuration of all charts: no tool bar. */
export const CHART_CONFIG = { displayModeBar: false, responsive: true };
