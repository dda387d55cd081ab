import { FlotillaError } from "@flotilla/core";
import { z } from "zod";
import type { Reach } from "../connection/reach.ts";
import { defineTool, type Tool } from "../tool.ts";
import { judgeStatement } from "./judge-statement.ts";
import { connectionParameter, paramsParameter, sqlParameter, STATEMENT_MS } from "./query.ts";
import { readRows, rowsSchema } from "./read-rows.ts";
import { withDatabase } from "./with-database.ts";

/** Rows that a RETURNING gives at most. */
const MAX_ROWS = 1_000;
const ENVELOPE_BYTES = 32 * 1024;

/** Changes rows of a database whose connection allows that. What became of a call that was cut off, nobody can tell. */
export function databaseExecute(reach: Reach, maxResultBytes: number): Tool {
  return defineTool({
    name: "database_execute",
    description:
      "Changes rows of a PostgreSQL database with one INSERT, UPDATE, DELETE or MERGE, where its connection allows changes. Give " +
      "values as params, never inside the SQL.",
    input: z.strictObject({
      sql: sqlParameter.describe("one INSERT, UPDATE, DELETE or MERGE"),
      params: paramsParameter,
      connection: connectionParameter,
      all: z.boolean().default(false).describe("an UPDATE or DELETE may be without WHERE"),
      expectRows: z
        .int()
        .min(0)
        .optional()
        .describe("how many rows it is to change; otherwise nothing is changed"),
    }),
    output: rowsSchema.extend({ changedRows: z.int() }),
    risk: "write",
    reach: "own",
    emits: ["private", "tool"],
    recovery: "unknown",
    timeoutMs: STATEMENT_MS + 15_000,
    maxAttempts: 1,
    async call({ sql, params, connection, all, expectRows }, context) {
      await judgeStatement(sql, "write", { all });
      const opened = await context.connection("database", connection);
      if (!opened.settings.writable) throw notWritable(opened.name);
      return withDatabase(reach, opened, context.signal, async (client) => {
        await client.query("BEGIN");
        await client.query(`SET LOCAL statement_timeout = ${STATEMENT_MS}`);
        await client.query(`SET LOCAL TimeZone = 'UTC'; SET LOCAL DateStyle = 'ISO'`);
        const maxBytes = Math.max(0, maxResultBytes - ENVELOPE_BYTES);
        const result = await readRows(
          client,
          { sql, params },
          { limit: MAX_ROWS, maxBytes, toEnd: true },
        );
        const { count: changedRows, ...rows } = result;
        if (expectRows !== undefined && changedRows !== expectRows) {
          await client.query("ROLLBACK");
          throw new FlotillaError(
            "tool_failed",
            `It would have changed ${changedRows} rows, not ${expectRows}; nothing was changed.`,
            { remedy: "Look at the rows with database_query, and correct the condition." },
          );
        }
        await client.query("COMMIT");
        return { ...rows, changedRows };
      });
    },
  });
}

function notWritable(name: string): FlotillaError {
  return new FlotillaError("tool_forbidden", `The connection ${name} may only read.`, {
    remedy: "An administrator can set it again as one that may write: flotilla connections add",
  });
}
