import type { LanguageModelV4Usage } from "@ai-sdk/provider";
import type { Usage } from "@flotilla/core";
import { estimateTokens } from "./tokens.ts";

/**
 * A provider's count as a Usage. A provider that counts nothing (some self-hosted
 * servers) is estimated from the texts, so that token limits still hold.
 */
export function usageOf(
  counted: LanguageModelV4Usage,
  texts: () => { input: string; output: string },
): Usage {
  const { inputTokens, outputTokens } = counted;
  const estimate = inputTokens.total === undefined || outputTokens.total === undefined;
  const guess = estimate ? texts() : { input: "", output: "" };
  return {
    inputTokens: inputTokens.total ?? estimateTokens(guess.input),
    cachedInputTokens: inputTokens.cacheRead ?? 0,
    cacheWriteTokens: inputTokens.cacheWrite ?? 0,
    outputTokens: outputTokens.total ?? estimateTokens(guess.output),
    reasoningTokens: outputTokens.reasoning ?? 0,
  };
}
