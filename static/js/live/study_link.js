// The link from the live page to a study of its present configuration over the number of training points.

import { byId, query } from "../lib/dom.js";

const link = byId("learning-curve", HTMLAnchorElement);
/** @type {Record<string, string>} what the study page needs beside the configuration */
const studyParameters = JSON.parse(link.dataset.parameters ?? "{}");
const trainingPoints = query(document, `[data-field="${studyParameters.first_field}"]`);

/** The address of the live page always has its present configuration. */
function updateAddress() {
  const parameters = new URLSearchParams(location.search);
  for (const [name, value] of Object.entries(studyParameters)) parameters.set(name, value);
  link.href = `study?${parameters}`;
}

/** The link does not apply to data with a fixed number of points, such as a table of the user's own. */
function showIfItApplies() {
  link.hidden = trainingPoints.hidden;
}

for (const event of ["pointerdown", "focus", "click"]) link.addEventListener(event, updateAddress);
new MutationObserver(showIfItApplies).observe(trainingPoints, { attributeFilter: ["hidden"] });
showIfItApplies();
