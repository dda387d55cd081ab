import type { Clock } from "@flotilla/core";

export interface WriterOptions<T> {
  /** Writes them all or throws; what was thrown for comes again. */
  write(items: T[]): Promise<void>;
  clock: Clock;
  /** What was added first waits no longer than this, while writing works. */
  withinMs: number;
  /** So many wait at most while writing does not work. */
  mostWaiting: number;
  /** Told of items that had to go because too many wait. */
  onLost(items: T[]): void;
  /** Told of a write that failed; it is tried again. */
  onError(error: unknown): void;
  /** Items of one key that wait are one. */
  join?: { keyOf(item: T): string; merge(before: T, newer: T): T };
  /** What stays when too many wait; default: `newest`. */
  keeps?: "oldest" | "newest";
}

const mostPerWrite = 500;
const againMs = 1_000;

/**
 * Writes what is added behind the back of those who add it, many at a time, in order. Memory is
 * bounded: while nothing can be written the oldest go, or what comes then.
 */
export class BatchedWriter<T> {
  readonly #options: WriterOptions<T>;
  readonly #closed = new AbortController();
  /** By key; each has one of its own where none are joined. */
  #waiting = new Map<unknown, T>();
  #underWay = 0;
  #writing: Promise<boolean> = Promise.resolve(true);
  #loop: Promise<void> | undefined;

  constructor(options: WriterOptions<T>) {
    this.#options = options;
  }

  /** How many wait or are being written. */
  get size(): number {
    return this.#waiting.size + this.#underWay;
  }

  add(item: T): void {
    this.#put(this.#options.join?.keyOf(item) ?? Symbol(), item);
    this.#loop ??= this.#run();
  }

  /** Writes what was added so far, as far as it can; whether it could. */
  flush(): Promise<boolean> {
    this.#writing = this.#writing.then(() => this.#writeAll());
    return this.#writing;
  }

  /** Writes what waits, once; what cannot be written is lost. */
  async close(): Promise<void> {
    this.#closed.abort();
    await this.#loop;
    if (await this.flush()) return;
    this.#options.onLost(this.#take(this.#waiting.size).map(([, item]) => item));
  }

  async #run(): Promise<void> {
    let waitMs = this.#options.withinMs;
    while (this.#waiting.size > 0 && (await this.#sleep(waitMs))) {
      waitMs = (await this.flush()) ? this.#options.withinMs : againMs;
    }
    this.#loop = undefined;
  }

  async #writeAll(): Promise<boolean> {
    while (this.#waiting.size > 0) {
      const taken = this.#take(mostPerWrite);
      this.#underWay = taken.length;
      try {
        await this.#options.write(taken.map(([, item]) => item));
      } catch (error) {
        this.#options.onError(error);
        const newer = this.#waiting;
        this.#waiting = new Map(taken);
        for (const [key, item] of newer) this.#put(key, item);
        return false;
      } finally {
        this.#underWay = 0;
      }
    }
    return true;
  }

  #put(key: unknown, item: T): void {
    const { join, mostWaiting, keeps = "newest", onLost } = this.#options;
    const before = this.#waiting.get(key);
    if (before !== undefined && join) this.#waiting.set(key, join.merge(before, item));
    else if (keeps === "oldest" && this.#waiting.size >= mostWaiting) onLost([item]);
    else this.#waiting.set(key, item);
    if (this.#waiting.size > mostWaiting) onLost(this.#take(1).map(([, lost]) => lost));
  }

  /** Those that wait longest. */
  #take(most: number): [unknown, T][] {
    const taken: [unknown, T][] = [];
    for (const one of this.#waiting) {
      if (taken.length >= most) break;
      taken.push(one);
    }
    for (const [key] of taken) this.#waiting.delete(key);
    return taken;
  }

  /** False when it closes. */
  async #sleep(ms: number): Promise<boolean> {
    const { clock } = this.#options;
    return clock.sleep(ms, this.#closed.signal).then(
      () => true,
      () => false,
    );
  }
}
