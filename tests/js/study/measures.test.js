import assert from "node:assert/strict";
import { test } from "node:test";

import { describeBest } from "../../../static/js/study/best_cell.js";
import {
  curveMetrics,
  heatmapMeasures,
  heldOut,
  measureDigits,
  scoreNumber,
  scoreText,
  scoreTitle,
  thumbnailSets,
} from "../../../static/js/study/measures.js";

const ALL = ["train", "validation", "test"];

test("generalization is read from the last set that is evaluated", () => {
  assert.equal(heldOut(ALL), "test");
  assert.equal(heldOut(["train", "validation"]), "validation");
  assert.deepEqual(thumbnailSets(ALL), ["train", "test"]);
  assert.deepEqual(thumbnailSets(["train"]), ["train"]);
});

test("a study of classes has all measures, the most important ones first", () => {
  assert.deepEqual(heatmapMeasures(ALL, ["accuracy"]), [
    ["test_score", "test accuracy, %"],
    ["validation_score", "validation accuracy, %"],
    ["train_score", "train accuracy, %"],
    ["test_loss", "test loss"],
    ["validation_loss", "validation loss"],
    ["train_loss", "train loss"],
    ["epochs_to_90", "epochs to 90 %"],
    ["gap", "train − test accuracy, %"],
  ]);
});

test("without a held-out set there is no gap, and without accuracies no 90 %", () => {
  const names = (sets, scores) => heatmapMeasures(sets, scores).map(([name]) => name);
  assert.deepEqual(names(["train"], ["accuracy"]), ["train_score", "train_loss"]);
  assert.deepEqual(names(["train", "test"], ["r2"]), ["test_score", "train_score", "test_loss", "train_loss", "gap"]);
});

test("scores of two kinds have a common title", () => {
  assert.equal(scoreTitle(["accuracy"]), "accuracy, %");
  assert.equal(scoreTitle(["accuracy", "r2"]), "score");
  assert.deepEqual(curveMetrics(["train", "test"], ["accuracy"])[0], ["test_score", "test accuracy"]);
  assert.deepEqual(curveMetrics(["train"], ["accuracy", "r2"]), [
    ["train_score", "train score"],
    ["train_loss", "train loss"],
  ]);
});

test("numbers have the digits and the unit of their measure", () => {
  assert.equal(measureDigits("epochs_to_90", "accuracy"), 0);
  assert.equal(measureDigits("test_loss", "r2"), 3);
  assert.equal(measureDigits("gap", "r2"), 3);
  assert.equal(measureDigits("gap", null), 1);
  assert.equal(scoreText("accuracy", 93.46), "93.5 %");
  assert.equal(scoreText("r2", -0.126), "R² −0.13");
  assert.equal(scoreNumber("r2", 0.9), "0.90");
});

test("the best cell is told with the score that chose it, and its score on the test set", () => {
  const chosen = { set: "validation", mean: 93, interval: null, covers: "" };
  const worth = { set: "test", mean: 92, interval: [90.04, 93.96], covers: "for the mean on new data" };
  const best = { cell: 0, score: "accuracy", warning: "", chosen, test: worth };
  assert.equal(
    describeBest("A", best),
    "A: chosen by its validation accuracy 93.0\u00a0%; test accuracy 92.0\u00a0%, 95 % interval 90.0 to 94.0 for the mean on new data",
  );
  assert.equal(describeBest("A", { ...best, test: null }), "A: chosen by its validation accuracy 93.0\u00a0%");
  assert.equal(
    describeBest("A", { ...best, chosen: worth, test: null }),
    "A: test accuracy 92.0\u00a0%, 95 % interval 90.0 to 94.0 for the mean on new data",
  );
  assert.equal(
    describeBest("A", { ...best, score: "r2", chosen: { set: "test", mean: 0.5, interval: null, covers: "" }, test: null }),
    "A: test R²\u00a00.50",
  );
});

test("an interval is rounded outwards, so that it has a width", () => {
  const tested = { set: "test", mean: 100, interval: [99.996, 100], covers: "for the mean on new data" };
  const chosen = { set: "validation", mean: 100, interval: null, covers: "" };
  assert.match(
    describeBest("A", { cell: 0, score: "accuracy", warning: "", chosen, test: tested }),
    /95 % interval 99\.9 to 100\.0 for the mean on new data$/,
  );
});
