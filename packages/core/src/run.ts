import { z } from "zod";
import type { AgentSpec } from "./agent.ts";
import type { ArtifactRef } from "./artifact.ts";
import type { Environment, StartedBy } from "./caller.ts";
import type { CapacityWait, Waited } from "./capacity.ts";
import type { Compaction } from "./compaction.ts";
import { errorRecordSchema, type ErrorRecord } from "./error.ts";
import type { Feedback } from "./feedback.ts";
import type { Priced, Saved, WaitingFor } from "./event.ts";
import type { FinishReason } from "./finish-reason.ts";
import type { HistoryRef } from "./history.ts";
import type { ImageCall } from "./image.ts";
import type { GivenInput } from "./input-needed.ts";
import type { RunInput } from "./input.ts";
import type { InterruptRaised } from "./interrupt.ts";
import { jsonSchema, type Json } from "./json.ts";
import type { Label } from "./label.ts";
import type { AssistantMessage, ToolCallPart } from "./message.ts";
import type { Plan, StepPurpose } from "./plan.ts";
import type { RouteChoice } from "./route.ts";
import type { RecordedCall } from "./recorded-call.ts";
import type { ForkEffects } from "./fork-effects.ts";
import type { ForkRef, RunChanges } from "./run-changes.ts";
import type { RunRequest } from "./run-request.ts";
import type { ActiveAgent, ChildState, ParentRef } from "./team.ts";
import type { Usage } from "./usage.ts";

/**
 * Statuses of a run.
 *
 *   pending ──► running ◄──► waiting
 *      │           │            │
 *      │           ├─► completed│
 *      │           ├─► failed ──┼──► pending   (retry)
 *      └───────────┴─► cancelled┘──► pending   (retry)
 *
 * `pending`: in the queue. `running`: a worker holds it. `waiting`: durably parked,
 * for a time or a person; it holds no worker and no memory.
 */
export const runStatusSchema = z.enum([
  "pending",
  "running",
  "waiting",
  "completed",
  "failed",
  "cancelled",
]);
export type RunStatus = z.infer<typeof runStatusSchema>;

export const runTransitions: Readonly<Record<RunStatus, readonly RunStatus[]>> = {
  pending: ["running", "failed", "cancelled"],
  running: ["running", "waiting", "completed", "failed", "cancelled"],
  waiting: ["running", "pending", "failed", "cancelled"],
  completed: [],
  failed: ["pending"],
  cancelled: ["pending"],
};

export const terminalStatuses: readonly RunStatus[] = ["completed", "failed", "cancelled"];

export function isTerminal(status: RunStatus): boolean {
  return terminalStatuses.includes(status);
}

export interface AttemptState {
  attempt: number;
  startedAt: string;
  endedAt: string | null;
  error: ErrorRecord | null;
  /** The target that was asked; tool calls have none. */
  model?: string;
  choice?: RouteChoice;
  /** Of a tool call: its worker was gone before it was settled. */
  lost?: true;
  /** What it waited before the call was made, in milliseconds by cause. */
  waited?: Waited;
  /** What a failed attempt used and cost. */
  usage?: Usage;
  usageEstimated?: boolean;
  costMicros?: number | null;
}

/** One model call of a run, with its attempts. */
export interface ModelStep {
  kind: "model";
  step: number;
  model: string;
  status: "running" | "waiting" | "retrying" | "completed" | "failed";
  /** Why the running attempt may not be made yet. */
  waitingFor: CapacityWait | null;
  /** Since when it has waited for its turn; null when it does not, or waits parked. */
  waitingSince: string | null;
  attempts: AttemptState[];
  /** Partial output of the running attempt; dropped when it restarts or completes. */
  partialText: string;
  partialReasoning: string;
  message: AssistantMessage | null;
  usage: Usage | null;
  finish: FinishReason | null;
  /** Of the completed attempt; those that failed have their own. */
  costMicros: number | null;
  usageEstimated: boolean;
  priced: Priced;
  /** What the answer saved, where it was not asked for in this step. */
  saved?: Saved;
  firstTokenMs: number | null;
  /** What it is for; left out: the run's own turn. */
  purpose?: StepPurpose;
  /** The person who wrote the answer. */
  by?: string;
  /** How sure of its final answer its route is; null: not judged. */
  judged: { confidence: number | null; minimum: number } | null;
  startedAt: string;
  endedAt: string | null;
}

export type EffectStatus =
  /** A person is asked before it is made, or asked instead. */
  | "proposed"
  /** A person has approved it; it is made next. */
  | "approved"
  /** A run of another agent does it. */
  | "delegated"
  | "intended"
  | "retrying"
  | "done"
  | "failed"
  | "unknown";

/** One tool call of a run, with its place in the effect ledger. */
export interface ToolStep {
  kind: "tool";
  /** The model step that asked for it. */
  step: number;
  callId: string;
  tool: string;
  input: Json;
  /** What the model asked for, where a person approved other arguments. */
  proposed?: { input: Json; hash: string };
  /** Who approved it, and the hash of what he was shown. */
  approved?: { hash: string; by: string };
  /** What was answered to questions of the call itself. */
  given?: GivenInput;
  idempotencyKey: string;
  status: EffectStatus;
  attempts: AttemptState[];
  /** So many of them a replay has forgiven. */
  forgiven?: number;
  output: Json;
  /** Where all of the output is, when that is a preview. */
  artifact?: ArtifactRef;
  /** What it has asked image models for. */
  images?: ImageCall[];
  /** Of its output, or of its error. */
  labels?: Label[];
  error: ErrorRecord | null;
  startedAt: string;
  endedAt: string | null;
}

export interface OutputRejection {
  kind: "rejection";
  step: number;
  problems: string[];
  at: string;
}

/** An answer that was not sure enough: the conversation starts anew after it. */
export interface Escalation {
  kind: "escalation";
  /** The model step that gave the answer. */
  step: number;
  model: string;
  confidence: number;
  minimum: number;
  /** The target that the run stays with from here on. */
  next: string;
  at: string;
}

/** What somebody said to the run while it was under way. */
export interface MessageStep {
  kind: "message";
  /** The model step that it came after. */
  step: number;
  text: string;
  by: string;
  /** The agent that sent it; null: a person. */
  from: { runId: string; agentName: string; callId?: string | undefined } | null;
  at: string;
}

/** What a try that was not good enough taught. */
export interface LessonStep {
  kind: "lesson";
  step: number;
  planStep: string | null;
  lesson: string;
  problems: string[];
  at: string;
}

export type RunStep =
  | ModelStep
  | ToolStep
  | OutputRejection
  | Escalation
  | MessageStep
  | LessonStep;

export interface CompactionState extends Compaction {
  /** Steps that the summary stands for, those of the history included. */
  steps: number;
  at: string;
}

/** What waits for a person. */
export type OpenInterrupt = DistributiveOmit<InterruptRaised, "type"> & { raisedAt: string };
type DistributiveOmit<T, K extends PropertyKey> = T extends unknown ? Omit<T, K> : never;

/** What a run is a fork of, and how it goes on. */
export interface ForkState {
  from: ForkRef;
  changes: RunChanges;
  effects: ForkEffects;
  by: string;
  /** What calls with effects came to after the place of the fork. */
  record: RecordedCall[];
  /** What was copied, the first `items` of the steps; it was paid for by the run it comes from. */
  reused: { steps: number; items: number; usage: Usage; costMicros: number };
}

interface RunBase {
  runId: string;
  agentId: string;
  agentName: string;
  agentVersion: number;
  /** Its agent, where that was tried before it was saved; it is then at `draftVersion`. */
  draft: AgentSpec | null;
  input: RunInput;
  batchId: string | null;
  row: number | null;
  organisation: string;
  environment: Environment;
  user: string | null;
  /** null: the platform itself. */
  startedBy: StartedBy | null;
  economyUntil: string | null;
  /** The trace that its calls belong to: 32 hexadecimal digits. */
  traceId: string;
  threadId: string | null;
  /** What was said before it began. */
  history: HistoryRef | null;
  /** What it does otherwise than its agent. */
  request: RunRequest | null;
  /** Of what it was started with. */
  inputLabels: Label[];
  /** Of all that its model has read, and of what it goes on from. */
  labels: Label[];
  createdAt: string;
  startedAt: string | null;
  /** Sequence number of the last event folded in. */
  seq: number;
  segment: number;
  epoch: number;
  worker: string | null;
  /** In the order they began. */
  steps: RunStep[];
  /** In order; models read the newest one's summary. */
  compactions: CompactionState[];
  /** The class of the task as a model found it; null: nobody asked one. */
  classified: { taskClass: string | null } | null;
  /** Completed model calls. */
  stepCount: number;
  usage: Usage;
  /** Known costs added up, in micro-USD. */
  costMicros: number;
  /** True when a call had no known price: costMicros is then a lower bound. */
  costIncomplete: boolean;
  interrupts: OpenInterrupt[];
  /** Hashes of calls that a person replaced or rejected: they are never made without asking. */
  replaced: string[];
  plan: Plan | null;
  /** How the newest review of a plan ended. */
  planReview: { version: number; approved: boolean; reason: string | null } | null;
  parent: ParentRef | null;
  children: ChildState[];
  /** The agent it goes on as; another than its first one after a handoff. */
  active: ActiveAgent;
  fork: ForkState | null;
  /** What forks and replays have changed, the later ones over the earlier. */
  changes: RunChanges | null;
  feedback: Feedback[];
  discarded: { by: string; reason: string; at: string } | null;
  /** Since when it waits or has ended; null while it is in the queue or running. */
  idleSince: string | null;
  /**
   * Milliseconds it has waited so far: parked, for its turn at a provider, or ended before a
   * retry. No limit counts them.
   */
  idleMs: number;
}

/** What `fold(events)` gives. The status decides what else is there. */
export type Run = RunBase &
  (
    | { status: "pending" | "running" }
    | { status: "waiting"; waitingFor: WaitingFor }
    | {
        status: "completed";
        output: Json;
        /** Calls of the caller's tools that are left to it. */
        calls?: ToolCallPart[];
        endedAt: string;
      }
    | { status: "failed"; error: ErrorRecord; endedAt: string }
    | { status: "cancelled"; cancelledBy: string; reason: string | null; endedAt: string }
  );

const summaryBase = z.object({
  runId: z.string(),
  agentName: z.string(),
  agentVersion: z.int(),
  batchId: z.string().nullable(),
  row: z.int().nullable(),
  /** The run that it does a part of. */
  parentId: z.string().nullable(),
  /** For whom it runs. */
  user: z.string().nullable(),
  input: z.string(),
  createdAt: z.iso.datetime(),
  startedAt: z.iso.datetime().nullable(),
  endedAt: z.iso.datetime().nullable(),
  stepCount: z.int(),
  inputTokens: z.int(),
  outputTokens: z.int(),
  costMicros: z.int(),
  /** True when a call had no known price: costMicros is then a lower bound. */
  costIncomplete: z.boolean(),
  /** The run that it is a fork of; its figures are those of what is new. */
  forkedFrom: z.string().optional(),
});

/** A run as lists show it: one row of the projection, no events read. */
export const runSummarySchema = z.discriminatedUnion("status", [
  summaryBase.extend({ status: z.enum(["pending", "running", "waiting", "cancelled"]) }),
  summaryBase.extend({ status: z.literal("completed"), output: jsonSchema }),
  summaryBase.extend({
    status: z.literal("failed"),
    error: errorRecordSchema,
    /** The same for errors that are the same but for ids, numbers and places. */
    fingerprint: z.string().nullable(),
  }),
]);
export type RunSummary = z.infer<typeof runSummarySchema>;
