// One measure over the axes: mean over the repeats as colour, mean ± standard deviation as text.

import { CHART_CONFIG, axis, chartLayout, onThemeChange } from "../palette.js";
import { digits } from "./measures.js";

const LESS_IS_BETTER = ["test_loss", "validation_loss", "train_loss", "epochs_to_90", "gap"];
const MOST_TEXTS = 12; // columns beyond which texts would overlap

export class Heatmap {
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
    if (this.#cells === null) return;
    const { axes } = this.#study;
    const columns = axes.at(-1);
    const rows = axes.length === 2 ? axes[0] : { title: "", labels: [""] };
    const measure = this.#select.value;
    const found = this.#cells.map(({ measures }) => measures[measure]);
    const width = columns.labels.length;
    const inRows = (list) => rows.labels.map((_, row) => list.slice(row * width, (row + 1) * width));
    const texts = this.#cells.map((cell, i) => text(cell, found[i], digits(measure, cell.score)));
    // Where some cells have accuracies and some R², both are coloured as percentages.
    const mixed = new Set(this.#cells.map(({ score }) => score).filter(Boolean)).size > 1;
    const isScore = measure === "gap" || measure.endsWith("_score");
    const shade = ({ mean }, i) =>
      mean !== null && mixed && isScore && this.#cells[i].score === "r2" ? 100 * mean : mean;
    const trace = {
      type: "heatmap",
      x: columns.labels,
      y: rows.labels,
      z: inRows(found.map(shade)),
      text: inRows(texts),
      texttemplate: width <= MOST_TEXTS ? "%{text}" : "",
      textfont: { size: 10 },
      hovertemplate: `${columns.title} %{x}<br>${rows.title} %{y}<br>%{text}<extra></extra>`,
      colorscale: "Cividis",
      reversescale: LESS_IS_BETTER.includes(measure),
      showscale: false,
      xgap: 1,
      ygap: 1,
    };
    const layout = chartLayout({
      margin: { l: 48, r: 4, t: 8, b: 38 },
      xaxis: axis({ type: "category", showgrid: false, title: { text: columns.title, standoff: 6 } }),
      yaxis: axis({ type: "category", showgrid: false, autorange: "reversed", title: { text: rows.title, standoff: 4 } }),
    });
    Plotly.react(this.#element, [trace], layout, CHART_CONFIG);
    this.#element.dataset.measure = measure;
  }
}

function text({ diverged, refused }, { mean, std }, digits) {
  if (mean !== null) {
    return std === null ? mean.toFixed(digits) : `${mean.toFixed(digits)}<br>± ${std.toFixed(digits)}`;
  }
  if (refused > 0) return "refused";
  return diverged.length > 0 ? "diverged" : "–";
}
