import { setTimeout as sleep } from "node:timers/promises";
import { startChild, type Child } from "./child.ts";
import type { ContenderMessage, ContenderProcess } from "./contender.ts";
import { contenders, type ContenderKey } from "./contenders.ts";
import type { Database, DatabaseServer } from "./database.ts";
import { peakMemoryBytes, processCpuMs } from "./process-figures.ts";
import { modelCallsPerRun } from "./work.ts";

/** Where the measurements take place: one server and one mock for all. */
export interface Setting {
  server: DatabaseServer;
  mockUrl: string;
}

/** What a number of runs at once took. Null: not there, or not to be seen from here. */
export interface RunsFigures {
  runs: number;
  wallMs: number;
  workerCpuMs: number;
  /** CPU of processes beside the worker, such as an HTTP server. */
  serverCpuMs: number | null;
  postgresCpuMs: number | null;
  databaseBytes: number | null;
  /** Of all processes together. */
  peakMemoryBytes: number;
}

/** Milliseconds from asking to the first text, over all streams. */
export interface StreamFigures {
  streams: number;
  medianMs: number;
  p95Ms: number;
}

/** Throws when a run failed, or when the mock was asked more or less than the work takes. */
export async function measureRuns(
  setting: Setting,
  key: ContenderKey,
  runs: number,
): Promise<RunsFigures> {
  const { server, mockUrl } = setting;
  const { durable } = contenders[key];
  return withContender(setting, key, { MODE: "runs", COUNT: String(runs) }, async (child, at) => {
    const cpuBefore = await cpuByRole(at.processes);
    const bytesBefore = await at.database.bytes();
    const servedBefore = await served(mockUrl);
    const postgresBefore = await server.cpuMs();
    const done = await go(child);
    const postgresAfter = await server.cpuMs();
    const cpuAfter = await cpuByRole(at.processes);
    const calls = (await served(mockUrl)) - servedBefore;
    if (calls !== runs * modelCallsPerRun) {
      throw new Error(`${key} made ${calls} model calls for ${runs} runs.`);
    }
    const workerCpuMs = cpuAfter.worker - cpuBefore.worker;
    if (at.processes.some(({ pid }) => pid === child.pid)) checkCpu(workerCpuMs, done.ownCpuMs);
    const hasServer = at.processes.some(({ role }) => role === "server");
    return {
      runs,
      wallMs: done.wallMs,
      workerCpuMs,
      serverCpuMs: hasServer ? cpuAfter.server - cpuBefore.server : null,
      postgresCpuMs: durable && postgresBefore !== null ? postgresAfter! - postgresBefore : null,
      databaseBytes: durable ? (await at.database.bytes()) - bytesBefore : null,
      peakMemoryBytes: sum(await Promise.all(at.processes.map(({ pid }) => peakMemoryBytes(pid)))),
    };
  });
}

export async function measureStreams(
  setting: Setting,
  key: ContenderKey,
  streams: number,
): Promise<StreamFigures> {
  const env = { MODE: "streams", COUNT: String(streams) };
  return withContender(setting, key, env, async (child) => {
    const { firstTokenMs } = await go(child);
    const sorted = firstTokenMs.toSorted((a, b) => a - b);
    const rank = (share: number) => sorted[Math.ceil(sorted.length * share) - 1]!;
    return { streams, medianMs: rank(0.5), p95Ms: rank(0.95) };
  });
}

async function withContender<T>(
  { server, mockUrl }: Setting,
  key: ContenderKey,
  env: Record<string, string>,
  measure: (child: Child, at: { database: Database; processes: ContenderProcess[] }) => Promise<T>,
): Promise<T> {
  const database = await server.create(`bench_${process.pid}_${key.replace("-", "_")}`);
  const child = startChild(contenders[key].script, {
    ...env,
    DATABASE_URL: database.url,
    MOCK_URL: mockUrl,
  });
  try {
    const message = await child.next<ContenderMessage>();
    if (!("ready" in message)) throw new Error(`${key} did not get ready.`);
    await sleep(settleMs);
    return await measure(child, { database, processes: message.processes });
  } finally {
    await child.end();
    await database.drop();
  }
}

/** Time for what the warm-up left behind: garbage, closing sockets, Postgres's own writers. */
const settleMs = 500;

async function go(child: Child) {
  child.tell("go");
  const message = await child.next<ContenderMessage>();
  if (!("done" in message)) throw new Error("The contender was ready twice.");
  return message.done;
}

async function cpuByRole(processes: ContenderProcess[]) {
  const cpu = { worker: 0, server: 0 };
  for (const { role, pid } of processes) cpu[role] += await processCpuMs(pid);
  return cpu;
}

/** Two clocks, one truth: what /proc says of a process and what it says of itself. */
function checkCpu(seenMs: number, ownMs: number): void {
  if (Math.abs(seenMs - ownMs) <= 50 + 0.05 * ownMs) return;
  throw new Error(`CPU does not add up: ${seenMs} ms seen, ${ownMs} ms by its own count.`);
}

async function served(mockUrl: string): Promise<number> {
  const counts = (await (await fetch(`${mockUrl}/served`)).json()) as Record<string, number>;
  return sum(Object.values(counts));
}

function sum(values: number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
