import type { ServerResponse } from "node:http";
import type { Fault } from "./fault.ts";
import type { Format, Frames } from "./format.ts";

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

/**
 * Writes a stream at its pace, with one timer. Resolves when the response has ended,
 * whoever ended it.
 */
export function writeStream(
  response: ServerResponse,
  frames: Frames,
  format: Format,
  pace: Pace,
  fault: Fault | undefined,
): Promise<Sent> {
  return new Promise((resolve) => {
    const plan = cut(frames, format, fault);
    const writer = new StreamWriter(response, plan, pace);
    response.once("close", () => {
      writer.stop();
      const isTold = plan.events.some(({ event }) => event.endsWith(frames.terminal));
      resolve({ tokens: writer.tokens, whole: isTold && writer.isDone });
    });
    writer.start();
  });
}

/** How a stream ends after its events. */
type Ending = "end" | "stall" | "reset" | { repeat: string; everyMs: number };

interface Plan {
  /** Each with the tokens it waits for. */
  events: { event: string; tokens: number }[];
  ending: Ending;
}

/** The events that are sent, and what happens then. */
function cut(frames: Frames, format: Format, fault: Fault | undefined): Plan {
  const { open, deltas, close, terminal } = frames;
  const kept = "after" in (fault ?? {}) ? (fault as { after?: number }).after : undefined;
  const at = kept ?? Math.floor(deltas.length / 2);
  const first = { event: open, tokens: 0 };
  const last = { event: close + terminal, tokens: 0 };
  const partial = [first, ...deltas.slice(0, at)];
  switch (fault?.kind) {
    case "eof":
      return { events: partial, ending: "end" };
    case "stall":
      return { events: partial, ending: "stall" };
    case "reset":
      return { events: partial, ending: "reset" };
    case "keep_alive":
      return { events: partial, ending: { repeat: format.keepAlive, everyMs: fault.everyMs } };
    case "no_terminal":
      return { events: [first, ...deltas, { event: close, tokens: 0 }], ending: "end" };
    case "malformed": {
      const broken = { event: 'data: {"id":"x","cho\n\n', tokens: 0 };
      return { events: [...partial, broken, ...deltas.slice(at), last], ending: "end" };
    }
    case "error_event": {
      const error = { event: format.errorEvent(fault.code, fault.message), tokens: 0 };
      return { events: [...partial, error], ending: "end" };
    }
    default:
      return { events: [first, ...deltas, last], ending: "end" };
  }
}

class StreamWriter {
  readonly #response: ServerResponse;
  readonly #plan: Plan;
  readonly #pace: Pace;
  #timer: NodeJS.Timeout | undefined;
  #next = 0;
  #begun = 0;
  #tokens = 0;

  constructor(response: ServerResponse, plan: Plan, pace: Pace) {
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
    clearTimeout(this.#timer);
  }

  #begin(): void {
    this.#response.writeHead(200, {
      "content-type": "text/event-stream; charset=utf-8",
      "cache-control": "no-cache",
    });
    this.#begun = performance.now();
    this.#write();
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
      return;
    }
    this.#response.write(text, () => {
      if (ending === "reset") this.#response.socket?.resetAndDestroy();
    });
    if (typeof ending === "object") {
      this.#timer = setInterval(() => this.#response.write(ending.repeat), ending.everyMs);
    }
  }
}
