import type { LanguageModelV4Usage } from "@ai-sdk/provider";
import type { Usage } from "@flotilla/core";
import { estimateTokens } from "./tokens.ts";

/** A usage, and whether part of it is our estimate and not the provider's count. */
export interface Billed {
  usage: Usage;
  estimated: boolean;
}

/** Tokens that a text will probably count. */
export type Estimate = (text: string) => number;

/** What a call said and was told, asked for only when a count is missing or hard to believe. */
export type Texts = () => { input: string; output: string };

/**
 * Counts up to this are believed whatever the texts are: providers add prompts of their own
 * to the input, and hidden reasoning to the output.
 */
const believed = { input: 250_000, output: 500_000 };
/** Beyond it, each character of the text makes this many more tokens believable. */
const tokensPerCharacter = 16;

/**
 * A provider's count as a Usage. What a provider does not count (some self-hosted servers)
 * or counts absurdly (negative, not a number, far beyond what the texts can be) is estimated
 * from the texts, so that limits and costs still hold.
 */
export function usageOf(
  counted: Pick<LanguageModelV4Usage, "inputTokens" | "outputTokens">,
  texts: Texts,
  estimate: Estimate = estimateTokens,
): Billed {
  const input = countOf("input", counted.inputTokens.total, texts, estimate);
  const output = countOf("output", counted.outputTokens.total, texts, estimate);
  const { cacheRead, cacheWrite } = counted.inputTokens;
  const cachedInputTokens = partOf(input.tokens, cacheRead);
  return {
    usage: {
      inputTokens: input.tokens,
      cachedInputTokens,
      cacheWriteTokens: partOf(input.tokens - cachedInputTokens, cacheWrite),
      outputTokens: output.tokens,
      reasoningTokens: partOf(output.tokens, counted.outputTokens.reasoning),
    },
    estimated: input.estimated || output.estimated,
  };
}

function countOf(
  side: "input" | "output",
  counted: number | undefined,
  texts: Texts,
  estimate: Estimate,
) {
  if (isCount(counted)) {
    // Packages make 0 of a count that is missing, so 0 counts only where there is no text.
    if (counted > 0 && counted <= believed[side]) return { tokens: counted, estimated: false };
    const { length } = texts()[side];
    const most = length === 0 ? believed[side] : believed[side] + tokensPerCharacter * length;
    const least = length === 0 ? 0 : 1;
    if (counted >= least && counted <= most) return { tokens: counted, estimated: false };
  }
  return { tokens: estimate(texts()[side]), estimated: true };
}

/** A part of a count, never more than the whole. */
function partOf(whole: number, part: number | undefined): number {
  return isCount(part) ? Math.min(whole, part) : 0;
}

function isCount(value: number | undefined): value is number {
  return Number.isSafeInteger(value) && (value ?? -1) >= 0;
}
