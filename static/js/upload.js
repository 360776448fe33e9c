// A CSV table of one's own: chosen in the file picker or dropped anywhere on the page.

/**
 * @param {{input: HTMLInputElement, zone: HTMLElement,
 *          onTable: (table: object) => void, onProblem: (message: string) => void}} parts
 */
export function acceptTables({ input, zone, onTable, onProblem }) {
  const take = async (file) => {
    zone.setAttribute("aria-busy", "true");
    try {
      const response = await fetch("/tables", { method: "POST", body: file });
      const answer = await response.json();
      if (response.ok) onTable(answer);
      else onProblem(answer.message);
    } catch {
      onProblem("The table did not reach the server; try again.");
    } finally {
      zone.removeAttribute("aria-busy");
    }
  };

  input.addEventListener("change", () => {
    if (input.files.length > 0) take(input.files[0]);
    input.value = ""; // so that the same file, once mended, can be chosen again
  });

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
    take(event.dataTransfer.files[0]);
  });
}
