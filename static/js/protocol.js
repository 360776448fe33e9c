// The protocol of the sockets. Binary documents become the typed objects that the page works with.
//
// This is the only module that knows the names inside a document. See docs/protocol.md.

import { readSafetensors } from "./lib/safetensors.js";

/** @typedef {"train" | "validation" | "test"} SetName */
/** @typedef {{x_min: number, x_max: number, y_min: number, y_max: number}} Extent */
/** @typedef {{X: Float64Array, y: Uint8Array | Float64Array}} Examples X row by row */

/**
 * The points that may be seen, and what they and the plane are called.
 * @typedef {object} Dataset
 * @property {"dataset"} kind
 * @property {boolean} isRegression
 * @property {string[]} classes empty for regression
 * @property {string[]} features
 * @property {string[]} inputs names of the network's inputs
 * @property {string} target
 * @property {[number, number]} axes the features that are drawn, across and up
 * @property {number[]} held the value of each feature that is not drawn
 * @property {Extent} extent of the plane
 * @property {[number, number]} targetRange of a regression
 * @property {number} targetScale of a regression: one unit of the network's output
 * @property {Partial<Record<SetName, Examples>>} sets those that are not empty
 * @property {Uint8Array} inputMaps
 */

/**
 * The network after one epoch, and the metrics that are new.
 * @typedef {object} Frame
 * @property {"frame"} kind
 * @property {number} number of the frame, to be acknowledged
 * @property {number} sinceEpoch the epoch of the first of the metrics
 * @property {number} epoch
 * @property {number} epochs of the whole run
 * @property {number} batch mini-batches trained of the next epoch
 * @property {number} batchesPerEpoch
 * @property {number} unitsShown of each hidden layer at most
 * @property {number} mapSize cells along a side of an activation map
 * @property {Record<string, Float64Array>} metrics by name, such as train_loss
 * @property {Uint8Array} predictionGrid
 * @property {Float32Array} theta
 * @property {Uint8Array} activationMaps
 * @property {Float32Array} activationRanges
 * @property {Int32Array} batchRows rows of the training set in the last mini-batch; may be empty
 */

/**
 * The points of some cells of a study.
 * @typedef {object} StudyPoints
 * @property {"points"} kind
 * @property {number[]} cells
 * @property {boolean} isRegression
 * @property {string[]} classes
 * @property {string} score
 * @property {Extent} extent
 * @property {Partial<Record<SetName, Examples>>} sets
 */

/**
 * The progress of all cells of a study.
 * @typedef {object} StudyFrame
 * @property {"study_frame"} kind
 * @property {number} number
 * @property {number} sinceEpoch
 * @property {number} epoch
 * @property {number} progress of the whole study, 0 to 1
 * @property {Record<string, Float64Array>} metrics by name: epochs × cells, row by row
 * @property {Uint8Array} predictionGrids for each of gridEpochs and each cell
 * @property {Int32Array} gridEpochs
 * @property {Int32Array} divergedAt by cell; 0 where it has not
 * @property {Int32Array} stoppedAt by cell; 0 where it has not
 * @property {Int32Array} shownEpoch by cell
 */

/** @typedef {Dataset | Frame | StudyPoints | StudyFrame} ServerDocument */

/**
 * The settings of a run by name; those that the page itself uses are spelled out.
 * @typedef {{dataset: string, table: string, hidden: number[], epochs: number, show_test: boolean} & Record<string, unknown>} RunConfig
 */
/**
 * New values of some fields, or of some weights, from a mini-batch on.
 * @typedef {{epoch: number, batch: number, config: {table?: string} & Record<string, unknown>,
 *   weights: [index: number, value: number][]}} ConfigChange
 */
/**
 * The configuration of a run at its start, and all that was done to it.
 * @typedef {{config: RunConfig, events: {type: "change" | "rewind" | "test", epoch: number}[]}} RunRecord
 */

/**
 * @typedef {object} ClassEvaluation
 * @property {string} name
 * @property {number} precision
 * @property {number} recall
 * @property {number} f1
 * @property {number} support
 */

/**
 * The metrics of a network on one set. What does not apply to the task is null or empty.
 * @typedef {object} Evaluation
 * @property {SetName} set
 * @property {number} epoch
 * @property {number} n examples in the set
 * @property {number | null} loss null if it is not finite
 * @property {number | null} accuracy in percent
 * @property {ClassEvaluation[]} classes
 * @property {number | null} macro_precision
 * @property {number | null} macro_recall
 * @property {number | null} macro_f1
 * @property {number[][]} confusion true class by predicted class
 * @property {number | null} r2
 * @property {number | null} rmse in the unit of the target
 */

/**
 * A text message about a run.
 * @typedef {{type: "ready" | "started", run: string, branch: number, config: RunConfig}
 *   | {type: "attached", run: string, branch: number, epoch: number, since: number, playing: boolean,
 *      begun: boolean, initial_config: RunConfig, config: RunConfig, changes: ConfigChange[], test_used: boolean}
 *   | {type: "resumed", epoch: number, branch: number, config: RunConfig, changes: ConfigChange[]}
 *   | {type: "config_changed", change: ConfigChange}
 *   | {type: "paused", epoch: number}
 *   | {type: "finished", epoch: number, stopped_early: boolean, shown_epoch: number}
 *   | {type: "diverged", epoch: number, reason: string}
 *   | {type: "evaluated", evaluation: Evaluation, test_used: boolean}
 *   | {type: "record", record: RunRecord}
 *   | {type: "error", code: string, message: string, field: string | null}} Report
 */

/** @typedef {{type: string, [field: string]: unknown}} Command a text message to the server */

export const SET_NAMES = /** @type {const} */ (["train", "validation", "test"]);
const METRIC = new RegExp(`^(${SET_NAMES.join("|")})_(loss|score)$`);
const NO_ROWS = new Int32Array(0);

/**
 * Decodes a binary message.
 * @param {ArrayBuffer} buffer
 * @returns {ServerDocument}
 */
export function decodeDocument(buffer) {
  const { metadata, tensors } = readSafetensors(buffer);
  switch (metadata.kind) {
    case "dataset":
      return dataset(metadata, tensors);
    case "frame":
      return frame(metadata, tensors);
    case "points":
      return {
        kind: "points",
        cells: metadata.cells,
        isRegression: metadata.task === "regression",
        classes: metadata.classes,
        score: metadata.score,
        extent: metadata.extent,
        sets: sets(tensors),
      };
    default:
      return studyFrame(metadata, tensors);
  }
}

/** @param {any} metadata @param {Record<string, any>} tensors @returns {Dataset} */
function dataset(metadata, tensors) {
  return {
    kind: "dataset",
    isRegression: metadata.task === "regression",
    classes: metadata.classes,
    features: metadata.features,
    inputs: metadata.inputs,
    target: metadata.target,
    axes: metadata.axes,
    held: metadata.held,
    extent: metadata.extent,
    targetRange: metadata.target_range ?? [0, 1],
    targetScale: metadata.target_scale ?? 1,
    sets: sets(tensors),
    inputMaps: tensors.input_maps,
  };
}

/** @param {any} metadata @param {Record<string, any>} tensors @returns {Frame} */
function frame(metadata, tensors) {
  return {
    kind: "frame",
    number: metadata.frame,
    sinceEpoch: metadata.since_epoch,
    epoch: metadata.epoch,
    epochs: metadata.epochs,
    batch: metadata.batch,
    batchesPerEpoch: metadata.batches_per_epoch,
    unitsShown: metadata.units_shown,
    mapSize: metadata.map_size,
    metrics: metrics(tensors),
    predictionGrid: tensors.prediction_grid,
    theta: tensors.theta,
    activationMaps: tensors.activation_maps,
    activationRanges: tensors.activation_ranges,
    batchRows: tensors.batch_rows ?? NO_ROWS,
  };
}

/** @param {any} metadata @param {Record<string, any>} tensors @returns {StudyFrame} */
function studyFrame(metadata, tensors) {
  return {
    kind: "study_frame",
    number: metadata.frame,
    sinceEpoch: metadata.since_epoch,
    epoch: metadata.epoch,
    progress: metadata.progress,
    metrics: metrics(tensors),
    predictionGrids: tensors.prediction_grids,
    gridEpochs: tensors.grid_epochs,
    divergedAt: tensors.diverged_at,
    stoppedAt: tensors.stopped_at,
    shownEpoch: tensors.shown_epoch,
  };
}

/** @param {Record<string, any>} tensors */
function sets(tensors) {
  /** @type {Partial<Record<SetName, Examples>>} */
  const found = {};
  for (const name of SET_NAMES) {
    if (`X_${name}` in tensors) found[name] = { X: tensors[`X_${name}`], y: tensors[`y_${name}`] };
  }
  return found;
}

/** @param {Record<string, any>} tensors @returns {Record<string, Float64Array>} */
function metrics(tensors) {
  return Object.fromEntries(Object.entries(tensors).filter(([name]) => METRIC.test(name)));
}
