import type { Label, WorkspaceRef } from "@flotilla/core";
import { sql } from "kysely";
import type { Database } from "../database.ts";

/** Undefined: nobody has noted any. */
export async function fileLabels(
  db: Database,
  { organisation, environment, workspace }: WorkspaceRef,
  path: string,
): Promise<Label[] | undefined> {
  const row = await db
    .selectFrom("file_label")
    .select("labels")
    .where("org_id", "=", organisation)
    .where("environment", "=", environment)
    .where("workspace", "=", workspace)
    .where("path", "=", path)
    .executeTakeFirst();
  return row?.labels;
}

/** Of all files of the workspace that somebody has noted, by their paths. */
export async function allFileLabels(
  db: Database,
  { organisation, environment, workspace }: WorkspaceRef,
): Promise<Map<string, Label[]>> {
  const rows = await db
    .selectFrom("file_label")
    .select(["path", "labels"])
    .where("org_id", "=", organisation)
    .where("environment", "=", environment)
    .where("workspace", "=", workspace)
    .execute();
  return new Map(rows.map(({ path, labels }) => [path, labels]));
}

/** Notes what the files come from; null: they are no more. */
export async function keepFileLabels(
  db: Database,
  { organisation, environment, workspace }: WorkspaceRef,
  paths: readonly string[],
  labels: readonly Label[] | null,
): Promise<void> {
  if (labels === null) {
    await db
      .deleteFrom("file_label")
      .where("org_id", "=", organisation)
      .where("environment", "=", environment)
      .where("workspace", "=", workspace)
      .where("path", "in", [...paths])
      .execute();
    return;
  }
  await sql`
    INSERT INTO file_label (org_id, environment, workspace, path, labels)
    SELECT ${organisation}, ${environment}, ${workspace}, path, ${[...labels]}::text[]
    FROM unnest(${[...new Set(paths)]}::text[]) AS p (path)
    ON CONFLICT (org_id, environment, workspace, path) DO UPDATE SET labels = excluded.labels`.execute(
    db,
  );
}
