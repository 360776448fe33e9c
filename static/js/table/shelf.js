// Tables of this visit, so that they can be sent again when the server has forgotten them. The last
// one also outlives a reload of the page; none outlives its tab.

const STORE = "mlp-live.table";
const MOST = 8;

export class TableShelf {
  #tables = new Map(); // digest → {content: Uint8Array, choices}

  constructor() {
    try {
      const { digest, content, choices } = JSON.parse(sessionStorage.getItem(STORE)) ?? {};
      if (digest) this.#tables.set(digest, { content: toBytes(content), choices });
    } catch {
      // What cannot be read is not there.
    }
  }

  get(digest) {
    return this.#tables.get(digest);
  }

  keep(digest, content, choices) {
    this.#tables.delete(digest);
    this.#tables.set(digest, { content, choices });
    if (this.#tables.size > MOST) this.#tables.delete(this.#tables.keys().next().value);
    try {
      sessionStorage.setItem(STORE, JSON.stringify({ digest, content: toText(content), choices }));
    } catch {
      sessionStorage.removeItem(STORE); // no room: it is there until the next reload
    }
  }
}

/** Bytes as a text of one character each, which takes less room than any other. */
function toText(bytes) {
  let text = "";
  for (let i = 0; i < bytes.length; i += 8192) text += String.fromCharCode(...bytes.subarray(i, i + 8192));
  return text;
}

function toBytes(text) {
  return Uint8Array.from(text, (character) => character.charCodeAt(0));
}
