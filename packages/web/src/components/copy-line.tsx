import { ActionIcon, CopyButton } from "@mantine/core";
import { IconCheck, IconCopy } from "@tabler/icons-react";
import styles from "./copy-line.module.css";

/** A line that people take elsewhere: an address, a command. */
export function CopyLine({ label, text }: { label: string; text: string }) {
  return (
    <span className={styles["line"]}>
      <span className={styles["label"]}>{label}</span>
      <code className={styles["text"]}>{text}</code>
      <CopyButton value={text}>
        {({ copied, copy }) => (
          <ActionIcon
            variant="subtle"
            size="sm"
            onClick={copy}
            aria-label={`Copy: ${label}`}
            title="Copy"
          >
            {copied ? <IconCheck size={14} /> : <IconCopy size={14} />}
          </ActionIcon>
        )}
      </CopyButton>
    </span>
  );
}
