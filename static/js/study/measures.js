// What is told of a study's cells, and what it is called, for the sets and scores that there are.

export const SETS = ["train", "validation", "test"];

const SCORES = { accuracy: { title: "accuracy, %", digits: 1 }, r2: { title: "R²", digits: 3 } };

/** What a score is called where cells may have `scores` of different kinds. */
export function scoreTitle(scores) {
  return scores.length === 1 ? SCORES[scores[0]].title : "score";
}

/** The set that tells how a cell does on what it has not learnt from: of those that were looked at. */
export function heldOut(sets) {
  return SETS.toReversed().find((name) => sets.includes(name));
}

/** What the heatmap can show: names with their titles, the most telling first. */
export function measures(sets, scores) {
  const found = SETS.filter((name) => sets.includes(name)).reverse();
  const held = heldOut(sets);
  const list = [
    ...found.map((name) => [`${name}_score`, `${name} ${scoreTitle(scores)}`]),
    ...found.map((name) => [`${name}_loss`, `${name} loss`]),
  ];
  if (held !== "train" && scores.includes("accuracy")) list.push(["epochs_to_90", "epochs to 90 %"]);
  if (held !== "train") list.push(["gap", `train − ${held} ${scoreTitle(scores)}`]);
  return list;
}

/** What the curves can show. */
export function metrics(sets, scores) {
  const title = scoreTitle(scores).replace(", %", "");
  return ["score", "loss"].flatMap((what) =>
    SETS.filter((name) => sets.includes(name))
      .reverse()
      .map((name) => [`${name}_${what}`, `${name} ${what === "loss" ? what : title}`]),
  );
}

/** Digits after the point of a measure of a cell whose score is `score`. */
export function digits(measure, score) {
  if (measure === "epochs_to_90") return 0;
  return measure.endsWith("_loss") ? 3 : SCORES[score ?? "accuracy"].digits;
}

/** A score as it is told: “93.5 %”, “R² 0.93”. */
export function scoreText(score, value) {
  return score === "r2" ? `R² ${value.toFixed(2)}` : `${value.toFixed(1)} %`;
}

/** The same where it is said beside it what it is. */
export function scoreNumber(score, value) {
  return value.toFixed(score === "r2" ? 2 : 1);
}

/** Offers these choices, [value, text] each; what was chosen stays so, if it is still there. */
export function offer(select, choices) {
  const chosen = select.value;
  select.replaceChildren(...choices.map(([value, text]) => new Option(text, value)));
  if (choices.some(([value]) => value === chosen)) select.value = chosen;
}
