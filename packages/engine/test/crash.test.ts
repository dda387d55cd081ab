import { setTimeout as sleep } from "node:timers/promises";
import { FlotillaError } from "@flotilla/core";
import { defineTool } from "@flotilla/tools";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { z } from "zod";
import { openTestEngine, probe, type TestEngine } from "./platform.ts";

const echo = probe("echo", "idempotent", (text) => text);
/** Ends in doubt, and while it does a person cancels the run; the signal of that is missed. */
const doubt = probe("doubt", "unknown", async () => {
  await sql("UPDATE run SET cancel_by = 'person' WHERE status = 'running'");
  throw new FlotillaError("tool_timeout", "no answer");
});

const deed = probe("deed", "unknown", (text) => text);
let mute = true;
let posted = 0;
/** Is cut off by the worker's end the first time; whom it could ask does not answer. */
const post = defineTool({
  name: "post",
  description: "Posts.",
  input: z.strictObject({}),
  output: z.string(),
  recovery: "reconcile",
  timeoutMs: 20_000,
  maxAttempts: 2,
  async call(_input, { signal }) {
    posted += 1;
    await sleep(15_000, undefined, { signal });
    return "posted";
  },
  reconcile() {
    if (mute) throw new Error("no route");
    return Promise.resolve({ output: "found" });
  },
});

let test: TestEngine;
beforeAll(async () => {
  test = await openTestEngine([echo.tool, doubt.tool, deed.tool, post]);
});
afterAll(() => test.close());

const turns = [{ calls: [{ tool: "echo", input: { text: "x" } }] }, { text: "end" }];
const sql = (text: string, values: unknown[] = []) => test.store.pool.query(text, values);

/** Stops every worker from taking segments, as DBOS reads its queues anew each second. */
async function setQueues(concurrency: number): Promise<void> {
  await sql("UPDATE dbos.queues SET worker_concurrency = $1", [concurrency]);
  await sleep(1_500);
}

/** The journal takes no intent until it may. */
async function holdIntents() {
  const client = await test.store.pool.connect();
  await client.query("SELECT pg_advisory_lock(7)");
  await client.query(`
    CREATE FUNCTION hold_intent() RETURNS trigger LANGUAGE plpgsql AS $$
      BEGIN PERFORM pg_advisory_xact_lock_shared(7); RETURN NEW; END $$;
    CREATE TRIGGER hold_intent BEFORE INSERT ON event
      FOR EACH ROW WHEN (NEW.type = 'effect.intended') EXECUTE FUNCTION hold_intent()`);
  return {
    async intentsThatWait() {
      const { rowCount } = await client.query(`
        SELECT FROM pg_locks WHERE locktype = 'advisory' AND objid = 7 AND NOT granted
          AND database = (SELECT oid FROM pg_database WHERE datname = current_database())`);
      return rowCount;
    },
    async letIntentsPass() {
      await client.query("SELECT pg_advisory_unlock(7)");
      await client.query("DROP FUNCTION hold_intent CASCADE");
      client.release();
    },
  };
}

describe("a segment taken from the queue and never started", () => {
  it.each([
    ["this worker, whose connection broke", () => test.engine.workerId],
    ["a worker that died after it was taken over", () => "wrk_gone"],
  ])("by %s runs all the same", async (_who, executor) => {
    await setQueues(0);
    const runId = await test.play(turns, { tools: ["echo"] });
    const take = () =>
      sql(
        `UPDATE dbos.workflow_status SET status = 'PENDING', executor_id = $2, owner_xid = 'x'
         WHERE workflow_uuid = $1 AND status = 'ENQUEUED'`,
        [`${runId}:1`, executor()],
      );
    await expect.poll(async () => (await take()).rowCount).toBe(1);
    await setQueues(100);
    await test.until(runId, "completed");
  });
});

describe("a run whose journal refuses an event", () => {
  it("fails, and is not left running", async () => {
    await sql("ALTER TABLE event ADD CONSTRAINT refused CHECK (data::text NOT LIKE '%poison%')");
    try {
      const runId = await test.play([{ text: "poison" }]);
      const run = await test.until(runId, "failed");
      expect(run).toMatchObject({ error: { code: "internal" } });
    } finally {
      await sql("ALTER TABLE event DROP CONSTRAINT refused");
    }
  });
});

describe("a run cancelled in the moment it begins to wait", () => {
  it("is cancelled, and does not wait for an answer", async () => {
    const runId = await test.play([{ calls: [{ tool: "doubt", input: { text: "x" } }] }], {
      tools: ["doubt"],
    });
    expect(await test.until(runId, "cancelled")).toMatchObject({ cancelledBy: "person" });
  });
});

describe("a lease that was lost", () => {
  it("strands no run that this worker took since", async () => {
    const runId = await test.play(
      [{ calls: [{ tool: "echo", input: { text: "x" } }] }, { text: "word ".repeat(60) }],
      {
        tools: ["echo"],
        model: "typing/script",
      },
    );
    await expect.poll(async () => (await test.store.runs.get(runId)).status).toBe("running");
    await sql("DELETE FROM worker");
    await test.engine.lost;
    await test.restart(0);
    await test.until(runId, "completed");
  });
});

describe("a call that was intended when the worker was stopped, and not made", () => {
  it("is made by the next worker, and nobody is asked", async () => {
    const { intentsThatWait, letIntentsPass } = await holdIntents();
    const text = "word ".repeat(30);
    const runId = await test.play(
      [{ text, calls: [{ tool: "deed", input: { text: "x" } }] }, { text: "end" }],
      { tools: ["deed"], model: "typing/script" },
    );
    const types = async () => (await test.events(runId)).map((event) => event.type);
    let restarted: Promise<void>;
    try {
      await expect.poll(intentsThatWait, { timeout: 20_000 }).toBe(1);
      restarted = test.restart(0);
      await sleep(500);
    } finally {
      await letIntentsPass();
    }
    await restarted;
    await test.until(runId, "completed", "waiting");
    expect(await types()).toEqual(expect.arrayContaining(["effect.failed", "effect.done"]));
    expect(deed.keys).toEqual([`${runId}:c1-0`]);
  });
});

describe("a call that was cut off, of which the outside does not tell", () => {
  it("is left to a person; one of which it tells is not made again", async () => {
    const spec = { tools: ["post"] };
    const runId = await test.play(
      [{ calls: [{ tool: "post", input: {} }] }, { text: "end" }],
      spec,
    );
    await expect.poll(() => posted).toBe(1);
    await test.restart(0);
    const { interrupts } = await test.until(runId, "waiting", "completed");
    expect(interrupts).toMatchObject([{ kind: "effect_outcome", callId: "c1-0" }]);
    mute = false;
    await test.answer(runId, { action: "redo" });
    const run = await test.until(runId, "completed");
    expect(run.steps[1]).toMatchObject({ status: "done", output: "found" });
    expect(posted).toBe(1);
  });
});
