// Drawing data on the picture: turns it on and off, and follows pointer and keys.

import { constants } from "../../lib/constants.js";
import { byId } from "../../lib/dom.js";
import { download } from "../../lib/download.js";
import { formatCount } from "../../lib/text.js";
import { color } from "../../lib/theme.js";
import { fromDataset, planeKey, toCsv, toEmptyDataset, toSets } from "./conversions.js";
import { DrawnPoints, EMPTY } from "./drawn_points.js";
import { pointerOf } from "./pointer.js";
import { Toolbar } from "./toolbar.js";
import { BrushTool, EraserTool, PointTool } from "./tools.js";
import { PointsUpload } from "./upload.js";

/** @typedef {import("../../protocol.js").Dataset} Dataset */
/** @typedef {import("./pointer.js").Pointer} Pointer */
/** @typedef {import("./upload.js").DrawnTable} DrawnTable */

/**
 * @typedef {object} DrawingHandlers
 * @property {(table: DrawnTable) => void} onTable called when the server has a table of the points
 * @property {() => void} onNewPlane called before the picture shows a plane that is not the run's
 * @property {() => void} onClose
 * @property {(message: string) => void} onProblem
 * @property {() => number} minTrainPoints how many training points a run needs
 */

const POINTER_EVENTS = /** @type {const} */ ([
  "pointerdown",
  "pointermove",
  "pointerup",
  "pointercancel",
  "pointerleave",
]);
const OTHER_USES_OF_KEYS = "dialog, textarea, input:not([type=radio], [type=range])";

export class Drawing {
  #boundary;
  #surface;
  #handlers;
  #button = byId("draw");
  #points = new DrawnPoints({ maxPoints: constants.maxTableRows, maxClasses: constants.maxClasses });
  #tools = { point: new PointTool(), brush: new BrushTool(), eraser: new EraserTool() };
  #toolbar;
  #upload;
  #isOpen = false;
  /** @type {Dataset | null} of the run */
  #dataset = null;
  #data = ""; // what the run is of: the name of a dataset, or the digest of a table
  #isTrainedOn = false; // whether a run of the drawn points has begun
  #shownPlane = ""; // the key of the plane that the picture shows
  /** @type {import("./drawn_points.js").DrawnState | null} what the picture shows */
  #shownState = null;
  /** @type {Pointer | null} */
  #pointer = null;
  #isDown = false;

  /**
   * @param {import("../../components/boundary/boundary.js").Boundary} boundary
   * @param {HTMLElement} surface the element of the picture
   * @param {DrawingHandlers} handlers
   */
  constructor(boundary, surface, handlers) {
    this.#boundary = boundary;
    this.#surface = surface;
    this.#handlers = handlers;
    this.#upload = new PointsUpload(this.#points, {
      isReady: () => this.#shortage() === null,
      onTable: handlers.onTable,
      onProblem: handlers.onProblem,
    });
    const actions = {
      undo: () => this.#undo(),
      redo: () => this.#redo(),
      clear: () => this.#edit(() => this.#points.clear()),
      addClass: () => this.#edit(() => this.#points.addClass()),
      removeClass: () => this.#edit(() => this.#points.removeClass()),
      save: () => download("drawn.csv", toCsv(this.#points.state), "text/csv"),
      close: () => this.close(),
    };
    this.#toolbar = new Toolbar(byId("drawing"), actions, () => this.#show());
    this.#button.addEventListener("click", () => (this.#isOpen ? this.close() : this.open()));
    for (const type of POINTER_EVENTS) {
      surface.addEventListener(type, (event) => this.#handlePointer(event), { capture: true });
    }
    addEventListener("keydown", (event) => this.#handleKey(event));
  }

  /**
   * The picture shows the dataset of another run, or another plane of it.
   * @param {Dataset} dataset
   */
  setDataset(dataset) {
    this.#dataset = dataset;
    if (!this.#isOpen) return;
    if (this.#points.isUntouched) {
      this.open();
      return;
    }
    this.#shownPlane = planeKey(this.#startState());
    this.#shownState = null;
    this.#show();
  }

  /**
   * A run begins. If it is not of the drawn points, drawing ends.
   * @param {{dataset: string, table: string}} config
   */
  setRun({ dataset, table }) {
    const data = dataset === "table" ? table : dataset;
    if (this.#upload.includes(data)) this.#isTrainedOn = true;
    else if (this.#isOpen && (this.#isTrainedOn || data !== this.#data)) this.close();
    this.#data = data;
  }

  /** Begins to draw, on the points of the run if they are of two features and classes. */
  open() {
    const start = this.#startState();
    this.#points.begin(start ?? EMPTY);
    this.#shownPlane = planeKey(start);
    this.#shownState = null;
    this.#upload.begin(this.#data, this.#shownPlane);
    this.#isTrainedOn = false;
    this.#setOpen(true);
    this.#show();
  }

  /**
   * Uploads the points before a run of them starts.
   * @returns {Promise<string | null>} why the run cannot start, or null
   */
  async flush() {
    if (!this.#isOpen || !this.#upload.isPending) return null;
    const shortage = this.#shortage();
    if (shortage !== null) return `Draw more points, or end drawing: ${shortage}.`;
    await this.#upload.flush();
    return this.#upload.isPending ? "The newest points did not reach the server. Press Start again." : null;
  }

  close() {
    this.#upload.cancel();
    this.#setOpen(false);
    this.#boundary.showPoints(null);
    this.#boundary.decorate(null);
    this.#handlers.onClose();
  }

  #startState() {
    return this.#dataset === null ? null : fromDataset(this.#dataset, constants.maxNameLength);
  }

  /** @param {boolean} isOpen */
  #setOpen(isOpen) {
    this.#isOpen = isOpen;
    this.#isDown = false;
    this.#toolbar.isVisible = isOpen;
    this.#surface.classList.toggle("drawn-on", isOpen);
    this.#boundary.panning = !isOpen;
    this.#button.setAttribute("aria-pressed", String(isOpen));
  }

  /** @param {() => void} change */
  #edit(change) {
    this.#points.beginEdit();
    change();
    this.#points.endEdit();
    this.#handleChange();
  }

  #undo() {
    this.#points.undo();
    this.#handleChange();
  }

  #redo() {
    this.#points.redo();
    this.#handleChange();
  }

  #handleChange() {
    this.#show();
    this.#upload.schedule();
  }

  /** Shows the tool bar and, if they have changed, the points. */
  #show() {
    if (!this.#isOpen) return;
    this.#toolbar.update(this.#points);
    this.#showPoints();
    this.#showPointer();
  }

  #showPoints() {
    const { state } = this.#points;
    if (state === this.#shownState) return;
    this.#shownState = state;
    const plane = planeKey(state);
    if (plane !== this.#shownPlane) {
      this.#shownPlane = plane;
      this.#handlers.onNewPlane();
      this.#boundary.setDataset(toEmptyDataset(state));
    }
    this.#boundary.showPoints(toSets(state));
  }

  /** Shows what follows the pointer: the reach of the tool, and the hint. */
  #showPointer() {
    this.#boundary.decorate(this.#drawReach);
    this.#toolbar.showHint(this.#hint());
  }

  #hint() {
    if (this.#points.isFull) return `${formatCount(this.#points.points.length)} points, the most that a table can have`;
    const shortage = this.#shortage();
    if (shortage !== null) return shortage;
    const count = (/** @type {import("../../protocol.js").SetName} */ set) => `${this.#points.count(set)} ${set}`;
    return `${count("train")}, ${count("validation")}, ${count("test")}`;
  }

  /** Why there are too few points to train on; null if there are enough. */
  #shortage() {
    const count = this.#points.count("train");
    const needed = this.#handlers.minTrainPoints();
    return count < needed ? `${count} of the ${needed} training points that a mini-batch needs` : null;
  }

  /**
   * Draws the disc within which brush and eraser work.
   * @type {import("../../components/boundary/overlays.js").Decoration}
   */
  #drawReach = (context, scale) => {
    if (!this.#tools[this.#toolbar.tool].hasSize || this.#pointer === null) return;
    context.beginPath();
    context.arc(scale.x(this.#pointer.x), scale.y(this.#pointer.y), this.#toolbar.size, 0, 2 * Math.PI);
    context.lineWidth = 1;
    context.strokeStyle = color("--ink");
    context.stroke();
  };

  /** @param {PointerEvent} event */
  #handlePointer(event) {
    if (!this.#isOpen || !event.isPrimary) return;
    const pointer = pointerOf(this.#boundary, event);
    this.#pointer = event.type === "pointerleave" ? null : (pointer ?? this.#pointer);
    const options = { label: this.#toolbar.label, size: this.#toolbar.size };
    const tool = this.#tools[this.#toolbar.tool];
    if (event.type === "pointerdown" && pointer !== null && event.button === 0) {
      event.preventDefault();
      event.stopPropagation();
      this.#surface.setPointerCapture(event.pointerId);
      this.#isDown = true;
      this.#points.beginEdit();
      tool.down(this.#points, pointer, options);
      this.#show();
    } else if (event.type === "pointermove" && this.#isDown && pointer !== null) {
      tool.move(this.#points, pointer, options);
      this.#show();
    } else if (this.#isDown && (event.type === "pointerup" || event.type === "pointercancel")) {
      this.#isDown = false;
      if (event.type === "pointerup") tool.up(this.#points, options);
      this.#points.endEdit();
      this.#handleChange();
    } else {
      this.#showPointer();
    }
  }

  /** @param {KeyboardEvent} event */
  #handleKey(event) {
    const isElsewhere = event.target instanceof Element && event.target.closest(OTHER_USES_OF_KEYS) !== null;
    if (!this.#isOpen || isElsewhere) return;
    const key = event.key.toLowerCase();
    const hasControl = event.ctrlKey || event.metaKey;
    if (hasControl && (key === "z" || key === "y")) {
      event.preventDefault();
      if (key === "y" || event.shiftKey) this.#redo();
      else this.#undo();
    } else if (!hasControl && !event.altKey && /^[0-9]$/.test(key)) {
      this.#toolbar.label = (Number(key) + 9) % 10; // 1 is the first class, 0 the tenth
    }
  }
}
