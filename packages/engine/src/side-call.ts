import {
  costOf,
  messageText,
  toFlotillaError,
  type Admission,
  type FlotillaError,
  type Message,
  type ModelRequest,
  type SideCall,
  type Usage,
} from "@flotilla/core";
import { admitCall } from "./admit-call.ts";
import { callModel, withinWallTime, type Completed } from "./call-model.ts";
import { stopReason, type Segment } from "./segment.ts";
import { scopeOf } from "./model-request.ts";
import { reportAnswer, reportFailure } from "./target-request.ts";

/** What is asked of a model beside the run's own calls. */
export interface SideQuestion {
  model: string;
  instructions: string;
  messages: Message[];
  maxOutputTokens?: number;
}

/** What it came to. The caller journals the call: what it used and cost, also when it failed. */
export type SideAnswer =
  | { text: string; truncated: boolean; call: SideCall }
  | { error: FlotillaError; call?: SideCall };

const nobody = { push: () => undefined };

/** Asks a model once, through the same capacity as any call. */
export async function sideCall(
  segment: Segment,
  { model, instructions, messages, maxOutputTokens }: SideQuestion,
): Promise<SideAnswer> {
  const { parts, journal } = segment;
  const { runId, stepCount } = journal.run;
  const request: ModelRequest = {
    ...{ model, instructions, messages, step: stepCount + 1, runId },
    tools: [],
    settings: { ...(maxOutputTokens !== undefined && { maxOutputTokens }) },
    scope: scopeOf(journal.run),
  };
  let begun = parts.clock.now();
  let admission: Admission | undefined;
  const told = (used: Used) =>
    callOf(
      segment,
      { model, ms: parts.clock.now() - begun, waited: admission?.waited ?? {} },
      used,
    );
  try {
    const completed: Completed = await withinWallTime(segment, async (signal) => {
      const admitted = await admitCall(segment, null, request, signal);
      admission = admitted;
      begun = parts.clock.now();
      return callModel(segment, request, nobody, (heard) => admitted.heard(heard), signal);
    });
    const call = told(completed);
    admission?.settle(call);
    reportAnswer(segment, model, completed, call.ms);
    const truncated = completed.finish === "length";
    return { text: messageText(completed.message), truncated, call };
  } catch (thrown) {
    const error = toFlotillaError(thrown);
    if (error.limits) admission?.heard(error.limits);
    const { usage, usageEstimated } = error;
    const call = usage && { ...told({ usage, usageEstimated }), failed: true as const };
    admission?.settle(call ?? { usage: null, costMicros: null });
    reportFailure(segment, model, error);
    return { error, ...(call && { call }) };
  }
}

/**
 * Whether the call came to nothing because its segment stops. What is to be paid for it is staged then:
 * the next segment makes it again, and pays for that too.
 */
export function wasAbandoned(segment: Segment, answer: SideAnswer): boolean {
  if ("text" in answer || !(stopReason(segment) || segment.pause.signal.aborted)) return false;
  const { call, error } = answer;
  if (call) segment.journal.stage({ type: "call.abandoned", call, error: error.toRecord() });
  return true;
}

interface Used {
  usage: Usage;
  usageEstimated?: boolean | undefined;
}

function callOf(
  { parts }: Segment,
  { model, ms, waited }: Required<Pick<SideCall, "model" | "ms" | "waited">>,
  { usage, usageEstimated }: Used,
): SideCall {
  return {
    ...{ model, usage, ms },
    ...costOf(usage, parts.models.price(model)),
    ...(usageEstimated && { usageEstimated: true }),
    ...(Object.keys(waited).length > 0 && { waited }),
  };
}
