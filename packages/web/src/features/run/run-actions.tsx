import { isTerminal, runTransitions, type Run } from "@flotilla/core";
import { Button } from "@mantine/core";
import { IconPlayerPlay, IconPlayerStop, IconRefresh } from "@tabler/icons-react";
import { useMutation } from "@tanstack/react-query";
import { LinkButton } from "../../components/link-button.tsx";
import { notifyError } from "../../components/notify-error.tsx";
import { client } from "../../data/client.ts";
import { useMay } from "../../data/me.ts";
import { PauseButton } from "../steering/pause-button.tsx";
import { RunMenu } from "./run-menu.tsx";

/** Only what the run's status allows, and its reader may. */
export function RunActions({ run, onChanged }: { run: Run; onChanged: () => void }) {
  const may = useMay();
  const cancel = useMutation({
    mutationFn: () => client.runs.cancel(run.runId),
    onError: notifyError,
  });
  const retry = useMutation({
    mutationFn: () => client.runs.retry(run.runId),
    onSuccess: onChanged,
    onError: notifyError,
  });
  const canCancel = may("runs.steer") && runTransitions[run.status].includes("cancelled");
  const hasStopped = run.status === "failed" || run.status === "cancelled";
  const canRetry = may("runs.steer") && hasStopped;
  return (
    <>
      <RunMenu run={run} />
      {may("agents.run") && (
        <LinkButton
          variant="default"
          leftSection={<IconPlayerPlay size={14} />}
          to="/runs"
          search={{ start: run.agentName }}
        >
          New run
        </LinkButton>
      )}
      {canRetry && (
        <Button
          leftSection={<IconRefresh size={14} />}
          loading={retry.isPending}
          onClick={() => retry.mutate()}
          title="Goes on from the step that failed; completed steps are kept"
        >
          Retry
        </Button>
      )}
      {may("runs.steer") && !isTerminal(run.status) && !isPaused(run) && <PauseButton run={run} />}
      {canCancel && (
        <Button
          variant="default"
          leftSection={<IconPlayerStop size={14} />}
          loading={cancel.isPending}
          onClick={() => cancel.mutate()}
        >
          Cancel
        </Button>
      )}
    </>
  );
}

function isPaused(run: Run): boolean {
  return run.status === "waiting" && run.waitingFor.kind === "paused";
}
