import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import {
  createMcpHandler,
  inputRequired,
  Server,
  type ServerContext,
} from "@modelcontextprotocol/server";

export interface AskingPeer {
  url: string;
  host: string;
  /** The states that calls have gone on with. */
  states: unknown[];
  close(): void;
}

const form = (name: string) => ({
  message: `Which ${name}?`,
  requestedSchema: {
    type: "object" as const,
    properties: { [name]: { type: "string" as const } },
    required: [name],
  },
});

const book = {
  name: "book",
  description: "Books a journey; asks where to, then when.",
  inputSchema: { type: "object" as const, properties: { seats: { type: "integer" as const } } },
};

/**
 * A server by the library of the protocol's revision of 2026-07-28, which keeps nothing: a call ends with what it asks, and
 * goes on where it was by what the client brings back.
 */
export async function openAskingPeer(): Promise<AskingPeer> {
  const states: unknown[] = [];
  const handler = createMcpHandler(() => newServer(states), { legacy: "reject" });
  const server = createServer((request, response) => {
    let body = "";
    request.on("data", (chunk: Buffer) => (body += String(chunk)));
    request.on("end", () => {
      const headers = Object.entries(request.headers).flatMap(([name, value]) =>
        typeof value === "string" ? [[name, value] as [string, string]] : [],
      );
      const { method = "GET" } = request;
      const asked = new Request(`http://${request.headers.host}${request.url}`, {
        ...{ method, headers },
        ...(method === "POST" && { body }),
      });
      void handler.fetch(asked).then(async (answer) => {
        response.writeHead(answer.status, Object.fromEntries(answer.headers));
        response.end(Buffer.from(await answer.arrayBuffer()));
      });
    });
  });
  await new Promise<void>((resolve) => void server.listen(0, "127.0.0.1", resolve));
  const host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    ...{ url: `http://${host}/mcp`, host, states },
    close() {
      server.closeAllConnections();
      server.close();
    },
  };
}

function newServer(states: unknown[]): Server {
  const server = new Server({ name: "asking", version: "1" }, { capabilities: { tools: {} } });
  server.setRequestHandler("tools/list", () => ({ tools: [book] }));
  server.setRequestHandler("tools/call", ({ params }, context) => {
    const { state, answer } = broughtBack(context);
    if (state !== undefined) states.push(state);
    if (state === undefined) return ask("city", { asked: "city" });
    const known = JSON.parse(state) as { asked: string; city?: unknown };
    if (known.asked === "city") return ask("day", { asked: "day", city: answer("city") });
    const { seats } = params.arguments ?? {};
    const told = { seats, city: known.city, day: answer("day") };
    return { content: [{ type: "text", text: JSON.stringify(told) }] };
  });
  return server;
}

function ask(name: string, state: object) {
  return inputRequired({
    requestState: JSON.stringify(state),
    inputRequests: { [name]: inputRequired.elicit(form(name)) },
  });
}

function broughtBack({ mcpReq }: ServerContext) {
  const responses = (mcpReq.inputResponses ?? {}) as Record<string, { content?: object }>;
  return {
    state: mcpReq.requestState<string>(),
    answer: (name: string) => (responses[name]?.content as Record<string, unknown>)?.[name],
  };
}
