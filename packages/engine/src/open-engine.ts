import { hostname } from "node:os";
import type {
  FoundSandbox,
  ArtifactPort,
  CapacityPort,
  Clock,
  CredentialPort,
  EngineStore,
  ErrorSink,
  Log,
  ModelPort,
  PlacedTools,
  ProviderBatchPort,
  RedactPort,
  RouterPort,
} from "@flotilla/core";
import { AnswerCache } from "./answer-cache.ts";
import { ActiveSegments } from "./active-segments.ts";
import { BudgetKeeper } from "./budget-keeper.ts";
import { cleanUp } from "./clean-up.ts";
import { openQueue, type Queue } from "./dbos-queue.ts";
import { feedBatches } from "./feed-batches.ts";
import { feedProviderBatches } from "./feed-provider-batches.ts";
import { CpuUse } from "./cpu-use.ts";
import { LoopDelay } from "./loop-delay.ts";
import { patientStore } from "./patient-store.ts";
import { GuessOutput } from "./guess-output.ts";
import { HistoryReader } from "./history-reader.ts";
import type { ScheduledParts } from "./plan-scheduled.ts";
import { repeat, type Repeated } from "./repeat.ts";
import { openRuleBooks } from "./rule-book.ts";
import { startScheduler } from "./start-due.ts";
import { runSegment } from "./run-segment.ts";
import { HeldLease, whileHeld } from "./held-lease.ts";
import { SteadyLease } from "./steady-lease.ts";
import { ToolBreakers } from "./tool-breakers.ts";
import { ToolDesk } from "./tool-desk.ts";
import { leaseMs, takeOver } from "./take-over.ts";
import { tendInterrupts } from "./tend-interrupts.ts";

export interface EngineOptions {
  /** A new id per start: `wrk_…`. */
  workerId: string;
  databaseUrl: string;
  store: EngineStore;
  models: ModelPort;
  router: RouterPort;
  capacity: CapacityPort;
  providerBatches: ProviderBatchPort;
  tools: PlacedTools;
  artifacts: ArtifactPort;
  redact: RedactPort;
  credentials: CredentialPort;
  clock: Clock;
  /** Uniform in [0, 1). */
  random: () => number;
  log: Log;
  /** Told of runs that failed. */
  errors?: ErrorSink;
  workspaces: string;
  /** Runs at once on this worker. */
  concurrency: number;
  /** Runs that ended so many days ago are deleted; null: never. */
  retentionDays: number | null;
  /** Answers of model calls are kept up to this size, the ones used last. */
  cacheBytes: number;
  /** See `TakeOver`. */
  singleHost: boolean;
  /** What programs of tools run in on this machine. Never rejects. */
  findSandbox?: () => Promise<FoundSandbox>;
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

const segmentsPerQueueing = 1_000;
/**
 * Runs of batches begin so many at a time, and the next ones no sooner than this: a thousand that begin at
 * once would hold up what a person waits for.
 */
const batchRunsPerQueueing = 100;
const betweenQueueingsMs = 100;
const refillMs = 200;
/** A longer pause between two heartbeats of this worker means that the database was away. */
const longestGapMs = 4_000;
/** Between two looks at a tree that is being cancelled. */
const againMs = 50;
/** How long segments that were told to hand over may take for it. */
const handOverMs = 3_000;

/** Opens a worker. One per process at a time. */
export async function openEngine(options: EngineOptions): Promise<Engine> {
  const { store, log, workerId } = options;
  const closed = new AbortController();
  const patient = patientStore(store, options.clock, log, closed.signal);
  const delay = new LoopDelay();
  const beat = leaseRenewal(options, () => active.size, delay);
  const held = new HeldLease(beat, options.clock, closed.signal);
  const budgets = new BudgetKeeper(options);
  const rules = openRuleBooks({ ...patient, signals: store.signals });
  const breakers = new ToolBreakers({ ...options, store: store.toolHealth });
  const desk = new ToolDesk({ ...options, store: store.toolTerms });
  const shared = { ...options, budgets, breakers, desk, ...rules.books };
  const parts = {
    ...shared,
    guess: new GuessOutput(),
    histories: new HistoryReader((runId, limit) => patient.runs.lineage(runId, limit)),
    answers: new AnswerCache(patient.cache, workerId, options.clock, closed.signal),
    store: { ...patient, journal: whileHeld(patient.journal, held) },
  };
  const active = new ActiveSegments(workerId, patient, options.clock, held);
  await store.workers.register({ id: workerId, host: hostname(), pid: process.pid });
  const queue = await openQueue({
    ...options,
    launchAlone: (launch) => store.workers.launchAlone(launch),
    async runSegment(runId, number) {
      await runSegment(parts, active, runId, number);
    },
  });
  const lost = Promise.withResolvers<void>();
  const loops = startLoops(shared, queue, active, held, lost.resolve);
  budgets.onNeed = () => loops.budgets.poke();
  const unlisten = [
    ...listen(store, active, loops),
    ...budgets.listen(store.signals),
    ...rules.listen(),
    store.signals.onCacheCleared(() => parts.answers.forget()),
    store.signals.onCatchUp(() => parts.answers.forget()),
  ];

  return {
    workerId,
    lost: lost.promise,
    activeRuns: () => active.size,
    async close(graceMs) {
      for (const end of unlisten) end();
      const { heartbeat, budgets: leasing, ...others } = loops;
      await Promise.all(Object.values(others).map((loop) => loop.stop()));
      active.drain();
      const timer = setTimeout(() => active.stopAll("hand_over"), graceMs);
      await queue.close(graceMs + handOverMs);
      clearTimeout(timer);
      await Promise.all([parts.answers.close(), breakers.close(), desk.close()]);
      await leasing.stop();
      await giveUp(options, () => budgets.close());
      closed.abort();
      await heartbeat.stop();
      delay.close();
      await giveUp(options, () => store.workers.leave(workerId));
    },
  };
}

/** Renews the worker's lease, and tells how it is; what its programs run in once that is known, for which no run has to wait. */
function leaseRenewal(
  { store, workerId, findSandbox }: EngineOptions,
  activeRuns: () => number,
  delay: LoopDelay,
): () => Promise<boolean> {
  const cpu = new CpuUse();
  let sandbox: FoundSandbox | undefined;
  void findSandbox?.().then(({ tier, why }) => (sandbox = { tier, why }));
  return () =>
    store.workers.heartbeat({
      ...{ id: workerId, activeRuns: activeRuns(), sandbox },
      memoryBytes: process.memoryUsage.rss(),
      ...{ loopDelayMs: delay.take(), cpuPercent: cpu.take() },
    });
}

/** Gives a lease up. Should this fail, it expires by itself. */
async function giveUp(options: EngineOptions, give: () => Promise<void>): Promise<void> {
  const { log, workerId } = options;
  await give().catch((error: unknown) => {
    log.warn({ err: error, workerId }, "a lease could not be given up");
  });
}

type Loops = ReturnType<typeof startLoops>;

/** Puts due segments of single runs into the queue; they do not wait until those of batches are in it. */
function queueingSingles({ store, log }: EngineOptions, queue: Queue): Repeated {
  return repeat("queueing single runs", log, { everyMs: 1_000, quietMs: 5 }, async () => {
    let queued = segmentsPerQueueing;
    while (queued === segmentsPerQueueing) {
      queued = await store.runs.queueSingles(segmentsPerQueueing, queue.enqueue);
    }
  });
}

/**
 * Puts due segments of batches into the queue. Where there are more of them than there is room for, it looks
 * again soon; what is queued beyond what workers do at once keeps them busy until then.
 */
function queueing({ store, log, concurrency }: EngineOptions, queue: Queue): Repeated {
  const room = Math.ceil(concurrency * 1.25);
  let timer: NodeJS.Timeout | undefined;
  const loop = repeat("queueing", log, { everyMs: 1_000, quietMs: 20 }, async () => {
    const { queued, isLeft } = await store.runs.queueBatchRuns(
      batchRunsPerQueueing,
      queue.enqueue,
      room,
    );
    clearTimeout(timer);
    const isMore = queued === batchRunsPerQueueing;
    if (isMore || isLeft)
      timer = setTimeout(() => loop.poke(), isMore ? betweenQueueingsMs : refillMs);
  });
  return {
    poke: () => loop.poke(),
    async stop() {
      await loop.stop();
      clearTimeout(timer);
    },
  };
}

function startLoops(
  options: EngineOptions & ScheduledParts & { budgets: BudgetKeeper },
  queue: Queue,
  active: ActiveSegments,
  held: HeldLease,
  lost: () => void,
) {
  const { store, clock, tools, log, workerId } = options;
  const eachSecond = { everyMs: 1_000, quietMs: 1_000 };
  const lease = new SteadyLease(longestGapMs, leaseMs, performance.now());
  const mayJudge = () => lease.mayJudge(performance.now());
  const loops = {
    queueingSingles: queueingSingles(options, queue),
    queueing: queueing(options, queue),
    feeding: repeat("feeding batches", log, { everyMs: 1_000, quietMs: 50 }, () =>
      feedBatches({ store, clock, tools }, log),
    ),
    schedules: startScheduler(options),
    threads: repeat("releasing held runs", log, { everyMs: 500, quietMs: 500 }, async () => {
      await store.runs.releaseHeld();
    }),
    interrupts: repeat("tending interrupts", log, eachSecond, () => tendInterrupts(options)),
    trees: repeat("trees of runs", log, { everyMs: 1_000, quietMs: 10 }, async () => {
      while (await store.teams.wakeParents());
      // What is locked at this moment is looked at again soon.
      if (await store.teams.spreadCancel()) setTimeout(() => loops.trees.poke(), againMs).unref();
    }),
    takeover: repeat("takeover", log, eachSecond, () => takeOver({ ...options, queue, mayJudge })),
    reclaiming: repeat("reclaiming", log, { everyMs: 5_000, quietMs: 5_000 }, () =>
      queue.reclaim(async () => (await store.workers.list()).map((one) => one.id)),
    ),
    rollUp: repeat("adding up costs", log, { everyMs: 1_000, quietMs: 1_000 }, async () => {
      while ((await store.costs.rollUp()).isMore);
      const woken = await store.budgets.wake();
      if (woken > 0) log.info({ woken }, "runs go on whose budget has room again");
    }),
    economy: repeat("batches at providers", log, eachSecond, () => feedProviderBatches(options)),
    budgets: repeat("budgets", log, { everyMs: 200, quietMs: 25 }, () => options.budgets.renew()),
    cleaning: repeat("cleaning up", log, { everyMs: 30_000, quietMs: 30_000 }, () =>
      cleanUp({ ...options, queue }),
    ),
    sweeping: repeat("sweeping", log, { everyMs: 3_600_000, quietMs: 60_000 }, async () => {
      const runs = await options.artifacts.sweep();
      if (runs > 0) log.info({ runs }, "artifacts of runs that are gone were deleted");
      await store.schedules.deleteOldStarts();
    }),
    heartbeat: repeat("the heartbeat", log, eachSecond, async () => {
      if (await held.renew()) {
        lease.renewed(performance.now());
      } else {
        log.warn({ workerId }, "the lease was lost; other workers have the runs now");
        active.stopAll("hand_over");
        lost();
      }
      await active.heedRequests(store.runs);
    }),
  };
  return loops;
}

function listen(store: EngineStore, active: ActiveSegments, loops: Loops): (() => void)[] {
  return [
    store.signals.onDue(() => {
      loops.queueingSingles.poke();
      loops.queueing.poke();
    }),
    store.signals.onChange((ids) => {
      if (ids.some((id) => id.includes(":"))) loops.feeding.poke();
    }),
    store.signals.onTree(() => loops.trees.poke()),
    store.signals.onCancel((runId) => {
      active.stop(runId, "cancel");
      loops.feeding.poke();
    }),
    store.signals.onSteer((runId, wanted) => active.steer(runId, wanted)),
    store.signals.onMail((runId) => active.mail(runId)),
    store.signals.onWatch((runId) => active.watch(runId)),
    store.signals.onCatchUp(() => {
      loops.queueingSingles.poke();
      loops.queueing.poke();
      loops.feeding.poke();
      loops.trees.poke();
      loops.heartbeat.poke();
    }),
  ];
}
