import type { PlanEditing } from "@flotilla/api";
import { intendedStepSchema, newId, type EventData, type PlanEdit } from "@flotilla/core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { createRun } from "../../store/test/sample-run.ts";
import { openTestServer, problemOf, send, type TestServer } from "./open-test-server.ts";

let server: TestServer;
beforeAll(async () => {
  server = await openTestServer();
  await server.client.agents.apply({
    name: "planner",
    model: "simulated/demo",
    tools: ["calculator"],
    limits: { maxCostUsd: 0.001 },
    strategy: { kind: "plan_and_solve", maxPlanSteps: 4 },
  });
});
afterAll(() => server.close());

const step = (id: string, dependsOn: string[] = [], more: object = {}) =>
  intendedStepSchema.parse({ id, intent: `Do ${id}.`, dependsOn, ...more });

const made: EventData = {
  type: "plan.created",
  ...{ version: 1, goal: "all of it", by: "simulated/demo" },
  steps: [step("a"), step("b", ["a"]), step("c")],
};

/** A run whose plan is half done; it waits, or its worker is at work. */
async function plannedRun(end: EventData[] = []): Promise<string> {
  const { store } = server;
  const runId = await createRun(store, { agentName: "planner" });
  const claimed = await store.runs.claim({ runId, segment: 1, worker: "wrk_1" });
  const epoch = claimed?.epoch ?? 0;
  const begun = { type: "segment.started", segment: 1, worker: "wrk_1", cause: "start" } as const;
  const done: EventData[] = [
    { type: "plan_step.started", id: "a", attempt: 1 },
    { type: "plan_step.done", id: "a", result: "one" },
  ];
  const events = [{ ...begun, epoch }, made, ...done, ...end];
  await store.journal.append({ runId, epoch, seq: 2, events });
  return runId;
}

const parked: EventData[] = [{ type: "run.waiting", for: { kind: "paused", by: "ann" } }];

const edit = (runId: string, edits: PlanEdit[], version = 1) =>
  server.client.plans.edit(runId, { version, edits, reason: "better so" });

test("a waiting run has an edited plan at once, and every version can be read and compared", async () => {
  const runId = await plannedRun(parked);
  const answer = await edit(runId, [
    { edit: "remove", id: "c" },
    { edit: "add", step: step("d", ["b"]), at: 0 },
  ]);
  expect(answer).toMatchObject({ taken: true, plan: { version: 2 }, queued: [] });
  expect(answer.plan.steps.map(({ id, status }) => `${id} ${status}`)).toEqual([
    ...["d pending", "a done", "b pending"],
  ]);
  await edit(runId, [{ edit: "change", id: "b", changes: { intent: "Do b well." } }], 2);
  const { items } = await server.client.plans.versions(runId);
  expect(items.map(({ version, cause, by }) => ({ version, cause, by }))).toMatchObject([
    { version: 1, cause: "start", by: "simulated/demo" },
    { version: 2, cause: "edited" },
    { version: 3, cause: "edited" },
  ]);
  expect(items[0]?.plan.steps.map(({ id }) => id)).toEqual(["a", "b", "c"]);
  expect(await server.client.plans.diff(runId, { from: 2 })).toEqual({
    ...{ from: 2, to: 3 },
    edits: [{ edit: "change", id: "b", changes: { intent: "Do b well." } }],
  });
  const back = await server.client.plans.diff(runId, { from: 3, to: 1 });
  expect(back.edits).toContainEqual({ edit: "remove", id: "d" });
});

test("of a run at work the edit lies for its worker, and is told of", async () => {
  const runId = await plannedRun();
  const body: PlanEditing = { version: 1, edits: [{ edit: "remove", id: "c" }] };
  const answer = await send(server.app, "POST", `/runs/${runId}/plan/edits`, body);
  expect(answer.status).toBe(202);
  const { plan, queued } = await server.client.plans.get(runId);
  expect(plan?.version).toBe(1);
  expect(queued).toMatchObject([{ number: 1, version: 1, edits: [{ edit: "remove", id: "c" }] }]);
});

const uses = (use: object) => ({ uses: use }) as Partial<Parameters<typeof step>[2]>;
const adding = (id: string, more?: object): PlanEdit[] => [
  { edit: "add", step: step(id, [], more) },
];

test.each<[string, PlanEdit[], string]>([
  ["a step that is done", [{ edit: "remove", id: "a" }], "step a is done"],
  ["a circle", [{ edit: "change", id: "b", changes: { dependsOn: ["b"] } }], "depend on each"],
  ["a tool it has not", adding("d", uses({ kind: "tool", tool: "clock", input: {} })), "clock"],
  ["an agent that is not of its team", adding("d", uses({ kind: "agent", agent: "x" })), "agent x"],
  [
    "an input that its tool does not take",
    adding("d", uses({ kind: "tool", tool: "calculator", input: { sum: 1 } })),
    "the input of step d",
  ],
  ["more steps than it may have", [...adding("d"), ...adding("e")], "4 are allowed"],
  ["a budget beyond the run's", adding("d", { budgetMicros: 5_000 }), "micro-USD"],
])("an edit with %s is refused, and the plan stays", async (_what, edits, says) => {
  const runId = await plannedRun(parked);
  await expect(edit(runId, edits)).rejects.toMatchObject({
    code: "plan_invalid",
    message: expect.stringContaining(says),
  });
  expect((await server.client.plans.get(runId)).plan?.version).toBe(1);
});

test("an edit for another version is a conflict; what has no plan says so", async () => {
  const runId = await plannedRun(parked);
  const change: PlanEdit[] = [{ edit: "remove", id: "c" }];
  const problem = await problemOf(
    send(server.app, "POST", `/runs/${runId}/plan/edits`, { version: 2, edits: change }),
  );
  expect(problem).toMatchObject({ status: 409, code: "conflict" });
  const unplanned = await createRun(server.store, { agentName: "planner" });
  await expect(edit(unplanned, change)).rejects.toMatchObject({ code: "conflict" });
  expect(await server.client.plans.get(unplanned)).toMatchObject({ plan: null, queued: [] });
  expect(await server.client.plans.diff(unplanned)).toEqual({ from: 0, to: 0, edits: [] });
  await expect(server.client.plans.diff(runId, { from: 9 })).rejects.toMatchObject({
    message: expect.stringContaining("no version 9"),
  });
});

test("an agent is applied only with a strategy that can be followed", async () => {
  const apply = (spec: object) =>
    server.client.agents.apply({
      name: `s-${newId("agt").slice(4, 20)}`,
      model: "simulated/demo",
      ...spec,
    });
  const check = { kind: "tool", tool: "calculator" };
  await expect(apply({ strategy: { kind: "reflexion", checks: [check] } })).rejects.toMatchObject({
    ...{ code: "unknown_tool" },
    message: "strategy.checks.0: the agent has no tool calculator. Its tools: none.",
  });
  await expect(
    apply({ strategy: { kind: "reflexion", checks: [{ kind: "regex", pattern: "(" }] } }),
  ).rejects.toMatchObject({ code: "invalid_request" });
  await expect(apply({ strategy: { kind: "hierarchical" } })).rejects.toMatchObject({
    message: expect.stringContaining("nobody to give steps to"),
  });
  await expect(apply({ taskClasses: { hard: { model: "nowhere/x" } } })).rejects.toMatchObject({
    message: expect.stringContaining("taskClasses.hard.model"),
  });
  const planner = { kind: "plan_and_solve", plannerModel: "nowhere/x" };
  await expect(apply({ strategy: planner })).rejects.toMatchObject({ code: "unknown_model" });
});
