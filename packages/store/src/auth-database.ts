import { Kysely, PostgresDialect } from "kysely";
import type pg from "pg";

/** The Postgres schema that holds who somebody is; the tenant role has no rights there. */
export const authSchema = "auth";

/** The handle of the sign-in library on its own schema: see migration 0014. */
export interface AuthDatabase {
  // oxlint-disable-next-line typescript/no-explicit-any -- the library builds its own queries
  db: Kysely<any>;
  type: "postgres";
  schemaName: typeof authSchema;
  transaction: true;
}

/** Over a pool, which stays the caller's to end. */
export function authDatabase(pool: pg.Pool): AuthDatabase {
  const db = new Kysely({ dialect: new PostgresDialect({ pool }) });
  return { db, type: "postgres", schemaName: authSchema, transaction: true };
}
