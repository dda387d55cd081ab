import {
  diffPolicies,
  FlotillaError,
  policyExampleSchema,
  type Policy,
  type PolicyChange,
  type PolicyDiff,
  type PolicyExample,
  type PolicyVersion,
} from "@flotilla/core";
import { sql, type Selectable } from "kysely";
import type pg from "pg";
import type { Database } from "../database.ts";
import { toolRuleChannel } from "../notifier.ts";
import type { DB } from "../schema.gen.ts";
import { toToolRule } from "./tool-rule.ts";

/**
 * The rules of an organisation, those of single runs aside, as they are in a version; left out: as they are now. Throws
 * `not_found`.
 */
export async function readPolicy(
  db: Database,
  organisation: string,
  version?: number,
): Promise<Policy> {
  const { rows } = await sql<
    { at_version: number; examples: unknown } & Selectable<DB["tool_rule"]>
  >`
    SELECT v.version AS at_version, coalesce(e.examples, '[]') AS examples, r.*
    FROM (
      SELECT coalesce(${version ?? null}::int, (
        SELECT version FROM tool_policy WHERE org_id = ${organisation}), 0) AS version
    ) AS v
    LEFT JOIN LATERAL (
      SELECT examples FROM tool_policy_version
      WHERE org_id = ${organisation} AND version <= v.version AND examples IS NOT NULL
      ORDER BY version DESC LIMIT 1
    ) AS e ON true
    LEFT JOIN tool_rule r ON r.org_id = ${organisation} AND r.run_id IS NULL AND r.since_version <= v.version
      AND (r.until_version IS NULL OR r.until_version > v.version)
    WHERE v.version <= coalesce((SELECT version FROM tool_policy WHERE org_id = ${organisation}), 0)
    ORDER BY r.id`.execute(db);
  const [first] = rows;
  if (!first) throw new FlotillaError("not_found", `The rules have no version ${version}.`);
  return {
    version: first.at_version,
    rules: rows.filter(({ id }) => id !== null).map(toToolRule),
    examples: policyExampleSchema.array().parse(first.examples),
  };
}

/**
 * What two versions do not have in common, as far as it is still known: rules of runs go with their runs. Throws
 * `not_found`.
 */
export async function readPolicyDiff(
  db: Database,
  organisation: string,
  { from, to }: { from: number; to: number },
): Promise<PolicyDiff> {
  const [before, after] = await Promise.all([
    readPolicy(db, organisation, from),
    readPolicy(db, organisation, to),
  ]);
  const { rows } = await sql<{ is_before: boolean } & Selectable<DB["tool_rule"]>>`
    SELECT * FROM (
      SELECT r.*, r.since_version <= ${from}::int
          AND coalesce(r.until_version > ${from}::int, true) AS is_before,
        r.since_version <= ${to}::int AND coalesce(r.until_version > ${to}::int, true) AS is_after
      FROM tool_rule r WHERE r.org_id = ${organisation}
    ) AS r
    WHERE is_before <> is_after ORDER BY id`.execute(db);
  const [old, fresh] = [rows.filter((row) => row.is_before), rows.filter((row) => !row.is_before)];
  return diffPolicies(
    { ...before, rules: old.map(toToolRule) },
    { ...after, rules: fresh.map(toToolRule) },
  );
}

/** The versions of an organisation's rules, newest first. */
export async function listPolicyVersions(
  db: Database,
  organisation: string,
  { before, limit }: { before?: number | undefined; limit: number },
): Promise<PolicyVersion[]> {
  let query = db
    .selectFrom("tool_policy_version")
    .selectAll()
    .where("org_id", "=", organisation)
    .orderBy("version", "desc")
    .limit(limit);
  if (before !== undefined) query = query.where("version", "<", before);
  return (await query.execute()).map((row) => ({
    version: row.version,
    by: row.by_name,
    note: row.note,
    added: row.added,
    changed: row.changed,
    removed: row.removed,
    createdAt: row.created_at.toISOString(),
  }));
}

export interface PolicyEdit extends PolicyChange {
  by: string;
  note: string | null;
  /** The version that it was made for; left out: whichever there is. */
  expected?: number;
  /** Left out: they stay. */
  examples?: PolicyExample[];
}

/**
 * Makes a new version of an organisation's rules; every worker is told. The runs that rules are about are locked
 * first, as they are where an approval writes a rule.
 *
 * @returns the version. Throws `conflict` when it is not the expected one, or a rule to be ended is no more.
 */
export async function changePolicy(
  db: pg.Pool | pg.PoolClient,
  organisation: string,
  { ended, begun, by, note, expected, examples }: PolicyEdit,
): Promise<number> {
  const gone = new Set(ended);
  const changed = begun.filter(({ id }) => gone.has(id)).length;
  const { rows } = await db.query<{ version: number }>({
    name: "change_policy",
    text: changeStatement,
    values: [
      organisation,
      ended,
      JSON.stringify(begun),
      begun.flatMap(({ runId }) => runId ?? []),
      expected ?? null,
      examples ? JSON.stringify(examples) : null,
      by,
      note,
      [begun.length - changed, changed, ended.length - changed],
    ],
  });
  const [made] = rows;
  if (made) return made.version;
  throw new FlotillaError("conflict", "The tool rules were changed meanwhile.", {
    remedy: "Read them again, and repeat the change.",
  });
}

const changeStatement = `
  WITH runs AS MATERIALIZED (
    SELECT id FROM run WHERE id = ANY ($4::text[]) ORDER BY id FOR KEY SHARE
  ), head AS (
    INSERT INTO tool_policy AS p (org_id, version)
    SELECT $1, 1
    WHERE (SELECT count(*) FROM runs) >= 0 AND cardinality($2::text[]) = (
      SELECT count(*) FROM tool_rule
      WHERE org_id = $1 AND until_version IS NULL AND id = ANY ($2::text[])
    )
    ON CONFLICT (org_id) DO UPDATE SET version = p.version + 1
      WHERE $5::int IS NULL OR p.version = $5::int
    RETURNING version
  ), ended AS (
    UPDATE tool_rule r SET until_version = head.version FROM head
    WHERE r.org_id = $1 AND r.until_version IS NULL AND r.id = ANY ($2::text[])
  ), begun AS (
    INSERT INTO tool_rule (id, org_id, effect, tool, agent_name, run_id, in_environment,
      conditions, note, enabled, by_name, interrupt_id, since_version)
    SELECT b.id, $1, b.effect, b.tool, b.agent, b."runId", b.environment,
      b."when", b.note, coalesce(b.enabled, true), $7, b."interruptId", head.version
    FROM head, json_to_recordset($3::json) AS b (id text, effect text, tool text, agent text,
      "runId" text, environment text, "when" json, note text, enabled boolean, "interruptId" text)
  ), noted AS (
    INSERT INTO tool_policy_version (org_id, version, by_name, note, added, changed, removed, examples)
    SELECT $1, head.version, $7, $8, ($9::int[])[1], ($9::int[])[2], ($9::int[])[3], $6::json FROM head
  )
  SELECT version, pg_notify('${toolRuleChannel}', $1) FROM head`;
