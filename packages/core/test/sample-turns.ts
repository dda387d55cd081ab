import fc from "fast-check";
import type { Event, EventData } from "../src/event.ts";
import { fold } from "../src/fold.ts";
import type { Json } from "../src/json.ts";
import type { Run } from "../src/run.ts";
import { noUsage } from "../src/usage.ts";

/** What a model said, and what its calls came to. */
export interface Turn {
  text: string;
  calls: { tool: string; input: Json; output: Json }[];
}

const calls = fc.record({
  tool: fc.constantFrom("search", "mail"),
  input: fc.constantFrom<Json>({ q: 1 }, { q: 2 }),
  output: fc.constantFrom<Json>("x", "y"),
});
export const sampleTurns: fc.Arbitrary<Turn[]> = fc.array(
  fc.record({ text: fc.constantFrom("a", "b"), calls: fc.array(calls, { maxLength: 3 }) }),
  { maxLength: 5 },
);

/** The journal of a run that had these turns, and came to the last text. */
export function journalOf(turns: Turn[], change: { runId?: string; model?: string } = {}): Event[] {
  const { runId = "run_1", model = "p/m" } = change;
  const data: EventData[] = [
    {
      type: "run.created",
      ...{ agentId: "agt_1", agentName: "a", agentVersion: 1 },
      input: { text: "q" },
    },
    { type: "segment.started", segment: 1, epoch: 1, worker: "wrk_1", cause: "start" },
    ...turns.flatMap((turn, i) => turnEvents(turn, i + 1, model)),
    { type: "run.completed", output: turns.at(-1)?.text ?? "" },
  ];
  const at = (seq: number) => new Date(Date.UTC(2026, 0, 1) + seq * 1_000).toISOString();
  return data.map((one, i): Event => ({ runId, seq: i + 1, at: at(i + 1), ...one }));
}

export function runOf(turns: Turn[], change: { runId?: string; model?: string } = {}): Run {
  return fold(journalOf(turns, change));
}

function turnEvents({ text, calls: wanted }: Turn, step: number, model: string): EventData[] {
  const made = wanted.map(({ tool, input }, i) => ({ callId: `c${step}-${i}`, tool, input }));
  return [
    { type: "step.started", step, attempt: 1, model },
    {
      type: "step.completed",
      ...{ step, attempt: 1, finish: wanted.length > 0 ? "tool_calls" : "stop" },
      message: {
        role: "assistant",
        content: [
          { type: "text", text },
          ...made.map((one) => ({ type: "tool_call" as const, ...one })),
        ],
      },
      usage: { ...noUsage, inputTokens: 10, outputTokens: 2 },
      ...{ costMicros: 3, firstTokenMs: 1, ms: 2 },
    },
    ...made.map((one): EventData => ({
      type: "effect.intended",
      ...{ step, attempt: 1, idempotencyKey: `run_1:${one.callId}` },
      ...one,
    })),
    ...made.map(({ callId }, i): EventData => ({
      type: "effect.done",
      ...{ callId, output: wanted[i]?.output ?? null, ms: 1, via: "executed" },
    })),
  ];
}
