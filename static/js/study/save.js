// Figures as files: a chart as PNG or SVG, the small multiples as PNG.

import { colour } from "../palette.js";

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

/** Saves the table of small multiples as it is drawn: its canvases, headings and figures. */
export function saveTable(table, name) {
  const frame = table.getBoundingClientRect();
  const context = paper(frame.width, frame.height);
  const place = (element) => {
    const { x, y, width, height } = element.getBoundingClientRect();
    return [x - frame.x, y - frame.y, width, height];
  };
  for (const canvas of table.querySelectorAll("canvas")) context.drawImage(canvas, ...place(canvas));
  context.textAlign = "center";
  context.textBaseline = "middle";
  for (const text of table.querySelectorAll("th, .numbers")) {
    const [x, y, width, height] = place(text);
    const lines = text.textContent.split("\n");
    context.font = `11px ${colour("--font")}`;
    context.fillStyle = colour("--ink");
    lines.forEach((line, i) =>
      context.fillText(line, x + width / 2, y + height / 2 + 16 * (i - (lines.length - 1) / 2)),
    );
  }
  download(context.canvas.toDataURL(), `${name}.png`);
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
