import type { Json } from "@flotilla/core";
import type { Client, CustomTypesConfig, FieldDef } from "pg";
import { z } from "zod";

const BATCH_ROWS = 100;

const columnSchema = z.strictObject({ name: z.string(), type: z.string() });

export const rowsSchema = z.strictObject({
  columns: z.array(columnSchema),
  rows: z.array(z.array(z.json())).describe("each with a value for every column"),
  truncated: z.boolean().describe("there are more rows"),
});
export type Rows = z.infer<typeof rowsSchema>;

export interface ReadRows extends Rows {
  /** Rows that the statement gave or changed; of a query that was not read to its end, those that were read. */
  count: number;
}

/** What a cursor tells of its result. */
interface Known {
  fields: readonly FieldDef[];
  rowCount: number | null;
}

/**
 * The rows of one statement, by the extended protocol, which takes one alone: no more of them than are asked for, and than fit.
 * They are fetched a batch at a time, so what nobody reads is not sent.
 *
 * @param toEnd all are fetched, though no more are kept: only then is it known how many there were
 */
export async function readRows(
  client: Client,
  statement: { sql: string; params: readonly unknown[] },
  { limit, maxBytes, toEnd }: { limit: number; maxBytes: number; toEnd: boolean },
): Promise<ReadRows> {
  const { default: Cursor } = await import("pg-cursor");
  const config = { rowMode: "array" as const, types };
  const cursor = client.query(new Cursor<Json[]>(statement.sql, [...statement.params], config));
  const rows: Json[][] = [];
  let bytes = 0;
  let truncated = false;
  const read = (count: number) =>
    new Promise<{ batch: Json[][]; result: Known }>((resolve, reject) => {
      cursor.read(count, (error, batch, result) => {
        if (error) reject(error);
        else resolve({ batch, result: result as unknown as Known });
      });
    });
  let known: Known = { fields: [], rowCount: null };
  let seen = 0;
  while (!truncated || toEnd) {
    const wanted = truncated ? BATCH_ROWS : Math.min(BATCH_ROWS, limit - rows.length + 1);
    const { batch, result } = await read(wanted);
    known = result;
    for (const row of batch) {
      bytes += Buffer.byteLength(JSON.stringify(row)) + 1;
      truncated ||= rows.length === limit || bytes > maxBytes;
      if (!truncated) rows.push(row);
    }
    seen += batch.length;
    if (batch.length < wanted) break;
  }
  // After an error the whole connection goes.
  await cursor.close();
  // In parts, the server tells of the last part alone.
  const count = known.fields.length > 0 ? seen : (known.rowCount ?? 0);
  const columns = await columnsOf(client, known.fields);
  return { columns, rows, truncated, count };
}

async function columnsOf(client: Client, fields: readonly FieldDef[]): Promise<Rows["columns"]> {
  const { rows } = await client.query<{ type: string }>(
    `SELECT format_type(type, modifier) AS type
     FROM unnest($1::oid[], $2::int[]) WITH ORDINALITY AS f (type, modifier, place) ORDER BY place`,
    [fields.map(({ dataTypeID }) => dataTypeID), fields.map((field) => field.dataTypeModifier)],
  );
  return fields.map(({ name }, index) => ({ name, type: rows[index]?.type ?? "unknown" }));
}

/** Values as JSON: numbers where nothing of them is lost, JSON as what it is, anything else as Postgres writes it. */
const types: CustomTypesConfig = {
  getTypeParser: ((oid: number) => {
    switch (oid) {
      case 16:
        return (text: string) => text === "t";
      case 20:
      case 21:
      case 23:
      case 26:
      case 700:
      case 701:
        return numberOf;
      case 114:
      case 3802:
        return jsonOf;
      default:
        return (text: string) => text.toWellFormed();
    }
  }) as CustomTypesConfig["getTypeParser"],
};

/** Text where JSON has no such number: `NaN`, or a whole one beyond what is exact. */
function numberOf(text: string): Json {
  const value = Number(text);
  const isExact =
    Number.isFinite(value) && (!Number.isInteger(value) || Number.isSafeInteger(value));
  return isExact ? value : text;
}

/** The text itself where JSON.parse would lose digits of a number. */
function jsonOf(text: string): Json {
  return /\d{16,}/.test(text) ? text : (JSON.parse(text) as Json);
}
