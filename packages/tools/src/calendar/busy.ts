/** A stretch of time, in Unix milliseconds. */
export interface Span {
  from: number;
  to: number;
}

/** The same time in as few stretches as there can be, in order. */
export function mergeSpans(spans: readonly Span[]): Span[] {
  const merged: Span[] = [];
  for (const { from, to } of spans.toSorted((a, b) => a.from - b.from)) {
    const last = merged.at(-1);
    if (last && from <= last.to) last.to = Math.max(last.to, to);
    else if (to > from) merged.push({ from, to });
  }
  return merged;
}

/** What of a stretch is in none of the others, which are merged. */
export function freeSpans({ from, to }: Span, busy: readonly Span[]): Span[] {
  const free: Span[] = [];
  let at = from;
  for (const one of busy) {
    if (one.to <= at) continue;
    if (one.from >= to) break;
    if (one.from > at) free.push({ from: at, to: one.from });
    at = Math.max(at, one.to);
  }
  if (at < to) free.push({ from: at, to });
  return free;
}
