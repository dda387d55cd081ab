/** What the provider allows, as the bench is told. */
export interface ProviderLimits {
  requestsPerMinute: number;
  tokensPerMinute: number;
  /** How many seconds' worth may come at once. */
  burstSeconds: number;
}

/** What the prompts take together, as the provider counts it. */
export interface Work {
  prompts: number;
  tokens: number;
}

/**
 * The shortest time in which anybody can do the work, in milliseconds: the largest of what each
 * limit takes, and of one call. A provider gives a burst on top, so the best possible is up to
 * `burstSeconds` less.
 */
export function lowerBoundMs(work: Work, limits: ProviderLimits, callMs: number): number {
  const requestsMs = (work.prompts / limits.requestsPerMinute) * 60_000;
  const tokensMs = (work.tokens / limits.tokensPerMinute) * 60_000;
  return Math.max(requestsMs, tokensMs, callMs);
}
