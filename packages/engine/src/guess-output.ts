/** Before anything is known of an agent on a model. */
const firstGuess = 400;
/** What providers let most models say at once, where nobody says otherwise. */
const firstMost = 8_192;
const weight = 1 / 8;
const mostKept = 10_000;

interface Seen {
  mean: number;
  /** Mean deviation from it. */
  spread: number;
  most: number;
}

export interface OutputGuess {
  /** Tokens the answer will probably have. */
  likely: number;
  /** Tokens it will hardly exceed. */
  most: number;
}

/**
 * Guesses how many tokens an answer will have from the answers before it, by agent version and
 * model: a moving mean and mean deviation (V. Jacobson, "Congestion Avoidance and Control", 1988,
 * who guesses round-trip times so).
 */
export class GuessOutput {
  readonly #seen = new Map<string, Seen>();

  /** @param key what answers alike: agent, version, model */
  guess(key: string, maxOutputTokens: number | undefined): OutputGuess {
    const cap = maxOutputTokens ?? Infinity;
    const seen = this.#seen.get(key);
    if (!seen) return { likely: Math.min(cap, firstGuess), most: Math.min(cap, firstMost) };
    const high = Math.max(seen.mean + 4 * seen.spread, seen.most * 1.25);
    return { likely: Math.min(cap, Math.ceil(seen.mean)), most: Math.min(cap, Math.ceil(high)) };
  }

  learn(key: string, outputTokens: number): void {
    const seen = this.#seen.get(key);
    if (!seen) {
      if (this.#seen.size >= mostKept) this.#seen.clear();
      this.#seen.set(key, { mean: outputTokens, spread: outputTokens / 2, most: outputTokens });
      return;
    }
    const error = outputTokens - seen.mean;
    seen.mean += weight * error;
    seen.spread += weight * (Math.abs(error) - seen.spread);
    seen.most = Math.max(outputTokens, seen.most);
  }
}
