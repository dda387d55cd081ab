import type { AnswerKey, AnswerStore, CacheCounts, CachedAnswer, Clock } from "@flotilla/core";

const flushEveryMs = 1_000;

/** Counts what the cache does and tells the database once a second. What a crash loses is small. */
export class CacheCounter {
  readonly #store: Pick<AnswerStore, "count">;
  readonly #clock: Clock;
  readonly #closed: AbortSignal;
  #counts = new Map<string, CacheCounts>();
  #hits = new Map<string, AnswerKey & { hits: number }>();

  constructor(store: Pick<AnswerStore, "count">, clock: Clock, closed: AbortSignal) {
    this.#store = store;
    this.#clock = clock;
    this.#closed = closed;
  }

  answered(key: AnswerKey, priced: "cache" | "shared", { costMicros }: CachedAnswer): void {
    const counts = this.#of(key);
    if (priced === "cache") counts.hits++;
    else counts.shared++;
    counts.savedMicros += costMicros ?? 0;
    const id = `${key.organisation} ${key.hash}`;
    const known = this.#hits.get(id) ?? { ...key, hits: 0 };
    known.hits++;
    this.#hits.set(id, known);
  }

  missed(key: AnswerKey): void {
    this.#of(key).misses++;
  }

  /** Writes what was counted; a failure loses it. */
  async flush(): Promise<void> {
    const counts = [...this.#counts.values()];
    const hits = [...this.#hits.values()];
    this.#counts.clear();
    this.#hits.clear();
    if (counts.length > 0) await this.#store.count(counts, hits).catch(() => undefined);
  }

  #of({ organisation }: AnswerKey): CacheCounts {
    let counts = this.#counts.get(organisation);
    if (!counts) {
      if (this.#counts.size === 0) this.#flushSoon();
      counts = { organisation, hits: 0, shared: 0, misses: 0, savedMicros: 0 };
      this.#counts.set(organisation, counts);
    }
    return counts;
  }

  #flushSoon(): void {
    void this.#clock.sleep(flushEveryMs, this.#closed).then(
      () => this.flush(),
      () => undefined,
    );
  }
}
