import {
  costOf,
  noUsage,
  type EventOf,
  type FlotillaError,
  type ModelRequest,
  type ModelStep,
} from "@flotilla/core";
import type { Segment } from "./segment.ts";

/** As providers roughly count them. */
const charactersPerToken = 4;

type AttemptCost = Pick<
  EventOf<"step.failed">,
  "usage" | "usageEstimated" | "costMicros" | "prices"
>;

/** What a call that failed will be billed for; empty when the provider bills nothing for it. */
export function failureCost(
  { parts }: Segment,
  model: string,
  { usage, usageEstimated }: FlotillaError,
): AttemptCost {
  if (!usage) return {};
  return {
    usage,
    ...(usageEstimated && { usageEstimated }),
    ...costOf(usage, parts.models.price(model)),
  };
}

/**
 * What an attempt that died with its worker will probably be billed for. Nobody heard how far the
 * call came, so it is taken to have been made, and to have said what the journal has of it. Empty
 * for an attempt that still waited for its turn as far as the journal knows.
 */
export function lostCost(segment: Segment, request: Omit<ModelRequest, "model">): AttemptCost {
  const { journal, parts } = segment;
  const step = journal.run.steps.findLast((one): one is ModelStep => one.kind === "model");
  if (step?.status !== "running") return {};
  const { model, partialText, partialReasoning } = step;
  const inputTokens = parts.models.countTokens({ ...request, model });
  // A request that is too long is summarised before it is made.
  if (inputTokens > (parts.models.contextWindow(model) ?? Infinity)) return {};
  const usage = {
    ...noUsage,
    inputTokens,
    outputTokens: tokensIn(partialText) + tokensIn(partialReasoning),
    reasoningTokens: tokensIn(partialReasoning),
  };
  return { usage, usageEstimated: true, ...costOf(usage, parts.models.price(model)) };
}

function tokensIn(text: string): number {
  return Math.ceil(text.length / charactersPerToken);
}
