import { z } from "zod";
import type { Reach } from "../connection/reach.ts";
import { defineTool, type Tool } from "../tool.ts";
import { judgeStatement } from "./judge-statement.ts";
import { readRows, rowsSchema } from "./read-rows.ts";
import { withDatabase } from "./with-database.ts";

/** How long the database works on one statement. */
export const STATEMENT_MS = 20_000;
/** What a result holds beside its rows. */
const ENVELOPE_BYTES = 32 * 1024;

export const connectionParameter = z
  .string()
  .max(64)
  .optional()
  .describe("name of the connection; left out where there is only one");
export const sqlParameter = z.string().min(1).max(20_000);
const value = z.union([z.string().max(1_048_576), z.number(), z.boolean(), z.null()]);
export const paramsParameter = z
  .array(z.union([value, z.array(value).max(10_000)]))
  .max(100)
  .default([])
  .describe("values for $1, $2 and so on; a list is an array");

/** Reads from a database, in a transaction that can change nothing. */
export function databaseQuery(reach: Reach, maxResultBytes: number): Tool {
  return defineTool({
    name: "database_query",
    description:
      "Asks a PostgreSQL database with one SELECT and returns typed rows. Nothing can be changed. Give values as params, never " +
      "inside the SQL. database_schema tells the tables.",
    input: z.strictObject({
      sql: sqlParameter.describe("one SELECT, WITH … SELECT, EXPLAIN or SHOW"),
      params: paramsParameter,
      connection: connectionParameter,
      limit: z.int().min(1).max(5_000).default(200).describe("how many rows at most"),
    }),
    output: rowsSchema,
    risk: "read",
    reach: "own",
    emits: ["private", "tool"],
    recovery: "idempotent",
    timeoutMs: STATEMENT_MS + 15_000,
    maxAttempts: 3,
    async call({ sql, params, connection, limit }, context) {
      await judgeStatement(sql, "read");
      const opened = await context.connection("database", connection);
      return withDatabase(reach, opened, context.signal, async (client) => {
        await client.query(`BEGIN READ ONLY`);
        await client.query(`SET LOCAL statement_timeout = ${STATEMENT_MS}`);
        await client.query(`SET LOCAL TimeZone = 'UTC'; SET LOCAL DateStyle = 'ISO'`);
        const maxBytes = Math.max(0, maxResultBytes - ENVELOPE_BYTES);
        const read = await readRows(client, { sql, params }, { limit, maxBytes, toEnd: false });
        await client.query("ROLLBACK");
        const { columns, rows, truncated } = read;
        return { columns, rows, truncated };
      });
    },
  });
}
