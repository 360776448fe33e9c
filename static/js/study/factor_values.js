// The list of values of an axis, as text: “1, 10, 50”, or “4; 8,8” where a value has commas of its own.

/**
 * The values in a text.
 * @param {string} text
 * @param {string} separator
 */
export function splitValues(text, separator) {
  const parts = text.split(separator).map((part) => part.trim());
  return parts.filter((part) => part !== "");
}

/**
 * The text of a list of values.
 * @param {string[]} values
 * @param {string} separator
 */
export function joinValues(values, separator) {
  return values.join(`${separator} `);
}

/**
 * The list without a value, or, if it lacks the value, with it: before the first value that follows it in `order`.
 * @param {string[]} values
 * @param {string} value
 * @param {string[]} order
 */
export function toggled(values, value, order) {
  if (values.includes(value)) return values.filter((other) => other !== value);
  const rank = order.indexOf(value);
  const next = values.findIndex((other) => order.indexOf(other) > rank);
  return values.toSpliced(next < 0 ? values.length : next, 0, value);
}
