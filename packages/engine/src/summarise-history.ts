import {
  costOf,
  FlotillaError,
  messageText,
  summaryInstructions,
  toFlotillaError,
  userMessage,
  type EventOf,
  type ModelRequest,
  type Usage,
} from "@flotilla/core";
import { admitCall } from "./admit-call.ts";
import { scopeOf } from "./model-request.ts";
import { callModel } from "./call-model.ts";
import type { Fitting } from "./fitting.ts";
import { summarise } from "./summarise.ts";

export interface HistoryOrder {
  texts: string[];
  /** The most that the summary may have, in tokens. */
  most: number;
  /** Tokens of a text, for the model that will read the summary. */
  count: (text: string) => number;
}

/** Where nobody knows the window of the model that summarises. */
const cautiousWindow = 8_192;
/** Estimates may be off; a piece leaves so much of the room free. */
const usedPart = 0.85;
/** Pieces are made smaller so often when the model refuses one as too long. */
const mostTries = 3;
/** Beside the summary, for a model that thinks before it writes. */
const thoughtTokens = 512;

/**
 * Has texts of any length summarised by the agent's model for that, or the model that is called. A
 * crash loses the calls made so far and nothing else.
 *
 * Rejects with what a call throws, and with `context_overflow` when the model is too small to
 * summarise at all.
 */
export async function summariseHistory(
  fitting: Fitting,
  { texts, most, count }: HistoryOrder,
): Promise<{ summary: string; model: string; calls: number }> {
  const { models } = fitting.segment.parts;
  const model = await summariser(fitting);
  const countText = (text: string) =>
    Math.max(count(text), models.countTokens(requestOf(fitting, model, text, 0)));
  let calls = 0;
  const ask = (piece: string, tokens: number) => {
    calls++;
    return askFor(fitting, model, piece, tokens);
  };
  for (let tries = 1; ; tries++) {
    const window = models.contextWindow(model) ?? cautiousWindow;
    const reserve = Math.min(2 * most + thoughtTokens, Math.floor(window / 4));
    const frame = models.countTokens(requestOf(fitting, model, "", most));
    const piece = Math.floor(((window - reserve) * usedPart) / tries) - frame;
    try {
      const summary = await summarise(texts, { count: countText, piece, most, ask });
      if (summary !== undefined) return { summary, model, calls };
    } catch (error) {
      const isTooLong = error instanceof FlotillaError && error.code === "context_overflow";
      if (!isTooLong || tries === mostTries) throw error;
      continue;
    }
    throw new FlotillaError(
      "context_overflow",
      `The context of ${model} (${window} tokens) is too small to summarise the earlier steps with.`,
      { remedy: "Name a model with a larger context in the agent's context.model." },
    );
  }
}

async function summariser({ segment, request }: Fitting): Promise<string> {
  const { spec, parts, journal } = segment;
  const name = spec.context?.model;
  if (name === undefined) return request.model;
  const { runId } = journal.run;
  const { agentName } = journal.run.active;
  const needs = { inputTokens: 0, needsTools: false, needsJson: false, needsVision: false };
  const asked = { name, ...needs, agentName, text: "", runId, failed: [] };
  return (await parts.router.choose(asked)).model;
}

function requestOf(
  { action, segment, request }: Fitting,
  model: string,
  piece: string,
  tokens: number,
): ModelRequest {
  const words = Math.max(20, Math.floor(tokens * 0.6));
  const text = `Summarise this in at most ${words} words.\n\n<material>\n${piece}\n</material>`;
  return {
    model,
    instructions: summaryInstructions,
    messages: [userMessage(text)],
    tools: [],
    settings: {
      maxOutputTokens: 2 * tokens + thoughtTokens,
      ...(request.settings.reasoningEffort && { reasoningEffort: "low" }),
    },
    step: action.step,
    runId: segment.journal.run.runId,
    scope: scopeOf(segment.journal.run),
  };
}

const nobody = { push: () => undefined };

/** One call, let through and paid for like any other. What it cost is in the journal at once. */
async function askFor(
  fitting: Fitting,
  model: string,
  piece: string,
  tokens: number,
): Promise<string> {
  const { segment, action, signal } = fitting;
  const request = requestOf(fitting, model, piece, tokens);
  const admission = await admitCall(segment, action, request, signal);
  const heard = admission.heard.bind(admission);
  try {
    const answer = await callModel(segment, request, nobody, heard, signal);
    const event = summaryCall(fitting, model, answer);
    admission.settle(event);
    await segment.journal.commit(event);
    const text = messageText(answer.message).trim();
    if (text) return text;
  } catch (thrown) {
    const error = toFlotillaError(thrown);
    if (segment.journal.broken) throw error;
    const { usage, usageEstimated } = error;
    const event = usage && summaryCall(fitting, model, { usage, usageEstimated });
    if (error.limits) admission.heard(error.limits);
    admission.settle(event ?? { usage: null, costMicros: null });
    if (event) segment.journal.stage({ ...event, failed: true });
    // The step's own attempt used nothing of it.
    throw error.withoutUsage();
  }
  throw new FlotillaError("model_output_invalid", `${model} answered with an empty summary.`, {
    transient: true,
    remedy: "The run retries by itself; name another model in context.model if it persists.",
  });
}

function summaryCall(
  { segment, action: { step, attempt } }: Fitting,
  model: string,
  { usage, usageEstimated }: { usage: Usage; usageEstimated?: boolean | undefined },
): EventOf<"context.summarised"> {
  return {
    type: "context.summarised",
    step,
    attempt,
    model,
    usage,
    ...(usageEstimated && { usageEstimated: true }),
    ...costOf(usage, segment.parts.models.price(model)),
  };
}
