import { artifactTool, newId, type EventData, type ToolCallPart } from "@flotilla/core";
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
 * @returns those to be made now
 */
export async function sortCalls(
  segment: Segment,
  calls: readonly ToolCallPart[],
  step: number,
): Promise<ToolCallPart[]> {
  const { journal } = segment;
  const made: ToolCallPart[] = [];
  for (const asked of calls) {
    // A hash is of what is kept: a secret that was learnt meanwhile is taken out first.
    const call = { ...asked, input: segment.parts.redact.json(asked.input) };
    if (await asksFirst(segment, call)) journal.stage(...propose(segment, call, step));
    else if (isOwnCall(segment, call.tool)) journal.stage(...(await ownCall(segment, call, step)));
    else made.push(call);
  }
  return made;
}

const neverAsked = new Set([artifactTool, "ask_person"]);

async function asksFirst(segment: Segment, { tool, input }: ToolCallPart): Promise<boolean> {
  // What does not exist is told to the model; what it has itself it may read; who asks is not asked about.
  if (!toolNames(segment).includes(tool) || neverAsked.has(tool)) return false;
  const { effect } = await toolDecision(segment, { tool, input });
  if (effect === "deny") return false;
  return effect === "ask" || segment.journal.run.replaced.includes(callHash(tool, input));
}

function propose(segment: Segment, call: ToolCallPart, step: number): EventData[] {
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
      ...interruptTerms(segment, hash),
    },
  ];
}
