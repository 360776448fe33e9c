// Beside the gallery of datasets: a button that fills in settings which train the chosen one well.

/** @param {HTMLFormElement} element @param {import("./form.js").ConfigForm} form of the same element */
export function suggestSettings(element, form) {
  const button = element.querySelector("[data-suggestions]");
  const suggestions = JSON.parse(button.dataset.suggestions);
  button.addEventListener("click", () => form.set(suggestions[element.elements.dataset.value]));
}
