import {
  roles,
  toolConditionsSchema,
  toolReaches,
  toolRisks,
  type ToolConditions,
} from "@flotilla/core";
import {
  Group,
  MultiSelect,
  SegmentedControl,
  Stack,
  TagsInput,
  Text,
  Textarea,
} from "@mantine/core";
import { useState } from "react";
import { parse, stringify } from "yaml";
import { ArgFields } from "./arg-fields.tsx";

interface WhenFieldsProps {
  when: ToolConditions | null;
  onChange: (when: ToolConditions | null) => void;
  /** Told whether what stands there can be read. */
  onReadable: (isReadable: boolean) => void;
}

/** What must be so of a call: as fields, or all of it as YAML. */
export function WhenFields({ when, onChange, onReadable }: WhenFieldsProps) {
  const [mode, setMode] = useState<"fields" | "yaml">("fields");
  const change = (next: ToolConditions) => {
    const filled = Object.entries(next).filter(([, value]) => value !== undefined);
    onChange(filled.length === 0 ? null : (Object.fromEntries(filled) as ToolConditions));
  };
  return (
    <Stack gap="sm" role="group" aria-label="When">
      <Group justify="space-between">
        <Text size="sm" fw={500}>
          When
        </Text>
        <SegmentedControl
          size="xs"
          aria-label="How conditions are written"
          data={[
            { value: "fields", label: "Fields" },
            { value: "yaml", label: "YAML" },
          ]}
          value={mode}
          onChange={(next) => {
            setMode(next === "yaml" ? "yaml" : "fields");
            onReadable(true);
          }}
        />
      </Group>
      {mode === "yaml" ? (
        <YamlField when={when} onChange={onChange} onReadable={onReadable} />
      ) : (
        <CallFields when={when ?? {}} onChange={change} />
      )}
    </Stack>
  );
}

interface CallFieldsProps {
  when: ToolConditions;
  onChange: (when: ToolConditions) => void;
}

const some = <T,>(values: T[]): T[] | undefined => (values.length === 0 ? undefined : values);

function CallFields({ when, onChange }: CallFieldsProps) {
  const others = ["time", "cost", "users"].filter((name) => name in when);
  const labels = when.labels ?? {};
  const setLabels = (next: NonNullable<ToolConditions["labels"]>) => {
    const filled = Object.entries(next).filter(([, value]) => value !== undefined);
    onChange({ ...when, labels: some(filled) && Object.fromEntries(filled) });
  };
  return (
    <>
      <ArgFields
        args={when.args ?? []}
        onChange={(args) => onChange({ ...when, args: some(args) })}
      />
      <Group grow align="start">
        <MultiSelect
          label="Risk"
          data={[...toolRisks]}
          value={when.risk ?? []}
          onChange={(risk) =>
            onChange({ ...when, risk: some(toolRisks.filter((one) => risk.includes(one))) })
          }
        />
        <MultiSelect
          label="Reach"
          data={[...toolReaches]}
          value={when.reach ?? []}
          onChange={(reach) =>
            onChange({ ...when, reach: some(toolReaches.filter((one) => reach.includes(one))) })
          }
        />
        <MultiSelect
          label="Started by"
          data={[...roles]}
          value={when.roles ?? []}
          onChange={(next) =>
            onChange({ ...when, roles: some(roles.filter((one) => next.includes(one))) })
          }
        />
      </Group>
      <Group grow align="start">
        <TagsInput
          label="The run has read some of"
          placeholder="web, mail, private"
          value={labels.any ?? []}
          onChange={(any) => setLabels({ ...labels, any: some(any) })}
        />
        <TagsInput
          label="and none of"
          value={labels.none ?? []}
          onChange={(none) => setLabels({ ...labels, none: some(none) })}
        />
      </Group>
      <Text size="xs" c="dimmed">
        {others.length > 0
          ? `Also: ${others.join(", ")}, written as YAML.`
          : "Hours, costs and users are written as YAML."}
      </Text>
    </>
  );
}

/** The conditions as text; while they cannot be read, the field says why. */
function YamlField({ when, onChange, onReadable }: WhenFieldsProps) {
  const [text, setText] = useState(() => (when ? stringify(when) : ""));
  const [problem, setProblem] = useState<string>();
  const change = (next: string) => {
    setText(next);
    const read = readConditions(next);
    setProblem(read.problem);
    onReadable(read.problem === undefined);
    if (read.problem === undefined) onChange(read.when);
  };
  return (
    <Textarea
      label="Conditions"
      description="As in a policy file: args, risk, reach, roles, users, labels, time, cost."
      autosize
      minRows={5}
      maxRows={16}
      classNames={{ input: "mono" }}
      value={text}
      onChange={({ currentTarget: { value } }) => change(value)}
      error={problem}
    />
  );
}

function readConditions(text: string): { when: ToolConditions | null; problem?: string } {
  let value: unknown;
  try {
    value = parse(text);
  } catch (error) {
    return { when: null, problem: (error as Error).message };
  }
  if (value === null || value === undefined) return { when: null };
  const parsed = toolConditionsSchema.safeParse(value);
  if (parsed.success) return { when: parsed.data };
  const [issue] = parsed.error.issues;
  return { when: null, problem: `${issue?.path.join(".") ?? ""}: ${issue?.message ?? ""}` };
}
