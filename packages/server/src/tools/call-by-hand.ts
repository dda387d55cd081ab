import type { ToolCalled } from "@flotilla/api";
import {
  compileToolRules,
  decide,
  decideTool,
  FlotillaError,
  unionLabels,
  userOf,
  type Caller,
  type JsonObject,
  type Permission,
  type ToolInfo,
  type ToolPort,
} from "@flotilla/core";
import type { StoreView } from "@flotilla/store";
import { requirePermission } from "../access/permit.ts";
import type { AppParts } from "../app-parts.ts";
import { handContext } from "./hand-context.ts";

/** A request waits no longer, whatever the tool's own timeout is. */
const longestMs = 10 * 60_000;

export interface CallByHand {
  tool: string;
  input: JsonObject;
  caller: Caller;
  store: StoreView;
  /** The same at every attempt of the same request. */
  callId: string;
  traceId: string;
  /** Aborts when nobody waits for the answer any more. */
  signal: AbortSignal;
}

/**
 * Makes one call of a tool for somebody who asks for it himself, in a process of its own, and belonging to no run. The tool
 * rules are asked as for a run that has read nothing: what they ask a person about may be called by who may answer.
 *
 * Throws `unknown_tool`, `tool_forbidden`, `forbidden` and what calls throw.
 */
export async function callByHand(parts: AppParts, call: CallByHand): Promise<ToolCalled> {
  const { tool, input, caller, callId } = call;
  const tools = await parts.tools.of(caller);
  const info = tools.get(tool);
  if (info.by === "engine") {
    throw new FlotillaError(
      "tool_forbidden",
      `${tool} is a part of runs; nobody calls it by hand.`,
      {
        remedy: "Give it to an agent, and start a run.",
      },
    );
  }
  await judge(parts, tools, info, call);
  const rules = await parts.access.rules(caller.organisation);
  const permit = (permission: Permission, name: string) =>
    requirePermission(parts.access, caller, permission, name);
  const may = (permission: Permission, name: string) =>
    decide(caller, permission, rules, name).allowed;
  const signal = AbortSignal.any([call.signal, AbortSignal.timeout(longestMs)]);
  const { context, found, kept, close } = handContext(parts, { ...call, signal, permit, may });
  const begun = performance.now();
  try {
    const output = await tools.apart.call(tool, input, context, false);
    const redact = parts.redact.of(caller.organisation);
    const ms = Math.round(performance.now() - begun);
    const labels = unionLabels([...info.emits], [...found]);
    return { callId, tool, output: redact.json(output), labels, ms, kept };
  } finally {
    await close();
  }
}

/** Asks the tool rules. */
async function judge(
  parts: AppParts,
  tools: Pick<ToolPort, "destinations">,
  info: ToolInfo,
  { tool, input, caller, callId }: CallByHand,
): Promise<void> {
  const policy = await compileToolRules(await parts.store.toolRules.of(caller.organisation));
  const { risk, reach, reads } = info;
  const user = userOf(caller);
  const { effect, reason, ruleId, version } = decideTool(
    {
      ...{ tool, input, runId: callId, environment: caller.environment },
      ...{ risk, reach, ...(reads && { reads }) },
      ...(user !== undefined && { user }),
      // Of no agent, and nothing was read before.
      agent: "",
      labels: [],
      destinations: tools.destinations(tool, input),
      trustedText: JSON.stringify(input),
      role: caller.role,
      at: parts.clock.now(),
      spentMicros: 0,
    },
    policy,
  );
  if (effect === "allow") return;
  if (effect === "ask") {
    const access = await parts.access.rules(caller.organisation);
    if (decide(caller, "interrupts.answer", access).allowed) return;
  }
  throw new FlotillaError("tool_forbidden", `The tool ${tool} is not called: ${reason}.`, {
    remedy:
      effect === "ask"
        ? "Somebody who may answer approvals can make the call."
        : "An owner or admin can change the tool rules: `flotilla policy`.",
    ...(ruleId !== undefined && version !== undefined && { details: { ruleId, version } }),
  });
}
