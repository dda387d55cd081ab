import { createHash } from "node:crypto";
import { FlotillaError, newId, type ArtifactPort } from "@flotilla/core";
import type pg from "pg";
import { openDatabase } from "../database.ts";
import {
  describeArtifact,
  getArtifact,
  insertArtifact,
  listArtifacts,
  missingRuns,
} from "../queries/artifact.ts";
import type { Blobs } from "./blobs.ts";
import { folderBlobs } from "./folder-blobs.ts";
import { objectBlobs, type ObjectStorage } from "./object-blobs.ts";

export type ArtifactStorage = { kind: "folder"; path: string } | ({ kind: "s3" } & ObjectStorage);

/**
 * Artifacts: their content in a storage, their descriptions in the database. The content is written
 * first; what a crash leaves of it without a description goes with its run.
 */
export function openArtifacts(pool: pg.Pool, storage: ArtifactStorage): ArtifactPort {
  const db = openDatabase(pool);
  const blobs: Blobs = storage.kind === "folder" ? folderBlobs(storage.path) : objectBlobs(storage);
  const deleteOf = async (runIds: string[]) => {
    for (const runId of runIds) await blobs.deleteRun(runId);
  };
  return {
    async put({ id = newId("art"), content, labels = [], ...artifact }) {
      await blobs.write(artifact.runId, id, content);
      const { location } = blobs;
      const sha256 = sha256Of(content);
      const bytes = content.byteLength;
      return insertArtifact(db, { ...artifact, labels, id, bytes, sha256, location });
    },
    get: (id) => describeArtifact(db, id),
    async read(id) {
      const { runId, sha256, location } = await getArtifact(db, id);
      if (location !== blobs.location) throw elsewhere(id, location);
      const content = await blobs.read(runId, id);
      if (!content) throw new FlotillaError("not_found", `The content of ${id} is not there.`);
      if (sha256Of(content) === sha256) return content;
      throw new FlotillaError("internal", `The content of ${id} is not what was written.`, {
        remedy: "The storage has changed or damaged it; restore it from a backup.",
      });
    },
    list: (runId) => listArtifacts(db, runId),
    deleteOf,
    async sweep() {
      let swept = 0;
      for await (const runIds of blobs.runs()) {
        const gone = await missingRuns(db, runIds);
        await deleteOf(gone);
        swept += gone.length;
      }
      return swept;
    },
  };
}

function sha256Of(content: Uint8Array): string {
  return createHash("sha256").update(content).digest("hex");
}

function elsewhere(id: string, location: string): FlotillaError {
  return new FlotillaError("not_found", `${id} is kept in ${location}, not in this storage.`, {
    remedy: "Set artifacts back to that storage, or move the content.",
  });
}
