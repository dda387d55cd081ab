import {
  FlotillaError,
  type Credential,
  type CredentialBinding,
  type CredentialUse,
} from "@flotilla/core";
import type pg from "pg";
import { credentialChannel } from "../notifier.ts";
import { isUniqueViolation } from "../pool.ts";
import type { Scope } from "../scope.ts";

/** A version of a credential, sealed. */
export interface NewCredential {
  id: string;
  version: number;
  name: string;
  kind: Credential["kind"];
  provider: string | null;
  description: string;
  binding: CredentialBinding;
  createdBy: string;
  keyId: string;
  wrappedKey: Buffer;
  sealed: Buffer;
}

export interface CredentialRow {
  id: string;
  org_id: string;
  environment: Credential["environment"];
  name: string;
  kind: Credential["kind"];
  provider: string | null;
  description: string;
  binding: CredentialBinding;
  version: number;
  created_by: string;
  created_at: Date;
  last_used_at: Date | null;
  tested_at: Date | null;
  test_message: string | null;
  rotated_at: Date;
  key_id: string;
}

export function toCredential(row: CredentialRow): Credential {
  const { tested_at: testedAt, test_message: message } = row;
  return {
    id: row.id,
    organisation: row.org_id,
    environment: row.environment,
    name: row.name,
    kind: row.kind,
    provider: row.provider,
    description: row.description,
    binding: row.binding,
    version: row.version,
    keyId: row.key_id,
    createdBy: row.created_by,
    createdAt: row.created_at.toISOString(),
    rotatedAt: row.rotated_at.toISOString(),
    lastUsedAt: row.last_used_at?.toISOString() ?? null,
    test: testedAt && {
      ok: message === "",
      message: message ?? "",
      at: testedAt.toISOString(),
    },
  };
}

export async function listCredentials(pool: pg.Pool, scope: Scope): Promise<Credential[]> {
  const { rows } = await pool.query<CredentialRow>(
    "SELECT * FROM credential WHERE org_id = $1 AND environment = $2 ORDER BY name",
    [scope.organisation, scope.environment],
  );
  return rows.map(toCredential);
}

/** Undefined when there is none of that name. */
export async function findCredential(
  pool: pg.Pool,
  scope: Scope,
  name: string,
): Promise<Credential | undefined> {
  const { rows } = await pool.query<CredentialRow>(
    "SELECT * FROM credential WHERE org_id = $1 AND environment = $2 AND name = $3",
    [scope.organisation, scope.environment, name],
  );
  return rows[0] && toCredential(rows[0]);
}

/**
 * Keeps a version of a credential, and makes it the one in use. Throws `conflict` when somebody else has
 * set that version meanwhile, or when the environment has another credential for the same provider.
 */
export async function putCredential(
  pool: pg.Pool,
  scope: Scope,
  given: NewCredential,
): Promise<void> {
  try {
    const { rowCount } = await pool.query(
      `WITH kept AS (
         INSERT INTO credential AS c (
           id, org_id, environment, name, kind, provider, description, binding, version, key_id,
           created_by
         ) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
         ON CONFLICT (org_id, environment, name) DO UPDATE SET
           kind = excluded.kind, provider = excluded.provider, description = excluded.description,
           binding = excluded.binding, version = excluded.version, key_id = excluded.key_id,
           rotated_at = now(), tested_at = NULL, test_message = NULL
         WHERE c.id = excluded.id AND c.version = excluded.version - 1
         RETURNING id
       ), sealed AS (
         INSERT INTO credential_version (
           credential_id, version, org_id, environment, key_id, wrapped_key, sealed
         ) SELECT id, $9, $2, $3, $10, $12, $13 FROM kept
       )
       SELECT pg_notify('${credentialChannel}', id) FROM kept`,
      [
        given.id,
        scope.organisation,
        scope.environment,
        given.name,
        given.kind,
        given.provider,
        given.description,
        JSON.stringify(given.binding),
        given.version,
        given.keyId,
        given.createdBy,
        given.wrappedKey,
        given.sealed,
      ],
    );
    if (rowCount) return;
  } catch (error) {
    if (!isUniqueViolation(error)) throw error;
    const { constraint } = error as { constraint?: string };
    if (constraint === "credential_of_provider") {
      const message = `There is another credential for ${given.provider} in ${scope.environment}.`;
      throw new FlotillaError("conflict", message, {
        remedy: "Set a new version of that one, or remove it.",
      });
    }
  }
  throw new FlotillaError(
    "conflict",
    `The credential ${given.name} was just set by somebody else.`,
  );
}

export async function describeCredential(
  pool: pg.Pool,
  scope: Scope,
  name: string,
  description: string,
): Promise<void> {
  await pool.query(
    `UPDATE credential SET description = $4
     WHERE org_id = $1 AND environment = $2 AND name = $3`,
    [scope.organisation, scope.environment, name, description],
  );
}

/** Its versions go with it; what it was used for stays. Returns false when there is none. */
export async function removeCredential(
  pool: pg.Pool,
  scope: Scope,
  name: string,
): Promise<boolean> {
  const { rowCount } = await pool.query(
    `WITH gone AS (
       DELETE FROM credential WHERE org_id = $1 AND environment = $2 AND name = $3 RETURNING id
     )
     SELECT pg_notify('${credentialChannel}', id) FROM gone`,
    [scope.organisation, scope.environment, name],
  );
  return Boolean(rowCount);
}

/** Notes what a test of a version came to; nothing when another is in use by now. */
export async function noteCredentialTest(
  pool: pg.Pool,
  scope: Scope,
  tested: { id: string; version: number; message: string },
): Promise<void> {
  await pool.query(
    `UPDATE credential SET tested_at = now(), test_message = $5
     WHERE id = $3 AND version = $4 AND org_id = $1 AND environment = $2`,
    [scope.organisation, scope.environment, tested.id, tested.version, tested.message],
  );
}

/** The newest first. */
export async function listCredentialUses(
  pool: pg.Pool,
  scope: Scope,
  credentialId: string,
  limit: number,
): Promise<CredentialUse[]> {
  const { rows } = await pool.query<Omit<CredentialUse, "at"> & { at: Date }>(
    `SELECT credential_id AS "credentialId", version, at, run_id AS "runId", used_by AS by, host,
       method, allowed, uses
     FROM credential_use
     WHERE credential_id = $3 AND org_id = $1 AND environment = $2
     ORDER BY at DESC LIMIT $4`,
    [scope.organisation, scope.environment, credentialId, limit],
  );
  return rows.map((row) => Object.assign(row, { at: row.at.toISOString() }));
}
