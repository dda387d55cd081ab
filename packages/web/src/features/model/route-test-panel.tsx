import type { RouteTested } from "@flotilla/api";
import { Button, Checkbox, Group, NumberInput, Select, Stack, Text, Textarea } from "@mantine/core";
import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import { modKey } from "../../app/use-shortcuts.ts";
import { ErrorPanel } from "../../components/error-panel.tsx";
import { Line, Section } from "../../components/section.tsx";
import { StatusIcon } from "../../components/status-badge.tsx";
import { client } from "../../data/client.ts";
import styles from "./route-list.module.css";

/** What a call may need of its target, beside its text. */
const needs = [
  ["needsTools", "calls tools"],
  ["needsJson", "answers as JSON"],
  ["needsVision", "shows images"],
] as const;
type Need = (typeof needs)[number][0];

/** Asks which target a call would get now; no model is asked. */
export function RouteTestPanel({ names }: { names: string[] }) {
  const [name, setName] = useState(names[0] ?? null);
  const [text, setText] = useState("");
  const [needed, setNeeded] = useState<Need[]>([]);
  const [inputTokens, setInputTokens] = useState<number | null>(null);
  const test = useMutation({
    mutationFn: (route: string) =>
      client.routes.test(route, {
        text,
        ...(inputTokens !== null && { inputTokens }),
        ...Object.fromEntries(needed.map((need) => [need, true])),
      }),
  });
  const submit = () => name && !test.isPending && test.mutate(name);
  return (
    <Section title="Try a route" aside="no model is asked">
      <Stack gap="md" p="md">
        <Group grow align="flex-start">
          <Select
            label="Route"
            data={names}
            allowDeselect={false}
            value={name}
            onChange={setName}
          />
          <NumberInput
            label="Input tokens"
            placeholder="Of the text"
            min={0}
            allowDecimal={false}
            value={inputTokens ?? ""}
            onChange={(given) => setInputTokens(given === "" ? null : Number(given))}
          />
        </Group>
        <InputField value={text} onChange={setText} onSubmit={submit} />
        <NeedBoxes value={needed} onChange={setNeeded} />
        <Group justify="space-between">
          <Text size="xs" c="dimmed">
            {modKey} Enter tries it
          </Text>
          <Button disabled={!name} loading={test.isPending} onClick={submit}>
            Try
          </Button>
        </Group>
        {test.error && <ErrorPanel error={test.error} />}
      </Stack>
      <div role="status">{test.data && <Outcome tested={test.data} />}</div>
    </Section>
  );
}

interface FieldProps<T> {
  value: T;
  onChange: (value: T) => void;
}

function NeedBoxes({ value, onChange }: FieldProps<Need[]>) {
  return (
    <Checkbox.Group label="The call" value={value} onChange={onChange}>
      <Group gap="md" mt={4}>
        {needs.map(([need, label]) => (
          <Checkbox key={need} size="xs" value={need} label={label} />
        ))}
      </Group>
    </Checkbox.Group>
  );
}

function InputField({ value, onChange, onSubmit }: FieldProps<string> & { onSubmit: () => void }) {
  return (
    <Textarea
      label="Input"
      autosize
      minRows={3}
      maxRows={10}
      value={value}
      onChange={(event) => onChange(event.currentTarget.value)}
      onKeyDown={(event) => {
        if (event.key === "Enter" && (event.metaKey || event.ctrlKey)) onSubmit();
      }}
    />
  );
}

function Outcome({ tested }: { tested: RouteTested }) {
  const { model, reason, taskClass, classifier, candidates } = tested;
  return (
    <>
      <Line>
        <StatusIcon status={model === null ? "failed" : "completed"} />
        <span>
          {model === null ? (
            "No target can take this call."
          ) : (
            <>
              <strong className="mono">{model}</strong>: {reason}
            </>
          )}
          {taskClass !== null && `, for a task of class ${taskClass}`}
          {classifier !== null && (
            <span className="dimmed">
              {" "}
              First <span className="mono">{classifier}</span> would be asked for the class.
            </span>
          )}
        </span>
      </Line>
      {candidates.map((candidate, index) => (
        <Line key={candidate.model}>
          <span className={styles["place"]} aria-hidden>
            {index + 1}
          </span>
          <span>
            <span className={candidate.model === model ? `${styles["chosen"]} mono` : "mono"}>
              {candidate.model}
            </span>{" "}
            <span className="dimmed">{candidate.why ?? candidate.reason}</span>
          </span>
        </Line>
      ))}
    </>
  );
}
