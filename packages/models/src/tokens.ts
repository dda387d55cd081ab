import { estimateTokenCount } from "tokenx";

/** An estimate within about 5 to 10 % of a real tokenizer's count, at a fraction of its cost. */
export function estimateTokens(text: string): number {
  return estimateTokenCount(text);
}
