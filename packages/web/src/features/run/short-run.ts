import type { Event, EventData } from "@flotilla/core";

const usage = {
  inputTokens: 5,
  cachedInputTokens: 0,
  cacheWriteTokens: 0,
  outputTokens: 2,
  reasoningTokens: 0,
};
const data: EventData[] = [
  {
    type: "run.created",
    agentId: "agt_1",
    agentName: "math",
    agentVersion: 1,
    input: { text: "6 × 7?" },
  },
  { type: "segment.started", segment: 1, epoch: 1, worker: "wrk_1", cause: "start" },
  { type: "step.started", step: 1, attempt: 1, model: "simulated/small" },
  { type: "step.delta", step: 1, attempt: 1, text: "It is " },
  { type: "step.delta", step: 1, attempt: 1, text: "42." },
  {
    type: "step.completed",
    step: 1,
    attempt: 1,
    message: { role: "assistant", content: [{ type: "text", text: "It is 42." }] },
    usage,
    finish: "stop",
    costMicros: 3,
    firstTokenMs: 10,
    ms: 50,
  },
  { type: "run.completed", output: "It is 42." },
];
/** A run of one model call whose answer came in two pieces. */
export const events = data.map(numbered);

function numbered(one: EventData, index: number): Event {
  return { ...one, runId: "run_1", seq: index + 1, at: new Date(index).toISOString() };
}
