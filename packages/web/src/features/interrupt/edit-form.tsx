import type { Interrupt } from "@flotilla/api";
import type { Json } from "@flotilla/core";
import { Button, Group, JsonInput, Stack } from "@mantine/core";
import { useState } from "react";
import { useFocus } from "../../components/use-focus.ts";
import { LineDiff } from "../../components/line-diff.tsx";

interface EditFormProps {
  interrupt: Interrupt;
  isPending: boolean;
  onEdit: (input: Json) => void;
  onCancel: () => void;
}

/** Other arguments in the place of those that were asked for; what changes is shown as it is typed. */
export function EditForm({ interrupt, isPending, onEdit, onCancel }: EditFormProps) {
  const before = interrupt.display?.text ?? "";
  const [text, setText] = useState(before);
  const field = useFocus<HTMLTextAreaElement>();
  const input = parsed(text);
  return (
    <Stack gap="sm">
      <JsonInput
        label="Arguments, as JSON"
        ref={field}
        autosize
        minRows={4}
        maxRows={20}
        value={text}
        onChange={setText}
        classNames={{ input: "mono" }}
        error={input === undefined ? "This is not JSON yet" : undefined}
      />
      {text !== before && <LineDiff label="What is changed" before={before} after={text} />}
      <Group gap="xs">
        <Button
          disabled={input === undefined || text === before}
          loading={isPending}
          onClick={() => input !== undefined && onEdit(input)}
        >
          Approve as edited
        </Button>
        <Button variant="default" onClick={onCancel}>
          Back
        </Button>
      </Group>
    </Stack>
  );
}

function parsed(text: string): Json | undefined {
  try {
    return JSON.parse(text) as Json;
  } catch {
    return undefined;
  }
}
