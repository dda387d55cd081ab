import { migrate } from "../src/migrate.ts";
import { openStore, type Store } from "../src/open-store.ts";
import { openPool } from "../src/pool.ts";
import { createDatabase } from "./database.ts";

export interface TestStore {
  store: Store;
  url: string;
  /** Closes the store and drops its database. */
  drop: () => Promise<void>;
}

/** A store on a fresh, migrated database. */
export async function openTestStore(): Promise<TestStore> {
  const { url, drop } = await createDatabase();
  const pool = openPool({ url, name: "flotilla-test", onError: () => undefined });
  await migrate(pool);
  await pool.end();
  const store = await openStore({ url, onError: () => undefined });
  return {
    store,
    url,
    async drop() {
      await store.close();
      await drop();
    },
  };
}
