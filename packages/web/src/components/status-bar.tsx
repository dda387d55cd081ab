import type { RowCounts, RunStatus } from "@flotilla/core";
import { formatCount } from "./count.tsx";
import styles from "./status-bar.module.css";

const segments: readonly RunStatus[] = ["completed", "failed", "cancelled", "waiting", "running"];

/** How far a batch is: what is over from the left, then what is going on, the rest empty. */
export function StatusBar({ counts, rows }: { counts: RowCounts; rows: number }) {
  const over = counts.completed + counts.failed + counts.cancelled;
  const label = `${formatCount(over)} of ${formatCount(rows)} rows ended, ${formatCount(counts.failed)} failed`;
  return (
    <div
      className={styles["bar"]}
      role="progressbar"
      aria-label="Rows"
      aria-valuemin={0}
      aria-valuemax={rows}
      aria-valuenow={over}
      aria-valuetext={label}
      title={label}
    >
      {segments.map((status) => (
        <span
          key={status}
          className={styles["segment"]}
          data-tone={status}
          style={{ width: `${rows === 0 ? 0 : (100 * counts[status]) / rows}%` }}
        />
      ))}
    </div>
  );
}
