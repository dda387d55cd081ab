import { z } from "zod";

/** What a provider allows one credential for one model; whatever is left out is not limited. */
export const capacityLimitsSchema = z.strictObject({
  requestsPerMinute: z.number().positive().optional(),
  /** Input and output tokens together, as OpenAI counts them. */
  tokensPerMinute: z.number().positive().optional(),
  /** Input tokens alone, as Anthropic counts them. */
  inputTokensPerMinute: z.number().positive().optional(),
  outputTokensPerMinute: z.number().positive().optional(),
  /** Calls under way at once. */
  concurrency: z.int().positive().optional(),
  spendPerMinuteUsd: z.number().positive().optional(),
});
export type CapacityLimits = z.infer<typeof capacityLimitsSchema>;

/** What a model call can wait for before it is made. */
export const waitCauseSchema = z.enum([
  "requests",
  "tokens",
  "input_tokens",
  "output_tokens",
  "concurrency",
  "spend",
  /** The provider asked everyone to stop for a while. */
  "paused",
  /** The limits are not known yet: the first calls are made one by one. */
  "learning",
  /** A budget is nearly spent: calls under way are waited for. */
  "budget",
  /** The same call is under way; its answer is shared. */
  "identical_call",
  /** The call was handed to the provider's batch endpoint. */
  "provider_batch",
]);
export type WaitCause = z.infer<typeof waitCauseSchema>;

/** Milliseconds waited, by cause. */
export const waitedSchema = z.partialRecord(waitCauseSchema, z.number().nonnegative());
export type Waited = z.infer<typeof waitedSchema>;

/** Why a call waits, and until when it probably will. */
export const capacityWaitSchema = z.object({
  cause: waitCauseSchema,
  /** The bucket, budget or call that it waits for, as people know it: `openai/gpt-5-mini`. */
  of: z.string(),
  /** When it is expected to start; null when nobody can say. */
  expectedAt: z.iso.datetime().nullable(),
});
export type CapacityWait = z.infer<typeof capacityWaitSchema>;

/** What an answer's headers, or its refusal, say about the limits of a bucket. */
export interface LimitSignal {
  /** Limits as the provider states them. */
  limits?: CapacityLimits;
  /** What is left of them now. */
  remaining?: { requests?: number; tokens?: number; inputTokens?: number; outputTokens?: number };
  /** It refused this call as one too many (429, or overloaded). */
  refused?: boolean;
  /** The refusal says that the provider is overloaded, not that this credential asks too much. */
  overloaded?: boolean;
  /** It asks everyone to wait this long, in milliseconds. */
  pauseMs?: number;
}

/** What a call is expected to use; outputs are not known before. */
export interface CallEstimate {
  inputTokens: number;
  /** Likely. */
  outputTokens: number;
  /** Likely cost in micro-USD; null when the model's price is unknown. */
  costMicros: number | null;
  /** What it may cost at worst. */
  mostCostMicros: number | null;
}

/** A call that asks to be let through. */
export interface CapacityRequest {
  /** `provider/model`, or with the credential where there are several. */
  bucket: string;
  /** From the configuration; what it does not say is learned. */
  limits: CapacityLimits;
  organisation: string;
  batchId: string | null;
  runId: string;
  /** 0 to 9; 9 is served first. */
  priority: number;
  /** A person waits: ahead of batches. */
  interactive: boolean;
  estimate: CallEstimate;
  signal: AbortSignal;
  /** Told once when the call has to wait, and again when the reason or the expected start changes much. */
  onWait: (wait: CapacityWait) => void;
}

/** What became of an admitted call. */
export interface CallOutcome {
  /** What it used; null when it was not made, or nothing is known of it. */
  usage: { inputTokens: number; cachedInputTokens: number; outputTokens: number } | null;
  costMicros: number | null;
}

/** A call that was let through. `settle` must be called once, whatever becomes of the call. */
export interface Admission {
  waited: Waited;
  /** What the provider said about its limits. May be called before and after `settle`. */
  heard(signal: LimitSignal): void;
  settle(outcome: CallOutcome): void;
}

/** The scheduler of provider capacity, shared by all workers. */
export interface CapacityPort {
  /**
   * Resolves when the call may be made. Rejects with `capacity_never` for a call that is larger than
   * the limits can ever let through, with `model_rate_limited` (transient, `retryAfterMs`) when
   * the bucket is paused for longer than a minute, and with the signal's reason when aborted.
   */
  admit(request: CapacityRequest): Promise<Admission>;
}
