// The ways to give the page a table: choose a file, drop a file, paste text.

import { query } from "../../lib/dom.js";

/** @typedef {(content: Blob) => void} ContentHandler */

const EDITABLE = "input, select, textarea, [contenteditable]";

/**
 * Listens for tables.
 * @param {HTMLElement} zone holds the file input and the button that opens the dialog; it is marked
 *   while a file is dragged over the page
 * @param {HTMLDialogElement} dialog with a textarea to paste into
 * @param {ContentHandler} onContent
 */
export function acceptTables(zone, dialog, onContent) {
  const input = query(zone, "input[type=file]", HTMLInputElement);
  input.addEventListener("change", () => {
    const file = input.files?.[0];
    if (file) onContent(file);
    input.value = ""; // so that the same file can be chosen again once it is corrected
  });
  acceptDrops(zone, onContent);
  acceptPastes(zone, dialog, onContent);
}

/** @param {HTMLElement} zone @param {ContentHandler} onContent */
function acceptDrops(zone, onContent) {
  const hasFile = (/** @type {DragEvent} */ event) => event.dataTransfer?.types.includes("Files") ?? false;
  addEventListener("dragover", (event) => {
    if (!hasFile(event)) return;
    event.preventDefault();
    zone.classList.add("over");
  });
  addEventListener("dragleave", (event) => {
    if (event.relatedTarget === null) zone.classList.remove("over");
  });
  addEventListener("drop", (event) => {
    if (!hasFile(event)) return;
    event.preventDefault();
    zone.classList.remove("over");
    const file = event.dataTransfer?.files[0];
    if (file) onContent(file);
  });
}

/** @param {HTMLElement} zone @param {HTMLDialogElement} dialog @param {ContentHandler} onContent */
function acceptPastes(zone, dialog, onContent) {
  const textarea = query(dialog, "textarea", HTMLTextAreaElement);
  query(zone, "[data-opens=paste]").addEventListener("click", () => {
    textarea.value = "";
    dialog.showModal();
  });
  dialog.addEventListener("close", () => {
    if (dialog.returnValue === "use" && textarea.value.trim() !== "") onContent(new Blob([textarea.value]));
    dialog.returnValue = "";
  });
  addEventListener("paste", (event) => {
    const isEditing = event.target instanceof Element && event.target.closest(EDITABLE) !== null;
    if (isEditing || document.querySelector("dialog[open]") || event.clipboardData === null) return;
    const [file] = event.clipboardData.files;
    const text = event.clipboardData.getData("text/plain");
    if (file === undefined && !isTabular(text)) return;
    event.preventDefault();
    onContent(file ?? new Blob([text]));
  });
}

/**
 * Whether a text looks like a table: two lines or more, with a delimiter in the first one.
 * @param {string} text
 */
export function isTabular(text) {
  const [first, second] = text.trim().split(/\r\n|\r|\n/, 2);
  return second !== undefined && /[,;\t|]/.test(first);
}
