// Drawing one's own data on the picture: the mode, its tools, and what becomes of the points.

import { colour } from "../palette.js";
import { keep } from "../table/server.js";
import { DrawnPoints, EMPTY, MOST_CLASSES, fromDataset } from "./points.js";
import { BrushTool, EraserTool, PointTool } from "./tools.js";
import { Toolbar } from "./toolbar.js";

const DELAY_MS = 300; // from a change to its being trained on

export class Drawing {
  #boundary;
  #surface; // what the pointer draws on
  #toolbar;
  #points;
  #handlers;
  #tools = { point: new PointTool(), brush: new BrushTool(), eraser: new EraserTool() };
  #isOn = false;
  #dataset = null; // the last document of one
  #shown = ""; // the plane, features and classes that the picture shows
  #pointer = null; // the last place of the pointer
  #isDown = false;
  #timer = 0; // set while an upload is put off
  #isUnsent = false; // whether the server does not have the points as they are
  #uploading = Promise.resolve();
  #changes = 0; // counted, so that only the last upload is used
  #data = ""; // what the run is of: a dataset's name, or a table's digest
  #own = new Set(); // digests of what has been drawn since drawing began
  #isTrainedOn = false; // whether a run of these has begun
  #table = ""; // the last of them, or the table that drawing began with
  #kind = ""; // its columns, classes and plane: a run can go on with another of the same

  /**
   * @param {Boundary} boundary @param {HTMLElement} surface
   * @param {{onTable: (table: {summary, content: Uint8Array, choices, follows: string}) => void,
   *          onAnew: () => void, onClose: () => void, onProblem: (message: string) => void,
   *          needed: () => number}} handlers a table is on the server, of the same columns and classes as
   *   the one it `follows`; the picture shows a plane that no run is of; drawing ends; something is wrong; how many
   *   training points a batch takes
   */
  constructor(boundary, surface, handlers) {
    this.#boundary = boundary;
    this.#surface = surface;
    this.#handlers = handlers;
    const bar = document.getElementById("drawing");
    this.#points = new DrawnPoints(Number(bar.dataset.maxRows));
    this.#toolbar = new Toolbar(bar, {
      undo: () => this.#step(() => this.#points.undo()),
      redo: () => this.#step(() => this.#points.redo()),
      clear: () => this.#edit(() => this.#points.clear()),
      addClass: () => this.#edit(() => this.#points.addClass()),
      removeClass: () => this.#edit(() => this.#points.removeClass()),
      save: () => this.#save(),
      close: () => this.close(),
      changed: () => this.#draw(),
    });
    document.getElementById("draw").addEventListener("click", () => (this.#isOn ? this.close() : this.open()));
    for (const type of ["pointerdown", "pointermove", "pointerup", "pointercancel", "pointerleave"]) {
      surface.addEventListener(type, (event) => this.#point(event), { capture: true });
    }
    addEventListener("keydown", (event) => this.#key(event));
  }

  get isOn() {
    return this.#isOn;
  }

  /** A dataset is shown, which may not have the plane that is drawn on. */
  setDataset(document) {
    this.#dataset = document;
    if (!this.#isOn) return;
    if (this.#points.isUntouched) {
      this.open();
      return;
    }
    this.#shown = frameOf(fromDataset(document));
    this.#draw();
  }

  /** A run of these data begins: with others than were drawn on, drawing ends. */
  runIs({ dataset, table }) {
    const data = dataset === "table" ? table : dataset;
    if (this.#own.has(data)) this.#isTrainedOn = true;
    else if (this.#isOn && (this.#isTrainedOn || data !== this.#data)) this.close();
    this.#data = data;
  }

  /** Begins to draw, on the points that are shown if there can be more of their kind. */
  open() {
    const shown = this.#dataset === null ? null : fromDataset(this.#dataset);
    this.#points.begin(shown ?? EMPTY);
    this.#shown = frameOf(shown);
    this.#kind = this.#shown;
    this.#table = this.#data;
    this.#own.clear();
    this.#isTrainedOn = false;
    this.#setOn(true);
    this.#draw();
  }

  /**
   * Before a run starts: sees to it that it is of the points as they are. A text tells why it cannot
   * be; null is all right.
   */
  async flush() {
    if (!this.#isOn || !this.#isUnsent) return null;
    const shortage = this.#shortage();
    if (shortage !== null) return `Draw more points, or end drawing: ${shortage}.`;
    this.#beginUpload();
    await this.#uploading;
    return this.#isUnsent ? "The points did not reach the server as they are; press Start again." : null;
  }

  close() {
    clearTimeout(this.#timer);
    this.#timer = 0;
    this.#isUnsent = false;
    this.#setOn(false);
    this.#boundary.showPoints(null);
    this.#boundary.decorate(null);
    this.#handlers.onClose();
  }

  #setOn(isOn) {
    this.#isOn = isOn;
    this.#isDown = false;
    this.#toolbar.isShown = isOn;
    this.#surface.classList.toggle("drawn-on", isOn);
    this.#boundary.panning = !isOn;
    document.getElementById("draw").setAttribute("aria-pressed", isOn);
  }

  /** A change that can be undone. */
  #edit(change) {
    this.#points.mark();
    change();
    this.#points.settle();
    this.#changed();
  }

  #step(change) {
    change();
    this.#changed();
  }

  #changed() {
    this.#draw();
    this.#changes++;
    this.#isUnsent = true;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#beginUpload(), DELAY_MS);
  }

  /** The points as they are, and what the pointer would touch. */
  #draw() {
    if (!this.#isOn) return;
    this.#toolbar.show(this.#points, this.#hint());
    if (this.#shown !== frameOf(this.#points)) {
      this.#shown = frameOf(this.#points);
      this.#handlers.onAnew();
      this.#boundary.setDataset(this.#document([]));
    }
    this.#boundary.showPoints(this.#document(this.#points.points));
    this.#boundary.decorate((context, scale) => this.#drawReach(context, scale));
  }

  #hint() {
    const { points, isFull } = this.#points;
    if (isFull) return `${points.length.toLocaleString("en")} points, as many as there may be`;
    const counts = ["train", "validation", "test"].map((name) => `${this.#count(name)} ${name}`);
    return this.#shortage() ?? counts.join(", ");
  }

  #count(name) {
    return this.#points.points.filter(({ set }) => set === name).length;
  }

  /** Why the points are too few to be trained on; null if they are not. */
  #shortage() {
    const [trained, needed] = [this.#count("train"), this.#handlers.needed()];
    return trained < needed ? `${trained} of the ${needed} training points that a batch takes` : null;
  }

  /** The disc that brush and eraser reach. */
  #drawReach(context, scale) {
    const tool = this.#tools[this.#toolbar.tool];
    if (!tool.hasSize || this.#pointer === null) return;
    context.beginPath();
    context.arc(scale.x(this.#pointer.x), scale.y(this.#pointer.y), this.#toolbar.size, 0, 2 * Math.PI);
    context.lineWidth = 1;
    context.strokeStyle = colour("--ink");
    context.stroke();
  }

  /** Points as a dataset document, so that the picture shows them as it shows all others. */
  #document(points) {
    const { features, classes, plane } = this.#points;
    const [x_min, x_max, y_min, y_max] = plane;
    const tensors = {};
    for (const name of ["train", "validation", "test"]) {
      const own = points.filter(({ set }) => set === name);
      tensors[`X_${name}`] = Float64Array.from(own.flatMap(({ x, y }) => [x, y]));
      tensors[`y_${name}`] = Uint8Array.from(own, ({ label }) => label);
    }
    const metadata = {
      kind: "dataset",
      task: "classification",
      classes: JSON.stringify(classes),
      features: JSON.stringify(features),
      target: "label",
      axes: "[0,1]",
      plane: JSON.stringify({ x_min, x_max, y_min, y_max }),
    };
    return { metadata, tensors };
  }

  #point(event) {
    if (!this.#isOn || !event.isPrimary) return;
    if (event.type === "pointerleave") {
      this.#pointer = null;
      this.#draw();
      return;
    }
    const place = this.#place(event);
    this.#pointer = place ?? this.#pointer;
    const options = { label: this.#toolbar.label, size: this.#toolbar.size };
    const tool = this.#tools[this.#toolbar.tool];
    if (event.type === "pointerdown" && place !== null && event.button === 0) {
      event.preventDefault();
      event.stopPropagation();
      this.#surface.setPointerCapture(event.pointerId);
      this.#isDown = true;
      this.#points.mark();
      tool.down(this.#points, place, options);
    } else if (event.type === "pointermove" && this.#isDown && place !== null) {
      tool.move(this.#points, place, options);
    } else if (this.#isDown && (event.type === "pointerup" || event.type === "pointercancel")) {
      this.#isDown = false;
      if (event.type === "pointerup") tool.up?.(this.#points, options);
      this.#points.settle();
      this.#changed();
      return;
    }
    this.#draw();
  }

  /** Where the pointer is, see `Place`; null outside of the plane that is shown. */
  #place({ clientX, clientY, pointerType }) {
    const data = this.#boundary.toData(clientX, clientY);
    if (data === null) return null;
    return {
      ...data,
      clientX,
      clientY,
      pointerType,
      distance: ({ x, y }) => {
        const at = this.#boundary.toClient(x, y);
        return Math.hypot(at.clientX - clientX, at.clientY - clientY);
      },
      around: (angle, away) =>
        this.#boundary.toData(clientX + away * Math.cos(angle), clientY + away * Math.sin(angle)) ?? data,
    };
  }

  #key(event) {
    if (!this.#isOn || event.target.closest("dialog, textarea, input:not([type=radio], [type=range])")) return;
    const key = event.key.toLowerCase();
    if ((event.ctrlKey || event.metaKey) && (key === "z" || key === "y")) {
      event.preventDefault();
      if (key === "y" || event.shiftKey) this.#step(() => this.#points.redo());
      else this.#step(() => this.#points.undo());
    } else if (!event.ctrlKey && !event.metaKey && !event.altKey && /^[0-9]$/.test(key)) {
      this.#toolbar.label = (Number(key) + MOST_CLASSES - 1) % MOST_CLASSES;
    }
  }

  #beginUpload() {
    clearTimeout(this.#timer);
    this.#timer = 0;
    this.#uploading = this.#upload();
  }

  async #upload() {
    if (this.#shortage() !== null) return; // the toolbar says so
    const [changes, choices] = [this.#changes, this.#points.choices()];
    const [content, kind] = [new TextEncoder().encode(this.#points.toCsv()), frameOf(this.#points)];
    try {
      const summary = await keep(content, choices);
      if (changes !== this.#changes || !this.#isOn) return; // there is a newer one
      this.#isUnsent = false;
      const follows = this.#kind === kind ? this.#table : "";
      this.#kind = kind;
      this.#table = summary.table;
      this.#own.add(summary.table);
      this.#handlers.onTable({ summary, content, choices, follows });
    } catch (error) {
      this.#handlers.onProblem(error.message);
    }
  }

  #save() {
    const link = document.createElement("a");
    link.href = URL.createObjectURL(new Blob([this.#points.toCsv()], { type: "text/csv" }));
    link.download = "drawn.csv";
    link.click();
    URL.revokeObjectURL(link.href);
  }
}

/** What a run's points must have in common with those that are drawn to be shown with them. */
function frameOf(points) {
  if (points === null) return "";
  const { plane, features, classes } = points;
  return JSON.stringify([plane, features, classes]);
}
