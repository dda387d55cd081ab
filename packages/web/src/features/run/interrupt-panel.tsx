import type { EffectAnswer, OpenInterrupt, Run } from "@flotilla/core";
import { Button, Group, JsonInput, SegmentedControl, Stack, Text, TextInput } from "@mantine/core";
import { IconHandStop } from "@tabler/icons-react";
import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import { ErrorPanel } from "../../components/error-panel.tsx";
import { JsonView } from "../../components/json-view.tsx";
import { client } from "../../data/client.ts";
import { useMay } from "../../data/me.ts";
import { effectAnswer, type AnswerDraft } from "./effect-answer.ts";
import styles from "./panel.module.css";

interface InterruptPanelProps {
  run: Run;
  interrupt: OpenInterrupt;
}

/** A tool call whose outcome nobody knows: a person says what became of it. */
export function InterruptPanel({ run, interrupt }: InterruptPanelProps) {
  const mayAnswer = useMay()("interrupts.answer");
  const callId = "callId" in interrupt ? interrupt.callId : undefined;
  const call = run.steps.find((step) => step.kind === "tool" && step.callId === callId);
  const answer = useMutation({
    mutationFn: (given: EffectAnswer) =>
      client.runs.answer(run.runId, interrupt.interruptId, given),
  });
  return (
    <section
      className={styles["panel"]}
      data-tone="waiting"
      aria-label={mayAnswer ? "Your answer is needed" : "An answer is needed"}
    >
      <IconHandStop size={16} className={styles["icon"]} aria-hidden />
      <Stack gap="sm" flex={1} maw={640}>
        <div>
          <Text size="sm" fw={500}>
            {interrupt.prompt}
          </Text>
          <Text size="sm" c="dimmed">
            Find out whether the call took effect. The run waits for an answer, and goes on from
            here.
          </Text>
        </div>
        {call?.kind === "tool" && (
          <div>
            <Text size="xs" c="dimmed" mb={4}>
              What {call.tool} was called with
            </Text>
            <JsonView value={call.input} />
          </div>
        )}
        {mayAnswer ? (
          <AnswerForm isPending={answer.isPending} onAnswer={(given) => answer.mutate(given)} />
        ) : (
          <Text size="sm">Owners, admins, operators and approvers can answer.</Text>
        )}
        {answer.error && <ErrorPanel error={answer.error} />}
      </Stack>
    </section>
  );
}

interface AnswerFormProps {
  isPending: boolean;
  onAnswer: (answer: EffectAnswer) => void;
}

function AnswerForm({ isPending, onAnswer }: AnswerFormProps) {
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
