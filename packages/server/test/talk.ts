import { once } from "node:events";
import { setTimeout as sleep } from "node:timers/promises";
import { streamProtocol, type ServerMessage } from "@flotilla/api";
import { WebSocket, type ClientOptions } from "ws";
import type { RunningServer } from "../src/listen.ts";

export interface Talk {
  socket: WebSocket;
  /** Sends JSON; a string or a buffer as it is. */
  say(message: unknown): void;
  /** The next message that is not a heartbeat. Throws when the connection is closed first. */
  next(): Promise<ServerMessage>;
  /** The next one of that type; others are skipped. */
  nextOf<T extends ServerMessage["type"]>(type: T): Promise<Extract<ServerMessage, { type: T }>>;
  /** The code it is closed with. */
  closed: Promise<number>;
  close(): void;
}

/** Opens a WebSocket to the server and reads the `hello`. */
export async function talk(
  server: RunningServer,
  options: ClientOptions & { protocols?: string[]; query?: string } = {},
): Promise<Talk> {
  const { protocols = [streamProtocol], query = "", ...rest } = options;
  const url = `${server.url.replace("http", "ws")}/api/v1/stream${query}`;
  const socket = new WebSocket(url, protocols, rest);
  const messages: ServerMessage[] = [];
  socket.on("message", (data: Buffer) => {
    const message = JSON.parse(data.toString()) as ServerMessage;
    if (message.type !== "ping") messages.push(message);
  });
  const closed = once(socket, "close").then(([code]) => Number(code));
  await once(socket, "open");
  const opened: Talk = {
    socket,
    closed,
    say: (message) =>
      socket.send(
        typeof message === "string" || Buffer.isBuffer(message) ? message : JSON.stringify(message),
      ),
    async next() {
      for (;;) {
        const message = messages.shift();
        if (message) return message;
        if (socket.readyState === WebSocket.CLOSED) throw new Error("the connection was closed");
        await sleep(2);
      }
    },
    async nextOf(type) {
      for (;;) {
        const message = await opened.next();
        if (message.type === type) return message as never;
      }
    },
    close: () => socket.close(),
  };
  return opened;
}
