import type { ChildState } from "@flotilla/core";
import { ActionIcon } from "@mantine/core";
import { IconChevronRight } from "@tabler/icons-react";
import type { ChildPart } from "./child-feed.tsx";
import styles from "./timeline.module.css";

interface ChildToggleProps {
  child: ChildState;
  isOpen: boolean;
  /** undefined: nothing of it has come yet. */
  part: ChildPart | undefined;
  top: number;
  depth: number;
  onToggle: (runId: string) => void;
}

/** Unfolds the run that does what a row stands for, below that row. */
export function ChildToggle({ child, isOpen, part, top, depth, onToggle }: ChildToggleProps) {
  const { childId, agentName, task } = child;
  const error = isOpen ? part?.error : undefined;
  return (
    <ActionIcon
      className={styles["toggle"]}
      style={{ transform: `translate(${depth * indentPx}px, ${top}px)` }}
      size={20}
      variant="subtle"
      color={error ? "red" : "gray"}
      loading={isOpen && part?.part === undefined && !error}
      aria-expanded={isOpen}
      aria-label={`${isOpen ? "Hide" : "Show"} the steps of ${agentName}: ${task.slice(0, 60)}`}
      title={error?.message}
      onClick={() => onToggle(childId)}
    >
      <IconChevronRight size={13} />
    </ActionIcon>
  );
}

/** How far a level of runs is indented. */
export const indentPx = 22;
