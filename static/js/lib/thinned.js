// Fewer points for a line that has more than the display can show.

/** @typedef {{x: number[], y: (number | null)[]}} Line a null is a gap */

/**
 * At most `limit` points that draw the same line as all of them: the lowest and the highest value of each interval of
 * epochs, so that no spike is lost. An interval in which all values are NaN, or at least `largest`, becomes a gap.
 * @param {Float64Array} values by epoch
 * @param {number} limit
 * @param {number} largest
 * @returns {Line}
 */
export function thinned(values, limit, largest) {
  const interval = values.length <= limit ? 1 : Math.ceil((2 * values.length) / limit);
  /** @type {Line} */
  const line = { x: [], y: [] };
  for (let start = 0; start < values.length; start += interval) {
    let [low, high] = [-1, -1];
    const end = Math.min(start + interval, values.length);
    for (let i = start; i < end; i++) {
      if (!(values[i] < largest)) continue;
      if (low < 0 || values[i] < values[low]) low = i;
      if (high < 0 || values[i] > values[high]) high = i;
    }
    const drawn = low < 0 ? [start] : new Set([Math.min(low, high), Math.max(low, high)]);
    for (const i of drawn) {
      line.x.push(i);
      line.y.push(low < 0 ? null : values[i]);
    }
  }
  return line;
}
