import type { CallOutcome, CapacityRequest, DimensionUnits } from "@flotilla/core";
import { estimatedUnits } from "./units.ts";

const weight = 1 / 8;
/** Estimates are not trusted to be further off than this. */
const mostCorrection = 4;

/**
 * What calls of a bucket will probably use. A call may wait long after it was estimated, and
 * its batch has learned much meanwhile: the answers of its batch say how long this one will be. Over
 * many calls only the mean matters, which is why it is the mean.
 */
export class LikelyUse {
  /** Mean output tokens of the answers of a batch. */
  readonly #outputs = new Map<string, number>();
  /** Counted input tokens of one estimated. */
  #inputFactor = 1;

  units({ estimate, batchId }: CapacityRequest): DimensionUnits {
    const seen = batchId === null ? undefined : this.#outputs.get(batchId);
    const inputTokens = Math.ceil(estimate.inputTokens * this.#inputFactor);
    return estimatedUnits({ ...estimate, inputTokens }, Math.ceil(seen ?? estimate.outputTokens));
  }

  learn({ batchId, estimate }: CapacityRequest, { usage }: CallOutcome): void {
    if (!usage) return;
    if (estimate.inputTokens > 0 && usage.inputTokens > 0) {
      const factor = usage.inputTokens / estimate.inputTokens;
      const bounded = Math.min(mostCorrection, Math.max(1 / mostCorrection, factor));
      this.#inputFactor += weight * (bounded - this.#inputFactor);
    }
    if (batchId === null) return;
    const mean = this.#outputs.get(batchId);
    if (mean === undefined && this.#outputs.size >= 1_000) this.#outputs.clear();
    this.#outputs.set(
      batchId,
      mean === undefined ? usage.outputTokens : mean + weight * (usage.outputTokens - mean),
    );
  }
}
