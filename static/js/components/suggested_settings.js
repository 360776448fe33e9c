// A button beside the gallery of datasets. It fills in settings that train well on the chosen dataset.

import { query } from "../lib/dom.js";

/**
 * @param {HTMLFormElement} element
 * @param {import("./config_form.js").ConfigForm} form of the same element
 */
export function suggestSettings(element, form) {
  const button = query(element, "[data-suggestions]");
  /** @type {Record<string, Record<string, string>>} settings by dataset */
  const suggestions = JSON.parse(button.dataset.suggestions ?? "{}");
  button.addEventListener("click", () => form.set(suggestions[form.value("dataset")]));
}
