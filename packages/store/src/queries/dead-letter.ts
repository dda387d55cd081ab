import {
  errorTitle,
  FlotillaError,
  type DeadLetter,
  type DeadLetterCause,
  type DeadLetterFilter,
  type DeadLetterGroup,
  type ErrorRecord,
  type JsonObject,
} from "@flotilla/core";
import type pg from "pg";

/** Failed runs and bad rows in one shape. The planner looks into both sides, so conditions use their indexes. */
const letters = `
  SELECT run.id, run.id AS run_id, run.agent_name, run.batch_id, run.row_no, run.cause,
    run.fingerprint, run.error, date_trunc('milliseconds', run.ended_at) AS at,
    run.discarded_at, run.discarded_by, run.discard_reason
  FROM run WHERE run.fingerprint IS NOT NULL
  UNION ALL
  SELECT b.batch_id || ':' || b.row_no, NULL, agent.name, b.batch_id, b.row_no, 'poison',
    b.fingerprint, b.error, date_trunc('milliseconds', batch.created_at),
    b.discarded_at, b.discarded_by, b.discard_reason
  FROM batch_row b JOIN batch ON batch.id = b.batch_id JOIN agent ON agent.id = batch.agent_id
  WHERE b.fingerprint IS NOT NULL`;

/** Conditions of a filter on `letters`, with their values in order. */
function conditions(
  { state = "open", cause, code, agent, batchId, fingerprint }: DeadLetterFilter,
  agents: readonly string[] | null,
): { where: string; values: unknown[] } {
  const values: unknown[] = [];
  const place = (value: unknown) => `$${values.push(value)}`;
  const parts = [state === "open" ? "discarded_at IS NULL" : "discarded_at IS NOT NULL"];
  if (cause !== undefined) parts.push(`cause = ${place(cause)}`);
  if (code !== undefined) parts.push(`error->>'code' = ${place(code)}`);
  if (agent !== undefined) parts.push(`agent_name = ${place(agent)}`);
  if (batchId !== undefined) parts.push(`batch_id = ${place(batchId)}`);
  if (fingerprint !== undefined) parts.push(`fingerprint = ${place(fingerprint)}`);
  if (agents !== null) parts.push(`agent_name = ANY (${place(agents)}::text[])`);
  return { where: parts.join(" AND "), values };
}

interface LetterRow {
  id: string;
  run_id: string | null;
  agent_name: string;
  batch_id: string | null;
  row_no: number | null;
  cause: DeadLetterCause;
  fingerprint: string;
  error: ErrorRecord;
  at: Date;
  discarded_at: Date | null;
  discarded_by: string | null;
  discard_reason: string | null;
}

export interface LetterPage extends DeadLetterFilter {
  /** Only letters of these agents; null: of all. */
  agents: readonly string[] | null;
  /** Only letters from before then, and of that time those with a lower id. */
  before?: { at: string; id: string } | undefined;
  limit: number;
}

/** Letters, the newest first. */
export async function listLetters(
  pool: pg.Pool,
  { agents, before, limit, ...filter }: LetterPage,
): Promise<DeadLetter[]> {
  const { where, values } = conditions(filter, agents);
  const after = before
    ? `AND (at, id) < ($${values.push(before.at)}::timestamptz, $${values.push(before.id)}::text)`
    : "";
  const { rows } = await pool.query<LetterRow>(
    `SELECT * FROM (${letters}) AS letter WHERE ${where} ${after}
     ORDER BY at DESC, id DESC LIMIT $${values.push(limit)}`,
    values,
  );
  return rows.map(toLetter);
}

/** Names of the agents that have letters. */
export async function letterAgents(pool: pg.Pool): Promise<string[]> {
  const { rows } = await pool.query<{ agent_name: string }>(
    `SELECT DISTINCT agent_name FROM (${letters}) AS letter ORDER BY agent_name`,
  );
  return rows.map((row) => row.agent_name);
}

export interface GroupPage extends DeadLetterFilter {
  agents: readonly string[] | null;
  before?: { at: string; fingerprint: string } | undefined;
  limit: number;
}

interface GroupRow extends LetterRow {
  count: number;
  rows: number;
  agents: string[];
  first_at: Date;
}

/** Letters in groups of the same fingerprint, the group with the newest letter first. */
export async function listLetterGroups(
  pool: pg.Pool,
  { agents, before, limit, ...filter }: GroupPage,
): Promise<DeadLetterGroup[]> {
  const { where, values } = conditions(filter, agents);
  const after = before
    ? `WHERE (last_at, fingerprint)
         < ($${values.push(before.at)}::timestamptz, $${values.push(before.fingerprint)}::text)`
    : "";
  const { rows } = await pool.query<GroupRow>(
    `WITH letter AS (SELECT * FROM (${letters}) AS letter WHERE ${where}), grouped AS (
       SELECT fingerprint, count(*)::integer AS count, (count(*) - count(run_id))::integer AS rows,
         array_agg(DISTINCT agent_name) AS agents, min(at) AS first_at, max(at) AS last_at,
         (max(ARRAY[to_char(at, 'YYYYMMDDHH24MISSMS'), id]))[2] AS newest
       FROM letter GROUP BY fingerprint
     )
     SELECT letter.*, grouped.count, grouped.rows, grouped.agents, grouped.first_at
     FROM (
       SELECT * FROM grouped ${after} ORDER BY last_at DESC, fingerprint DESC
       LIMIT $${values.push(limit)}
     ) AS grouped JOIN letter ON letter.id = grouped.newest
     ORDER BY grouped.last_at DESC, grouped.fingerprint DESC`,
    values,
  );
  return rows.map((row) => {
    const example = toLetter(row);
    const { cause, fingerprint, error, at } = example;
    return {
      fingerprint,
      cause,
      code: error.code,
      title: errorTitle(error.message),
      remedy: error.remedy,
      count: row.count,
      rows: row.rows,
      agents: row.agents,
      firstAt: row.first_at.toISOString(),
      lastAt: at,
      example,
    };
  });
}

/** Open or discarded. Throws `not_found`. */
export async function getLetter(pool: pg.Pool, id: string): Promise<DeadLetter> {
  const [batchId, row] = id.split(":");
  const { rows } = await pool.query<LetterRow>({
    name: row === undefined ? "get_letter_of_run" : "get_letter_of_row",
    text: `SELECT * FROM (${letters}) AS letter WHERE ${
      row === undefined ? "run_id = $1" : "run_id IS NULL AND batch_id = $1 AND row_no = $2"
    }`,
    values: row === undefined ? [id] : [batchId, Number(row)],
  });
  const [found] = rows;
  if (!found) throw new FlotillaError("not_found", `There is no dead letter ${id}.`);
  return toLetter(found);
}

/** The row of a letter without a run, as it was sent. Throws `not_found`. */
export async function getBadRow(
  pool: pg.Pool,
  batchId: string,
  row: number,
): Promise<{ line: number | null; data: JsonObject }> {
  const { rows } = await pool.query<{ line: number | null; data: JsonObject }>(
    "SELECT line, data FROM batch_row WHERE batch_id = $1 AND row_no = $2 AND error IS NOT NULL",
    [batchId, row],
  );
  const [found] = rows;
  if (!found) throw new FlotillaError("not_found", `Batch ${batchId} has no bad row ${row}.`);
  return found;
}

/** Open letters by cause. */
export async function countLetters(
  pool: pg.Pool,
): Promise<{ cause: DeadLetterCause; count: number }[]> {
  const { rows } = await pool.query<{ cause: DeadLetterCause; count: number }>(
    `SELECT cause, count(*)::integer AS count FROM (${letters}) AS letter
     WHERE discarded_at IS NULL GROUP BY cause ORDER BY cause`,
  );
  return rows;
}

function toLetter(row: LetterRow): DeadLetter {
  const { discarded_at: at, discarded_by: by, discard_reason: reason } = row;
  return {
    id: row.id,
    runId: row.run_id,
    agentName: row.agent_name,
    batchId: row.batch_id,
    row: row.row_no,
    cause: row.cause,
    fingerprint: row.fingerprint,
    error: row.error,
    at: row.at.toISOString(),
    discarded: at && { by: by ?? "", reason: reason ?? "", at: at.toISOString() },
  };
}
