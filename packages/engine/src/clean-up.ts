import { rm } from "node:fs/promises";
import { join } from "node:path";
import type { ArtifactPort, EngineStore, Log } from "@flotilla/core";
import type { Queue } from "./dbos-queue.ts";

export interface CleanUp {
  store: EngineStore;
  queue: Queue;
  log: Log;
  workspaces: string;
  artifacts: ArtifactPort;
  /** Runs that ended so many days ago are deleted; null: never. */
  retentionDays: number | null;
  /** Answers of model calls are kept up to this size. */
  cacheBytes: number;
}

/** Deletes what is left of ended segments, answers that are kept no longer, and runs past retention with their workspaces and artifacts. */
export async function cleanUp(parts: CleanUp): Promise<void> {
  const { store, queue, log, workspaces, retentionDays } = parts;
  let segments = 0;
  do
    segments = await queue.clean(async (ended) => {
      const stranded = await store.runs.requeueStranded(ended);
      if (stranded > 0) log.error({ stranded }, "runs without a segment were queued again");
    });
  while (segments > 0);
  while ((await store.cache.clean(parts.cacheBytes)) > 0);
  await store.toolTerms.cleanUp();
  await store.requests.deleteOld();
  await store.mcp.deleteIdle();
  await store.runs.settleAllOutside();
  if (retentionDays === null) return;
  for (;;) {
    const deleted = await store.runs.deleteOld(retentionDays);
    if (deleted.length === 0) return;
    const folders = deleted.map((runId) => join(workspaces, runId));
    await Promise.all(folders.map((folder) => rm(folder, { recursive: true, force: true })));
    await parts.artifacts.deleteOf(deleted);
  }
}
