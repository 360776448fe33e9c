// The socket to the server: JSON commands out; reports and decoded documents in.

import { decode } from "./safetensors.js";

const RETRY_MS = [250, 500, 1000, 2000, 4000];

export class Connection {
  #socket = null;
  #failures = 0;
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
    this.#connect();
  }

  get isOpen() {
    return this.#socket?.readyState === WebSocket.OPEN;
  }

  /** Sends a command if there is a connection; a lost one takes its run with it anyway. */
  send(command) {
    if (this.isOpen) this.#socket.send(JSON.stringify(command));
  }

  #connect() {
    const address = new URL(this.#path, location.href);
    address.protocol = location.protocol === "https:" ? "wss:" : "ws:";
    const socket = new WebSocket(address);
    socket.binaryType = "arraybuffer";
    socket.onopen = () => {
      this.#failures = 0;
      this.#handlers.onState("open");
    };
    socket.onclose = () => {
      this.#handlers.onState("lost");
      const wait = RETRY_MS[Math.min(this.#failures++, RETRY_MS.length - 1)];
      setTimeout(() => this.#connect(), wait);
    };
    socket.onmessage = ({ data }) => {
      if (typeof data === "string") this.#handlers.onReport(JSON.parse(data));
      else this.#handlers.onDocument(decode(data));
    };
    this.#socket = socket;
  }
}
