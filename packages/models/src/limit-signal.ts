import type { CapacityLimits, LimitSignal } from "@flotilla/core";

type Headers = Record<string, string>;
type Remaining = NonNullable<LimitSignal["remaining"]>;

/** By our names: OpenAI's and Azure's word, then Anthropic's. */
const resources = {
  requests: ["requests", "requests"],
  tokens: ["tokens", "tokens"],
  inputTokens: [undefined, "input-tokens"],
  outputTokens: [undefined, "output-tokens"],
} as const;

const limitNames = {
  requests: "requestsPerMinute",
  tokens: "tokensPerMinute",
  inputTokens: "inputTokensPerMinute",
  outputTokens: "outputTokensPerMinute",
} as const satisfies Record<keyof typeof resources, keyof CapacityLimits>;

/**
 * The limits in an answer's headers: `x-ratelimit-limit-requests` (OpenAI, Azure and those who
 * imitate them) or `anthropic-ratelimit-requests-limit`.
 *
 * @returns undefined when the headers say nothing of limits
 */
export function limitSignal(headers: Headers): LimitSignal | undefined {
  const limits: CapacityLimits = {};
  const remaining: Remaining = {};
  for (const resource of Object.keys(resources) as (keyof typeof resources)[]) {
    const [openai, anthropic] = resources[resource];
    const limit = told(headers, openai, anthropic, "limit");
    const left = told(headers, openai, anthropic, "remaining");
    if (limit !== undefined && limit > 0) limits[limitNames[resource]] = limit;
    if (left !== undefined) remaining[resource] = left;
  }
  const isLimited = Object.keys(limits).length > 0;
  const isLeft = Object.keys(remaining).length > 0;
  if (!isLimited && !isLeft) return undefined;
  return { ...(isLimited && { limits }), ...(isLeft && { remaining }) };
}

function told(
  headers: Headers,
  openai: string | undefined,
  anthropic: string,
  what: "limit" | "remaining",
): number | undefined {
  const text =
    (openai && headers[`x-ratelimit-${what}-${openai}`]) ??
    headers[`anthropic-ratelimit-${anthropic}-${what}`];
  return text !== undefined && /^\d+$/.test(text) ? Number(text) : undefined;
}
