import {
  FlotillaError,
  reduce,
  toFlotillaError,
  type Event,
  type InboxItem,
  type InterruptAnswer,
  type OpenInterrupt,
  type NewToolRule,
  type Run,
} from "@flotilla/core";
import type pg from "pg";
import { changeChannel, dueChannel, interruptChannel } from "../notifier.ts";
import { inTransaction } from "../transaction.ts";
import { itemColumns, toItem, type ItemRow } from "./inbox.ts";
import { appendToLocked, lockWaitingRuns, type LockedRun } from "./locked-runs.ts";
import { changePolicy } from "./tool-policy.ts";

/** Which interrupt is to be answered. */
export interface InterruptRef {
  runId: string;
  interruptId: string;
}

/** An interrupt that can be answered now: nobody else can answer it meanwhile. */
export interface Answerable {
  run: Run;
  interrupt: OpenInterrupt;
  item: InboxItem;
}

export interface GivenAnswer {
  by: string;
  answer: InterruptAnswer;
  /** It is given because nobody has answered in time. */
  expired?: true;
  /** What is to hold from now on. */
  rule?: Pick<NewToolRule, "id" | "tool" | "agent" | "runId" | "environment">;
}

/** Gives the answer, or throws why there is none. */
export type GiveAnswer = (answerable: Answerable) => GivenAnswer;

interface Answered {
  locked: LockedRun;
  event: Event;
  given: GivenAnswer;
  ref: InterruptRef;
}

/**
 * Answers interrupts of waiting runs, each once, however many ask at the same time. A run whose last open one is
 * answered is due in the queue, unless it is paused.
 *
 * @returns for each why it was not answered: `not_found`, `conflict` (answered already, expired, withdrawn,
 *   or its run is at work), or what `give` has thrown; null when it was
 */
export async function answerInterrupts(
  pool: pg.Pool,
  refs: readonly InterruptRef[],
  give: GiveAnswer,
): Promise<(FlotillaError | null)[]> {
  return inTransaction(pool, (client) => answerIn(client, refs, give));
}

/** The same within a transaction. */
export async function answerIn(
  client: pg.PoolClient,
  refs: readonly InterruptRef[],
  give: GiveAnswer,
): Promise<(FlotillaError | null)[]> {
  const runs = await lockWaitingRuns(client, [...new Set(refs.map(({ runId }) => runId))]);
  const items = await readItems(client, refs);
  const answered: Answered[] = [];
  const outcomes = refs.map((ref) => {
    try {
      const item = items.get(placeOf(ref));
      answered.push(answerOne(ref, runs.get(ref.runId), item, give));
      // Told twice in one call, it is answered once.
      if (item) item.item = { ...item.item, state: "answered" };
      return null;
    } catch (error) {
      return toFlotillaError(error);
    }
  });
  if (answered.length > 0) await keepAnswers(client, answered);
  return outcomes;
}

function placeOf({ runId, interruptId }: InterruptRef): string {
  return `${runId} ${interruptId}`;
}

interface ReadItem {
  item: InboxItem;
  now: string;
  isLate: boolean;
}

async function readItems(
  client: pg.PoolClient,
  refs: readonly InterruptRef[],
): Promise<Map<string, ReadItem>> {
  const { rows } = await client.query<ItemRow & { now: Date; late: boolean }>({
    name: "interrupts_to_answer",
    text: `SELECT ${itemColumns}, clock_timestamp() AS now,
             coalesce(i.expires_at <= clock_timestamp(), false) AS late
           FROM unnest($1::text[], $2::text[]) AS r (run_id, id)
           JOIN interrupt i ON i.run_id = r.run_id AND i.id = r.id`,
    values: [refs.map(({ runId }) => runId), refs.map(({ interruptId }) => interruptId)],
  });
  return new Map(
    rows.map((row) => {
      const item = toItem(row);
      return [placeOf(item), { item, now: row.now.toISOString(), isLate: row.late }];
    }),
  );
}

function answerOne(
  ref: InterruptRef,
  locked: LockedRun | undefined,
  read: ReadItem | undefined,
  give: GiveAnswer,
): Answered {
  const { runId, interruptId } = ref;
  if (!read) {
    throw new FlotillaError("not_found", `Run ${runId} has no interrupt ${interruptId}.`);
  }
  const { item, now, isLate } = read;
  if (item.state !== "open") {
    throw new FlotillaError("conflict", `Interrupt ${interruptId} ${ended[item.state]}.`);
  }
  const interrupt = locked?.run.interrupts.find((one) => one.interruptId === interruptId);
  if (!locked || !interrupt) {
    throw new FlotillaError("conflict", `Run ${runId} does not wait for ${interruptId} now.`, {
      remedy: "It is at work; look again in a moment.",
    });
  }
  const given = give({ run: locked.run, interrupt, item });
  if (isLate && !given.expired) {
    throw new FlotillaError("conflict", `Interrupt ${interruptId} has expired.`);
  }
  const { by, answer } = given;
  const seq = locked.run.seq + 1;
  const event: Event = { runId, seq, at: now, type: "interrupt.answered", interruptId, by, answer };
  locked.run = reduce(locked.run, event);
  return { locked, event, given, ref };
}

const ended = {
  answered: "was already answered",
  expired: "has expired",
  withdrawn: "was withdrawn: its run has ended",
} as const;

async function keepAnswers(client: pg.PoolClient, answered: readonly Answered[]): Promise<void> {
  await appendToLocked(client, answered);
  await client.query({
    name: "end_interrupts",
    text: `UPDATE interrupt i SET state = e.state, ended_at = now(), ended_by = e.by, action = e.action
           FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[])
             AS e (run_id, id, state, by, action)
           WHERE i.run_id = e.run_id AND i.id = e.id`,
    values: [
      answered.map(({ ref }) => ref.runId),
      answered.map(({ ref }) => ref.interruptId),
      answered.map(({ given }) => (given.expired ? "expired" : "answered")),
      answered.map(({ given }) => given.by),
      answered.map(({ given }) => given.answer.action),
    ],
  });
  const runs = [...new Set(answered.map(({ locked }) => locked))];
  await goOn(client, runs);
  await addRules(client, answered);
}

/** The runs that have nothing left to ask are due; all of them are told of. */
async function goOn(client: pg.PoolClient, runs: readonly LockedRun[]): Promise<void> {
  const due = runs.filter(
    ({ run }) =>
      run.interrupts.length === 0 &&
      !(run.status === "waiting" && run.waitingFor.kind === "paused"),
  );
  await client.query({
    name: "answered_runs_go_on",
    text: `UPDATE run SET segment = segment + 1, queued_at = NULL WHERE id = ANY ($1)`,
    values: [due.map(({ runId }) => runId)],
  });
  await client.query({
    name: "tell_of_answers",
    text: `SELECT pg_notify('${changeChannel}', string_agg(change, ',')),
             pg_notify('${interruptChannel}', string_agg(run_id, ',')), (
               SELECT pg_notify('${dueChannel}', '') WHERE $3
             )
           FROM (
             SELECT run_id, change, (row_number() OVER () - 1) / 100 AS chunk
             FROM unnest($1::text[], $2::text[]) AS r (run_id, change)
           ) AS r GROUP BY chunk`,
    values: [
      runs.map(({ runId }) => runId),
      runs.map(({ runId, batchId }) => (batchId ? `${runId}:${batchId}` : runId)),
      due.length > 0,
    ],
  });
}

/** What is allowed from now on, with the approvals that say so: one version of each organisation's rules. */
async function addRules(client: pg.PoolClient, answered: readonly Answered[]): Promise<void> {
  const written = answered.flatMap(({ given: { rule, by }, locked, ref }) =>
    rule ? [{ rule, by, organisation: locked.organisation, interruptId: ref.interruptId }] : [],
  );
  const byOrganisation = Map.groupBy(written, ({ organisation }) => organisation);
  // In one order, so that two who change the rules of several do not wait for each other.
  for (const organisation of [...byOrganisation.keys()].toSorted()) {
    const rules = byOrganisation.get(organisation) ?? [];
    await changePolicy(client, organisation, {
      ended: [],
      begun: rules.map(({ rule, interruptId }) => ({ ...rule, effect: "allow", interruptId })),
      by: rules[0]?.by ?? "",
      note: "Approved for good",
    });
  }
}
