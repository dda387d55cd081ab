import type { FlotillaError } from "@flotilla/core";
import type { ProviderConfig } from "./config.ts";
import { listedContext } from "./price.ts";

/** Of a request that was refused without a number, so much is taken to fit. */
const guessedPart = 0.9;
const smallestWindow = 256;

/**
 * How a refusal names what fits: OpenAI and those who imitate it, Anthropic, Google, and OpenAI's
 * limit of tokens a minute.
 */
const namedWindows = [
  /maximum context length (?:is|of) (\d+)/i,
  /context (?:window|length|size) (?:is|of|\() ?(\d+)/i,
  /> (\d+) maximum/i,
  /maximum number of tokens allowed \((\d+)\)/i,
  /Limit (\d+), Requested/i,
];

/** Which windows the configuration states, by `provider/model` or by provider. */
type Stated = Readonly<Record<string, number>>;

/**
 * Context windows of models: stated by the configuration, else known of the public catalogue, and
 * made smaller by what providers refuse. Unknown windows stay unknown until a refusal.
 */
export class ContextWindows {
  readonly #stated: Stated;
  /** By `provider/model`: null when nobody knows. */
  readonly #known = new Map<string, number | null>();

  constructor(stated: Stated) {
    this.#stated = stated;
  }

  /** @param kind of the provider's API; undefined for a provider that is not configured */
  of(name: string, kind: ProviderConfig["kind"] | undefined): number | null {
    const known = this.#known.get(name);
    if (known !== undefined) return known;
    const slash = name.indexOf("/");
    const plain = name.split("?")[0] ?? name;
    const window =
      this.#stated[plain] ??
      this.#stated[name.slice(0, slash)] ??
      listedWindow(kind, plain.slice(slash + 1));
    this.#known.set(name, window);
    return window;
  }

  /** Learns from a provider that found a request too long. Windows only ever shrink. */
  refused(
    name: string,
    kind: ProviderConfig["kind"],
    error: FlotillaError,
    inputTokens: number,
  ): void {
    const named = namedWindows
      .map((pattern) => Number(pattern.exec(error.message)?.[1] ?? 0))
      .find((tokens) => tokens > 0);
    const fits = named ?? Math.floor(inputTokens * guessedPart);
    const before = this.of(name, kind) ?? Infinity;
    this.#known.set(name, Math.max(smallestWindow, Math.min(before, fits)));
  }
}

/** From the catalogue of list prices, by the exact id alone. */
function listedWindow(kind: ProviderConfig["kind"] | undefined, model: string): number | null {
  if (kind !== "openai" && kind !== "anthropic" && kind !== "google") return null;
  return listedContext(kind, model);
}
