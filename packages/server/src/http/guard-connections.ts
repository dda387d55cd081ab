import type { IncomingMessage, Server, ServerOptions, ServerResponse } from "node:http";
import type { Socket } from "node:net";
import type { Duplex } from "node:stream";
import { answerRaw, endRaw, parserProblem } from "./raw-problem.ts";

/** What a client may take up of the server; each can be had by anybody who can connect. */
export interface ConnectionLimits {
  /** Connections at once; further ones are closed as they come. */
  connections: number;
  /** Requests on one connection; after them it is closed, for load to spread. */
  requestsPerConnection: number;
  /** For the whole of the headers. */
  headersMs: number;
  /** How long a connection may be idle between two requests. */
  idleMs: number;
  /** How often the exchanges under way are looked at. */
  everyMs: number;
  /** A body must come at this pace, on average over each `bodyWindowMs`; there is no limit to its time. */
  bodyBytesPerSecond: number;
  bodyWindowMs: number;
  /** An answer of which so long nothing was taken is given up… */
  stallMs: number;
  /** …and so much longer for what waits in memory, which leaves it in one piece. */
  pendingBytesPerSecond: number;
}

export const connectionLimits: ConnectionLimits = {
  connections: 10_000,
  requestsPerConnection: 10_000,
  headersMs: 15_000,
  idleMs: 65_000,
  everyMs: 5_000,
  bodyBytesPerSecond: 240,
  bodyWindowMs: 10_000,
  stallMs: 30_000,
  pendingBytesPerSecond: 32_768,
};

/** An upload may take as long as its file is: `guardConnections` watches its pace. */
export function serverOptions(limits = connectionLimits): ServerOptions {
  return {
    headersTimeout: limits.headersMs,
    requestTimeout: 0,
    connectionsCheckingInterval: limits.everyMs,
    keepAliveTimeout: limits.idleMs,
    maxHeaderSize: 16 * 1024,
  };
}

/** A request and its answer, and how far both had come when they were last looked at. */
interface Exchange {
  incoming: IncomingMessage;
  outgoing: ServerResponse;
  received: number;
  receivedAt: number;
  taken: number;
  takenAt: number;
}

/**
 * Keeps clients that are slow, or pretend to be, from taking up the server: bounds connections,
 * gives up on bodies that come too slowly and on answers that are not taken, and answers with a
 * problem what the parser refuses.
 */
export function guardConnections(server: Server, limits = connectionLimits): void {
  const exchanges = new Map<Socket, Exchange>();
  const counts = new WeakMap<Socket, number>();
  server.maxConnections = limits.connections;
  server.prependListener("request", (incoming, outgoing) => {
    const { socket } = incoming;
    const count = (counts.get(socket) ?? 0) + 1;
    counts.set(socket, count);
    if (count >= limits.requestsPerConnection) outgoing.shouldKeepAlive = false;
    const now = performance.now();
    const received = socket.bytesRead;
    const taken = takenOf(socket);
    exchanges.set(socket, { incoming, outgoing, received, receivedAt: now, taken, takenAt: now });
    outgoing.once("close", () => {
      if (exchanges.get(socket)?.outgoing === outgoing) exchanges.delete(socket);
    });
  });
  server.on("clientError", (error: NodeJS.ErrnoException, socket) =>
    refuse(error.code, socket, exchanges.get(socket as Socket)),
  );
  server.on("checkExpectation", (_incoming, outgoing: ServerResponse) =>
    answerRaw(outgoing, {
      status: 417,
      code: "invalid_request",
      message: "The server meets no such expectation.",
      remedy: "Send Expect: 100-continue, or no Expect.",
    }),
  );
  const timer = setInterval(() => {
    for (const exchange of exchanges.values()) check(exchange, limits, performance.now());
  }, limits.everyMs).unref();
  server.once("close", () => clearInterval(timer));
}

function refuse(code: string | undefined, socket: Duplex, exchange: Exchange | undefined): void {
  const isAnswered = exchange?.outgoing.headersSent ?? false;
  if (code === "ECONNRESET" || !socket.writable || isAnswered) socket.destroy();
  else endRaw(socket, parserProblem(code));
}

function check(exchange: Exchange, limits: ConnectionLimits, now: number): void {
  if (!exchange.incoming.complete) checkBody(exchange, limits, now);
  checkAnswer(exchange, limits, now);
}

function checkBody(exchange: Exchange, limits: ConnectionLimits, now: number): void {
  const { incoming, outgoing } = exchange;
  const { bytesRead } = incoming.socket;
  const seconds = (now - exchange.receivedAt) / 1_000;
  const isOurs = incoming.readableLength > 0;
  if (!isOurs && now - exchange.receivedAt < limits.bodyWindowMs) return;
  const isSlow = bytesRead - exchange.received < limits.bodyBytesPerSecond * seconds;
  exchange.received = bytesRead;
  exchange.receivedAt = now;
  if (isOurs || !isSlow) return;
  answerRaw(outgoing, {
    status: 408,
    code: "invalid_request",
    message: `The body came slower than ${limits.bodyBytesPerSecond} bytes a second.`,
    remedy: "Send it without pauses; an upload of rows can be split into several.",
  });
  // What was answered may still go out.
  setTimeout(() => incoming.socket.destroy(), 1_000).unref();
}

function checkAnswer(exchange: Exchange, limits: ConnectionLimits, now: number): void {
  const { socket } = exchange.incoming;
  const pending = socket.writableLength;
  const taken = takenOf(socket);
  if (pending === 0 || taken !== exchange.taken) {
    exchange.taken = taken;
    exchange.takenAt = now;
    return;
  }
  const patienceMs = limits.stallMs + (pending / limits.pendingBytesPerSecond) * 1_000;
  if (now - exchange.takenAt > patienceMs) socket.destroy();
}

/** Bytes that have left the process. */
function takenOf(socket: Socket): number {
  return socket.bytesWritten - socket.writableLength;
}
