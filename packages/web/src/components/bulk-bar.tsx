import { Button, Group } from "@mantine/core";
import type { ReactNode } from "react";
import styles from "./bulk-bar.module.css";

interface BulkBarProps {
  /** How many are chosen; with none there is no bar. */
  count: number;
  onNone: () => void;
  /** What can be done with them. */
  children: ReactNode;
}

/** Stays in view below a list of which some lines are chosen. */
export function BulkBar({ count, onNone, children }: BulkBarProps) {
  if (count === 0) return null;
  return (
    <section className={styles["bar"]} aria-label="What is chosen">
      <Group gap="sm">
        <span>{count} chosen</span>
        {children}
        <Button size="xs" variant="subtle" onClick={onNone}>
          Choose none
        </Button>
      </Group>
    </section>
  );
}
