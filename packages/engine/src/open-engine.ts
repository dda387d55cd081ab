import { rm } from "node:fs/promises";
import { hostname } from "node:os";
import { join } from "node:path";
import type { AgentSpec, Clock, EngineStore, Log, ModelPort, ToolPort } from "@flotilla/core";
import { openQueue, type Queue } from "./dbos-queue.ts";
import { feedBatches } from "./feed-batches.ts";
import { repeat } from "./repeat.ts";
import { runSegment } from "./run-segment.ts";
import { stopSegment, type Segment, type StopReason } from "./segment.ts";

export interface EngineOptions {
  /** A new id per start: `wrk_…`. */
  workerId: string;
  databaseUrl: string;
  store: EngineStore;
  models: ModelPort;
  tools: ToolPort;
  clock: Clock;
  /** Uniform in [0, 1). */
  random: () => number;
  log: Log;
  workspaces: string;
  /** Runs at once on this worker. */
  concurrency: number;
  /** Runs that ended so many days ago are deleted; null: never. */
  retentionDays: number | null;
  /**
   * True when all workers of this database run on this host, in one process namespace: a worker
   * whose process is gone is then taken over at once, without waiting for its lease.
   */
  singleHost: boolean;
}

export interface Engine {
  workerId: string;
  activeRuns(): number;
  /**
   * Resolves when the worker has lost its lease (it was frozen, or cut off from the database):
   * its runs belong to others. The caller closes this engine and opens a new one.
   */
  lost: Promise<void>;
  /**
   * Takes no more runs, lets steps under way finish for up to `graceMs`, hands the runs over
   * at their next step boundary, leaves. Nothing is lost: what was not finished is done again by
   * whoever takes the run.
   */
  close(graceMs: number): Promise<void>;
}

const heartbeatMs = 1_000;
const leaseMs = 6_000;
const watchMs = 30_000;
const segmentsPerQueueing = 1_000;

export async function openEngine(options: EngineOptions): Promise<Engine> {
  const { store, log, clock, workerId } = options;
  const parts = { ...options };
  const active = new Map<string, Segment>();
  const watchedUntil = new Map<string, number>();
  const specs = new Map<string, Promise<AgentSpec>>();
  let draining = false;
  const lost = Promise.withResolvers<void>();

  await store.workers.register({ id: workerId, host: hostname(), pid: process.pid });
  const queue = await openQueue({
    databaseUrl: options.databaseUrl,
    workerId,
    concurrency: options.concurrency,
    log,
    async runSegment(runId, number) {
      await runSegment(parts, host, runId, number);
    },
  });

  const host = {
    worker: workerId,
    draining: () => draining,
    watched: (runId: string) => (watchedUntil.get(runId) ?? 0) > clock.now(),
    spec: (agentId: string, version: number) => pinned(specs, store, agentId, version),
    enter(runId: string, segment: Segment) {
      active.set(runId, segment);
      return () => {
        if (active.get(runId) === segment) active.delete(runId);
      };
    },
  };

  const stop = (runIds: Iterable<string>, reason: StopReason) => {
    for (const runId of runIds) {
      const segment = active.get(runId);
      if (segment) stopSegment(segment, reason);
    }
  };
  const checkCancels = async () => {
    const requests = await store.runs.cancelRequests([...active.keys()]);
    stop(
      requests.map((request) => request.runId),
      "cancel",
    );
  };

  const loops = {
    due: repeat("queueing", log, { everyMs: 1_000, quietMs: 5 }, async () => {
      let queued = segmentsPerQueueing;
      while (queued === segmentsPerQueueing && !draining) {
        queued = await store.runs.queueDue(segmentsPerQueueing, queue.enqueue);
      }
    }),
    batches: repeat("feeding batches", log, { everyMs: 1_000, quietMs: 50 }, () =>
      feedBatches(store, clock, log),
    ),
    heartbeat: repeat("the heartbeat", log, { everyMs: heartbeatMs, quietMs: heartbeatMs }, beat),
    takeover: repeat("takeover", log, { everyMs: 1_000, quietMs: 1_000 }, () =>
      takeOver(options, queue),
    ),
    cleaning: repeat("cleaning up", log, { everyMs: 30_000, quietMs: 30_000 }, () =>
      clean(options, queue),
    ),
  };

  async function beat(): Promise<void> {
    const { rss } = process.memoryUsage();
    const alive = await store.workers.heartbeat({
      id: workerId,
      activeRuns: active.size,
      memoryBytes: rss,
    });
    if (!alive && !draining) {
      log.warn({ workerId }, "the lease was lost; other workers have the runs now");
      stop(active.keys(), "abandon");
      lost.resolve();
    }
    if (active.size > 0) await checkCancels();
  }

  const unlisten = [
    store.signals.onDue(() => loops.due.poke()),
    store.signals.onChange((ids) => {
      if (ids.some((id) => id.includes(":"))) loops.batches.poke();
    }),
    store.signals.onCancel((runId) => {
      stop([runId], "cancel");
      loops.batches.poke();
    }),
    store.signals.onWatch((runId) => {
      if (active.has(runId)) watchedUntil.set(runId, clock.now() + watchMs);
    }),
    store.signals.onCatchUp(() => {
      loops.due.poke();
      loops.batches.poke();
      loops.heartbeat.poke();
    }),
  ];

  return {
    workerId,
    lost: lost.promise,
    activeRuns: () => active.size,
    async close(graceMs) {
      draining = true;
      for (const end of unlisten) end();
      await Promise.all([loops.due.stop(), loops.batches.stop(), loops.takeover.stop()]);
      await loops.cleaning.stop();
      for (const segment of active.values()) segment.pause.abort();
      const closed = queue.close();
      const timer = setTimeout(() => stop(active.keys(), "hand_over"), graceMs);
      await closed;
      clearTimeout(timer);
      await loops.heartbeat.stop();
      await store.workers.leave(workerId);
    },
  };
}

function pinned(
  specs: Map<string, Promise<AgentSpec>>,
  store: EngineStore,
  agentId: string,
  version: number,
): Promise<AgentSpec> {
  const key = `${agentId}@${version}`;
  let spec = specs.get(key);
  if (!spec) {
    if (specs.size >= 1_000) specs.clear();
    spec = store.agents.getVersion(agentId, version).then((agent) => agent.spec);
    spec.catch(() => specs.delete(key));
    specs.set(key, spec);
  }
  return spec;
}

async function takeOver(options: EngineOptions, queue: Queue): Promise<void> {
  const { store, log, workerId } = options;
  const gone = options.singleHost ? await vanished(store, workerId) : [];
  for (;;) {
    const dead = await store.workers.takeOver(workerId, leaseMs, gone, (id) => queue.recover(id));
    if (dead === undefined) return;
    log.warn({ dead, workerId }, "took over the runs of a dead worker");
  }
}

/** Workers of this host whose process is not there any more. */
async function vanished(store: EngineStore, self: string): Promise<string[]> {
  const workers = await store.workers.list();
  return workers
    .filter((one) => one.id !== self && one.host === hostname() && !isAlive(one.pid))
    .map((one) => one.id);
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}

async function clean({ store, retentionDays, workspaces }: EngineOptions, queue: Queue) {
  while ((await queue.clean()) > 0);
  if (retentionDays === null) return;
  for (;;) {
    const deleted = await store.runs.deleteOld(retentionDays);
    if (deleted.length === 0) return;
    await Promise.all(
      deleted.map((runId) => rm(join(workspaces, runId), { recursive: true, force: true })),
    );
  }
}
