// Tables of this visit, so that they can be uploaded again when the server has dropped them. The last
// one also survives a reload of the page. None survives its tab.

/** @typedef {import("./api.js").TableChoices} TableChoices */
/** @typedef {{content: Uint8Array<ArrayBuffer>, choices: TableChoices | null}} CachedTable */

const STORAGE_KEY = "mlp-live.table";
const CAPACITY = 8;
const CHUNK = 8192; // bytes; a function takes a limited number of arguments

export class TableCache {
  /** @type {Map<string, CachedTable>} by digest, the oldest first */
  #tables = new Map();

  constructor() {
    try {
      const { digest, content, choices } = JSON.parse(sessionStorage.getItem(STORAGE_KEY) ?? "{}");
      if (digest) this.#tables.set(digest, { content: toBytes(content), choices });
    } catch {
      // A browser that blocks storage has nothing to restore.
    }
  }

  /** @param {string} digest */
  get(digest) {
    return this.#tables.get(digest);
  }

  /** @param {string} digest @param {CachedTable} table */
  set(digest, { content, choices }) {
    this.#tables.delete(digest);
    this.#tables.set(digest, { content, choices });
    const [oldest] = this.#tables.keys();
    if (this.#tables.size > CAPACITY) this.#tables.delete(oldest);
    try {
      sessionStorage.setItem(STORAGE_KEY, JSON.stringify({ digest, content: toText(content), choices }));
    } catch {
      sessionStorage.removeItem(STORAGE_KEY); // too large: it does not survive a reload
    }
  }
}

/**
 * Bytes as a text of one character each, the most compact form in storage.
 * @param {Uint8Array} bytes
 */
function toText(bytes) {
  let text = "";
  for (let i = 0; i < bytes.length; i += CHUNK) text += String.fromCharCode(...bytes.subarray(i, i + CHUNK));
  return text;
}

/** @param {string} text */
function toBytes(text) {
  return Uint8Array.from(text, (character) => character.charCodeAt(0));
}
