// Limits, choices and sizes that the server and the page share. The server writes them into the page.

import { byId } from "./dom.js";

/**
 * What `page_constants` in protocol/constants.py collects.
 * @typedef {object} Constants
 * @property {number} maxHiddenLayers
 * @property {number} maxClasses
 * @property {number} maxFeatures of a table that a network can have
 * @property {number} maxTableBytes
 * @property {number} maxTableRows
 * @property {number} maxNameLength characters of the name of a column or a class
 * @property {number[]} gridSizes cells along a side of the prediction grid, the smaller first
 * @property {number} largestDrawn charts leave out larger values
 * @property {Record<import("../protocol.js").SetName, {dash: "solid" | "dash" | "dot", symbol: string}>} lineStyles Plotly's names
 * @property {number} studyGridSize cells along a side of a thumbnail
 * @property {number} argmaxSteps confidence levels of a class in a thumbnail's byte
 * @property {number} maxRepeats of a study
 */

/** @type {Constants} */
export const constants = JSON.parse(byId("constants", HTMLScriptElement).text);
