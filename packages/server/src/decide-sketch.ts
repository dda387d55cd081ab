import type { ToolVerdict } from "@flotilla/api";
import {
  compileToolRules,
  decideTool,
  sketchedCall,
  traceTool,
  type CallSketch,
  type Clock,
  type ToolPort,
} from "@flotilla/core";
import type { StoreView } from "@flotilla/store";
import { agentApprovals } from "./agent-approvals.ts";

const mostTraced = 200;

/**
 * What would become of a call that somebody describes, by the rules as they are, what its agent asks first and what its
 * labels say.
 */
export async function decideSketch(
  {
    store,
    tools,
    clock,
  }: {
    store: Pick<StoreView, "toolRules" | "toolPolicy" | "agents">;
    tools: Pick<ToolPort, "list" | "destinations">;
    clock: Clock;
  },
  sketch: CallSketch,
): Promise<ToolVerdict> {
  const [{ version }, rules, approvals] = await Promise.all([
    store.toolPolicy.read(),
    store.toolRules.list(),
    sketch.agent === undefined ? [] : agentApprovals(store.agents, sketch.agent),
  ]);
  const about = rules.filter(({ runId }) => runId === null || runId === sketch.runId);
  const policy = await compileToolRules({ version, rules: about });
  const call = sketchedCall(sketch, tools, clock.now());
  const decision = decideTool(call, policy, approvals);
  return { ...decision, version, trace: traceTool(call, policy, decision).slice(0, mostTraced) };
}
