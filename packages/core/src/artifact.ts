import { z } from "zod";
import type { Environment } from "./caller.ts";
import type { Json, JsonObject } from "./json.ts";
import { labelsSchema, type Label } from "./label.ts";
import { outputText } from "./message.ts";

/** Something a run has made that is too large for its journal, kept beside it. */
export const artifactSchema = z.object({
  /** `art_…` */
  id: z.string(),
  runId: z.string(),
  name: z.string(),
  mediaType: z.string(),
  bytes: z.int().nonnegative(),
  /** Of the content, in hex. */
  sha256: z.string(),
  /** Where what it holds comes from. */
  labels: labelsSchema.default([]),
  createdAt: z.iso.datetime(),
});
export type Artifact = z.infer<typeof artifactSchema>;

/** What the journal keeps of an artifact. */
export const artifactRefSchema = artifactSchema.pick({
  id: true,
  mediaType: true,
  bytes: true,
});
export type ArtifactRef = z.infer<typeof artifactRefSchema>;

export interface NewArtifact {
  /** Default: a new one. One that is there already is replaced. */
  id?: string;
  runId: string;
  organisation: string;
  environment: Environment;
  name: string;
  mediaType: string;
  /** Default: none. */
  labels?: Label[];
  content: Uint8Array;
}

/** Where artifacts are kept: in a folder, or in object storage. */
export interface ArtifactPort {
  /** Resolves when content and description are kept for good; nothing half-written is ever read. */
  put(artifact: NewArtifact): Promise<Artifact>;
  /** Throws `not_found`. */
  get(artifactId: string): Promise<Artifact>;
  /** Throws `not_found`, or `internal` when the content is not what was written. */
  read(artifactId: string): Promise<Uint8Array>;
  /** Oldest first. */
  list(runId: string): Promise<Artifact[]>;
  /** Deletes the content of runs that are deleted. */
  deleteOf(runIds: string[]): Promise<void>;
  /** Deletes content whose run is not there any more; returns of how many runs. */
  sweep(): Promise<number>;
}

/** The tool by which a model reads on in an artifact. */
export const artifactTool = "artifact_read";

/** The tool by which a model reads documents: PDF, office formats, and others that are no plain text. */
export const documentTool = "document_read";

const headCharacters = 2_000;
const tailCharacters = 800;

/** A tool's output as the content of an artifact. */
export function artifactContent(output: Json): { text: string; mediaType: string } {
  return typeof output === "string"
    ? { text: output, mediaType: "text/plain" }
    : { text: JSON.stringify(output, null, 2), mediaType: "application/json" };
}

/** What a model is shown in the place of an output that is kept as an artifact. */
export function artifactPreview({ id, bytes }: ArtifactRef, output: Json): JsonObject {
  const { text } = artifactContent(output);
  return {
    artifact: id,
    bytes,
    characters: text.length,
    lines: text.split("\n").length,
    head: text.slice(0, headCharacters).toWellFormed(),
    tail: text.slice(-tailCharacters).toWellFormed(),
    note:
      `The result has ${outputText(output).length} characters, too many to show. ` +
      `Read on with ${artifactTool}: give the artifact and an offset, lines, or a text to search.`,
  };
}
