import type { ErrorRecord, OpenProviderBatch, RipeBatch } from "@flotilla/core";
import type pg from "pg";

/** Most calls of one batch: what OpenAI takes. */
const mostCalls = 50_000;

/** Calls that must be answered in the same ten minutes can go together; others would cut them short. */
const deadline = "floor(extract(epoch FROM give_up_at) / 600)::integer";

/**
 * Makes batches of the calls that wait, of each model, organisation and deadline whose calls are
 * ripe. Calls of runs that do not wait for them yet are left; those of runs that have ended are deleted.
 *
 * @param newId gives the ids of the batches
 * @returns how many batches were made
 */
export async function formBatches(
  pool: pg.Pool,
  newId: () => string,
  when: RipeBatch,
): Promise<number> {
  const { rows } = await pool.query<{ model: string; org_id: string; deadline: number }>({
    name: "ripe_provider_calls",
    text: `
      SELECT model, org_id, ${deadline} AS deadline FROM provider_call WHERE batch_id IS NULL
      GROUP BY model, org_id, ${deadline}
      HAVING count(*) >= $1 OR max(queued_at) <= now() - $2 * interval '1 millisecond'
        OR min(queued_at) <= now() - $3 * interval '1 millisecond'`,
    values: [when.calls, when.quietMs, when.waitedMs],
  });
  if (rows.length > 0) await deleteStrayCalls(pool);
  let formed = 0;
  for (const ripe of rows) formed += await formBatch(pool, newId(), ripe, when.bytes);
  return formed;
}

/** Calls that nobody has handed over and whose run was cancelled meanwhile. */
async function deleteStrayCalls(pool: pg.Pool): Promise<void> {
  await pool.query(
    // The lock: a run that is taken up again just now looks whether its call is queued.
    `DELETE FROM provider_call WHERE (run_id, step) IN (
       SELECT c.run_id, c.step FROM provider_call c JOIN run ON run.id = c.run_id
       WHERE c.batch_id IS NULL AND run.status IN ('completed', 'failed', 'cancelled')
       FOR UPDATE SKIP LOCKED
     )`,
  );
}

async function formBatch(
  pool: pg.Pool,
  id: string,
  ripe: { model: string; org_id: string; deadline: number },
  bytes: number,
): Promise<number> {
  const { rowCount } = await pool.query({
    name: "form_provider_batch",
    text: `
      WITH queued AS (
        SELECT c.run_id, c.step,
          sum(octet_length(c.request::text)) OVER (ORDER BY c.queued_at, c.run_id, c.step)
            - octet_length(c.request::text) AS before
        FROM provider_call c JOIN run ON run.id = c.run_id
        WHERE c.batch_id IS NULL AND c.model = $2 AND c.org_id = $3 AND run.status = 'waiting'
          AND ${deadline} = $5
        ORDER BY c.queued_at, c.run_id, c.step LIMIT ${mostCalls}
      ), taken AS (
        SELECT c.run_id, c.step, c.give_up_at
        FROM provider_call c JOIN queued USING (run_id, step)
        WHERE c.batch_id IS NULL AND queued.before < $4
        FOR UPDATE OF c SKIP LOCKED
      ), formed AS (
        INSERT INTO provider_batch (id, org_id, model, status, calls, give_up_at)
        SELECT $1, $3, $2, 'submitting', count(*), min(give_up_at) FROM taken HAVING count(*) > 0
        RETURNING id
      )
      UPDATE provider_call c SET batch_id = formed.id
      FROM formed, taken
      WHERE c.run_id = taken.run_id AND c.step = taken.step`,
    values: [id, ripe.model, ripe.org_id, bytes, ripe.deadline],
  });
  return rowCount ? 1 : 0;
}

/**
 * Takes one batch that is to be looked at; nobody else looks at it for `holdMs`.
 *
 * @returns undefined when there is none
 */
export async function takeBatch(
  pool: pg.Pool,
  holdMs: number,
): Promise<OpenProviderBatch | undefined> {
  const { rows } = await pool.query<OpenProviderBatch>({
    name: "take_provider_batch",
    text: `
      WITH due AS (
        SELECT id, tried FROM provider_batch WHERE status <> 'ended' AND look_at <= now()
        ORDER BY look_at LIMIT 1 FOR UPDATE SKIP LOCKED
      )
      UPDATE provider_batch b SET look_at = now() + $1 * interval '1 millisecond', tried = true
      FROM due WHERE b.id = due.id
      RETURNING b.id, model, status, due.tried AS "wasTried", provider_id AS "providerId",
        give_up_at <= now() AS "isLate",
        give_up_at + greatest((give_up_at - b.created_at) / 18, interval '1 minute') <= now()
          AS "isOverdue",
        (extract(epoch FROM now() - created_at) * 1000)::float8 AS "ageMs"`,
    values: [holdMs],
  });
  return rows[0];
}

/** The provider has it. */
export async function batchSubmitted(pool: pg.Pool, id: string, providerId: string): Promise<void> {
  await pool.query(
    `UPDATE provider_batch SET status = 'running', provider_id = $2, submitted_at = now()
     WHERE id = $1`,
    [id, providerId],
  );
}

/** The providers' ids of batches of the last days: no others are still under way there. */
export async function knownBatchIds(pool: pg.Pool): Promise<string[]> {
  const { rows } = await pool.query<{ id: string }>(
    `SELECT provider_id AS id FROM provider_batch
     WHERE provider_id IS NOT NULL AND submitted_at > now() - interval '3 days'`,
  );
  return rows.map(({ id }) => id);
}

export async function lookAgain(pool: pg.Pool, id: string, inMs: number): Promise<void> {
  await pool.query(
    "UPDATE provider_batch SET look_at = now() + $2 * interval '1 millisecond' WHERE id = $1",
    [id, inMs],
  );
}

/**
 * Nothing more will come of it. What its calls asked is kept no longer, and runs that began to wait
 * just when their outcome was kept are due.
 */
export async function batchEnded(
  pool: pg.Pool,
  id: string,
  error: ErrorRecord | null,
): Promise<void> {
  await pool.query(
    `WITH emptied AS (
       UPDATE provider_call SET request = 'null' WHERE batch_id = $1
       RETURNING run_id, outcome IS NOT NULL AS is_known
     ), woken AS (
       UPDATE run SET segment = run.segment + 1, queued_at = NULL
       FROM emptied
       WHERE run.id = emptied.run_id AND is_known AND run.status = 'waiting'
         AND run.queued_at IS NOT NULL
     )
     UPDATE provider_batch SET status = 'ended', ended_at = now(), error = $2 WHERE id = $1`,
    [id, error && JSON.stringify(error)],
  );
}
