import { Stack } from "@mantine/core";
import { problemsAt, valueAt } from "./agent-draft.ts";
import type { SpecField } from "./agent-schema.ts";
import type { FieldProps } from "./field-props.ts";
import { ownFields } from "./own-fields.tsx";
import { PlainField } from "./plain-field.tsx";
import type { DraftEdit } from "./use-agent-draft.ts";

interface SpecFieldsProps {
  fields: readonly SpecField[];
  edit: DraftEdit;
}

/** Fields of a definition. What is typed is in the draft, and so in its text, at once. */
export function SpecFields({ fields, edit }: SpecFieldsProps) {
  return (
    <Stack gap="sm">
      {fields.map((field) => (
        <FieldOf key={field.path.join(".")} field={field} edit={edit} />
      ))}
    </Stack>
  );
}

function FieldOf({ field, edit }: { field: SpecField; edit: DraftEdit }) {
  const props: FieldProps = {
    ...{ field, edit },
    value: valueAt(edit.draft, field.path),
    error: problemsAt(edit.problems, field.path).join("; ") || undefined,
    onChange: (value) => edit.set(field.path, value),
    renderFields: (fields) => <SpecFields fields={fields} edit={edit} />,
  };
  const Own = ownFields[field.path.join(".")] ?? PlainField;
  return <Own {...props} />;
}
