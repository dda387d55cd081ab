import type { AcceptanceCheck } from "@flotilla/core";
import { Group, NumberInput, Select, Stack, Textarea, TextInput } from "@mantine/core";
import { JsonField } from "../../components/json-field.tsx";
import { ToolSelect } from "../tool/tool-select.tsx";

type Kind = AcceptanceCheck["kind"];

const kinds: { value: Kind; label: string }[] = [
  { value: "contains", label: "contains a text" },
  { value: "regex", label: "matches a regular expression" },
  { value: "number", label: "ends in a number" },
  { value: "schema", label: "fits a JSON Schema" },
  { value: "tool", label: "passes a tool" },
  { value: "critic", label: "convinces a model" },
];

const empty: { [K in Kind]: AcceptanceCheck & { kind: K } } = {
  contains: { kind: "contains", text: "" },
  regex: { kind: "regex", pattern: "" },
  number: { kind: "number", equals: 0, tolerance: 0 },
  schema: { kind: "schema", schema: {} },
  tool: { kind: "tool", tool: "", input: {} },
  critic: { kind: "critic", criteria: "" },
};

interface CheckFieldsProps {
  check: AcceptanceCheck | undefined;
  onChange: (check: AcceptanceCheck | undefined) => void;
}

/** When a step's result is good enough. */
export function CheckFields({ check, onChange }: CheckFieldsProps) {
  return (
    <Stack gap="xs">
      <Select
        label="Its result is good when it"
        placeholder="any result is"
        clearable
        data={kinds}
        value={check?.kind ?? null}
        onChange={(kind) => onChange(kind === null ? undefined : empty[kind])}
      />
      {check && <Details check={check} onChange={onChange} />}
    </Stack>
  );
}

function Details({ check, onChange }: CheckFieldsProps & { check: AcceptanceCheck }) {
  switch (check.kind) {
    case "contains":
      return (
        <TextInput
          label="Text"
          value={check.text}
          onChange={(event) => onChange({ ...check, text: event.currentTarget.value })}
        />
      );
    case "regex":
      return (
        <TextInput
          label="Regular expression"
          value={check.pattern}
          onChange={(event) => onChange({ ...check, pattern: event.currentTarget.value })}
        />
      );
    case "number":
      return <NumberDetails check={check} onChange={onChange} />;
    case "schema":
      return (
        <JsonField
          label="JSON Schema"
          value={check.schema}
          onChange={(schema) => onChange({ ...check, schema: schema as typeof check.schema })}
        />
      );
    case "tool":
      return <ToolDetails check={check} onChange={onChange} />;
    case "critic":
      return (
        <Textarea
          label="By these words"
          autosize
          minRows={2}
          value={check.criteria}
          onChange={(event) => onChange({ ...check, criteria: event.currentTarget.value })}
        />
      );
  }
}

interface DetailsProps<K extends Kind> {
  check: AcceptanceCheck & { kind: K };
  onChange: (check: AcceptanceCheck) => void;
}

function NumberDetails({ check, onChange }: DetailsProps<"number">) {
  return (
    <Group grow>
      <NumberInput
        label="Number"
        value={check.equals}
        onChange={(equals) => onChange({ ...check, equals: Number(equals) })}
      />
      <NumberInput
        label="Give or take"
        min={0}
        value={check.tolerance}
        onChange={(tolerance) => onChange({ ...check, tolerance: Number(tolerance) })}
      />
    </Group>
  );
}

function ToolDetails({ check, onChange }: DetailsProps<"tool">) {
  return (
    <>
      <ToolSelect value={check.tool} onChange={(tool) => onChange({ ...check, tool })} />
      <JsonField
        label="Arguments, as JSON; the result comes as answer"
        value={check.input}
        onChange={(input) => onChange({ ...check, input: input as typeof check.input })}
      />
    </>
  );
}
