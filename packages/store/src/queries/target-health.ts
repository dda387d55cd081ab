import type { TargetHealth } from "@flotilla/core";
import { sql, type Insertable, type Selectable } from "kysely";
import type { Database } from "../database.ts";
import { targetChannel } from "../notifier.ts";
import type { DB } from "../schema.gen.ts";

interface Targets {
  /** The database's, in Unix milliseconds. */
  now: number;
  targets: TargetHealth[];
}

/** Every target that was ever asked, by name. */
export async function listTargets(db: Database): Promise<Targets> {
  const rows = await db
    .selectFrom("target_health")
    .selectAll()
    .select(sql<Date>`clock_timestamp()`.as("now"))
    .orderBy("model")
    .execute();
  return { now: rows[0]?.now.getTime() ?? Date.now(), targets: rows.map(toHealth) };
}

/**
 * Changes targets under their lock; those that nobody has asked yet are made first. Tells
 * the workers when a breaker or a pause changed.
 */
export async function noteTargets(
  db: Database,
  models: string[],
  change: (health: TargetHealth, now: number) => TargetHealth,
): Promise<Targets> {
  return db.transaction().execute(async (tx) => {
    await tx
      .insertInto("target_health")
      .values(models.toSorted().map((model) => ({ model })))
      .onConflict((conflict) => conflict.doNothing())
      .execute();
    const rows = await tx
      .selectFrom("target_health")
      .selectAll()
      .where("model", "in", models)
      .orderBy("model")
      .forUpdate()
      .execute();
    const { now } = await tx
      .selectNoFrom(sql<Date>`clock_timestamp()`.as("now"))
      .executeTakeFirstOrThrow();
    const before = rows.map(toHealth);
    const targets = before.map((health) => change(health, now.getTime()));
    for (const health of targets) {
      await tx
        .updateTable("target_health")
        .set(toRow(health))
        .where("model", "=", health.model)
        .execute();
    }
    const changed = targets.filter((health, index) => isNews(before[index], health));
    if (changed.length > 0) {
      const names = changed.map(({ model }) => model).join(",");
      await sql`SELECT pg_notify(${targetChannel}, ${names.slice(0, 7_000)})`.execute(tx);
    }
    return { now: now.getTime(), targets };
  });
}

/** Whether other workers choose differently because of it. */
function isNews(before: TargetHealth | undefined, after: TargetHealth): boolean {
  return (
    before?.openUntil !== after.openUntil ||
    before.probeUntil !== after.probeUntil ||
    before.pausedUntil !== after.pausedUntil
  );
}

function toHealth(row: Selectable<DB["target_health"]>): TargetHealth {
  const iso = (date: Date | null) => date?.toISOString() ?? null;
  return {
    model: row.model,
    failuresInARow: row.failures_in_a_row,
    opened: row.opened,
    openUntil: iso(row.open_until),
    probeUntil: iso(row.probe_until),
    pausedUntil: iso(row.paused_until),
    lastError:
      row.last_error && row.last_error_at
        ? { code: row.last_error, at: row.last_error_at.toISOString() }
        : null,
    answered: row.answered,
    failed: row.failed,
    failovers: row.failovers,
    recentCalls: row.recent_calls,
    recentFailures: row.recent_failures,
    notedAt: row.noted_at.toISOString(),
    firstTokenMs: row.first_token_ms,
    tokensPerSecond: row.tokens_per_second,
  };
}

function toRow(health: TargetHealth): Insertable<DB["target_health"]> {
  return {
    model: health.model,
    failures_in_a_row: health.failuresInARow,
    opened: health.opened,
    open_until: health.openUntil,
    probe_until: health.probeUntil,
    paused_until: health.pausedUntil,
    last_error: health.lastError?.code ?? null,
    last_error_at: health.lastError?.at ?? null,
    answered: health.answered,
    failed: health.failed,
    failovers: health.failovers,
    recent_calls: health.recentCalls,
    recent_failures: health.recentFailures,
    noted_at: health.notedAt,
    first_token_ms: health.firstTokenMs,
    tokens_per_second: health.tokensPerSecond,
  };
}
