import { userOf, type Environment } from "./caller.ts";
import type { Json } from "./json.ts";
import { isUntrusted, type Label } from "./label.ts";
import type { ToolPort, ToolReach, ToolRisk } from "./port.ts";
import type { Run } from "./run.ts";
import type { Role } from "./role.ts";
import type { ToolEffect } from "./tool-rule.ts";

/** A call that is about to be made. */
export interface AskedCall {
  tool: string;
  agent: string;
  runId: string;
  environment: Environment;
  input: Json;
  risk: ToolRisk;
  reach: ToolReach;
  /** What may flow into it unasked; left out: everything. */
  reads?: readonly Label[];
  /** Of all that the run's model has read. */
  labels: readonly Label[];
  /** URLs and addresses that it reaches. */
  destinations: readonly string[];
  /** What people whom the run works for have written to it. */
  trustedText: string;
  /** Of who started the run; null: the platform itself. */
  role: Role | null;
  /** The id of the person who started the run, himself or with a key of his. */
  user?: string;
  /** When it is made, in Unix milliseconds. */
  at: number;
  /** What the run has cost so far. */
  spentMicros: number;
}

export interface ToolDecision {
  effect: ToolEffect;
  /** For people and models: what decided. */
  reason: string;
  /** The rule that decided, and the version of the rules that it stood in; left out when none did. */
  ruleId?: string;
  version?: number;
}

/** A call of a run, as rules judge it. */
export function askedCall(
  run: Run,
  { tool, input }: { tool: string; input: Json },
  tools: Pick<ToolPort, "list" | "destinations">,
  at: number,
): AskedCall {
  const { runId, active, environment, labels, startedBy, costMicros } = run;
  const { destinations, ...terms } = callTerms(tools, tool, input);
  return {
    ...{ tool, input, runId, environment, labels, at, ...terms },
    agent: active.agentName,
    role: startedBy?.role ?? null,
    ...userIn(startedBy),
    spentMicros: costMicros,
    // Few calls are judged by these, and a run may be long.
    get destinations() {
      return destinations();
    },
    get trustedText() {
      return trustedText(run);
    },
  };
}

/** What a tool itself says of a call. Of a tool that is not there the worst is assumed. */
export function callTerms(
  tools: Pick<ToolPort, "list" | "destinations">,
  tool: string,
  input: Json,
): Pick<AskedCall, "risk" | "reach" | "reads"> & { destinations: () => string[] } {
  const info = tools.list().find(({ name }) => name === tool);
  if (!info) return { risk: "outbound", reach: "open", destinations: () => [] };
  const { risk, reach, reads } = info;
  const destinations = () => tools.destinations(tool, input);
  return { risk, reach, ...(reads && { reads }), destinations };
}

/** What people have told it: not what another system or agent has. */
function trustedText({ input, inputLabels, steps }: Run): string {
  const said = steps.flatMap((step) =>
    step.kind === "message" && step.from === null ? [step.text] : [],
  );
  // Attachments have labels of their own, and are no part of the text.
  return [...(inputLabels.some(isUntrusted) ? [] : [input.text]), ...said].join("\n");
}

function userIn(startedBy: Run["startedBy"]): { user?: string } {
  const user = startedBy ? userOf(startedBy) : undefined;
  return user === undefined ? {} : { user };
}
