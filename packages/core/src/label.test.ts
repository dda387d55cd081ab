import { expect, test } from "vitest";
import type { Event, EventData } from "./event.ts";
import { fold } from "./fold.ts";
import { historyAfter } from "./transcript.ts";
import { noHistory } from "./history.ts";
import { unionLabels } from "./label.ts";

const at = "2026-01-01T00:00:00.000Z";
const events = (...data: EventData[]): Event[] =>
  data.map((one, index) => ({ runId: "run_1", seq: index + 1, at, ...one }));

const agent = { agentId: "agt_1", agentName: "clerk", agentVersion: 1 };
const begun: EventData[] = [
  { type: "run.created", ...agent, input: { text: "hello" }, labels: ["mail"] },
  { type: "segment.started", segment: 1, epoch: 1, worker: "w", cause: "start" },
];
const intended = (callId: string): EventData => ({
  type: "effect.intended",
  ...{ step: 1, callId, tool: "look", input: {}, attempt: 1, idempotencyKey: callId },
});

test("a run has the labels of all that it was given, each result its own", () => {
  const run = fold(
    events(
      ...begun,
      intended("c1-0"),
      { type: "effect.done", callId: "c1-0", output: "x", labels: ["web"], ms: 1, via: "executed" },
      intended("c1-1"),
      {
        type: "effect.failed",
        callId: "c1-1",
        error: { code: "tool_failed", message: "x", class: "permanent" } as never,
        labels: ["mcp"],
        ms: 1,
        retryInMs: null,
      },
      { type: "message.added", step: 1, text: "hi", by: "left", labels: ["document"] },
      { type: "run.labelled", labels: ["private"] },
    ),
  );
  expect(run.inputLabels).toEqual(["mail"]);
  expect(run.labels).toEqual(["document", "mail", "mcp", "private", "web"]);
  expect(run.steps).toMatchObject([{ labels: ["web"] }, { labels: ["mcp"] }, { kind: "message" }]);
  expect(historyAfter(run, { ...noHistory, labels: ["tool"] }).labels).toEqual([
    ...run.labels.slice(0, 4),
    ...["tool", "web"],
  ]);
});

test("what comes in files, or from the caller's own tools, has labels of itself", () => {
  const artifact = { id: "art_1", mediaType: "text/plain", bytes: 1 };
  const attachments = [{ artifact, name: "a", characters: 1, head: "a" }];
  const results = [{ callId: "c1-0", tool: "own", output: 1, isError: false }];
  const input = { text: "", attachments, results };
  const run = fold(events({ type: "run.created", ...agent, input }));
  expect(run.labels).toEqual(["document", "private", "tool"]);
  expect(run.inputLabels).toEqual(["tool"]);
});

test("a union is sorted, without doubles, and the same when nothing is new", () => {
  const labels = ["a", "c"];
  expect(unionLabels(labels, ["b", "a"])).toEqual(["a", "b", "c"]);
  expect(unionLabels(labels, ["c"])).toBe(labels);
  expect(unionLabels(labels, undefined)).toBe(labels);
});
