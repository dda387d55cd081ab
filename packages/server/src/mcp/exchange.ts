import {
  isJSONRPCErrorResponse,
  isJSONRPCNotification,
  isJSONRPCRequest,
  isJSONRPCResultResponse,
  type JSONRPCMessage,
  type JSONRPCRequest,
  type MessageExtraInfo,
  type RequestId,
  type Transport,
  type TransportSendOptions,
} from "@modelcontextprotocol/server";
import type { McpSession } from "@flotilla/store";
import type { Asked, Place } from "./call.ts";
import { eventId } from "./event-place.ts";
import { MessageLog } from "./message-log.ts";

/** Requests to clients that wait for their answers, by the ids that the clients know. */
export class OpenQuestions {
  readonly #open = new Map<RequestId, (message: JSONRPCMessage) => void>();

  add(id: RequestId, take: (message: JSONRPCMessage) => void): void {
    this.#open.set(id, take);
  }

  /** Whether it was waited for here. */
  take(id: RequestId, message: JSONRPCMessage): boolean {
    const waiting = this.#open.get(id);
    this.#open.delete(id);
    waiting?.(message);
    return waiting !== undefined;
  }

  drop(id: RequestId): void {
    this.#open.delete(id);
  }
}

/**
 * What a client of a session has sent in one request, as a connection of the protocol's library. The library is told
 * first what the client had said at the session's opening, so that any server can go on with any session. What
 * is sent goes into a log, which the answer is made of.
 */
export class Exchange implements Transport {
  readonly sessionId: string;
  readonly log = new MessageLog();
  readonly gone = new AbortController();
  onmessage?: Transport["onmessage"];
  onclose?: Transport["onclose"];
  onerror?: Transport["onerror"];
  readonly #questions: OpenQuestions;
  readonly #asked = new Set<RequestId>();
  readonly #open = new Map<RequestId, { token: RequestId | undefined; place?: Place }>();
  readonly #primed = new Map<RequestId, () => void>();
  readonly #onStream: () => void;
  #questionCount = 0;
  #isOfRun = false;

  /** @param onStream the answer is more than responses: it has to be a stream */
  constructor(sessionId: string, questions: OpenQuestions, onStream: () => void) {
    this.sessionId = sessionId;
    this.#questions = questions;
    this.#onStream = onStream;
  }

  async start(): Promise<void> {}

  /** Tells the library what the session knows of the client. */
  async prime({ opening, logLevel }: McpSession): Promise<void> {
    await this.#primeWith("initialize", opening);
    this.onmessage?.({ jsonrpc: "2.0", method: "notifications/initialized" });
    if (logLevel !== null) await this.#primeWith("logging/setLevel", { level: logLevel });
  }

  async #primeWith(method: string, params: JSONRPCRequest["params"]): Promise<void> {
    const id = crypto.randomUUID();
    const answered = new Promise<void>((resolve) => this.#primed.set(id, resolve));
    this.onmessage?.({ jsonrpc: "2.0", id, method, params });
    await answered;
  }

  /** Hands over what the client has sent. */
  take(messages: readonly JSONRPCMessage[], request: Request): void {
    for (const message of messages.filter(isJSONRPCRequest)) {
      const token = message.params?._meta?.progressToken;
      this.#open.set(message.id, { token });
    }
    const extra: MessageExtraInfo = { request, closeSSEStream: () => this.log.cut() };
    for (const message of messages) this.onmessage?.(message, extra);
  }

  async send(message: JSONRPCMessage, options?: TransportSendOptions): Promise<void> {
    if (isJSONRPCResultResponse(message) || isJSONRPCErrorResponse(message)) {
      const { id } = message;
      const primed = id === undefined ? undefined : this.#primed.get(id);
      if (primed) return primed();
      return this.#respond(message, id);
    }
    const requestId = options?.relatedRequestId;
    // What belongs to no request has no stream here.
    if (requestId === undefined || !this.#open.has(requestId)) return;
    this.#onStream();
    if (isJSONRPCRequest(message)) this.#sendQuestion(message, requestId);
    else if (isJSONRPCNotification(message)) this.#push(message, requestId);
  }

  /** From here on a client that comes back goes on after that place. */
  at(requestId: RequestId, place: Place): void {
    const open = this.#open.get(requestId);
    if (!open) return;
    const isNew = open.place === undefined;
    open.place = place;
    this.#isOfRun = true;
    // Told at once, since nothing else may be for long.
    if (isNew) this.#push(undefined, requestId);
  }

  /** Whether a client that comes back is served from a journal, and needs nothing that is kept here. */
  get isOfRun(): boolean {
    return this.#isOfRun;
  }

  /** Asks what runs ask. Their answers name the interrupt, and need nobody who waits for them. */
  async ask(requestId: RequestId, asked: Asked[]): Promise<void> {
    for (const { interrupt, form } of asked) {
      const { runId, interruptId, hash } = interrupt;
      this.#onStream();
      const id = `ask ${runId} ${interruptId} ${hash ?? "-"}`;
      this.#push(
        { jsonrpc: "2.0", id, method: "elicitation/create", params: { ...form } },
        requestId,
      );
    }
  }

  async close(): Promise<void> {
    for (const id of this.#asked) this.#questions.drop(id);
    this.log.end();
    this.onclose?.();
  }

  /** An id that no other question of any exchange has. */
  #sendQuestion(message: JSONRPCRequest, requestId: RequestId): void {
    const id = `${this.log.id}-${this.#questionCount++}`;
    this.#asked.add(id);
    this.#questions.add(id, (answer) => this.onmessage?.({ ...answer, id: message.id }));
    this.#push({ ...message, id }, requestId);
  }

  #respond(message: JSONRPCMessage, id: RequestId | undefined): void {
    this.#push(message, id);
    if (id !== undefined) this.#open.delete(id);
    if (this.#open.size === 0) void this.close();
  }

  #push(message: JSONRPCMessage | undefined, requestId: RequestId | undefined): void {
    const open = requestId === undefined ? undefined : this.#open.get(requestId);
    this.log.push((index) => {
      if (!open?.place || requestId === undefined) {
        return eventId({ kind: "log", log: this.log.id, index: index + 1 });
      }
      return eventId({ kind: "run", place: open.place, requestId, progressToken: open.token });
    }, message);
  }
}

const askShape = /^ask (run_[0-9a-z]{26}) (\S{1,64}) ([0-9a-f]{64}|-)$/;

/** The interrupt that an answer's id names; undefined for other ids. */
export function askedBy(id: RequestId) {
  const [, runId, interruptId, hash] = askShape.exec(String(id)) ?? [];
  if (runId === undefined || interruptId === undefined) return undefined;
  return { runId, interruptId, hash: hash === "-" ? undefined : hash };
}
