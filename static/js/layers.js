// The hidden layers, a list of widths such as "8,8,4": a layer more or a layer less at a click.

const MOST_LAYERS = 8;
const FIRST_WIDTH = 8;

/** @param {HTMLFormElement} form with buttons marked data-layers beside the field `hidden` */
export function editLayers(form) {
  const field = form.elements.hidden;
  const widths = () => field.value.split(",").map((width) => width.trim()).filter(Boolean);
  const set = (list) => {
    field.value = list.join(",");
    field.dispatchEvent(new Event("change", { bubbles: true }));
  };
  form.querySelector("[data-layers=add]").addEventListener("click", () => {
    const list = widths();
    if (list.length < MOST_LAYERS) set([...list, list.at(-1) ?? FIRST_WIDTH]);
  });
  form.querySelector("[data-layers=remove]").addEventListener("click", () => {
    if (field.value.trim() !== "") set(widths().slice(0, -1));
  });
}
