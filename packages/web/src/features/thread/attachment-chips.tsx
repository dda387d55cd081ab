import { Group, Pill } from "@mantine/core";
import { formatBytes } from "../../components/count.tsx";
import type { Attached } from "./attachment-file.ts";
import styles from "./composer.module.css";

interface AttachmentChipsProps {
  attachments: readonly Attached[];
  onRemove: (name: string) => void;
}

/** What goes along with the message that is being written. */
export function AttachmentChips({ attachments, onRemove }: AttachmentChipsProps) {
  if (attachments.length === 0) return null;
  return (
    <Group gap={6} className={styles["chips"]}>
      {attachments.map(({ name, bytes, preview }) => (
        <Pill
          key={name}
          withRemoveButton
          onRemove={() => onRemove(name)}
          removeButtonProps={{ "aria-label": `Remove ${name}`, "aria-hidden": false, tabIndex: 0 }}
        >
          {preview !== undefined && <img className={styles["preview"]} src={preview} alt="" />}
          {name} <span className="dimmed">{formatBytes(bytes)}</span>
        </Pill>
      ))}
    </Group>
  );
}
