import type { BoardEntry, BoardWrite } from "@flotilla/core";
import { sql } from "kysely";
import type { Database } from "../database.ts";

const entryColumns = [
  "key",
  "version",
  "value",
  "run_id",
  "agent_name",
  "labels",
  "written_at",
] as const;

/** The newest version of every key that the runs of a tree share, by key. */
export async function readBoard(db: Database, rootId: string): Promise<BoardEntry[]> {
  const rows = await db
    .selectFrom("blackboard")
    .distinctOn("key")
    .select(entryColumns)
    .where("root_id", "=", rootId)
    .orderBy("key")
    .orderBy("version", "desc")
    .execute();
  return rows.map(toEntry);
}

/** All versions of a key, newest first. */
export async function readBoardKey(
  db: Database,
  rootId: string,
  key: string,
  limit: number,
): Promise<BoardEntry[]> {
  const rows = await db
    .selectFrom("blackboard")
    .select(entryColumns)
    .where("root_id", "=", rootId)
    .where("key", "=", key)
    .orderBy("version", "desc")
    .limit(limit)
    .execute();
  return rows.map(toEntry);
}

interface EntryRow {
  key: string;
  version: number;
  value: BoardEntry["value"];
  run_id: string;
  agent_name: string;
  labels: string[];
  written_at: Date;
}

function toEntry(row: EntryRow): BoardEntry {
  return {
    key: row.key,
    version: row.version,
    value: row.value,
    by: { runId: row.run_id, agentName: row.agent_name },
    labels: row.labels,
    at: row.written_at.toISOString(),
  };
}

/**
 * Writes the next version of a key, if `version` is still its newest one (0: it has none). The same call
 * of the same run writes once, however often it is repeated.
 *
 * @returns the version it wrote; null: somebody else wrote meanwhile
 */
export async function writeBoard(db: Database, write: BoardWrite): Promise<number | null> {
  const { rootId, key, version, value, runId, agentName, callId, labels } = write;
  const { rows } = await sql<{ version: number }>`
    WITH known AS (
      SELECT version FROM blackboard WHERE run_id = ${runId} AND call_id = ${callId}
    ), written AS (
      INSERT INTO blackboard (
        root_id, org_id, environment, key, version, value, run_id, agent_name, call_id, labels
      )
      SELECT ${rootId}, org_id, environment, ${key}, ${version + 1}, ${JSON.stringify(value)}::json,
        id, ${agentName}, ${callId}, ${labels}::text[]
      FROM run
      WHERE id = ${runId} AND NOT EXISTS (SELECT FROM known) AND ${version} = coalesce((
        SELECT max(version) FROM blackboard WHERE root_id = ${rootId} AND key = ${key}
      ), 0)
      ON CONFLICT DO NOTHING
      RETURNING version
    )
    SELECT version FROM known UNION ALL SELECT version FROM written`.execute(db);
  return rows[0]?.version ?? null;
}
