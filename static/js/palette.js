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
