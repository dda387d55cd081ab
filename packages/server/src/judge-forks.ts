import {
  forkOutcome,
  passes,
  type AnswerCheck,
  type Batch,
  type ForkPair,
  type Json,
  type JsonObject,
  type PairedRun,
  type RunStatus,
} from "@flotilla/core";
import type { StoreView } from "@flotilla/store";
import { boundedMatch } from "./bounded-match.ts";

const ended: ReadonlySet<RunStatus> = new Set(["completed", "failed", "cancelled"]);

/**
 * Whether a run did what was wanted: it completed, with an answer that passes the check if there is one. null
 * while it has not ended.
 */
export function judgeRun(
  run: { status: RunStatus; output: Json },
  check: AnswerCheck | null,
  row: JsonObject,
): boolean | null {
  if (!ended.has(run.status)) return null;
  if (run.status !== "completed") return false;
  if (!check) return true;
  try {
    return passes(check, run.output, row, boundedMatch);
  } catch {
    // The row has not what the check asks for: nothing can be known to be right.
    return false;
  }
}

/** Pairs of a batch of forks, in the order of its rows, those after a row. */
export async function readPairs(
  store: StoreView,
  { id, check }: Pick<Batch, "id" | "check">,
  afterRow: number,
  limit: number,
): Promise<ForkPair[]> {
  const rows = await store.batches.forkPairs(id, afterRow, limit);
  return rows.map(({ row, data, before, after }) => {
    const judged = (run: typeof before): PairedRun =>
      Object.assign(run, { passes: judgeRun(run, check, data) });
    const [one, other] = [judged(before), judged(after)];
    return { row, data, outcome: forkOutcome(one, other), before: one, after: other };
  });
}
