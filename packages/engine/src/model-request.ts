import {
  artifactTool,
  costMicros,
  noUsage,
  documentTool,
  hasArtifacts,
  hasDocuments,
  historySteps,
  mayCallTools,
  transcript,
  type AgentSpec,
  type CallEstimate,
  type CredentialScope,
  type ModelRequest,
  type Price,
  type StepPurpose,
  type ToolSpec,
} from "@flotilla/core";
import type { CallModel } from "./action.ts";
import type { Segment } from "./segment.ts";
import { teamTool } from "./team/team-tool.ts";
import { purposeInstructions } from "./strategies/instructions.ts";
import { purposeOutput } from "./strategies/purpose-output.ts";

/** The request of a model step, whichever target answers it. */
export function modelRequest(
  segment: Segment,
  { step, purpose }: Pick<CallModel, "step" | "purpose">,
): Omit<ModelRequest, "model"> {
  const { spec, journal, history } = segment;
  const output = purpose ? purposeOutput(journal.run, spec, purpose) : spec.output;
  return {
    instructions: purpose ? instructionsFor(segment, purpose) : spec.instructions,
    messages: transcript(journal.run, history, purpose),
    tools: mayCallTools(purpose) ? toolSpecs(segment, purpose) : [],
    settings: spec.settings,
    ...(output && { output }),
    // Ids of calls are counted through the whole conversation.
    step: historySteps(journal.run.history) + step,
    runId: journal.run.runId,
    scope: scopeOf(journal.run),
    prefixKey: `${journal.run.active.agentId}@${journal.run.active.agentVersion}`,
  };
}

function instructionsFor(segment: Segment, purpose: StepPurpose): string {
  const { spec, journal } = segment;
  const own = purposeInstructions(journal.run, spec, purpose, toolSpecs(segment, purpose));
  return [spec.instructions, own].filter((part) => part !== "").join("\n\n");
}

/** Whose credentials the calls of a run may use. */
export function scopeOf({ organisation, environment }: CredentialScope): CredentialScope {
  return { organisation, environment };
}

/** By agent: the tools as a model sees them, without and with those of the caller, and the one that reads artifacts. */
const offered = new WeakMap<AgentSpec, Map<string, ToolSpec[]>>();

/** The same list each time, so that it is counted once. Tools of the caller are for the run's own turn. */
function toolSpecs(segment: Segment, purpose: StepPurpose | undefined): ToolSpec[] {
  const { spec, journal, parts } = segment;
  const lists = offered.get(spec) ?? new Map<string, ToolSpec[]>();
  offered.set(spec, lists);
  const key = `${readsArtifacts(segment)} ${readsDocuments(segment)} ${purpose === undefined}`;
  let specs = lists.get(key);
  if (!specs) {
    const own = toolNames(segment).map((name) => {
      const { description, input } = parts.tools.get(name);
      return teamTool({ name, description, input }, spec);
    });
    specs = purpose ? own : [...own, ...(journal.run.request?.tools ?? [])];
    lists.set(key, specs);
  }
  return specs;
}

/** What a run may call: the agent's tools, and once it has artifacts or documents those that read them. */
export function toolNames(segment: Pick<Segment, "spec" | "journal" | "history">): string[] {
  const { tools } = segment.spec;
  const more = [
    ...(readsArtifacts(segment) ? [artifactTool] : []),
    ...(readsDocuments(segment) ? [documentTool] : []),
  ].filter((name) => !tools.includes(name));
  return more.length > 0 ? [...tools, ...more] : tools;
}

function readsDocuments({ journal, history }: Pick<Segment, "journal" | "history">): boolean {
  return history.hasDocuments || hasDocuments(journal.run);
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
  const { agentId, agentVersion } = journal.run.active;
  return `${agentId}@${agentVersion} ${model}`;
}
