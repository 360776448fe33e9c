import assert from "node:assert/strict";
import { describe, test } from "node:test";

import { readSafetensors } from "../../static/js/lib/safetensors.js";
import { decodeDocument } from "../../static/js/protocol.js";

const DTYPES = new Map([
  [Uint8Array, "U8"],
  [Int32Array, "I32"],
  [Float32Array, "F32"],
  [Float64Array, "F64"],
]);

/** A safetensors document as the server writes it: aligned by a padded header and by the order of the tensors. */
function encode(tensors, metadata) {
  const sorted = Object.entries(tensors).sort(([, a], [, b]) => b.BYTES_PER_ELEMENT - a.BYTES_PER_ELEMENT);
  const header = { __metadata__: { metadata: JSON.stringify(metadata) } };
  let end = 0;
  for (const [name, tensor] of sorted) {
    const data_offsets = [end, end + tensor.byteLength];
    header[name] = { dtype: DTYPES.get(tensor.constructor), shape: [tensor.length], data_offsets };
    end += tensor.byteLength;
  }
  const text = new TextEncoder().encode(JSON.stringify(header));
  const headerLength = 8 * Math.ceil(text.length / 8);
  const buffer = new ArrayBuffer(8 + headerLength + end);
  const bytes = new Uint8Array(buffer).fill(32, 8, 8 + headerLength);
  new DataView(buffer).setBigUint64(0, BigInt(headerLength), true);
  bytes.set(text, 8);
  let place = 8 + headerLength;
  for (const [, tensor] of sorted) {
    bytes.set(new Uint8Array(tensor.buffer, tensor.byteOffset, tensor.byteLength), place);
    place += tensor.byteLength;
  }
  return buffer;
}

test("tensors are views of the document", () => {
  const tensors = {
    a: Float64Array.of(1.5, -2),
    b: Float32Array.of(0.5, 4),
    c: Int32Array.of(-7, 2 ** 30),
    d: Uint8Array.of(0, 255, 7),
  };
  const buffer = encode(tensors, { text: "θ “x”", list: [1, 2] });
  const found = readSafetensors(buffer);
  assert.deepEqual(found.tensors, tensors);
  assert.deepEqual(found.metadata, { text: "θ “x”", list: [1, 2] });
  for (const tensor of Object.values(found.tensors)) assert.equal(tensor.buffer, buffer);
});

describe("decodeDocument", () => {
  const extent = { x_min: -1, x_max: 1, y_min: -2, y_max: 2 };

  test("a dataset has the sets that are not empty", () => {
    const metadata = {
      kind: "dataset",
      task: "classification",
      classes: ["red", "blue"],
      features: ["x1", "x2"],
      inputs: ["x₁", "x₂", "x₁x₂"],
      target: "label",
      axes: [0, 1],
      held: [0, 0],
      extent,
    };
    const X = Float64Array.of(1, 2, 3, 4);
    const y = Uint8Array.of(0, 1);
    const input_maps = Uint8Array.of(9);
    const dataset = decodeDocument(encode({ X_train: X, y_train: y, X_test: X, y_test: y, input_maps }, metadata));
    assert.deepEqual(dataset, {
      kind: "dataset",
      isRegression: false,
      classes: ["red", "blue"],
      features: ["x1", "x2"],
      inputs: ["x₁", "x₂", "x₁x₂"],
      target: "label",
      axes: [0, 1],
      held: [0, 0],
      extent,
      targetRange: [0, 1],
      targetScale: 1,
      sets: { train: { X, y }, test: { X, y } },
      inputMaps: input_maps,
    });
  });

  test("a regression has a range and a scale of its target", () => {
    const metadata = { kind: "dataset", task: "regression", target_range: [-3, 5], target_scale: 2, extent };
    const dataset = decodeDocument(encode({ input_maps: new Uint8Array(0) }, metadata));
    assert.deepEqual(
      [dataset.isRegression, dataset.targetRange, dataset.targetScale, dataset.sets],
      [true, [-3, 5], 2, {}],
    );
  });

  test("a frame has its metrics apart from what is drawn", () => {
    const metadata = {
      kind: "frame",
      frame: 4,
      since_epoch: 2,
      epoch: 3,
      epochs: 150,
      batch: 0,
      batches_per_epoch: 20,
      units_shown: 16,
      map_size: 40,
    };
    const tensors = {
      train_loss: Float64Array.of(0.5, 0.25),
      train_score: Float64Array.of(50, 75),
      prediction_grid: Uint8Array.of(1, 2, 3, 4),
      theta: Float32Array.of(1, 2),
      activation_maps: Uint8Array.of(5),
      activation_ranges: Float32Array.of(-1, 1),
    };
    const frame = decodeDocument(encode(tensors, metadata));
    assert.deepEqual(frame, {
      kind: "frame",
      number: 4,
      sinceEpoch: 2,
      epoch: 3,
      epochs: 150,
      batch: 0,
      batchesPerEpoch: 20,
      unitsShown: 16,
      mapSize: 40,
      metrics: { train_loss: tensors.train_loss, train_score: tensors.train_score },
      predictionGrid: tensors.prediction_grid,
      theta: tensors.theta,
      activationMaps: tensors.activation_maps,
      activationRanges: tensors.activation_ranges,
      batchRows: new Int32Array(0),
    });
    const batch_rows = Int32Array.of(3, 1);
    assert.deepEqual(decodeDocument(encode({ ...tensors, batch_rows }, metadata)).batchRows, batch_rows);
  });

  test("documents of a study", () => {
    const points = {
      kind: "points",
      cells: [0, 2],
      task: "classification",
      classes: ["a", "b"],
      score: "accuracy",
      extent,
    };
    const X = Float64Array.of(1, 2);
    const y = Uint8Array.of(1);
    assert.deepEqual(decodeDocument(encode({ X_train: X, y_train: y }, points)), {
      kind: "points",
      cells: [0, 2],
      isRegression: false,
      classes: ["a", "b"],
      score: "accuracy",
      extent,
      sets: { train: { X, y } },
    });
    const metadata = { kind: "study_frame", frame: 2, since_epoch: 5, epoch: 6, progress: 0.25 };
    const tensors = {
      train_loss: Float64Array.of(1, 2),
      prediction_grids: Uint8Array.of(1),
      grid_epochs: Int32Array.of(6),
      diverged_at: Int32Array.of(0, 3),
      stopped_at: Int32Array.of(0, 0),
      shown_epoch: Int32Array.of(6, 2),
    };
    assert.deepEqual(decodeDocument(encode(tensors, metadata)), {
      kind: "study_frame",
      number: 2,
      sinceEpoch: 5,
      epoch: 6,
      progress: 0.25,
      metrics: { train_loss: tensors.train_loss },
      predictionGrids: tensors.prediction_grids,
      gridEpochs: tensors.grid_epochs,
      divergedAt: tensors.diverged_at,
      stoppedAt: tensors.stopped_at,
      shownEpoch: tensors.shown_epoch,
    });
  });
});
