import { FileButton, Text, UnstyledButton } from "@mantine/core";
import { IconFileCheck, IconFileUpload } from "@tabler/icons-react";
import { useState, type DragEvent } from "react";
import { formatBytes } from "../../components/count.tsx";
import type { SampleRows } from "./sample-rows.ts";
import styles from "./file-drop.module.css";

interface FileDropProps {
  file: File | undefined;
  sample: SampleRows | undefined;
  onFile: (file: File) => void;
}

/** A file is dropped here, or chosen with a click or the keyboard. */
export function FileDrop({ file, sample, onFile }: FileDropProps) {
  const [isOver, setOver] = useState(false);
  function drop(event: DragEvent) {
    event.preventDefault();
    setOver(false);
    const dropped = event.dataTransfer.files[0];
    if (dropped) onFile(dropped);
  }
  return (
    <FileButton accept=".csv,.jsonl,.ndjson" onChange={(chosen) => chosen && onFile(chosen)}>
      {(button) => (
        <UnstyledButton
          {...button}
          className={styles["drop"]}
          data-over={isOver}
          onDragOver={(event: DragEvent) => {
            event.preventDefault();
            setOver(true);
          }}
          onDragLeave={() => setOver(false)}
          onDrop={drop}
        >
          {sample ? (
            <IconFileCheck size={22} stroke={1.5} aria-hidden />
          ) : (
            <IconFileUpload size={22} stroke={1.5} aria-hidden />
          )}
          <div>
            <Text size="sm" fw={500}>
              {file?.name ?? "Drop a CSV or JSONL file, or click to choose one"}
            </Text>
            <Text size="xs" c="dimmed">
              {file
                ? [formatBytes(file.size), sample && `${sample.columns.length} columns`]
                    .filter(Boolean)
                    .join(", ")
                : "Any size: it is streamed. Each row becomes one run."}
            </Text>
          </div>
        </UnstyledButton>
      )}
    </FileButton>
  );
}
