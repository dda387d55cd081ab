import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { superviseEmbedded } from "@flotilla/store";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openTestEngine, probe, type TestEngine } from "./platform.ts";

const slow = probe("slow", "idempotent", async (text, signal) => {
  await sleep(60, undefined, { signal });
  return text;
});

let home: string;
let server: Awaited<ReturnType<typeof superviseEmbedded>>;
let test: TestEngine;
beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), "flotilla-outage-"));
  server = await superviseEmbedded({ home });
  test = await openTestEngine([slow.tool], { url: server.url, drop: async () => undefined });
});
afterAll(async () => {
  await test.close();
  await server.stop();
  await rm(home, { recursive: true, force: true });
});

const turns = [
  ...Array.from({ length: 4 }, (_, i) => ({
    calls: [{ tool: "slow", input: { text: String(i) } }],
  })),
  { text: "end" },
];

/** Kills the server at once and waits until its supervisor has it running again. */
async function killServer(): Promise<void> {
  const { pid } = server;
  process.kill(pid, "SIGKILL");
  await expect.poll(() => server.pid, { timeout: 20_000 }).not.toBe(pid);
  const counted = () => test.store.runs.count().then(Boolean, () => false);
  await expect.poll(counted, { timeout: 20_000 }).toBe(true);
}

/** Kills the server while the engine waits in it for a lock on the table. */
async function killWhileLocked(table: string): Promise<void> {
  const client = await test.store.pool.connect();
  try {
    await client.query(`BEGIN; LOCK TABLE ${table} IN ACCESS EXCLUSIVE MODE`);
    const waiting = "SELECT FROM pg_locks WHERE relation = $1::regclass AND NOT granted";
    const blocked = async () => (await client.query(waiting, [table])).rowCount;
    await expect.poll(blocked, { timeout: 5_000 }).toBeGreaterThan(0);
    await killServer();
  } finally {
    client.release(true);
  }
}

describe("a database that dies", () => {
  it("while a run is claimed does not strand it", async () => {
    const runId = await test.play(turns, { tools: ["slow"] });
    await killWhileLocked("event");
    expect(await test.until(runId, "completed", "failed")).toMatchObject({ status: "completed" });
  });

  it("while its agent is read does not strand it", async () => {
    const runId = await test.play(turns, { tools: ["slow"] });
    await killWhileLocked("agent_version");
    expect(await test.until(runId, "completed", "failed")).toMatchObject({ status: "completed" });
  });

  it("while it is handed over neither strands nor fails it", async () => {
    const runId = await test.play(turns, { tools: ["slow"] });
    await expect.poll(() => slow.keys.some((key) => key.startsWith(runId))).toBe(true);
    const restarted = test.restart(10_000);
    await killWhileLocked("run");
    await restarted;
    expect(await test.until(runId, "completed", "failed")).toMatchObject({ status: "completed" });
    expect(slow.keys.filter((key) => key.startsWith(runId))).toHaveLength(4);
  });

  it("strands no run, wherever it was, and no completed call is made again", async () => {
    const runIds: string[] = [];
    for (let kill = 0; kill < 5; kill++) {
      const plays = Array.from({ length: 10 }, () => test.play(turns, { tools: ["slow"] }));
      runIds.push(...(await Promise.all(plays)));
      await sleep(50 * kill);
      await killServer();
    }
    const ended = await Promise.all(runIds.map((id) => test.until(id, "completed", "failed")));
    for (const run of ended) {
      expect(run).toMatchObject({ status: "completed", stepCount: 5 });
      expect(slow.keys.filter((key) => key.startsWith(run.runId))).toHaveLength(4);
    }
  }, 120_000);
});
