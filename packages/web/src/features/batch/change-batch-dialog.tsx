import type { BatchProgress } from "@flotilla/core";
import { Button, Code, Group, Modal, Stack, Text } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { ErrorPanel } from "../../components/error-panel.tsx";
import { client } from "../../data/client.ts";
import { batchQuery } from "./batch-queries.ts";
import { BatchSettingsFields, type BatchSettings } from "./batch-settings-fields.tsx";

interface ChangeBatchDialogProps {
  batch: BatchProgress;
  opened: boolean;
  onClose: () => void;
}

/** Settings that may change while the batch runs, and the prompt, which may not. */
export function ChangeBatchDialog({ batch, opened, onClose }: ChangeBatchDialogProps) {
  return (
    <Modal opened={opened} onClose={onClose} title="Settings of the batch" size="lg">
      <ChangeBatchForm batch={batch} onDone={onClose} />
    </Modal>
  );
}

function ChangeBatchForm({ batch, onDone }: { batch: BatchProgress; onDone: () => void }) {
  const cache = useQueryClient();
  const [settings, setSettings] = useState<BatchSettings>({
    concurrency: batch.concurrency,
    priority: batch.priority,
    budgetUsd: batch.budgetMicros === null ? null : batch.budgetMicros / 1_000_000,
  });
  const change = useMutation({
    mutationFn: () => client.batches.change(batch.id, settings),
    onSuccess: (next) => {
      cache.setQueryData(batchQuery(batch.id).queryKey, next);
      onDone();
    },
  });
  return (
    <Stack gap="md">
      <BatchSettingsFields value={settings} onChange={setSettings} />
      <div>
        <Text size="sm" fw={500} mb={4}>
          Prompt
        </Text>
        <Code block tabIndex={0} mah={200} style={{ overflow: "auto" }}>
          {batch.template}
        </Code>
      </div>
      {change.error && <ErrorPanel error={change.error} />}
      <Group justify="flex-end">
        <Button loading={change.isPending} onClick={() => change.mutate()}>
          Save
        </Button>
      </Group>
    </Stack>
  );
}
