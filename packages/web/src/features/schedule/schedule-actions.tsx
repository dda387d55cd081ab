import type { Schedule } from "@flotilla/core";
import { Button } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { ConfirmButton } from "../../components/confirm-button.tsx";
import { shortId } from "../../components/copy-id.tsx";
import { notifyError } from "../../components/notify-error.tsx";
import { client } from "../../data/client.ts";
import { useMay } from "../../data/me.ts";
import { BackfillDialog } from "./backfill-dialog.tsx";
import { ScheduleDialog } from "./schedule-dialog.tsx";

/** What may be done with a schedule, for those who may. */
export function ScheduleActions({ schedule }: { schedule: Schedule }) {
  const may = useMay();
  const [open, setOpen] = useState<"edit" | "backfill" | null>(null);
  const { toggle, trigger, remove } = useSteering(schedule);
  if (!may("schedules.write")) return null;
  return (
    <>
      <Button
        loading={trigger.isPending}
        disabled={!may("agents.run")}
        onClick={() => trigger.mutate()}
      >
        Start now
      </Button>
      <Button variant="default" loading={toggle.isPending} onClick={() => toggle.mutate()}>
        {schedule.paused ? "Resume" : "Pause"}
      </Button>
      <Button variant="default" onClick={() => setOpen("edit")}>
        Change
      </Button>
      <Button variant="default" onClick={() => setOpen("backfill")}>
        Backfill
      </Button>
      <ConfirmButton size="xs" label="Delete" name="Delete it" onConfirm={remove}>
        Nothing starts by it any more, and its history is gone. What it has started stays.
      </ConfirmButton>
      <ScheduleDialog editing={open === "edit" ? schedule : null} onClose={() => setOpen(null)} />
      <BackfillDialog
        schedule={open === "backfill" ? schedule : null}
        onClose={() => setOpen(null)}
      />
    </>
  );
}

function useSteering({ name, paused }: Schedule) {
  const cache = useQueryClient();
  const navigate = useNavigate();
  const refresh = () => cache.invalidateQueries({ queryKey: ["schedules"] });
  const toggle = useMutation({
    mutationFn: () => (paused ? client.schedules.resume(name) : client.schedules.pause(name)),
    onSuccess: refresh,
    onError: notifyError,
  });
  const trigger = useMutation({
    mutationFn: () => client.schedules.trigger(name),
    onSuccess({ runId, batchId, error }) {
      const id = runId ?? batchId;
      const message = error?.message ?? (id ? `${shortId(id)} is started.` : "It starts soon.");
      notifications.show({ message, ...(error && { color: "red" }) });
      return refresh();
    },
    onError: notifyError,
  });
  const remove = async () => {
    await client.schedules.remove(name);
    await navigate({ to: "/schedules", search: {} });
    await refresh();
  };
  return { toggle, trigger, remove };
}
