import type { ThreadMessage } from "@flotilla/core";
import { ActionIcon, Button, Group, Pill } from "@mantine/core";
import { IconChevronLeft, IconChevronRight, IconPaperclip, IconPencil } from "@tabler/icons-react";
import { Link } from "@tanstack/react-router";
import { useState } from "react";
import { useMay } from "../../data/me.ts";
import { ArtifactImage } from "../artifact/artifact-image.tsx";
import { attachedAgain } from "./attachment-file.ts";
import { Composer, type Said } from "./composer.tsx";
import styles from "./turn.module.css";

interface QuestionProps {
  message: ThreadMessage;
  onSay: (said: Said, after: string | null) => Promise<unknown>;
  onVersion: (runId: string) => void;
}

/** What was said, with what came along; it can be said otherwise. */
export function Question({ message, onSay, onVersion }: QuestionProps) {
  const may = useMay();
  const [isEditing, setEditing] = useState(false);
  const { text, attachments, after } = message;
  if (isEditing) {
    return (
      <div className={styles["editing"]}>
        <Composer
          initial={{ text, attachments: attachments.map(attachedAgain) }}
          label="Say it differently"
          blocked={null}
          isSending={false}
          hasFocus
          onLeave={() => setEditing(false)}
          onSend={(said) => onSay(said, after).then(() => setEditing(false))}
        >
          <Button size="compact-sm" variant="subtle" onClick={() => setEditing(false)}>
            Keep it
          </Button>
        </Composer>
      </div>
    );
  }
  return (
    <div className={styles["question"]}>
      <div className={styles["said"]}>{text}</div>
      <Attachments attachments={attachments} />
      <Group gap={2} className={styles["tools"]}>
        <Versions message={message} onVersion={onVersion} />
        {may("agents.run") && (
          <ActionIcon
            variant="subtle"
            size="sm"
            aria-label="Edit and send again"
            title="Edit and send again: this answer is kept as another version"
            onClick={() => setEditing(true)}
          >
            <IconPencil size={14} stroke={1.7} />
          </ActionIcon>
        )}
      </Group>
    </div>
  );
}

function Attachments({ attachments }: Pick<ThreadMessage, "attachments">) {
  if (attachments.length === 0) return null;
  return (
    <Group gap={6} justify="flex-end">
      {attachments.map(({ artifact, name, kind }) => (
        <Link
          key={artifact.id}
          className="plain"
          to="/artifacts/$artifactId"
          params={{ artifactId: artifact.id }}
          aria-label={`Open ${name}`}
        >
          {kind === "image" ? (
            <ArtifactImage id={artifact.id} mediaType={artifact.mediaType} name={name} isSmall />
          ) : (
            <Pill size="sm">
              <IconPaperclip size={11} aria-hidden /> {name}
            </Pill>
          )}
        </Link>
      ))}
    </Group>
  );
}

/** Goes through what was said in this place: each version has a branch of its own. */
function Versions({ message, onVersion }: Pick<QuestionProps, "message" | "onVersion">) {
  const { versions, run } = message;
  const at = versions.indexOf(run.runId);
  if (versions.length < 2) return null;
  const step = (by: number, label: string, Icon: typeof IconChevronLeft) => {
    const other = versions[at + by];
    return (
      <ActionIcon
        variant="subtle"
        size="sm"
        aria-label={label}
        disabled={other === undefined}
        onClick={() => other !== undefined && onVersion(other)}
      >
        <Icon size={14} />
      </ActionIcon>
    );
  };
  return (
    <>
      {step(-1, "Earlier version", IconChevronLeft)}
      <span className="figure dimmed">
        {at + 1} / {versions.length}
      </span>
      {step(1, "Later version", IconChevronRight)}
    </>
  );
}
