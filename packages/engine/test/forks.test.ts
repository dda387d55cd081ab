import {
  agentSpecSchema,
  newId,
  type AgentSpecInput,
  type ForkOrder,
  type Json,
  type Run,
  type RunChanges,
  type ToolStep,
} from "@flotilla/core";
import { defineTool } from "@flotilla/tools";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { z } from "zod";
import { forkRun, startRun } from "../src/index.ts";
import { openTestEngine, probe, type TestEngine } from "./platform.ts";

const long = Array.from({ length: 9_000 }, (_, i) => `entry ${i}`).join("\n");
const pay = probe("pay", "idempotent", (text) => {
  if (text === "nobody") throw new Error("no such account");
  return text === "long" ? long : `paid ${text}`;
});
const lookUp = defineTool({
  name: "look_up",
  description: "Reads.",
  input: z.strictObject({ text: z.string() }),
  output: z.string(),
  risk: "read",
  recovery: "idempotent",
  timeoutMs: 5_000,
  maxAttempts: 1,
  call: ({ text }) => `read ${text} as number ${++reads}`,
});
let reads = 0;

const registered = { list: () => [pay.tool, lookUp].map(({ info }) => info) };

let test: TestEngine;
const tools = ["pay", "look_up"];
beforeAll(async () => {
  test = await openTestEngine([pay.tool, lookUp]);
});
afterAll(() => test.close());

const call = (tool: string, text: string) => ({ tool, input: { text } });
const pays = (...texts: string[]) => ({ calls: texts.map((text) => call("pay", text)) });
const script = (...turns: object[]): RunChanges => ({ instructions: JSON.stringify({ turns }) });

async function forkOf(source: string, order: Partial<ForkOrder> = {}): Promise<string> {
  const given = { at: "end", changes: {}, effects: "record", by: "ann" } as const;
  return forkRun(test.store, registered, { ...given, ...order, source });
}

async function forked(source: string, order: Partial<ForkOrder> = {}): Promise<Run> {
  return test.until(await forkOf(source, order), "completed", "failed");
}

const callsOf = (run: Run) =>
  run.steps
    .filter((step): step is ToolStep => step.kind === "tool")
    .map(({ tool, status, output, error }): [string, string, Json] => [
      tool,
      status,
      error?.code ?? output,
    ]);
const keysOf = (runId: string) => pay.keys.filter((key) => key.startsWith(runId));

describe("a fork", () => {
  it("reuses what was recorded before its place, and pays only for what is new", async () => {
    const source = await test.play([pays("a"), pays("b"), { text: "end" }], { tools });
    const whole = await test.until(source, "completed");
    const changes = script(pays("a"), { text: "another end" });
    const run = await forked(source, { at: { step: 2 }, changes });
    expect(run).toMatchObject({ status: "completed", output: "another end", stepCount: 2 });
    expect(callsOf(run)).toEqual([["pay", "done", "paid a"]]);
    expect(run.fork?.reused).toMatchObject({ steps: 1, items: 2 });
    expect(keysOf(run.runId)).toEqual([]);
    const [first, second] = [whole, run].map((one) => one.usage.outputTokens) as [number, number];
    expect(second).toBeLessThan(first);
    const { rows } = await test.store.pool.query(
      "SELECT step_count, cost_micros, output_tokens FROM run WHERE id = $1",
      [run.runId],
    );
    expect(rows).toEqual([{ step_count: 1, cost_micros: run.costMicros, output_tokens: second }]);
  });

  it("answers calls with effects from the record, blocks others, and reads anew", async () => {
    const turns = [
      { calls: [call("pay", "a"), call("look_up", "x")] },
      { calls: [call("pay", "nobody")] },
      { text: "end" },
    ];
    const source = await test.play(turns, { tools });
    await test.until(source, "completed");
    const paid = pay.keys.length;
    const run = await forked(source, {
      at: "start",
      changes: script(turns[0] as object, pays("nobody", "z"), { text: "end" }),
    });
    expect(callsOf(run)).toEqual([
      ["pay", "done", "paid a"],
      ["look_up", "done", `read x as number ${reads}`],
      ["pay", "failed", "tool_failed"],
      ["pay", "failed", "effect_blocked"],
    ]);
    expect(run.status).toBe("completed");
    expect(pay.keys).toHaveLength(paid);
    const blocked = await forked(source, { at: "start", effects: "block" });
    expect(callsOf(blocked)[0]).toEqual(["pay", "failed", "effect_blocked"]);
    const allowed = await forked(source, { at: "start", effects: "allow" });
    expect(callsOf(allowed)[0]).toEqual(["pay", "done", "paid a"]);
    expect(keysOf(allowed.runId).length).toBeGreaterThan(0);
  });

  it("goes on with another result of a call", async () => {
    const source = await test.play([pays("a"), { text: "end" }], { tools });
    await test.until(source, "completed");
    const toolResults = [{ callId: "c1-0", output: "refused" }];
    const run = await forked(source, { changes: { toolResults } });
    expect(callsOf(run)).toEqual([["pay", "done", "refused"]]);
    expect(run.status).toBe("completed");
  });

  it("is made of runs that failed, wait or are under way, which go on as if it were not", async () => {
    const failing = await test.play([pays("a"), { text: "end" }], {
      tools,
      limits: { maxSteps: 1 },
    });
    await test.until(failing, "failed");
    // The limit counts what is new: the step that is reused is none of it.
    expect(await forked(failing)).toMatchObject({ status: "completed", stepCount: 2 });

    const slow = await test.play([pays("a"), { text: "end" }], { tools });
    await test.until(slow, "completed");
    const stuck = await forkOf(slow, { at: { step: 2 }, changes: { model: "slow/demo" } });
    await test.until(stuck, "running");
    await expect
      .poll(async () => (await test.events(stuck)).some(({ type }) => type === "segment.started"))
      .toBe(true);
    const freed = await forked(stuck, { at: { step: 2 }, changes: { model: "simulated/demo" } });
    expect(freed).toMatchObject({ status: "completed", stepCount: 2 });
    expect((await test.store.runs.get(stuck)).status).toBe("running");
    await test.store.runs.cancel(stuck, "ann");
    await test.until(stuck, "cancelled");
    expect(await forked(stuck, { changes: { model: "simulated/demo" } })).toMatchObject({
      status: "completed",
    });
  });

  it("keeps its source, whose artifacts it reads, for as long as it is there", async () => {
    const source = await test.play([pays("long"), { text: "end" }], { tools });
    await test.until(source, "completed");
    const [kept] = await test.artifacts.list(source);
    const read = { tool: "artifact_read", input: { artifact: kept?.id, search: "entry 8999" } };
    const changes = script(pays("long"), { calls: [read] }, { text: "end" });
    const run = await forked(source, { at: { step: 2 }, changes });
    expect(callsOf(run)[1]).toMatchObject(["artifact_read", "done", { matches: [{}] }]);
    const again = await forked(run.runId, { at: { step: 2 } });
    expect(callsOf(again)[1]).toMatchObject(["artifact_read", "done", { totalLines: 9_000 }]);
    expect(await test.store.artifacts.list(again.runId)).toMatchObject([{ id: kept?.id }]);

    const age = (...runIds: string[]) =>
      test.store.pool.query(
        "UPDATE run SET ended_at = now() - interval '40 days' WHERE id = ANY($1)",
        [runIds],
      );
    await age(source, run.runId);
    expect(await test.store.runs.deleteOld(30)).toEqual([]);
    await age(again.runId);
    expect(await test.store.runs.deleteOld(30)).toEqual([again.runId]);
    expect(await test.store.runs.deleteOld(30)).toEqual([run.runId]);
    expect(await test.store.runs.deleteOld(30)).toEqual([source]);
  });

  it("reuses what children came to, and lets new ones make no calls with effects either", async () => {
    const player = async (spec: Partial<AgentSpecInput> & { name: string }) => {
      const agent = agentSpecSchema.parse({
        model: "simulated/script",
        retry: { baseMs: 5 },
        ...spec,
      });
      await test.store.agents.apply(agent, newId("agt"));
    };
    await player({ name: "payer", tools: ["pay"] });
    await player({
      ...{ name: "lead", tools: ["delegate"], approvals: ["nothing"] },
      team: { workers: ["payer"] },
    });
    const play = (turns: object[]) => JSON.stringify({ turns });
    const delegated = (text: string) => {
      const task = play([pays(text), { text: `${text} is done` }]);
      return { calls: [{ tool: "delegate", input: { agent: "payer", task } }] };
    };
    const text = play([delegated("a"), { text: "end" }]);
    const source = await startRun(test.store, { agent: "lead", input: { text } });
    const whole = await test.until(source, "completed", "failed");
    expect(callsOf(whole)).toEqual([["delegate", "done", "a is done"]]);
    const paid = pay.keys.length;

    const message = play([delegated("a"), delegated("b"), { text: "end" }]);
    const run = await forked(source, { at: "start", changes: { message } });
    expect(callsOf(run).map(([, ...rest]) => rest)).toEqual([
      ["done", "a is done"],
      ["done", "b is done"],
    ]);
    const [child, ...others] = run.children;
    expect(others).toEqual([]);
    const made = await test.until(child?.childId ?? "", "completed");
    expect(callsOf(made)).toEqual([["pay", "failed", "effect_blocked"]]);
    expect(pay.keys).toHaveLength(paid);

    const later = await forked(source, { at: { step: 2 } });
    expect(later).toMatchObject({ status: "completed", children: [{ costMicros: 0 }] });
    const part = whole.children[0]?.childId ?? "";
    await expect(forkOf(part, { effects: "allow" })).rejects.toMatchObject({ code: "conflict" });
  });

  it("goes on with a plan from any of its steps, or with another plan", async () => {
    const uses = { kind: "tool", tool: "pay", input: { text: "<{{result:a}}>" } };
    const steps = [
      { id: "a", intent: "Do a." },
      { id: "b", intent: "Do b.", dependsOn: ["a"], uses },
    ];
    const scenes = [
      { when: "Plan the whole way", turns: [{ text: JSON.stringify({ goal: "all", steps }) }] },
      { when: "Your part is the step a:", turns: [{ text: "x" }] },
      { when: "Give the final answer", turns: [{ text: "end" }] },
    ];
    const source = await test.play([], {
      instructions: JSON.stringify({ scenes }),
      ...{ tools, strategy: { kind: "plan_and_solve" } },
    });
    const whole = await test.until(source, "completed", "failed");
    expect(whole.plan?.steps[1]).toMatchObject({ status: "done", result: "paid <x>" });
    const paid = pay.keys.length;

    const begun = (await test.events(source)).find(
      (event) => event.type === "plan_step.started" && event.id === "b",
    );
    for (const at of [{ step: 2 }, { seq: begun?.seq ?? 0 }]) {
      const run = await forked(source, { at });
      expect(run).toMatchObject({ status: "completed", output: "end" });
      expect(run.plan?.steps[1]).toMatchObject({ status: "done", result: "paid <x>" });
    }
    const shorter = await forked(source, {
      at: { step: 2 },
      changes: { plan: [{ edit: "remove", id: "b" }] },
    });
    expect(shorter.plan).toMatchObject({ version: 2, steps: [{ id: "a", status: "done" }] });
    expect(pay.keys).toHaveLength(paid);
    const wrong = forkOf(source, { changes: { plan: [{ edit: "remove", id: "a" }] } });
    await expect(wrong).rejects.toMatchObject({ code: "plan_invalid" });
  });

  it("is not made when it cannot be, and once when it is asked for twice", async () => {
    const source = await test.play([{ text: "end" }], { tools });
    await test.until(source, "completed");
    const runId = newId("run");
    await expect(forkOf(source, { runId, at: { step: 9 } })).rejects.toMatchObject({
      code: "invalid_request",
    });
    await expect(test.store.runs.get(runId)).rejects.toMatchObject({ code: "not_found" });
    await expect(forkOf(newId("run"))).rejects.toMatchObject({ code: "not_found" });
    await forkOf(source, { runId });
    await forkOf(source, { runId });
    await test.until(runId, "completed");
    const events = await test.events(runId);
    expect(events.filter(({ type }) => type === "run.forked")).toHaveLength(1);
  });
});
