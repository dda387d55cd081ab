import { fold, newId, noUsage, type ModelStep, type Run } from "@flotilla/core";
import { startSimulator, type Simulator } from "@flotilla/models";
import { afterAll, beforeAll, expect, it } from "vitest";
import { openTestEngine, probe, type TestEngine } from "./platform.ts";

const echo = probe("echo", "unknown", (text) => text);
const on = { cache: { ttlSeconds: 60 }, settings: { temperature: 0 } };

let test: TestEngine;
let simulator: Simulator;
let late: Simulator;
beforeAll(async () => {
  simulator = await startSimulator();
  late = await startSimulator({ latencyMs: 1_000 });
  test = await openTestEngine([echo.tool], undefined, {
    providers: {
      counted: { kind: "simulated", baseURL: simulator.url },
      late: { kind: "simulated", baseURL: late.url },
    },
  });
});
afterAll(async () => {
  await test.close();
  await simulator.close();
  await late.close();
});

/** Calls that begin while `work` goes on get no answer. */
async function hold(work: () => Promise<unknown>): Promise<void> {
  await control({ fault: { kind: "header_hang" } });
  await work();
  await control({ fault: null });
}

async function control(change: object): Promise<void> {
  const answer = await fetch(`${simulator.url}/simulator/control`, {
    method: "POST",
    body: JSON.stringify(change),
  });
  expect(answer.status).toBe(200);
}

let texts = 0;
/** A text that no test has used. */
const fresh = () => `text ${++texts}`;
const play = (turns: object[], spec = {}) => test.play(turns, { model: "counted/script", ...spec });
const played = async (turns: object[], spec = {}) =>
  test.until(await play(turns, spec), "completed");
const modelSteps = (run: Run) =>
  run.steps.filter((step): step is ModelStep => step.kind === "model");
const asked = async (work: () => Promise<unknown>, of = simulator) => {
  const before = of.requests;
  await work();
  return of.requests - before;
};

it("a call that was made before is not made again: its answer costs nothing and says what it saved", async () => {
  const turns = [{ text: fresh() }];
  const first = await played(turns, on);
  expect(modelSteps(first)).toMatchObject([{ priced: "call", costMicros: first.costMicros }]);
  let second: Run | undefined;
  expect(await asked(async () => (second = await played(turns, on)))).toBe(0);
  expect(second).toMatchObject({ output: turns[0]?.text, costMicros: 0, usage: noUsage });
  expect(modelSteps(second as Run)).toMatchObject([
    {
      priced: "cache",
      costMicros: 0,
      usage: noUsage,
      saved: { usage: first.usage, costMicros: first.costMicros },
      message: modelSteps(first)[0]?.message,
    },
  ]);
});

it.each([
  ["is off by default", {}, 2],
  ["serves at temperature 0", on, 1],
  ["does not serve where answers are to vary", { cache: { ttlSeconds: 60 } }, 2],
  ["does not serve at a higher temperature", { ...on, settings: { temperature: 0.5 } }, 2],
  ["serves at any temperature when asked", { cache: true, settings: { temperature: 0.5 } }, 1],
])("the cache %s", async (_name, spec, requests) => {
  const turns = [{ text: fresh() }];
  const both = async () => {
    await played(turns, spec);
    await played(turns, spec);
  };
  expect(await asked(both)).toBe(requests);
});

it("an answer older than its time is asked for again", async () => {
  const turns = [{ text: fresh() }];
  await played(turns, on);
  await expect.poll(() => kept(turns[0]?.text as string)).toBe(1);
  await test.store.pool.query("UPDATE cached_answer SET created_at = created_at - interval '61 s'");
  await test.restart(1_000);
  expect(await asked(() => played(turns, on))).toBe(1);
});

it("tools are called for each run, under its own key", async () => {
  const text = fresh();
  const turns = [{ calls: [{ tool: "echo", input: { text } }] }, { text: "end" }];
  const first = await play(turns, { ...on, tools: ["echo"] });
  await test.until(first, "completed");
  let second = "";
  const again = async () => {
    second = await play(turns, { ...on, tools: ["echo"] });
    await test.until(second, "completed");
  };
  expect(await asked(again)).toBe(0);
  expect(echo.keys).toEqual([`${first}:c1-0`, `${second}:c1-0`]);
});

it("an answer of one organisation does not serve another", async () => {
  const turns = [{ text: fresh() }];
  const runId = await play(turns, on);
  await test.until(runId, "completed");
  const [created] = await test.events(runId);
  if (created?.type !== "run.created") return expect.unreachable();
  const other = newId("run");
  const { agentId, agentName, agentVersion, input } = created;
  const run = { agentId, agentName, agentVersion, input, interactive: true };
  const elsewhere = async () => {
    await test.store.runs.create({ runId: other, organisation: "other", ...run });
    await test.until(other, "completed");
  };
  expect(await asked(elsewhere)).toBe(1);
});

it.each([
  ["was cut off at the limit", { text: "half an answ", finish: "length" }, "failed"],
  ["was filtered", { text: "I may not", finish: "content_filter" }, "failed"],
  ["is empty", { text: " " }, "completed"],
] as const)("an answer that %s is not kept", async (_name, turn, status) => {
  const turns = [{ ...turn, text: `${turn.text}${turn.text.trim() && fresh()}` }];
  const twice = async () => {
    await test.until(await play(turns, on), status);
    await test.until(await play(turns, on), status);
  };
  expect(await asked(twice)).toBe(2);
});

it("an answer that does not fit the output schema is not kept", async () => {
  const output = { type: "object", properties: { n: { type: "integer" } }, required: ["n"] };
  const turns = [{ text: `no json, ${fresh()}` }, { text: '{"n":1}' }];
  const twice = async () => {
    await played(turns, { ...on, output });
    await played(turns, { ...on, output });
  };
  // The repair of a mistake is the same call, the mistake is made anew.
  expect(await asked(twice)).toBe(3);
});

it("who follows the deltas gets the text of an answer from the cache as one", async () => {
  const turns = [{ text: fresh() }];
  await played(turns, on);
  const runId = await play(turns, on);
  await test.until(runId, "completed");
  const read = (await test.events(runId)).map((event) =>
    "text" in event ? event.text : event.type,
  );
  expect(read.slice(-3)).toEqual([turns[0]?.text, "step.completed", "run.completed"]);
});

it("identical calls that are under way at once are one call, and the others wait visibly", async () => {
  const turns = [{ text: fresh() }];
  const slow = { ...on, model: "late/script" };
  const ids: string[] = [];
  const together = async () => {
    for (let i = 0; i < 20; i++) ids.push(await play(turns, slow));
    await Promise.all(ids.map((id) => test.until(id, "completed")));
  };
  expect(await asked(together, late)).toBe(1);
  const runs = await Promise.all(ids.map((id) => test.events(id)));
  const steps = runs.flatMap((events) => modelSteps(fold(events)));
  const shared = steps.filter((step) => step.priced === "shared");
  expect(steps.filter((step) => step.priced === "call")).toHaveLength(1);
  expect(shared.length).toBeGreaterThan(0);
  for (const step of shared) {
    expect(step.attempts[0]?.waited?.identical_call).toBeGreaterThan(0);
    expect(step).toMatchObject({ costMicros: 0, message: steps[0]?.message });
  }
});

it("a leader that is cancelled fails nobody: the next one makes the call", async () => {
  const turns = [{ text: fresh() }];
  let ids: string[] = [];
  await hold(async () => {
    ids = await Promise.all([play(turns, on), play(turns, on), play(turns, on)]);
    await expect.poll(() => statuses(ids)).toEqual(["running", "waiting", "waiting"]);
  });
  const leader = await whoIs(ids, "running");
  await test.store.runs.cancel(leader, "person");
  await test.until(leader, "cancelled");
  const followers = ids.filter((id) => id !== leader);
  const runs = await Promise.all(followers.map((id) => test.until(id, "completed")));
  const priced = runs.flatMap(modelSteps).map((step) => step.priced);
  expect(priced.toSorted()).toEqual(["call", "shared"]);
});

it("a leader that fails fails itself: the next one makes the call", async () => {
  const turns = [{ text: fresh(), fault: { kind: "http", status: 401 } }];
  const both = async () => {
    const ids = await Promise.all([play(turns, on), play(turns, on)]);
    await Promise.all(ids.map((id) => test.until(id, "failed")));
  };
  expect(await asked(both)).toBe(2);
});

it("a follower that is cancelled leaves the others alone", async () => {
  const turns = [{ text: fresh() }];
  let ids: string[] = [];
  await hold(async () => {
    ids = await Promise.all([play(turns, on), play(turns, on)]);
    await expect.poll(() => statuses(ids)).toEqual(["running", "waiting"]);
    const follower = await whoIs(ids, "waiting");
    await test.store.runs.cancel(follower, "person");
    await test.until(follower, "cancelled");
    ids = ids.filter((id) => id !== follower);
    expect(await statuses(ids)).toEqual(["running"]);
    await test.store.runs.cancel(ids[0] as string, "person");
    await test.until(ids[0] as string, "cancelled");
  });
  expect(await asked(() => played(turns, on))).toBe(1);
});

it("clearing reaches the answers in a worker's memory", async () => {
  const turns = [{ text: fresh() }];
  await played(turns, on);
  await expect.poll(() => kept(turns[0]?.text as string)).toBe(1);
  await test.store.cache.clear();
  await expect.poll(() => asked(() => played(turns, on))).toBe(1);
});

const status = async (runId: string) =>
  modelSteps(fold(await test.events(runId)))[0]?.status ?? "none";
const statuses = async (ids: string[]) => (await Promise.all(ids.map(status))).toSorted();

/** The first run whose step has that status. */
async function whoIs(ids: string[], wanted: "running" | "waiting"): Promise<string> {
  const all = await Promise.all(ids.map(status));
  return ids[all.indexOf(wanted)] as string;
}

async function kept(text: string): Promise<number> {
  const { rows } = await test.store.pool.query(
    "SELECT FROM cached_answer WHERE strpos(message::text, $1) > 0",
    [text],
  );
  return rows.length;
}
