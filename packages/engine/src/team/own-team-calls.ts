import {
  FlotillaError,
  toolCalls,
  type EventData,
  type EventOf,
  type ToolCallPart,
} from "@flotilla/core";
import { checkAgentUse } from "../check-tool-use.ts";
import type { Segment } from "../segment.ts";
import { findAgent, startChild } from "./start-child.ts";

/** A conversation that is handed on without end comes to nothing. */
const mostHandoffs = 10;
const microsPerUsd = 1_000_000;

/** `delegate`: a run of another agent does it. Throws what the model is told. */
export async function delegateCall(
  segment: Segment,
  { callId, tool, input }: Pick<ToolCallPart, "callId" | "tool" | "input">,
  step: number,
): Promise<EventData[]> {
  const { agent, task, budgetUsd } = input as { agent: string; task: string; budgetUsd?: number };
  const started = await startChild(segment, {
    ...{ agent, task, callId, step },
    call: { tool, input },
    ...(budgetUsd !== undefined && { budgetMicros: Math.floor(budgetUsd * microsPerUsd) }),
    open: openCalls(segment, tool),
  });
  return [started];
}

/** Calls of the tool in the newest answer that nothing is known of yet. */
function openCalls({ journal }: Segment, tool: string): number {
  const { steps } = journal.run;
  const message = steps.findLast((step) => step.kind === "model")?.message;
  const known = new Set(steps.flatMap((step) => (step.kind === "tool" ? [step.callId] : [])));
  const calls = message ? toolCalls(message) : [];
  return Math.max(1, calls.filter((one) => one.tool === tool && !known.has(one.callId)).length);
}

/** `handoff`: the run goes on as another agent. Throws what the model is told. */
export async function handOffCall(
  segment: Segment,
  { callId, tool, input }: Pick<ToolCallPart, "callId" | "tool" | "input">,
  step: number,
): Promise<EventOf<"agent.handed_off">[]> {
  const { agent: name, note = "" } = input as { agent: string; note?: string };
  const { run } = segment.journal;
  const { handoffs = [] } = segment.spec.team ?? {};
  if (!handoffs.includes(name)) {
    const known = handoffs.join(", ") || "none";
    throw refusal(`The conversation cannot be handed over to ${name}. It can to: ${known}.`);
  }
  const before = run.steps.filter((one) => one.kind === "tool" && one.tool === tool);
  const done = before.filter((one) => one.kind === "tool" && one.status === "done");
  if (done.length >= mostHandoffs) {
    throw refusal(`This conversation was handed over ${mostHandoffs} times; it ends with you.`);
  }
  if (done.some((one) => one.step === step)) {
    throw refusal("The conversation was handed over in this answer already.");
  }
  await checkAgentUse(segment, name);
  const agent = await findAgent(segment, name);
  const { id: agentId, version: agentVersion } = agent;
  return [
    {
      type: "agent.handed_off",
      ...{ step, callId, tool, input, agentId, agentName: name, agentVersion, note },
    },
  ];
}

function refusal(message: string): FlotillaError {
  return new FlotillaError("limit_team", message);
}
