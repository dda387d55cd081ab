import { Stack, Text, Textarea, UnstyledButton } from "@mantine/core";
import { useRef } from "react";
import styles from "./template-field.module.css";

interface TemplateFieldProps {
  value: string;
  onChange: (template: string) => void;
  /** Of the file; a click puts one into the prompt. */
  columns: string[];
  /** Columns the prompt names and the file does not have. */
  missing: string[];
}

export function TemplateField({ value, onChange, columns, missing }: TemplateFieldProps) {
  const field = useRef<HTMLTextAreaElement>(null);
  function insert(column: string) {
    const { selectionStart = value.length, selectionEnd = value.length } = field.current ?? {};
    onChange(`${value.slice(0, selectionStart)}{{${column}}}${value.slice(selectionEnd)}`);
    field.current?.focus();
  }
  const error =
    missing.length > 0 &&
    `The file has no column ${missing.map((column) => `“${column}”`).join(", ")}.`;
  return (
    <Stack gap={6}>
      <Textarea
        ref={field}
        label="Prompt"
        description="Each row's values go where the prompt names its columns, like {{question}}."
        autosize
        minRows={5}
        maxRows={18}
        value={value}
        error={error || undefined}
        onChange={(event) => onChange(event.currentTarget.value)}
      />
      {columns.length > 0 && (
        <div className={styles["columns"]}>
          <Text size="xs" c="dimmed">
            Columns
          </Text>
          {columns.map((column) => (
            <UnstyledButton
              key={column}
              className={styles["column"]}
              aria-label={`Insert the column ${column}`}
              data-used={value.includes(`{{${column}}}`)}
              onClick={() => insert(column)}
            >
              {column}
            </UnstyledButton>
          ))}
        </div>
      )}
    </Stack>
  );
}
