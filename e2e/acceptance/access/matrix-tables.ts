import { openPool } from "../../../packages/store/src/pool.ts";
import { tableFaults } from "../../../packages/store/test/table-rules.ts";
import { startPlatform } from "../../platform.ts";
import { startPostgresServer } from "../../postgres.ts";
import { applyAgent } from "../batch.ts";
import type { Claim, Proof } from "../claim.ts";
import { eventually } from "../eventually.ts";

const owner = "platform_owner";
const closedSchemas = ["auth", "dbos"];

/**
 * The database of a platform that has run something, whose owner is no superuser: from another
 * organisation, another environment or no scope at all, no table shows, takes or loses a row.
 */
export const matrixTables: Claim = {
  name: "matrix-tables",
  async prove(proof) {
    const server = await startPostgresServer();
    proof.finally(() => server.stop());
    const pool = (url: string) =>
      openPool({ url, max: 1, name: "acceptance", onError: () => undefined });
    const admin = pool(server.url);
    proof.finally(() => admin.end());
    await admin.query(`CREATE ROLE ${owner} LOGIN CREATEROLE PASSWORD 'test'`);
    await admin.query(`CREATE DATABASE platform OWNER ${owner}`);
    const url = new URL(server.url);
    url.pathname = "/platform";
    const database = pool(url.href);
    proof.finally(() => database.end());
    url.username = owner;
    url.password = "test";
    await runSomething(proof, url.href);

    const client = await database.connect();
    try {
      const { rows } = await client.query<{ tables: number; closed: boolean }>(
        `SELECT (SELECT count(*)::integer FROM pg_class WHERE relkind = 'r' AND relforcerowsecurity)
           AS tables,
           bool_and(NOT has_schema_privilege('flotilla_tenant', oid, 'USAGE')) AS closed
         FROM pg_namespace WHERE nspname = ANY ($1) HAVING count(*) = ${closedSchemas.length}`,
        [closedSchemas],
      );
      proof.figure("tables", rows[0]?.tables ?? 0);
      proof.equals("otherSchemasAreClosed", rows[0]?.closed ?? false, true);
      const faults = await tableFaults(client);
      proof.figure("faults", faults.length);
      for (const fault of faults) proof.holds(false, fault);
    } finally {
      client.release();
    }
  },
};

async function runSomething(proof: Proof, databaseUrl: string): Promise<void> {
  const platform = await startPlatform({ databaseUrl, workers: 1 });
  try {
    await applyAgent(platform, { name: "sums", model: "simulated/demo", tools: ["calculator"] });
    const { client } = platform;
    const { runId } = await client.runs.start({ agent: "sums", input: { text: "What is 6 * 7?" } });
    const what = "the run to complete";
    await eventually({ what, timeoutMs: 60_000 }, async () => {
      const { status } = await client.runs.get(runId);
      proof.holds(status !== "failed", "the run failed");
      return status === "completed" || status === "failed" || undefined;
    });
  } finally {
    await platform.stop();
  }
}
