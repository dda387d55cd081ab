import type { InterruptAnswer, Json, QuestionForm as Form } from "@flotilla/core";
import { Button, Checkbox, Group, Radio, Stack, Textarea } from "@mantine/core";
import { useState } from "react";
import { SchemaForm } from "./schema-form.tsx";
import { defaultsOf, fieldsOf, replyOf } from "./schema-field.ts";

interface QuestionFormProps {
  form: Form;
  isPending: boolean;
  onAnswer: (answer: InterruptAnswer) => void;
}

/** The reply to an agent's question, in the form that it asked for. */
export function QuestionForm({ form, isPending, onAnswer }: QuestionFormProps) {
  const [value, setValue] = useState(() => firstReply(form));
  const isReady = value !== undefined && value !== "" && !(Array.isArray(value) && !value.length);
  return (
    <Stack gap="sm" align="flex-start">
      <Fields form={form} value={value} onChange={setValue} />
      <Group>
        <Button
          disabled={!isReady}
          loading={isPending}
          onClick={() => value !== undefined && onAnswer({ action: "reply", value })}
        >
          Reply
        </Button>
      </Group>
    </Stack>
  );
}

function firstReply(form: Form): Json | undefined {
  if (form.kind !== "schema") return undefined;
  return replyOf(fieldsOf(form.schema), defaultsOf(form.schema));
}

interface FieldsProps {
  form: Form;
  value: Json | undefined;
  onChange: (value: Json | undefined) => void;
}

function Fields({ form, value, onChange }: FieldsProps) {
  if (form.kind === "schema") return <SchemaForm schema={form.schema} onChange={onChange} />;
  if (form.kind === "text") {
    return (
      <Textarea
        label="Reply"
        w="100%"
        autosize
        minRows={2}
        maxRows={10}
        value={typeof value === "string" ? value : ""}
        onChange={(event) => onChange(event.currentTarget.value)}
      />
    );
  }
  if (form.multiple) {
    return (
      <Checkbox.Group
        label="Reply"
        value={Array.isArray(value) ? (value as string[]) : []}
        onChange={onChange}
      >
        <Stack gap={6} mt={6}>
          {form.options.map((option) => (
            <Checkbox key={option} value={option} label={option} />
          ))}
        </Stack>
      </Checkbox.Group>
    );
  }
  return (
    <Radio.Group label="Reply" value={typeof value === "string" ? value : null} onChange={onChange}>
      <Stack gap={6} mt={6}>
        {form.options.map((option) => (
          <Radio key={option} value={option} label={option} />
        ))}
      </Stack>
    </Radio.Group>
  );
}
