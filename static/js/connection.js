// The socket to the server: sends commands as JSON, receives reports and decoded documents.

import { decodeDocument } from "./protocol.js";

/** @typedef {import("./protocol.js").Command} Command */
/** @typedef {import("./protocol.js").ServerDocument} ServerDocument */

/**
 * @template Report, Document
 * @typedef {object} Handlers
 * @property {(state: "open" | "lost") => void} onState there is a connection; or it was lost, or an attempt to connect
 *   has failed
 * @property {(report: Report) => void} onReport
 * @property {(document: Document) => void} onDocument
 */

const RETRY_MS = [250, 500, 1000, 2000, 4000];
const CONNECT_TIMEOUT_MS = 5000;

/**
 * @template Report a text message of this socket
 * @template {ServerDocument} Document a binary message of it
 */
export class Connection {
  /** @type {WebSocket | null} */
  #socket = null;
  #failures = 0;
  #retryTimer = 0; // set while there is no socket
  #handlers;
  #path;

  /**
   * @param {Handlers<Report, Document>} handlers
   * @param {string} path of the socket on this server
   */
  constructor(handlers, path = "/ws") {
    this.#handlers = handlers;
    this.#path = path;
  }

  /** Connects, and connects again whenever the connection is lost. */
  open() {
    // When the network or the tab is back, the next attempt is likely to succeed.
    addEventListener("online", () => this.#retryNow());
    addEventListener("visibilitychange", () => document.hidden || this.#retryNow());
    this.#connect();
  }

  get isOpen() {
    return this.#socket?.readyState === WebSocket.OPEN;
  }

  /**
   * Sends a command if there is a connection.
   * @param {Command} command
   */
  send(command) {
    if (this.isOpen) this.#socket?.send(JSON.stringify(command));
  }

  #connect() {
    const address = new URL(this.#path, location.href);
    address.protocol = location.protocol === "https:" ? "wss:" : "ws:";
    const socket = new WebSocket(address);
    const timeout = setTimeout(() => socket.close(), CONNECT_TIMEOUT_MS);
    socket.binaryType = "arraybuffer";
    socket.onopen = () => {
      clearTimeout(timeout);
      this.#failures = 0;
      this.#handlers.onState("open");
    };
    socket.onclose = () => {
      clearTimeout(timeout);
      this.#handlers.onState("lost");
      const wait = RETRY_MS[Math.min(this.#failures++, RETRY_MS.length - 1)];
      // Random, so that the pages of a whole class do not connect at the same moment.
      this.#retryTimer = setTimeout(() => this.#retryNow(), wait * (0.75 + Math.random() / 2));
    };
    socket.onmessage = ({ data }) => {
      if (typeof data === "string") this.#handlers.onReport(JSON.parse(data));
      else this.#handlers.onDocument(/** @type {Document} */ (decodeDocument(data)));
    };
    this.#socket = socket;
  }

  #retryNow() {
    if (this.#retryTimer === 0) return;
    clearTimeout(this.#retryTimer);
    this.#retryTimer = 0;
    this.#connect();
  }
}
