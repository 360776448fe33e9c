import assert from "node:assert/strict";
import { describe, test } from "node:test";

import { MetricsHistory } from "../../static/js/live/metrics_history.js";

const metrics = (...values) => ({ train_loss: Float64Array.from(values), train_score: Float64Array.from(values) });

describe("MetricsHistory", () => {
  test("joins the metrics of frames", () => {
    const history = new MetricsHistory();
    history.extend(metrics(3), 0);
    history.extend(metrics(2, 1), 1);
    assert.equal(history.length, 3);
    assert.deepEqual(Array.from(history.values("train_loss")), [3, 2, 1]);
    assert.equal(history.at("train_score", 1), 2);
    assert.deepEqual(history.sets, ["train"]);
  });

  test("grows beyond its first capacity", () => {
    const history = new MetricsHistory();
    const values = Array.from({ length: 1000 }, (_, i) => i);
    for (const epoch of values) history.extend(metrics(epoch), epoch);
    assert.deepEqual(Array.from(history.values("train_loss")), values);
  });

  test("replaces epochs after a truncation", () => {
    const history = new MetricsHistory();
    history.extend(metrics(5, 4, 3, 2), 0);
    history.truncate(1);
    assert.deepEqual(Array.from(history.values("train_loss")), [5, 4]);
    assert.equal(history.at("train_loss", 2), Number.NaN);
    history.truncate(9);
    assert.equal(history.length, 2);
    history.extend(metrics(9), 2);
    assert.deepEqual(Array.from(history.values("train_loss")), [5, 4, 9]);
  });

  test("has NaN before the first epoch of a set that is shown later", () => {
    const history = new MetricsHistory();
    history.extend(metrics(5, 4), 0);
    history.extend({ ...metrics(3), test_loss: Float64Array.of(7) }, 2);
    assert.deepEqual(history.sets, ["train", "test"]);
    assert.deepEqual(Array.from(history.values("test_loss")), [Number.NaN, Number.NaN, 7]);
  });

  test("is empty after clear", () => {
    const history = new MetricsHistory();
    history.extend(metrics(5, 4), 0);
    history.clear();
    assert.equal(history.length, 0);
    assert.deepEqual(history.sets, []);
    assert.equal(history.values("train_loss").length, 0);
    assert.equal(Number.isNaN(history.at("train_loss", 0)), true);
  });
});
