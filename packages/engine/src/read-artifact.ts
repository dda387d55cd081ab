import { FlotillaError, type Artifact } from "@flotilla/core";
import type { Segment } from "./segment.ts";

/** An artifact of the segment's own run. Throws `tool_failed` for one that is another run's, or nobody's. */
export async function readArtifact(
  { journal, parts }: Segment,
  id: string,
): Promise<{ artifact: Artifact; text: string }> {
  const { runId } = journal.run;
  const own = (await parts.artifacts.list(runId)).find((one) => one.id === id);
  if (!own) throw new FlotillaError("tool_failed", `This run has no artifact ${id}.`);
  const content = await parts.artifacts.read(id);
  return { artifact: own, text: new TextDecoder().decode(content) };
}
