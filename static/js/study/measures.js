// The measures of the cells: which ones a study has, their titles, and their numbers as text.

import { formatFixed } from "../lib/text.js";
import { SET_NAMES } from "../protocol.js";

/** @typedef {import("../protocol.js").SetName} SetName */
/** @typedef {import("../../../types/study_state.d.ts").ScoreName} ScoreName */
/** @typedef {[name: string, title: string]} Choice of a select element */

/** @type {Record<ScoreName, {title: string, name: string, digits: number}>} */
const SCORES = {
  accuracy: { title: "accuracy, %", name: "accuracy", digits: 1 },
  r2: { title: "R²", name: "R²", digits: 3 },
};
const SHORT_R2_DIGITS = 2; // where space is scarce

/**
 * The title for scores of these kinds.
 * @param {ScoreName[]} scores
 */
export function scoreTitle(scores) {
  return scores.length === 1 ? SCORES[scores[0]].title : "score";
}

/**
 * The set that shows how well a network generalizes: the last of the sets that are evaluated.
 * @param {readonly SetName[]} sets
 */
export function heldOut(sets) {
  return SET_NAMES.findLast((name) => sets.includes(name)) ?? "train";
}

/**
 * The sets whose scores fit under a thumbnail.
 * @param {readonly SetName[]} sets that are evaluated
 * @returns {readonly SetName[]}
 */
export function thumbnailSets(sets) {
  return sets.length > 1 ? ["train", heldOut(sets)] : sets;
}

/**
 * The measures of the heatmap, the most important ones first.
 * @param {readonly SetName[]} sets that are evaluated
 * @param {ScoreName[]} scores
 * @returns {Choice[]}
 */
export function heatmapMeasures(sets, scores) {
  const choices = metricChoices(sets, scoreTitle(scores));
  const last = heldOut(sets);
  if (last !== "train" && scores.includes("accuracy")) choices.push(["epochs_to_90", "epochs to 90 %"]);
  if (last !== "train") choices.push(["gap", `train − ${last} ${scoreTitle(scores)}`]);
  return choices;
}

/**
 * The metrics of the curves, the most important ones first.
 * @param {readonly SetName[]} sets that are evaluated
 * @param {ScoreName[]} scores
 * @returns {Choice[]}
 */
export function curveMetrics(sets, scores) {
  return metricChoices(sets, scores.length === 1 ? SCORES[scores[0]].name : "score");
}

/**
 * The scores and the losses of the sets, the last set first.
 * @param {readonly SetName[]} sets that are evaluated
 * @param {string} score its name
 * @returns {Choice[]}
 */
function metricChoices(sets, score) {
  const found = SET_NAMES.filter((name) => sets.includes(name)).toReversed();
  return [
    ...found.map((name) => /** @type {Choice} */ ([`${name}_score`, `${name} ${score}`])),
    ...found.map((name) => /** @type {Choice} */ ([`${name}_loss`, `${name} loss`])),
  ];
}

/**
 * Digits after the decimal point of a measure.
 * @param {string} measure
 * @param {ScoreName | null} score of the cell
 */
export function measureDigits(measure, score) {
  if (measure === "epochs_to_90") return 0;
  return measure.endsWith("_loss") ? 3 : SCORES[score ?? "accuracy"].digits;
}

/**
 * Whether a measure has the unit of the score: percent, or that of R².
 * @param {string} measure
 */
export function isScore(measure) {
  return measure === "gap" || measure.endsWith("_score");
}

/**
 * Digits after the decimal point of a score where space is scarce.
 * @param {ScoreName} score
 */
export function scoreDigits(score) {
  return score === "r2" ? SHORT_R2_DIGITS : SCORES.accuracy.digits;
}

/**
 * A score without its unit: “93.5”, “0.93”.
 * @param {ScoreName} score
 * @param {number} value
 */
export function scoreNumber(score, value) {
  return formatFixed(value, scoreDigits(score));
}

/**
 * A score with its unit: “93.5 %”, “R² 0.93”.
 * @param {ScoreName} score
 * @param {number} value
 */
export function scoreText(score, value) {
  return score === "r2" ? `R² ${scoreNumber(score, value)}` : `${scoreNumber(score, value)} %`;
}
