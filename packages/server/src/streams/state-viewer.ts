import type { MessageSink } from "./message-sink.ts";
import type { StateSource } from "./state-source.ts";
import { Wake } from "./wake.ts";

const longestWaitMs = 60_000;

/**
 * One client that follows a state. Changes that it has not taken yet are merged, so a slow client
 * holds at most one state.
 */
export class StateViewer<Part> {
  readonly #toMessages: StateSource<Part>["toMessages"];
  readonly #wake = new Wake();
  #parts = new Map<string, Part>();
  #gone = new Set<string>();
  #whole = false;
  #begun = false;
  #finished = false;

  constructor(toMessages: StateSource<Part>["toMessages"]) {
    this.#toMessages = toMessages;
  }

  /** It gets the whole state; changes count from here on. */
  begin(parts: ReadonlyMap<string, Part>): void {
    this.#parts = new Map(parts);
    this.#gone.clear();
    this.#whole = true;
    this.#begun = true;
    this.#wake.raise();
  }

  offer(parts: ReadonlyMap<string, Part>, gone: readonly string[]): void {
    if (!this.#begun || parts.size + gone.length === 0) return;
    for (const [key, part] of parts) {
      this.#parts.set(key, part);
      this.#gone.delete(key);
    }
    for (const key of gone) {
      this.#parts.delete(key);
      this.#gone.add(key);
    }
    this.#wake.raise();
  }

  /** Nothing more will be offered; the client has to begin again. */
  finish(): void {
    this.#finished = true;
    this.#wake.raise();
  }

  async sendTo(sink: MessageSink): Promise<void> {
    while (!sink.signal.aborted && !this.#finished) {
      if (this.#hasNews) await sink.turn(() => sink.send(this.#take()));
      else await this.#wake.wait(longestWaitMs, sink.signal);
    }
  }

  get #hasNews(): boolean {
    return this.#whole || this.#parts.size + this.#gone.size > 0;
  }

  #take() {
    const change = { whole: this.#whole, parts: this.#parts, gone: [...this.#gone] };
    this.#parts = new Map();
    this.#gone = new Set();
    this.#whole = false;
    return this.#toMessages(change);
  }
}
