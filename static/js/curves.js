// A learning curve: one metric on the training and the test set, epoch by epoch.

import { thinned } from "./history.js";
import { CHART_CONFIG, axis, chartLayout, colour, onThemeChange } from "./palette.js";

const MOST_POINTS = 2000; // more than a curve has pixels

export class Curve {
  #element;
  #metric;
  #yaxis;
  #history = null;
  #epochs = 1;

  /** @param {"loss"|"accuracy"} metric @param {object} yaxis what the vertical axis has of its own */
  constructor(element, metric, yaxis) {
    this.#element = element;
    this.#metric = metric;
    this.#yaxis = yaxis;
    onThemeChange(() => this.#history && this.begin(this.#history, this.#epochs));
  }

  /** An empty chart for a run of so many epochs, then whatever `history` has already. */
  begin(history, epochs) {
    this.#history = history;
    this.#epochs = epochs;
    const layout = chartLayout({
      margin: { l: 44, r: 12, t: 8, b: 34 },
      hovermode: "x unified",
      xaxis: axis({ range: [0, epochs], title: { text: "epoch", standoff: 6 } }),
      yaxis: axis(this.#yaxis),
    });
    Plotly.react(this.#element, this.#traces(), layout, CHART_CONFIG);
  }

  /** Draws what has come since. */
  draw() {
    const { x, y } = this.#columns();
    Plotly.restyle(this.#element, { x, y }, [0, 1]);
  }

  #columns() {
    const [train, test] = ["train", "test"].map((part) =>
      thinned(this.#history.values(`${part}_${this.#metric}`), MOST_POINTS),
    );
    return { x: [train.x, test.x], y: [train.y, test.y] };
  }

  #traces() {
    const { x, y } = this.#columns();
    const trace = (part, i, dash, ink) => ({
      type: "scatter",
      mode: "lines",
      x: x[i],
      y: y[i],
      name: part,
      line: { width: 1.75, dash, color: ink },
      hovertemplate: "%{y:.3f}",
    });
    return [
      trace("train", 0, "solid", colour("--curve-train")),
      trace("test", 1, "dot", colour("--curve-test")),
    ];
  }
}
