// The field of the hidden layers, a list of widths such as "8,8,4": buttons add and remove a layer.

import { constants } from "../lib/constants.js";
import { query } from "../lib/dom.js";

const FIRST_WIDTH = 8;

/** @param {HTMLFormElement} form with the field `hidden` and buttons that are marked data-layers */
export function hiddenLayersInput(form) {
  const field = query(form, "input[name=hidden]", HTMLInputElement);
  const widths = () => {
    const parts = field.value.split(",").map((width) => width.trim());
    return parts.filter((width) => width !== "");
  };
  const write = (/** @type {(string | number)[]} */ list) => {
    field.value = list.join(",");
    field.dispatchEvent(new Event("change", { bubbles: true }));
  };
  query(form, "[data-layers=add]").addEventListener("click", () => {
    const list = widths();
    if (list.length < constants.maxHiddenLayers) write([...list, list.at(-1) ?? FIRST_WIDTH]);
  });
  query(form, "[data-layers=remove]").addEventListener("click", () => {
    if (field.value.trim() !== "") write(widths().slice(0, -1));
  });
}
