import { streamProtocol, type ServerMessage } from "@flotilla/api";
import { WebSocket } from "ws";

/** Many WebSockets to one server, each with its own subscriptions, and what came over all of them. */
export class SocketCrowd {
  readonly #url: string;
  readonly #sockets: WebSocket[] = [];
  /** Messages of subscriptions. */
  messages = 0;
  bytes = 0;
  /** Events of runs that came twice, or before one that they come after. */
  outOfOrder = 0;
  /** Connections that were closed, by code. */
  readonly closed: number[] = [];

  /** @param baseUrl of the server */
  constructor(baseUrl: string) {
    this.#url = `${baseUrl.replace("http", "ws")}/api/v1/stream`;
  }

  get size(): number {
    return this.#sockets.length;
  }

  /** Opens so many more; some at a time, as clients come. */
  async grow(count: number): Promise<void> {
    const atOnce = 50;
    for (let open = 0; open < count; open += atOnce) {
      await Promise.all(Array.from({ length: Math.min(atOnce, count - open) }, () => this.open()));
    }
  }

  /** Resolves with the connection once the server has said hello. */
  async open(): Promise<WebSocket> {
    const socket = new WebSocket(this.#url, streamProtocol, { perMessageDeflate: false });
    this.#sockets.push(socket);
    const seen = new Map<number, number>();
    socket.on("error", () => undefined);
    socket.on("close", (code) => this.closed.push(code));
    await new Promise<void>((resolve, reject) => {
      socket.once("close", (code) => reject(new Error(`It was closed at once: ${code}.`)));
      socket.on("message", (data: Buffer) => {
        const message = JSON.parse(data.toString()) as ServerMessage;
        if (message.type === "hello") return resolve();
        if (!("sub" in message) || message.sub === undefined) return undefined;
        this.messages += 1;
        this.bytes += data.length;
        if (message.type !== "event") return undefined;
        const last = seen.get(message.sub) ?? 0;
        if (message.data.seq <= last) this.outOfOrder += 1;
        seen.set(message.sub, message.data.seq);
      });
    });
    return socket;
  }

  close(): void {
    for (const socket of this.#sockets) socket.terminate();
  }
}
