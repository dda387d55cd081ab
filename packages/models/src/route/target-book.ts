import {
  newTarget,
  type Clock,
  type Log,
  type TargetHealth,
  type TargetOutcome,
  type TargetStore,
} from "@flotilla/core";
import {
  afterCalls,
  mayProbe,
  speaksOfTarget,
  type BreakerSettings,
  type TargetTally,
} from "./breaker.ts";

/** How old what is known of other workers' calls may be. */
const refreshMs = 1_000;
/** Failures that come together are told together. */
const gatherMs = 50;
/** How long a book is kept up to date after something was last chosen by it. */
const followedMs = 60_000;
/** More is not measured: an answer that came at once. */
const mostTokensPerSecond = 10_000;

const emptyTally: TargetTally = {
  answered: 0,
  failed: 0,
  failuresInARow: 0,
  lastFailure: null,
  failovers: 0,
  pauseMs: null,
  firstTokenMs: null,
  tokensPerSecond: null,
};

/**
 * What this worker knows of the targets' health, and its calls that the others have not been told
 * of. Answers are told once a second, failures at once but together; choosing a target reads
 * memory only. While the database is away, what was known stays.
 */
export class TargetBook {
  readonly #store: TargetStore;
  readonly #clock: Clock;
  readonly #log: Log;
  readonly #settings: BreakerSettings;
  readonly #unlisten: () => void;
  readonly #known = new Map<string, TargetHealth>();
  #tallies = new Map<string, TargetTally>();
  /** Models whose probe this worker is asking for. */
  readonly #probing = new Set<string>();
  #aheadMs = 0;
  #timer: NodeJS.Timeout | undefined;
  #dueAt = Infinity;
  #syncing: Promise<void> | undefined;
  /** When something was last chosen by it. */
  #readAt = -Infinity;
  #isFollowing = false;
  #isClosed = false;

  constructor(parts: { targets: TargetStore; clock: Clock; log: Log; breaker: BreakerSettings }) {
    this.#store = parts.targets;
    this.#clock = parts.clock;
    this.#log = parts.log;
    this.#settings = parts.breaker;
    this.#unlisten = parts.targets.onChange(() => {
      if (this.#isFollowing) this.#syncWithin(0);
    });
  }

  /** Unix milliseconds by the database's clock, as far as it is known. */
  now(): number {
    return this.#clock.now() + this.#aheadMs;
  }

  health(model: string): TargetHealth | undefined {
    return this.#known.get(model);
  }

  /** Resolves once it is known how the targets are doing; for a minute it then stays known. */
  async ready(): Promise<void> {
    this.#readAt = performance.now();
    if (!this.#isFollowing) await this.sync();
  }

  /** Resolves once it is known how the targets are doing now. */
  async refresh(): Promise<void> {
    this.#readAt = performance.now();
    await this.#syncing;
    await this.sync();
  }

  note(model: string, outcome: TargetOutcome): void {
    const wasOpen = (this.#known.get(model)?.openUntil ?? null) !== null;
    this.#add(model, tallyOf(outcome));
    this.#syncWithin(outcome.kind === "failed" || wasOpen ? gatherMs : refreshMs);
  }

  /** A failure of the model is made good by another target. */
  noteFailover(model: string): void {
    this.#add(model, { ...emptyTally, failovers: 1 });
    this.#syncWithin(refreshMs);
  }

  /** Whether this call is the one that may find out if a half-open target is well again. */
  async claimProbe(model: string): Promise<boolean> {
    if (this.#probing.has(model)) return false;
    this.#probing.add(model);
    let isMine = false;
    try {
      const { now, targets } = await this.#store.note([model], (health, at) => {
        isMine = mayProbe(health, at);
        const probeUntil = new Date(at + this.#settings.probeMs).toISOString();
        return isMine ? { ...health, probeUntil } : health;
      });
      this.#learn(now, targets);
      return isMine;
    } catch (error) {
      this.#log.warn({ err: error, model }, "the probe of a target could not be claimed");
      return false;
    } finally {
      this.#probing.delete(model);
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
    const told = this.#tallies;
    this.#tallies = new Map();
    this.#isFollowing = performance.now() - this.#readAt < followedMs;
    try {
      if (told.size > 0) {
        const { now, targets } = await this.#store.note([...told.keys()], (health, at) => {
          const tally = told.get(health.model);
          return tally ? afterCalls(health, tally, at, this.#settings) : health;
        });
        this.#learn(now, targets);
        told.clear();
      }
      if (!this.#isFollowing) return;
      const { now, targets } = await this.#store.list();
      this.#learn(now, targets);
    } catch (error) {
      for (const [model, tally] of told) this.#tellAgain(model, tally);
      this.#log.warn({ err: error }, "the health of the targets was not shared; it is tried again");
    }
  }

  /** Counts here at once, and for the others with the next telling. */
  #add(model: string, tally: TargetTally): void {
    const before = this.#tallies.get(model);
    this.#tallies.set(model, before ? bothTallies(before, tally) : tally);
    const health = this.#known.get(model) ?? newTarget(model, this.now());
    this.#known.set(model, afterCalls(health, tally, this.now(), this.#settings));
  }

  #tellAgain(model: string, tally: TargetTally): void {
    const since = this.#tallies.get(model);
    this.#tallies.set(model, since ? bothTallies(tally, since) : tally);
  }

  #learn(now: number, targets: TargetHealth[]): void {
    this.#aheadMs = now - this.#clock.now();
    for (const health of targets) this.#known.set(health.model, health);
  }

  #syncWithin(ms: number): void {
    const at = performance.now() + ms;
    if (this.#isClosed || at >= this.#dueAt) return;
    clearTimeout(this.#timer);
    this.#dueAt = at;
    this.#timer = setTimeout(() => void this.sync(), ms).unref();
  }
}

function tallyOf(outcome: TargetOutcome): TargetTally {
  if (outcome.kind === "answered") {
    const { firstTokenMs, ms, outputTokens } = outcome;
    const seconds = Math.max(1, ms - (firstTokenMs ?? 0)) / 1_000;
    const tokensPerSecond = Math.min(outputTokens / seconds, mostTokensPerSecond);
    return {
      ...emptyTally,
      answered: 1,
      firstTokenMs: firstTokenMs ?? ms,
      tokensPerSecond: outputTokens > 0 ? tokensPerSecond : null,
    };
  }
  const { code, retryAfterMs } = outcome;
  if (code === "model_rate_limited") return { ...emptyTally, pauseMs: retryAfterMs ?? null };
  if (!speaksOfTarget(code)) return emptyTally;
  return { ...emptyTally, failed: 1, failuresInARow: 1, lastFailure: code };
}

function bothTallies(first: TargetTally, then: TargetTally): TargetTally {
  const answered = first.answered + then.answered;
  const mean = (a: number | null, b: number | null) => {
    if (a === null || b === null) return a ?? b;
    return (a * first.answered + b * then.answered) / answered;
  };
  return {
    answered,
    failed: first.failed + then.failed,
    failuresInARow: then.failuresInARow + (then.answered > 0 ? 0 : first.failuresInARow),
    lastFailure: then.lastFailure ?? first.lastFailure,
    failovers: first.failovers + then.failovers,
    pauseMs: then.pauseMs ?? first.pauseMs,
    firstTokenMs: mean(first.firstTokenMs, then.firstTokenMs),
    tokensPerSecond: mean(first.tokensPerSecond, then.tokensPerSecond),
  };
}
