import { fold, noUsage, type Event, type EventData } from "@flotilla/core";
import { expect, test } from "vitest";
import { pausesOf } from "./pause.ts";
import { layoutTimeline } from "./timeline-layout.ts";
import { placeRows, type RunPart } from "./timeline-tree.ts";

const origin = Date.parse("2026-01-01T00:00:00.000Z");
const agent = { agentId: "agt_1", agentName: "worker", agentVersion: 1 };

function partOf(
  runId: string,
  startMs: number,
  ...later: [ms: number, data: EventData][]
): RunPart {
  const all: [number, EventData][] = [
    [startMs, { type: "run.created", ...agent, input: { text: "" } }],
    [startMs, { type: "segment.started", segment: 1, epoch: 1, worker: "w", cause: "start" }],
    ...later,
  ];
  const events = all.map(([ms, data], index): Event => ({
    ...{ ...data, runId, seq: index + 1, at: new Date(origin + ms).toISOString() },
  }));
  return { run: fold(events), events };
}

const asked: EventData = { type: "step.started", step: 1, attempt: 1, model: "p/m" };
const answered: EventData = {
  ...{ type: "step.completed", step: 1, attempt: 1, usage: noUsage, finish: "stop" },
  ...{ message: { role: "assistant", content: [] }, costMicros: 0, firstTokenMs: null, ms: 1 },
};
const began = (childId: string, callId: string): EventData => ({
  ...{ type: "child.started", childId, ...agent, step: 1, callId, tool: "delegate" },
  ...{ input: {}, task: "do it" },
});
const ended = (childId: string, callId: string): EventData => ({
  ...{ type: "child.ended", childId, callId, status: "completed", output: 1 },
  ...{ usage: noUsage, costMicros: 0, costIncomplete: false },
});

const parent = partOf(
  "run_p",
  0,
  [0, asked],
  [100, answered],
  [100, began("run_a", "c1-0")],
  [100, began("run_b", "c1-1")],
  [300, ended("run_a", "c1-0")],
  [500, ended("run_b", "c1-1")],
);
const children = new Map(
  ["run_a", "run_b"].map((id) => [id, partOf(id, 120, [130, asked], [250, answered])]),
);

function placed(...open: string[]) {
  const timeline = layoutTimeline(parent.run, pausesOf(parent.events), origin + 500);
  const shown = (id: string) => (open.includes(id) ? children.get(id) : undefined);
  return placeRows({ ...parent, ...timeline }, shown, origin + 500);
}

test("nothing is unfolded until somebody asks, and what could be says so", () => {
  expect(placed().map(({ row, child }) => [row.key, child?.childId])).toEqual([
    ["m1", undefined],
    ["c1-0", "run_a"],
    ["c1-1", "run_b"],
  ]);
});

test("the rows of a run stand below the row that began it, on the axis of the first run", () => {
  const rows = placed("run_a");
  expect(rows.map(({ row, depth, runId }) => [row.key, depth, runId])).toEqual([
    ["m1", 0, "run_p"],
    ["c1-0", 0, "run_p"],
    ["run_a/m1", 1, "run_a"],
    ["c1-1", 0, "run_p"],
  ]);
  expect(rows[2]?.row).toMatchObject({ startMs: 130, endMs: 250 });
});

test("a run below is on the critical path only where what began it is", () => {
  const critical = placed("run_a", "run_b").filter(({ isCritical }) => isCritical);
  expect(critical.map(({ row }) => row.key)).toEqual(["m1", "c1-1", "run_b/m1"]);
});
