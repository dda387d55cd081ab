import { FlotillaError, type Artifact } from "@flotilla/core";
import type { Segment } from "./segment.ts";

/**
 * An artifact of the segment's own run, or of one that it goes on from. Throws `tool_failed` for one
 * that is another run's, or nobody's.
 */
export async function readArtifact(
  { journal, parts, history }: Segment,
  id: string,
): Promise<{ artifact: Artifact; text: string }> {
  const known = new Set([journal.run.runId, ...history.runIds]);
  const found = await parts.artifacts.get(id).catch(() => undefined);
  const own = found && known.has(found.runId) ? found : undefined;
  if (!own) throw new FlotillaError("tool_failed", `This run has no artifact ${id}.`);
  const content = await parts.artifacts.read(id);
  return { artifact: own, text: new TextDecoder().decode(content) };
}
