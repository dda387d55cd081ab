import {
  artifactTool,
  costMicros,
  noUsage,
  hasArtifacts,
  historySteps,
  transcript,
  type AgentSpec,
  type CallEstimate,
  type CredentialScope,
  type ModelRequest,
  type Price,
  type ToolSpec,
} from "@flotilla/core";
import type { Segment } from "./segment.ts";

/** The request of a model step, whichever target answers it. */
export function modelRequest(segment: Segment, step: number): Omit<ModelRequest, "model"> {
  const { spec, journal, history } = segment;
  return {
    instructions: spec.instructions,
    messages: transcript(journal.run, history),
    tools: toolSpecs(segment),
    settings: spec.settings,
    ...(spec.output && { output: spec.output }),
    // Ids of calls are counted through the whole conversation.
    step: historySteps(journal.run.history) + step,
    runId: journal.run.runId,
    scope: scopeOf(journal.run),
    prefixKey: `${journal.run.agentId}@${journal.run.agentVersion}`,
  };
}

/** Whose credentials the calls of a run may use. */
export function scopeOf({ organisation, environment }: CredentialScope): CredentialScope {
  return { organisation, environment };
}

/** By agent: the tools as a model sees them, without and with the one that reads artifacts. */
const offered = new WeakMap<AgentSpec, Map<boolean, ToolSpec[]>>();

/** The same list each time, so that it is counted once. */
function toolSpecs(segment: Segment): ToolSpec[] {
  const { spec, journal, parts } = segment;
  const lists = offered.get(spec) ?? new Map<boolean, ToolSpec[]>();
  offered.set(spec, lists);
  const reads = readsArtifacts(segment);
  let specs = lists.get(reads);
  if (!specs) {
    const own = toolNames(segment).map((name) => {
      const { description, input } = parts.tools.get(name);
      return { name, description, input };
    });
    specs = [...own, ...(journal.run.request?.tools ?? [])];
    lists.set(reads, specs);
  }
  return specs;
}

/** What a run may call: the agent's tools, and once it has artifacts the one that reads them. */
export function toolNames(segment: Pick<Segment, "spec" | "journal" | "history">): string[] {
  const { tools } = segment.spec;
  const reads = readsArtifacts(segment) && !tools.includes(artifactTool);
  return reads ? [...tools, artifactTool] : tools;
}

function readsArtifacts({ journal, history }: Pick<Segment, "journal" | "history">): boolean {
  return history.hasArtifacts || hasArtifacts(journal.run);
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
