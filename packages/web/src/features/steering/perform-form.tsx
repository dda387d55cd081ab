import type { Json, ToolCallPart } from "@flotilla/core";
import { Button, Group, Select, Stack } from "@mantine/core";
import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import { ErrorPanel } from "../../components/error-panel.tsx";
import { JsonField } from "../../components/json-field.tsx";
import { JsonView } from "../../components/json-view.tsx";
import { client } from "../../data/client.ts";

interface PerformFormProps {
  runId: string;
  calls: readonly ToolCallPart[];
  onDone: () => void;
}

/** The result of a call that a person has done in the tool's place. */
export function PerformForm({ runId, calls, onDone }: PerformFormProps) {
  const [chosen, setChosen] = useState<string | null>(null);
  const [output, setOutput] = useState<Json>(null);
  const call = calls.find(({ callId }) => callId === chosen) ?? calls[0];
  const perform = useMutation({
    mutationFn: (callId: string) => client.runs.perform(runId, callId, { output }),
    onSuccess: onDone,
  });
  if (!call) return null;
  return (
    <Stack gap="sm">
      {calls.length > 1 && (
        <Select
          label="Call"
          allowDeselect={false}
          value={call.callId}
          onChange={setChosen}
          data={calls.map(({ callId, tool }) => ({ value: callId, label: `${tool} ${callId}` }))}
        />
      )}
      <JsonView value={{ [call.tool]: call.input }} />
      <JsonField label="Its result, as JSON" value={output} onChange={setOutput} />
      {perform.error && <ErrorPanel error={perform.error} />}
      <Group>
        <Button loading={perform.isPending} onClick={() => perform.mutate(call.callId)}>
          It is done
        </Button>
      </Group>
    </Stack>
  );
}
