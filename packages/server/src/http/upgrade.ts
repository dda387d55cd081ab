import type { IncomingMessage, Server } from "node:http";
import type { Duplex } from "node:stream";
import { keyProtocol, streamProtocol } from "@flotilla/api";
import { WebSocketServer, type WebSocket } from "ws";
import { endRaw, parserProblem, rawAnswer } from "./raw-problem.ts";

/** A request for a WebSocket, as a handler sees it. */
export interface Upgrade {
  /** Takes the connection. The handler's answer is then not sent; otherwise it is the refusal. */
  accept(take: TakeSocket): void;
}

/** @param connection what the WebSocket is on, to write to it in one piece */
type TakeSocket = (socket: WebSocket, connection: Duplex) => void;

/** A WebSocket message may be this long; a longer one ends the connection with 1009. */
const longestMessage = 64 * 1024;

interface UpgradeEnv {
  incoming: IncomingMessage;
  upgrade: Upgrade;
}

/** Other upgrades (HTTP/2 in clear text) are not taken; such requests are answered as if not asked. */
export function wantsWebSocket({ method, headers }: IncomingMessage): boolean {
  return method === "GET" && headers.upgrade?.toLowerCase() === "websocket";
}

/**
 * Lets requests for a WebSocket take the same way through the app as all others: its middleware and
 * its guards see an ordinary GET. Browsers can set no header, so what came instead is put where it is
 * looked for: an API key as a subprotocol, the organisation and environment in the address.
 *
 * Nothing is compressed: a deflate context per connection costs more memory than all else.
 */
export function answerUpgrades(
  server: Server,
  fetch: (request: Request, env: UpgradeEnv) => Response | Promise<Response>,
): void {
  const sockets = new WebSocketServer({
    noServer: true,
    clientTracking: false,
    perMessageDeflate: false,
    maxPayload: longestMessage,
    handleProtocols: (offered) => (offered.has(streamProtocol) ? streamProtocol : false),
  });
  sockets.on("wsClientError", (error, connection) =>
    endRaw(connection, {
      status: 400,
      code: "invalid_request",
      message: `This is no handshake for a WebSocket: ${error.message}.`,
      remedy: "Open it as RFC 6455 has it, version 13.",
    }),
  );
  server.on("upgrade", (incoming, connection, head) => {
    void answer(incoming, connection, head);
  });

  async function answer(incoming: IncomingMessage, connection: Duplex, head: Buffer) {
    // A client that leaves meanwhile is no error.
    const ignore = () => undefined;
    connection.on("error", ignore);
    const takers: TakeSocket[] = [];
    const upgrade = { accept: (take: TakeSocket) => void takers.push(take) };
    try {
      const response = await fetch(toRequest(incoming), { incoming, upgrade });
      if (takers.length === 0) return await refuse(connection, response);
    } catch {
      return endRaw(connection, parserProblem(undefined));
    }
    if (connection.destroyed) return undefined;
    connection.off("error", ignore);
    return sockets.handleUpgrade(incoming, connection, head, (socket) => {
      for (const take of takers) take(socket, connection);
    });
  }
}

function toRequest(incoming: IncomingMessage): Request {
  const headers = new Headers();
  for (const [name, value] of Object.entries(incoming.headers)) {
    for (const one of [value ?? []].flat()) headers.append(name, one);
  }
  const offered = (headers.get("sec-websocket-protocol") ?? "").split(",").map((one) => one.trim());
  const key = offered.find((one) => one.startsWith(keyProtocol))?.slice(keyProtocol.length);
  if (key && !headers.has("authorization")) headers.set("authorization", `Bearer ${key}`);
  const path = (incoming.url ?? "/").replace(/^\/*/, "/");
  const url = new URL(`http://${incoming.headers.host ?? "localhost"}${path}`);
  for (const name of ["organisation", "environment"]) {
    const said = url.searchParams.get(name);
    if (said !== null && !headers.has(`flotilla-${name}`)) headers.set(`flotilla-${name}`, said);
  }
  return new Request(url, { headers });
}

async function refuse(connection: Duplex, response: Response): Promise<void> {
  const body = Buffer.from(await response.arrayBuffer());
  response.headers.set("content-length", String(body.length));
  response.headers.set("connection", "close");
  connection.end(rawAnswer(response.status, response.headers, body));
}
