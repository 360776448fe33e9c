// The ways a table comes onto the page: chosen, dropped anywhere, pasted into the box or anywhere.

const TYPED_INTO = "input, select, textarea, [contenteditable]";

/**
 * @param {HTMLElement} zone holds the file input and the button that opens the box; it is marked
 *   while a file is dragged over the page
 * @param {HTMLDialogElement} box with a textarea to paste into
 * @param {(content: Blob) => void} onContent
 */
export function acceptTables(zone, box, onContent) {
  const input = zone.querySelector("input[type=file]");
  input.addEventListener("change", () => {
    if (input.files.length > 0) onContent(input.files[0]);
    input.value = ""; // so that the same file, once mended, can be chosen again
  });
  acceptDrops(zone, onContent);
  acceptPastes(zone, box, onContent);
}

function acceptDrops(zone, onContent) {
  const carriesFile = (event) => event.dataTransfer?.types.includes("Files");
  addEventListener("dragover", (event) => {
    if (!carriesFile(event)) return;
    event.preventDefault();
    zone.classList.add("over");
  });
  addEventListener("dragleave", (event) => {
    if (event.relatedTarget === null) zone.classList.remove("over");
  });
  addEventListener("drop", (event) => {
    if (!carriesFile(event)) return;
    event.preventDefault();
    zone.classList.remove("over");
    if (event.dataTransfer.files.length > 0) onContent(event.dataTransfer.files[0]);
  });
}

function acceptPastes(zone, box, onContent) {
  const text = box.querySelector("textarea");
  zone.querySelector("[data-opens=paste]").addEventListener("click", () => {
    text.value = "";
    box.showModal();
  });
  box.addEventListener("close", () => {
    if (box.returnValue === "take" && text.value.trim() !== "") onContent(new Blob([text.value]));
    box.returnValue = "";
  });
  addEventListener("paste", (event) => {
    if (event.target.closest?.(TYPED_INTO) || document.querySelector("dialog[open]")) return;
    const { files } = event.clipboardData;
    const pasted = event.clipboardData.getData("text/plain");
    if (files.length === 0 && !isTabular(pasted)) return;
    event.preventDefault();
    onContent(files[0] ?? new Blob([pasted]));
  });
}

/** Whether a text looks like rows of cells: two lines or more, cells in the first. */
function isTabular(text) {
  const [first, second] = text.trim().split(/\r\n|\r|\n/, 2);
  return second !== undefined && /[,;\t|]/.test(first);
}
