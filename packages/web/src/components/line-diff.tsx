import { diffLines, type DiffLine } from "@flotilla/core";
import { useMemo } from "react";
import styles from "./line-diff.module.css";

interface LineDiffProps {
  /** What is compared, for screen readers. */
  label: string;
  before: string;
  after: string;
}

/** What makes one text out of another, line by line. */
export function LineDiff({ label, before, after }: LineDiffProps) {
  const lines = useMemo(() => diffLines(before, after), [before, after]);
  return <DiffLines label={label} lines={lines} />;
}

const signs = { same: " ", added: "+", removed: "−" };
const words = { same: "", added: "added: ", removed: "removed: " };

export function DiffLines({ label, lines }: { label: string; lines: readonly DiffLine[] }) {
  const numbered = lines.map((line, number) => ({ ...line, number }));
  return (
    // Scrolls on its own, so the keyboard must be able to enter it.
    <div className={styles["diff"]} role="group" aria-label={label} tabIndex={0}>
      {numbered.map(({ change, text, number }) => (
        <div key={number} className={styles["line"]} data-change={change}>
          <span aria-hidden>{signs[change]}</span>
          <span>
            <span className={styles["word"]}>{words[change]}</span>
            {text}
          </span>
        </div>
      ))}
    </div>
  );
}
