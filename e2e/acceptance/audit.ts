import type { EventOf } from "@flotilla/core";
import type { LedgerEntry } from "@flotilla/models";
import type { Proof } from "./claim.ts";
import { eventsOf, modelSteps, toolSteps, type History } from "./history.ts";
import type { Expected } from "./word-problems.ts";

/** What the tool that keeps a ledger wrote of one execution. */
export interface Execution {
  idempotencyKey: string;
  callId: string;
  runId: string;
  /** When the tool was called and when it wrote this, in Unix milliseconds. */
  begunAt: number;
  at: number;
}

/** A batch and everything that was kept of it inside and outside of the platform. */
export interface Evidence {
  histories: History[];
  expected: Expected[];
  /** From the ledger tool's file. */
  executions: Execution[];
  /** From the simulated provider's log. */
  requests: LedgerEntry[];
}

/** What is found in one batch or more. */
export interface Findings {
  rows: number;
  /** Rows without exactly one run that completed. */
  lostRows: number;
  /** Rows whose output is not that of an undisturbed run. */
  wrongOutputs: number;
  toolCalls: number;
  /** Keys with more than one execution. */
  executedTwice: number;
  /** Executions that began when the call's result was already in the journal. */
  begunAfterDone: number;
  /** Results in the journal without an execution. */
  neverExecuted: number;
  /** Results that were found out after a crash, by asking the tool. */
  reconciled: number;
  unknownEffects: number;
  modelCalls: number;
  /** Requests for a step whose answer was already in the journal. */
  askedAfterCompleted: number;
  /** Requests beyond the attempts that the journal tells of. */
  askedUnannounced: number;
  /** Attempts that died with their worker and were made again. */
  restartedCalls: number;
  failedAttempts: number;
  /** Events of an attempt, or of an owner, that was not the newest. */
  staleEvents: number;
}

export const noFindings: Findings = {
  rows: 0,
  lostRows: 0,
  wrongOutputs: 0,
  toolCalls: 0,
  executedTwice: 0,
  begunAfterDone: 0,
  neverExecuted: 0,
  reconciled: 0,
  unknownEffects: 0,
  modelCalls: 0,
  askedAfterCompleted: 0,
  askedUnannounced: 0,
  restartedCalls: 0,
  failedAttempts: 0,
  staleEvents: 0,
};

/** Findings that must be zero, whatever was killed. */
const never = [
  "lostRows",
  "wrongOutputs",
  "executedTwice",
  "begunAfterDone",
  "neverExecuted",
  "unknownEffects",
  "askedAfterCompleted",
  "askedUnannounced",
  "staleEvents",
] as const;

export function addFindings(a: Findings, b: Findings): Findings {
  const names = Object.keys(a) as (keyof Findings)[];
  return Object.fromEntries(names.map((name) => [name, a[name] + b[name]])) as unknown as Findings;
}

/**
 * Tells all findings as figures, and holds those against zero that must be.
 *
 * @param excused what this claim judges by itself
 */
export function judge(
  proof: Proof,
  findings: Findings,
  excused: readonly (keyof Findings)[] = [],
): void {
  for (const [name, count] of Object.entries(findings)) proof.figure(name, count);
  for (const name of never) if (!excused.includes(name)) proof.equals(name, findings[name], 0);
}

export function audit(evidence: Evidence): Findings {
  const { histories, expected } = evidence;
  const events = histories.flatMap((history) => history.events);
  return {
    ...noFindings,
    ...auditRows(histories, expected),
    ...auditEffects(evidence),
    ...auditModelCalls(evidence),
    reconciled: eventsOf(events, "effect.done").filter(({ via }) => via === "reconciled").length,
    unknownEffects: eventsOf(events, "effect.unknown").length,
    restartedCalls: eventsOf(events, "step.restarted").length,
    failedAttempts: eventsOf(events, "step.failed").filter(wasMade).length,
    staleEvents: histories.reduce((sum, history) => sum + staleEvents(history), 0),
  };
}

/** Not one that was stopped from outside while it waited for its turn: it was never made. */
function wasMade({ error, usage }: EventOf<"step.failed">): boolean {
  return error.code !== "cancelled" || usage !== undefined;
}

function auditRows(histories: History[], expected: Expected[]): Partial<Findings> {
  const byRow = Map.groupBy(histories, ({ row }) => row);
  let lostRows = histories.filter(({ row }) => !expected[row - 1]).length;
  let wrongOutputs = 0;
  for (const [index, { output, modelCalls, toolCalls }] of expected.entries()) {
    const runs = byRow.get(index + 1) ?? [];
    const run = runs[0]?.run;
    if (!run || runs.length > 1 || run.status !== "completed") {
      lostRows++;
      continue;
    }
    const isSame =
      run.output === output &&
      modelSteps(run).length === modelCalls &&
      toolSteps(run).length === toolCalls;
    if (!isSame) wrongOutputs++;
  }
  return { rows: expected.length, lostRows, wrongOutputs };
}

function auditEffects({ histories, executions }: Evidence): Partial<Findings> {
  const byKey = Map.groupBy(executions, ({ idempotencyKey }) => idempotencyKey);
  const found = { toolCalls: 0, executedTwice: 0, begunAfterDone: 0, neverExecuted: 0 };
  for (const { run } of histories) {
    for (const step of toolSteps(run)) {
      const made = byKey.get(step.idempotencyKey) ?? [];
      const doneAt = step.status === "done" && step.endedAt ? Date.parse(step.endedAt) : Infinity;
      found.toolCalls++;
      if (made.length > 1) found.executedTwice++;
      if (made.length === 0 && step.status === "done") found.neverExecuted++;
      found.begunAfterDone += made.filter(({ begunAt }) => begunAt > doneAt).length;
    }
  }
  return found;
}

function auditModelCalls({ histories, requests }: Evidence): Partial<Findings> {
  const byStep = Map.groupBy(requests, ({ runId, step }) => `${runId}:${step}`);
  const found = { modelCalls: 0, askedAfterCompleted: 0, askedUnannounced: 0 };
  for (const { runId, run } of histories) {
    for (const step of modelSteps(run)) {
      const asked = byStep.get(`${runId}:${step.step}`) ?? [];
      const completedAt = step.endedAt ? Date.parse(step.endedAt) : Infinity;
      found.modelCalls++;
      found.askedAfterCompleted += asked.filter(({ at }) => at > completedAt).length;
      found.askedUnannounced += Math.max(0, asked.length - step.attempts.length);
    }
  }
  return found;
}

/** Owners' epochs must rise, and a step may only end in its newest attempt. */
function staleEvents({ events }: History): number {
  let stale = 0;
  let epoch = 0;
  let attempt = 0;
  for (const event of events) {
    if (event.type === "segment.started") {
      if (event.epoch <= epoch) stale++;
      epoch = event.epoch;
    } else if (event.type === "step.started" || event.type === "step.restarted") {
      attempt = event.attempt;
    } else if (event.type === "step.completed" || event.type === "step.failed") {
      if (event.attempt !== attempt) stale++;
    }
  }
  return stale;
}
