import type { Json, JsonObject } from "@flotilla/core";
import {
  Checkbox,
  MultiSelect,
  NumberInput,
  Select,
  Stack,
  Textarea,
  TextInput,
} from "@mantine/core";
import { useMemo, useState } from "react";
import { JsonField } from "../../components/json-field.tsx";
import {
  defaultsOf,
  fieldsOf,
  replyOf,
  valuesOf,
  type FieldValues,
  type SchemaField,
} from "./schema-field.ts";

interface SchemaFormProps {
  schema: JsonObject;
  /** What is given at first; left out: the schema's defaults. Mount it anew to give something else. */
  initial?: Json | undefined;
  /** Told of each reply; undefined while it is not complete. */
  onChange: (reply: Json | undefined) => void;
}

/** Fields for a JSON Schema. */
export function SchemaForm({ schema, initial, onChange }: SchemaFormProps) {
  const fields = useMemo(() => fieldsOf(schema), [schema]);
  const [values, setValues] = useState<FieldValues>(() =>
    initial === undefined ? defaultsOf(schema) : valuesOf(fields, initial),
  );
  const change = (path: string, value: Json | undefined) => {
    const next = { ...values, [path]: value };
    setValues(next);
    onChange(replyOf(fields, next));
  };
  return (
    <Stack gap="sm" w="100%">
      {fields.map((field) => (
        <Field
          key={field.path}
          field={field}
          value={values[field.path]}
          onChange={(value) => change(field.path, value)}
        />
      ))}
    </Stack>
  );
}

interface FieldProps {
  field: SchemaField;
  value: Json | undefined;
  onChange: (value: Json | undefined) => void;
}

function Field({ field, value, onChange }: FieldProps) {
  const { label, description, isRequired } = field;
  const common = { label, description, required: isRequired };
  switch (field.kind) {
    case "text": {
      const text = typeof value === "string" ? value : "";
      return field.isLong ? (
        <Textarea
          {...common}
          autosize
          minRows={1}
          maxRows={10}
          value={text}
          onChange={(event) => onChange(event.currentTarget.value)}
        />
      ) : (
        <TextInput
          {...common}
          type={inputTypes[field.format ?? ""] ?? "text"}
          value={text}
          onChange={(event) => onChange(event.currentTarget.value)}
        />
      );
    }
    case "number":
      return (
        <NumberInput
          {...common}
          allowDecimal={!field.isInteger}
          min={field.min}
          max={field.max}
          value={typeof value === "number" ? value : ""}
          onChange={(next) => onChange(typeof next === "number" ? next : undefined)}
        />
      );
    case "boolean":
      return (
        <Checkbox
          label={label}
          description={description}
          checked={value === true}
          onChange={(event) => onChange(event.currentTarget.checked)}
        />
      );
    case "choice":
      return <Choice {...common} field={field} value={value} onChange={onChange} />;
    case "json":
      return (
        <JsonField
          label={`${label}, as JSON`}
          description={description}
          value={value}
          required={isRequired}
          onChange={onChange}
          onClear={() => onChange(undefined)}
        />
      );
  }
}

const inputTypes: Record<string, string> = { date: "date", email: "email", uri: "url" };

interface ChoiceProps extends FieldProps {
  label: string;
  description: string | undefined;
  required: boolean;
  field: SchemaField & { kind: "choice" };
}

function Choice({ field, value, onChange, ...common }: ChoiceProps) {
  if (field.isMany) {
    const many = Array.isArray(value) ? value.filter((one) => typeof one === "string") : [];
    return <MultiSelect {...common} data={field.options} value={many} onChange={onChange} />;
  }
  return (
    <Select
      {...common}
      data={field.options}
      clearable={!common.required}
      value={typeof value === "string" ? value : null}
      onChange={(next) => onChange(next ?? undefined)}
    />
  );
}
