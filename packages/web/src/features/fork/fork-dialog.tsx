import type { ForkPlace, ForkEffects, Run } from "@flotilla/core";
import { Button, Group, Modal, Radio, Stack, Text } from "@mantine/core";
import { useMutation } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { ErrorPanel } from "../../components/error-panel.tsx";
import { client } from "../../data/client.ts";
import { changesOf, noChanges } from "../run/change-draft.ts";
import { ChangeFields } from "../run/change-fields.tsx";
import { placeWords, reusedCalls } from "./fork-place.ts";

interface ForkDialogProps {
  run: Run;
  at: ForkPlace;
  onClose: () => void;
}

const effectChoices: { value: ForkEffects; label: string; description: string }[] = [
  {
    value: "record",
    label: "Answer from the record",
    description:
      "Calls that the run made with the same arguments get its results; others are refused.",
  },
  { value: "block", label: "Refuse", description: "No call with side effects is made." },
  {
    value: "allow",
    label: "Make them",
    description: "Mail is sent, files are written: everything happens again, for real.",
  },
];

/** Asks what a fork of a run does otherwise, and begins it. */
export function ForkDialog({ run, at, onClose }: ForkDialogProps) {
  const navigate = useNavigate();
  const [draft, setDraft] = useState(noChanges);
  const [effects, setEffects] = useState<ForkEffects>("record");
  const fork = useMutation({
    mutationFn: () => {
      const changes = changesOf(draft);
      return client.runs.fork(run.runId, { at, effects, ...(changes && { changes }) });
    },
    onSuccess: async ({ runId }) => {
      onClose();
      await navigate({ to: "/runs/$runId", params: { runId }, search: {} });
    },
  });
  return (
    <Modal opened onClose={onClose} title="Fork the run" size="lg">
      <Stack gap="md">
        <Text size="sm" c="dimmed">
          {placeWords(at)} What was recorded before is reused and costs nothing; the run itself
          stays as it is.
        </Text>
        <ChangeFields
          agentName={run.agentName}
          agentVersion={run.agentVersion}
          message={at === "start" ? run.input.text : undefined}
          calls={reusedCalls(run, at)}
          draft={draft}
          onChange={setDraft}
        />
        <Radio.Group
          label="Calls with side effects, from there on"
          value={effects}
          onChange={setEffects}
        >
          <Stack gap={8} mt={6}>
            {effectChoices.map((choice) => (
              <Radio key={choice.value} {...choice} />
            ))}
          </Stack>
        </Radio.Group>
        {fork.error && <ErrorPanel error={fork.error} />}
        <Group justify="flex-end">
          <Button size="sm" loading={fork.isPending} onClick={() => fork.mutate()}>
            Fork
          </Button>
        </Group>
      </Stack>
    </Modal>
  );
}
