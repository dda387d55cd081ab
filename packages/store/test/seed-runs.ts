import type pg from "pg";

/**
 * Puts ended runs into the table of runs, a second apart, the newest now: every hundredth failed, of 20 agents, for
 * 500 users, in batches of 1,000. They have no journal.
 */
export async function seedRuns(pool: pg.Pool, count: number): Promise<void> {
  await pool.query(seedSql, [count]);
  await pool.query("ANALYZE run");
}

const digits = "'0123456789abcdefghjkmnpqrstvwxyz'";
/** The ten digits of an id that tell its millisecond. */
const timeDigits = Array.from(
  { length: 10 },
  (_, place) => `substr(${digits}, ((ms >> ${45 - 5 * place}) & 31)::integer + 1, 1)`,
).join(" || ");

const seedSql = `
WITH n AS (
  SELECT n, (extract(epoch FROM now()) * 1000)::bigint - ($1::bigint - n) * 1000 AS ms
  FROM generate_series(1, $1::integer) AS n
)
INSERT INTO run (
  id, agent_id, agent_name, agent_version, batch_id, row_no, status, input, output, error, fingerprint, cause,
  user_name, step_count, input_tokens, output_tokens, cost_micros, created_at, started_at, ended_at, queued_at
)
SELECT
  'run_' || ${timeDigits} || lpad(n::text, 16, '0'),
  'agt_' || n % 20, 'agent-' || n % 20, 1 + n % 3,
  CASE WHEN n % 2 = 0 THEN 'bat_' || n / 1000 END, CASE WHEN n % 2 = 0 THEN n % 1000 END,
  CASE WHEN n % 100 = 0 THEN 'failed' WHEN n % 101 = 0 THEN 'cancelled' ELSE 'completed' END,
  'Summarise report ' || n || ' for the weekly meeting',
  CASE WHEN n % 100 <> 0 AND n % 101 <> 0 THEN to_json('Report ' || n) END,
  CASE WHEN n % 100 = 0 THEN json_build_object(
    'code', 'tool_failed', 'message', 'The archive does not answer.', 'class', 'permanent', 'remedy', 'Try again later.'
  ) END,
  CASE WHEN n % 100 = 0 THEN md5('archive' || n % 7) END,
  CASE WHEN n % 100 = 0 THEN 'unrecoverable' END,
  'user-' || n % 500, 1 + n % 9, 200 + n % 4000, 20 + n % 700, n % 20000,
  to_timestamp(ms / 1000.0), to_timestamp(ms / 1000.0), to_timestamp(ms / 1000.0 + n % 90), now()
FROM n`;
