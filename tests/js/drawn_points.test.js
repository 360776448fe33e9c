import assert from "node:assert/strict";
import { test } from "node:test";
import {
  fromDataset,
  planeKey,
  tableChoices,
  toCsv,
  toEmptyDataset,
  toSets,
} from "../../static/js/live/draw/conversions.js";
import { DrawnPoints, EMPTY } from "../../static/js/live/draw/drawn_points.js";

const LIMITS = { maxPoints: 100, maxClasses: 10 };

/**
 * An edit as the page makes it.
 * @param {DrawnPoints} points @param {() => void} change
 */
function edit(points, change) {
  points.beginEdit();
  change();
  points.endEdit();
}

/** @param {...[x: number, y: number, label: number]} added */
function drawn(...added) {
  const points = new DrawnPoints(LIMITS);
  for (const [x, y, label] of added) edit(points, () => points.add(x, y, label));
  return points;
}

test("of five points of a class three are for training, one each for validation and test", () => {
  const points = new DrawnPoints(LIMITS);
  for (let i = 0; i < 10; i++) {
    points.add(0, 0, 0);
    if (i % 2 === 0) points.add(0, 0, 1);
  }
  const sets = (/** @type {number} */ label) =>
    points.points.filter((own) => own.label === label).map(({ set }) => set);
  const cycle = ["train", "validation", "train", "test", "train"];
  assert.deepEqual(sets(0), [...cycle, ...cycle]);
  assert.deepEqual(sets(1), cycle);
  assert.equal(points.count("train"), 9);
  assert.equal(points.count("test"), 3);
});

test("a point stays in its set when others are removed", () => {
  const points = drawn([0, 0, 0], [0.1, 0, 0], [0.2, 0, 0]);
  points.remove(({ x }) => x === 0);
  points.add(0.3, 0, 0);
  assert.deepEqual(
    points.points.map(({ set }) => set),
    ["validation", "train", "test"],
  );
});

test("edits are undone and redone one by one", () => {
  const points = drawn([0, 0, 0], [0.5, 0.5, 1]);
  assert.ok(points.canUndo && !points.canRedo);
  points.undo();
  assert.equal(points.points.length, 1);
  points.undo();
  assert.equal(points.points.length, 0);
  assert.ok(!points.canUndo);
  points.undo(); // nothing is left
  points.redo();
  points.redo();
  points.redo();
  assert.deepEqual(
    points.points.map(({ x }) => x),
    [0, 0.5],
  );
});

test("all changes of one edit are undone together", () => {
  const points = new DrawnPoints(LIMITS);
  edit(points, () => {
    for (let i = 0; i < 5; i++) points.add(i / 10, 0, 0);
  });
  points.undo();
  assert.equal(points.points.length, 0);
});

test("an edit that changes nothing is not undone, and a new edit ends redo", () => {
  const points = drawn([0, 0, 0]);
  edit(points, () => points.add(5, 5, 0)); // outside of the plane
  edit(points, () => points.remove(() => false));
  points.undo();
  assert.equal(points.points.length, 0);
  assert.ok(points.isUntouched === false && points.canRedo);
  edit(points, () => points.add(0.2, 0.2, 0));
  assert.ok(!points.canRedo);
});

test("a hundred edits can be undone", () => {
  const points = new DrawnPoints({ ...LIMITS, maxPoints: 1000 });
  for (let i = 0; i < 120; i++) edit(points, () => points.add(0, 0, 0));
  for (let i = 0; i < 200; i++) points.undo();
  assert.equal(points.points.length, 20);
});

test("there is no room for more points than a table can have", () => {
  const points = new DrawnPoints({ ...LIMITS, maxPoints: 2 });
  assert.ok(points.add(0, 0, 0));
  assert.ok(!points.isFull && points.add(0, 0, 1));
  assert.ok(points.isFull);
  assert.equal(points.add(0, 0, 0), null);
});

test("points are moved within the plane, and the array changes with them", () => {
  const points = drawn([0, 0, 0], [0.5, 0.5, 1]);
  const before = points.points;
  const moved = points.move(before[1], 3, -0.123456789123);
  assert.deepEqual([moved.x, moved.y], [1, -0.123456789]);
  assert.notEqual(points.points, before);
  assert.equal(points.points[0], before[0]);
  assert.equal(points.points[1], moved);
});

test("classes are added up to the limit, and removed while they are empty", () => {
  const points = new DrawnPoints({ ...LIMITS, maxClasses: 4 });
  assert.ok(!points.canRemoveClass); // two are needed
  for (let i = 0; i < 5; i++) points.addClass();
  assert.deepEqual(points.classes, ["class 1", "class 2", "class 3", "class 4"]);
  assert.ok(!points.canAddClass);
  points.add(0, 0, 3);
  assert.ok(!points.canRemoveClass);
  points.undo();
  points.remove(() => true);
  points.removeClass();
  assert.equal(points.classes.length, 3);
});

test("a new class does not take a name that is in use", () => {
  const points = new DrawnPoints(LIMITS);
  points.begin({ ...EMPTY, classes: ["a", "class 3"] });
  points.addClass();
  assert.deepEqual(points.classes, ["a", "class 3", "class 4"]);
});

test("an empty plane keeps the number of classes", () => {
  const points = new DrawnPoints(LIMITS);
  points.begin({ ...EMPTY, classes: ["a", "b", "c"], features: ["u", "v"] });
  points.clear();
  assert.deepEqual(points.classes, ["class 1", "class 2", "class 3"]);
  assert.deepEqual(points.state.features, ["x1", "x2"]);
});

test("points become a table with a header and a line each", () => {
  const points = new DrawnPoints(LIMITS);
  points.begin({ ...EMPTY, features: ["x1", 'the "other"'], classes: ["a,b", "c"] });
  points.add(-0.5, 0.25, 0);
  points.add(1, 1, 1);
  assert.equal(toCsv(points.state), '"x1","the ""other""","label","split"\n-0.5,0.25,"a,b",train\n1,1,"c",train\n');
  assert.deepEqual(tableChoices(points.state), {
    features: ["x1", 'the "other"'],
    label: "label",
    split: "split",
    task: "classification",
    classes: ["a,b", "c"],
    extent: [-1, 1, -1, 1],
  });
});

test("points become typed sets, without those that are empty", () => {
  const { state } = drawn([0.5, 0.25, 0], [-1, 1, 1], [0.75, 0, 0]);
  assert.deepEqual(toSets(state), {
    train: { X: Float64Array.of(0.5, 0.25, -1, 1), y: Uint8Array.of(0, 1) },
    validation: { X: Float64Array.of(0.75, 0), y: Uint8Array.of(0) },
  });
});

test("a dataset of classes and two features is drawn on, without its test set", () => {
  const long = "n".repeat(150);
  const dataset = {
    ...toEmptyDataset({ ...EMPTY, features: [" label ", long], classes: ["a", "a", ""] }),
    sets: {
      train: { X: Float64Array.of(0.1, 0.2, 0.3, 0.4), y: Uint8Array.of(1, 1) },
      validation: { X: Float64Array.of(0.5, 0.6), y: Uint8Array.of(1) },
      test: { X: Float64Array.of(0.7, 0.8), y: Uint8Array.of(0) },
    },
  };
  const state = fromDataset(dataset, 100);
  assert.ok(state !== null);
  assert.deepEqual(state.features, ["x1", "n".repeat(100)]); // “label” is another column
  assert.deepEqual(state.classes, ["a", "class 2", "class 3"]);
  assert.deepEqual(state.points, [
    { x: 0.1, y: 0.2, label: 1, order: 0, set: "train" },
    { x: 0.3, y: 0.4, label: 1, order: 1, set: "train" },
    { x: 0.5, y: 0.6, label: 1, order: 2, set: "validation" },
  ]);
});

test("regressions and data of more than two features are not drawn on", () => {
  assert.equal(fromDataset(toEmptyDataset({ ...EMPTY, classes: [] }), 100), null);
  assert.equal(fromDataset(toEmptyDataset({ ...EMPTY, features: ["a", "b", "c"] }), 100), null);
});

test("points share a plane if extent, features and classes are equal", () => {
  const key = planeKey(EMPTY);
  assert.equal(planeKey({ ...EMPTY, extent: { y_max: 1, y_min: -1, x_max: 1, x_min: -1 } }), key);
  assert.notEqual(planeKey({ ...EMPTY, classes: ["class 1", "b"] }), key);
  assert.notEqual(planeKey({ ...EMPTY, extent: { ...EMPTY.extent, x_max: 2 } }), key);
  assert.equal(planeKey(null), "");
});
