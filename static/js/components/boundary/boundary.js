// The decision boundary: the network's predictions over the plane, under the points of the dataset.
//
// Only the axes are Plotly's. The prediction grid, the contour, the points, the rings and what a tool
// draws each have a canvas of their own. So a frame repaints only what it changes, and it costs as much
// with 20,000 points as with none.

import { create } from "../../lib/dom.js";
import { onThemeChange } from "../../lib/theme.js";
import { PlotAxes, placeElement } from "../plot_axes.js";
import { boundaryLayout } from "./axes_layout.js";
import { Grid } from "./grid.js";
import { Legend } from "./legend.js";
import { Overlays } from "./overlays.js";
import { PointerReadout } from "./pointer_readout.js";
import { Points } from "./points.js";
import { PredictionGridCanvas } from "./prediction_grid.js";

/** @typedef {import("../../protocol.js").Dataset} Dataset */
/** @typedef {import("../../protocol.js").SetName} SetName */
/** @typedef {{contour: boolean, discrete: boolean} & Record<SetName, boolean>} BoundaryOptions */
/** @typedef {import("./overlays.js").Decoration} Decoration */

const NO_ROWS = new Int32Array(0);

export class Boundary {
  #element;
  #legend;
  #readout;
  #axes;
  #window = create("div", { className: "window" }); // covers the plot area and clips the canvases
  #gridCanvas;
  #overlays;
  /** @type {BoundaryOptions} */
  #options = { contour: false, discrete: false, train: true, validation: true, test: true };
  /** @type {Dataset | null} */
  #dataset = null;
  /** @type {Points | null} of the dataset */
  #points = null;
  /** @type {Points | null} shown in place of those of the dataset */
  #substitutes = null;
  /** @type {Grid | null} */
  #grid = null;
  /** @type {(() => Uint8Array) | null} gives the map that is shown in place of the prediction grid */
  #map = null;
  /** @type {ArrayLike<number>} rows of the training set that have a ring */
  #rows = NO_ROWS;
  /** @type {Decoration | null} */
  #decoration = null;
  #isPanning = true;
  #isRedrawPending = false;

  /**
   * @param {HTMLElement} element
   * @param {HTMLElement} legend a list that names the classes
   * @param {HTMLElement} readout where the position of the pointer is written
   */
  constructor(element, legend, readout) {
    this.#element = element;
    this.#legend = new Legend(legend);
    this.#readout = new PointerReadout(element, readout, this.#legend, (x, y) => this.#targetAt(x, y));
    const axes = create("div", { className: "axes" });
    // The axes lie below: above them, the display would compose them anew for each frame.
    element.append(axes, this.#window);
    this.#axes = new PlotAxes(axes, { scrollZoom: true }, () => this.#scheduleRedraw());
    this.#gridCanvas = new PredictionGridCanvas(this.#window);
    this.#overlays = new Overlays(this.#window, this.#axes);
    onThemeChange(() => this.#readColors());
  }

  /** Discards the prediction grid: the next one belongs to another run. */
  clear() {
    this.#grid = null;
  }

  /**
   * Shows the points of a dataset. A prediction grid of the same plane stays.
   * @param {Dataset} dataset
   */
  setDataset(dataset) {
    if (JSON.stringify(dataset.extent) !== JSON.stringify(this.#dataset?.extent)) this.clear();
    this.#dataset = dataset;
    this.#points = new Points(dataset);
    this.#rows = NO_ROWS;
    if (this.#grid === null) {
      this.#gridCanvas.hide();
      this.#overlays.hideContour();
    }
    this.#drawLegend(); // before the chart, which has the space that the legend leaves
    this.#drawAxes();
    this.#redraw();
  }

  /** The names of the sets that have points. */
  get sets() {
    return this.#points?.sets ?? [];
  }

  /**
   * Shows the prediction grid of a frame.
   * @param {Uint8Array} values see `Grid`
   * @param {number} epoch
   */
  draw(values, epoch) {
    this.#grid = new Grid(values, this.#dataset?.classes.length ?? 0);
    this.#paint();
    this.#readout.update();
    this.#element.dataset.epoch = String(epoch); // last: by it one sees that everything is drawn
  }

  /**
   * Shows the map of a unit in place of the prediction grid.
   * @param {(() => Uint8Array) | null} map gives the newest map, one channel, and is called for each
   *   frame; null shows the prediction grid again
   */
  showMap(map) {
    if (map === null && this.#map === null) return;
    this.#map = map;
    this.#paint();
  }

  /**
   * Draws rings around the training points of a mini-batch.
   * @param {ArrayLike<number>} rows of the training set
   */
  highlight(rows) {
    if (rows.length === 0 && this.#rows.length === 0) return;
    this.#rows = rows;
    if (this.#points !== null) this.#overlays.drawRings(this.#points, rows);
  }

  /** What is shown of the prediction grid and of the points. */
  set options(/** @type {Partial<BoundaryOptions>} */ options) {
    this.#options = { ...this.#options, ...options };
    this.#redraw();
  }

  /**
   * Shows points of the same features and classes in place of those of the dataset.
   * @param {Dataset["sets"] | null} sets null shows those of the dataset again
   */
  showPoints(sets) {
    const before = this.#shownPoints?.radius;
    this.#substitutes = sets === null || this.#dataset === null ? null : new Points({ ...this.#dataset, sets });
    if (this.#shownPoints?.radius !== before) this.#drawLegend();
    this.#drawPoints();
  }

  /**
   * The data coordinates at a position of the page; null outside of the plot area.
   * @param {number} clientX @param {number} clientY
   */
  toData(clientX, clientY) {
    const pixel = this.#toPixel(clientX, clientY);
    if (pixel === null) return null;
    const { xAt, yAt } = this.#axes.scale;
    return { x: xAt(pixel.x), y: yAt(pixel.y) };
  }

  /**
   * The position on the page of data coordinates.
   * @param {number} x @param {number} y
   */
  toClient(x, y) {
    const { left, top } = this.#window.getBoundingClientRect();
    const scale = this.#axes.scale;
    return { clientX: left + scale.x(x), clientY: top + scale.y(y) };
  }

  /**
   * Draws something over the points, now and whenever the axes move.
   * @param {Decoration | null} draw null removes the drawing
   */
  decorate(draw) {
    this.#decoration = draw;
    if (this.#dataset !== null) this.#overlays.drawDecoration(draw);
  }

  /** Whether dragging moves the picture. */
  set panning(/** @type {boolean} */ isPanning) {
    this.#isPanning = isPanning;
    this.#axes.update({ dragmode: this.#dragmode });
  }

  get #dragmode() {
    return this.#isPanning ? "pan" : false;
  }

  get #shownPoints() {
    return this.#substitutes ?? this.#points;
  }

  get #hasClasses() {
    return this.#dataset !== null && this.#dataset.classes.length > 0;
  }

  #isVisible = (/** @type {SetName} */ set) => this.#options[set];

  #readColors() {
    this.#gridCanvas.readColors();
    this.#points?.readColors();
    this.#substitutes?.readColors();
    this.#drawLegend();
    this.#drawAxes();
    this.#redraw();
  }

  #drawLegend() {
    if (this.#dataset === null || this.#shownPoints === null) return;
    const { classes, target, targetRange } = this.#dataset;
    if (classes.length > 0) this.#legend.showClasses(classes, this.#shownPoints.radius);
    else this.#legend.showTargets(target, targetRange);
  }

  #drawAxes() {
    if (this.#dataset !== null) this.#axes.draw({ ...boundaryLayout(this.#dataset), dragmode: this.#dragmode });
  }

  /** Draws all that is between the axes, once for all of their moves before the next frame. */
  #scheduleRedraw() {
    if (this.#isRedrawPending) return;
    this.#isRedrawPending = true;
    requestAnimationFrame(() => {
      this.#isRedrawPending = false;
      this.#redraw();
    });
  }

  #redraw() {
    if (this.#dataset === null) return;
    placeElement(this.#window, this.#axes.area);
    this.#gridCanvas.place(this.#planeInPixels(this.#dataset));
    this.#drawPoints();
    if (this.#points !== null) this.#overlays.drawRings(this.#points, this.#rows);
    this.#overlays.drawDecoration(this.#decoration);
    this.#paint();
    this.#readout.update();
  }

  /** @param {Dataset} dataset */
  #planeInPixels({ extent: { x_min, x_max, y_min, y_max } }) {
    const scale = this.#axes.scale;
    const [left, top] = [scale.x(x_min), scale.y(y_max)];
    return { left, top, width: scale.x(x_max) - left, height: scale.y(y_min) - top };
  }

  /** Paints the prediction grid, or the map that is shown in its place. */
  #paint() {
    if (this.#grid === null || this.#dataset === null) return;
    if (this.#map === null) this.#gridCanvas.paint(this.#grid, this.#options.discrete && this.#hasClasses);
    else this.#gridCanvas.paint(new Grid(this.#map(), 1), false);
    if (this.#options.contour && this.#hasClasses) {
      this.#overlays.drawContour(this.#grid, this.#planeInPixels(this.#dataset));
    } else {
      this.#overlays.hideContour();
    }
  }

  #drawPoints() {
    if (this.#shownPoints !== null) this.#overlays.drawPoints(this.#shownPoints, this.#isVisible);
  }

  /**
   * The pixel of the plot area at a position of the page; null outside of it.
   * @param {number} clientX @param {number} clientY
   */
  #toPixel(clientX, clientY) {
    if (this.#dataset === null) return null;
    const { left, top, width, height } = this.#window.getBoundingClientRect();
    const x = clientX - left;
    const y = clientY - top;
    return x >= 0 && y >= 0 && x <= width && y <= height ? { x, y } : null;
  }

  /** @param {number} clientX @param {number} clientY */
  #targetAt(clientX, clientY) {
    const pixel = this.#toPixel(clientX, clientY);
    if (pixel === null || this.#dataset === null || this.#shownPoints === null) return null;
    const scale = this.#axes.scale;
    return {
      dataset: this.#dataset,
      grid: this.#grid,
      position: { x: scale.xAt(pixel.x), y: scale.yAt(pixel.y) },
      point: this.#shownPoints.nearest(pixel, scale, this.#isVisible),
    };
  }
}
