import type { ErrorRecord, FlotillaError } from "./error.ts";
import type { ModelPart, ModelRequest } from "./port.ts";

/** One call that goes through a provider's batch endpoint. */
export interface BatchCall {
  /** Ours, unique within the batch: at most 64 of a-z, A-Z, 0-9, - and _. */
  customId: string;
  request: ModelRequest;
}

/** What became of one call of a batch. */
export type BatchCallResult = { customId: string } & (
  | { outcome: "completed"; completed: Extract<ModelPart, { type: "completed" }> }
  /** `error.transient` says whether the same call may succeed when it is made again. */
  | { outcome: "failed"; error: FlotillaError }
  /** Not answered before the provider gave up or the batch was cancelled; nothing is billed. */
  | { outcome: "expired" }
);

export interface ProviderBatchState {
  status: "running" | "ended" | "failed";
  /** Calls of the batch, and those that have an outcome. */
  calls: number;
  ended: number;
  /** Why the provider refused the whole batch. */
  error?: ErrorRecord;
}

/**
 * The batch endpoints of providers (OpenAI Batch, Anthropic Message Batches): half the price, an
 * answer within a day. All calls throw FlotillaErrors as `ModelPort.stream` does.
 */
export interface ProviderBatchPort {
  /** Whether the provider of `provider/model` has a batch endpoint. */
  offers(model: string): boolean;
  /**
   * Hands calls of one model over. `key` names the batch for `find`.
   *
   * @returns the provider's id of the batch
   */
  submit(model: string, key: string, calls: BatchCall[]): Promise<string>;
  /**
   * The provider's id of a batch that was submitted under this key; undefined when there is none.
   *
   * Anthropic's batches have no name, so one that is still under way is told from others by
   * elimination: `known` are ids of other batches, and while an unknown one is left this throws a
   * transient error. Without `known` only batches that have ended are found there.
   */
  find(model: string, key: string, known?: readonly string[]): Promise<string | undefined>;
  poll(model: string, batchId: string): Promise<ProviderBatchState>;
  /** The outcomes of a batch that has ended, in any order; ids that were not submitted are left out. */
  collect(
    model: string,
    batchId: string,
    calls: Pick<BatchCall, "customId" | "request">[],
  ): AsyncIterable<BatchCallResult>;
  /** Asks the provider to stop; what was answered before is still collected. */
  cancel(model: string, batchId: string): Promise<void>;
}
