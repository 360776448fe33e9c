// Finding and making elements. What is missing is an error at once, not a null that fails later.

/**
 * The element with an id.
 * @template {HTMLElement} [T=HTMLElement]
 * @param {string} id
 * @param {new () => T} [type] the class of the element, such as HTMLInputElement
 * @returns {T}
 */
export function byId(id, type) {
  return checked(document.getElementById(id), `#${id}`, type);
}

/**
 * The first element in `root` that matches a selector.
 * @template {HTMLElement} [T=HTMLElement]
 * @param {ParentNode} root
 * @param {string} selector
 * @param {new () => T} [type] the class of the element
 * @returns {T}
 */
export function query(root, selector, type) {
  return checked(root.querySelector(selector), selector, type);
}

/**
 * All elements in `root` that match a selector.
 * @template {HTMLElement} [T=HTMLElement]
 * @param {ParentNode} root
 * @param {string} selector
 * @param {new () => T} [type] the class of every element
 * @returns {T[]}
 */
export function queryAll(root, selector, type) {
  return Array.from(root.querySelectorAll(selector), (element) => checked(element, selector, type));
}

/**
 * A new element.
 * @template {keyof HTMLElementTagNameMap} K
 * @param {K} tag
 * @param {Partial<Omit<HTMLElementTagNameMap[K], "dataset" | "style">> & {dataset?: Record<string, string>}} [properties]
 *   of the element; those in `dataset` become data-… attributes
 * @param {...(Node | string)} children
 * @returns {HTMLElementTagNameMap[K]}
 */
export function create(tag, { dataset, ...properties } = {}, ...children) {
  const element = document.createElement(tag);
  Object.assign(element, properties);
  Object.assign(element.dataset, dataset);
  element.append(...children);
  return element;
}

/**
 * Writes a text, unless the element has it already: the page is then not laid out again.
 * @param {Element} element
 * @param {string} text
 */
export function setText(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

/**
 * @template {HTMLElement} T
 * @param {Element | null} element
 * @param {string} selector
 * @param {new () => T} [type]
 * @returns {T}
 */
function checked(element, selector, type) {
  if (element instanceof (type ?? HTMLElement)) return /** @type {T} */ (element);
  throw new Error(`The page has no ${type?.name ?? "element"} ${selector}.`);
}
