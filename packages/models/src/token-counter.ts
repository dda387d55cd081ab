import type { ModelRequest } from "@flotilla/core";
import { RequestTokens } from "./count-tokens.ts";
import { estimateTokens } from "./tokens.ts";

/** What a provider counts is believed to be at most so far from the estimate. */
const bounds = { least: 0.5, most: 2 };
const weight = 1 / 8;
/** Smaller requests tell more of a provider's own prompts than of our estimate. */
const fewestTokens = 64;
/**
 * A tokenizer takes time quadratic in the length of a word, and base64 is one word: longer ones are
 * cut, which counts a token or two too many for each.
 */
const longWord = /\S{128}(?=\S)/g;

/** The public tokenizers of OpenAI's models. */
const encodings = {
  o200k: () => import("gpt-tokenizer/encoding/o200k_base"),
  cl100k: () => import("gpt-tokenizer/encoding/cl100k_base"),
};
type Encoding = keyof typeof encodings;

/** The encoding of an OpenAI model. */
export function encodingOf(model: string): Encoding {
  return /^(?:gpt-3\.5|gpt-4(?![.\d]|o)|text-)/.test(model) ? "cl100k" : "o200k";
}

/**
 * Counts the input tokens of requests before they are made: cheaply, by an estimate that is
 * corrected by what providers counted of the model's requests before; or with the model's own
 * tokenizer, loaded when it is first needed.
 */
export class TokenCounter {
  readonly #estimate = new RequestTokens(estimateTokens);
  /** Counted tokens for each estimated one, by `provider/model`. */
  readonly #factors = new Map<string, number>();
  readonly #exact = new Map<Encoding, Promise<RequestTokens>>();

  /** Likely within about 10 %. */
  count(request: ModelRequest): number {
    return Math.ceil(this.#estimate.of(request) * (this.#factors.get(request.model) ?? 1));
  }

  async countExactly(request: ModelRequest, encoding: Encoding): Promise<number> {
    let exact = this.#exact.get(encoding);
    if (!exact) {
      exact = load(encoding);
      this.#exact.set(encoding, exact);
    }
    return (await exact).of(request);
  }

  /** Takes in what the provider counted of a request. */
  learn(request: ModelRequest, counted: number): void {
    const estimated = this.#estimate.of(request);
    if (estimated < fewestTokens || counted <= 0) return;
    const ratio = Math.min(bounds.most, Math.max(bounds.least, counted / estimated));
    const before = this.#factors.get(request.model) ?? ratio;
    this.#factors.set(request.model, before + weight * (ratio - before));
  }
}

async function load(encoding: Encoding): Promise<RequestTokens> {
  const { countTokens } = await encodings[encoding]();
  const options = { disallowedSpecial: new Set<string>() };
  return new RequestTokens((text) => countTokens(text.replace(longWord, "$& "), options));
}
