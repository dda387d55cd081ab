import { Checkbox, NumberInput, Select, TagsInput, Textarea, TextInput } from "@mantine/core";
import { useState } from "react";
import { JsonField } from "../../components/json-field.tsx";
import type { SpecField } from "./agent-schema.ts";
import { commonOf, textsOf, type FieldProps } from "./field-props.ts";

/** A field as its kind says. */
export function PlainField(props: FieldProps) {
  const { field, value, error, onChange, edit } = props;
  const common = commonOf(props);
  switch (field.kind) {
    case "text":
      return <TextField {...props} isFixed={field.path[0] === "name" && edit.base !== null} />;
    case "number":
      return (
        <NumberInput
          {...common}
          allowDecimal={!field.isInteger}
          clampBehavior="none"
          placeholder={fallbackOf(field)}
          value={typeof value === "number" ? value : ""}
          onChange={(next) => onChange(typeof next === "number" ? next : undefined)}
        />
      );
    case "boolean":
      return (
        <Checkbox
          label={field.label}
          description={field.help}
          error={error}
          checked={typeof value === "boolean" ? value : field.fallback === true}
          onChange={(event) => onChange(event.currentTarget.checked)}
        />
      );
    case "choice":
      return (
        <Select
          {...common}
          clearable
          placeholder={fallbackOf(field)}
          data={field.options}
          value={typeof value === "string" ? value : null}
          onChange={(next) => onChange(next ?? undefined)}
        />
      );
    case "texts":
      return (
        <TagsInput
          {...common}
          value={textsOf(value)}
          onChange={(next) => onChange(next.length > 0 ? next : undefined)}
        />
      );
    case "json":
      return <JsonPart {...props} />;
  }
}

/** What counts while nothing is given. */
function fallbackOf({ fallback }: SpecField): string {
  return typeof fallback === "string" || typeof fallback === "number" ? String(fallback) : "";
}

function TextField(props: FieldProps & { isFixed: boolean }) {
  const { field, value, isFixed, onChange } = props;
  const text = typeof value === "string" ? value : "";
  const change = (next: string) => onChange(next === "" && !field.isRequired ? undefined : next);
  if (field.kind === "text" && field.isLong) {
    return (
      <Textarea
        {...commonOf(props)}
        autosize
        minRows={field.path[0] === "instructions" ? 6 : 1}
        maxRows={24}
        value={text}
        onChange={(event) => change(event.currentTarget.value)}
      />
    );
  }
  return (
    <TextInput
      {...commonOf(props)}
      {...(isFixed && { readOnly: true, variant: "filled", description: "Cannot be changed" })}
      value={text}
      onChange={(event) => change(event.currentTarget.value)}
    />
  );
}

/** Mounted anew when the value is changed elsewhere. */
function JsonPart({ field, value, onChange }: FieldProps) {
  const said = JSON.stringify(value);
  const [own, setOwn] = useState(said);
  const [mount, setMount] = useState(0);
  if (own !== said) {
    setOwn(said);
    setMount(mount + 1);
  }
  return (
    <JsonField
      key={mount}
      label={`${field.label}, as JSON`}
      description={field.help}
      value={value}
      onChange={(next) => {
        setOwn(JSON.stringify(next));
        onChange(next);
      }}
      onClear={() => {
        setOwn(JSON.stringify(undefined));
        onChange(undefined);
      }}
    />
  );
}
