// Plotly's axes of a chart whose contents are not Plotly's: ticks, titles, zoom and pan.

import { CHART_CONFIG, chartLayout } from "./palette.js";

// Without a trace there are no axes.
const NOTHING = { type: "scatter", x: [null], y: [null] };

export class Axes {
  #element;
  #config;
  #onMove;
  #isDrawn = false;
  #place = null; // what `area` and `scale` tell, read once for each move

  /**
   * @param {HTMLElement} element
   * @param {object} config of Plotly
   * @param {() => void} onMove told when a place of the data has another pixel
   */
  constructor(element, config, onMove) {
    this.#element = element;
    this.#config = { ...CHART_CONFIG, responsive: false, doubleClick: "reset", ...config };
    this.#onMove = onMove;
    new ResizeObserver(() => this.#isDrawn && element.clientWidth > 0 && Plotly.Plots.resize(element)).observe(element);
  }

  /** @param {object} layout of Plotly, beyond what all charts share */
  draw(layout) {
    // A mere change of ranges would not be held to the axes' domains, if they share a unit.
    const isAnew = !this.#isDrawn || layout.uirevision !== this.#element.layout.uirevision;
    const plot = isAnew ? Plotly.newPlot : Plotly.react;
    plot(this.#element, [NOTHING], chartLayout({ hovermode: false, ...layout }), this.#config);
    if (isAnew) {
      for (const event of ["plotly_relayouting", "plotly_relayout", "plotly_afterplot"]) {
        this.#element.on(event, () => this.#move());
      }
    }
    this.#isDrawn = true;
    this.#move();
  }

  /** Changes some of the layout. */
  change(layout) {
    if (this.#isDrawn) Plotly.relayout(this.#element, layout);
  }

  /** The rectangle between the axes, in CSS pixels from the element's top left. */
  get area() {
    return (this.#place ??= this.#read()).area;
  }

  /** From data to CSS pixels from the top left of `area`, x(…) and y(…), and back, xAt(…) and yAt(…). */
  get scale() {
    return (this.#place ??= this.#read()).scale;
  }

  #move() {
    this.#place = null;
    this.#onMove();
  }

  #read() {
    const { xaxis, yaxis } = this.#element._fullLayout;
    const area = { left: xaxis._offset, top: yaxis._offset, width: xaxis._length, height: yaxis._length };
    const [left, right] = xaxis.range.map(Number);
    const [bottom, top] = yaxis.range.map(Number);
    const [across, down] = [area.width / (right - left), area.height / (top - bottom)];
    const scale = {
      x: (x) => (x - left) * across,
      y: (y) => (top - y) * down,
      xAt: (pixel) => left + pixel / across,
      yAt: (pixel) => top - pixel / down,
    };
    return { area, scale };
  }
}

/** Puts an element exactly between the axes. */
export function fill(element, { left, top, width, height }) {
  element.style.left = `${left}px`;
  element.style.top = `${top}px`;
  element.style.width = `${width}px`;
  element.style.height = `${height}px`;
}
