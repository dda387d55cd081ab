import { FlotillaError, type EventData, type ToolCallPart } from "@flotilla/core";
import type { Segment } from "./segment.ts";

/** The events of a call that comes to nothing: the model is told. */
export function refusedCall(
  segment: Segment,
  { callId, tool, input }: Pick<ToolCallPart, "callId" | "tool" | "input">,
  step: number,
  error: FlotillaError,
): EventData[] {
  const idempotencyKey = `${segment.journal.run.runId}:${callId}`;
  return [
    { type: "effect.intended", step, callId, tool, input, attempt: 1, idempotencyKey },
    { type: "effect.failed", callId, error: error.toRecord(), ms: 0, retryInMs: null },
  ];
}

export function inputError(problems: readonly string[]): FlotillaError {
  return new FlotillaError("tool_input_invalid", `The input is not valid: ${problems.join("; ")}.`);
}
