import type pg from "pg";
import { tenantRole } from "../src/scoped-pool.ts";

interface Column {
  name: string;
  type: string;
  needed: boolean;
}

interface Table {
  name: string;
  secured: boolean;
  granted: boolean;
  columns: Column[];
}

const mine = { organisation: "alpha", environment: "prod" };

/**
 * What is wrong with the tables of a database that nobody else uses any more: each must be under forced
 * row-level security, and give the tenants' role nothing but what is the scope's own. Rows are made up
 * for the purpose, and constraints dropped, so that new tables are covered without a word.
 *
 * @returns nothing when all is well; otherwise a line per fault
 */
export async function tableFaults(client: pg.ClientBase): Promise<string[]> {
  const tables = await readTables(client);
  if (tables.length < 15) return [`only ${tables.length} tables were found`];
  await dropConstraints(client);
  // A table of one row may have it.
  for (const table of tables) await client.query(`${insert(table, mine)} ON CONFLICT DO NOTHING`);
  const faults = await viewFaults(client);
  for (const table of tables) faults.push(...(await faultsOf(client, table)));
  return faults;
}

async function readTables(client: pg.ClientBase): Promise<Table[]> {
  const { rows } = await client.query<Table>(
    `SELECT c.oid::regclass::text AS name, c.relrowsecurity AND c.relforcerowsecurity AS secured,
       has_table_privilege($1, c.oid, 'SELECT, INSERT, UPDATE, DELETE') AS granted, (
         SELECT json_agg(json_build_object('name', quote_ident(a.attname),
           'type', format_type(a.atttypid, NULL), 'needed', a.attnotnull AND NOT a.atthasdef
             AND a.attidentity = ''))
         FROM pg_attribute a
         WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated = ''
       ) AS columns
     FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
     WHERE c.relkind IN ('r', 'p') AND n.nspname NOT LIKE 'pg\\_%'
       AND n.nspname NOT IN ('information_schema', 'dbos')
     ORDER BY c.relname`,
    [tenantRole],
  );
  return rows;
}

/** A view reads as its owner unless it says otherwise. */
async function viewFaults(client: pg.ClientBase): Promise<string[]> {
  const { rows } = await client.query<{ name: string }>(
    `SELECT c.oid::regclass::text AS name FROM pg_class c
     WHERE c.relkind IN ('v', 'm') AND c.relnamespace = current_schema()::regnamespace
       AND NOT coalesce(c.reloptions, '{}') @> '{security_invoker=true}'`,
  );
  return rows.map(({ name }) => `${name}: a view that reads as its owner`);
}

async function dropConstraints(client: pg.ClientBase): Promise<void> {
  const { rows } = await client.query<{ text: string }>(
    `SELECT format('ALTER TABLE %s DROP CONSTRAINT %I', conrelid::regclass, conname) AS text
     FROM pg_constraint
     WHERE contype IN ('c', 'f') AND conrelid <> 0 AND connamespace <> 'pg_catalog'::regnamespace`,
  );
  for (const { text } of rows) await client.query(text);
}

async function faultsOf(client: pg.ClientBase, table: Table): Promise<string[]> {
  const { name } = table;
  const environments = table.columns.some((column) => column.name === "environment");
  const faults: string[] = [];
  const expect = (what: string, isSo: boolean) => {
    if (!isSo) faults.push(`${name}: ${what}`);
  };
  expect("row-level security is not enabled and forced", table.secured);
  const others = [null, { ...mine, organisation: "beta" }];
  const scopes = environments ? [...others, { ...mine, environment: "dev" }] : others;
  for (const scope of scopes) {
    const who = scope ? `${scope.organisation}/${scope.environment}` : "no scope";
    const tried = (sql: string) => asTenant(client, scope, sql);
    expect(`${who} sees rows of another`, none(await tried(`SELECT FROM ${name}`)));
    const same = `SET ${table.columns[0]?.name} = ${table.columns[0]?.name}`;
    expect(`${who} changes rows of another`, none(await tried(`UPDATE ${name} ${same}`)));
    expect(`${who} deletes rows of another`, none(await tried(`DELETE FROM ${name}`)));
    expect(`${who} adds rows for another`, (await tried(insert(table, mine))) === "refused");
  }
  const own = await asTenant(client, mine, `SELECT FROM ${name}`);
  expect("its own scope does not see the row", table.granted ? own === 1 : own === "refused");
  if (table.columns.some((column) => column.name === "org_id")) {
    const given = await asTenant(client, mine, `UPDATE ${name} SET org_id = 'beta'`);
    expect("a row can be given to another", given === "refused");
  }
  return faults;
}

function none(outcome: number | "refused"): boolean {
  return outcome === 0 || outcome === "refused";
}

/** How many rows a statement touches in a scope; it is rolled back. */
async function asTenant(
  client: pg.ClientBase,
  scope: typeof mine | null,
  sql: string,
): Promise<number | "refused"> {
  await client.query("BEGIN");
  try {
    await client.query(`SET LOCAL ROLE ${tenantRole}`);
    if (scope) {
      await client.query(
        "SELECT set_config('flotilla.org', $1, true), set_config('flotilla.environment', $2, true)",
        [scope.organisation, scope.environment],
      );
    }
    return (await client.query(sql)).rowCount ?? 0;
  } catch (error) {
    const { code } = error as { code?: string };
    if (code === "42501") return "refused";
    // It was let through to where the row of the owner is.
    if (code === "23505") return 1;
    throw error;
  } finally {
    await client.query("ROLLBACK");
  }
}

/** A row of the scope, with something in each column that needs it; ids are alike in all tables. */
function insert(table: Table, scope: typeof mine): string {
  const own: Record<string, string> = {
    org_id: `'${scope.organisation}'`,
    environment: `'${scope.environment}'`,
    ...(table.name === "organisation" && { id: `'${scope.organisation}'` }),
  };
  const given = table.columns.filter(({ name, needed }) => needed || name in own);
  const values = given.map(({ name, type }) => own[name] ?? sample(type));
  const columns = given.map((column) => column.name);
  return `INSERT INTO ${table.name} (${columns.join(", ")}) VALUES (${values.join(", ")})`;
}

function sample(type: string): string {
  if (type.endsWith("[]")) return "'{}'";
  if (type === "text" || type.startsWith("character")) return "'bat_x'";
  if (type.startsWith("json")) return "'{}'";
  if (type.startsWith("timestamp") || type === "date") return "now()";
  if (type === "boolean") return "false";
  if (type === "uuid") return "gen_random_uuid()";
  if (type === "bytea") return "'\\x00'";
  return "1";
}
