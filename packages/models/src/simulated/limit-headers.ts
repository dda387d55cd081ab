import type { HeaderStyle, Level } from "./limits.ts";

/** The headers of an answer that tell these levels. */
export function limitHeaders(
  style: HeaderStyle,
  levels: readonly Level[],
  now: number,
): Record<string, string> {
  const headers: Record<string, string> = {};
  for (const level of levels) {
    const { name } = level;
    if (style === "anthropic") {
      const reset = new Date(now + level.fullInMs).toISOString().replace(/\.\d+Z$/, "Z");
      headers[`anthropic-ratelimit-${name}-limit`] = String(level.perMinute);
      headers[`anthropic-ratelimit-${name}-remaining`] = String(level.remaining);
      headers[`anthropic-ratelimit-${name}-reset`] = reset;
    } else if (style !== "none" && (name === "requests" || name === "tokens")) {
      headers[`x-ratelimit-limit-${name}`] = String(level.perMinute);
      headers[`x-ratelimit-remaining-${name}`] = String(level.remaining);
      if (style === "openai") headers[`x-ratelimit-reset-${name}`] = goDuration(level.fullInMs);
    }
  }
  return headers;
}

/** As OpenAI writes times: `17ms`, `8.64s`, `6m0s`. */
function goDuration(ms: number): string {
  if (ms < 1_000) return `${ms}ms`;
  const minutes = Math.floor(ms / 60_000);
  const seconds = `${(ms % 60_000) / 1_000}s`;
  return minutes > 0 ? `${minutes}m${seconds}` : seconds;
}
