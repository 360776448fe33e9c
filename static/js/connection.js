// The socket to the server: JSON commands out; reports and decoded documents in.

import { decode } from "./safetensors.js";

const RETRY_MS = [250, 500, 1000, 2000, 4000];
const PATIENCE_MS = 5000; // for a connection to come about

export class Connection {
  #socket = null;
  #failures = 0;
  #retry = 0; // a timer, while there is no socket
  #handlers;
  #path;

  /**
   * Connects at once, and again whenever the connection is lost.
   * @param {{onState: (state: "connecting"|"open"|"lost") => void,
   *          onReport: (report: object) => void,
   *          onDocument: (document: {metadata: object, tensors: object}) => void}} handlers
   * @param {string} path of the socket on this server
   */
  constructor(handlers, path = "/ws") {
    this.#handlers = handlers;
    this.#path = path;
    // What made the last try fail is likely to be over.
    addEventListener("online", () => this.#retryNow());
    addEventListener("visibilitychange", () => document.hidden || this.#retryNow());
    this.#connect();
  }

  get isOpen() {
    return this.#socket?.readyState === WebSocket.OPEN;
  }

  /** Sends a command if there is a connection. */
  send(command) {
    if (this.isOpen) this.#socket.send(JSON.stringify(command));
  }

  #connect() {
    const address = new URL(this.#path, location.href);
    address.protocol = location.protocol === "https:" ? "wss:" : "ws:";
    const socket = new WebSocket(address);
    const patience = setTimeout(() => socket.close(), PATIENCE_MS);
    socket.binaryType = "arraybuffer";
    socket.onopen = () => {
      clearTimeout(patience);
      this.#failures = 0;
      this.#handlers.onState("open");
    };
    socket.onclose = () => {
      clearTimeout(patience);
      this.#handlers.onState("lost");
      const wait = RETRY_MS[Math.min(this.#failures++, RETRY_MS.length - 1)];
      // Not all pages of a class at the same moment.
      this.#retry = setTimeout(() => this.#retryNow(), wait * (0.75 + Math.random() / 2));
    };
    socket.onmessage = ({ data }) => {
      if (typeof data === "string") this.#handlers.onReport(JSON.parse(data));
      else this.#handlers.onDocument(decode(data));
    };
    this.#socket = socket;
  }

  #retryNow() {
    if (this.#retry === 0) return;
    clearTimeout(this.#retry);
    this.#retry = 0;
    this.#connect();
  }
}
