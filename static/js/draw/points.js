// Points drawn by hand: what they are, what was undone, and how they are written as a table.

const MOST_STATES = 100; // that can be undone
export const MOST_CLASSES = 10;
export const FEWEST_CLASSES = 2;

// Of five points of a class in a row. A point keeps its set, whatever comes after it.
const SETS = ["train", "validation", "train", "test", "train"];

export const EMPTY = {
  features: ["x1", "x2"],
  classes: ["class 1", "class 2"],
  plane: [-1, 1, -1, 1], // x_min, x_max, y_min, y_max
  points: [], // {x, y, label, set, order}
};

export class DrawnPoints {
  #state;
  #past = [];
  #future = [];
  #most;

  /** @param {number} most points there may be */
  constructor(most) {
    this.#most = most;
    this.begin(EMPTY);
  }

  /** Begins with a state that nothing can be undone before. */
  begin(state) {
    this.#state = state;
    this.#past = [];
    this.#future = [];
  }

  get features() {
    return this.#state.features;
  }

  get classes() {
    return this.#state.classes;
  }

  get plane() {
    return this.#state.plane;
  }

  get points() {
    return this.#state.points;
  }

  get canUndo() {
    return this.#past.length > 0;
  }

  get canRedo() {
    return this.#future.length > 0;
  }

  /** Whether they are as they were when they began. */
  get isUntouched() {
    return !this.canUndo && !this.canRedo;
  }

  get isFull() {
    return this.points.length >= this.#most;
  }

  /** What changes until the next mark is undone at once. */
  mark() {
    this.#past.push(this.#state);
    if (this.#past.length > MOST_STATES) this.#past.shift();
    this.#future = [];
  }

  /** Forgets the last mark if nothing has changed since. */
  settle() {
    if (this.#past.at(-1) === this.#state) this.#past.pop();
  }

  undo() {
    if (!this.canUndo) return;
    this.#future.push(this.#state);
    this.#state = this.#past.pop();
  }

  redo() {
    if (!this.canRedo) return;
    this.#past.push(this.#state);
    this.#state = this.#future.pop();
  }

  /** Adds a point; null outside the plane, or if there are as many as may be. */
  add(x, y, label) {
    const [xMin, xMax, yMin, yMax] = this.plane;
    if (this.isFull || x < xMin || x > xMax || y < yMin || y > yMax) return null;
    const order = this.points.reduce((most, own) => (own.label === label ? Math.max(most, own.order) : most), -1) + 1;
    const point = { ...this.#within(x, y), label, order, set: SETS[order % SETS.length] };
    this.#change({ points: [...this.points, point] });
    return point;
  }

  /** Moves a point; it is another object then, which is returned. */
  move(point, x, y) {
    const moved = { ...point, ...this.#within(x, y) };
    this.#change({ points: this.points.map((own) => (own === point ? moved : own)) });
    return moved;
  }

  erase(isMeant) {
    const points = this.points.filter((point) => !isMeant(point));
    if (points.length < this.points.length) this.#change({ points });
  }

  /** An empty plane, of as many classes. */
  clear() {
    this.#change({ ...EMPTY, classes: this.classes.map((_, label) => `class ${label + 1}`) });
  }

  addClass() {
    if (this.classes.length >= MOST_CLASSES) return;
    let number = this.classes.length + 1;
    while (this.classes.includes(`class ${number}`)) number++;
    this.#change({ classes: [...this.classes, `class ${number}`] });
  }

  /** Whether the last class may go: it has no points, and two are left. */
  get canRemoveClass() {
    const last = this.classes.length - 1;
    return last >= FEWEST_CLASSES && this.points.every(({ label }) => label !== last);
  }

  removeClass() {
    if (this.canRemoveClass) this.#change({ classes: this.classes.slice(0, -1) });
  }

  /** As a table: a header, then a line for each point. */
  toCsv() {
    const header = [...this.features, LABEL, SPLIT].map(quoted).join(",");
    const rows = this.points.map(({ x, y, label, set }) => `${x},${y},${quoted(this.classes[label])},${set}`);
    return [header, ...rows, ""].join("\n");
  }

  /** What to take from that table. */
  choices() {
    const { features, classes, plane } = this;
    return { features, label: LABEL, split: SPLIT, task: "classification", classes, plane };
  }

  #change(changes) {
    this.#state = { ...this.#state, ...changes };
  }

  #within(x, y) {
    const [xMin, xMax, yMin, yMax] = this.plane;
    const inside = (value, low, high) => Number(Math.min(Math.max(value, low), high).toPrecision(9));
    return { x: inside(x, xMin, xMax), y: inside(y, yMin, yMax) };
  }
}

const [LABEL, SPLIT] = ["label", "split"];
const MOST_OF_A_NAME = 100; // characters that the server takes

/**
 * The points of a dataset that is shown, to be drawn on; null where there is none of two features and
 * classes. The test set is not among them.
 */
export function fromDataset({ metadata, tensors }) {
  const [classes, features] = [JSON.parse(metadata.classes), JSON.parse(metadata.features)];
  if (classes.length < FEWEST_CLASSES || features.length !== 2) return null;
  const { x_min, x_max, y_min, y_max } = JSON.parse(metadata.plane);
  const counts = classes.map(() => 0);
  const points = ["train", "validation"].flatMap((set) => {
    const X = tensors[`X_${set}`] ?? [];
    return Array.from(tensors[`y_${set}`] ?? [], (label, i) => ({
      x: X[2 * i],
      y: X[2 * i + 1],
      label,
      set,
      order: counts[label]++,
    }));
  });
  return {
    features: named(features, [LABEL, SPLIT], "x"),
    classes: named(classes, [], "class "),
    plane: [x_min, x_max, y_min, y_max],
    points,
  };
}

/** Names as a table can have them: not too long, each once, none of those `taken`. */
function named(names, taken, otherwise) {
  return names.reduce((found, name, i) => {
    const short = Array.from(name.trim()).slice(0, MOST_OF_A_NAME).join("");
    const used = [...taken, ...found];
    return [...found, short === "" || used.includes(short) ? `${otherwise}${i + 1}` : short];
  }, []);
}

function quoted(text) {
  return `"${text.replaceAll('"', '""')}"`;
}
