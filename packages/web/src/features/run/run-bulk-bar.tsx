import { isTerminal, type RunSummary } from "@flotilla/core";
import { Button } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { IconPlayerPause, IconPlayerStop, IconRefresh } from "@tabler/icons-react";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { BulkBar } from "../../components/bulk-bar.tsx";
import { formatPlural } from "../../components/count.tsx";
import { notifyError } from "../../components/notify-error.tsx";
import { steerMany, type Steering } from "./steer-many.ts";

interface RunBulkBarProps {
  chosen: readonly RunSummary[];
  onDone: () => void;
}

const done: Record<Steering, string> = {
  cancel: "cancelled",
  pause: "paused before their next step",
  retry: "retried",
};

/** Does the same with all runs that are chosen; only what some of them allow is offered. */
export function RunBulkBar({ chosen, onDone }: RunBulkBarProps) {
  const cache = useQueryClient();
  const steer = useMutation({
    mutationFn: (action: Steering) => steerMany(action, chosenFor(action, chosen)),
    onSuccess: ({ steered, refused }, action) => {
      const [first] = refused;
      notifications.show({
        message:
          `${formatPlural(steered, "run is", "runs are")} ${done[action]}.` +
          (first ? ` ${refused.length} were refused: ${first}` : ""),
        color: first ? "yellow" : "teal",
      });
      onDone();
      void cache.invalidateQueries({ queryKey: ["runs"] });
    },
    onError: notifyError,
  });
  const button = (action: Steering, label: string, icon: ReactNode) => {
    const count = chosenFor(action, chosen).length;
    return (
      count > 0 && (
        <Button
          size="xs"
          variant="default"
          leftSection={icon}
          loading={steer.isPending && steer.variables === action}
          disabled={steer.isPending}
          onClick={() => steer.mutate(action)}
        >
          {label} {count}
        </Button>
      )
    );
  };
  return (
    <BulkBar count={chosen.length} onNone={onDone}>
      {button("pause", "Pause", <IconPlayerPause size={14} />)}
      {button("cancel", "Cancel", <IconPlayerStop size={14} />)}
      {button("retry", "Retry", <IconRefresh size={14} />)}
    </BulkBar>
  );
}

/** Those of the chosen runs whose status allows it. */
function chosenFor(action: Steering, chosen: readonly RunSummary[]): string[] {
  const allowed = ({ status }: RunSummary) =>
    action === "retry" ? status === "failed" || status === "cancelled" : !isTerminal(status);
  return chosen.filter(allowed).map((run) => run.runId);
}
