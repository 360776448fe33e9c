// The decision boundary: the network's field as an image under the data points.

import { CHART_CONFIG, axis, chartLayout, colour, fieldColours, onThemeChange, plainText } from "./palette.js";

// The rings of a mini-batch move at every frame: only they are drawn anew.
const POINTS_ONLY = {
  mode: "immediate",
  transition: { duration: 0 },
  frame: { duration: 0, redraw: false },
};

export class Boundary {
  #element;
  #legend;
  #canvas = document.createElement("canvas");
  #pixels = null; // ImageData of the grid's size, made anew only when that changes
  #words = null; // the same pixels as 32-bit words
  #colours = fieldColours();
  #dataset = null;
  #grid = null;
  #instead = null; // gives the map that is shown in place of the field

  /** @param {HTMLElement} element @param {HTMLElement} legend a list to name the classes in */
  constructor(element, legend) {
    this.#element = element;
    this.#legend = legend;
    onThemeChange(() => {
      this.#colours = fieldColours();
      this.#drawChart();
    });
  }

  /** Shows the points of a dataset document, and no field until the next frame. */
  setDataset({ metadata, tensors }) {
    this.#dataset = {
      ...tensors,
      classes: JSON.parse(metadata.classes),
      features: JSON.parse(metadata.features),
      plane: JSON.parse(metadata.plane),
    };
    this.#grid = null;
    this.#drawLegend(); // first, as it takes its room from the chart
    this.#drawChart();
  }

  /** Shows a field: probabilities 0…255 of the second class, a square grid from the top left. */
  draw(grid, epoch) {
    this.#grid = grid;
    Plotly.relayout(this.#element, { "images[0].source": this.#paint(), "images[0].visible": true });
    this.#element.dataset.epoch = epoch;
  }

  /** Shows a map of the plane in place of the field: `map()` gives the newest, shaped like a field. */
  showInstead(map) {
    this.#instead = map;
    this.#repaint();
  }

  /** Shows the field again. */
  showField() {
    if (this.#instead === null) return;
    this.#instead = null;
    this.#repaint();
  }

  #repaint() {
    if (this.#grid !== null) Plotly.relayout(this.#element, { "images[0].source": this.#paint() });
  }

  /** Rings around the training points of a mini-batch, given by their rows; none for no rows. */
  highlight(rows) {
    const points = this.#dataset.X_train;
    const data = [
      {
        x: Array.from(rows, (row) => points[2 * row]),
        y: Array.from(rows, (row) => points[2 * row + 1]),
      },
    ];
    Plotly.animate(this.#element, { data, traces: [this.#element.data.length - 1] }, POINTS_ONLY);
  }

  #paint() {
    const grid = this.#instead?.() ?? this.#grid;
    const size = Math.sqrt(grid.length);
    if (this.#canvas.width !== size || this.#pixels === null) {
      this.#canvas.width = this.#canvas.height = size;
      this.#pixels = new ImageData(size, size);
      this.#words = new Uint32Array(this.#pixels.data.buffer);
    }
    for (let i = 0; i < grid.length; i++) this.#words[i] = this.#colours[grid[i]];
    this.#canvas.getContext("2d").putImageData(this.#pixels, 0, 0);
    return this.#canvas.toDataURL();
  }

  #drawChart() {
    if (this.#dataset === null) return;
    const { plane, features } = this.#dataset;
    const [width, height] = [plane.x_max - plane.x_min, plane.y_max - plane.y_min];
    const sameUnit = Math.abs(width - height) < 1e-9 * width;
    const layout = chartLayout({
      margin: { l: 44, r: 12, t: 12, b: 40 },
      dragmode: "pan",
      uirevision: JSON.stringify([plane, features]), // keeps the zoom while the plane is the same
      hovermode: "closest",
      xaxis: axis({ showgrid: false, range: [plane.x_min, plane.x_max], title: { text: plainText(features[0]), standoff: 8 } }),
      yaxis: axis({
        showgrid: false,
        range: [plane.y_min, plane.y_max],
        title: { text: plainText(features[1]), standoff: 4 },
        ...(sameUnit && { scaleanchor: "x", constrain: "domain" }),
      }),
      images: [
        {
          source: this.#grid === null ? "" : this.#paint(),
          visible: this.#grid !== null,
          xref: "x",
          yref: "y",
          x: plane.x_min,
          y: plane.y_max,
          sizex: width,
          sizey: height,
          sizing: "stretch",
          layer: "below",
        },
      ],
    });
    if (sameUnit) layout.xaxis.constrain = "domain";
    Plotly.react(this.#element, this.#traces(), layout, { ...CHART_CONFIG, scrollZoom: true });
  }

  /** Training points as filled discs, test points as crosses, one trace for each class and set. */
  #traces() {
    const { classes } = this.#dataset;
    const markers = {
      train: (ink) => ({ symbol: "circle", size: 7, color: ink, line: { width: 1, color: colour("--halo") } }),
      validation: (ink) => ({ symbol: "diamond-open", size: 6, line: { width: 1.5, color: ink } }),
      test: (ink) => ({ symbol: "x-thin", size: 6, line: { width: 1.5, color: ink } }),
    };
    const sets = this.#sets().flatMap((part) =>
      classes.map((name, label) => ({
        type: "scatter",
        mode: "markers",
        ...this.#points(part, label),
        marker: markers[part](colour(`--class-${label}`)),
        name: plainText(name),
        hovertemplate: `${plainText(name)}, ${part}<br>(%{x:.3g}, %{y:.3g})<extra></extra>`,
      })),
    );
    const rings = {
      type: "scatter",
      mode: "markers",
      x: [],
      y: [],
      marker: { symbol: "circle-open", size: 14, color: colour("--ink"), line: { width: 2 } },
      hoverinfo: "skip",
    };
    return [...sets, rings];
  }

  #sets() {
    return ["test", "validation", "train"].filter((part) => `X_${part}` in this.#dataset);
  }

  #points(part, label) {
    const points = this.#dataset[`X_${part}`];
    const [x, y] = [[], []];
    this.#dataset[`y_${part}`].forEach((own, i) => {
      if (own !== label) return;
      x.push(points[2 * i]);
      y.push(points[2 * i + 1]);
    });
    return { x, y };
  }

  #drawLegend() {
    const items = this.#dataset.classes.flatMap((name, label) =>
      this.#sets().reverse().map((part) => {
        const item = document.createElement("li");
        item.className = `key ${part}`;
        item.style.setProperty("--key", `var(--class-${label})`);
        item.textContent = `${name}, ${part}`;
        return item;
      }),
    );
    this.#legend.replaceChildren(...items);
  }
}
