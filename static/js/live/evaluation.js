// The evaluation of the network that is shown: asked for by a button, shown in a dialog.

import { byId, create } from "../lib/dom.js";
import { formatFixed } from "../lib/text.js";

/** @typedef {import("../protocol.js").Evaluation} Evaluation */

const NOT_FINITE = "not finite"; // a loss may be infinite or NaN on a set that the network does not learn from

export class EvaluationDialog {
  #dialog = byId("evaluation", HTMLDialogElement);
  #testUsed = byId("test-used");

  /** @param {(set: "validation" | "test") => void} evaluate asks the server */
  constructor(evaluate) {
    byId("evaluate-validation").addEventListener("click", () => evaluate("validation"));
    byId("evaluate-test").addEventListener("click", () => evaluate("test"));
  }

  /** Whether anyone has seen results of this run on the test set. */
  set testUsed(/** @type {boolean} */ used) {
    this.#testUsed.hidden = !used;
  }

  /** @param {Evaluation} evaluation */
  show(evaluation) {
    const onTest = evaluation.set === "test";
    byId("evaluation-title").textContent =
      `${onTest ? "Test" : "Validation"} set: ${evaluation.n} points, network of epoch ${evaluation.epoch}`;
    byId("evaluation-summary").textContent = summary(evaluation);
    byId("evaluation-note").textContent = onTest
      ? "These points had no part in the training. If you now choose settings by this result, it is no longer an honest estimate. The run is marked “test used”."
      : "You may choose settings by these results as often as you like. The test set stays unseen.";
    const [classes, confusion] = [byId("evaluation-classes", HTMLTableElement), byId("confusion", HTMLTableElement)];
    const hasClasses = evaluation.classes.length > 0;
    for (const table of [classes, confusion]) {
      if (table.parentElement !== null) table.parentElement.hidden = !hasClasses;
    }
    if (hasClasses) {
      fillClasses(classes, evaluation);
      fillConfusion(confusion, evaluation);
    }
    this.#dialog.showModal();
  }
}

/** @param {Evaluation} evaluation */
function summary({ accuracy, classes, loss, macro_f1, r2, rmse }) {
  if (classes.length === 0) return `R² ${three(r2)} · RMSE ${rmse?.toPrecision(4) ?? NOT_FINITE} · loss ${three(loss)}`;
  return `Accuracy ${(accuracy ?? 0).toFixed(1)} % · macro F1 ${three(macro_f1)} · loss ${three(loss)}`;
}

/** @param {HTMLTableElement} table @param {Evaluation} evaluation */
function fillClasses(table, evaluation) {
  const rows = evaluation.classes.map(({ name, precision, recall, f1, support }) =>
    row(name, [precision, recall, f1].map(three), support),
  );
  const means = [evaluation.macro_precision, evaluation.macro_recall, evaluation.macro_f1].map(three);
  const macro = row("mean (macro)", means, evaluation.n);
  macro.className = "macro";
  table.tBodies[0].replaceChildren(...rows, macro);
}

/** @param {string} name @param {string[]} metrics @param {number} support */
function row(name, metrics, support) {
  return create("tr", {}, heading(name, "row"), ...[...metrics, String(support)].map(cell));
}

/** @param {HTMLTableElement} table @param {Evaluation} evaluation */
function fillConfusion(table, { confusion, classes }) {
  table.tHead?.remove();
  for (const body of [...table.tBodies]) body.remove();
  const head = table.createTHead().insertRow();
  head.append(heading("", "col"), ...classes.map(({ name }) => heading(name, "col")));
  const body = table.createTBody();
  confusion.forEach((counts, truth) => {
    const line = body.insertRow();
    line.append(heading(classes[truth].name, "row"));
    counts.forEach((count, predicted) => {
      const field = cell(String(count));
      field.style.setProperty("--share", String(count / Math.max(classes[truth].support, 1)));
      field.classList.toggle("right", predicted === truth);
      line.append(field);
    });
  });
}

/** @param {string} text @param {"row" | "col"} scope */
function heading(text, scope) {
  return create("th", { scope, title: text, textContent: text });
}

/** @param {string} text */
function cell(text) {
  return create("td", { textContent: text });
}

/** @param {number | null} value */
function three(value) {
  return value === null ? NOT_FINITE : formatFixed(value, 3);
}
