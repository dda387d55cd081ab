import { isBreakerNews, newTool, toolKey, type ToolHealth } from "@flotilla/core";
import { sql, type Insertable, type Selectable } from "kysely";
import type { Database } from "../database.ts";
import { toolChannel } from "../notifier.ts";
import type { DB } from "../schema.gen.ts";

interface Tools {
  /** The database's time, in Unix milliseconds. */
  now: number;
  all: ToolHealth[];
}

/** Tools that were called lately, or whose breaker is not closed, of all organisations. */
export async function recentToolHealth(db: Database): Promise<Tools> {
  const rows = await db
    .selectFrom("tool_health")
    .selectAll()
    .select(sql<Date>`clock_timestamp()`.as("now"))
    .where(({ eb, or }) =>
      or([
        eb("open_until", "is not", null),
        eb("noted_at", ">", sql<Date>`now() - interval '5 minutes'`),
      ]),
    )
    .execute();
  return { now: rows[0]?.now.getTime() ?? Date.now(), all: rows.map(toHealth) };
}

/** Every tool that was ever called, with the database's time. */
export async function listToolHealth(db: Database): Promise<Tools> {
  const rows = await db
    .selectFrom("tool_health")
    .selectAll()
    .select(sql<Date>`clock_timestamp()`.as("now"))
    .orderBy("org_id")
    .orderBy("tool")
    .execute();
  return { now: rows[0]?.now.getTime() ?? Date.now(), all: rows.map(toHealth) };
}

/**
 * Changes tools under their lock; those that nobody has called yet are made first. Tells the workers when a
 * breaker changed.
 *
 * @param keys as `toolKey` makes them
 */
export async function noteToolHealth(
  db: Database,
  keys: string[],
  change: (health: ToolHealth, now: number) => ToolHealth,
): Promise<Tools> {
  const places = keys.toSorted().map((key) => newTool(key, 0));
  const names = places.map(({ tool }) => tool);
  const organisations = places.map(({ organisation }) => organisation);
  const ofThese = sql<boolean>`(org_id, tool) IN (
    SELECT * FROM unnest(${organisations}::text[], ${names}::text[]))`;
  return db.transaction().execute(async (tx) => {
    await tx
      .insertInto("tool_health")
      .values(places.map(({ organisation, tool }) => ({ org_id: organisation, tool })))
      .onConflict((conflict) => conflict.doNothing())
      .execute();
    const rows = await tx
      .selectFrom("tool_health")
      .selectAll()
      .where(ofThese)
      .orderBy("org_id")
      .orderBy("tool")
      .forUpdate()
      .execute();
    const { now } = await tx
      .selectNoFrom(sql<Date>`clock_timestamp()`.as("now"))
      .executeTakeFirstOrThrow();
    const before = rows.map(toHealth);
    const all = before.map((health) => change(health, now.getTime()));
    for (const health of all) {
      await tx
        .updateTable("tool_health")
        .set(toRow(health))
        .where("org_id", "=", health.organisation)
        .where("tool", "=", health.tool)
        .execute();
    }
    const changed = all.filter((health, index) => isBreakerNews(before[index], health));
    if (changed.length > 0) {
      const told = changed.map(toolKey).join(",").slice(0, 7_000);
      await sql`SELECT pg_notify(${toolChannel}, ${told})`.execute(tx);
    }
    return { now: now.getTime(), all };
  });
}

function toHealth(row: Selectable<DB["tool_health"]>): ToolHealth {
  const iso = (date: Date | null) => date?.toISOString() ?? null;
  return {
    organisation: row.org_id,
    tool: row.tool,
    failuresInARow: row.failures_in_a_row,
    opened: row.opened,
    openUntil: iso(row.open_until),
    probeUntil: iso(row.probe_until),
    lastError:
      row.last_error && row.last_error_at
        ? { code: row.last_error, at: row.last_error_at.toISOString() }
        : null,
    answered: row.answered,
    failed: row.failed,
    recentCalls: row.recent_calls,
    recentFailures: row.recent_failures,
    notedAt: row.noted_at.toISOString(),
    meanMs: row.mean_ms,
  };
}

function toRow(health: ToolHealth): Insertable<DB["tool_health"]> {
  return {
    org_id: health.organisation,
    tool: health.tool,
    failures_in_a_row: health.failuresInARow,
    opened: health.opened,
    open_until: health.openUntil,
    probe_until: health.probeUntil,
    last_error: health.lastError?.code ?? null,
    last_error_at: health.lastError?.at ?? null,
    answered: health.answered,
    failed: health.failed,
    recent_calls: health.recentCalls,
    recent_failures: health.recentFailures,
    noted_at: health.notedAt,
    mean_ms: health.meanMs,
  };
}
