import { setTimeout as sleep } from "node:timers/promises";
import { startChild, type Child } from "./child.ts";
import type { ContenderMessage, ContenderProcess } from "./contender.ts";
import { contenders, type ContenderKey } from "./contenders.ts";
import type { Database, DatabaseServer } from "./database.ts";
import { machineCpuMs, peakMemoryBytes, processCpuMs } from "./process-figures.ts";
import { modelCallsPerRun } from "./work.ts";

/** Where the measurements take place: one server and one mock for all. */
export interface Setting {
  server: DatabaseServer;
  mockUrl: string;
  mockPid: number;
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
  /** Cores that others kept busy meanwhile: near 0 on a quiet machine. */
  otherCores: number;
}

/** Milliseconds from asking to the first text, over all streams. */
export interface StreamFigures {
  streams: number;
  medianMs: number;
  p95Ms: number;
  otherCores: number;
}

/** Throws when a run failed, or when the mock was asked more or less than the work takes. */
export async function measureRuns(
  setting: Setting,
  key: ContenderKey,
  runs: number,
): Promise<RunsFigures> {
  const { durable } = contenders[key];
  return withContender(setting, key, { MODE: "runs", COUNT: String(runs) }, async (child, at) => {
    const bytesBefore = await at.database.bytes();
    const servedBefore = await served(setting.mockUrl);
    const { done, cpu } = await go(setting, child, at.processes);
    const calls = (await served(setting.mockUrl)) - servedBefore;
    if (calls !== runs * modelCallsPerRun) {
      throw new Error(`${key} made ${calls} model calls for ${runs} runs.`);
    }
    if (at.processes.some(({ pid }) => pid === child.pid)) checkCpu(cpu.worker, done.ownCpuMs);
    const hasServer = at.processes.some(({ role }) => role === "server");
    return {
      runs,
      wallMs: done.wallMs,
      workerCpuMs: cpu.worker,
      serverCpuMs: hasServer ? cpu.server : null,
      postgresCpuMs: durable ? cpu.postgres : null,
      databaseBytes: durable ? (await at.database.bytes()) - bytesBefore : null,
      peakMemoryBytes: sum(await Promise.all(at.processes.map(({ pid }) => peakMemoryBytes(pid)))),
      otherCores: cpu.otherCores,
    };
  });
}

export async function measureStreams(
  setting: Setting,
  key: ContenderKey,
  streams: number,
): Promise<StreamFigures> {
  const env = { MODE: "streams", COUNT: String(streams) };
  return withContender(setting, key, env, async (child, { processes }) => {
    const { done, cpu } = await go(setting, child, processes);
    const sorted = done.firstTokenMs.toSorted((a, b) => a - b);
    const rank = (share: number) => sorted[Math.ceil(sorted.length * share) - 1]!;
    return { streams, medianMs: rank(0.5), p95Ms: rank(0.95), otherCores: cpu.otherCores };
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

/** Lets the contender do its work, and sees what CPU it takes meanwhile, and whose. */
async function go(setting: Setting, child: Child, processes: ContenderProcess[]) {
  const before = await readCpu(setting, child, processes);
  const start = performance.now();
  child.tell("go");
  const message = await child.next<ContenderMessage>();
  if (!("done" in message)) throw new Error("The contender was ready twice.");
  const after = await readCpu(setting, child, processes);
  const otherMs = after.machine - after.ours - (before.machine - before.ours);
  const cpu = {
    worker: after.worker - before.worker,
    server: after.server - before.server,
    postgres: after.postgres === null ? null : after.postgres - before.postgres!,
    otherCores: Math.max(0, otherMs / (performance.now() - start)),
  };
  return { done: message.done, cpu };
}

/** CPU so far, in milliseconds; `ours` is all that the bench itself uses, whoever it is for. */
async function readCpu({ server, mockPid }: Setting, child: Child, processes: ContenderProcess[]) {
  const machine = await machineCpuMs();
  const cpu = { worker: 0, server: 0 };
  for (const { role, pid } of processes) cpu[role] += await processCpuMs(pid);
  const postgres = await server.cpuMs();
  const apart = [mockPid, process.pid, child.pid].filter(
    (one) => !processes.some(({ pid }) => pid === one),
  );
  const rest = sum(await Promise.all(apart.map(processCpuMs)));
  return { ...cpu, postgres, machine, ours: cpu.worker + cpu.server + (postgres ?? 0) + rest };
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
