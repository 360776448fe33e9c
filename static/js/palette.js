// Colours, read from the style sheet so that each is said once, for both themes.

const darkTheme = matchMedia("(prefers-color-scheme: dark)");

/** The value of a custom property such as "--ink". */
export function colour(name) {
  return getComputedStyle(document.documentElement).getPropertyValue(name).trim();
}

export function onThemeChange(handler) {
  darkTheme.addEventListener("change", handler);
}

/**
 * 256 RGBA pixels from --field-0 (probability 0) over --field-mid (1/2) to --field-1.
 * @returns {Uint32Array} ready to be looked up into an ImageData's pixels
 */
export function fieldColours() {
  const [low, middle, high] = ["--field-0", "--field-mid", "--field-1"].map((n) => rgb(colour(n)));
  const bytes = new Uint8ClampedArray(4 * 256);
  for (let shade = 0; shade < 256; shade++) {
    const position = shade / 127.5;
    const [from, to, part] = position < 1 ? [low, middle, position] : [middle, high, position - 1];
    for (let c = 0; c < 3; c++) bytes[4 * shade + c] = from[c] + (to[c] - from[c]) * part;
    bytes[4 * shade + 3] = 255;
  }
  return new Uint32Array(bytes.buffer);
}

/** How many classes have a colour of their own. */
const CLASSES = 10;

const FIELD_STRENGTH = 0.6; // of a class's colour where it is certain: its points are to be seen on it

/** The colours of the classes, for points and names. */
export function classColours() {
  return Array.from({ length: CLASSES }, (_, label) => colour(`--class-${label}`));
}

/** The colours of the classes in a field of three or more, [red, green, blue] each. */
export function tints() {
  const paper = rgb(colour("--field-mid"));
  return classColours().map((own) => mixed(paper, rgb(own), FIELD_STRENGTH));
}

/** 256 colours of points, from the lowest target to the highest. */
export function targetColours() {
  const [low, middle, high] = ["--class-0", "--target-mid", "--class-1"].map((name) => rgb(colour(name)));
  return Array.from({ length: 256 }, (_, shade) => {
    const position = shade / 127.5;
    const [red, green, blue] = position < 1 ? mixed(low, middle, position) : mixed(middle, high, position - 1);
    return `rgb(${red} ${green} ${blue})`;
  });
}

/**
 * Mixes the colours of classes by their probabilities.
 * @param {Uint8Array} values a plane of 0…255 for each class, one after the other
 * @param {number[][]} colours [red, green, blue] of each class
 * @param {Uint32Array} pixels to be written
 */
export function blend(values, colours, pixels) {
  const [cells, planes] = [pixels.length, values.length / pixels.length];
  const [reds, greens, blues] = [0, 1, 2].map((part) => Float32Array.from(colours, (own) => own[part] / 255));
  for (let cell = 0; cell < cells; cell++) {
    let [red, green, blue] = [0, 0, 0];
    for (let label = 0, i = cell; label < planes; label++, i += cells) {
      const share = values[i];
      red += share * reds[label];
      green += share * greens[label];
      blue += share * blues[label];
    }
    // Rounded, shares may add up to a little more than one.
    pixels[cell] = (255 << 24) | (Math.min(blue, 255) << 16) | (Math.min(green, 255) << 8) | Math.min(red, 255);
  }
}

function mixed(from, to, part) {
  return from.map((value, i) => Math.round(value + (to[i] - value) * part));
}

function rgb(hex) {
  return [1, 3, 5].map((start) => parseInt(hex.slice(start, start + 2), 16));
}

/** What all charts share: no margins to spare, the page's ink and paper, no tool bar. */
export function chartLayout(overrides) {
  return {
    font: { family: colour("--font"), size: 11, color: colour("--ink-soft") },
    paper_bgcolor: "rgba(0,0,0,0)",
    plot_bgcolor: "rgba(0,0,0,0)",
    showlegend: false,
    ...overrides,
  };
}

export function axis(overrides) {
  return {
    gridcolor: colour("--line"),
    linecolor: colour("--line"),
    zeroline: false,
    automargin: false,
    ...overrides,
  };
}

export const CHART_CONFIG = { displayModeBar: false, responsive: true };

/** Text that Plotly shows as it is: it reads a few tags and entities as markup. */
export function plainText(text) {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}

/** A text of at most so many characters; an ellipsis stands for the rest. */
export function clipped(text, most) {
  if (text.length <= most) return text; // the usual case, and no shorter in characters
  const characters = Array.from(text.slice(0, 2 * most)); // whole ones, also those beyond 16 bits
  if (characters.length <= most && text.length <= 2 * most) return text;
  return `${characters.slice(0, most - 1).join("")}…`;
}
