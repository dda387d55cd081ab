import type { AnswerKey, AnswerStore, Claim, ClaimedRun, Event, NewRun } from "@flotilla/core";
import type pg from "pg";
import { coalesce } from "./coalesce.ts";
import { openDatabase, type Database } from "./database.ts";
import { openJournal } from "./journal.ts";
import { launchAlone } from "./launch-alone.ts";
import {
  budgetChannel,
  cacheChannel,
  cancelChannel,
  capacityChannel,
  changeChannel,
  dueChannel,
  openNotifier,
  targetChannel,
  watchChannel,
  type Notifier,
} from "./notifier.ts";
import { openPool } from "./pool.ts";
import * as agents from "./queries/agent.ts";
import { addRows } from "./queries/add-rows.ts";
import * as cells from "./queries/batch-cells.ts";
import { batchFigures, type BatchFigures } from "./queries/batch-figures.ts";
import { listCapacity } from "./queries/list-capacity.ts";
import { listRows } from "./queries/batch-rows.ts";
import * as batches from "./queries/batch.ts";
import * as cache from "./queries/cache.ts";
import { hearCapacity, leaseCapacity, leaveCapacity } from "./queries/capacity.ts";
import { batchCertificate, keepCertificate } from "./queries/certificate.ts";
import { claimRuns, ownerEpoch } from "./queries/claim-runs.ts";
import * as budgets from "./queries/budget.ts";
import { leaseBudgets, returnBudgets } from "./queries/lease-budgets.ts";
import { wakeBudgetRuns } from "./queries/wake-budget-runs.ts";
import { readCosts } from "./queries/costs.ts";
import { createRuns } from "./queries/create-runs.ts";
import { databaseInfo } from "./queries/database.ts";
import { readManyEvents, type Cursor } from "./queries/event.ts";
import * as providerBatches from "./queries/provider-batch.ts";
import * as providerCalls from "./queries/provider-call.ts";
import * as queue from "./queries/queue-runs.ts";
import * as runs from "./queries/read-runs.ts";
import { runningBatches, tickBatch } from "./queries/release-rows.ts";
import { deleteOldRuns } from "./queries/retention.ts";
import { rollUpCharges } from "./queries/roll-up-charges.ts";
import * as steerBatch from "./queries/steer-batch.ts";
import * as steerRun from "./queries/steer-run.ts";
import { listTargets, noteTargets } from "./queries/target-health.ts";
import * as workers from "./queries/worker.ts";

export interface StoreOptions {
  url: string;
  /** Told of connections that were lost; they are replaced by themselves. */
  onError: (error: Error) => void;
  maxConnections?: number;
}

export type Store = Awaited<ReturnType<typeof openStore>>;

const eventsPerRead = 500;

/**
 * The store of a process: one pool, one journal writer, one LISTEN connection, and a function
 * per state transition and query, grouped by noun. The schema must have been migrated.
 */
export async function openStore(options: StoreOptions) {
  const pool = openPool({
    url: options.url,
    max: options.maxConnections ?? 10,
    name: "flotilla",
    onError: options.onError,
  });
  const notifier = await openNotifier(options.url, options.onError);
  // The planner takes `run` for a small table as long as nobody has counted it, and would read all
  // of it at every flush; the journal only ever wants rows by key.
  const journalPool = openPool({
    url: options.url,
    max: 2,
    name: "flotilla-journal",
    settings: "-c enable_seqscan=off",
    onError: options.onError,
  });
  const journal = openJournal(journalPool);
  const readNext = coalesce(
    (cursors: Cursor[]): Promise<Event[][]> => readManyEvents(pool, cursors, eventsPerRead),
    500,
  );

  const made = queries(pool);
  return {
    pool,
    journal: {
      append: journal.append,
      read: journal.read,
      /** The next events after a cursor, up to 500; reads of many runs share statements. */
      readNext: (runId: string, afterSeq: number) => readNext({ runId, afterSeq }),
    },
    ...made,
    workers: { ...made.workers, launchAlone: launchAlone.bind(null, pool) },
    targets: {
      ...bindAll(openDatabase(pool), { list: listTargets, note: noteTargets }),
      onChange: (callback: () => void) => notifier.listen(targetChannel, callback),
    },
    signals: signals(pool, notifier),
    async close(): Promise<void> {
      journal.close();
      await notifier.close();
      await Promise.all([journalPool.end(), pool.end()]);
    },
  };
}

/** A function per state transition and query, grouped by noun. */
function queries(pool: pg.Pool) {
  const db = openDatabase(pool);
  return {
    databaseInfo: () => databaseInfo(db),
    agents: bindAll(db, {
      apply: agents.applyAgent,
      get: agents.getAgent,
      getVersion: agents.getAgentVersion,
      list: agents.listAgents,
      versions: agents.listAgentVersions,
      archive: agents.archiveAgent,
    }),
    runs: {
      ...bindAll(db, {
        get: runs.getRun,
        list: runs.listRuns,
        count: runs.countRuns,
        cancel: steerRun.cancelRun,
        cancelRequests: steerRun.cancelRequests,
        retry: steerRun.retryRun,
        answer: steerRun.answerInterrupt,
        deleteOld: deleteOldRuns,
      }),
      ...bindAll(pool, {
        ownerEpoch,
        continue: queue.continueRun,
        queueDue: queue.queueDue,
        requeueStranded: queue.requeueStranded,
      }),
      create: coalesce(async (created: NewRun[]) => {
        await createRuns(pool, created);
        return created.map(() => undefined);
      }, 1_000) as (run: NewRun) => Promise<void>,
      claim: coalesce(
        (claims: Claim[]): Promise<(ClaimedRun | null)[]> => claimRuns(pool, claims),
        500,
      ),
    },
    batches: batchQueries(db),
    cache: {
      ...answerQueries(pool, db),
      ...bindAll(db, { figures: cache.cacheFigures, clear: cache.clearCache }),
    },
    budgets: budgetQueries(pool),
    costs: bindAll(pool, { read: readCosts, rollUp: rollUpCharges }),
    providerBatches: providerBatchQueries(pool),
    capacity: capacityQueries(pool),
    workers: bindAll(db, {
      register: workers.registerWorker,
      heartbeat: workers.heartbeat,
      takeOver: workers.takeOverWorker,
      leave: workers.leaveWorker,
      list: workers.listWorkers,
    }),
  };
}

function providerBatchQueries(pool: pg.Pool) {
  return bindAll(pool, {
    queueCall: providerCalls.queueCall,
    callOutcome: providerCalls.callOutcome,
    openCalls: providerCalls.openCalls,
    endCalls: providerCalls.endCalls,
    form: providerBatches.formBatches,
    take: providerBatches.takeBatch,
    knownIds: providerBatches.knownBatchIds,
    submitted: providerBatches.batchSubmitted,
    lookAgain: providerBatches.lookAgain,
    ended: providerBatches.batchEnded,
  });
}

function budgetQueries(pool: pg.Pool) {
  return bindAll(pool, {
    set: budgets.setBudget,
    get: budgets.getBudget,
    list: budgets.listBudgets,
    remove: budgets.removeBudget,
    scopes: budgets.budgetScopes,
    lease: leaseBudgets,
    giveBack: returnBudgets,
    wake: wakeBudgetRuns,
  });
}

function capacityQueries(pool: pg.Pool) {
  return bindAll(pool, {
    lease: leaseCapacity,
    hear: hearCapacity,
    leave: leaveCapacity,
    list: listCapacity,
  });
}

function batchQueries(db: Database) {
  const bound = bindAll(db, {
    create: batches.createBatch,
    get: batches.getBatch,
    list: batches.listBatches,
    change: batches.changeBatch,
    addRows,
    start: steerBatch.startBatch,
    pause: steerBatch.pauseBatch,
    resume: steerBatch.resumeBatch,
    cancel: steerBatch.cancelBatch,
    reopen: steerBatch.reopenBatch,
    running: runningBatches,
    tick: tickBatch,
    certificate: batchCertificate,
    certify: keepCertificate,
    rows: listRows,
    allCells: cells.allCells,
    changeCursor: cells.changeCursor,
    changedCells: cells.changedCells,
  });
  /** Figures of many batches that are asked for at once share their statements. */
  const figures = coalesce(
    (batchIds: string[]): Promise<BatchFigures[]> => batchFigures(db, batchIds),
    200,
  );
  return { ...bound, figures };
}

/** Answers of model calls; what many runs ask for at once shares statements. */
function answerQueries(pool: pg.Pool, db: Database): AnswerStore {
  const read = coalesce((readings: cache.Reading[]) => cache.readAnswers(pool, readings), 500);
  const claim = coalesce((claims: cache.AnswerClaim[]) => cache.claimAnswers(pool, claims), 500);
  const keep = coalesce(async (keepings: cache.Keeping[]) => {
    await cache.keepAnswers(pool, keepings);
    return keepings.map(() => undefined);
  }, 100);
  const release = coalesce(async (claims: (AnswerKey & { worker: string })[]) => {
    await cache.releaseAnswers(pool, claims);
    return claims.map(() => undefined);
  }, 500);
  return {
    read: (key, ttlSeconds) => read({ ...key, ttlSeconds }),
    claim: (key, worker, ttlSeconds) => claim({ ...key, worker, ttlSeconds }),
    keep: (key, answer, ttlSeconds) => keep({ ...key, answer, ttlSeconds }),
    release: (key, worker) => release({ ...key, worker }),
    count: (counts, hits) => cache.countCacheUse(pool, counts, hits),
    clean: (maxBytes) => cache.cleanAnswers(db, maxBytes),
  };
}

function signals(pool: pg.Pool, notifier: Notifier) {
  return {
    onChange: (callback: (ids: string[]) => void) =>
      notifier.listen(changeChannel, (payload) => callback(payload.split(","))),
    onDue: (callback: () => void) => notifier.listen(dueChannel, callback),
    onCancel: (callback: (runId: string) => void) => notifier.listen(cancelChannel, callback),
    onWatch: (callback: (runId: string) => void) => notifier.listen(watchChannel, callback),
    onBudgetChange: (callback: () => void) => notifier.listen(budgetChannel, callback),
    onCacheCleared: (callback: () => void) => notifier.listen(cacheChannel, callback),
    /** A bucket of provider capacity that was paused, or has other limits. */
    onCapacity: (callback: (bucket: string) => void) => notifier.listen(capacityChannel, callback),
    onCatchUp: notifier.onCatchUp,
    /** Asks the worker that holds the run to journal partial text for the next 30 seconds. */
    async watch(runId: string): Promise<void> {
      await pool.query("SELECT pg_notify($1, $2)", [watchChannel, runId]);
    },
  };
}

type Bound<Handle, T> = {
  [K in keyof T]: T[K] extends (handle: Handle, ...args: infer A) => infer R
    ? (...args: A) => R
    : never;
};

/** The functions with their first parameter given: the pool, or the typed database over it. */
function bindAll<Handle, T extends Record<string, (handle: Handle, ...args: never[]) => unknown>>(
  handle: Handle,
  functions: T,
): Bound<Handle, T> {
  return Object.fromEntries(
    Object.entries(functions).map(([name, call]) => [name, call.bind(null, handle)]),
  ) as Bound<Handle, T>;
}
