import { artifactTool, decide, FlotillaError, type Caller } from "@flotilla/core";
import type { Segment } from "./segment.ts";

/**
 * Whether the run may call the tool: it does so in the name of who started it, by the access rules of
 * its organisation as they are now. Throws `tool_forbidden`, which the model is told.
 */
export async function checkToolUse(segment: Segment, tool: string): Promise<void> {
  const { startedBy, organisation, environment } = segment.journal.run;
  // What the platform itself starts, it has allowed; and a run may always read what it has made.
  if (!startedBy || tool === artifactTool) return;
  const caller: Caller = { ...startedBy, organisation, environment, instance: false };
  const rules = await segment.parts.accessRules.of(organisation);
  const { allowed, reason } = decide(caller, "tools.use", rules, tool);
  if (allowed) return;
  const message = `This run may not use the tool ${tool}: ${reason}.`;
  throw new FlotillaError("tool_forbidden", message, {
    remedy: "An owner or admin can allow it with an access rule on tools.use.",
  });
}
