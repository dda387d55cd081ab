import type { BatchRow } from "@flotilla/api";
import type { BatchProgress, RunStatus } from "@flotilla/core";
import { Button, Drawer, Group, Skeleton, Stack } from "@mantine/core";
import { IconRefresh } from "@tabler/icons-react";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Cost } from "../../components/cost.tsx";
import { Count } from "../../components/count.tsx";
import { Duration } from "../../components/duration.tsx";
import { ErrorPanel } from "../../components/error-panel.tsx";
import { JsonView } from "../../components/json-view.tsx";
import { KeyValue } from "../../components/key-value.tsx";
import { LinkButton } from "../../components/link-button.tsx";
import { notifyError } from "../../components/notify-error.tsx";
import { PlainText } from "../../components/plain-text.tsx";
import { StatusBadge } from "../../components/status-badge.tsx";
import { client } from "../../data/client.ts";
import { useMay } from "../../data/me.ts";

interface RowDrawerProps {
  batch: BatchProgress;
  /** undefined: none is looked at. */
  row: number | undefined;
  /** As the grid knows it: when it changes, the row is read again. */
  status: RunStatus | undefined;
  onClose: () => void;
}

/** One row of a batch: its data, and what became of it. */
export function RowDrawer({ batch, row, status, onClose }: RowDrawerProps) {
  const { data, error } = useQuery({
    queryKey: ["batches", batch.id, "row", row, status],
    queryFn: async () => (await client.batches.rows(batch.id, { from: row ?? 1, limit: 1 })).items,
    enabled: row !== undefined,
  });
  const found = data?.find((one) => one.row === row);
  return (
    <Drawer
      opened={row !== undefined}
      onClose={onClose}
      position="right"
      size="lg"
      title={`Row ${row} of ${batch.name}`}
      closeButtonProps={{ "aria-label": "Close" }}
    >
      {error && <ErrorPanel error={error} />}
      {!data && !error && <Skeleton height={200} aria-busy="true" aria-label="Loading" />}
      {data && !found && <p className="dimmed">The batch has no such row.</p>}
      {found && <RowDetail batchId={batch.id} row={found} />}
    </Drawer>
  );
}

function RowDetail({ batchId, row }: { batchId: string; row: BatchRow }) {
  return (
    <Stack gap="md">
      <Group gap="sm">
        <StatusBadge status={row.status} />
        {row.line !== null && <span className="dimmed">line {row.line} of the file</span>}
      </Group>
      {row.error && <ErrorPanel error={row.error} />}
      {row.output !== null && (
        <section aria-label="Output">
          <h3 style={{ margin: "0 0 6px", fontSize: 13 }}>Output</h3>
          {typeof row.output === "string" ? (
            <PlainText label="Output" text={row.output} />
          ) : (
            <JsonView value={row.output} open={3} />
          )}
        </section>
      )}
      <section aria-label="Data">
        <h3 style={{ margin: "0 0 6px", fontSize: 13 }}>Data</h3>
        <JsonView value={row.data} open={2} />
      </section>
      <KeyValue
        pairs={[
          ["Model calls", <Count key="steps" value={row.stepCount} />],
          ["Tokens", <Count key="tokens" value={row.inputTokens + row.outputTokens} />],
          ["Cost", <Cost key="cost" micros={row.costMicros} incomplete={row.costIncomplete} />],
          ["Duration", <Duration key="time" start={row.startedAt} end={row.endedAt} />],
        ]}
      />
      {row.runId && (
        <Group gap="sm">
          <LinkButton to="/runs/$runId" params={{ runId: row.runId }}>
            Open the run
          </LinkButton>
          {(row.status === "failed" || row.status === "cancelled") && (
            <RetryRow batchId={batchId} runId={row.runId} />
          )}
        </Group>
      )}
    </Stack>
  );
}

function RetryRow({ batchId, runId }: { batchId: string; runId: string }) {
  const cache = useQueryClient();
  const may = useMay();
  const retry = useMutation({
    mutationFn: () => client.runs.retry(runId),
    onSuccess: () => cache.invalidateQueries({ queryKey: ["batches", batchId] }),
    onError: notifyError,
  });
  if (!may("runs.steer")) return null;
  return (
    <Button
      variant="default"
      leftSection={<IconRefresh size={14} />}
      loading={retry.isPending}
      onClick={() => retry.mutate()}
    >
      Retry this row
    </Button>
  );
}
