import { fork, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { agentSpecSchema, fold, newId, type RunStatus } from "@flotilla/core";
import { startSimulator, type LedgerEntry } from "@flotilla/models";
import { migrate, openPool, openStore, type Store } from "@flotilla/store";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { createDatabase, type TestDatabase } from "../../store/test/database.ts";
import { startRun } from "../src/index.ts";

const entry = fileURLToPath(new URL("./worker-child.ts", import.meta.url));
const turns = [
  ...Array.from({ length: 4 }, (_, i) => ({
    calls: [
      { tool: "mark", input: { text: `a${i}` } },
      { tool: "mark", input: { text: `b${i}` } },
    ],
  })),
  { text: "end" },
];

/** Its history outgrows the context, and whoever summarises it takes his time. */
const reader = agentSpecSchema.parse({
  name: "reader",
  model: "narrow/script",
  instructions: JSON.stringify({
    turns: [
      ...Array.from({ length: 8 }, () => ({
        calls: [{ tool: "mark", input: { text: "long words ".repeat(30) } }],
      })),
      { text: "end" },
    ],
  }),
  tools: ["mark"],
  context: { model: "slow/demo" },
});

let database: TestDatabase;
let store: Store;
let folder: string;
const workers = new Set<ChildProcess>();

beforeAll(async () => {
  database = await createDatabase();
  const pool = openPool({ url: database.url, name: "test", onError: () => undefined });
  await migrate(pool);
  await pool.end();
  store = await openStore({ url: database.url, onError: () => undefined });
  folder = await mkdtemp(join(tmpdir(), "flotilla-kill-"));
  const agent = agentSpecSchema.parse({
    name: "marker",
    model: "simulated/script",
    instructions: JSON.stringify({ turns }),
    tools: ["mark"],
  });
  await store.agents.apply(agent, newId("agt"));
  await store.agents.apply(reader, newId("agt"));
});
afterEach(() => Promise.all([...workers].map(kill)));
afterAll(async () => {
  await store.close();
  await database.drop();
  await rm(folder, { recursive: true, force: true });
});

async function startWorker(...simulator: string[]): Promise<ChildProcess> {
  const args = [database.url, join(folder, "ledger"), folder, ...simulator];
  const worker = fork(entry, args, { execArgv: [] });
  workers.add(worker);
  worker.once("exit", () => workers.delete(worker));
  await once(worker, "message");
  return worker;
}

async function kill(worker: ChildProcess): Promise<void> {
  if (worker.exitCode !== null || worker.signalCode !== null) return;
  worker.kill("SIGKILL");
  await once(worker, "exit");
}

const play = (count: number) =>
  Promise.all(
    Array.from({ length: count }, () => startRun(store, { agent: "marker", input: { text: "" } })),
  );

/** Waits until the runs are completed; each call's executions end before its result is known. */
async function expectCompleted(runIds: string[], timeout: number): Promise<void> {
  const status = async (runId: string): Promise<RunStatus> => (await store.runs.get(runId)).status;
  const statuses = async () => new Set(await Promise.all(runIds.map(status)));
  await expect.poll(statuses, { timeout, interval: 100 }).toEqual(new Set(["completed"]));
  const lines = (await readFile(join(folder, "ledger"), "utf8")).trim().split("\n");
  const executed = lines.map((line) => line.split(" ") as [string, string]);
  for (const runId of runIds) {
    const events = await store.journal.read(runId, 0, 10_000);
    expect(fold(events)).toMatchObject({ status: "completed", output: "end", stepCount: 5 });
    for (const event of events) {
      if (event.type !== "effect.done") continue;
      const times = executed.filter(([, key]) => key === `${runId}:${event.callId}`);
      expect(times.length).toBeGreaterThan(0);
      for (const [at] of times) expect(Number(at)).toBeLessThanOrEqual(Date.parse(event.at));
    }
  }
}

describe("a worker killed again and again", () => {
  it("loses no run and repeats no completed call", async () => {
    await startWorker();
    const runIds = await play(60);
    for (let kills = 0; kills < 6; kills++) {
      const [victim] = workers;
      const next = startWorker();
      await sleep(Math.random() * 1_500);
      await kill(victim as ChildProcess);
      await next;
    }
    await expectCompleted(runIds, 40_000);
  }, 90_000);

  it("for good is taken over within ten seconds", async () => {
    const victim = await startWorker();
    const runIds = await play(10);
    await startWorker();
    await sleep(300);
    await kill(victim);
    await expectCompleted(runIds, 10_000);
  }, 60_000);
});

describe("a worker killed while it summarises", () => {
  it("leaves the history as it was, and the next one begins the summary again", async () => {
    const victim = await startWorker();
    const runId = await startRun(store, { agent: "reader", input: { text: "" } });
    const events = () => store.journal.read(runId, 0, 10_000);
    // Any other call is answered within 100 ms.
    let asked = { seq: 0, since: 0 };
    const askedFor = async (): Promise<number> => {
      const last = (await events()).at(-1);
      if (last?.type !== "step.started") return 0;
      if (last.seq !== asked.seq) asked = { seq: last.seq, since: Date.now() };
      return Date.now() - asked.since;
    };
    await expect.poll(askedFor, { timeout: 20_000, interval: 20 }).toBeGreaterThan(700);
    await kill(victim);
    const before = await events();
    expect(before.some((event) => event.type === "context.compacted")).toBe(false);
    await startWorker();
    const status = async () => (await store.runs.get(runId)).status;
    await expect.poll(status, { timeout: 40_000, interval: 100 }).toBe("completed");
    const after = await events();
    expect(after.slice(0, before.length)).toEqual(before);
    const run = fold(after);
    expect(run).toMatchObject({ output: "end", stepCount: 9 });
    const throughs = run.compactions.map(({ through }) => through);
    expect(throughs.length).toBeGreaterThan(0);
    expect(throughs).toEqual([...new Set(throughs)].toSorted((a, b) => a - b));
    expect(after.some((event) => event.type === "step.restarted")).toBe(true);
  }, 90_000);
});

describe("a worker killed when an image has come and is not kept yet", () => {
  const perImage = 20_000;

  it.each([
    ["simulated/image", 1, perImage],
    // The lost one may be on the bill too.
    ["forgetful/image", 2, 2 * perImage],
  ])(
    "has it made again under the same key (%s)",
    async (model, made, charged) => {
      const came: LedgerEntry[] = [];
      const simulator = await startSimulator({ onRequest: (told) => void came.push(told) });
      const drawing = [{ calls: [{ tool: "draw", input: { model } }] }, { text: "end" }];
      const agent = agentSpecSchema.parse({
        name: `drawer-${made}`,
        model: "simulated/script",
        instructions: JSON.stringify({ turns: drawing }),
        tools: ["draw"],
      });
      await store.agents.apply(agent, newId("agt"));
      const hold = join(folder, "hold");
      await writeFile(hold, "");
      const victim = await startWorker(simulator.url);
      const runId = await startRun(store, { agent: agent.name, input: { text: "" } });
      const images = () => came.filter((one) => one.model === "image");
      await expect.poll(() => images().length, { timeout: 20_000 }).toBe(1);
      await kill(victim);
      await rm(hold);
      await startWorker(simulator.url);
      const status = async () => (await store.runs.get(runId)).status;
      await expect.poll(status, { timeout: 40_000, interval: 100 }).toBe("completed");
      const events = await store.journal.read(runId, 0, 10_000);
      const asked = events.flatMap((event) => {
        const isImage = event.type === "image.asked" || event.type === "image.made";
        return isImage ? [[event.type, event.call?.costMicros, event.call?.failed ?? false]] : [];
      });
      expect(asked).toEqual([
        ["image.asked", undefined, false],
        ["image.asked", made === 1 ? undefined : perImage, made > 1],
        ["image.made", perImage, false],
      ]);
      expect(images()).toHaveLength(2);
      const { totals } = await store.costs.read("model", { model });
      expect(totals).toMatchObject({ costMicros: charged, imageCalls: made });
      expect(totals.estimatedMicros).toBe(charged - perImage);
      // The provider's own bill, for one that knows our keys.
      expect(images().reduce((sum, { costMicros }) => sum + costMicros, 0)).toBe(perImage);
      await simulator.close();
    },
    90_000,
  );
});

describe("a worker frozen past its lease and woken", () => {
  it("repeats nothing, strands nothing, and takes runs again", async () => {
    const frozen = await startWorker();
    const runIds = await play(20);
    await sleep(200);
    frozen.kill("SIGSTOP");
    await startWorker();
    await sleep(9_000);
    frozen.kill("SIGCONT");
    runIds.push(...(await play(20)));
    await once(frozen, "message");
    runIds.push(...(await play(20)));
    await expectCompleted(runIds, 20_000);
  }, 60_000);
});
