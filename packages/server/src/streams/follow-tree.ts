import { decide, isTerminal, type RunStatus, type TreeRun } from "@flotilla/core";
import type { Store } from "@flotilla/store";
import type { AccessPort } from "../access/access.ts";
import type { ChangeSignals } from "./change-signals.ts";
import { endMessage, type MessageSink } from "./message-sink.ts";
import type { Viewer } from "./viewer.ts";
import { Wake } from "./wake.ts";

/** The tree is read at most this often, */
const leastMs = 100;
/** and at least this often: a run that is begun is not known before, so its signal may be missed. */
const pollMs = 1_000;

export interface FollowTree {
  store: Pick<Store, "teams" | "batches">;
  signals: ChangeSignals;
  access: Pick<AccessPort, "rules">;
  viewer: Viewer;
}

/**
 * Sends the runs of a tree that were begun, or whose status changed, after the cursor, until all of them
 * have ended. A cursor is a transaction that everything before has ended, so that no change can
 * appear behind it: none is missed, and none is sent twice.
 *
 * @param after the cursor to resume after; null: begin with every run
 */
export async function followTree(
  parts: FollowTree,
  runId: string,
  after: string | null,
  sink: MessageSink,
): Promise<void> {
  const wake = new Wake();
  const known = new Map<string, RunStatus>();
  const unfollow = new Map<string, () => void>();
  let from = after;
  let isWhole = false;
  try {
    while (!sink.signal.aborted) {
      const ended = await sink.turn(async () => {
        const to = await parts.store.batches.changeCursor();
        // Who resumes is told of the changes alone; whether all have ended is asked of every run.
        const runs = await parts.store.teams.changedRuns(runId, isWhole ? from : null, to);
        for (const run of runs) {
          known.set(run.runId, run.status);
          if (!unfollow.has(run.runId)) {
            unfollow.set(
              run.runId,
              parts.signals.follow(run.runId, () => wake.raise()),
            );
          }
        }
        const news = isWhole || from === null ? runs : await resumed(parts, runId, from, to);
        isWhole = true;
        from = to;
        if (news.length > 0) {
          await sink.send([{ type: "tree", cursor: to, data: await shownTo(parts, news) }]);
        }
        return known.size > 0 && [...known.values()].every(isTerminal);
      });
      if (ended) return await sink.send([endMessage]);
      await new Promise((resolve) => setTimeout(resolve, leastMs));
      await wake.wait(pollMs - leastMs, sink.signal);
    }
  } finally {
    for (const end of unfollow.values()) end();
  }
}

/** A cursor from the future is of another database. */
async function resumed(
  { store }: FollowTree,
  runId: string,
  from: string,
  to: string,
): Promise<TreeRun[]> {
  const place = BigInt(from) <= BigInt(to) ? from : null;
  return store.teams.changedRuns(runId, place, to);
}

async function shownTo({ access, viewer }: FollowTree, runs: TreeRun[]): Promise<TreeRun[]> {
  const rules = await access.rules(viewer.caller.organisation);
  if (rules.length === 0) return runs;
  return runs.map((run) =>
    decide(viewer.caller, "runs.read", rules, run.agentName).allowed ? run : { ...run, input: "" },
  );
}
