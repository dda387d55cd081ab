/** A longer wait than this is a mistake of the server's, and is cut to it. */
const longestMs = 24 * 60 * 60 * 1_000;

/**
 * How long the provider asks to wait, in milliseconds and at most a day; undefined when it
 * does not say. Sources, the most exact first: `retry-after-ms`, a `retryDelay` in the body
 * (Google: "7.5s"), `retry-after` in seconds or as an HTTP date, and the words "try again in
 * 1.2s" (OpenAI). A date is read by the server's own clock, the `date` header, where it sends
 * one; a date in the past counts as 0.
 */
export function retryAfterMs(
  headers: Record<string, string>,
  body: string,
  now: number,
): number | undefined {
  const asked = askedMs(headers, body, now);
  return asked === undefined ? undefined : Math.min(asked, longestMs);
}

function askedMs(headers: Record<string, string>, body: string, now: number): number | undefined {
  const exact = number(headers["retry-after-ms"]);
  if (exact !== undefined) return exact;
  const delay = /"retryDelay"\s*:\s*"(\d+(?:\.\d+)?)s"/.exec(body);
  if (delay) return Math.ceil(Number(delay[1]) * 1_000);
  const after = headers["retry-after"];
  if (after !== undefined) {
    const seconds = number(after);
    if (seconds !== undefined) return Math.ceil(seconds * 1_000);
    const date = Date.parse(after);
    if (!Number.isNaN(date)) return Math.max(0, date - serverTime(headers, now));
  }
  return wordsMs(body);
}

const unitMs: Readonly<Record<string, number>> = { h: 3_600_000, m: 60_000, s: 1_000, ms: 1 };

/** `try again in 1m26.4s`. */
function wordsMs(body: string): number | undefined {
  const said = /try again in ((?:\d+(?:\.\d+)?(?:ms|[hms]))+)/i.exec(body)?.[1];
  if (said === undefined) return undefined;
  const parts = Array.from(said.matchAll(/(\d+(?:\.\d+)?)(ms|[hms])/gi));
  return Math.ceil(
    parts.reduce(
      (sum, [, amount, unit = ""]) => sum + Number(amount) * (unitMs[unit.toLowerCase()] ?? 0),
      0,
    ),
  );
}

function serverTime(headers: Record<string, string>, now: number): number {
  const date = Date.parse(headers["date"] ?? "");
  return Number.isNaN(date) ? now : date;
}

function number(text: string | undefined): number | undefined {
  if (text === undefined || !/^\s*\d+(\.\d+)?\s*$/.test(text)) return undefined;
  return Number(text);
}
