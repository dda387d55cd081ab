import { createHash, hash } from "node:crypto";
import type { SimulatedRequest } from "./brain.ts";

/** A block of a prompt in an API whose callers mark what is cached. */
export interface MarkedBlock {
  /** All that must be equal for the block to be the same. */
  content: string;
  /** Characters of it that count as tokens. */
  characters: number;
  /** The caller asks to cache the prompt up to the end of this block. */
  isBreakpoint: boolean;
}

/** The parts of a request's input that the cache saved or took. */
export interface CacheUse {
  cachedInputTokens: number;
  cacheWriteTokens: number;
}

/** Tokens by which an automatic cache grows. */
const stepTokens = 128;
const charactersPerToken = 4;
/** How many blocks before a breakpoint are looked up. */
const lookBack = 20;
const lifetimeMs = 5 * 60_000;

/**
 * The prompt cache of a provider: prefixes that the same key sent to the same model in the
 * last five minutes; each use renews them. With OpenAI's APIs it works by itself, in steps
 * of 128 tokens, and writing costs nothing; with Anthropic's the caller marks what is written.
 */
export class PromptCache {
  readonly #minTokens: number;
  /** Until when each prefix is kept, by owner and content. */
  readonly #prefixes = new Map<string, number>();

  constructor(minTokens: number) {
    this.#minTokens = minTokens;
  }

  /** Looks the prompt up by itself and keeps it. */
  useSteps(owner: string, request: SimulatedRequest, now: number): CacheUse {
    let chain = owner;
    let steps = 0;
    let cached = 0;
    for (const step of stepsOf(request)) {
      chain = hash("sha1", `${chain}\n${step}`);
      steps++;
      if (cached === steps - 1 && this.#isKept(chain, now)) cached = steps;
      this.#keep(chain, now);
    }
    const tokens = cached * stepTokens;
    return { cachedInputTokens: tokens >= this.#minTokens ? tokens : 0, cacheWriteTokens: 0 };
  }

  /** Looks up what the caller marked, and keeps it up to the last mark. */
  useMarks(owner: string, blocks: readonly MarkedBlock[], now: number): CacheUse {
    const prefixes = prefixesOf(owner, blocks);
    // What this request writes it does not read.
    const before = prefixes.filter(({ id }) => this.#isKept(id, now));
    let read = 0;
    let written = 0;
    for (const [index, { id, tokens }] of prefixes.entries()) {
      if (!blocks[index]?.isBreakpoint || tokens < this.#minTokens) continue;
      const near = prefixes.slice(Math.max(0, index - lookBack), index + 1);
      const found = near.findLast((prefix) => before.includes(prefix));
      if (found) this.#keep(found.id, now);
      read = Math.max(read, found?.tokens ?? 0);
      written = tokens;
      this.#keep(id, now);
    }
    return { cachedInputTokens: read, cacheWriteTokens: Math.max(0, written - read) };
  }

  #isKept(id: string, now: number): boolean {
    return (this.#prefixes.get(id) ?? 0) > now;
  }

  /** The least recently used come first in the map, and are dropped once they are over. */
  #keep(id: string, now: number): void {
    this.#prefixes.delete(id);
    this.#prefixes.set(id, now + lifetimeMs);
    for (const [oldest, until] of this.#prefixes) {
      if (until > now) break;
      this.#prefixes.delete(oldest);
    }
  }
}

/** The prompt in pieces of as many tokens, each with all that stands between its characters. */
function* stepsOf(request: SimulatedRequest): Generator<string> {
  const size = stepTokens * charactersPerToken;
  const parts = [{ role: "system", text: request.instructions }, ...request.messages];
  let piece = JSON.stringify(request.tools);
  let characters = 0;
  for (const { text, ...other } of parts) {
    piece += `\n${JSON.stringify(other)}\n`;
    for (let rest = text; rest !== "";) {
      const taken = rest.slice(0, size - characters);
      rest = rest.slice(taken.length);
      piece += taken;
      characters += taken.length;
      if (characters < size) continue;
      yield piece;
      piece = "";
      characters = 0;
    }
  }
}

function prefixesOf(owner: string, blocks: readonly MarkedBlock[]) {
  const whole = createHash("sha1").update(owner);
  let characters = 0;
  return blocks.map((block) => {
    whole.update(`\n${block.content}`);
    characters += block.characters;
    const tokens = Math.floor(characters / charactersPerToken);
    return { id: whole.copy().digest("hex"), tokens };
  });
}
