import {
  FlotillaError,
  newId,
  questionFormSchema,
  type EventData,
  type ToolCallPart,
} from "@flotilla/core";
import { checkToolUse } from "./check-tool-use.ts";
import { interruptTerms } from "./interrupt-terms.ts";
import { toolNames } from "./model-request.ts";
import { schemaProblem, schemaProblems } from "./output.ts";
import { inputError, refusedCall } from "./refused-call.ts";
import type { Segment } from "./segment.ts";
import { delegateCall, handOffCall } from "./team/own-team-calls.ts";

/**
 * What becomes of a call that the engine performs itself: it asks somebody, or starts another run, and
 * the events that say so stand in the place of a result. They are staged, and go with what follows.
 */
type OwnCall = (segment: Segment, call: AskedCall, step: number) => Promise<EventData[]>;
type AskedCall = Pick<ToolCallPart, "callId" | "tool" | "input">;

const ownCalls: Readonly<Record<string, OwnCall>> = {
  ask_person: askPerson,
  delegate: delegateCall,
  handoff: handOffCall,
};

/** Whether the engine performs the calls of a tool itself. */
export function isOwnCall(segment: Segment, tool: string): boolean {
  return tool in ownCalls && toolNames(segment).includes(tool);
}

/** The events of such a call; what is wrong with it is told to the model. */
export async function ownCall(
  segment: Segment,
  call: AskedCall,
  step: number,
): Promise<EventData[]> {
  const { input } = segment.parts.tools.get(call.tool);
  const problems = schemaProblems(input, call.input);
  if (problems.length > 0) {
    return refusedCall(segment, call, step, inputError(problems));
  }
  const perform = ownCalls[call.tool] as OwnCall;
  try {
    await checkToolUse(segment, call);
    return await perform(segment, call, step);
  } catch (thrown) {
    if (thrown instanceof FlotillaError) return refusedCall(segment, call, step, thrown);
    throw thrown;
  }
}

async function askPerson(segment: Segment, call: AskedCall, step: number): Promise<EventData[]> {
  const { callId, tool } = call;
  const input = segment.parts.redact.json(call.input);
  const { question, form: given = { kind: "text" } } = input as {
    question: string;
    form?: unknown;
  };
  const form = questionFormSchema.parse(given);
  const problem = form.kind === "schema" ? schemaProblem(form.schema) : undefined;
  if (problem) return refusedCall(segment, call, step, inputError([`form.schema: ${problem}`]));
  return [
    {
      type: "interrupt.raised",
      interruptId: newId("int", segment.parts.clock.now()),
      kind: "question",
      callId,
      step,
      tool,
      input,
      prompt: question,
      form,
      ...interruptTerms(segment),
    },
  ];
}
