import { z } from "zod";
import type { Label } from "./label.ts";
import { messageSchema, toolCalls, type Message, type ToolResult } from "./message.ts";

/** What was said before a run began: it goes on from there. */
export const historyRefSchema = z.discriminatedUnion("kind", [
  /** The conversation of another run, its own history included, as it stood at an event of it. */
  z.object({
    kind: z.literal("run"),
    runId: z.string(),
    seq: z.int().positive(),
    /** Model steps of the whole conversation up to there: ids of calls go on counting from them. */
    steps: z.int().nonnegative(),
  }),
  /** The caller has said it all. */
  z.object({ kind: z.literal("messages"), messages: z.array(messageSchema) }),
]);
export type HistoryRef = z.infer<typeof historyRefSchema>;

/** A completed answer and what followed from it: the results of its calls, or why it was refused. */
export interface Turn {
  /** Of the model step. Those of the runs before count backwards from 0. */
  step: number;
  messages: Message[];
}

/** The conversation that a run goes on with, as a model reads it. */
export interface History {
  /** Before the first turn: the summary of what a compaction took out. */
  head: Message[];
  /** In order; the last one has the number 0. */
  turns: Turn[];
  /** What was asked after the last turn and never answered. */
  tail: Message[];
  /** The runs whose conversation it is, as far as they had to be read. */
  runIds: string[];
  /** Whether something in it is kept as an artifact. */
  hasArtifacts: boolean;
  /** Whether a document came with something in it. */
  hasDocuments: boolean;
  /** Of all that was said. */
  labels: Label[];
}

export const noHistory: History = {
  head: [],
  turns: [],
  tail: [],
  runIds: [],
  hasArtifacts: false,
  hasDocuments: false,
  labels: [],
};

/** The number of model steps before a run's first one. */
export function historySteps(ref: HistoryRef | null): number {
  if (!ref) return 0;
  return ref.kind === "run" ? ref.steps : ref.messages.filter(isAnswer).length;
}

/** Messages as a history. Each answer makes a turn, with the questions before and the results after it. */
export function historyOfMessages(messages: readonly Message[]): History {
  const steps = messages.filter(isAnswer).length;
  const turns: Turn[] = [];
  let asked: Message[] = [];
  for (const message of messages) {
    if (message.role === "user") asked.push(message);
    else if (message.role === "assistant") {
      turns.push({ step: turns.length + 1 - steps, messages: [...asked, message] });
      asked = [];
    } else turns.at(-1)?.messages.push(message);
  }
  // Results are of the caller's own tools.
  const labels = messages.some(({ role }) => role === "tool") ? ["tool"] : [];
  return { ...noHistory, turns, tail: asked, labels };
}

/**
 * The history with every call of its last answer answered: by the results that came with the next
 * input, and where there is none by saying so. No provider takes a call without a result.
 */
export function answered(history: History, results: readonly ToolResult[] = []): History {
  const last = history.turns.at(-1);
  const answer = last?.messages.findLast(isAnswer);
  if (!last || answer?.role !== "assistant") return history;
  const calls = toolCalls(answer);
  if (calls.length === 0) return history;
  const given = last.messages.flatMap((one) => (one.role === "tool" ? one.results : []));
  const known = new Map([...results, ...given].map((one) => [one.callId, one]));
  const all = calls.map(
    ({ callId, tool }) => known.get(callId) ?? { callId, tool, output: unanswered, isError: true },
  );
  const before = last.messages.filter((one) => one.role !== "tool");
  const turn = { ...last, messages: [...before, { role: "tool" as const, results: all }] };
  return { ...history, turns: [...history.turns.slice(0, -1), turn] };
}

const unanswered = "Error: the call was not answered before the conversation went on.";

function isAnswer({ role }: Message): boolean {
  return role === "assistant";
}
