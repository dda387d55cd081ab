import type { Charge } from "./charge.ts";
import type { ErrorRecord, FlotillaError } from "./error.ts";
import type { ModelPart, ModelRequest } from "./port.ts";
import type { Price } from "./usage.ts";

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
  /** What calls cost there; null when it is unknown. */
  price(model: string): Price | null;
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
  /**
   * The outcomes of a batch that has ended, one for each of `calls`, in any order: what the provider says nothing of
   * is `expired`.
   */
  collect(
    model: string,
    batchId: string,
    calls: Pick<BatchCall, "customId" | "request">[],
  ): AsyncIterable<BatchCallResult>;
  /** Asks the provider to stop; what was answered before is still collected. */
  cancel(model: string, batchId: string): Promise<void>;
}

/** A model call for a provider's batch endpoint. */
export interface NewProviderCall {
  runId: string;
  step: number;
  organisation: string;
  /** `provider/model`. */
  model: string;
  request: ModelRequest;
  /** Held in the budgets that cover it until its outcome is known; null when its price is unknown. */
  mostMicros: number | null;
  /** ISO 8601; what is not answered by then is asked the usual way. */
  giveUpAt: string;
}

export interface QueuedCall {
  runId: string;
  organisation: string;
  step: number;
  request: ModelRequest;
}

/** What became of a call that a provider's batch endpoint was asked. */
export type ProviderCallOutcome =
  | { kind: "completed"; completed: Extract<ModelPart, { type: "completed" }> }
  | { kind: "failed"; error: ErrorRecord };

/** A call whose outcome is known, and what it is to be charged. */
export interface EndedCall {
  runId: string;
  step: number;
  outcome: ProviderCallOutcome;
  charge?: Charge;
}

/** A batch at a provider that has not ended. */
export interface OpenProviderBatch {
  id: string;
  model: string;
  status: "submitting" | "running";
  /** Somebody has tried to submit it, and may have before they could note it. */
  wasTried: boolean;
  providerId: string | null;
  /** The time its calls can wait is over. */
  isLate: boolean;
  /** So late that half of the time which is left for asking the usual way is over, too. */
  isOverdue: boolean;
  ageMs: number;
}

/** When the calls of a model that wait become a batch: whichever comes first. */
export interface RipeBatch {
  calls: number;
  /** No further one has come for so long. */
  quietMs: number;
  /** The first one has waited so long. */
  waitedMs: number;
  /** Requests of one batch come to no more than that and one request. */
  bytes: number;
}

/** What the store keeps of batches at providers. Each function is one transaction. */
export interface ProviderBatchStore {
  queueCall(call: NewProviderCall): Promise<void>;
  /** undefined: it was never queued. null: nothing is known yet. */
  callOutcome(runId: string, step: number): Promise<ProviderCallOutcome | null | undefined>;
  /** Calls of a batch without an outcome. */
  openCalls(batchId: string): Promise<QueuedCall[]>;
  /** Keeps outcomes and what they cost, each once, and makes the runs due; may be repeated. */
  endCalls(batchId: string, ended: EndedCall[]): Promise<void>;
  /** Makes batches of the calls that wait, and returns how many. */
  form(newId: () => string, when: RipeBatch): Promise<number>;
  /** Takes one that is to be looked at; nobody else looks at it for `holdMs`. */
  take(holdMs: number): Promise<OpenProviderBatch | undefined>;
  /** The providers' ids of all batches of the last days. */
  knownIds(): Promise<string[]>;
  submitted(id: string, providerId: string): Promise<void>;
  lookAgain(id: string, inMs: number): Promise<void>;
  ended(id: string, error: ErrorRecord | null): Promise<void>;
}
