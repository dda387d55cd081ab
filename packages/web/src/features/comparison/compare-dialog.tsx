import { runIdSchema } from "@flotilla/api";
import type { Run } from "@flotilla/core";
import { Button, Group, Modal, Select, Stack, TextInput } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { shortId } from "../../components/copy-id.tsx";
import { client } from "../../data/client.ts";

interface CompareDialogProps {
  run: Run;
  opened: boolean;
  onClose: () => void;
}

/** Asks with which other run a run is compared. */
export function CompareDialog({ run, opened, onClose }: CompareDialogProps) {
  return (
    <Modal opened={opened} onClose={onClose} title="Compare with another run" size="lg">
      <CompareForm run={run} />
    </Modal>
  );
}

function CompareForm({ run }: { run: Run }) {
  const navigate = useNavigate();
  const [chosen, setChosen] = useState<string | null>(null);
  const [typed, setTyped] = useState("");
  const { data } = useQuery({
    queryKey: ["runs", "to compare", run.agentName],
    queryFn: () => client.runs.list({ agent: run.agentName, limit: 50 }),
  });
  const others = data?.items.filter(({ runId }) => runId !== run.runId) ?? [];
  const otherId = typed.trim() || chosen;
  const isId = otherId !== null && runIdSchema.safeParse(otherId).success;
  return (
    <Stack gap="md">
      <Select
        label={`Recent runs of ${run.agentName}`}
        placeholder={data && others.length === 0 ? "There is no other one" : "Choose one"}
        searchable
        clearable
        value={chosen}
        onChange={setChosen}
        data={others.map(({ runId, status, input }) => ({
          value: runId,
          label: `${shortId(runId)} · ${status} · ${input.slice(0, 70)}`,
        }))}
      />
      <TextInput
        label="Or any other, by its id"
        placeholder="run_…"
        value={typed}
        onChange={(event) => setTyped(event.currentTarget.value)}
        error={typed.trim() !== "" && !isId ? "An id of a run begins with run_" : undefined}
      />
      <Group justify="flex-end">
        <Button
          size="sm"
          disabled={!isId}
          onClick={() =>
            void navigate({
              to: "/runs/$runId/compare/$otherId",
              params: { runId: run.runId, otherId: otherId ?? "" },
            })
          }
        >
          Compare
        </Button>
      </Group>
    </Stack>
  );
}
