import {
  isInitializeRequest,
  isJSONRPCErrorResponse,
  isJSONRPCNotification,
  isJSONRPCRequest,
  isJSONRPCResultResponse,
  SUPPORTED_PROTOCOL_VERSIONS,
  type ClientCapabilities,
  type InitializeResult,
  type JSONRPCMessage,
  type JSONRPCRequest,
  type RequestId,
} from "@modelcontextprotocol/server";
import { FlotillaError, LruMap, newId, type JsonObject } from "@flotilla/core";
import type { McpSession } from "@flotilla/store";
import { createHash } from "node:crypto";
import type { Context } from "hono";
import type { ServerEnv } from "../app-parts.ts";
import { askAs, type Ask } from "../http/own-request.ts";
import { refusal } from "../http/refusal.ts";
import { takeReply } from "./await-run.ts";
import { callerKey, serverFor, type McpEdge } from "./edge.ts";
import { eventPlace } from "./event-place.ts";
import { askedBy, Exchange, OpenQuestions } from "./exchange.ts";
import { takesForms, type SessionSide } from "./make-call.ts";
import type { MessageLog } from "./message-log.ts";
import { sendLog } from "./send-log.ts";
import { SessionNews } from "./session-news.ts";

const sessionHeader = "mcp-session-id";
const versionHeader = "mcp-protocol-version";
const longestOpening = 16 * 1024;
const mostSubscriptions = 100;
const logsKept = 1_000;
/** So long a client may come back for what an extension has answered. */
const keptMs = 60_000;

/**
 * Serves clients of the protocol's revisions before 2026-07-28, which begin with a handshake. What they have said of
 * themselves is in the database, so that any server can go on with any session. Of what is under way a
 * server knows in memory only the calls that it makes itself; a run that they wait for is in its journal.
 */
export class Sessions {
  readonly #edge: McpEdge;
  readonly #questions = new OpenQuestions();
  readonly #news: SessionNews;
  /** What clients may come back for, by the log's id. */
  readonly #logs = new LruMap<string, { sessionId: string; log: MessageLog }>(logsKept);
  /** Requests under way, by session and id. */
  readonly #running = new Map<string, Exchange>();

  constructor(edge: McpEdge) {
    this.#edge = edge;
    this.#news = new SessionNews(edge.streams);
  }

  async post(c: Context<ServerEnv>, messages: readonly JSONRPCMessage[]): Promise<Response> {
    const opening = messages.find(isInitializeRequest);
    if (opening) {
      if (messages.length > 1) throw invalid("An initialize request comes alone.");
      return this.#open(c, messages[0] as JSONRPCRequest);
    }
    const session = await this.#session(c);
    for (const message of messages) {
      if (isJSONRPCResultResponse(message) || isJSONRPCErrorResponse(message)) {
        await this.#takeAnswer(c, message);
      } else if (isJSONRPCNotification(message)) await this.#heed(c, session, message);
    }
    const requests = messages.filter(isJSONRPCRequest);
    if (requests.length === 0) return c.body(null, 202);
    await this.#keepLevel(c, session, requests);
    return this.#answer(c, session, requests);
  }

  async get(c: Context<ServerEnv>): Promise<Response> {
    if (!c.req.header("accept")?.includes("text/event-stream")) {
      throw refusal(406, "The answer is a stream of events.", "Accept text/event-stream.");
    }
    const session = await this.#session(c);
    const last = c.req.header("last-event-id");
    if (last === undefined || last === "") return this.#news.stream(c, session);
    const at = eventPlace(last);
    if (at?.kind === "run") {
      // Whoever waited for the run goes on waiting for it, under the request's own id.
      const { runId, seq } = at.place;
      const token = at.progressToken === undefined ? {} : { progressToken: at.progressToken };
      const params = {
        name: "run_wait",
        arguments: { runId },
        _meta: { ...token, "flotilla/after": seq },
      };
      const request = { jsonrpc: "2.0", id: at.requestId, method: "tools/call", params } as const;
      return this.#answer(c, session, [request]);
    }
    const kept = at && this.#logs.get(at.log);
    if (kept?.sessionId !== session.id) {
      throw invalid("The event of Last-Event-ID is not one that can be gone on after.");
    }
    return sendLog(c, this.#edge.streams, kept.log, { from: at?.index ?? 0, session });
  }

  async end(c: Context<ServerEnv>): Promise<Response> {
    const { id } = await this.#session(c);
    await c.var.store.mcp.end(callerKey(c.var), id);
    return c.body(null, 204);
  }

  /** The session that the request names. Throws 400 for none, and 404 for one that there is not. */
  async #session(c: Context<ServerEnv>): Promise<McpSession> {
    const id = c.req.header(sessionHeader);
    if (id === undefined) {
      throw invalid("The request names no session, and is of no revision that knows none.");
    }
    const version = c.req.header(versionHeader);
    if (version !== undefined && !SUPPORTED_PROTOCOL_VERSIONS.includes(version)) {
      const message = `The revision ${version.slice(0, 50)} of the protocol is not spoken here.`;
      throw new FlotillaError("invalid_request", message, {
        remedy: `Use one of ${SUPPORTED_PROTOCOL_VERSIONS.join(", ")}.`,
      });
    }
    return c.var.store.mcp.use(callerKey(c.var), id);
  }

  async #open(c: Context<ServerEnv>, request: JSONRPCRequest): Promise<Response> {
    const opening = (request.params ?? {}) as JsonObject;
    if (JSON.stringify(opening).length > longestOpening) {
      throw new FlotillaError("too_large", "What the client says of itself is too long.");
    }
    const id = newId("mcs", this.#edge.parts.clock.now());
    const exchange = await this.#exchange(c, id, undefined, () => undefined);
    exchange.take([request], c.req.raw);
    const [frame] = await Array.fromAsync(exchange.log.from(0, c.req.raw.signal));
    const answer = frame?.message;
    if (!answer || !isJSONRPCResultResponse(answer)) return c.json(answer ?? null, 400);
    const { protocolVersion: protocol } = answer.result as InitializeResult;
    await c.var.store.mcp.open(callerKey(c.var), { id, opening, protocol });
    c.header(sessionHeader, id);
    return c.json(answer);
  }

  async #exchange(
    c: Context<ServerEnv>,
    sessionId: string,
    session: McpSession | undefined,
    onStream: () => void,
  ): Promise<Exchange> {
    const exchange = new Exchange(sessionId, this.#questions, onStream);
    const side: SessionSide = {
      canElicit: takesForms(session?.opening["capabilities"] as ClientCapabilities | undefined),
      keyOf: (requestId) => keyOf(sessionId, requestId),
      at: (requestId, place) => exchange.at(requestId, place),
      ask: (requestId, asked) => exchange.ask(requestId, asked),
      gone: exchange.gone.signal,
    };
    const { mcp } = c.var.store;
    const changed = () => this.#news.changed(sessionId);
    const server = await serverFor(this.#edge, c, {
      side,
      session: {
        subscribe: (uri) => mcp.subscribe(sessionId, uri, mostSubscriptions).then(changed),
        unsubscribe: (uri) => mcp.unsubscribe(sessionId, uri).then(changed),
      },
    });
    await server.connect(exchange);
    if (session) await exchange.prime(session);
    return exchange;
  }

  /** Answers requests: with JSON where there is nothing but responses, else with a stream. */
  async #answer(
    c: Context<ServerEnv>,
    session: McpSession,
    requests: readonly JSONRPCRequest[],
  ): Promise<Response> {
    const streams = Promise.withResolvers<"stream">();
    const exchange = await this.#exchange(c, session.id, session, () => streams.resolve("stream"));
    const { log } = exchange;
    const names = requests.map(({ id }) => `${session.id} ${typeof id} ${id}`);
    for (const name of names) this.#running.set(name, exchange);
    exchange.take(requests, c.req.raw);
    void log.ended.then(() => {
      for (const name of names) this.#running.delete(name);
      const drop = () => this.#logs.delete(log.id);
      if (exchange.isOfRun) drop();
      else setTimeout(drop, keptMs).unref();
    });
    if (requests.some(({ method }) => method === "tools/call")) streams.resolve("stream");
    const frames = Array.fromAsync(log.from(0, c.req.raw.signal));
    const said = await Promise.race([streams.promise, frames]);
    if (said !== "stream") {
      if (c.req.raw.signal.aborted) exchange.gone.abort();
      const answers = said.flatMap(({ message }) => (message ? [message] : []));
      return c.json(answers.length === 1 ? answers[0] : answers);
    }
    this.#logs.set(log.id, { sessionId: session.id, log });
    return sendLog(c, this.#edge.streams, log, {
      from: 0,
      session,
      onGone: () => exchange.gone.abort(),
    });
  }

  async #takeAnswer(c: Context<ServerEnv>, message: JSONRPCMessage): Promise<void> {
    const { id } = message as { id?: RequestId };
    if (id === undefined) return;
    const asked = askedBy(id);
    if (!asked) return void this.#questions.take(id, message);
    if (!isJSONRPCResultResponse(message)) return;
    await takeReply({ ask: this.#ask(c) }, asked, message.result);
  }

  async #heed(c: Context<ServerEnv>, session: McpSession, message: JSONRPCMessage): Promise<void> {
    if (!("method" in message) || message.method !== "notifications/cancelled") return;
    const requestId = message.params?.["requestId"];
    if (typeof requestId !== "string" && typeof requestId !== "number") return;
    const running = this.#running.get(`${session.id} ${typeof requestId} ${requestId}`);
    if (running) return running.onmessage?.(message);
    await this.#cancelElsewhere(c, session, requestId);
  }

  /** The call is made by another server, or was by one that has ended: its run is known by the call's key. */
  async #cancelElsewhere(c: Context<ServerEnv>, session: McpSession, requestId: RequestId) {
    const { organisation, environment } = c.var.caller;
    const key = keyOf(session.id, requestId);
    const asked = { organisation, environment, caller: callerKey(c.var), key };
    const kept = await c.var.store.requests.kept(asked);
    const { runId } = (kept ? JSON.parse(kept.body) : {}) as { runId?: string };
    if (runId === undefined) return;
    const body = { reason: "The MCP client cancelled the call." };
    await this.#ask(c)({ method: "POST", path: `/runs/${runId}/cancel`, body }).catch(
      () => undefined,
    );
  }

  async #keepLevel(
    c: Context<ServerEnv>,
    session: McpSession,
    requests: readonly JSONRPCRequest[],
  ) {
    const set = requests.findLast(({ method }) => method === "logging/setLevel");
    const level = set?.params?.["level"];
    if (typeof level !== "string" || level.length > 20) return;
    await c.var.store.mcp.setLevel(session.id, level);
  }

  #ask(c: Context<ServerEnv>): Ask {
    return askAs(this.#edge.dispatch, { headers: c.req.raw.headers, env: c.env });
  }
}

/** The Idempotency-Key of a request: in a session no two have the same id. */
function keyOf(sessionId: string, requestId: RequestId): string {
  const id = createHash("sha256").update(JSON.stringify(requestId)).digest("base64url");
  return `${sessionId}-${id}`;
}

function invalid(message: string): FlotillaError {
  return new FlotillaError("invalid_request", message, {
    remedy: "Begin with an initialize request, and send the Mcp-Session-Id of its answer.",
  });
}
