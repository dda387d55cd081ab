import type { Clock, Log } from "@flotilla/core";

const writeEveryMs = 1_000;

export interface SumsParts<T> {
  clock: Clock;
  log: Log;
  /** What is counted, for the log. */
  what: string;
  add(a: T, b: T): T;
  write(sums: T[]): Promise<void>;
}

/**
 * Counts in memory, by key, and writes the sums together once a second, so that what is counted costs no statement of its own.
 * What cannot be written is added to what comes next.
 */
export class WrittenSums<T> {
  readonly #parts: SumsParts<T>;
  #sums = new Map<string, T>();
  #writing: Promise<void> | undefined;

  constructor(parts: SumsParts<T>) {
    this.#parts = parts;
  }

  note(key: string, one: T): void {
    const before = this.#sums.get(key);
    this.#sums.set(key, before === undefined ? one : this.#parts.add(before, one));
    this.#writing ??= this.#soon();
  }

  async close(): Promise<void> {
    await this.#writing;
    await this.#write();
  }

  async #soon(): Promise<void> {
    await this.#parts.clock.sleep(writeEveryMs).catch(() => undefined);
    this.#writing = undefined;
    await this.#write();
  }

  async #write(): Promise<void> {
    const { add, write, log, what } = this.#parts;
    const sums = this.#sums;
    if (sums.size === 0) return;
    this.#sums = new Map();
    try {
      await write([...sums.values()]);
    } catch (err) {
      log.warn({ err }, `${what} is noted later`);
      for (const [key, one] of sums) {
        const newer = this.#sums.get(key);
        this.#sums.set(key, newer === undefined ? one : add(one, newer));
      }
    }
  }
}
