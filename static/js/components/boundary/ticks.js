// Round numbers along an axis.

/**
 * Multiples of 1, 2 or 5 times a power of ten between two numbers.
 * @param {number} low
 * @param {number} high
 * @param {number} count how many intervals there are at most
 * @returns {number[]} in ascending order; none if `high` is not above `low`
 */
export function roundTicks(low, high, count) {
  if (!(high > low)) return [];
  const rough = (high - low) / count;
  const power = 10 ** Math.floor(Math.log10(rough));
  const factor = [1, 2, 5].find((candidate) => candidate * power >= rough) ?? 10;
  const step = power * factor;
  const first = Math.ceil(low / step);
  const last = Math.floor(high / step);
  return Array.from({ length: last - first + 1 }, (_, i) => (first + i) * step);
}
