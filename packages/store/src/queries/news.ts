import type { Environment, NewsItem, NewsKind, Role } from "@flotilla/core";
import type pg from "pg";
import { askedSql } from "./inbox.ts";

/** Older ends are no news. */
const days = 7;
/** Of a person's ended runs no more are looked at, so that a question costs the same however many there are. */
const mostRuns = 500;
const mostDecisions = 20;

/** Whose news: his mark is of one environment of one organisation. */
export interface NewsOwner {
  organisation: string;
  environment: Environment;
  /** As preferences name him. */
  owner: string;
}

export interface NewsQuestion extends NewsOwner {
  /** Whom runs are for; null: where nobody signs in, those for nobody. */
  userId: string | null;
  /** Those whose decisions he may take. */
  roles: readonly Role[];
  /** What he may know of. */
  kinds: readonly NewsKind[];
}

/** When something is told, in the milliseconds that a client can name. */
const told = (when: string) => `date_trunc('milliseconds', ${when})`;

/** Mine: what is for me, or for a key that I made; where nobody signs in, what is for nobody. */
const mineSql = (column: string) => `CASE WHEN $4::text IS NULL THEN ${column} IS NULL
  ELSE ${column} = $4 OR ${column} IN (SELECT id FROM api_key WHERE user_id = $4) END`;

/** The newest of one name, by the index `run_news`. */
const endedSql = (condition: string) => `
  SELECT * FROM run
  WHERE user_name ${condition} AND status IN ('completed', 'failed')
    AND batch_id IS NULL AND parent_id IS NULL AND ended_at > now() - interval '${days} days'
  ORDER BY ended_at DESC LIMIT ${mostRuns}`;

/** An answer in a conversation is read there, and a draft is tried where it is written. */
const runsSql = `
  SELECT r.id, r.status, r.agent_name, r.input, r.error, r.ended_at
  FROM (
    (SELECT found.* FROM (
      SELECT $4::text AS name UNION SELECT id FROM api_key WHERE user_id = $4
    ) AS mine CROSS JOIN LATERAL (${endedSql("= mine.name")}) AS found WHERE $4::text IS NOT NULL)
    UNION ALL
    (SELECT * FROM (${endedSql("IS NULL")}) AS nobodys WHERE $4::text IS NULL)
  ) AS r
  WHERE r.discarded_at IS NULL AND r.agent_version > 0
    AND (r.thread_id IS NULL OR r.status = 'failed')`;

const budgetsSql = `
  SELECT 'budget', ${told("coalesce(a.spent_at, a.alerted_at)")}, json_build_object(
    'budgetId', s.id, 'level', s.level, 'name', coalesce(b.name, s.subject),
    'state', CASE WHEN a.spent_at IS NULL THEN 'alert' ELSE 'spent' END, 'alertPercent', s.alert_percent)
  FROM budget_account a
  JOIN budget_scope s ON s.id = a.budget_id AND s.period_start = a.period_start
  LEFT JOIN batch b ON s.level = 'batch' AND b.id = s.id
  WHERE a.alerted_at IS NOT NULL
    AND CASE s.level WHEN 'batch' THEN b.status <> 'completed' AND ${mineSql("b.user_name")}
      WHEN 'user' THEN 'budget' = ANY ($6::text[]) OR s.subject = $4
      ELSE 'budget' = ANY ($6::text[]) END`;

const serversSql = `
  SELECT 'signIn', ${told("i.needed_at")}, json_build_object('serverId', s.id, 'server', s.name)
  FROM mcp_sign_in i JOIN mcp_server s ON s.id = i.server_id AND s.hash = i.hash AND s.enabled
  WHERE i.needed_at IS NOT NULL AND 'signIn' = ANY ($6::text[])
  UNION ALL
  SELECT 'tools', ${told("max(t.differs_since)")}, json_build_object(
    'serverId', s.id, 'server', s.name, 'tools', json_agg(t.tool ORDER BY t.tool))
  FROM mcp_tool t JOIN mcp_server s ON s.id = t.server_id AND s.enabled
  WHERE t.differs_since IS NOT NULL AND 'tools' = ANY ($6::text[])
  GROUP BY s.id, s.name`;

const newsSql = `
WITH mark AS (
  SELECT max(seen_until) AS seen_until FROM news_mark
  WHERE org_id = $1 AND environment = $2 AND owner = $3
), ended AS (${runsSql}), told (kind, at, item) AS (
  (SELECT 'decision', ${told("i.raised_at")}, json_build_object(
    'runId', i.run_id, 'interruptId', i.id, 'asks', i.kind, 'prompt', left(i.prompt, 300),
    'agentName', i.agent_name)
  FROM interrupt i
  WHERE i.state = 'open' AND 'decision' = ANY ($6::text[]) AND ($4::text IS NULL OR ${askedSql("$4", "$5")})
  ORDER BY i.id DESC LIMIT ${mostDecisions})
  UNION ALL
  SELECT 'runs', ${told("max(e.ended_at)")}, json_build_object(
    'status', e.status, 'agentName', e.agent_name, 'count', count(*),
    'runId', (array_agg(e.id ORDER BY e.ended_at DESC))[1],
    'input', left((array_agg(e.input ORDER BY e.ended_at DESC))[1], 200),
    'error', left((array_agg(e.error ->> 'message' ORDER BY e.ended_at DESC))[1], 300))
  FROM ended e, mark WHERE 'runs' = ANY ($6::text[])
  -- What is new is not told together with what was seen.
  GROUP BY e.agent_name, e.status, ${told("e.ended_at")} > coalesce(mark.seen_until, '-infinity')
  UNION ALL
  SELECT 'batch', ${told("b.ended_at")}, json_build_object(
    'batchId', b.id, 'name', b.name, 'status', b.status, 'rows', b.row_count)
  FROM batch b
  WHERE b.ended_at > now() - interval '${days} days' AND ${mineSql("b.user_name")}
    AND 'batch' = ANY ($6::text[])
  UNION ALL ${budgetsSql}
  UNION ALL ${serversSql}
)
SELECT mark.seen_until, told.kind, told.at, told.item
FROM mark LEFT JOIN told ON true ORDER BY told.at DESC NULLS LAST LIMIT 60`;

interface NewsRow {
  seen_until: Date | null;
  kind: NewsKind | null;
  at: Date;
  item: object;
}

/** The newest first, and how far he has seen them. */
export async function readNews(
  pool: pg.Pool,
  { organisation, environment, owner, userId, roles, kinds }: NewsQuestion,
): Promise<{ items: NewsItem[]; seenUntil: string | null }> {
  const { rows } = await pool.query<NewsRow>({
    name: "read_news",
    text: newsSql,
    values: [organisation, environment, owner, userId, roles, kinds],
  });
  const items = rows
    .filter(({ kind }) => kind !== null)
    .map(({ kind, at, item }) => Object.assign({ kind, at: at.toISOString() }, item) as NewsItem);
  return { items, seenUntil: rows[0]?.seen_until?.toISOString() ?? null };
}

/** He has seen what is not newer; a mark never goes back. */
export async function seeNews(
  pool: pg.Pool,
  { organisation, environment, owner }: NewsOwner,
  until: string,
): Promise<void> {
  await pool.query(
    `INSERT INTO news_mark AS m (org_id, environment, owner, seen_until)
     VALUES ($1, $2, $3, least($4::timestamptz, now()))
     ON CONFLICT (org_id, environment, owner) DO UPDATE SET
       seen_until = greatest(m.seen_until, excluded.seen_until)`,
    [organisation, environment, owner, until],
  );
}
