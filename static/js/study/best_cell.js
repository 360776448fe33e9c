// The best cell of a study in words.

import { formatFixed } from "../lib/text.js";
import { scoreDigits, scoreText } from "./measures.js";

/** @typedef {import("../../../types/study_state.d.ts").BestCell} BestCell */
/** @typedef {import("../../../types/study_state.d.ts").ScoreName} ScoreName */
/** @typedef {import("../../../types/study_state.d.ts").SetScore} SetScore */

const NO_BREAK = "\u00a0";

/**
 * The name of the cell, the score that chose it, and its score on the test set if that had no part in the choice.
 * @param {string} name of the cell
 * @param {BestCell} best
 */
export function describeBest(name, { score, chosen, test }) {
  if (chosen.set === "test") return `${name}: ${describeScore(chosen, score)}`;
  const choice = `${name}: chosen by its ${describeScore(chosen, score)}`;
  return test === null ? choice : `${choice}; ${describeScore(test, score)}`;
}

/**
 * “test accuracy 93.5 %, 95 % interval 92.1 to 94.9 for the mean on new data”. The bounds are rounded outwards.
 * @param {SetScore} setScore
 * @param {ScoreName} score
 */
function describeScore({ set, mean, interval, covers }, score) {
  const name = score === "r2" ? set : `${set} accuracy`;
  const text = `${name} ${scoreText(score, mean).replace(" ", NO_BREAK)}`;
  if (interval === null) return text;
  const digits = scoreDigits(score);
  const low = Math.floor(interval[0] * 10 ** digits) / 10 ** digits;
  const high = Math.ceil(interval[1] * 10 ** digits) / 10 ** digits;
  return `${text}, 95 % interval ${formatFixed(low, digits)} to ${formatFixed(high, digits)} ${covers}`;
}
