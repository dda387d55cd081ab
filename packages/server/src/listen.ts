import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { getRequestListener } from "@hono/node-server";
import { FlotillaError } from "@flotilla/core";
import type { Hono } from "hono";
import type { ServerEnv } from "./app-parts.ts";
import { connectionLimits, guardConnections, serverOptions } from "./http/guard-connections.ts";
import { isLoopback } from "./http/loopback.ts";
import { parserProblem, problemResponse } from "./http/raw-problem.ts";
import { answerUpgrades, wantsWebSocket } from "./http/upgrade.ts";

export interface RunningServer {
  /** `http://<host>:<port>`. */
  url: string;
  port: number;
  /**
   * Takes no more connections, ends event streams and WebSockets (their clients reconnect), lets requests
   * under way finish, and cuts what remains off after `graceMs`.
   */
  close(graceMs: number): Promise<void>;
}

interface Address {
  host: string;
  port: number;
  /** Default: none. */
  signIn?: "none" | "required";
}

/** Throws `config_invalid` for an address that others can reach, where callers need not be known. */
function refuseOpenAddress({ host, signIn }: Address): void {
  if (isLoopback(host) || signIn === "required") return;
  throw new FlotillaError(
    "config_invalid",
    `The server does not listen on ${host} without sign-in: whoever reached it would be its operator.`,
    { remedy: "Leave signIn out, or the host at 127.0.0.1." },
  );
}

/**
 * Serves the app over HTTP. Port 0 takes any free port. Throws `config_invalid` for an address that is
 * taken, and without sign-in for one outside the loopback interface.
 */
export async function serveApp(
  app: Hono<ServerEnv>,
  address: Address,
  limits = connectionLimits,
): Promise<RunningServer> {
  refuseOpenAddress(address);
  const closing = new AbortController();
  const answer = getRequestListener(
    (request, env) => app.fetch(request, { ...env, closing: closing.signal }),
    {
      // The process also calls models, with the platform's own Request and Response.
      overrideGlobalObjects: false,
      errorHandler: () => problemResponse(parserProblem(undefined)),
    },
  );
  const server = createServer(
    { ...serverOptions(limits), shouldUpgradeCallback: wantsWebSocket },
    (incoming, outgoing) => void answer(incoming, outgoing),
  );
  guardConnections(server, limits);
  answerUpgrades(server, (request, env) => app.fetch(request, { ...env, closing: closing.signal }));
  await listen(server, address);
  const { port } = server.address() as AddressInfo;
  const host = address.host.includes(":")
    ? `[${address.host.replace(/[[\]]/g, "")}]`
    : address.host;
  return {
    url: `http://${host}:${port}`,
    port,
    async close(graceMs) {
      closing.abort();
      await drain(server, graceMs);
    },
  };
}

async function listen(server: Server, { host, port }: { host: string; port: number }) {
  await new Promise<void>((resolve, reject) => {
    server.once("error", (error: NodeJS.ErrnoException) => {
      const taken = error.code === "EADDRINUSE";
      const message = taken
        ? `Port ${port} of ${host} is taken by another program.`
        : `The server cannot listen on ${host}:${port}: ${error.message}`;
      reject(
        new FlotillaError("config_invalid", message, {
          remedy: "Stop the other program, or choose another port (0 takes any free one).",
          cause: error,
        }),
      );
    });
    server.listen(port, host.replace(/[[\]]/g, ""), resolve);
  });
}

async function drain(server: Server, graceMs: number): Promise<void> {
  const closed = new Promise<void>((resolve) => server.close(() => resolve()));
  // Connections that become idle only now are not closed by close() itself.
  const sweep = setInterval(() => server.closeIdleConnections(), 50);
  const cut = setTimeout(() => server.closeAllConnections(), graceMs);
  await closed;
  clearInterval(sweep);
  clearTimeout(cut);
}
