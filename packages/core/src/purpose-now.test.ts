import { expect, test } from "vitest";
import type { Event, EventData } from "./event.ts";
import { fold } from "./fold.ts";
import { messageText } from "./message.ts";
import { transcript } from "./transcript.ts";

function runOf(events: EventData[]) {
  const created: EventData = {
    type: "run.created",
    ...{ agentId: "agt_1", agentName: "a", agentVersion: 1, input: { text: "question" } },
  };
  const begun = { segment: 1, epoch: 1, worker: "wrk_1", cause: "start" } as const;
  const all: EventData[] = [created, { type: "segment.started", ...begun }, ...events];
  const at = "2026-01-01T00:00:00.000Z";
  return fold(all.map((data, index): Event => ({ runId: "run_1", seq: index + 1, at, ...data })));
}

test("a person's turn stands for what the model's would have stood for", () => {
  const step = {
    id: "a",
    intent: "Do a.",
    uses: { kind: "self" as const },
    inputs: {},
    dependsOn: [],
  };
  const message = {
    role: "assistant" as const,
    content: [{ type: "text" as const, text: "done" }],
  };
  const run = runOf([
    { type: "plan.created", version: 1, goal: "g", steps: [step], by: "p/m" },
    { type: "plan_step.started", id: "a", attempt: 1 },
    { type: "run.waiting", for: { kind: "paused", by: "ann" } },
    { type: "step.written", step: 1, message, by: "ann" },
  ]);
  const purpose = { kind: "plan_step" as const, id: "a", attempt: 1 };
  expect(run.steps).toMatchObject([{ kind: "model", by: "ann", purpose }]);
  expect(transcript(run, undefined, purpose).map(messageText).at(-1)).toBe("done");
});
