import {
  artifactTool,
  askedCall,
  decide,
  decideTool,
  FlotillaError,
  placeholdersOf,
  type AccessRule,
  type Caller,
  type Decision,
  type OutgoingRequest,
  type Permission,
  type Run,
  type ToolCallPart,
  type ToolDecision,
} from "@flotilla/core";
import type { Segment } from "./segment.ts";

type Call = Pick<ToolCallPart, "tool" | "input">;

/**
 * Whether the run may call the tool: it does so in the name of who started it, by the access rules of
 * its organisation as they are now; and no tool rule denies it. Throws `tool_forbidden`, which the
 * model is told.
 */
export async function checkToolUse(segment: Segment, call: Call): Promise<void> {
  const { tool } = call;
  // A run may always read what it has made.
  if (tool === artifactTool) return;
  await checkUse(segment, "tools.use", tool, "the tool");
  const decision = await toolDecision(segment, call);
  const { effect, reason, ruleId, version } = decision;
  if (effect !== "deny") return;
  segment.parts.desk.noteDecision(segment.journal.run, decision);
  throw new FlotillaError("tool_forbidden", `The tool ${tool} is not called: ${reason}.`, {
    remedy: "An owner or admin can change the tool rules: `flotilla policy`.",
    ...(ruleId !== undefined && version !== undefined && { details: { ruleId, version } }),
  });
}

/** What the tool rules, the agent and the labels of the run say of the call, as they are now. */
export async function toolDecision(segment: Segment, call: Call): Promise<ToolDecision> {
  const { journal, parts, spec } = segment;
  const policy = await parts.toolRules.of(journal.run.organisation);
  const asked = askedCall(journal.run, call, parts.tools, parts.clock.now());
  return decideTool(asked, policy, spec.approvals);
}

/** Whether the run may have an agent do something, as a run of its own or in its own place. */
export async function checkAgentUse(segment: Segment, agent: string): Promise<void> {
  await checkUse(segment, "agents.run", agent, "the agent");
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

/** Throws `tool_forbidden` when whoever started the run may not use it. */
export async function checkUse(
  segment: Segment,
  permission: Permission,
  name: string,
  what: string,
): Promise<void> {
  const { run } = segment.journal;
  if (!run.startedBy) return;
  const rules = await segment.parts.accessRules.of(run.organisation);
  const { allowed, reason } = mayUse(run, rules, permission, name);
  if (allowed) return;
  const message = `This run may not use ${what} ${name}: ${reason}.`;
  throw new FlotillaError("tool_forbidden", message, {
    remedy: `An owner or admin can allow it with an access rule on ${permission}.`,
  });
}

/** Whether a run may use something: what whoever started it may. */
export function mayUse(
  { startedBy, organisation, environment }: Run,
  rules: readonly AccessRule[],
  permission: Permission,
  name: string,
): Decision {
  if (!startedBy)
    return { allowed: true, reason: "what the platform itself starts, it has allowed" };
  const caller: Caller = { ...startedBy, organisation, environment, instance: false };
  return decide(caller, permission, rules, name);
}
