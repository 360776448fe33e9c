// The axes of a chart whose contents are not Plotly's. Plotly draws ticks and titles, zooms and pans.

import { CHART_CONFIG, chartLayout } from "../lib/theme.js";
import { plotGeometry } from "./plotly_geometry.js";

/** @typedef {import("./plotly_geometry.js").Rectangle} Rectangle */
/** @typedef {import("./plotly_geometry.js").Scale} Scale */

// Plotly draws axes only for a chart that has a trace.
const EMPTY_TRACE = { type: "scatter", x: [null], y: [null] };

export class PlotAxes {
  #element;
  #config;
  #onMove;
  #isDrawn = false;
  #revision = ""; // of the layout that was drawn last
  /** @type {{area: Rectangle, scale: Scale} | null} read once after each move */
  #geometry = null;

  /**
   * @param {HTMLElement} element
   * @param {object} config of Plotly
   * @param {() => void} onMove called when the pixels of data coordinates have changed
   */
  constructor(element, config, onMove) {
    this.#element = element;
    this.#config = { ...CHART_CONFIG, responsive: false, doubleClick: "reset", ...config };
    this.#onMove = onMove;
    new ResizeObserver(() => this.#isDrawn && element.clientWidth > 0 && Plotly.Plots.resize(element)).observe(element);
  }

  /**
   * Draws the axes.
   * @param {Record<string, unknown> & {uirevision?: string}} layout of Plotly, beyond what all charts share; with
   *   another `uirevision` than before, the axes lose the zoom that the user has chosen
   */
  draw(layout) {
    const revision = layout.uirevision ?? "";
    // Plotly.react would keep the domains of axes that share a unit when only their ranges change.
    const isNew = !this.#isDrawn || revision !== this.#revision;
    const plot = isNew ? Plotly.newPlot : Plotly.react;
    plot(this.#element, [EMPTY_TRACE], chartLayout({ hovermode: false, ...layout }), this.#config);
    if (isNew) {
      const chart = /** @type {PlotlyElement} */ (this.#element);
      for (const event of ["plotly_relayouting", "plotly_relayout", "plotly_afterplot"]) {
        chart.on(event, () => this.#handleMove());
      }
    }
    this.#isDrawn = true;
    this.#revision = revision;
    this.#handleMove();
  }

  /**
   * Changes a part of the layout.
   * @param {object} layout of Plotly
   */
  update(layout) {
    if (this.#isDrawn) Plotly.relayout(this.#element, layout);
  }

  /** The rectangle between the axes, counted from the element's top left. */
  get area() {
    return this.#read().area;
  }

  /** From data to CSS pixels, counted from the top left of `area`, and back. */
  get scale() {
    return this.#read().scale;
  }

  #read() {
    this.#geometry ??= plotGeometry(this.#element);
    return this.#geometry;
  }

  #handleMove() {
    this.#geometry = null;
    this.#onMove();
  }
}

/**
 * Moves an element to a rectangle of its parent.
 * @param {HTMLElement} element positioned absolutely
 * @param {Rectangle} rectangle
 */
export function placeElement(element, { left, top, width, height }) {
  element.style.left = `${left}px`;
  element.style.top = `${top}px`;
  element.style.width = `${width}px`;
  element.style.height = `${height}px`;
}
