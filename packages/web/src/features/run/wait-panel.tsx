import type { ErrorRecord } from "@flotilla/core";
import { Text } from "@mantine/core";
import { IconHourglass } from "@tabler/icons-react";
import { formatDuration } from "../../components/duration.tsx";
import { useNow } from "../../data/use-now.ts";
import styles from "./panel.module.css";

/** Why a run waits for a time, and how long still. */
export function WaitPanel({ until, why }: { until: string; why: ErrorRecord }) {
  const left = useNow((now) => formatDuration(Math.max(0, Date.parse(until) - now)));
  return (
    <div className={styles["panel"]} data-tone="waiting">
      <IconHourglass size={16} className={styles["icon"]} aria-hidden />
      <div>
        <Text size="sm" fw={500}>
          Waiting {left}, then it goes on by itself
        </Text>
        <Text size="sm" c="dimmed">
          {why.message} {why.remedy}
        </Text>
      </div>
    </div>
  );
}
