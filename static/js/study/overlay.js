// The curves of the chosen cells over one another.

import { thinned } from "../history.js";
import { CHART_CONFIG, axis, chartLayout, onThemeChange, plainText } from "../palette.js";

const MOST_POINTS = 1000; // of each curve
// Told apart by those who see colours otherwise too (M. Okabe, K. Ito, 2008), on light and dark.
const INKS = ["#0072b2", "#e69f00", "#009e73", "#cc79a7", "#d55e00", "#56b4e9", "#8c8c8c", "#b8a800"];

export class Overlay {
  #element;
  #select;
  #study = null;
  #recording = null;
  #chosen = [];

  /** @param {HTMLElement} element @param {HTMLSelectElement} select of the metric */
  constructor(element, select) {
    this.#element = element;
    this.#select = select;
    select.addEventListener("change", () => this.draw());
    onThemeChange(() => this.draw());
  }

  begin(study, recording) {
    this.#study = study;
    this.#recording = recording;
    this.#chosen = [];
    Plotly.purge(this.#element); // its place may have changed in size
    this.draw();
  }

  choose(cells) {
    this.#chosen = cells;
    this.draw();
  }

  /** Draws what the chosen cells have come to. */
  draw() {
    if (this.#study === null) return;
    const metric = this.#select.value;
    const traces = this.#chosen.map((cell, i) => ({
      type: "scatter",
      mode: "lines",
      ...thinned(this.#recording.values(metric, cell), MOST_POINTS),
      name: plainText(this.#study.cells[cell].labels.join(" · ")),
      line: { width: 1.5, color: INKS[i % INKS.length] },
      hovertemplate: "%{y:.3f}",
    }));
    const layout = chartLayout({
      margin: { l: 44, r: 8, t: 8, b: 34 },
      showlegend: traces.length > 0,
      legend: { orientation: "h", y: 1, yanchor: "bottom", x: 0, font: { size: 10 } },
      hovermode: "x unified",
      xaxis: axis({ range: [0, this.#study.epochs], title: { text: "epoch", standoff: 6 } }),
      yaxis: axis(traces.length > 0 ? { rangemode: metric.endsWith("loss") ? "tozero" : "normal" } : { range: [0, 1] }),
    });
    Plotly.react(this.#element, traces, layout, CHART_CONFIG);
  }
}
