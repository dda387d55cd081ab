import type {
  ErrorRecord,
  JsonObject,
  PendingStart,
  PlannedStart,
  ReceivedOccasion,
  Trigger,
  TriggerStart,
} from "@flotilla/core";
import type pg from "pg";
import type { Database } from "../database.ts";
import type { Scope } from "../scope.ts";
import { createPlanned } from "./start-planned.ts";
import { toTrigger, type TriggerRow } from "./trigger.ts";

interface StartRow {
  id: string;
  trigger: string;
  occasion: string;
  state: TriggerStart["state"];
  run_id: string | null;
  batch_id: string | null;
  error: ErrorRecord | null;
  at: Date;
}

const columns = "s.id, t.name AS trigger, s.occasion, s.state, s.run_id, s.batch_id, s.error, s.at";

function toStart(row: StartRow): TriggerStart {
  const { run_id: runId, batch_id: batchId, at, ...rest } = row;
  return { ...rest, runId, batchId, at: at.toISOString() };
}

/**
 * Notes what was sent to a trigger, once: something with the same id of its sender or the same signature was there
 * before.
 */
export async function receiveOccasion(
  pool: pg.Pool,
  trigger: Trigger,
  { id, occasion, signature, values }: ReceivedOccasion,
): Promise<{ id: string; isNew: boolean }> {
  const made = await pool.query<{ id: string }>(
    `INSERT INTO trigger_start (
       id, trigger_id, org_id, environment, occasion, signature, data, depth
     ) VALUES ($1, $2, $3, $4, $5, $6, $7, 1)
     ON CONFLICT DO NOTHING RETURNING id`,
    [
      ...[id, trigger.id, trigger.organisation, trigger.environment],
      ...[occasion, signature, JSON.stringify(values)],
    ],
  );
  if (made.rows[0]) return { id, isNew: true };
  const before = await pool.query<{ id: string }>(
    `SELECT id FROM trigger_start
     WHERE trigger_id = $1 AND (occasion = $2 OR signature = $3) ORDER BY id LIMIT 1`,
    [trigger.id, occasion, signature],
  );
  return { id: before.rows[0]?.id ?? id, isNew: false };
}

/** Occasions that have started nothing yet, the oldest first. */
export async function pendingStarts(pool: pg.Pool, limit: number): Promise<PendingStart[]> {
  return pending(pool, "s.state = 'pending' ORDER BY s.id LIMIT $1", limit);
}

/** One of them; undefined when it waits no longer. */
export async function pendingStart(pool: pg.Pool, id: string): Promise<PendingStart | undefined> {
  const [found] = await pending(pool, "s.state = 'pending' AND s.id = $1", id);
  return found;
}

async function pending(
  pool: pg.Pool,
  condition: string,
  value: string | number,
): Promise<PendingStart[]> {
  const { rows } = await pool.query<
    TriggerRow & { start_id: string; occasion: string; data: JsonObject }
  >(
    `SELECT t.*, s.id AS start_id, s.occasion, s.data
     FROM trigger_start s JOIN trigger t ON t.id = s.trigger_id WHERE ${condition}`,
    [value],
  );
  return rows.map((row) => ({
    id: row.start_id,
    trigger: toTrigger(row),
    occasion: row.occasion,
    values: row.data,
  }));
}

/**
 * Starts what an occasion asks for, in one transaction with the note that it did.
 *
 * @returns false when somebody else has, who is waited for
 */
export async function startOccasion(
  db: Database,
  id: string,
  planned: PlannedStart,
): Promise<boolean> {
  return db.transaction().execute(async (tx) => {
    const locked = await tx
      .selectFrom("trigger_start")
      .select("id")
      .where("id", "=", id)
      .where("state", "=", "pending")
      .forUpdate()
      .executeTakeFirst();
    if (!locked) return false;
    await createPlanned(tx, [planned]);
    await tx
      .updateTable("trigger_start")
      .set({
        state: "started",
        run_id: planned.kind === "run" ? planned.run.runId : null,
        batch_id: planned.kind === "batch" ? planned.batch.id : null,
      })
      .where("id", "=", id)
      .execute();
    return true;
  });
}

/** Nothing can be started for an occasion; the reason stays with it. */
export async function failOccasion(pool: pg.Pool, id: string, error: ErrorRecord): Promise<void> {
  await pool.query(
    "UPDATE trigger_start SET state = 'failed', error = $2 WHERE id = $1 AND state = 'pending'",
    [id, JSON.stringify(error)],
  );
}

/** What became of an occasion. */
export async function getStart(pool: pg.Pool, id: string): Promise<TriggerStart | undefined> {
  const { rows } = await pool.query<StartRow>(
    `SELECT ${columns} FROM trigger_start s JOIN trigger t ON t.id = s.trigger_id WHERE s.id = $1`,
    [id],
  );
  return rows[0] && toStart(rows[0]);
}

/** What became of a trigger's occasions, the newest first. */
export async function listStarts(
  pool: pg.Pool,
  scope: Scope,
  page: { trigger: string; before?: string | undefined; limit: number },
): Promise<TriggerStart[]> {
  const { rows } = await pool.query<StartRow>(
    `SELECT ${columns} FROM trigger_start s JOIN trigger t ON t.id = s.trigger_id
     WHERE s.org_id = $1 AND s.environment = $2 AND t.name = $3 AND ($4::text IS NULL OR s.id < $4)
     ORDER BY s.id DESC LIMIT $5`,
    [scope.organisation, scope.environment, page.trigger, page.before ?? null, page.limit],
  );
  return rows.map(toStart);
}

/** Forgets occasions of so many days ago that wait no longer; returns how many. */
export async function deleteOldOccasions(pool: pg.Pool, days: number): Promise<number> {
  const { rowCount } = await pool.query(
    `DELETE FROM trigger_start WHERE id IN (
       SELECT id FROM trigger_start
       WHERE at < now() - $1 * interval '1 day' AND state <> 'pending' LIMIT 1000
     )`,
    [days],
  );
  return rowCount ?? 0;
}
