import type { Json } from "@flotilla/core";
import type pg from "pg";
import type { Scope } from "../scope.ts";

/** A request with its Idempotency-Key. */
export interface KeyedRequest extends Scope {
  /** Whose key it is. */
  caller: string;
  key: string;
  /** SHA-256 of method, address and body. */
  request: string;
  /** A name of this attempt that no other has. */
  attempt: string;
}

/** What a server answered, as it is told again. */
export interface KeptAnswer {
  status: number;
  headers: Record<string, string>;
  /** The text of the body. */
  body: string;
}

export type KeyState =
  /** This attempt is to do it. `again`: the one before was given up, and may have had its effect. */
  | { state: "ours"; again: boolean; createdAt: number }
  | { state: "answered"; status: number; answer: KeptAnswer | null }
  | { state: "under_way" }
  /** The key was used for another request. */
  | { state: "other" };

/** So long an answer is told again. */
const keyHours = 24;
/** An attempt that has not answered for so long ended with its server. */
const attemptSeconds = 60;

interface Row {
  is_ours: boolean;
  again: boolean;
  created_at: Date;
  request: string;
  status: number | null;
  answer: Json;
}

/**
 * Takes the key for an attempt at the request, or tells what has become of it. Of any number of servers
 * one has it at a time.
 */
export async function claimKey(pool: pg.Pool, asked: KeyedRequest): Promise<KeyState> {
  const { rows } = await pool.query<Row>(
    `WITH claimed AS (
       INSERT INTO idempotency_key AS k (org_id, environment, caller, key, request, attempt)
       VALUES ($1, $2, $3, $4, $5, $6)
       ON CONFLICT (org_id, environment, caller, key) DO UPDATE SET
         request = excluded.request, attempt = excluded.attempt, attempted_at = now(),
         status = NULL, answer = NULL,
         created_at = CASE WHEN k.created_at < now() - interval '${keyHours} hours'
           THEN now() ELSE k.created_at END
       WHERE k.created_at < now() - interval '${keyHours} hours'
         OR (k.status IS NULL AND k.request = excluded.request
           AND k.attempted_at < now() - interval '${attemptSeconds} seconds')
       RETURNING true AS is_ours, created_at < now() AS again, created_at, request, status, answer
     )
     SELECT * FROM claimed
     UNION ALL
     SELECT false, false, created_at, request, status, answer FROM idempotency_key
     WHERE org_id = $1 AND environment = $2 AND caller = $3 AND key = $4
       AND NOT EXISTS (SELECT FROM claimed)`,
    [asked.organisation, asked.environment, asked.caller, asked.key, asked.request, asked.attempt],
  );
  const [row] = rows;
  // Another attempt has taken it since the statement began.
  if (!row) return { state: "under_way" };
  if (row.is_ours) {
    return { state: "ours", again: row.again, createdAt: row.created_at.getTime() };
  }
  if (row.request !== asked.request) return { state: "other" };
  if (row.status === null) return { state: "under_way" };
  return { state: "answered", status: row.status, answer: row.answer as KeptAnswer | null };
}

/** Keeps what the attempt has answered; null: it is not to be told again. */
export async function keepAnswer(
  pool: pg.Pool,
  attempt: Omit<KeyedRequest, "request">,
  status: number,
  answer: KeptAnswer | null,
): Promise<void> {
  const { organisation, environment, caller, key, attempt: name } = attempt;
  await pool.query(
    `UPDATE idempotency_key SET status = $6, answer = $7
     WHERE org_id = $1 AND environment = $2 AND caller = $3 AND key = $4 AND attempt = $5`,
    [organisation, environment, caller, key, name, status, answer && JSON.stringify(answer)],
  );
}

/** What was answered to the request with this key of the caller's; null while nothing was, or it is not kept. */
export async function keptAnswer(
  pool: pg.Pool,
  asked: Pick<KeyedRequest, keyof Scope | "caller" | "key">,
): Promise<KeptAnswer | null> {
  const { rows } = await pool.query<Pick<Row, "answer">>(
    `SELECT answer FROM idempotency_key
     WHERE org_id = $1 AND environment = $2 AND caller = $3 AND key = $4`,
    [asked.organisation, asked.environment, asked.caller, asked.key],
  );
  return (rows[0]?.answer ?? null) as KeptAnswer | null;
}

/** The attempt had no effect: the key is free for another one. */
export async function releaseKey(
  pool: pg.Pool,
  attempt: Omit<KeyedRequest, "request">,
): Promise<void> {
  const { organisation, environment, caller, key, attempt: name } = attempt;
  await pool.query(
    `DELETE FROM idempotency_key WHERE org_id = $1 AND environment = $2 AND caller = $3
       AND key = $4 AND attempt = $5 AND status IS NULL`,
    [organisation, environment, caller, key, name],
  );
}

/** Deletes keys that count no longer. */
export async function deleteOldKeys(pool: pg.Pool): Promise<void> {
  await pool.query(
    `DELETE FROM idempotency_key WHERE created_at < now() - interval '${keyHours} hours'`,
  );
}
