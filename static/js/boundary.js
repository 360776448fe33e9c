// The decision boundary: the network's answer over the plane, under the data's points.
//
// Only the axes are Plotly's. Field, contour, points and rings each have a canvas of their own, so
// that a frame paints the one that has changed, and a new frame costs as much with 20,000 points as
// with none.
//
// What other modules use: setDataset, draw, highlight, showInstead and showField; toData and toClient
// between pointer and plane; showPoints, decorate and panning for a tool that draws on the picture.

import { Axes, fill } from "./axes.js";
import { traceBorders } from "./boundary/contour.js";
import { Field } from "./boundary/field.js";
import { Grid } from "./boundary/grid.js";
import { Legend } from "./boundary/legend.js";
import { Points } from "./boundary/points.js";
import { answers, place } from "./boundary/reading.js";
import { Layer } from "./layer.js";
import { axis, clipped, colour, onThemeChange, plainText } from "./palette.js";

const MARGIN = { l: 44, r: 8, t: 8, b: 34 };
const LONGEST_TITLE = 60; // characters of an axis's name

const HINT = "Point at the picture to read it.";

export class Boundary {
  #element;
  #readout;
  #legend;
  #axes;
  #window; // what lies between the axes
  #field;
  #layers; // contour, points, rings
  #look = { contour: false, discrete: false, train: true, validation: true, test: true };
  #dataset = null;
  #plane = ""; // as the dataset's document says it
  #points = null;
  #drawn = null; // points that are shown in place of the dataset's
  #grid = null;
  #instead = null; // gives the map that is shown in place of the field
  #rows = []; // of the training set: which points are ringed
  #decoration = null;
  #panning = true;
  #pointer = null; // where the pointer is, {clientX, clientY}
  #isMoved = false; // places have other pixels than those drawn

  /**
   * @param {HTMLElement} element @param {HTMLElement} legend a list to name the classes in
   * @param {HTMLElement} readout where to say what is pointed at
   */
  constructor(element, legend, readout) {
    this.#element = element;
    this.#readout = readout;
    this.#legend = new Legend(legend);
    const part = (name) => {
      const box = document.createElement("div");
      box.className = name;
      element.append(box);
      return box;
    };
    // The axes lie below: what the display lays over a field that changes, it lays anew.
    this.#axes = new Axes(part("axes"), { scrollZoom: true }, () => this.#moved());
    this.#window = part("window");
    this.#field = new Field(this.#window);
    const layer = (name) => new Layer(this.#window, name);
    this.#layers = { contour: layer("contour"), points: layer("points"), rings: layer("rings") };
    readout.textContent = HINT;
    element.addEventListener("pointermove", ({ clientX, clientY }) => this.#point({ clientX, clientY }));
    element.addEventListener("pointerleave", () => this.#point(null));
    onThemeChange(() => this.#dressAnew());
  }

  /** Forgets the field: what comes next is of another run. */
  clear() {
    this.#grid = null;
  }

  /** Shows the points of a dataset document, over the field if it is of the same run and plane. */
  setDataset(document) {
    if (document.metadata.plane !== this.#plane) this.clear();
    this.#plane = document.metadata.plane;
    this.#dataset = parsed(document);
    this.#points = new Points(this.#dataset);
    this.#rows = [];
    if (this.#grid === null) {
      this.#field.hide();
      this.#layers.contour.hide();
    }
    this.#drawLegend(); // first, as it takes its room from the chart
    this.#drawAxes();
    this.#draw();
  }

  /** The names of the sets that have points: of train, validation and test. */
  get sets() {
    return this.#points.sets;
  }

  /**
   * Shows a frame's grid: of two classes, the probability of the second; of more, a plane for each;
   * of a regression, the answer over the range of targets; 0…255, square, from the top left.
   */
  draw(grid, epoch) {
    this.#grid = new Grid(grid, this.#dataset.classes.length);
    this.#paint();
    if (this.#pointer !== null) this.#read();
    this.#element.dataset.epoch = epoch; // last: who waits for it finds everything drawn
  }

  /** Shows a map of the plane in place of the field: `map()` gives the newest, one square of 0…255. */
  showInstead(map) {
    this.#instead = map;
    this.#paint();
  }

  /** Shows the field again. */
  showField() {
    if (this.#instead === null) return;
    this.#instead = null;
    this.#paint();
  }

  /** Rings around the training points of a mini-batch, given by their rows; none for no rows. */
  highlight(rows) {
    if (rows.length === 0 && this.#rows.length === 0) return;
    this.#rows = rows;
    this.#drawRings();
  }

  /** What is shown of the field and the points: contour, discrete, train, validation, test. */
  set look(look) {
    this.#look = { ...this.#look, ...look };
    this.#draw();
  }

  /** Shows these points, those of a dataset document, in place of the dataset's own; null ends it. */
  showPoints(document) {
    this.#drawn = document === null ? null : new Points(parsed(document));
    if (this.#dataset !== null) this.#drawPoints();
  }

  /** The data coordinates {x, y} under the pointer; null outside the axes. */
  toData(clientX, clientY) {
    const pixel = this.#dataset && this.#within(clientX, clientY);
    if (!pixel) return null;
    const { xAt, yAt } = this.#axes.scale;
    return { x: xAt(pixel.x), y: yAt(pixel.y) };
  }

  /** Where data coordinates lie on the page: {clientX, clientY}. */
  toClient(x, y) {
    const { left, top } = this.#window.getBoundingClientRect();
    const scale = this.#axes.scale;
    return { clientX: left + scale.x(x), clientY: top + scale.y(y) };
  }

  /**
   * Draws something over the points, now and whenever they are drawn: `draw(context, scale)`, where
   * `scale.x(x)` and `scale.y(y)` are the context's pixels of data coordinates. null ends it.
   */
  decorate(draw) {
    this.#decoration = draw;
    if (this.#dataset !== null) this.#drawPoints();
  }

  /** Whether dragging moves the picture, as it does unless a tool takes the pointer. */
  set panning(does) {
    this.#panning = does;
    this.#axes.change({ dragmode: this.#dragmode });
  }

  get #dragmode() {
    return this.#panning ? "pan" : false;
  }

  /** The points that are shown. */
  get #shown() {
    return this.#drawn ?? this.#points;
  }

  #dressAnew() {
    this.#field.readColours();
    if (this.#dataset === null) return;
    this.#points.readColours();
    this.#drawn?.readColours();
    this.#drawLegend();
    this.#drawAxes();
    this.#draw();
  }

  #drawLegend() {
    const { classes, target, range } = this.#dataset;
    if (classes.length > 0) this.#legend.showClasses(classes);
    else this.#legend.showTargets(target, range);
  }

  #drawAxes() {
    const { plane, features, axes } = this.#dataset;
    const [width, height] = [plane.x_max - plane.x_min, plane.y_max - plane.y_min];
    const sameUnit = Math.abs(width - height) < 1e-9 * width;
    const [across, up] = axes.map((feature) => plainText(clipped(features[feature], LONGEST_TITLE)));
    this.#axes.draw({
      margin: MARGIN,
      dragmode: this.#dragmode,
      uirevision: JSON.stringify([plane, across, up]), // keeps the zoom while the plane is the same
      xaxis: axis({
        showgrid: false,
        range: [plane.x_min, plane.x_max],
        title: { text: across, standoff: 4 },
        ...(sameUnit && { constrain: "domain" }),
      }),
      yaxis: axis({
        showgrid: false,
        range: [plane.y_min, plane.y_max],
        title: { text: up, standoff: 4 },
        ...(sameUnit && { scaleanchor: "x", constrain: "domain" }),
      }),
    });
  }

  /** All that is between the axes; many moves of one frame are drawn once. */
  #moved() {
    if (this.#isMoved) return;
    this.#isMoved = true;
    requestAnimationFrame(() => {
      this.#isMoved = false;
      this.#draw();
    });
  }

  #draw() {
    if (this.#dataset === null) return;
    fill(this.#window, this.#axes.area);
    this.#field.place(this.#planeInPixels());
    this.#drawPoints();
    this.#drawRings();
    this.#paint();
    if (this.#pointer !== null) this.#read();
  }

  #planeInPixels() {
    const { plane } = this.#dataset;
    const scale = this.#axes.scale;
    const [left, top] = [scale.x(plane.x_min), scale.y(plane.y_max)];
    return { left, top, width: scale.x(plane.x_max) - left, height: scale.y(plane.y_min) - top };
  }

  /** The field, or what is shown in its place. */
  #paint() {
    if (this.#grid === null) return;
    const map = this.#instead === null ? null : new Grid(this.#instead(), 1);
    this.#field.paint(map ?? this.#grid, map === null && this.#look.discrete && this.#hasClasses);
    if (this.#look.contour && this.#hasClasses) this.#drawContour();
    else this.#layers.contour.hide();
  }

  get #hasClasses() {
    return this.#dataset.classes.length > 0;
  }

  #drawContour() {
    const { contour } = this.#layers;
    contour.clear(this.#axes.area);
    const { left, top, width, height } = this.#planeInPixels();
    const { context } = contour;
    const [ratio, { size }] = [devicePixelRatio, this.#grid];
    context.setTransform((ratio * width) / size, 0, 0, (ratio * height) / size, ratio * left, ratio * top);
    context.beginPath();
    traceBorders(this.#grid, context);
    context.setTransform(ratio, 0, 0, ratio, 0, 0); // so that the line is as wide everywhere
    context.lineWidth = 1.5;
    context.lineCap = "round";
    context.strokeStyle = colour("--ink");
    context.stroke();
  }

  #drawPoints() {
    const { points } = this.#layers;
    points.clear(this.#axes.area);
    const scale = this.#axes.scale;
    const count = this.#shown.draw(points.context, scale, (set) => this.#look[set]);
    points.canvas.dataset.count = count;
    points.context.setTransform(devicePixelRatio, 0, 0, devicePixelRatio, 0, 0);
    this.#decoration?.(points.context, scale);
  }

  #drawRings() {
    const { rings } = this.#layers;
    rings.canvas.dataset.count = this.#rows.length;
    if (this.#rows.length === 0) {
      rings.hide();
      return;
    }
    rings.clear(this.#axes.area);
    this.#points.ring(rings.context, this.#axes.scale, this.#rows);
  }

  #point(pointer) {
    this.#pointer = pointer;
    this.#read();
  }

  #within(clientX, clientY) {
    const { left, top, width, height } = this.#window.getBoundingClientRect();
    const [x, y] = [clientX - left, clientY - top];
    return x >= 0 && y >= 0 && x <= width && y <= height ? { x, y } : null;
  }

  #read() {
    const [text, told] = this.#reading();
    if (this.#readout.textContent !== text) this.#readout.textContent = this.#readout.title = text;
    this.#legend.tell(told);
  }

  /** Where the pointer is, and the network's answer there. */
  #reading() {
    const { clientX, clientY } = this.#pointer ?? {};
    const pixel = this.#pointer && this.#dataset && this.#within(clientX, clientY);
    if (!pixel) return [HINT, []];
    const data = this.toData(clientX, clientY);
    const point = this.#shown.nearest(pixel.x, pixel.y, this.#axes.scale, (set) => this.#look[set]);
    const { plane } = this.#dataset;
    const across = (data.x - plane.x_min) / (plane.x_max - plane.x_min);
    const down = (plane.y_max - data.y) / (plane.y_max - plane.y_min);
    const isOnPlane = across >= 0 && across <= 1 && down >= 0 && down <= 1;
    const known = isOnPlane && this.#grid !== null;
    const told = known ? answers(this.#dataset, this.#grid, this.#grid.cell(across, down)) : [];
    return [place(this.#dataset, data, point), told];
  }
}

/** What is drawn of a dataset document. */
function parsed({ metadata, tensors }) {
  const value = (name, otherwise) => (metadata[name] === undefined ? otherwise : JSON.parse(metadata[name]));
  return {
    classes: value("classes", []),
    features: value("features"),
    target: metadata.target ?? "",
    axes: value("axes", [0, 1]),
    plane: value("plane"),
    range: value("target_range", [0, 1]),
    tensors,
  };
}
