import {
  FlotillaError,
  toFlotillaError,
  type Append,
  type Appended,
  type Event,
  type JournalPort,
} from "@flotilla/core";
import type pg from "pg";
import { coalesce } from "./coalesce.ts";
import { isUnavailable, isUniqueViolation } from "./pool.ts";
import { project } from "./projection.ts";
import { appendSql, committedSql, heldSql } from "./journal-sql.ts";
import { readEvents } from "./queries/event.ts";

export interface Journal extends JournalPort {
  /** Stops waiting for a database that is away: pending appends fail with `unavailable`. */
  close(): void;
}

const lanes = 2;
const maxAppendsPerFlush = 500;
const longestRetryMs = 1_000;

/**
 * The journal writer of a process. Appends of all runs go through it in group commits: one
 * multi-row statement per flush, on two connections (runs are hashed onto them).
 *
 * Fencing is in the statement itself. An append that changes the run's projection row
 * updates that row only where the epoch still matches, and its events are inserted only for
 * rows updated; other appends check the epoch in the snapshot. Behind both stands the primary
 * key (run_id, seq): of two writers of one place, one is refused.
 */
export function openJournal(pool: pg.Pool): Journal {
  const closing = new AbortController();
  const flush = Array.from({ length: lanes }, () =>
    coalesce((appends: Append[]) => commit(pool, appends, closing.signal), maxAppendsPerFlush),
  );
  return {
    async append(append) {
      const outcome = await (flush[laneOf(append.runId)] as (typeof flush)[number])(append);
      if (outcome instanceof FlotillaError) throw outcome;
      return outcome;
    },
    read: (runId, afterSeq, limit): Promise<Event[]> => readEvents(pool, runId, afterSeq, limit),
    close: () => closing.abort(),
  };
}

function laneOf(runId: string): number {
  return runId.charCodeAt(runId.length - 1) % lanes;
}

type Outcome = Appended | FlotillaError;

/** Commits all appends, waiting for the database where it must. Never throws. */
async function commit(pool: pg.Pool, appends: Append[], closing: AbortSignal): Promise<Outcome[]> {
  const outcomes = new Map<Append, Outcome>();
  for (const round of rounds(appends)) await commitRound(pool, round, outcomes, closing);
  return appends.map((append) => outcomes.get(append) as Outcome);
}

/**
 * The appends in order, split so that no run is twice in one statement. A stale and a present owner
 * in the same process may append at the same time; in one statement they would share a fence.
 */
function rounds(appends: Append[]): Append[][] {
  const result: Append[][] = [];
  const places = new Map<string, number>();
  for (const append of appends) {
    const place = places.get(append.runId) ?? 0;
    places.set(append.runId, place + 1);
    (result[place] ??= []).push(append);
  }
  return result;
}

async function commitRound(
  pool: pg.Pool,
  appends: Append[],
  outcomes: Map<Append, Outcome>,
  closing: AbortSignal,
): Promise<void> {
  let open = appends;
  for (let failures = 0; open.length > 0; failures++) {
    try {
      // After a lost connection nobody knows whether the statement was committed: ask.
      if (failures > 0) await settleCommitted(pool, open, outcomes);
      open = open.filter((append) => !outcomes.has(append));
      if (open.length > 0) await insert(pool, open, outcomes);
      return;
    } catch (error) {
      if (!isUnavailable(error) || closing.aborted) {
        const failed = closing.aborted
          ? new FlotillaError("unavailable", "The worker is closing.", { transient: true })
          : toFlotillaError(error);
        for (const append of open) outcomes.set(append, failed);
        return;
      }
      const pause = Math.min(longestRetryMs, 20 * 2 ** failures);
      await new Promise((resolve) => setTimeout(resolve, pause));
    }
  }
}

async function insert(
  pool: pg.Pool,
  appends: Append[],
  outcomes: Map<Append, Outcome>,
): Promise<void> {
  try {
    const { rows } = await pool.query<LiveRow>({
      name: "journal_append",
      text: appendSql,
      values: parameters(appends),
    });
    const live = new Map(rows.map((row) => [row.run_id, row]));
    const refused = appends.filter(({ runId }) => !live.has(runId));
    const held = await heldRuns(pool, refused);
    for (const append of appends) {
      const row = live.get(append.runId);
      if (row) outcomes.set(append, toAppended(row));
      else outcomes.set(append, held.has(append.runId) ? heldBack : fenced(append));
    }
  } catch (error) {
    if (isUnavailable(error)) throw error;
    if (appends.length > 1) {
      // One bad append must not take the others with it.
      for (const append of appends) await insert(pool, [append], outcomes);
      return;
    }
    const append = appends[0] as Append;
    outcomes.set(append, isUniqueViolation(error) ? fenced(append) : toFlotillaError(error));
  }
}

interface LiveRow {
  run_id: string;
  cancel: boolean;
  pause: boolean;
  outside: boolean;
  mail: boolean;
}

function toAppended({ cancel, pause, outside, mail }: LiveRow): Appended {
  return { cancelRequested: cancel, pauseRequested: pause, hasOutside: outside, hasMail: mail };
}

const heldBack: Appended = {
  ...{ cancelRequested: false, pauseRequested: false, hasMail: false },
  ...{ hasOutside: true, held: true },
};

/** Of appends that were refused, those of runs that would have completed and may not yet. */
async function heldRuns(pool: pg.Pool, refused: Append[]): Promise<ReadonlySet<string>> {
  const ending = refused.filter(({ events }) => events.at(-1)?.type === "run.completed");
  if (ending.length === 0) return new Set();
  const { rows } = await pool.query<{ run_id: string }>(heldSql, [
    ending.map(({ runId }) => runId),
    ending.map(({ epoch }) => epoch),
  ]);
  return new Set(rows.map((row) => row.run_id));
}

function fenced(append: Append): FlotillaError {
  return new FlotillaError(
    "fenced",
    `Run ${append.runId} was taken over: the append at seq ${append.seq} of epoch ${append.epoch} is refused.`,
  );
}

async function settleCommitted(
  pool: pg.Pool,
  appends: Append[],
  outcomes: Map<Append, Outcome>,
): Promise<void> {
  const firsts = appends.map((append) => eventJson(append, 0));
  const { rows } = await pool.query<LiveRow>(committedSql, [
    appends.map((append) => append.runId),
    appends.map((append) => append.epoch),
    appends.map((append) => append.seq),
    firsts,
  ]);
  const committed = new Map(rows.map((row) => [row.run_id, row]));
  for (const append of appends) {
    const row = committed.get(append.runId);
    if (row) outcomes.set(append, toAppended(row));
  }
}

function eventJson(append: Append, index: number): string {
  const { type: _type, ...data } = append.events[index] as Append["events"][number];
  return JSON.stringify(data);
}

/** The statement's arrays, column by column: first one place per append, then one per event. */
function parameters(appends: Append[]): unknown[] {
  const projections = appends.map((append) => project(append.events));
  const taken = appends.flatMap(({ runId, outside = [] }) => outside.map((id) => ({ runId, id })));
  const runIds: string[] = [];
  const seqs: number[] = [];
  const types: string[] = [];
  const data: string[] = [];
  for (const append of appends) {
    for (const [i, event] of append.events.entries()) {
      runIds.push(append.runId);
      seqs.push(append.seq + i);
      types.push(event.type);
      data.push(eventJson(append, i));
    }
  }
  return [
    appends.map((append) => append.runId),
    appends.map((append) => append.epoch),
    appends.map((append) => append.dropDeltasAfter ?? null),
    projections.map((p, i) => p.changes || Boolean(appends[i]?.outside?.length)),
    projections.map((p) => p.status),
    projections.map((p) => p.output),
    projections.map((p) => p.error),
    projections.map((p) => p.wakeAt),
    projections.map((p) => p.steps),
    projections.map((p) => p.inputTokens),
    projections.map((p) => p.outputTokens),
    projections.map((p) => p.costMicros),
    projections.map((p) => p.unpriced),
    projections.map((p) => p.waitingBudget),
    runIds,
    seqs,
    types,
    data,
    ...chargeColumns(appends),
    projections.map((p) => p.waitingMicros),
    projections.map((p) => p.fingerprint),
    projections.map((p) => p.cause),
    appends.flatMap(({ runId, asked = [] }) => asked.map(() => runId)),
    appends.flatMap(({ asked = [] }) => asked.map((one) => JSON.stringify(one))),
    projections.map((p) => p.waitsForChildren),
    appends.flatMap(({ charges = [] }) => charges.map(({ agentName }) => agentName ?? null)),
    projections.map((p) => p.hasRead),
    projections.map((p) => p.paused),
    appends.map(({ outside }) => outside?.length ?? 0),
    taken.map(({ runId }) => runId),
    taken.map(({ id }) => id),
  ];
}

/** One place per charge. */
function chargeColumns(appends: Append[]): unknown[] {
  const charges = appends.flatMap(({ runId, charges: some = [] }) =>
    some.map((charge) => ({ runId, ...charge })),
  );
  return [
    charges.map((charge) => charge.runId),
    charges.map((charge) => charge.model),
    charges.map((charge) => charge.priced),
    charges.map((charge) => charge.failed),
    charges.map((charge) => charge.estimated),
    charges.map(({ usage }) => usage.inputTokens),
    charges.map(({ usage }) => usage.cachedInputTokens),
    charges.map(({ usage }) => usage.cacheWriteTokens),
    charges.map(({ usage }) => usage.outputTokens),
    charges.map(({ usage }) => usage.reasoningTokens),
    charges.map((charge) => charge.costMicros),
    charges.map((charge) => charge.savedMicros),
  ];
}
