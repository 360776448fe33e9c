// The live lab's link to a study of its present configuration over the number of training points.

const link = document.getElementById("over-n");
const points = document.querySelector('[data-field="n_train"]');

/** The address of the live lab tells its configuration, whatever has changed it. */
function aim() {
  const query = new URLSearchParams(location.search);
  for (const [name, value] of Object.entries({ first_field: "n_train", second_field: "", repeats: "5" })) {
    query.set(name, value);
  }
  link.href = `study?${query}`;
}

/** Data of one's own have as many points as they have. */
function showIfItApplies() {
  link.hidden = points.hidden;
}

for (const event of ["pointerdown", "focus", "click"]) link.addEventListener(event, aim);
new MutationObserver(showIfItApplies).observe(points, { attributeFilter: ["hidden"] });
showIfItApplies();
