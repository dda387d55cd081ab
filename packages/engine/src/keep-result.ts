import {
  artifactContent,
  artifactPreview,
  artifactTool,
  type ArtifactRef,
  type Json,
  type Label,
} from "@flotilla/core";
import type { Segment } from "./segment.ts";

const defaultMaxResultBytes = 32 * 1024;

/** An output as the journal takes it. */
export interface KeptResult {
  output: Json;
  artifact?: ArtifactRef;
  labels?: Label[];
}

/**
 * Puts an output that is too large for the journal, and for a model's context, into an artifact, and
 * gives a preview in its place. The artifact is kept when this resolves, so before the result is
 * committed.
 */
export async function keepResult(
  segment: Segment,
  tool: string,
  output: Json,
  labels: Label[] = [],
): Promise<KeptResult> {
  const most = segment.spec.context?.maxResultBytes ?? defaultMaxResultBytes;
  // What a model reads of an artifact is bounded by the tool, and must not become another one.
  if (tool === artifactTool || bytesOf(output, most) <= most) {
    return { output, ...labelled(labels) };
  }
  const { text, mediaType } = artifactContent(output);
  const { runId, organisation, environment } = segment.journal.run;
  const content = Buffer.from(text);
  const about = { runId, organisation, environment, name: tool, mediaType, labels, content };
  const { id, bytes } = await segment.parts.artifacts.put(about);
  const artifact = { id, mediaType, bytes };
  return { output: artifactPreview(artifact, output), artifact, ...labelled(labels) };
}

function labelled(labels: Label[]): { labels?: Label[] } {
  return labels.length > 0 ? { labels } : {};
}

/** As JSON; what is certainly less is not written out to be measured. */
function bytesOf(output: Json, most: number): number {
  const isSmall = typeof output !== "object" && String(output).length * 6 + 2 <= most;
  return isSmall ? 0 : Buffer.byteLength(JSON.stringify(output));
}
