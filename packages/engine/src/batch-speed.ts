import type { RowCounts } from "@flotilla/core";

/** Sums over the runs of a batch at one moment. */
export interface BatchFigures {
  counts: RowCounts;
  inputTokens: number;
  outputTokens: number;
}

export interface BatchSpeed {
  tokensPerSecond: number | null;
  etaSeconds: number | null;
}

const windowMs = 10_000;

interface Sample {
  at: number;
  tokens: number;
  ended: number;
}

/**
 * Speed of batches from samples of their figures over the last ten seconds. One per process;
 * give it every set of figures that is read.
 */
export class BatchSpeedometer {
  readonly #samples = new Map<string, Sample[]>();

  /**
   * @param at Unix milliseconds of the figures
   * @param startedAt Unix milliseconds; the speed since then is used until there are samples
   */
  measure(
    batchId: string,
    figures: BatchFigures,
    at: number,
    startedAt: number | null,
  ): BatchSpeed {
    const { pending, running, waiting, completed, failed, cancelled } = figures.counts;
    const ended = completed + failed + cancelled;
    const left = pending + running + waiting;
    if (left === 0 || startedAt === null) {
      this.#samples.delete(batchId);
      return { tokensPerSecond: null, etaSeconds: null };
    }
    const now = { at, tokens: figures.inputTokens + figures.outputTokens, ended };
    const kept = (this.#samples.get(batchId) ?? []).filter((one) => at - one.at <= windowMs);
    if ((kept.at(-1)?.at ?? 0) < at) kept.push(now);
    this.#samples.set(batchId, kept);
    const first = kept[0] ?? now;
    const base = at - first.at >= 1_000 ? first : { at: startedAt, tokens: 0, ended: 0 };
    const seconds = (at - base.at) / 1_000;
    if (seconds <= 0) return { tokensPerSecond: null, etaSeconds: null };
    const perSecond = (ended - base.ended) / seconds;
    return {
      tokensPerSecond: (now.tokens - base.tokens) / seconds,
      etaSeconds: perSecond > 0 ? left / perSecond : null,
    };
  }
}
