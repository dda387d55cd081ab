import { draftVersion, newId, type AgentUsage } from "@flotilla/core";
import { sql } from "kysely";
import type { Database } from "../database.ts";

/** What became of the runs that were created since then, by the agent's name. Ids are in the order of time. */
export async function readAgentUsage(db: Database, since: Date): Promise<AgentUsage[]> {
  const lowest = newId("run", since.getTime(), (bytes) => new Uint8Array(bytes));
  const { rows } = await sql<AgentUsage>`
    WITH lately AS (
      SELECT agent_name, count(*)::integer AS runs,
        (count(*) FILTER (WHERE status = 'completed'))::integer AS completed,
        (count(*) FILTER (WHERE status = 'failed'))::integer AS failed,
        sum(cost_micros)::bigint AS cost_micros,
        round(1000 * avg(extract(epoch FROM ended_at - started_at))
          FILTER (WHERE status = 'completed'))::double precision AS mean_ms
      FROM run WHERE id >= ${lowest} AND agent_version > ${draftVersion} GROUP BY agent_name
    )
    SELECT agent_name AS agent, runs, completed, failed, cost_micros AS "costMicros", mean_ms AS "meanMs", ARRAY (
      SELECT status FROM (
        SELECT id, status FROM run
        WHERE agent_name = lately.agent_name AND agent_version > ${draftVersion}
        ORDER BY id DESC LIMIT 12
      ) AS newest ORDER BY id
    ) AS recent
    FROM lately ORDER BY agent_name`.execute(db);
  return rows;
}
