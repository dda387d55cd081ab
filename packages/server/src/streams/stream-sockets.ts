import { FlotillaError, type Log } from "@flotilla/core";
import type { ConnectionCount } from "./connection-count.ts";
import { StreamSocket, type SocketClient, type SocketParts } from "./stream-socket.ts";

const lookEveryMs = 1_000;

/** The WebSockets of a server. One timer looks after all of them, while there are any. */
export class StreamSockets {
  readonly #parts: SocketParts & { log: Log };
  readonly #count: ConnectionCount;
  readonly #open = new Set<StreamSocket>();
  #timer: NodeJS.Timeout | undefined;

  constructor(parts: SocketParts & { log: Log }, count: ConnectionCount) {
    this.#parts = parts;
    this.#count = count;
  }

  /**
   * Takes a connection and keeps it until either side ends it.
   *
   * @param closing aborted when the server closes
   */
  take(client: SocketClient, closing: AbortSignal | undefined): void {
    const { log } = this.#parts;
    const { socket, caller, requestId } = client;
    // What the other side breaks closes the connection; `close` tells of it.
    socket.on("error", () => undefined);
    const open = new StreamSocket(this.#parts, client, performance.now());
    let release: () => void;
    try {
      release = this.#count.take(caller);
    } catch (error) {
      const isCallers = error instanceof FlotillaError && error.code === "rate_limited";
      return open.close(isCallers ? "rateLimited" : "overloaded", (error as Error).message);
    }
    const onClosing = () => open.close("goingAway", "The server stops; connect again.");
    closing?.addEventListener("abort", onClosing, { once: true });
    socket.once("close", (code) => {
      closing?.removeEventListener("abort", onClosing);
      open.end();
      release();
      this.#leave(open);
      log.debug({ requestId, code }, "a WebSocket was closed");
      if (open.stalled) log.info({ requestId }, "a client that takes no messages was dropped");
    });
    this.#open.add(open);
    this.#timer ??= setInterval(() => this.#look(), lookEveryMs).unref();
    if (closing?.aborted) onClosing();
  }

  #look(): void {
    const now = performance.now();
    for (const socket of this.#open) socket.look(now);
  }

  #leave(open: StreamSocket): void {
    this.#open.delete(open);
    if (this.#open.size > 0) return;
    clearInterval(this.#timer);
    this.#timer = undefined;
  }
}
