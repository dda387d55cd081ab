import type { BackfillRequest } from "@flotilla/api";
import type { Schedule } from "@flotilla/core";
import { Button, Group, Modal, SegmentedControl, SimpleGrid, Stack, Text } from "@mantine/core";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { ErrorPanel } from "../../components/error-panel.tsx";
import { fieldMoment, TimeField } from "../../components/time-field.tsx";
import { client } from "../../data/client.ts";
import { useTimeZone } from "../../data/time-zone.ts";
import { dateText, daysLater } from "./week.ts";

interface BackfillDialogProps {
  /** null: closed. */
  schedule: Schedule | null;
  onClose: () => void;
}

/** Has what was due in a past range started, where nothing was started for it. */
export function BackfillDialog({ schedule, onClose }: BackfillDialogProps) {
  return (
    <Modal opened={schedule !== null} onClose={onClose} title="Backfill a range">
      {schedule && <BackfillForm schedule={schedule} onDone={onClose} />}
    </Modal>
  );
}

function BackfillForm({ schedule, onDone }: { schedule: Schedule; onDone: () => void }) {
  const { name, spec } = schedule;
  const timeZone = useTimeZone();
  const [today] = useState(() => dateText(new Date(), timeZone));
  const [from, setFrom] = useState(`${daysLater(today, -7)}T00:00`);
  const [until, setUntil] = useState(`${today}T00:00`);
  const [overlap, setOverlap] = useState<string>(
    spec.overlap === "parallel" ? "parallel" : "queue",
  );
  const range = {
    from: fieldMoment(from, timeZone),
    until: fieldMoment(until, timeZone),
    overlap: overlap === "parallel" ? ("parallel" as const) : ("queue" as const),
  };
  const isWhole = range.from !== "" && range.until !== "";
  const { counted, fill } = useBackfill(name, range, isWhole, onDone);
  const error = fill.error ?? counted.error;
  const queued = counted.data?.queued ?? 0;
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        fill.mutate();
      }}
    >
      <Stack gap="md">
        <Text size="sm" c="dimmed">
          Every due time of the range that nothing was started for starts now. To do it again is
          harmless.
        </Text>
        <SimpleGrid cols={2}>
          <TimeField label="From" value={from} onChange={setFrom} />
          <TimeField label="Until" value={until} onChange={setUntil} />
        </SimpleGrid>
        <SegmentedControl
          size="xs"
          aria-label="In what order"
          value={overlap}
          onChange={setOverlap}
          data={[
            { value: "queue", label: "One after the other" },
            { value: "parallel", label: "All at once" },
          ]}
        />
        {error && <ErrorPanel error={error} />}
        <Group justify="space-between">
          <Text size="sm" role="status">
            {counted.data ? `${counted.data.due} due, ${queued} to start` : ""}
          </Text>
          <Button type="submit" loading={fill.isPending} disabled={!isWhole || queued === 0}>
            Backfill
          </Button>
        </Group>
      </Stack>
    </form>
  );
}

function useBackfill(name: string, range: BackfillRequest, isWhole: boolean, onDone: () => void) {
  const cache = useQueryClient();
  const counted = useQuery({
    queryKey: ["schedules", name, "backfill", range],
    queryFn: () => client.schedules.backfill(name, { ...range, dryRun: true }),
    enabled: isWhole,
    retry: false,
  });
  const fill = useMutation({
    mutationFn: () => client.schedules.backfill(name, range),
    async onSuccess() {
      await cache.invalidateQueries({ queryKey: ["schedules"] });
      onDone();
    },
  });
  return { counted, fill };
}
