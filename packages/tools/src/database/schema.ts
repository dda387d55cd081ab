import { z } from "zod";
import type { Reach } from "../connection/reach.ts";
import { defineTool, type Tool } from "../tool.ts";
import { connectionParameter, STATEMENT_MS } from "./query.ts";
import { withDatabase } from "./with-database.ts";

const MAX_TABLES = 500;
const MAX_COLUMNS = 3_000;

const tableSchema = z.strictObject({
  schema: z.string(),
  name: z.string(),
  kind: z.enum(["table", "view", "materialized view", "foreign table"]),
  comment: z.string().nullable(),
  rows: z.number().nullable().describe("as estimated"),
  columns: z
    .array(
      z.strictObject({
        name: z.string(),
        type: z.string(),
        nullable: z.boolean(),
        default: z.string().nullable(),
        comment: z.string().nullable(),
      }),
    )
    .optional(),
  primaryKey: z.array(z.string()).optional(),
  foreignKeys: z.array(z.string()).optional().describe("as SQL says them"),
});
type Table = z.infer<typeof tableSchema>;

/** What is in a database: tables that its login may read, with their columns where these are few. */
export function databaseSchema(reach: Reach): Tool {
  return defineTool({
    name: "database_schema",
    description:
      "Lists tables and views of a PostgreSQL database with columns, types, keys and comments. Where there are many, name the table " +
      "for its columns.",
    input: z.strictObject({
      connection: connectionParameter,
      schema: z.string().max(63).optional().describe("left out: all but the system's"),
      table: z.string().max(63).optional(),
    }),
    output: z.strictObject({ tables: z.array(tableSchema), truncated: z.boolean() }),
    risk: "read",
    reach: "own",
    emits: ["private", "tool"],
    recovery: "idempotent",
    timeoutMs: STATEMENT_MS + 15_000,
    maxAttempts: 3,
    async call({ connection, schema, table }, context) {
      const opened = await context.connection("database", connection);
      return withDatabase(reach, opened, context.signal, async (client) => {
        await client.query("BEGIN READ ONLY");
        await client.query(`SET LOCAL statement_timeout = ${STATEMENT_MS}`);
        const found = await client.query<FoundTable>(tablesSql, [
          ...[schema ?? null, table ?? null, MAX_TABLES + 1],
        ]);
        const tables = found.rows.slice(0, MAX_TABLES);
        const ids = tables.map(({ id }) => id);
        const { rows: columns } = await client.query<FoundColumn>(columnsSql, [
          ...[ids, MAX_COLUMNS + 1],
        ]);
        const { rows: keys } = await client.query<FoundKey>(keysSql, [ids]);
        const withColumns = columns.length <= MAX_COLUMNS;
        return {
          tables: tables.map((one) => tableOf(one, withColumns ? columns : undefined, keys)),
          truncated: found.rows.length > MAX_TABLES || !withColumns,
        };
      });
    },
  });
}

interface FoundTable extends Omit<Table, "columns" | "primaryKey" | "foreignKeys"> {
  id: string;
}
type FoundColumn = NonNullable<Table["columns"]>[number] & { table: string };

interface FoundKey {
  table: string;
  kind: "p" | "f";
  columns: string[];
  text: string;
}

function tableOf(
  { id, ...table }: FoundTable,
  columns: readonly FoundColumn[] | undefined,
  keys: readonly FoundKey[],
): Table {
  if (!columns) return table;
  const own = columns.filter((column) => column.table === id);
  const ownKeys = keys.filter((key) => key.table === id);
  const primary = ownKeys.find(({ kind }) => kind === "p");
  const foreign = ownKeys.filter(({ kind }) => kind === "f");
  return {
    ...table,
    columns: own.map(({ table: _table, ...column }) => column),
    ...(primary && { primaryKey: primary.columns }),
    ...(foreign.length > 0 && { foreignKeys: foreign.map(({ text }) => text) }),
  };
}

const tablesSql = `
  SELECT c.oid::text AS id, n.nspname AS schema, c.relname AS name,
    CASE c.relkind WHEN 'v' THEN 'view' WHEN 'm' THEN 'materialized view' WHEN 'f' THEN 'foreign table' ELSE 'table' END AS kind,
    obj_description(c.oid, 'pg_class') AS comment,
    CASE WHEN c.reltuples < 0 OR c.relkind = 'v' THEN NULL ELSE c.reltuples END AS rows
  FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
  WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f') AND NOT c.relispartition
    AND n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'
    AND ($1::text IS NULL OR n.nspname = $1) AND ($2::text IS NULL OR c.relname = $2)
    AND has_schema_privilege(n.oid, 'USAGE') AND has_table_privilege(c.oid, 'SELECT')
  ORDER BY n.nspname, c.relname LIMIT $3`;

const columnsSql = `
  SELECT a.attrelid::text AS table, a.attname AS name, format_type(a.atttypid, a.atttypmod) AS type,
    NOT a.attnotnull AS nullable, pg_get_expr(d.adbin, d.adrelid) AS default, col_description(a.attrelid, a.attnum) AS comment
  FROM pg_attribute a LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
  WHERE a.attrelid = ANY ($1::oid[]) AND a.attnum > 0 AND NOT a.attisdropped
  ORDER BY a.attrelid, a.attnum LIMIT $2`;

const keysSql = `
  SELECT c.conrelid::text AS table, c.contype AS kind, pg_get_constraintdef(c.oid) AS text,
    (SELECT array_agg(a.attname::text ORDER BY k.place) FROM unnest(c.conkey) WITH ORDINALITY AS k (number, place)
     JOIN pg_attribute a ON a.attrelid = c.conrelid AND a.attnum = k.number) AS columns
  FROM pg_constraint c WHERE c.conrelid = ANY ($1::oid[]) AND c.contype IN ('p', 'f') ORDER BY c.conname`;
