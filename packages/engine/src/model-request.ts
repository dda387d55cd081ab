import {
  artifactTool,
  costMicros,
  noUsage,
  transcript,
  type AgentSpec,
  type CallEstimate,
  type ModelRequest,
  type Price,
  type Run,
  type ToolSpec,
} from "@flotilla/core";
import type { Segment } from "./segment.ts";

/** The request of a model step, whichever target answers it. */
export function modelRequest(segment: Segment, step: number): Omit<ModelRequest, "model"> {
  const { spec, journal } = segment;
  return {
    instructions: spec.instructions,
    messages: transcript(journal.run),
    tools: toolSpecs(segment),
    settings: spec.settings,
    ...(spec.output && { output: spec.output }),
    step,
    runId: journal.run.runId,
    prefixKey: `${journal.run.agentId}@${journal.run.agentVersion}`,
  };
}

/** By agent: the tools as a model sees them, without and with the one that reads artifacts. */
const offered = new WeakMap<AgentSpec, Map<boolean, ToolSpec[]>>();

/** The same list each time, so that it is counted once. */
function toolSpecs({ spec, journal, parts }: Segment): ToolSpec[] {
  const lists = offered.get(spec) ?? new Map<boolean, ToolSpec[]>();
  offered.set(spec, lists);
  const reads = hasArtifacts(journal.run);
  let specs = lists.get(reads);
  if (!specs) {
    specs = toolNames(spec, journal.run).map((name) => {
      const { description, input } = parts.tools.get(name);
      return { name, description, input };
    });
    lists.set(reads, specs);
  }
  return specs;
}

/** What a run may call: the agent's tools, and once it has artifacts the one that reads them. */
export function toolNames({ tools }: AgentSpec, run: Run): string[] {
  return hasArtifacts(run) && !tools.includes(artifactTool) ? [...tools, artifactTool] : tools;
}

function hasArtifacts(run: Run): boolean {
  return run.steps.some((step) => step.kind === "tool" && step.artifact !== undefined);
}

const inputMargin = 1.5;

/** What a request will probably use and cost. Answers of one agent version on one model are alike. */
export function estimateCall(
  segment: Segment,
  request: ModelRequest,
  price: Price | null = segment.parts.models.price(request.model),
): CallEstimate {
  const { models, guess } = segment.parts;
  const inputTokens = models.countTokens(request);
  const { likely, most } = guess.guess(
    answerKey(segment, request.model),
    request.settings.maxOutputTokens,
  );
  // The count is an estimate, and all of it may have to be written to the provider's cache.
  const mostInput = Math.ceil(inputTokens * inputMargin);
  const isDearToWrite = (price?.cacheWrite ?? 0) > (price?.input ?? 0);
  const mostUsage = {
    ...noUsage,
    inputTokens: mostInput,
    cacheWriteTokens: isDearToWrite ? mostInput : 0,
    outputTokens: most,
  };
  return {
    inputTokens,
    outputTokens: likely,
    costMicros: costMicros({ ...noUsage, inputTokens, outputTokens: likely }, price),
    mostCostMicros: costMicros(mostUsage, price),
  };
}

/** What answers alike, for the guess of output tokens. */
export function answerKey({ journal }: Segment, model: string): string {
  const { agentId, agentVersion } = journal.run;
  return `${agentId}@${agentVersion} ${model}`;
}
