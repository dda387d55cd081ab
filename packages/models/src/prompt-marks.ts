import type { SharedV4ProviderOptions } from "@ai-sdk/provider";
import type { ModelRequest } from "@flotilla/core";
import type { ProviderConfig } from "./config.ts";
import { RequestTokens } from "./count-tokens.ts";
import { estimateTokens } from "./tokens.ts";

/** Providers keep no prefix that is shorter. */
const leastTokens = 1_024;

const tokens = new RequestTokens(estimateTokens);

/** Where a prompt is marked to be cached up to there; Anthropic takes four marks at most. */
export interface PromptMarks {
  lastTool: boolean;
  instructions: boolean;
  /** Places of the messages that are marked. */
  messages: readonly number[];
}

export const noMarks: PromptMarks = { lastTool: false, instructions: false, messages: [] };

/** A mark, as the options of what it ends. */
export const mark: SharedV4ProviderOptions = {
  anthropic: { cacheControl: { type: "ephemeral" } },
};

/**
 * Marks for a provider that caches only what is marked, where it pays: writing costs a quarter more
 * than reading afresh, so what only this call sends is left alone. Tools and instructions are the
 * same for all calls of an agent. The messages come again if the run may go on, that is with tools:
 * the end of the prompt is marked for the next call, the end of the previous one to be found again.
 */
export function promptMarks(request: ModelRequest, config: ProviderConfig): PromptMarks {
  if (!config.promptCache || !speaksAnthropic(config)) return noMarks;
  const { instructions, tools, messages } = request;
  const start = { ...request, messages: [] };
  const hasTools = tools.length > 0;
  const pays = tokens.of(start) >= leastTokens;
  const toolsPay = hasTools && pays && tokens.of({ ...start, instructions: "" }) >= leastTokens;
  const goesOn = hasTools && tokens.of(request) >= leastTokens;
  return {
    lastTool: instructions === "" ? hasTools && pays : toolsPay,
    instructions: instructions !== "" && pays,
    messages: goesOn ? endsOf(messages) : [],
  };
}

function speaksAnthropic(config: ProviderConfig): boolean {
  return config.kind === "anthropic" || ("format" in config && config.format === "anthropic");
}

/** The end of the prompt, and of the one before the last answer. */
function endsOf(messages: ModelRequest["messages"]): number[] {
  const before = messages.findLastIndex(({ role }) => role === "assistant") - 1;
  return [before, messages.length - 1].filter((place) => place >= 0);
}
