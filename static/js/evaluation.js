// The verdict on the network that is shown: asked for by a button, told in a dialog.

const element = (id) => document.getElementById(id);

export class Evaluation {
  #dialog = element("evaluation");

  /** @param {(set: "validation"|"test") => void} ask asks the server */
  constructor(ask) {
    element("evaluate-validation").addEventListener("click", () => ask("validation"));
    element("evaluate-test").addEventListener("click", () => ask("test"));
  }

  /** Whether anyone has looked at this run's results on the test set. */
  set testUsed(used) {
    element("test-used").hidden = !used;
  }

  /** Shows what the server has found. */
  show(found) {
    const onTest = found.set === "test";
    element("evaluation-title").textContent =
      `${onTest ? "Test" : "Validation"} set: ${found.n} points, network of epoch ${found.epoch}`;
    element("evaluation-summary").textContent = summary(found);
    element("evaluation-note").textContent = onTest
      ? "These points had no part in the training. Once you choose by this figure it is no longer honest: the run is marked “test used”."
      : "Choose by these figures as often as you like; the test set stays unseen.";
    const classes = found.classes.length > 0;
    element("evaluation-classes").parentElement.hidden = !classes;
    element("confusion").parentElement.hidden = !classes;
    if (classes) {
      fillClasses(found);
      fillConfusion(found);
    }
    this.#dialog.showModal();
  }
}

function summary({ accuracy, loss, macro_f1, r2, rmse }) {
  if (r2 !== null) return `R² ${r2.toFixed(3)} · RMSE ${rmse.toPrecision(4)} · loss ${loss.toFixed(3)}`;
  return `Accuracy ${accuracy.toFixed(1)} % · macro F1 ${macro_f1.toFixed(3)} · loss ${loss.toFixed(3)}`;
}

function fillClasses(found) {
  const rows = found.classes.map(({ name, precision, recall, f1, support }) =>
    row(name, [precision, recall, f1].map(three), support),
  );
  const means = [found.macro_precision, found.macro_recall, found.macro_f1].map(three);
  const macro = row("mean (macro)", means, found.n);
  macro.className = "macro";
  element("evaluation-classes").tBodies[0].replaceChildren(...rows, macro);
}

function row(name, figures, support) {
  const line = document.createElement("tr");
  line.append(heading(name, "row"), ...[...figures, support].map(cell));
  return line;
}

function fillConfusion({ confusion, classes }) {
  const table = element("confusion");
  table.tHead?.remove();
  for (const body of [...table.tBodies]) body.remove();
  const head = table.createTHead().insertRow();
  head.append(heading("", "col"), ...classes.map(({ name }) => heading(name, "col")));
  const body = table.createTBody();
  confusion.forEach((counts, truth) => {
    const line = body.insertRow();
    line.append(heading(classes[truth].name, "row"));
    counts.forEach((count, answer) => {
      const field = cell(count);
      field.style.setProperty("--share", count / Math.max(classes[truth].support, 1));
      field.classList.toggle("right", answer === truth);
      line.append(field);
    });
  });
}

function heading(text, scope) {
  const name = document.createElement("th");
  name.scope = scope;
  name.title = text;
  name.textContent = text;
  return name;
}

function cell(text) {
  const field = document.createElement("td");
  field.textContent = text;
  return field;
}

const three = (value) => value.toFixed(3);
