import type { Run } from "@flotilla/core";
import { Button, Group, Modal, Stack, Text } from "@mantine/core";
import { useState } from "react";
import { ErrorPanel } from "../../components/error-panel.tsx";
import { noChanges, type ChangeDraft } from "../run/change-draft.ts";
import { ChangeFields } from "../run/change-fields.tsx";

interface ReplayDialogProps {
  title: string;
  /** undefined: runs of several agents, of which no version can be chosen. */
  agentName: string | undefined;
  /** The one run that is meant: its message and tool results can be given otherwise, too. */
  run: Run | undefined;
  isPending: boolean;
  error: Error | null;
  onReplay: (draft: ChangeDraft) => void;
  onClose: () => void;
}

/** Asks what a replay does otherwise; nothing is an answer. */
export function ReplayDialog(props: ReplayDialogProps) {
  const { title, agentName, run, isPending, error, onReplay, onClose } = props;
  const [draft, setDraft] = useState(noChanges);
  const calls = run?.steps.filter((step) => step.kind === "tool");
  return (
    <Modal opened onClose={onClose} title={title} size="lg">
      <Stack gap="md">
        <Text size="sm" c="dimmed">
          {run ? "It goes on" : "Each run goes on"} from the step that failed. What was completed is
          kept, and no effect is repeated. Leave the fields empty to change nothing.
        </Text>
        <ChangeFields
          agentName={agentName}
          agentVersion={run?.agentVersion}
          message={run?.input.text}
          calls={calls}
          draft={draft}
          onChange={setDraft}
        />
        {error && <ErrorPanel error={error} />}
        <Group justify="flex-end">
          <Button loading={isPending} onClick={() => onReplay(draft)}>
            Replay
          </Button>
        </Group>
      </Stack>
    </Modal>
  );
}
