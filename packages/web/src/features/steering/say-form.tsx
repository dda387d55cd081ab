import { Button, Group, Stack, Textarea } from "@mantine/core";
import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import { ErrorPanel } from "../../components/error-panel.tsx";
import { useFocus } from "../../components/use-focus.ts";
import { client } from "../../data/client.ts";

interface SayFormProps {
  runId: string;
  onDone: () => void;
}

/** A message to a run that is under way. */
export function SayForm({ runId, onDone }: SayFormProps) {
  const [text, setText] = useState("");
  const field = useFocus<HTMLTextAreaElement>();
  const say = useMutation({
    mutationFn: () => client.runs.say(runId, text.trim()),
    onSuccess: onDone,
  });
  return (
    <Stack gap="sm">
      <Textarea
        ref={field}
        label="Message"
        description="Its model reads it at its next step."
        autosize
        minRows={2}
        maxRows={12}
        value={text}
        onChange={(event) => setText(event.currentTarget.value)}
      />
      {say.error && <ErrorPanel error={say.error} />}
      <Group>
        <Button disabled={text.trim() === ""} loading={say.isPending} onClick={() => say.mutate()}>
          Send
        </Button>
      </Group>
    </Stack>
  );
}
