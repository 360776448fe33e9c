// The only axis of a study as a line: mean ± standard deviation over its values, of each set.

import { CHART_CONFIG, axis as axisLayout, chartLayout, colour, onThemeChange, plainText } from "../palette.js";
import { SETS } from "./measures.js";

const DASHES = { train: "solid", validation: "dash", test: "dot" };
const SYMBOLS = { train: "circle", validation: "triangle-up", test: "x-thin" };

export class Along {
  #element;
  #select;
  #study = null;
  #cells = null;

  /** @param {HTMLElement} element @param {HTMLSelectElement} select of the measure */
  constructor(element, select) {
    this.#element = element;
    this.#select = select;
    select.addEventListener("change", () => this.#draw());
    onThemeChange(() => this.#draw());
  }

  begin(study) {
    this.#study = study;
    this.#cells = null;
    Plotly.purge(this.#element);
  }

  takeSummary({ cells }) {
    this.#cells = cells;
    this.#draw();
  }

  #draw() {
    if (this.#cells === null || this.#study.axes.length !== 1) return;
    const [axis] = this.#study.axes;
    const places = axis.numbers ?? axis.labels;
    const order = [...places.keys()];
    if (axis.numbers) order.sort((one, other) => places[one] - places[other]);
    const measured = this.#measures();
    const traces = measured.map(([name, measure]) => {
      const found = order.map((i) => this.#cells[i].measures[measure]);
      const ink = colour(name in DASHES ? `--curve-${name}` : "--ink");
      return {
        type: "scatter",
        mode: "lines+markers",
        name,
        x: order.map((i) => places[i]),
        y: found.map(({ mean }) => mean),
        error_y: { array: found.map(({ std }) => std ?? 0), thickness: 1, width: 3, color: ink },
        line: { width: 1.5, color: ink, dash: DASHES[name] },
        marker: { size: 6, color: ink, symbol: SYMBOLS[name], line: { width: name === "test" ? 1.5 : 0, color: ink } },
        hovertemplate: "%{y:.3~f}",
      };
    });
    const ticks = axis.numbers ? { tickvals: axis.numbers, ticktext: axis.labels } : {};
    const type = axis.is_wide ? "log" : axis.numbers ? "linear" : "category";
    const layout = chartLayout({
      margin: { l: 44, r: 8, t: 8, b: 38 },
      showlegend: true,
      legend: { orientation: "h", y: 1, yanchor: "bottom", x: 0, font: { size: 10 } },
      hovermode: "x unified",
      xaxis: axisLayout({ type, ...ticks, title: { text: plainText(axis.title), standoff: 6 } }),
      yaxis: axisLayout({ rangemode: measured[0]?.[1].endsWith("loss") ? "tozero" : "normal" }),
    });
    Plotly.react(this.#element, traces, layout, CHART_CONFIG);
    this.#element.dataset.measure = this.#select.value;
  }

  /** The chosen measure on every set, as [name, measure]; one that is of no set alone, by itself. */
  #measures() {
    const chosen = this.#select.value;
    const what = chosen.split("_").at(-1);
    if (!["score", "loss"].includes(what)) return [[this.#select.selectedOptions[0].text, chosen]];
    return SETS.map((name) => [name, `${name}_${what}`]).filter(([, measure]) =>
      this.#cells.some(({ measures }) => measures[measure].n > 0),
    );
  }
}
