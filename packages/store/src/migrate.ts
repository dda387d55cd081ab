import { readdir, readFile } from "node:fs/promises";
import type pg from "pg";

const folder = new URL("./migrations/", import.meta.url);
// Any constant will do, as long as it stays the same: "flotilla" in ASCII, folded to 31 bits.
const lockKey = 1_718_378_356;

/**
 * Brings the schema to the newest version: numbered `.sql` files, forward only, each in its
 * own transaction, under an advisory lock so that several processes may start at once.
 *
 * @returns the names of the migrations applied now
 */
export async function migrate(pool: pg.Pool): Promise<string[]> {
  const client = await pool.connect();
  try {
    await client.query("SELECT pg_advisory_lock($1)", [lockKey]);
    await client.query(
      `CREATE TABLE IF NOT EXISTS migration (
         name text PRIMARY KEY,
         applied_at timestamptz NOT NULL DEFAULT now()
       )`,
    );
    const { rows } = await client.query<{ name: string }>("SELECT name FROM migration");
    const applied = new Set(rows.map((row) => row.name));
    const names = (await readdir(folder)).filter((name) => /^\d{4}_.+\.sql$/.test(name)).toSorted();
    const fresh = names.filter((name) => !applied.has(name));
    for (const name of fresh) {
      const sql = await readFile(new URL(name, folder), "utf8");
      await client.query("BEGIN");
      await client.query(sql);
      await client.query("INSERT INTO migration (name) VALUES ($1)", [name]);
      await client.query("COMMIT");
    }
    return fresh;
  } finally {
    // The advisory lock and any open transaction end with the connection.
    client.release(true);
  }
}
