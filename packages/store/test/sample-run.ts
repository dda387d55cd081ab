import {
  newId,
  noUsage,
  type AskedInterrupt,
  type EventData,
  type EventOf,
  type NewRun,
  type RunStatus,
} from "@flotilla/core";
import type { Store } from "../src/open-store.ts";

const why = { code: "tool_failed", message: "m", class: "permanent", remedy: "r" } as const;

/** What a segment appends to end in each status; `waiting` is for two answers. */
const endings: Partial<Record<RunStatus, EventData[]>> = {
  completed: [{ type: "run.completed", output: { answer: 42 } }],
  failed: [{ type: "run.failed", error: why }],
  cancelled: [{ type: "run.cancelled", by: "person" }],
  waiting: [
    ...[1, 2].flatMap((n): EventData[] => [
      {
        type: "effect.intended",
        step: 1,
        callId: `c${n}`,
        tool: "t",
        input: {},
        attempt: 1,
        idempotencyKey: `k${n}`,
      },
      { type: "effect.unknown", callId: `c${n}`, reason: "r" },
      {
        type: "interrupt.raised",
        interruptId: `int_${n}`,
        kind: "effect_outcome",
        callId: `c${n}`,
        prompt: "p",
      },
    ]),
    { type: "run.waiting", for: { kind: "interrupt", interruptIds: ["int_1", "int_2"] } },
  ],
};

export async function createRun(store: Store, change: Partial<NewRun> = {}): Promise<string> {
  const runId = newId("run");
  await store.runs.create({
    runId,
    agentId: "agt_1",
    agentName: "a",
    agentVersion: 1,
    input: { text: "q" },
    interactive: false,
    ...change,
  });
  return runId;
}

/** Takes a pending run through one model call to a status. Returns the epoch that owns it. */
export async function bringTo(store: Store, runId: string, status: RunStatus): Promise<number> {
  if (status === "pending") return 0;
  const claimed = await store.runs.claim({ runId, segment: 1, worker: "wrk_1" });
  const epoch = claimed?.epoch as number;
  const step = { step: 1, attempt: 1 };
  const events: EventData[] = [
    { type: "segment.started", segment: 1, epoch, worker: "wrk_1", cause: "start" },
    { type: "step.started", ...step, model: "p/m" },
    {
      type: "step.completed",
      ...step,
      message: { role: "assistant", content: [] },
      usage: { ...noUsage, inputTokens: 7, outputTokens: 5 },
      finish: "stop",
      costMicros: 11,
      firstTokenMs: 1,
      ms: 2,
    },
    ...(endings[status] ?? []),
  ];
  const asked = events.filter((event) => event.type === "interrupt.raised").map(askedBy);
  await store.journal.append({ runId, epoch, seq: 2, events, asked });
  return epoch;
}

/** As the inbox keeps what such an event asks. */
function askedBy({ interruptId, kind, prompt }: EventOf<"interrupt.raised">): AskedInterrupt {
  return { interruptId, kind, prompt, raisedAt: new Date().toISOString() };
}

/** A new run in a status. */
export async function runIn(store: Store, status: RunStatus): Promise<string> {
  const runId = await createRun(store);
  await bringTo(store, runId, status);
  return runId;
}
