import { streamProtocol } from "@flotilla/api";
import { WebSocket } from "ws";

/** Many WebSockets to one server; it counts what comes and reads none of it. */
export class SocketCrowd {
  readonly #url: string;
  readonly #sockets: WebSocket[] = [];
  messages = 0;
  bytes = 0;
  /** Connections that were closed from the other side. */
  lost = 0;

  /** @param baseUrl of the server */
  constructor(baseUrl: string) {
    this.#url = `${baseUrl.replace("http", "ws")}/api/v1/stream`;
  }

  /** Opens so many, some at a time; each has had the server's first message. */
  async grow(count: number): Promise<WebSocket[]> {
    const opened: WebSocket[] = [];
    const atOnce = 50;
    while (opened.length < count) {
      const next = Math.min(atOnce, count - opened.length);
      opened.push(...(await Promise.all(Array.from({ length: next }, () => this.#open()))));
    }
    return opened;
  }

  close(): void {
    for (const socket of this.#sockets) {
      socket.removeAllListeners("close");
      socket.terminate();
    }
  }

  #open(): Promise<WebSocket> {
    return new Promise((resolve, reject) => {
      const socket = new WebSocket(this.#url, streamProtocol, { perMessageDeflate: false });
      this.#sockets.push(socket);
      socket.once("message", () => resolve(socket));
      socket.on("message", (data: Buffer) => {
        this.messages += 1;
        this.bytes += data.length;
      });
      socket.on("error", reject);
      socket.on("close", () => (this.lost += 1));
    });
  }
}
