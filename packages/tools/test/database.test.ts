import pg from "pg";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { OpenedConnection } from "@flotilla/core";
import { createDatabase, type TestDatabase } from "../../store/test/database.ts";
import { openTools } from "../src/registry.ts";
import { testContext } from "../src/test-context.ts";

let database: TestDatabase;
let admin: pg.Client;
let port: Awaited<ReturnType<typeof openTools>>;

const schema = `
  CREATE TABLE customer (
    id bigint PRIMARY KEY, name text NOT NULL, vip boolean DEFAULT false, balance numeric(12,2), seen timestamptz, tags text[],
    note jsonb, photo bytea);
  COMMENT ON TABLE customer IS 'Who buys'; COMMENT ON COLUMN customer.balance IS 'in euros';
  CREATE TABLE purchase (id int PRIMARY KEY, customer bigint REFERENCES customer (id), cents int);
  CREATE VIEW big_spender AS SELECT * FROM customer WHERE balance > 100;
  INSERT INTO customer VALUES
    (1, 'Ann', true, 1234.50, '2026-03-04 05:06:07+00', '{a,"b c"}', '{"k": [1, null]}', '\\x00ff'),
    (9007199254740993, 'Żaneta', false, NULL, NULL, NULL, NULL, NULL);
  INSERT INTO purchase SELECT n, 1, n FROM generate_series(1, 1000) AS n;
  CREATE FUNCTION naughty() RETURNS int LANGUAGE plpgsql AS $$
    BEGIN INSERT INTO purchase VALUES (-1, 1, 1); RETURN 1; END $$`;

beforeAll(async () => {
  database = await createDatabase();
  admin = new pg.Client({ connectionString: database.url });
  await admin.connect();
  await admin.query(schema);
  const { hostname, port: number } = new URL(database.url);
  port = await openTools({ settings: { allow: [`${hostname}:${number || 5432}`] } });
});
afterAll(async () => {
  port.close();
  await admin.end();
  await database.drop();
});

function call(tool: string, input: object, settings: object = {}) {
  const url = new URL(database.url);
  const opened: OpenedConnection<"database"> = {
    name: "shop",
    settings: {
      ...{ kind: "database", host: url.hostname, port: Number(url.port) || 5432 },
      ...{ database: url.pathname.slice(1), security: "none", writable: false },
      ...settings,
    },
    login: {
      user: decodeURIComponent(url.username),
      secret: decodeURIComponent(url.password),
    },
  };
  const connection = async () => opened as never;
  return port.call(`database_${tool}`, input as { sql: string }, testContext({ connection }));
}

const query = (sql: string, params: unknown[] = [], more: object = {}) =>
  call("query", { sql, params, ...more }) as unknown as Promise<{
    columns: { name: string; type: string }[];
    rows: unknown[][];
    truncated: boolean;
  }>;

describe("database_query", () => {
  test("gives typed rows, and loses no digit", async () => {
    expect(await query("SELECT * FROM customer ORDER BY id")).toEqual({
      columns: [
        { name: "id", type: "bigint" },
        { name: "name", type: "text" },
        { name: "vip", type: "boolean" },
        { name: "balance", type: "numeric(12,2)" },
        { name: "seen", type: "timestamp with time zone" },
        { name: "tags", type: "text[]" },
        { name: "note", type: "jsonb" },
        { name: "photo", type: "bytea" },
      ],
      rows: [
        [
          ...[1, "Ann", true, "1234.50", "2026-03-04 05:06:07+00", '{a,"b c"}'],
          ...[{ k: [1, null] }, "\\x00ff"],
        ],
        ["9007199254740993", "Żaneta", false, null, null, null, null, null],
      ],
      truncated: false,
    });
    const { rows } = await query(
      "SELECT 1.5::float8, 'NaN'::float8, '[12345678901234567890]'::json",
    );
    expect(rows).toEqual([[1.5, "NaN", "[12345678901234567890]"]]);
  });

  test("takes values apart from the SQL", async () => {
    const evil = "x'; DROP TABLE customer; --";
    expect((await query("SELECT $1::text", [evil])).rows).toEqual([[evil]]);
    const among = "SELECT count(*) FROM purchase WHERE id = ANY ($1) AND cents > $2";
    expect((await query(among, [[1, 2, 3], 1])).rows).toEqual([[2]]);
  });

  test("gives no more rows than asked for, nor than fit into a result", async () => {
    const first = await query("SELECT id FROM purchase ORDER BY id", [], { limit: 150 });
    expect(first.rows).toHaveLength(150);
    expect(first.truncated).toBe(true);
    expect((await query("SELECT 1", [], { limit: 1 })).truncated).toBe(false);
    const wide = await query("SELECT repeat('x', 50000) FROM purchase", [], { limit: 1_000 });
    expect(wide.truncated).toBe(true);
    expect(JSON.stringify(wide).length).toBeLessThan(256 * 1024);
    // A table without end, of which nobody reads more than the start.
    const endless = await query("SELECT generate_series(1, 1000000000000)", [], {
      limit: 3,
    });
    expect(endless).toMatchObject({ rows: [[1], [2], [3]], truncated: true });
  });

  test("changes nothing, whatever is called", async () => {
    await expect(query("SELECT naughty()")).rejects.toMatchObject({
      code: "tool_forbidden",
      message: expect.stringContaining("read-only") as string,
    });
    await expect(query("DELETE FROM purchase")).rejects.toMatchObject({ code: "tool_forbidden" });
    await expect(query("SELECT 1; DELETE FROM purchase")).rejects.toMatchObject({
      code: "tool_input_invalid",
    });
    expect((await query("SELECT count(*) FROM purchase")).rows).toEqual([[1000]]);
  });

  test("takes no more from a server than it can hold", async () => {
    await expect(query("SELECT repeat('x', 200000000)")).rejects.toMatchObject({
      code: "tool_failed",
      message: expect.stringContaining("67108864 bytes") as string,
    });
    expect((await query("SELECT 1")).rows).toEqual([[1]]);
  });

  test.each([
    ["SELECT * FROM nowhere", "tool_input_invalid", /nowhere.* does not exist/],
    ["SELECT 1 / 0", "tool_input_invalid", /division by zero/],
    ["SELECT $1::int", "tool_input_invalid", /parameter/],
  ])("says what the database says of %s", async (sql, code, message) => {
    await expect(query(sql)).rejects.toMatchObject({ code, message });
  });

  test("is ended with the call", async () => {
    const url = new URL(database.url);
    const stop = new AbortController();
    const settings = {
      ...{ kind: "database", host: url.hostname, port: Number(url.port) || 5432 },
      ...{ database: url.pathname.slice(1), security: "none", writable: false },
    };
    const login = { user: url.username, secret: decodeURIComponent(url.password) };
    const opened = { name: "shop", settings, login };
    const context = testContext({ signal: stop.signal, connection: async () => opened as never });
    const slow = port.call("database_query", { sql: "SELECT pg_sleep(15), 'slow one'" }, context);
    setTimeout(() => stop.abort(), 300);
    await expect(slow).rejects.toMatchObject({ code: "cancelled" });
  });

  test("goes to no private address that the operator has not named", async () => {
    const guarded = await openTools();
    const url = new URL(database.url);
    for (const host of [url.hostname, "localhost", "127.0.0.1", "[::ffff:7f00:1]", "10.0.0.1"]) {
      const settings = { kind: "database", host, port: 5432, database: "x", security: "none" };
      const connection = async () => ({ name: "x", settings, login: null }) as never;
      await expect(
        guarded.call("database_query", { sql: "SELECT 1" }, testContext({ connection })),
      ).rejects.toMatchObject({ code: "tool_forbidden" });
    }
    guarded.close();
  });
});

describe("database_execute", () => {
  const execute = (sql: string, params: unknown[] = [], more: object = {}, writable = true) =>
    call("execute", { sql, params, ...more }, { writable });

  test("changes rows where the connection may, and tells how many", async () => {
    const insert = "INSERT INTO purchase SELECT 5000 + n, 1, $1 FROM generate_series(1, 1500) n";
    expect(await execute(insert, [7])).toEqual({
      ...{ columns: [], rows: [], truncated: false, changedRows: 1500 },
    });
    const gone = await execute("DELETE FROM purchase WHERE id > 5000 RETURNING id");
    expect(gone).toMatchObject({ truncated: true, changedRows: 1500 });
    await expect(execute(insert, [7], {}, false)).rejects.toMatchObject({
      code: "tool_forbidden",
      message: expect.stringContaining("may only read") as string,
    });
    expect((await query("SELECT count(*) FROM purchase")).rows).toEqual([[1000]]);
  });

  test("changes nothing when the rows are not as many as expected, or a row does not fit", async () => {
    const sql = "UPDATE purchase SET cents = 0 WHERE id < $1";
    await expect(execute(sql, [10], { expectRows: 1 })).rejects.toMatchObject({
      message: expect.stringContaining("would have changed 9 rows") as string,
    });
    await expect(execute("INSERT INTO purchase VALUES (1, 1, 1)")).rejects.toMatchObject({
      code: "tool_input_invalid",
      message: expect.stringContaining("duplicate key") as string,
    });
    expect((await query("SELECT count(*) FROM purchase WHERE cents = 0")).rows).toEqual([[0]]);
    expect(await execute(sql, [10], { expectRows: 9 })).toMatchObject({ changedRows: 9 });
  });
});

test("database_schema tells tables, columns, keys and comments", async () => {
  const { tables } = (await call("schema", {})) as unknown as { tables: { name: string }[] };
  expect(tables.map(({ name }) => name)).toEqual(["big_spender", "customer", "purchase"]);
  expect(tables[1]).toMatchObject({
    ...{ schema: "public", kind: "table", comment: "Who buys", primaryKey: ["id"] },
    columns: expect.arrayContaining([
      { name: "id", type: "bigint", nullable: false, default: null, comment: null },
      {
        ...{ name: "balance", type: "numeric(12,2)", nullable: true, default: null },
        comment: "in euros",
      },
    ]) as unknown[],
  });
  expect(tables[2]).toMatchObject({
    foreignKeys: ["FOREIGN KEY (customer) REFERENCES customer(id)"],
  });
  expect(await call("schema", { table: "purchase" })).toMatchObject({
    tables: [{ name: "purchase" }],
    truncated: false,
  });
});
