import { agentSpecSchema, newId, type AccessRule, type StartedBy } from "@flotilla/core";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { callHash, startRun } from "../src/index.ts";
import { openTestEngine, probe, type TestEngine } from "./platform.ts";

const { tool, keys } = probe("refund", "idempotent", (text) => `refunded ${text}`);
const ann: StartedBy = { kind: "user", id: "usr_ann", name: "Ann", role: "operator" };
const denied: AccessRule = {
  id: newId("rul"),
  effect: "deny",
  who: { kind: "role", role: "operator" },
  permission: "tools.use",
  resource: "ref*",
  environment: null,
};

/** Of workers, which hear of a change in a moment, and write what they count once a second. */
const patient = { timeout: 20_000 };

let test: TestEngine;
beforeAll(async () => {
  test = await openTestEngine([tool]);
  const turns = [{ calls: [{ tool: "refund", input: { text: "42" } }] }, { text: "done" }];
  const agent = agentSpecSchema.parse({
    name: "clerk",
    model: "simulated/script",
    instructions: JSON.stringify({ turns }),
    tools: ["refund"],
  });
  await test.store.agents.apply(agent, newId("agt"));
});
afterAll(() => test.close());
beforeEach(() => void keys.splice(0));

async function outcomeFor(startedBy?: StartedBy) {
  const runId = await startRun(test.store, { agent: "clerk", input: { text: "go" }, startedBy });
  const run = await test.until(runId, "completed", "failed");
  expect(run.status).toBe("completed");
  const events = await test.events(runId);
  return {
    run,
    intended: events.find((event) => event.type === "effect.intended"),
    failed: events.find((event) => event.type === "effect.failed"),
    done: events.find((event) => event.type === "effect.done"),
  };
}

it("a call that the rules deny is not made, and the model is told", async () => {
  await test.store.rules.set(denied);
  const { run, failed, done } = await outcomeFor(ann);
  expect(run.startedBy).toEqual(ann);
  expect(failed).toMatchObject({ error: { code: "tool_forbidden", class: "permanent" } });
  expect(failed?.type === "effect.failed" && failed.error.message).toContain(
    "a rule denies tools.use on ref*",
  );
  expect(done).toBeUndefined();
  expect(keys).toEqual([]);
});

it("whom no rule is about, and the platform itself, may", async () => {
  await test.store.rules.set(denied);
  for (const other of [
    undefined,
    { ...ann, role: "builder" },
    { ...ann, role: "owner" },
  ] as const) {
    expect((await outcomeFor(other)).done).toBeDefined();
  }
  expect(keys).toHaveLength(3);
});

it("a change counts for the next call of a worker that knew the rules", async () => {
  await test.store.rules.set(denied);
  expect((await outcomeFor(ann)).failed).toBeDefined();
  await test.store.rules.remove(denied.id);
  await expect.poll(async () => (await outcomeFor(ann)).done !== undefined, patient).toBe(true);
});

it("a key whose scopes do not hold tools.use calls no tool", async () => {
  const key: StartedBy = { ...ann, kind: "key", role: "owner", scopes: ["agents.run"] };
  expect((await outcomeFor(key)).failed).toMatchObject({ error: { code: "tool_forbidden" } });
});

it("a call that a tool rule denies is not made, for whomever it runs", async () => {
  const { toolPolicy } = test.store;
  const base = { tool: "refund", agent: null, runId: null, environment: null } as const;
  const change = (begun: object[], ended: string[] = []) =>
    toolPolicy.change({ begun: begun as never, ended, by: "Ann", note: null });
  const rule = { ...base, id: newId("trl"), effect: "deny", interruptId: null } as const;
  const version = await change([rule]);
  const { failed } = await outcomeFor();
  expect(failed).toMatchObject({
    error: {
      code: "tool_forbidden",
      message: expect.stringContaining("a rule denies refund"),
      details: { ruleId: rule.id, version },
    },
  });
  expect(keys).toEqual([]);
  await expect.poll(() => hitsOf(rule.id), patient).toEqual(hits(rule.id, { denied: 1 }));
  const allowing = { ...rule, id: newId("trl"), agent: "clerk", effect: "allow" };
  const later = await change([allowing]);
  await expect.poll(async () => (await outcomeFor()).done !== undefined, patient).toBe(true);
  const { intended } = await outcomeFor();
  expect(intended).toMatchObject({ decidedBy: { ruleId: allowing.id, version: later } });
  await expect
    .poll(() => hitsOf(allowing.id), patient)
    .toEqual(hits(allowing.id, { allowed: keys.length }));
  const asking = { ...allowing, id: newId("trl"), effect: "ask" };
  await change([asking], [allowing.id]);
  const ends = async () => {
    const runId = await startRun(test.store, { agent: "clerk", input: { text: "go" } });
    return (await test.until(runId, "completed", "waiting")).status;
  };
  await expect.poll(ends, patient).toBe("waiting");
  await expect.poll(() => hitsOf(asking.id), patient).toEqual(hits(asking.id, { asked: 1 }));
  await change([], [rule.id, asking.id]);
});

async function hitsOf(ruleId: string) {
  const all = await test.store.tools.ruleHits(new Date(0));
  return all.find((one) => one.ruleId === ruleId);
}

function hits(ruleId: string, counts: object) {
  return { ruleId, allowed: 0, asked: 0, denied: 0, ...counts };
}

it("rules judge by what a call says and by whom its run was started", async () => {
  const { toolPolicy } = test.store;
  const id = newId("trl");
  const rule = {
    id,
    tool: "refund",
    agent: null,
    runId: null,
    environment: null,
    interruptId: null,
  };
  const when = { args: [{ path: "$.text", equals: "42" }], roles: ["operator" as const] };
  const begun = [{ ...rule, effect: "deny" as const, when }];
  await toolPolicy.change({ begun, ended: [], by: "Ann", note: null });
  await expect.poll(async () => (await outcomeFor(ann)).failed !== undefined, patient).toBe(true);
  expect((await outcomeFor({ ...ann, role: "builder" })).done).toBeDefined();
  expect((await outcomeFor()).done).toBeDefined();
  await toolPolicy.change({ begun: [], ended: [id], by: "Ann", note: null });
});

describe("rules about what a call says hold for calls", () => {
  const id = newId("trl");
  const when = { args: [{ path: "$.text", startsWith: "forbidden" }] };
  const none = { agent: null, runId: null, environment: null, interruptId: null };
  beforeAll(async () => {
    const begun = [{ id, tool: "refund", effect: "deny" as const, when, ...none }];
    await test.store.toolPolicy.change({ begun, ended: [], by: "Ann", note: null });
  });
  afterAll(() => test.store.toolPolicy.change({ begun: [], ended: [id], by: "Ann", note: null }));

  it("that are steps of a plan, with what was filled in", async () => {
    const step = (name: string, text: string, dependsOn: string[] = []) => ({
      ...{ id: name, intent: `Do ${name}.`, dependsOn },
      uses: { kind: "tool", tool: "refund", input: { text } },
    });
    const steps = [step("a", "word"), step("b", "forbidden {{result:a}}", ["a"])];
    const plan = {
      when: "Plan the whole way",
      turns: [{ text: JSON.stringify({ goal: "g", steps }) }],
    };
    const instructions = JSON.stringify({ scenes: [plan] });
    const strategy = { kind: "plan_and_solve" as const, maxReplans: 0, stepTries: 1 };
    const runId = await test.play([], { instructions, tools: ["refund"], strategy });
    await test.until(runId, "completed", "failed");
    const failed = (await test.events(runId)).filter(({ type }) => type === "effect.failed");
    expect(failed).toMatchObject([{ error: { code: "tool_forbidden", details: { ruleId: id } } }]);
    expect(keys).toHaveLength(1);
  });

  it("of runs that another one has begun", async () => {
    const turns = [
      { calls: [{ tool: "refund", input: { text: "forbidden" } }] },
      { text: "tried" },
    ];
    const worker = { name: "worker", model: "simulated/script", tools: ["refund"] };
    await test.store.agents.apply(agentSpecSchema.parse(worker), newId("agt"));
    const task = JSON.stringify({ turns });
    const calls = [{ tool: "delegate", input: { agent: "worker", task } }];
    const runId = await test.play([{ calls }, { text: "end" }], {
      tools: ["delegate"],
      team: { workers: ["worker"] },
    });
    const run = await test.until(runId, "completed", "failed");
    const child = run.children[0]?.childId ?? "";
    const failed = (await test.events(child)).find(({ type }) => type === "effect.failed");
    expect(failed).toMatchObject({ error: { code: "tool_forbidden", details: { ruleId: id } } });
    expect(keys).toEqual([]);
  });

  it("that a person has edited into what they deny", async () => {
    const turns = [{ calls: [{ tool: "refund", input: { text: "42" } }] }, { text: "end" }];
    const runId = await test.play(turns, { tools: ["refund"], approvals: ["refund"] });
    await test.until(runId, "waiting");
    const hash = callHash("refund", { text: "42" });
    await test.answer(runId, { action: "edit", hash, input: { text: "forbidden" } });
    await test.until(runId, "completed");
    const failed = (await test.events(runId)).find(({ type }) => type === "effect.failed");
    expect(failed).toMatchObject({ error: { code: "tool_forbidden" } });
    expect(keys).toEqual([]);
  });
});
