import { fork, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { agentSpecSchema, fold, newId, type ModelStep, type Run } from "@flotilla/core";
import { startSimulator, type Simulator } from "@flotilla/models";
import { migrate, openPool, openStore, type Store } from "@flotilla/store";
import { afterAll, afterEach, beforeAll, expect, it } from "vitest";
import { createDatabase, type TestDatabase } from "../../store/test/database.ts";
import { startRun } from "../src/index.ts";

const entry = fileURLToPath(new URL("./worker-child.ts", import.meta.url));
let database: TestDatabase;
let store: Store;
let simulator: Simulator;
let folder: string;
const workers = new Set<ChildProcess>();
/** By the id under which it takes runs. */
const byId = new Map<string, ChildProcess>();

beforeAll(async () => {
  database = await createDatabase();
  const pool = openPool({ url: database.url, name: "test", onError: () => undefined });
  await migrate(pool);
  await pool.end();
  store = await openStore({ url: database.url, onError: () => undefined });
  simulator = await startSimulator({ latencyMs: 2_000 });
  folder = await mkdtemp(join(tmpdir(), "flotilla-cache-"));
});
afterEach(() => Promise.all([...workers].map(kill)));
afterAll(async () => {
  await store.close();
  await simulator.close();
  await database.drop();
  await rm(folder, { recursive: true, force: true });
});

async function startWorker(): Promise<ChildProcess> {
  const worker = fork(entry, [database.url, join(folder, "ledger"), folder, simulator.url], {
    execArgv: [],
  });
  workers.add(worker);
  worker.once("exit", () => workers.delete(worker));
  const [id] = (await once(worker, "message")) as [string];
  byId.set(id, worker);
  return worker;
}

async function kill(worker: ChildProcess): Promise<void> {
  if (worker.exitCode !== null || worker.signalCode !== null) return;
  worker.kill("SIGKILL");
  await once(worker, "exit");
}

async function applyAgent(name: string): Promise<void> {
  const agent = agentSpecSchema.parse({
    name,
    model: "simulated/script",
    instructions: JSON.stringify({ turns: [{ text: name }] }),
    settings: { temperature: 0 },
    cache: { ttlSeconds: 600 },
  });
  await store.agents.apply(agent, newId("agt"));
}

const play = (agent: string, count: number) =>
  Promise.all(Array.from({ length: count }, () => startRun(store, { agent, input: { text: "" } })));

const read = async (runId: string): Promise<Run> => fold(await store.journal.read(runId, 0, 1_000));

async function completed(runIds: string[], timeout: number): Promise<ModelStep[]> {
  const statuses = async () => new Set((await Promise.all(runIds.map(read))).map((r) => r.status));
  await expect.poll(statuses, { timeout, interval: 100 }).toEqual(new Set(["completed"]));
  const runs = await Promise.all(runIds.map(read));
  return runs.flatMap((run) => run.steps.filter((step) => step.kind === "model"));
}

it("a hundred identical runs on two workers are one request", async () => {
  await startWorker();
  await startWorker();
  await applyAgent("same");
  const runIds = await play("same", 100);
  const steps = await completed(runIds, 30_000);
  expect(simulator.requests).toBe(1);
  const priced = steps.map((step) => step.priced);
  expect(priced.filter((one) => one === "call")).toHaveLength(1);
  expect(priced).toContain("shared");
  const asked = new Set((await Promise.all(runIds.map(read))).map((run) => run.worker));
  expect(asked.size).toBe(2);
  const paid = steps.find((step) => step.priced === "call");
  for (const step of steps) {
    expect(step.message).toEqual(paid?.message);
    expect(step.costMicros).toBe(step === paid ? paid.costMicros : 0);
  }
  const counts = { entries: 1, misses: 1, savedMicros: 99 * (paid?.costMicros ?? 0) };
  await expect.poll(() => store.cache.figures(), { timeout: 5_000 }).toMatchObject(counts);
}, 60_000);

it("a leader that is killed is followed by one of those who wait, on another worker", async () => {
  const before = simulator.requests;
  await applyAgent("orphaned");
  await startWorker();
  await startWorker();
  const first = await play("orphaned", 1);
  await expect.poll(() => simulator.requests, { timeout: 10_000 }).toBe(before + 1);
  // The victim holds the claim whatever becomes of its call: kill it before that ends.
  const { worker } = await read(first[0] as string);
  const victim = byId.get(worker as string) as ChildProcess;
  victim.kill("SIGSTOP");
  const others = await play("orphaned", 5);
  const waiting = async () => (await Promise.all(others.map(read))).map((run) => run.steps[0]);
  await expect
    .poll(async () => (await waiting()).map((step) => step?.kind === "model" && step.status), {
      timeout: 5_000,
    })
    .toEqual(Array.from({ length: 5 }, () => "waiting"));
  await kill(victim);
  const steps = await completed([...first, ...others], 30_000);
  expect(simulator.requests).toBe(before + 2);
  expect(steps.filter((step) => step.priced === "call")).toHaveLength(1);
}, 60_000);
