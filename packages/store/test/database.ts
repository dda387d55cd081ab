import { randomBytes } from "node:crypto";
import pg from "pg";
import { inject } from "vitest";

export interface TestDatabase {
  url: string;
  /** Removes it, with databases made beside it under a name that starts with its own. */
  drop: () => Promise<void>;
}

/** A fresh, empty database on the tests' server; one per test file is usual. */
export async function createDatabase(): Promise<TestDatabase> {
  const name = `flotilla_test_${randomBytes(6).toString("hex")}`;
  await onServer((server) => server.query(`CREATE DATABASE ${name} TEMPLATE template0`));
  const url = new URL(inject("postgresUrl"));
  url.pathname = `/${name}`;
  return { url: url.href, drop: () => dropDatabases(name) };
}

async function dropDatabases(prefix: string): Promise<void> {
  await onServer(async (server) => {
    const found = await server.query<{ datname: string }>(
      "SELECT datname FROM pg_database WHERE starts_with(datname, $1)",
      [prefix],
    );
    for (const { datname } of found.rows) {
      await server.query(`DROP DATABASE IF EXISTS ${pg.escapeIdentifier(datname)} WITH (FORCE)`);
    }
  });
}

async function onServer<T>(work: (server: pg.Client) => Promise<T>): Promise<T> {
  const server = new pg.Client({ connectionString: inject("postgresUrl") });
  await server.connect();
  try {
    return await work(server);
  } finally {
    await server.end();
  }
}
