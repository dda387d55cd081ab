import type { LedgerEntry } from "./ledger.ts";
import type { LimitCause } from "./limits.ts";

interface Counts {
  /** All that came, the refused ones included. */
  requests: number;
  answered: number;
  /** The caller went away first. */
  closed: number;
  faulted: number;
  refused: number;
  /** Answered with 429: violations of a limit, by cause. */
  limited: Partial<Record<LimitCause, number>>;
  inputTokens: number;
  outputTokens: number;
  /** Admitted and not yet answered. */
  underWay: number;
  /** The most that were under way at once. */
  peakConcurrency: number;
  /** Arrival of the first request and end of the last answer, Unix milliseconds; null before. */
  firstAt: number | null;
  lastAt: number | null;
}

/** What a simulator has seen so far. */
export interface SimulatorState extends Counts {
  models: Record<string, Counts>;
}

/** Counts requests, in all and by model. */
export class Tally {
  readonly #total = noCounts();
  readonly #models = new Map<string, Counts>();

  enter(model: string): void {
    for (const counts of this.#both(model)) {
      counts.underWay++;
      counts.peakConcurrency = Math.max(counts.peakConcurrency, counts.underWay);
    }
  }

  leave(model: string): void {
    for (const counts of this.#both(model)) counts.underWay--;
  }

  /** Takes a request that has ended into account. */
  record(model: string, entry: LedgerEntry): void {
    for (const counts of this.#both(model)) add(counts, entry);
  }

  state(): SimulatorState {
    return structuredClone({ ...this.#total, models: Object.fromEntries(this.#models) });
  }

  #both(model: string): Counts[] {
    let counts = this.#models.get(model);
    if (!counts) {
      counts = noCounts();
      this.#models.set(model, counts);
    }
    return [this.#total, counts];
  }
}

function add(counts: Counts, entry: LedgerEntry): void {
  counts.requests++;
  if (entry.outcome !== "limited") {
    counts[entry.outcome]++;
    counts.inputTokens += entry.inputTokens;
    counts.outputTokens += entry.outputTokens;
  } else if (entry.limitedBy) {
    counts.limited[entry.limitedBy] = (counts.limited[entry.limitedBy] ?? 0) + 1;
  }
  counts.firstAt = Math.min(counts.firstAt ?? Infinity, entry.at);
  counts.lastAt = Math.max(counts.lastAt ?? 0, entry.at + entry.ms);
}

function noCounts(): Counts {
  return {
    requests: 0,
    answered: 0,
    closed: 0,
    faulted: 0,
    refused: 0,
    limited: {},
    inputTokens: 0,
    outputTokens: 0,
    underWay: 0,
    peakConcurrency: 0,
    firstAt: null,
    lastAt: null,
  };
}
