// Numbers and names as text.

/**
 * A number with at most so many significant digits, grouped thousands and a true minus sign.
 * @param {number} value
 * @param {number} digits
 */
export function formatNumber(value, digits) {
  return withTrueMinus(value.toLocaleString("en", { maximumSignificantDigits: digits }));
}

/**
 * A number with a fixed count of decimals and a true minus sign.
 * @param {number} value
 * @param {number} decimals
 */
export function formatFixed(value, decimals) {
  return withTrueMinus(value.toFixed(decimals));
}

/**
 * A whole number with grouped thousands.
 * @param {number} value
 */
export function formatCount(value) {
  return value.toLocaleString("en");
}

/**
 * A count and what is counted: “1 point”, “2,000 points”.
 * @param {number} count
 * @param {string} singular
 * @param {string} [plural]
 */
export function plural(count, singular, plural = `${singular}s`) {
  return `${formatCount(count)} ${count === 1 ? singular : plural}`;
}

/**
 * At most `most` characters of a text; an ellipsis stands for the rest.
 * @param {string} text
 * @param {number} most
 */
export function clipped(text, most) {
  if (text.length <= most) return text; // the usual case: no text has more characters than code units
  const characters = Array.from(text.slice(0, 2 * most)); // a character takes one or two code units
  if (characters.length <= most && text.length <= 2 * most) return text;
  return `${characters.slice(0, most - 1).join("")}…`;
}

/**
 * A text whose writing direction does not affect the text around it.
 * @param {string} text
 */
export function isolated(text) {
  return `\u2068${text}\u2069`;
}

/**
 * A text that Plotly shows literally. Plotly reads a few tags and entities as markup.
 * @param {string} text
 */
export function plainText(text) {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}

/** @param {string} number */
function withTrueMinus(number) {
  return number.replace("-", "−");
}
