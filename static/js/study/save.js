// Figures as files: a chart as PNG or SVG, and so the small multiples.

import { colour } from "../palette.js";

const SVG = "http://www.w3.org/2000/svg";
const FONT_SIZE = 11;
const SCALE = 2; // pixels of a file to one of the page

/** Saves a Plotly chart. @param {"png"|"svg"} format */
export async function saveChart(chart, format, name) {
  const { clientWidth: width, clientHeight: height } = chart;
  const svg = await Plotly.toImage(chart, { format: "svg", width, height });
  if (format === "svg") {
    download(svg, `${name}.svg`);
    return;
  }
  // Plotly would go over a blob: address, which the page's security policy does not allow.
  const image = new Image();
  image.src = svg;
  await image.decode();
  const context = paper(width, height);
  context.drawImage(image, 0, 0, width, height);
  download(context.canvas.toDataURL(), `${name}.png`);
}

/** Saves the table of small multiples as it is drawn. @param {"png"|"svg"} format */
export function saveTable(table, format, name) {
  const frame = table.getBoundingClientRect();
  const place = (element) => {
    const { x, y, width, height } = element.getBoundingClientRect();
    return { x: x - frame.x, y: y - frame.y, width, height };
  };
  const images = [...table.querySelectorAll("canvas")].map((canvas) => ({ canvas, ...place(canvas) }));
  const lines = [...table.querySelectorAll("th, .numbers")].flatMap((element) => {
    const { x, y, width, height } = place(element);
    const texts = element.textContent.split("\n");
    const middle = (texts.length - 1) / 2;
    return texts.map((text, i) => ({ text, x: x + width / 2, y: y + height / 2 + 16 * (i - middle) }));
  });
  const drawn = format === "svg" ? svgOf(frame, images, lines) : pngOf(frame, images, lines);
  download(drawn, `${name}.${format}`);
}

function pngOf({ width, height }, images, lines) {
  const context = paper(width, height);
  for (const { canvas, ...place } of images) {
    context.drawImage(canvas, place.x, place.y, place.width, place.height);
  }
  context.textAlign = "center";
  context.textBaseline = "middle";
  context.font = `${FONT_SIZE}px ${colour("--font")}`;
  context.fillStyle = colour("--ink");
  for (const { text, x, y } of lines) context.fillText(text, x, y);
  return context.canvas.toDataURL();
}

/** The texts are text, which can be edited; the fields are the images that they are on the page. */
function svgOf({ width, height }, images, lines) {
  const svg = make("svg", { width, height, viewBox: `0 0 ${width} ${height}` });
  svg.append(make("rect", { width, height, fill: colour("--panel") }));
  for (const { canvas, ...place } of images) {
    svg.append(make("image", { ...place, href: canvas.toDataURL(), preserveAspectRatio: "none" }));
  }
  const font = { "font-size": FONT_SIZE, "font-family": colour("--font"), fill: colour("--ink") };
  const texts = make("g", { ...font, "text-anchor": "middle", "dominant-baseline": "middle" });
  for (const { text, x, y } of lines) {
    const line = make("text", { x, y });
    line.textContent = text;
    texts.append(line);
  }
  svg.append(texts);
  return `data:image/svg+xml;charset=utf-8,${encodeURIComponent(new XMLSerializer().serializeToString(svg))}`;
}

function make(name, attributes) {
  const element = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
  return element;
}

function paper(width, height) {
  const canvas = document.createElement("canvas");
  [canvas.width, canvas.height] = [SCALE * width, SCALE * height];
  const context = canvas.getContext("2d");
  context.scale(SCALE, SCALE);
  context.fillStyle = colour("--panel");
  context.fillRect(0, 0, width, height);
  return context;
}

function download(address, name) {
  const link = document.createElement("a");
  [link.href, link.download] = [address, name];
  link.click();
}
