import { summaryMessage, type Compaction } from "./compaction.ts";
import type { Json } from "./json.ts";
import { userMessage, type Message, type ToolResult } from "./message.ts";
import type { CompactionState, Run, RunStep, ToolStep } from "./run.ts";

/** A completed answer and what followed from it: the results of its calls, or why it was refused. */
export interface Turn {
  /** Of the model step. */
  step: number;
  messages: Message[];
}

/** The state of a run is immutable, so that each part of it makes one message, whoever asks. */
function remembered<From extends object, To>(make: (from: From) => To): (from: From) => To {
  const made = new WeakMap<From, To>();
  return (from) => {
    const before = made.get(from);
    if (before !== undefined) return before;
    const now = make(from);
    made.set(from, now);
    return now;
  };
}

const inputMessage = remembered((input: Run["input"]): Message => userMessage(input.text));
const compactionMessage = remembered((compaction: Compaction): Message =>
  summaryMessage(compaction),
);
const repairMessage = remembered((step: Extract<RunStep, { kind: "rejection" }>): Message =>
  userMessage(
    [
      "Your answer does not fit the required JSON Schema:",
      ...step.problems.map((problem) => `- ${problem}`),
      "Answer again with corrected JSON only.",
    ].join("\n"),
  ),
);
const toolResult = remembered((step: ToolStep): ToolResult => {
  const isError = step.status === "failed";
  const output: Json = isError ? `Error: ${step.error?.message ?? "the tool failed"}` : step.output;
  return { callId: step.callId, tool: step.tool, output, isError };
});

/**
 * The conversation a run has had since its last escalation, as a model reads it: the input, the summary of what a compaction
 * took out, each completed answer since, the tool results in call order, and repair turns.
 */
export function transcript(run: Run): Message[] {
  return [...pinnedMessages(run), ...turnsOf(run).flatMap((turn) => turn.messages)];
}

/** The run as if that compaction were its newest. */
export function withCompaction(run: Run, compaction: Compaction): Run {
  return { ...run, compactions: [...run.compactions, { ...compaction, at: run.createdAt }] };
}

/** What no compaction takes away: the input, and the summary so far. */
export function pinnedMessages(run: Run): Message[] {
  const compaction = newestCompaction(run);
  const input = inputMessage(run.input);
  return compaction ? [input, compactionMessage(compaction)] : [input];
}

/** The last step of the conversation that an escalation ended; 0: there was none. */
function escalatedStep({ steps }: Run): number {
  return steps.findLast((step) => step.kind === "escalation")?.step ?? 0;
}

/** The newest compaction of the conversation that goes on. */
function newestCompaction(run: Run): CompactionState | undefined {
  const newest = run.compactions.at(-1);
  return newest && newest.through > escalatedStep(run) ? newest : undefined;
}

/** The turns that no summary covers, in order. A call and its result are always in the same one. */
export function turnsOf(run: Run): Turn[] {
  const covered = newestCompaction(run)?.through ?? escalatedStep(run);
  const turns: Turn[] = [];
  let results: ToolResult[] | undefined;
  for (const step of run.steps) {
    if (step.step <= covered) continue;
    let turn = turns.at(-1);
    if (turn?.step !== step.step) {
      turn = { step: step.step, messages: [] };
      turns.push(turn);
    }
    if (step.kind === "tool") {
      if (step.status !== "done" && step.status !== "failed") continue;
      if (!results) turn.messages.push({ role: "tool", results: (results = []) });
      results.push(toolResult(step));
      continue;
    }
    results = undefined;
    if (step.kind === "rejection") turn.messages.push(repairMessage(step));
    else if (step.kind === "model" && step.message) turn.messages.push(step.message);
  }
  return turns.filter((turn) => turn.messages.length > 0);
}
