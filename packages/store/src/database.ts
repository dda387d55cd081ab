import { Kysely, PostgresDialect } from "kysely";
import type pg from "pg";
import type { DB } from "./schema.gen.ts";

/** The tables as the newest migration leaves them, or a transaction on them. */
export type Database = Kysely<DB>;

/** Typed queries over a pool, which stays the caller's to end. */
export function openDatabase(pool: pg.Pool): Database {
  return new Kysely<DB>({ dialect: new PostgresDialect({ pool }) });
}
