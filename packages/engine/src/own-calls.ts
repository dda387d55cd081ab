import {
  FlotillaError,
  newId,
  questionFormSchema,
  type EventData,
  type ToolCallPart,
} from "@flotilla/core";
import { toolNames } from "./model-request.ts";
import { schemaProblems } from "./output.ts";
import type { Segment } from "./segment.ts";

/**
 * What becomes of a call that the engine performs itself: it asks somebody, or starts another run, and
 * the events that say so stand in the place of a result. They are staged, and go with what follows.
 */
type OwnCall = (segment: Segment, call: ToolCallPart, step: number) => Promise<EventData[]>;

const ownCalls: Readonly<Record<string, OwnCall>> = { ask_person: askPerson };

/** Whether the engine performs the calls of a tool itself. */
export function isOwnCall(segment: Segment, tool: string): boolean {
  return tool in ownCalls && toolNames(segment).includes(tool);
}

/** The events of such a call; an input that does not fit its schema is told to the model. */
export async function ownCall(
  segment: Segment,
  call: ToolCallPart,
  step: number,
): Promise<EventData[]> {
  const { input } = segment.parts.tools.get(call.tool);
  const problems = schemaProblems(input, call.input);
  if (problems.length > 0) {
    return refused(segment, call, step, `The input is not valid: ${problems.join("; ")}.`);
  }
  const perform = ownCalls[call.tool] as OwnCall;
  return perform(segment, call, step);
}

/** The events of a call that came to nothing. */
function refused(
  segment: Segment,
  { callId, tool, input }: ToolCallPart,
  step: number,
  message: string,
): EventData[] {
  const idempotencyKey = `${segment.journal.run.runId}:${callId}`;
  const error = new FlotillaError("tool_input_invalid", message).toRecord();
  return [
    { type: "effect.intended", step, callId, tool, input, attempt: 1, idempotencyKey },
    { type: "effect.failed", callId, error, ms: 0, retryInMs: null },
  ];
}

async function askPerson(
  segment: Segment,
  { callId, tool, input }: ToolCallPart,
  step: number,
): Promise<EventData[]> {
  const { question, form = { kind: "text" } } = input as { question: string; form?: unknown };
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
      form: questionFormSchema.parse(form),
    },
  ];
}
