import { summaryMessage, type Compaction } from "./compaction.ts";
import { historySteps, noHistory, type History, type Turn } from "./history.ts";
import type { Json } from "./json.ts";
import { focusOf, hasPurposes, mayCallTools, type Focus } from "./focus.ts";
import { inputImages, inputText } from "./input.ts";
import { unionLabels } from "./label.ts";
import { outputText, userMessage, type Message, type ToolResult } from "./message.ts";
import { isAsideCall } from "./aside-call.ts";
import type { StepPurpose } from "./plan.ts";
import type { CompactionState, MessageStep, ModelStep, Run, RunStep, ToolStep } from "./run.ts";

type Purpose = StepPurpose | undefined;

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

const inputMessage = remembered((input: Run["input"]): Message =>
  userMessage(inputText(input), inputImages(input)),
);
const compactionMessage = remembered(({ summary, steps }: CompactionState): Message =>
  summaryMessage({ through: steps, summary }),
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
const addedMessage = remembered(({ text, from }: MessageStep): Message =>
  userMessage(from ? `[From the agent ${from.agentName}]\n${text}` : text),
);
const toolResult = remembered((step: ToolStep): ToolResult => {
  const isError = step.status === "failed";
  const result: Json = isError ? `Error: ${step.error?.message ?? "the tool failed"}` : step.output;
  const output = step.proposed ? ofEdited(step, step.proposed.input, result) : result;
  return { callId: step.callId, tool: step.tool, output, isError };
});

/** The result of a call that was made with other arguments than the model asked for. */
function ofEdited({ input }: ToolStep, asked: Json, result: Json): Json {
  const note =
    "A person changed the arguments before this call was made: it was made with `made`, not with `asked`. " +
    "Do not ask for the same call again; it would not be made without being asked about.";
  return { note, asked, made: input, result };
}

/** A run's conversation in its parts, in the order in which a model reads them. */
interface Conversation {
  /** Of the history: the summary in the place of what was taken out, and the turns that are left. */
  head: Message[];
  older: Turn[];
  /** What is asked: the input, after what was never answered. */
  asked: Message[];
  /** In the place of the history and the first steps of the run itself. */
  summary: Message[];
  own: Turn[];
}

function conversation(run: Run, history: History, purpose: Purpose): Conversation {
  const focus = focusOf(run, purpose);
  const compaction = newestCompaction(run, focus);
  const through = compaction?.through;
  const before = focus?.hasHistory === false ? noHistory : history;
  const asked = [...inputMessages(run, before, focus), ...(focus?.asked ?? [])];
  const own = ownTurns(run, Math.max(through ?? -1, escalatedStep(run)), focus);
  const summary = compaction ? [compactionMessage(compaction)] : [];
  if (through === undefined) {
    return { head: before.head, older: before.turns, asked, summary, own };
  }
  if (through > 0) return { head: [], older: [], asked, summary, own };
  const older = before.turns.filter(({ step }) => step > through);
  return { head: summary, older, asked, summary: [], own };
}

function inputMessages(run: Run, before: History, focus: Focus | undefined): Message[] {
  if (focus?.hasInput === false) return [];
  const hasInput = inputText(run.input) !== "" || historySteps(run.history) === 0;
  return hasInput ? [...before.tail, inputMessage(run.input)] : before.tail;
}

/**
 * The conversation a run has had since its last escalation, as a model reads it: what came before the
 * run, the input, the summary of what a compaction took out, each completed answer since, the tool
 * results in call order, and repair turns. A call for a purpose sees what its focus says instead.
 */
export function transcript(
  run: Run,
  before: History = noHistory,
  purpose?: StepPurpose,
): Message[] {
  const { head, older, asked, summary, own } = conversation(run, before, purpose);
  const messages = (turns: Turn[]) => turns.flatMap((turn) => turn.messages);
  return [...head, ...messages(older), ...asked, ...summary, ...messages(own)];
}

/** The run as if that compaction were its newest. */
export function withCompaction(run: Run, compaction: Compaction, at = run.createdAt): Run {
  const steps = historySteps(run.history) + compaction.through;
  const state = { ...compaction, steps, at };
  return { ...run, compactions: [...run.compactions, state] };
}

/** What no compaction takes away: what is asked. */
export function pinnedMessages(run: Run, before: History, purpose: Purpose): Message[] {
  return conversation(run, before, purpose).asked;
}

/** What stands for the turns that were taken out. */
export function summaryMessages(run: Run, before: History, purpose: Purpose): Message[] {
  const { head, summary } = conversation(run, before, purpose);
  return [...head, ...summary];
}

/** The turns that no summary covers, in order. A call and its result are always in the same one. */
export function turnsOf(run: Run, before: History, purpose: Purpose): Turn[] {
  const { older, own } = conversation(run, before, purpose);
  return [...older, ...own];
}

/** What a run leaves to those that go on after it. */
export function historyAfter(run: Run, before: History): History {
  if (hasPurposes(run)) return purposefulHistory(run, before);
  const { head, older, asked, summary, own } = conversation(run, before, undefined);
  const isCovered = summary.length > 0;
  const [first, ...rest] = own;
  const begun =
    first && !isCovered ? [{ ...first, messages: [...asked, ...first.messages] }, ...rest] : own;
  return {
    head: isCovered ? [...asked, ...summary] : head,
    turns: [...older, ...begun].map(({ step, messages }) => ({
      step: step - run.stepCount,
      messages,
    })),
    tail: first || isCovered ? [] : asked,
    runIds: [...before.runIds, run.runId],
    hasArtifacts: before.hasArtifacts || hasArtifacts(run),
    hasDocuments: before.hasDocuments || hasDocuments(run),
    labels: unionLabels(before.labels, run.labels),
  };
}

/** Of a run that planned, or tried several times, what is left is the question and the answer. */
function purposefulHistory(run: Run, before: History): History {
  const asked = inputMessages(run, before, undefined);
  const isAnswered = run.status === "completed";
  const answer: Message = {
    role: "assistant",
    content: isAnswered ? [{ type: "text", text: outputText(run.output) }] : [],
  };
  return {
    ...before,
    turns: [
      ...before.turns.map(({ step, messages }) => ({ step: step - run.stepCount, messages })),
      ...(isAnswered ? [{ step: 0, messages: [...asked, answer] }] : []),
    ],
    tail: isAnswered ? [] : asked,
    runIds: [...before.runIds, run.runId],
    hasArtifacts: before.hasArtifacts || hasArtifacts(run),
    hasDocuments: before.hasDocuments || hasDocuments(run),
    labels: unionLabels(before.labels, run.labels),
  };
}

/**
 * How many steps of the history a reader of this run's conversation needs: all before the first one
 * that is told are in a summary. Infinite without a summary.
 */
export function neededHistory(run: Run): number {
  if (hasPurposes(run)) return Infinity;
  const through = newestCompaction(run, undefined)?.through;
  return through === undefined ? Infinity : Math.max(0, -through);
}

/** Whether something that a model was shown of the run is kept as an artifact. */
export function hasArtifacts(run: Run): boolean {
  const attached = run.input.attachments ?? [];
  return (
    attached.length > 0 ||
    run.steps.some((step) => step.kind === "tool" && step.artifact !== undefined)
  );
}

/** Whether a document came with what was asked. */
export function hasDocuments({ input }: Run): boolean {
  return input.attachments?.some(({ kind }) => kind === "document") ?? false;
}

/** The last step of the conversation that an escalation ended; -1: there was none. */
function escalatedStep({ steps }: Run): number {
  return steps.findLast((step) => step.kind === "escalation")?.step ?? -1;
}

/** The newest compaction of the conversation that goes on. */
function newestCompaction(run: Run, focus: Focus | undefined): CompactionState | undefined {
  const newest = run.compactions.at(-1);
  if (!newest || newest.step <= escalatedStep(run)) return undefined;
  return !focus || focus.steps.has(newest.step) ? newest : undefined;
}

function ownTurns(run: Run, covered: number, focus: Focus | undefined): Turn[] {
  if (!focus) return turnsOfSteps(run.steps, covered);
  const steps = run.steps.filter(
    (one) => focus.steps.has(one.step) && !(one.kind === "tool" && isAsideCall(one.callId)),
  );
  return turnsOfSteps(steps, covered);
}

/** Where no tools were offered, calls of them are no part of the answer: nobody has made them. */
function saidIn({ message, purpose }: ModelStep): Message[] {
  if (!message) return [];
  if (mayCallTools(purpose)) return [message];
  const content = message.content.filter(({ type }) => type !== "tool_call");
  return content.length > 0 ? [{ ...message, content }] : [];
}

function turnsOfSteps(steps: readonly RunStep[], covered: number): Turn[] {
  const turns: Turn[] = [];
  let results: ToolResult[] | undefined;
  for (const step of steps) {
    if (step.step <= covered) continue;
    let turn = turns.at(-1);
    if (turn?.step !== step.step) {
      turn = { step: step.step, messages: [] };
      turns.push(turn);
    }
    if (step.kind === "tool") {
      if (step.status !== "done" && step.status !== "failed") continue;
      if (!results) {
        // What somebody said while the calls were open is read after their results.
        const answer = turn.messages.findLastIndex(({ role }) => role === "assistant");
        turn.messages.splice(answer + 1, 0, { role: "tool", results: (results = []) });
      }
      results.push(toolResult(step));
      continue;
    }
    if (step.kind === "message") {
      turn.messages.push(addedMessage(step));
      continue;
    }
    results = undefined;
    if (step.kind === "rejection") turn.messages.push(repairMessage(step));
    else if (step.kind === "model") turn.messages.push(...saidIn(step));
  }
  return turns.filter((turn) => turn.messages.length > 0);
}
