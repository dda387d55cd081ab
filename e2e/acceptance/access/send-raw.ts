import { Agent, request } from "node:http";
import type { FuzzRequest } from "./fuzz-requests.ts";

export interface RawAnswer {
  status: number;
  contentType: string;
  body: string;
}

/** What of an answer is read; streams never end. */
const longestAnswer = 4 * 1024 * 1024;

/** Sends requests as they are, without the care that `fetch` takes, over a few connections. */
export class RawClient {
  readonly #url: URL;
  readonly #agent: Agent;

  constructor(url: string, connections: number) {
    this.#url = new URL(url);
    this.#agent = new Agent({ keepAlive: true, maxSockets: connections });
  }

  /** Rejects when no answer comes within the time. */
  async send({ method, path, headers, body }: FuzzRequest, timeoutMs: number): Promise<RawAnswer> {
    const { hostname, port } = this.#url;
    return new Promise((resolve, reject) => {
      const outgoing = request({ hostname, port, method, path, headers, agent: this.#agent });
      const timer = setTimeout(
        () => outgoing.destroy(new Error(`no answer within ${timeoutMs} ms`)),
        timeoutMs,
      );
      outgoing.on("error", (error) => {
        clearTimeout(timer);
        reject(error);
      });
      outgoing.on("response", (incoming) => {
        const contentType = incoming.headers["content-type"] ?? "";
        const status = incoming.statusCode ?? 0;
        const pieces: Buffer[] = [];
        let length = 0;
        const done = () => {
          clearTimeout(timer);
          resolve({ status, contentType, body: Buffer.concat(pieces).toString() });
        };
        if (contentType.startsWith("text/event-stream")) {
          done();
          outgoing.on("error", () => undefined).destroy();
          return;
        }
        incoming.on("data", (piece: Buffer) => {
          length += piece.length;
          if (length <= longestAnswer) pieces.push(piece);
        });
        incoming.once("end", done);
      });
      // The answer to a refused body may come before the whole of it was sent.
      if (body && method !== "GET" && method !== "HEAD")
        outgoing.setHeader("content-length", body.length);
      outgoing.end(body);
    });
  }

  close(): void {
    this.#agent.destroy();
  }
}
