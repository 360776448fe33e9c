import assert from "node:assert/strict";
import { test } from "node:test";

import { StudyRecorder } from "../../../static/js/study/recorder.js";

const GRID_BYTES = 4;
const METRICS = ["train", "validation", "test"].flatMap((set) => [`${set}_loss`, `${set}_score`]);

/** A frame of two cells; metrics that are not given are NaN. */
function frame({ sinceEpoch, epoch, metrics, gridEpochs = [], grids = [], ...ends }) {
  const length = 2 * (epoch - sinceEpoch + 1);
  return {
    kind: "study_frame",
    number: 1,
    sinceEpoch,
    epoch,
    progress: 0,
    metrics: Object.fromEntries(
      METRICS.map((name) => [name, Float64Array.from(metrics[name] ?? new Array(length).fill(Number.NaN))]),
    ),
    predictionGrids: Uint8Array.from(grids),
    gridEpochs: Int32Array.from(gridEpochs),
    divergedAt: Int32Array.from(ends.divergedAt ?? [0, 0]),
    stoppedAt: Int32Array.from(ends.stoppedAt ?? [0, 0]),
    shownEpoch: Int32Array.from(ends.shownEpoch ?? [epoch, epoch]),
  };
}

/** Two frames: epochs 0 and 1, then epoch 2, in which the second cell has no metrics any more. */
function recorded(ends) {
  const recorder = new StudyRecorder(2, 3, GRID_BYTES);
  recorder.add(
    frame({
      sinceEpoch: 0,
      epoch: 1,
      metrics: {
        train_loss: [5, 50, 4, 40],
        train_score: [10, 11, 20, 21],
        test_score: [1, Number.NaN, 2, Number.NaN],
      },
      gridEpochs: [0],
      grids: [1, 1, 1, 1, 2, 2, 2, 2],
    }),
  );
  recorder.add(
    frame({
      sinceEpoch: 2,
      epoch: 2,
      metrics: { train_loss: [3, Number.NaN] },
      gridEpochs: [2],
      grids: [3, 3, 3, 3, 4, 4, 4, 4],
      ...ends,
    }),
  );
  return recorder;
}

test("frames are joined to the metrics of every epoch", () => {
  const recorder = recorded();
  assert.equal(recorder.epoch, 2);
  assert.deepEqual([...recorder.values("train_loss", 0)], [5, 4, 3]);
  assert.deepEqual([...recorder.values("train_loss", 1, 1)], [50, 40]);
  assert.deepEqual([...recorder.values("train_loss", 0, 2, 2)], [5, 3]);
  assert.equal(recorder.value("train_score", 1, 1), 21);
  assert.ok(Number.isNaN(recorder.value("train_loss", 0, 3)));
});

test("a metric of an unknown name is an error", () => {
  assert.throws(() => recorded().value("train_speed", 0, 0), /train_speed/);
});

test("a cell has the sets that it has scores of", () => {
  const recorder = recorded();
  assert.deepEqual(recorder.setsOf(0), ["train", "test"]);
  assert.deepEqual(recorder.setsOf(1), ["train"]);
  assert.deepEqual(recorder.sets, ["train", "test"]);
});

test("the grids of an epoch are the newest ones up to it", () => {
  const recorder = recorded();
  assert.equal(recorder.gridsAt(-1), null);
  assert.deepEqual([...recorder.gridsAt(1)(1)], [2, 2, 2, 2]);
  assert.deepEqual([...recorder.gridsAt(3)(0)], [3, 3, 3, 3]);
});

test("a run that trains less long keeps its last epoch", () => {
  assert.deepEqual(recorded().progressAt(1, 2), { epoch: 1, divergedAt: 0, stoppedAt: 0 });
  assert.deepEqual(new StudyRecorder(1, 3, GRID_BYTES).progressAt(0, 3), { epoch: -1, divergedAt: 0, stoppedAt: 0 });
});

test("a run is shown as diverged from the epoch at which it did, not before", () => {
  const recorder = recorded({ divergedAt: [0, 2] });
  assert.equal(recorder.progressAt(1, 1).divergedAt, 0);
  assert.equal(recorder.progressAt(1, 2).divergedAt, 2);
  assert.equal(recorder.progressAt(0, 2).divergedAt, 0);
});

test("a run that stopped early has the network of its best epoch, from the end on", () => {
  const recorder = recorded({ stoppedAt: [2, 0], shownEpoch: [1, 2] });
  assert.deepEqual(recorder.progressAt(0, 1), { epoch: 1, divergedAt: 0, stoppedAt: 0 });
  assert.deepEqual(recorder.progressAt(0, 2), { epoch: 1, divergedAt: 0, stoppedAt: 2 });
});
