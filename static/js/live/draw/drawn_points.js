// Points drawn by hand: what they are, how they are edited, and what can be undone.

/** @typedef {import("../../protocol.js").Extent} Extent */
/** @typedef {import("../../protocol.js").SetName} SetName */
/** @typedef {{x: number, y: number}} Position in data coordinates */

/**
 * @typedef {object} DrawnPoint
 * @property {number} x @property {number} y
 * @property {number} label
 * @property {number} order how many points of its class were drawn before it
 * @property {SetName} set
 */

/**
 * Points, and the plane they lie on. It is never changed, only replaced.
 * @typedef {object} DrawnState
 * @property {readonly string[]} features the two names
 * @property {readonly string[]} classes
 * @property {Extent} extent of the plane
 * @property {readonly DrawnPoint[]} points
 */

const UNDO_LEVELS = 100;
const COORDINATE_DIGITS = 9; // significant ones
export const MIN_CLASSES = 2;

/**
 * The sets of five successive points of a class. A point stays in its set.
 * @type {SetName[]}
 */
const SET_CYCLE = ["train", "validation", "train", "test", "train"];

/** @type {DrawnState} */
export const EMPTY = {
  features: ["x1", "x2"],
  classes: ["class 1", "class 2"],
  extent: { x_min: -1, x_max: 1, y_min: -1, y_max: 1 },
  points: [],
};

export class DrawnPoints {
  /** @type {DrawnState} */
  #state = EMPTY;
  /** @type {DrawnState[]} the last one is what undo restores */
  #past = [];
  /** @type {DrawnState[]} the last one is what redo restores */
  #future = [];
  #maxPoints;
  #maxClasses;

  /** @param {{maxPoints: number, maxClasses: number}} limits */
  constructor({ maxPoints, maxClasses }) {
    this.#maxPoints = maxPoints;
    this.#maxClasses = maxClasses;
  }

  /**
   * Begins with a state before which nothing can be undone.
   * @param {DrawnState} state
   */
  begin(state) {
    this.#state = state;
    this.#past = [];
    this.#future = [];
  }

  get state() {
    return this.#state;
  }

  get classes() {
    return this.#state.classes;
  }

  /** Another array whenever a point changes. */
  get points() {
    return this.#state.points;
  }

  get canUndo() {
    return this.#past.length > 0;
  }

  get canRedo() {
    return this.#future.length > 0;
  }

  /** Whether nothing has been drawn since `begin`. */
  get isUntouched() {
    return !this.canUndo && !this.canRedo;
  }

  get isFull() {
    return this.points.length >= this.#maxPoints;
  }

  get canAddClass() {
    return this.classes.length < this.#maxClasses;
  }

  /** The last class can be removed if it has no points and two classes are left. */
  get canRemoveClass() {
    const last = this.classes.length - 1;
    return last >= MIN_CLASSES && this.points.every(({ label }) => label !== last);
  }

  /** Begins an edit: all changes until the next one are undone together. */
  beginEdit() {
    this.#past.push(this.#state);
    if (this.#past.length > UNDO_LEVELS) this.#past.shift();
    this.#future = [];
  }

  /** Ends an edit. An edit that has changed nothing cannot be undone. */
  endEdit() {
    if (this.#past.at(-1) === this.#state) this.#past.pop();
  }

  undo() {
    const state = this.#past.pop();
    if (state === undefined) return;
    this.#future.push(this.#state);
    this.#state = state;
  }

  redo() {
    const state = this.#future.pop();
    if (state === undefined) return;
    this.#past.push(this.#state);
    this.#state = state;
  }

  /**
   * Adds a point.
   * @param {number} x @param {number} y @param {number} label
   * @returns {DrawnPoint | null} null outside of the plane, and when there is no room for more points
   */
  add(x, y, label) {
    const { x_min, x_max, y_min, y_max } = this.#state.extent;
    if (this.isFull || x < x_min || x > x_max || y < y_min || y > y_max) return null;
    const order = 1 + this.points.reduce((last, own) => (own.label === label ? Math.max(last, own.order) : last), -1);
    const point = { ...this.#clamp(x, y), label, order, set: SET_CYCLE[order % SET_CYCLE.length] };
    this.#replace({ points: [...this.points, point] });
    return point;
  }

  /**
   * Moves a point, within the plane.
   * @param {DrawnPoint} point @param {number} x @param {number} y
   * @returns {DrawnPoint} the moved point, which is another object
   */
  move(point, x, y) {
    const moved = { ...point, ...this.#clamp(x, y) };
    this.#replace({ points: this.points.map((own) => (own === point ? moved : own)) });
    return moved;
  }

  /** @param {(point: DrawnPoint) => boolean} matches whether to remove a point */
  remove(matches) {
    const points = this.points.filter((point) => !matches(point));
    if (points.length < this.points.length) this.#replace({ points });
  }

  /** Begins with an empty plane of as many classes. */
  clear() {
    this.#replace({ ...EMPTY, classes: this.classes.map((_, label) => `class ${label + 1}`) });
  }

  addClass() {
    if (!this.canAddClass) return;
    let number = this.classes.length + 1;
    while (this.classes.includes(`class ${number}`)) number++;
    this.#replace({ classes: [...this.classes, `class ${number}`] });
  }

  removeClass() {
    if (this.canRemoveClass) this.#replace({ classes: this.classes.slice(0, -1) });
  }

  /**
   * How many points a set has.
   * @param {SetName} set
   */
  count(set) {
    return this.points.reduce((count, point) => count + Number(point.set === set), 0);
  }

  /** @param {Partial<DrawnState>} changes */
  #replace(changes) {
    this.#state = { ...this.#state, ...changes };
  }

  /** @param {number} x @param {number} y @returns {Position} */
  #clamp(x, y) {
    const { x_min, x_max, y_min, y_max } = this.#state.extent;
    const clamp = (/** @type {number} */ value, /** @type {number} */ low, /** @type {number} */ high) =>
      Number(Math.min(Math.max(value, low), high).toPrecision(COORDINATE_DIGITS));
    return { x: clamp(x, x_min, x_max), y: clamp(y, y_min, y_max) };
  }
}
