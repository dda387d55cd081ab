import { useState, type ReactNode } from "react";
import styles from "./composer.module.css";

interface DropBoxProps {
  onFiles: (files: File[]) => void;
  children: ReactNode;
}

/** A box that files are dropped on and pasted into. */
export function DropBox({ onFiles, children }: DropBoxProps) {
  const [isOver, setOver] = useState(false);
  return (
    <div
      className={styles["box"]}
      data-over={isOver}
      onDragOver={(event) => {
        event.preventDefault();
        setOver(true);
      }}
      onDragLeave={() => setOver(false)}
      onDrop={(event) => {
        event.preventDefault();
        setOver(false);
        onFiles([...event.dataTransfer.files]);
      }}
      onPaste={(event) => {
        const files = [...event.clipboardData.files];
        if (files.length === 0) return;
        event.preventDefault();
        onFiles(files);
      }}
    >
      {children}
    </div>
  );
}
