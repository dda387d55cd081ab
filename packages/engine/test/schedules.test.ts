import { agentSpecSchema, newId, scheduleSpecSchema, type ScheduleSpecInput } from "@flotilla/core";
import { afterAll, beforeAll, expect, it } from "vitest";
import { openTestEngine, probe, type TestEngine } from "./platform.ts";

const held = Promise.withResolvers<void>();
const holding = probe("hold", "unknown", async (text) => {
  if (text === "hold") await held.promise;
  return text;
});

let engine: TestEngine;
beforeAll(async () => {
  engine = await openTestEngine([holding.tool]);
  await applyAgent("quick", [{ text: "done" }]);
  await applyAgent("slow", [
    { calls: [{ tool: "hold", input: { text: "hold" } }] },
    { text: "done" },
  ]);
});
afterAll(async () => {
  held.resolve();
  await engine.close();
});

async function applyAgent(name: string, turns: object[]): Promise<void> {
  const spec = {
    name,
    model: "simulated/script",
    instructions: JSON.stringify({ turns }),
    tools: ["hold"],
  };
  await engine.store.agents.apply(agentSpecSchema.parse(spec), newId("agt"));
}

async function schedule(more: Partial<ScheduleSpecInput>): Promise<string> {
  const id = newId("sch");
  const spec = scheduleSpecSchema.parse({
    name: `s-${id.slice(-12)}`,
    when: { cron: "@yearly" },
    start: { kind: "run", agent: "quick", input: { text: "at {{schedule.time}}" } },
    ...more,
  });
  await engine.store.schedules.apply({ id, spec });
  return spec.name;
}

const starts = async (name: string) =>
  (await engine.store.schedules.starts(name, { limit: 1_000 })).toReversed();

/** Waits until the schedule's history is told like this. */
async function until(name: string, told: (line: string[]) => boolean): Promise<void> {
  const lines = async () =>
    (await starts(name)).map(({ outcome, status }) => [outcome, status].filter(Boolean).join(" "));
  await expect.poll(lines, { timeout: 20_000, interval: 50 }).toSatisfy(told);
}

it("runs start at their second, by themselves", async () => {
  const name = await schedule({ when: { cron: "* * * * * *" }, overlap: "parallel" });
  await until(name, (lines) => lines.filter((line) => line === "started completed").length >= 3);
  await engine.store.schedules.pause(name, "ann", null);
  const found = await starts(name);
  const times = found.map(({ dueAt }) => Date.parse(dueAt));
  expect(times).toEqual(times.map((_, i) => (times[0] ?? 0) + i * 1_000));
  const { rows } = await engine.store.pool.query<{ input: string }>(
    "SELECT input FROM run WHERE id = $1",
    [found[0]?.runId],
  );
  expect(rows[0]?.input).toBe(`at ${found[0]?.dueAt.slice(11, 19)}`);
});

it("a start that waits begins when the one before has ended", async () => {
  const slow = { kind: "run", agent: "slow", input: { text: "q" } } as const;
  const name = await schedule({ start: slow, when: { everySeconds: 1 }, overlap: "queue" });
  await until(name, (lines) => lines.includes("queued"));
  await engine.store.schedules.pause(name, "ann", null);
  const [first] = await starts(name);
  expect(first?.outcome).toBe("started");
  await engine.store.runs.cancel(first?.runId ?? "", "ann");
  await until(name, ([one, two]) => one === "started cancelled" && two === "started running");
});

it("a start may cancel the one before", async () => {
  const slow = { kind: "run", agent: "slow", input: { text: "q" } } as const;
  const name = await schedule({ start: slow, when: { everySeconds: 1 }, overlap: "cancel" });
  await until(
    name,
    ([one, two]) => one === "started cancelled" && two?.startsWith("started") === true,
  );
  await engine.store.schedules.pause(name, "ann", null);
  const [first] = await starts(name);
  const { rows } = await engine.store.pool.query("SELECT cancel_by FROM run WHERE id = $1", [
    first?.runId,
  ]);
  expect(rows).toEqual([{ cancel_by: `schedule ${name}` }]);
});

it("a batch starts with its rows", async () => {
  const rows = [{ q: "a" }, { q: "b" }];
  const template = "{{q}} of {{schedule.weekday}}";
  const name = await schedule({ start: { kind: "batch", agent: "quick", template, rows } });
  const dueAt = await engine.store.schedules.trigger(name);
  await until(name, ([line]) => line === "started completed");
  const { batchId } = await engine.store.schedules.start(name, dueAt);
  expect(await engine.store.batches.figures(batchId ?? "")).toMatchObject({
    rows: 2,
    counts: { completed: 2 },
  });
});

it("who may not run the agent any more starts nothing", async () => {
  const id = newId("sch");
  const spec = scheduleSpecSchema.parse({
    name: "denied",
    when: { cron: "@yearly" },
    start: { kind: "run", agent: "quick", input: { text: "q" } },
  });
  const startedBy = { kind: "user", id: "usr_ann", name: "Ann", role: "viewer" } as const;
  await engine.store.schedules.apply({ id, spec, startedBy });
  await engine.store.schedules.trigger("denied");
  await until("denied", ([line]) => line === "failed");
  expect((await starts("denied"))[0]?.error).toMatchObject({
    code: "forbidden",
    message: expect.stringContaining("Ann"),
  });
  expect(engine.seen).toMatchObject([
    { code: "forbidden", organisation: "default", message: expect.stringMatching(/^denied: Ann/) },
  ]);
  await engine.store.schedules.apply({
    id,
    spec: { ...spec, description: "x" },
    startedBy: { ...startedBy, role: "operator" },
  });
  await engine.store.schedules.trigger("denied");
  await until("denied", (lines) => lines.some((line) => line.startsWith("started")));
});
