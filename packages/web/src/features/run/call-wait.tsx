import type { CapacityWait, Waited, WaitCause } from "@flotilla/core";
import { Text } from "@mantine/core";
import { IconHourglass } from "@tabler/icons-react";
import { formatDuration } from "../../components/duration.tsx";
import styles from "../../components/panel.module.css";
import { waitWords } from "../../components/wait-cause.ts";
import { useNow } from "../../data/use-now.ts";

/** Why a call is not made yet, and when it probably will be. */
export function CallWait({ wait }: { wait: CapacityWait }) {
  const { cause, of, expectedAt } = wait;
  const left = useNow((now) => {
    if (expectedAt === null) return "nobody can say when it starts";
    const ms = Date.parse(expectedAt) - now;
    return ms <= 0 ? "it starts any moment" : `it starts in about ${formatDuration(ms)}`;
  });
  return (
    <div className={styles["panel"]} data-tone="waiting" role="status">
      <IconHourglass size={16} className={styles["icon"]} aria-hidden />
      <div>
        <Text size="sm" fw={500}>
          Waiting for {waitWords[cause]}
        </Text>
        <Text size="sm" c="dimmed">
          <span className="mono">{of}</span>: {left}.
        </Text>
      </div>
    </div>
  );
}

/** The waits of a call by cause, the longest first: `4.2 s requests per minute`. */
export function waitedText(waited: Waited | undefined): string {
  return (Object.entries(waited ?? {}) as [WaitCause, number][])
    .toSorted(([, a], [, b]) => b - a)
    .map(([cause, ms]) => `${formatDuration(ms)} for ${waitWords[cause]}`)
    .join(", ");
}

export function waitedMs(waited: Waited | undefined): number {
  return Object.values(waited ?? {}).reduce((sum, ms) => sum + ms, 0);
}
