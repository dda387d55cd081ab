import {
  transcript,
  type AgentSpec,
  type CallEstimate,
  type ModelRequest,
  type ToolPort,
  type ToolSpec,
} from "@flotilla/core";
import { costMicros, noUsage } from "@flotilla/core";
import type { Segment } from "./segment.ts";

/** The request of a model step, whichever target answers it. */
export function modelRequest(segment: Segment, step: number): Omit<ModelRequest, "model"> {
  const { spec, journal, parts } = segment;
  return {
    instructions: spec.instructions,
    messages: transcript(journal.run),
    tools: toolSpecs(spec, parts.tools),
    settings: spec.settings,
    ...(spec.output && { output: spec.output }),
    step,
    runId: journal.run.runId,
  };
}

const offered = new WeakMap<AgentSpec, ToolSpec[]>();

/** The tools of an agent as a model sees them: the same list each time, so that it is counted once. */
function toolSpecs(spec: AgentSpec, tools: ToolPort): ToolSpec[] {
  let specs = offered.get(spec);
  if (!specs) {
    specs = spec.tools.map((name) => {
      const { description, input } = tools.get(name);
      return { name, description, input };
    });
    offered.set(spec, specs);
  }
  return specs;
}

/** What a request will probably use and cost. Answers of one agent version on one model are alike. */
export function estimateCall(segment: Segment, request: ModelRequest): CallEstimate {
  const { models, guess } = segment.parts;
  const inputTokens = models.countTokens(request);
  const { likely, most } = guess.guess(
    answerKey(segment, request.model),
    request.settings.maxOutputTokens,
  );
  const price = models.price(request.model);
  const cost = (outputTokens: number) =>
    costMicros({ ...noUsage, inputTokens, outputTokens }, price);
  return {
    inputTokens,
    outputTokens: likely,
    costMicros: cost(likely),
    mostCostMicros: cost(most),
  };
}

/** What answers alike, for the guess of output tokens. */
export function answerKey({ journal }: Segment, model: string): string {
  const { agentId, agentVersion } = journal.run;
  return `${agentId}@${agentVersion} ${model}`;
}
