import pg from "pg";
import { expect, inject, test } from "vitest";
import { createDatabase } from "./database.ts";

test("a test's database is empty, its own, and gone with those beside it once dropped", async () => {
  const first = await createDatabase();
  const second = await createDatabase();
  const client = new pg.Client({ connectionString: first.url });
  client.on("error", () => undefined);
  await client.connect();
  await client.query("CREATE TABLE kept (id int)");
  const beside = `${new URL(first.url).pathname.slice(1)}_dbos_sys`;
  await client.query(`CREATE DATABASE ${beside}`);
  await first.drop();

  const server = new pg.Client({ connectionString: inject("postgresUrl") });
  await server.connect();
  const found = await server.query<{ datname: string }>("SELECT datname FROM pg_database");
  await server.end();
  const names = found.rows.map(({ datname }) => datname);
  expect(names).not.toContain(beside);
  expect(names).toContain(new URL(second.url).pathname.slice(1));
  await second.drop();
});
