import type { RowsLoaded } from "@flotilla/api";
import type { BatchProgress } from "@flotilla/core";
import { Button, Group, Stack, Table, Text, Title } from "@mantine/core";
import { useMutation } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { formatCount, formatPlural } from "../../components/count.tsx";
import { ErrorPanel } from "../../components/error-panel.tsx";
import { client } from "../../data/client.ts";

interface LoadOutcomeProps {
  batch: BatchProgress;
  loaded: RowsLoaded;
}

/** Some rows of the file are bad: which, why, and whether to go on without them. */
export function LoadOutcome({ batch, loaded }: LoadOutcomeProps) {
  const navigate = useNavigate();
  const act = useMutation({
    mutationFn: (action: "start" | "cancel") => client.batches.act(batch.id, action),
    onSuccess: (_batch, action) =>
      action === "start"
        ? navigate({ to: "/batches/$batchId", params: { batchId: batch.id } })
        : navigate({ to: "/batches" }),
  });
  const good = loaded.rows - loaded.bad;
  return (
    <Stack gap="md" maw={860}>
      <div>
        <Title order={2}>{formatPlural(loaded.bad, "row")} cannot run</Title>
        <Text size="sm" c="dimmed">
          {formatCount(good)} rows are good. The bad ones will show as failed with their error; the
          others do not wait for them.
        </Text>
      </div>
      <BadRows rows={loaded.badRows} />
      {loaded.bad > loaded.badRows.length && (
        <Text size="sm" c="dimmed">
          And {formatCount(loaded.bad - loaded.badRows.length)} more.
        </Text>
      )}
      {act.error && <ErrorPanel error={act.error} />}
      <Group>
        <Button
          size="sm"
          disabled={good === 0}
          loading={act.isPending}
          onClick={() => act.mutate("start")}
        >
          Start {formatCount(good)} rows
        </Button>
        <Button size="sm" variant="default" onClick={() => act.mutate("cancel")}>
          Discard the batch
        </Button>
      </Group>
    </Stack>
  );
}

function BadRows({ rows }: { rows: RowsLoaded["badRows"] }) {
  return (
    <Table withTableBorder fz="sm" aria-label="Bad rows">
      <Table.Thead>
        <Table.Tr>
          <Table.Th w={80} ta="right">
            Line
          </Table.Th>
          <Table.Th>What is wrong</Table.Th>
        </Table.Tr>
      </Table.Thead>
      <Table.Tbody>
        {rows.map(({ line, message }) => (
          <Table.Tr key={line}>
            <Table.Td ta="right" className="figure">
              {line}
            </Table.Td>
            <Table.Td>{message}</Table.Td>
          </Table.Tr>
        ))}
      </Table.Tbody>
    </Table>
  );
}
