import { mayProbe, type BreakerHealth, type BreakerSettings, type CallTally } from "./breaker.ts";
import type { Clock, Log } from "./port.ts";

/** How old what is known of other workers' calls may be. */
const refreshMs = 1_000;
/** Failures that come together are told together. */
const gatherMs = 50;
/** How long a book is kept up to date after something was last chosen by it. */
const followedMs = 60_000;

/** Where the health of what is called is kept, for all workers together. */
export interface HealthStore<H> {
  /** Also the database's time, in Unix milliseconds. */
  list(): Promise<{ now: number; all: H[] }>;
  /**
   * Changes what has these keys under its lock and tells all workers when a breaker changed. What nobody has called yet
   * is made first.
   */
  note(keys: string[], change: (health: H, now: number) => H): Promise<{ now: number; all: H[] }>;
  /** Called when a breaker changed somewhere. Returns the function that ends it. */
  onChange(callback: () => void): () => void;
}

export interface HealthBookParts<H extends BreakerHealth, T extends CallTally> {
  /** For log lines: of what it is the health. */
  what: string;
  keyOf: (health: H) => string;
  /** What nobody has called yet. */
  newOne: (key: string, now: number) => H;
  after: (health: H, tally: T, now: number, settings: BreakerSettings) => H;
  both: (first: T, then: T) => T;
  store: HealthStore<H>;
  clock: Clock;
  log: Log;
  settings: BreakerSettings;
}

/**
 * What this worker knows of the health of what it calls, and its calls that the others have not been told of.
 * Answers are told once a second, failures at once but together; looking something up reads memory only. While the
 * database is away, what was known stays.
 */
export class HealthBook<H extends BreakerHealth, T extends CallTally> {
  readonly #parts: HealthBookParts<H, T>;
  readonly #unlisten: () => void;
  readonly #known = new Map<string, H>();
  #tallies = new Map<string, T>();
  /** Keys whose probe this worker is asking for. */
  readonly #probing = new Set<string>();
  #aheadMs = 0;
  #timer: NodeJS.Timeout | undefined;
  #dueAt = Infinity;
  #syncing: Promise<void> | undefined;
  /** When something was last chosen by it. */
  #readAt = -Infinity;
  #isFollowing = false;
  #isClosed = false;

  constructor(parts: HealthBookParts<H, T>) {
    this.#parts = parts;
    this.#unlisten = parts.store.onChange(() => {
      if (this.#isFollowing) this.#syncWithin(0);
    });
  }

  /** Unix milliseconds by the database's clock, as far as it is known. */
  now(): number {
    return this.#parts.clock.now() + this.#aheadMs;
  }

  health(key: string): H | undefined {
    return this.#known.get(key);
  }

  /** Resolves once it is known how all are doing; for a minute it then stays known. */
  async ready(): Promise<void> {
    this.#readAt = performance.now();
    if (!this.#isFollowing) await this.sync();
  }

  /** Resolves once it is known how all are doing now. */
  async refresh(): Promise<void> {
    this.#readAt = performance.now();
    await this.#syncing;
    await this.sync();
  }

  /** @param isUrgent others are to know of it soon */
  note(key: string, tally: T, isUrgent: boolean): void {
    const wasOpen = (this.#known.get(key)?.openUntil ?? null) !== null;
    this.#add(key, tally);
    this.#syncWithin(isUrgent || wasOpen ? gatherMs : refreshMs);
  }

  /** Whether this call is the one that may find out if what is half open is well again. */
  async claimProbe(key: string): Promise<boolean> {
    if (this.#probing.has(key)) return false;
    this.#probing.add(key);
    let isMine = false;
    try {
      const { now, all } = await this.#parts.store.note([key], (health, at) => {
        isMine = mayProbe(health, at);
        const probeUntil = new Date(at + this.#parts.settings.probeMs).toISOString();
        return isMine ? { ...health, probeUntil } : health;
      });
      this.#learn(now, all);
      return isMine;
    } catch (error) {
      this.#parts.log.warn(
        { err: error, key },
        `a probe of ${this.#parts.what} failed to be claimed`,
      );
      return false;
    } finally {
      this.#probing.delete(key);
    }
  }

  /** Tells what is to be told and reads what others told. Calls that come meanwhile share it. */
  sync(): Promise<void> {
    clearTimeout(this.#timer);
    this.#dueAt = Infinity;
    this.#syncing ??= this.#sync().finally(() => {
      this.#syncing = undefined;
      if (this.#tallies.size > 0) this.#syncWithin(gatherMs);
      if (this.#isFollowing) this.#syncWithin(refreshMs);
    });
    return this.#syncing;
  }

  async close(): Promise<void> {
    this.#unlisten();
    await this.#syncing;
    this.#isClosed = true;
    if (this.#tallies.size > 0) await this.sync();
    clearTimeout(this.#timer);
  }

  async #sync(): Promise<void> {
    const { store, after, keyOf, settings, log, what } = this.#parts;
    const told = this.#tallies;
    this.#tallies = new Map();
    this.#isFollowing = performance.now() - this.#readAt < followedMs;
    try {
      if (told.size > 0) {
        const { now, all } = await store.note([...told.keys()], (health, at) => {
          const tally = told.get(keyOf(health));
          return tally ? after(health, tally, at, settings) : health;
        });
        this.#learn(now, all);
        told.clear();
      }
      if (!this.#isFollowing) return;
      const { now, all } = await store.list();
      this.#learn(now, all);
    } catch (error) {
      for (const [key, tally] of told) this.#tellAgain(key, tally);
      log.warn({ err: error }, `the health of ${what} was not shared; it is tried again`);
    }
  }

  /** Counts here at once, and for the others with the next telling. */
  #add(key: string, tally: T): void {
    const { both, newOne, after, settings } = this.#parts;
    const before = this.#tallies.get(key);
    this.#tallies.set(key, before ? both(before, tally) : tally);
    const health = this.#known.get(key) ?? newOne(key, this.now());
    this.#known.set(key, after(health, tally, this.now(), settings));
  }

  #tellAgain(key: string, tally: T): void {
    const since = this.#tallies.get(key);
    this.#tallies.set(key, since ? this.#parts.both(tally, since) : tally);
  }

  #learn(now: number, all: H[]): void {
    this.#aheadMs = now - this.#parts.clock.now();
    for (const health of all) this.#known.set(this.#parts.keyOf(health), health);
  }

  #syncWithin(ms: number): void {
    const at = performance.now() + ms;
    if (this.#isClosed || at >= this.#dueAt) return;
    clearTimeout(this.#timer);
    this.#dueAt = at;
    this.#timer = setTimeout(() => void this.sync(), ms).unref();
  }
}
