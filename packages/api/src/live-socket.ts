import { FlotillaError } from "@flotilla/core";
import type { Follower } from "./live-follower.ts";
import { pause, reconnectMs } from "./pause.ts";
import { toProblemError } from "./problem.ts";
import { closeCodes, type ServerMessage, type StreamCommandInput } from "./stream.ts";

/** A command as it is sent, without the id that its answer comes under. */
export type UnsentCommand = StreamCommandInput extends infer One
  ? One extends StreamCommandInput
    ? Omit<One, "id">
    : never
  : never;

export interface LiveSocketParts {
  /** Opens the WebSocket. */
  open(): WebSocket;
  /**
   * What is wrong when a WebSocket cannot be opened: `blocked` when the server answers all the same,
   * an error when it refuses who asks, undefined when it does not answer.
   */
  diagnose(): Promise<"blocked" | FlotillaError | undefined>;
  random: () => number;
}

interface PendingCommand {
  message: object;
  resolve(answer: unknown): void;
  reject(error: FlotillaError): void;
}

/** How a connection ended. */
interface Ending {
  /** It was open, and the server said hello. */
  wasOpen: boolean;
  code: number;
}

/** A connection that nobody needs is kept for so long. */
const lingerMs = 5_000;
/** A server says hello within this time. */
const helloMs = 10_000;
/** Tries before it is asked what is wrong. */
const patience = 2;
/** A server that is full is not asked again at once. */
const fullMs = 5_000;
const dead = 4_000;

/**
 * One WebSocket for all who follow and command, opened when somebody does and reopened when it is lost:
 * each subscription goes on after its cursor, each command that has no answer is sent again under its
 * idempotency key.
 */
export class LiveSocket {
  readonly #parts: LiveSocketParts;
  readonly #followers = new Map<Follower, number | undefined>();
  readonly #bySub = new Map<number, Follower>();
  readonly #commands = new Map<string, PendingCommand>();
  #socket: WebSocket | undefined;
  #running = false;
  #number = 0;
  #lingering: ReturnType<typeof setTimeout> | undefined;
  #closed = false;
  #isBlocked = false;

  constructor(parts: LiveSocketParts) {
    this.#parts = parts;
  }

  /** A WebSocket could not be opened although the server answers: something in between allows none. */
  get isBlocked(): boolean {
    return this.#isBlocked;
  }

  add(follower: Follower): void {
    this.#followers.set(follower, undefined);
    if (this.#socket) this.#subscribe(follower);
    else this.#run();
  }

  /** Goes on with a subscription that rested because too much had come. */
  awaken(follower: Follower): void {
    const rests = this.#followers.has(follower) && this.#followers.get(follower) === undefined;
    if (rests && this.#socket && follower.hasRoom) this.#subscribe(follower);
  }

  remove(follower: Follower): void {
    this.#rest(follower);
    this.#followers.delete(follower);
    follower.close();
    this.#lingerIfIdle();
  }

  /** Resolves with the command's answer. Throws the problem it was refused with. */
  command(command: UnsentCommand): Promise<unknown> {
    const id = `c${(this.#number += 1)}`;
    const message = { idempotencyKey: crypto.randomUUID(), ...command, id };
    const answer = new Promise<unknown>((resolve, reject) => {
      this.#commands.set(id, { message, resolve, reject });
    });
    if (this.#socket) this.#send(message);
    else this.#run();
    return answer;
  }

  close(): void {
    this.#closed = true;
    this.#fail(new FlotillaError("cancelled", "The connection was closed."));
    this.#socket?.close(1000);
    clearTimeout(this.#lingering);
  }

  get #isNeeded(): boolean {
    return !this.#closed && this.#followers.size + this.#commands.size > 0;
  }

  /** Keeps a connection as long as somebody needs it. */
  #run(): void {
    if (this.#running || !this.#isNeeded) return;
    this.#running = true;
    void this.#keep().finally(() => {
      this.#running = false;
      // Somebody may have come while the last connection ended.
      this.#run();
    });
  }

  async #keep(): Promise<void> {
    // A server that comes back while it is asked what is wrong answers, and blocks nothing.
    let suspicions = 0;
    for (let failures = 0; this.#isNeeded; failures++) {
      const ending = await this.#connect();
      if (!this.#isNeeded) return;
      if (ending.wasOpen) failures = suspicions = 0;
      for (const follower of this.#followers.keys()) {
        this.#followers.set(follower, undefined);
        follower.lost(true);
      }
      const trouble = refusals[ending.code] ?? (await this.#trouble(ending, failures));
      suspicions = trouble === "blocked" ? suspicions + 1 : 0;
      if (suspicions > 1) return this.#block();
      if (trouble instanceof FlotillaError) return this.#fail(trouble);
      const isFull =
        ending.code === closeCodes.overloaded || ending.code === closeCodes.rateLimited;
      await pause((isFull ? fullMs : 0) + reconnectMs(failures, this.#parts.random));
    }
  }

  async #trouble({ wasOpen }: Ending, failures: number) {
    return wasOpen || failures + 1 < patience ? undefined : this.#parts.diagnose();
  }

  /** Opens a connection; resolves once it has ended. */
  #connect(): Promise<Ending> {
    return new Promise((resolve) => {
      const socket = this.#parts.open();
      let heardAt = performance.now();
      let silenceMs = helloMs;
      let wasOpen = false;
      const ended = new AbortController();
      const { signal } = ended;
      const end = (code: number) => {
        clearInterval(watch);
        ended.abort();
        if (this.#socket === socket) this.#socket = undefined;
        this.#bySub.clear();
        resolve({ wasOpen, code });
      };
      const watch = setInterval(() => {
        if (performance.now() - heardAt < silenceMs) return;
        // A connection that is dead would not answer a close for a long time.
        socket.close();
        end(dead);
      }, 1_000);
      // After an error comes a close.
      socket.addEventListener("close", ({ code }) => end(code), { signal });
      const onMessage = ({ data }: MessageEvent) => {
        heardAt = performance.now();
        const message = JSON.parse(String(data)) as ServerMessage | ServerMessage[];
        if (Array.isArray(message)) return message.forEach((one) => this.#receive(one));
        if (message.type !== "hello") return this.#receive(message);
        wasOpen = true;
        silenceMs = message.data.heartbeatMs * 2 + 1_000;
        this.#begin(socket);
      };
      socket.addEventListener("message", onMessage, { signal });
    });
  }

  #begin(socket: WebSocket): void {
    this.#socket = socket;
    for (const { message } of this.#commands.values()) this.#send(message);
    for (const follower of this.#followers.keys()) this.#subscribe(follower);
    this.#lingerIfIdle();
  }

  #receive(message: ServerMessage): void {
    switch (message.type) {
      case "hello":
      case "ping":
      case "pong":
      case "unsubscribed":
        return;
      case "subscribed":
        return this.#bySub.get(message.sub)?.lost(false);
      case "result":
        return this.#settle(message.id, (command) => command.resolve(message.data));
      case "error": {
        const error = toProblemError(message.data);
        if ("id" in message && message.id !== undefined) {
          return this.#settle(message.id, (command) => command.reject(error));
        }
        return message.sub === undefined ? undefined : this.#interrupted(message.sub, error);
      }
      default:
        return this.#deliver(message);
    }
  }

  #deliver({ sub, ...message }: Exclude<ServerMessage, { type: "hello" }> & { sub: number }): void {
    const follower = this.#bySub.get(sub);
    if (!follower) return;
    follower.deliver(message as Parameters<Follower["deliver"]>[0]);
    if (message.type === "end") this.#bySub.delete(sub);
    else if (follower.isFull) this.#rest(follower);
  }

  /** What is only away is asked for again; anything else is the follower's to know. */
  #interrupted(sub: number, error: FlotillaError): void {
    const follower = this.#bySub.get(sub);
    if (!follower) return;
    this.#bySub.delete(sub);
    this.#followers.set(follower, undefined);
    if (!error.transient) return follower.finish(error);
    follower.lost(true);
    setTimeout(() => this.awaken(follower), 100 + reconnectMs(3, this.#parts.random));
  }

  #settle(id: string, how: (command: PendingCommand) => void): void {
    const command = this.#commands.get(id);
    this.#commands.delete(id);
    if (command) how(command);
    this.#lingerIfIdle();
  }

  #subscribe(follower: Follower): void {
    const sub = (this.#number += 1);
    const { request, cursor } = follower;
    this.#followers.set(follower, sub);
    this.#bySub.set(sub, follower);
    const after = cursor === undefined || !("id" in request) ? {} : { after: cursor };
    this.#send({ type: "subscribe", sub, many: true, ...request, ...after });
  }

  #rest(follower: Follower): void {
    const sub = this.#followers.get(follower);
    if (sub === undefined) return;
    this.#followers.set(follower, undefined);
    if (this.#bySub.delete(sub)) this.#send({ type: "unsubscribe", sub });
  }

  #send(message: object): void {
    this.#socket?.send(JSON.stringify(message));
  }

  #block(): void {
    this.#isBlocked = true;
    const error = new FlotillaError("unavailable", "No WebSocket can be opened.", {
      transient: true,
    });
    for (const command of this.#commands.values()) command.reject(error);
    this.#commands.clear();
    for (const follower of this.#followers.keys()) follower.finish("blocked");
    this.#followers.clear();
  }

  #fail(error: FlotillaError): void {
    for (const command of this.#commands.values()) command.reject(error);
    this.#commands.clear();
    for (const follower of this.#followers.keys()) follower.finish(error);
    this.#followers.clear();
  }

  #lingerIfIdle(): void {
    clearTimeout(this.#lingering);
    if (this.#isNeeded || !this.#socket) return;
    this.#lingering = setTimeout(() => {
      if (!this.#isNeeded) this.#socket?.close(1000);
    }, lingerMs);
  }
}

/** Closes after which to come back makes no sense. */
const refusals: Readonly<Record<number, FlotillaError>> = {
  [closeCodes.unauthenticated]: new FlotillaError(
    "unauthenticated",
    "The server does not know any more who asks.",
  ),
  [closeCodes.forbidden]: new FlotillaError("forbidden", "You may not follow this any more."),
  [closeCodes.protocol]: new FlotillaError(
    "invalid_request",
    "The server could not make sense of what this client sent.",
    { remedy: "Use a client of the server's version." },
  ),
  [closeCodes.tooLarge]: new FlotillaError("too_large", "A message was longer than 64 KiB.", {
    remedy: "Send it as a request over HTTP.",
  }),
};
