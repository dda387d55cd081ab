import { Button, Group, Text, TextInput, UnstyledButton } from "@mantine/core";
import { IconAlertTriangleFilled } from "@tabler/icons-react";
import { formatPlural } from "../../components/count.tsx";
import { ErrorPanel } from "../../components/error-panel.tsx";
import type { DraftEdit } from "./use-agent-draft.ts";
import styles from "./agent-editor.module.css";

/** Saves what was written with a note, or gives it up. */
export function EditorActions({ edit, onSave }: { edit: DraftEdit; onSave: () => void }) {
  const { base, isChanged, isTaken, problems, draft, save } = edit;
  const isWhole = draft.spec !== null && problems.length === 0 && !isTaken;
  const canSave = isWhole && (isChanged || base === null);
  return (
    <>
      {isChanged && (
        <Text size="xs" c="dimmed" lh="30px" role="status">
          Not saved
        </Text>
      )}
      <TextInput
        size="xs"
        w={200}
        aria-label="What the version is for"
        placeholder="What the version is for"
        maxLength={500}
        value={edit.note}
        onChange={(event) => edit.setNote(event.currentTarget.value)}
      />
      {isChanged && (
        <Button variant="default" onClick={edit.drop}>
          Drop changes
        </Button>
      )}
      <Button disabled={!canSave} loading={save.isPending} onClick={onSave} title="Ctrl S">
        {base ? `Save version ${base.version + 1}` : "Create the agent"}
      </Button>
    </>
  );
}

interface ProblemBarProps {
  edit: DraftEdit;
  /** Shows the place in the text. */
  onGo: (at: number) => void;
}

/** All that is wrong, each with its line; and why it could not be saved. */
export function ProblemBar({ edit: { problems, save, isTaken }, onGo }: ProblemBarProps) {
  return (
    <div aria-live="polite" className={styles["live"]}>
      {problems.length > 0 && (
        <Group gap="xs" className={styles["problems"]} role="group" aria-label="Problems">
          <IconAlertTriangleFilled size={14} aria-hidden />
          <Text size="sm">{formatPlural(problems.length, "problem")}</Text>
          {problems.slice(0, 8).map(({ path, message, line, from }) => (
            <UnstyledButton
              key={`${path} ${message}`}
              className={styles["problem"]}
              onClick={() => onGo(from)}
            >
              <span className="dimmed">line {line}</span> {path && <b>{path}</b>} {message}
            </UnstyledButton>
          ))}
        </Group>
      )}
      {save.error && !isTaken && <ErrorPanel error={save.error} />}
    </div>
  );
}
