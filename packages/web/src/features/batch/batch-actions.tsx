import type { BatchProgress } from "@flotilla/core";
import { Button, Popover, Stack, Text } from "@mantine/core";
import {
  IconPlayerPause,
  IconPlayerPlay,
  IconPlayerStop,
  IconRefresh,
  IconSettings,
} from "@tabler/icons-react";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { notifyError } from "../../components/notify-error.tsx";
import { client } from "../../data/client.ts";
import { useMay } from "../../data/me.ts";
import { legalActions, type BatchAction } from "./batch-action.ts";
import { batchQuery, batchRowsKey } from "./batch-queries.ts";
import { ChangeBatchDialog } from "./change-batch-dialog.tsx";

const icons = {
  start: IconPlayerPlay,
  pause: IconPlayerPause,
  resume: IconPlayerPlay,
  retry: IconRefresh,
};

/** Only what the batch's status allows, and its reader may. */
export function BatchActions({ batch }: { batch: BatchProgress }) {
  const cache = useQueryClient();
  const may = useMay();
  const [isChanging, setChanging] = useState(false);
  const act = useMutation({
    mutationFn: (action: BatchAction) => client.batches.act(batch.id, action),
    onSuccess: (next) => {
      cache.setQueryData(batchQuery(batch.id).queryKey, next);
      void cache.invalidateQueries({ queryKey: batchRowsKey(batch.id) });
    },
    onError: notifyError,
  });
  const actions = may("batches.steer") ? legalActions(batch) : [];
  return (
    <>
      {may("batches.write") && (
        <Button
          variant="default"
          leftSection={<IconSettings size={14} />}
          onClick={() => setChanging(true)}
        >
          Settings
        </Button>
      )}
      {actions.map((action) => {
        if (action === "cancel") {
          return (
            <CancelButton
              key={action}
              isPending={act.isPending}
              onCancel={() => act.mutate(action)}
            />
          );
        }
        const Icon = icons[action];
        return (
          <Button
            key={action}
            variant={action === "pause" ? "default" : "filled"}
            leftSection={<Icon size={14} />}
            loading={act.isPending && act.variables === action}
            onClick={() => act.mutate(action)}
          >
            {labelOf(action, batch)}
          </Button>
        );
      })}
      <ChangeBatchDialog batch={batch} opened={isChanging} onClose={() => setChanging(false)} />
    </>
  );
}

function labelOf(action: BatchAction, { counts }: BatchProgress): string {
  if (action === "retry") return counts.failed > 0 ? "Retry failed" : "Retry cancelled";
  return `${action.charAt(0).toUpperCase()}${action.slice(1)}`;
}

/** Asks once: a cancelled batch stops every run it has. */
function CancelButton({ isPending, onCancel }: { isPending: boolean; onCancel: () => void }) {
  return (
    <Popover width={260} position="bottom-end" withArrow trapFocus>
      <Popover.Target>
        <Button variant="default" leftSection={<IconPlayerStop size={14} />} loading={isPending}>
          Cancel
        </Button>
      </Popover.Target>
      <Popover.Dropdown>
        <Stack gap="sm">
          <Text size="sm">
            Every row that has not ended is cancelled. Results so far are kept, and cancelled rows
            can be retried.
          </Text>
          <Button color="red" onClick={onCancel}>
            Cancel the batch
          </Button>
        </Stack>
      </Popover.Dropdown>
    </Popover>
  );
}
