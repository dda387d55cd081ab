import { argTestNames, type ArgCondition } from "@flotilla/core";
import { ActionIcon, Button, Checkbox, Group, Select, Stack, TextInput } from "@mantine/core";
import { IconPlus, IconTrash } from "@tabler/icons-react";
import { useState } from "react";
import { readTestValue, simpleForm, testText, withTest, type SimpleTest } from "./arg-draft.ts";

interface ArgFieldsProps {
  args: readonly ArgCondition[];
  onChange: (args: ArgCondition[]) => void;
}

/** Conditions on what a call says, a row for each. */
export function ArgFields({ args, onChange }: ArgFieldsProps) {
  // A row keeps what is typed into it, so it must be told from the others when one of them goes.
  const [rows, setRows] = useState(() => args.map((_one, at) => at));
  const add = () => {
    setRows([...rows, Math.max(-1, ...rows) + 1]);
    onChange([...args, { path: "$.", equals: "" }]);
  };
  const remove = (at: number) => {
    setRows(rows.toSpliced(at, 1));
    onChange(args.toSpliced(at, 1));
  };
  return (
    <Stack gap="xs" role="group" aria-label="Arguments">
      {args.map((one, at) => (
        <ArgRow
          key={rows[at]}
          number={at + 1}
          condition={one}
          onChange={(next) => onChange(args.with(at, next))}
          onRemove={() => remove(at)}
        />
      ))}
      <Group>
        <Button
          size="compact-xs"
          variant="default"
          leftSection={<IconPlus size={12} aria-hidden />}
          onClick={add}
        >
          Condition on an argument
        </Button>
      </Group>
    </Stack>
  );
}

interface ArgRowProps {
  number: number;
  condition: ArgCondition;
  onChange: (condition: ArgCondition) => void;
  onRemove: () => void;
}

function ArgRow({ number, condition, onChange, onRemove }: ArgRowProps) {
  const form = simpleForm(condition);
  const name = `condition ${number}`;
  return (
    <Group gap="xs" align="end" wrap="nowrap">
      <TextInput
        label="Path"
        aria-label={`Path of ${name}`}
        w={150}
        classNames={{ input: "mono" }}
        value={condition.path}
        onChange={({ currentTarget: { value } }) => onChange({ ...condition, path: value })}
      />
      {form ? (
        <TestFields
          name={name}
          form={form}
          onChange={(next) => onChange(withTest(condition, next))}
        />
      ) : (
        <TextInput
          flex={1}
          label="Is"
          aria-label={`Test of ${name}`}
          readOnly
          value={testText(condition)}
        />
      )}
      <ActionIcon variant="default" size={36} aria-label={`Remove ${name}`} onClick={onRemove}>
        <IconTrash size={14} aria-hidden />
      </ActionIcon>
    </Group>
  );
}

interface TestFieldsProps {
  name: string;
  form: SimpleTest;
  onChange: (form: SimpleTest) => void;
}

function TestFields({ name, form, onChange }: TestFieldsProps) {
  const value = typeof form.value === "string" ? form.value : JSON.stringify(form.value);
  return (
    <>
      <Select
        label="Test"
        aria-label={`Test of ${name}`}
        w={130}
        allowDeselect={false}
        data={["exists", ...argTestNames]}
        value={form.test}
        onChange={(next) => {
          const test = next ?? "equals";
          onChange({ ...form, test, value: readTestValue(test, value) });
        }}
      />
      <TextInput
        flex={1}
        label="Value"
        aria-label={`Value of ${name}`}
        description={undefined}
        placeholder={placeholders[form.test]}
        defaultValue={value}
        onChange={({ currentTarget }) =>
          onChange({ ...form, value: readTestValue(form.test, currentTarget.value) })
        }
      />
      {form.test !== "exists" && (
        <Checkbox
          label="not"
          pb={9}
          checked={form.isNot}
          onChange={({ currentTarget: { checked } }) => onChange({ ...form, isNot: checked })}
        />
      )}
    </>
  );
}

const placeholders: Partial<Record<SimpleTest["test"], string>> = {
  hostIn: "example.com, *.example.com",
  in: "one, two",
  under: "reports",
  exists: "true or false",
};
