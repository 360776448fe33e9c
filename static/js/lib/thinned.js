// Fewer points for a line that has more than the display can show.

/** @typedef {{x: number[], y: (number | null)[]}} Line a null is a gap */

/**
 * At most `limit` points that draw the same line as all of them: the lowest and the highest value of each interval of
 * epochs, so that no spike is lost. NaN and values of at least `largest` become gaps.
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
    let [low, high] = [start, start];
    const end = Math.min(start + interval, values.length);
    for (let i = start; i < end; i++) {
      if (values[i] < values[low]) low = i;
      if (values[i] > values[high]) high = i;
    }
    for (const i of new Set([Math.min(low, high), Math.max(low, high)])) {
      line.x.push(i);
      line.y.push(values[i] < largest ? values[i] : null);
    }
  }
  return line;
}
