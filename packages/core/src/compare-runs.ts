import { align } from "./align.ts";
import { canonicalJson } from "./canonical-json.ts";
import { diffLines } from "./diff-lines.ts";
import type { Json } from "./json.ts";
import { messageText, toolCalls } from "./message.ts";
import {
  stepDifferences,
  type ComparableStep,
  type ComparedRun,
  type ComparedStep,
  type RunComparison,
} from "./run-comparison.ts";
import type { ForkState, ModelStep, Run, RunStep, ToolStep } from "./run.ts";

/**
 * Two runs step by step. Model answers and tool calls are aligned in their order: first those that are
 * the same, then calls of one tool with the same input, then others of one kind. Ids, models and figures
 * make no difference to a step; they stand beside it.
 */
export function compareRuns(a: Run, b: Run): RunComparison {
  const pairs = align(
    a.steps.flatMap(comparable).map(item),
    b.steps.flatMap(comparable).map(item),
    {
      key: ({ key }) => key,
      worth: worthOf,
    },
  );
  const steps = pairs.map((pair) => compared(pair.a?.step ?? null, pair.b?.step ?? null));
  const count = (change: ComparedStep["change"]) =>
    steps.filter((step) => step.change === change).length;
  return {
    a: figures(a),
    b: figures(b),
    steps,
    counts: {
      same: count("same"),
      changed: count("changed"),
      added: count("added"),
      removed: count("removed"),
    },
    output: compareOutputs(outputOf(a), outputOf(b)),
  };
}

function compared(a: ComparableStep | null, b: ComparableStep | null): ComparedStep {
  if (!a || !b) return { change: a ? "removed" : "added", differs: [], a, b };
  const differs = stepDifferences.filter((part) => partOf(a, part) !== partOf(b, part));
  return { change: differs.length > 0 ? "changed" : "same", differs, a, b };
}

function partOf(step: ComparableStep, part: (typeof stepDifferences)[number]): string {
  if (part === "status") return step.status;
  if (step.kind === "model") {
    if (part === "text") return step.text;
    return part === "calls" ? canonicalJson(step.calls) : "";
  }
  if (part === "input") return canonicalJson(step.input);
  return part === "output" ? canonicalJson([step.output, step.error]) : "";
}

/** A step with what it is aligned by. */
interface Item {
  step: ComparableStep;
  /** Steps of one sort may be held against each other at all. */
  sort: string;
  /** What it asks for: the calls of an answer, the input of a call. */
  asks: string;
  /** Everything by which a step is told from another. */
  key: string;
}

function item(step: ComparableStep): Item {
  const sort = step.kind === "tool" ? `tool ${step.tool}` : step.kind;
  return {
    step,
    sort,
    asks: partOf(step, step.kind === "tool" ? "input" : "calls"),
    key: JSON.stringify([sort, ...stepDifferences.map((part) => partOf(step, part))]),
  };
}

function worthOf(a: Item, b: Item): number {
  if (a.sort !== b.sort) return 0;
  if (a.key === b.key) return 8;
  return a.asks === b.asks ? 4 : 1;
}

function comparable(step: RunStep): ComparableStep[] {
  switch (step.kind) {
    case "model":
      return [comparableAnswer(step)];
    case "tool":
      return [comparableCall(step)];
    default:
      return [];
  }
}

function comparableAnswer(step: ModelStep): ComparableStep {
  const { message, usage } = step;
  const lost = step.attempts.flatMap((one) => (one.usage ? [one.costMicros ?? null] : []));
  const costs = step.status === "completed" ? [...lost, step.costMicros] : lost;
  return {
    kind: "model",
    step: step.step,
    model: step.model,
    status: step.status,
    text: message ? messageText(message) : "",
    calls: message ? toolCalls(message).map(({ tool, input }) => ({ tool, input })) : [],
    inputTokens: usage?.inputTokens ?? 0,
    outputTokens: usage?.outputTokens ?? 0,
    costMicros: costs.includes(null)
      ? null
      : costs.reduce<number>((sum, one) => sum + (one ?? 0), 0),
    ms: timeOf(step),
  };
}

function comparableCall(step: ToolStep): ComparableStep {
  const { callId, tool, input, status, output, error } = step;
  return {
    kind: "tool",
    step: step.step,
    ...{ callId, tool, input, status, output },
    error: error?.message ?? null,
    ms: timeOf(step),
  };
}

function timeOf({ startedAt, endedAt }: ModelStep | ToolStep): number | null {
  return endedAt === null ? null : Math.max(0, Date.parse(endedAt) - Date.parse(startedAt));
}

function figures(run: Run): ComparedRun {
  const { runId, agentName, agentVersion, status, usage, costMicros, costIncomplete } = run;
  const endedAt = "endedAt" in run ? run.endedAt : null;
  const isOver = endedAt !== null && run.startedAt !== null;
  return {
    ...{ runId, agentName, agentVersion, status, costMicros, costIncomplete },
    steps: run.stepCount,
    toolCalls: run.steps.filter(({ kind }) => kind === "tool").length,
    inputTokens: usage.inputTokens,
    outputTokens: usage.outputTokens,
    reused: run.fork && reusedBy(run.fork),
    tookMs: isOver
      ? Math.max(0, Date.parse(endedAt) - Date.parse(run.startedAt as string) - run.idleMs)
      : null,
  };
}

function reusedBy({ reused }: ForkState): ComparedRun["reused"] {
  const { steps, usage, costMicros } = reused;
  const { inputTokens, outputTokens } = usage;
  return { steps, inputTokens, outputTokens, costMicros };
}

function outputOf(run: Run): Json {
  return run.status === "completed" ? run.output : null;
}

function compareOutputs(a: Json, b: Json): RunComparison["output"] {
  const same = canonicalJson(a) === canonicalJson(b);
  return { same, a, b, lines: same ? [] : diffLines(readable(a), readable(b)) };
}

function readable(output: Json): string {
  if (output === null) return "";
  return typeof output === "string" ? output : JSON.stringify(output, null, 2);
}
