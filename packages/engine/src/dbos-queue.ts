import { DBOS } from "@dbos-inc/dbos-sdk";
import { enqueueWorkflows, prepareEnqueuedWorkflow } from "@dbos-inc/dbos-sdk/eventreceiver";
import { DBOSExecutor } from "@dbos-inc/dbos-sdk/internal/dbos-executor";
import { dbRetryConfig } from "@dbos-inc/dbos-sdk/internal/utils";
import type { Log, Segment } from "@flotilla/core";

/**
 * The only file that knows DBOS. It distributes segments over workers: a durable queue for
 * single runs and one for batches, with a bound per worker and priorities, recovery of the
 * segments of dead workers, and nothing else. What a run did is in the journal alone.
 */
const interactiveQueue = "flotilla-interactive";
const batchQueue = "flotilla-batch";
const interactivePollMs = 50;
const batchPollMs = 100;
/** A segment that ended while the database was away holds its place until DBOS has noted that. */
const longestRetrySeconds = 2;
/** Finished segments are kept this long, for people who look into the DBOS tables. */
const keepMs = 10 * 60_000;

export interface QueueOptions {
  databaseUrl: string;
  workerId: string;
  /** Segments at once on this worker, per queue. */
  concurrency: number;
  log: Log;
  /** DBOS makes its tables when it is launched; two that make them at once run into each other. */
  launchAlone: (launch: () => Promise<void>) => Promise<void>;
  /** Runs a segment; must not throw for anything the run itself did. */
  runSegment: (runId: string, segment: number) => Promise<void>;
}

export interface EndedSegment {
  runId: string;
  segment: number;
}

export interface Queue {
  /** Puts segments into the queue; those already there stay as they are. */
  enqueue(segments: Segment[]): Promise<void>;
  /** Gives the segments of a dead worker back to the queue. */
  recover(workerId: string): Promise<void>;
  /**
   * Gives segments back to the queue that nobody runs: those of workers that are not in the list
   * (a worker may die just after it was taken over), and those that this one took from the queue
   * when its connection broke, so that it never learnt of them. Call it every few seconds.
   */
  reclaim(listWorkers: () => Promise<string[]>): Promise<void>;
  /**
   * Deletes what is left of segments that ended a while ago, after `settle` has seen them.
   * Returns how many.
   */
  clean(settle: (ended: EndedSegment[]) => Promise<void>): Promise<number>;
  /** Takes no more segments, waits for those under way up to `waitMs`, disconnects. */
  close(waitMs: number): Promise<void>;
}

let runCurrent: QueueOptions["runSegment"] | undefined;

const segmentWorkflow = DBOS.registerWorkflow(
  async (runId: string, segment: number): Promise<void> => {
    if (!runCurrent) throw new Error("no engine is open in this process");
    await runCurrent(runId, segment);
  },
  // A run may outlive any number of workers; its own limits bound it.
  { name: "segment", maxRecoveryAttempts: 1_000_000 },
);

/** One queue per process at a time: DBOS keeps its state in module scope. */
export async function openQueue(options: QueueOptions): Promise<Queue> {
  runCurrent = options.runSegment;
  dbRetryConfig.maxBackoffSec = longestRetrySeconds;
  DBOS.setConfig({
    name: "flotilla",
    systemDatabaseUrl: withTimeout(options.databaseUrl),
    systemDatabasePoolSize: 10,
    systemDatabaseIdleTransactionTimeoutMs: 2_000,
    executorID: options.workerId,
    // One version for ever: runs started by older code go on under newer code.
    applicationVersion: "stable",
    enablePatching: true,
    logger: quiet(options.log),
    tracingEnabled: false,
    useListenNotify: false,
  });
  try {
    await options.launchAlone(() => DBOS.launch());
    await register(interactiveQueue, options.concurrency, interactivePollMs);
    await register(batchQueue, options.concurrency, batchPollMs);
  } catch (error) {
    // Half launched it would go on under this worker's id and ignore the next one's launch.
    await DBOS.shutdown();
    throw error;
  }

  return {
    async enqueue(segments) {
      const prepared = await Promise.all(
        segments.map(async ({ runId, segment, turn, batch }) => ({
          ...(await prepareEnqueuedWorkflow(segmentWorkflow, [runId, segment], {
            workflowID: `${runId}:${segment}`,
            queueName: batch ? batchQueue : interactiveQueue,
          })),
          priority: turn,
        })),
      );
      await enqueueWorkflows(prepared);
    },
    async recover(workerId) {
      await DBOSExecutor.globalInstance?.recoverPendingWorkflows([workerId]);
    },
    reclaim: reclaimer(options.workerId),
    async clean(settle) {
      const ended = await DBOS.listWorkflows({
        status: ["SUCCESS", "ERROR", "CANCELLED", "MAX_RECOVERY_ATTEMPTS_EXCEEDED"],
        endTime: new Date(Date.now() - keepMs).toISOString(),
        limit: 1_000,
        loadInput: false,
        loadOutput: false,
      });
      if (ended.length === 0) return 0;
      await settle(ended.map(({ workflowID }) => toSegment(workflowID)));
      await DBOS.deleteWorkflows(ended.map(({ workflowID }) => workflowID));
      return ended.length;
    },
    async close(waitMs) {
      await DBOS.shutdown({ workflowCompletionTimeoutMS: waitMs });
      runCurrent = undefined;
    },
  };
}

/** A workflow id taken apart: `<runId>:<segment>`. */
function toSegment(workflowId: string): EndedSegment {
  const [runId = "", segment = ""] = workflowId.split(":");
  return { runId, segment: Number(segment) };
}

async function register(name: string, concurrency: number, pollMs: number): Promise<void> {
  await DBOS.registerQueue(name, {
    workerConcurrency: concurrency,
    minPollingIntervalMs: pollMs,
    onConflict: "always_update",
  });
}

function reclaimer(self: string): Queue["reclaim"] {
  let suspects = new Set<string>();
  return async (listWorkers) => {
    const executor = DBOSExecutor.globalInstance;
    if (!executor) return;
    const taken = await DBOS.listWorkflows({
      status: "PENDING",
      loadInput: false,
      loadOutput: false,
    });
    const alive = new Set(await listWorkers());
    const others = new Set(taken.flatMap(({ executorId }) => executorId ?? []));
    others.delete(self);
    for (const id of others) if (!alive.has(id)) await executor.recoverPendingWorkflows([id]);
    // One that was taken a moment ago is about to start: it has to be found twice.
    const idle = taken.filter(
      ({ executorId, workflowID }) =>
        executorId === self && !executor.systemDatabase.checkForRunningWorkflow(workflowID),
    );
    const again = idle.filter(({ workflowID }) => suspects.has(workflowID));
    suspects = new Set(idle.map(({ workflowID }) => workflowID));
    for (const { workflowID, queueName } of again) {
      await DBOS.resumeWorkflow(workflowID, queueName === undefined ? {} : { queueName });
    }
  };
}

/** Survives a database that takes a while to come back. */
function withTimeout(databaseUrl: string): string {
  const url = new URL(databaseUrl);
  if (!url.searchParams.has("connect_timeout")) url.searchParams.set("connect_timeout", "60");
  return url.href;
}

/** DBOS tells a lot; only what needs attention goes above debug. */
function quiet(log: Log) {
  const text = (entry: unknown) => (entry instanceof Error ? entry.message : String(entry));
  return {
    info: (entry: unknown) => log.debug({ from: "dbos" }, text(entry)),
    debug: () => undefined,
    warn: (entry: unknown) => log.warn({ from: "dbos" }, text(entry)),
    error: (entry: unknown) => log.error({ from: "dbos" }, text(entry)),
  };
}
