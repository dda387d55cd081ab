import { isTerminal, runTransitions, type Run } from "@flotilla/core";
import {
  IconPlayerPause,
  IconPlayerPlay,
  IconPlayerStop,
  IconRefresh,
  type Icon,
} from "@tabler/icons-react";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useParams } from "@tanstack/react-router";
import { notifyError } from "../../components/notify-error.tsx";
import { client } from "../../data/client.ts";
import { useMay } from "../../data/me.ts";
import { legalActions, type BatchAction } from "../../features/batch/batch-action.ts";
import { batchQuery } from "../../features/batch/batch-queries.ts";
import type { Asked, Entry, EntryGroup } from "./entry.ts";

const iconOf = (Icon: Icon) => <Icon size={15} stroke={1.7} />;

/** What can be done with the run or batch that is looked at. */
export function useHere(asked: Asked): EntryGroup {
  const { runId, batchId } = useParams({ strict: false });
  const ofRun = useRunActions(runId, asked);
  const ofBatch = useBatchActions(batchId, asked);
  return runId === undefined
    ? { group: "This batch", actions: ofBatch }
    : { group: "This run", actions: ofRun };
}

function useRunActions(runId: string | undefined, { isOpen }: Asked): Entry[] {
  const mayRead = runId !== undefined && isOpen;
  const { data: run } = useQuery({
    queryKey: ["palette", "run", runId],
    queryFn: () => client.runs.get(runId as string),
    enabled: mayRead,
  });
  const may = useMay();
  if (!run || run.runId !== runId || !may("runs.steer")) return [];
  return runEntries(run);
}

function runEntries(run: Run): Entry[] {
  const { runId, status } = run;
  const isPaused = status === "waiting" && run.waitingFor.kind === "paused";
  const entries: Entry[] = [];
  const add = (label: string, Icon: Icon, act: () => Promise<unknown>) =>
    entries.push({
      id: `here ${label}`,
      label,
      leftSection: iconOf(Icon),
      onClick: () => void act().catch(notifyError),
    });
  if (isPaused) add("Resume this run", IconPlayerPlay, () => client.runs.resume(runId));
  else if (!isTerminal(status)) {
    add("Pause this run", IconPlayerPause, () => client.runs.pause(runId, {}));
  }
  if (runTransitions[status].includes("cancelled")) {
    add("Cancel this run", IconPlayerStop, () => client.runs.cancel(runId));
  }
  if (status === "failed" || status === "cancelled") {
    add("Retry this run", IconRefresh, () => client.runs.retry(runId));
  }
  return entries;
}

const batchWords: Record<BatchAction, [words: string, Icon: Icon]> = {
  start: ["Start this batch", IconPlayerPlay],
  pause: ["Pause this batch", IconPlayerPause],
  resume: ["Resume this batch", IconPlayerPlay],
  cancel: ["Cancel this batch", IconPlayerStop],
  retry: ["Retry what failed in this batch", IconRefresh],
};

function useBatchActions(batchId: string | undefined, { isOpen }: Asked): Entry[] {
  const cache = useQueryClient();
  const query = batchQuery(batchId ?? "");
  const { data: batch } = useQuery({ ...query, enabled: batchId !== undefined && isOpen });
  const may = useMay();
  if (!batch || batch.id !== batchId || !may("batches.steer")) return [];
  return legalActions(batch)
    .toReversed()
    .map((action) => ({
      id: `here ${action}`,
      label: batchWords[action][0],
      leftSection: iconOf(batchWords[action][1]),
      onClick: () =>
        void client.batches
          .act(batch.id, action)
          .then((next) => cache.setQueryData(query.queryKey, next))
          .catch(notifyError),
    }));
}
