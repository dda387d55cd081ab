import type { EffectAnswer } from "@flotilla/core";
import { Button, Group, JsonInput, SegmentedControl, Stack, TextInput } from "@mantine/core";
import { useState } from "react";
import { effectAnswer, type AnswerDraft } from "./effect-answer.ts";

interface EffectFormProps {
  isPending: boolean;
  onAnswer: (answer: EffectAnswer) => void;
}

/** A call whose outcome nobody knows: a person says what became of it. */
export function EffectForm({ isPending, onAnswer }: EffectFormProps) {
  const [draft, setDraft] = useState<AnswerDraft>({ action: "done", output: "", reason: "" });
  const change = (part: Partial<AnswerDraft>) => setDraft((old) => ({ ...old, ...part }));
  const answer = effectAnswer(draft);
  return (
    <Stack gap="sm" align="flex-start">
      <SegmentedControl
        size="xs"
        aria-label="Answer"
        value={draft.action}
        onChange={(action) => change({ action })}
        data={[
          { value: "done", label: "It took effect" },
          { value: "redo", label: "It did not: do it again" },
          { value: "fail", label: "Tell the model it failed" },
        ]}
      />
      {draft.action === "done" && (
        <JsonInput
          label="Its result, as JSON"
          placeholder='"sent"'
          w="100%"
          autosize
          minRows={2}
          value={draft.output}
          onChange={(output) => change({ output })}
        />
      )}
      {draft.action === "fail" && (
        <TextInput
          label="Reason"
          placeholder="What the model should know"
          w="100%"
          value={draft.reason}
          onChange={(event) => change({ reason: event.currentTarget.value })}
        />
      )}
      <Group>
        <Button disabled={!answer} loading={isPending} onClick={() => answer && onAnswer(answer)}>
          Answer
        </Button>
      </Group>
    </Stack>
  );
}
