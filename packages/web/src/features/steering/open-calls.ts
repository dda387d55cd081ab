import { toolCalls, type Run, type ToolCallPart } from "@flotilla/core";

/** The calls that the model asked for last and that nobody has begun: a person can do them in its place. */
export function openCalls(run: Run): ToolCallPart[] {
  const last = run.steps.findLast((step) => step.kind === "model");
  if (!last?.message) return [];
  return toolCalls(last.message).filter(({ callId }) => {
    const step = run.steps.find((one) => one.kind === "tool" && one.callId === callId);
    if (step?.kind !== "tool") return true;
    return step.attempts.length === 0 && step.endedAt === null && step.status !== "delegated";
  });
}
