/** All in tokens. */
export interface History {
  /** Instructions, tools and the input: what stays whatever happens. */
  pinned: number;
  /** The summary of an earlier compaction; 0 without one. */
  summary: number;
  /** The turns since, in order. */
  turns: number[];
}

export interface CompactionGoal {
  /** What a request may have at most. */
  room: number;
  /** From here on a request is compacted. */
  threshold: number;
  /** What it should have afterwards, so that it is not compacted again at the next step. */
  target: number;
  keepRecentTurns: number;
}

export interface CompactionPlan {
  /** Turns that stay word for word, counted from the end. */
  kept: number;
  /** The most that the summary may have. */
  summary: number;
}

const longestSummary = 2_000;
const shortestSummary = 48;
/** Of what is left beside the pinned parts. */
const summaryPart = 0.25;

/**
 * Decides what a compaction keeps and how long its summary may be. Pinned parts, summary and kept
 * turns together fit the room.
 *
 * @returns undefined when nothing can be taken out, or there is no room for a summary
 */
export function planCompaction(history: History, goal: CompactionGoal): CompactionPlan | undefined {
  const { pinned, turns } = history;
  const left = goal.room - pinned;
  const summary = Math.min(longestSummary, Math.floor(left * summaryPart));
  if (summary < shortestSummary) return undefined;
  const kept = keptTurns(turns, goal, pinned + summary);
  const isShorter = kept < turns.length || history.summary > summary;
  return isShorter ? { kept, summary } : undefined;
}

function keptTurns(turns: number[], goal: CompactionGoal, beside: number): number {
  let tokens = beside;
  let kept = 0;
  for (const turn of turns.toReversed()) {
    tokens += turn;
    // The newest turn is what the next answer is about: for it the target may be missed.
    const most =
      kept === 0 ? Math.max(goal.target, Math.min(goal.threshold, goal.room)) : goal.target;
    if (tokens > most || kept >= goal.keepRecentTurns) break;
    kept++;
  }
  return kept;
}
