// Plotly's layout of the axes around the decision boundary.

import { clipped, plainText } from "../../lib/text.js";
import { axis, CHART_MARGIN } from "../../lib/theme.js";

const LONGEST_TITLE = 60; // characters
const TITLE_DISTANCE = 4; // CSS pixels

/**
 * The layout for the plane of a dataset. A square plane gets axes with a common unit.
 * @param {import("../../protocol.js").Dataset} dataset
 */
export function boundaryLayout({ extent, features, axes }) {
  const width = extent.x_max - extent.x_min;
  const height = extent.y_max - extent.y_min;
  const isSquare = Math.abs(width - height) < 1e-9 * width;
  const [xTitle, yTitle] = axes.map((feature) => plainText(clipped(features[feature], LONGEST_TITLE)));
  return {
    margin: CHART_MARGIN,
    uirevision: JSON.stringify([extent, xTitle, yTitle]), // keeps the zoom while the plane is the same
    xaxis: axis({
      showgrid: false,
      range: [extent.x_min, extent.x_max],
      title: { text: xTitle, standoff: TITLE_DISTANCE },
      ...(isSquare && { constrain: "domain" }),
    }),
    yaxis: axis({
      showgrid: false,
      range: [extent.y_min, extent.y_max],
      title: { text: yTitle, standoff: TITLE_DISTANCE },
      ...(isSquare && { scaleanchor: "x", constrain: "domain" }),
    }),
  };
}
