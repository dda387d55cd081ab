import {
  artifactTool,
  decide,
  decideTool,
  FlotillaError,
  placeholdersOf,
  type Caller,
  type OutgoingRequest,
  type Permission,
  type ToolDecision,
} from "@flotilla/core";
import type { Segment } from "./segment.ts";

/**
 * Whether the run may call the tool: it does so in the name of who started it, by the access rules of
 * its organisation as they are now; and no tool rule denies it. Throws `tool_forbidden`, which the
 * model is told.
 */
export async function checkToolUse(segment: Segment, tool: string): Promise<void> {
  // A run may always read what it has made.
  if (tool === artifactTool) return;
  await checkUse(segment, "tools.use", tool, "the tool");
  const { effect, reason } = await toolDecision(segment, tool);
  if (effect !== "deny") return;
  throw new FlotillaError("tool_forbidden", `The tool ${tool} is not called: ${reason}.`, {
    remedy: "An owner or admin can change the tool rules: `flotilla tool-rules`.",
  });
}

/** What the tool rules and the agent say of calls of the tool, as they are now. */
async function toolDecision(segment: Segment, tool: string): Promise<ToolDecision> {
  const { runId, agentName: agent, organisation, environment } = segment.journal.run;
  const rules = await segment.parts.toolRules.of(organisation);
  return decideTool({ tool, agent, runId, environment }, rules);
}

/**
 * Has the rules at hand before an intent is committed: between the commit and the call nothing is asked of
 * the database, or a worker that is frozen there would make the call when it wakes. What cannot be read
 * now is asked again by the check itself.
 */
export async function readyToolRules(segment: Segment): Promise<void> {
  const { startedBy, organisation } = segment.journal.run;
  const { accessRules, toolRules } = segment.parts;
  await Promise.allSettled([
    toolRules.of(organisation),
    ...(startedBy ? [accessRules.of(organisation)] : []),
  ]);
}

/** Whether a tool of the run may send these credentials, likewise. */
export async function checkCredentialUse(
  segment: Segment,
  request: OutgoingRequest,
): Promise<void> {
  for (const name of placeholdersOf(request)) {
    await checkUse(segment, "credentials.use", name, "the credential");
  }
}

async function checkUse(
  segment: Segment,
  permission: Permission,
  name: string,
  what: string,
): Promise<void> {
  const { startedBy, organisation, environment } = segment.journal.run;
  // What the platform itself starts, it has allowed.
  if (!startedBy) return;
  const caller: Caller = { ...startedBy, organisation, environment, instance: false };
  const rules = await segment.parts.accessRules.of(organisation);
  const { allowed, reason } = decide(caller, permission, rules, name);
  if (allowed) return;
  const message = `This run may not use ${what} ${name}: ${reason}.`;
  throw new FlotillaError("tool_forbidden", message, {
    remedy: `An owner or admin can allow it with an access rule on ${permission}.`,
  });
}
