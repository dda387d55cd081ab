import type { AgentMessage, Teammate } from "@flotilla/core";
import type pg from "pg";
import { mailChannel } from "../notifier.ts";
import { inTransaction } from "../transaction.ts";

/** The runs that a run can write to: its parent, its children, and the other children of its parent. */
export async function listTeammates(pool: pg.Pool, runId: string): Promise<Teammate[]> {
  const { rows } = await pool.query<Teammate>({
    name: "list_teammates",
    text: `
      WITH me AS (SELECT id, parent_id FROM run WHERE id = $1), near AS (
        SELECT run.id, 'parent' AS relation FROM me JOIN run ON run.id = me.parent_id
        UNION ALL
        SELECT run.id, 'child' FROM me JOIN run ON run.parent_id = me.id
        UNION ALL
        SELECT run.id, 'sibling' FROM me JOIN run ON run.parent_id = me.parent_id AND run.id <> me.id
      )
      SELECT run.id AS "runId", run.agent_name AS "agentName", run.status, near.relation
      FROM near JOIN run ON run.id = near.id ORDER BY run.id`,
    values: [runId],
  });
  return rows;
}

/**
 * Leaves a message for a run. The same call of the same run sends once, however often it is repeated.
 *
 * @returns false: the run has ended
 */
export async function sendMessage(
  pool: pg.Pool,
  message: AgentMessage & { to: string },
): Promise<boolean> {
  const { from, to, text, labels } = message;
  const { rows } = await pool.query<{ sent: boolean }>({
    name: "send_message",
    text: `
      WITH known AS (
        SELECT FROM agent_message WHERE from_run = $1 AND call_id = $2
      ), live AS (
        UPDATE run SET has_mail = true
        WHERE id = $4 AND status IN ('pending', 'running', 'waiting') AND NOT EXISTS (SELECT FROM known)
        RETURNING id, org_id, environment
      ), sent AS (
        INSERT INTO agent_message (
          from_run, call_id, from_agent, to_run, text, labels, org_id, environment
        )
        SELECT $1, $2, $3, id, $5, $6::text[], org_id, environment FROM live
        ON CONFLICT DO NOTHING
      )
      SELECT EXISTS (SELECT FROM known) OR EXISTS (SELECT FROM live) AS sent,
        (SELECT pg_notify('${mailChannel}', id) FROM live)`,
    values: [from.runId, from.callId, from.agentName, to, text, labels],
  });
  return rows[0]?.sent ?? false;
}

/** The messages that lie for a run, in the order in which they were sent. */
export async function unreadMessages(pool: pg.Pool, runId: string): Promise<AgentMessage[]> {
  const { rows } = await pool.query<{
    from_run: string;
    call_id: string;
    from_agent: string;
    text: string;
    labels: string[];
  }>({
    name: "unread_messages",
    text: `SELECT from_run, call_id, from_agent, text, labels FROM agent_message
           WHERE to_run = $1 AND read_at IS NULL ORDER BY sent_at, from_run, call_id`,
    values: [runId],
  });
  return rows.map((row) => ({
    from: { runId: row.from_run, agentName: row.from_agent, callId: row.call_id },
    text: row.text,
    labels: row.labels,
  }));
}

/** Notes messages as read, once they are in the run's journal. */
export async function messagesRead(
  pool: pg.Pool,
  runId: string,
  read: AgentMessage["from"][],
): Promise<void> {
  await inTransaction(pool, async (client) => {
    // Whoever sends holds this lock too, so that the flag is never put out over a message.
    await client.query("SELECT FROM run WHERE id = $1 FOR UPDATE", [runId]);
    await client.query({
      name: "messages_read",
      text: `UPDATE agent_message SET read_at = now()
             FROM unnest($2::text[], $3::text[]) AS r (from_run, call_id)
             WHERE agent_message.from_run = r.from_run AND agent_message.call_id = r.call_id
               AND to_run = $1`,
      values: [runId, read.map((from) => from.runId), read.map((from) => from.callId)],
    });
    await client.query({
      name: "keep_mail_flag",
      text: `UPDATE run SET has_mail = EXISTS (
               SELECT FROM agent_message WHERE to_run = $1 AND read_at IS NULL
             ) OR EXISTS (SELECT FROM plan_edit WHERE run_id = $1)
             WHERE id = $1`,
      values: [runId],
    });
  });
}
