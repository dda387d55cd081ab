import type { Log } from "@flotilla/core";
import type { MessageSink } from "./message-sink.ts";
import type { Reading, StateSource } from "./state-source.ts";
import { StateViewer } from "./state-viewer.ts";
import { Wake } from "./wake.ts";

/** A state is read for at most this part of the time. */
const busiest = 0.1;

/**
 * Reads a state for all who follow it: the whole of it for who is new, then what changed. It runs
 * while it has viewers.
 */
export class StateFeed<Part> {
  readonly #source: StateSource<Part>;
  readonly #log: Log;
  readonly #wake = new Wake();
  readonly #viewers = new Set<StateViewer<Part>>();
  /** Each part as it was last told. */
  #state = new Map<string, { part: Part; text: string }>();
  #known = false;
  #closed = false;

  constructor(source: StateSource<Part>, log: Log) {
    this.#source = source;
    this.#log = log;
  }

  /** True once it has run: it takes no more viewers. */
  get closed(): boolean {
    return this.#closed;
  }

  /** Sends the state and its changes until the client is gone, or the feed cannot go on. */
  async follow(sink: MessageSink): Promise<void> {
    const viewer = new StateViewer<Part>(this.#source.toMessages);
    this.#viewers.add(viewer);
    if (this.#known) viewer.begin(this.#parts());
    this.#wake.raise();
    try {
      await viewer.sendTo(sink);
    } finally {
      this.#viewers.delete(viewer);
      if (this.#viewers.size === 0) this.#wake.raise();
    }
  }

  /** Resolves when nobody follows it any more, or it cannot be read. */
  async run(): Promise<void> {
    const { leastMs, pollMs } = this.#source;
    const unlisten = this.#source.listen?.(() => this.#wake.raise());
    try {
      while (this.#viewers.size > 0) {
        const began = performance.now();
        this.#apply(await this.#source.read());
        const quiet = Math.max(leastMs, (performance.now() - began) / busiest);
        await new Promise((resolve) => setTimeout(resolve, quiet));
        if (this.#viewers.size > 0) await this.#wake.wait(pollMs - quiet);
      }
    } catch (error) {
      this.#log.warn({ err: error, feed: this.#source.name }, "a state cannot be followed");
      for (const viewer of this.#viewers) viewer.finish();
    } finally {
      this.#closed = true;
      unlisten?.();
    }
  }

  #apply({ whole, parts, gone = [] }: Reading<Part>): void {
    const changed = new Map<string, Part>();
    for (const [key, part] of parts) {
      const text = JSON.stringify(part);
      if (this.#state.get(key)?.text === text) continue;
      this.#state.set(key, { part, text });
      changed.set(key, part);
    }
    const missing = whole ? [...this.#state.keys()].filter((key) => !parts.has(key)) : gone;
    const left = missing.filter((key) => this.#state.delete(key));
    const first = !this.#known;
    this.#known = true;
    for (const viewer of this.#viewers) {
      if (first) viewer.begin(this.#parts());
      else viewer.offer(changed, left);
    }
  }

  #parts(): Map<string, Part> {
    return new Map(Array.from(this.#state, ([key, { part }]) => [key, part]));
  }
}
