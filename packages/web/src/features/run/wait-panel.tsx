import type { WaitingFor } from "@flotilla/core";
import { Text } from "@mantine/core";
import { IconHourglass } from "@tabler/icons-react";
import { formatDuration } from "../../components/duration.tsx";
import styles from "../../components/panel.module.css";
import { useNow } from "../../data/use-now.ts";

type Wait = Exclude<WaitingFor, { kind: "interrupt" }>;

/** Why a run waits by itself, and how long still. */
export function WaitPanel({ wait }: { wait: Wait }) {
  const title = useNow((now) => titleOf(wait, now));
  return (
    <div className={styles["panel"]} data-tone="waiting">
      <IconHourglass size={16} className={styles["icon"]} aria-hidden />
      <div>
        <Text size="sm" fw={500}>
          {title}
        </Text>
        <Text size="sm" c="dimmed">
          {detailOf(wait)}
        </Text>
      </div>
    </div>
  );
}

function detailOf(wait: Wait): string {
  switch (wait.kind) {
    case "provider_batch":
      return "The call costs half there; the answer comes when the provider has the time.";
    case "paused":
      return wait.reason ?? "It goes on from here when somebody resumes it.";
    case "children":
      return "They do a part of its work; it goes on with their results.";
    default:
      return `${wait.why.message} ${wait.why.remedy}`;
  }
}

function titleOf(wait: Wait, now: number): string {
  const left = (at: string) => formatDuration(Math.max(0, Date.parse(at) - now));
  switch (wait.kind) {
    case "timer":
      return `Waiting ${left(wait.until)}, then it goes on by itself`;
    case "budget":
      return wait.until === null
        ? "Waiting for its budget to be raised"
        : `Waiting for its budget to be raised, or ${left(wait.until)} for the next period`;
    case "paused":
      return `Paused by ${wait.by}`;
    case "children":
      return wait.runIds.length === 1
        ? "Waiting for the run of another agent"
        : `Waiting for ${wait.runIds.length} runs of other agents`;
    case "provider_batch":
      return wait.expectedAt === null
        ? "Waiting for the provider's batch endpoint"
        : `Waiting for the provider's batch endpoint, ${left(wait.expectedAt)} at most`;
  }
}
