import {
  budgetLeft,
  FlotillaError,
  type Message,
  type ModelQuestion,
  type ModelReply,
} from "@flotilla/core";
import type { Segment } from "./segment.ts";
import { sideCall } from "./side-call.ts";

/**
 * Asks the model that the run asked last for one of its tools' calls. What it used and cost is in the journal before the tool
 * has the answer, so that it counts against the run's limits whatever becomes of the call. Throws what the model call
 * throws, or `limit_cost` where the run has spent what it may.
 */
export async function askModel(
  segment: Segment,
  callId: string,
  { messages, instructions = "", maxOutputTokens }: ModelQuestion,
): Promise<ModelReply> {
  const { journal, spec } = segment;
  if (budgetLeft(journal.run, spec.limits) === 0) {
    throw new FlotillaError("limit_cost", "The run has spent what it may.");
  }
  const last = journal.run.steps.findLast((one) => one.kind === "model");
  const model = last?.kind === "model" ? last.model : spec.model;
  const said = messages.map(({ role, text }): Message => {
    const content = [{ type: "text" as const, text }];
    return role === "user" ? { role, content } : { role, content };
  });
  const answer = await sideCall(segment, { model, instructions, messages: said, maxOutputTokens });
  if ("text" in answer) {
    const { text, truncated, call } = answer;
    await journal.commit({ type: "model.asked", callId, call });
    return { text, truncated, model };
  }
  const { error, call } = answer;
  if (call) await journal.commit({ type: "model.asked", callId, call, error: error.toRecord() });
  throw error;
}
