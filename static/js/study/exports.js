// Charts and the small multiples as PNG and SVG files.

import { context2d } from "../components/canvas_layer.js";
import { create, queryAll } from "../lib/dom.js";
import { download } from "../lib/download.js";
import { color } from "../lib/theme.js";

/** @typedef {"png" | "svg"} Format */
/** @typedef {{x: number, y: number, width: number, height: number}} Box in CSS pixels, from the corner of the table */
/** @typedef {Box & {canvas: HTMLCanvasElement}} Picture */
/** @typedef {{text: string, x: number, y: number}} Label centered at x and y */

const SVG = "http://www.w3.org/2000/svg";
const FONT_SIZE = 11;
const LINE_HEIGHT = 16;
const SCALE = 2; // pixels of a PNG file for one of the page

/**
 * Saves a Plotly chart.
 * @param {HTMLElement} chart
 * @param {Format} format
 * @param {string} name of the file, without extension
 */
export async function saveChart(chart, format, name) {
  const { clientWidth: width, clientHeight: height } = chart;
  const svg = await Plotly.toImage(chart, { format: "svg", width, height, imageDataOnly: true });
  if (format === "svg") {
    saveSvg(svg, name);
    return;
  }
  // Plotly's own PNG goes through a blob: address, which the page's security policy does not allow.
  const image = new Image();
  image.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(svg)}`;
  await image.decode();
  const context = sheet(width, height);
  context.drawImage(image, 0, 0, width, height);
  savePng(context.canvas, name);
}

/**
 * Saves the table of small multiples as it is drawn.
 * @param {HTMLTableElement} table
 * @param {Format} format
 * @param {string} name of the file, without extension
 */
export function saveTable(table, format, name) {
  const frame = table.getBoundingClientRect();
  /** @param {Element} element @returns {Box} */
  const boxOf = (element) => {
    const { x, y, width, height } = element.getBoundingClientRect();
    return { x: x - frame.x, y: y - frame.y, width, height };
  };
  const pictures = queryAll(table, "canvas", HTMLCanvasElement).map((canvas) => ({ canvas, ...boxOf(canvas) }));
  const labels = queryAll(table, "caption, th, .numbers").flatMap((element) => {
    const { x, y, width, height } = boxOf(element);
    const lines = (element.textContent ?? "").split("\n");
    const middle = (lines.length - 1) / 2;
    return lines.map((text, i) => ({ text, x: x + width / 2, y: y + height / 2 + LINE_HEIGHT * (i - middle) }));
  });
  if (format === "svg") saveSvg(drawSvg(frame, pictures, labels), name);
  else savePng(drawPng(frame, pictures, labels), name);
}

/** @param {string} svg @param {string} name */
function saveSvg(svg, name) {
  download(`${name}.svg`, svg, "image/svg+xml");
}

/** @param {HTMLCanvasElement} canvas @param {string} name */
function savePng(canvas, name) {
  canvas.toBlob((blob) => {
    if (blob !== null) download(`${name}.png`, blob, "image/png");
  });
}

/**
 * @param {{width: number, height: number}} size
 * @param {Picture[]} pictures
 * @param {Label[]} labels
 */
function drawPng({ width, height }, pictures, labels) {
  const context = sheet(width, height);
  for (const { canvas, ...box } of pictures) context.drawImage(canvas, box.x, box.y, box.width, box.height);
  context.textAlign = "center";
  context.textBaseline = "middle";
  context.font = `${FONT_SIZE}px ${color("--font")}`;
  context.fillStyle = color("--ink");
  for (const { text, x, y } of labels) context.fillText(text, x, y);
  return context.canvas;
}

/**
 * An SVG document: the labels remain text, which can be edited; the canvases become images.
 * @param {{width: number, height: number}} size
 * @param {Picture[]} pictures
 * @param {Label[]} labels
 */
function drawSvg({ width, height }, pictures, labels) {
  const svg = createSvg("svg", { width, height, viewBox: `0 0 ${width} ${height}` });
  svg.append(createSvg("rect", { width, height, fill: color("--panel") }));
  for (const { canvas, ...box } of pictures) {
    svg.append(createSvg("image", { ...box, href: canvas.toDataURL(), preserveAspectRatio: "none" }));
  }
  const font = { "font-size": FONT_SIZE, "font-family": color("--font"), fill: color("--ink") };
  const texts = createSvg("g", { ...font, "text-anchor": "middle", "dominant-baseline": "middle" });
  for (const { text, x, y } of labels) {
    const element = createSvg("text", { x, y });
    element.textContent = text;
    texts.append(element);
  }
  svg.append(texts);
  return new XMLSerializer().serializeToString(svg);
}

/**
 * @param {string} tag
 * @param {Record<string, string | number>} attributes
 */
function createSvg(tag, attributes) {
  const element = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, String(value));
  return element;
}

/**
 * The context of an empty canvas of this size in CSS pixels.
 * @param {number} width
 * @param {number} height
 */
function sheet(width, height) {
  const canvas = create("canvas", { width: SCALE * width, height: SCALE * height });
  const context = context2d(canvas);
  context.scale(SCALE, SCALE);
  context.fillStyle = color("--panel");
  context.fillRect(0, 0, width, height);
  return context;
}
