import { sql } from "kysely";
import type { Database } from "../database.ts";

export interface DatabaseInfo {
  /** As the server names itself: `18.4`. */
  version: string;
  /** Size on disk of the database. */
  bytes: number;
}

/** Also serves as the check that the database answers. */
export async function databaseInfo(db: Database): Promise<DatabaseInfo> {
  const { rows } = await sql<DatabaseInfo>`
    SELECT split_part(current_setting('server_version'), ' ', 1) AS version,
      pg_database_size(current_database()) AS bytes`.execute(db);
  return rows[0] as DatabaseInfo;
}
