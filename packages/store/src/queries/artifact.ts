import { FlotillaError, type Artifact, type Environment } from "@flotilla/core";
import { sql, type Selectable } from "kysely";
import type { Database } from "../database.ts";
import type { DB } from "../schema.gen.ts";

export interface ArtifactRow extends Omit<Artifact, "createdAt"> {
  organisation: string;
  environment: Environment;
  /** The storage that holds the content. */
  location: string;
}

function toArtifact(row: Selectable<DB["artifact"]>): Artifact & { location: string } {
  return {
    id: row.id,
    runId: row.run_id,
    name: row.name,
    mediaType: row.media_type,
    bytes: row.bytes,
    sha256: row.sha256,
    labels: row.labels,
    location: row.location,
    createdAt: row.created_at.toISOString(),
  };
}

export async function insertArtifact(db: Database, artifact: ArtifactRow): Promise<Artifact> {
  const row = await db
    .insertInto("artifact")
    .values({
      id: artifact.id,
      org_id: artifact.organisation,
      environment: artifact.environment,
      run_id: artifact.runId,
      name: artifact.name,
      media_type: artifact.mediaType,
      bytes: artifact.bytes,
      sha256: artifact.sha256,
      labels: artifact.labels,
      location: artifact.location,
    })
    .onConflict((conflict) =>
      conflict.column("id").doUpdateSet(({ ref }) => ({
        media_type: ref("excluded.media_type"),
        bytes: ref("excluded.bytes"),
        sha256: ref("excluded.sha256"),
        labels: ref("excluded.labels"),
        location: ref("excluded.location"),
      })),
    )
    .returningAll()
    .executeTakeFirstOrThrow();
  const { location: _location, ...kept } = toArtifact(row);
  return kept;
}

/** Its description. Throws `not_found`. */
export async function describeArtifact(db: Database, id: string): Promise<Artifact> {
  const { location: _location, ...artifact } = await getArtifact(db, id);
  return artifact;
}

/** Throws `not_found`. */
export async function getArtifact(
  db: Database,
  id: string,
): Promise<Artifact & { location: string }> {
  const row = await db.selectFrom("artifact").selectAll().where("id", "=", id).executeTakeFirst();
  if (!row) throw new FlotillaError("not_found", `There is no artifact ${id}.`);
  return toArtifact(row);
}

/** Of one run, and for a fork those of what it has copied; the oldest first. */
export async function listArtifacts(db: Database, runId: string): Promise<Artifact[]> {
  const rows = await db
    .selectFrom("artifact")
    .selectAll()
    .where(({ eb, or }) => or([eb("run_id", "=", runId), eb("id", "in", copiedArtifacts(runId))]))
    .orderBy("id")
    .execute();
  return rows.map((row) => {
    const { location: _location, ...artifact } = toArtifact(row);
    return artifact;
  });
}

/** Ids of the artifacts that the events of a fork name. */
function copiedArtifacts(runId: string) {
  return sql<string>`(
    SELECT e.data->'artifact'->>'id' FROM run JOIN event e ON e.run_id = run.id
    WHERE run.id = ${runId} AND run.forked_from IS NOT NULL
      AND e.type = 'effect.done' AND e.data->'artifact' IS NOT NULL
    UNION ALL
    SELECT a.value->'artifact'->>'id' FROM run JOIN event e ON e.run_id = run.id AND e.seq = 1
    CROSS JOIN LATERAL json_array_elements(e.data->'input'->'attachments') AS a (value)
    WHERE run.id = ${runId} AND run.forked_from IS NOT NULL
      AND json_typeof(e.data->'input'->'attachments') = 'array'
  )`;
}

/** Those of the runs that are not there (any more). */
export async function missingRuns(db: Database, runIds: string[]): Promise<string[]> {
  if (runIds.length === 0) return [];
  const rows = await db.selectFrom("run").select("id").where("id", "in", runIds).execute();
  const there = new Set(rows.map((row) => row.id));
  return runIds.filter((runId) => !there.has(runId));
}

/** Forgets the artifacts of a run that was not created after all. */
export async function dropArtifacts(db: Database, runId: string): Promise<void> {
  await db.deleteFrom("artifact").where("run_id", "=", runId).execute();
}
