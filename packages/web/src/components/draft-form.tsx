import { Button, Group, Stack } from "@mantine/core";
import { useState, type ReactNode } from "react";
import { ErrorPanel } from "./error-panel.tsx";
import type { DraftFieldsProps } from "./draft-fields.ts";
import type { Problems } from "./problems-of.ts";
import styles from "./draft-form.module.css";

/** A draft and what is wrong with it, which is told once somebody has tried to send it. */
export function useDraft<Draft>(initial: () => Draft, judge: (draft: Draft) => Problems) {
  const [draft, setDraft] = useState(initial);
  const [wasTried, setTried] = useState(false);
  const problems = judge(draft);
  const fields: DraftFieldsProps<Draft> = {
    draft,
    problems: wasTried ? problems : {},
    onChange: (part) => setDraft((old) => ({ ...old, ...part })),
  };
  const submit = (send: (draft: Draft) => void) => {
    setTried(true);
    if (Object.keys(problems).length === 0) send(draft);
  };
  return { draft, fields, submit };
}

interface DraftFormProps {
  button: string;
  save: { error: Error | null; isPending: boolean };
  onSubmit: () => void;
  children: ReactNode;
}

/** Fields, what the server refused, and the button that sends them, which is in sight however long a dialog is. */
export function DraftForm({ button, save, onSubmit, children }: DraftFormProps) {
  return (
    <form
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        onSubmit();
      }}
    >
      <Stack gap="md">
        {children}
        {save.error && <ErrorPanel error={save.error} />}
        <Group justify="flex-end" className={styles["foot"]}>
          <Button type="submit" size="sm" loading={save.isPending}>
            {button}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
