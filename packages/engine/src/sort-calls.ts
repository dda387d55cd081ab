import {
  artifactTool,
  newId,
  type EventData,
  type EventOf,
  type ToolCallPart,
  type ToolDecision,
} from "@flotilla/core";
import { callHash } from "./call-hash.ts";
import { toolDecision } from "./check-tool-use.ts";
import { interruptTerms } from "./interrupt-terms.ts";
import { toolNames } from "./model-request.ts";
import { schemaProblems } from "./output.ts";
import { isOwnCall, ownCall } from "./own-calls.ts";
import { inputError, refusedCall } from "./refused-call.ts";
import type { Segment } from "./segment.ts";

/**
 * What becomes of the calls of an answer: some are made, the engine performs some itself, and about some
 * a person is asked first, since the agent or a tool rule says so, or because one such call was changed or
 * rejected before. A call that does not fit its tool's schema is refused without asking anybody. What stands
 * for those that are not made is staged, one call after the other: what one reserves is not there for the next.
 *
 * @returns those to be made now, with the rules that allow them
 */
export async function sortCalls(
  segment: Segment,
  calls: readonly ToolCallPart[],
  step: number,
): Promise<(ToolCallPart & Decided)[]> {
  const { journal } = segment;
  const made: (ToolCallPart & Decided)[] = [];
  for (const asked of calls) {
    // A hash is of what is kept: a secret that was learnt meanwhile is taken out first.
    const call = { ...asked, input: segment.parts.redact.json(asked.input) };
    const decision = await decisionOn(segment, call);
    // What is denied is counted where it is refused.
    if (decision && decision.effect !== "deny")
      segment.parts.desk.noteDecision(journal.run, decision);
    if (decision?.effect === "ask") journal.stage(...propose(segment, call, step, decision));
    else if (isOwnCall(segment, call.tool)) journal.stage(...(await ownCall(segment, call, step)));
    else made.push({ ...call, ...(decision?.effect === "allow" && decidedBy(decision)) });
  }
  return made;
}

type Decided = Pick<EventOf<"effect.intended">, "decidedBy">;

const neverAsked = new Set([artifactTool, "ask_person"]);

/** Undefined: nobody decides about such calls. */
async function decisionOn(
  segment: Segment,
  { tool, input }: ToolCallPart,
): Promise<ToolDecision | undefined> {
  // What does not exist is told to the model; what it has itself it may read; who asks is not asked about.
  if (!toolNames(segment).includes(tool) || neverAsked.has(tool)) return undefined;
  const decision = await toolDecision(segment, { tool, input });
  if (decision.effect !== "allow") return decision;
  if (!segment.journal.run.replaced.includes(callHash(tool, input))) return decision;
  return { effect: "ask", reason: "a person has changed or rejected this very call before" };
}

function decidedBy({ ruleId, version }: ToolDecision): Decided {
  return ruleId === undefined || version === undefined ? {} : { decidedBy: { ruleId, version } };
}

function propose(
  segment: Segment,
  call: ToolCallPart,
  step: number,
  decision: ToolDecision,
): EventData[] {
  const { callId, tool, input } = call;
  const { parts, journal } = segment;
  const problems = schemaProblems(parts.tools.get(tool).input, input);
  if (problems.length > 0) return refusedCall(segment, call, step, inputError(problems));
  const hash = callHash(tool, input);
  return [
    {
      type: "interrupt.raised",
      interruptId: newId("int", parts.clock.now()),
      kind: "approval",
      callId,
      step,
      tool,
      input,
      hash,
      prompt: `May ${journal.run.active.agentName} call ${tool}?`,
      reason: decision.reason,
      ...decidedBy(decision),
      ...interruptTerms(segment, hash),
    },
  ];
}
