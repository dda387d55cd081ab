import { Button, Group, Modal, Stack, Text, Textarea } from "@mantine/core";
import { useMutation } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { ErrorPanel } from "../../components/error-panel.tsx";
import { client } from "../../data/client.ts";
import { modKey } from "../../app/use-shortcuts.ts";
import { AgentSelect } from "../agent/agent-select.tsx";

interface StartRunDialogProps {
  /** The agent chosen at first; an empty name leaves the choice open, undefined closes. */
  agent: string | undefined;
  onClose: () => void;
}

export function StartRunDialog({ agent, onClose }: StartRunDialogProps) {
  return (
    <Modal opened={agent !== undefined} onClose={onClose} title="Start a run" size="lg">
      <StartRunForm agent={agent || null} />
    </Modal>
  );
}

function StartRunForm({ agent: given }: { agent: string | null }) {
  const navigate = useNavigate();
  const [agent, setAgent] = useState(given);
  const [text, setText] = useState("");
  const start = useMutation({
    mutationFn: (name: string) => client.runs.start({ agent: name, input: { text } }),
    onSuccess: ({ runId }) => navigate({ to: "/runs/$runId", params: { runId } }),
  });
  const submit = () => agent && !start.isPending && start.mutate(agent);
  return (
    <Stack gap="md">
      <AgentSelect
        label="Agent"
        placeholder="Choose one"
        value={agent}
        onChange={setAgent}
        data-autofocus={given === null || undefined}
      />
      <Textarea
        label="Input"
        description="What the agent is asked."
        autosize
        minRows={5}
        maxRows={16}
        value={text}
        onChange={(event) => setText(event.currentTarget.value)}
        onKeyDown={(event) => {
          if (event.key === "Enter" && (event.metaKey || event.ctrlKey)) submit();
        }}
        data-autofocus={given !== null || undefined}
      />
      {start.error && <ErrorPanel error={start.error} />}
      <Group justify="space-between">
        <Text size="xs" c="dimmed">
          {modKey} Enter starts it
        </Text>
        <Button disabled={!agent} loading={start.isPending} onClick={submit}>
          Start
        </Button>
      </Group>
    </Stack>
  );
}
