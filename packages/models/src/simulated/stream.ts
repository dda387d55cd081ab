import type { ServerResponse } from "node:http";
import type { StreamPlan } from "./plan-stream.ts";

export interface Pace {
  /** To the first byte. */
  latencyMs: number;
  /** Undefined: the whole answer at once. */
  tokensPerSecond: number | undefined;
}

/** What went out before the response ended. */
export interface Sent {
  tokens: number;
  /** With the event that ends an answer. */
  whole: boolean;
}

/** Written events are grouped to this, as a network would. */
const groupMs = 10;
/** Between pieces that must arrive apart. */
const apartMs = 2;
/** What was sent before a reset may be lost if it is not taken yet. */
const resetMs = 20;
const floodBytes = 64 * 1024;

/**
 * Writes a stream at its pace, with one timer. Resolves when the response has ended,
 * whoever ended it.
 */
export function writeStream(response: ServerResponse, plan: StreamPlan, pace: Pace): Promise<Sent> {
  // The caller went away before there was anything to send.
  if (response.destroyed) return Promise.resolve({ tokens: 0, whole: false });
  return new Promise((resolve) => {
    const writer = new StreamWriter(response, plan, pace);
    response.once("close", () => {
      writer.stop();
      resolve({ tokens: writer.tokens, whole: plan.whole && writer.isDone });
    });
    writer.start();
  });
}

class StreamWriter {
  readonly #response: ServerResponse;
  readonly #plan: StreamPlan;
  readonly #pace: Pace;
  #timer: NodeJS.Timeout | undefined;
  #next = 0;
  #begun = 0;
  #tokens = 0;
  #stopped = false;

  constructor(response: ServerResponse, plan: StreamPlan, pace: Pace) {
    this.#response = response;
    this.#plan = plan;
    this.#pace = pace;
  }

  /** Sent so far. */
  get tokens(): number {
    return this.#tokens;
  }

  /** Whether all events of the plan were sent. */
  get isDone(): boolean {
    return this.#next >= this.#plan.events.length;
  }

  start(): void {
    const { latencyMs } = this.#pace;
    if (latencyMs > 0) this.#timer = setTimeout(() => this.#begin(), latencyMs);
    else this.#begin();
  }

  stop(): void {
    this.#stopped = true;
    clearTimeout(this.#timer);
  }

  #begin(): void {
    this.#response.writeHead(200, {
      "content-type": "text/event-stream; charset=utf-8",
      "cache-control": "no-cache",
    });
    this.#begun = performance.now();
    if (this.#plan.fragmented) this.#writeFragments();
    else this.#write();
  }

  #writeFragments(): void {
    const { events } = this.#plan;
    const pieces = fragments(Buffer.from(events.map(({ event }) => event).join("")));
    const next = () => {
      const piece = pieces.shift();
      if (!piece) {
        this.#tokens = events.reduce((sum, { tokens }) => sum + tokens, 0);
        this.#next = events.length;
        return this.#response.end();
      }
      this.#response.write(piece);
      this.#timer = setTimeout(next, apartMs);
    };
    next();
  }

  /** Writes all events that are due, then sleeps until the next one is. */
  #write(): void {
    const { tokensPerSecond } = this.#pace;
    const { events } = this.#plan;
    const elapsed = (performance.now() - this.#begun) / 1_000;
    const due = tokensPerSecond ? elapsed * tokensPerSecond : Infinity;
    let text = "";
    for (let event = events[this.#next]; event; event = events[this.#next]) {
      if (this.#tokens + event.tokens > due) break;
      this.#tokens += event.tokens;
      text += event.event;
      this.#next++;
    }
    const upcoming = events[this.#next];
    if (!upcoming) return this.#finish(text);
    if (text) this.#response.write(text);
    const dueMs = ((this.#tokens + upcoming.tokens) / (tokensPerSecond ?? 1)) * 1_000;
    const waitMs = Math.max(groupMs, dueMs - elapsed * 1_000);
    this.#timer = setTimeout(() => this.#write(), waitMs);
  }

  #finish(text: string): void {
    const { ending } = this.#plan;
    if (ending === "end") {
      this.#response.end(text);
    } else if (typeof ending === "object" && "flood" in ending) {
      this.#response.write(text);
      this.#flood(ending);
    } else if (typeof ending === "object") {
      this.#response.write(text);
      this.#timer = setInterval(() => this.#response.write(ending.repeat), ending.everyMs);
    } else {
      this.#response.write(text, () => {
        if (ending !== "reset" || this.#stopped) return;
        this.#timer = setTimeout(() => this.#response.socket?.resetAndDestroy(), resetMs);
      });
    }
  }

  /** Writes as fast as it is read. */
  #flood({ flood, bytes, end }: { flood: string; bytes: number; end: string }): void {
    const block = flood.repeat(Math.ceil(floodBytes / flood.length));
    let left = bytes;
    const next = () => {
      while (left > 0 && !this.#stopped) {
        left -= block.length;
        if (!this.#response.write(block)) return void this.#response.once("drain", next);
      }
      if (!this.#stopped) this.#response.end(end);
    };
    next();
  }
}

/** Bytes cut inside every character of more than one byte; where there is none, every few bytes. */
function fragments(bytes: Buffer): Buffer[] {
  const cuts = [...bytes.keys()].filter((at) => ((bytes[at] ?? 0) & 0b1100_0000) === 0b1000_0000);
  const places = cuts.length > 0 ? cuts : Array.from({ length: 50 }, (_, index) => (index + 1) * 7);
  const inside = places.filter((place) => place < bytes.length);
  return [0, ...inside].map((start, index) => bytes.subarray(start, inside[index]));
}
