import { noUsage, type EventData } from "@flotilla/core";
import type { Store } from "@flotilla/store";
import { createRun } from "../../store/test/sample-run.ts";

export interface HeldRun {
  runId: string;
  /** Appends to its journal. */
  append(events: EventData[], dropDeltasAfter?: number): Promise<void>;
}

/** A run that a worker holds, in its first model step: its journal has three events. */
export async function holdRun(store: Store): Promise<HeldRun> {
  const runId = await createRun(store);
  const claimed = await store.runs.claim({ runId, segment: 1, worker: "wrk_1" });
  const epoch = claimed?.epoch ?? 0;
  let seq = 2;
  const append = async (events: EventData[], dropDeltasAfter?: number) => {
    const drop = dropDeltasAfter === undefined ? {} : { dropDeltasAfter };
    await store.journal.append({ runId, epoch, seq, events, ...drop });
    seq += events.length;
  };
  await append([
    { type: "segment.started", segment: 1, epoch, worker: "wrk_1", cause: "start" },
    { type: "step.started", step: 1, attempt: 1, model: "p/m" },
  ]);
  return { runId, append };
}

export const delta = (text: string): EventData => ({
  type: "step.delta",
  step: 1,
  attempt: 1,
  text,
});

export const ending: EventData[] = [
  {
    type: "step.completed",
    step: 1,
    attempt: 1,
    message: { role: "assistant", content: [{ type: "text", text: "one two" }] },
    usage: noUsage,
    finish: "stop",
    costMicros: 1,
    firstTokenMs: 1,
    ms: 2,
  },
  { type: "run.completed", output: "one two" },
];
