import type { Json } from "@flotilla/core";
import { ActionIcon, Button, Group, Stack, Textarea } from "@mantine/core";
import { IconPlus, IconX } from "@tabler/icons-react";
import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import { ErrorPanel } from "../../components/error-panel.tsx";
import { JsonField } from "../../components/json-field.tsx";
import { useFocus } from "../../components/use-focus.ts";
import { client } from "../../data/client.ts";
import { ToolSelect } from "../tool/tool-select.tsx";

interface WriteFormProps {
  runId: string;
  onDone: () => void;
}

interface DraftCall {
  id: number;
  tool: string;
  input: Json;
}

/** The model's turn, written by a person: a text, calls of tools, or both. */
export function WriteForm({ runId, onDone }: WriteFormProps) {
  const [text, setText] = useState("");
  const [calls, setCalls] = useState<DraftCall[]>([]);
  const field = useFocus<HTMLTextAreaElement>();
  const change = (id: number, part: Partial<DraftCall>) =>
    setCalls((old) => old.map((call) => (call.id === id ? Object.assign({}, call, part) : call)));
  const write = useMutation({
    mutationFn: () =>
      client.runs.write(runId, {
        text: text.trim(),
        calls: calls.map(({ tool, input }) => ({ tool, input })),
      }),
    onSuccess: onDone,
  });
  const isEmpty = text.trim() === "" && calls.length === 0;
  return (
    <Stack gap="sm">
      <Textarea
        ref={field}
        label="What it says"
        description={calls.length === 0 ? "Without calls this is the run's answer." : undefined}
        autosize
        minRows={2}
        maxRows={14}
        value={text}
        onChange={(event) => setText(event.currentTarget.value)}
      />
      {calls.map((call) => (
        <CallFields
          key={call.id}
          call={call}
          onChange={(part) => change(call.id, part)}
          onRemove={() => setCalls((old) => old.filter(({ id }) => id !== call.id))}
        />
      ))}
      {write.error && <ErrorPanel error={write.error} />}
      <Group gap="xs">
        <Button
          disabled={isEmpty || calls.some(({ tool }) => tool === "")}
          loading={write.isPending}
          onClick={() => write.mutate()}
        >
          Take the turn
        </Button>
        <Button
          variant="default"
          leftSection={<IconPlus size={14} />}
          onClick={() => setCalls((old) => [...old, { id: Date.now(), tool: "", input: {} }])}
        >
          Call a tool
        </Button>
      </Group>
    </Stack>
  );
}

interface CallFieldsProps {
  call: DraftCall;
  onChange: (part: Partial<DraftCall>) => void;
  onRemove: () => void;
}

function CallFields({ call, onChange, onRemove }: CallFieldsProps) {
  return (
    <Group align="flex-start" gap="xs" wrap="nowrap">
      <Stack gap="xs" flex={1}>
        <ToolSelect value={call.tool} onChange={(tool) => onChange({ tool })} />
        <JsonField
          label="Arguments, as JSON"
          value={call.input}
          onChange={(input) => onChange({ input })}
        />
      </Stack>
      <ActionIcon mt={22} aria-label="Remove the call" onClick={onRemove}>
        <IconX size={14} />
      </ActionIcon>
    </Group>
  );
}
