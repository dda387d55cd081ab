import {
  deadLetterCause,
  type DeadLetterCause,
  type ErrorRecord,
  type EventData,
  type EventOf,
  type SideCall,
  type WaitingFor,
} from "@flotilla/core";
import { errorFingerprint } from "./error-fingerprint.ts";

/** What an append changes in the run's projection row. */
export interface Projection {
  status: string | null;
  output: string | null;
  error: string | null;
  /** Of a run that fails: what makes it the same as others, and why it is a dead letter. */
  fingerprint: string | null;
  cause: DeadLetterCause | null;
  wakeAt: string | null;
  /** The budget it begins to wait for. */
  waitingBudget: string | null;
  /** And the room in it that it needs. */
  waitingMicros: number | null;
  /** It begins to wait for its children. */
  waitsForChildren: "all" | "any" | null;
  /** It says its last word, so it has read all that was written to it. */
  hasRead: boolean;
  /** It begins to wait until a person resumes it. */
  paused: boolean;
  steps: number;
  inputTokens: number;
  outputTokens: number;
  costMicros: number;
  /** Calls without a known price. */
  unpriced: number;
  /** False when the row need not be written at all. */
  changes: boolean;
}

const nothing: Readonly<Projection> = {
  status: null,
  output: null,
  error: null,
  fingerprint: null,
  cause: null,
  wakeAt: null,
  waitingBudget: null,
  waitingMicros: null,
  waitsForChildren: null,
  hasRead: false,
  paused: false,
  steps: 0,
  inputTokens: 0,
  outputTokens: 0,
  costMicros: 0,
  unpriced: 0,
  changes: false,
};

/** Summarises the events of one append for the projection row, in one pass. */
export function project(events: readonly EventData[]): Projection {
  const projection: Projection = { ...nothing };
  for (const event of events) {
    switch (event.type) {
      case "step.completed":
        projection.steps += 1;
        addCost(projection, event);
        break;
      case "context.summarised":
        addCost(projection, event);
        break;
      case "step.failed":
      case "step.restarted":
        if (!event.usage) continue;
        addCost(projection, event);
        break;
      case "call.abandoned":
      case "model.asked":
      case "image.asked":
      case "image.made":
      case "image.failed":
      case "task.classified":
      case "answer.judged":
      case "answer.escalated":
        if (!event.call) continue;
        addCost(projection, event.call);
        break;
      case "run.waiting":
        addWait(projection, event.for);
        break;
      case "run.completed":
        projection.status = "completed";
        projection.output = JSON.stringify(event.output);
        projection.hasRead = !event.calls;
        break;
      case "run.failed":
        addFailure(projection, event.error);
        break;
      case "run.cancelled":
        projection.status = "cancelled";
        break;
      default:
        continue;
    }
    projection.changes = true;
  }
  return projection;
}

function addFailure(projection: Projection, error: ErrorRecord): void {
  projection.status = "failed";
  projection.error = JSON.stringify(error);
  projection.fingerprint = errorFingerprint({ source: "run", ...error });
  projection.cause = deadLetterCause(error);
}

function addWait(projection: Projection, waitsFor: WaitingFor): void {
  projection.status = "waiting";
  projection.wakeAt = waitsFor.kind === "timer" ? waitsFor.until : null;
  projection.waitsForChildren = childrenIn(waitsFor);
  projection.paused = waitsFor.kind === "paused";
  const isBudget = waitsFor.kind === "budget";
  projection.waitingBudget = isBudget ? waitsFor.budgetId : null;
  projection.waitingMicros = isBudget ? (waitsFor.needMicros ?? null) : null;
}

function addCost(
  projection: Projection,
  {
    usage,
    costMicros,
  }: EventOf<"step.completed" | "step.failed" | "step.restarted" | "context.summarised"> | SideCall,
): void {
  projection.inputTokens += usage?.inputTokens ?? 0;
  projection.outputTokens += usage?.outputTokens ?? 0;
  projection.costMicros += costMicros ?? 0;
  if (costMicros == null) projection.unpriced += 1;
}

function childrenIn(waitsFor: WaitingFor): Projection["waitsForChildren"] {
  if (waitsFor.kind !== "children") return null;
  return waitsFor.any ? "any" : "all";
}
