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
}

const mostPerWrite = 500;
const againMs = 1_000;

/**
 * Writes what is added behind the back of those who add it, many at a time, in order. Memory is
 * bounded: while nothing can be written the oldest go.
 */
export class BatchedWriter<T> {
  readonly #options: WriterOptions<T>;
  readonly #closed = new AbortController();
  #waiting: T[] = [];
  #loop: Promise<void> | undefined;

  constructor(options: WriterOptions<T>) {
    this.#options = options;
  }

  /** How many wait or are being written. */
  get size(): number {
    return this.#waiting.length;
  }

  add(item: T): void {
    this.#waiting.push(item);
    const { mostWaiting, onLost } = this.#options;
    if (this.#waiting.length > mostWaiting) onLost(this.#waiting.splice(0, 1));
    this.#loop ??= this.#run();
  }

  /** Writes what waits, once; what cannot be written is lost. */
  async close(): Promise<void> {
    this.#closed.abort();
    await this.#loop;
    try {
      while (this.#waiting.length > 0) await this.#write();
    } catch (error) {
      this.#options.onError(error);
      this.#options.onLost(this.#waiting.splice(0));
    }
  }

  async #run(): Promise<void> {
    let waitMs = this.#options.withinMs;
    while (this.#waiting.length > 0 && (await this.#sleep(waitMs))) {
      try {
        while (this.#waiting.length > 0) await this.#write();
        waitMs = this.#options.withinMs;
      } catch (error) {
        this.#options.onError(error);
        waitMs = againMs;
      }
    }
    this.#loop = undefined;
  }

  async #write(): Promise<void> {
    const items = this.#waiting.slice(0, mostPerWrite);
    await this.#options.write(items);
    // Some of them may have gone meanwhile.
    const written = new Set(items);
    this.#waiting = this.#waiting.filter((item) => !written.has(item));
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
