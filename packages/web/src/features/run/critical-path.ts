import type { TimelineRow } from "./timeline-layout.ts";

/**
 * The keys of the rows whose waiting made the run as long as it was.
 *
 * Walked backwards from the end, by the rule of the last finisher: what was waited for at a moment is the row
 * that ended last before it, so of calls side by side it is the slowest. That row is on the path, and the walk
 * goes on from where it began; of rows that ended together the one that began first is taken, which explains most.
 * Time in which nothing ran is passed over. A row that was still under way at the moment did not hold it up. A wait
 * that lies within a row of the path is the wait of that row, and is marked with it. Points in time hold up nothing.
 *
 * O(n log n) for n rows. It knows what ended before what, not what needed what: a row that happened to end last
 * stands for the others.
 */
export function criticalPath(rows: readonly TimelineRow[]): ReadonlySet<string> {
  const path = new Set<string>();
  const byEnd = rows
    .filter(({ startMs, endMs }) => endMs > startMs)
    .toSorted((a, b) => b.endMs - a.endMs || a.startMs - b.startMs);
  let momentMs = Infinity;
  for (const row of byEnd) {
    if (row.endMs <= momentMs) {
      path.add(row.key);
      momentMs = row.startMs;
    } else if (row.kind === "pause" && row.startMs >= momentMs) {
      path.add(row.key);
    }
  }
  return path;
}
