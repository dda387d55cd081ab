import { Button, Group, Modal, Stack, Text, Textarea } from "@mantine/core";
import { useState } from "react";
import { ErrorPanel } from "../../components/error-panel.tsx";

interface DiscardDialogProps {
  title: string;
  /** The error of one of them. */
  example: string;
  isPending: boolean;
  error: Error | null;
  onDiscard: (reason: string) => void;
  onClose: () => void;
}

/** Asks why letters are put away. */
export function DiscardDialog(props: DiscardDialogProps) {
  const { title, example, isPending, error, onDiscard, onClose } = props;
  const [reason, setReason] = useState("");
  return (
    <Modal opened onClose={onClose} title={title}>
      <Stack gap="md">
        <Text size="sm" c="dimmed" lineClamp={4}>
          {example}
        </Text>
        <Textarea
          label="Reason"
          description="It is kept with the letter and in the run's journal."
          data-autofocus
          autosize
          minRows={2}
          value={reason}
          onChange={(event) => setReason(event.currentTarget.value)}
        />
        {error && <ErrorPanel error={error} />}
        <Group justify="flex-end">
          <Button
            size="sm"
            color="red"
            disabled={reason.trim() === ""}
            loading={isPending}
            onClick={() => onDiscard(reason.trim())}
          >
            Discard
          </Button>
        </Group>
      </Stack>
    </Modal>
  );
}
