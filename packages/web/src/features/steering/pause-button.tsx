import type { Run } from "@flotilla/core";
import { Button, Group, Popover, Stack, TextInput } from "@mantine/core";
import { IconPlayerPause } from "@tabler/icons-react";
import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import { notifyError } from "../../components/notify-error.tsx";
import { client } from "../../data/client.ts";

/** Pauses a run before its next step. */
export function PauseButton({ run }: { run: Run }) {
  const [reason, setReason] = useState("");
  const [opened, setOpened] = useState(false);
  const pause = useMutation({
    mutationFn: () => client.runs.pause(run.runId, reason.trim() ? { reason: reason.trim() } : {}),
    onSuccess: () => setOpened(false),
    onError: notifyError,
  });
  return (
    <Popover width={280} position="bottom-end" opened={opened} onChange={setOpened} trapFocus>
      <Popover.Target>
        <Button
          variant="default"
          leftSection={<IconPlayerPause size={14} />}
          onClick={() => setOpened(!opened)}
        >
          Pause
        </Button>
      </Popover.Target>
      <Popover.Dropdown>
        <Stack gap="sm">
          <TextInput
            label="Why"
            description="What is under way is finished first."
            placeholder="may be left out"
            value={reason}
            onChange={(event) => setReason(event.currentTarget.value)}
          />
          <Group justify="flex-end">
            <Button loading={pause.isPending} onClick={() => pause.mutate()}>
              Pause it
            </Button>
          </Group>
        </Stack>
      </Popover.Dropdown>
    </Popover>
  );
}
