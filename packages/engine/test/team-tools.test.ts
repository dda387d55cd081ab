import { agentSpecSchema, newId, transcript, type AgentSpecInput, type Run } from "@flotilla/core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startRun } from "../src/index.ts";
import { openTestEngine, probe, type TestEngine } from "./platform.ts";

const gates = new Map<string, PromiseWithResolvers<void>>();
function gate(name: string): PromiseWithResolvers<void> {
  const known = gates.get(name) ?? Promise.withResolvers<void>();
  gates.set(name, known);
  return known;
}
const pass = probe("pass", "idempotent", async (name) => {
  await gate(name).promise;
  return name;
});
const reach = probe("reach", "idempotent", (name) => {
  gate(name).resolve();
  return name;
});

let test: TestEngine;
beforeAll(async () => {
  test = await openTestEngine([pass.tool, reach.tool]);
  await player("lone", { tools: ["send_message"] });
  await player("left", {
    tools: ["send_message", "pass", "reach", "blackboard_write", "blackboard_read"],
  });
  await player("right", { tools: ["send_message", "pass", "reach", "blackboard_write"] });
  await player("lead", {
    tools: ["delegate", "blackboard_read", "send_message"],
    team: {
      workers: ["left", "right"],
      blackboard: { findings: { type: "array", items: { type: "string" } } },
    },
  });
});
afterAll(() => test.close());

async function player(name: string, spec: Partial<AgentSpecInput> = {}): Promise<void> {
  const agent = agentSpecSchema.parse({
    ...{ name, model: "simulated/script", retry: { baseMs: 5 } },
    ...spec,
  });
  await test.store.agents.apply(agent, newId("agt"));
}

const script = (turns: object[]) => JSON.stringify({ turns });
const start = (agent: string, turns: object[]) =>
  startRun(test.store, { agent, input: { text: script(turns) } });
const call = (tool: string, input: object) => ({ tool, input });
const delegate = (agent: string, turns: object[]) =>
  call("delegate", { agent, task: script(turns) });
const results = (run: Run) =>
  run.steps.flatMap((step) =>
    step.kind === "tool" ? [step.error ? step.error.message : step.output] : [],
  );
async function childOf(run: Run, agentName: string): Promise<Run> {
  const child = run.children.find((one) => one.agentName === agentName);
  return test.until(child?.childId as string, "completed", "failed");
}

describe("messages", () => {
  it("reach a sibling and the parent, once each, before their next steps", async () => {
    const left = [
      { calls: [call("send_message", { to: "right", text: "look left" })] },
      { calls: [call("send_message", { to: "parent", text: "I told right" })] },
      { calls: [call("reach", { text: "told" })] },
      { text: "left is done" },
    ];
    const right = [{ calls: [call("pass", { text: "told" })] }, { text: "right is done" }];
    const calls = [delegate("left", left), delegate("right", right)];
    const runId = await start("lead", [{ calls }, { text: "{{results}}" }]);
    const run = await test.until(runId, "completed", "failed");
    expect(results(run)).toEqual(["left is done", "right is done"]);
    const heard = (await childOf(run, "right")).steps.filter((step) => step.kind === "message");
    expect(heard).toMatchObject([{ text: "look left", by: "left", from: { agentName: "left" } }]);
    const mine = run.steps.filter((step) => step.kind === "message");
    expect(mine).toMatchObject([{ text: "I told right", from: { agentName: "left" } }]);
    const said = transcript(run).filter(({ role }) => role === "user");
    expect(JSON.stringify(said)).toContain("[From the agent left]\\nI told right");
  });

  it("that come after the last answer are read before the run ends", async () => {
    const left = [
      { calls: [call("pass", { text: "answered" })] },
      { calls: [call("send_message", { to: "right", text: "one more thing" })] },
      { text: "sent" },
    ];
    // Its answer is there, and not committed, when the message comes.
    const right = [
      { calls: [call("reach", { text: "answered" })] },
      { text: "first" },
      { text: "second" },
    ];
    const calls = [delegate("left", left), delegate("right", right)];
    const runId = await start("lead", [{ calls }, { text: "end" }]);
    const run = await test.until(runId, "completed", "failed");
    const sent = results(await childOf(run, "left"))[1];
    const heard = (await childOf(run, "right")).steps.some((step) => step.kind === "message");
    // Either it was too late, and the sender knows; or it was read.
    expect(heard).toBe(typeof sent !== "string");
  });

  it("to nobody, to somebody who has ended, and to one of several are errors that the model sees", async () => {
    const alone = await test.until(
      await start("lone", [
        { calls: [call("send_message", { to: "parent", text: "x" })] },
        { text: "end" },
      ]),
      "completed",
    );
    expect(results(alone)).toEqual(["There is no parent to write to. There is: nobody."]);
    const left = [
      { calls: [call("pass", { text: "over" })] },
      { calls: [call("send_message", { to: "right", text: "too late" })] },
      { text: "end" },
    ];
    const calls = [
      delegate("left", left),
      delegate("right", [{ text: "end" }]),
      delegate("right", [{ text: "end" }]),
    ];
    const runId = await start("lead", [{ calls }, { text: "end" }]);
    await expect
      .poll(
        async () =>
          (await test.store.teams.tree(runId)).nodes.map(({ status }) => status).toSorted(),
        { timeout: 10_000 },
      )
      .toEqual(["completed", "completed", "running", "waiting"]);
    gate("over").resolve();
    const run = await test.until(runId, "completed", "failed");
    expect(results(await childOf(run, "left"))[1]).toMatch(
      /^Several runs are of right: write to one of run_\w+, run_\w+\.$/,
    );
    const ended = run.children[1]?.childId as string;
    const from = { runId, agentName: "lead", callId: "x" };
    expect(await test.store.teams.send({ from, to: ended, text: "x", labels: [] })).toBe(false);
  });
});

describe("the blackboard", () => {
  it("keeps versions of typed keys, and refuses to overwrite what the writer has not seen", async () => {
    const write = (value: unknown, version: number, key = "findings") =>
      call("blackboard_write", { key, value, version });
    const left = [
      { calls: [write(["a"], 0)] },
      { calls: [write(["b"], 0), write("c", 1), write(["d"], 0, "nothing")] },
      { calls: [write(["a", "b"], 1)] },
      { calls: [call("blackboard_read", {})] },
      { text: "end" },
    ];
    const runId = await start("lead", [
      { calls: [delegate("left", left)] },
      { calls: [call("blackboard_read", { key: "findings" })] },
      { text: "end" },
    ]);
    const run = await test.until(runId, "completed", "failed");
    const child = await childOf(run, "left");
    const entry = {
      ...{ key: "findings", version: 2, value: ["a", "b"] },
      by: { runId: child.runId, agentName: "left" },
    };
    expect(results(child)).toEqual([
      { key: "findings", version: 1 },
      "Version 0 is not the newest one of findings: read it again.",
      expect.stringMatching(/^The value does not fit findings: /),
      "The blackboard has no key nothing. Keys: findings.",
      { key: "findings", version: 2 },
      { entries: [expect.objectContaining(entry)] },
    ]);
    expect(results(run)[1]).toEqual({ entries: [expect.objectContaining(entry)] });
    expect(await test.store.teams.board(runId)).toHaveLength(1);
    const versions = await test.store.teams.boardKey(runId, "findings", 10);
    expect(versions.map(({ version }) => version)).toEqual([2, 1]);
    const again = { rootId: runId, key: "findings", version: 0, value: ["z"], labels: [] };
    const by = { runId: child.runId, agentName: "left", callId: versions[1] ? "c1-0" : "" };
    expect(await test.store.teams.write({ ...again, ...by })).toBe(1);
  });
});

describe("a handoff", () => {
  it("goes on with the same conversation as another agent, which pays from there", async () => {
    await player("expert", {
      model: "simulated/demo",
      instructions: "You are the expert.",
      tools: ["reach"],
      settings: { maxOutputTokens: 40 },
    });
    await player("desk", {
      tools: ["handoff"],
      team: { handoffs: ["expert"] },
      limits: { maxSteps: 3 },
    });
    const runId = await start("desk", [
      {
        calls: [
          call("handoff", { agent: "nobody" }),
          call("handoff", { agent: "expert", note: "VIP" }),
        ],
      },
    ]);
    const run = await test.until(runId, "completed", "failed");
    expect(run).toMatchObject({
      status: "completed",
      agentName: "desk",
      active: { agentName: "expert" },
    });
    expect(results(run)).toEqual([
      "The conversation cannot be handed over to nobody. It can to: expert.",
      "The conversation goes on with expert.",
    ]);
    const models = run.steps.flatMap((step) => (step.kind === "model" ? [step.model] : []));
    expect(models).toEqual(["simulated/script", "simulated/demo"]);
    const { rows } = await test.store.pool.query(
      `SELECT agent_name, sum(cost_micros)::integer AS cost FROM (
         SELECT agent_name, cost_micros FROM charge UNION ALL SELECT agent_name, cost_micros FROM cost_day
       ) AS c WHERE agent_name IN ('desk', 'expert') GROUP BY agent_name ORDER BY agent_name`,
    );
    const costs = run.steps.flatMap((step) => (step.kind === "model" ? [step.costMicros] : []));
    expect(rows).toEqual([
      { agent_name: "desk", cost: costs[0] },
      { agent_name: "expert", cost: costs[1] },
    ]);
  });

  it("is bounded", async () => {
    await player("ping", { tools: ["handoff"], team: { handoffs: ["pong"] } });
    await player("pong", { tools: ["handoff"], team: { handoffs: ["ping"] } });
    const turns = Array.from({ length: 11 }, (_, i) => ({
      calls: [call("handoff", { agent: i % 2 === 0 ? "pong" : "ping" })],
    }));
    const run = await test.until(
      await start("ping", [...turns, { text: "end" }]),
      "completed",
      "failed",
    );
    expect(results(run).at(-1)).toBe(
      "This conversation was handed over 10 times; it ends with you.",
    );
    expect(run).toMatchObject({ status: "completed", active: { agentName: "ping" } });
  });
});
