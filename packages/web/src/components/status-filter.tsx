import type { RowCounts, RunStatus } from "@flotilla/core";
import { UnstyledButton } from "@mantine/core";
import { formatCount } from "./count.tsx";
import { statusOrder } from "./status.ts";
import styles from "./status-filter.module.css";

interface StatusFilterProps {
  value: RunStatus | undefined;
  onChange: (status: RunStatus | undefined) => void;
  /** With counts it is a legend too. */
  counts?: RowCounts | undefined;
}

/** Chooses one status, or all of them. */
export function StatusFilter({ value, onChange, counts }: StatusFilterProps) {
  const total = counts && statusOrder.reduce((sum, status) => sum + counts[status], 0);
  return (
    <div className={styles["filter"]} role="group" aria-label="Status">
      <UnstyledButton
        className={styles["choice"]}
        aria-pressed={value === undefined}
        onClick={() => onChange(undefined)}
      >
        all
        {total !== undefined && <span className={styles["count"]}>{formatCount(total)}</span>}
      </UnstyledButton>
      {statusOrder.map((status) => (
        <UnstyledButton
          key={status}
          className={styles["choice"]}
          data-tone={status}
          aria-pressed={value === status}
          onClick={() => onChange(value === status ? undefined : status)}
        >
          <span className={styles["swatch"]} aria-hidden />
          {status}
          {counts && <span className={styles["count"]}>{formatCount(counts[status])}</span>}
        </UnstyledButton>
      ))}
    </div>
  );
}
