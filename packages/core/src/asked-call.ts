import type { Environment } from "./caller.ts";
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
  /** When it is made, in Unix milliseconds. */
  at: number;
  /** What the run has cost so far. */
  spentMicros: number;
}

export interface ToolDecision {
  effect: ToolEffect;
  /** For people and models: what decided. */
  reason: string;
  /** The rule that decided; left out when none did. */
  ruleId?: string;
}

/** A call of a run, as rules judge it. Of a tool that is not there the worst is assumed. */
export function askedCall(
  run: Run,
  { tool, input }: { tool: string; input: Json },
  tools: Pick<ToolPort, "list" | "destinations">,
  at: number,
): AskedCall {
  const info = tools.list().find(({ name }) => name === tool);
  const { runId, active, environment, labels, startedBy, costMicros } = run;
  return {
    ...{ tool, input, runId, environment, labels, at },
    agent: active.agentName,
    risk: info?.risk ?? "outbound",
    reach: info?.reach ?? "open",
    ...(info?.reads && { reads: info.reads }),
    destinations: info ? tools.destinations(tool, input) : [],
    trustedText: trustedText(run),
    role: startedBy?.role ?? null,
    spentMicros: costMicros,
  };
}

/** What people have told it: not what another system or agent has. */
function trustedText({ input, inputLabels, steps }: Run): string {
  const said = steps.flatMap((step) =>
    step.kind === "message" && step.from === null ? [step.text] : [],
  );
  // Attachments have labels of their own, and are no part of the text.
  return [...(inputLabels.some(isUntrusted) ? [] : [input.text]), ...said].join("\n");
}
