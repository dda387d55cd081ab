import { existsSync } from "node:fs";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { Client } from "@flotilla/api";
import type { Event, InboxItem, InterruptState } from "@flotilla/core";
import { openPool } from "../../../packages/store/src/pool.ts";
import { startPlatform, type Platform } from "../../platform.ts";
import { startPostgresServer } from "../../postgres.ts";
import { residentBytes } from "../../process-tree.ts";
import type { Execution } from "../audit.ts";
import { seconds, type Claim, type Proof } from "../claim.ts";
import { eventually } from "../eventually.ts";
import { readJsonLines } from "../word-problems.ts";

const limits = { bytesPerRun: 1_024, statementsPerSecond: 20, resumeMs: 1_000 };
const minutes = (count: number) => ({ timeoutMs: count * 60_000, everyMs: 500 });

/**
 * As many runs as a batch holds wait for the approval of a call. They cost no memory of the server and its worker, and no
 * statements; the platform is replaced by a build whose tool and agent are others, and knows them all. One that is
 * answered goes on at once; the others are answered in bulk. Nothing is asked twice, each call is made once, by the new build, and
 * each run goes on with the version of its agent that it began with.
 */
export const waiting: Claim = {
  name: "waiting",
  async prove(proof) {
    const isFull = proof.scale.name === "full";
    const size = isFull ? { rows: 10_000, single: 200 } : { rows: 60, single: 10 };
    const folder = join(proof.folder, "tools");
    const ledger = join(proof.folder, "executions.jsonl");
    await writeTool(folder, 1);
    const server = await startPostgresServer();
    proof.finally(() => server.stop());
    const platform = await startPlatform({
      databaseUrl: server.url,
      workers: 1,
      env: { FLOTILLA_TOOLS: folder, E2E_LEDGER: ledger },
    });
    proof.finally(() => platform.stop());
    const idle = await atRest(proof, platform, server.url);
    const batchId = await startBatch(platform.client, size.rows);
    await untilAllWait(proof, platform.client, size.rows);

    await writeTool(folder, 2);
    await platform.drain();
    await platform.restart();
    await platform.client.agents.apply(agentOf("another"));
    const loaded = await atRest(proof, platform, server.url);
    proof.figure("waiting", size.rows);
    const perRun = Math.max(0, loaded.bytes - idle.bytes) / size.rows;
    proof.atMost("bytes of memory per run", Math.round(perRun), limits.bytesPerRun);
    proof.figure("statements per second without them", idle.statements);
    const more = Math.max(0, loaded.statements - idle.statements);
    proof.atMost("statements per second more with them", more, limits.statementsPerSecond);

    await answerSome(proof, platform.client, size.single);
    await answerAll(proof, platform.client, size.rows - size.single);
    const { counts } = await eventually({ what: "the batch to end", ...minutes(20) }, async () => {
      const batch = await platform.client.batches.get(batchId);
      return batch.status === "completed" ? batch : undefined;
    });
    proof.equals("completed", counts.completed, size.rows);
    await checkOnce(proof, platform.client, ledger, size.rows);
  },
};

/** The tool of a build: it notes its executions outside of the platform, and says which build made the call. */
async function writeTool(folder: string, build: number): Promise<void> {
  await mkdir(folder, { recursive: true });
  await writeFile(
    join(folder, "pay.ts"),
    `import { appendFile } from "node:fs/promises";
import { defineTool } from "@flotilla/tools";
import { z } from "zod";

export const pay = defineTool({
  name: "pay",
  description: "Pays.",
  input: z.strictObject({ row: z.int() }),
  output: z.string(),
  recovery: "idempotent",
  timeoutMs: 60_000,
  maxAttempts: 3,
  async call(_input, { idempotencyKey, callId, runId }) {
    const line = { idempotencyKey, callId, runId, begunAt: Date.now(), at: Date.now() };
    await appendFile(process.env.E2E_LEDGER ?? "ledger.jsonl", JSON.stringify(line) + "\\n");
    return "paid by build ${build}";
  },
});
`,
  );
}

function agentOf(description: string) {
  const model = "simulated/script";
  return { name: "payer", model, description, tools: ["pay"], approvals: ["pay"] };
}

async function startBatch(client: Client, rows: number): Promise<string> {
  await client.agents.apply(agentOf("the first"));
  const script = (row: number) => {
    const turns = [{ calls: [{ tool: "pay", input: { row } }] }, { text: `row ${row}` }];
    return JSON.stringify({ turns });
  };
  const { id } = await client.batches.create({
    name: "payments",
    agent: "payer",
    template: "{{script}}",
    concurrency: rows,
  });
  const lines = Array.from({ length: rows }, (_, row) => JSON.stringify({ script: script(row) }));
  await client.batches.load(id, "jsonl", lines.join("\n"));
  await client.batches.act(id, "start");
  return id;
}

async function untilAllWait(proof: Proof, client: Client, rows: number): Promise<void> {
  const began = Date.now();
  await eventually({ what: "all rows to wait", ...minutes(20) }, async () => {
    const { runs } = await client.status();
    return runs.waiting === rows || undefined;
  });
  proof.figure("seconds until all waited", seconds(Date.now() - began));
  proof.tell(`${rows} runs wait`);
}

/** Of a platform that has started a while ago: the memory of its processes, and what it asks of the database. */
async function atRest(proof: Proof, platform: Platform, databaseUrl: string) {
  const isFull = proof.scale.name === "full";
  const ignore = () => undefined;
  const database = openPool({ url: databaseUrl, max: 1, name: "acceptance", onError: ignore });
  try {
    const transactions = async () => {
      const { rows } = await database.query<{ count: string }>(
        "SELECT xact_commit + xact_rollback AS count FROM pg_stat_database WHERE datname = current_database()",
      );
      return Number(rows[0]?.count);
    };
    // What it does at its start is over.
    await sleep(isFull ? 20_000 : 1_000);
    const before = { count: await transactions(), at: Date.now() };
    let bytes = Infinity;
    for (let look = 0; look < (isFull ? 60 : 10); look++) {
      const pids = [platform.pid, ...platform.workerPids()];
      bytes = Math.min(
        bytes,
        pids.reduce((sum, pid) => sum + (residentBytes(pid) ?? 0), 0),
      );
      await sleep(500);
    }
    const passed = (Date.now() - before.at) / 1_000;
    const statements = Math.round((10 * ((await transactions()) - before.count)) / passed) / 10;
    return { bytes, statements };
  } finally {
    await database.end();
  }
}

/** One by one, each followed to its end: how long it takes from the answer until it is worked on. */
async function answerSome(proof: Proof, client: Client, count: number): Promise<void> {
  const { items } = await client.inbox.list({ limit: count });
  const resumed: number[] = [];
  for (const item of items) {
    await client.interrupts.answer(item.runId, item.interruptId, {
      action: "approve",
      hash: item.hash ?? "",
    });
    const events: Event[] = [];
    for await (const event of client.runs.stream(item.runId)) events.push(event);
    resumed.push(untilResumed(events));
    checkRun(proof, item, events);
  }
  resumed.sort((a, b) => a - b);
  const at = (part: number) => resumed[Math.ceil(resumed.length * part) - 1] ?? Infinity;
  proof.figure("answered one by one", resumed.length);
  proof.figure("ms until resumed, p50", at(0.5));
  proof.atMost("ms until resumed, p99", at(0.99), limits.resumeMs);
}

function untilResumed(events: readonly Event[]): number {
  const answered = events.find(({ type }) => type === "interrupt.answered");
  const resumed = events.find(
    ({ type, seq }) => type === "segment.started" && seq > (answered?.seq ?? Infinity),
  );
  return answered && resumed ? Date.parse(resumed.at) - Date.parse(answered.at) : Infinity;
}

/** It was asked once, its call made by the new build, and its agent is the version that it began with. */
function checkRun(proof: Proof, { runId, row }: InboxItem, events: readonly Event[]): void {
  const asked = events.filter(({ type }) => type === "interrupt.raised").length;
  proof.holds(asked === 1, `${runId} asked ${asked} times`);
  const made = events.find((event) => event.type === "effect.done");
  proof.holds(made?.output === "paid by build 2", `${runId} was ${JSON.stringify(made?.output)}`);
  const ended = events.find((event) => event.type === "run.completed");
  const output = JSON.stringify(ended?.output);
  proof.holds(output === `"row ${(row ?? 0) - 1}"`, `${runId} ended with ${output}`);
  const created = events.find((event) => event.type === "run.created");
  proof.holds(created?.agentVersion === 1, `${runId} is of version ${created?.agentVersion}`);
}

/** All that are left, by a filter. */
async function answerAll(proof: Proof, client: Client, expected: number): Promise<void> {
  const began = Date.now();
  const answering = { answer: { action: "approve" }, filter: { agent: "payer" } } as const;
  let answered = 0;
  let refused = 0;
  let more: { next?: string; raisedBefore?: string } | undefined = {};
  while (more) {
    const told = await client.inbox.answer({ ...answering, ...more });
    answered += told.answered;
    refused += told.refusedCount;
    const { next, raisedBefore } = told;
    more = next && raisedBefore ? { next, raisedBefore } : undefined;
  }
  proof.figure("seconds to answer in bulk", seconds(Date.now() - began));
  proof.equals("answered in bulk", answered, expected);
  proof.equals("refused in bulk", refused, 0);
  proof.tell(`${answered} were answered in bulk`);
}

/** Each run has asked once, and each call was made once. */
async function checkOnce(
  proof: Proof,
  client: Client,
  ledger: string,
  rows: number,
): Promise<void> {
  const answered = await allOf(client, "answered");
  proof.equals("asked", answered.length, rows);
  proof.equals("runs that asked", new Set(answered.map(({ runId }) => runId)).size, rows);
  for (const state of ["open", "expired", "withdrawn"] as const) {
    proof.equals(state, (await allOf(client, state)).length, 0);
  }
  const made = existsSync(ledger) ? ((await readJsonLines(ledger)) as Execution[]) : [];
  const keys = new Set(made.map(({ idempotencyKey }) => idempotencyKey));
  proof.equals("calls made", keys.size, rows);
  proof.equals("calls made twice", made.length - keys.size, 0);
}

async function allOf(client: Client, state: InterruptState): Promise<InboxItem[]> {
  const all: InboxItem[] = [];
  let cursor: string | undefined;
  do {
    const page = await client.inbox.list({ state, limit: 1_000, ...(cursor && { cursor }) });
    all.push(...page.items);
    cursor = page.nextCursor ?? undefined;
  } while (cursor);
  return all;
}
