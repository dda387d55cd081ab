import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

export interface Rpc {
  id?: number | string;
  method: string;
  params?: Record<string, unknown>;
}

/** How a server answers: a result, an error, or by writing to the connection itself. */
export type Answer =
  | { result: unknown }
  | { error: { code: number; message: string; data?: unknown } }
  | ((response: ServerResponse, asked: Rpc) => void);

/** Answers a request itself, and says so, before the server looks at it. */
export type Gate = (
  request: IncomingMessage,
  response: ServerResponse,
) => boolean | Promise<boolean>;

export type Handlers = Record<string, (asked: Rpc, request: IncomingMessage) => Answer>;

export interface TestMcpServer {
  url: string;
  /** `127.0.0.1:port`, to be allowed. */
  host: string;
  /** Every message that came, in order. */
  heard: Rpc[];
  /** What the GET stream was opened with; writing to it sends messages of no call. */
  streams: ServerResponse[];
  handlers: Handlers;
  close(): void;
}

/**
 * A server of the protocol as of 2025-06-18 on loopback, whose answers are the test's own: the official ones cannot be made to
 * misbehave.
 */
export async function openTestMcpServer(
  handlers: Handlers = {},
  gate: Gate = () => false,
): Promise<TestMcpServer> {
  const heard: Rpc[] = [];
  const streams: ServerResponse[] = [];
  const all: Handlers = { ...usual, ...handlers };
  const server = createServer((request, response) => {
    void Promise.resolve(gate(request, response)).then((isDone) => {
      if (!isDone) serve(request, response);
    });
  });
  const serve = (request: IncomingMessage, response: ServerResponse): void => {
    if (request.method === "GET") {
      response.writeHead(200, { "content-type": "text/event-stream" }).flushHeaders();
      streams.push(response);
      return;
    }
    if (request.method !== "POST") return void response.writeHead(405).end();
    let text = "";
    request.on("data", (chunk: Buffer) => (text += String(chunk)));
    request.on("end", () => {
      const asked = JSON.parse(text) as Rpc;
      heard.push(asked);
      const handle = all[asked.method];
      if (asked.id === undefined || (!handle && !asked.method)) {
        return void response.writeHead(202).end();
      }
      const answer = handle?.(asked, request) ?? {
        error: { code: -32_601, message: `There is no ${asked.method}.` },
      };
      if (typeof answer === "function") return answer(response, asked);
      response.writeHead(200, { "content-type": "application/json" });
      response.end(JSON.stringify({ jsonrpc: "2.0", id: asked.id, ...answer }));
    });
  };
  await new Promise<void>((resolve) => void server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  const close = () => {
    server.closeAllConnections();
    server.close();
  };
  const host = `127.0.0.1:${port}`;
  return { url: `http://${host}/mcp`, host, heard, streams, handlers: all, close };
}

const usual: Handlers = {
  initialize: ({ params }) => ({
    result: {
      protocolVersion: params?.["protocolVersion"],
      capabilities: { tools: { listChanged: true } },
      serverInfo: { name: "test", version: "1" },
    },
  }),
  ping: () => ({ result: {} }),
  "tools/list": () => ({ result: { tools: [echo] } }),
  "tools/call": ({ params }) => ({
    result: { content: [{ type: "text", text: JSON.stringify(params?.["arguments"]) }] },
  }),
};

export const echo = {
  name: "echo",
  description: "Says it again.",
  inputSchema: {
    type: "object",
    properties: { text: { type: "string" } },
    required: ["text"],
    additionalProperties: false,
  },
};

/** Begins an answer that is a stream of events. */
export function beginStream(response: ServerResponse): (message: object) => void {
  response.writeHead(200, { "content-type": "text/event-stream" });
  return (message) => {
    response.write(`event: message\ndata: ${JSON.stringify({ jsonrpc: "2.0", ...message })}\n\n`);
  };
}
