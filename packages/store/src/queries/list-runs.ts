import { newId, type RunMetadata, type RunStatus, type RunSummary } from "@flotilla/core";
import { sql } from "kysely";
import type { Database } from "../database.ts";
import { summaryColumns, toSummary } from "./read-runs.ts";

export interface RunFilter {
  status?: RunStatus | undefined;
  agent?: string | undefined;
  version?: number | undefined;
  /** For whom they run. */
  user?: string | undefined;
  batchId?: string | undefined;
  /** Name or id of the schedule that began them, or the batch they are of. */
  schedule?: string | undefined;
  /** Only those that were started with all of these notes. */
  metadata?: RunMetadata | undefined;
  /** Only forks of this run. */
  forkedFrom?: string | undefined;
  /** Only those that this run has begun. */
  parent?: string | undefined;
  /** `roots`: not those that do a part of another one. */
  tree?: "roots" | "all" | undefined;
  /** Only those that failed of this. */
  fingerprint?: string | undefined;
  /** Only those made from then on, and before then: moments of ISO 8601. */
  since?: string | undefined;
  until?: string | undefined;
  /** Only those whose input begins with words that hold this; letters count as the same in both cases. */
  text?: string | undefined;
  minCostMicros?: number | undefined;
  maxCostMicros?: number | undefined;
  /** Only runs older than this one. */
  before?: string | undefined;
  /** Only this run and newer ones. */
  from?: string | undefined;
  limit: number;
}

/** Runs, newest first. */
export async function listRuns(db: Database, filter: RunFilter): Promise<RunSummary[]> {
  const { text, minCostMicros: least, maxCostMicros: most } = filter;
  let query = indexed(db, filter).select(summaryColumns);
  if (text !== undefined) query = query.where("input", "ilike", `%${literal(text)}%`);
  if (least !== undefined) query = query.where("cost_micros", ">=", least);
  if (most !== undefined) query = query.where("cost_micros", "<=", most);
  const rows = await query.orderBy("id", "desc").limit(filter.limit).execute();
  return rows.map(toSummary);
}

/**
 * How far a page may look that asks for what no index answers, so that each page takes as long as any other: the
 * run that many below the filter's beginning, of those that its other conditions leave. Undefined when there are fewer.
 */
export async function runHorizon(
  db: Database,
  filter: RunFilter,
  count: number,
): Promise<string | undefined> {
  const row = await indexed(db, filter)
    .select("id")
    .orderBy("id", "desc")
    .offset(count)
    .limit(1)
    .executeTakeFirst();
  return row?.id;
}

/** The conditions that an index answers. */
function indexed(db: Database, filter: RunFilter) {
  const { status, agent, version, user, batchId, forkedFrom, parent, tree, fingerprint } = filter;
  const { schedule, since, until, before, from } = filter;
  let query = db.selectFrom("run");
  if (status !== undefined) query = query.where("status", "=", status);
  if (agent !== undefined) query = query.where("agent_name", "=", agent);
  if (version !== undefined) query = query.where("agent_version", "=", version);
  if (user !== undefined) query = query.where("user_name", "=", user);
  if (fingerprint !== undefined) query = query.where("fingerprint", "=", fingerprint);
  if (forkedFrom !== undefined) query = query.where("forked_from", "=", forkedFrom);
  if (batchId !== undefined) query = query.where("batch_id", "=", batchId);
  for (const [key, value] of Object.entries(filter.metadata ?? {})) {
    query = query.where("id", "in", ({ selectFrom }) =>
      selectFrom("run_metadata").select("run_id").where("key", "=", key).where("value", "=", value),
    );
  }
  if (schedule !== undefined) query = query.where("id", "in", startedBySchedule(schedule));
  if (parent !== undefined) query = query.where("parent_id", "=", parent);
  else if (tree === "roots") query = query.where("parent_id", "is", null);
  if (since !== undefined) {
    query = query.where("created_at", ">=", new Date(since));
    // A child's id tells when the run at the head of its tree began.
    if (parent === undefined && tree === "roots")
      query = query.where("id", ">=", idAt(since, -skew));
  }
  if (until !== undefined) {
    query = query.where("created_at", "<", new Date(until)).where("id", "<", idAt(until, skew));
  }
  if (before !== undefined) query = query.where("id", "<", before);
  if (from !== undefined) query = query.where("id", ">=", from);
  return query;
}

/** Ids are made by the clock of whoever makes them, which may differ from the database's. */
const skew = 3_600_000;

/** The lowest id of a moment. Ids are ordered by time, so it bounds what their index is read for. */
function idAt(moment: string, byMs: number): string {
  const time = Math.max(0, Date.parse(moment) + byMs);
  return newId("run", time, (bytes) => new Uint8Array(bytes));
}

/** The text as it stands, in a pattern of LIKE. */
function literal(text: string): string {
  return text.replaceAll(/[\\%_]/g, "\\$&");
}

function startedBySchedule(schedule: string) {
  return sql<string>`(
    SELECT start.run_id FROM schedule JOIN schedule_start AS start ON start.schedule_id = schedule.id
    WHERE ${schedule} IN (schedule.id, schedule.name) AND start.run_id IS NOT NULL
    UNION ALL
    SELECT of_batch.id FROM schedule JOIN schedule_start AS start ON start.schedule_id = schedule.id
      JOIN run AS of_batch ON of_batch.batch_id = start.batch_id
    WHERE ${schedule} IN (schedule.id, schedule.name)
  )`;
}
