import { FlotillaError, type Artifact, type Run } from "@flotilla/core";
import type { Segment } from "./segment.ts";

/**
 * An artifact of the segment's own run, of one that it goes on from, or of what a fork has copied. Throws
 * `tool_failed` for one that is another run's, or nobody's.
 */
export async function readArtifact(
  { journal, parts, history }: Segment,
  id: string,
): Promise<{ artifact: Artifact; content: Uint8Array; text: string }> {
  const { run } = journal;
  const known = new Set([run.runId, ...history.runIds]);
  const found = await parts.artifacts.get(id).catch(() => undefined);
  const own = found && (known.has(found.runId) || isNamed(run, id)) ? found : undefined;
  if (!own) throw new FlotillaError("tool_failed", `This run has no artifact ${id}.`);
  const content = await parts.artifacts.read(id);
  return { artifact: own, content, text: new TextDecoder().decode(content) };
}

/** Whether the run's own journal names it. */
function isNamed({ input, steps }: Run, id: string): boolean {
  const isAttached = input.attachments?.some(({ artifact }) => artifact.id === id) ?? false;
  return isAttached || steps.some((step) => step.kind === "tool" && step.artifact?.id === id);
}
