import {
  versionWord,
  outputText,
  visibleText,
  type Escalation,
  type Run,
  type RunSummary,
  type ToolStep,
} from "@flotilla/core";
import type { Terminal } from "../terminal.ts";
import { pricedText } from "./event.ts";
import { money } from "./money.ts";
import { count, counted } from "./number.ts";
import { statusWord } from "./status.ts";
import { cut, oneLine, properties, table, type Column } from "./table.ts";
import { ago, between } from "./time.ts";

/** Runs as a table, newest first as they come. */
export function runTable(runs: readonly RunSummary[], terminal: Terminal): string {
  const columns: Column<RunSummary>[] = [
    { title: "RUN", value: (run) => run.runId },
    { title: "STATUS", value: (run) => statusWord(run.status, terminal.paint) },
    { title: "AGENT", value: (run) => `${run.agentName} ${versionWord(run.agentVersion)}` },
    { title: "STARTED", value: (run) => ago(run.startedAt) },
    { title: "TOOK", align: "right", value: (run) => between(run.startedAt, run.endedAt) },
    { title: "STEPS", align: "right", value: (run) => count(run.stepCount) },
    { title: "TOKENS", align: "right", value: (run) => count(run.inputTokens + run.outputTokens) },
    { title: "COST", align: "right", value: (run) => money(run.costMicros, run.costIncomplete) },
    { title: "INPUT", value: (run) => run.input },
  ];
  return table(runs, columns, terminal);
}

/** Everything about one run: its properties, its steps, and how it ended. */
export function runDetails(run: Run, terminal: Terminal): string {
  const endedAt = "endedAt" in run ? run.endedAt : null;
  const rows: [string, string][] = [
    ["run", run.runId],
    ["status", statusWord(run.status, terminal.paint)],
    ["agent", `${run.agentName} ${versionWord(run.agentVersion)}`],
    ["input", cut(oneLine(run.input.text), 200)],
    ["created", ago(run.createdAt)],
    ["took", between(run.startedAt, endedAt)],
    ["tokens", `${count(run.usage.inputTokens)} in, ${count(run.usage.outputTokens)} out`],
    ["cost", money(run.costMicros, run.costIncomplete)],
  ];
  if (run.batchId) rows.push(["batch", `${run.batchId}, row ${run.row ?? "?"}`]);
  if (run.labels.length > 0) rows.push(["has read", run.labels.join(", ")]);
  if (run.fork) rows.push(["fork of", forkText(run.fork)]);
  if (run.worker && run.status === "running") rows.push(["worker", run.worker]);
  const parts = [properties(rows, terminal)];
  const steps = stepLines(run, terminal);
  if (steps.length > 0) parts.push(steps.join("\n"));
  const ending = endingText(run);
  if (ending) parts.push(ending);
  return parts.join("\n\n");
}

function forkText({ from, reused, effects }: NonNullable<Run["fork"]>): string {
  const paid = `${counted(reused.steps, "model step")} reused, which cost ${money(reused.costMicros)}`;
  return `${from.runId} at event ${from.seq}; ${paid}; effects: ${effects}`;
}

function stepLines(run: Run, { paint, columns }: Terminal): string[] {
  return run.steps.map((step) => {
    switch (step.kind) {
      case "model": {
        const tokens = step.usage ? `, ${counted(step.usage.outputTokens, "token")} out` : "";
        const tries = step.attempts.length > 1 ? `, ${step.attempts.length} attempts` : "";
        const took = between(step.startedAt, step.endedAt);
        return `${paint("bold", `step ${step.step}`)} ${step.by ? `by ${step.by}` : step.model} ${step.status}, ${took}${tokens}${tries}${pricedText(step.priced)}`;
      }
      case "tool":
        return `  ${cut(`${toolCall(step)} ${toolOutcome(step)}`, columns - 2)}`;
      case "escalation":
        return `  ${paint("yellow", escalationText(step))}`;
      case "message":
        return `  ${step.from?.agentName ?? step.by}: ${cut(oneLine(step.text), columns - 4)}`;
      case "lesson":
        return `  ${paint("yellow", `lesson: ${cut(oneLine(step.lesson), columns - 12)}`)}`;
      case "rejection":
        return `  ${paint("yellow", `the answer did not fit the schema: ${step.problems.join("; ")}`)}`;
    }
  });
}

/** Why an answer did not stand. */
export function escalationText({
  model,
  confidence,
  minimum,
  next,
}: Pick<Escalation, "model" | "confidence" | "minimum" | "next">): string {
  return `the answer of ${model} was not sure enough (${confidence} of ${minimum}); on to ${next}`;
}

export function toolCall(step: Pick<ToolStep, "tool" | "input">): string {
  return `${step.tool}(${cut(oneLine(JSON.stringify(step.input)), 200)})`;
}

function toolOutcome(step: ToolStep): string {
  if (step.status === "done")
    return `= ${cut(oneLine(outputText(step.output)), 200)}${changedText(step)}`;
  if (step.error) return `${step.status}: ${step.error.message}`;
  return step.status;
}

/** What a person made of the call. */
function changedText({ proposed }: ToolStep): string {
  if (!proposed) return "";
  const asked = cut(oneLine(JSON.stringify(proposed.input)), 200);
  return ` (a person changed it; the model asked for ${asked})`;
}

function endingText(run: Run): string | undefined {
  switch (run.status) {
    case "completed":
      return prettyOutput(run.output);
    case "failed":
      return `${run.error.message}\n${run.error.remedy}`;
    case "cancelled":
      return `Cancelled by ${run.cancelledBy}${run.reason ? `: ${run.reason}` : ""}.`;
    case "waiting":
      return waitingText(run);
    default:
      return undefined;
  }
}

/** What a waiting run waits for, and how to go on. */
export function waitingText(run: Run & { status: "waiting" }): string {
  switch (run.waitingFor.kind) {
    case "timer":
      return `Waits until ${run.waitingFor.until}: ${run.waitingFor.why.message}`;
    case "budget":
      return `Waits for a budget: ${run.waitingFor.why.message} ${run.waitingFor.why.remedy}`;
    case "provider_batch":
      return "Waits for the provider's batch endpoint to answer.";
    case "interrupt":
      return interruptText(run);
    case "paused":
      return `Paused by ${run.waitingFor.by}${run.waitingFor.reason ? `: ${run.waitingFor.reason}` : ""}.`;
    case "children":
      return `Waits for the runs of other agents: ${run.waitingFor.runIds.join(", ")}.`;
  }
}

function interruptText(run: Run): string {
  return run.interrupts
    .map(({ interruptId, prompt, kind }) =>
      kind === "effect_outcome"
        ? `${prompt}\nAnswer: flotilla runs answer ${run.runId} ${interruptId} ` +
          `--redo | --done <json> | --fail <reason>`
        : `${visibleText(prompt)}\nSee and answer: flotilla inbox show ${interruptId}`,
    )
    .join("\n");
}

/** An output for reading: text as it is, anything else as indented JSON. */
export function prettyOutput(output: (Run & { status: "completed" })["output"]): string {
  return typeof output === "string" ? output : JSON.stringify(output, null, 2);
}
