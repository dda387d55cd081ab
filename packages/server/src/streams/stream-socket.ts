import type { Duplex } from "node:stream";
import {
  clientMessageSchema,
  closeCodes,
  type ClientMessage,
  type ControlMessage,
  type StreamCommand,
  type Subscribe,
  type TopicRequest,
} from "@flotilla/api";
import { FlotillaError, type RedactPort } from "@flotilla/core";
import type { WebSocket } from "ws";
import { requirePermission } from "../access/permit.ts";
import type { AccessPort } from "../access/access.ts";
import type { ServerEnv, StreamLimits } from "../app-parts.ts";
import { checkJson } from "../http/check-json.ts";
import { toProblem } from "../problem.ts";
import { toText } from "./encode.ts";
import { MessageRate } from "./message-rate.ts";
import type { MessageSink, Opened } from "./message-sink.ts";
import { Outbox } from "./outbox.ts";
import type { Opening, Standing } from "./standing.ts";
import { topicPermissions } from "./topics.ts";
import type { Viewer } from "./viewer.ts";

/** Who is at the other end, and how he came. */
export interface SocketClient extends Viewer, Opening {
  socket: WebSocket;
  /** What the WebSocket is on. */
  connection: Duplex;
  requestId: string;
  /** What its commands take along. */
  env: ServerEnv["Bindings"];
}

export interface SocketParts {
  access: Pick<AccessPort, "rules">;
  standing: Standing;
  redact: Pick<RedactPort, "of">;
  limits: StreamLimits;
  open(viewer: Viewer, request: TopicRequest): Promise<Opened>;
  /** Does a command as the client that sends it; answers as the same request over HTTP would. */
  command(client: SocketClient, command: StreamCommand): Promise<Response>;
}

interface SubscriptionRequest {
  topic: TopicRequest;
  /** Its messages may come as arrays. */
  many: boolean;
}

interface Subscription {
  request: SubscriptionRequest;
  ended: AbortController;
  /** Known once it is open. */
  resource?: string;
}

/** Messages that make no sense and may be sent before the connection is closed. */
const mostSenseless = 10;
/** Commands at once; further messages are not read before one is done. */
const mostCommands = 16;
/** A close that the client does not answer is made without it after so long. */
const closeGraceMs = 2_000;

/**
 * One WebSocket: its subscriptions and commands. It looks after nothing by itself: `look` is called
 * once a second.
 */
export class StreamSocket {
  readonly #parts: SocketParts;
  readonly #client: SocketClient;
  readonly #outbox: Outbox;
  readonly #rate: MessageRate;
  readonly #subscriptions = new Map<number, Subscription>();
  #nextSub = 1;
  #commands = 0;
  #senseless = 0;
  #closed = false;
  #stalled = false;
  #heardOf = true;
  #pingedAt: number;
  #checkedAt: number;

  constructor(parts: SocketParts, client: SocketClient, now: number) {
    const { socket, connection, requestId } = client;
    this.#parts = parts;
    this.#client = client;
    this.#outbox = new Outbox(socket, connection);
    this.#rate = new MessageRate(parts.limits.messagesPerSecond, now);
    this.#pingedAt = now;
    this.#checkedAt = now;
    socket.on("message", (data: Buffer, isBinary) => this.#receive(data, isBinary));
    socket.on("pong", () => (this.#heardOf = true));
    const { heartbeatMs } = parts.limits;
    this.#tell({ type: "hello", data: { connection: requestId, heartbeatMs } });
  }

  /** It was closed because the client took nothing. */
  get stalled(): boolean {
    return this.#stalled;
  }

  /** Drops a client that is gone or stalls, keeps the connection, and asks whether he still may. */
  look(now: number): void {
    const { heartbeatMs, stallMs, recheckMs } = this.#parts.limits;
    if (this.#closed) return;
    if (this.#outbox.overfull || this.#outbox.stalledMs(now) > stallMs) {
      this.#stalled = true;
      return this.close(
        "stalled",
        "You take nothing: connect again, and resume after your cursors.",
      );
    }
    if (now - this.#pingedAt >= heartbeatMs) {
      if (!this.#heardOf) return this.#client.socket.terminate();
      this.#heardOf = false;
      this.#pingedAt = now;
      this.#client.socket.ping();
      this.#tell({ type: "ping" });
    }
    if (now - this.#checkedAt < recheckMs) return;
    this.#checkedAt = now;
    void this.#recheck();
  }

  close(code: keyof typeof closeCodes, reason: string): void {
    if (this.#closed) return;
    this.end();
    const { socket } = this.#client;
    socket.close(closeCodes[code], reason);
    setTimeout(() => socket.terminate(), closeGraceMs).unref();
  }

  /** The connection is gone. What it started goes on; only its subscriptions end. */
  end(): void {
    this.#closed = true;
    for (const { ended } of this.#subscriptions.values()) ended.abort();
    this.#subscriptions.clear();
  }

  #receive(data: Buffer, isBinary: boolean): void {
    if (this.#closed) return;
    this.#heardOf = true;
    if (!this.#rate.take(performance.now())) {
      return this.close("rateLimited", "Too many messages.");
    }
    if (isBinary) return this.close("protocol", "Messages are JSON texts.");
    try {
      checkJson(new Uint8Array(data).buffer);
    } catch {
      return this.close("protocol", "Messages are JSON in UTF-8, not deep, no member twice.");
    }
    const json: unknown = JSON.parse(data.toString("utf8"));
    const parsed = clientMessageSchema.safeParse(json);
    if (parsed.success) return this.#take(parsed.data);
    const message = "The message is not one that this server takes.";
    const error = new FlotillaError("invalid_request", message, { cause: parsed.error });
    this.#fail(error, addresseeOf(json));
    this.#senseless += 1;
    if (this.#senseless > mostSenseless) this.close("protocol", message);
  }

  #take(message: ClientMessage): void {
    switch (message.type) {
      case "subscribe":
        return void this.#subscribe(message.sub ?? this.#freeSub(), requestOf(message));
      case "resume":
        return this.#resume(message.sub, message.seq);
      case "unsubscribe":
        this.#subscriptions.get(message.sub)?.ended.abort();
        this.#subscriptions.delete(message.sub);
        return this.#tell({ type: "unsubscribed", sub: message.sub });
      case "ping":
        return this.#tell({ type: "pong" });
      default:
        return void this.#command(message);
    }
  }

  #freeSub(): number {
    while (this.#subscriptions.has(this.#nextSub)) this.#nextSub += 1;
    return this.#nextSub;
  }

  #resume(sub: number, after: string): void {
    const request = this.#subscriptions.get(sub)?.request;
    const topic = request?.topic;
    if (request && (topic?.topic === "run" || topic?.topic === "batch")) {
      return void this.#subscribe(sub, { ...request, topic: { ...topic, after } });
    }
    if (request) return void this.#subscribe(sub, request);
    return this.#fail(new FlotillaError("not_found", `There is no subscription ${sub}.`), { sub });
  }

  /** Follows until the topic has ended or the subscription was ended; one of the same name ends. */
  async #subscribe(sub: number, request: SubscriptionRequest): Promise<void> {
    const ended = new AbortController();
    const { limits, open } = this.#parts;
    try {
      this.#subscriptions.get(sub)?.ended.abort();
      if (!this.#subscriptions.has(sub) && this.#subscriptions.size >= limits.subscriptions) {
        const message = `A connection has at most ${limits.subscriptions} subscriptions.`;
        throw new FlotillaError("rate_limited", message, { remedy: "Unsubscribe from some." });
      }
      const subscription: Subscription = { request, ended };
      this.#subscriptions.set(sub, subscription);
      await this.#require(subscription);
      const { follow, resource } = await open(this.#client, request.topic);
      if (resource !== undefined) subscription.resource = resource;
      if (ended.signal.aborted) return;
      this.#tell({ type: "subscribed", sub, data: request.topic });
      const sink = this.#sinkOf(sub, request.many, ended.signal);
      await follow(sink);
      if (!ended.signal.aborted && !sink.complete) throw cutOff();
    } catch (error) {
      if (!ended.signal.aborted) this.#fail(error, { sub });
    } finally {
      if (this.#subscriptions.get(sub)?.ended === ended) this.#subscriptions.delete(sub);
    }
  }

  #sinkOf(sub: number, many: boolean, signal: AbortSignal): MessageSink & { complete: boolean } {
    const outbox = this.#outbox;
    return {
      signal,
      complete: false,
      turn: (work) => outbox.turn(work),
      async send(messages) {
        if (signal.aborted) return;
        if (messages.at(-1)?.type === "end") this.complete = true;
        const texts = messages.map((message) => toText(message, sub));
        await outbox.send(many && texts.length > 1 ? [`[${texts.join(",")}]`] : texts);
      },
    };
  }

  async #command(command: StreamCommand): Promise<void> {
    this.#commands += 1;
    if (this.#commands === mostCommands) this.#client.socket.pause();
    try {
      const response = await this.#parts.command(this.#client, command);
      const data = response.status === 204 ? null : await response.json();
      if (this.#closed) return;
      this.#tell({ type: response.ok ? "result" : "error", id: command.id, data });
    } catch (error) {
      this.#fail(error, { id: command.id });
    } finally {
      this.#commands -= 1;
      if (this.#commands < mostCommands && !this.#closed) this.#client.socket.resume();
    }
  }

  async #require({ request, resource }: Subscription): Promise<void> {
    for (const permission of topicPermissions[request.topic.topic]) {
      await requirePermission(this.#parts.access, this.#client.caller, permission, resource);
    }
  }

  /** Ends what the client may no longer have: the connection, or some of its subscriptions. */
  async #recheck(): Promise<void> {
    const { caller } = this.#client;
    try {
      const now = await this.#parts.standing.caller(this.#client);
      if (now.organisation !== caller.organisation || now.environment !== caller.environment) {
        return this.close("forbidden", "You are signed in to something else now.");
      }
      this.#client.caller = now;
    } catch (error) {
      if (!(error instanceof FlotillaError)) return;
      if (error.code === "unauthenticated") return this.close("unauthenticated", "Sign in again.");
      if (error.code === "forbidden") return this.close("forbidden", "You may not any more.");
      return;
    }
    for (const [sub, subscription] of this.#subscriptions) {
      await this.#require(subscription).catch((error: unknown) => {
        if (subscription.ended.signal.aborted) return;
        subscription.ended.abort();
        this.#subscriptions.delete(sub);
        this.#fail(error, { sub });
      });
    }
  }

  #tell(message: ControlMessage): void {
    this.#outbox.post(JSON.stringify(message));
  }

  #fail(error: unknown, to: { id?: string; sub?: number }): void {
    if (this.#closed) return;
    const { caller, requestId } = this.#client;
    const problem = toProblem(error, requestId, this.#parts.redact.of(caller.organisation));
    this.#tell({ type: "error", ...to, data: problem });
  }
}

function requestOf(message: Subscribe): SubscriptionRequest {
  const { type: _type, sub: _sub, many = false, ...topic } = message;
  return { topic, many };
}

/** To what of the client's the answer to a message that makes no sense belongs, if that can be told. */
function addresseeOf(json: unknown): { id?: string; sub?: number } {
  const { id, sub, type } = (json ?? {}) as { id?: unknown; sub?: unknown; type?: unknown };
  if (typeof sub === "number" && Number.isInteger(sub)) return { sub };
  // The id of a subscription is that of what it is about.
  return typeof id === "string" && type !== "subscribe" ? { id: id.slice(0, 64) } : {};
}

function cutOff(): FlotillaError {
  return new FlotillaError("unavailable", "The stream was cut off.", {
    transient: true,
    remedy: "Subscribe again after the last cursor.",
  });
}
