import { setTimeout as sleep } from "node:timers/promises";
import type pg from "pg";

// Any constant that is not the one of the migrations: "launch" in ASCII, folded to 31 bits.
const lockKey = 1_819_632_984;
const askEveryMs = 100;
/** One that is frozen in its launch is waited for so long. */
const longestWaitMs = 30_000;

/**
 * Does `launch` while no other process of this database does its own. The lock is the connection's, so
 * one that dies gives it up. It is asked for again and again: a statement that waits for it would hold
 * up the indexes that a launch makes beside others' work, and so the one who has it.
 */
export async function launchAlone(pool: pg.Pool, launch: () => Promise<void>): Promise<void> {
  const client = await pool.connect();
  try {
    for (let waited = 0; waited < longestWaitMs; waited += askEveryMs) {
      const { rows } = await client.query<{ mine: boolean }>(
        "SELECT pg_try_advisory_lock($1) AS mine",
        [lockKey],
      );
      if (rows[0]?.mine) break;
      await sleep(askEveryMs);
    }
    await launch();
  } finally {
    // The advisory lock ends with the connection.
    client.release(true);
  }
}
