import {
  agentSpecSchema,
  draftVersion,
  newId,
  type AgentSpecInput,
  type Run,
} from "@flotilla/core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startDraft, startRun } from "../src/index.ts";
import { openTestEngine, probe, type TestEngine } from "./platform.ts";

const echo = probe("echo", "idempotent", (text) => text);
const slow = probe("slow", "idempotent", async (text, signal) => {
  await new Promise<void>((resolve) => {
    const timer = setTimeout(resolve, 15_000);
    signal.addEventListener("abort", () => (clearTimeout(timer), resolve()));
  });
  return text;
});

let test: TestEngine;
beforeAll(async () => {
  test = await openTestEngine([echo.tool, slow.tool]);
});
afterAll(() => test.close());

/** An agent that plays the script it is told. */
async function player(name: string, spec: Partial<AgentSpecInput> = {}): Promise<void> {
  const agent = agentSpecSchema.parse({
    name,
    model: "simulated/script",
    retry: { baseMs: 5 },
    ...spec,
  });
  await test.store.agents.apply(agent, newId("agt"));
}

async function start(agent: string, turns: object[]): Promise<string> {
  return startRun(test.store, { agent, input: { text: script(turns) } });
}

const script = (turns: object[]) => JSON.stringify({ turns });
const delegate = (agent: string, turns: object[], more: object = {}) => ({
  tool: "delegate",
  input: { agent, task: script(turns), ...more },
});
const results = (run: Run) =>
  run.steps.flatMap((step) =>
    step.kind === "tool" ? [step.error ? step.error.message : step.output] : [],
  );

describe("a run that delegates", () => {
  beforeAll(async () => {
    await player("worker", { tools: ["echo", "slow", "send_message"] });
    await player("manager", {
      tools: ["delegate", "echo", "slow"],
      team: { workers: ["worker", "nobody"], maxChildren: 60 },
    });
  });

  it("gets the answers of its children as the results of its calls", async () => {
    const calls = Array.from({ length: 8 }, (_, i) => delegate("worker", [{ text: `part ${i}` }]));
    const runId = await start("manager", [{ calls }, { text: "{{results}}" }]);
    const run = await test.until(runId, "completed", "failed");
    const parts = Array.from({ length: 8 }, (_, i) => `part ${i}`);
    expect(results(run)).toEqual(parts);
    expect(run).toMatchObject({ status: "completed", output: parts.join("\n") });
    expect(run.children.map(({ status }) => status)).toEqual(parts.map(() => "completed"));
    const tree = await test.store.teams.tree(runId);
    expect(tree).toMatchObject({ rootId: runId, status: "completed" });
    expect(tree.nodes).toHaveLength(9);
    expect(tree.total.steps).toBe(10);
    expect(tree.total.costMicros).toBe(
      tree.nodes.reduce((sum, { own }) => sum + own.costMicros, 0),
    );
    expect(tree.nodes[0]?.total).toEqual(tree.total);
  });

  it("waits for them as rows alone, and children carry what it was started with", async () => {
    const runId = await startRun(test.store, {
      agent: "manager",
      input: { text: script([{ calls: [delegate("worker", [{ text: "x" }])] }, { text: "end" }]) },
      user: "ann",
    });
    const run = await test.until(runId, "completed");
    const types = (await test.events(runId)).map(({ type }) => type);
    expect(types.indexOf("child.started")).toBeLessThan(types.indexOf("run.waiting"));
    expect(types.indexOf("run.waiting")).toBeLessThan(types.indexOf("child.ended"));
    const [created] = await test.events(run.children[0]?.childId as string);
    expect(created).toMatchObject({
      user: "ann",
      traceId: run.traceId,
      parent: { runId, rootId: runId, depth: 1, callId: run.children[0]?.callId },
    });
  });

  it("is told of a child that failed, of an agent that is not there or not of its team", async () => {
    const runId = await start("manager", [
      { calls: [delegate("worker", []), delegate("nobody", [{ text: "x" }]), delegate("ann", [])] },
      { text: "end" },
    ]);
    const run = await test.until(runId, "completed", "failed");
    expect(results(run)).toEqual([
      expect.stringMatching(/^worker did not do it: its run run_\w+ was failed: /),
      expect.stringMatching(/There is no agent "nobody"/),
      "ann is not of the team. Its workers: worker, nobody.",
    ]);
  });

  it("is bounded in depth and number", async () => {
    await player("deep", {
      tools: ["delegate"],
      team: { workers: ["deep"], maxDepth: 2, maxChildren: 1 },
    });
    const innermost = [{ calls: [delegate("deep", [{ text: "never" }])] }, { text: "{{results}}" }];
    const inner = [{ calls: [delegate("deep", innermost)] }, { text: "{{results}}" }];
    const two = [delegate("deep", inner), delegate("deep", inner)];
    const runId = await start("deep", [{ calls: two }, { text: "{{results}}" }]);
    const run = await test.until(runId, "completed", "failed");
    expect(results(run)).toEqual([
      "Error: Runs may not be nested deeper than 2: do it yourself.",
      "This run has begun 1 others already, and may not begin more.",
    ]);
  });

  it("cancels all that lies below it", async () => {
    const nap = [{ calls: [{ tool: "slow", input: { text: "zzz" } }] }, { text: "awake" }];
    const calls = Array.from({ length: 5 }, () => delegate("worker", nap));
    const runId = await start("manager", [{ calls }, { text: "end" }]);
    await expect
      .poll(
        async () =>
          (await test.store.teams.tree(runId)).nodes.filter((n) => n.status === "running").length,
        { timeout: 10_000 },
      )
      .toBe(5);
    await test.store.runs.cancel(runId, "person", "enough");
    await expect
      .poll(
        async () =>
          (await test.store.teams.tree(runId)).nodes.every((n) => n.status === "cancelled"),
        { timeout: 5_000 },
      )
      .toBe(true);
    const tree = await test.store.teams.tree(runId);
    const events = await test.events(tree.nodes[1]?.runId as string);
    expect(events.at(-1)).toMatchObject({ type: "run.cancelled", by: "person", reason: "enough" });
  });

  it("goes on with its children after it was cancelled and is retried", async () => {
    const nap = [{ calls: [{ tool: "slow", input: { text: "zzz" } }] }, { text: "awake" }];
    const calls = [delegate("worker", [{ text: "early" }]), delegate("worker", nap)];
    const runId = await start("manager", [{ calls }, { text: "{{results}}" }]);
    await expect
      .poll(
        async () => (await test.store.teams.tree(runId)).nodes.map((n) => n.status).toSorted(),
        { timeout: 10_000 },
      )
      .toEqual(["completed", "running", "waiting"]);
    const running = (await test.store.teams.tree(runId)).nodes.find((n) => n.status === "running");
    await expect
      .poll(async () => (await test.events(running?.runId as string)).at(-1)?.type)
      .toBe("effect.intended");
    await test.store.runs.cancel(runId, "person");
    await expect
      .poll(async () => (await test.store.teams.tree(runId)).status, { timeout: 5_000 })
      .toBe("cancelled");
    await expect
      .poll(async () => (await test.store.runs.get(running?.runId as string)).status)
      .toBe("cancelled");
    await expect(test.store.runs.retry(running?.runId as string, "person")).rejects.toMatchObject({
      code: "conflict",
    });
    await test.store.runs.retry(runId, "person");
    await expect
      .poll(async () => (await test.store.runs.get(running?.runId as string)).status)
      .toBe("running");
    await test.store.runs.cancel(runId, "person");
  });
});

describe("the budget of a tree", () => {
  beforeAll(async () => {
    await player("costly", { settings: { maxOutputTokens: 50 } });
    await player("treasurer", {
      tools: ["delegate"],
      settings: { maxOutputTokens: 200 },
      team: { workers: ["costly"] },
      limits: { maxCostUsd: 0.05 },
    });
  });

  it("is divided: each child gets a share, and what it did not use is there again", async () => {
    const calls = Array.from({ length: 4 }, () => delegate("costly", [{ text: "done" }]));
    const runId = await start("treasurer", [{ calls }, { calls: [calls[0]] }, { text: "end" }]);
    const run = await test.until(runId, "completed", "failed");
    expect(run.status).toBe("completed");
    const shares = run.children.map(({ budgetMicros }) => budgetMicros as number);
    expect(new Set(shares.slice(0, 4).map((share) => Math.round(share / 10))).size).toBe(1);
    expect(shares[4]).toBeGreaterThan((shares[0] as number) * 1.5);
    const tree = await test.store.teams.tree(runId);
    expect(tree.total.costMicros).toBeLessThanOrEqual(50_000);
    expect(run.children.reduce((sum, { costMicros }) => sum + costMicros, run.costMicros)).toBe(
      tree.total.costMicros,
    );
  });

  it("stops a child before a call that its share might not cover", async () => {
    const share = { budgetUsd: 0.000_001 };
    const calls = [delegate("costly", [{ text: "done" }], share)];
    const runId = await start("treasurer", [{ calls }, { text: "end" }]);
    const run = await test.until(runId, "completed", "failed");
    expect(results(run)[0]).toMatch(
      /was failed: The next call may cost \$0\.\d+, and the run has \$0\.000001 left/,
    );
    expect(run.children[0]).toMatchObject({ costMicros: 0, budgetMicros: 1 });
  });

  it("does not give more than there is", async () => {
    const calls = [delegate("costly", [{ text: "done" }], { budgetUsd: 1 })];
    const runId = await start("treasurer", [{ calls }, { text: "end" }]);
    expect(results(await test.until(runId, "completed", "failed"))[0]).toMatch(
      /^\$1\.000000 is more than this run has left of its budget/,
    );
  });
});

it("a draft runs as its journal says, and its children share the blackboard of it", async () => {
  await player("clerk", { tools: ["blackboard_write", "blackboard_read"] });
  const write = { tool: "blackboard_write", input: { key: "found", value: "here", version: 0 } };
  const turns = [
    { calls: [delegate("clerk", [{ calls: [write] }, { text: "{{results}}" }])] },
    { text: "{{results}}" },
  ];
  const spec = agentSpecSchema.parse({
    name: "sketch",
    model: "simulated/script",
    tools: ["delegate"],
    team: { workers: ["clerk"], blackboard: { found: { type: "string" } } },
  });
  const runId = await startDraft(test.store, { spec, input: { text: script(turns) } });
  const run = await test.until(runId, "completed", "failed");
  expect(run).toMatchObject({ status: "completed", agentVersion: draftVersion, draft: spec });
  const board = await test.store.teams.board(runId);
  expect(board).toMatchObject([{ key: "found", value: "here" }]);
});
