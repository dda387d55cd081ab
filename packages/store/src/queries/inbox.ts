import type { Environment, InboxItem, InterruptKind, InterruptState, Role } from "@flotilla/core";
import type pg from "pg";

/** The columns of an interrupt that `toItem` reads. */
export const itemColumns = `i.run_id, i.id, i.kind, i.state, i.prompt, i.tool, i.digest, i.audience_role,
  i.audience_user, i.assignee, i.raised_at, i.expires_at, i.escalated_at, i.ended_at, i.ended_by,
  i.action, i.agent_name, i.agent_version, i.batch_id, i.row_no, (
    SELECT count(*)::integer FROM interrupt_comment c
    WHERE c.run_id = i.run_id AND c.interrupt_id = i.id
  ) AS comments`;

export interface ItemRow {
  run_id: string;
  id: string;
  kind: InterruptKind;
  state: InterruptState;
  prompt: string;
  tool: string | null;
  digest: string | null;
  audience_role: Role | null;
  audience_user: string | null;
  assignee: string | null;
  raised_at: Date;
  expires_at: Date | null;
  escalated_at: Date | null;
  ended_at: Date | null;
  ended_by: string | null;
  action: string | null;
  agent_name: string;
  agent_version: number;
  batch_id: string | null;
  row_no: number | null;
  comments: number;
}

export function toItem(row: ItemRow): InboxItem {
  return {
    interruptId: row.id,
    runId: row.run_id,
    kind: row.kind,
    state: row.state,
    prompt: row.prompt,
    tool: row.tool,
    hash: row.digest,
    audience: {
      ...(row.audience_role && { role: row.audience_role }),
      ...(row.audience_user && { userId: row.audience_user }),
    },
    assignee: row.assignee,
    comments: row.comments,
    raisedAt: row.raised_at.toISOString(),
    expiresAt: row.expires_at?.toISOString() ?? null,
    escalatedAt: row.escalated_at?.toISOString() ?? null,
    endedAt: row.ended_at?.toISOString() ?? null,
    endedBy: row.ended_by,
    action: row.action,
    agentName: row.agent_name,
    agentVersion: row.agent_version,
    batchId: row.batch_id,
    row: row.row_no,
  };
}

/**
 * The open interrupts, the oldest first.
 *
 * @param runIds only of these runs; null: of all
 */
export async function openInterrupts(
  pool: pg.Pool,
  runIds: readonly string[] | null,
): Promise<InboxItem[]> {
  const { rows } = await pool.query<ItemRow>({
    name: runIds ? "open_interrupts_of" : "open_interrupts",
    text: `SELECT ${itemColumns} FROM interrupt i
           WHERE i.state = 'open' ${runIds ? "AND i.run_id = ANY ($1)" : ""}
           ORDER BY i.id, i.run_id`,
    ...(runIds && { values: [runIds] }),
  });
  return rows.map(toItem);
}

export interface InboxFilter {
  state?: InterruptState | undefined;
  kind?: InterruptKind | undefined;
  agent?: string | undefined;
  batchId?: string | undefined;
  interruptId?: string | undefined;
  runId?: string | undefined;
  tool?: string | undefined;
  /** A person's id; null: of nobody. */
  assignee?: string | null | undefined;
  /** Only what this person is asked, with the roles whose audience he is of. */
  asked?: { userId: string; roles: readonly Role[] } | undefined;
  /** Only what was raised before. */
  raisedBefore?: string | undefined;
  /** The last one of the page before. */
  after?: { interruptId: string; runId: string } | undefined;
  limit: number;
}

/** Open ones, the oldest first; those of another state the newest first. */
export async function listInterrupts(pool: pg.Pool, filter: InboxFilter): Promise<InboxItem[]> {
  const values: unknown[] = [];
  const given = (value: unknown) => `$${values.push(value)}`;
  const { state = "open", after, asked, assignee } = filter;
  const isOldestFirst = state === "open";
  const conditions = [`i.state = ${given(state)}`];
  const equals = {
    "i.kind": filter.kind,
    "i.agent_name": filter.agent,
    "i.batch_id": filter.batchId,
    "i.id": filter.interruptId,
    "i.run_id": filter.runId,
    "i.tool": filter.tool,
  };
  for (const [column, value] of Object.entries(equals)) {
    if (value !== undefined) conditions.push(`${column} = ${given(value)}`);
  }
  if (assignee !== undefined) conditions.push(`i.assignee IS NOT DISTINCT FROM ${given(assignee)}`);
  if (filter.raisedBefore) conditions.push(`i.raised_at < ${given(filter.raisedBefore)}`);
  if (asked) conditions.push(askedSql(given(asked.userId), given(asked.roles)));
  if (after) {
    const place = `(${given(after.interruptId)}::text, ${given(after.runId)}::text)`;
    conditions.push(`(i.id, i.run_id) ${isOldestFirst ? ">" : "<"} ${place}`);
  }
  const order = isOldestFirst ? "ASC" : "DESC";
  const { rows } = await pool.query<ItemRow>(
    `SELECT ${itemColumns} FROM interrupt i WHERE ${conditions.join(" AND ")}
     ORDER BY i.id ${order}, i.run_id ${order} LIMIT ${given(filter.limit)}`,
    values,
  );
  return rows.map(toItem);
}

export function askedSql(userId: string, roles: string): string {
  return `CASE
    WHEN i.assignee IS NOT NULL THEN i.assignee = ${userId}
    WHEN i.audience_user IS NOT NULL THEN i.audience_user = ${userId}
    ELSE i.audience_role IS NULL OR i.audience_role = ANY (${roles}::text[])
  END`;
}

/** An organisation's environment, as rows have it. */
export interface Owner {
  org_id: string;
  environment: Environment;
}

/** The organisations that runs are of. */
export async function organisationsOf(pool: pg.Pool, runIds: readonly string[]): Promise<string[]> {
  const { rows } = await pool.query<{ org_id: string }>({
    name: "organisations_of_runs",
    text: "SELECT DISTINCT org_id FROM run WHERE id = ANY ($1)",
    values: [runIds],
  });
  return rows.map(({ org_id }) => org_id);
}
