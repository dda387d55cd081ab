import { FlotillaError } from "@flotilla/core";
import type { StreamMessage, TopicRequest } from "./stream.ts";
import type { StreamOptions } from "./transport.ts";
import { unreachable } from "./unreachable.ts";

/** Messages that wait to be read; with so many the subscription rests until there is room again. */
const mostWaiting = 5_000;

/** Why there is nothing more to read: the topic has ended, or a WebSocket is not to be had. */
export type FollowEnd = "ended" | "blocked";

/** One who follows a topic over the WebSocket: what has come and was not read, and his cursor. */
export class Follower {
  readonly request: TopicRequest;
  readonly #options: StreamOptions;
  readonly #messages: StreamMessage[] = [];
  #read = 0;
  #cursor: string | undefined;
  #end: FollowEnd | FlotillaError | undefined;
  #wake: (() => void) | undefined;
  #isLost = false;
  #givingUp: ReturnType<typeof setTimeout> | undefined;

  /** @param options its `lastEventId` is the cursor to begin after */
  constructor(request: TopicRequest, options: StreamOptions) {
    this.request = request;
    this.#cursor = options.lastEventId;
    this.#options = options;
  }

  /** Of everything that has come. */
  get cursor(): string | undefined {
    return this.#cursor;
  }

  get isFull(): boolean {
    return this.#messages.length - this.#read >= mostWaiting;
  }

  get hasRoom(): boolean {
    return this.#messages.length - this.#read < mostWaiting / 2;
  }

  deliver(message: StreamMessage): void {
    if ("cursor" in message && message.cursor !== undefined) this.#cursor = message.cursor;
    if (message.type === "end") this.#end = "ended";
    else this.#messages.push(message);
    this.#wake?.();
  }

  finish(end: "blocked" | FlotillaError): void {
    this.#end ??= end;
    this.#wake?.();
  }

  /** Told when the connection is lost and when it is found again. */
  lost(isLost: boolean): void {
    if (isLost === this.#isLost) return;
    this.#isLost = isLost;
    this.#options.onReconnecting?.(isLost);
    clearTimeout(this.#givingUp);
    const { giveUpAfterMs = Infinity } = this.#options;
    if (!isLost || giveUpAfterMs === Infinity) return;
    this.#givingUp = setTimeout(() => {
      this.finish(unreachable("The connection was lost and not found again."));
    }, giveUpAfterMs);
  }

  /** The next message. Throws what ended the subscription, or the signal's reason. */
  async next(): Promise<StreamMessage | FollowEnd> {
    const { signal } = this.#options;
    for (;;) {
      signal?.throwIfAborted();
      const message = this.#messages[this.#read];
      if (message) {
        this.#read += 1;
        if (this.#read === this.#messages.length || this.#read > mostWaiting) this.#forgetRead();
        return message;
      }
      if (this.#end instanceof FlotillaError) throw this.#end;
      if (this.#end) return this.#end;
      await this.#news(signal);
    }
  }

  close(): void {
    clearTimeout(this.#givingUp);
  }

  #forgetRead(): void {
    this.#messages.splice(0, this.#read);
    this.#read = 0;
  }

  async #news(signal: AbortSignal | undefined): Promise<void> {
    await new Promise<void>((resolve) => {
      this.#wake = resolve;
      signal?.addEventListener("abort", this.#wake, { once: true });
    });
    if (this.#wake) signal?.removeEventListener("abort", this.#wake);
    this.#wake = undefined;
  }
}
